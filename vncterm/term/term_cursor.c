/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moves are computed here and reach libvterm as a place when it next has to
 * know: libvterm 0.1.4 and 0.3 let CUU and CUD pass the margins, and do not
 * tell where in its sequence of states a move clears a pending wrap.
 */
#include "term/pen.h"
#include "term/term_internal.h"

void
cursor_move_to(struct term *t, int row, int col)
{
    t->cursor.pos.row = clamp_int(row, 0, t->size.rows - 1);
    t->cursor.pos.col = clamp_int(col, 0, t->size.cols - 1);
    t->cursor.pending_wrap = false;
}

void
cursor_up(struct term *t, int rows)
{
    int row = t->cursor.pos.row;
    int limit = row >= t->margins.top ? t->margins.top : 0;

    cursor_move_to(t, row - rows < limit ? limit : row - rows,
                   t->cursor.pos.col);
}

void
cursor_down(struct term *t, int rows)
{
    int row = t->cursor.pos.row;
    int end = row < t->margins.bottom ? t->margins.bottom : t->size.rows;

    cursor_move_to(t, row + rows < end ? row + rows : end - 1,
                   t->cursor.pos.col);
}

void
cursor_left(struct term *t, int cols)
{
    int col = t->cursor.pos.col;
    int limit = col >= t->margins.left ? t->margins.left : 0;

    cursor_move_to(t, t->cursor.pos.row, max_int(col - cols, limit));
}

/*
 * Reverse wrap: from the first column of a line to the last one of the line
 * above, from the first line to the last one, between the margins left and
 * right. Only from the corner of the margins it goes to the opposite one, and
 * no further, as xterm has it.
 */
void
cursor_backward(struct term *t, int cols)
{
    const struct margins *m = &t->margins;
    const struct term_modes *modes = &t->modes;
    bool wraps =
        (modes->reverse_wrap || modes->reverse_wrap_more) && modes->autowrap;

    if (!wraps) {
        cursor_left(t, cols);
        return;
    }
    int row = t->cursor.pos.row;
    int col = t->cursor.pos.col;
    int rows = t->size.rows;
    int width = m->right - m->left;
    int begin = col >= m->left ? m->left : 0;
    int left = cols - t->cursor.pending_wrap - (col - begin);

    if (left <= 0) {
        cursor_move_to(t, row, begin - left);
        return;
    }
    if (row == m->top && col == m->left) {
        cursor_move_to(t, m->bottom - 1, m->right - 1);
        return;
    }
    int lines = (left + width - 1) / width;

    row -= lines % rows;
    row += row < 0 ? rows : 0;
    cursor_move_to(t, row, m->left + lines * width - left);
}

void
cursor_right(struct term *t, int cols)
{
    int end = cursor_line_end(t);

    cursor_move_to(t, t->cursor.pos.row,
                   min_int(t->cursor.pos.col + cols, end - 1));
}

void
cursor_address(struct term *t, int row, int col)
{
    const struct margins *m = &t->margins;

    if (t->cursor.origin) {
        row = clamp_int(row + m->top, m->top, m->bottom - 1);
        col = clamp_int(col + m->left, m->left, m->right - 1);
    }
    cursor_move_to(t, row, col);
}

int
cursor_row_from_origin(const struct term *t)
{
    return t->cursor.pos.row - (t->cursor.origin ? t->margins.top : 0);
}

int
cursor_col_from_origin(const struct term *t)
{
    return t->cursor.pos.col - (t->cursor.origin ? t->margins.left : 0);
}

void
cursor_address_row(struct term *t, int row)
{
    cursor_address(t, row, cursor_col_from_origin(t));
}

void
cursor_address_col(struct term *t, int col)
{
    cursor_address(t, cursor_row_from_origin(t), col);
}

void
cursor_carriage_return(struct term *t)
{
    bool before = t->cursor.pos.col < t->margins.left && !t->cursor.origin;

    t->cursor.pending_wrap = false;
    if (t->fast_path || margins_are_narrow(t)) {
        t->cursor.pos.col = before ? 0 : t->margins.left;
    } else {
        vt_do(t->vt, VT_CARRIAGE_RETURN, 0, &t->cursor.pos);
    }
}

void
cursor_index(struct term *t)
{
    t->cursor.pending_wrap = false;
    if (!t->fast_path && !margins_are_narrow(t)) {
        vt_do(t->vt, VT_INDEX, 0, &t->cursor.pos);
        return;
    }
    if (t->cursor.pos.row == t->margins.bottom - 1) {
        if (!margins_are_narrow(t)) { /* nearly always */
            screen_scroll_rows(t->screen, t->margins.top, t->margins.bottom, 1,
                               pen_blank(t->cursor.pen));
        } else if (margins_hold_col(t)) {
            margins_scroll(t, 1, pen_blank(t->cursor.pen));
        }
    } else if (t->cursor.pos.row < t->size.rows - 1) {
        t->cursor.pos.row++;
    }
}

