/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <xkbcommon/xkbcommon-keysyms.h>

#include "base/utf8.h"
#include "input/input.h"

enum {
    DIALECTS = KEY_DIALECT_XTERM + 1,
    SHIFT = 1,
    ALT = 2,
    CTRL = 4,
    UNICODE_KEYSYM = 0x01000000,
};

static const struct input_modes numeric = {0};
static const struct input_modes application = {
    .cursor_application = true,
    .keypad_application = true,
};

/* The spelling of a key, in each dialect. NULL: nothing is sent. */
struct expected_key {
    uint32_t keysym;
    const char *numeric[DIALECTS];
    const char *application[DIALECTS];
    const char *modified[DIALECTS]; /* with xterm's parameter for %u */
};

/* The formatter would spread each over four lines. */
/* clang-format off */
#define EACH(linux_, vt220, xterm) {linux_, vt220, xterm}
#define ALL(spelling)              {spelling, spelling, spelling}
#define TILDE(n) ALL("\033[" n "~"), ALL("\033[" n "~"), ALL("\033[" n ";%u~")
#define CURSOR(x) ALL("\033[" x), ALL("\033O" x), ALL("\033[1;%u" x)
#define PF(x) ALL("\033O" x), ALL("\033O" x), ALL("\033[1;%u" x)
/* A keypad key that is a cursor or editing key without NumLock. */
#define KEYPAD_CURSOR(x, letter) \
    ALL("\033[" x), EACH("\033O" letter, "\033O" letter, "\033O" x), \
    ALL("\033[1;%u" x)
#define KEYPAD_TILDE(n, letter) \
    ALL("\033[" n "~"), EACH("\033O" letter, "\033O" letter, "\033[" n "~"), \
    ALL("\033[" n ";%u~")
#define FUNCTION(x, n, y) \
    EACH("\033[[" x, "\033O" y, "\033O" y), \
    EACH("\033[[" x, "\033O" y, "\033O" y), \
    EACH("\033[" n ";%u~", "\033[1;%u" y, "\033[1;%u" y)
/* The function keys that xterm has as Shift with another one. */
#define SHIFTED(n, x) \
    EACH("\033[" n "~", "\033[" n "~", x), \
    EACH("\033[" n "~", "\033[" n "~", x), \
    EACH("\033[" n ";%u~", "\033[" n ";%u~", NULL)
/* clang-format on */

static const struct expected_key expected_keys[] = {
    {XKB_KEY_Up, CURSOR("A")},
    {XKB_KEY_Down, CURSOR("B")},
    {XKB_KEY_Right, CURSOR("C")},
    {XKB_KEY_Left, CURSOR("D")},
    {XKB_KEY_Begin, EACH("\033[G", NULL, "\033[E"),
     EACH("\033[G", NULL, "\033OE"), EACH("\033[1;%uG", NULL, "\033[1;%uE")},
    {XKB_KEY_Home, EACH("\033[1~", "\033[1~", "\033[H"),
     EACH("\033[1~", "\033[1~", "\033OH"),
     EACH("\033[1;%u~", "\033[1;%u~", "\033[1;%uH")},
    {XKB_KEY_End, EACH("\033[4~", "\033[4~", "\033[F"),
     EACH("\033[4~", "\033[4~", "\033OF"),
     EACH("\033[4;%u~", "\033[4;%u~", "\033[1;%uF")},
    {XKB_KEY_Find, TILDE("1")},
    {XKB_KEY_Insert, TILDE("2")},
    {XKB_KEY_Delete, TILDE("3")},
    {XKB_KEY_Select, TILDE("4")},
    {XKB_KEY_Prior, TILDE("5")},
    {XKB_KEY_Next, TILDE("6")},
    {XKB_KEY_Help, TILDE("28")},
    {XKB_KEY_F1, FUNCTION("A", "11", "P")},
    {XKB_KEY_F2, FUNCTION("B", "12", "Q")},
    {XKB_KEY_F3, FUNCTION("C", "13", "R")},
    {XKB_KEY_F4, FUNCTION("D", "14", "S")},
    {XKB_KEY_F5, EACH("\033[[E", "\033[15~", "\033[15~"),
     EACH("\033[[E", "\033[15~", "\033[15~"), ALL("\033[15;%u~")},
    {XKB_KEY_F6, TILDE("17")},
    {XKB_KEY_F7, TILDE("18")},
    {XKB_KEY_F8, TILDE("19")},
    {XKB_KEY_F9, TILDE("20")},
    {XKB_KEY_F10, TILDE("21")},
    {XKB_KEY_F11, TILDE("23")},
    {XKB_KEY_F12, TILDE("24")},
    {XKB_KEY_F13, SHIFTED("25", "\033[1;2P")},
    {XKB_KEY_F14, SHIFTED("26", "\033[1;2Q")},
    {XKB_KEY_F15, SHIFTED("28", "\033[1;2R")},
    {XKB_KEY_F16, SHIFTED("29", "\033[1;2S")},
    {XKB_KEY_F17, SHIFTED("31", "\033[15;2~")},
    {XKB_KEY_F18, SHIFTED("32", "\033[17;2~")},
    {XKB_KEY_F19, SHIFTED("33", "\033[18;2~")},
    {XKB_KEY_F20, SHIFTED("34", "\033[19;2~")},
    {XKB_KEY_F21, SHIFTED("42", "\033[20;2~")},
    {XKB_KEY_F22, SHIFTED("43", "\033[21;2~")},
    {XKB_KEY_F23, SHIFTED("44", "\033[23;2~")},
    {XKB_KEY_F24, SHIFTED("45", "\033[24;2~")},
    {XKB_KEY_F25, EACH(NULL, NULL, "\033[1;5P"), EACH(NULL, NULL, "\033[1;5P"),
     EACH(NULL, NULL, NULL)},
    {XKB_KEY_F35, EACH(NULL, NULL, "\033[23;5~"),
     EACH(NULL, NULL, "\033[23;5~"), EACH(NULL, NULL, NULL)},
    {XKB_KEY_KP_F1, PF("P")},
    {XKB_KEY_KP_F2, PF("Q")},
    {XKB_KEY_KP_F3, PF("R")},
    {XKB_KEY_KP_F4, PF("S")},
    {XKB_KEY_KP_Up, KEYPAD_CURSOR("A", "x")},
    {XKB_KEY_KP_Down, KEYPAD_CURSOR("B", "r")},
    {XKB_KEY_KP_Right, KEYPAD_CURSOR("C", "v")},
    {XKB_KEY_KP_Left, KEYPAD_CURSOR("D", "t")},
    {XKB_KEY_KP_Insert, KEYPAD_TILDE("2", "p")},
    {XKB_KEY_KP_Delete, KEYPAD_TILDE("3", "n")},
    {XKB_KEY_KP_Prior, KEYPAD_TILDE("5", "y")},
    {XKB_KEY_KP_Next, KEYPAD_TILDE("6", "s")},
    {XKB_KEY_KP_Home, EACH("\033[1~", "\033[1~", "\033[H"),
     EACH("\033Ow", "\033Ow", "\033OH"),
     EACH("\033[1;%u~", "\033[1;%u~", "\033[1;%uH")},
    {XKB_KEY_KP_End, EACH("\033[4~", "\033[4~", "\033[F"),
     EACH("\033Oq", "\033Oq", "\033OF"),
     EACH("\033[4;%u~", "\033[4;%u~", "\033[1;%uF")},
    {XKB_KEY_KP_Begin, EACH("\033[G", NULL, "\033[E"),
     EACH("\033Ou", "\033Ou", "\033OE"),
     EACH("\033[1;%uG", NULL, "\033[1;%uE")},
    {XKB_KEY_Clear, EACH("\033[G", NULL, "\033[E"),
     EACH("\033Ou", "\033Ou", "\033OE"),
     EACH("\033[1;%uG", NULL, "\033[1;%uE")},
};

