/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "term_rig.h"

/* The public interface, and the inputs that crash libvterm by itself. */

static int
set_up(void **state)
{
    *state = rig_new(80, 25);
    return 0;
}

static int
tear_down(void **state)
{
    rig_free(*state);
    return 0;
}

static void
assert_cursor(struct rig *rig, int row, int col)
{
    struct screen_view view;

    term_view(rig->term, &view);
    assert_int_equal(view.cursor.pos.row, row);
    assert_int_equal(view.cursor.pos.col, col);
}

static void
assert_whole(struct rig *rig)
{
    const char *broken = rig_broken(rig);

    if (broken != NULL) {
        fail_msg("%s", broken);
    }
}

static void
size_out_of_range_is_refused(void **state)
{
    static const struct cell_size sizes[] = {
        {0, 25},
        {80, 0},
        {-1, 25},
        {TERM_COLS_MAX + 1, 25},
        {80, TERM_ROWS_MAX + 1},
    };
    struct rig *rig = *state;

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct term_config config = {.size = sizes[i]};
        struct term_handler handler = {0};
        struct term *term = NULL;

        assert_int_equal(term_new(&term, &config, &handler, NULL), -EINVAL);
        assert_null(term);
        assert_int_equal(term_resize(rig->term, sizes[i]), -EINVAL);
        assert_int_equal(term_size(rig->term).cols, 80);
    }
}

static void
scrollback_out_of_range_is_refused(void **state)
{
    struct term_config config = {
        .size = {80, 25},
        .scrollback_max = (size_t)SCROLLBACK_MAX_BYTES + 1,
    };
    struct term_handler handler = {0};
    struct term *term = NULL;

    (void)state;
    assert_int_equal(term_new(&term, &config, &handler, NULL), -EINVAL);
    term_free(term);
}

static void
new_terminal_is_blank_with_the_cursor_at_home(void **state)
{
    struct rig *rig = *state;
    struct screen_view view;

    term_view(rig->term, &view);
    assert_int_equal(view.size.cols, 80);
    assert_int_equal(view.size.rows, 25);
    assert_true(view.cursor.visible);
    assert_int_equal(view.cursor.shape, CURSOR_BLOCK);
    assert_null(view.palette);
    assert_cursor(rig, 0, 0);
    assert_string_equal(rig_row(rig, 0), "");
}

static void
colours_are_those_of_the_linux_console_or_given(void **state)
{
    struct rig *rig = *state;
    struct screen_view view;
    uint32_t colours[PALETTE_ENTRIES];

    term_view(rig->term, &view);
    colours_init(colours, COLOURS_LINUX);
    assert_memory_equal(view.colours, colours, sizeof(colours));

    colours_init(colours, COLOURS_TANGO);
    colours[PALETTE_BG] = 0x123456;
    struct rig *other = rig_new_with((struct term_config){
        .size = {80, 25}, .dialect = KEY_DIALECT_XTERM, .colours = colours});
    term_view(other->term, &view);
    assert_memory_equal(view.colours, colours, sizeof(colours));
    rig_free(other);
}

static void
text_goes_to_the_screen_and_damages_it(void **state)
{
    struct rig *rig = *state;
    struct damage damage;
    assert_true(term_take_damage(rig->term, &damage));
    assert_false(term_is_dirty(rig->term));

    rig_feed(rig, "\033[3;5Hhello");

    assert_string_equal(rig_row(rig, 2), "    hello");
    assert_cursor(rig, 2, 9);
    assert_true(term_is_dirty(rig->term));
    assert_true(term_take_damage(rig->term, &damage));
    assert_int_equal(damage.rows[2].begin, 4);
    assert_int_equal(damage.rows[2].end, 10); /* and the cursor */
}

static void
handlers_may_be_absent(void **state)
{
    struct term_config config = {.size = {80, 25}};
    struct term_handler handler = {0};
    struct term *term;

    (void)state;
    assert_int_equal(term_new(&term, &config, &handler, NULL), 0);
    term_feed(term, "\a\033[c\033]0;t\a", 10);
    term_free(term);
}

static void
bell_is_reported(void **state)
{
    struct rig *rig = *state;

    rig_feed(rig, "a\a\a");
    assert_int_equal(rig->bells, 2);
}

