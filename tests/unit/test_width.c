/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "term/width.h"

static void
assert_widths(const uint32_t *codes, size_t count, int width)
{
    for (size_t i = 0; i < count; i++) {
        if (width_of(codes[i]) != width) {
            fail_msg("U+%04X is %d wide, not %d", (unsigned)codes[i],
                     width_of(codes[i]), width);
        }
    }
}

#define ASSERT_WIDTH(width, ...)                                       \
    do {                                                               \
        static const uint32_t codes[] = {__VA_ARGS__};                 \
        assert_widths(codes, sizeof(codes) / sizeof(codes[0]), width); \
    } while (0)

static void
letters_are_one_wide(void **state)
{
    (void)state;
    ASSERT_WIDTH(1, ' ', 'a', '~', 0xa0, 0xe9, 0x2ff, 0x370, 0x3b1, 0x430,
                 0x5d0, 0x627, 0x905, 0xe01, 0x1e00, 0x2500, 0x2588, 0xfffd);
}

static void
east_asian_characters_are_two_wide(void **state)
{
    (void)state;
    ASSERT_WIDTH(2, 0x1100, 0x115f, 0x2e80, 0x3000, 0x3042, 0x30ab, 0x3164,
                 0x4e00, 0x9fff, 0xac00, 0xd7a3, 0xf900, 0xff01, 0xffe6,
                 0x20000, 0x2a6d6, 0x3134a);
    ASSERT_WIDTH(1, 0xff61, 0xffa0, 0xffdc);
}

static void
emoji_are_two_wide(void **state)
{
    (void)state;
    ASSERT_WIDTH(2, 0x231a, 0x2705, 0x26a1, 0x1f300, 0x1f600, 0x1f680, 0x1f9d1,
                 0x1f3fb);
}

static void
symbols_shown_as_text_are_one_wide(void **state)
{
    (void)state;
    ASSERT_WIDTH(1, 0x2600, 0x2764, 0x1f321, 0x1f1e6, 0x1f1ff);
}

static void
marks_take_no_column(void **state)
{
    (void)state;
    ASSERT_WIDTH(0, 0x300, 0x36f, 0x483, 0x591, 0x64b, 0x93c, 0xe31, 0x1ab0,
                 0x20d0, 0x302a, 0x3099, 0xfe0f, 0xfe20, 0x1d167, 0xe0100);
}

static void
spacing_marks_are_one_wide(void **state)
{
    (void)state;
    ASSERT_WIDTH(1, 0x903, 0x93e, 0xbbe);
}

static void
joiners_and_format_characters_take_no_column(void **state)
{
    (void)state;
    ASSERT_WIDTH(0, 0x61c, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f,
                 0x202a, 0x2060, 0xfeff, 0xfff9, 0xe0001, 0xe0020);
}

static void
format_characters_that_are_seen_are_one_wide(void **state)
{
    (void)state;
    ASSERT_WIDTH(1, 0xad, 0x600, 0x6dd, 0x70f, 0x110bd);
}

static void
hangul_vowels_and_finals_take_no_column(void **state)
{
    (void)state;
    ASSERT_WIDTH(0, 0x1160, 0x11ff, 0xd7b0, 0xd7fb);
}

static void
private_use_is_one_wide(void **state)
{
    (void)state;
    ASSERT_WIDTH(1, 0xe000, 0xe0b0, 0xf8ff, 0xf0000, 0x10fffd, 0x10ffff);
}

static void
places_kept_for_ideographs_and_emoji_are_two_wide(void **state)
{
    (void)state;
    ASSERT_WIDTH(2, 0x2fffd, 0x3fffd, 0xfada, 0x1fa7d);
    ASSERT_WIDTH(1, 0x378, 0x2fffe, 0x3ffff, 0x40000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_are_one_wide),
        cmocka_unit_test(east_asian_characters_are_two_wide),
        cmocka_unit_test(emoji_are_two_wide),
        cmocka_unit_test(symbols_shown_as_text_are_one_wide),
        cmocka_unit_test(marks_take_no_column),
        cmocka_unit_test(spacing_marks_are_one_wide),
        cmocka_unit_test(joiners_and_format_characters_take_no_column),
        cmocka_unit_test(format_characters_that_are_seen_are_one_wide),
        cmocka_unit_test(hangul_vowels_and_finals_take_no_column),
        cmocka_unit_test(private_use_is_one_wide),
        cmocka_unit_test(places_kept_for_ideographs_and_emoji_are_two_wide),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
