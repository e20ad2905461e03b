/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sources of the table:
 *   linux  console_codes(4), the kernel's drivers/tty/vt/defkeymap.map and
 *          keyboard.c, terminfo entry linux
 *   vt220  DEC EK-VT220-RM "VT220 Programmer Reference Manual", chapter 3,
 *          terminfo entry vt220
 *   xterm  ctlseqs, "PC-Style Function Keys" and "VT220-Style Function Keys",
 *          terminfo entry xterm-256color
 * tests/unit/test_terminfo.c compares it with the terminfo entries.
 */
#include "input/keymap.h"

#include <stdbool.h>
#include <stdio.h>

#include <xkbcommon/xkbcommon-keysyms.h>

#include "input/modifiers.h"

/*
 * How a key is spelled; m is the modifier parameter. The kernel's console and
 * the VT220 leave modifiers of most keys out. Programs on them understand
 * xterm's form all the same (Debian's /etc/inputrc, vim), so it is used in
 * every dialect.
 */
enum form {
    FORM_NONE,
    FORM_CURSOR,   /* CSI x, SS3 x in application mode, CSI 1;m x */
    FORM_CSI,      /* CSI x, CSI 1;m x */
    FORM_PF,       /* SS3 x, CSI 1;m x */
    FORM_TILDE,    /* CSI n ~, CSI n;m ~ */
    FORM_LINUX_FN, /* CSI [ x with x from A, CSI n;m ~ with n from 11 */
};

struct spelling {
    enum form form;
    uint8_t value; /* x or n */
};

struct special_key {
    uint32_t keysym;
    struct spelling spellings[KEY_DIALECT_XTERM + 1];
};

/* The formatter would spread each over four lines. */
/* clang-format off */
#define NONE           {FORM_NONE, 0}
#define CURSOR(final)  {FORM_CURSOR, final}
#define CSI(final)     {FORM_CSI, final}
#define PF(final)      {FORM_PF, final}
#define TILDE(n)       {FORM_TILDE, n}
#define LINUX_FN(last) {FORM_LINUX_FN, last}
#define ALL(spelling)  {spelling, spelling, spelling}
/* clang-format on */