static void
synchronized_output_is_told(void **state)
{
    struct rig *rig = *state;

    rig_feed(rig, "\033[?2026h");
    assert_true(term_is_synchronizing(rig->term));
    rig_feed(rig, "\033[?2026l");
    assert_false(term_is_synchronizing(rig->term));
}

static void
view_moves_into_the_scrollback_and_back(void **state)
{
    struct rig *rig = *state;
    struct screen_view view;

    for (int i = 0; i < 40; i++) {
        rig_feedf(rig, "line %d\r\n", i);
    }
    term_scroll_view(rig->term, 5);
    term_view(rig->term, &view);
    assert_int_equal(view.lines_back, 5);
    term_scroll_view_to_bottom(rig->term);
    term_view(rig->term, &view);
    assert_int_equal(view.lines_back, 0);
}

static void
places_of_doubled_lines_are_two_to_a_character(void **state)
{
    static const struct {
        struct cell_pos place;
        struct cell_pos pos;
    } cases[] = {
        {{0, 7}, {0, 7}},    {{1, 0}, {1, 0}},   {{1, 1}, {1, 0}},
        {{1, 7}, {1, 3}},    {{1, 79}, {1, 39}}, {{1, 500}, {1, 39}},
        {{0, 500}, {0, 79}}, {{-1, -1}, {0, 0}}, {{99, 2}, {24, 2}},
    };
    struct rig *rig = *state;

    rig_feed(rig, "\r\n\033#6");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cell_pos pos = term_pos_at_place(rig->term, cases[i].place);
        assert_int_equal(pos.row, cases[i].pos.row);
        assert_int_equal(pos.col, cases[i].pos.col);
    }
    /* Looking back, it is the line that is seen there. */
    rig_feed(rig, "\033[25;1H\n");
    term_scroll_view(rig->term, 1);
    assert_int_equal(term_pos_at_place(rig->term, (struct cell_pos){1, 7}).col,
                     3);
    rig_feed(rig, "\n");
    assert_int_equal(term_pos_at_place(rig->term, (struct cell_pos){1, 7}).col,
                     3);
}

static void
cursor_blinks_from_the_start_if_anything_does(void **state)
{
    struct rig *rig = rig_new_with((struct term_config){
        .size = {80, 25}, .dialect = KEY_DIALECT_XTERM, .blink = true});
    struct rig *steady = *state;

    assert_true(term_has_blinking(rig->term));
    rig_feed(rig, "\033[2 q");
    assert_false(term_has_blinking(rig->term));
    rig_feed(rig, "\033[0 q");
    assert_true(term_has_blinking(rig->term));
    rig_feed(rig, "\033[?12l");
    assert_false(term_has_blinking(rig->term));
    rig_feed(rig, "\033c");
    assert_true(term_has_blinking(rig->term));
    rig_feed(rig, "\033[?25l");
    assert_false(term_has_blinking(rig->term));
    rig_feed(rig, "\033[5m ");
    assert_true(term_has_blinking(rig->term));
    rig_free(rig);

    rig_feed(steady, "\033[1 q\033[5m ");
    assert_false(term_has_blinking(steady->term));
}

static void
what_is_out_of_the_view_does_not_blink(void **state)
{
    struct rig *rig = rig_new_with((struct term_config){
        .size = {10, 2}, .scrollback_max = RIG_SCROLLBACK, .blink = true});

    (void)state;
    rig_feed(rig, "a\r\nb\r\n\033[5mc\033[m\r\nd\033[?25l");
    assert_true(term_has_blinking(rig->term));
    term_scroll_view(rig->term, 2);
    assert_false(term_has_blinking(rig->term));
    rig_feed(rig, "\033[?25h");
    assert_false(term_has_blinking(rig->term));
    rig_free(rig);
}

static void
steady_cursor_of_a_state_stays_steady(void **state)
{
    struct term_config config = {.size = {80, 25}, .blink = true};
    struct rig *rig = rig_new_with(config);
    struct rig *copy = rig_new_with(config);

    (void)state;
    rig_feed(rig, "\033[2 q");
    struct rig_bytes written = rig_state(rig);
    assert_int_equal(term_restore(copy->term, written.data, written.len), 0);
    assert_false(term_has_blinking(copy->term));
    rig_feed(rig, "\033[0 q");
    struct rig_bytes blinking = rig_state(rig);
    assert_int_equal(term_restore(copy->term, blinking.data, blinking.len), 0);
    assert_true(term_has_blinking(copy->term));
    free(written.data);
    free(blinking.data);
    rig_free(rig);
    rig_free(copy);
}

