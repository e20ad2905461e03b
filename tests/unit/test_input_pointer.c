/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <xkbcommon/xkbcommon-keysyms.h>

#include "input/input.h"

enum {
    LEFT = 1,
    MIDDLE = 2,
    RIGHT = 4,
    WHEEL_UP = 8,
    WHEEL_DOWN = 16,
    WHEEL_LEFT = 32,
    ALL_BUTTONS = 0xff,
};

static const struct cell_pos here = {.row = 4, .col = 9};
static const struct input_modes off = {0};
static const struct input_config plain = {.dialect = KEY_DIALECT_XTERM};

static struct input_modes
tracking(enum mouse_tracking mouse_tracking, enum mouse_encoding encoding)
{
    return (struct input_modes){.mouse_tracking = mouse_tracking,
                                .mouse_encoding = encoding};
}

static void
key(struct input_viewer *viewer, uint32_t keysym, bool down)
{
    struct input_action action;

    input_key(viewer, &plain, &off, keysym, down, &action);
}

static struct input_action
point(struct input_viewer *viewer, const struct input_modes *modes,
      struct cell_pos pos, unsigned buttons)
{
    const struct input_pointer_event event = {.pos = pos, .buttons = buttons};
    struct input_action action;

    input_pointer(viewer, &plain, modes, &event, &action);
    return action;
}

static void
assert_sends(struct input_viewer *viewer, const struct input_modes *modes,
             struct cell_pos pos, unsigned buttons, const char *expected)
{
    struct input_action action = point(viewer, modes, pos, buttons);

    assert_int_equal(action.kind, INPUT_BYTES);
    assert_int_equal(action.len, strlen(expected));
    assert_memory_equal(action.bytes, expected, action.len);
}

static void
assert_silent(struct input_viewer *viewer, const struct input_modes *modes,
              struct cell_pos pos, unsigned buttons)
{
    struct input_action action = point(viewer, modes, pos, buttons);

    assert_int_equal(action.kind, INPUT_NOTHING);
    assert_int_equal(action.len, 0);
}

static void
each_encoding_spells_press_and_release(void **state)
{
    static const char *const expected[][2] = {
        [MOUSE_ENCODING_BYTES] = {"\033[M *%", "\033[M#*%"},
        [MOUSE_ENCODING_UTF8] = {"\033[M *%", "\033[M#*%"},
        [MOUSE_ENCODING_SGR] = {"\033[<0;10;5M", "\033[<0;10;5m"},
        [MOUSE_ENCODING_URXVT] = {"\033[32;10;5M", "\033[35;10;5M"},
    };

    (void)state;
    for (int i = 0; i <= MOUSE_ENCODING_URXVT; i++) {
        struct input_modes modes =
            tracking(MOUSE_TRACKING_NORMAL, (enum mouse_encoding)i);
        struct input_viewer viewer = {0};
        assert_sends(&viewer, &modes, here, LEFT, expected[i][0]);
        assert_sends(&viewer, &modes, here, 0, expected[i][1]);
    }
}

static void
x10_tracking_reports_presses_without_modifiers(void **state)
{
    struct input_modes modes =
        tracking(MOUSE_TRACKING_X10, MOUSE_ENCODING_BYTES);
    struct input_viewer viewer = {0};
    struct cell_pos elsewhere = {.row = 1, .col = 1};

    (void)state;
    key(&viewer, XKB_KEY_Control_L, true);
    assert_sends(&viewer, &modes, here, RIGHT, "\033[M\"*%");
    assert_silent(&viewer, &modes, elsewhere, RIGHT);
    assert_silent(&viewer, &modes, elsewhere, 0);
}

static void
modifiers_are_added_to_the_button(void **state)
{
    struct input_modes modes =
        tracking(MOUSE_TRACKING_NORMAL, MOUSE_ENCODING_SGR);
    struct input_viewer viewer = {0};

    (void)state;
    key(&viewer, XKB_KEY_Control_L, true);
    assert_sends(&viewer, &modes, here, MIDDLE, "\033[<17;10;5M");
    key(&viewer, XKB_KEY_Alt_L, true);
    assert_sends(&viewer, &modes, here, 0, "\033[<25;10;5m");
}

