/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>

#include "unit/screen_fixture.h"

/* The view. */

/* Three lines in the scrollback, "a" to "c", and "d" to "g" on the screen. */
static void
write_seven_lines(void)
{
    static const char *const lines[] = {"a", "b", "c", "d", "e", "f", "g"};

    for (int i = 0; i < 7; i++) {
        if (i >= ROWS) {
            scroll(0, ROWS, 1);
        }
        write_text(i < ROWS ? i : ROWS - 1, 0, lines[i]);
    }
    (void)screen_take_damage(s, &damage);
}

static int
lines_back(void)
{
    struct screen_view view;

    screen_view(s, &view);
    return view.lines_back;
}

static void
view_scrolls_back_and_returns(void **state)
{
    (void)state;
    write_seven_lines();
    assert_true(screen_scroll_view(s, 2));
    assert_view(0, "b.......");
    assert_view(2, "d.......");
    assert_true(screen_scroll_view(s, INT_MAX));
    assert_int_equal(lines_back(), 3);
    assert_view(0, "a.......");
    assert_false(screen_scroll_view(s, 1));
    assert_true(screen_scroll_view(s, INT_MIN));
    assert_int_equal(lines_back(), 0);
    assert_view(0, "d.......");
    assert_false(screen_scroll_view(s, -1));
}

static void
scrolled_view_is_a_move_of_the_picture(void **state)
{
    (void)state;
    write_seven_lines();
    assert_true(screen_scroll_view(s, 1));
    take();
    assert_scroll(0, ROWS, -1);
    assert_span(0, 0, COLS);
    assert_no_span(1);
}

static void
view_stays_on_its_lines_while_output_goes_on(void **state)
{
    (void)state;
    write_seven_lines();
    assert_true(screen_scroll_view(s, 2));
    take();
    scroll(0, ROWS, 1);
    write_text(3, 0, "h");
    assert_int_equal(lines_back(), 3);
    assert_view(0, "b.......");
    assert_view(3, "e.......");
    assert_false(screen_is_dirty(s));
}

static void
visible_change_below_a_scrolled_view_is_damaged_where_it_is_seen(void **state)
{
    (void)state;
    write_seven_lines();
    assert_true(screen_scroll_view(s, 2));
    take();
    write_text(1, 3, "x");
    write_text(2, 3, "y");
    take();
    assert_span(3, 3, 4);
    assert_no_span(1);
    assert_no_span(2);
}

static void
view_moves_on_when_its_lines_are_dropped(void **state)
{
    (void)state;
    write_seven_lines();
    assert_true(screen_scroll_view(s, INT_MAX));
    for (int i = 0; i < 10000; i++) {
        write_text(3, 0, i % 2 == 0 ? "even" : "odd ");
        scroll(0, ROWS, 1);
    }
    int lines = scrollback_lines(screen_scrollback(s));
    assert_int_equal(lines_back(), lines);
    take();
    assert_no_scroll();
    assert_span(0, 0, COLS);
}

/* A line of the scrollback that takes 2 + 6 * count bytes there, or more. */
static void
write_costly(int count, uint32_t bg)
{
    for (int col = 0; col < count; col++) {
        struct cell cell = cell_of('x');
        cell.fg = (uint32_t)(COLOUR_RGB | col) & 0x1ffffff;
        cell.bg = bg & 0x1ffffff;
        screen_put(s, at(0, col), cell, 1);
    }
}

static void
view_moves_by_as_many_lines_as_are_dropped(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++) {
        write_costly(5, COLOUR_DEFAULT);
        scroll(0, ROWS, 1);
    }
    assert_true(screen_scroll_view(s, INT_MAX));
    int lines = lines_back();
    write_costly(COLS, COLOUR_RGB);
    take();
    scroll(0, ROWS, 1);
    int dropped = lines + 1 - lines_back();
    assert_in_range(dropped, 2, ROWS - 1);
    take();
    assert_scroll(0, ROWS, dropped);
}

static void
cursor_below_the_view_is_not_visible(void **state)
{
    struct screen_view view;

    (void)state;
    write_seven_lines();
    set_cursor(1, 4);
    assert_true(screen_scroll_view(s, 2));
    screen_view(s, &view);
    assert_true(view.cursor.visible);
    assert_int_equal(view.cursor.pos.row, 3);

    assert_true(screen_scroll_view(s, 1));
    screen_view(s, &view);
    assert_false(view.cursor.visible);
}

static void
cleared_scrollback_returns_the_view_to_the_bottom(void **state)
{
    (void)state;
    write_seven_lines();
    assert_true(screen_scroll_view(s, 2));
    screen_clear_scrollback(s);
    assert_int_equal(lines_back(), 0);
    assert_int_equal(scrollback_lines(screen_scrollback(s)), 0);
    take();
    assert_span(0, 0, COLS);
}

static void
alternate_screen_is_never_scrolled_back(void **state)
{
    (void)state;
    write_seven_lines();
    assert_true(screen_scroll_view(s, 2));
    screen_use_alternate(s, true, SCREEN_CLEAR, cell_default());
    assert_int_equal(lines_back(), 0);
    assert_false(screen_scroll_view(s, 1));
}

/* Resizing. */