/* Keys whose bytes are the same in every dialect. */
struct expected_text {
    uint32_t keysym;
    const char *numeric;
    const char *application;
};

static const struct expected_text keypad_texts[] = {
    {XKB_KEY_KP_0, "0", "0"},
    {XKB_KEY_KP_1, "1", "1"},
    {XKB_KEY_KP_2, "2", "2"},
    {XKB_KEY_KP_3, "3", "3"},
    {XKB_KEY_KP_4, "4", "4"},
    {XKB_KEY_KP_5, "5", "5"},
    {XKB_KEY_KP_6, "6", "6"},
    {XKB_KEY_KP_7, "7", "7"},
    {XKB_KEY_KP_8, "8", "8"},
    {XKB_KEY_KP_9, "9", "9"},
    {XKB_KEY_KP_Decimal, ".", "."},
    {XKB_KEY_KP_Separator, ",", ","},
    {XKB_KEY_KP_Multiply, "*", "\033Oj"},
    {XKB_KEY_KP_Add, "+", "\033Ok"},
    {XKB_KEY_KP_Subtract, "-", "\033Om"},
    {XKB_KEY_KP_Divide, "/", "\033Oo"},
    {XKB_KEY_KP_Equal, "=", "\033OX"},
    {XKB_KEY_KP_Space, " ", "\033O "},
    {XKB_KEY_KP_Enter, "\r", "\033OM"},
    {XKB_KEY_KP_Tab, "\t", "\033OI"},
};

static const uint32_t modifier_keysyms[] = {
    XKB_KEY_Shift_L,     XKB_KEY_Shift_R, XKB_KEY_Control_L,
    XKB_KEY_Control_R,   XKB_KEY_Alt_L,   XKB_KEY_Alt_R,
    XKB_KEY_Meta_L,      XKB_KEY_Meta_R,  XKB_KEY_ISO_Level3_Shift,
    XKB_KEY_Mode_switch,
};

static void
move(struct input_viewer *viewer, uint32_t keysym, bool down)
{
    const struct input_config config = {.dialect = KEY_DIALECT_XTERM};
    struct input_action action;

    input_key(viewer, &config, &numeric, keysym, down, &action);
    assert_int_equal(action.kind, INPUT_NOTHING);
}

/* A viewer that holds a mask of SHIFT, ALT and CTRL. */
static struct input_viewer
viewer_holding(unsigned modifiers)
{
    struct input_viewer viewer = {0};

    if (modifiers & SHIFT) {
        move(&viewer, XKB_KEY_Shift_L, true);
    }
    if (modifiers & ALT) {
        move(&viewer, XKB_KEY_Alt_L, true);
    }
    if (modifiers & CTRL) {
        move(&viewer, XKB_KEY_Control_L, true);
    }
    return viewer;
}