static void
wheel_is_reported_as_a_press_only(void **state)
{
    struct input_modes modes = tracking(MOUSE_TRACKING_ANY, MOUSE_ENCODING_SGR);
    struct input_viewer viewer = {.pointer.pos = here};

    (void)state;
    assert_sends(&viewer, &modes, here, WHEEL_UP, "\033[<64;10;5M");
    assert_silent(&viewer, &modes, here, 0);
    assert_sends(&viewer, &modes, here, WHEEL_DOWN, "\033[<65;10;5M");
    assert_silent(&viewer, &modes, here, 0);
    assert_sends(&viewer, &modes, here, WHEEL_LEFT, "\033[<66;10;5M");
    assert_silent(&viewer, &modes, here, 0);
}

static void
every_changed_button_gives_a_report_releases_first(void **state)
{
    struct input_modes modes =
        tracking(MOUSE_TRACKING_NORMAL, MOUSE_ENCODING_SGR);
    struct input_viewer viewer = {0};

    (void)state;
    assert_sends(&viewer, &modes, here, LEFT | MIDDLE,
                 "\033[<0;10;5M\033[<1;10;5M");
    assert_sends(&viewer, &modes, here, MIDDLE | RIGHT,
                 "\033[<0;10;5m\033[<2;10;5M");
}

static void
all_buttons_in_the_farthest_cell_stay_within_the_bound(void **state)
{
    struct input_modes modes =
        tracking(MOUSE_TRACKING_NORMAL, MOUSE_ENCODING_SGR);
    struct cell_pos farthest = {.row = 65534, .col = 65534};
    const char last[] = "\033[<152;65535;65535M";
    size_t last_len = sizeof(last) - 1;
    struct input_viewer viewer = {0};

    (void)state;
    key(&viewer, XKB_KEY_Control_L, true);
    key(&viewer, XKB_KEY_Alt_L, true);
    struct input_action action = point(&viewer, &modes, farthest, ALL_BUTTONS);
    assert_in_range(action.len, 8 * 18, INPUT_BYTES_MAX);
    assert_memory_equal(action.bytes + action.len - last_len, last, last_len);
}

static void
places_off_every_screen_are_clamped_or_silent(void **state)
{
    struct cell_pos beyond = {.row = INT32_MAX, .col = INT32_MAX};
    struct cell_pos before = {.row = INT32_MIN, .col = -1};
    struct input_modes modes =
        tracking(MOUSE_TRACKING_ANY, MOUSE_ENCODING_URXVT);
    struct input_viewer viewer = {0};

    (void)state;
    assert_silent(&viewer, &modes, beyond, LEFT);
    assert_silent(&viewer, &modes, beyond, 0);
    assert_sends(&viewer, &modes, before, LEFT, "\033[32;1;1M");
    assert_sends(&viewer, &modes, beyond, 0, "\033[35;65535;65535M");
}

static void
drag_is_reported_once_per_cell(void **state)
{
    struct input_modes modes =
        tracking(MOUSE_TRACKING_DRAG, MOUSE_ENCODING_SGR);
    struct input_viewer viewer = {0};
    struct cell_pos next = {.row = 4, .col = 10};

    (void)state;
    assert_silent(&viewer, &modes, next, 0);
    assert_sends(&viewer, &modes, here, RIGHT, "\033[<2;10;5M");
    assert_silent(&viewer, &modes, here, RIGHT);
    assert_sends(&viewer, &modes, next, RIGHT, "\033[<34;11;5M");
    assert_silent(&viewer, &modes, next, RIGHT);
    assert_sends(&viewer, &modes, here, 0, "\033[<2;10;5m");
    assert_silent(&viewer, &modes, next, 0);
}

static void
normal_tracking_does_not_report_motion(void **state)
{
    struct input_modes modes =
        tracking(MOUSE_TRACKING_NORMAL, MOUSE_ENCODING_SGR);
    struct input_viewer viewer = {0};
    struct cell_pos next = {.row = 0, .col = 0};

    (void)state;
    assert_sends(&viewer, &modes, here, LEFT, "\033[<0;10;5M");
    assert_silent(&viewer, &modes, next, LEFT);
}

static void
any_tracking_reports_motion_without_a_button(void **state)
{
    struct input_modes modes =
        tracking(MOUSE_TRACKING_ANY, MOUSE_ENCODING_BYTES);
    struct input_viewer viewer = {0};

    (void)state;
    assert_sends(&viewer, &modes, here, 0, "\033[MC*%");
    assert_silent(&viewer, &modes, here, 0);
}

