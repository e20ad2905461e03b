/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "monitor/store_access.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <sys/socket.h>

#include "base/mem.h"

char *
store_access_new_key(const char *path, size_t len, const char *name)
{
    size_t size = len + strlen(name) + 1;
    char *key = xcalloc(size, 1);

    (void)snprintf(key, size, "%.*s%s", (int)len, path, name); /* fits */
    return key;
}

void
store_access_report(const struct store_access *a, enum store_report_type type,
                    int err, const char *text)
{
    struct store_report r = {.type = (uint32_t)type, .err = err};

    (void)snprintf(r.text, sizeof(r.text), "%s", text); /* may be cut */
    while (send(a->socket, &r, sizeof(r), MSG_NOSIGNAL) < 0 && errno == EINTR) {
    }
    /* Who has closed the other end is not waiting for it. */
}

void
store_access_complain(const struct store_access *a, enum store_report_type type,
                      int r, const char *key)
{
    if (r < 0 && !a->connection.is_lost) {
        store_access_report(a, type, -r, key);
    }
}

enum store_presence
store_access_read(struct store_access *a, const char *key,
                  char out[STORE_VALUE_MAX + 1])
{
    int r = store_connection_read(&a->connection, key, out);

    if (r == -ENOENT) {
        return STORE_ABSENT;
    }
    store_access_complain(a, STORE_REPORT_CANNOT_READ, r, key);
    return r == 0 ? STORE_PRESENT : STORE_UNKNOWN;
}

bool
store_access_watch(struct store_access *a, const char *key, const char *token)
{
    int r = store_connection_watch(&a->connection, key, token);

    store_access_complain(a, STORE_REPORT_CANNOT_WATCH, r, key);
    return r == 0;
}
