/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "term/scrollback.h"

enum {
    BOUND = 4096,
    COLS = 80,
};

static struct scrollback *sb;
static struct marks marks;

/* `sequence` with a mark behind it. */
static unsigned
marked(unsigned sequence, uint32_t code)
{
    return marks_add(&marks, sequence, code);
}

static int
set_up(void **state)
{
    (void)state;
    return scrollback_new(&sb, BOUND, &marks);
}

static int
tear_down(void **state)
{
    (void)state;
    scrollback_free(sb);
    sb = NULL;
    marks_clear(&marks);
    return 0;
}

/* Fills `cells` with blanks after `text`. */
static void
set_text(struct cell *cells, int cols, const char *text)
{
    for (int i = 0; i < cols; i++) {
        cells[i] = cell_default();
    }
    for (size_t i = 0; i < strlen(text); i++) {
        cells[i].code = (unsigned char)text[i];
    }
}

static void
push(const char *text)
{
    struct cell cells[COLS];

    set_text(cells, COLS, text);
    assert_true(scrollback_push(sb, cells, COLS, false));
}

static void
push_number(int number)
{
    char text[32];

    (void)snprintf(text, sizeof(text), "line %d", number);
    push(text);
}

static void
assert_cells_equal(const struct cell *a, const struct cell *b, int cols)
{
    for (int col = 0; col < cols; col++) {
        if (!cell_equals(a[col], b[col])) {
            fail_msg("cell %d differs: U+%04X, U+%04X", col,
                     (unsigned)a[col].code, (unsigned)b[col].code);
        }
    }
}

static void
assert_line(int index, const char *text)
{
    struct cell wanted[COLS];
    struct cell cells[COLS];
    bool wrapped;

    set_text(wanted, COLS, text);
    scrollback_line(sb, index, cells, COLS, &wrapped);
    assert_cells_equal(cells, wanted, COLS);
}

static void
assert_comes_back(const struct cell *cells, int cols)
{
    struct cell read[COLS];
    bool wrapped;

    assert_true(scrollback_push(sb, cells, cols, false));
    scrollback_line(sb, 0, read, cols, &wrapped);
    assert_cells_equal(read, cells, cols);
    assert_true(scrollback_pop(sb, read, cols, &wrapped));
    assert_cells_equal(read, cells, cols);
}

static void
empty_scrollback_has_no_line(void **state)
{
    struct cell cells[COLS];
    bool wrapped;

    (void)state;
    assert_int_equal(scrollback_lines(sb), 0);
    assert_false(scrollback_pop(sb, cells, COLS, &wrapped));
}

static void
bound_out_of_range_is_refused(void **state)
{
    struct scrollback *none = NULL;

    (void)state;
    assert_int_equal(
        scrollback_new(&none, (size_t)SCROLLBACK_MAX_BYTES + 1, &marks),
        -EINVAL);
    assert_null(none);
}

static void
largest_bound_takes_no_memory_at_once(void **state)
{
    struct scrollback *large;

    (void)state;
    assert_int_equal(scrollback_new(&large, SCROLLBACK_MAX_BYTES, &marks), 0);
    scrollback_free(large);
}

static void
bounds_too_small_for_a_line_keep_nothing(void **state)
{
    struct cell cells[COLS];

    (void)state;
    set_text(cells, COLS, "text");
    for (size_t bound = 0; bound < 40; bound++) {
        struct scrollback *small;
        assert_int_equal(scrollback_new(&small, bound, &marks), 0);
        bool kept = scrollback_push(small, cells, COLS, false);
        assert_int_equal(scrollback_lines(small), kept ? 1 : 0);
        assert_true(kept == (bound >= 32));
        scrollback_clear(small);
        scrollback_free(small);
    }
}

static void
lines_are_counted_from_the_newest(void **state)
{
    (void)state;
    push("oldest");
    push("");
    push("newest");

    assert_int_equal(scrollback_lines(sb), 3);
    assert_line(0, "newest");
    assert_line(1, "");
    assert_line(2, "oldest");
}

