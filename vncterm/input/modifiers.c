/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/modifiers.h"

#include <stddef.h>

#include <xkbcommon/xkbcommon-keysyms.h>

/* The bits of input_viewer.modifiers: one for each key of a keyboard. */
enum {
    HELD_SHIFT_L = 1 << 0,
    HELD_SHIFT_R = 1 << 1,
    HELD_CTRL_L = 1 << 2,
    HELD_CTRL_R = 1 << 3,
    HELD_ALT_L = 1 << 4,
    HELD_ALT_R = 1 << 5,
    HELD_LEVEL3 = 1 << 6,
    HELD_MODE_SWITCH = 1 << 7,
};

/*
 * Alt and Meta share a key: with XKB's default types it is Alt alone and Meta
 * together with Shift, so a press as Alt can be released as Meta.
 */
static const struct {
    uint32_t keysym;
    uint32_t held;
} modifier_keys[] = {
    {XKB_KEY_Shift_L, HELD_SHIFT_L},
    {XKB_KEY_Shift_R, HELD_SHIFT_R},
    {XKB_KEY_Control_L, HELD_CTRL_L},
    {XKB_KEY_Control_R, HELD_CTRL_R},
    {XKB_KEY_Alt_L, HELD_ALT_L},
    {XKB_KEY_Alt_R, HELD_ALT_R},
    {XKB_KEY_Meta_L, HELD_ALT_L},
    {XKB_KEY_Meta_R, HELD_ALT_R},
    {XKB_KEY_ISO_Level3_Shift, HELD_LEVEL3},
    {XKB_KEY_Mode_switch, HELD_MODE_SWITCH},
};

bool
modifiers_update(struct input_viewer *viewer, uint32_t keysym, bool down)
{
    size_t count = sizeof(modifier_keys) / sizeof(modifier_keys[0]);

    for (size_t i = 0; i < count; i++) {
        if (modifier_keys[i].keysym != keysym) {
            continue;
        }
        if (down) {
            viewer->modifiers |= modifier_keys[i].held;
        } else {
            viewer->modifiers &= ~modifier_keys[i].held;
        }
        return true;
    }
    return false;
}

unsigned
modifiers_held(const struct input_viewer *viewer)
{
    uint32_t held = viewer->modifiers;
    unsigned modifiers = 0;

    if (held & (HELD_SHIFT_L | HELD_SHIFT_R)) {
        modifiers |= MODIFIER_SHIFT;
    }
    if (held & (HELD_ALT_L | HELD_ALT_R)) {
        modifiers |= MODIFIER_ALT;
    }
    if (held & (HELD_CTRL_L | HELD_CTRL_R)) {
        modifiers |= MODIFIER_CTRL;
    }
    if (held & (HELD_LEVEL3 | HELD_MODE_SWITCH)) {
        modifiers |= MODIFIER_ALTGR;
    }
    return modifiers;
}
