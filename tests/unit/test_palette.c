/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "term/palette.h"

static struct osc_text
text_of(const char *text)
{
    return (struct osc_text){.bytes = text, .len = strlen(text)};
}

static void
assert_colour(const char *text, uint32_t expected)
{
    uint32_t rgb = 0;

    assert_true(palette_parse_colour(text_of(text), &rgb));
    assert_int_equal(rgb, expected);
}

static void
fractions_are_scaled(void **state)
{
    (void)state;
    assert_colour("rgb:f/8/0", 0xff8800);
    assert_colour("rgb:ff/80/00", 0xff8000);
    assert_colour("rgb:fff/800/000", 0xff8000);
    assert_colour("rgb:ffff/8080/0000", 0xff8000);
    assert_colour("rgb:F/ff/fFf", 0xffffff);
}

static void
digits_are_the_highest_bits(void **state)
{
    (void)state;
    assert_colour("#fed", 0xf0e0d0);
    assert_colour("#123456", 0x123456);
    assert_colour("#123456789", 0x124578);
    assert_colour("#1234567890ab", 0x125690);
}

static void
intensities_are_of_light(void **state)
{
    (void)state;
    assert_colour("rgbi:0/1/1.0", 0x00ffff);
    assert_colour("rgbi:0.5/0.5/.5", 0xc1bbbb);
    assert_colour("RGBI:0.000000000000000001/0/0", 0x000000);
}

static void
names_are_those_of_x11(void **state)
{
    (void)state;
    assert_colour("red", 0xff0000);
    assert_colour("Dark Slate Grey", 0x2f4f4f);
    assert_colour("LightGoldenrod", 0xeedd82);
    assert_colour("gray", 0xbebebe);
    assert_colour("grey0", 0x000000);
    assert_colour("Gray50", 0x7f7f7f);
    assert_colour("gray100", 0xffffff);
}

static void
anything_else_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "redd",
        " red",
        "gray101",
        "gray1000",
        "grayx",
        "rgbi:1/1",
        "rgbi:1/1/2",
        "rgbi:1/1/10000000000000000000000",
        "rgbi:1/1/-1",
        "rgbi:1/1/.",
        "rgbi:1/1/",
        "rgbi:1/1/1/1",
        "rgbi:0.5/0.1.1/0",
        "a name that is longer than any",
        "rgb:",
        "rgb:1/2",
        "rgb:1/2/3/4",
        "rgb://",
        "rgb:1/2/g",
        "rgb:12345/1/1",
        "#",
        "#12",
        "#1234",
        "#12345g",
        "#1234567890abcde",
        "rgb:1/2/-1",
        "?",
        "#-12",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        uint32_t rgb = 42;

        assert_false(palette_parse_colour(text_of(texts[i]), &rgb));
        assert_int_equal(rgb, 42);
    }
}

static void
hexadecimal_numbers_are_bounded(void **state)
{
    (void)state;
    assert_int_equal(palette_parse_hex(text_of("4e2D")), 0x4e2d);
    assert_int_equal(palette_parse_hex(text_of("ffffff")), 0xffffff);
    assert_int_equal(palette_parse_hex(text_of("1000000")), -1);
    assert_int_equal(palette_parse_hex(text_of("")), -1);
    assert_int_equal(palette_parse_hex(text_of("1x")), -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fractions_are_scaled),
        cmocka_unit_test(digits_are_the_highest_bits),
        cmocka_unit_test(intensities_are_of_light),
        cmocka_unit_test(names_are_those_of_x11),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(hexadecimal_numbers_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
