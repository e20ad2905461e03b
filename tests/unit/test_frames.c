/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fakes/fake_loop.h"
#include "fakes/fake_vnc.h"
#include "frames.h"

enum {
    COLS = 80,
    ROWS = 24,
    CELL_HEIGHT = 16,
    INTERVAL_US = 16 * 1000,
};

struct fixture {
    struct loop *loop;
    struct term *term;
    struct render *render;
    struct vnc vnc;
    struct frames *frames;
};

/* One viewer that takes every frame and has seen the first. */
static int
set_up_with(void **state, bool blink)
{
    static const struct term_handler handler = {0};
    struct term_config term_config = {.size = {.cols = COLS, .rows = ROWS},
                                      .blink = blink};
    struct render_config render_config = {.font_size =
                                              RENDER_FONT_SIZE_DEFAULT};
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    fake_loop_new(&f->loop);
    assert_int_equal(term_new(&f->term, &term_config, &handler, f), 0);
    assert_int_equal(render_new(&f->render, &render_config), 0);
    f->vnc.size =
        (struct pixel_size){.width = COLS * 8, .height = ROWS * CELL_HEIGHT};
    f->vnc.has_viewer = true;
    f->vnc.wants_frame = true;
    struct frames_config config = {.loop = f->loop,
                                   .term = f->term,
                                   .render = f->render,
                                   .vnc = &f->vnc,
                                   .interval_us = INTERVAL_US};
    frames_new(&f->frames, &config);
    frames_draw(f->frames);
    fake_loop_advance_us(f->loop, INTERVAL_US);
    f->vnc.flushes = 0;
    f->vnc.marks = 0;
    *state = f;
    return 0;
}

static int
set_up(void **state)
{
    return set_up_with(state, false);
}

/* Where things blink, but the cursor does not. */
static int
set_up_blink(void **state)
{
    int result = set_up_with(state, true);
    struct fixture *f = *state;

    term_feed(f->term, "\033[2 q", 5);
    frames_draw(f->frames);
    fake_loop_advance_us(f->loop, INTERVAL_US);
    f->vnc.flushes = 0;
    return result;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    frames_free(f->frames);
    render_free(f->render);
    term_free(f->term);
    loop_free(f->loop);
    free(f);
    return 0;
}

/* As the session does with a guest's bytes. */
static void
feed(struct fixture *f, const char *text)
{
    term_feed(f->term, text, strlen(text));
    frames_schedule(f->frames, FRAMES_GUEST);
}

static void
first_change_after_quiet_is_shown_at_once(void **state)
{
    struct fixture *f = *state;

    feed(f, "a");
    assert_int_equal(f->vnc.flushes, 0);
    fake_loop_run_pending(f->loop);
    assert_int_equal(f->vnc.flushes, 1);
    assert_int_equal(f->vnc.last_mark.y, 0);
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
}

static void
flood_makes_a_frame_an_interval(void **state)
{
    struct fixture *f = *state;

    for (int ms = 0; ms < 160; ms++) {
        feed(f, "flood\r\n");
        fake_loop_advance_us(f->loop, 1000);
    }
    assert_in_range(f->vnc.flushes, 10, 11);
}

static void
nothing_changed_arms_no_timer(void **state)
{
    struct fixture *f = *state;

    feed(f, "");
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
}

static void
change_waits_for_a_viewer_that_can_take_it(void **state)
{
    struct fixture *f = *state;

    f->vnc.wants_frame = false;
    feed(f, "a");
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
    f->vnc.wants_frame = true;
    frames_resume(f->frames);
    fake_loop_run_pending(f->loop);
    assert_int_equal(f->vnc.flushes, 1);
}

/* A viewer drags a selection back and forth. */
static void
select_up_to(struct fixture *f, int col)
{
    struct selection_point point = {.row = 10, .col = col, .edge = col};

    if (col == 0) {
        term_select_begin(f->term, SELECT_CHARACTERS, point);
    } else {
        term_select_extend(f->term, point);
    }
    frames_schedule(f->frames, FRAMES_VIEWERS);
}

static void
selecting_makes_a_frame_an_interval(void **state)
{
    struct fixture *f = *state;

    for (int ms = 0; ms < 160; ms++) {
        select_up_to(f, ms % 70);
        fake_loop_advance_us(f->loop, 1000);
    }
    assert_in_range(f->vnc.flushes, 10, 11);
}

