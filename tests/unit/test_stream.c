/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/fd.h"
#include "console/paste_feed.h"
#include "console/stream.h"
#include "fakes/fake_loop.h"

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

static void
on_output(void *data, const void *bytes, size_t len)
{
    struct fixture *f = data;

    f->output = realloc(f->output, f->output_len + len);
    assert_non_null(f->output);
    memcpy(f->output + f->output_len, bytes, len);
    f->output_len += len;
    f->outputs++;
    f->longest_output = len > f->longest_output ? len : f->longest_output;
    if (f->output_takes_us > 0) {
        fake_loop_advance_us(f->loop, f->output_takes_us);
    }
    assert_int_equal(f->hangups, 0);
    if (f->answer != NULL) {
        assert_int_equal(
            stream_send_reply(f->stream, f->answer, strlen(f->answer)), 0);
    }
}

static void
on_hangup(void *data, int err)
{
    struct fixture *f = data;

    assert_false(stream_is_open(f->stream));
    f->hangups++;
    f->hangup_err = err;
    f->output_at_hangup = f->output_len;
}

static void
on_text_room(void *data)
{
    struct fixture *f = data;

    assert_false(f->is_sending);
    assert_true(stream_text_room(f->stream) > 0);
    f->text_rooms++;
}

static void
on_paste_end(void *data)
{
    struct fixture *f = data;

    assert_false(f->is_sending);
    f->paste_ends++;
}

static const struct stream_handler handler = {
    .on_output = on_output,
    .on_hangup = on_hangup,
    .on_text_room = on_text_room,
    .on_paste_end = on_paste_end,
};

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    f->fd = -1;
    f->guest = -1;
    fake_loop_new(&f->loop);
    stream_new(&f->stream, f->loop, &handler, f);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    stream_free(f->stream);
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
    loop_free(f->loop);
    fd_close(&f->guest);
    free(f->output);
    free(f);
    return 0;
}

/* A pty in raw mode. */
static void
open_pty(int *master, int *slave)
{
    struct termios mode;
    int unlock = 0;

    *master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    assert_true(*master >= 0);
    assert_int_equal(ioctl(*master, TIOCSPTLCK, &unlock), 0);
    *slave =
        ioctl(*master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    assert_true(*slave >= 0);
    assert_int_equal(tcgetattr(*slave, &mode), 0);
    cfmakeraw(&mode);
    assert_int_equal(tcsetattr(*slave, TCSANOW, &mode), 0);
}

static void
join(struct fixture *f, int fd, int guest)
{
    f->fd = fd;
    fd_close(&f->guest);
    f->guest = guest;
    assert_int_equal(stream_open(f->stream, fd), 0);
}

/* The stream has the master, as with a command. */
static void
join_master(struct fixture *f)
{
    int master;
    int slave;

    open_pty(&master, &slave);
    join(f, master, slave);
}

/* The stream has the slave, as with -p. */
static void
join_slave(struct fixture *f)
{
    int master;
    int slave;

    open_pty(&master, &slave);
    join(f, slave, master);
}

static void
join_socket(struct fixture *f)
{
    int ends[2];
    int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;

    assert_int_equal(socketpair(AF_UNIX, type, 0, ends), 0);
    join(f, ends[0], ends[1]);
}

/* Waits, at most 5 s, until the kernel has it. */
static void
await(int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};

    assert_int_equal(poll(&p, 1, 5000), 1);
}

static void
guest_writes(struct fixture *f, const void *bytes, size_t len)
{
    assert_int_equal(write(f->guest, bytes, len), len);
    await(f->fd, POLLIN);
}

static void
expect_output(const struct fixture *f, const void *bytes, size_t len)
{
    assert_int_equal(f->output_len, len);
    assert_memory_equal(f->output, bytes, len);
}

/* What the guest can read now, with the stream writing as it is told to. */
static size_t
guest_reads(struct fixture *f, uint8_t *out, size_t size, size_t piece)
{
    size_t total = 0;
    bool is_writing = true;

    while (total < size) {
        size_t room = size - total < piece ? size - total : piece;
        ssize_t count = fd_read(f->guest, out + total, room);
        if (count > 0) {
            total += (size_t)count;
        } else {
            assert_int_equal(count, -EAGAIN);
            if (!is_writing) {
                break;
            }
        }
        is_writing = (fake_loop_wanted(f->loop, f->fd) & LOOP_WRITE) != 0;
        if (is_writing) {
            fake_loop_ready(f->loop, f->fd, LOOP_WRITE);
        } else if (fake_loop_count_armed(f->loop) > 0) {
            is_writing = true;
            fake_loop_advance_us(f->loop, PASTE_PACED_US);
        }
    }
    return total;
}

