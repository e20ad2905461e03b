/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The worker: joins console, term, input, render and vnc.
 *
 * What needs a name (sockets, the font file) is opened by session_new();
 * session_run() opens nothing by name and is what may run locked down. Consoles
 * arrive as descriptors over the link.
 */
#ifndef VNCTERM_SESSION_H
#define VNCTERM_SESSION_H

#include "options.h"

struct session;

enum {
    SESSION_FONT_FILE_MAX = 64 << 20, /* the largest CJK fonts are 30 MB */
    SESSION_END_US = 1000 * 1000, /* what viewers get to see the last frame */
};

/*
 * Listens for viewers, reads the font and makes the event loop. `options` and
 * `link`, the worker's end, are borrowed for the session's life. Failures are
 * logged here, with the object they are about. Returns 0 or -errno.
 */
int session_new(struct session **out, const struct options *options, int link);

/*
 * Reports to the monitor that it is listening, and serves until the console
 * has ended and every viewer has seen the end, or until the monitor is gone.
 * Returns 0, or -errno or another status after logging the cause.
 */
int session_run(struct session *s);

void session_free(struct session *s);

#endif
