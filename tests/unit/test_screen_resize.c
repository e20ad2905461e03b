/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "unit/screen_fixture.h"

static struct screen_place
place(int row, int col)
{
    return (struct screen_place){.pos = at(row, col)};
}

static void
resize(int cols, int rows, struct screen_place *cursor,
       struct screen_place *saved)
{
    struct cell_size size = {.cols = cols, .rows = rows};

    assert_int_equal(
        screen_resize(s, size, SCREEN_REFLOW_CURSOR_LINE, cursor, saved), 0);
    assert_int_equal(screen_size(s).cols, cols);
    assert_int_equal(screen_size(s).rows, rows);
}

static void
fewer_rows_take_blank_rows_below_the_cursor_first(void **state)
{
    struct screen_place cursor = place(1, 0);

    (void)state;
    write_text(0, 0, "one");
    write_text(1, 0, "two");
    resize(COLS, 2, &cursor, NULL);
    assert_row(0, "one.....");
    assert_row(1, "two.....");
    assert_int_equal(cursor.pos.row, 1);
    assert_int_equal(scrollback_lines(screen_scrollback(s)), 0);
}

static void
fewer_rows_put_lines_at_the_top_into_the_scrollback(void **state)
{
    struct screen_place cursor = place(3, 0);
    struct screen_place saved = place(1, 7);

    (void)state;
    write_text(0, 0, "one");
    write_text(1, 0, "two");
    resize(COLS, 2, &cursor, &saved);
    assert_row(0, "........");
    assert_int_equal(cursor.pos.row, 1);
    assert_int_equal(saved.pos.row, 0);
    assert_int_equal(saved.pos.col, 7);
    assert_int_equal(scrollback_lines(screen_scrollback(s)), 2);
}

static void
fewer_rows_never_take_that_of_the_cursor(void **state)
{
    struct screen_place cursor = place(1, 2);

    (void)state;
    write_text(0, 0, "prompt");
    write_text(1, 0, "input");
    write_text(2, 0, "list");
    write_text(3, 0, "more");
    resize(COLS, 1, &cursor, NULL);
    assert_row(0, "input...");
    assert_int_equal(cursor.pos.row, 0);
    assert_int_equal(scrollback_lines(screen_scrollback(s)), 1);
}

static void
more_rows_bring_lines_back(void **state)
{
    struct screen_place cursor = place(3, 1);

    (void)state;
    write_seven_lines();
    resize(COLS, 6, &cursor, NULL);
    assert_row(0, "b.......");
    assert_row(5, "g.......");
    assert_int_equal(cursor.pos.row, 5);

    resize(COLS, 10, &cursor, NULL);
    assert_row(0, "a.......");
    assert_row(6, "g.......");
    assert_row(7, "........");
    assert_int_equal(cursor.pos.row, 6);
}

static void
main_screen_keeps_its_lines_while_the_alternate_is_resized(void **state)
{
    struct screen_place cursor = place(0, 0);
    struct screen_place saved = place(3, 1);

    (void)state;
    write_seven_lines();
    screen_use_alternate(s, true, SCREEN_CLEAR, cell_default());
    write_text(0, 0, "editor");
    resize(COLS, 6, &cursor, &saved);
    assert_row(0, "editor..");
    assert_int_equal(cursor.pos.row, 0);
    assert_int_equal(saved.pos.row, 5);

    screen_use_alternate(s, false, SCREEN_KEEP, cell_default());
    assert_row(0, "b.......");
    assert_row(5, "g.......");
}

static void
resize_damages_all(void **state)
{
    (void)state;
    scroll(0, ROWS, 1);
    resize(5, 2, NULL, NULL);
    take();
    assert_no_scroll();
    assert_span(0, 0, 5);
    assert_span(1, 0, 5);
}

/* Writes a line from column 0 on, as printing with autowrap does. */
static void
write_line(int row, const char *text)
{
    size_t len = strlen(text);
    int cols = screen_size(s).cols;

    for (size_t at = 0; at < len; at += (size_t)cols, row++) {
        char part[SCREEN_COLS_MAX + 1];
        (void)snprintf(part, sizeof(part), "%.*s", cols, text + at);
        write_text(row, 0, part);
        screen_set_wrapped(s, row, len > at + (size_t)cols);
    }
}

static void
assert_place(struct screen_place have, int row, int col, bool pending_wrap)
{
    assert_int_equal(have.pos.row, row);
    assert_int_equal(have.pos.col, col);
    assert_int_equal(have.pending_wrap, pending_wrap);
}