static void
shift_keeps_presses_and_motion_from_the_guest(void **state)
{
    struct input_modes modes = tracking(MOUSE_TRACKING_ANY, MOUSE_ENCODING_SGR);
    struct input_viewer viewer = {0};
    struct cell_pos next = {.row = 7, .col = 7};

    (void)state;
    key(&viewer, XKB_KEY_Shift_R, true);
    assert_silent(&viewer, &modes, here, LEFT);
    key(&viewer, XKB_KEY_Shift_R, false);
    assert_silent(&viewer, &modes, next, LEFT); /* it stays a local drag */
    assert_silent(&viewer, &modes, next, 0);
    assert_sends(&viewer, &modes, here, 0, "\033[<35;10;5M");
}

static void
reported_press_is_released_even_with_shift(void **state)
{
    struct input_modes modes =
        tracking(MOUSE_TRACKING_NORMAL, MOUSE_ENCODING_SGR);
    struct input_viewer viewer = {0};

    (void)state;
    assert_sends(&viewer, &modes, here, LEFT, "\033[<0;10;5M");
    key(&viewer, XKB_KEY_Shift_L, true);
    assert_sends(&viewer, &modes, here, 0, "\033[<4;10;5m");
}

static void
press_before_tracking_is_not_released_to_the_guest(void **state)
{
    struct input_modes modes =
        tracking(MOUSE_TRACKING_NORMAL, MOUSE_ENCODING_SGR);
    struct input_viewer viewer = {0};

    (void)state;
    assert_silent(&viewer, &off, here, LEFT);
    assert_silent(&viewer, &modes, here, 0);
}

static void
cells_that_bytes_cannot_name_are_not_pressed(void **state)
{
    struct input_modes modes =
        tracking(MOUSE_TRACKING_NORMAL, MOUSE_ENCODING_BYTES);
    struct input_viewer viewer = {0};
    struct cell_pos last = {.row = 0, .col = 222};
    struct cell_pos beyond = {.row = 0, .col = 223};

    (void)state;
    assert_silent(&viewer, &modes, beyond, LEFT);
    assert_silent(&viewer, &modes, beyond, 0);
    assert_sends(&viewer, &modes, last, LEFT, "\033[M \xff!");
    assert_sends(&viewer, &modes, beyond, 0, "\033[M#\xff!");
}

static void
utf8_encoding_reaches_column_2015(void **state)
{
    struct input_modes modes =
        tracking(MOUSE_TRACKING_NORMAL, MOUSE_ENCODING_UTF8);
    struct input_viewer viewer = {0};
    struct cell_pos last = {.row = 95, .col = 2014};
    struct cell_pos beyond = {.row = 95, .col = 2015};

    (void)state;
    assert_sends(&viewer, &modes, last, LEFT, "\033[M \xdf\xbf\xc2\x80");
    assert_sends(&viewer, &modes, last, 0, "\033[M#\xdf\xbf\xc2\x80");
    assert_silent(&viewer, &modes, beyond, LEFT);
}

static void
wheel_scrolls_three_lines(void **state)
{
    struct input_viewer viewer = {0};

    (void)state;
    struct input_action up = point(&viewer, &off, here, WHEEL_UP);
    assert_silent(&viewer, &off, here, 0);
    struct input_action down = point(&viewer, &off, here, WHEEL_DOWN);
    assert_int_equal(up.kind, INPUT_SCROLL_LINES);
    assert_int_equal(up.amount, 3);
    assert_int_equal(down.kind, INPUT_SCROLL_LINES);
    assert_int_equal(down.amount, -3);
}

static void
wheel_on_the_alternate_screen_is_three_cursor_keys(void **state)
{
    struct input_modes modes = {.alternate_screen = true,
                                .alternate_scroll = true};
    struct input_viewer viewer = {0};

    (void)state;
    assert_sends(&viewer, &modes, here, WHEEL_UP, "\033[A\033[A\033[A");
    assert_silent(&viewer, &modes, here, 0);
    modes.cursor_application = true;
    assert_sends(&viewer, &modes, here, WHEEL_DOWN, "\033OB\033OB\033OB");
}

static void
shift_wheel_scrolls_whatever_the_guest_has_asked(void **state)
{
    struct input_modes modes = tracking(MOUSE_TRACKING_ANY, MOUSE_ENCODING_SGR);
    struct input_viewer viewer = {0};

    (void)state;
    modes.alternate_screen = true;
    key(&viewer, XKB_KEY_Shift_L, true);
    struct input_action action = point(&viewer, &modes, here, WHEEL_UP);
    assert_int_equal(action.kind, INPUT_SCROLL_LINES);
    assert_int_equal(action.amount, 3);
}