/* Each row: linux, vt220, xterm. */
static const struct special_key special_keys[] = {
    {XKB_KEY_Up, ALL(CURSOR('A'))},
    {XKB_KEY_Down, ALL(CURSOR('B'))},
    {XKB_KEY_Right, ALL(CURSOR('C'))},
    {XKB_KEY_Left, ALL(CURSOR('D'))},
    /* Keypad 5 without NumLock; the VT220's keypad has no such function. */
    {XKB_KEY_Begin, {CSI('G'), NONE, CURSOR('E')}},
    /* The VT220 has Find and Select where a PC has Home and End. */
    {XKB_KEY_Home, {TILDE(1), TILDE(1), CURSOR('H')}},
    {XKB_KEY_End, {TILDE(4), TILDE(4), CURSOR('F')}},
    {XKB_KEY_Find, ALL(TILDE(1))},
    {XKB_KEY_Insert, ALL(TILDE(2))},
    {XKB_KEY_Delete, ALL(TILDE(3))},
    {XKB_KEY_Select, ALL(TILDE(4))},
    {XKB_KEY_Prior, ALL(TILDE(5))},
    {XKB_KEY_Next, ALL(TILDE(6))},
    {XKB_KEY_Help, ALL(TILDE(28))},
    {XKB_KEY_KP_F1, ALL(PF('P'))},
    {XKB_KEY_KP_F2, ALL(PF('Q'))},
    {XKB_KEY_KP_F3, ALL(PF('R'))},
    {XKB_KEY_KP_F4, ALL(PF('S'))},
    {XKB_KEY_F1, {LINUX_FN('A'), PF('P'), PF('P')}},
    {XKB_KEY_F2, {LINUX_FN('B'), PF('Q'), PF('Q')}},
    {XKB_KEY_F3, {LINUX_FN('C'), PF('R'), PF('R')}},
    {XKB_KEY_F4, {LINUX_FN('D'), PF('S'), PF('S')}},
    /* The VT220 keeps F1 to F5 to itself; xterm's number for F5. */
    {XKB_KEY_F5, {LINUX_FN('E'), TILDE(15), TILDE(15)}},
    {XKB_KEY_F6, ALL(TILDE(17))},
    {XKB_KEY_F7, ALL(TILDE(18))},
    {XKB_KEY_F8, ALL(TILDE(19))},
    {XKB_KEY_F9, ALL(TILDE(20))},
    {XKB_KEY_F10, ALL(TILDE(21))},
    {XKB_KEY_F11, ALL(TILDE(23))},
    {XKB_KEY_F12, ALL(TILDE(24))},
    /* xterm's F13 and later: see same_function(). */
    {XKB_KEY_F13, {TILDE(25), TILDE(25), NONE}},
    {XKB_KEY_F14, {TILDE(26), TILDE(26), NONE}},
    {XKB_KEY_F15, {TILDE(28), TILDE(28), NONE}},
    {XKB_KEY_F16, {TILDE(29), TILDE(29), NONE}},
    {XKB_KEY_F17, {TILDE(31), TILDE(31), NONE}},
    {XKB_KEY_F18, {TILDE(32), TILDE(32), NONE}},
    {XKB_KEY_F19, {TILDE(33), TILDE(33), NONE}},
    {XKB_KEY_F20, {TILDE(34), TILDE(34), NONE}},
    /* No terminfo entry has them; these are xterm's numbers. */
    {XKB_KEY_F21, {TILDE(42), TILDE(42), NONE}},
    {XKB_KEY_F22, {TILDE(43), TILDE(43), NONE}},
    {XKB_KEY_F23, {TILDE(44), TILDE(44), NONE}},
    {XKB_KEY_F24, {TILDE(45), TILDE(45), NONE}},
};

/*
 * The keypad: what a key means in numeric mode, and its letter behind SS3 in
 * application mode (VT220 manual; ctlseqs for those that a VT220 lacks).
 * digit_letter() has the digits, which are there with NumLock.
 */
static const struct {
    uint32_t keysym;
    uint32_t numeric; /* a key of the other table; 0 is text */
    char application;
} keypad_keys[] = {
    {XKB_KEY_KP_Insert, XKB_KEY_Insert, 'p'},
    {XKB_KEY_KP_End, XKB_KEY_End, 'q'},
    {XKB_KEY_KP_Down, XKB_KEY_Down, 'r'},
    {XKB_KEY_KP_Next, XKB_KEY_Next, 's'},
    {XKB_KEY_KP_Left, XKB_KEY_Left, 't'},
    {XKB_KEY_KP_Begin, XKB_KEY_Begin, 'u'},
    {XKB_KEY_Clear, XKB_KEY_Begin, 'u'}, /* Windows' keypad 5 */
    {XKB_KEY_KP_Right, XKB_KEY_Right, 'v'},
    {XKB_KEY_KP_Home, XKB_KEY_Home, 'w'},
    {XKB_KEY_KP_Up, XKB_KEY_Up, 'x'},
    {XKB_KEY_KP_Prior, XKB_KEY_Prior, 'y'},
    {XKB_KEY_KP_Delete, XKB_KEY_Delete, 'n'},
    {XKB_KEY_KP_Enter, XKB_KEY_Return, 'M'},
    {XKB_KEY_KP_Tab, XKB_KEY_Tab, 'I'},
    {XKB_KEY_KP_Space, 0, ' '},
    {XKB_KEY_KP_Multiply, 0, 'j'},
    {XKB_KEY_KP_Add, 0, 'k'},
    {XKB_KEY_KP_Subtract, 0, 'm'},
    {XKB_KEY_KP_Divide, 0, 'o'},
    {XKB_KEY_KP_Equal, 0, 'X'},
};

