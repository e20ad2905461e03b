/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A paste on its way, and what overtakes it. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/fd.h"
#include "console/paste_feed.h"
#include "fakes/fake_loop.h"
#include "unit/stream_fixture.h"

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

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        T(what_was_accepted_before_a_paste_is_written_before),
        T(keys_and_replies_overtake_a_paste),
        T(a_paste_and_all_the_rest_take_turns),
        T(a_paste_is_paced_while_others_type),
        T(brackets_do_not_hold_what_overtakes),
        T(a_paste_arrives_whole_while_the_guest_is_slow),
        T(a_paste_beyond_the_bound_is_refused),
        T(one_turn_writes_a_bounded_part_of_a_paste),
        T(a_hangup_ends_a_paste),
#undef T
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