static struct input_action
press(struct input_viewer *viewer, enum key_dialect dialect,
      const struct input_modes *modes, uint32_t keysym)
{
    const struct input_config config = {.dialect = dialect};
    struct input_action action;

    input_key(viewer, &config, modes, keysym, true, &action);
    return action;
}

static void
assert_bytes(const struct input_action *action, const char *expected,
             size_t len)
{
    assert_int_equal(action->kind, INPUT_BYTES);
    assert_int_equal(action->len, len);
    assert_memory_equal(action->bytes, expected, len);
}

/* Presses the key; NULL: nothing is sent. */
static void
assert_key_sends(struct input_viewer *viewer, enum key_dialect dialect,
                 const struct input_modes *modes, uint32_t keysym,
                 const char *expected)
{
    struct input_action action = press(viewer, dialect, modes, keysym);

    if (expected == NULL) {
        assert_int_equal(action.kind, INPUT_NOTHING);
    } else {
        assert_bytes(&action, expected, strlen(expected));
    }
}

/* The same with a mask of modifiers, in every dialect. */
static void
assert_sends(unsigned modifiers, uint32_t keysym, const char *expected)
{
    for (int d = 0; d < DIALECTS; d++) {
        struct input_viewer viewer = viewer_holding(modifiers);
        assert_key_sends(&viewer, (enum key_dialect)d, &numeric, keysym,
                         expected);
    }
}

static void
assert_sends_nul(unsigned modifiers, uint32_t keysym)
{
    struct input_viewer viewer = viewer_holding(modifiers);
    struct input_action action =
        press(&viewer, KEY_DIALECT_LINUX, &numeric, keysym);

    assert_bytes(&action, "", 1);
}

static void
every_special_key_is_spelled_in_every_dialect_and_mode(void **state)
{
    struct input_viewer viewer = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(expected_keys) / sizeof(expected_keys[0]);
         i++) {
        const struct expected_key *key = &expected_keys[i];
        for (int d = 0; d < DIALECTS; d++) {
            assert_key_sends(&viewer, (enum key_dialect)d, &numeric,
                             key->keysym, key->numeric[d]);
            assert_key_sends(&viewer, (enum key_dialect)d, &application,
                             key->keysym, key->application[d]);
        }
    }
}

/* These have a meaning of their own with Shift alone. */
static bool
shift_is_special(uint32_t keysym)
{
    bool is_local = keysym == XKB_KEY_Prior || keysym == XKB_KEY_Next ||
                    keysym == XKB_KEY_Insert || keysym == XKB_KEY_KP_Prior ||
                    keysym == XKB_KEY_KP_Next || keysym == XKB_KEY_KP_Insert;

    return is_local || (keysym >= XKB_KEY_F1 && keysym <= XKB_KEY_F8);
}

static void
assert_modified(const struct expected_key *key, enum key_dialect dialect,
                unsigned modifiers)
{
    struct input_viewer viewer = viewer_holding(modifiers);
    char expected[32];

    if (key->modified[dialect] == NULL ||
        (modifiers == SHIFT && shift_is_special(key->keysym))) {
        return;
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* from our table */
    (void)snprintf(expected, sizeof(expected), key->modified[dialect],
                   modifiers + 1);
#pragma GCC diagnostic pop
    assert_key_sends(&viewer, dialect, &numeric, key->keysym, expected);
    assert_key_sends(&viewer, dialect, &application, key->keysym, expected);
}

static void
modifiers_become_a_parameter_in_every_mode(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(expected_keys) / sizeof(expected_keys[0]);
         i++) {
        for (int d = 0; d < DIALECTS; d++) {
            for (unsigned m = 1; m <= (SHIFT | ALT | CTRL); m++) {
                assert_modified(&expected_keys[i], (enum key_dialect)d, m);
            }
        }
    }
}

static void
shift_f1_to_f8_are_f13_to_f20_on_linux(void **state)
{
    struct input_viewer viewer = viewer_holding(SHIFT);

    (void)state;
    for (uint32_t i = 0; i < 8; i++) {
        struct input_viewer plain = {0};
        struct input_action f13 =
            press(&plain, KEY_DIALECT_LINUX, &numeric, XKB_KEY_F13 + i);
        struct input_action f1 =
            press(&viewer, KEY_DIALECT_LINUX, &numeric, XKB_KEY_F1 + i);
        assert_bytes(&f1, f13.bytes, f13.len);
    }
    assert_key_sends(&viewer, KEY_DIALECT_LINUX, &numeric, XKB_KEY_F9,
                     "\033[20;2~");
}

static void
f13_to_f24_are_shifted_f1_to_f12_in_xterm(void **state)
{
    struct input_viewer shifted = viewer_holding(SHIFT);
    struct input_viewer viewer = {0};

    (void)state;
    for (uint32_t i = 0; i < 12; i++) {
        struct input_action f13 =
            press(&viewer, KEY_DIALECT_XTERM, &numeric, XKB_KEY_F13 + i);
        struct input_action f1 =
            press(&shifted, KEY_DIALECT_XTERM, &numeric, XKB_KEY_F1 + i);
        assert_bytes(&f1, f13.bytes, f13.len);
    }
}

