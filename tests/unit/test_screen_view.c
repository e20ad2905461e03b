/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>

#include "unit/screen_fixture.h"

/* The view. */

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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
