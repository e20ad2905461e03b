/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz/screen_property.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fuzz/screen_model.h"
#include "term/screen.h"

static void
do_put(struct run *r)
{
    struct cell_pos pos = next_pos(r);
    struct cell cells[2] = {next_cell(r)};
    int cols = line_cols(r, &grid(r)[pos.row]);
    int width = 1;
    if (cells[0].code > '~' && pos.col + 1 < r->size.cols) {
        width += next_below(r, 2);
    }

    cells[1] = cells[0];
    cells[1].code = CELL_WIDE_TAIL;
    screen_put(r->s, pos, cells[0], width);
    if (pos.col + width > cols) {
        return;
    }
    set_cells(r, pos.row, pos.col, pos.col + width, cells, 1);
}

static void
do_put_ascii(struct run *r)
{
    struct cell_pos pos = next_pos(r);
    int count = next_below(r, r->size.cols - pos.col + 1);
    struct cell pen = next_cell(r);
    uint8_t text[COLS_MAX];
    struct cell cells[COLS_MAX + 1];

    pen.code = CELL_BLANK;
    for (int i = 0; i < count; i++) {
        text[i] = (uint8_t)(' ' + next_below(r, 3));
        cells[i] = pen;
        cells[i].code = text[i];
    }
    cells[count] = pen;
    screen_put_ascii(r->s, pos, text, count, pen);
    set_cells(r, pos.row, pos.col, pos.col + count, cells, 1);
}

static void
do_add_mark(struct run *r)
{
    static const uint32_t marks[] = {0x301, 0x302, 0xfe0f, 0x1ffff, 0xe0100};
    struct cell_pos pos = next_pos(r);
    uint32_t mark = marks[next_below(r, 5)];
    struct cell *cell = &grid(r)[pos.row].cells[pos.col];

    screen_add_mark(r->s, pos, mark);
    if (is_tail(*cell)) {
        cell--;
        pos.col--;
    }
    uint32_t wanted[CELL_MARKS_MAX];
    uint32_t have[CELL_MARKS_MAX];
    const struct mark *table = screen_marks(r->s);
    unsigned sequence = screen_row(r->s, pos.row)[pos.col].marks;
    int count = mark_sequence(table, cell->marks, wanted);

    if (cell->code != CELL_BLANK && count < CELL_MARKS_MAX) {
        wanted[count++] = mark;
    }
    check(mark_sequence(table, sequence, have) == count &&
              memcmp(have, wanted, (size_t)count * sizeof(have[0])) == 0,
          "marks");
    cell->marks = sequence & 0x7fff; /* and it keeps that number */
}

static void
do_erase(struct run *r)
{
    int row = next_below(r, r->size.rows);
    int begin = next_below(r, r->size.cols + 1);
    int end = begin + next_below(r, r->size.cols - begin + 1);
    struct cell blank = next_blank(r);
    enum screen_protection protection =
        next_below(r, 2) == 0 ? SCREEN_ERASE_ALL : SCREEN_ERASE_UNPROTECTED;

    screen_erase(r->s, row, begin, end, blank, protection);
    struct line *line = &grid(r)[row];
    int last = line_cols(r, line);
    end = end < last ? end : last;
    if (end == last && begin < end) {
        line->wrapped = false;
    }
    for (int col = begin; col < end; col++) {
        bool is_protected = (line->cells[col].attrs & CELL_PROTECTED) != 0;
        if (protection == SCREEN_ERASE_ALL || !is_protected) {
            set_cells(r, row, col, col + 1, &blank, 0);
        }
    }
}

static void
do_scroll_rows(struct run *r)
{
    int top = next_below(r, r->size.rows);
    int bottom = top + 1 + next_below(r, r->size.rows - top);
    int how = next_byte(r);
    struct cell blank = next_blank(r);

    if (how % 2 == 0) { /* the usual scroll */
        top = 0;
        bottom = r->size.rows;
    }
    int lines = how % 4 == 3 ? how / 4 % 40 - 20 : how / 4 % 3 - 1;
    int height = bottom - top;
    screen_scroll_rows(r->s, top, bottom, lines, blank);
    lines = lines > height ? height : lines < -height ? -height : lines;
    model_scroll(r, top, bottom, lines, blank);
    model_evict(r);
}

static void
do_scroll_cols(struct run *r)
{
    int top = next_below(r, r->size.rows);
    int bottom = top + 1 + next_below(r, r->size.rows - top);
    int begin = next_below(r, r->size.cols);
    int end = begin + 1 + next_below(r, r->size.cols - begin);
    int cols = next_below(r, 60) - 30;
    struct cell blank = next_blank(r);

    screen_scroll_cols(r->s, top, bottom, begin, end, cols, blank);
    for (int row = top; cols != 0 && row < bottom; row++) {
        struct cell old[3 * COLS_MAX];
        struct cell cells[COLS_MAX];
        struct line *line = &grid(r)[row];
        int last = line_cols(r, line);
        int line_end = end < last ? end : last;
        if (begin >= line_end) {
            line->wrapped = line->wrapped && line_end != last;
            continue;
        }
        /* Pairs that the edges or the ends of the move cut are lost first. */
        const int cuts[] = {begin, line_end, begin + cols, line_end + cols};
        for (size_t i = 0; i < 4; i++) {
            int cut = cuts[i];
            if (cut > 0 && cut < last && cut >= begin && cut <= line_end &&
                is_tail(line->cells[cut])) {
                lose_half(&line->cells[cut - 1]);
                lose_half(&line->cells[cut]);
            }
        }
        memcpy(old, line->cells, sizeof(line->cells));
        for (int col = begin; col < line_end; col++) {
            bool inside = col + cols >= begin && col + cols < line_end;
            cells[col] = inside ? old[col + cols] : blank;
        }
        memcpy(line->cells + begin, cells + begin,
               (size_t)(line_end - begin) * sizeof(*cells));
        if (line_end == last) {
            line->wrapped = false;
        }
    }
}

