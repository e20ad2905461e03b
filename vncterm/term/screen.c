/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "term/screen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "term/screen_private.h"

static_assert((int)SCREEN_COLS_MAX <= (int)SCROLLBACK_COLS_MAX,
              "rows can be pushed");

/* Only the colours of a blank count. */
static struct cell
blank_of(struct cell blank)
{
    struct cell colours = cell_default();

    colours.fg = blank.fg;
    colours.bg = blank.bg;
    return colours;
}

static void
fill(struct cell *cells, int count, struct cell blank)
{
    int done;

    for (done = 0; done < min_int(count, 8); done++) {
        cells[done] = blank;
    }
    while (done < count) {
        int more = min_int(done, count - done);
        memcpy(cells + done, cells, (size_t)more * sizeof(*cells));
        done += more;
    }
}

int
grid_init(struct grid *g, struct cell_size size)
{
    size_t rows = (size_t)size.rows;
    size_t cols = (size_t)size.cols;
    struct grid made = {
        .cells = malloc(rows * cols * sizeof(*made.cells)),
        .rows = calloc(2 * rows, sizeof(struct cell *)),
        .info = calloc(2 * rows, sizeof(*made.info)),
    };

    if (made.cells == NULL || made.rows == NULL || made.info == NULL) {
        grid_fini(&made);
        return -ENOMEM;
    }
    fill(made.cells, size.rows * size.cols, cell_default());
    for (size_t row = 0; row < rows; row++) {
        made.rows[row] = made.cells + row * cols;
    }
    *g = made;
    return 0;
}

void
grid_fini(struct grid *g)
{
    free(g->cells);
    if (g->rows != NULL) {
        free(g->rows - g->begin);
    }
    if (g->info != NULL) {
        free(g->info - g->begin);
    }
    *g = (struct grid){0};
}

void
grid_clear_row(struct grid *g, int row, int cols, struct cell blank)
{
    struct row_info *info = &g->info[row];
    bool is_default = cell_equals(blank, cell_default());

    fill(g->rows[row], is_default ? info->used : cols, blank);
    info->used = (int16_t)(is_default ? 0 : cols);
    info->wrapped = false;
    info->size = ROW_SINGLE;
}

/* `base` turned up by a few elements; see rotate(). */
static void
rotate_by_few(char *base, size_t len, size_t offset)
{
    char saved[128];

    assert(offset <= sizeof(saved));
    memcpy(saved, base, offset);
    memmove(base, base + offset, len - offset);
    memcpy(base + len - offset, saved, offset);
}

static void
rotate_back_by_few(char *base, size_t len, size_t offset)
{
    char saved[128];

    assert(offset <= sizeof(saved));
    memcpy(saved, base + len - offset, offset);
    memmove(base + offset, base, len - offset);
    memcpy(base, saved, offset);
}

void
rotate(void *base, size_t size, int count, int lines)
{
    enum {
        STEP = 16
    };

    while (lines > 0) {
        int step = min_int(lines, STEP);
        rotate_by_few(base, size * (size_t)count, size * (size_t)step);
        lines -= step;
    }
    while (lines < 0) {
        int step = min_int(-lines, STEP);
        rotate_back_by_few(base, size * (size_t)count, size * (size_t)step);
        lines += step;
    }
}

/* rotate() of all rows, up; 0 < lines < rows. */
static void
scroll_grid(struct grid *g, int rows, int lines)
{
    size_t count = (size_t)rows;
    size_t leaving = (size_t)lines;

    if (g->begin + lines > rows) {
        g->rows =
            memmove(g->rows - g->begin, g->rows, count * sizeof(struct cell *));
        g->info =
            memmove(g->info - g->begin, g->info, count * sizeof(*g->info));
        g->begin = 0;
    }
    for (size_t row = 0; row < leaving; row++) { /* nearly always one */
        g->rows[count + row] = g->rows[row];
        g->info[count + row] = g->info[row];
    }
    g->rows += lines;
    g->info += lines;
    g->begin += lines;
}

bool
screen_is_size_valid(struct cell_size size)
{
    return size.cols >= 1 && size.cols <= SCREEN_COLS_MAX && size.rows >= 1 &&
           size.rows <= SCREEN_ROWS_MAX;
}