static void
expect_guest_reads(struct fixture *f, const void *bytes, size_t len)
{
    /* One more would show that there is too much. */
    uint8_t *got = malloc(len + 1);

    assert_non_null(got);
    if (len > 0) {
        await(f->guest, POLLIN);
    }
    assert_int_equal(guest_reads(f, got, len + 1, 4096), len);
    assert_memory_equal(got, bytes, len);
    free(got);
}

/* Byte `i` of a text in which each part differs from its neighbours. */
static uint8_t
pattern(size_t i)
{
    return (uint8_t)(i ^ (i >> 8) ^ (i >> 16));
}

static uint8_t *
new_pattern(size_t len)
{
    uint8_t *bytes = malloc(len);

    assert_non_null(bytes);
    for (size_t i = 0; i < len; i++) {
        bytes[i] = pattern(i);
    }
    return bytes;
}

static void
send_text(struct fixture *f, const void *bytes, size_t len)
{
    f->is_sending = true;
    assert_int_equal(stream_send_text(f->stream, bytes, len), 0);
    f->is_sending = false;
}

static int
send_paste(struct fixture *f, const void *text, size_t len, size_t bracket_len)
{
    struct bytes paste;

    bytes_init(&paste, STREAM_PASTE_MAX);
    assert_int_equal(bytes_push(&paste, text, len), 0);
    f->is_sending = true;
    int r = stream_send_paste(f->stream, &paste, bracket_len);
    f->is_sending = false;
    assert_int_equal(bytes_len(&paste), r == 0 ? 0 : len);
    bytes_fini(&paste);
    return r;
}

/*
 * Types bytes of the pattern until the kernel takes no more. Returns how many
 * bytes were accepted, the last of which waits in the queue.
 */
static size_t
type_until_blocked(struct fixture *f)
{
    for (size_t i = 0; i < (1U << 20); i++) {
        uint8_t byte = pattern(i);
        assert_int_equal(stream_send_keys(f->stream, &byte, 1), 0);
        if ((fake_loop_wanted(f->loop, f->fd) & LOOP_WRITE) != 0) {
            return i + 1;
        }
    }
    fail_msg("the kernel never said EAGAIN");
    return 0;
}

static void
without_a_console_nothing_is_accepted(void **state)
{
    struct fixture *f = *state;

    assert_false(stream_is_open(f->stream));
    assert_int_equal(stream_send_keys(f->stream, "x", 1), -ENOTCONN);
    assert_int_equal(stream_send_reply(f->stream, "x", 1), -ENOTCONN);
    assert_int_equal(stream_send_text(f->stream, "x", 1), -ENOTCONN);
    assert_int_equal(stream_text_room(f->stream), 0);
    assert_false(stream_takes_paste(f->stream));
    assert_int_equal(send_paste(f, "x", 1, 0), -ENOTCONN);
    stream_drain(f->stream, 100);
    assert_int_equal(f->outputs + f->hangups, 0);
}

static void
bytes_pass_both_ways(void **state)
{
    struct fixture *f = *state;
    void (*const joins[])(struct fixture *) = {join_master, join_slave,
                                               join_socket};

    for (size_t i = 0; i < sizeof(joins) / sizeof(joins[0]); i++) {
        joins[i](f);
        f->output_len = 0;
        guest_writes(f, "\0out\xff", 5);
        fake_loop_ready(f->loop, f->fd, LOOP_READ);
        expect_output(f, "\0out\xff", 5);
        assert_int_equal(stream_send_keys(f->stream, "\0in\xff", 4), 0);
        expect_guest_reads(f, "\0in\xff", 4);
    }
}

static void
an_idle_console_is_only_read(void **state)
{
    struct fixture *f = *state;

    join_master(f);
    assert_int_equal(fake_loop_wanted(f->loop, f->fd), LOOP_READ);
    assert_int_equal(stream_send_keys(f->stream, "x", 1), 0);
    assert_int_equal(fake_loop_wanted(f->loop, f->fd), LOOP_READ);
    assert_int_equal(stream_send_keys(f->stream, "", 0), 0);
    assert_int_equal(fake_loop_wanted(f->loop, f->fd), LOOP_READ);
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
}

