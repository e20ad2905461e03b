/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>

#include "unit/screen_fixture.h"

static void
assert_marks(struct cell_pos pos, const uint32_t *marks, int count)
{
    uint32_t have[CELL_MARKS_MAX] = {0};
    unsigned sequence = screen_row(s, pos.row)[pos.col].marks;

    assert_int_equal(mark_sequence(screen_marks(s), sequence, have), count);
    for (int i = 0; i < count; i++) {
        assert_int_equal(have[i], marks[i]);
    }
}

/* Construction. */

static void
sizes_out_of_range_are_refused(void **state)
{
    static const struct cell_size sizes[] = {
        {0, 1},
        {1, 0},
        {-1, 1},
        {SCREEN_COLS_MAX + 1, 1},
        {1, SCREEN_ROWS_MAX + 1},
    };
    struct screen *none = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        assert_int_equal(screen_new(&none, sizes[i], 0), -EINVAL);
        assert_null(none);
        assert_int_equal(
            screen_resize(s, sizes[i], SCREEN_REFLOW_CURSOR_LINE, NULL, NULL),
            -EINVAL);
    }
    assert_int_equal(screen_size(s).cols, COLS);
}

static void
fresh_screen_is_blank_and_all_damaged(void **state)
{
    struct screen *fresh;

    (void)state;
    assert_int_equal(
        screen_new(&fresh, (struct cell_size){.cols = 2, .rows = 1}, 0), 0);
    assert_true(screen_is_dirty(fresh));
    assert_true(screen_take_damage(fresh, &damage));
    assert_span(0, 0, 2);
    assert_true(cell_equals(screen_row(fresh, 0)[1], cell_default()));
    screen_free(fresh);
}

static void
largest_screen_works(void **state)
{
    struct cell_size size = {SCREEN_COLS_MAX, SCREEN_ROWS_MAX};

    (void)state;
    assert_int_equal(
        screen_resize(s, size, SCREEN_REFLOW_CURSOR_LINE, NULL, NULL), 0);
    screen_put(s, at(SCREEN_ROWS_MAX - 1, SCREEN_COLS_MAX - 2), cell_of(0x4e00),
               2);
    scroll(0, SCREEN_ROWS_MAX, SCREEN_ROWS_MAX - 1);
    assert_int_equal(screen_row(s, 0)[SCREEN_COLS_MAX - 2].code, 0x4e00);
    take();
}

/* Writing. */

static void
text_is_written_in_the_pen(void **state)
{
    struct cell pen = cell_default();

    (void)state;
    pen.fg = 2;
    pen.attrs = CELL_BOLD;
    screen_put_ascii(s, at(1, 2), (const uint8_t *)"abc", 3, pen);
    assert_row(1, "..abc...");
    assert_int_equal(screen_row(s, 1)[3].fg, 2);
    assert_int_equal(screen_row(s, 1)[3].attrs, CELL_BOLD);
}

static void
wide_character_has_a_head_and_a_tail(void **state)
{
    (void)state;
    write_wide(0, 6);
    assert_row(0, "......<>");
}

static void
overwriting_a_head_erases_its_tail(void **state)
{
    (void)state;
    write_wide(0, 2);
    screen_put(s, at(0, 2), cell_of('a'), 1);
    assert_row(0, "..a.....");
}

static void
overwriting_a_tail_erases_its_head(void **state)
{
    (void)state;
    write_wide(0, 2);
    write_text(0, 3, "a");
    assert_row(0, "...a....");
}

static void
wide_character_over_two_others_erases_their_rest(void **state)
{
    (void)state;
    write_wide(0, 2);
    write_wide(0, 4);
    write_wide(0, 3);
    assert_row(0, "...<>...");
}

static void
lost_half_keeps_its_background(void **state)
{
    struct cell wide = cell_of(0x4e00);

    (void)state;
    wide.bg = 4;
    wide.fg = 1;
    wide.attrs = CELL_BOLD;
    screen_put(s, at(0, 2), wide, 2);
    write_text(0, 2, "a");
    assert_true(cell_equals(screen_row(s, 0)[3], blank_in(4)));
}

