/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <xkbcommon/xkbcommon-keysyms.h>

#include "base/utf8.h"
#include "input/input.h"

enum {
    TYPED_MAX = 256,
    KEYS_MAX = 8,
};

static struct input_modes modes = {0};

/* Presses and releases keys, until 0; what they send. */
static void
type(struct input_viewer *viewer, const uint32_t keys[KEYS_MAX],
     char typed[TYPED_MAX])
{
    const struct input_config config = {.dialect = KEY_DIALECT_XTERM};
    struct input_action action;
    size_t len = 0;

    for (int i = 0; i < KEYS_MAX && keys[i] != 0; i++) {
        input_key(viewer, &config, &modes, keys[i], true, &action);
        assert_in_range(action.len, 0, TYPED_MAX - 1 - len);
        memcpy(typed + len, action.bytes, action.len);
        len += action.len;
        input_key(viewer, &config, &modes, keys[i], false, &action);
        assert_int_equal(action.kind, INPUT_NOTHING);
    }
    typed[len] = '\0';
}

static void
assert_types(const uint32_t keys[KEYS_MAX], const char *expected)
{
    struct input_viewer viewer = {0};
    char typed[TYPED_MAX];

    type(&viewer, keys, typed);
    assert_string_equal(typed, expected);
}

#define ASSERT_TYPES(expected, ...) \
    assert_types((const uint32_t[KEYS_MAX]){__VA_ARGS__}, expected)

static void
accent_goes_onto_the_character_that_follows(void **state)
{
    (void)state;
    ASSERT_TYPES("\u00e9", XKB_KEY_dead_acute, 'e');
    ASSERT_TYPES("\u00c9", XKB_KEY_dead_acute, XKB_KEY_Shift_L, 'E');
    ASSERT_TYPES("\u00e0\u00e2", XKB_KEY_dead_grave, 'a',
                 XKB_KEY_dead_circumflex, 'a');
    ASSERT_TYPES("\u00f1\u00fc", XKB_KEY_dead_tilde, 'n',
                 XKB_KEY_dead_diaeresis, 'u');
    ASSERT_TYPES("\u00e5\u0151", XKB_KEY_dead_abovering, 'a',
                 XKB_KEY_dead_doubleacute, 'o');
    ASSERT_TYPES("\u010d\u0119", XKB_KEY_dead_caron, 'c', XKB_KEY_dead_ogonek,
                 'e');
    ASSERT_TYPES("\u00e7\u0219", XKB_KEY_dead_cedilla, 'c',
                 XKB_KEY_dead_belowcomma, 's');
    ASSERT_TYPES("\u0142\u20ac", XKB_KEY_dead_stroke, 'l',
                 XKB_KEY_dead_currency, 'e');
    ASSERT_TYPES("\u03bb\u03ae", XKB_KEY_dead_greek, 'l', XKB_KEY_dead_acute,
                 XKB_KEY_Greek_eta);
    ASSERT_TYPES("\u30ac", XKB_KEY_dead_voiced_sound, XKB_KEY_kana_KA);
    ASSERT_TYPES("\u0439x", XKB_KEY_dead_breve, XKB_KEY_Cyrillic_i, 'x');
}

static void
two_accents_go_onto_one_character_in_any_order(void **state)
{
    (void)state;
    ASSERT_TYPES("\u1ebf", XKB_KEY_dead_circumflex, XKB_KEY_dead_acute, 'e');
    ASSERT_TYPES("\u1ebf", XKB_KEY_dead_acute, XKB_KEY_dead_circumflex, 'e');
    ASSERT_TYPES("\u0390", XKB_KEY_dead_acute, XKB_KEY_dead_diaeresis,
                 XKB_KEY_Greek_iota);
    /* Of three the last one replaces the second. */
    ASSERT_TYPES("\u1ebf", XKB_KEY_dead_circumflex, XKB_KEY_dead_tilde,
                 XKB_KEY_dead_acute, 'e');
}

static void
accent_is_typed_alone_with_space_or_twice(void **state)
{
    (void)state;
    ASSERT_TYPES("'", XKB_KEY_dead_acute, ' ');
    ASSERT_TYPES("\"", XKB_KEY_dead_diaeresis, ' ');
    ASSERT_TYPES("^~`", XKB_KEY_dead_circumflex, ' ', XKB_KEY_dead_tilde, ' ',
                 XKB_KEY_dead_grave, ' ');
    ASSERT_TYPES("\u00b4\u00a8", XKB_KEY_dead_acute, XKB_KEY_dead_acute,
                 XKB_KEY_dead_diaeresis, XKB_KEY_dead_diaeresis);
    ASSERT_TYPES("^", XKB_KEY_dead_circumflex, XKB_KEY_dead_circumflex);
    ASSERT_TYPES(" \u0323", XKB_KEY_dead_belowdot, ' ');
}

/* "don't" on a keyboard of the layout us-intl. */
static void
accent_that_does_not_fit_is_typed_in_front(void **state)
{
    (void)state;
    ASSERT_TYPES("n't", 'n', XKB_KEY_dead_acute, 't');
    ASSERT_TYPES("^3", XKB_KEY_dead_circumflex, '3');
    ASSERT_TYPES("^'x", XKB_KEY_dead_circumflex, XKB_KEY_dead_acute, 'x');
    ASSERT_TYPES("\"\u20ac", XKB_KEY_dead_diaeresis, XKB_KEY_EuroSign);
    ASSERT_TYPES("'\U0001f600", XKB_KEY_dead_acute, 0x0101f600);
    ASSERT_TYPES("x\u0309", XKB_KEY_dead_hook, 'x');
}

