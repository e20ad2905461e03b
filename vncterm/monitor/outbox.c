/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "monitor/outbox.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>

#include "base/fd.h"

void
outbox_init(struct outbox *o, int link)
{
    *o = (struct outbox){.link = link};
    for (int i = 0; i < OUTBOX_TYPES; i++) {
        o->slots[i].fd = -1;
    }
}

void
outbox_fini(struct outbox *o)
{
    for (int i = 0; i < OUTBOX_TYPES; i++) {
        o->slots[i].is_waiting = false;
        fd_close(&o->slots[i].fd);
    }
}

bool
outbox_is_waiting(const struct outbox *o)
{
    for (int i = 0; i < OUTBOX_TYPES; i++) {
        if (o->slots[i].is_waiting) {
            return true;
        }
    }
    return false;
}

static int
keep(struct outbox *o, const struct link_message *message, int fd)
{
    int slot = (int)message->type - LINK_CONSOLE;
    int copy = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;

    if (fd >= 0 && copy < 0) {
        return -errno;
    }
    fd_close(&o->slots[slot].fd);
    o->slots[slot].fd = copy;
    o->slots[slot].message = *message;
    o->slots[slot].is_waiting = true;
    return 0;
}

int
outbox_send(struct outbox *o, const struct link_message *message, int fd)
{
    assert(message->type >= LINK_CONSOLE && message->type <= LINK_LOG_LEVEL);
    if (outbox_is_waiting(o)) {
        return keep(o, message, fd);
    }
    int r = link_send(o->link, message, fd);
    return r == -EAGAIN ? keep(o, message, fd) : r;
}

int
outbox_flush(struct outbox *o)
{
    for (int i = 0; i < OUTBOX_TYPES; i++) {
        if (!o->slots[i].is_waiting) {
            continue;
        }
        int r = link_send(o->link, &o->slots[i].message, o->slots[i].fd);
        if (r < 0) {
            return r == -EAGAIN ? 0 : r;
        }
        o->slots[i].is_waiting = false;
        fd_close(&o->slots[i].fd);
    }
    return 0;
}