static void
a_flood_is_bounded_per_turn(void **state)
{
    struct fixture *f = *state;
    size_t len = STREAM_TURN_MAX + 5000;
    uint8_t *flood = new_pattern(len);

    join_socket(f);
    guest_writes(f, flood, len);
    fake_loop_ready(f->loop, f->fd, LOOP_READ);
    assert_int_equal(f->output_len, STREAM_TURN_MAX);
    fake_loop_ready(f->loop, f->fd, LOOP_READ);
    expect_output(f, flood, len);
    assert_int_equal(f->hangups, 0);
    free(flood);
}

static void
a_turn_ends_when_output_takes_long(void **state)
{
    struct fixture *f = *state;
    size_t len = (size_t)48 << 10;
    uint8_t *flood = new_pattern(len);

    join_socket(f);
    guest_writes(f, flood, len);
    f->output_takes_us = 5000;
    fake_loop_ready(f->loop, f->fd, LOOP_READ);
    assert_int_equal(f->outputs, 1);
    fake_loop_ready(f->loop, f->fd, LOOP_READ);
    assert_int_equal(f->outputs, 2);
    free(flood);
}

static void
a_large_screen_is_fed_in_small_pieces(void **state)
{
    struct fixture *f = *state;
    size_t len = (size_t)32 << 10;
    uint8_t *flood = new_pattern(len);

    join_socket(f);
    stream_set_size(f->stream, (struct cell_size){.cols = 200, .rows = 100});
    guest_writes(f, flood, len);
    fake_loop_ready(f->loop, f->fd, LOOP_READ);
    expect_output(f, flood, len);
    assert_in_range(f->longest_output, 256, 2048);
    free(flood);
}

static void
a_guest_that_stops_reading_refuses_keys_at_the_bound(void **state)
{
    struct fixture *f = *state;

    join_master(f);
    size_t accepted = type_until_blocked(f);
    size_t room = STREAM_KEYS_MAX - 1;
    uint8_t *keys = new_pattern(accepted + room + 1);

    assert_int_equal(stream_send_keys(f->stream, keys + accepted, room + 1),
                     -ENOBUFS);
    assert_int_equal(stream_send_keys(f->stream, keys + accepted, room), 0);
    assert_int_equal(stream_send_keys(f->stream, "x", 1), -ENOBUFS);
    assert_int_equal(stream_send_keys(f->stream, "", 0), 0);

    expect_guest_reads(f, keys, accepted + room);
    assert_int_equal(fake_loop_wanted(f->loop, f->fd), LOOP_READ);
    assert_int_equal(stream_send_keys(f->stream, "x", 1), 0);
    free(keys);
}

static void
replies_have_a_bound_of_their_own(void **state)
{
    struct fixture *f = *state;

    join_master(f);
    size_t accepted = type_until_blocked(f);
    uint8_t *all = new_pattern(accepted + STREAM_REPLY_MAX + 1);

    assert_int_equal(
        stream_send_reply(f->stream, all + accepted, STREAM_REPLY_MAX + 1),
        -ENOBUFS);
    assert_int_equal(
        stream_send_reply(f->stream, all + accepted, STREAM_REPLY_MAX), 0);
    assert_int_equal(stream_send_reply(f->stream, "x", 1), -ENOBUFS);
    all[accepted + STREAM_REPLY_MAX] = 'k';
    assert_int_equal(stream_send_keys(f->stream, "k", 1), 0);

    expect_guest_reads(f, all, accepted + STREAM_REPLY_MAX + 1);
    free(all);
}

