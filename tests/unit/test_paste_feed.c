/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "console/paste_feed.h"

#define OPENING     "\033[200~"
#define CLOSING     "\033[201~"
#define BRACKET_LEN (sizeof(OPENING) - 1)

/* Where something else was written. */
#define OTHERS '|'

enum {
    TEXT_LEN = 5 * PASTE_PIECE,
    OUT_MAX = 4 * TEXT_LEN,
};

struct fixture {
    struct paste_feed feed;
    char out[OUT_MAX];
    size_t len;
    uint64_t now_us;
};

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    paste_feed_init(&f->feed);
    f->now_us = UINT64_C(1000000);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    paste_feed_clear(&f->feed);
    free(f);
    return 0;
}

static void
begin(struct fixture *f, const char *text, size_t len, size_t bracket_len)
{
    struct bytes paste;

    bytes_init(&paste, OUT_MAX);
    assert_int_equal(bytes_push(&paste, text, len), 0);
    paste_feed_begin(&f->feed, &paste, bracket_len);
    assert_int_equal(bytes_len(&paste), 0);
}

/* Writes at most `max` bytes. Returns false when it is others' turn. */
static bool
write_some(struct fixture *f, bool others_wait, size_t max)
{
    size_t len;
    const void *bytes = paste_feed_next(&f->feed, others_wait, &len);

    if (bytes == NULL) {
        return false;
    }
    assert_true(len > 0);
    len = len < max ? len : max;
    assert_true(f->len + len < OUT_MAX);
    memcpy(f->out + f->len, bytes, len);
    f->len += len;
    paste_feed_written(&f->feed, len, f->now_us);
    return true;
}

/* All of it, `max` bytes at a time, while others have something to write
 * whenever they may. */
static void
write_with_others(struct fixture *f, size_t max)
{
    while (!paste_feed_is_empty(&f->feed)) {
        if (!write_some(f, true, max)) {
            f->out[f->len] = OTHERS;
            f->len++;
        }
    }
}

static char *
new_text(const char *unit)
{
    char *text = malloc(TEXT_LEN);
    size_t len = strlen(unit);

    assert_non_null(text);
    for (size_t i = 0; i < TEXT_LEN; i++) {
        text[i] = unit[i % len];
    }
    return text;
}

static void
alone_it_goes_as_it_is(void **state)
{
    struct fixture *f = *state;

    begin(f, OPENING "text" CLOSING, 2 * BRACKET_LEN + 4, BRACKET_LEN);
    assert_true(write_some(f, false, SIZE_MAX));
    assert_true(paste_feed_is_empty(&f->feed));
    assert_int_equal(f->len, 2 * BRACKET_LEN + 4);
    assert_memory_equal(f->out, OPENING "text" CLOSING, f->len);
}

static void
a_short_one_is_never_divided(void **state)
{
    struct fixture *f = *state;
    char *text = new_text("x");

    begin(f, text, PASTE_PIECE, 0);
    write_with_others(f, 7);
    assert_int_equal(f->len, PASTE_PIECE);
    assert_null(memchr(f->out, OTHERS, f->len));
    free(text);
}

static void
a_long_one_makes_way_after_each_piece(void **state)
{
    struct fixture *f = *state;
    char *text = new_text("x");

    begin(f, text, TEXT_LEN, 0);
    write_with_others(f, SIZE_MAX);
    assert_int_equal(f->len, TEXT_LEN + 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(f->out[(i + 1) * PASTE_PIECE + i], OTHERS);
    }
    free(text);
}

static void
others_get_their_turn_in_what_the_kernel_has_no_room_for(void **state)
{
    struct fixture *f = *state;
    char *text = new_text("x");

    /* They come when a lot has gone. */
    begin(f, text, TEXT_LEN, 0);
    assert_true(write_some(f, false, 3 * PASTE_PIECE + 1));
    assert_false(write_some(f, true, SIZE_MAX));
    assert_true(write_some(f, true, SIZE_MAX));
    assert_int_equal(f->len, 4 * PASTE_PIECE + 1);
    free(text);
}

