/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Comparison of a screen with its model, and of a viewer's picture with what
 * the screen shows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/screen_model.h"

/* Puts into the view's first row what says how far it is scrolled back. Returns
 * whether that is there. */
static bool
model_mark(const struct run *r, struct cell *cells)
{
    char text[32];
    int len =
        snprintf(text, sizeof(text), "-%d/%d", r->lines_back, r->line_count);
    int begin = r->size.cols - len;

    if (r->lines_back == 0 || 4 * len > r->size.cols) {
        return false;
    }
    if (is_tail(cells[begin])) {
        lose_half(&cells[begin - 1]);
    }
    for (int i = 0; i < len; i++) {
        cells[begin + i] = cell_default();
        cells[begin + i].code = (uint8_t)text[i];
        cells[begin + i].attrs = CELL_REVERSE;
    }
    return true;
}

void
compare_grid(struct run *r)
{
    check(screen_is_alternate(r->s) == (r->active == 1), "active screen");
    for (int row = 0; row < r->size.rows; row++) {
        const struct line *line = &grid(r)[row];
        const struct cell *cells = screen_row(r->s, row);
        for (int col = 0; col < r->size.cols; col++) {
            check(cell_equals(cells[col], line->cells[col]), "cells");
            bool orphan = is_tail(cells[col]) &&
                          (col == 0 || cells[col - 1].code == CELL_BLANK ||
                           is_tail(cells[col - 1]));
            check(!orphan, "a tail without a head");
        }
        check(screen_is_wrapped(r->s, row) == line->wrapped, "wrapped");
        check(screen_row_size(r->s, row) == line->size, "size of a row");
    }
}

void
compare_view(struct run *r)
{
    struct screen_view view;

    screen_view(r->s, &view);
    check(view.size.rows == r->size.rows && view.size.cols == r->size.cols,
          "size of the view");
    check(view.lines_back == r->lines_back, "lines_back");
    for (int row = 0; row < r->size.rows; row++) {
        int back = r->lines_back - row;
        const struct line *line =
            back > 0 ? &r->lines[r->line_count - back] : &grid(r)[-back];
        int cols = line_cols(r, line);
        enum row_size size = line->size;
        struct cell wanted[COLS_MAX];

        for (int col = 0; col < r->size.cols; col++) {
            wanted[col] = cell_default();
            if (col < cols) {
                wanted[col] =
                    back > 0 ? cell_of_line(line, cols, col) : line->cells[col];
            }
        }
        if (row == 0 && model_mark(r, wanted)) {
            size = ROW_SINGLE;
        }
        check(view_row_size(&view, row) == size, "size in the view");
        check(screen_view_row_size(r->s, row) == size, "size of a row");
        for (int col = 0; col < r->size.cols; col++) {
            check(cell_equals(view_row(&view, row)[col], wanted[col]), "view");
        }
    }
    compare_selection(r, &view);
    int cursor_row = r->cursor.pos.row + r->lines_back;
    bool visible = r->cursor.visible && cursor_row < r->size.rows;
    check(view.cursor.visible == visible, "whether the cursor is in the view");
    check(!visible || (view.cursor.pos.row == cursor_row &&
                       view.cursor.pos.col == r->cursor.pos.col),
          "place of the cursor");
}

void
compare_scrollback(struct run *r)
{
    const struct scrollback *sb = screen_scrollback(r->s);

    check(scrollback_lines(sb) == r->line_count, "lines");
    for (int i = 0; i < r->line_count; i++) {
        const struct line *line = &r->lines[r->line_count - 1 - i];
        struct cell cells[COLS_MAX];
        bool wrapped;
        scrollback_line(sb, i, cells, COLS_MAX, &wrapped);
        check(wrapped == line->wrapped, "wrapped in the scrollback");
        check(scrollback_line_size(sb, i) == line->size,
              "size in the scrollback");
        for (int col = 0; col < COLS_MAX; col++) {
            check(cell_equals(cells[col], cell_of_line(line, COLS_MAX, col)),
                  "cells in the scrollback");
        }
    }
}

/* The viewer. */

static struct picture_cell
shown_cell(const struct screen_view *view, int row, int col)
{
    const struct cell *cells = view_row(view, row);
    const struct cursor_view *cursor = &view->cursor;
    struct row_span selected =
        selection_view_row(&view->selection, row, view->size.cols);
    int begin = cursor->pos.col;
    int end = begin + 1;
    struct picture_cell shown = {
        .cell = cells[col],
        .head = is_tail(cells[col]) ? cells[col - 1] : cell_default(),
        /* A tail is drawn with its head. */
        .is_selected =
            !is_tail(cells[col]) && col >= selected.begin && col < selected.end,
        .size = view_row_size(view, row),
    };

    if (!cursor->visible || cursor->pos.row != row) {
        return shown;
    }
    if (is_tail(cells[begin])) {
        begin--;
    } else if (end < view->size.cols && is_tail(cells[end])) {
        end++;
    }
    if (col >= begin && col < end) {
        shown.cursor = 1 + (int)cursor->shape;
    }
    return shown;
}

static void
apply_scroll(struct run *r, const struct damage *damage)
{
    struct picture_cell old[ROWS_MAX][COLS_MAX];
    int top = damage->scroll.top;
    int bottom = damage->scroll.bottom;
    int left = damage->scroll.left;
    int right = damage->scroll.right;
    int lines = damage->scroll.lines;

    if (lines == 0) {
        return;
    }
    check(left >= 0 && left < right && right <= r->size.cols, "scroll columns");
    check(top >= 0 && top < bottom && bottom <= r->size.rows, "scroll region");
    check(abs(lines) < bottom - top, "scroll by less than the height");
    memcpy(old, r->picture, sizeof(old));
    for (int row = top; row < bottom; row++) {
        if (row + lines >= top && row + lines < bottom) {
            memcpy(r->picture[row] + left, old[row + lines] + left,
                   (size_t)(right - left) * sizeof(old[row][0]));
        }
    }
}

void
take_and_compare(struct run *r)
{
    struct damage damage;
    struct screen_view view;
    bool dirty = screen_is_dirty(r->s);
    bool taken = screen_take_damage(r->s, &damage);

    check(dirty == taken, "dirty means that damage can be taken");
    check(!screen_is_dirty(r->s), "clean once damage is taken");
    screen_view(r->s, &view);
    if (taken) {
        apply_scroll(r, &damage);
    }
    for (int row = 0; row < r->size.rows; row++) {
        for (int col = 0; col < r->size.cols; col++) {
            struct picture_cell *have = &r->picture[row][col];
            struct picture_cell shown = shown_cell(&view, row, col);
            if (taken && col >= damage.rows[row].begin &&
                col < damage.rows[row].end) {
                *have = shown;
            }
            check(have->size == shown.size, "size in the picture");
            check(cell_equals(have->cell, shown.cell), "picture");
            check(cell_equals(have->head, shown.head), "picture of a tail");
            check(have->cursor == shown.cursor, "cursor in the picture");
            check(have->is_selected == shown.is_selected,
                  "selection in the picture");
        }
    }
}