static void
resize(int cols, int rows, struct cell_pos *cursor, struct cell_pos *saved)
{
    struct cell_size size = {.cols = cols, .rows = rows};

    assert_int_equal(screen_resize(s, size, cursor, saved), 0);
    assert_int_equal(screen_size(s).cols, cols);
    assert_int_equal(screen_size(s).rows, rows);
}

static void
fewer_rows_take_blank_rows_below_the_cursor_first(void **state)
{
    struct cell_pos cursor = at(1, 0);

    (void)state;
    write_text(0, 0, "one");
    write_text(1, 0, "two");
    resize(COLS, 2, &cursor, NULL);
    assert_row(0, "one.....");
    assert_row(1, "two.....");
    assert_int_equal(cursor.row, 1);
    assert_int_equal(scrollback_lines(screen_scrollback(s)), 0);
}

static void
fewer_rows_put_lines_at_the_top_into_the_scrollback(void **state)
{
    struct cell_pos cursor = at(3, 0);
    struct cell_pos saved = at(1, 7);

    (void)state;
    write_text(0, 0, "one");
    write_text(1, 0, "two");
    resize(COLS, 2, &cursor, &saved);
    assert_row(0, "........");
    assert_int_equal(cursor.row, 1);
    assert_int_equal(saved.row, 0);
    assert_int_equal(saved.col, 7);
    assert_int_equal(scrollback_lines(screen_scrollback(s)), 2);
}

static void
fewer_rows_never_take_that_of_the_cursor(void **state)
{
    struct cell_pos cursor = at(1, 2);

    (void)state;
    write_text(0, 0, "prompt");
    write_text(1, 0, "input");
    write_text(2, 0, "list");
    write_text(3, 0, "more");
    resize(COLS, 1, &cursor, NULL);
    assert_row(0, "input...");
    assert_int_equal(cursor.row, 0);
    assert_int_equal(scrollback_lines(screen_scrollback(s)), 1);
}

static void
more_rows_bring_lines_back(void **state)
{
    struct cell_pos cursor = at(3, 1);

    (void)state;
    write_seven_lines();
    resize(COLS, 6, &cursor, NULL);
    assert_row(0, "b.......");
    assert_row(5, "g.......");
    assert_int_equal(cursor.row, 5);

    resize(COLS, 10, &cursor, NULL);
    assert_row(0, "a.......");
    assert_row(6, "g.......");
    assert_row(7, "........");
    assert_int_equal(cursor.row, 6);
}

static void
main_screen_keeps_its_lines_while_the_alternate_is_resized(void **state)
{
    struct cell_pos cursor = at(0, 0);
    struct cell_pos saved = at(3, 1);

    (void)state;
    write_seven_lines();
    screen_use_alternate(s, true, SCREEN_CLEAR, cell_default());
    write_text(0, 0, "editor");
    resize(COLS, 6, &cursor, &saved);
    assert_row(0, "editor..");
    assert_int_equal(cursor.row, 0);
    assert_int_equal(saved.row, 5);

    screen_use_alternate(s, false, SCREEN_KEEP, cell_default());
    assert_row(0, "b.......");
    assert_row(5, "g.......");
}

static void
fewer_columns_erase_a_wide_character_at_the_edge(void **state)
{
    struct cell_pos cursor = at(0, 7);

    (void)state;
    write_text(0, 0, "abc");
    write_wide(0, 3);
    resize(4, ROWS, &cursor, NULL);
    assert_row(0, "abc.");
    assert_int_equal(cursor.col, 3);
}

static void
another_width_clears_wrap_flags(void **state)
{
    (void)state;
    screen_set_wrapped(s, 0, true);
    resize(COLS, ROWS + 1, NULL, NULL);
    assert_true(screen_is_wrapped(s, 0));
    resize(COLS + 1, ROWS + 1, NULL, NULL);
    assert_false(screen_is_wrapped(s, 0));
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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCREEN_TEST(view_scrolls_back_and_returns),
        SCREEN_TEST(scrolled_view_is_a_move_of_the_picture),
        SCREEN_TEST(view_stays_on_its_lines_while_output_goes_on),
        SCREEN_TEST(
            visible_change_below_a_scrolled_view_is_damaged_where_it_is_seen),
        SCREEN_TEST(view_moves_on_when_its_lines_are_dropped),
        SCREEN_TEST(view_moves_by_as_many_lines_as_are_dropped),
        SCREEN_TEST(cursor_below_the_view_is_not_visible),
        SCREEN_TEST(cleared_scrollback_returns_the_view_to_the_bottom),
        SCREEN_TEST(alternate_screen_is_never_scrolled_back),
        SCREEN_TEST(fewer_rows_take_blank_rows_below_the_cursor_first),
        SCREEN_TEST(fewer_rows_put_lines_at_the_top_into_the_scrollback),
        SCREEN_TEST(fewer_rows_never_take_that_of_the_cursor),
        SCREEN_TEST(more_rows_bring_lines_back),
        SCREEN_TEST(main_screen_keeps_its_lines_while_the_alternate_is_resized),
        SCREEN_TEST(fewer_columns_erase_a_wide_character_at_the_edge),
        SCREEN_TEST(another_width_clears_wrap_flags),
        SCREEN_TEST(resize_damages_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