static void
pop_takes_the_newest(void **state)
{
    struct cell cells[COLS];
    struct cell wanted[COLS];
    bool wrapped;

    (void)state;
    push("one");
    push("two");
    assert_true(scrollback_pop(sb, cells, COLS, &wrapped));
    set_text(wanted, COLS, "two");
    assert_cells_equal(cells, wanted, COLS);

    push("three");
    assert_line(0, "three");
    assert_line(1, "one");
}

static void
wrapped_is_kept(void **state)
{
    struct cell cells[COLS];
    bool wrapped = false;

    (void)state;
    set_text(cells, COLS, "text");
    assert_true(scrollback_push(sb, cells, COLS, true));
    scrollback_line(sb, 0, cells, COLS, &wrapped);
    assert_true(wrapped);
    assert_true(scrollback_pop(sb, cells, COLS, &wrapped));
    assert_true(wrapped);

    push("text");
    scrollback_line(sb, 0, cells, COLS, &wrapped);
    assert_false(wrapped);
}

static void
size_of_the_characters_is_kept(void **state)
{
    struct cell cells[COLS];
    bool wrapped;

    (void)state;
    set_text(cells, COLS, "text");
    assert_true(scrollback_push(sb, cells, 4, true));
    assert_int_equal(scrollback_line_size(sb, 0), ROW_SINGLE);
    scrollback_set_size(sb, ROW_DOUBLE_BOTTOM);
    push("more");
    assert_int_equal(scrollback_line_size(sb, 0), ROW_SINGLE);
    assert_int_equal(scrollback_line_size(sb, 1), ROW_DOUBLE_BOTTOM);
    scrollback_line(sb, 1, cells, COLS, &wrapped);
    assert_true(wrapped);
    assert_int_equal(scrollback_line_cols(sb, 1), 4);
    scrollback_set_size(sb, ROW_DOUBLE_WIDTH);
    scrollback_set_size(sb, ROW_SINGLE);
    assert_int_equal(scrollback_line_size(sb, 0), ROW_SINGLE);
    assert_int_equal(scrollback_line_cols(sb, 0), 4);
}

static void
blanks_at_the_end_are_not_kept(void **state)
{
    (void)state;
    push("text");
    assert_int_equal(scrollback_line_cols(sb, 0), 4);
    push("");
    assert_int_equal(scrollback_line_cols(sb, 0), 0);
}

static void
spaces_and_coloured_blanks_at_the_end_are_kept(void **state)
{
    struct cell cells[COLS];

    (void)state;
    push("text  ");
    assert_int_equal(scrollback_line_cols(sb, 0), 6);

    set_text(cells, COLS, "");
    cells[9].bg = 4;
    assert_true(scrollback_push(sb, cells, COLS, false));
    assert_int_equal(scrollback_line_cols(sb, 0), 10);
    assert_comes_back(cells, COLS);
}

static void
blanks_between_text_come_back(void **state)
{
    struct cell cells[COLS];

    (void)state;
    set_text(cells, COLS, "a b c");
    cells[1] = cell_default();
    assert_comes_back(cells, COLS);
}

static void
every_length_of_utf8_comes_back(void **state)
{
    static const uint32_t codes[] = {0x20,  0x7e,   0xa0,    0x7ff,
                                     0x800, 0xffff, 0x10000, 0x10ffff};
    struct cell cells[COLS];

    (void)state;
    set_text(cells, COLS, "");
    for (int i = 0; i < 8; i++) {
        cells[i].code = codes[i] & 0x1fffff;
    }
    assert_comes_back(cells, COLS);
}

static void
every_attribute_comes_back(void **state)
{
    struct cell cells[COLS];

    (void)state;
    set_text(cells, COLS, "attributes of the text");
    for (unsigned i = 0; i < 14; i++) {
        cells[i].attrs = 1U << i & 0x3fff;
    }
    for (unsigned i = 0; i < 8; i++) {
        cells[14 + i].underline = i & 7;
    }
    assert_comes_back(cells, COLS);
}