static int
lines(void)
{
    return scrollback_lines(screen_scrollback(s));
}

static void
assert_line(int index, const char *text)
{
    struct cell cells[SCREEN_COLS_MAX];
    bool wrapped;

    scrollback_line(screen_scrollback(s), index, cells, screen_size(s).cols,
                    &wrapped);
    assert_text(cells, text);
}

static void
broken_line_is_joined_and_broken_anew(void **state)
{
    struct screen_place cursor = place(2, 2);

    (void)state;
    write_line(0, "abcdefghijkl");
    write_text(2, 0, "$ ");
    resize(12, ROWS, &cursor, NULL);
    assert_row(0, "abcdefghijkl");
    assert_row(1, "$ ..........");
    assert_false(screen_is_wrapped(s, 0));
    assert_place(cursor, 1, 2, false);
    resize(5, ROWS, &cursor, NULL);
    assert_row(0, "abcde");
    assert_row(1, "fghij");
    assert_row(2, "kl...");
    assert_row(3, "$ ...");
    assert_true(screen_is_wrapped(s, 0));
    assert_true(screen_is_wrapped(s, 1));
    assert_false(screen_is_wrapped(s, 2));
    assert_place(cursor, 3, 2, false);
    assert_int_equal(lines(), 0);
}

static void
line_reaching_into_the_scrollback_is_joined(void **state)
{
    struct screen_place cursor = place(3, 1);

    (void)state;
    write_text(0, 0, "first");
    write_line(1, "abcdefghijklmnopqr");
    scroll(0, ROWS, 1);
    scroll(0, ROWS, 1);
    write_text(2, 0, "x");
    write_text(3, 0, "$");
    resize(20, ROWS, &cursor, NULL);
    assert_row(0, "first...............");
    assert_row(1, "abcdefghijklmnopqr..");
    assert_row(2, "x...................");
    assert_place(cursor, 3, 1, false);
    assert_int_equal(lines(), 0);
}

static void
what_has_no_place_goes_into_the_scrollback_and_comes_back(void **state)
{
    struct screen_place cursor = place(3, 8 - 1);

    (void)state;
    write_line(0, "abcdefghABCDEFGH");
    write_text(2, 0, "12345678");
    write_text(3, 0, "1234567$");
    resize(4, ROWS, &cursor, NULL);
    assert_row(0, "1234");
    assert_row(3, "567$");
    assert_place(cursor, 3, 3, false);
    assert_int_equal(lines(), 4);
    assert_line(0, "EFGH");
    assert_line(3, "abcd");
    resize(COLS, ROWS, &cursor, NULL);
    assert_row(0, "abcdefgh");
    assert_row(1, "ABCDEFGH");
    assert_row(3, "1234567$");
    assert_true(screen_is_wrapped(s, 0));
    assert_place(cursor, 3, 7, false);
    assert_int_equal(lines(), 0);
}

static void
lines_of_the_scrollback_are_laid_out_for_the_width(void **state)
{
    struct screen_place cursor = place(3, 0);

    (void)state;
    write_line(0, "abcdefghijkl");
    write_text(2, 0, "one");
    scroll(0, ROWS, 3);
    write_text(0, 0, "two");
    write_text(2, 0, "three");
    resize(6, ROWS, &cursor, NULL);
    assert_row(0, "two...");
    assert_int_equal(lines(), 3);
    assert_line(0, "one...");
    assert_line(1, "ghijkl");
    assert_line(2, "abcdef");
    resize(5, ROWS, &cursor, NULL);
    assert_int_equal(lines(), 4);
    assert_line(1, "kl...");
    assert_line(3, "abcde");
    resize(5, ROWS + 2, &cursor, NULL);
    assert_row(0, "kl...");
    assert_row(1, "one..");
    assert_int_equal(lines(), 2);
    assert_true(scrollback_ends_wrapped(screen_scrollback(s)));
    resize(12, ROWS + 2, &cursor, NULL);
    assert_row(0, "abcdefghijkl");
    assert_int_equal(lines(), 0);
}