static void
selecting_does_not_delay_what_the_guest_shows(void **state)
{
    struct fixture *f = *state;

    for (int ms = 0; ms < 160; ms++) {
        select_up_to(f, ms % 70);
        if (ms % 20 == 10) {
            int before = f->vnc.flushes;
            feed(f, ms % 40 == 10 ? "\ra" : "\rb");
            fake_loop_run_pending(f->loop);
            assert_int_equal(f->vnc.flushes, before + 1);
        }
        fake_loop_advance_us(f->loop, 1000);
    }
    /* An interval each, and no more. */
    assert_in_range(f->vnc.flushes, 16, 20);
}

static void
scrolls_between_frames_are_one_and_come_first(void **state)
{
    struct fixture *f = *state;

    feed(f, "\033[24;1H");
    fake_loop_run_pending(f->loop);
    f->vnc.marks = 0;
    feed(f, "one\r\ntwo\r\nthree\r\n");
    fake_loop_advance_us(f->loop, INTERVAL_US);
    assert_int_equal(f->vnc.scrolls, 1);
    assert_int_equal(f->vnc.scrolled, 3 * CELL_HEIGHT);
    assert_false(f->vnc.scrolled_after_mark);
}

static void
scroll_between_margins_moves_their_columns(void **state)
{
    struct fixture *f = *state;

    feed(f, "\033[?69h\033[11;40s\033[5;20r\033[20;11H");
    fake_loop_run_pending(f->loop);
    feed(f, "\n\n");
    fake_loop_advance_us(f->loop, INTERVAL_US);
    assert_int_equal(f->vnc.scrolls, 1);
    assert_int_equal(f->vnc.scrolled, 2 * CELL_HEIGHT);
    assert_int_equal(f->vnc.last_scroll.x, 10 * 8);
    assert_int_equal(f->vnc.last_scroll.width, 30 * 8);
    assert_int_equal(f->vnc.last_scroll.y, 4 * CELL_HEIGHT);
    assert_int_equal(f->vnc.last_scroll.height, 16 * CELL_HEIGHT);
}

static void
synchronized_output_is_one_frame(void **state)
{
    struct fixture *f = *state;

    feed(f, "\033[?2026hhalf");
    fake_loop_advance_us(f->loop, UINT64_C(100000));
    assert_int_equal(f->vnc.flushes, 0);
    feed(f, "whole\033[?2026l");
    fake_loop_run_pending(f->loop);
    assert_int_equal(f->vnc.flushes, 1);
}

static void
synchronized_output_without_end_is_shown_after_a_while(void **state)
{
    struct fixture *f = *state;

    feed(f, "\033[?2026h");
    for (int ms = 0; ms < 200; ms++) {
        feed(f, "x");
        fake_loop_advance_us(f->loop, 1000);
        if (ms < 149) {
            assert_int_equal(f->vnc.flushes, 0);
        }
    }
    assert_in_range(f->vnc.flushes, 1, 4);
}

static void
next_viewer_is_shown_everything(void **state)
{
    struct fixture *f = *state;

    frames_stop(f->frames);
    f->vnc.has_viewer = false;
    feed(f, "a");
    f->vnc.has_viewer = true;
    frames_update_picture(f->frames);
    assert_int_equal(f->vnc.last_mark.width, COLS * 8);
    assert_int_equal(f->vnc.last_mark.height, ROWS * CELL_HEIGHT);
    fake_loop_advance_us(f->loop, INTERVAL_US);
    assert_true(f->vnc.flushes > 0);
}

static void
repaint_of_what_is_shown_already_arms_no_timer(void **state)
{
    struct fixture *f = *state;

    frames_update_picture(f->frames);
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
    term_feed(f->term, "a", 1);
    frames_update_picture(f->frames);
    assert_int_equal(f->vnc.marks, 1);
    assert_int_equal(fake_loop_count_armed(f->loop), 1);
}

/* How many pixels of the first cell are not background. */
static int
first_cell_ink(const struct fixture *f)
{
    int ink = 0;

    for (int y = 0; y < CELL_HEIGHT; y++) {
        for (int x = 0; x < 8; x++) {
            ink += f->vnc.pixels[y * COLS * 8 + x] != 0;
        }
    }
    return ink;
}

