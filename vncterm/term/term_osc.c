/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/coding.h"
#include "base/utf8.h"
#include "term/palette.h"
#include "term/term_internal.h"
#include "term/width.h"

struct osc_text
osc_take_field(struct osc_text *text)
{
    const char *end = memchr(text->bytes, ';', text->len);
    struct osc_text field = *text;

    if (end == NULL) {
        text->bytes += text->len;
        text->len = 0;
        return field;
    }
    field.len = (size_t)(end - text->bytes);
    text->bytes += field.len + 1;
    text->len -= field.len + 1;
    return field;
}

/*
 * What would mislead in a title: controls, and marks that turn the direction
 * of text or hide it.
 */
static bool
is_title_code(uint32_t code)
{
    return code >= 0x20 && !(code >= 0x7f && code < 0xa0) &&
           !(code >= 0x200b && code <= 0x200f) &&
           !(code >= 0x2028 && code <= 0x202e) &&
           !(code >= 0x2060 && code <= 0x206f) && code != 0xfeff &&
           code != UTF8_REPLACEMENT && code < 0xe0000;
}

/* Appends a character if there is room; false when the title is full. */
static bool
append_title(char title[TERM_TITLE_MAX + 1], size_t *len, uint32_t code)
{
    char utf8[UTF8_MAX];

    if (!is_title_code(code)) {
        return true;
    }
    size_t count = utf8_encode(code, utf8);
    if (*len + count > TERM_TITLE_MAX) {
        return false;
    }
    memcpy(title + *len, utf8, count);
    *len += count;
    return true;
}

/* A title of what a guest has sent. */
static void
clean_title(const struct term *t, struct osc_text text,
            char title[TERM_TITLE_MAX + 1])
{
    bool cp437 = t->input.coding == CODING_CP437;
    size_t title_len = 0;
    struct utf8_decoder decoder = {0};
    bool room = true;

    for (size_t i = 0; i < text.len && room; i++) {
        uint8_t byte = (uint8_t)text.bytes[i];
        uint32_t code = cp437 ? cp437_code(byte) : byte;
        enum utf8_result result = UTF8_DONE;

        if (t->input.coding == CODING_UTF8) {
            result = utf8_decode(&decoder, byte, &code);
            if (result == UTF8_BAD_RETRY) { /* then the byte is taken */
                result = utf8_decode(&decoder, byte, &code);
            }
        }
        if (result == UTF8_DONE) {
            room = append_title(title, &title_len, code);
        }
    }
    title[title_len] = '\0';
}

void
title_set(struct term *t, const char *title)
{
    if (strcmp(title, t->title) == 0) {
        return;
    }
    (void)snprintf(t->title, sizeof(t->title), "%s", title); /* it fits */
    if (t->handler.on_title != NULL) {
        t->handler.on_title(t->data, t->title);
    }
}

/* Decodes pairs of hexadecimal digits in place of the text; false when it is
 * none, or too long for a title. */
static bool
decode_hex(struct osc_text text, char out[TERM_TITLE_MAX], size_t *out_len)
{
    if (text.len % 2 != 0 || text.len / 2 > TERM_TITLE_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.len / 2; i++) {
        int32_t byte =
            palette_parse_hex((struct osc_text){text.bytes + 2 * i, 2});

        if (byte < 0) {
            return false;
        }
        out[i] = (char)byte;
    }
    *out_len = text.len / 2;
    return true;
}

/* OSC 0 to 2: the window's title, the icon's, or both. */
static void
set_titles(struct term *t, int number, struct osc_text text)
{
    char title[TERM_TITLE_MAX + 1] = "";
    char decoded[TERM_TITLE_MAX];

    if (t->modes.title_set_hex) {
        size_t len;

        if (!decode_hex(text, decoded, &len)) {
            return;
        }
        text = (struct osc_text){.bytes = decoded, .len = len};
    }
    clean_title(t, text, title);
    if (number != 2) {
        memcpy(t->icon, title, sizeof(title));
    }
    if (number != 1) {
        title_set(t, title);
    }
}

static bool
field_is(struct osc_text field, const char *text)
{
    return field.len == strlen(text) &&
           memcmp(field.bytes, text, field.len) == 0;
}

/* A character that can be printed, in hexadecimal; 0 for anything else. */
static uint32_t
parse_code(struct osc_text text)
{
    int32_t code = palette_parse_hex(text);
    bool ascii = code >= 0x20 && code < 0x7f;
    bool surrogate = code >= 0xd800 && code <= 0xdfff;

    if (!ascii && (code < 0xa0 || code > UNICODE_MAX || surrogate ||
                   width_of((uint32_t)code) == 0)) {
        return 0;
    }
    return (uint32_t)code;
}

/* The masks of what XTSAVE has saved, 24 bits at a time. */
static void
restore_saved_modes(struct term *t, struct osc_text text)
{
    struct saved_modes saved = {.known = 0};

    while (text.len > 0) {
        int32_t known = palette_parse_hex(osc_take_field(&text));
        int32_t on = palette_parse_hex(osc_take_field(&text));

        if (known < 0 || on < 0) {
            return;
        }
        saved.known = saved.known << 24 | (uint64_t)known;
        saved.on = saved.on << 24 | (uint64_t)on;
    }
    if (modes_are_saved_modes(saved)) {
        t->saved_modes = saved;
    }
}

static void
restore_level(struct term *t, struct osc_text text)
{
    int32_t level = palette_parse_hex(text);

    if (level >= 1 && level <= TERM_LEVEL) {
        t->modes.level = (int)level;
    }
}

static void
restore_unzoomed(struct term *t, struct osc_text text)
{
    int32_t cols = palette_parse_hex(osc_take_field(&text));
    int32_t rows = palette_parse_hex(osc_take_field(&text));

    if (cols >= 1 && cols <= TERM_COLS_MAX && rows >= 1 &&
        rows <= TERM_ROWS_MAX) {
        t->unzoomed = (struct cell_size){.cols = cols, .rows = rows};
    }
}

/* Our own OSC; what a guest can do with it, it can do without. */
static void
apply_state(struct term *t, struct osc_text text)
{
    struct osc_text what = osc_take_field(&text);

    if (field_is(what, "wrapped")) {
        screen_set_wrapped(t->screen, t->cursor.pos.row, true);
    } else if (field_is(what, "pending")) {
        t->cursor.pending_wrap = cursor_is_at_end(t);
    } else if (field_is(what, "last")) {
        t->last_code = parse_code(text);
    } else if (field_is(what, "saved")) {
        restore_saved_modes(t, text);
    } else if (field_is(what, "level")) {
        restore_level(t, text);
    } else if (field_is(what, "unzoomed")) {
        restore_unzoomed(t, text);
    } else if (field_is(what, "columns")) {
        t->modes.columns_132 = true;
    } else if (field_is(what, "cp437")) {
        t->input.coding = CODING_CP437;
        term_update_coding(t);
    }
}

void
osc_apply(struct term *t, int number, const char *bytes, size_t len)
{
    struct osc_text text = {.bytes = bytes, .len = len};

    switch (number) {
    case 0:
    case 1:
    case 2:
        set_titles(t, number, text);
        break;
    case 52:
        clipboard_apply(t, text);
        break;
    case OSC_STATE:
        apply_state(t, text);
        break;
    default:
        (void)colours_apply(t, number, text); /* others are none of ours */
        break;
    }
}