static void
wide_character_that_does_not_fit_goes_to_the_next_row(void **state)
{
    struct screen_place cursor = place(0, 6);

    (void)state;
    write_text(0, 0, "abc");
    write_wide(0, 3);
    write_text(0, 5, "d");
    resize(4, ROWS, &cursor, NULL);
    assert_row(0, "abc.");
    assert_row(1, "<>d.");
    assert_true(screen_is_wrapped(s, 0));
    assert_place(cursor, 1, 3, false);
    resize(COLS, ROWS, &cursor, NULL);
    assert_row(0, "abc<>d..");
    assert_place(cursor, 0, 6, false);
    resize(1, ROWS, &cursor, NULL);
    assert_row(3, "d");
    assert_place(cursor, 3, 0, true);
}

static void
wide_character_in_the_scrollback_is_not_split(void **state)
{
    struct screen_place cursor = place(3, 0);

    (void)state;
    write_text(0, 0, "abc");
    write_wide(0, 3);
    write_text(0, 5, "de");
    write_wide(1, 0);
    screen_set_wrapped(s, 0, true);
    scroll(0, ROWS, 2);
    write_text(3, 0, "$");
    resize(4, ROWS, &cursor, NULL);
    assert_int_equal(lines(), 3);
    assert_line(2, "abc.");
    assert_line(1, "<>de");
    assert_line(0, "<>..");
    resize(3, ROWS, &cursor, NULL);
    assert_line(2, "abc");
    assert_line(1, "<>d");
    assert_line(0, "e<>");
    resize(20, ROWS, &cursor, NULL);
    assert_line(0, "abc<>de<>...........");
}

static void
blanks_in_front_of_text_stay(void **state)
{
    struct screen_place cursor = place(0, 8 - 1);

    (void)state;
    write_text(0, 0, "a");
    write_text(0, 7, "b");
    resize(3, 2, &cursor, NULL);
    assert_row(0, "...");
    assert_row(1, ".b.");
    assert_line(0, "a..");
    assert_place(cursor, 1, 1, false);
    resize(COLS, ROWS, &cursor, NULL);
    assert_row(0, "a......b");
    assert_row(1, "........");
    assert_place(cursor, 0, 7, false);
}

static void
blanks_with_a_background_at_the_end_are_cut(void **state)
{
    struct screen_place cursor = place(1, 0);

    (void)state;
    write_text(0, 0, "title");
    screen_erase(s, 0, 5, COLS, blank_in(4), SCREEN_ERASE_ALL);
    screen_erase(s, 3, 0, COLS, blank_in(2), SCREEN_ERASE_ALL);
    resize(6, ROWS, &cursor, NULL);
    assert_row(0, "title.");
    assert_int_equal(screen_row(s, 0)[5].bg, 4);
    assert_int_equal(screen_row(s, 3)[5].bg, 2);
    assert_place(cursor, 1, 0, false);
    resize(3, ROWS, &cursor, NULL);
    assert_row(0, "tit");
    assert_row(1, "le.");
    assert_int_equal(screen_row(s, 1)[2].bg, 4);
    assert_place(cursor, 2, 0, false);
}

static void
attributes_and_marks_move_with_their_characters(void **state)
{
    struct screen_place cursor = place(0, 0);
    struct cell cell = cell_of('x');

    (void)state;
    cell.attrs = CELL_BOLD;
    cell.fg = 3;
    write_text(0, 0, "abcdef");
    screen_put(s, at(0, 6), cell, 1);
    screen_add_mark(s, at(0, 6), 0x301);
    cell = screen_row(s, 0)[6];
    resize(4, ROWS, &cursor, NULL);
    assert_true(cell_equals(screen_row(s, 1)[2], cell));
}

static void
pending_wrap_is_kept_where_the_line_fills_its_last_row(void **state)
{
    struct screen_place cursor = place(0, 8 - 1);

    (void)state;
    write_text(0, 0, "abcdefgh");
    cursor.pending_wrap = true;
    resize(4, ROWS, &cursor, NULL);
    assert_place(cursor, 1, 3, true);
    resize(5, ROWS, &cursor, NULL);
    assert_place(cursor, 1, 3, false);
    resize(COLS, ROWS, &cursor, NULL);
    assert_place(cursor, 0, 7, true);
    resize(COLS, ROWS + 1, &cursor, NULL);
    assert_place(cursor, 0, 7, true);
    resize(COLS + 1, ROWS, &cursor, NULL);
    assert_place(cursor, 0, 8, false);
}

