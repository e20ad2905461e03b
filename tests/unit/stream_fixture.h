/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream between a fake loop and a real console, and its guest. */
#ifndef VNCTERM_TESTS_UNIT_STREAM_FIXTURE_H
#define VNCTERM_TESTS_UNIT_STREAM_FIXTURE_H

/* What cmocka.h wants included first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "console/stream.h"

/*
 * The fake loop decides when a descriptor is looked at; the descriptors are
 * real. `guest` is the other side of the console.
 */
struct fixture {
    struct loop *loop;
    struct stream *stream;
    int fd; /* as given to the stream, which owns it */
    int guest;

    uint8_t *output;
    size_t output_len;
    int outputs;
    size_t longest_output;
    uint64_t output_takes_us; /* of the fake loop's time */
    int hangups;
    int hangup_err;
    size_t output_at_hangup;
    int text_rooms; /* calls of on_text_room */
    int paste_ends; /* calls of on_paste_end */
    bool is_sending;

    /* Sent from within on_output, or NULL. */
    const char *answer;
};

int set_up(void **state);

int tear_down(void **state);

/* The stream has the master of a pty in raw mode, as with a command. */
void join_master(struct fixture *f);

/* It has the slave, as with -p. */
void join_slave(struct fixture *f);

void join_socket(struct fixture *f);

/* Waits, at most 5 s, until the kernel has it. */
void await(int fd, short events);

void guest_writes(struct fixture *f, const void *bytes, size_t len);

/* That this is all there has been. */
void expect_output(const struct fixture *f, const void *bytes, size_t len);

/*
 * What the guest can read now, in pieces, with the stream writing as it is told
 * to; returns how many of `size` bytes that is.
 */
size_t guest_reads(struct fixture *f, uint8_t *out, size_t size, size_t piece);

/* That the guest can read this, and no more. */
void expect_guest_reads(struct fixture *f, const void *bytes, size_t len);

/* Bytes of which each part differs from its neighbours. The caller frees it. */
uint8_t *new_pattern(size_t len);

/* Accepted as a whole, or the test fails. */
void send_text(struct fixture *f, const void *bytes, size_t len);

/* Returns what stream_send_paste() does. */
int
send_paste(struct fixture *f, const void *text, size_t len, size_t bracket_len);

/*
 * Types bytes of the pattern until the kernel takes no more. Returns how many
 * bytes were accepted, the last of which waits in the queue.
 */
size_t type_until_blocked(struct fixture *f);

#endif
