/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* The log has its own buffer, so this works without memory. */
static _Noreturn void
give_up(size_t size)
{
    log_error("memory: cannot allocate %zu bytes", size);
    /* Not exit(): what is registered there may want memory too. */
    _Exit(EXIT_FAILURE);
}

void *
xcalloc(size_t count, size_t size)
{
    /* calloc() may return NULL for nothing; we never do. */
    void *memory = count == 0 || size == 0 ? calloc(1, 1) : calloc(count, size);

    if (memory == NULL) {
        give_up(size);
    }
    return memory;
}

char *
xstrdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);

    if (copy == NULL) {
        give_up(size);
    }
    memcpy(copy, text, size);
    return copy;
}