/* G1 of the study (libvterm: a guest's value becomes a pointer). */
static void
many_arguments_are_harmless(void **state)
{
    struct rig *rig = *state;

    rig_feed(rig, "\033[;;;;;;;;;;;;;;;;4702111234474983745m");
    rig_feed(rig, "\033[;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;1mx");
    assert_string_equal(rig_row(rig, 0), "x");
    assert_whole(rig);
}

/* G2 (libvterm: an endless loop). */
static void
repetition_of_nothing_does_nothing(void **state)
{
    struct rig *rig = *state;

    rig_feed(rig, "\033[5b");
    assert_cursor(rig, 0, 0);
    rig_feed(rig, "\xcc\x81\033[5b");
    assert_cursor(rig, 0, 0);
    assert_whole(rig);
}

/* G3 (libvterm: a write through NULL). */
static void
repetition_of_a_wide_character_at_the_edge_is_harmless(void **state)
{
    struct rig *rig = *state;

    rig_feed(rig, "\xe4\xbd\xa0\033[25;80H\033[b");
    assert_whole(rig);
    rig_feed(rig, "\033[25;79H\xe4\xbd\xa0\033[9999b");
    assert_whole(rig);
}

/* G4 (libvterm: a cursor in column -1). */
static void
encoded_c1_controls_do_not_move(void **state)
{
    struct rig *rig = *state;

    rig_feed(rig, "\xc2\x9b\xc2\x9bX\033[K");
    assert_string_equal(rig_row(rig, 0), "X");
    assert_cursor(rig, 0, 1);
}

/* G5 (libvterm 0.1.4: a write past an array on the stack). */
static void
character_cut_by_delete_is_harmless(void **state)
{
    struct rig *rig = *state;

    rig_feed(rig, "a\xde");
    rig_feed(rig, "\x7f"
                  "5");
    assert_string_equal(rig_row(rig, 0), "a\xef\xbf\xbd"
                                         "5");
}

/* G6 (libvterm 0.1.4: a read past a buffer). */
static void
string_with_a_control_in_its_terminator_is_harmless(void **state)
{
    struct rig *rig = *state;

    rig_feed(rig, "\033]\033\r\\x");
    assert_string_equal(rig_row(rig, 0), "x");
}

/* G7 (libvterm: memory and time without bound). */
static void
endless_marks_take_no_memory(void **state)
{
    struct rig *rig = *state;
    char marks[2 * 4096];

    for (size_t i = 0; i < sizeof(marks); i += 2) {
        marks[i] = '\xcc'; /* U+0301 */
        marks[i + 1] = '\x81';
    }
    rig_feed(rig, "e");
    for (int i = 0; i < 1000; i++) {
        rig_feed_bytes(rig, marks, sizeof(marks));
    }
    assert_int_equal(strlen(rig_row(rig, 0)), 1 + 2 * CELL_MARKS_MAX);
    assert_cursor(rig, 0, 1);
}

/* G8 (libvterm: a cursor right of the screen, inverted rectangles). */
static void
left_and_right_margins_are_refused(void **state)
{
    struct rig *rig = *state;

    rig_feed(rig, "\033[?69h\033[5920s\033[?6h\n\nX");
    assert_whole(rig);
    assert_string_equal(rig_row(rig, 2), "X");
}

/* R1 (libvterm 0.1.4: memmove of a negative length). */
static void
margins_do_not_survive_a_smaller_size(void **state)
{
    struct rig *rig = *state;

    rig_feed(rig, "\033[20;25r");
    assert_int_equal(term_resize(rig->term, (struct cell_size){80, 10}), 0);
    rig_feed(rig, "\n\n\033[10;1H\n\nX");
    assert_string_equal(rig_row(rig, 9), "X");
    assert_whole(rig);
}

/* R2 (libvterm 0.1.4: a line info out of bounds). */
static void
saved_cursor_is_clamped_to_a_smaller_size(void **state)
{
    struct rig *rig = *state;

    rig_feed(rig, "\033[25;80H\0337\033[H");
    assert_int_equal(term_resize(rig->term, (struct cell_size){40, 10}), 0);
    rig_feed(rig, "\0338text");
    assert_whole(rig);
}

