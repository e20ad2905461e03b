/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command: found, started on a pty, reaped, and started again not too
 * often.
 *
 * Everything that allocates is done before the fork: the child may be one of a
 * process with threads, and calls only what is safe there.
 */
#ifndef VNCTERM_MONITOR_COMMAND_H
#define VNCTERM_MONITOR_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/types.h>

struct command;

/* How a run has ended. */
struct command_end {
    int exec_errno; /* why it could not be executed, or 0 */
    int status;     /* as from waitpid() */
};

/*
 * Finds the file that `name` means: as it is when it has a slash, else in PATH.
 * Returns 0 and a path that the caller frees, or -errno: -ENOENT, or -EACCES
 * when something of that name was found that may not be executed.
 */
int command_find(const char *name, char **out);

/*
 * `file` and `argv` are borrowed for its life. The environment is that of now,
 * with `term` as TERM and without the size and the kind of another terminal.
 */
void command_new(struct command **out, const char *file, char *const *argv,
                 const char *term);

/* A run that has not ended goes on. */
void command_free(struct command *c);

/*
 * Starts it as the leader of a session of its own, with `tty` as its terminal
 * and standard input, output and error, all other descriptors closed, and
 * signals as they are by default. No run may be under way. Returns 0 or
 * -errno. That the file cannot be executed is told by command_reap().
 */
int command_start(struct command *c, int tty);

bool command_is_running(const struct command *c);

/* Whether the run has ended now; if so, how. Does not wait. */
bool command_reap(struct command *c, struct command_end *out);

/* Sends the run, if there is one, what a terminal that closes sends. */
void command_hang_up(const struct command *c);

/* When to start again. Zero initialised. */
struct backoff {
    uint64_t next_us;
};

enum {
    BACKOFF_FIRST_US = 1000 * 1000,
    BACKOFF_MAX_US = 30 * 1000 * 1000,
    BACKOFF_GOOD_RUN_US = 5 * 1000 * 1000, /* such a run did not fail */
};

/*
 * How long to wait after a run of `ran_us`: not at all at first and after a
 * good run, else 1 s, doubling to 30 s.
 */
uint64_t backoff_next(struct backoff *b, uint64_t ran_us);

#endif
