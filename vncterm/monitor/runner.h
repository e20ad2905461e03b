/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs the command on a pty of its own, and again when it ends if so asked.
 *
 * One pty serves all runs. A hang-up of it is not the end: login and agetty
 * hang up their terminal to be alone on it, and open it again; the pty is then
 * handed out once more. Only the end of the command counts.
 */
#ifndef VNCTERM_MONITOR_RUNNER_H
#define VNCTERM_MONITOR_RUNNER_H

#include <stdbool.h>

#include "base/geom.h"
#include "loop/loop.h"

struct runner;

enum {
    /* A console that hangs up again and again is joined at most this often. */
    RUNNER_REJOIN_US = 100 * 1000,
};

struct runner_config {
    const char *file; /* see monitor/command.h */
    char *const *argv;
    const char *term;
    struct cell_size size; /* that the pty starts with */
    char erase;            /* the character that its terminal erases with */
    bool restart;          /* run it again when it ends */
};

enum runner_end {
    RUNNER_ENDED,
    RUNNER_NOT_STARTED, /* it could not be executed */
};

struct runner_handler {
    /* The pty's master, borrowed, shall be joined. */
    void (*on_join)(void *data, int fd);
    /* It has ended and is not run again. */
    void (*on_end)(void *data, enum runner_end end);
};

/* Makes the pty; `config` is borrowed. Returns 0 or -errno. */
int runner_new(struct runner **out, struct loop *loop,
               const struct runner_config *config,
               const struct runner_handler *handler, void *data);

/* Hangs up a run that has not ended. */
void runner_free(struct runner *r);

/* Hands out the pty and starts the first run. */
void runner_start(struct runner *r);

/* The console that was handed out has hung up. */
void runner_hung_up(struct runner *r);

/* A child may have ended: reaps the command, and it alone. */
void runner_reap(struct runner *r);

/* No further run, and a hang-up for the one that is under way. */
void runner_stop(struct runner *r);

#endif