int
screen_new(struct screen **out, struct cell_size size, size_t scrollback_max)
{
    if (!screen_is_size_valid(size)) {
        return -EINVAL;
    }
    struct screen *s = xcalloc(1, sizeof(*s));
    s->marks = xcalloc(1, sizeof(*s->marks));
    int error = scrollback_new(&s->scrollback, scrollback_max, s->marks);
    if (error < 0) {
        goto fail;
    }
    scrollback_set_cols(s->scrollback, size.cols);
    error = grid_init(&s->grids[GRID_MAIN], size);
    if (error < 0) {
        goto fail;
    }
    error = damage_init(&s->damage, size.rows);
    if (error < 0) {
        goto fail;
    }
    s->size = size;
    s->active = &s->grids[GRID_MAIN];
    s->view_sizes = xcalloc(SCREEN_ROWS_MAX, sizeof(*s->view_sizes));
    screen_damage_all(s);
    *out = s;
    return 0;

fail:
    screen_free(s);
    return error;
}

void
screen_free(struct screen *s)
{
    if (s == NULL) {
        return;
    }
    view_to_bottom(s);
    damage_fini(&s->damage);
    for (int i = 0; i < GRID_COUNT; i++) {
        grid_fini(&s->grids[i]);
    }
    scrollback_free(s->scrollback);
    free(s->view_sizes);
    if (s->marks != NULL) {
        marks_clear(s->marks);
    }
    free(s->marks);
    free(s);
}

struct cell_size
screen_size(const struct screen *s)
{
    return s->size;
}

void
screen_use_alternate(struct screen *s, bool alternate, enum screen_clear clear,
                     struct cell blank)
{
    struct grid *g = &s->grids[GRID_ALTERNATE];

    if (alternate == screen_is_alternate(s)) {
        return;
    }
    if (alternate && g->cells == NULL && grid_init(g, s->size) < 0) {
        return;
    }
    selection_drop(s);
    view_to_bottom(s);
    screen_damage_all(s);
    if (!alternate) {
        s->active = &s->grids[GRID_MAIN];
        return;
    }
    s->active = g;
    for (int row = 0; clear == SCREEN_CLEAR && row < s->size.rows; row++) {
        grid_clear_row(g, row, s->size.cols, blank_of(blank));
    }
}

bool
screen_is_alternate(const struct screen *s)
{
    return s->active == &s->grids[GRID_ALTERNATE];
}

void
screen_put(struct screen *s, struct cell_pos pos, struct cell cell, int width)
{
    int end = pos.col + width;

    assert(pos.row >= 0 && pos.row < s->size.rows);
    assert(pos.col >= 0 && end <= s->size.cols && (width == 1 || width == 2));
    assert(width == 1 || cell.code > '~');

    if (end > row_cols(s, pos.row)) {
        return;
    }
    struct cell *cells = s->active->rows[pos.row];
    struct cell tail = cell;
    tail.code = CELL_WIDE_TAIL;
    tail.marks = 0;
    if (cell_equals(cells[pos.col], cell) &&
        (width == 1 || cell_equals(cells[pos.col + 1], tail)) &&
        (end == s->size.cols || cells[end].code != CELL_WIDE_TAIL)) {
        return;
    }
    split_wide(s, pos.row, pos.col);
    split_wide(s, pos.row, end);
    cells[pos.col] = cell;
    if (width == 2) {
        cells[pos.col + 1] = tail;
    }
    grow_used(s, pos.row, end);
    damage_cells(s, pos.row, pos.col, end);
}

static struct cell
ascii_cell(struct cell pen, uint8_t code)
{
    pen.code = code;
    return pen;
}

void
screen_put_ascii(struct screen *s, struct cell_pos pos, const uint8_t *text,
                 int count, struct cell pen)
{
    assert(pos.row >= 0 && pos.row < s->size.rows);
    assert(pos.col >= 0 && count >= 0 && count <= s->size.cols - pos.col);

    struct cell *cells = s->active->rows[pos.row] + pos.col;
    int first = 0;
    int last = min_int(count, row_cols(s, pos.row) - pos.col);

    /* Full-screen programs write much that is there already. */
    while (first < last &&
           cell_equals(cells[first], ascii_cell(pen, text[first]))) {
        first++;
    }
    while (first < last &&
           cell_equals(cells[last - 1], ascii_cell(pen, text[last - 1]))) {
        last--;
    }
    if (first >= last) {
        return;
    }
    split_wide(s, pos.row, pos.col + first);
    split_wide(s, pos.row, pos.col + last);
    for (int i = first; i < last; i++) {
        cells[i] = ascii_cell(pen, text[i]);
    }
    grow_used(s, pos.row, pos.col + last);
    damage_cells(s, pos.row, pos.col + first, pos.col + last);
}

