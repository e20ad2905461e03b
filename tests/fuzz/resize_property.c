/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Another size: the alternate screen is as the model makes it. How lines of the
 * main screen are broken is the screen's choice, which the model follows, but
 * the text must be the same and the cursor on its character.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fuzz/screen_model.h"

static bool
is_line_blank(const struct line *line, int cols)
{
    for (int col = 0; col < cols; col++) {
        if (line->cells[col].code != CELL_BLANK) {
            return false;
        }
    }
    return true;
}

/* The alternate screen at another height; returns how far the text has moved
 * down. */
static int
model_resize_rows(struct run *r, int rows, int cursor_row)
{
    struct line *g = r->grids[1];
    int have = r->size.rows;
    int down = 0;

    while (have > rows && have - 1 > cursor_row &&
           is_line_blank(&g[have - 1], r->size.cols)) {
        have--;
    }
    for (; have > rows && -down < cursor_row; have--) {
        memmove(&g[0], &g[1], (size_t)(have - 1) * sizeof(*g));
        down--;
    }
    for (int row = have; row < rows; row++) {
        clear_line(&g[row], COLS_MAX, cell_default());
    }
    return down;
}

static void
model_resize_cols(struct line *g, int rows, int old_cols, int cols)
{
    for (int row = 0; row < rows && cols != old_cols; row++) {
        struct line *line = &g[row];
        int line_end = row_size_cols(line->size, cols);
        line->wrapped = false;
        if (cols < old_cols && is_tail(line->cells[line_end])) {
            lose_half(&line->cells[line_end - 1]);
        }
        int from = line_end < old_cols ? line_end : old_cols;
        for (int col = from; col < cols; col++) {
            line->cells[col] = cell_default();
        }
    }
}

static void
resize_alternate(struct run *r, struct cell_size size,
                 const struct screen_place *cursor)
{
    bool active = r->active == 1;
    struct cell_pos *pos = &r->cursor.pos;
    int down = model_resize_rows(r, size.rows, active ? pos->row : 0);

    model_resize_cols(r->grids[1], size.rows, r->size.cols, size.cols);
    if (active) {
        int row = pos->row + down;
        pos->row = row < 0 ? 0 : row >= size.rows ? size.rows - 1 : row;
        pos->col = pos->col >= size.cols ? size.cols - 1 : pos->col;
        check(cursor->pos.row == pos->row && cursor->pos.col == pos->col,
              "cursor on the alternate screen after a resize");
    }
}

/* Of rows of double width another size may cut text off. */
enum doubled_text {
    DOUBLED_AS_TEXT,
    DOUBLED_AS_BLANK
};

/* The characters of all lines of the main screen and its scrollback. */
struct text {
    struct cell *cells; /* 0 ends a line */
    size_t len;
    size_t bytes;
};

static void
add_row(struct text *text, const struct line *line, int cols,
        enum doubled_text doubled)
{
    if (line->size != ROW_SINGLE && doubled == DOUBLED_AS_BLANK) {
        text->cells[text->len++] = (struct cell){.code = 0};
        return;
    }
    for (int col = 0; col < cols; col++) {
        if (line->cells[col].code != CELL_BLANK) {
            text->cells[text->len++] = line->cells[col];
        }
    }
    if (!line->wrapped) {
        text->cells[text->len++] = (struct cell){.code = 0};
    }
}

static struct text
text_of(const struct run *r, enum doubled_text doubled)
{
    size_t rows = (size_t)r->line_count + (size_t)r->size.rows;
    struct text text = {
        .cells = xcalloc(rows * (COLS_MAX + 1) + 1, sizeof(*text.cells))};

    for (int i = 0; i < r->line_count; i++) {
        add_row(&text, &r->lines[i], r->size.cols, doubled);
    }
    for (int row = 0; row < r->size.rows; row++) {
        add_row(&text, &r->grids[0][row], r->size.cols, doubled);
    }
    while (text.len > 0 && text.cells[text.len - 1].code == 0) {
        text.len--;
    }
    text.bytes = text.len * sizeof(*text.cells);
    return text;
}

static void
check_text_is_kept(const struct run *r, const struct text *before,
                   const struct text *after, int cursor_row)
{
    size_t lost = before->len - after->len;
    /* The oldest lines may have been lost, if any; rows below the cursor are
     * cut off when it has reached the top. */
    size_t first = cursor_row == 0 ? 0 : lost;
    size_t last = r->may_lose ? lost : 0;
    bool found = false;

    check(after->len <= before->len, "more text after a resize");
    for (size_t at = first; at <= last && !found; at++) {
        found = after->len == 0 ||
                memcmp(before->cells + at, after->cells, after->bytes) == 0;
    }
    check(found, "text changed by a resize");
}

