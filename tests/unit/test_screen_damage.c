/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz/screen_property.h"
#include "unit/screen_fixture.h"

/* Damage. */

static void
nothing_changed_means_no_damage(void **state)
{
    (void)state;
    assert_false(screen_is_dirty(s));
    assert_false(screen_take_damage(s, &damage));
}

static void
only_written_cells_are_damaged(void **state)
{
    (void)state;
    write_text(1, 2, "abc");
    write_wide(2, 6);
    take();
    assert_no_scroll();
    assert_no_span(0);
    assert_span(1, 2, 5);
    assert_span(2, 6, 8);
    assert_no_span(3);
    assert_false(screen_is_dirty(s));
}

static void
cells_written_with_what_they_held_are_not_damaged(void **state)
{
    (void)state;
    write_text(0, 0, "abcdefgh");
    write_wide(1, 2);
    take();
    write_text(0, 0, "abcdefgh");
    write_wide(1, 2);
    erase(2, 0, COLS);
    erase(1, 5, COLS);
    assert_false(screen_is_dirty(s));

    write_text(0, 0, "abcXefgh");
    take();
    assert_span(0, 3, 4);
}

static void
both_halves_are_damaged_when_one_is_overwritten(void **state)
{
    (void)state;
    write_wide(0, 2);
    take();
    write_text(0, 3, "a");
    take();
    assert_span(0, 2, 4);
}

static void
scroll_is_one_move_and_damage_of_what_comes_in(void **state)
{
    (void)state;
    write_text(3, 0, "text");
    take();
    scroll(0, ROWS, 1);
    take();
    assert_scroll(0, ROWS, 1);
    assert_no_span(0);
    assert_no_span(2);
    assert_span(3, 0, COLS);
}

static void
damage_moves_with_its_row(void **state)
{
    (void)state;
    write_text(2, 3, "ab");
    scroll(0, ROWS, 1);
    write_text(0, 0, "c");
    take();
    assert_span(0, 0, 1);
    assert_span(1, 3, 5);
    assert_no_span(2);
}

static void
scrolls_of_one_region_are_merged(void **state)
{
    (void)state;
    scroll(1, ROWS, 1);
    scroll(1, ROWS, 1);
    take();
    assert_scroll(1, ROWS, 2);

    scroll(0, ROWS, -2);
    scroll(0, ROWS, 1);
    take();
    assert_scroll(0, ROWS, -1);
    assert_span(0, 0, COLS);
    assert_span(3, 0, COLS);
}

static void
scroll_there_and_back_is_damage_only(void **state)
{
    (void)state;
    scroll(0, ROWS, 1);
    scroll(0, ROWS, -1);
    take();
    assert_no_scroll();
    assert_span(0, 0, COLS);
    assert_no_span(1);
}

static void
scrolls_that_add_up_to_the_height_are_damage_only(void **state)
{
    (void)state;
    for (int i = 0; i < ROWS; i++) {
        scroll(0, ROWS, 1);
    }
    take();
    assert_no_scroll();
    assert_span(0, 0, COLS);

    for (int i = 0; i < 2 * ROWS + 1; i++) {
        scroll(0, ROWS, 1);
    }
    take();
    assert_no_scroll(); /* nothing would be spared by it */
}

static void
scroll_of_a_second_region_keeps_that_of_the_larger(void **state)
{
    (void)state;
    scroll(0, ROWS, 1);
    scroll(1, 3, 1);
    take();
    assert_scroll(0, ROWS, 1);
    assert_no_span(0);
    assert_span(1, 0, COLS);
    assert_span(2, 0, COLS);

    scroll(1, 3, 1);
    scroll(0, ROWS, 1);
    take();
    assert_scroll(0, ROWS, 1);
    assert_span(0, 0, COLS);
    assert_span(1, 0, COLS);
    assert_no_span(2);
}

static void
damage_all_damages_all(void **state)
{
    (void)state;
    screen_damage_all(s);
    assert_true(screen_is_dirty(s));
    take();
    for (int row = 0; row < ROWS; row++) {
        assert_span(row, 0, COLS);
    }
}