enum {
    TILDE_FUNCTION_FIRST = 11, /* F1; lower numbers are editing keys */
};

/* A key that ends in a letter, behind SS3 or CSI. */
static size_t
spell_letter(int final, bool is_ss3, enum key_modify modify, unsigned m,
             char out[INPUT_BYTES_MAX])
{
    int prefix = is_ss3 ? 'O' : '[';
    int len = 0;

    if (m == 1 || modify == KEY_MODIFY_NEVER) {
        return (size_t)snprintf(out, INPUT_BYTES_MAX, "\033%c%c", prefix,
                                final);
    }
    switch (modify) {
    case KEY_MODIFY_SECOND:
        len = snprintf(out, INPUT_BYTES_MAX, "\033[1;%u%c", m, final);
        break;
    case KEY_MODIFY_FIRST:
        len = snprintf(out, INPUT_BYTES_MAX, "\033[%u%c", m, final);
        break;
    case KEY_MODIFY_LEGACY:
        len = snprintf(out, INPUT_BYTES_MAX, "\033%c%u%c", prefix, m, final);
        break;
    case KEY_MODIFY_PRIVATE:
        len = snprintf(out, INPUT_BYTES_MAX, "\033[>1;%u%c", m, final);
        break;
    case KEY_MODIFY_NEVER:
        break;
    }
    return (size_t)len; /* the longest is far below INPUT_BYTES_MAX */
}

/* A key that has a number. */
static size_t
spell_number(unsigned n, enum key_modify modify, unsigned m,
             char out[INPUT_BYTES_MAX])
{
    const char *mark = modify == KEY_MODIFY_PRIVATE ? ">" : "";
    int len;

    if (m == 1 || modify == KEY_MODIFY_NEVER) {
        len = snprintf(out, INPUT_BYTES_MAX, "\033[%u~", n);
    } else {
        len = snprintf(out, INPUT_BYTES_MAX, "\033[%s%u;%u~", mark, n, m);
    }
    return (size_t)len;
}

static size_t
spell_special(struct spelling spelling, const struct input_modes *modes,
              unsigned modifiers, char out[INPUT_BYTES_MAX])
{
    int value = spelling.value;
    unsigned m = 1 + modifiers;

    switch (spelling.form) {
    case FORM_NONE:
        return 0;
    case FORM_CURSOR:
        return spell_letter(value, modes->cursor_application,
                            modes->modify_cursor, m, out);
    case FORM_CSI:
        return spell_letter(value, false, modes->modify_cursor, m, out);
    case FORM_PF:
        return spell_letter(value, true, modes->modify_function, m, out);
    case FORM_LINUX_FN:
        if (m == 1 || modes->modify_function == KEY_MODIFY_NEVER) {
            return (size_t)snprintf(out, INPUT_BYTES_MAX, "\033[[%c", value);
        }
        return spell_number(TILDE_FUNCTION_FIRST + (unsigned)value - 'A',
                            modes->modify_function, m, out);
    case FORM_TILDE:
        /* Those of the editing keys are not for the guest to choose. */
        return spell_number((unsigned)value,
                            value < TILDE_FUNCTION_FIRST
                                ? KEY_MODIFY_SECOND
                                : modes->modify_function,
                            m, out);
    }
    return 0;
}

/*
 * Some function keys are others with a modifier. The usual keymaps of the
 * kernel's console have F13 to F20 on Shift-F1 to Shift-F8, and so has
 * terminfo's linux. In xterm's terminfo kf13 to kf24 are Shift-F1 to Shift-F12
 * and kf25 to kf35 Ctrl-F1 to Ctrl-F11, so the keys of these names get that
 * spelling.
 */
