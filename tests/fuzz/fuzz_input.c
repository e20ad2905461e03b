/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys, pointer events and pastes of a viewer, under modes that change in
 * between. Each event is an opcode and its operands.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "fuzz/fuzz.h"
#include "input/input.h"

enum {
    EVENTS_MAX = 4096,
    PASTE_ROOM = 256,
    MARGIN = 12, /* of both brackets */
};

struct reader {
    const uint8_t *data;
    size_t len;
};

static void
require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static uint32_t
take(struct reader *in, int bytes)
{
    uint32_t value = 0;

    for (int i = 0; i < bytes && in->len > 0; i++) {
        value = value << 8 | *in->data;
        in->data++;
        in->len--;
    }
    return value;
}

static struct input_modes
take_modes(struct reader *in)
{
    uint32_t bits = take(in, 2);
    enum mouse_encoding encoding = (enum mouse_encoding)(bits >> 14 & 3);

    if (encoding == MOUSE_ENCODING_SGR && bits & 1U << 13) {
        encoding = MOUSE_ENCODING_SGR_PIXELS;
    }
    return (struct input_modes){
        .cursor_application = bits & 1,
        .keypad_application = bits & 2,
        .newline = bits & 4,
        .backspace_sends_bs = bits & 8,
        .bracketed_paste = bits & 16,
        .alternate_screen = bits & 32,
        .mouse_tracking = (enum mouse_tracking)((bits >> 6) % 5),
        .alternate_scroll = !(bits & 1U << 12),
        .mouse_encoding = encoding,
    };
}

/* The rest of them, for which two bytes have no room. */
static void
take_key_modes(struct reader *in, struct input_modes *modes)
{
    uint32_t bits = take(in, 2);

    modes->modify_cursor =
        (enum key_modify)((bits & 7) % (KEY_MODIFY_NEVER + 1));
    modes->modify_function =
        (enum key_modify)((bits >> 3 & 7) % (KEY_MODIFY_NEVER + 1));
    modes->modify_other =
        (enum key_modify_other)((bits >> 6 & 3) % (KEY_MODIFY_OTHER_ALL + 1));
    modes->numlock_ignored = bits & 256;
    modes->delete_sends_del = bits & 512;
}

static void
check_action(const struct input_action *action)
{
    require(action->len <= INPUT_BYTES_MAX);
    require((action->kind == INPUT_BYTES) == (action->len > 0));
    require(action->kind != INPUT_SCROLL_LINES || action->amount != 0);
    require(action->kind != INPUT_SCROLL_PAGES || action->amount != 0);
}

/* Each selection has a begin and an end, and what lies between is its own. */
static void
check_selecting(const struct input_action *action, bool before,
                const struct input_viewer *viewer)
{
    bool is_held = viewer->buttons & 1;

    switch (action->selecting) {
    case INPUT_SELECT_NOTHING:
        require(viewer->is_selecting == before);
        break;
    case INPUT_SELECT_BEGIN:
    case INPUT_SELECT_RESUME:
        require(!before && viewer->is_selecting && is_held);
        require(action->clicks >= 1 && action->clicks <= 3);
        break;
    case INPUT_SELECT_EXTEND:
        require(before && viewer->is_selecting && is_held);
        break;
    case INPUT_SELECT_END:
        require(before && !viewer->is_selecting && !is_held);
        break;
    }
}

static struct input_config
config_of(uint32_t how)
{
    return (struct input_config){
        .dialect = (enum key_dialect)((how >> 1) % 3),
        .ctrl_arrows_scroll = how & 64,
        .corner_click_pastes = how & 128,
    };
}

static void
do_key(struct reader *in, struct input_viewer *viewer,
       const struct input_modes *modes, uint32_t keysym)
{
    uint32_t how = take(in, 1);
    struct input_config config = config_of(how);
    struct input_action action;

    input_key(viewer, &config, modes, keysym, how & 1, &action);
    check_action(&action);
    require(utf8_is_valid(action.bytes, action.len));
}

