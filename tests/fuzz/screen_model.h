/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the screen's property share: screen_property.c has the
 * model and the operations, selection_property.c what is selected in it.
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

/* Aborts unless it is `ok`. */
void check(bool ok, const char *what);

uint8_t next_byte(struct run *r);

/* In [0, end). */
int next_below(struct run *r, int end);

struct line *grid(struct run *r);

bool is_tail(struct cell cell);

struct cell cell_of_line(const struct line *line, int cols, int col);

operation_fn do_scroll_view;

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