static void
backspace_takes_the_accent_back(void **state)
{
    (void)state;
    ASSERT_TYPES("e\177", XKB_KEY_dead_acute, XKB_KEY_BackSpace, 'e',
                 XKB_KEY_BackSpace);
}

static void
other_keys_do_away_with_the_accent(void **state)
{
    (void)state;
    ASSERT_TYPES("\033[Ae", XKB_KEY_dead_acute, XKB_KEY_Up, 'e');
    ASSERT_TYPES("\re", XKB_KEY_dead_acute, XKB_KEY_Return, 'e');
    ASSERT_TYPES("\u00e9", XKB_KEY_dead_acute, XKB_KEY_Caps_Lock,
                 XKB_KEY_Num_Lock, 'e');
}

/* Held, so without the releases of type(). */
static void
press(struct input_viewer *viewer, uint32_t keysym, const char *expected)
{
    const struct input_config config = {.dialect = KEY_DIALECT_XTERM};
    struct input_action action;

    input_key(viewer, &config, &modes, keysym, true, &action);
    assert_int_equal(action.len, strlen(expected));
    assert_memory_equal(action.bytes, expected, action.len);
}

static void
dead_key_with_ctrl_or_alt_is_its_character(void **state)
{
    struct input_viewer viewer = {0};

    (void)state;
    press(&viewer, XKB_KEY_Control_L, "");
    press(&viewer, XKB_KEY_dead_circumflex, "\036");
    press(&viewer, XKB_KEY_Alt_L, "");
    /* Both are AltGr. */
    press(&viewer, XKB_KEY_dead_tilde, "");
    press(&viewer, 'n', "\u00f1");

    struct input_viewer other = {0};
    press(&other, XKB_KEY_Alt_L, "");
    press(&other, XKB_KEY_dead_grave, "\033`");
}

static void
ctrl_with_a_letter_does_away_with_the_accent(void **state)
{
    struct input_viewer viewer = {0};

    (void)state;
    press(&viewer, XKB_KEY_dead_acute, "");
    press(&viewer, XKB_KEY_Control_L, "");
    press(&viewer, 'c', "\003");
    assert_int_equal(viewer.accents[0], 0);
}

static void
accent_of_one_viewer_does_not_reach_another(void **state)
{
    struct input_viewer one = {0};
    struct input_viewer other = {0};

    (void)state;
    press(&one, XKB_KEY_dead_acute, "");
    press(&other, 'e', "e");
    press(&one, 'e', "\u00e9");
}

/* Every dead key before a character and before another dead key. */
static void
any_two_dead_keys_give_valid_utf8(void **state)
{
    static const uint32_t bases[] = {
        'a', 'o', ' ', '5', XKB_KEY_Greek_alpha, XKB_KEY_EuroSign, 0x0110ffff};

    (void)state;
    for (uint32_t first = 0xfe50; first <= 0xfe93; first++) {
        for (uint32_t second = 0xfe50; second <= 0xfe93; second++) {
            for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
                struct input_viewer viewer = {0};
                char typed[TYPED_MAX];
                type(&viewer,
                     (const uint32_t[KEYS_MAX]){first, second, bases[i]},
                     typed);
                assert_true(utf8_is_valid(typed, strlen(typed)));
                assert_true(typed[0] != '\0');
                assert_int_equal(viewer.accents[0], 0);
            }
        }
    }
}

static void
guest_gets_the_character_in_its_coding(void **state)
{
    (void)state;
    modes.coding = CODING_LATIN1;
    ASSERT_TYPES("\xe9\xfc", XKB_KEY_dead_acute, 'e', XKB_KEY_dead_diaeresis,
                 'u');
    ASSERT_TYPES("'?\xb4", XKB_KEY_dead_acute, ' ', XKB_KEY_dead_caron, 'c',
                 XKB_KEY_dead_acute, XKB_KEY_dead_acute);
    modes.coding = CODING_CP437;
    ASSERT_TYPES("\x82", XKB_KEY_dead_acute, 'e');
    modes.coding = CODING_UTF8;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accent_goes_onto_the_character_that_follows),
        cmocka_unit_test(two_accents_go_onto_one_character_in_any_order),
        cmocka_unit_test(accent_is_typed_alone_with_space_or_twice),
        cmocka_unit_test(accent_that_does_not_fit_is_typed_in_front),
        cmocka_unit_test(backspace_takes_the_accent_back),
        cmocka_unit_test(other_keys_do_away_with_the_accent),
        cmocka_unit_test(dead_key_with_ctrl_or_alt_is_its_character),
        cmocka_unit_test(ctrl_with_a_letter_does_away_with_the_accent),
        cmocka_unit_test(accent_of_one_viewer_does_not_reach_another),
        cmocka_unit_test(guest_gets_the_character_in_its_coding),
        cmocka_unit_test(any_two_dead_keys_give_valid_utf8),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