static void
numlock_digits_are_text_and_operators_follow_keypad_mode(void **state)
{
    struct input_viewer viewer = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(keypad_texts) / sizeof(keypad_texts[0]);
         i++) {
        const struct expected_text *key = &keypad_texts[i];
        for (int d = 0; d < DIALECTS; d++) {
            assert_key_sends(&viewer, (enum key_dialect)d, &numeric,
                             key->keysym, key->numeric);
            assert_key_sends(&viewer, (enum key_dialect)d, &application,
                             key->keysym, key->application);
        }
    }
}

static void
modified_keypad_keys_have_their_numeric_meaning(void **state)
{
    struct input_viewer viewer = viewer_holding(ALT);

    (void)state;
    assert_key_sends(&viewer, KEY_DIALECT_VT220, &application, XKB_KEY_KP_Add,
                     "\033+");
    assert_key_sends(&viewer, KEY_DIALECT_XTERM, &application, XKB_KEY_KP_Enter,
                     "\033\r");
}

static void
ctrl_makes_no_control_codes_of_keypad_digits(void **state)
{
    (void)state;
    assert_sends(CTRL, XKB_KEY_KP_3, "3");
    assert_sends(CTRL, XKB_KEY_KP_Divide, "/");
    assert_sends(CTRL | ALT, XKB_KEY_KP_8, "\0338");
}

static void
control_keys_send_their_code(void **state)
{
    (void)state;
    assert_sends(0, XKB_KEY_Return, "\r");
    assert_sends(SHIFT, XKB_KEY_Return, "\r");
    assert_sends(CTRL, XKB_KEY_Return, "\r");
    assert_sends(ALT, XKB_KEY_Return, "\033\r");
    assert_sends(0, XKB_KEY_Escape, "\033");
    assert_sends(ALT, XKB_KEY_Escape, "\033\033");
    assert_sends(0, XKB_KEY_Tab, "\t");
    assert_sends(CTRL, XKB_KEY_Tab, "\t");
    assert_sends(ALT, XKB_KEY_Tab, "\033\t");
    assert_sends(0, XKB_KEY_Linefeed, "\n");
}

static void
shift_tab_is_back_tab_however_it_comes(void **state)
{
    (void)state;
    assert_sends(SHIFT, XKB_KEY_Tab, "\033[Z");
    assert_sends(SHIFT, XKB_KEY_ISO_Left_Tab, "\033[Z");
    assert_sends(0, XKB_KEY_ISO_Left_Tab, "\033[Z");
}

static void
newline_mode_adds_a_line_feed_to_return(void **state)
{
    const struct input_modes newline = {.newline = true};
    struct input_viewer viewer = {0};

    (void)state;
    assert_key_sends(&viewer, KEY_DIALECT_LINUX, &newline, XKB_KEY_Return,
                     "\r\n");
    assert_key_sends(&viewer, KEY_DIALECT_LINUX, &newline, XKB_KEY_KP_Enter,
                     "\r\n");
}

static void
backspace_is_del_unless_decbkm_says_bs(void **state)
{
    const struct input_modes decbkm = {.backspace_sends_bs = true};
    struct input_viewer viewer = {0};
    struct input_viewer ctrl = viewer_holding(CTRL);

    (void)state;
    assert_sends(0, XKB_KEY_BackSpace, "\177");
    assert_sends(SHIFT, XKB_KEY_BackSpace, "\177");
    assert_sends(CTRL, XKB_KEY_BackSpace, "\b");
    assert_sends(ALT, XKB_KEY_BackSpace, "\033\177");
    assert_key_sends(&viewer, KEY_DIALECT_VT220, &decbkm, XKB_KEY_BackSpace,
                     "\b");
    assert_key_sends(&ctrl, KEY_DIALECT_VT220, &decbkm, XKB_KEY_BackSpace,
                     "\177");
}

static void
ctrl_alt_delete_is_a_modified_delete(void **state)
{
    (void)state;
    assert_sends(CTRL | ALT, XKB_KEY_Delete, "\033[3;7~");
    assert_sends(CTRL | ALT, XKB_KEY_KP_Delete, "\033[3;7~");
    assert_sends(CTRL, XKB_KEY_Delete, "\033[3;5~");
}

static void
text_is_in_the_coding_of_the_guest(void **state)
{
    static const struct input_modes latin1 = {.coding = CODING_LATIN1};
    static const struct input_modes cp437 = {.coding = CODING_CP437};
    static const struct {
        const struct input_modes *modes;
        uint32_t keysym;
        const char *bytes;
    } cases[] = {
        {&latin1, XKB_KEY_eacute, "\xe9"}, {&cp437, XKB_KEY_eacute, "\x82"},
        {&latin1, XKB_KEY_EuroSign, "?"},  {&cp437, XKB_KEY_EuroSign, "?"},
        {&latin1, XKB_KEY_a, "a"},         {&cp437, XKB_KEY_sterling, "\x9c"},
        {&latin1, XKB_KEY_Up, "\033[A"},   {&cp437, XKB_KEY_Up, "\033[A"},
    };
    const struct input_config config = {.dialect = KEY_DIALECT_LINUX};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct input_viewer viewer = {0};
        struct input_action action;

        input_key(&viewer, &config, cases[i].modes, cases[i].keysym, true,
                  &action);
        assert_int_equal(action.kind, INPUT_BYTES);
        assert_int_equal(action.len, strlen(cases[i].bytes));
        assert_memory_equal(action.bytes, cases[i].bytes, action.len);
    }
}

