/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the guest can choose of keys by XTMODKEYS and by modes 1035 and 1037.
 * The expected bytes are those that xterm 379 sent to a program that had asked
 * for the same, with metaSendsEscape and altSendsEscape on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <xkbcommon/xkbcommon-keysyms.h>

#include "input/input.h"

enum {
    SHIFT = 1,
    ALT = 2,
    CTRL = 4,
    COMBINATIONS = 8,
};

static struct input_action
press(enum key_dialect dialect, const struct input_modes *modes,
      unsigned modifiers, uint32_t keysym)
{
    static const uint32_t keys[] = {XKB_KEY_Shift_L, XKB_KEY_Alt_L,
                                    XKB_KEY_Control_L};
    const struct input_config config = {.dialect = dialect};
    struct input_viewer viewer = {0};
    struct input_action action;

    for (unsigned i = 0; i < 3; i++) {
        if (modifiers & 1U << i) {
            input_key(&viewer, &config, modes, keys[i], true, &action);
        }
    }
    input_key(&viewer, &config, modes, keysym, true, &action);
    return action;
}

static void
assert_sends(enum key_dialect dialect, const struct input_modes *modes,
             unsigned modifiers, uint32_t keysym, const char *expected)
{
    struct input_action action = press(dialect, modes, modifiers, keysym);

    assert_int_equal(action.kind, INPUT_BYTES);
    if (action.len != strlen(expected) ||
        memcmp(action.bytes, expected, action.len) != 0) {
        fail_msg("keysym 0x%x with %u sends ESC%.*s instead of ESC%s", keysym,
                 modifiers, (int)action.len - 1, action.bytes + 1,
                 expected + 1);
    }
}

/* What a key sends with each combination of modifiers, which count up as
 * xterm's parameter does. NULL: it is not asked for. */
struct row {
    uint32_t keysym;
    const char *expected[COMBINATIONS];
};

static void
assert_rows(const struct input_modes *modes, const struct row *rows,
            size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (unsigned m = 0; m < COMBINATIONS; m++) {
            if (rows[i].expected[m] != NULL) {
                assert_sends(KEY_DIALECT_XTERM, modes, m, rows[i].keysym,
                             rows[i].expected[m]);
            }
        }
    }
}

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

