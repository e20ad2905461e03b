/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mouse reports as in xterm's ctlseqs, "Mouse Tracking" and "Extended
 * coordinates".
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <xkbcommon/xkbcommon-keysyms.h>

#include "base/utf8.h"
#include "input/input.h"
#include "input/keymap.h"
#include "input/modifiers.h"

/* RFB's mask, RFC 6143 7.5.5. */
enum {
    BUTTONS = 8,
    BUTTON_LEFT = 1 << 0,
    BUTTON_MIDDLE = 1 << 1,
    BUTTON_WHEEL_UP = 1 << 3,
    BUTTON_WHEEL_DOWN = 1 << 4,
    BUTTONS_WHEEL = 0x78, /* the wheel's four directions: no releases */
};

/* What is added to a report's button code. */
enum {
    REPORT_NO_BUTTON = 3, /* a release; motion without a button */
    REPORT_SHIFT = 4,
    REPORT_ALT = 8,
    REPORT_CTRL = 16,
    REPORT_MOTION = 32,
    REPORT_OFFSET = 32, /* keeps bytes printable */
};

enum {
    WHEEL_LINES = 3, /* as in xterm, VTE and the Linux console's gpm */
    CLICKS_MAX = 3,

    /* The last places that an encoding can name. */
    BYTES_POSITION_MAX = 255 - REPORT_OFFSET - 1,
    UTF8_POSITION_MAX = 2047 - REPORT_OFFSET - 1, /* two bytes of UTF-8 */
    POSITION_MAX = 65534, /* five digits; no screen is larger */

    REPORT_BYTES_MAX = sizeof("\033[<255;65535;65535M"),
};

static_assert(BUTTONS * REPORT_BYTES_MAX <= INPUT_BYTES_MAX,
              "every button can change in one event");
static_assert(WHEEL_LINES * sizeof("\033[A") <= INPUT_BYTES_MAX,
              "the wheel's cursor keys fit");

/* What three values follow; not a string. */
static const char bytes_report[] = {'\033', '[', 'M'};

/* xterm numbers the wheel from 64 and the buttons beyond it from 128. */
static const uint8_t button_codes[BUTTONS] = {0, 1, 2, 64, 65, 66, 67, 128};

enum report_kind {
    REPORT_IS_PRESS,
    REPORT_IS_RELEASE,
    REPORT_IS_MOTION,
};

static int
position_max(enum mouse_encoding encoding)
{
    switch (encoding) {
    case MOUSE_ENCODING_BYTES:
        return BYTES_POSITION_MAX;
    case MOUSE_ENCODING_UTF8:
        return UTF8_POSITION_MAX;
    case MOUSE_ENCODING_SGR:
    case MOUSE_ENCODING_URXVT:
    case MOUSE_ENCODING_SGR_PIXELS:
        break;
    }
    return POSITION_MAX;
}

/* Writes a value of the two encodings that spell it as a character. */
static size_t
encode_value(enum mouse_encoding encoding, unsigned value, char *out)
{
    if (encoding == MOUSE_ENCODING_UTF8) {
        return utf8_encode(value, out);
    }
    *out = (char)value;
    return 1;
}

/* What a report says of the place: columns and rows, or pixels. */
static struct cell_pos
reported_place(const struct input_pointer_event *event,
               enum mouse_encoding encoding)
{
    return encoding == MOUSE_ENCODING_SGR_PIXELS
               ? (struct cell_pos){.row = event->y, .col = event->x}
               : event->pos;
}

/* Appends a report to `out`, of which the caller has made sure to fit. */
static void
append_report(struct input_action *out, const struct input_modes *modes,
              unsigned code, enum report_kind kind,
              const struct input_pointer_event *event)
{
    char *at = out->bytes + out->len;
    enum mouse_encoding encoding = modes->mouse_encoding;
    struct cell_pos pos = reported_place(event, encoding);
    int max = position_max(encoding);
    unsigned col = (unsigned)clamp_int(pos.col, 0, max) + 1;
    unsigned row = (unsigned)clamp_int(pos.row, 0, max) + 1;

    assert(out->len + REPORT_BYTES_MAX <= INPUT_BYTES_MAX);
    out->kind = INPUT_BYTES;
    switch (encoding) {
    case MOUSE_ENCODING_BYTES:
    case MOUSE_ENCODING_UTF8:
        memcpy(at, bytes_report, sizeof(bytes_report));
        out->len += sizeof(bytes_report);
        out->len +=
            encode_value(encoding, code + REPORT_OFFSET, out->bytes + out->len);
        out->len +=
            encode_value(encoding, col + REPORT_OFFSET, out->bytes + out->len);
        out->len +=
            encode_value(encoding, row + REPORT_OFFSET, out->bytes + out->len);
        break;
    case MOUSE_ENCODING_SGR:
    case MOUSE_ENCODING_SGR_PIXELS:
        out->len +=
            (size_t)snprintf(at, REPORT_BYTES_MAX, "\033[<%u;%u;%u%c", code,
                             col, row, kind == REPORT_IS_RELEASE ? 'm' : 'M');
        break;
    case MOUSE_ENCODING_URXVT:
        out->len += (size_t)snprintf(at, REPORT_BYTES_MAX, "\033[%u;%u;%uM",
                                     code + REPORT_OFFSET, col, row);
        break;
    }
}