void
cursor_reverse_index(struct term *t)
{
    t->cursor.pending_wrap = false;
    if (!margins_are_narrow(t)) {
        vt_do(t->vt, VT_REVERSE_INDEX, 0, &t->cursor.pos);
    } else if (t->cursor.pos.row != t->margins.top) {
        cursor_up(t, 1);
    } else if (margins_hold_col(t)) {
        margins_scroll(t, -1, pen_blank(t->cursor.pen));
    }
}

void
cursor_tabs(struct term *t, int count)
{
    if (t->modes.more_fix && t->modes.autowrap && t->cursor.pending_wrap) {
        cursor_index(t);
        cursor_carriage_return(t);
    }
    int col = t->cursor.pos.col;
    int end = cursor_line_end(t);

    if (margins_are_narrow(t)) {
        for (int i = 0; i < count && t->cursor.pos.col < end - 1; i++) {
            t->cursor.pos.col =
                tab_stops_next(&t->tabs, t->cursor.pos.col, end);
        }
    } else if (!t->fast_path || count > 1) {
        vt_do(t->vt, VT_TABS, count, &t->cursor.pos);
    } else {
        t->cursor.pos.col = tab_stops_next(&t->tabs, col, t->size.cols);
    }
    /* In the last column a tab moves nothing, not even a pending wrap. */
    t->cursor.pending_wrap &= t->cursor.pos.col == col;
}

void
cursor_back_tabs(struct term *t, int count)
{
    t->cursor.pending_wrap = false;
    vt_do(t->vt, VT_BACK_TABS, count, &t->cursor.pos);
    if (t->cursor.origin) {
        t->cursor.pos.col = max_int(t->cursor.pos.col, t->margins.left);
    }
}

void
cursor_set_tab(struct term *t)
{
    struct cell_pos pos = t->cursor.pos;

    tab_stops_add(&t->tabs, pos.col);
    vt_do(t->vt, VT_SET_TAB, 0, &pos);
}

/* Told to libvterm as what it was made with and what has changed since. */
void
cursor_reset_tabs(struct term *t)
{
    tab_stops_clear(&t->tabs);
    tab_stops_set_default(&t->tabs, 0, t->size.cols);
    term_renew_vt(t);
}

void
cursor_clear_tabs(struct term *t, int which)
{
    struct cell_pos pos = t->cursor.pos;

    if (which == 0) {
        tab_stops_remove(&t->tabs, pos.col);
        vt_do(t->vt, VT_CLEAR_TAB, 0, &pos);
    } else if (which == 3) {
        tab_stops_clear(&t->tabs);
        vt_do(t->vt, VT_CLEAR_TABS, 0, &pos);
    }
}

static struct cursor *
saved_cursor(struct term *t)
{
    return &t->saved[screen_is_alternate(t->screen) ? 1 : 0];
}

void
cursor_save(struct term *t)
{
    struct cursor *saved = saved_cursor(t);

    *saved = t->cursor;
    saved->charsets.single_shift = 0;
    /* When it is restored, the margins may be others. */
    saved->pending_wrap &= saved->pos.col == t->size.cols - 1;
}

void
cursor_restore(struct term *t)
{
    struct cursor saved = *saved_cursor(t);
    struct cell_pos pos = saved.pos;
    const struct margins *m = &t->margins;

    t->cursor = saved;
    if (saved.origin) {
        t->cursor.pos.row = clamp_int(pos.row, m->top, m->bottom - 1);
        t->cursor.pos.col = clamp_int(pos.col, m->left, m->right - 1);
    }
    t->cursor.pending_wrap &= cursor_is_at_end(t);
    term_update_coding(t);
}

void
cursor_fit_line(struct term *t)
{
    int last = line_cols(t, t->cursor.pos.row) - 1;

    if (t->cursor.pos.col > last) {
        t->cursor.pos.col = last;
        t->cursor.pending_wrap = false;
    }
}

/* DECRC without a DECSC before it: home, and everything as at start. */
void
cursor_reset_saved(struct cursor *cursor)
{
    *cursor = (struct cursor){
        .pen = cell_default(),
        .charsets = charsets_default(),
    };
}

void
cursor_set_origin(struct term *t, bool on)
{
    t->cursor.origin = on;
    cursor_address(t, 0, 0);
}