static void
every_kind_of_colour_comes_back(void **state)
{
    static const uint32_t colours[] = {
        COLOUR_DEFAULT,       0, 1, 255, COLOUR_RGB, COLOUR_RGB | 0x010203,
        COLOUR_RGB | 0xffffff};
    struct cell cells[COLS];

    (void)state;
    set_text(cells, COLS, "");
    for (int i = 0; i < 49; i++) {
        cells[i].code = 'x';
        cells[i].fg = colours[i / 7] & 0x1ffffff;
        cells[i].bg = colours[i % 7] & 0x1ffffff;
    }
    assert_comes_back(cells, COLS);
}

static void
marks_come_back(void **state)
{
    struct cell cells[COLS];

    (void)state;
    set_text(cells, COLS, "ab");
    cells[0].marks = marked(0, 0x301) & 0x7fff;
    cells[1].marks = marked(marked(0, 0xe0100), 0xfe0f) & 0x7fff;
    assert_comes_back(cells, COLS);
}

static void
wide_characters_come_back(void **state)
{
    struct cell cells[COLS];

    (void)state;
    set_text(cells, COLS, "a..b..");
    cells[1].code = 0x4e00;
    cells[1].marks = marked(0, 0x3099) & 0x7fff;
    cells[2].code = CELL_WIDE_TAIL;
    cells[78].code = 0x1f600;
    cells[78].bg = 3;
    cells[79].code = CELL_WIDE_TAIL;
    cells[79].bg = 3;
    assert_comes_back(cells, COLS);
}

static void
line_is_cut_and_padded(void **state)
{
    struct cell cells[COLS];
    struct cell wanted[COLS];
    bool wrapped;

    (void)state;
    push("a line");
    scrollback_line(sb, 0, cells, 3, &wrapped);
    set_text(wanted, COLS, "a l");
    assert_cells_equal(cells, wanted, 3);
    scrollback_line(sb, 0, cells, COLS, &wrapped);
    set_text(wanted, COLS, "a line");
    assert_cells_equal(cells, wanted, COLS);
}

static void
wide_character_cut_in_two_is_left_out(void **state)
{
    struct cell cells[COLS];
    struct cell wanted[COLS];
    bool wrapped;

    (void)state;
    set_text(cells, COLS, "ab..");
    cells[2].code = 0x4e00;
    cells[3].code = CELL_WIDE_TAIL;
    assert_true(scrollback_push(sb, cells, COLS, false));
    scrollback_line(sb, 0, cells, 3, &wrapped);
    set_text(wanted, COLS, "ab");
    assert_cells_equal(cells, wanted, 3);
}

static void
oldest_lines_make_room(void **state)
{
    (void)state;
    for (int i = 0; i < 10000; i++) {
        push_number(i);
        int lines = scrollback_lines(sb);
        assert_in_range(lines, 1, BOUND / 32);
        char oldest[32];
        (void)snprintf(oldest, sizeof(oldest), "line %d", i + 1 - lines);
        assert_line(lines - 1, oldest);
    }
    assert_line(0, "line 9999");
    assert_in_range(scrollback_lines(sb), 100, BOUND / 32);
}

static void
lines_of_any_length_stay_whole(void **state)
{
    struct cell cells[COLS];
    struct cell read[COLS];
    bool wrapped;
    unsigned seed = 1;

    (void)state;
    for (int i = 0; i < 5000; i++) {
        seed = seed * 1103515245U + 12345U;
        int len = (int)(seed >> 16) % (COLS + 1);
        set_text(cells, COLS, "");
        for (int col = 0; col < len; col++) {
            cells[col].code = (unsigned)('a' + (i + col) % 26) & 0x1fffff;
        }
        assert_true(scrollback_push(sb, cells, COLS, false));
        if (i % 7 == 0) {
            assert_true(scrollback_pop(sb, read, COLS, &wrapped));
            assert_cells_equal(read, cells, COLS);
        }
    }
    /* Each line has letters in the order of the alphabet, or none. */
    for (int i = 0; i < scrollback_lines(sb); i++) {
        scrollback_line(sb, i, read, COLS, &wrapped);
        for (int col = 1; col < scrollback_line_cols(sb, i); col++) {
            int step = (int)read[col].code - (int)read[col - 1].code;
            assert_true(step == 1 || step == -25);
        }
    }
}