static void
half_a_blink(struct fixture *f)
{
    fake_loop_advance_us(f->loop, FRAMES_BLINK_US);
    fake_loop_run_pending(f->loop);
}

static void
nothing_blinks_unless_it_shall(void **state)
{
    struct fixture *f = *state;

    feed(f, "\033[5mx\033[m\033[1 q");
    fake_loop_run_pending(f->loop);
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
}

static void
blinking_text_comes_and_goes(void **state)
{
    struct fixture *f = *state;

    feed(f, "\033[5mx\033[m");
    fake_loop_run_pending(f->loop);
    int shown = first_cell_ink(f);
    assert_true(shown > 0);
    assert_int_equal(fake_loop_count_armed(f->loop), 1);
    for (int i = 0; i < 3; i++) {
        half_a_blink(f);
        assert_int_equal(first_cell_ink(f), 0);
        assert_int_equal(f->vnc.last_mark.width, 8);
        half_a_blink(f);
        assert_int_equal(first_cell_ink(f), shown);
    }
    assert_int_equal(f->vnc.flushes, 7);
}

static void
blinking_cursor_comes_and_goes(void **state)
{
    struct fixture *f = *state;

    feed(f, "\033[1 q");
    half_a_blink(f); /* what was fed keeps it */
    assert_int_equal(first_cell_ink(f), 8 * CELL_HEIGHT);
    half_a_blink(f);
    half_a_blink(f);
    assert_int_equal(first_cell_ink(f), 0);
    half_a_blink(f);
    assert_int_equal(first_cell_ink(f), 8 * CELL_HEIGHT);
}

static void
output_shows_the_cursor_again(void **state)
{
    struct fixture *f = *state;

    feed(f, "\033[1 q");
    half_a_blink(f);
    half_a_blink(f);
    half_a_blink(f);
    assert_int_equal(first_cell_ink(f), 0);
    feed(f, "\033[H");
    fake_loop_advance_us(f->loop, INTERVAL_US);
    assert_int_equal(first_cell_ink(f), 8 * CELL_HEIGHT);
}

static void
timer_ends_with_what_blinks(void **state)
{
    struct fixture *f = *state;

    feed(f, "\033[5mx");
    half_a_blink(f);
    feed(f, "\033[m\ry");
    half_a_blink(f);
    half_a_blink(f);
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
    assert_true(first_cell_ink(f) > 0);
}

static void
timer_ends_when_nobody_takes_frames(void **state)
{
    struct fixture *f = *state;

    feed(f, "\033[5mx");
    half_a_blink(f);
    f->vnc.wants_frame = false;
    half_a_blink(f);
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
    f->vnc.wants_frame = true;
    frames_resume(f->frames);
    assert_true(fake_loop_count_armed(f->loop) > 0);
    fake_loop_run_pending(f->loop);
    assert_true(first_cell_ink(f) > 0);
}

static void
next_viewer_is_shown_what_was_hidden(void **state)
{
    struct fixture *f = *state;

    feed(f, "\033[5mx");
    half_a_blink(f);
    assert_int_equal(first_cell_ink(f), 0);
    frames_stop(f->frames);
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
    frames_update_picture(f->frames);
    assert_true(first_cell_ink(f) > 0);
}

#define T_BLINK(name) \
    cmocka_unit_test_setup_teardown(name, set_up_blink, tear_down)
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        T(first_change_after_quiet_is_shown_at_once),
        T(flood_makes_a_frame_an_interval),
        T(nothing_changed_arms_no_timer),
        T(selecting_makes_a_frame_an_interval),
        T(selecting_does_not_delay_what_the_guest_shows),
        T(change_waits_for_a_viewer_that_can_take_it),
        T(scrolls_between_frames_are_one_and_come_first),
        T(scroll_between_margins_moves_their_columns),
        T(synchronized_output_is_one_frame),
        T(synchronized_output_without_end_is_shown_after_a_while),
        T(next_viewer_is_shown_everything),
        T(repaint_of_what_is_shown_already_arms_no_timer),
        T(nothing_blinks_unless_it_shall),
        T_BLINK(blinking_text_comes_and_goes),
        T_BLINK(blinking_cursor_comes_and_goes),
        T_BLINK(output_shows_the_cursor_again),
        T_BLINK(timer_ends_with_what_blinks),
        T_BLINK(timer_ends_when_nobody_takes_frames),
        T_BLINK(next_viewer_is_shown_what_was_hidden),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