static void
text_has_a_bound_of_its_own(void **state)
{
    struct fixture *f = *state;

    join_master(f);
    size_t accepted = type_until_blocked(f);
    uint8_t *all = new_pattern(accepted + STREAM_TEXT_MAX + 1);

    assert_int_equal(stream_text_room(f->stream), STREAM_TEXT_MAX);
    assert_int_equal(
        stream_send_text(f->stream, all + accepted, STREAM_TEXT_MAX + 1),
        -ENOBUFS);
    send_text(f, all + accepted, STREAM_TEXT_MAX - 1);
    assert_int_equal(stream_text_room(f->stream), 1);
    send_text(f, all + accepted + STREAM_TEXT_MAX - 1, 1);
    assert_int_equal(stream_text_room(f->stream), 0);
    all[accepted + STREAM_TEXT_MAX] = 'k';
    assert_int_equal(stream_send_keys(f->stream, "k", 1), 0);

    expect_guest_reads(f, all, accepted + STREAM_TEXT_MAX + 1);
    assert_int_equal(stream_text_room(f->stream), STREAM_TEXT_MAX);
    free(all);
}

static void
room_for_text_is_told_once_after_there_was_none(void **state)
{
    struct fixture *f = *state;
    uint8_t *text = new_pattern(STREAM_TEXT_MAX);
    uint8_t got[512];

    join_master(f);
    f->text_rooms = 0;
    send_text(f, text, STREAM_TEXT_MAX);
    assert_int_equal(stream_text_room(f->stream), STREAM_TEXT_MAX);
    (void)type_until_blocked(f);
    send_text(f, text, STREAM_TEXT_MAX - 1);
    (void)guest_reads(f, got, sizeof(got), 256);
    fake_loop_ready(f->loop, f->fd, LOOP_WRITE);
    assert_int_equal(f->text_rooms, 0);

    send_text(f, text, stream_text_room(f->stream));
    fake_loop_ready(f->loop, f->fd, LOOP_WRITE);
    assert_int_equal(f->text_rooms, 0);
    while (stream_text_room(f->stream) == 0) {
        assert_int_equal(guest_reads(f, got, sizeof(got), 256), sizeof(got));
    }
    assert_int_equal(f->text_rooms, 1);
    while (guest_reads(f, got, sizeof(got), 256) > 0) {
    }
    assert_int_equal(stream_text_room(f->stream), STREAM_TEXT_MAX);
    assert_int_equal(f->text_rooms, 1);
    free(text);
}

static void
a_console_that_is_joined_has_room_for_text(void **state)
{
    struct fixture *f = *state;
    uint8_t *text = new_pattern(STREAM_TEXT_MAX);

    join_master(f);
    assert_int_equal(f->text_rooms, 1);
    (void)type_until_blocked(f);
    send_text(f, text, STREAM_TEXT_MAX);
    join_master(f);
    assert_int_equal(f->text_rooms, 2);
    assert_int_equal(stream_text_room(f->stream), STREAM_TEXT_MAX);

    fd_close(&f->guest);
    fake_loop_ready(f->loop, f->fd, LOOP_READ);
    assert_int_equal(stream_text_room(f->stream), 0);
    join_master(f);
    assert_int_equal(f->text_rooms, 3);
    free(text);
}

/* So that what text clients send next is kept for the next console. */
static void
a_write_that_fails_leaves_no_room_for_text(void **state)
{
    struct fixture *f = *state;

    join_socket(f);
    (void)signal(SIGPIPE, SIG_IGN); /* as in the program */
    assert_int_equal(shutdown(f->guest, SHUT_RD), 0);
    send_text(f, "x", 1);
    assert_int_equal(stream_text_room(f->stream), 0);
    fd_close(&f->guest);
    fake_loop_ready(f->loop, f->fd, LOOP_READ);
    assert_int_equal(f->hangups, 1);
    assert_int_equal(f->text_rooms, 1);
    join_socket(f);
    assert_int_equal(f->text_rooms, 2);
}

static void
what_was_accepted_first_is_written_first(void **state)
{
    struct fixture *f = *state;

    join_master(f);
    size_t accepted = type_until_blocked(f);
    /* A byte each in turn, to the bounds. */
    size_t more = (size_t)2 * (STREAM_REPLY_MAX + STREAM_TEXT_MAX);
    uint8_t *all = new_pattern(accepted + more);
    uint8_t *next = all + accepted;

    for (size_t i = 0; i < more; i += 2, next += 2) {
        assert_int_equal(stream_send_keys(f->stream, next, 1), 0);
        if (stream_text_room(f->stream) > 0) {
            send_text(f, next + 1, 1);
        } else {
            assert_int_equal(stream_send_reply(f->stream, next + 1, 1), 0);
        }
    }
    assert_int_equal(stream_send_reply(f->stream, "x", 1), -ENOBUFS);
    assert_int_equal(stream_send_text(f->stream, "x", 1), -ENOBUFS);

    expect_guest_reads(f, all, accepted + more);
    free(all);
}