static void
do_pointer(struct reader *in, struct input_viewer *viewer,
           const struct input_modes *modes)
{
    struct cell_pos pos = {.row = (int)take(in, 2), .col = (int)take(in, 2)};
    uint32_t buttons = take(in, 1);
    /* Of what is read anyhow, so that inputs keep their meaning. */
    struct input_config config = config_of((uint32_t)pos.row ^ buttons);
    bool was_selecting = viewer->is_selecting;
    struct input_pointer_event event = {
        .pos = pos,
        .edge = pos.col + (pos.row & 1),
        .x = 8 * pos.col,
        .y = 16 * pos.row,
        .buttons = buttons,
        .time_us = viewer->pointer.time_us + 256 * (uint64_t)(uint32_t)pos.row,
    };
    struct input_action action;

    input_pointer(viewer, &config, modes, &event, &action);
    check_action(&action);
    check_selecting(&action, was_selecting, viewer);
    if (modes->mouse_encoding != MOUSE_ENCODING_BYTES) {
        require(utf8_is_valid(action.bytes, action.len));
    }
    /* Nothing has changed, so there is nothing to say. */
    event.buttons = viewer->buttons;
    input_pointer(viewer, &config, modes, &event, &action);
    require(action.kind == INPUT_NOTHING);
    require(action.selecting == INPUT_SELECT_NOTHING);
}

static void
check_pasted(const struct input_modes *modes, const char *text, size_t len)
{
    if (modes->bracketed_paste) {
        require(len > MARGIN);
        require(memcmp(text, "\033[200~", MARGIN / 2) == 0);
        require(memcmp(text + len - MARGIN / 2, "\033[201~", MARGIN / 2) == 0);
        text += MARGIN / 2;
        len -= MARGIN;
    }
    require(utf8_is_valid(text, len));
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = (uint8_t)text[i];
        bool is_kept = byte == '\r' || byte == '\t';
        bool is_c1 = byte == 0xc2 && (uint8_t)text[i + 1] < 0xa0;
        require(is_kept || (byte >= 0x20 && byte != 0x7f && !is_c1));
    }
}

static void
do_paste(struct reader *in, const struct input_modes *modes)
{
    size_t len = take(in, 1);
    struct bytes cleaned;
    struct bytes out;

    len = len < in->len ? len : in->len;
    bytes_init(&cleaned, PASTE_ROOM);
    bytes_init(&out, PASTE_ROOM);
    int result = input_clean((const char *)in->data, len, &cleaned);
    if (result == 0) {
        result = input_paste(modes, &cleaned, &out);
    }
    bytes_fini(&cleaned);
    in->data += len;
    in->len -= len;
    require(result <= 0);
    require(result == 0 || bytes_len(&out) == 0);
    if (bytes_len(&out) > 0) {
        check_pasted(modes, (const char *)bytes_peek(&out), bytes_len(&out));
    }
    bytes_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct reader in = {.data = data, .len = len};
    struct input_viewer viewer = {0};
    struct input_modes modes = take_modes(&in);

    for (int i = 0; i < EVENTS_MAX && in.len > 0; i++) {
        switch (take(&in, 1) % 8) {
        case 0:
            modes = take_modes(&in);
            break;
        case 1:
            do_key(&in, &viewer, &modes, take(&in, 4));
            break;
        case 2: /* the functions: modifiers, cursor keys, keypad */
            do_key(&in, &viewer, &modes, 0xff00 | take(&in, 1));
            break;
        case 3: /* Unicode */
            do_key(&in, &viewer, &modes, 0x01000000 | take(&in, 2));
            break;
        case 4:
            do_pointer(&in, &viewer, &modes);
            break;
        case 5:
            do_paste(&in, &modes);
            break;
        case 6:
            take_key_modes(&in, &modes);
            break;
        default: /* dead keys and shifts of other kinds */
            do_key(&in, &viewer, &modes, 0xfe00 | take(&in, 1));
            break;
        }
    }
    return 0;
}
