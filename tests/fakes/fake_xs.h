/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stand-in for libxenstore together with its daemon, which a test makes fail,
 * hang, die and conflict at will. As with the real one
 * - a watch begins with an event, and fires for nodes below, too;
 * - writing the value that is there already is a write;
 * - a connection whose daemon has died tells nobody: its descriptor stays
 *   silent, events are EINVAL, requests EBADF;
 * - a transaction fails if something has changed since it was started;
 * - the daemon listens on a socket, which hangs up when it dies.
 *
 * There is one daemon in a process. The functions below play the toolstack or
 * the daemon, and may be called while other threads use the library.
 */
#ifndef VNCTERM_TESTS_FAKES_FAKE_XS_H
#define VNCTERM_TESTS_FAKES_FAKE_XS_H

#include <stdbool.h>
#include <stddef.h>

enum {
    FAKE_XS_WAIT_S = 20, /* what takes longer has failed */
};

enum fake_xs_call {
    FAKE_XS_OPEN,
    FAKE_XS_WATCH,
    FAKE_XS_UNWATCH,
    FAKE_XS_READ,
    FAKE_XS_WRITE,
    FAKE_XS_TRANSACTION_START,
    FAKE_XS_TRANSACTION_END,
    FAKE_XS_CALLS,
};

/* An empty, healthy daemon. fake_xs_fini() ends it. */
void fake_xs_init(void);
void fake_xs_fini(void);

/*
 * A descriptor that is readable after a call has ended, until
 * fake_xs_take_activity() is called: when to look again at what is below.
 */
int fake_xs_activity(void);
void fake_xs_take_activity(void);

/* How often `call` was made, failures included. */
unsigned fake_xs_count(enum fake_xs_call call);

/* Waits until it has been made so often. Returns whether it has. */
bool fake_xs_wait_for_count(enum fake_xs_call call, unsigned count);

/* The toolstack. Parents are made, and removed nodes are removed with all that
 * is below. */
void fake_xs_write(const char *path, const char *value);
void fake_xs_write_bytes(const char *path, const void *bytes, size_t len);
void fake_xs_remove(const char *path);
void fake_xs_release_domain(void);

/*
 * Releases a domain. fake_xs_has_drained() says whether the client has taken
 * all events since, with this one, and has been told that there are no more.
 */
unsigned fake_xs_begin_drain(void);
bool fake_xs_has_drained(unsigned drain);

/* How many events there have been. */
unsigned fake_xs_events(void);

/* Whether the node is there and has that value. */
bool fake_xs_has(const char *path, const char *value);
bool fake_xs_exists(const char *path);

/* Whether somebody watches exactly this path. */
bool fake_xs_is_watched(const char *path);

/* Events that are queued for the client. */
unsigned fake_xs_pending_events(void);

/* How often the library wrote a node whose domain was missing. */
unsigned fake_xs_domains_made(void);

/* `call` of `path` fails with `err` until that is 0. One at a time. */
void fake_xs_fail(enum fake_xs_call call, const char *path, int err);

/* The next `count` transactions conflict with another's. */
void fake_xs_conflict(unsigned count);

/* Before the next call of this kind, the node gets that value, or with NULL is
 * removed. */
void fake_xs_change_before(enum fake_xs_call call, const char *path,
                           const char *value);

/* Requests of this kind (all, with FAKE_XS_CALLS), and of this path, wait from
 * now on, until fake_xs_go_on(). */
void fake_xs_hang(enum fake_xs_call call);
void fake_xs_hang_at(enum fake_xs_call call, const char *path);
void fake_xs_go_on(void);

/* How many requests wait. */
unsigned fake_xs_hanging(void);

/* Waits for one that does. Returns whether there is. */
bool fake_xs_wait_for_hanging(void);

/* As kill -9, during a request that hangs, if there is one. */
void fake_xs_die(void);

/* Starts it again, empty. */
void fake_xs_restart(void);

/* Its backlog fills, as when it is stopped: who connects then waits. */
void fake_xs_fill_backlog(void);

/* Whether new connections die with their first request. */
void fake_xs_set_hostile(bool closes_at_once);

/* Whether it is reached through a device: it has no socket, then, but the name
 * of the socket is the device's. */
void fake_xs_set_device(bool is_device);

/* Connections that are open, on the side of the library. */
unsigned fake_xs_connections(void);

#endif