static void
cursor_right_of_the_text_stays_in_its_row(void **state)
{
    struct screen_place cursor = place(0, 7);
    struct screen_place saved = place(2, 7);

    (void)state;
    write_text(0, 0, "ab");
    resize(4, ROWS, &cursor, &saved);
    assert_place(cursor, 0, 3, false);
    assert_place(saved, 2, 3, false);
    write_text(0, 0, "abcd");
    cursor = place(0, 0);
    saved = place(0, 3);
    resize(2, ROWS, &cursor, &saved);
    assert_place(cursor, 0, 0, false);
    assert_place(saved, 1, 1, false);
}

static void
room_below_the_text_is_not_filled_from_above(void **state)
{
    struct screen_place cursor = place(0, 1);

    (void)state;
    write_seven_lines();
    for (int row = 0; row < ROWS; row++) {
        erase(row, 0, COLS);
    }
    write_text(0, 0, "$");
    resize(COLS, ROWS + 2, &cursor, NULL);
    assert_row(0, "$.......");
    assert_place(cursor, 0, 1, false);
    assert_int_equal(lines(), 3);
    resize(COLS + 3, ROWS, &cursor, NULL);
    assert_row(0, "$.......");
    assert_int_equal(lines(), 3);
}

static void
cursor_line_that_is_kept_is_cut(void **state)
{
    struct cell_size narrow = {.cols = 5, .rows = ROWS};
    struct screen_place cursor = place(3, 2);

    (void)state;
    write_text(0, 0, "abcdefg");
    write_line(2, "$ command..");
    assert_int_equal(
        screen_resize(s, narrow, SCREEN_KEEP_CURSOR_LINE, &cursor, NULL), 0);
    assert_line(0, "abcde");
    assert_row(0, "fg...");
    assert_row(2, "$ com");
    assert_row(3, "d....");
    assert_false(screen_is_wrapped(s, 2));
    assert_place(cursor, 3, 2, false);
}

static void
longest_line_is_laid_out_in_parts(void **state)
{
    struct screen_place cursor = place(ROWS - 1, 0);
    struct screen *small = s;

    (void)state;
    assert_int_equal(
        screen_new(&s, (struct cell_size){.cols = COLS, .rows = ROWS}, 1 << 20),
        0);
    int rows = 2 * SCROLLBACK_LINE_CELLS_MAX / COLS;
    for (int i = 0; i < rows; i++) {
        write_text(ROWS - 1, 0, "abcdefgh");
        screen_set_wrapped(s, ROWS - 1, true);
        scroll(0, ROWS, 1);
    }
    resize(2 * COLS, ROWS, &cursor, NULL);
    /* Rows of 8 are counted as 16 cells. */
    assert_in_range(lines(), rows / 2 - ROWS, rows / 2);
    for (int i = 0; i < lines() - 8; i++) {
        assert_line(i + 4, "abcdefghabcdefgh");
    }
    resize(COLS, ROWS, &cursor, NULL);
    assert_in_range(lines(), rows - 4, rows);
    screen_free(s);
    s = small;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCREEN_TEST(fewer_rows_take_blank_rows_below_the_cursor_first),
        SCREEN_TEST(fewer_rows_put_lines_at_the_top_into_the_scrollback),
        SCREEN_TEST(fewer_rows_never_take_that_of_the_cursor),
        SCREEN_TEST(more_rows_bring_lines_back),
        SCREEN_TEST(main_screen_keeps_its_lines_while_the_alternate_is_resized),
        SCREEN_TEST(resize_damages_all),
        SCREEN_TEST(broken_line_is_joined_and_broken_anew),
        SCREEN_TEST(line_reaching_into_the_scrollback_is_joined),
        SCREEN_TEST(what_has_no_place_goes_into_the_scrollback_and_comes_back),
        SCREEN_TEST(lines_of_the_scrollback_are_laid_out_for_the_width),
        SCREEN_TEST(wide_character_that_does_not_fit_goes_to_the_next_row),
        SCREEN_TEST(wide_character_in_the_scrollback_is_not_split),
        SCREEN_TEST(blanks_in_front_of_text_stay),
        SCREEN_TEST(blanks_with_a_background_at_the_end_are_cut),
        SCREEN_TEST(attributes_and_marks_move_with_their_characters),
        SCREEN_TEST(pending_wrap_is_kept_where_the_line_fills_its_last_row),
        SCREEN_TEST(cursor_right_of_the_text_stays_in_its_row),
        SCREEN_TEST(room_below_the_text_is_not_filled_from_above),
        SCREEN_TEST(cursor_line_that_is_kept_is_cut),
        SCREEN_TEST(longest_line_is_laid_out_in_parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