/* R3 (libvterm 0.1.4: a crash). */
static void
wide_character_in_one_column_is_replaced(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(term_resize(rig->term, (struct cell_size){1, 25}), 0);
    rig_feed(rig, "\033[H\xe4\xbd\xa0");
    assert_string_equal(rig_row(rig, 0), "\xef\xbf\xbd");
    assert_whole(rig);
}

/* R4 (libvterm 0.3.3 with reflow: abort()). */
static void
sizes_that_get_small_keep_the_cursor_inside(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(term_resize(rig->term, (struct cell_size){11, 2}), 0);
    rig_feed(rig, "\r\nAAAAAAAAAA");
    assert_int_equal(term_resize(rig->term, (struct cell_size){9, 2}), 0);
    assert_whole(rig);
    assert_int_equal(term_resize(rig->term, (struct cell_size){3, 3}), 0);
    assert_whole(rig);
    assert_int_equal(term_resize(rig->term, (struct cell_size){1, 1}), 0);
    rig_feed(rig, "ab\r\n\033[2J\033D\033Mc");
    assert_whole(rig);
}

/* R5 (libvterm 0.3.3: a heap overflow). */
static void
more_rows_can_be_erased(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(term_resize(rig->term, (struct cell_size){80, 200}), 0);
    rig_feed(rig, "\033[200;1Hx\033[2J\033[200;1Hy");
    assert_string_equal(rig_row(rig, 199), "y");
}

static void
resize_keeps_text_and_extends_tab_stops(void **state)
{
    struct rig *rig = *state;

    rig_feed(rig, "hello\033[3g\033[1;4H\033H\r");
    assert_int_equal(term_resize(rig->term, (struct cell_size){100, 30}), 0);
    assert_string_equal(rig_row(rig, 0), "hello");
    rig_feed(rig, "\t");
    assert_cursor(rig, 0, 3);
    rig_feed(rig, "\t");
    assert_cursor(rig, 0, 80);
    rig_feed(rig, "\t");
    assert_cursor(rig, 0, 88);
}

static void
resize_keeps_modes_and_pen(void **state)
{
    struct rig *rig = *state;

    rig_feed(rig, "\033[4h\033[?7l\033[?1h\033[1;31m");
    assert_int_equal(term_resize(rig->term, (struct cell_size){20, 5}), 0);
    rig_feed(rig, "ab\rX");
    assert_string_equal(rig_row(rig, 0), "Xab");
    assert_int_equal(rig_cell(rig, 0, 0).fg, 1);
    assert_true(term_input_modes(rig->term)->cursor_application);
}

static void
smallest_screens_work(void **state)
{
    static const struct cell_size sizes[] = {{1, 1}, {1, 3}, {3, 1}, {2, 1}};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct rig *rig = rig_new(sizes[i].cols, sizes[i].rows);

        rig_feed(rig, "hello\r\nworld\t\b\033[5;5H\033[2J\033[1;2rabc\033M"
                      "\033[5@\033[5P\033[5L\033[5M\033[5S\033[5T\033[3X"
                      "\033[I\033[Z\033#8\033[?6h\033[4hz\xe4\xbd\xa0");
        assert_whole(rig);
        rig_free(rig);
    }
}

static void
reset_forgets_all_but_scrollback_and_title(void **state)
{
    struct rig *rig = *state;
    struct rig *fresh = rig_new(80, 25);

    rig_feed(rig, "\033[3;9r\033[3g\033[?6h\033[?7l\033[4h\033[1;44m\0337"
                  "\033(0\016\033%@\033[11m\033[5 q\033[?5h\033[?1000h"
                  "\033]4;1;#123456\033\\\033[?1049htext\0337");
    rig_feed(rig, "\033c");

    /* Both have used their alternate screen, which is part of the state. */
    rig_feed(fresh, "\033[?47h\033[?47l");
    assert_null(rig_difference(rig, fresh));
    rig_free(fresh);
}

