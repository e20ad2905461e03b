/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys that type a character, in UTF-8, and what Ctrl, Alt and AltGr do. */
#ifndef VNCTERM_INPUT_TEXT_H
#define VNCTERM_INPUT_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "input/input.h"

/* The character of a keysym; 0 when there is none, or it is a control. */
uint32_t text_character(uint32_t keysym);

/*
 * Spells a character key with `modifiers`, a mask of MODIFIER_; Shift is in
 * the keysym already. Writes to `out` and returns the number of bytes, 0 when
 * the key types no character.
 */
size_t text_spell(const struct input_modes *modes, uint32_t keysym,
                  unsigned modifiers, char out[INPUT_BYTES_MAX]);

#endif
