/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/font_memory.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>

static bool
fits(const struct font_memory *memory, size_t held, long wanted)
{
    return wanted > 0 &&
           (size_t)wanted <= FONT_MEMORY_MAX - (memory->used - held);
}

/* FreeType does not tell the size of what it frees; the C library knows. */
static void
count(struct font_memory *memory, size_t held, void *block)
{
    memory->used = memory->used - held + malloc_usable_size(block);
}

static void *
allocate(FT_Memory interface, long size)
{
    struct font_memory *memory = interface->user;

    if (!fits(memory, 0, size)) {
        return NULL;
    }
    void *block = malloc((size_t)size);
    count(memory, 0, block);
    return block;
}

static void
release(FT_Memory interface, void *block)
{
    count(interface->user, malloc_usable_size(block), NULL);
    free(block);
}

static void *
reallocate(FT_Memory interface, long old_size, long size, void *block)
{
    struct font_memory *memory = interface->user;
    size_t held = malloc_usable_size(block);

    (void)old_size; /* the C library's figure includes its rounding */
    if (!fits(memory, held, size)) {
        return NULL;
    }
    void *moved = realloc(block, (size_t)size);
    if (moved != NULL) {
        count(memory, held, moved);
    }
    return moved;
}

void
font_memory_init(struct font_memory *memory)
{
    *memory = (struct font_memory){
        .interface =
            {
                .user = memory,
                .alloc = allocate,
                .free = release,
                .realloc = reallocate,
            },
    };
}