static uint32_t
same_function(enum key_dialect dialect, uint32_t keysym, unsigned *modifiers)
{
    if (dialect == KEY_DIALECT_LINUX && *modifiers == MODIFIER_SHIFT &&
        keysym >= XKB_KEY_F1 && keysym <= XKB_KEY_F8) {
        *modifiers = 0;
        return keysym + (XKB_KEY_F13 - XKB_KEY_F1);
    }
    if (dialect != KEY_DIALECT_XTERM) {
        return keysym;
    }
    if (keysym >= XKB_KEY_F13 && keysym <= XKB_KEY_F24) {
        *modifiers |= MODIFIER_SHIFT;
        return keysym - (XKB_KEY_F13 - XKB_KEY_F1);
    }
    if (keysym >= XKB_KEY_F25 && keysym <= XKB_KEY_F35) {
        *modifiers |= MODIFIER_CTRL;
        return keysym - (XKB_KEY_F25 - XKB_KEY_F1);
    }
    return keysym;
}

static size_t
spell_from_table(enum key_dialect dialect, const struct input_modes *modes,
                 uint32_t keysym, unsigned modifiers, char out[INPUT_BYTES_MAX])
{
    size_t count = sizeof(special_keys) / sizeof(special_keys[0]);

    keysym = same_function(dialect, keysym, &modifiers);
    for (size_t i = 0; i < count; i++) {
        if (special_keys[i].keysym == keysym) {
            return spell_special(special_keys[i].spellings[dialect], modes,
                                 modifiers, out);
        }
    }
    return 0;
}

size_t
keymap_spell_other(uint32_t code, unsigned modifiers, char out[INPUT_BYTES_MAX])
{
    unsigned mask = MODIFIER_SHIFT | MODIFIER_ALT | MODIFIER_CTRL;

    return (size_t)snprintf(out, INPUT_BYTES_MAX, "\033[27;%u;%u~",
                            1 + (modifiers & mask), (unsigned)code);
}

/*
 * Whether the guest wants the modifiers of a key with a control code said,
 * because the code alone loses them. As observed in xterm 379, but for Escape
 * at the first level, which is there said with some modifiers and not with
 * others.
 */
static bool
is_said_as_other(enum key_modify_other level, uint32_t keysym,
                 unsigned modifiers)
{
    bool is_ambiguous = level == KEY_MODIFY_OTHER_AMBIGUOUS;

    if (modifiers == 0 || level == KEY_MODIFY_OTHER_NONE) {
        return false;
    }
    switch (keysym) {
    case XKB_KEY_Return:
        return !is_ambiguous || modifiers != MODIFIER_ALT;
    case XKB_KEY_Tab:
        return is_ambiguous ? (modifiers & MODIFIER_CTRL) &&
                                  !(modifiers & MODIFIER_SHIFT)
                            : modifiers != MODIFIER_SHIFT;
    case XKB_KEY_BackSpace:
        return !is_ambiguous && modifiers != MODIFIER_CTRL;
    case XKB_KEY_Escape:
        return !is_ambiguous;
    default:
        return false;
    }
}

/*
 * Keys with a control code of their own. Shift and Ctrl do not change them,
 * but for Shift-Tab and Ctrl-BackSpace, the other of the two erase characters
 * (xterm and the kernel's keymap); Alt prefixes ESC.
 *
 * Shift-Tab is CSI Z in every dialect. ncurses 6.4 gives the kernel's ESC TAB
 * as kcbt of linux, and CSI Z as kcbt2; older guests know CSI Z only, and
 * readline and newt know it everywhere. vim knows what kcbt is.
 */
static size_t
spell_control(const struct input_modes *modes, enum key_modify_other level,
              uint32_t keysym, unsigned modifiers, char out[INPUT_BYTES_MAX])
{
    bool is_bs =
        ((modifiers & MODIFIER_CTRL) != 0) != modes->backspace_sends_bs;
    const char *spelling;

    switch (keysym) {
    case XKB_KEY_BackSpace:
        spelling = is_bs ? "\b" : "\177";
        break;
    case XKB_KEY_Tab:
        spelling = modifiers & MODIFIER_SHIFT ? "\033[Z" : "\t";
        break;
    case XKB_KEY_Linefeed:
        spelling = "\n";
        break;
    case XKB_KEY_Return:
        spelling = modes->newline ? "\r\n" : "\r";
        break;
    case XKB_KEY_Escape:
        spelling = "\033";
        break;
    default:
        return 0;
    }
    if (is_said_as_other(level, keysym, modifiers)) {
        int code = keysym == XKB_KEY_Tab ? '\t' : spelling[0];
        return keymap_spell_other((uint32_t)code, modifiers, out);
    }
    int len = snprintf(out, INPUT_BYTES_MAX, "%s%s",
                       modifiers & MODIFIER_ALT ? "\033" : "", spelling);
    return (size_t)len;
}

