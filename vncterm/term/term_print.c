/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/coding.h"
#include "base/utf8.h"
#include "term/term_internal.h"
#include "term/width.h"

/* The cursor stands in the last column after the character there. */
static inline void
advance(struct term *t, int width)
{
    struct cell_pos *pos = &t->cursor.pos;
    int end = cursor_line_end(t);

    pos->col += width;
    if (pos->col < end) {
        return;
    }
    pos->col = end - 1;
    t->cursor.pending_wrap = true;
    if (end == line_cols(t, pos->row)) {
        screen_set_wrapped(t->screen, pos->row, false);
    }
}

/* Carries on in the next line. */
static void
wrap(struct term *t)
{
    int row = t->cursor.pos.row;

    /* Below the bottom margin in the last row there is no next line; between
     * left and right margins a line is not a row of the screen. */
    if (!margins_are_narrow(t) &&
        (row == t->margins.bottom - 1 || row < t->size.rows - 1)) {
        screen_set_wrapped(t->screen, row, true);
    }
    /* In this order: beside the margins nothing scrolls. */
    cursor_index(t);
    cursor_carriage_return(t);
    if (t->doubled_lines) { /* the left margin may be behind its end */
        cursor_fit_line(t);
    }
}

/* make_room() where there is none. */
static void
take_room(struct term *t, int width)
{
    t->cursor.pending_wrap = false;
    if (t->modes.autowrap) {
        wrap(t);
    } else {
        t->cursor.pos.col =
            min_int(t->cursor.pos.col, cursor_line_end(t) - width);
    }
}

/* Where a character of `width`, at most the line's, has its place. */
static inline void
make_room(struct term *t, int width)
{
    if (t->cursor.pending_wrap ||
        t->cursor.pos.col + width > cursor_line_end(t)) {
        take_room(t, width);
    }
}

void
print_stand_in(struct term *t, struct cell_pos pos)
{
    if (pos.col + t->stand_in_width <= t->size.cols) {
        screen_put(t->screen, pos, t->stand_in_for, t->stand_in_width);
    }
}

static void
put(struct term *t, uint32_t code, int width)
{
    struct cell cell = t->cursor.pen;

    cell.code = code & 0x1fffff;
    if (t->fast_path) {
        screen_put(t->screen, t->cursor.pos, cell, width);
        return;
    }
    struct cell_pos pos = t->cursor.pos;

    t->stand_in_for = cell;
    t->stand_in_width = width;
    vt_do(t->vt, width == 2 ? VT_PUT_WIDE : VT_PUT_NARROW, 0, &pos);
}

/* A combining mark goes to the character in front of the cursor. */
static void
add_mark(struct term *t, uint32_t mark)
{
    struct cell_pos pos = t->cursor.pos;

    if (!t->cursor.pending_wrap) {
        if (pos.col == 0) {
            return;
        }
        pos.col--;
    }
    screen_add_mark(t->screen, pos, mark);
}

void
print_code(struct term *t, uint32_t code)
{
    int width = code < 0x7f ? 1 : width_of(code);

    if (width == 0) {
        add_mark(t, code);
        return;
    }
    if (width > line_cols(t, t->cursor.pos.row)) {
        code = UTF8_REPLACEMENT;
        width = 1;
    }
    make_room(t, width);
    if (t->modes.insert) {
        edit_insert_chars(t, width);
    }
    put(t, code, width);
    advance(t, width);
    t->cursor.charsets.single_shift = 0;
    t->last_code = code;
}

/* Printable ASCII, and nothing but the screen's edge in its way. */
static void
print_plain(struct term *t, const uint8_t *text, size_t len)
{
    t->last_code = text[len - 1];
    while (len > 0) {
        if (t->cursor.pending_wrap && !t->modes.autowrap) {
            /* Each is written over the one before: the last one stays. */
            text += len - 1;
            len = 1;
        }
        make_room(t, 1);
        size_t room = (size_t)(cursor_line_end(t) - t->cursor.pos.col);
        size_t count = len < room ? len : room;

        screen_put_ascii(t->screen, t->cursor.pos, text, (int)count,
                         t->cursor.pen);
        advance(t, (int)count);
        text += count;
        len -= count;
    }
}

void
print_ascii(struct term *t, const uint8_t *text, size_t len)
{
    struct charsets *charsets = &t->cursor.charsets;

    if (t->fast_path && !t->modes.insert && charsets_are_ascii(charsets)) {
        print_plain(t, text, len);
        return;
    }
    for (size_t i = 0; i < len; i++) {
        print_code(t, charsets_take_code(charsets, text[i]));
    }
}

void
print_byte(struct term *t, uint8_t byte)
{
    const struct charsets *c = &t->cursor.charsets;
    bool cp437 = t->modes.cp437_font || t->input.coding == CODING_CP437 ||
                 c->sets[c->gl] == GUARD_CHARSET_CP437;

    uint32_t code = 0;

    if (cp437) {
        code = cp437_code(byte);
    } else if (byte < 0x80) {
        code = charsets_delete_code(c);
    } else {
        code = charsets_right_code(c, byte);
    }
    if (code != 0) {
        print_code(t, code);
    }
}

void
print_again(struct term *t, int count)
{
    /* A line of them is as much as any program means. */
    count = clamp_int(count, 0, t->size.cols);
    for (int i = 0; i < count && t->last_code != 0; i++) {
        print_code(t, t->last_code);
    }
}
