/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "term/vt.h"

/* What libvterm asked for last, and how often. */
struct fixture {
    struct vt *vt;
    struct cell_pos put;
    struct vt_area area;
    int down;
    int right;
    int calls;
};

static void
on_put(void *data, struct cell_pos pos)
{
    struct fixture *f = data;

    f->put = pos;
    f->calls++;
}

static void
on_scroll(void *data, struct vt_area area, int down, int right)
{
    struct fixture *f = data;

    f->area = area;
    f->down = down;
    f->right = right;
    f->calls++;
}

static void
on_erase(void *data, struct vt_area area)
{
    struct fixture *f = data;

    f->area = area;
    f->calls++;
}

static const struct vt_handler handler = {
    .on_put = on_put,
    .on_scroll = on_scroll,
    .on_erase = on_erase,
};

static struct fixture *
begin(int cols, int rows)
{
    static struct fixture f;

    f = (struct fixture){0};
    f.vt = vt_new((struct cell_size){.cols = cols, .rows = rows}, &handler, &f);
    assert_int_equal(f.calls, 0);
    return &f;
}

static void
assert_area(const struct fixture *f, int top, int bottom, int left, int right)
{
    assert_int_equal(f->area.top, top);
    assert_int_equal(f->area.bottom, bottom);
    assert_int_equal(f->area.left, left);
    assert_int_equal(f->area.right, right);
}

static void
character_goes_where_the_cursor_is(void **state)
{
    struct fixture *f = begin(80, 25);
    struct cell_pos cursor = {.row = 3, .col = 7};

    (void)state;
    vt_do(f->vt, VT_PUT_NARROW, 0, &cursor);
    assert_int_equal(f->put.row, 3);
    assert_int_equal(f->put.col, 7);
    assert_int_equal(cursor.col, 8);
    vt_do(f->vt, VT_PUT_WIDE, 0, &cursor);
    assert_int_equal(f->put.col, 8);
    assert_int_equal(cursor.col, 10);
    vt_free(f->vt);
}

static void
character_in_the_last_column_does_not_wrap(void **state)
{
    struct fixture *f = begin(80, 25);
    struct cell_pos cursor = {.row = 0, .col = 79};

    (void)state;
    for (int i = 0; i < 3; i++) {
        vt_do(f->vt, VT_PUT_NARROW, 0, &cursor);
        assert_int_equal(f->put.row, 0);
        assert_int_equal(f->put.col, 79);
        assert_int_equal(cursor.col, 79);
    }
    vt_free(f->vt);
}

static void
index_scrolls_at_the_bottom_margin(void **state)
{
    struct fixture *f = begin(80, 25);
    struct cell_pos cursor = {.row = 8, .col = 2};

    (void)state;
    vt_set_margins(f->vt, 5, 10);
    vt_do(f->vt, VT_INDEX, 0, &cursor);
    assert_int_equal(cursor.row, 9);
    assert_int_equal(f->calls, 0);
    vt_do(f->vt, VT_INDEX, 0, &cursor);
    assert_int_equal(cursor.row, 9);
    assert_area(f, 5, 10, 0, 80);
    assert_int_equal(f->down, 1);
    assert_int_equal(f->right, 0);
    vt_free(f->vt);
}

static void
counts_are_clamped_to_the_screen(void **state)
{
    static const enum vt_op ops[] = {
        VT_ERASE_CHARS,  VT_INSERT_CHARS, VT_DELETE_CHARS, VT_INSERT_LINES,
        VT_DELETE_LINES, VT_SCROLL_UP,    VT_SCROLL_DOWN,
    };
    struct fixture *f = begin(10, 4);

    (void)state;
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        struct cell_pos cursor = {.row = 1, .col = 3};

        f->calls = 0;
        vt_do(f->vt, ops[i], VT_COUNT_MAX, &cursor);
        assert_true(f->calls > 0);
        assert_true(f->area.top >= 0 && f->area.bottom <= 4);
        assert_true(f->area.left >= 0 && f->area.right <= 10);
    }
    vt_free(f->vt);
}

static void
one_cell_is_enough(void **state)
{
    struct fixture *f = begin(1, 1);

    (void)state;
    for (enum vt_op op = VT_INDEX; op <= VT_PUT_NARROW; op++) {
        struct cell_pos cursor = {.row = 0, .col = 0};

        vt_do(f->vt, op, op == VT_ERASE_DISPLAY || op == VT_ERASE_LINE ? 2 : 9,
              &cursor);
        assert_int_equal(cursor.row, 0);
        assert_int_equal(cursor.col, 0);
    }
    vt_free(f->vt);
}

static void
loading_a_state_draws_nothing(void **state)
{
    static const char text[] = "\033[3g\033[1;4H\033H\033[5;10r";
    struct fixture *f = begin(80, 25);
    struct cell_pos cursor = {.row = 9, .col = 0};

    (void)state;
    vt_load(f->vt, text, sizeof(text) - 1);
    assert_int_equal(f->calls, 0);
    vt_do(f->vt, VT_TABS, 1, &cursor);
    assert_int_equal(cursor.col, 3);
    vt_do(f->vt, VT_INDEX, 0, &cursor);
    assert_area(f, 4, 10, 0, 80);
    vt_free(f->vt);
}

static void
largest_screen_is_taken(void **state)
{
    struct fixture *f = begin(1000, 500);
    struct cell_pos cursor = {.row = 499, .col = 999};

    (void)state;
    vt_do(f->vt, VT_PUT_NARROW, 0, &cursor);
    assert_int_equal(f->put.row, 499);
    assert_int_equal(f->put.col, 999);
    vt_do(f->vt, VT_ERASE_DISPLAY, 2, &cursor);
    assert_area(f, 0, 500, 0, 1000);
    vt_free(f->vt);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(character_goes_where_the_cursor_is),
        cmocka_unit_test(character_in_the_last_column_does_not_wrap),
        cmocka_unit_test(index_scrolls_at_the_bottom_margin),
        cmocka_unit_test(counts_are_clamped_to_the_screen),
        cmocka_unit_test(one_cell_is_enough),
        cmocka_unit_test(loading_a_state_draws_nothing),
        cmocka_unit_test(largest_screen_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
