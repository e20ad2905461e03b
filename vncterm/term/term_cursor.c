/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moves are computed here and reach libvterm as a place when it next has to
 * know: libvterm 0.1.4 and 0.3 let CUU and CUD pass the margins, and do not
 * tell where in its sequence of states a move clears a pending wrap.
 */
#include <assert.h>

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
    cursor_move_to(t, t->cursor.pos.row, t->cursor.pos.col - cols);
}

void
cursor_right(struct term *t, int cols)
{
    cursor_move_to(t, t->cursor.pos.row, t->cursor.pos.col + cols);
}

void
cursor_address(struct term *t, int row, int col)
{
    if (t->cursor.origin) {
        row = clamp_int(row + t->margins.top, t->margins.top,
                        t->margins.bottom - 1);
    }
    cursor_move_to(t, row, col);
}

void
cursor_address_row(struct term *t, int row)
{
    cursor_address(t, row, t->cursor.pos.col);
}

void
cursor_carriage_return(struct term *t)
{
    t->cursor.pending_wrap = false;
    if (t->fast_path) {
        t->cursor.pos.col = 0;
    } else {
        vt_do(t->vt, VT_CARRIAGE_RETURN, 0, &t->cursor.pos);
    }
}

void
cursor_index(struct term *t)
{
    t->cursor.pending_wrap = false;
    if (!t->fast_path) {
        vt_do(t->vt, VT_INDEX, 0, &t->cursor.pos);
        return;
    }
    if (t->cursor.pos.row == t->margins.bottom - 1) {
        screen_scroll_rows(t->screen, t->margins.top, t->margins.bottom, 1,
                           pen_blank(t->cursor.pen));
    } else if (t->cursor.pos.row < t->size.rows - 1) {
        t->cursor.pos.row++;
    }
}

void
cursor_reverse_index(struct term *t)
{
    t->cursor.pending_wrap = false;
    vt_do(t->vt, VT_REVERSE_INDEX, 0, &t->cursor.pos);
}

void
cursor_tabs(struct term *t, int count)
{
    int col = t->cursor.pos.col;

    if (!t->fast_path || count > 1) {
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
}

void
cursor_set_tab(struct term *t)
{
    struct cell_pos pos = t->cursor.pos;

    tab_stops_add(&t->tabs, pos.col);
    vt_do(t->vt, VT_SET_TAB, 0, &pos);
}

void
cursor_clear_tabs(struct term *t, int which)
{
    struct cell_pos pos = t->cursor.pos;

    if (which == 0) {
        tab_stops_remove(&t->tabs, pos.col);
        vt_do(t->vt, VT_CLEAR_TAB, 0, &pos);
    } else if (which == 3 || which == 5) {
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
    *saved_cursor(t) = t->cursor;
    saved_cursor(t)->charsets.single_shift = 0;
}

void
cursor_restore(struct term *t)
{
    const struct cursor *saved = saved_cursor(t);
    int top = saved->origin ? t->margins.top : 0;
    int bottom = saved->origin ? t->margins.bottom : t->size.rows;

    t->cursor = *saved;
    t->cursor.pos.row = clamp_int(saved->pos.row, top, bottom - 1);
    term_update_coding(t);
}

/* DECRC without a DECSC before it: home, and everything as at start. */
void
cursor_reset_saved(struct cursor *cursor)
{
    *cursor = (struct cursor){.pen = cell_default()};
}

void
cursor_set_origin(struct term *t, bool on)
{
    t->cursor.origin = on;
    cursor_address(t, 0, 0);
}

bool
cursor_is_in_margins(const struct term *t)
{
    return t->cursor.pos.row >= t->margins.top &&
           t->cursor.pos.row < t->margins.bottom;
}

void
cursor_set_margins(struct term *t, int top, int bottom)
{
    if (bottom > t->size.rows) {
        bottom = t->size.rows;
    }
    bool whole = top == 0 && bottom == t->size.rows;
    if (!whole && (top < 0 || bottom - top < 2)) {
        return;
    }
    t->margins = (struct margins){.top = top, .bottom = bottom};
    vt_set_margins(t->vt, top, bottom);
    cursor_address(t, 0, 0);
}