/*
 * The digits and the points of the keypad. They are text, as in xterm, whose
 * NumLock overrides DECKPAM: a person who types a number wants that number, and
 * every program that loads terminfo's smkx sets DECKPAM. A program that means
 * it resets mode 1035. Returns the letter behind SS3, 0 for another key.
 */
static int
digit_letter(uint32_t keysym)
{
    if (keysym >= XKB_KEY_KP_0 && keysym <= XKB_KEY_KP_9) {
        return (int)(keysym - XKB_KEY_KP_0) + 'p';
    }
    if (keysym == XKB_KEY_KP_Decimal) {
        return 'n';
    }
    return keysym == XKB_KEY_KP_Separator ? 'l' : 0;
}

/*
 * What a key of the keypad sends in application mode, 0 for another key or
 * another mode. Without application mode, or with a modifier, as in the
 * kernel, it has its numeric meaning, which is left in `keysym`; that can be a
 * key that types text.
 */
static int
keypad_letter(enum key_dialect dialect, const struct input_modes *modes,
              unsigned modifiers, uint32_t *keysym)
{
    size_t count = sizeof(keypad_keys) / sizeof(keypad_keys[0]);
    bool is_application = modes->keypad_application && modifiers == 0;
    size_t i = 0;

    while (i < count && keypad_keys[i].keysym != *keysym) {
        i++;
    }
    if (i == count) {
        return is_application && modes->numlock_ignored ? digit_letter(*keysym)
                                                        : 0;
    }
    uint32_t numeric = keypad_keys[i].numeric;
    /*
     * In xterm the keys without NumLock are the cursor and editing keys in
     * both modes. The VT220 and the kernel's console send SS3.
     */
    bool has_application = dialect != KEY_DIALECT_XTERM || numeric == 0 ||
                           numeric == XKB_KEY_Return || numeric == XKB_KEY_Tab;
    if (is_application && has_application) {
        return keypad_keys[i].application;
    }
    if (numeric != 0) {
        *keysym = numeric;
    }
    return 0;
}

size_t
keymap_spell(enum key_dialect dialect, const struct input_modes *modes,
             uint32_t keysym, unsigned modifiers, char out[INPUT_BYTES_MAX])
{
    uint32_t pressed = keysym;

    /* AltGr chooses among characters, of which there are none here. */
    modifiers &= MODIFIER_SHIFT | MODIFIER_ALT | MODIFIER_CTRL;

    int letter = keypad_letter(dialect, modes, modifiers, &keysym);
    if (letter != 0) {
        return (size_t)snprintf(out, INPUT_BYTES_MAX, "\033O%c", letter);
    }
    /* xterm's modifyOtherKeys is not about the keypad. */
    enum key_modify_other level =
        keysym == pressed ? modes->modify_other : KEY_MODIFY_OTHER_NONE;
    if (keysym == XKB_KEY_ISO_Left_Tab) {
        keysym = XKB_KEY_Tab;
        modifiers |= MODIFIER_SHIFT;
    }
    if (keysym == XKB_KEY_Delete && modifiers == 0 && modes->delete_sends_del) {
        out[0] = '\177';
        return 1;
    }
    size_t len = spell_control(modes, level, keysym, modifiers, out);
    if (len > 0) {
        return len;
    }
    return spell_from_table(dialect, modes, keysym, modifiers, out);
}