static void
marks_join_the_head_of_a_wide_character(void **state)
{
    (void)state;
    write_wide(0, 2);
    screen_add_mark(s, at(0, 3), 0x3099);
    screen_add_mark(s, at(0, 2), 0x301);
    assert_marks(at(0, 2), (const uint32_t[]){0x3099, 0x301}, 2);
    assert_int_equal(screen_row(s, 0)[3].marks, 0);
}

static void
marks_beyond_the_bounds_are_dropped(void **state)
{
    (void)state;
    write_text(0, 0, "ab");
    uint32_t kept[CELL_MARKS_MAX];
    for (uint32_t i = 0; i < CELL_MARKS_MAX + 3; i++) {
        screen_add_mark(s, at(0, 0), 0x300 + i);
        if (i < CELL_MARKS_MAX) {
            kept[i] = 0x300 + i;
        }
    }
    assert_marks(at(0, 0), kept, CELL_MARKS_MAX);

    screen_add_mark(s, at(0, 5), 0x301);
    assert_true(cell_equals(screen_row(s, 0)[5], cell_default()));
}

/* Writes more sequences of marks on one place than the table can hold. */
static void
exhaust_marks(struct cell_pos pos)
{
    for (uint32_t i = 0; i < 3 * MARKS_MAX - 1; i++) {
        write_text(pos.row, pos.col, "x");
        screen_add_mark(s, pos, 0x10000 + i);
    }
}

static void
marks_in_use_outlive_any_number_of_others(void **state)
{
    (void)state;
    write_text(0, 0, "a");
    screen_add_mark(s, at(0, 0), 0x301);
    screen_use_alternate(s, true, SCREEN_CLEAR, cell_default());
    write_text(1, 1, "b");
    screen_add_mark(s, at(1, 1), 0x302);
    screen_add_mark(s, at(1, 1), 0x303);
    exhaust_marks(at(2, 2));
    assert_marks(at(1, 1), (const uint32_t[]){0x302, 0x303}, 2);
    assert_marks(at(2, 2), (const uint32_t[]){0x10000 + 3 * MARKS_MAX - 2}, 1);
    screen_use_alternate(s, false, SCREEN_KEEP, cell_default());
    assert_marks(at(0, 0), (const uint32_t[]){0x301}, 1);
}

static void
marks_come_back_from_the_scrollback_whatever_came_after(void **state)
{
    struct screen_view view;
    uint32_t have[CELL_MARKS_MAX] = {0};

    (void)state;
    write_text(0, 0, "a");
    screen_add_mark(s, at(0, 0), 0x301);
    scroll(0, ROWS, 1);
    exhaust_marks(at(2, 2));
    assert_true(screen_scroll_view(s, 1));
    screen_view(s, &view);
    assert_int_equal(view_marks(&view, &view_row(&view, 0)[0], have), 1);
    assert_int_equal(have[0], 0x301);
}

static void
marks_return_to_a_larger_screen_whatever_came_after(void **state)
{
    (void)state;
    write_text(0, 0, "a");
    screen_add_mark(s, at(0, 0), 0x301);
    scroll(0, ROWS, 1);
    exhaust_marks(at(2, 2));
    struct cell_size size = {.cols = COLS, .rows = ROWS + 1};
    struct screen_place cursor = {.pos = at(ROWS - 1, 0)};
    assert_int_equal(
        screen_resize(s, size, SCREEN_REFLOW_CURSOR_LINE, &cursor, NULL), 0);
    assert_marks(at(0, 0), (const uint32_t[]){0x301}, 1);
}

/* Erasing. */

static void
erase_leaves_the_colours_of_the_blank_and_nothing_else(void **state)
{
    struct cell pen = cell_of('x');

    (void)state;
    pen.bg = 4;
    pen.attrs = CELL_BOLD;
    write_text(0, 0, "abcdefgh");
    screen_erase(s, 0, 2, 5, pen, SCREEN_ERASE_ALL);
    assert_row(0, "ab...fgh");
    assert_true(cell_equals(screen_row(s, 0)[2], blank_in(4)));
}

static void
erase_through_wide_characters_leaves_no_half(void **state)
{
    (void)state;
    write_text(0, 0, "abcdefgh");
    write_wide(0, 1);
    write_wide(0, 5);
    erase(0, 2, 6);
    assert_row(0, "a......h");
}