static void
soft_reset_keeps_the_screen_and_the_place(void **state)
{
    struct rig *rig = *state;

    rig_feed(rig, "text\033[5;10r\033[?6h\033[4h\033[?7l\033[1;31m\033(0"
                  "\033[?25l\033[?1h\033=\033[7;3H\033[!p");
    assert_string_equal(rig_row(rig, 0), "text");
    assert_cursor(rig, 10 - 1, 2);
    rig_feed(rig, "q");
    assert_string_equal(rig_row(rig, 9), "  q");
    assert_int_equal(rig_cell(rig, 9, 2).fg, COLOUR_DEFAULT);
    assert_false(term_input_modes(rig->term)->cursor_application);
    assert_false(term_input_modes(rig->term)->keypad_application);
    rig_feed(rig, "\033[25;1H\n");
    assert_string_equal(rig_row(rig, 0), "");
}

static struct selection_point
edge_at(int row, int col)
{
    return (struct selection_point){.row = row, .col = col, .edge = col};
}

static void
selection_beyond_the_bound_is_cut_between_characters(void **state)
{
    struct rig *small = rig_new(10, 2);
    struct bytes text;

    (void)state;
    rig_feed(small, "ab\u6f22c");
    term_select_begin(small->term, SELECT_CHARACTERS, edge_at(0, 0));
    term_select_extend(small->term, edge_at(0, 5));
    bytes_init(&text, 4);
    assert_false(term_selection_text(small->term, &text));
    assert_int_equal(bytes_len(&text), 2);
    bytes_fini(&text);
    bytes_init(&text, 6);
    assert_true(term_selection_text(small->term, &text));
    assert_memory_equal(bytes_peek(&text), "ab\u6f22c", 6);
    bytes_fini(&text);
    rig_free(small);
}

static void
word_without_end_is_looked_for_in_so_many_rows(void **state)
{
    enum {
        WIDTH = 10,
        MANY = 2 * WIDTH * SELECTION_WRAPS_MAX
    };
    static const enum selection_unit units[] = {SELECT_WORDS, SELECT_LINES};
    struct rig *narrow = rig_new(WIDTH, 4);

    (void)state;
    for (int i = 0; i < MANY; i++) {
        rig_feed(narrow, "x");
    }
    for (size_t i = 0; i < 2; i++) {
        struct bytes text;
        bytes_init(&text, (size_t)MANY);
        term_select_begin(narrow->term, units[i], edge_at(3, 0));
        assert_true(term_selection_text(narrow->term, &text));
        assert_in_range(bytes_len(&text), WIDTH * SELECTION_WRAPS_MAX,
                        WIDTH * (SELECTION_WRAPS_MAX + 1));
        bytes_fini(&text);
    }
    rig_free(narrow);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(size_out_of_range_is_refused),
        TEST(scrollback_out_of_range_is_refused),
        TEST(new_terminal_is_blank_with_the_cursor_at_home),
        TEST(colours_are_those_of_the_linux_console_or_given),
        TEST(text_goes_to_the_screen_and_damages_it),
        TEST(handlers_may_be_absent),
        TEST(bell_is_reported),
        TEST(synchronized_output_is_told),
        TEST(view_moves_into_the_scrollback_and_back),
        TEST(places_of_doubled_lines_are_two_to_a_character),
        TEST(cursor_blinks_from_the_start_if_anything_does),
        TEST(what_is_out_of_the_view_does_not_blink),
        TEST(steady_cursor_of_a_state_stays_steady),
        TEST(many_arguments_are_harmless),
        TEST(repetition_of_nothing_does_nothing),
        TEST(repetition_of_a_wide_character_at_the_edge_is_harmless),
        TEST(encoded_c1_controls_do_not_move),
        TEST(character_cut_by_delete_is_harmless),
        TEST(string_with_a_control_in_its_terminator_is_harmless),
        TEST(endless_marks_take_no_memory),
        TEST(left_and_right_margins_are_refused),
        TEST(margins_do_not_survive_a_smaller_size),
        TEST(saved_cursor_is_clamped_to_a_smaller_size),
        TEST(wide_character_in_one_column_is_replaced),
        TEST(sizes_that_get_small_keep_the_cursor_inside),
        TEST(more_rows_can_be_erased),
        TEST(resize_keeps_text_and_extends_tab_stops),
        TEST(resize_keeps_modes_and_pen),
        TEST(smallest_screens_work),
        TEST(reset_forgets_all_but_scrollback_and_title),
        TEST(soft_reset_keeps_the_screen_and_the_place),
        TEST(selection_beyond_the_bound_is_cut_between_characters),
        TEST(word_without_end_is_looked_for_in_so_many_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
