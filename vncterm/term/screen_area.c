/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes of a part of the screen that is not made of whole rows.
 */
#include <stdlib.h>
#include <string.h>

#include "term/screen_private.h"

static bool
is_on_screen(const struct screen *s, struct screen_area area)
{
    return area.top >= 0 && area.top < area.bottom &&
           area.bottom <= s->size.rows && area.left >= 0 &&
           area.left < area.right && area.right <= s->size.cols;
}

/*
 * Columns [begin, end) of a row into `out`; a character that an edge cuts in
 * two leaves a blank.
 */
static void
take_cells(const struct screen *s, int row, int begin, int end,
           struct cell *out)
{
    const struct cell *cells = s->active->rows[row];
    int count = end - begin;

    memcpy(out, cells + begin, (size_t)count * sizeof(*out));
    if (out[0].code == CELL_WIDE_TAIL) {
        cell_blank_half(&out[0]);
    }
    if (end < s->size.cols && cells[end].code == CELL_WIDE_TAIL) {
        cell_blank_half(&out[count - 1]);
    }
}

/* Writes `count` cells, no wide character of which is cut. */
static void
set_cells(struct screen *s, int row, int col, const struct cell *cells,
          int count)
{
    int last = row_cols(s, row);
    int end = min_int(col + count, last);
    struct cell *to = s->active->rows[row];

    if (col >= end) {
        return;
    }
    split_wide(s, row, col);
    split_wide(s, row, end);
    memcpy(to + col, cells, (size_t)(end - col) * sizeof(*cells));
    if (end < col + count && cells[end - col].code == CELL_WIDE_TAIL) {
        cell_blank_half(&to[end - 1]);
    }
    grow_used(s, row, end);
    if (end == last) {
        s->active->info[row].wrapped = false;
    }
    damage_cells(s, row, col, end);
}

void
screen_copy_area(struct screen *s, struct screen_area area, struct cell_pos to)
{
    struct cell cells[SCREEN_COLS_MAX];
    int height = area.bottom - area.top;
    int width = area.right - area.left;

    assert(is_on_screen(s, area));
    assert(to.row >= 0 && to.row + height <= s->size.rows);
    assert(to.col >= 0 && to.col + width <= s->size.cols);

    for (int i = 0; i < height; i++) {
        /* Rows that are read later must not have been written. */
        int row = to.row > area.top ? height - 1 - i : i;

        take_cells(s, area.top + row, area.left, area.right, cells);
        set_cells(s, to.row + row, to.col, cells, width);
    }
}

static void
erase_area(struct screen *s, struct screen_area area, struct cell blank)
{
    for (int row = area.top; row < area.bottom; row++) {
        screen_erase(s, row, area.left, area.right, blank, SCREEN_ERASE_ALL);
    }
}

/* Whether no character is partly in an area, nor stretched. */
static bool
has_whole_characters(const struct screen *s, struct screen_area area)
{
    for (int row = area.top; row < area.bottom; row++) {
        const struct cell *cells = s->active->rows[row];
        bool is_cut = cells[area.left].code == CELL_WIDE_TAIL ||
                      (area.right < s->size.cols &&
                       cells[area.right].code == CELL_WIDE_TAIL);
        if (is_cut || s->active->info[row].size != ROW_SINGLE) {
            return false;
        }
    }
    return true;
}

/* Moves the cells of an area and their picture; |lines| < height. */
static void
move_area(struct screen *s, struct screen_area area, int lines)
{
    struct cell **rows = s->active->rows;
    int count = area.bottom - area.top - abs(lines);
    size_t size = (size_t)(area.right - area.left) * sizeof(struct cell);

    for (int i = 0; i < count; i++) {
        int row = lines > 0 ? area.top + i : area.bottom - 1 - i;

        memcpy(rows[row] + area.left, rows[row + lines] + area.left, size);
        grow_used(s, row, area.right);
        if (area.right == s->size.cols) {
            s->active->info[row].wrapped = false;
        }
    }
    damage_scroll_area(s, area, lines);
}

void
screen_scroll_area(struct screen *s, struct screen_area area, int lines,
                   struct cell blank)
{
    int height = area.bottom - area.top;
    struct screen_area moved = area;
    struct screen_area bared = area;
    int count = min_int(abs(lines), height);
    struct cell_pos to = {.row = area.top, .col = area.left};

    assert(is_on_screen(s, area));
    if (lines > 0) {
        moved.top += count;
        bared.top = area.bottom - count;
    } else {
        moved.bottom -= count;
        bared.bottom = area.top + count;
        to.row += count;
    }
    bool moves_picture =
        count > 0 && damage_can_scroll_area(s) && has_whole_characters(s, area);
    if (count < height && moves_picture) {
        move_area(s, area, lines);
    } else if (count < height) {
        screen_copy_area(s, moved, to);
    }
    if (count > 0) {
        erase_area(s, bared, blank);
    }
}

void
screen_fill_area(struct screen *s, struct screen_area area, struct cell cell)
{
    struct cell cells[SCREEN_COLS_MAX];
    int width = area.right - area.left;

    assert(is_on_screen(s, area));
    assert(cell.code > 0x1f && cell.code != CELL_WIDE_TAIL);

    for (int col = 0; col < width; col++) {
        cells[col] = cell;
    }
    for (int row = area.top; row < area.bottom; row++) {
        set_cells(s, row, area.left, cells, width);
    }
}

void
screen_change_cells(struct screen *s, int row, int begin, int end,
                    screen_change_fn *change, void *data)
{
    struct cell *cells = s->active->rows[row];

    assert(row >= 0 && row < s->size.rows);
    assert(begin >= 0 && begin < end && end <= s->size.cols);

    end = min_int(end, row_cols(s, row));
    if (begin >= end) {
        return;
    }
    /* Both halves of a wide character are alike. */
    begin -= cells[begin].code == CELL_WIDE_TAIL;
    end += end < s->size.cols && cells[end].code == CELL_WIDE_TAIL;
    for (int col = begin; col < end; col++) {
        change(data, &cells[col]);
    }
    grow_used(s, row, end);
    damage_cells(s, row, begin, end);
}
