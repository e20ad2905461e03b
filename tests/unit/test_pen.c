/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "term/pen.h"

/* An SGR of up to four arguments; a negative one is missing. */
static struct guard_op
sgr(int argc, int a, int b, int c, int d)
{
    return (struct guard_op){
        .kind = GUARD_SGR,
        .argc = argc,
        .args = {(int16_t)a, (int16_t)b, (int16_t)c, (int16_t)d},
    };
}

static void
no_argument_resets_all_but_protection(void **state)
{
    struct cell pen = cell_default();
    struct guard_op op = sgr(0, 0, 0, 0, 0);

    (void)state;
    pen.fg = 3;
    pen.bg = COLOUR_RGB | 1;
    pen.attrs = CELL_BOLD | CELL_PROTECTED;
    pen.underline = CELL_UNDERLINE_CURLY;
    assert_int_equal(pen_apply_sgr(&pen, &op), PEN_FONT_SAME);

    assert_int_equal(pen.fg, COLOUR_DEFAULT);
    assert_int_equal(pen.bg, COLOUR_DEFAULT);
    assert_int_equal(pen.attrs, CELL_PROTECTED);
    assert_int_equal(pen.underline, CELL_UNDERLINE_NONE);
}

static void
fonts_are_told_and_change_no_pen(void **state)
{
    struct cell pen = cell_default();
    struct guard_op cp437 = sgr(1, 11, 0, 0, 0);
    struct guard_op normal = sgr(2, 1, 10, 0, 0);

    (void)state;
    assert_int_equal(pen_apply_sgr(&pen, &cp437), PEN_FONT_CP437);
    assert_true(cell_equals(pen, cell_default()));
    assert_int_equal(pen_apply_sgr(&pen, &normal), PEN_FONT_NORMAL);
    assert_int_equal(pen.attrs, CELL_BOLD);
}

static void
colour_cut_short_is_harmless(void **state)
{
    (void)state;
    for (int argc = 1; argc <= 4; argc++) {
        struct cell pen = cell_default();
        struct guard_op op = sgr(argc, 38, 2, 255, 255);

        (void)pen_apply_sgr(&pen, &op);
        assert_int_equal(pen.attrs, 0);
        assert_int_equal(pen.bg, COLOUR_DEFAULT);
    }
}

static void
blank_has_only_the_background(void **state)
{
    struct cell pen = cell_default();
    struct cell expected = cell_default();

    (void)state;
    pen.fg = 1;
    pen.bg = 2;
    pen.attrs = CELL_REVERSE | CELL_PROTECTED;
    pen.underline = CELL_UNDERLINE_SINGLE;
    pen.underline_colour = 3;
    expected.bg = 2;
    assert_true(cell_equals(pen_blank(pen), expected));
}

static void
longest_pen_fits(void **state)
{
    struct cell pen = cell_default();
    char text[PEN_SGR_MAX];

    (void)state;
    pen.fg = COLOUR_RGB | 0xffffff;
    pen.bg = COLOUR_RGB | 0xffffff;
    pen.attrs = 0x1ff;
    pen.underline = CELL_UNDERLINE_DASHED;
    pen.underline_colour = COLOUR_RGB | 0xffffff;
    assert_true(pen_write_sgr(pen, text) < PEN_SGR_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_argument_resets_all_but_protection),
        cmocka_unit_test(fonts_are_told_and_change_no_pen),
        cmocka_unit_test(colour_cut_short_is_harmless),
        cmocka_unit_test(blank_has_only_the_background),
        cmocka_unit_test(longest_pen_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
