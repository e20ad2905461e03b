/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "fakes/fake_loop.h"
#include "unit/stream_fixture.h"

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

/* The kernel has room for a part, and what else comes is short. */
/* Somebody who types, or a guest that asks, without end. */
/* Reads what the kernel holds. */
/* So that the kernel holds little of it when the next key comes. */
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
        T(a_reply_from_within_the_output_is_written),
        T(the_last_slave_closing_hangs_up_behind_its_output),
        T(a_closed_socket_hangs_up_behind_its_output),
        T(a_closed_master_hangs_up_its_slave),
        T(a_hangup_drops_what_waits),
        T(a_write_that_fails_is_told_by_reading),
        T(the_next_console_gets_nothing_of_the_last),
        T(a_console_that_cannot_be_watched_is_closed),
        T(the_size_is_told_to_each_console),
        T(draining_reads_what_is_there),
#undef T
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
