/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "screen_fixture.h"

static void
fill_rows(void)
{
    write_text(0, 0, "abcdefgh");
    write_text(1, 0, "ijklmnop");
    write_text(2, 0, "qrstuvwx");
    write_text(3, 0, "ABCDEFGH");
    take();
}

static void
scroll_moves_cells_within_the_area_only(void **state)
{
    (void)state;
    fill_rows();
    screen_scroll_area(s, (struct screen_area){0, 3, 2, 5}, 1, blank_in(4));
    assert_row(0, "abklmfgh");
    assert_row(1, "ijstunop");
    assert_row(2, "qr...vwx");
    assert_row(3, "ABCDEFGH");
    assert_int_equal(screen_row(s, 2)[2].bg, 4);
    assert_int_equal(scrollback_lines(screen_scrollback(s)), 0);
    take();
    assert_scroll(0, 3, 1);
    assert_scroll_cols(2, 5);
    assert_no_span(0);
    assert_no_span(1);
    assert_span(2, 2, 5);
    assert_no_span(3);
}

static void
damage_moves_within_the_area_only(void **state)
{
    (void)state;
    fill_rows();
    write_text(1, 0, "#");
    write_text(2, 3, "#");
    screen_scroll_area(s, (struct screen_area){0, 4, 2, 5}, 1, blank_in(0));
    take();
    assert_scroll(0, 4, 1);
    assert_no_span(0);
    assert_span(1, 0, 4); /* one span has both */
    assert_no_span(2);
    assert_span(3, 2, 5);

    /* Two scrolls of an area are one. */
    for (int i = 0; i < 2; i++) {
        screen_scroll_area(s, (struct screen_area){0, 4, 2, 5}, -1,
                           blank_in(0));
    }
    take();
    assert_scroll(0, 4, -2);
    assert_span(1, 2, 5);
    assert_no_span(2);
}

static void
area_that_cuts_a_character_is_drawn_anew(void **state)
{
    (void)state;
    fill_rows();
    write_wide(1, 4);
    take();
    screen_scroll_area(s, (struct screen_area){0, 4, 2, 5}, 1, blank_in(0));
    take();
    assert_no_scroll();
    assert_span(0, 2, 5);
    assert_span(1, 2, 6);
    assert_row(0, "abkl.fgh");
}

static void
cursor_beside_the_area_stays(void **state)
{
    struct cursor_view cursor = {.pos = at(1, 6), .visible = true};

    (void)state;
    fill_rows();
    screen_set_cursor(s, cursor);
    take();
    screen_scroll_area(s, (struct screen_area){0, 4, 2, 5}, 1, blank_in(0));
    take();
    assert_no_span(0);
    assert_no_span(1);

    cursor.pos = at(1, 3);
    screen_set_cursor(s, cursor);
    take();
    screen_scroll_area(s, (struct screen_area){0, 4, 2, 5}, 1, blank_in(0));
    take();
    assert_span(0, 3, 4);
    assert_span(1, 3, 4);
}

static void
scroll_down_and_by_more_than_the_height(void **state)
{
    (void)state;
    fill_rows();
    screen_scroll_area(s, (struct screen_area){1, 4, 0, 2}, -2, blank_in(0));
    assert_row(0, "abcdefgh");
    assert_row(1, "..klmnop");
    assert_row(2, "..stuvwx");
    assert_row(3, "ijCDEFGH");
    screen_scroll_area(s, (struct screen_area){0, 4, 7, 8}, 99, blank_in(0));
    assert_row(0, "abcdefg.");
    assert_row(3, "ijCDEFG.");
}

static void
copy_may_overlap_either_way(void **state)
{
    (void)state;
    fill_rows();
    screen_copy_area(s, (struct screen_area){0, 3, 0, 4}, at(1, 1));
    assert_row(0, "abcdefgh");
    assert_row(1, "iabcdnop");
    assert_row(2, "qijklvwx");
    assert_row(3, "AqrstFGH");
    screen_copy_area(s, (struct screen_area){1, 4, 1, 5}, at(0, 0));
    assert_row(0, "abcdefgh");
    assert_row(1, "ijkldnop");
    assert_row(2, "qrstlvwx");
}

static void
copy_of_half_a_wide_character_is_blank(void **state)
{
    (void)state;
    fill_rows();
    write_wide(0, 1);
    write_wide(0, 4);
    screen_copy_area(s, (struct screen_area){0, 1, 2, 5}, at(1, 2));
    assert_row(0, "a<>d<>gh");
    assert_row(1, "ij.d.nop");
    write_wide(2, 1);
    write_wide(2, 3);
    screen_copy_area(s, (struct screen_area){3, 4, 0, 2}, at(2, 2));
    assert_row(2, "q.AB.vwx");
}

static void
reaching_the_last_column_clears_the_wrap_flag(void **state)
{
    (void)state;
    fill_rows();
    screen_set_wrapped(s, 0, true);
    screen_set_wrapped(s, 1, true);
    screen_copy_area(s, (struct screen_area){3, 4, 0, 2}, at(0, 5));
    screen_copy_area(s, (struct screen_area){3, 4, 0, 2}, at(1, 6));
    assert_true(screen_is_wrapped(s, 0));
    assert_false(screen_is_wrapped(s, 1));
}

static void
fill_writes_the_cell_as_it_is(void **state)
{
    struct cell cell = cell_of('#');

    (void)state;
    fill_rows();
    cell.attrs = CELL_BOLD;
    write_wide(1, 1);
    screen_fill_area(s, (struct screen_area){0, 2, 2, 4}, cell);
    assert_row(0, "ab##efgh");
    assert_row(1, "i.##mnop");
    assert_int_equal(screen_row(s, 1)[3].attrs, CELL_BOLD);
}

static void
make_bold(void *data, struct cell *cell)
{
    int *calls = data;

    (*calls)++;
    cell->attrs |= CELL_BOLD;
}

static void
change_takes_both_halves_of_a_wide_character(void **state)
{
    int calls = 0;

    (void)state;
    fill_rows();
    write_wide(0, 1);
    write_wide(0, 4);
    take();
    screen_change_cells(s, 0, 2, 5, make_bold, &calls);
    assert_int_equal(calls, 5);
    assert_row(0, "a<>d<>gh");
    assert_int_equal(screen_row(s, 0)[1].attrs, CELL_BOLD);
    assert_int_equal(screen_row(s, 0)[5].attrs, CELL_BOLD);
    assert_int_equal(screen_row(s, 0)[6].attrs, 0);
    take();
    assert_span(0, 1, 6);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCREEN_TEST(scroll_moves_cells_within_the_area_only),
        SCREEN_TEST(damage_moves_within_the_area_only),
        SCREEN_TEST(area_that_cuts_a_character_is_drawn_anew),
        SCREEN_TEST(cursor_beside_the_area_stays),
        SCREEN_TEST(scroll_down_and_by_more_than_the_height),
        SCREEN_TEST(copy_may_overlap_either_way),
        SCREEN_TEST(copy_of_half_a_wide_character_is_blank),
        SCREEN_TEST(reaching_the_last_column_clears_the_wrap_flag),
        SCREEN_TEST(fill_writes_the_cell_as_it_is),
        SCREEN_TEST(change_takes_both_halves_of_a_wide_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