static void
text_is_utf8_of_the_keysym(void **state)
{
    (void)state;
    assert_sends(0, 'a', "a");
    assert_sends(SHIFT, 'A', "A");
    assert_sends(0, '~', "~");
    assert_sends(0, XKB_KEY_eacute, "\xc3\xa9");
    assert_sends(0, XKB_KEY_EuroSign, "\xe2\x82\xac");
    assert_sends(0, XKB_KEY_Cyrillic_ya, "\xd1\x8f");
    assert_sends(0, XKB_KEY_lstroke, "\xc5\x82");
    assert_sends(0, XKB_KEY_Greek_omega, "\xcf\x89");
    assert_sends(0, XKB_KEY_hebrew_aleph, "\xd7\x90");
    assert_sends(0, XKB_KEY_Arabic_alef, "\xd8\xa7");
    assert_sends(0, XKB_KEY_Thai_kokai, "\xe0\xb8\x81");
    assert_sends(0, XKB_KEY_kana_A, "\xe3\x82\xa2");
    assert_sends(0, XKB_KEY_Ukrainian_ghe_with_upturn, "\xd2\x91");
    assert_sends(0, XKB_KEY_oe, "\xc5\x93");
    assert_sends(0, XKB_KEY_braille_dots_1, "\xe2\xa0\x81");
    assert_sends(0, UNICODE_KEYSYM + 'x', "x");
    assert_sends(CTRL, UNICODE_KEYSYM + 'x', "\030");
    assert_sends(0, UNICODE_KEYSYM + 0xe9, "\xc3\xa9");
    assert_sends(0, UNICODE_KEYSYM + 0x20ac, "\xe2\x82\xac");
    assert_sends(0, UNICODE_KEYSYM + 0x1f600, "\xf0\x9f\x98\x80");
    assert_sends(0, UNICODE_KEYSYM + 0x10ffff, "\xf4\x8f\xbf\xbf");
}

static void
keysyms_of_controls_and_surrogates_send_nothing(void **state)
{
    (void)state;
    for (uint32_t code = 0; code < 0xa0; code++) {
        if (code < 0x20 || code >= 0x7f) {
            assert_sends(0, UNICODE_KEYSYM + code, NULL);
            assert_sends(0, code, NULL);
        }
    }
    assert_sends(0, UNICODE_KEYSYM + 0xd800, NULL);
    assert_sends(0, UNICODE_KEYSYM + 0xdfff, NULL);
    assert_sends(0, UNICODE_KEYSYM + 0x110000, NULL);
}

static void
ctrl_makes_the_control_codes_of_a_vt220(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 26; i++) {
        const char expected[] = {(char)(i + 1), '\0'};
        assert_sends(CTRL, 'a' + i, expected);
        assert_sends(CTRL | SHIFT, 'A' + i, expected);
    }
    assert_sends_nul(CTRL, ' ');
    assert_sends_nul(CTRL, '2');
    assert_sends_nul(CTRL, '@');
    assert_sends_nul(CTRL, '`');
    assert_sends(CTRL, '3', "\033");
    assert_sends(CTRL, '[', "\033");
    assert_sends(CTRL, '4', "\034");
    assert_sends(CTRL, '\\', "\034");
    assert_sends(CTRL, '5', "\035");
    assert_sends(CTRL, ']', "\035");
    assert_sends(CTRL, '6', "\036");
    assert_sends(CTRL, '^', "\036");
    assert_sends(CTRL, '7', "\037");
    assert_sends(CTRL, '_', "\037");
    assert_sends(CTRL, '/', "\037");
    assert_sends(CTRL, '8', "\177");
    assert_sends(CTRL, '?', "\177");
}

static void
ctrl_with_a_character_without_control_code_types_it(void **state)
{
    (void)state;
    assert_sends(CTRL, '1', "1");
    assert_sends(CTRL, '9', "9");
    assert_sends(CTRL, '0', "0");
    assert_sends(CTRL, '=', "=");
    assert_sends(CTRL, XKB_KEY_eacute, "\xc3\xa9");
}

static void
alt_and_meta_prefix_escape(void **state)
{
    struct input_viewer viewer = {0};

    (void)state;
    assert_sends(ALT, 'x', "\033x");
    assert_sends(ALT, XKB_KEY_eacute, "\033\xc3\xa9");
    move(&viewer, XKB_KEY_Meta_R, true);
    assert_key_sends(&viewer, KEY_DIALECT_LINUX, &numeric, 'x', "\033x");
}

static void
ctrl_alt_with_letter_digit_or_space_is_escape_and_control(void **state)
{
    struct input_viewer viewer = viewer_holding(CTRL | ALT);
    struct input_action action;

    (void)state;
    assert_sends(CTRL | ALT, 'c', "\033\003");
    assert_sends(CTRL | ALT, '3', "\033\033");
    action = press(&viewer, KEY_DIALECT_XTERM, &numeric, ' ');
    assert_bytes(&action, "\033", 2);
}