static void
do_alternate(struct run *r)
{
    int active = next_below(r, 2);
    bool clear = next_below(r, 2) != 0;
    struct cell blank = next_blank(r);

    screen_use_alternate(r->s, active == 1, clear ? SCREEN_CLEAR : SCREEN_KEEP,
                         blank);
    if (active == r->active) {
        return;
    }
    model_drop_selection(r);
    r->active = active;
    r->lines_back = 0;
    for (int row = 0; active == 1 && clear && row < r->size.rows; row++) {
        clear_line(&grid(r)[row], r->size.cols, blank);
    }
}

void
do_scroll_view(struct run *r)
{
    int choice = next_byte(r);
    int lines = choice == 0 ? INT_MIN : choice == 1 ? INT_MAX : choice % 16 - 8;
    int64_t target = (int64_t)r->lines_back + lines;

    target = target < 0 ? 0 : target > r->line_count ? r->line_count : target;
    bool moves = r->active == 0 && target != r->lines_back;
    check(screen_scroll_view(r->s, lines) == moves, "whether the view moves");
    if (moves) {
        r->lines_back = (int)target;
    }
}

static void
do_cursor(struct run *r)
{
    r->cursor.pos = next_pos(r);
    r->cursor.shape = (enum cursor_shape)next_below(r, 3);
    r->cursor.visible = next_below(r, 4) != 0;
    screen_set_cursor(r->s, r->cursor);
}

static void
do_wrapped(struct run *r)
{
    int row = next_below(r, r->size.rows);
    bool wrapped = next_below(r, 2) != 0;

    screen_set_wrapped(r->s, row, wrapped);
    grid(r)[row].wrapped = wrapped;
}

/* A rectangle that is not empty. */
static struct screen_area
next_area(struct run *r)
{
    int top = next_below(r, r->size.rows);
    int left = next_below(r, r->size.cols);

    return (struct screen_area){
        .top = top,
        .bottom = top + 1 + next_below(r, r->size.rows - top),
        .left = left,
        .right = left + 1 + next_below(r, r->size.cols - left),
    };
}

/* As set_cells(), where a line of double width ends, too. */
static void
set_area_cells(struct run *r, int row, int begin, int end, struct cell *cells,
               int step)
{
    struct line *line = &grid(r)[row];
    int last = line_cols(r, line);

    if (begin >= last) {
        return;
    }
    if (end > last && step != 0 && is_tail(cells[last - begin])) {
        lose_half(&cells[last - begin - 1]);
    }
    set_cells(r, row, begin, end, cells, step);
    if (end >= last) {
        line->wrapped = false;
    }
}

/* Copies an area of the model as it is before; halves at the edges are blank.
 */
static void
model_copy_area(struct run *r, struct screen_area area, struct cell_pos to)
{
    int height = area.bottom - area.top;
    int width = area.right - area.left;

    for (int i = 0; i < height; i++) {
        int row = to.row > area.top ? height - 1 - i : i;
        const struct line *from = &grid(r)[area.top + row];
        struct cell cells[COLS_MAX];

        memcpy(cells, from->cells + area.left, (size_t)width * sizeof(*cells));
        if (is_tail(cells[0])) {
            lose_half(&cells[0]);
        }
        if (area.right < r->size.cols && is_tail(from->cells[area.right])) {
            lose_half(&cells[width - 1]);
        }
        set_area_cells(r, to.row + row, to.col, to.col + width, cells, 1);
    }
}

static void
model_erase_area(struct run *r, struct screen_area area, struct cell blank)
{
    for (int row = area.top; row < area.bottom; row++) {
        set_area_cells(r, row, area.left, area.right, &blank, 0);
    }
}

static void
do_copy_area(struct run *r)
{
    struct screen_area area = next_area(r);
    struct cell_pos to = {
        .row = next_below(r, r->size.rows - (area.bottom - area.top) + 1),
        .col = next_below(r, r->size.cols - (area.right - area.left) + 1),
    };

    screen_copy_area(r->s, area, to);
    model_copy_area(r, area, to);
    model_overwrite_selection(r, true);
}