static unsigned
report_modifiers(const struct input_modes *modes, unsigned modifiers)
{
    unsigned added = 0;

    if (modes->mouse_tracking == MOUSE_TRACKING_X10) {
        return 0;
    }
    if (modifiers & MODIFIER_SHIFT) {
        added |= REPORT_SHIFT;
    }
    if (modifiers & MODIFIER_ALT) {
        added |= REPORT_ALT;
    }
    if (modifiers & MODIFIER_CTRL) {
        added |= REPORT_CTRL;
    }
    return added;
}

/* Only SGR says which button was released. */
static unsigned
release_code(const struct input_modes *modes, int button)
{
    bool is_sgr = modes->mouse_encoding == MOUSE_ENCODING_SGR ||
                  modes->mouse_encoding == MOUSE_ENCODING_SGR_PIXELS;

    return is_sgr ? button_codes[button] : REPORT_NO_BUTTON;
}

static void
report_releases(struct input_viewer *viewer, const struct input_modes *modes,
                unsigned released, struct input_action *out)
{
    unsigned owed = viewer->reported_buttons & released;
    unsigned added = report_modifiers(modes, modifiers_held(viewer));

    viewer->reported_buttons &= (uint8_t)~released;
    if (modes->mouse_tracking == MOUSE_TRACKING_X10) {
        return;
    }
    for (int i = 0; i < BUTTONS; i++) {
        if (owed & 1U << i) {
            append_report(out, modes, release_code(modes, i) | added,
                          REPORT_IS_RELEASE, &viewer->pointer);
        }
    }
}

static void
report_presses(struct input_viewer *viewer, const struct input_modes *modes,
               unsigned pressed, struct input_action *out)
{
    unsigned added = report_modifiers(modes, modifiers_held(viewer));

    for (int i = 0; i < BUTTONS; i++) {
        if (pressed & 1U << i) {
            append_report(out, modes, button_codes[i] | added, REPORT_IS_PRESS,
                          &viewer->pointer);
        }
    }
    viewer->reported_buttons |= (uint8_t)(pressed & ~(unsigned)BUTTONS_WHEEL);
}

/* Whether the pointer moves for the guest, and the code of the report. */
static bool
motion_code(const struct input_viewer *viewer, const struct input_modes *modes,
            unsigned *code)
{
    bool is_shifted = modifiers_held(viewer) & MODIFIER_SHIFT;

    if (modes->mouse_tracking < MOUSE_TRACKING_DRAG) {
        return false;
    }
    for (int i = 0; i < BUTTONS; i++) {
        if (viewer->reported_buttons & 1U << i) {
            *code = button_codes[i] | REPORT_MOTION;
            return true;
        }
    }
    /* With a button down that the guest does not know of, the drag is ours. */
    if (modes->mouse_tracking == MOUSE_TRACKING_ANY && !is_shifted &&
        viewer->buttons == 0) {
        *code = REPORT_NO_BUTTON | REPORT_MOTION;
        return true;
    }
    return false;
}

/* What buttons do when they are not the guest's. */
static void
local_press(const struct input_viewer *viewer, const struct input_modes *modes,
            unsigned pressed, struct input_action *out)
{
    bool is_up = pressed & BUTTON_WHEEL_UP;
    bool is_down = pressed & BUTTON_WHEEL_DOWN;
    bool is_shifted = modifiers_held(viewer) & MODIFIER_SHIFT;

    if (pressed & BUTTON_MIDDLE) {
        out->kind = INPUT_PASTE;
        return;
    }
    if (is_up == is_down) {
        return;
    }
    if (!modes->alternate_screen || !modes->alternate_scroll || is_shifted) {
        out->kind = INPUT_SCROLL_LINES;
        out->amount = is_up ? WHEEL_LINES : -WHEEL_LINES;
        return;
    }
    /*
     * The alternate screen has no scrollback, but pagers and editors live
     * there: cursor keys, as xterm's alternateScroll and VTE send. They are
     * the same in every dialect.
     */
    char key[INPUT_BYTES_MAX];
    size_t len = keymap_spell(KEY_DIALECT_XTERM, modes,
                              is_up ? XKB_KEY_Up : XKB_KEY_Down, 0, key);
    out->kind = INPUT_BYTES;
    for (int i = 0; i < WHEEL_LINES; i++) {
        memcpy(out->bytes + out->len, key, len);
        out->len += len;
    }
}

/*
 * Buttons before motion: a report of a button also tells the place. Shift
 * keeps presses from the guest, but what was reported as pressed is reported
 * as released, whatever is held by then: else the guest would drag for ever.
 */