static void
what_was_accepted_before_a_paste_is_written_before(void **state)
{
    struct fixture *f = *state;

    join_master(f);
    size_t accepted = type_until_blocked(f);
    size_t len = 5000;
    uint8_t *all = new_pattern(accepted + len + 2);

    assert_int_equal(stream_send_reply(f->stream, all + accepted, 1), 0);
    assert_int_equal(stream_send_keys(f->stream, all + accepted + 1, 1), 0);
    assert_int_equal(send_paste(f, all + accepted + 2, len, 0), 0);
    expect_guest_reads(f, all, accepted + len + 2);
    free(all);
}

/* The kernel has room for a part, and what else comes is short. */
static void
keys_and_replies_overtake_a_paste(void **state)
{
    struct fixture *f = *state;
    size_t len = (size_t)1 << 20;
    size_t others_max = (size_t)32 << 10; /* bytes that the kernel can hold */
    char *text = malloc(len);
    uint8_t *got = malloc(len + 10);

    assert_non_null(text);
    assert_non_null(got);
    memset(text, '.', len);
    join_master(f);
    assert_int_equal(send_paste(f, text, len, 0), 0);
    assert_false(stream_takes_paste(f->stream));
    assert_int_equal(stream_send_keys(f->stream, "keys", 4), 0);
    assert_int_equal(stream_send_reply(f->stream, "reply", 5), 0);

    await(f->guest, POLLIN);
    assert_int_equal(guest_reads(f, got, len + 10, 100), len + 9);
    uint8_t *keys = memchr(got, 'k', others_max);
    assert_non_null(keys);
    assert_memory_equal(keys, "keysreply.", 10);
    assert_true(stream_takes_paste(f->stream));
    assert_int_equal(f->paste_ends, 1);
    free(text);
    free(got);
}

/* Somebody who types, or a guest that asks, without end. */
static void
a_paste_and_all_the_rest_take_turns(void **state)
{
    struct fixture *f = *state;
    size_t len = (size_t)256 << 10;
    char *text = malloc(len);
    uint8_t got[512];
    size_t pasted = 0;
    size_t typed = 0;

    assert_non_null(text);
    memset(text, '.', len);
    join_master(f);
    assert_int_equal(send_paste(f, text, len, 0), 0);
    await(f->guest, POLLIN);
    while (pasted < len) {
        while (stream_send_keys(f->stream, "abc", 3) == 0) {
        }
        size_t count = guest_reads(f, got, sizeof(got), sizeof(got));
        assert_true(count > 0);
        for (size_t i = 0; i < count; i++) {
            if (got[i] == '.') {
                assert_int_equal(typed % 3, 0); /* not within a key */
                pasted++;
            } else {
                assert_int_equal(got[i], "abc"[typed % 3]);
                typed++;
            }
        }
    }
    assert_true(typed > 0);
    free(text);
}

/* Reads what the kernel holds. */
static size_t
guest_reads_held(struct fixture *f)
{
    uint8_t got[4096];
    size_t total = 0;
    ssize_t count = fd_read(f->guest, got, sizeof(got));

    while (count > 0) {
        total += (size_t)count;
        count = fd_read(f->guest, got, sizeof(got));
    }
    return total;
}

/* So that the kernel holds little of it when the next key comes. */
static void
a_paste_is_paced_while_others_type(void **state)
{
    struct fixture *f = *state;
    size_t len = (size_t)1 << 20;
    uint8_t *text = new_pattern(len);

    join_socket(f);
    assert_int_equal(send_paste(f, text, len, 0), 0);
    assert_int_equal(stream_send_keys(f->stream, "k", 1), 0);
    while ((fake_loop_wanted(f->loop, f->fd) & LOOP_WRITE) != 0) {
        (void)guest_reads_held(f);
        fake_loop_ready(f->loop, f->fd, LOOP_WRITE);
    }
    (void)guest_reads_held(f);
    for (int i = 0; i < 10; i++) {
        fake_loop_advance_us(f->loop, PASTE_PACED_US);
        assert_in_range(guest_reads_held(f), 1, PASTE_PACED_BYTES);
    }

    /* When they have stopped it goes as fast as the guest reads. */
    fake_loop_advance_us(f->loop, PASTE_TYPING_US);
    (void)guest_reads_held(f);
    assert_true((fake_loop_wanted(f->loop, f->fd) & LOOP_WRITE) != 0);
    fake_loop_ready(f->loop, f->fd, LOOP_WRITE);
    assert_true(guest_reads_held(f) > PASTE_PACED_BYTES);
    free(text);
}

