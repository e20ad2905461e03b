/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the benchmark's small programs share. They have nobody to report to
 * but the benchmark, so whatever fails ends the program with a message.
 */
#ifndef VNCTERM_TESTS_BENCH_UTIL_H
#define VNCTERM_TESTS_BENCH_UTIL_H

#include <stddef.h>
#include <stdint.h>

/* Ends the program; the first adds what errno says. */
_Noreturn void util_die_errno(const char *what);
_Noreturn void util_die(const char *what);

/* The monotonic clock. */
uint64_t util_now_ns(void);
void util_sleep_ns(uint64_t ns);

/* A decimal argument of at most `high`. */
uint64_t util_number(const char *text, uint64_t high);

/* Exactly `len` bytes. The end of the stream is a failure, too. */
void util_read_all(int fd, void *buffer, size_t len);
void util_write_all(int fd, const void *data, size_t len);

/* A listener on a free port of 127.0.0.1. */
int util_listen(uint16_t *out_port);

/* Waits for one connection, without delays in sending. */
int util_accept(int listener);

/* A connection to 127.0.0.1, without delays in sending. */
int util_connect(uint16_t port);

/* Lets a terminal pass bytes unchanged. */
void util_set_raw(int fd);

/* Runs a program on a raw pty. Returns the master's end. */
int util_spawn_on_pty(char *const argv[]);

/* The next number of a fixed sequence, below `limit`. */
uint32_t util_random(uint32_t *state, uint32_t limit);

#endif