static void
track(struct input_viewer *viewer, const struct input_modes *modes,
      unsigned before, bool has_moved, struct input_action *out)
{
    unsigned pressed = viewer->buttons & ~before;
    unsigned released = before & ~(unsigned)viewer->buttons;
    int max = position_max(modes->mouse_encoding);
    struct cell_pos pos =
        reported_place(&viewer->pointer, modes->mouse_encoding);
    bool is_sayable = pos.row <= max && pos.col <= max;
    bool is_shifted = modifiers_held(viewer) & MODIFIER_SHIFT;
    unsigned code;

    report_releases(viewer, modes, released, out);
    if (is_shifted && out->kind == INPUT_NOTHING) {
        local_press(viewer, modes, pressed, out);
    } else if (!is_shifted && is_sayable) {
        report_presses(viewer, modes, pressed, out);
    }
    if (out->kind == INPUT_NOTHING && has_moved && is_sayable &&
        motion_code(viewer, modes, &code)) {
        unsigned added = report_modifiers(modes, modifiers_held(viewer));
        append_report(out, modes, code | added, REPORT_IS_MOTION,
                      &viewer->pointer);
    }
}

static bool
is_same_cell(const struct input_pointer_event *a,
             const struct input_pointer_event *b)
{
    return a->pos.row == b->pos.row && a->pos.col == b->pos.col;
}

static bool
is_same_place(const struct input_pointer_event *a,
              const struct input_pointer_event *b)
{
    return is_same_cell(a, b) && a->edge == b->edge && a->x == b->x &&
           a->y == b->y;
}

static void
begin_selecting(struct input_viewer *viewer, const struct input_modes *modes,
                struct input_action *out)
{
    const struct input_pointer_event *event = &viewer->pointer;
    unsigned modifiers = modifiers_held(viewer);
    bool is_again = viewer->clicks > 0 && is_same_cell(event, &viewer->click) &&
                    event->time_us - viewer->click.time_us <= INPUT_CLICK_US;

    viewer->clicks = is_again ? viewer->clicks % CLICKS_MAX + 1 : 1;
    viewer->click = *event;
    viewer->is_selecting = true;
    out->selecting = INPUT_SELECT_BEGIN;
    out->clicks = viewer->clicks;
    out->is_block = modifiers & MODIFIER_ALT;
    /* With tracking, Shift has said already that the click is ours. */
    if (modes->mouse_tracking == MOUSE_TRACKING_OFF &&
        modifiers & MODIFIER_SHIFT && viewer->clicks == 1) {
        out->selecting = INPUT_SELECT_RESUME;
    }
}

/* Whose the left button is has been decided when it was pressed. */
static void
select_text(struct input_viewer *viewer, const struct input_modes *modes,
            unsigned before, bool has_moved, struct input_action *out)
{
    bool is_held = viewer->buttons & BUTTON_LEFT;
    bool is_ours = modes->mouse_tracking == MOUSE_TRACKING_OFF ||
                   modifiers_held(viewer) & MODIFIER_SHIFT;

    if (viewer->is_selecting && !is_held) {
        viewer->is_selecting = false;
        out->selecting = INPUT_SELECT_END;
    } else if (viewer->is_selecting && has_moved) {
        out->selecting = INPUT_SELECT_EXTEND;
    } else if (is_held && !(before & BUTTON_LEFT) && is_ours) {
        begin_selecting(viewer, modes, out);
    }
}

void
input_pointer(struct input_viewer *viewer, const struct input_config *config,
              const struct input_modes *modes,
              const struct input_pointer_event *event, struct input_action *out)
{
    struct input_pointer_event last = viewer->pointer;
    unsigned before = viewer->buttons;
    bool has_moved = modes->mouse_encoding == MOUSE_ENCODING_SGR_PIXELS
                         ? !is_same_place(event, &last)
                         : !is_same_cell(event, &last);

    *out = (struct input_action){.kind = INPUT_NOTHING};
    viewer->buttons = (uint8_t)(event->buttons & 0xff);
    viewer->pointer = *event;

    if (config->corner_click_pastes && before == 0 &&
        viewer->buttons == BUTTON_MIDDLE && event->pos.row == 0 &&
        event->pos.col == 0) {
        out->kind = INPUT_PASTE;
        return;
    }
    select_text(viewer, modes, before, !is_same_place(event, &last), out);
    if (modes->mouse_tracking == MOUSE_TRACKING_OFF) {
        viewer->reported_buttons = 0;
        local_press(viewer, modes, viewer->buttons & ~before, out);
        return;
    }
    track(viewer, modes, before, has_moved, out);
}

void
input_viewer_gone(struct input_viewer *viewer,
                  const struct input_config *config,
                  const struct input_modes *modes, struct input_action *out)
{
    struct input_pointer_event event = viewer->pointer;

    event.buttons = 0;
    input_pointer(viewer, config, modes, &event, out);
}
