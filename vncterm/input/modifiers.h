/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which modifier keys one viewer holds down.
 *
 * RFB has no modifier state, only presses and releases of keys; it is rebuilt
 * here. Left and right keys are kept apart, so that releasing one of them
 * leaves the other in force, and only a release ever clears a modifier.
 */
#ifndef VNCTERM_INPUT_MODIFIERS_H
#define VNCTERM_INPUT_MODIFIERS_H

#include <stdbool.h>
#include <stdint.h>

#include "input/input.h"

/*
 * What is in force. The first three have the values that xterm adds up in the
 * parameter of a modified key (ctlseqs, "PC-Style Function Keys").
 */
enum {
    MODIFIER_SHIFT = 1,
    MODIFIER_ALT = 2, /* or Meta */
    MODIFIER_CTRL = 4,
    MODIFIER_ALTGR = 8,
};

/*
 * Takes a press or release of a modifier key. Returns false, and does nothing,
 * for every other key. A release without its press is harmless.
 */
bool modifiers_update(struct input_viewer *viewer, uint32_t keysym, bool down);

/* The modifiers in force, as a mask of MODIFIER_. */
unsigned modifiers_held(const struct input_viewer *viewer);

#endif
