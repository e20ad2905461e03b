/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the screen's property share. The files:
 *
 *   screen_model.c        the model, and the values that bytes become
 *   screen_compare.c      comparison of both, and the viewer
 *   screen_property.c     a run, and most operations
 *   resize_property.c     the operation that gives another size
 *   selection_property.c  what is selected in the model
 */
#ifndef VNCTERM_TESTS_FUZZ_SCREEN_MODEL_H
#define VNCTERM_TESTS_FUZZ_SCREEN_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "term/screen.h"

enum {
    COLS_MAX = 24,
    ROWS_MAX = 16,
    /* More than the largest scrollback below holds: at one column, each of its
     * 2048 lines has as many rows as it has cells. */
    LINES_MAX = 2048 * COLS_MAX,
    LARGE_BOUND = 1 << 16, /* a run of usual length does not fill it */
};

/* The columns of a line that are selected, or none but the line's end. */
struct selected_part {
    bool is_there;
    int begin;
    int end;
};

struct line {
    struct cell cells[COLS_MAX];
    int cols;
    bool wrapped;
    enum row_size size;
    struct selected_part selected;
};

struct picture_cell {
    struct cell cell;
    struct cell head; /* of a tail: it is drawn over both */
    int cursor;       /* 0 for none, or 1 + its shape */
    bool is_selected;
    enum row_size size; /* of its row */
};

struct run {
    const uint8_t *in;
    size_t len;
    struct screen *s;

    /* The model. */
    struct cell_size size;
    struct line grids[2][ROWS_MAX];
    int active;
    struct line *lines; /* of the scrollback, the oldest first */
    int line_count;
    bool may_lose; /* the scrollback is small, or has been full */
    int lines_back;
    struct cursor_view cursor;
    bool is_selected; /* some line is; else none has to be looked at */
    bool is_block;    /* the selection, if there is one */
    struct line before[2][ROWS_MAX]; /* the grids before an operation */

    /* What a viewer has. */
    struct picture_cell picture[ROWS_MAX][COLS_MAX];
};

typedef void operation_fn(struct run *r);

/* screen_model.c */

/* Aborts unless it is `ok`. */
void check(bool ok, const char *what);

uint8_t next_byte(struct run *r);

/* In [0, end). */
int next_below(struct run *r, int end);

struct cell_pos next_pos(struct run *r);
struct cell_size next_size(struct run *r);
struct cell next_cell(struct run *r);
struct cell next_blank(struct run *r);

/* The lines of the active screen. */
struct line *grid(struct run *r);

bool is_tail(struct cell cell);

/* Makes what is left of a wide character a blank. */
void lose_half(struct cell *cell);

/* The columns that a line of the screen has at its size. */
int line_cols(const struct run *r, const struct line *line);

struct cell cell_of_line(const struct line *line, int cols, int col);

/* Writes cells into columns [begin, end) of a row, `step` apart: 0 repeats one.
 */
void set_cells(struct run *r, int row, int begin, int end,
               const struct cell *cells, int step);

void clear_line(struct line *line, int cols, struct cell blank);

/* Scrolls rows [top, bottom) by no more lines than they are, up if positive. */
void
model_scroll(struct run *r, int top, int bottom, int lines, struct cell blank);

/* Forgets the old lines that the screen has. */
void model_evict(struct run *r);

/* screen_compare.c */

void compare_grid(struct run *r);
void compare_view(struct run *r);
void compare_scrollback(struct run *r);

/* Has the viewer take the damage, and compares what it has then. */
void take_and_compare(struct run *r);

/* screen_property.c */

operation_fn do_scroll_view;

/* resize_property.c */

operation_fn do_resize;

/* selection_property.c */

operation_fn do_select;
operation_fn do_select_more;
operation_fn do_select_unit;
operation_fn do_select_none;

void model_drop_selection(struct run *r);

/*
 * Drops it if the operation that has been done has changed any of it, or, if it
 * is one that may, if the screen has.
 */
void model_overwrite_selection(struct run *r, bool may_drop);

/* Drops it if a scroll of rows [top, bottom) will tear it apart; the
 * scrollback is above the region, or a part of it. */
void
model_tear_selection(struct run *r, int top, int bottom, bool with_scrollback);

void compare_selection(struct run *r, const struct screen_view *view);

#endif
