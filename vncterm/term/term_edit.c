/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libvterm says which cells an operation erases or moves; the screen does it.
 * What libvterm gets wrong is done without it.
 */
#include "term/pen.h"
#include "term/term_internal.h"

static void
on_put(void *data, struct cell_pos pos)
{
    print_stand_in(data, pos);
}

static void
on_scroll(void *data, struct vt_area area, int down, int right)
{
    struct term *t = data;
    struct cell blank = pen_blank(t->cursor.pen);

    if (right != 0) {
        screen_scroll_cols(t->screen, area.top, area.bottom, area.left,
                           area.right, right, blank);
    } else {
        screen_scroll_rows(t->screen, area.top, area.bottom, down, blank);
    }
}

static void
on_erase(void *data, struct vt_area area)
{
    struct term *t = data;
    struct cell blank = pen_blank(t->cursor.pen);

    for (int row = area.top; row < area.bottom; row++) {
        screen_erase(t->screen, row, area.left, area.right, blank,
                     t->erase_protection);
    }
}

const struct vt_handler edit_vt_handler = {
    .on_put = on_put,
    .on_scroll = on_scroll,
    .on_erase = on_erase,
};

/* Has libvterm do something that leaves the cursor where it is. */
static void
edit(struct term *t, enum vt_op op, int n)
{
    struct cell_pos pos = t->cursor.pos;

    t->cursor.pending_wrap = false;
    vt_do(t->vt, op, n, &pos);
}

static void
erase(struct term *t, enum vt_op op, int n, enum screen_protection protection)
{
    t->erase_protection = protection;
    edit(t, op, n);
    t->erase_protection = SCREEN_ERASE_ALL;
}

enum screen_protection
edit_protection(const struct term *t)
{
    return t->modes.iso_protection ? SCREEN_ERASE_UNPROTECTED
                                   : SCREEN_ERASE_ALL;
}

/*
 * Lines that an erasure of the display erases as a whole become single (VT510
 * Programmer Information, ED); erasures in the line leave it as it is.
 */
static void
make_whole_lines_single(struct term *t, int which)
{
    struct cell_pos pos = t->cursor.pos;
    bool at_end = pos.col == line_cols(t, pos.row) - 1;

    switch (which) {
    case 0:
        edit_make_lines_single(t, pos.row + (pos.col > 0), t->size.rows);
        break;
    case 1:
        edit_make_lines_single(t, 0, pos.row + at_end);
        break;
    default:
        edit_make_lines_single(t, 0, t->size.rows);
        break;
    }
}

void
edit_erase_display(struct term *t, int which, enum screen_protection protection)
{
    if (which <= 2) {
        if (protection == SCREEN_ERASE_ALL) {
            make_whole_lines_single(t, which);
        }
        erase(t, VT_ERASE_DISPLAY, which, protection);
    } else if (which == 3) {
        screen_clear_scrollback(t->screen);
    }
}

void
edit_erase_line(struct term *t, int which, enum screen_protection protection)
{
    if (which <= 2) {
        erase(t, VT_ERASE_LINE, which, protection);
    }
}

void
edit_erase_chars(struct term *t, int count)
{
    erase(t, VT_ERASE_CHARS, count, edit_protection(t));
}

/* Moves columns [begin, right margin) of rows [top, bottom) left by `cols`. */
static void
shift_cols(struct term *t, int top, int bottom, int begin, int cols)
{
    screen_scroll_cols(t->screen, top, bottom, begin, t->margins.right, cols,
                       pen_blank(t->cursor.pen));
}

/* libvterm does not insert or delete characters outside the margins, and is not
 * told of lines that have fewer columns. */
static void
shift_chars(struct term *t, enum vt_op op, int count)
{
    int row = t->cursor.pos.row;

    bool single = screen_row_size(t->screen, row) == ROW_SINGLE;

    t->cursor.pending_wrap = false;
    if (!margins_hold_col(t)) {
        return;
    }
    if (single && margins_hold_row(t) && !margins_are_narrow(t)) {
        edit(t, op, count);
    } else {
        shift_cols(t, row, row + 1, t->cursor.pos.col,
                   op == VT_INSERT_CHARS ? -count : count);
    }
}

void
edit_insert_chars(struct term *t, int count)
{
    shift_chars(t, VT_INSERT_CHARS, count);
}

void
edit_delete_chars(struct term *t, int count)
{
    shift_chars(t, VT_DELETE_CHARS, count);
}

void
edit_insert_cols(struct term *t, int count)
{
    edit_delete_cols(t, -count);
}