static void
line_too_long_for_the_ring_is_dropped(void **state)
{
    static struct cell cells[SCROLLBACK_COLS_MAX];
    struct cell read[COLS];
    struct cell wanted[COLS];
    bool wrapped;

    (void)state;
    push("kept");
    for (int i = 0; i < SCROLLBACK_COLS_MAX; i++) {
        cells[i] = cell_default();
        cells[i].code = 0x10ffff;
        cells[i].fg = (COLOUR_RGB | (unsigned)i) & 0x1ffffff;
    }
    assert_false(scrollback_push(sb, cells, SCROLLBACK_COLS_MAX, false));

    assert_int_equal(scrollback_lines(sb), 1);
    scrollback_line(sb, 0, read, COLS, &wrapped);
    set_text(wanted, COLS, "kept");
    assert_cells_equal(read, wanted, COLS);
}

static void
widest_line_of_the_costliest_cells_comes_back(void **state)
{
    static struct cell cells[SCROLLBACK_COLS_MAX];
    static struct cell read[SCROLLBACK_COLS_MAX];
    struct scrollback *large;
    unsigned longest = 0;
    bool wrapped;

    (void)state;
    for (int i = 0; i < CELL_MARKS_MAX; i++) {
        longest = marked(longest, 0xe0100);
    }
    for (int i = 0; i < SCROLLBACK_COLS_MAX; i++) {
        cells[i] = (struct cell){
            .code = 0x10ffff,
            .marks = longest & 0x7fff,
            .underline = CELL_UNDERLINE_DASHED,
            .underline_colour = COLOUR_RGB | 0x010203,
            .fg = (COLOUR_RGB | (unsigned)i) & 0x1ffffff,
            .bg = (COLOUR_RGB | (unsigned)i << 8) & 0x1ffffff,
            .attrs = 0x1ff,
        };
    }
    assert_int_equal(scrollback_new(&large, 1 << 18, &marks), 0);
    assert_true(scrollback_push(large, cells, SCROLLBACK_COLS_MAX, true));
    scrollback_line(large, 0, read, SCROLLBACK_COLS_MAX, &wrapped);
    assert_cells_equal(read, cells, SCROLLBACK_COLS_MAX);
    scrollback_free(large);
}

/* Pushes `count` wrapped rows of `cols` letters, then the end of the line. */
static void
push_wrapped(int cols, int count, const char *end)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    struct cell cells[COLS];

    for (int row = 0; row < count; row++) {
        set_text(cells, COLS, "");
        for (int col = 0; col < cols; col++) {
            cells[col].code = (unsigned char)letters[(row * cols + col) % 26];
        }
        assert_true(scrollback_push(sb, cells, cols, true));
    }
    push(end);
}

static void
assert_wrapped_line(int index, const char *text, bool wanted)
{
    struct cell cells[COLS];
    bool wrapped;

    assert_line(index, text);
    scrollback_line(sb, index, cells, COLS, &wrapped);
    assert_int_equal(wrapped, wanted);
    assert_int_equal(scrollback_line_cols(sb, index), strlen(text));
}

static void
another_width_lays_lines_out_anew(void **state)
{
    (void)state;
    scrollback_set_cols(sb, 10);
    push("before");
    push_wrapped(10, 2, "END");
    push("");
    push("0123456789");
    scrollback_set_cols(sb, 8);

    assert_int_equal(scrollback_lines(sb), 7);
    assert_wrapped_line(6, "before", false);
    assert_wrapped_line(5, "abcdefgh", true);
    assert_wrapped_line(4, "ijklmnop", true);
    assert_wrapped_line(3, "qrstEND", false);
    assert_wrapped_line(2, "", false);
    assert_wrapped_line(1, "01234567", true);
    assert_wrapped_line(0, "89", false);
    scrollback_set_cols(sb, 23);
    assert_int_equal(scrollback_lines(sb), 4);
    assert_wrapped_line(2, "abcdefghijklmnopqrstEND", false);
}

