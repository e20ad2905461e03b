/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/input.h"

#include <xkbcommon/xkbcommon-keysyms.h>

#include "base/coding.h"
#include "input/compose.h"
#include "input/keymap.h"
#include "input/modifiers.h"
#include "input/text.h"

/* As in XenServer's vncterm, which has no alternate screen. */
static bool
scroll_by_line(uint32_t keysym, unsigned modifiers,
               const struct input_modes *modes, struct input_action *out)
{
    if ((modifiers & ~(unsigned)MODIFIER_ALTGR) != MODIFIER_CTRL ||
        modes->alternate_screen) {
        return false;
    }
    switch (keysym) {
    case XKB_KEY_Up:
    case XKB_KEY_KP_Up:
        out->kind = INPUT_SCROLL_LINES;
        out->amount = 1;
        return true;
    case XKB_KEY_Down:
    case XKB_KEY_KP_Down:
        out->kind = INPUT_SCROLL_LINES;
        out->amount = -1;
        return true;
    default:
        return false;
    }
}

/*
 * Shift with PageUp, PageDown and Insert stays ours on either screen, as in
 * xterm's default translations.
 */
static bool
local_action(uint32_t keysym, unsigned modifiers, struct input_action *out)
{
    if ((modifiers & ~(unsigned)MODIFIER_ALTGR) != MODIFIER_SHIFT) {
        return false;
    }
    switch (keysym) {
    case XKB_KEY_Prior:
    case XKB_KEY_KP_Prior:
        out->kind = INPUT_SCROLL_PAGES;
        out->amount = 1;
        return true;
    case XKB_KEY_Next:
    case XKB_KEY_KP_Next:
        out->kind = INPUT_SCROLL_PAGES;
        out->amount = -1;
        return true;
    case XKB_KEY_Insert:
    case XKB_KEY_KP_Insert:
        out->kind = INPUT_PASTE;
        return true;
    default:
        return false;
    }
}

/* Whether characters are typed: no Ctrl and no Alt, or AltGr by both. */
static bool
is_typing(unsigned modifiers)
{
    unsigned both = MODIFIER_CTRL | MODIFIER_ALT;

    return (modifiers & both) == 0 || (modifiers & both) == both;
}

/* Dead keys and what they wait for. Returns whether the key is taken. */
static bool
compose(struct input_viewer *viewer, unsigned modifiers, uint32_t keysym,
        struct input_action *out)
{
    if (compose_is_dead(keysym)) {
        out->len = compose_begin(viewer, keysym, out->bytes);
        return true;
    }
    if (!compose_waits(viewer)) {
        return false;
    }
    if (keysym == XKB_KEY_BackSpace) {
        compose_cancel(viewer);
        return true;
    }
    uint32_t code = is_typing(modifiers) ? text_character(keysym) : 0;
    if (code != 0) {
        out->len = compose_end(viewer, code, out->bytes);
    }
    return code != 0;
}

void
input_key(struct input_viewer *viewer, const struct input_config *config,
          const struct input_modes *modes, uint32_t keysym, bool down,
          struct input_action *out)
{
    *out = (struct input_action){.kind = INPUT_NOTHING};

    if (modifiers_update(viewer, keysym, down) || !down) {
        return;
    }
    unsigned modifiers = modifiers_held(viewer);
    if (local_action(keysym, modifiers, out) ||
        (config->ctrl_arrows_scroll &&
         scroll_by_line(keysym, modifiers, modes, out))) {
        return;
    }
    if (!is_typing(modifiers) && compose_is_dead(keysym)) {
        keysym = compose_character(keysym);
    }
    if (!compose(viewer, modifiers, keysym, out)) {
        out->len =
            keymap_spell(config->dialect, modes, keysym, modifiers, out->bytes);
        if (out->len == 0) {
            out->len = text_spell(modes, keysym, modifiers, out->bytes);
        }
        if (out->len > 0) {
            compose_cancel(viewer);
        }
    }
    if (out->len > 0) {
        out->kind = INPUT_BYTES;
        out->len =
            coding_from_utf8(modes->coding, out->bytes, out->len, out->bytes);
    }
}
