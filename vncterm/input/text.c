/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/text.h"

#include <stdbool.h>

#include <xkbcommon/xkbcommon.h>

#include "base/utf8.h"
#include "input/keymap.h"
#include "input/modifiers.h"

#define UNICODE_KEYSYM 0x01000000U

static bool
is_of_keypad(uint32_t keysym)
{
    return keysym >= XKB_KEY_KP_Space && keysym <= XKB_KEY_KP_Equal;
}

/*
 * The keysyms of functions: 3270, ISO and keyboard. Some of them have a
 * Unicode value for libxkbcommon, such as Clear and Delete; keymap.c gives
 * them their meaning.
 */
static bool
is_function(uint32_t keysym)
{
    return keysym >= 0xfd00 && keysym <= 0xffff && !is_of_keypad(keysym);
}

/*
 * libxkbcommon hands through whatever 0x01000000 + code point says, be it ESC
 * or half of a surrogate pair.
 */
uint32_t
text_character(uint32_t keysym)
{
    if (is_function(keysym)) {
        return 0;
    }
    /* The library refuses those with a keysym of their own, which is what
     * some viewers send for Latin-1. */
    uint32_t code = keysym >> 8 == UNICODE_KEYSYM >> 8
                        ? keysym - UNICODE_KEYSYM
                        : xkb_keysym_to_utf32(keysym);
    bool is_control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    bool is_surrogate = code >= 0xd800 && code <= 0xdfff;

    return is_control || is_surrogate || code > UNICODE_MAX ? 0 : code;
}

/*
 * The control code of a character, or the character when it has none: as in
 * the VT220 Programmer Reference Manual, chapter 3, and for the keys that a
 * VT220 lacks as in X11's XkbToControl, with xterm's Ctrl-? as DEL.
 */
static uint32_t
control_of(uint32_t code)
{
    if (code == ' ' || (code >= '@' && code <= '~')) {
        return code & 0x1f;
    }
    if (code == '2') {
        return 0;
    }
    if (code >= '3' && code <= '7') {
        return code - '3' + 0x1b;
    }
    if (code == '8' || code == '?') {
        return 0x7f;
    }
    if (code == '/') {
        return 0x1f;
    }
    return code;
}

/*
 * Windows, and the viewers on it, say AltGr by Ctrl and Alt together. So with
 * both the character is typed, except for those that no common layout has on
 * AltGr and people do combine: letters, digits and the space of ASCII. All
 * punctuation counts as AltGr's, though some of it has a control code: a
 * German keyboard has @ [ \ ] { | } ~ there.
 */
static bool
is_altgr(uint32_t code, unsigned modifiers)
{
    unsigned both = MODIFIER_CTRL | MODIFIER_ALT;

    if ((modifiers & both) != both) {
        return false;
    }
    bool is_letter =
        (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z');
    bool is_digit = code >= '0' && code <= '9';

    return (modifiers & MODIFIER_ALTGR) ||
           !(is_letter || is_digit || code == ' ');
}

/*
 * Whether the guest wants the modifiers of a character said, as observed in
 * xterm 379 with Alt as ESC: at the first level where Ctrl makes no control
 * code, or Shift one of its aliases; at the second one wherever there is a
 * modifier, but Shift which only chooses among characters.
 */
static bool
is_said_as_other(enum key_modify_other level, uint32_t code, unsigned modifiers)
{
    bool is_own = code == ' ' || (code >= '@' && code <= '~');

    modifiers &= MODIFIER_SHIFT | MODIFIER_ALT | MODIFIER_CTRL;
    switch (level) {
    case KEY_MODIFY_OTHER_NONE:
        return false;
    case KEY_MODIFY_OTHER_AMBIGUOUS:
        return (modifiers & MODIFIER_CTRL) && !is_own &&
               (control_of(code) == code || (modifiers & MODIFIER_SHIFT));
    case KEY_MODIFY_OTHER_ALL:
        return modifiers != 0 && (modifiers != MODIFIER_SHIFT || is_own);
    }
    return false;
}

size_t
text_spell(const struct input_modes *modes, uint32_t keysym, unsigned modifiers,
           char out[INPUT_BYTES_MAX])
{
    uint32_t code = text_character(keysym);

    if (code == 0) {
        return 0;
    }
    if (is_altgr(code, modifiers)) {
        return utf8_encode(code, out);
    }
    if (is_of_keypad(keysym)) {
        modifiers &= MODIFIER_ALT; /* as in xterm, no control codes */
    } else if (is_said_as_other(modes->modify_other, code, modifiers)) {
        return keymap_spell_other(code, modifiers, out);
    }
    if (modifiers & MODIFIER_CTRL) {
        code = control_of(code);
    }
    size_t prefix = 0;
    if (modifiers & MODIFIER_ALT) {
        out[prefix++] = '\033';
    }
    return prefix + utf8_encode(code, out + prefix);
}