static void
middle_press_pastes_once(void **state)
{
    struct input_viewer viewer = {0};

    (void)state;
    struct input_action action = point(&viewer, &off, here, MIDDLE);
    assert_int_equal(action.kind, INPUT_PASTE);
    assert_silent(&viewer, &off, here, MIDDLE);
    assert_silent(&viewer, &off, here, 0);
}

static void
left_and_right_do_nothing_without_tracking(void **state)
{
    struct input_viewer viewer = {0};

    (void)state;
    assert_silent(&viewer, &off, here, LEFT);
    assert_silent(&viewer, &off, here, LEFT | RIGHT);
    assert_silent(&viewer, &off, here, 0);
}

/* A click where XenCenter's Paste puts it, or elsewhere. */
static struct input_action
click_where_the_corner_pastes(struct input_viewer *viewer, struct cell_pos pos,
                              unsigned buttons)
{
    const struct input_config config = {.corner_click_pastes = true};
    const struct input_modes modes =
        tracking(MOUSE_TRACKING_ANY, MOUSE_ENCODING_SGR);
    const struct input_pointer_event event = {.pos = pos, .buttons = buttons};
    struct input_action action;

    input_pointer(viewer, &config, &modes, &event, &action);
    return action;
}

static void
corner_click_pastes_in_spite_of_tracking_and_is_not_reported(void **state)
{
    const struct cell_pos corner = {.row = 0, .col = 0};
    struct input_viewer viewer = {.pointer.pos = here};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct input_action action =
            click_where_the_corner_pastes(&viewer, corner, MIDDLE);
        assert_int_equal(action.kind, INPUT_PASTE);
        action = click_where_the_corner_pastes(&viewer, corner, 0);
        assert_int_equal(action.kind, INPUT_NOTHING);
    }
}

static void
other_clicks_are_reported_where_the_corner_pastes(void **state)
{
    const struct cell_pos corner = {.row = 0, .col = 0};
    const struct cell_pos beside = {.row = 0, .col = 1};
    struct input_viewer viewer = {0};

    (void)state;
    struct input_action action =
        click_where_the_corner_pastes(&viewer, corner, LEFT);
    assert_string_equal(action.bytes, "\033[<0;1;1M");
    action = click_where_the_corner_pastes(&viewer, corner, LEFT | MIDDLE);
    assert_string_equal(action.bytes, "\033[<1;1;1M");
    (void)click_where_the_corner_pastes(&viewer, beside, 0);
    action = click_where_the_corner_pastes(&viewer, beside, MIDDLE);
    assert_string_equal(action.bytes, "\033[<1;2;1M");
}

static void
corner_click_is_reported_otherwise(void **state)
{
    const struct input_modes modes =
        tracking(MOUSE_TRACKING_NORMAL, MOUSE_ENCODING_SGR);
    struct input_viewer viewer = {0};

    (void)state;
    assert_sends(&viewer, &modes, (struct cell_pos){0}, MIDDLE, "\033[<1;1;1M");
}

/* The left button at `at`, `us` after the start. */
static struct input_action
left_at(struct input_viewer *viewer, const struct input_modes *modes,
        struct cell_pos pos, uint64_t us, bool is_down)
{
    const struct input_pointer_event event = {
        .pos = pos,
        .buttons = is_down ? LEFT : 0,
        .time_us = UINT64_C(1000000) + us,
    };
    struct input_action action;

    input_pointer(viewer, &plain, modes, &event, &action);
    return action;
}

static void
assert_click(struct input_viewer *viewer, struct cell_pos pos, uint64_t us,
             int clicks)
{
    struct input_action press = left_at(viewer, &off, pos, us, true);
    struct input_action release = left_at(viewer, &off, pos, us + 50000, false);

    assert_int_equal(press.selecting, INPUT_SELECT_BEGIN);
    assert_int_equal(press.clicks, clicks);
    assert_false(press.is_block);
    assert_int_equal(release.selecting, INPUT_SELECT_END);
}