static void
characters_stay_whole(void **state)
{
    /* Lengths that the piece is no multiple of, in some place. */
    static const char *const units[] = {"\u00e9", "x\u00e9", "\u20ac",
                                        "\U0001f600", "x\U0001f600"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        char *text = new_text(units[i]);
        size_t unit = strlen(units[i]);
        size_t len = TEXT_LEN / unit * unit;
        f->len = 0;
        begin(f, text, len, 0);
        write_with_others(f, 1);
        size_t at = 0;
        size_t others = 0;
        for (size_t o = 0; o < f->len; o++) {
            if (f->out[o] == OTHERS) {
                assert_true(((uint8_t)text[at] & 0xc0) != 0x80);
                others++;
            } else {
                assert_int_equal(f->out[o], text[at]);
                at++;
            }
        }
        assert_int_equal(at, len);
        assert_true(others >= 3);
        free(text);
    }
}

static void
bytes_that_are_no_utf8_are_divided_all_the_same(void **state)
{
    struct fixture *f = *state;
    char *text = new_text("\x80");

    begin(f, text, TEXT_LEN, 0);
    write_with_others(f, SIZE_MAX);
    assert_int_equal(f->len, TEXT_LEN + 4);
    assert_int_equal(f->out[PASTE_PIECE], OTHERS);
    free(text);
}

static void
brackets_are_closed_before_others_and_opened_again(void **state)
{
    struct fixture *f = *state;
    char *text = new_text("x");
    size_t head = PASTE_PIECE;

    memcpy(text, OPENING, BRACKET_LEN);
    memcpy(text + TEXT_LEN - BRACKET_LEN, CLOSING, BRACKET_LEN);
    begin(f, text, TEXT_LEN, BRACKET_LEN);
    assert_true(write_some(f, false, head));
    write_with_others(f, 5);
    assert_memory_equal(f->out, text, head);
    static const char between[] = CLOSING "|" OPENING "x";
    assert_memory_equal(f->out + head, between, sizeof(between) - 1);
    assert_memory_equal(f->out + f->len - BRACKET_LEN - 1, "x" CLOSING,
                        BRACKET_LEN + 1);
    free(text);
}

/* Else they would be empty ones. */
static void
a_closing_bracket_is_not_divided_from_the_end(void **state)
{
    struct fixture *f = *state;
    char *text = new_text("x");
    size_t len = PASTE_PIECE + BRACKET_LEN;

    memcpy(text, OPENING, BRACKET_LEN);
    memcpy(text + len - BRACKET_LEN, CLOSING, BRACKET_LEN);
    begin(f, text, len, BRACKET_LEN);
    write_with_others(f, 1);
    assert_int_equal(f->len, len);
    assert_memory_equal(f->out, text, len);
    free(text);
}

static void
while_others_type_it_goes_in_small_pieces(void **state)
{
    struct fixture *f = *state;
    char *text = new_text("x");

    begin(f, text, TEXT_LEN, 0);
    paste_feed_pace(&f->feed, f->now_us);
    assert_true(write_some(f, false, SIZE_MAX));
    assert_int_equal(f->len, PASTE_PACED_BYTES);
    assert_int_equal(paste_feed_from_us(&f->feed), f->now_us + PASTE_PACED_US);
    f->now_us += PASTE_TYPING_US;
    assert_true(write_some(f, false, 1));
    assert_true(paste_feed_from_us(&f->feed) <= f->now_us);
    assert_true(write_some(f, false, SIZE_MAX));
    assert_true(paste_feed_is_empty(&f->feed));
    free(text);
}

static void
what_is_cleared_is_dropped(void **state)
{
    struct fixture *f = *state;
    char *text = new_text("x");

    begin(f, text, TEXT_LEN, 0);
    assert_true(write_some(f, false, PASTE_PIECE));
    assert_false(write_some(f, true, SIZE_MAX));
    paste_feed_clear(&f->feed);
    assert_true(paste_feed_is_empty(&f->feed));
    f->len = 0;
    begin(f, "next", 4, 0);
    assert_true(write_some(f, true, SIZE_MAX));
    assert_int_equal(f->len, 4);
    assert_memory_equal(f->out, "next", 4);
    free(text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        T(alone_it_goes_as_it_is),
        T(a_short_one_is_never_divided),
        T(a_long_one_makes_way_after_each_piece),
        T(others_get_their_turn_in_what_the_kernel_has_no_room_for),
        T(characters_stay_whole),
        T(bytes_that_are_no_utf8_are_divided_all_the_same),
        T(brackets_are_closed_before_others_and_opened_again),
        T(a_closing_bracket_is_not_divided_from_the_end),
        T(while_others_type_it_goes_in_small_pieces),
        T(what_is_cleared_is_dropped),
#undef T
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
