/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The worker: joins console, term, input, render and vnc.
 *
 * session_new() makes what needs the system; session_run() opens nothing and
 * runs locked down. Consoles arrive as descriptors over the link.
 */
#ifndef VNCTERM_SESSION_H
#define VNCTERM_SESSION_H

#include "options.h"
#include "resources.h"

struct session;

enum {
    SESSION_END_US = 1000 * 1000, /* what viewers get to see the last frame */
};

/*
 * Makes the event loop. `options`, `resources` and `link`, the worker's end,
 * are borrowed for the session's life. Failures are logged here. Returns 0 or
 * -errno.
 */
int session_new(struct session **out, const struct options *options,
                struct resources *resources, int link);

/*
 * Reports to the monitor that it is listening, and serves until the console
 * has ended and every viewer has seen the end, or until the monitor is gone.
 * Returns 0, or -errno or another status after logging the cause.
 */
int session_run(struct session *s);

void session_free(struct session *s);

#endif
