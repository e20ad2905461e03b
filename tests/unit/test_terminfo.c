/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compares the keys of each dialect with what terminfo says about its
 * terminal, as infocmp prints it. Terminfo describes a terminal in
 * application mode if the entry has smkx to turn that on.
 */
#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <xkbcommon/xkbcommon-keysyms.h>

#include "input/input.h"

enum {
    SKIP = 77,
    ENTRY_MAX = 1 << 16,
    VALUE_MAX = 64,
    SHIFT = 1,
    ALT = 2,
    CTRL = 4,
};

static const char *const terminals[] = {
    [KEY_DIALECT_LINUX] = "linux",
    [KEY_DIALECT_VT220] = "vt220",
    [KEY_DIALECT_XTERM] = "xterm-256color",
};

/* What infocmp printed, a capability per line; filled before the tests. */
static char entries[KEY_DIALECT_XTERM + 1][ENTRY_MAX];

static const struct {
    const char *name;
    uint32_t keysym;
} plain_keys[] = {
    {"kcuu1", XKB_KEY_Up},          {"kcud1", XKB_KEY_Down},
    {"kcuf1", XKB_KEY_Right},       {"kcub1", XKB_KEY_Left},
    {"khome", XKB_KEY_Home},        {"kend", XKB_KEY_End},
    {"kich1", XKB_KEY_Insert},      {"kdch1", XKB_KEY_Delete},
    {"kpp", XKB_KEY_Prior},         {"knp", XKB_KEY_Next},
    {"kfnd", XKB_KEY_Find},         {"kslt", XKB_KEY_Select},
    {"khlp", XKB_KEY_Help},         {"krdo", XKB_KEY_F16},
    {"kbeg", XKB_KEY_Begin},        {"kent", XKB_KEY_KP_Enter},
    {"kpADD", XKB_KEY_KP_Add},      {"kpSUB", XKB_KEY_KP_Subtract},
    {"kpMUL", XKB_KEY_KP_Multiply}, {"kpDIV", XKB_KEY_KP_Divide},
};

/* With the number of the modifiers behind the name; none is Shift. */
static const struct {
    const char *name;
    uint32_t keysym;
} modified_keys[] = {
    {"kUP", XKB_KEY_Up},     {"kDN", XKB_KEY_Down},   {"kRIT", XKB_KEY_Right},
    {"kLFT", XKB_KEY_Left},  {"kHOM", XKB_KEY_Home},  {"kEND", XKB_KEY_End},
    {"kIC", XKB_KEY_Insert}, {"kDC", XKB_KEY_Delete}, {"kPRV", XKB_KEY_Prior},
    {"kNXT", XKB_KEY_Next},
};

/* One character of a value, which starts with a backslash or a caret. */
static const char *
unescape(const char *at, char *out)
{
    if (at[0] == '^') {
        unsigned letter = (unsigned char)at[1];
        *out = (char)(letter == '?' ? 0x7f : letter & 0x1f);
        return at + 2;
    }
    if (at[1] == 'E') {
        *out = '\033';
        return at + 2;
    }
    if (at[1] >= '0' && at[1] <= '7') {
        char *end;
        *out = (char)strtoul(at + 1, &end, 8);
        return end;
    }
    *out = at[1];
    return at + 2;
}

/* The value of a string capability, unescaped; false: not in the entry. */
static bool
find_capability(enum key_dialect dialect, const char *name,
                char value[VALUE_MAX])
{
    char line[VALUE_MAX];

    (void)snprintf(line, sizeof(line), "\n\t%s=", name);
    const char *at = strstr(entries[dialect], line);
    if (at == NULL) {
        return false;
    }
    size_t len = 0;
    at += strlen(line);
    while (*at != ',' && *at != '\0') {
        assert(len < VALUE_MAX - 1);
        if (*at == '\\' || *at == '^') {
            at = unescape(at, &value[len++]);
        } else {
            value[len++] = *at++;
        }
    }
    value[len] = '\0';
    return true;
}