/* The cursor. */

static void
moved_cursor_damages_both_places(void **state)
{
    (void)state;
    set_cursor(1, 2);
    take();
    assert_span(1, 2, 3);
    set_cursor(2, 5);
    take();
    assert_span(1, 2, 3);
    assert_span(2, 5, 6);
}

static void
cursor_that_returns_is_no_damage(void **state)
{
    (void)state;
    set_cursor(1, 2);
    take();
    set_cursor(3, 3);
    assert_true(screen_is_dirty(s));
    set_cursor(1, 2);
    assert_false(screen_is_dirty(s));
}

static void
hidden_cursor_that_moves_is_no_damage(void **state)
{
    (void)state;
    screen_set_cursor(s, (struct cursor_view){.pos = at(1, 1)});
    assert_false(screen_is_dirty(s));
}

static void
shape_and_hiding_of_the_cursor_are_damage(void **state)
{
    struct cursor_view cursor = {.pos = {1, 2}, .visible = true};

    (void)state;
    screen_set_cursor(s, cursor);
    take();
    cursor.shape = CURSOR_BAR;
    screen_set_cursor(s, cursor);
    take();
    assert_span(1, 2, 3);
    cursor.visible = false;
    screen_set_cursor(s, cursor);
    take();
    assert_span(1, 2, 3);
}

static void
drawn_cursor_moves_with_its_row(void **state)
{
    (void)state;
    set_cursor(3, 4);
    take();
    scroll(0, ROWS, 1);
    take();
    assert_scroll(0, ROWS, 1);
    assert_span(2, 4, 5); /* its picture went there */
    assert_span(3, 0, COLS);
}

static void
cursor_covers_both_halves_of_a_wide_character(void **state)
{
    (void)state;
    write_wide(1, 2);
    take();
    set_cursor(1, 3);
    take();
    assert_span(1, 2, 4);
    set_cursor(0, 0);
    take();
    assert_span(1, 2, 4);
}

static void
run_random(void (*property)(const uint8_t *data, size_t len), int runs)
{
    enum {
        LEN = 1500
    };
    uint8_t data[LEN];
    uint64_t seed = 1;

    for (int run = 0; run < runs; run++) {
        for (int i = 0; i < LEN; i++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            data[i] = (uint8_t)(seed >> 56);
        }
        property(data, LEN);
    }
}

/* A picture kept by damage alone; see fuzz/screen_property.h. */
static void
picture_kept_by_damage_equals_the_screen(void **state)
{
    (void)state;
    run_random(screen_property_run, 400);
}

static void
selection_follows_its_text_and_nothing_else(void **state)
{
    (void)state;
    run_random(selection_property_run, 150);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCREEN_TEST(nothing_changed_means_no_damage),
        SCREEN_TEST(only_written_cells_are_damaged),
        SCREEN_TEST(cells_written_with_what_they_held_are_not_damaged),
        SCREEN_TEST(both_halves_are_damaged_when_one_is_overwritten),
        SCREEN_TEST(scroll_is_one_move_and_damage_of_what_comes_in),
        SCREEN_TEST(damage_moves_with_its_row),
        SCREEN_TEST(scrolls_of_one_region_are_merged),
        SCREEN_TEST(scroll_there_and_back_is_damage_only),
        SCREEN_TEST(scrolls_that_add_up_to_the_height_are_damage_only),
        SCREEN_TEST(scroll_of_a_second_region_keeps_that_of_the_larger),
        SCREEN_TEST(damage_all_damages_all),
        SCREEN_TEST(moved_cursor_damages_both_places),
        SCREEN_TEST(cursor_that_returns_is_no_damage),
        SCREEN_TEST(hidden_cursor_that_moves_is_no_damage),
        SCREEN_TEST(shape_and_hiding_of_the_cursor_are_damage),
        SCREEN_TEST(drawn_cursor_moves_with_its_row),
        SCREEN_TEST(cursor_covers_both_halves_of_a_wide_character),
        cmocka_unit_test(picture_kept_by_damage_equals_the_screen),
        cmocka_unit_test(selection_follows_its_text_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
