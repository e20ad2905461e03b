/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stand-in for loop/loop.h whose time and events are set by the test.
 *
 * Nothing happens by itself: descriptors are never looked at and time stands
 * still until one of the functions below is called. Objects may be freed in
 * any callback, as with the real loop.
 */
#ifndef VNCTERM_TESTS_FAKES_FAKE_LOOP_H
#define VNCTERM_TESTS_FAKES_FAKE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "loop/loop.h"

/* What time a fake loop starts at; not 0, which would hide mistakes. */
#define FAKE_LOOP_START_US ((uint64_t)1000000000)

/* Cannot fail. loop_free() frees it. */
void fake_loop_new(struct loop **out);

/*
 * Moves time forward and fires the timers that become due, each at its own
 * time, in order; of those due at the same time, higher priorities first. It
 * includes timers that callbacks arm, and those that wait with delay 0.
 */
void fake_loop_advance_us(struct loop *loop, uint64_t us);

/* Fires what is due without moving time: the timers armed with delay 0. */
void fake_loop_run_pending(struct loop *loop);

/*
 * Calls the watchers of `fd` that want one of `events`, with those that they
 * want, higher priorities first.
 */
void fake_loop_ready(struct loop *loop, int fd, unsigned events);

/* Delivers a signal. */
void fake_loop_signal(struct loop *loop, int signo);

/* What the watchers of `fd` want, together. */
unsigned fake_loop_wanted(const struct loop *loop, int fd);

/* How many timers are armed; 0 is what an idle program must have. */
unsigned fake_loop_count_armed(const struct loop *loop);

/* Whether loop_quit() was called; `status` is what it was given last. */
bool fake_loop_has_quit(const struct loop *loop, int *status);

#endif