static struct input_modes
modes_of(enum key_dialect dialect)
{
    char value[VALUE_MAX];
    bool has_smkx = find_capability(dialect, "smkx", value);

    return (struct input_modes){
        .cursor_application = has_smkx,
        .keypad_application = has_smkx,
    };
}

static void
spell(enum key_dialect dialect, const struct input_modes *modes,
      uint32_t keysym, unsigned modifiers, char spelling[INPUT_BYTES_MAX + 1])
{
    const struct input_config config = {.dialect = dialect};
    struct input_viewer viewer = {0};
    struct input_action action;

    if (modifiers & SHIFT) {
        input_key(&viewer, &config, modes, XKB_KEY_Shift_L, true, &action);
    }
    if (modifiers & ALT) {
        input_key(&viewer, &config, modes, XKB_KEY_Alt_L, true, &action);
    }
    if (modifiers & CTRL) {
        input_key(&viewer, &config, modes, XKB_KEY_Control_L, true, &action);
    }
    input_key(&viewer, &config, modes, keysym, true, &action);
    memcpy(spelling, action.bytes, action.len);
    spelling[action.len] = '\0';
}

/* Returns whether terminfo has an opinion. */
static bool
check(enum key_dialect dialect, const char *name, uint32_t keysym,
      unsigned modifiers)
{
    struct input_modes modes = modes_of(dialect);
    char value[VALUE_MAX];
    char spelling[INPUT_BYTES_MAX + 1];

    if (!find_capability(dialect, name, value)) {
        return false;
    }
    spell(dialect, &modes, keysym, modifiers, spelling);
    if (strcmp(spelling, value) != 0) {
        fail_msg("%s of %s is ESC%s here, ESC%s in terminfo", name,
                 terminals[dialect], spelling + 1, value + 1);
    }
    return true;
}

static void
check_plain_keys(enum key_dialect dialect, int expected)
{
    int checked = 0;

    for (size_t i = 0; i < sizeof(plain_keys) / sizeof(plain_keys[0]); i++) {
        checked += check(dialect, plain_keys[i].name, plain_keys[i].keysym, 0);
    }
    assert_in_range(checked, expected, sizeof(plain_keys));
}

static void
check_function_keys(enum key_dialect dialect, int count, int expected)
{
    int checked = 0;

    for (int i = 1; i <= count; i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "kf%d", i);
        checked += check(dialect, name, XKB_KEY_F1 + (uint32_t)i - 1, 0);
    }
    assert_in_range(checked, expected, count);
}

static void
linux_keys_are_those_of_terminfo(void **state)
{
    (void)state;
    check_plain_keys(KEY_DIALECT_LINUX, 10);
    check_function_keys(KEY_DIALECT_LINUX, 20, 20);
    assert_true(check(KEY_DIALECT_LINUX, "kb2", XKB_KEY_KP_Begin, 0));
    for (uint32_t i = 0; i < 8; i++) {
        char name[8];
        (void)snprintf(name, sizeof(name), "kf%u", 13 + i);
        assert_true(check(KEY_DIALECT_LINUX, name, XKB_KEY_F1 + i, SHIFT));
    }
}

static void
vt220_keys_are_those_of_terminfo(void **state)
{
    (void)state;
    check_plain_keys(KEY_DIALECT_VT220, 8);
    check_function_keys(KEY_DIALECT_VT220, 20, 17);
}

static void
xterm_keys_are_those_of_terminfo(void **state)
{
    (void)state;
    check_plain_keys(KEY_DIALECT_XTERM, 10);
    check_function_keys(KEY_DIALECT_XTERM, 24, 12);
}