static void
selective_erase_keeps_protected_cells(void **state)
{
    struct cell pen = cell_default();

    (void)state;
    write_text(0, 0, "abcdefgh");
    pen.attrs = CELL_PROTECTED;
    screen_put_ascii(s, at(0, 3), (const uint8_t *)"PQ", 2, pen);
    screen_erase(s, 0, 1, 7, cell_default(), SCREEN_ERASE_UNPROTECTED);
    assert_row(0, "a..PQ..h");
    screen_erase(s, 0, 1, 7, cell_default(), SCREEN_ERASE_ALL);
    assert_row(0, "a......h");
}

static void
selective_erase_up_to_half_a_protected_character_keeps_it(void **state)
{
    struct cell wide = cell_of(0x4e00);

    (void)state;
    wide.attrs = CELL_PROTECTED;
    screen_put(s, at(0, 3), wide, 2);
    screen_erase(s, 0, 0, 4, cell_default(), SCREEN_ERASE_UNPROTECTED);
    screen_erase(s, 0, 4, 8, cell_default(), SCREEN_ERASE_UNPROTECTED);
    assert_row(0, "...<>...");
}

static void
erase_to_the_last_column_clears_the_wrap_flag(void **state)
{
    (void)state;
    screen_set_wrapped(s, 1, true);
    erase(1, 0, COLS - 1);
    assert_true(screen_is_wrapped(s, 1));
    erase(1, COLS - 1, COLS);
    assert_false(screen_is_wrapped(s, 1));
}

/* Moving. */

static void
wrap_flag_moves_with_its_row(void **state)
{
    (void)state;
    screen_set_wrapped(s, 2, true);
    scroll(0, ROWS, 1);
    assert_true(screen_is_wrapped(s, 1));
    assert_false(screen_is_wrapped(s, 2));
    scroll(0, ROWS, -1);
    assert_true(screen_is_wrapped(s, 2));
}

static void
rows_that_come_in_are_blank(void **state)
{
    (void)state;
    for (int row = 0; row < ROWS; row++) {
        write_text(row, 0, "abcdefgh");
    }
    screen_scroll_rows(s, 1, 3, 1, blank_in(4));
    assert_row(0, "abcdefgh");
    assert_row(1, "abcdefgh");
    assert_row(2, "........");
    assert_row(3, "abcdefgh");
    assert_true(cell_equals(screen_row(s, 2)[COLS - 1], blank_in(4)));
}

static void
scroll_beyond_the_height_blanks_the_region(void **state)
{
    (void)state;
    write_text(1, 0, "one");
    write_text(3, 0, "three");
    scroll(1, 3, INT_MAX);
    scroll(1, 3, INT_MIN);
    assert_row(1, "........");
    assert_row(3, "three...");
}

static void
columns_move_left_and_right(void **state)
{
    (void)state;
    write_text(0, 0, "abcdefgh");
    screen_scroll_cols(s, 0, 1, 1, 7, 2, cell_default());
    assert_row(0, "adefg..h");
    screen_scroll_cols(s, 0, 1, 0, 8, -3, blank_in(4));
    assert_row(0, "...adefg");
    assert_int_equal(screen_row(s, 0)[2].bg, 4);
    screen_scroll_cols(s, 0, 1, 0, 8, INT_MIN, cell_default());
    assert_row(0, "........");
}

static void
moved_columns_leave_no_half_of_a_wide_character(void **state)
{
    (void)state;
    write_wide(0, 0);
    write_wide(0, 3);
    write_wide(0, 6);
    screen_scroll_cols(s, 0, 1, 1, 7, 1, cell_default());
    assert_row(0, "..<>....");
    screen_scroll_cols(s, 0, 1, 2, 8, -5, cell_default());
    assert_row(0, "........");
}

static void
moved_columns_at_the_edge_clear_the_wrap_flag(void **state)
{
    (void)state;
    screen_set_wrapped(s, 0, true);
    screen_scroll_cols(s, 0, 1, 0, 7, 1, cell_default());
    assert_true(screen_is_wrapped(s, 0));
    screen_scroll_cols(s, 0, 1, 0, 8, 1, cell_default());
    assert_false(screen_is_wrapped(s, 0));
}

/* The scrollback. */