static void
ctrl_alt_with_other_characters_is_altgr(void **state)
{
    (void)state;
    for (const char *c = "@[\\]{|}~#^`"; *c != '\0'; c++) {
        const char expected[] = {*c, '\0'};
        assert_sends(CTRL | ALT, (uint32_t)*c, expected);
    }
    assert_sends(CTRL | ALT, XKB_KEY_EuroSign, "\xe2\x82\xac");
}

static void
altgr_keys_type_the_character(void **state)
{
    static const uint32_t keysyms[] = {XKB_KEY_ISO_Level3_Shift,
                                       XKB_KEY_Mode_switch};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct input_viewer viewer = {0};
        move(&viewer, keysyms[i], true);
        assert_key_sends(&viewer, KEY_DIALECT_XTERM, &numeric, '@', "@");
        assert_key_sends(&viewer, KEY_DIALECT_XTERM, &numeric, XKB_KEY_Up,
                         "\033[A");
        move(&viewer, XKB_KEY_Control_L, true);
        assert_key_sends(&viewer, KEY_DIALECT_XTERM, &numeric, '[', "\033");
        move(&viewer, XKB_KEY_Alt_R, true);
        assert_key_sends(&viewer, KEY_DIALECT_XTERM, &numeric, 'q', "q");
        move(&viewer, keysyms[i], false);
        assert_key_sends(&viewer, KEY_DIALECT_XTERM, &numeric, 'q', "\033\021");
    }
}

static void
releasing_one_of_two_modifier_keys_keeps_the_other(void **state)
{
    struct input_viewer viewer = {0};

    (void)state;
    move(&viewer, XKB_KEY_Control_L, true);
    move(&viewer, XKB_KEY_Control_R, true);
    move(&viewer, XKB_KEY_Control_L, false);
    assert_key_sends(&viewer, KEY_DIALECT_LINUX, &numeric, 'c', "\003");
    move(&viewer, XKB_KEY_Control_R, false);
    assert_key_sends(&viewer, KEY_DIALECT_LINUX, &numeric, 'c', "c");
}

static void
repeated_press_of_a_modifier_needs_one_release(void **state)
{
    struct input_viewer viewer = {0};

    (void)state;
    move(&viewer, XKB_KEY_Alt_L, true);
    move(&viewer, XKB_KEY_Alt_L, true);
    move(&viewer, XKB_KEY_Alt_L, false);
    assert_key_sends(&viewer, KEY_DIALECT_LINUX, &numeric, 'x', "x");
}

static void
alt_that_is_released_as_meta_is_released(void **state)
{
    struct input_viewer viewer = {0};

    (void)state;
    move(&viewer, XKB_KEY_Alt_L, true);
    move(&viewer, XKB_KEY_Shift_L, true);
    move(&viewer, XKB_KEY_Meta_L, false);
    move(&viewer, XKB_KEY_Shift_L, false);
    assert_key_sends(&viewer, KEY_DIALECT_LINUX, &numeric, 'x', "x");
}

static void
release_without_press_changes_nothing(void **state)
{
    struct input_viewer viewer = viewer_holding(CTRL);
    size_t count = sizeof(modifier_keysyms) / sizeof(modifier_keysyms[0]);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        if (modifier_keysyms[i] != XKB_KEY_Control_L) {
            move(&viewer, modifier_keysyms[i], false);
        }
    }
    move(&viewer, 'a', false);
    assert_key_sends(&viewer, KEY_DIALECT_LINUX, &numeric, 'a', "\001");
}

static void
each_press_of_a_held_key_sends_it_again(void **state)
{
    struct input_viewer viewer = {0};

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_key_sends(&viewer, KEY_DIALECT_LINUX, &numeric, 'a', "a");
        assert_key_sends(&viewer, KEY_DIALECT_LINUX, &numeric, XKB_KEY_Up,
                         "\033[A");
    }
}

/* Viewers on Windows see Ctrl and Alt for AltGr. XenCenter and noVNC release
 * both before the character and press them again behind it. */
static void
altgr_that_is_taken_back_for_the_character_types_it(void **state)
{
    struct input_viewer viewer = {0};

    (void)state;
    move(&viewer, XKB_KEY_Control_L, true);
    move(&viewer, XKB_KEY_Alt_R, true);
    move(&viewer, XKB_KEY_Control_L, false);
    move(&viewer, XKB_KEY_Alt_R, false);
    /* An ASCII letter could not be told from Ctrl-Alt-q else. */
    assert_key_sends(&viewer, KEY_DIALECT_XTERM, &numeric, 'q', "q");
    assert_key_sends(&viewer, KEY_DIALECT_XTERM, &numeric, '@', "@");
    move(&viewer, '@', false);
    move(&viewer, XKB_KEY_Control_L, true);
    move(&viewer, XKB_KEY_Alt_R, true);
    assert_key_sends(&viewer, KEY_DIALECT_XTERM, &numeric, '{', "{");
    move(&viewer, XKB_KEY_Alt_R, false);
    move(&viewer, XKB_KEY_Control_L, false);
    assert_key_sends(&viewer, KEY_DIALECT_XTERM, &numeric, 'a', "a");
}

/* The keysym says which letter it is: with Shift or without, and with Shift and
 * CapsLock it is a small one. */