void
screen_add_mark(struct screen *s, struct cell_pos pos, uint32_t mark)
{
    assert(pos.row >= 0 && pos.row < s->size.rows);
    assert(pos.col >= 0 && pos.col < s->size.cols);
    assert(mark != 0 && mark <= UNICODE_MAX);

    struct cell *cells = s->active->rows[pos.row];
    int col = cells[pos.col].code == CELL_WIDE_TAIL ? pos.col - 1 : pos.col;
    struct cell *cell = &cells[col];
    if (cell->code == CELL_BLANK) {
        return;
    }
    unsigned sequence = screen_add_to_sequence(s, cell->marks, mark);
    if (sequence == cell->marks) {
        return;
    }
    cell->marks = sequence & 0x7fff;
    bool wide = col + 1 < s->size.cols && cells[col + 1].code == CELL_WIDE_TAIL;
    damage_cells(s, pos.row, col, col + (wide ? 2 : 1));
}

/* Blanks cells, which cut no wide character, and damages those that change. */
static void
blank_cells(struct screen *s, int row, int begin, int end, struct cell blank)
{
    struct row_info *info = &s->active->info[row];
    struct cell *cells = s->active->rows[row];

    if (!cell_equals(blank, cell_default())) {
        grow_used(s, row, end);
    } else if (end >= info->used) {
        end = info->used;
        info->used = (int16_t)min_int(begin, end);
    }
    while (begin < end && cell_equals(cells[begin], blank)) {
        begin++;
    }
    while (begin < end && cell_equals(cells[end - 1], blank)) {
        end--;
    }
    if (begin < end) {
        fill(cells + begin, end - begin, blank);
        damage_cells(s, row, begin, end);
    }
}

static void
erase_cells(struct screen *s, int row, int begin, int end, struct cell blank)
{
    split_wide(s, row, begin);
    split_wide(s, row, end);
    blank_cells(s, row, begin, end, blank);
}

/* Both halves of a wide character are protected or neither is. */
static void
erase_unprotected(struct screen *s, int row, int begin, int end,
                  struct cell blank)
{
    const struct cell *cells = s->active->rows[row];
    int col = begin;

    while (col < end) {
        int run = col;
        while (run < end && (cells[run].attrs & CELL_PROTECTED) == 0) {
            run++;
        }
        if (run > col) {
            erase_cells(s, row, col, run, blank);
        }
        col = run + 1;
    }
}

void
screen_erase(struct screen *s, int row, int begin, int end, struct cell blank,
             enum screen_protection protection)
{
    assert(row >= 0 && row < s->size.rows);
    assert(begin >= 0 && begin <= end && end <= s->size.cols);

    int last = row_cols(s, row);

    end = min_int(end, last);
    if (begin >= end) {
        return;
    }
    if (end == last) {
        s->active->info[row].wrapped = false;
    }
    switch (protection) {
    case SCREEN_ERASE_ALL:
        erase_cells(s, row, begin, end, blank_of(blank));
        break;
    case SCREEN_ERASE_UNPROTECTED:
        erase_unprotected(s, row, begin, end, blank_of(blank));
        break;
    }
}

/* Puts rows [0, count) into the scrollback; returns how many were kept. */
static int
push_rows(struct screen *s, int count)
{
    const struct grid *g = s->active;
    int kept = 0;

    for (int row = 0; row < count; row++) {
        const struct row_info *info = &g->info[row];
        enum row_size size = (enum row_size)info->size;
        int cols = row_size_cols(size, s->size.cols);

        cols = info->wrapped ? cols : min_int(info->used, cols);
        if (scrollback_push(s->scrollback, g->rows[row], cols, info->wrapped)) {
            kept++;
            if (size != ROW_SINGLE) {
                scrollback_set_size(s->scrollback, size);
            }
        }
    }
    return kept;
}

void
screen_scroll_rows(struct screen *s, int top, int bottom, int lines,
                   struct cell blank)
{
    assert(top >= 0 && top < bottom && bottom <= s->size.rows);

    struct grid *g = s->active;
    int height = bottom - top;
    lines = clamp_int(lines, -height, height);
    if (lines == 0) {
        return;
    }
    bool leaves = lines > 0 && top == 0 && !screen_is_alternate(s);
    int kept = leaves ? push_rows(s, lines) : 0;
    if (s->selection.is_held && leaves) {
        selection_push(s, bottom, lines, kept);
    } else if (s->selection.is_held) {
        selection_scroll(s, top, bottom, lines);
    }

    if (lines > 0 && lines < height && height == s->size.rows) {
        scroll_grid(g, height, lines);
    } else if (abs(lines) < height) {
        rotate(g->rows + top, sizeof(struct cell *), height, lines);
        rotate(g->info + top, sizeof(*g->info), height, lines);
    }
    int begin = lines > 0 ? bottom - lines : top;
    int end = lines > 0 ? bottom : top - lines;
    for (int row = begin; row < end; row++) {
        grid_clear_row(g, row, s->size.cols, blank_of(blank));
    }

