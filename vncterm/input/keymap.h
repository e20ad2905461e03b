/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys that type no character: function, editing, cursor and keypad keys,
 * and those with a control code of their own, in each dialect.
 */
#ifndef VNCTERM_INPUT_KEYMAP_H
#define VNCTERM_INPUT_KEYMAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/key.h"
#include "input/input.h"

/*
 * Spells a key with `modifiers`, a mask of MODIFIER_. Writes to `out` and
 * returns the number of bytes, 0 when the key is none of these, or has no
 * spelling in the dialect.
 */
size_t
keymap_spell(enum key_dialect dialect, const struct input_modes *modes,
             uint32_t keysym, unsigned modifiers, char out[INPUT_BYTES_MAX]);

/*
 * Spells a key by its character and its modifiers, as xterm's modifyOtherKeys
 * has it: CSI 27 ; m ; code ~. Writes to `out` and returns the number of bytes.
 */
size_t keymap_spell_other(uint32_t code, unsigned modifiers,
                          char out[INPUT_BYTES_MAX]);

#endif
