/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Xenstore, as far as a console needs it: publishes ports below the console's
 * path, watches its tty, and outlives the store's restarts.
 *
 * Calls of libxenstore wait for the daemon, without a timeout and without a way
 * to interrupt them, so they run in a thread of their own, which talks with the
 * loop through a socket pair: a store that hangs holds up nothing else. When
 * the daemon dies libxenstore does not tell; a second, idle connection to its
 * socket does.
 *
 * The path is `/local/domain/N/...`; its first three parts are the domain.
 */
#ifndef VNCTERM_MONITOR_STORE_H
#define VNCTERM_MONITOR_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "loop/loop.h"

struct store;

enum {
    /* Bytes of a value that is told; longer ones, which nothing of ours means,
     * are cut. */
    STORE_VALUE_MAX = 255,
    STORE_FILE_MAX = 1023, /* bytes of a state file's path */
    STORE_FREE_MS = 20,    /* that store_free() waits for its thread */
    /* Until the next attempt to connect, or to write a port: then doubling. */
    STORE_RETRY_FIRST_US = 100 * 1000,
    STORE_RETRY_MAX_US = 5 * 1000 * 1000,
};

struct store_handler {
    /*
     * PATH/tty names a terminal: it was found when we first looked, or somebody
     * has written it (the same value again, too, but writes that come together
     * are told as one). "" is not told. The value is whatever is in the store,
     * with '?' for a NUL.
     *
     * The value that was told last and is found by the first look after a
     * reconnection is told again, once, if the store began empty, for then it
     * has been written since. That shows from a port of ours that is gone. A
     * daemon can also bring back what it held: the port is there, and the value
     * may be stale, the name of another program's pty by now, and is not told.
     * Without a port that was published the store counts as brought back.
     */
    void (*on_tty)(void *data, const char *value);
    /*
     * PATH/tty, or the domain, has been there on this connection and is not any
     * more. A later on_tty takes that back. Told once until then.
     */
    void (*on_removed)(void *data);
};

enum store_watch {
    STORE_WATCH_TTY,
    STORE_PUBLISH_ONLY, /* the console is not the store's: nothing is told */
};

/*
 * Whether there is a store to connect to. Returns 0 or -errno: -ENOSYS when
 * built without libxenstore. Does not wait for the store: one that hangs is
 * there.
 */
int store_check(void);

/*
 * Connects, and connects again when the store has died, on its own; losses and
 * returns are logged, and so is a key that cannot be read, written or watched.
 * `path` is borrowed for the call. Handlers are called from the loop, and may
 * free the store. SIGPIPE must be ignored, and left so. Allows malloc() one
 * arena only, for the whole process. Returns 0 or -errno.
 */
int store_new(struct store **out, struct loop *loop, const char *path,
              enum store_watch watch, const struct store_handler *handler,
              void *data);

/*
 * Publishes PATH/vnc-port and PATH/tc-port, decimal TCP ports, except those
 * that are 0: at once on the first connection; after a later one as soon as the
 * domain is there again, never below a missing one. (A connection on which the
 * store did not answer does not count.) One that is removed by others is
 * written again, unless its console has been, too. A port that is refused is
 * written again after STORE_RETRY_FIRST_US and so on, until it is taken: a line
 * in the log, and another when none is refused any more.
 */
void store_set_ports(struct store *s, uint16_t vnc_port, uint16_t text_port);

/*
 * Writes PATH/statefile, the absolute path of a file that is complete. Copied.
 * Once for each call, as soon as the domain is there; written late, or after a
 * reconnection, the newest only.
 */
void store_set_state_file(struct store *s, const char *file);

/*
 * Stops its thread. If that waits for a store that hangs, it is left behind
 * after STORE_FREE_MS, and frees what is its own should the store go on. What
 * has been published stays; what is still to be written is not.
 */
void store_free(struct store *s);

#endif
