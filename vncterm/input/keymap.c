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
};

/*
 * The keypad: what a key means in numeric mode, and its letter behind SS3 in
 * application mode (VT220 manual; ctlseqs for those that a VT220 lacks).
 * The digits with NumLock are not here: they are text in both modes, as in
 * xterm, whose NumLock overrides DECKPAM. A person who types a number wants
 * that number, and every program that loads terminfo's smkx sets DECKPAM.
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

static size_t
spell_special(struct spelling spelling, bool is_application, unsigned modifiers,
              char out[INPUT_BYTES_MAX])
{
    unsigned n = spelling.value;
    unsigned m = 1 + modifiers;
    int len = 0;

    switch (spelling.form) {
    case FORM_NONE:
        break;
    case FORM_CURSOR:
    case FORM_CSI:
    case FORM_PF:
        if (m > 1) {
            len = snprintf(out, INPUT_BYTES_MAX, "\033[1;%u%c", m, (int)n);
        } else if (spelling.form == FORM_PF ||
                   (spelling.form == FORM_CURSOR && is_application)) {
            len = snprintf(out, INPUT_BYTES_MAX, "\033O%c", (int)n);
        } else {
            len = snprintf(out, INPUT_BYTES_MAX, "\033[%c", (int)n);
        }
        break;
    case FORM_LINUX_FN:
        if (m > 1) {
            len =
                snprintf(out, INPUT_BYTES_MAX, "\033[%u;%u~", 11 + n - 'A', m);
        } else {
            len = snprintf(out, INPUT_BYTES_MAX, "\033[[%c", (int)n);
        }
        break;
    case FORM_TILDE:
        if (m > 1) {
            len = snprintf(out, INPUT_BYTES_MAX, "\033[%u;%u~", n, m);
        } else {
            len = snprintf(out, INPUT_BYTES_MAX, "\033[%u~", n);
        }
        break;
    }
    return (size_t)len; /* the longest is far below INPUT_BYTES_MAX */
}

/*
 * Some function keys are others with Shift. The kernel's keymap has F13 to F20
 * on Shift-F1 to Shift-F8, as terminfo's linux says. In xterm's terminfo kf13
 * to kf24 are Shift-F1 to Shift-F12, so the keys F13 to F24 get that spelling.
 */
static uint32_t
same_function(enum key_dialect dialect, uint32_t keysym, unsigned *modifiers)
{
    if (dialect == KEY_DIALECT_LINUX && *modifiers == MODIFIER_SHIFT &&
        keysym >= XKB_KEY_F1 && keysym <= XKB_KEY_F8) {
        *modifiers = 0;
        return keysym + (XKB_KEY_F13 - XKB_KEY_F1);
    }
    if (dialect == KEY_DIALECT_XTERM && keysym >= XKB_KEY_F13 &&
        keysym <= XKB_KEY_F24) {
        *modifiers |= MODIFIER_SHIFT;
        return keysym - (XKB_KEY_F13 - XKB_KEY_F1);
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
            return spell_special(special_keys[i].spellings[dialect],
                                 modes->cursor_application, modifiers, out);
        }
    }
    return 0;
}

/*
 * Keys with a control code of their own. Shift and Ctrl do not change them,
 * but for Shift-Tab and Ctrl-BackSpace, the other of the two erase characters
 * (xterm and the kernel's keymap); Alt prefixes ESC.
 *
 * Shift-Tab is CSI Z in every dialect. ncurses 6.4 gives the kernel's ESC TAB
 * as kcbt of linux, and CSI Z as kcbt2; older guests know CSI Z only, and
 * readline, newt and vim know it everywhere.
 */
static size_t
spell_control(const struct input_modes *modes, uint32_t keysym,
              unsigned modifiers, char out[INPUT_BYTES_MAX])
{
    bool is_shifted = modifiers & MODIFIER_SHIFT;
    bool is_ctrl = modifiers & MODIFIER_CTRL;
    const char *spelling;

    switch (keysym) {
    case XKB_KEY_BackSpace:
        spelling = is_ctrl != modes->backspace_sends_bs ? "\b" : "\177";
        break;
    case XKB_KEY_Tab:
        spelling = is_shifted ? "\033[Z" : "\t";
        break;
    case XKB_KEY_ISO_Left_Tab:
        spelling = "\033[Z";
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
    int len = snprintf(out, INPUT_BYTES_MAX, "%s%s",
                       modifiers & MODIFIER_ALT ? "\033" : "", spelling);
    return (size_t)len;
}

size_t
keymap_spell(enum key_dialect dialect, const struct input_modes *modes,
             uint32_t keysym, unsigned modifiers, char out[INPUT_BYTES_MAX])
{
    size_t keypad_count = sizeof(keypad_keys) / sizeof(keypad_keys[0]);

    /* AltGr chooses among characters, of which there are none here. */
    modifiers &= MODIFIER_SHIFT | MODIFIER_ALT | MODIFIER_CTRL;

    for (size_t i = 0; i < keypad_count; i++) {
        if (keypad_keys[i].keysym != keysym) {
            continue;
        }
        uint32_t numeric = keypad_keys[i].numeric;
        /*
         * In xterm the keys without NumLock are the cursor and editing keys
         * in both modes. The VT220 and the kernel's console send SS3.
         * A modifier asks for the numeric meaning, as in the kernel.
         */
        bool has_application = dialect != KEY_DIALECT_XTERM || numeric == 0 ||
                               numeric == XKB_KEY_Return ||
                               numeric == XKB_KEY_Tab;
        if (modes->keypad_application && has_application && modifiers == 0) {
            int len = snprintf(out, INPUT_BYTES_MAX, "\033O%c",
                               keypad_keys[i].application);
            return (size_t)len;
        }
        if (numeric == 0) {
            return 0;
        }
        keysym = numeric;
        break;
    }

    size_t len = spell_control(modes, keysym, modifiers, out);
    if (len > 0) {
        return len;
    }
    return spell_from_table(dialect, modes, keysym, modifiers, out);
}