static void
do_scroll_area(struct run *r)
{
    struct screen_area area = next_area(r);
    int lines = next_below(r, 2 * ROWS_MAX) - ROWS_MAX;
    struct cell blank = next_blank(r);
    int count = abs(lines) < area.bottom - area.top ? abs(lines)
                                                    : area.bottom - area.top;
    struct screen_area moved = area;
    struct screen_area bared = area;
    struct cell_pos to = {.row = area.top, .col = area.left};

    screen_scroll_area(r->s, area, lines, blank);
    if (lines > 0) {
        moved.top += count;
        bared.top = area.bottom - count;
    } else {
        moved.bottom -= count;
        bared.bottom = area.top + count;
        to.row += count;
    }
    if (moved.top < moved.bottom) {
        model_copy_area(r, moved, to);
    }
    if (bared.top < bared.bottom) {
        model_erase_area(r, bared, blank);
    }
    model_overwrite_selection(r, true);
}

static void
do_fill_area(struct run *r)
{
    struct screen_area area = next_area(r);
    struct cell cell = next_cell(r);

    screen_fill_area(r->s, area, cell);
    model_erase_area(r, area, cell);
    model_overwrite_selection(r, true);
}

static void
do_size(struct run *r)
{
    int row = next_below(r, r->size.rows);
    struct line *line = &grid(r)[row];
    enum row_size before = line->size;
    enum row_size size = (enum row_size)next_below(r, 4);

    screen_set_row_size(r->s, row, size);
    if ((size == ROW_SINGLE) != (before == ROW_SINGLE)) {
        line->wrapped = false;
    }
    line->size = ROW_SINGLE; /* all of it can be erased */
    struct cell blank = cell_default();
    set_cells(r, row, row_size_cols(size, r->size.cols), r->size.cols, &blank,
              0);
    line->size = size;
    model_overwrite_selection(r, true);
}

static void
do_rare(struct run *r)
{
    switch (next_below(r, 8)) {
    case 4:
        do_copy_area(r);
        break;
    case 5:
        do_scroll_area(r);
        break;
    case 6:
        do_fill_area(r);
        break;
    case 0:
        screen_damage_all(r->s);
        check(screen_is_dirty(r->s), "all is damaged");
        break;
    case 1:
        screen_clear_scrollback(r->s);
        r->line_count = 0;
        r->lines_back = 0;
        break;
    case 2:
        compare_scrollback(r);
        break;
    case 3:
        do_size(r);
        break;
    default:
        do_resize(r);
        break;
    }
}

static void
start(struct run *r)
{
    static const size_t bounds[] = {0, 2048, 4096, LARGE_BOUND};
    size_t bound = bounds[next_below(r, 4)];

    r->may_lose = bound < LARGE_BOUND;

    r->size = next_size(r);
    r->lines = xcalloc(LINES_MAX, sizeof(*r->lines));
    for (int i = 0; i < 2; i++) {
        for (int row = 0; row < ROWS_MAX; row++) {
            clear_line(&r->grids[i][row], COLS_MAX, cell_default());
        }
    }
    memset(r->picture, 0xff, sizeof(r->picture));
    check(screen_new(&r->s, r->size, bound) == 0, "screen_new");
}

/* Does not move rows: what it changes can be told by a comparison. */
static bool
is_local(operation_fn *operation)
{
    return operation != do_scroll_rows && operation != do_alternate &&
           operation != do_rare;
}

static void
run(const uint8_t *data, size_t len, operation_fn *const *operations,
    int operation_count)
{
    struct run *r = xcalloc(1, sizeof(*r));

    r->in = data;
    r->len = len;
    start(r);
    while (r->len > 0) {
        int what = next_byte(r);
        operation_fn *operation = operations[what % operation_count];
        memcpy(r->before, r->grids, sizeof(r->before));
        operation(r);
        if (is_local(operation)) {
            /* Columns that move may meet their equals. */
            model_overwrite_selection(r, operation == do_scroll_cols);
        }
        compare_grid(r);
        compare_view(r);
        if (what / operation_count % 4 == 0) {
            take_and_compare(r);
        }
    }
    take_and_compare(r);
    compare_scrollback(r);
    screen_free(r->s);
    free(r->lines);
    free(r);
}

void
screen_property_run(const uint8_t *data, size_t len)
{
    static operation_fn *const operations[] = {
        do_put,         do_put,         do_put_ascii, do_put_ascii,
        do_add_mark,    do_erase,       do_erase,     do_scroll_rows,
        do_scroll_rows, do_scroll_rows, do_alternate, do_scroll_view,
        do_cursor,      do_cursor,      do_wrapped,   do_scroll_cols,
        do_rare,
    };

    run(data, len, operations, sizeof(operations) / sizeof(operations[0]));
}

void
selection_property_run(const uint8_t *data, size_t len)
{
    static operation_fn *const operations[] = {
        do_select,      do_select,      do_select,    do_select_more,
        do_select_unit, do_select_none, do_put,       do_put_ascii,
        do_put_ascii,   do_put_ascii,   do_add_mark,  do_erase,
        do_scroll_rows, do_scroll_rows, do_alternate, do_scroll_view,
        do_scroll_view, do_wrapped,     do_wrapped,   do_scroll_cols,
        do_rare,
    };

    run(data, len, operations, sizeof(operations) / sizeof(operations[0]));
}