static void
clicks_in_one_cell_count_to_three(void **state)
{
    const struct cell_pos beside = {.row = here.row, .col = here.col + 1};
    struct input_viewer viewer = {0};

    (void)state;
    assert_click(&viewer, here, 0, 1);
    assert_click(&viewer, here, INPUT_CLICK_US, 2);
    assert_click(&viewer, here, 2 * (uint64_t)INPUT_CLICK_US, 3);
    assert_click(&viewer, here, 2 * (uint64_t)INPUT_CLICK_US + 100000, 1);
    assert_click(&viewer, here, 3 * (uint64_t)INPUT_CLICK_US + 100001, 1);
    assert_click(&viewer, beside, 3 * (uint64_t)INPUT_CLICK_US + 200000, 1);
    assert_click(&viewer, beside, 3 * (uint64_t)INPUT_CLICK_US + 300000, 2);
}

static void
drag_extends_when_the_pointer_moves(void **state)
{
    struct input_pointer_event event = {.pos = here, .buttons = LEFT};
    struct input_viewer viewer = {0};
    struct input_action action;

    (void)state;
    input_pointer(&viewer, &plain, &off, &event, &action);
    assert_int_equal(action.selecting, INPUT_SELECT_BEGIN);
    input_pointer(&viewer, &plain, &off, &event, &action);
    assert_int_equal(action.selecting, INPUT_SELECT_NOTHING);
    event.edge++; /* within the cell */
    input_pointer(&viewer, &plain, &off, &event, &action);
    assert_int_equal(action.selecting, INPUT_SELECT_EXTEND);
    event.buttons |= RIGHT;
    input_pointer(&viewer, &plain, &off, &event, &action);
    assert_int_equal(action.selecting, INPUT_SELECT_NOTHING);
    event.buttons = 0;
    input_pointer(&viewer, &plain, &off, &event, &action);
    assert_int_equal(action.selecting, INPUT_SELECT_END);
}

static void
alt_selects_a_block_and_shift_resumes(void **state)
{
    struct input_viewer viewer = {0};

    (void)state;
    key(&viewer, XKB_KEY_Alt_L, true);
    assert_true(left_at(&viewer, &off, here, 0, true).is_block);
    (void)left_at(&viewer, &off, here, 1, false);
    key(&viewer, XKB_KEY_Alt_L, false);
    key(&viewer, XKB_KEY_Shift_L, true);
    struct input_action action =
        left_at(&viewer, &off, here, 10 * (uint64_t)INPUT_CLICK_US, true);
    assert_int_equal(action.selecting, INPUT_SELECT_RESUME);
}

static void
shift_begins_a_selection_in_spite_of_tracking(void **state)
{
    struct input_modes modes = tracking(MOUSE_TRACKING_ANY, MOUSE_ENCODING_SGR);
    struct input_viewer viewer = {0};

    (void)state;
    struct input_action action = left_at(&viewer, &modes, here, 0, true);
    assert_int_equal(action.kind, INPUT_BYTES);
    assert_int_equal(action.selecting, INPUT_SELECT_NOTHING);
    (void)left_at(&viewer, &modes, here, 1, false);
    key(&viewer, XKB_KEY_Shift_L, true);
    action = left_at(&viewer, &modes, here, 2, true);
    assert_int_equal(action.kind, INPUT_NOTHING);
    assert_int_equal(action.selecting, INPUT_SELECT_BEGIN);
    assert_int_equal(action.clicks, 1);
    /* It ends where it has begun, whatever is held and tracked by then. */
    key(&viewer, XKB_KEY_Shift_L, false);
    action = left_at(&viewer, &modes, here, 3, false);
    assert_int_equal(action.kind, INPUT_NOTHING);
    assert_int_equal(action.selecting, INPUT_SELECT_END);
}

static void
pixels_are_reported_from_1_and_every_motion_is(void **state)
{
    struct input_modes modes =
        tracking(MOUSE_TRACKING_ANY, MOUSE_ENCODING_SGR_PIXELS);
    struct input_pointer_event event = {.pos = here, .x = 72, .y = 64};
    struct input_viewer viewer = {0};
    struct input_action action;

    (void)state;
    input_pointer(&viewer, &plain, &modes, &event, &action);
    assert_string_equal(action.bytes, "\033[<35;73;65M");
    event.x++;
    event.buttons = RIGHT;
    input_pointer(&viewer, &plain, &modes, &event, &action);
    assert_string_equal(action.bytes, "\033[<2;74;65M");
    event.x++;
    input_pointer(&viewer, &plain, &modes, &event, &action);
    assert_string_equal(action.bytes, "\033[<34;75;65M");
    event.buttons = 0;
    input_pointer(&viewer, &plain, &modes, &event, &action);
    assert_string_equal(action.bytes, "\033[<2;75;65m");
}