static void
xterm_modified_keys_are_those_of_terminfo(void **state)
{
    int checked = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(modified_keys) / sizeof(modified_keys[0]);
         i++) {
        const char *base = modified_keys[i].name;
        uint32_t keysym = modified_keys[i].keysym;
        /* With Shift alone these are ours. */
        bool is_local = keysym == XKB_KEY_Insert || keysym == XKB_KEY_Prior ||
                        keysym == XKB_KEY_Next;
        if (!is_local) {
            checked += check(KEY_DIALECT_XTERM, base, keysym, SHIFT);
        }
        for (unsigned m = 3; m <= 8; m++) {
            char name[8];
            (void)snprintf(name, sizeof(name), "%s%u", base, m);
            checked += check(KEY_DIALECT_XTERM, name, keysym, m - 1);
        }
    }
    assert_in_range(checked, 30, 100);
}

/* kf13 on are the twelve keys with Shift, Ctrl, both, Alt, and Alt-Shift. */
static void
xterm_modified_function_keys_are_those_of_terminfo(void **state)
{
    static const unsigned modifiers[] = {SHIFT, CTRL, SHIFT | CTRL, ALT,
                                         SHIFT | ALT};

    (void)state;
    for (unsigned i = 13; i <= 63; i++) {
        char name[8];
        (void)snprintf(name, sizeof(name), "kf%u", i);
        assert_true(check(KEY_DIALECT_XTERM, name, XKB_KEY_F1 + (i - 1) % 12,
                          modifiers[(i - 13) / 12]));
    }
}

/* Entries of ncurses give linux one of two; the other one is then kcbt2. */
static void
shift_tab_is_known_to_terminfo(void **state)
{
    char value[VALUE_MAX];

    (void)state;
    assert_true(check(KEY_DIALECT_XTERM, "kcbt", XKB_KEY_ISO_Left_Tab, 0));
    bool has_second = find_capability(KEY_DIALECT_LINUX, "kcbt2", value);
    assert_true(check(KEY_DIALECT_LINUX, has_second ? "kcbt2" : "kcbt",
                      XKB_KEY_ISO_Left_Tab, 0));
}

/* The VT220's own backarrow key sends BS; we do so where DECBKM is set, as the
 * options have it for that terminal. */
static void
backspace_is_that_of_terminfo(void **state)
{
    const struct input_modes decbkm = {.backspace_sends_bs = true};
    char value[VALUE_MAX];
    char spelling[INPUT_BYTES_MAX + 1];

    (void)state;
    assert_true(check(KEY_DIALECT_LINUX, "kbs", XKB_KEY_BackSpace, 0));
    assert_true(check(KEY_DIALECT_XTERM, "kbs", XKB_KEY_BackSpace, 0));
    assert_true(find_capability(KEY_DIALECT_VT220, "kbs", value));
    spell(KEY_DIALECT_VT220, &decbkm, XKB_KEY_BackSpace, 0, spelling);
    assert_string_equal(spelling, value);
}

/* Returns whether infocmp knows the terminal. */
static bool
load(enum key_dialect dialect)
{
    char command[64];

    (void)snprintf(command, sizeof(command), "infocmp -1 -x %s 2>/dev/null",
                   terminals[dialect]);
    FILE *pipe = popen(command, "r"); /* NOLINT(cert-env33-c): fixed words */
    if (pipe == NULL) {
        return false;
    }
    size_t len = fread(entries[dialect], 1, ENTRY_MAX - 1, pipe);
    return pclose(pipe) == 0 && len > 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linux_keys_are_those_of_terminfo),
        cmocka_unit_test(vt220_keys_are_those_of_terminfo),
        cmocka_unit_test(xterm_keys_are_those_of_terminfo),
        cmocka_unit_test(xterm_modified_keys_are_those_of_terminfo),
        cmocka_unit_test(xterm_modified_function_keys_are_those_of_terminfo),
        cmocka_unit_test(shift_tab_is_known_to_terminfo),
        cmocka_unit_test(backspace_is_that_of_terminfo),
    };

    for (int d = 0; d <= KEY_DIALECT_XTERM; d++) {
        if (!load((enum key_dialect)d)) {
            printf("SKIP: infocmp is missing or does not know %s\n",
                   terminals[d]);
            return SKIP;
        }
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
