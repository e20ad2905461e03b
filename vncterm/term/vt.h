/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libvterm's state layer, kept on a short lead.
 *
 * libvterm never sees a guest's byte. It is told operations from a closed set,
 * each made here with arguments that are in range, and characters as stand-ins
 * of one or two columns; it answers with where the cursor goes and which cells
 * are written, moved and erased. Everything that can be wrong in it or hidden
 * in it is kept out: no modes, no autowrap, no origin mode, no saved cursor, no
 * pen, no resize. What it holds is the cursor, the margins and the tab stops,
 * all of which the terminal holds, too; so it can be made anew at any time.
 */
#ifndef VNCTERM_TERM_VT_H
#define VNCTERM_TERM_VT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/geom.h"

struct vt;

/* A range of cells inside the screen, half open, not empty. */
struct vt_area {
    int top;
    int bottom;
    int left;
    int right;
};

/* Called from within the functions below, which they must not call. */
struct vt_handler {
    /* The character goes here. */
    void (*on_put)(void *data, struct cell_pos pos);
    /* Cells move up by `down` rows or left by `right` columns (negative: down,
     * right); at most one of them is not 0. */
    void (*on_scroll)(void *data, struct vt_area area, int down, int right);
    void (*on_erase)(void *data, struct vt_area area);
};

enum vt_op {
    VT_INDEX, /* down, scrolling at the bottom margin */
    VT_REVERSE_INDEX,
    VT_CARRIAGE_RETURN,
    VT_BACKSPACE,
    VT_TABS, /* to the n-th tab stop */
    VT_BACK_TABS,
    VT_SET_TAB,
    VT_CLEAR_TAB,
    VT_CLEAR_TABS,
    VT_ERASE_DISPLAY, /* n: 0 below, 1 above, 2 all */
    VT_ERASE_LINE,    /* n: 0 right, 1 left, 2 all */
    VT_ERASE_CHARS,
    VT_INSERT_CHARS,
    VT_DELETE_CHARS,
    VT_INSERT_LINES,
    VT_DELETE_LINES,
    VT_SCROLL_UP,
    VT_SCROLL_DOWN,
    VT_PUT_NARROW,
    VT_PUT_WIDE, /* only where two columns are left */
};

enum {
    VT_COUNT_MAX = 9999, /* of n */
};

/*
 * The cursor is at home, the margins are the screen's, a tab stop is in every
 * eighth column. `size` is valid; `handler` and `data` are borrowed for life.
 */
struct vt *
vt_new(struct cell_size size, const struct vt_handler *handler, void *data);

void vt_free(struct vt *vt);

/* Does `op` at `cursor`, which is inside the screen, and moves it along. */
void vt_do(struct vt *vt, enum vt_op op, int n, struct cell_pos *cursor);

/* Rows [top, bottom) are what scrolls; at least two, or the whole screen. */
void vt_set_margins(struct vt *vt, int top, int bottom);

/*
 * Takes a state as the state writer writes it: margins, tab stops, moves of
 * the cursor, and nothing else.
 */
void vt_load(struct vt *vt, const void *bytes, size_t len);

#endif