static void
brackets_do_not_hold_what_overtakes(void **state)
{
    static const char opening[] = "\033[200~";
    static const char closing[] = "\033[201~";
    struct fixture *f = *state;
    size_t len = (size_t)256 << 10;
    char *text = malloc(len);
    uint8_t *got = malloc(len + 100);

    assert_non_null(text);
    assert_non_null(got);
    memset(text, '.', len);
    memcpy(text, opening, sizeof(opening) - 1);
    memcpy(text + len - 6, closing, sizeof(closing) - 1);
    join_master(f);
    assert_int_equal(send_paste(f, text, len, 6), 0);
    assert_int_equal(stream_send_keys(f->stream, "k", 1), 0);
    await(f->guest, POLLIN);
    assert_int_equal(guest_reads(f, got, len + 100, 100), len + 13);
    uint8_t *key = memchr(got, 'k', len);
    assert_non_null(key);
    assert_memory_equal(key - 7, ".\033[201~k\033[200~.", 15);
    assert_memory_equal(got + len + 13 - 6, closing, 6);
    free(text);
    free(got);
}

static void
a_paste_arrives_whole_while_the_guest_is_slow(void **state)
{
    struct fixture *f = *state;
    size_t len = (size_t)1 << 20;
    uint8_t *all = new_pattern(len + 12);
    uint8_t *got = malloc(len + 13);

    assert_non_null(got);
    join_master(f);
    assert_int_equal(stream_send_keys(f->stream, all, 6), 0);
    assert_int_equal(send_paste(f, all + 6, len, 0), 0);

    /* A second one has to wait, and stays whole with its owner. */
    assert_false(stream_takes_paste(f->stream));
    assert_int_equal(send_paste(f, "second", 6, 0), -ENOBUFS);
    assert_int_equal(f->paste_ends, 0);

    await(f->guest, POLLIN);
    assert_int_equal(guest_reads(f, got, len + 7, 100), len + 6);
    assert_memory_equal(got, all, len + 6);
    assert_int_equal(fake_loop_wanted(f->loop, f->fd), LOOP_READ);
    assert_int_equal(f->paste_ends, 1);

    assert_true(stream_takes_paste(f->stream));
    assert_int_equal(send_paste(f, "second", 6, 0), 0);
    expect_guest_reads(f, "second", 6);
    assert_int_equal(f->paste_ends, 1); /* it was over at once */
    free(all);
    free(got);
}

static void
a_paste_beyond_the_bound_is_refused(void **state)
{
    struct fixture *f = *state;
    struct bytes paste;

    join_master(f);
    bytes_init(&paste, STREAM_PASTE_MAX + 1);
    uint8_t *room = bytes_reserve(&paste, STREAM_PASTE_MAX + 1);
    assert_non_null(room);
    memset(room, 'x', STREAM_PASTE_MAX + 1);
    bytes_commit(&paste, STREAM_PASTE_MAX + 1);
    assert_int_equal(stream_send_paste(f->stream, &paste, 0), -ENOBUFS);
    assert_int_equal(bytes_len(&paste), STREAM_PASTE_MAX + 1);

    bytes_clear(&paste);
    assert_int_equal(stream_send_paste(f->stream, &paste, 0), 0);
    assert_int_equal(fake_loop_wanted(f->loop, f->fd), LOOP_READ);
    bytes_fini(&paste);
}

static void
one_turn_writes_a_bounded_part_of_a_paste(void **state)
{
    struct fixture *f = *state;
    size_t len = (size_t)2 * STREAM_TURN_MAX;
    uint8_t *all = new_pattern(len);
    uint8_t *got = malloc(len);

    assert_non_null(got);
    join_socket(f);
    assert_int_equal(send_paste(f, all, len, 0), 0);
    assert_int_equal(fd_read(f->guest, got, len), STREAM_TURN_MAX);
    assert_int_equal(fake_loop_wanted(f->loop, f->fd), LOOP_READ | LOOP_WRITE);
    fake_loop_ready(f->loop, f->fd, LOOP_WRITE);
    assert_int_equal(fd_read(f->guest, got + STREAM_TURN_MAX, len),
                     STREAM_TURN_MAX);
    assert_memory_equal(got, all, len);
    free(all);
    free(got);
}