static void
rows_of_the_present_width_are_shown_as_they_were(void **state)
{
    (void)state;
    scrollback_set_cols(sb, 10);
    push_wrapped(10, 1, "END");
    scrollback_set_cols(sb, 5);
    assert_int_equal(scrollback_lines(sb), 3);
    push_wrapped(3, 1, "x");

    assert_int_equal(scrollback_lines(sb), 5);
    assert_wrapped_line(0, "x", false);
    assert_wrapped_line(1, "abc", true);
    assert_wrapped_line(2, "END", false);
    assert_wrapped_line(4, "abcde", true);
    scrollback_set_cols(sb, 6);
    assert_int_equal(scrollback_lines(sb), 4);
    assert_wrapped_line(0, "abcx", false);
    assert_wrapped_line(3, "abcdef", true);
}

static void
lines_come_back_joined_after_another_width(void **state)
{
    struct cell cells[SCROLLBACK_LINE_CELLS_MAX];
    struct cell wanted[COLS];
    int count = -1;
    bool wrapped = true;

    (void)state;
    scrollback_set_cols(sb, 10);
    push("first");
    push_wrapped(10, 2, "END");
    assert_false(scrollback_pop_line(sb, cells, &count, &wrapped));
    assert_int_equal(count, -1);
    scrollback_set_cols(sb, 8);
    assert_false(scrollback_pop(sb, cells, 8, &wrapped));

    assert_true(scrollback_pop_line(sb, cells, &count, &wrapped));
    assert_int_equal(count, 23);
    assert_false(wrapped);
    set_text(wanted, COLS, "abcdefghijklmnopqrstEND");
    assert_cells_equal(cells, wanted, count);
    assert_int_equal(scrollback_lines(sb), 1);
    assert_line(0, "first");
}

static void
wide_characters_are_laid_out_whole(void **state)
{
    struct cell cells[COLS];
    bool wrapped;

    (void)state;
    set_text(cells, COLS, "ab..cd..");
    for (int col = 2; col < 8; col += 4) {
        cells[col].code = 0x4e00;
        cells[col + 1].code = CELL_WIDE_TAIL;
    }
    scrollback_set_cols(sb, 9);
    /* The ninth column was too narrow for a third one. */
    cells[8] = cell_default();
    assert_true(scrollback_push(sb, cells, 9, true));
    assert_true(scrollback_push(sb, cells + 2, 2, false));

    for (int cols = 1; cols <= 12; cols++) {
        static const int rows[] = {7, 5, 4, 3, 2, 2, 2, 2, 2, 1, 1, 1};
        scrollback_set_cols(sb, cols);
        assert_int_equal(scrollback_lines(sb), rows[cols - 1]);
    }
    scrollback_line(sb, 0, cells, 12, &wrapped);
    assert_int_equal(cells[8].code, 0x4e00);
    assert_int_equal(scrollback_line_cols(sb, 0), 10);
}

static void
push_doubled(const char *text, bool wrapped)
{
    struct cell cells[COLS];

    set_text(cells, COLS, text);
    assert_true(scrollback_push(sb, cells, (int)strlen(text), wrapped));
    scrollback_set_size(sb, ROW_DOUBLE_WIDTH);
}

static void
row_of_double_width_is_a_row_at_any_width(void **state)
{
    struct cell cells[SCROLLBACK_LINE_CELLS_MAX];
    bool wrapped;
    int count;

    (void)state;
    scrollback_set_cols(sb, 8);
    push("abcd");
    push_doubled("efgh", true);
    push_doubled("ijkl", false);
    push("mnop");
    scrollback_set_cols(sb, 4);
    assert_int_equal(scrollback_lines(sb), 4);
    assert_int_equal(scrollback_newest_size(sb), ROW_SINGLE);
    assert_int_equal(scrollback_line_size(sb, 1), ROW_DOUBLE_WIDTH);
    assert_int_equal(scrollback_line_size(sb, 2), ROW_DOUBLE_WIDTH);
    assert_int_equal(scrollback_line_size(sb, 3), ROW_SINGLE);
    assert_line(1, "ij");
    assert_line(2, "ef");
    assert_int_equal(scrollback_line_cols(sb, 2), 2);
    scrollback_line(sb, 2, cells, 4, &wrapped);
    assert_false(wrapped);

    /* What did not fit is still there, and is not joined. */
    assert_true(scrollback_pop_line(sb, cells, &count, &wrapped));
    assert_int_equal(scrollback_newest_size(sb), ROW_DOUBLE_WIDTH);
    assert_true(scrollback_pop_line(sb, cells, &count, &wrapped));
    assert_int_equal(count, 4);
    scrollback_set_cols(sb, 16);
    assert_int_equal(scrollback_lines(sb), 2);
    assert_line(0, "efgh");
    assert_false(scrollback_ends_wrapped(sb));
}