/* Takes over what the screen has made of the main screen. */
static void
follow_reflow(struct run *r)
{
    const struct scrollback *sb = screen_scrollback(r->s);
    int count = scrollback_lines(sb);

    check(count <= LINES_MAX, "the scrollback is larger than its bound");
    for (int i = 0; i < count; i++) {
        struct line *line = &r->lines[count - 1 - i];
        scrollback_line(sb, i, line->cells, COLS_MAX, &line->wrapped);
        line->cols = COLS_MAX;
        line->size = scrollback_line_size(sb, i);
        line->selected = (struct selected_part){0};
        check(scrollback_line_cols(sb, i) <= r->size.cols, "row of a line");
    }
    r->line_count = count;
    r->may_lose = r->may_lose || count > LARGE_BOUND / 64;
    for (int row = 0; row < r->size.rows; row++) {
        struct line *line = &r->grids[0][row];
        clear_line(line, COLS_MAX, cell_default());
        memcpy(line->cells,
               screen_stored_row(r->s, SCREEN_MAIN, row, &line->wrapped),
               (size_t)r->size.cols * sizeof(struct cell));
        line->size = screen_stored_row_size(r->s, SCREEN_MAIN, row);
    }
}

static struct screen_place
next_place(struct run *r, const struct line *g, struct cell_pos pos)
{
    int last = line_cols(r, &g[pos.row]) - 1;
    bool pending_wrap = next_below(r, 2) != 0 && pos.col == last;

    return (struct screen_place){.pos = pos, .pending_wrap = pending_wrap};
}

static struct cell
cell_at(const struct run *r, struct cell_pos pos)
{
    return r->grids[0][pos.row].cells[pos.col];
}

/* A cursor that was on a character is on it still, or waits behind it. */
static void
check_place(const struct run *r, const struct screen_place *before,
            struct cell cell, const struct screen_place *after)
{
    struct cell_pos pos = after->pos;

    check(pos.row >= 0 && pos.row < r->size.rows && pos.col >= 0 &&
              pos.col < r->size.cols,
          "cursor outside after a resize");
    check(!after->pending_wrap ||
              pos.col == line_cols(r, &r->grids[0][pos.row]) - 1,
          "pending wrap not in the last column");
    if (cell.code == CELL_BLANK) {
        return;
    }
    if (before->pending_wrap && !after->pending_wrap) {
        pos.col--;
    }
    check(pos.col < 0 || cell_equals(cell_at(r, pos), cell),
          "cursor not on its character");
}

void
do_resize(struct run *r)
{
    struct cell_size size = next_size(r);
    struct screen_place cursor = next_place(r, grid(r), r->cursor.pos);
    struct screen_place saved = next_place(r, r->grids[0], next_pos(r));
    bool keep = next_below(r, 4) == 0;
    bool alternate = r->active == 1;
    struct screen_place *anchor = alternate ? &saved : &cursor;
    struct screen_place anchor_before = *anchor;
    struct cell anchor_cell = cell_at(r, anchor->pos);
    enum row_size anchor_size = r->grids[0][anchor->pos.row].size;
    bool same_width = size.cols == r->size.cols;
    enum doubled_text doubled = same_width ? DOUBLED_AS_TEXT : DOUBLED_AS_BLANK;
    struct text before = text_of(r, doubled);
    /* A wide character has no place in one column. */
    bool wide_fits = size.cols > 1 && r->size.cols > 1;

    if (anchor_size != ROW_SINGLE && !same_width) {
        anchor_cell = cell_default(); /* it may be cut off */
    }

    check(screen_resize(r->s, size,
                        keep ? SCREEN_KEEP_CURSOR_LINE
                             : SCREEN_REFLOW_CURSOR_LINE,
                        &cursor, &saved) == 0,
          "resize");
    model_drop_selection(r);
    resize_alternate(r, size, &cursor);
    r->size = size;
    r->lines_back = 0;
    follow_reflow(r);
    if (wide_fits && (!keep || alternate)) {
        struct text after = text_of(r, doubled);
        check_text_is_kept(r, &before, &after, anchor->pos.row);
        check_place(r, &anchor_before, anchor_cell, anchor);
        free(after.cells);
    }
    free(before.cells);
    if (!alternate) {
        r->cursor.pos = cursor.pos;
    }
    /* A viewer starts afresh; nothing it has is right by chance. */
    memset(r->picture, 0xff, sizeof(r->picture));
}
