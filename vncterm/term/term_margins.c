/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where things scroll. The top and bottom margins are libvterm's, too; left and
 * right ones are ours alone: with those, libvterm 0.1.4 and 0.3 put the cursor
 * beside the screen and scroll areas that are none.
 */
#include "term/term_internal.h"

bool
margins_hold_row(const struct term *t)
{
    return t->cursor.pos.row >= t->margins.top &&
           t->cursor.pos.row < t->margins.bottom;
}

bool
margins_hold_cursor(const struct term *t)
{
    return margins_hold_row(t) && margins_hold_col(t);
}

void
margins_set_rows(struct term *t, int top, int bottom)
{
    if (bottom > t->size.rows) {
        bottom = t->size.rows;
    }
    bool whole = top == 0 && bottom == t->size.rows;
    if (!whole && (top < 0 || bottom - top < 2)) {
        return;
    }
    t->margins.top = top;
    t->margins.bottom = bottom;
    vt_set_margins(t->vt, top, bottom);
    cursor_address(t, 0, 0);
}

void
margins_set_cols(struct term *t, int left, int right)
{
    if (right > t->size.cols) {
        right = t->size.cols;
    }
    bool whole = left == 0 && right == t->size.cols;
    if (!whole && (left < 0 || right - left < 2)) {
        return;
    }
    t->margins.left = left;
    t->margins.right = right;
    cursor_address(t, 0, 0);
}

void
margins_allow_cols(struct term *t, bool on)
{
    t->modes.column_margins = on;
    if (!on) {
        t->margins.left = 0;
        t->margins.right = t->size.cols;
    }
    /* Beside the last column nothing waits to wrap. */
    t->cursor.pending_wrap &= cursor_is_at_end(t);
}

void
margins_reset(struct term *t)
{
    t->margins = (struct margins){
        .top = 0,
        .bottom = t->size.rows,
        .left = 0,
        .right = t->size.cols,
    };
}

void
margins_scroll(struct term *t, int lines, struct cell blank)
{
    const struct margins *m = &t->margins;

    if (margins_are_narrow(t)) {
        struct screen_area area = {m->top, m->bottom, m->left, m->right};
        screen_scroll_area(t->screen, area, lines, blank);
    } else {
        screen_scroll_rows(t->screen, m->top, m->bottom, lines, blank);
    }
}