static void
letters_are_as_the_keysym_says_whatever_shift_is(void **state)
{
    (void)state;
    assert_sends(SHIFT, 'a', "a");
    assert_sends(0, 'A', "A");
    assert_sends(CTRL, 'C', "\003");
    assert_sends(CTRL | SHIFT, 'c', "\003");
    assert_sends(ALT | SHIFT, 'x', "\033x");
}

static void
modifiers_of_one_viewer_do_not_reach_another(void **state)
{
    struct input_viewer holding = viewer_holding(CTRL | ALT | SHIFT);
    struct input_viewer other = {0};

    (void)state;
    assert_key_sends(&other, KEY_DIALECT_LINUX, &numeric, 'c', "c");
    assert_key_sends(&holding, KEY_DIALECT_LINUX, &numeric, 'c', "\033\003");
}

static void
keys_without_a_meaning_send_nothing(void **state)
{
    static const uint32_t silent[] = {
        XKB_KEY_Pause,       XKB_KEY_Break,         XKB_KEY_Print,
        XKB_KEY_Sys_Req,     XKB_KEY_Menu,          XKB_KEY_Cancel,
        XKB_KEY_Undo,        XKB_KEY_Redo,          XKB_KEY_Execute,
        XKB_KEY_Num_Lock,    XKB_KEY_Caps_Lock,     XKB_KEY_Shift_Lock,
        XKB_KEY_Scroll_Lock, XKB_KEY_Super_L,       XKB_KEY_Super_R,
        XKB_KEY_Hyper_L,     XKB_KEY_Hyper_R,       XKB_KEY_Multi_key,
        XKB_KEY_dead_a,      XKB_KEY_dead_lowline,  XKB_KEY_ISO_Lock,
        XKB_KEY_Kanji,       XKB_KEY_Henkan,        XKB_KEY_VoidSymbol,
        XKB_KEY_NoSymbol,    XKB_KEY_XF86AudioMute, XKB_KEY_ISO_Level3_Latch,
        UINT32_MAX,
    };

    (void)state;
    for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
        for (unsigned m = 0; m <= (SHIFT | ALT | CTRL); m++) {
            assert_sends(m, silent[i], NULL);
        }
    }
}

static void
releases_of_keys_send_nothing(void **state)
{
    struct input_viewer viewer = {0};

    (void)state;
    move(&viewer, 'a', false);
    move(&viewer, XKB_KEY_Up, false);
    move(&viewer, XKB_KEY_Return, false);
}

static void
shift_page_keys_scroll_half_screens_on_both_screens(void **state)
{
    const struct input_modes alternate = {.alternate_screen = true};
    struct input_viewer viewer = viewer_holding(SHIFT);

    (void)state;
    struct input_action up =
        press(&viewer, KEY_DIALECT_LINUX, &numeric, XKB_KEY_Prior);
    struct input_action down =
        press(&viewer, KEY_DIALECT_XTERM, &alternate, XKB_KEY_KP_Next);
    assert_int_equal(up.kind, INPUT_SCROLL_PAGES);
    assert_int_equal(up.amount, 1);
    assert_int_equal(down.kind, INPUT_SCROLL_PAGES);
    assert_int_equal(down.amount, -1);
}

static void
shift_insert_pastes(void **state)
{
    struct input_viewer viewer = viewer_holding(SHIFT);

    (void)state;
    struct input_action action =
        press(&viewer, KEY_DIALECT_LINUX, &numeric, XKB_KEY_Insert);
    assert_int_equal(action.kind, INPUT_PASTE);
}

/* What `keysym` with `modifiers` does where Ctrl and arrows scroll. */
static struct input_action
press_where_arrows_scroll(unsigned modifiers, const struct input_modes *modes,
                          uint32_t keysym)
{
    const struct input_config config = {.dialect = KEY_DIALECT_LINUX,
                                        .ctrl_arrows_scroll = true};
    struct input_viewer viewer = viewer_holding(modifiers);
    struct input_action action;

    input_key(&viewer, &config, modes, keysym, true, &action);
    return action;
}

