/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "term_rig.h"

/* What test_term_properties.c does not: what the stream looks like. */

static int
drop(void *data, const void *bytes, size_t len)
{
    (void)data;
    (void)bytes;
    (void)len;
    return 0;
}

static int
fail_second(void *data, const void *bytes, size_t len)
{
    int *calls = data;

    (void)bytes;
    (void)len;
    (*calls)++;
    return *calls == 2 ? -5 : 0;
}

static void
begins_with_the_version_and_a_reset(void **state)
{
    static const char expected[] = "\033]7717;1\033\\\033c\033%G";
    struct rig *rig = rig_new(80, 25);
    struct rig_bytes written = rig_state(rig);

    (void)state;
    assert_memory_equal(written.data, expected, sizeof(expected) - 1);
    free(written.data);
    rig_free(rig);
}

static void
blank_terminal_is_short(void **state)
{
    struct rig *rig = rig_new(80, 25);
    struct rig_bytes written = rig_state(rig);

    (void)state;
    assert_true(written.len < 100);
    free(written.data);
    rig_free(rig);
}

static void
first_error_stops_the_writing(void **state)
{
    struct rig *rig = rig_new(80, 25);
    int calls = 0;

    (void)state;
    for (int i = 0; i < 2000; i++) {
        rig_feedf(rig, "a line of text with the number %d\r\n", i);
    }
    assert_int_equal(term_write_state(rig->term, fail_second, &calls), -5);
    assert_int_equal(calls, 2);
    assert_int_equal(term_write_state(rig->term, drop, NULL), 0);
    rig_free(rig);
}

static void
wrapped_text_is_written_in_one_piece(void **state)
{
    struct rig *rig = rig_new(5, 4);

    (void)state;
    rig_feed(rig, "abcdefghijkl");
    struct rig_bytes written = rig_state(rig);
    assert_non_null(strstr(written.data, "abcdefghijkl"));
    free(written.data);
    rig_free(rig);
}

/* A narrower reader wraps where it must and joins what was joined. */
static void
narrower_reader_keeps_the_text(void **state)
{
    struct rig *wide = rig_new(20, 3);
    struct rig *narrow = rig_new(7, 3);

    (void)state;
    rig_feed(wide, "0123456789abcdef\r\nnext");
    struct rig_bytes written = rig_state(wide);
    rig_feed_bytes(narrow, written.data, written.len);
    assert_string_equal(rig_row(narrow, 0), "ef");
    assert_string_equal(rig_row(narrow, 1), "next");
    assert_int_equal(scrollback_lines(screen_scrollback(narrow->term->screen)),
                     2);
    free(written.data);
    rig_free(wide);
    rig_free(narrow);
}

static void
lines_wider_than_the_screen_are_written(void **state)
{
    struct rig *rig = rig_new(20, 2);
    struct rig *copy = rig_new(6, 2);

    (void)state;
    rig_feed(rig, "0123456789abcdef\r\nb\r\nc\r\nd");
    assert_int_equal(term_resize(rig->term, (struct cell_size){6, 2}), 0);
    struct rig_bytes once = rig_state(rig);
    rig_feed_bytes(copy, once.data, once.len);
    struct rig_bytes twice = rig_state(copy);
    assert_int_equal(once.len, twice.len);
    assert_memory_equal(once.data, twice.data, once.len);
    free(once.data);
    free(twice.data);
    rig_free(rig);
    rig_free(copy);
}

/* Charset, coding and REP come last: nothing can be written after them. */
static void
codings_survive(void **state)
{
    static const char *const texts[] = {
        "\033%@",
        "\033[11m",
        "\033%@\033(U",
        "\033)0\016",
        "\033%@\033[11m",
        "\033*0\033N",
        "\033.A\033n",
        "\033+<\033o",
        "\xe4\xbd\xa0",
        "\033%@\xff",
        "\033]7717;last;1f600\a",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct rig *rig = rig_new(9, 3);
        struct rig *copy = rig_new(9, 3);
        rig_feed(rig, texts[i]);
        struct rig_bytes written = rig_state(rig);

        rig_feed_bytes(copy, written.data, written.len);
        assert_null(rig_difference(rig, copy));
        rig_feed(rig, "\xc9q\033[2b");
        rig_feed(copy, "\xc9q\033[2b");
        assert_null(rig_difference(rig, copy));

        free(written.data);
        rig_free(rig);
        rig_free(copy);
    }
}

/* A guest may send our own OSC; it gains nothing. */
static void
own_sequence_from_a_guest_is_harmless(void **state)
{
    struct rig *rig = rig_new(9, 3);

    (void)state;
    rig_feed(rig, "\033]7717;pending\a");
    assert_null(rig_broken(rig));
    rig_feed(rig, "\033]7717;last;9b\a\033[3b\033]7717;last;d800\a\033[3b"
                  "\033]7717;last;301\a\033[3b\033]7717;last;ffffff\a\033[3b"
                  "\033]7717;last\a\033[b\033]7717\a\033]7717;wrapped;x\a");
    assert_null(rig_broken(rig));
    assert_string_equal(rig_row(rig, 0), "");
    rig_free(rig);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_with_the_version_and_a_reset),
        cmocka_unit_test(blank_terminal_is_short),
        cmocka_unit_test(first_error_stops_the_writing),
        cmocka_unit_test(wrapped_text_is_written_in_one_piece),
        cmocka_unit_test(narrower_reader_keeps_the_text),
        cmocka_unit_test(lines_wider_than_the_screen_are_written),
        cmocka_unit_test(codings_survive),
        cmocka_unit_test(own_sequence_from_a_guest_is_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