static void
line_in_front_of_a_row_of_double_width_is_not_joined_to_it(void **state)
{
    struct cell cells[COLS];

    (void)state;
    scrollback_set_cols(sb, 5);
    set_text(cells, COLS, "abcd");
    assert_true(scrollback_push(sb, cells, 5, true)); /* ends in a blank */
    set_text(cells, COLS, "..");
    cells[0].code = 0x4e00;
    cells[1].code = CELL_WIDE_TAIL;
    assert_true(scrollback_push(sb, cells, 2, false));
    scrollback_set_size(sb, ROW_DOUBLE_TOP);
    scrollback_set_cols(sb, 4);
    assert_int_equal(scrollback_lines(sb), 3);
    assert_line(2, "abcd");
    assert_line(1, "");
    assert_int_equal(scrollback_line_size(sb, 0), ROW_DOUBLE_TOP);
    assert_int_equal(scrollback_line_size(sb, 1), ROW_SINGLE);
}

static void
marks_are_left_out_where_nobody_wants_them(void **state)
{
    struct cell cells[2] = {cell_default(), cell_default()};
    struct marks own = {.table = NULL};
    uint32_t have[CELL_MARKS_MAX] = {0};
    bool wrapped;

    (void)state;
    cells[0].code = 'e';
    cells[0].marks = marked(0, 0x301) & 0x7fff;
    assert_true(scrollback_push(sb, cells, 2, false));
    int used = marks.used;
    scrollback_read(sb, 0, NULL, cells, 2, &wrapped);
    assert_int_equal(cells[0].code, 'e');
    assert_int_equal(cells[0].marks, 0);
    scrollback_read(sb, 0, &own, cells, 2, &wrapped);
    assert_int_equal(mark_sequence(own.table, cells[0].marks, have), 1);
    assert_int_equal(have[0], 0x301);
    assert_int_equal(marks.used, used);
    marks_clear(&own);
}

static void
blanks_at_the_end_of_a_line_take_no_row(void **state)
{
    struct cell cells[COLS];
    bool wrapped;

    (void)state;
    set_text(cells, COLS, "text");
    for (int col = 4; col < COLS; col++) {
        cells[col] = cell_default();
        cells[col].bg = 4;
    }
    assert_true(scrollback_push(sb, cells, COLS, false));
    scrollback_set_cols(sb, 6);
    assert_int_equal(scrollback_lines(sb), 1);
    scrollback_line(sb, 0, cells, COLS, &wrapped);
    assert_int_equal(cells[5].bg, 4);
    assert_int_equal(cells[6].bg, COLOUR_DEFAULT);
    scrollback_set_cols(sb, 3);
    assert_int_equal(scrollback_lines(sb), 2);
}

static void
oldest_lines_go_whole_after_another_width(void **state)
{
    (void)state;
    scrollback_set_cols(sb, 26);
    for (int i = 0; i < 40; i++) {
        push_wrapped(26, 2, "end of a line");
    }
    scrollback_set_cols(sb, 20);
    int lines = scrollback_lines(sb);
    for (int i = 0; i < 40; i++) {
        push_number(i);
        assert_line(scrollback_lines(sb) - 1, "abcdefghijklmnopqrst");
        assert_true(scrollback_lines(sb) <= lines + 1);
        lines = scrollback_lines(sb);
    }
    /* What has been counted on the way is what there is. */
    assert_line(lines - 1, "abcdefghijklmnopqrst");
    assert_line(40, " line");
}

