/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>

#include <cmocka.h>

#include "base/fd.h"
#include "fakes/fake_loop.h"
#include "pastes.h"

enum {
    LONG_LEN = VNC_CUT_TEXT_MAX,
    GOT_MAX = 4 * LONG_LEN + 1,
};

/* A guest that reads when the test has it read. */
struct fixture {
    struct loop *loop;
    struct stream *stream;
    struct term *term;
    struct pastes *pastes;
    int fd;
    int guest;
    char *got;
    size_t got_len;
    int refused; /* by pastes_go_on() */
};

static void
on_output(void *data, const void *bytes, size_t len)
{
    (void)data;
    (void)bytes;
    (void)len;
}

static void
on_hangup(void *data, int err)
{
    (void)data;
    (void)err;
}

static void
on_paste_end(void *data)
{
    struct fixture *f = data;

    f->refused += pastes_go_on(f->pastes) < 0;
}

static void
join(struct fixture *f)
{
    int ends[2];
    int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;

    assert_int_equal(socketpair(AF_UNIX, type, 0, ends), 0);
    f->fd = ends[0];
    f->guest = ends[1];
    assert_int_equal(stream_open(f->stream, f->fd), 0);
}

static int
set_up(void **state)
{
    static const struct stream_handler handler = {
        .on_output = on_output,
        .on_hangup = on_hangup,
        .on_paste_end = on_paste_end,
    };
    static const struct term_handler term_handler = {0};
    struct term_config config = {.size = {.cols = 80, .rows = 24}};
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    f->got = malloc(GOT_MAX);
    assert_non_null(f->got);
    fake_loop_new(&f->loop);
    stream_new(&f->stream, f->loop, &handler, f);
    assert_int_equal(term_new(&f->term, &config, &term_handler, NULL), 0);
    pastes_new(&f->pastes, f->stream, f->term);
    join(f);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    pastes_free(f->pastes);
    stream_free(f->stream);
    term_free(f->term);
    loop_free(f->loop);
    fd_close(&f->guest);
    free(f->got);
    free(f);
    return 0;
}

/* The guest reads until there is nothing more. */
static void
read_all(struct fixture *f)
{
    bool is_writing = true;

    f->got_len = 0;
    for (;;) {
        assert_true(f->got_len < GOT_MAX);
        ssize_t count =
            fd_read(f->guest, f->got + f->got_len, GOT_MAX - f->got_len);
        if (count > 0) {
            f->got_len += (size_t)count;
        } else if (!is_writing) {
            break;
        }
        is_writing = (fake_loop_wanted(f->loop, f->fd) & LOOP_WRITE) != 0;
        if (is_writing) {
            fake_loop_ready(f->loop, f->fd, LOOP_WRITE);
        } else if (fake_loop_count_armed(f->loop) > 0) {
            is_writing = true;
            fake_loop_advance_us(f->loop, 1000);
        }
    }
}

static void
expect_guest_reads(struct fixture *f, const char *expected)
{
    read_all(f);
    assert_int_equal(f->got_len, strlen(expected));
    assert_memory_equal(f->got, expected, f->got_len);
}

/* Runs of equal bytes in what the guest has read: "ab" for aaab. */
static void
expect_runs(struct fixture *f, const char *expected)
{
    char runs[64] = {0};
    size_t len = 0;

    read_all(f);
    for (size_t i = 0; i < f->got_len; i++) {
        if (len == 0 || runs[len - 1] != f->got[i]) {
            assert_true(len < sizeof(runs) - 1);
            runs[len] = f->got[i];
            len++;
        }
    }
    assert_string_equal(runs, expected);
}

static void
set_text(struct fixture *f, unsigned viewer, const char *text)
{
    pastes_set_text(f->pastes, viewer, VNC_TEXT_UTF8, text, strlen(text));
}

/* More than the guest takes at once. */
static void
set_long_text(struct fixture *f, unsigned viewer, char byte)
{
    char *text = malloc(LONG_LEN);

    assert_non_null(text);
    memset(text, byte, LONG_LEN);
    pastes_set_text(f->pastes, viewer, VNC_TEXT_LATIN1, text, LONG_LEN);
    free(text);
}

static void
type(struct fixture *f, unsigned viewer, const char *keys)
{
    assert_int_equal(pastes_send_keys(f->pastes, viewer, keys, strlen(keys)),
                     0);
}

static void
text_is_pasted_as_often_as_one_likes(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(pastes_paste(f->pastes, 0), 0); /* there is none */
    set_text(f, 0, "a\nb\033");
    assert_int_equal(pastes_paste(f->pastes, 0), 0);
    assert_int_equal(pastes_paste(f->pastes, 0), 0);
    type(f, 0, "c");
    expect_guest_reads(f, "a\rba\rbc");
}

static void
latin1_is_pasted_in_the_guests_coding(void **state)
{
    struct fixture *f = *state;

    pastes_set_text(f->pastes, 3, VNC_TEXT_LATIN1, "\xe9\r\n\xff\x9b", 5);
    assert_int_equal(pastes_paste(f->pastes, 3), 0);
    expect_guest_reads(f, "\u00e9\r\u00ff");
}

