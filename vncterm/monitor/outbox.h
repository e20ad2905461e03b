/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the worker is to be told. It may be stopped, or busy, with the link
 * full: then the newest message of each type waits, and is sent when there is
 * room.
 */
#ifndef VNCTERM_MONITOR_OUTBOX_H
#define VNCTERM_MONITOR_OUTBOX_H

#include <stdbool.h>

#include "link/link.h"

enum {
    /* All that a monitor sends: see enum link_type. */
    OUTBOX_TYPES = LINK_LOG_LEVEL - LINK_CONSOLE + 1,
};

struct outbox {
    int link;
    struct {
        bool is_waiting;
        struct link_message message;
        int fd; /* a copy of ours, or -1 */
    } slots[OUTBOX_TYPES];
};

/* `link` is the caller's. */
void outbox_init(struct outbox *o, int link);

/* Drops what waits. */
void outbox_fini(struct outbox *o);

/*
 * Sends a message of a monitor, with `fd`, borrowed, unless it is negative, or
 * keeps it in place of the one of its type that waits. Messages that wait go
 * in the order of enum link_type. Returns 0 or -errno.
 */
int outbox_send(struct outbox *o, const struct link_message *message, int fd);

/* Whether something waits for the link to be writable. */
bool outbox_is_waiting(const struct outbox *o);

/* Sends what waits, as far as there is room. Returns 0 or -errno. */
int outbox_flush(struct outbox *o);

#endif
