/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In place of store.c where there is no libxenstore. */
#include <errno.h>
#include <stddef.h>

#include "monitor/store.h"

int
store_check(void)
{
    return -ENOSYS;
}

int
store_new(struct store **out, struct loop *loop, const char *path,
          enum store_watch watch, const struct store_handler *handler,
          void *data)
{
    (void)out;
    (void)loop;
    (void)path;
    (void)watch;
    (void)handler;
    (void)data;
    return -ENOSYS;
}

void
store_set_ports(struct store *s, uint16_t vnc_port, uint16_t text_port)
{
    (void)s; /* none can be made */
    (void)vnc_port;
    (void)text_port;
}

void
store_set_state_file(struct store *s, const char *file)
{
    (void)s;
    (void)file;
}

void
store_free(struct store *s)
{
    (void)s;
}