    if (s->lines_back == 0) {
        damage_scroll(s, top, bottom, lines);
    } else if (leaves) {
        view_follow_scroll(s, bottom, kept, lines - kept);
    } else {
        damage_rows(s, min_int(top + s->lines_back, s->size.rows),
                    min_int(bottom + s->lines_back, s->size.rows));
    }
}

/* screen_scroll_cols() for one row; 0 < |cols| < end - begin. */
static void
shift_cells(struct screen *s, int row, int begin, int end, int cols,
            struct cell blank)
{
    struct row_info *info = &s->active->info[row];
    struct cell *cells = s->active->rows[row];

    split_wide(s, row, begin);
    split_wide(s, row, end);
    if (begin < info->used) {
        size_t moved = (size_t)(end - begin - abs(cols));
        if (cols > 0) {
            split_wide(s, row, begin + cols);
            memmove(cells + begin, cells + begin + cols,
                    moved * sizeof(*cells));
        } else {
            split_wide(s, row, end + cols);
            memmove(cells + begin - cols, cells + begin,
                    moved * sizeof(*cells));
            grow_used(s, row, min_int(end, info->used - cols));
        }
        damage_cells(s, row, begin, min_int(end, info->used));
    }
    if (cols > 0) {
        blank_cells(s, row, end - cols, end, blank);
    } else {
        blank_cells(s, row, begin, begin - cols, blank);
    }
}

void
screen_scroll_cols(struct screen *s, int top, int bottom, int begin, int end,
                   int cols, struct cell blank)
{
    assert(top >= 0 && top < bottom && bottom <= s->size.rows);
    assert(begin >= 0 && begin < end && end <= s->size.cols);

    cols = clamp_int(cols, begin - end, end - begin);
    if (cols == 0) {
        return;
    }
    for (int row = top; row < bottom; row++) {
        int last = row_cols(s, row);
        int row_end = min_int(end, last);

        if (row_end == last) {
            s->active->info[row].wrapped = false;
        }
        if (abs(cols) < row_end - begin) {
            shift_cells(s, row, begin, row_end, cols, blank_of(blank));
        } else if (begin < row_end) {
            erase_cells(s, row, begin, row_end, blank_of(blank));
        }
    }
}

void
screen_set_wrapped(struct screen *s, int row, bool wrapped)
{
    assert(row >= 0 && row < s->size.rows);

    s->active->info[row].wrapped = wrapped;
}

bool
screen_is_wrapped(const struct screen *s, int row)
{
    assert(row >= 0 && row < s->size.rows);

    return s->active->info[row].wrapped;
}

void
screen_set_row_size(struct screen *s, int row, enum row_size size)
{
    assert(row >= 0 && row < s->size.rows);

    struct row_info *info = &s->active->info[row];
    enum row_size before = (enum row_size)info->size;
    if (size == before) {
        return;
    }
    if (size == ROW_SINGLE || before == ROW_SINGLE) {
        info->wrapped = false;
    }
    erase_cells(s, row, row_size_cols(size, s->size.cols), s->size.cols,
                cell_default());
    info->size = (uint8_t)size;
    s->any_doubled = true;
    damage_cells(s, row, 0, s->size.cols);
}

enum row_size
screen_row_size(const struct screen *s, int row)
{
    assert(row >= 0 && row < s->size.rows);

    return (enum row_size)s->active->info[row].size;
}

const struct cell *
screen_row(const struct screen *s, int row)
{
    assert(row >= 0 && row < s->size.rows);

    return s->active->rows[row];
}

const struct scrollback *
screen_scrollback(const struct screen *s)
{
    return s->scrollback;
}

const struct cell *
screen_stored_row(const struct screen *s, enum screen_which which, int row,
                  bool *wrapped)
{
    const struct grid *g =
        &s->grids[which == SCREEN_MAIN ? GRID_MAIN : GRID_ALTERNATE];

    assert(row >= 0 && row < s->size.rows);
    if (g->cells == NULL) {
        return NULL;
    }
    *wrapped = g->info[row].wrapped;
    return g->rows[row];
}

enum row_size
screen_stored_row_size(const struct screen *s, enum screen_which which, int row)
{
    const struct grid *g =
        &s->grids[which == SCREEN_MAIN ? GRID_MAIN : GRID_ALTERNATE];

    assert(row >= 0 && row < s->size.rows && g->cells != NULL);
    return (enum row_size)g->info[row].size;
}