static void
ctrl_arrows_scroll_by_a_line_if_asked_for(void **state)
{
    static const struct {
        uint32_t keysym;
        int amount;
    } keys[] = {
        {XKB_KEY_Up, 1},
        {XKB_KEY_KP_Up, 1},
        {XKB_KEY_Down, -1},
        {XKB_KEY_KP_Down, -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct input_action action =
            press_where_arrows_scroll(CTRL, &application, keys[i].keysym);
        assert_int_equal(action.kind, INPUT_SCROLL_LINES);
        assert_int_equal(action.amount, keys[i].amount);
    }
}

static void
ctrl_arrows_are_the_guests_otherwise(void **state)
{
    const struct input_modes alternate = {.alternate_screen = true};

    (void)state;
    assert_sends(CTRL, XKB_KEY_Up, "\033[1;5A");
    struct input_action action =
        press_where_arrows_scroll(CTRL, &alternate, XKB_KEY_Up);
    assert_bytes(&action, "\033[1;5A", 6);
    action = press_where_arrows_scroll(0, &numeric, XKB_KEY_Up);
    assert_bytes(&action, "\033[A", 3);
    action = press_where_arrows_scroll(CTRL | SHIFT, &numeric, XKB_KEY_Down);
    assert_bytes(&action, "\033[1;6B", 6);
    action = press_where_arrows_scroll(CTRL, &numeric, XKB_KEY_Left);
    assert_bytes(&action, "\033[1;5D", 6);
}

static void
local_keys_with_more_than_shift_are_the_guests(void **state)
{
    (void)state;
    assert_sends(SHIFT | CTRL, XKB_KEY_Prior, "\033[5;6~");
    assert_sends(SHIFT | ALT, XKB_KEY_Insert, "\033[2;4~");
}

static void
assert_bounded_utf8(enum key_dialect dialect, uint32_t keysym,
                    unsigned modifiers)
{
    struct input_viewer viewer = viewer_holding(modifiers);
    struct input_action action =
        press(&viewer, dialect, keysym & 1 ? &numeric : &application, keysym);

    if (action.len > INPUT_BYTES_MAX ||
        (action.kind == INPUT_BYTES) != (action.len > 0) ||
        !utf8_is_valid(action.bytes, action.len)) {
        fail_msg("keysym 0x%x, modifiers %u", keysym, modifiers);
    }
}

static void
sweep(uint32_t first, uint32_t end, uint32_t step, unsigned modifiers)
{
    for (uint32_t keysym = first; keysym < end; keysym += step) {
        for (int d = 0; d < DIALECTS; d++) {
            assert_bounded_utf8((enum key_dialect)d, keysym, modifiers);
        }
    }
}

/* Every block that xkbcommon-keysyms.h has keysyms in, and samples between. */
static void
every_keysym_gives_bounded_utf8_or_nothing(void **state)
{
    (void)state;
    for (unsigned m = 0; m <= (SHIFT | ALT | CTRL); m++) {
        sweep(0, 0x10000, 1, m);
        sweep(0x1000fe00, 0x10010000, 1, m); /* DEC, HP, OSF */
        sweep(0x1004ff00, 0x10060000, 1, m); /* Sun */
        sweep(0x10081000, 0x10090000, 1, m); /* XF86 */
        sweep(UNICODE_KEYSYM, UNICODE_KEYSYM + 0x110000, 97, m);
        sweep(0, 0x20000000, 40009, m);
    }
    sweep(UNICODE_KEYSYM, UNICODE_KEYSYM + 0x110000, 3, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            every_special_key_is_spelled_in_every_dialect_and_mode),
        cmocka_unit_test(modifiers_become_a_parameter_in_every_mode),
        cmocka_unit_test(shift_f1_to_f8_are_f13_to_f20_on_linux),
        cmocka_unit_test(f13_to_f24_are_shifted_f1_to_f12_in_xterm),
        cmocka_unit_test(
            numlock_digits_are_text_and_operators_follow_keypad_mode),
        cmocka_unit_test(modified_keypad_keys_have_their_numeric_meaning),
        cmocka_unit_test(ctrl_makes_no_control_codes_of_keypad_digits),
        cmocka_unit_test(control_keys_send_their_code),
        cmocka_unit_test(shift_tab_is_back_tab_however_it_comes),
        cmocka_unit_test(newline_mode_adds_a_line_feed_to_return),
        cmocka_unit_test(backspace_is_del_unless_decbkm_says_bs),
        cmocka_unit_test(ctrl_alt_delete_is_a_modified_delete),
        cmocka_unit_test(text_is_utf8_of_the_keysym),
        cmocka_unit_test(text_is_in_the_coding_of_the_guest),
        cmocka_unit_test(keysyms_of_controls_and_surrogates_send_nothing),
        cmocka_unit_test(ctrl_makes_the_control_codes_of_a_vt220),
        cmocka_unit_test(ctrl_with_a_character_without_control_code_types_it),
        cmocka_unit_test(alt_and_meta_prefix_escape),
        cmocka_unit_test(
            ctrl_alt_with_letter_digit_or_space_is_escape_and_control),
        cmocka_unit_test(ctrl_alt_with_other_characters_is_altgr),
        cmocka_unit_test(altgr_keys_type_the_character),
        cmocka_unit_test(releasing_one_of_two_modifier_keys_keeps_the_other),
        cmocka_unit_test(repeated_press_of_a_modifier_needs_one_release),
        cmocka_unit_test(alt_that_is_released_as_meta_is_released),
        cmocka_unit_test(release_without_press_changes_nothing),
        cmocka_unit_test(each_press_of_a_held_key_sends_it_again),
        cmocka_unit_test(altgr_that_is_taken_back_for_the_character_types_it),
        cmocka_unit_test(letters_are_as_the_keysym_says_whatever_shift_is),
        cmocka_unit_test(modifiers_of_one_viewer_do_not_reach_another),
        cmocka_unit_test(keys_without_a_meaning_send_nothing),
        cmocka_unit_test(releases_of_keys_send_nothing),
        cmocka_unit_test(shift_page_keys_scroll_half_screens_on_both_screens),
        cmocka_unit_test(shift_insert_pastes),
        cmocka_unit_test(ctrl_arrows_scroll_by_a_line_if_asked_for),
        cmocka_unit_test(ctrl_arrows_are_the_guests_otherwise),
        cmocka_unit_test(local_keys_with_more_than_shift_are_the_guests),
        cmocka_unit_test(every_keysym_gives_bounded_utf8_or_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