static void
every_wheel_and_further_button_has_its_code(void **state)
{
    struct input_modes modes =
        tracking(MOUSE_TRACKING_NORMAL, MOUSE_ENCODING_SGR);
    static const unsigned codes[] = {0, 1, 2, 64, 65, 66, 67, 128};

    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        struct input_viewer viewer = {0};
        char expected[32];
        (void)snprintf(expected, sizeof(expected), "\033[<%u;10;5M", codes[i]);
        assert_sends(&viewer, &modes, here, 1U << i, expected);
    }
}

static void
viewer_that_goes_releases_what_the_guest_knows(void **state)
{
    struct input_modes modes =
        tracking(MOUSE_TRACKING_NORMAL, MOUSE_ENCODING_SGR);
    struct input_viewer viewer = {0};
    struct input_viewer selecting = {0};
    struct input_action action;

    (void)state;
    (void)point(&viewer, &modes, here, LEFT | RIGHT);
    input_viewer_gone(&viewer, &plain, &modes, &action);
    assert_string_equal(action.bytes, "\033[<0;10;5m\033[<2;10;5m");
    (void)point(&selecting, &off, here, LEFT);
    input_viewer_gone(&selecting, &plain, &off, &action);
    assert_int_equal(action.kind, INPUT_NOTHING);
    assert_int_equal(action.selecting, INPUT_SELECT_END);
}

static void
wheel_on_the_alternate_screen_is_no_keys_when_the_guest_says_so(void **state)
{
    const struct input_modes modes = {.alternate_screen = true};
    struct input_viewer viewer = {0};

    (void)state;
    struct input_action action = point(&viewer, &modes, here, WHEEL_UP);
    assert_int_equal(action.kind, INPUT_SCROLL_LINES);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_encoding_spells_press_and_release),
        cmocka_unit_test(x10_tracking_reports_presses_without_modifiers),
        cmocka_unit_test(modifiers_are_added_to_the_button),
        cmocka_unit_test(wheel_is_reported_as_a_press_only),
        cmocka_unit_test(every_changed_button_gives_a_report_releases_first),
        cmocka_unit_test(
            all_buttons_in_the_farthest_cell_stay_within_the_bound),
        cmocka_unit_test(places_off_every_screen_are_clamped_or_silent),
        cmocka_unit_test(drag_is_reported_once_per_cell),
        cmocka_unit_test(normal_tracking_does_not_report_motion),
        cmocka_unit_test(any_tracking_reports_motion_without_a_button),
        cmocka_unit_test(shift_keeps_presses_and_motion_from_the_guest),
        cmocka_unit_test(reported_press_is_released_even_with_shift),
        cmocka_unit_test(press_before_tracking_is_not_released_to_the_guest),
        cmocka_unit_test(cells_that_bytes_cannot_name_are_not_pressed),
        cmocka_unit_test(utf8_encoding_reaches_column_2015),
        cmocka_unit_test(wheel_scrolls_three_lines),
        cmocka_unit_test(wheel_on_the_alternate_screen_is_three_cursor_keys),
        cmocka_unit_test(shift_wheel_scrolls_whatever_the_guest_has_asked),
        cmocka_unit_test(middle_press_pastes_once),
        cmocka_unit_test(left_and_right_do_nothing_without_tracking),
        cmocka_unit_test(
            corner_click_pastes_in_spite_of_tracking_and_is_not_reported),
        cmocka_unit_test(other_clicks_are_reported_where_the_corner_pastes),
        cmocka_unit_test(corner_click_is_reported_otherwise),
        cmocka_unit_test(clicks_in_one_cell_count_to_three),
        cmocka_unit_test(drag_extends_when_the_pointer_moves),
        cmocka_unit_test(alt_selects_a_block_and_shift_resumes),
        cmocka_unit_test(shift_begins_a_selection_in_spite_of_tracking),
        cmocka_unit_test(pixels_are_reported_from_1_and_every_motion_is),
        cmocka_unit_test(every_wheel_and_further_button_has_its_code),
        cmocka_unit_test(viewer_that_goes_releases_what_the_guest_knows),
        cmocka_unit_test(
            wheel_on_the_alternate_screen_is_no_keys_when_the_guest_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