/* Every index, in every order, gives the same rows. */
static void
rows_are_found_in_any_order(void **state)
{
    enum {
        ROWS_MAX = 400
    };
    static struct cell rows[ROWS_MAX][COLS];
    struct cell cells[COLS];
    bool wrapped;
    unsigned seed = 7;

    (void)state;
    scrollback_set_cols(sb, 26);
    for (int i = 0; i < 12; i++) {
        push_wrapped(26, i % 5, "x");
        cells[0] = cell_default();
        cells[0].code = 0x4e00;
        cells[1] = cells[0];
        cells[1].code = CELL_WIDE_TAIL;
        assert_true(scrollback_push(sb, cells, 2, i % 2 == 0));
    }
    scrollback_set_cols(sb, 7);
    int lines = scrollback_lines(sb);
    assert_in_range(lines, 50, ROWS_MAX);
    for (int i = 0; i < lines; i++) {
        scrollback_line(sb, i, rows[i], COLS, &wrapped);
    }
    for (int i = 0; i < 2000; i++) {
        seed = seed * 1103515245U + 12345U;
        int index = (int)(seed >> 16) % lines;
        scrollback_line(sb, index, cells, COLS, &wrapped);
        assert_cells_equal(cells, rows[index], COLS);
    }
}

static void
clear_forgets_all_lines(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++) {
        push_number(i);
    }
    scrollback_clear(sb);
    assert_int_equal(scrollback_lines(sb), 0);

    push("again");
    assert_int_equal(scrollback_lines(sb), 1);
    assert_line(0, "again");
}

static void
default_bound_holds_ten_thousand_lines_of_log(void **state)
{
    struct scrollback *usual;
    struct cell cells[COLS];

    (void)state;
    assert_int_equal(scrollback_new(&usual, SCROLLBACK_DEFAULT_BYTES, &marks),
                     0);
    set_text(cells, COLS,
             "[    1.234567] pci 0000:00:1f.2: [8086:2922] type 00 class "
             "0x010601 conventional");
    for (int i = 0; i < 20000; i++) {
        assert_true(scrollback_push(usual, cells, COLS, false));
    }
    assert_in_range(scrollback_lines(usual), 10000, 20000);
    scrollback_free(usual);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(empty_scrollback_has_no_line),
        cmocka_unit_test(bound_out_of_range_is_refused),
        cmocka_unit_test(largest_bound_takes_no_memory_at_once),
        cmocka_unit_test(bounds_too_small_for_a_line_keep_nothing),
        TEST(lines_are_counted_from_the_newest),
        TEST(pop_takes_the_newest),
        TEST(wrapped_is_kept),
        TEST(size_of_the_characters_is_kept),
        TEST(blanks_at_the_end_are_not_kept),
        TEST(spaces_and_coloured_blanks_at_the_end_are_kept),
        TEST(blanks_between_text_come_back),
        TEST(every_length_of_utf8_comes_back),
        TEST(every_attribute_comes_back),
        TEST(every_kind_of_colour_comes_back),
        TEST(marks_come_back),
        TEST(wide_characters_come_back),
        TEST(line_is_cut_and_padded),
        TEST(wide_character_cut_in_two_is_left_out),
        TEST(oldest_lines_make_room),
        TEST(lines_of_any_length_stay_whole),
        TEST(line_too_long_for_the_ring_is_dropped),
        TEST(widest_line_of_the_costliest_cells_comes_back),
        TEST(another_width_lays_lines_out_anew),
        TEST(rows_of_the_present_width_are_shown_as_they_were),
        TEST(lines_come_back_joined_after_another_width),
        TEST(wide_characters_are_laid_out_whole),
        TEST(row_of_double_width_is_a_row_at_any_width),
        TEST(line_in_front_of_a_row_of_double_width_is_not_joined_to_it),
        TEST(marks_are_left_out_where_nobody_wants_them),
        TEST(blanks_at_the_end_of_a_line_take_no_row),
        TEST(oldest_lines_go_whole_after_another_width),
        TEST(rows_are_found_in_any_order),
        TEST(clear_forgets_all_lines),
        cmocka_unit_test(default_bound_holds_ten_thousand_lines_of_log),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
