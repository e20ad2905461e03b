/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event loop: descriptors, timers and signals, one thread.
 *
 * It hides libevent's core, so that a swap is one file, and so that tests put
 * tests/fakes/fake_loop.c in its place and set the time. Of the events that
 * are ready, those of a higher priority are handled first, and then all the
 * others, before it looks again: a key waits for at most one callback of each
 * ready guest and frame, and a flood starves nobody. Callbacks do a bounded
 * amount of work.
 *
 * A loop does not survive fork(), and signals work in one loop of a process.
 *
 * A watcher or timer may be freed inside any callback, its own included; none
 * of its callbacks runs afterwards.
 */
#ifndef VNCTERM_LOOP_LOOP_H
#define VNCTERM_LOOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_fd;
struct loop_timer;
struct loop_signal;

enum loop_priority {
    LOOP_PRIORITY_VIEWER, /* signals, the link, viewers */
    LOOP_PRIORITY_GUEST,  /* the console's bytes */
    LOOP_PRIORITY_RENDER, /* frames */
    LOOP_PRIORITIES,
};

enum loop_events {
    LOOP_READ = 1,
    LOOP_WRITE = 2,
};

typedef void loop_fd_fn(void *data, unsigned events);
typedef void loop_fn(void *data);

/* Returns 0, or -errno when the kernel refuses an epoll instance. */
int loop_new(struct loop **out);

/* Every watcher, timer and signal must be freed before. */
void loop_free(struct loop *loop);

/*
 * Handles events until loop_quit(). Returns the status given there, or -errno
 * when waiting itself fails.
 */
int loop_run(struct loop *loop);

/*
 * Makes loop_run() return `status` (not negative) after this callback; outside
 * of loop_run(), makes the next one return at once.
 */
void loop_quit(struct loop *loop, int status);

/* Microseconds on the monotonic clock. Nothing else reads a clock. */
uint64_t loop_now_us(const struct loop *loop);

/*
 * Watches `fd`, which stays the caller's and must be open until the watcher is
 * freed. It wants nothing at first. Hang-ups and errors come as LOOP_READ or
 * LOOP_WRITE, whichever is wanted. Returns 0 or -errno; -EPERM for a file that
 * is always ready and cannot be watched.
 */
int loop_fd_new(struct loop_fd **out, struct loop *loop, int fd,
                enum loop_priority priority, loop_fd_fn *fn, void *data);

/*
 * Sets what to watch for: LOOP_READ, LOOP_WRITE, both or 0. When the kernel
 * refuses, that is logged and the event is reported as ready once, so that the
 * owner's read or write meets the error.
 */
void loop_fd_want(struct loop_fd *watcher, unsigned events);

/* Does not close the descriptor. */
void loop_fd_free(struct loop_fd *watcher);

/* A timer that is not armed. */
void loop_timer_new(struct loop_timer **out, struct loop *loop,
                    enum loop_priority priority, loop_fn *fn, void *data);

/*
 * Fires once, `delay_us` from now; 0 means after the events that are ready
 * now. An armed timer is moved.
 */
void loop_timer_arm(struct loop_timer *timer, uint64_t delay_us);

void loop_timer_disarm(struct loop_timer *timer);

bool loop_timer_is_armed(const struct loop_timer *timer);

void loop_timer_free(struct loop_timer *timer);

/*
 * Calls `fn` after `signo` has arrived, once for several that came together,
 * with LOOP_PRIORITY_VIEWER. Returns 0 or -errno.
 */
int loop_signal_new(struct loop_signal **out, struct loop *loop, int signo,
                    loop_fn *fn, void *data);

void loop_signal_free(struct loop_signal *sig);

#endif