static void
a_reply_from_within_the_output_is_written(void **state)
{
    struct fixture *f = *state;

    join_master(f);
    f->answer = "\033[0n";
    guest_writes(f, "\033[5n", 4);
    fake_loop_ready(f->loop, f->fd, LOOP_READ);
    expect_guest_reads(f, "\033[0n", 4);
}

/* `expected` is 0 at the end of a file. */
static void
expect_hangup_behind_output(struct fixture *f, int expected)
{
    size_t len = 3000;
    uint8_t *last = new_pattern(len);

    guest_writes(f, last, len);
    fd_close(&f->guest);
    for (int i = 0; i < 10 && f->hangups == 0; i++) {
        fake_loop_ready(f->loop, f->fd, LOOP_READ);
    }
    assert_int_equal(f->hangups, 1);
    assert_int_equal(f->hangup_err, expected);
    assert_int_equal(f->output_at_hangup, len);
    expect_output(f, last, len);
    assert_false(stream_is_open(f->stream));
    assert_int_equal(fcntl(f->fd, F_GETFD), -1);
    assert_int_equal(stream_send_keys(f->stream, "x", 1), -ENOTCONN);
    free(last);
}

static void
the_last_slave_closing_hangs_up_behind_its_output(void **state)
{
    join_master(*state);
    expect_hangup_behind_output(*state, EIO);
}

static void
a_closed_socket_hangs_up_behind_its_output(void **state)
{
    join_socket(*state);
    expect_hangup_behind_output(*state, 0);
}

static void
a_closed_master_hangs_up_its_slave(void **state)
{
    struct fixture *f = *state;

    /* Here the kernel throws away what was not read. */
    join_slave(f);
    fd_close(&f->guest);
    fake_loop_ready(f->loop, f->fd, LOOP_READ);
    assert_int_equal(f->hangups, 1);
    assert_int_equal(f->hangup_err, 0);
}

static void
a_hangup_drops_what_waits(void **state)
{
    struct fixture *f = *state;

    join_master(f);
    (void)type_until_blocked(f);
    fd_close(&f->guest);
    fake_loop_ready(f->loop, f->fd, LOOP_READ | LOOP_WRITE);
    assert_int_equal(f->hangups, 1);

    join_master(f);
    f->hangups = 0;
    assert_int_equal(stream_send_keys(f->stream, "new", 3), 0);
    expect_guest_reads(f, "new", 3);
}

static void
a_hangup_ends_a_paste(void **state)
{
    struct fixture *f = *state;
    uint8_t *text = new_pattern(STREAM_PASTE_MAX);

    join_master(f);
    assert_int_equal(send_paste(f, text, STREAM_PASTE_MAX, 0), 0);
    fd_close(&f->guest);
    fake_loop_ready(f->loop, f->fd, LOOP_READ);
    assert_int_equal(f->hangups, 1);
    assert_int_equal(f->paste_ends, 1);

    join_master(f);
    assert_int_equal(send_paste(f, text, STREAM_PASTE_MAX, 0), 0);
    join_master(f);
    assert_int_equal(f->paste_ends, 2);
    assert_int_equal(stream_send_keys(f->stream, "new", 3), 0);
    expect_guest_reads(f, "new", 3);
    free(text);
}

static void
a_write_that_fails_is_told_by_reading(void **state)
{
    struct fixture *f = *state;

    join_socket(f);
    guest_writes(f, "last", 4);
    assert_int_equal(shutdown(f->guest, SHUT_RD), 0);
    (void)signal(SIGPIPE, SIG_IGN); /* as in the program */
    assert_int_equal(stream_send_keys(f->stream, "x", 1), 0);
    assert_int_equal(f->hangups, 0);
    assert_int_equal(fake_loop_wanted(f->loop, f->fd), LOOP_READ);
    fd_close(&f->guest);
    fake_loop_ready(f->loop, f->fd, LOOP_READ);
    expect_output(f, "last", 4);
    /* A short read ends the turn; the end is there to read in the next. */
    fake_loop_ready(f->loop, f->fd, LOOP_READ);
    assert_int_equal(f->hangups, 1);
}

