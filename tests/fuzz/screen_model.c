/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz/screen_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
check(bool ok, const char *what)
{
    if (!ok) {
        (void)fprintf(stderr, "screen property broken: %s\n", what);
        abort();
    }
}

uint8_t
next_byte(struct run *r)
{
    if (r->len == 0) {
        return 0;
    }
    r->len--;
    return *r->in++;
}

int
next_below(struct run *r, int end)
{
    return next_byte(r) % end;
}

struct cell_pos
next_pos(struct run *r)
{
    int row = next_below(r, r->size.rows);

    return (struct cell_pos){.row = row, .col = next_below(r, r->size.cols)};
}

struct cell_size
next_size(struct run *r)
{
    int cols = 1 + next_below(r, COLS_MAX);

    return (struct cell_size){.cols = cols,
                              .rows = 1 + next_below(r, ROWS_MAX)};
}

static uint32_t
next_colour(struct run *r)
{
    static const uint32_t colours[] = {
        COLOUR_DEFAULT, COLOUR_DEFAULT,        COLOUR_DEFAULT, 0, 7, 255,
        COLOUR_RGB,     COLOUR_RGB | 0xfffefd,
    };

    return colours[next_byte(r) % 8];
}

struct cell
next_cell(struct run *r)
{
    static const uint32_t codes[] = {
        ' ',   'a',    'b',    '~',     0xa0,     0xe9,
        0x3b1, 0x4e00, 0xffff, 0x1f600, 0x10ffff,
    };
    uint32_t style = next_byte(r);
    struct cell cell = cell_default();

    cell.code = codes[next_below(r, 11)] & 0x1fffff;
    if ((style & 0x80) != 0) {
        cell.attrs = next_byte(r) * 2U & 0x1ff;
        cell.underline = style % 6 & 7;
        cell.fg = next_colour(r) & 0x1ffffff;
        cell.bg = next_colour(r) & 0x1ffffff;
        cell.underline_colour = next_colour(r) & 0x1ffffff;
    }
    return cell;
}

struct cell
next_blank(struct run *r)
{
    struct cell blank = cell_default();

    if (next_byte(r) % 4 == 0) {
        blank.fg = next_colour(r) & 0x1ffffff;
        blank.bg = next_colour(r) & 0x1ffffff;
    }
    return blank;
}

struct line *
grid(struct run *r)
{
    return r->grids[r->active];
}

bool
is_tail(struct cell cell)
{
    return cell.code == CELL_WIDE_TAIL;
}

void
lose_half(struct cell *cell)
{
    struct cell blank = cell_default();

    blank.bg = cell->bg;
    *cell = blank;
}

/* Halves without their other half, after a cell has been overwritten. */
static void
drop_orphans(struct line *line, int cols, const bool *heads)
{
    for (int col = 0; col < cols; col++) {
        bool tail_follows = col + 1 < cols && is_tail(line->cells[col + 1]);
        if (heads[col] && !tail_follows) {
            lose_half(&line->cells[col]);
        }
    }
    for (int col = 0; col < cols; col++) {
        if (is_tail(line->cells[col]) && (col == 0 || !heads[col - 1])) {
            lose_half(&line->cells[col]);
        }
    }
}

int
line_cols(const struct run *r, const struct line *line)
{
    return row_size_cols(line->size, r->size.cols);
}

/* Which cells are the left half of a wide character. */
static void
find_heads(const struct line *line, int cols, bool *heads)
{
    for (int col = 0; col < cols; col++) {
        heads[col] = col + 1 < cols && is_tail(line->cells[col + 1]);
    }
}

void
set_cells(struct run *r, int row, int begin, int end, const struct cell *cells,
          int step)
{
    struct line *line = &grid(r)[row];
    bool heads[COLS_MAX];
    int cols = line_cols(r, line);

    end = end < cols ? end : cols;
    find_heads(line, r->size.cols, heads);
    for (int col = begin; col < end; col++) {
        line->cells[col] = *cells;
        cells += step;
        heads[col] = col + 1 < end && is_tail(*cells);
    }
    drop_orphans(line, r->size.cols, heads);
}

void
clear_line(struct line *line, int cols, struct cell blank)
{
    for (int col = 0; col < cols; col++) {
        line->cells[col] = blank;
    }
    line->wrapped = false;
    line->size = ROW_SINGLE;
    line->selected = (struct selected_part){0};
}

static void
model_push(struct run *r, const struct line *line)
{
    check(r->line_count < LINES_MAX, "the scrollback is larger than its bound");
    r->lines[r->line_count] = *line;
    r->lines[r->line_count].cols = COLS_MAX;
    for (int col = r->size.cols; col < COLS_MAX; col++) {
        r->lines[r->line_count].cells[col] = cell_default();
    }
    r->line_count++;
    if (r->lines_back > 0) {
        r->lines_back++;
    }
}

/* The screen decides which old lines go; the model knows that they are old. */
void
model_evict(struct run *r)
{
    int gone = r->line_count - scrollback_lines(screen_scrollback(r->s));

    check(gone >= 0, "more lines than were pushed");
    if (gone == 0) {
        return;
    }
    memmove(r->lines, r->lines + gone,
            (size_t)(r->line_count - gone) * sizeof(*r->lines));
    r->line_count -= gone;
    if (r->lines_back > r->line_count) {
        r->lines_back = r->line_count;
    }
}

void
model_scroll(struct run *r, int top, int bottom, int lines, struct cell blank)
{
    struct line *g = grid(r);

    if (lines != 0) {
        model_tear_selection(r, top, bottom,
                             lines > 0 && top == 0 && r->active == 0);
    }
    for (; lines > 0; lines--) {
        if (top == 0 && r->active == 0) {
            model_push(r, &g[0]);
        }
        memmove(&g[top], &g[top + 1], (size_t)(bottom - top - 1) * sizeof(*g));
        clear_line(&g[bottom - 1], r->size.cols, blank);
    }
    for (; lines < 0; lines++) {
        memmove(&g[top + 1], &g[top], (size_t)(bottom - top - 1) * sizeof(*g));
        clear_line(&g[top], r->size.cols, blank);
    }
}

struct cell
cell_of_line(const struct line *line, int cols, int col)
{
    if (col >= line->cols) {
        return cell_default();
    }
    /* A wide character that the edge cuts in two is left out. */
    if (col == cols - 1 && col + 1 < line->cols &&
        is_tail(line->cells[col + 1])) {
        return cell_default();
    }
    return line->cells[col];
}
