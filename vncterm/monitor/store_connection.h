/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection to xenstore, with what libxenstore leaves to its user: to notice
 * that the daemon has died, and to tell that from a request that was refused.
 *
 * Calls wait for the daemon for as long as it likes. The first watch makes the
 * library start a thread.
 */
#ifndef VNCTERM_MONITOR_STORE_CONNECTION_H
#define VNCTERM_MONITOR_STORE_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "monitor/store.h"

struct xs_handle;

struct store_connection {
    struct xs_handle *xs; /* NULL when not connected */
    /* To be polled for reading unless they are -1. */
    int events;    /* the library's, while there are watches: see below */
    int heartbeat; /* whatever happens here, the daemon has died */
    bool is_lost;  /* every further request fails */
};

/* A struct store_connection that is not connected. */
#define STORE_NOT_CONNECTED           \
    (struct store_connection)         \
    {                                 \
        .events = -1, .heartbeat = -1 \
    }

/* Whether there is something to connect to. Does not wait for the daemon, nor
 * says whether it is well. Returns 0 or -errno. */
int store_connection_check(void);

/* Returns 0 or -errno. */
int store_connection_open(struct store_connection *c);

/* Nothing happens when it is not connected. Does not wait for the daemon. */
void store_connection_close(struct store_connection *c);

/*
 * Requests return 0 or -errno, and set is_lost when the connection is to blame.
 * -ENOENT means that the daemon said so.
 */

/* Reads a value: cut if it is too long, '?' for a NUL in it. */
int store_connection_read(struct store_connection *c, const char *key,
                          char out[STORE_VALUE_MAX + 1]);

/* Writes a value, and makes the nodes above that are missing. */
int store_connection_write(struct store_connection *c, const char *key,
                           const char *value);

/* The same, but -ENOENT when `top` is missing at that moment. -EAGAIN when
 * others interfere again and again. */
int store_connection_write_below(struct store_connection *c, const char *top,
                                 const char *key, const char *value);

/* An event comes at once, and for each change of `key` or of what is below. */
int store_connection_watch(struct store_connection *c, const char *key,
                           const char *token);

/* Events that have been on their way may still come. */
int store_connection_unwatch(struct store_connection *c, const char *key,
                             const char *token);

/* What an event is about. */
struct store_event {
    const char *key;
    const char *token;
};

/*
 * Takes an event, if there is one, and says which of `count` it is: its token,
 * and exactly its key; `count` for another. Returns false when there is none,
 * or the connection is lost.
 */
bool store_connection_take_event(struct store_connection *c,
                                 const struct store_event *known, size_t count,
                                 size_t *which);

#endif