static void
the_next_console_gets_nothing_of_the_last(void **state)
{
    struct fixture *f = *state;

    join_master(f);
    (void)type_until_blocked(f);
    guest_writes(f, "old", 3);
    join_master(f); /* the fixture's old guest is closed */
    assert_int_equal(fake_loop_wanted(f->loop, f->fd), LOOP_READ);
    assert_int_equal(stream_send_keys(f->stream, "new", 3), 0);
    expect_guest_reads(f, "new", 3);
    guest_writes(f, "fresh", 5);
    fake_loop_ready(f->loop, f->fd, LOOP_READ);
    expect_output(f, "fresh", 5);
    assert_int_equal(f->hangups, 0);
}

static void
a_console_that_cannot_be_watched_is_closed(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(stream_open(f->stream, -1), -EBADF);
    assert_false(stream_is_open(f->stream));
}

static struct cell_size
size_of_guest(const struct fixture *f)
{
    struct winsize size;

    assert_int_equal(ioctl(f->guest, TIOCGWINSZ, &size), 0);
    return (struct cell_size){.cols = size.ws_col, .rows = size.ws_row};
}

static void
the_size_is_told_to_each_console(void **state)
{
    struct fixture *f = *state;

    join_master(f);
    assert_int_equal(size_of_guest(f).cols, 0);
    stream_set_size(f->stream, (struct cell_size){.cols = 1000, .rows = 500});
    assert_int_equal(size_of_guest(f).cols, 1000);
    assert_int_equal(size_of_guest(f).rows, 500);
    join_slave(f);
    assert_int_equal(size_of_guest(f).cols, 1000);
    assert_int_equal(size_of_guest(f).rows, 500);
}

static void
draining_reads_what_is_there(void **state)
{
    struct fixture *f = *state;
    uint8_t *last = new_pattern(3000);

    join_master(f);
    guest_writes(f, last, 3000);
    stream_drain(f->stream, 1000);
    assert_int_equal(f->output_len, 1000);
    stream_drain(f->stream, 1 << 20);
    expect_output(f, last, 3000);
    assert_int_equal(f->hangups, 0);
    assert_true(stream_is_open(f->stream));
    fd_close(&f->guest);
    stream_drain(f->stream, 1 << 20);
    assert_int_equal(f->hangups, 1);
    free(last);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        T(without_a_console_nothing_is_accepted),
        T(bytes_pass_both_ways),
        T(an_idle_console_is_only_read),
        T(a_flood_is_bounded_per_turn),
        T(a_turn_ends_when_output_takes_long),
        T(a_large_screen_is_fed_in_small_pieces),
        T(a_guest_that_stops_reading_refuses_keys_at_the_bound),
        T(replies_have_a_bound_of_their_own),
        T(text_has_a_bound_of_its_own),
        T(room_for_text_is_told_once_after_there_was_none),
        T(a_console_that_is_joined_has_room_for_text),
        T(a_write_that_fails_leaves_no_room_for_text),
        T(what_was_accepted_first_is_written_first),
        T(what_was_accepted_before_a_paste_is_written_before),
        T(keys_and_replies_overtake_a_paste),
        T(a_paste_and_all_the_rest_take_turns),
        T(a_paste_is_paced_while_others_type),
        T(brackets_do_not_hold_what_overtakes),
        T(a_paste_arrives_whole_while_the_guest_is_slow),
        T(a_paste_beyond_the_bound_is_refused),
        T(one_turn_writes_a_bounded_part_of_a_paste),
        T(a_reply_from_within_the_output_is_written),
        T(the_last_slave_closing_hangs_up_behind_its_output),
        T(a_closed_socket_hangs_up_behind_its_output),
        T(a_closed_master_hangs_up_its_slave),
        T(a_hangup_drops_what_waits),
        T(a_hangup_ends_a_paste),
        T(a_write_that_fails_is_told_by_reading),
        T(the_next_console_gets_nothing_of_the_last),
        T(a_console_that_cannot_be_watched_is_closed),
        T(the_size_is_told_to_each_console),
        T(draining_reads_what_is_there),
#undef T
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