void
edit_delete_cols(struct term *t, int count)
{
    if (margins_hold_cursor(t)) {
        shift_cols(t, t->margins.top, t->margins.bottom, t->cursor.pos.col,
                   count);
    }
}

/* SL and SR: like DECDC and DECIC, from the left margin on. */
void
edit_shift_cols(struct term *t, int left)
{
    if (margins_hold_cursor(t)) {
        shift_cols(t, t->margins.top, t->margins.bottom, t->margins.left, left);
    }
}

/* DECBI and DECFI. Beside the margins the cursor stops at the edge. */
void
edit_back_index(struct term *t)
{
    if (t->cursor.pos.col == t->margins.left) {
        edit_shift_cols(t, -1);
    } else {
        cursor_left(t, 1);
    }
}

void
edit_forward_index(struct term *t)
{
    if (t->cursor.pos.col == t->margins.right - 1) {
        edit_shift_cols(t, 1);
    } else {
        cursor_right(t, 1);
    }
}

/* The cursor goes to the first column, as DEC STD 070 has it. */
static void
shift_lines(struct term *t, enum vt_op op, int count)
{
    struct screen_area area = {t->cursor.pos.row, t->margins.bottom,
                               t->margins.left, t->margins.right};

    if (!margins_hold_cursor(t)) {
        return;
    }
    if (margins_are_narrow(t)) {
        t->cursor.pending_wrap = false;
        screen_scroll_area(t->screen, area,
                           op == VT_INSERT_LINES ? -count : count,
                           pen_blank(t->cursor.pen));
    } else {
        edit(t, op, count);
    }
    t->cursor.pos.col = t->margins.left;
}

void
edit_insert_lines(struct term *t, int count)
{
    shift_lines(t, VT_INSERT_LINES, count);
}

void
edit_delete_lines(struct term *t, int count)
{
    shift_lines(t, VT_DELETE_LINES, count);
}

/* What scrolls as a whole leaves the cursor alone, and what waits there. */
void
edit_scroll(struct term *t, enum vt_op up_or_down, int count)
{
    bool pending_wrap = t->cursor.pending_wrap;

    if (margins_are_narrow(t)) {
        margins_scroll(t, up_or_down == VT_SCROLL_UP ? count : -count,
                       pen_blank(t->cursor.pen));
    } else {
        edit(t, up_or_down, count);
    }
    t->cursor.pending_wrap = pending_wrap;
}

void
edit_make_lines_single(struct term *t, int top, int bottom)
{
    for (int row = top; t->doubled_lines && row < bottom; row++) {
        screen_set_row_size(t->screen, row, ROW_SINGLE);
    }
}

void
edit_set_line_size(struct term *t, enum row_size size)
{
    t->doubled_lines = true;
    screen_set_row_size(t->screen, t->cursor.pos.row, size);
    /* A character that waits to wrap does so at the end of the line only. */
    t->cursor.pending_wrap &=
        t->cursor.pos.col == line_cols(t, t->cursor.pos.row) - 1;
}

void
edit_clear_screen(struct term *t, struct cell blank)
{
    edit_make_lines_single(t, 0, t->size.rows);
    for (int row = 0; row < t->size.rows; row++) {
        screen_erase(t->screen, row, 0, t->size.cols, blank, SCREEN_ERASE_ALL);
    }
}

/* Fills a row with E in the default colours. */
static void
fill_with_e(struct term *t, int row)
{
    static const uint8_t text[] = "EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE"
                                  "EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE";
    int part = (int)sizeof(text) - 1;

    for (int col = 0; col < t->size.cols; col += part) {
        int room = t->size.cols - col;

        screen_put_ascii(t->screen, (struct cell_pos){.row = row, .col = col},
                         text, room < part ? room : part, cell_default());
    }
    screen_set_wrapped(t->screen, row, false);
}

/* DECALN. libvterm does not move the cursor home. */
void
edit_alignment_test(struct term *t)
{
    struct cell *pen = &t->cursor.pen;

    t->cursor.origin = false;
    /* As xterm: attributes go, colours stay. */
    pen->attrs &= CELL_PROTECTED;
    pen->underline = CELL_UNDERLINE_NONE;
    margins_set_rows(t, 0, t->size.rows);
    margins_set_cols(t, 0, t->size.cols);
    edit_make_lines_single(t, 0, t->size.rows);
    for (int row = 0; row < t->size.rows; row++) {
        fill_with_e(t, row);
    }
}
