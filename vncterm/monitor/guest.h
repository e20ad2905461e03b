/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The console of a guest: which pty it is, by what the store says, and when it
 * has ended.
 *
 * The store's tty is opened when somebody has written it, and never merely
 * because the console hung up: by then another program's pty can have the same
 * name. A guest has ended when its node was removed; its last words may still
 * be on their way, so that the console is left until it hangs up, though not
 * for long.
 */
#ifndef VNCTERM_MONITOR_GUEST_H
#define VNCTERM_MONITOR_GUEST_H

#include "loop/loop.h"

struct guest;

enum {
    GUEST_JOIN_US = 100 * 1000, /* the store's tty is joined at most so often */
    GUEST_DRAIN_US = 1000 * 1000, /* from the removal to the end, at most */
};

struct guest_handler {
    /* The console, borrowed, shall be joined in place of the one before. */
    void (*on_join)(void *data, int fd);
    /* The guest has ended. At most once until guest_set_tty(). */
    void (*on_end)(void *data);
};

void guest_new(struct guest **out, struct loop *loop,
               const struct guest_handler *handler, void *data);

void guest_free(struct guest *g);

/* The store names a terminal, any string. A bad one is logged and ignored. */
void guest_set_tty(struct guest *g, const char *path);

/* The store's node has been removed. */
void guest_removed(struct guest *g);

/* The console that was joined last has hung up. */
void guest_hung_up(struct guest *g);

#endif
