/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a renderer sees of a terminal: plain values, borrowed from the terminal
 * until the next call that changes it.
 */
#ifndef VNCTERM_TERM_VIEW_H
#define VNCTERM_TERM_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/colours.h"
#include "base/geom.h"
#include "term/cell.h"
#include "term/marks.h"
#include "term/row_size.h"

enum cursor_shape {
    CURSOR_BLOCK,
    CURSOR_UNDERLINE,
    CURSOR_BAR,
};

struct cursor_view {
    struct cell_pos pos;
    enum cursor_shape shape;
    bool visible; /* false while hidden or scrolled out of the view */
};

/* Colours that the guest has set; each 0, or PALETTE_SET | 0xRRGGBB. */
enum {
    PALETTE_SET = 1 << 24,
};

/* How text with the blink attribute shall look. */
enum blink_view {
    BLINK_STEADY, /* always the same, and unlike other text */
    BLINK_SHOWN,
    BLINK_HIDDEN,
};

/*
 * Text that is selected, from `begin` up to `end` in rows of the view, of which
 * either may be outside; or the columns between the two of each of their rows.
 */
struct selection_view {
    bool exists;
    bool is_block;
    struct cell_pos begin; /* columns are edges: the one in front of `col` */
    struct cell_pos end;
};

struct screen_view {
    struct cell_size size;
    const struct cell *const *rows; /* size.rows pointers to size.cols cells */
    const uint8_t
        *row_sizes; /* of enum row_size for each, or NULL: all single */
    const struct mark *marks; /* what cells name as theirs; NULL: none do */
    struct cursor_view cursor;
    bool reverse;            /* DECSCNM: default colours swapped */
    const uint32_t *colours; /* PALETTE_ENTRIES times 0xRRGGBB */
    const uint32_t *palette; /* PALETTE_ENTRIES overrides, or NULL for none */
    bool bold_is_bright;     /* bold text has the bright one of its colour */
    enum blink_view blink;
    int lines_back; /* how far the view is scrolled back, in lines */
    struct selection_view selection;
};

/* The half-open range of changed columns of one row; empty when begin >= end.
 */
struct row_span {
    int16_t begin;
    int16_t end;
};

/*
 * What has changed since damage was last taken. First the cells in rows
 * scroll.top to scroll.bottom and columns scroll.left to scroll.right (half
 * open) move by scroll.lines (up when positive, down when negative, 0 for no
 * scroll; less than the height); then the cells in `rows` are drawn anew, rows
 * counted after the move.
 */
struct damage {
    struct {
        int top;
        int bottom;
        int left;
        int right;
        int lines;
    } scroll;
    const struct row_span *rows; /* one for each row of the screen */
};

/*
 * The columns of a row that are selected, as edges; empty when begin >= end. A
 * character is selected when its first column is.
 */
static inline struct row_span
selection_view_row(const struct selection_view *selection, int row, int cols)
{
    struct row_span span = {.begin = 0, .end = (int16_t)cols};

    if (!selection->exists || row < selection->begin.row ||
        row > selection->end.row) {
        return (struct row_span){0};
    }
    if (selection->is_block || row == selection->begin.row) {
        span.begin = (int16_t)selection->begin.col;
    }
    if (selection->is_block || row == selection->end.row) {
        span.end = (int16_t)selection->end.col;
    }
    return span;
}

static inline const struct cell *
view_row(const struct screen_view *view, int row)
{
    return view->rows[row];
}

static inline enum row_size
view_row_size(const struct screen_view *view, int row)
{
    return view->row_sizes == NULL ? ROW_SINGLE
                                   : (enum row_size)view->row_sizes[row];
}

/*
 * Where the character of a column is in the picture, in columns of the size of
 * a cell. `col` may be the end of a range. The other way is
 * term_pos_at_place().
 */
static inline int
view_col_to_place(const struct screen_view *view, int row, int col)
{
    bool doubled = view_row_size(view, row) != ROW_SINGLE;

    return doubled ? min_int(2 * col, view->size.cols) : col;
}

/* The marks of a cell of the view, in order; returns how many they are. */
static inline int
view_marks(const struct screen_view *view, const struct cell *cell,
           uint32_t out[CELL_MARKS_MAX])
{
    return cell->marks == 0 ? 0 : mark_sequence(view->marks, cell->marks, out);
}

#endif
