/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "term/charset.h"

static uint32_t
code_in(enum guard_charset set, uint8_t byte)
{
    struct charsets c = {.sets = {(uint8_t)set}};

    return charsets_take_code(&c, byte);
}

static void
sets_map_as_documented(void **state)
{
    (void)state;
    assert_int_equal(code_in(GUARD_CHARSET_ASCII, '#'), '#');
    assert_int_equal(code_in(GUARD_CHARSET_UK, '#'), 0xa3);
    assert_int_equal(code_in(GUARD_CHARSET_UK, '$'), '$');
    assert_int_equal(code_in(GUARD_CHARSET_DEC_GRAPHICS, 'q'), 0x2500);
    assert_int_equal(code_in(GUARD_CHARSET_DEC_GRAPHICS, '~'), 0xb7);
    assert_int_equal(code_in(GUARD_CHARSET_DEC_GRAPHICS, '^'), '^');
    assert_int_equal(code_in(GUARD_CHARSET_LATIN1, 'i'), 0xe9);
    assert_int_equal(code_in(GUARD_CHARSET_DEC_SUPPLEMENTAL, 'w'), 0x153);
    assert_int_equal(code_in(GUARD_CHARSET_DEC_SUPPLEMENTAL, 'i'), 0xe9);
    assert_int_equal(code_in(GUARD_CHARSET_CP437, 'q'), 'q');
    assert_int_equal(code_in(GUARD_CHARSET_DEC_TECHNICAL, 'a'), 0x3b1);
    assert_int_equal(code_in(GUARD_CHARSET_DEC_TECHNICAL, '!'), 0x23b7);
    assert_int_equal(code_in(GUARD_CHARSET_DEC_TECHNICAL, '~'), 0x2193);
    assert_int_equal(code_in(GUARD_CHARSET_DEC_TECHNICAL, '1'), 0xfffd);
}

/* The row of the VT220's tables that has what the nations want. */
static void
assert_national(enum guard_charset set, const char *wanted)
{
    static const char places[] = "#@[\\]^_`{|}~";
    char text[sizeof(places) * UTF8_MAX];
    size_t len = 0;

    for (size_t i = 0; places[i] != '\0'; i++) {
        len += utf8_encode(code_in(set, (uint8_t)places[i]), text + len);
    }
    text[len] = '\0';
    assert_string_equal(text, wanted);
    assert_int_equal(code_in(set, 'a'), 'a');
    assert_int_equal(code_in(set, ' '), ' ');
}

static void
national_sets_replace_what_they_should(void **state)
{
    (void)state;
    assert_national(GUARD_CHARSET_DUTCH, "£¾ĳ½|^_`¨ƒ¼´");
    assert_national(GUARD_CHARSET_FINNISH, "#@ÄÖÅÜ_éäöåü");
    assert_national(GUARD_CHARSET_FRENCH, "£à°ç§^_`éùè¨");
    assert_national(GUARD_CHARSET_FRENCH_CANADIAN, "#àâçêî_ôéùèû");
    assert_national(GUARD_CHARSET_GERMAN, "#§ÄÖÜ^_`äöüß");
    assert_national(GUARD_CHARSET_ITALIAN, "£§°çé^_ùàòèì");
    assert_national(GUARD_CHARSET_NORWEGIAN, "#ÄÆØÅÜ_äæøåü");
    assert_national(GUARD_CHARSET_PORTUGUESE, "#@ÃÇÕ^_`ãçõ~");
    assert_national(GUARD_CHARSET_SPANISH, "£§¡Ñ¿^_`°ñç~");
    assert_national(GUARD_CHARSET_SWEDISH, "#ÉÄÖÅÜ_éäöåü");
    assert_national(GUARD_CHARSET_SWISS, "ùàéçêîèôäöüû");
}

static void
right_half_is_the_set_in_gr(void **state)
{
    struct charsets c = charsets_default();

    (void)state;
    assert_int_equal(charsets_right_code(&c, 0xe9), 0xe9);
    assert_int_equal(charsets_right_code(&c, 0xff), 0xff);
    c.sets[1] = GUARD_CHARSET_DEC_GRAPHICS;
    c.gr = 1;
    assert_int_equal(charsets_right_code(&c, 0xf1), 0x2500);
    assert_int_equal(charsets_right_code(&c, 0xa0), 0xa0);
    assert_int_equal(charsets_right_code(&c, 0xff), 0);
    c.sets[1] = GUARD_CHARSET_CP437;
    assert_int_equal(charsets_right_code(&c, 0xf1), 0xb1);
    assert_int_equal(charsets_right_code(&c, 0xff), 0xa0);
}

static void
no_set_makes_a_control_character(void **state)
{
    (void)state;
    for (int set = 0; set < GUARD_CHARSETS; set++) {
        for (int byte = 0x20; byte < 0x7f; byte++) {
            uint32_t code = code_in((enum guard_charset)set, (uint8_t)byte);

            assert_true((code >= 0x20 && code < 0x7f) || code >= 0xa0);
        }
    }
}

static void
single_shift_is_used_up(void **state)
{
    struct charsets c = {
        .sets = {0, 0, GUARD_CHARSET_DEC_GRAPHICS, 0},
        .single_shift = 2,
    };

    (void)state;
    assert_false(charsets_are_ascii(&c));
    assert_int_equal(charsets_take_code(&c, 'q'), 0x2500);
    assert_int_equal(charsets_take_code(&c, 'q'), 'q');
    assert_true(charsets_are_ascii(&c));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_map_as_documented),
        cmocka_unit_test(national_sets_replace_what_they_should),
        cmocka_unit_test(right_half_is_the_set_in_gr),
        cmocka_unit_test(no_set_makes_a_control_character),
        cmocka_unit_test(single_shift_is_used_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