static void
the_longest_latin1_is_pasted_whole(void **state)
{
    struct fixture *f = *state;

    set_long_text(f, 0, '\xe9');
    assert_int_equal(pastes_paste(f->pastes, 0), 0);
    read_all(f);
    assert_int_equal(f->got_len, 2 * LONG_LEN);
    assert_memory_equal(f->got + f->got_len - 4, "\u00e9\u00e9", 4);
}

static void
each_viewer_pastes_its_own_text(void **state)
{
    struct fixture *f = *state;

    set_text(f, 0, "zero");
    set_text(f, 15, "fifteen");
    assert_int_equal(pastes_paste(f->pastes, 15), 0);
    assert_int_equal(pastes_paste(f->pastes, 0), 0);
    pastes_forget(f->pastes, 0);
    assert_int_equal(pastes_paste(f->pastes, 0), 0);
    expect_guest_reads(f, "fifteenzero");
}

static void
keys_stay_behind_the_own_paste_and_overtake_others(void **state)
{
    struct fixture *f = *state;

    set_long_text(f, 0, '.');
    assert_int_equal(pastes_paste(f->pastes, 0), 0);
    type(f, 0, "A");
    type(f, 1, "B");
    type(f, 0, "C");
    expect_runs(f, ".B.AC");
    type(f, 0, "D");
    expect_guest_reads(f, "D");
}

static void
those_who_want_to_paste_take_turns(void **state)
{
    struct fixture *f = *state;

    for (unsigned viewer = 0; viewer < 4; viewer++) {
        set_long_text(f, viewer, (char)('0' + viewer));
    }
    assert_int_equal(pastes_paste(f->pastes, 2), 0);
    assert_int_equal(pastes_paste(f->pastes, 2), -ENOBUFS);
    assert_int_equal(pastes_paste(f->pastes, 1), 0);
    assert_int_equal(pastes_paste(f->pastes, 1), -ENOBUFS);
    assert_int_equal(pastes_paste(f->pastes, 3), 0);
    assert_int_equal(pastes_paste(f->pastes, 0), 0);
    expect_runs(f, "2301");
    assert_int_equal(f->refused, 0);
}

static void
keys_stay_behind_an_own_paste_that_waits(void **state)
{
    struct fixture *f = *state;

    set_long_text(f, 0, '.');
    set_text(f, 1, "waits");
    assert_int_equal(pastes_paste(f->pastes, 0), 0);
    assert_int_equal(pastes_paste(f->pastes, 1), 0);
    type(f, 1, "keys");
    read_all(f);
    assert_int_equal(f->got_len, LONG_LEN + 9);
    assert_memory_equal(f->got + LONG_LEN, "waitskeys", 9);
}

static void
keys_behind_a_paste_have_a_bound(void **state)
{
    struct fixture *f = *state;
    char keys[PASTES_KEYS_MAX];

    memset(keys, 'k', sizeof(keys));
    set_long_text(f, 0, '.');
    assert_int_equal(pastes_paste(f->pastes, 0), 0);
    assert_int_equal(pastes_send_keys(f->pastes, 0, keys, sizeof(keys)), 0);
    assert_int_equal(pastes_send_keys(f->pastes, 0, "x", 1), -ENOBUFS);
    expect_runs(f, ".k");
}

static void
who_goes_leaves_what_is_being_fed(void **state)
{
    struct fixture *f = *state;

    set_long_text(f, 0, '.');
    set_text(f, 1, "1");
    assert_int_equal(pastes_paste(f->pastes, 0), 0);
    assert_int_equal(pastes_paste(f->pastes, 1), 0);
    type(f, 0, "A");
    pastes_forget(f->pastes, 0);
    pastes_forget(f->pastes, 1);
    type(f, 0, "B"); /* another one in the same slot */
    expect_runs(f, ".B.A");
    assert_int_equal(pastes_paste(f->pastes, 0), 0);
    expect_guest_reads(f, "");
}

/* It was meant for the guest that is gone. */
static void
what_waits_is_not_for_the_next_console(void **state)
{
    struct fixture *f = *state;

    set_long_text(f, 0, '.');
    set_text(f, 1, "1");
    assert_int_equal(pastes_paste(f->pastes, 0), 0);
    assert_int_equal(pastes_paste(f->pastes, 1), 0);
    type(f, 1, "A");
    type(f, 0, "B");
    fd_close(&f->guest);
    fake_loop_ready(f->loop, f->fd, LOOP_READ);
    assert_false(stream_is_open(f->stream));
    assert_int_equal(f->refused, 1);
    assert_int_equal(pastes_paste(f->pastes, 0), -ENOTCONN);

    join(f);
    assert_int_equal(pastes_paste(f->pastes, 1), 0);
    expect_guest_reads(f, "1");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        T(text_is_pasted_as_often_as_one_likes),
        T(latin1_is_pasted_in_the_guests_coding),
        T(the_longest_latin1_is_pasted_whole),
        T(each_viewer_pastes_its_own_text),
        T(keys_stay_behind_the_own_paste_and_overtake_others),
        T(those_who_want_to_paste_take_turns),
        T(keys_stay_behind_an_own_paste_that_waits),
        T(keys_behind_a_paste_have_a_bound),
        T(who_goes_leaves_what_is_being_fed),
        T(what_waits_is_not_for_the_next_console),
#undef T
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