static void
lines_that_leave_the_main_screen_are_kept(void **state)
{
    struct cell cells[COLS];
    bool wrapped;

    (void)state;
    write_text(0, 0, "first");
    write_text(1, 0, "second");
    screen_set_wrapped(s, 1, true);
    scroll(0, 3, 2);

    assert_int_equal(scrollback_lines(screen_scrollback(s)), 2);
    scrollback_line(screen_scrollback(s), 1, cells, COLS, &wrapped);
    assert_text(cells, "first...");
    assert_false(wrapped);
    scrollback_line(screen_scrollback(s), 0, cells, COLS, &wrapped);
    assert_text(cells, "second..");
    assert_true(wrapped);
}

static void
only_row_0_of_the_main_screen_leaves_for_the_scrollback(void **state)
{
    (void)state;
    write_text(0, 0, "text");
    scroll(1, ROWS, 1);
    scroll(0, ROWS, -1);
    screen_use_alternate(s, true, SCREEN_CLEAR, cell_default());
    scroll(0, ROWS, 1);
    assert_int_equal(scrollback_lines(screen_scrollback(s)), 0);
}

/* The alternate screen. */

static void
alternate_screen_leaves_the_main_one_alone(void **state)
{
    (void)state;
    write_text(0, 0, "main");
    screen_use_alternate(s, true, SCREEN_CLEAR, blank_in(4));
    assert_true(screen_is_alternate(s));
    assert_true(cell_equals(screen_row(s, 0)[0], blank_in(4)));
    write_text(0, 0, "other");

    screen_use_alternate(s, false, SCREEN_CLEAR, cell_default());
    assert_row(0, "main....");
    screen_use_alternate(s, true, SCREEN_KEEP, cell_default());
    assert_row(0, "other...");
    screen_use_alternate(s, true, SCREEN_CLEAR, cell_default());
    assert_row(0, "other...");
}

static void
switching_screens_damages_all(void **state)
{
    (void)state;
    screen_use_alternate(s, true, SCREEN_CLEAR, cell_default());
    take();
    for (int row = 0; row < ROWS; row++) {
        assert_span(row, 0, COLS);
    }
    screen_use_alternate(s, true, SCREEN_CLEAR, cell_default());
    assert_false(screen_is_dirty(s));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCREEN_TEST(sizes_out_of_range_are_refused),
        cmocka_unit_test(fresh_screen_is_blank_and_all_damaged),
        SCREEN_TEST(largest_screen_works),
        SCREEN_TEST(text_is_written_in_the_pen),
        SCREEN_TEST(wide_character_has_a_head_and_a_tail),
        SCREEN_TEST(overwriting_a_head_erases_its_tail),
        SCREEN_TEST(overwriting_a_tail_erases_its_head),
        SCREEN_TEST(wide_character_over_two_others_erases_their_rest),
        SCREEN_TEST(lost_half_keeps_its_background),
        SCREEN_TEST(marks_join_the_head_of_a_wide_character),
        SCREEN_TEST(marks_beyond_the_bounds_are_dropped),
        SCREEN_TEST(marks_in_use_outlive_any_number_of_others),
        SCREEN_TEST(marks_come_back_from_the_scrollback_whatever_came_after),
        SCREEN_TEST(marks_return_to_a_larger_screen_whatever_came_after),
        SCREEN_TEST(erase_leaves_the_colours_of_the_blank_and_nothing_else),
        SCREEN_TEST(erase_through_wide_characters_leaves_no_half),
        SCREEN_TEST(selective_erase_keeps_protected_cells),
        SCREEN_TEST(selective_erase_up_to_half_a_protected_character_keeps_it),
        SCREEN_TEST(erase_to_the_last_column_clears_the_wrap_flag),
        SCREEN_TEST(wrap_flag_moves_with_its_row),
        SCREEN_TEST(rows_that_come_in_are_blank),
        SCREEN_TEST(scroll_beyond_the_height_blanks_the_region),
        SCREEN_TEST(columns_move_left_and_right),
        SCREEN_TEST(moved_columns_leave_no_half_of_a_wide_character),
        SCREEN_TEST(moved_columns_at_the_edge_clear_the_wrap_flag),
        SCREEN_TEST(lines_that_leave_the_main_screen_are_kept),
        SCREEN_TEST(only_row_0_of_the_main_screen_leaves_for_the_scrollback),
        SCREEN_TEST(alternate_screen_leaves_the_main_one_alone),
        SCREEN_TEST(switching_screens_damages_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