static void
modify_cursor_chooses_where_the_modifier_stands(void **state)
{
    static const struct {
        enum key_modify modify;
        const char *up;
        const char *application;
        const char *home;
    } cases[] = {
        {KEY_MODIFY_SECOND, "\033[1;5A", "\033[1;5A", "\033[1;5H"},
        {KEY_MODIFY_FIRST, "\033[5A", "\033[5A", "\033[5H"},
        {KEY_MODIFY_LEGACY, "\033[5A", "\033O5A", "\033[5H"},
        {KEY_MODIFY_PRIVATE, "\033[>1;5A", "\033[>1;5A", "\033[>1;5H"},
        {KEY_MODIFY_NEVER, "\033[A", "\033OA", "\033[H"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct input_modes modes = {.modify_cursor = cases[i].modify};
        assert_sends(KEY_DIALECT_XTERM, &modes, CTRL, XKB_KEY_Up, cases[i].up);
        assert_sends(KEY_DIALECT_XTERM, &modes, CTRL, XKB_KEY_Home,
                     cases[i].home);
        assert_sends(KEY_DIALECT_XTERM, &modes, 0, XKB_KEY_Up, "\033[A");
        assert_sends(KEY_DIALECT_XTERM, &modes, CTRL, XKB_KEY_Delete,
                     "\033[3;5~");
        assert_sends(KEY_DIALECT_XTERM, &modes, CTRL, XKB_KEY_F1, "\033[1;5P");
        modes.cursor_application = true;
        assert_sends(KEY_DIALECT_XTERM, &modes, CTRL, XKB_KEY_Up,
                     cases[i].application);
    }
}

static void
modify_function_chooses_where_the_modifier_stands(void **state)
{
    static const struct {
        enum key_modify modify;
        const char *f1;
        const char *f5;
        const char *linux_f1;
    } cases[] = {
        {KEY_MODIFY_SECOND, "\033[1;5P", "\033[15;5~", "\033[11;5~"},
        {KEY_MODIFY_FIRST, "\033[5P", "\033[15;5~", "\033[11;5~"},
        {KEY_MODIFY_LEGACY, "\033O5P", "\033[15;5~", "\033[11;5~"},
        {KEY_MODIFY_PRIVATE, "\033[>1;5P", "\033[>15;5~", "\033[>11;5~"},
        {KEY_MODIFY_NEVER, "\033OP", "\033[15~", "\033[[A"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct input_modes modes = {.modify_function = cases[i].modify};
        assert_sends(KEY_DIALECT_XTERM, &modes, CTRL, XKB_KEY_F1, cases[i].f1);
        assert_sends(KEY_DIALECT_XTERM, &modes, CTRL, XKB_KEY_F5, cases[i].f5);
        assert_sends(KEY_DIALECT_LINUX, &modes, CTRL, XKB_KEY_F1,
                     cases[i].linux_f1);
        assert_sends(KEY_DIALECT_XTERM, &modes, CTRL, XKB_KEY_Up, "\033[1;5A");
        assert_sends(KEY_DIALECT_XTERM, &modes, CTRL, XKB_KEY_Next,
                     "\033[6;5~");
    }
}

static void
first_level_says_what_has_no_control_code(void **state)
{
    static const struct row rows[] = {
        {'a',
         {"a", "a", "\033a", "\033a", "\001", "\001", "\033\001", "\033\001"}},
        {'I', {"I", "I", "\033I", "\033I", "\t", "\t", "\033\t", "\033\t"}},
        {'[', {"[", "[", "\033[", "\033[", "\033", "\033"}},
        {'3', {"3", NULL, "\0333", NULL, "\033", NULL, "\033\033"}},
        {'#', {NULL, "#", NULL, "\033#", NULL, "\033[27;6;35~"}},
        {'1', {"1", NULL, "\0331", NULL, "\033[27;5;49~"}},
        {'/', {"/", NULL, "\033/", NULL, "\037"}},
        {'?', {NULL, "?", NULL, "\033?", NULL, "\033[27;6;63~"}},
        {'-', {"-", NULL, "\033-", NULL, "\033[27;5;45~"}},
        {'_', {NULL, "_", NULL, "\033_", NULL, "\037"}},
        {';', {";", NULL, "\033;", NULL, "\033[27;5;59~"}},
        {XKB_KEY_eacute,
         {"\xc3\xa9", NULL, "\033\xc3\xa9", NULL, "\033[27;5;233~"}},
        {XKB_KEY_Return,
         {"\r", "\033[27;2;13~", "\033\r", NULL, "\033[27;5;13~",
          "\033[27;6;13~"}},
        {XKB_KEY_Tab, {"\t", "\033[Z", "\033\t", NULL, "\033[27;5;9~"}},
        {XKB_KEY_ISO_Left_Tab, {"\033[Z", "\033[Z", NULL, NULL, "\033[Z"}},
        {XKB_KEY_Escape, {"\033", NULL, "\033\033", NULL, "\033"}},
        {XKB_KEY_BackSpace,
         {"\177", "\177", "\033\177", "\033\177", "\b", "\b", "\033\b"}},
        {XKB_KEY_KP_Enter, {"\r", "\r", NULL, NULL, "\r", "\r"}},
    };
    const struct input_modes modes = {.modify_other =
                                          KEY_MODIFY_OTHER_AMBIGUOUS};

    (void)state;
    assert_rows(&modes, rows, LEN(rows));
}

#define SAID(m, code) "\033[27;" #m ";" #code "~"
#define SAID_ALL(code) \
    SAID(2, code), SAID(3, code), SAID(4, code), SAID(5, code), SAID(6, code)

static void
second_level_says_every_modifier(void **state)
{
    static const struct row rows[] = {
        {'A', {NULL, SAID_ALL(65), SAID(7, 65), SAID(8, 65)}},
        {'a', {"a", NULL, SAID(3, 97), NULL, SAID(5, 97), NULL, SAID(7, 97)}},
        {'@', {NULL, SAID(2, 64), NULL, NULL, SAID(5, 64), SAID(6, 64)}},
        {'_', {NULL, SAID(2, 95), NULL, SAID(4, 95), NULL, SAID(6, 95)}},
        {'?', {NULL, "?", NULL, SAID(4, 63), NULL, SAID(6, 63)}},
        {'3', {"3", NULL, SAID(3, 51), NULL, SAID(5, 51), NULL, SAID(7, 51)}},
        {' ', {" ", SAID_ALL(32), SAID(7, 32), SAID(8, 32)}},
        {XKB_KEY_eacute, {NULL, NULL, SAID(3, 233), NULL, SAID(5, 233)}},
        {XKB_KEY_Eacute, {NULL, "\xc3\x89", NULL, SAID(4, 201)}},
        {XKB_KEY_Return, {"\r", SAID_ALL(13)}},
        {XKB_KEY_Escape, {"\033", SAID_ALL(27), SAID(7, 27), SAID(8, 27)}},
        {XKB_KEY_Tab,
         {"\t", "\033[Z", SAID(3, 9), SAID(4, 9), SAID(5, 9), SAID(6, 9)}},
        {XKB_KEY_ISO_Left_Tab,
         {"\033[Z", "\033[Z", SAID(4, 9), SAID(4, 9), SAID(6, 9), SAID(6, 9)}},
        {XKB_KEY_BackSpace,
         {"\177", SAID(2, 127), SAID(3, 127), SAID(4, 127), "\b", SAID(6, 8),
          SAID(7, 8), SAID(8, 8)}},
        {XKB_KEY_Delete, {"\033[3~", "\033[3;2~", NULL, NULL, "\033[3;5~"}},
        {XKB_KEY_KP_Enter, {"\r", "\r", NULL, NULL, "\r", "\r"}},
        {XKB_KEY_KP_1, {"1", NULL, NULL, NULL, "1"}},
        {XKB_KEY_KP_Divide, {"/", "/", NULL, NULL, "/", "/"}},
    };
    const struct input_modes modes = {.modify_other = KEY_MODIFY_OTHER_ALL};

    (void)state;
    assert_rows(&modes, rows, LEN(rows));
}

static void
altgr_types_the_character_at_the_second_level(void **state)
{
    const struct input_modes modes = {.modify_other = KEY_MODIFY_OTHER_ALL};

    (void)state;
    assert_sends(KEY_DIALECT_XTERM, &modes, CTRL | ALT, '@', "@");
    assert_sends(KEY_DIALECT_XTERM, &modes, CTRL | ALT, XKB_KEY_EuroSign,
                 "\xe2\x82\xac");
}

/* Only then, because people type numbers with NumLock. */
static void
digits_follow_keypad_mode_when_numlock_is_ignored(void **state)
{
    struct input_modes modes = {.numlock_ignored = true};

    (void)state;
    for (int d = 0; d <= KEY_DIALECT_XTERM; d++) {
        enum key_dialect dialect = (enum key_dialect)d;
        for (uint32_t i = 0; i < 10; i++) {
            const char digit[] = {(char)('0' + i), '\0'};
            const char letter[] = {'\033', 'O', (char)('p' + i), '\0'};
            modes.keypad_application = false;
            assert_sends(dialect, &modes, 0, XKB_KEY_KP_0 + i, digit);
            modes.keypad_application = true;
            assert_sends(dialect, &modes, 0, XKB_KEY_KP_0 + i, letter);
        }
        assert_sends(dialect, &modes, 0, XKB_KEY_KP_Decimal, "\033On");
        assert_sends(dialect, &modes, 0, XKB_KEY_KP_Separator, "\033Ol");
        assert_sends(dialect, &modes, 0, '5', "5");
    }
}

static void
delete_is_del_when_mode_1037_says_so(void **state)
{
    const struct input_modes modes = {.delete_sends_del = true};

    (void)state;
    assert_sends(KEY_DIALECT_XTERM, &modes, 0, XKB_KEY_Delete, "\177");
    assert_sends(KEY_DIALECT_LINUX, &modes, 0, XKB_KEY_KP_Delete, "\177");
    assert_sends(KEY_DIALECT_XTERM, &modes, CTRL, XKB_KEY_Delete, "\033[3;5~");
    assert_sends(KEY_DIALECT_XTERM, &modes, CTRL | ALT, XKB_KEY_Delete,
                 "\033[3;7~");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modify_cursor_chooses_where_the_modifier_stands),
        cmocka_unit_test(modify_function_chooses_where_the_modifier_stands),
        cmocka_unit_test(first_level_says_what_has_no_control_code),
        cmocka_unit_test(second_level_says_every_modifier),
        cmocka_unit_test(altgr_types_the_character_at_the_second_level),
        cmocka_unit_test(digits_follow_keypad_mode_when_numlock_is_ignored),
        cmocka_unit_test(delete_is_del_when_mode_1037_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
