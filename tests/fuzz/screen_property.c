/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz/screen_property.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fuzz/screen_model.h"
#include "term/screen.h"

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

static struct cell_pos
next_pos(struct run *r)
{
    int row = next_below(r, r->size.rows);

    return (struct cell_pos){.row = row, .col = next_below(r, r->size.cols)};
}

static struct cell_size
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

static struct cell
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

static struct cell
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

/* The model's operations on a line. */

static void
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

static int
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

static void
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

static void
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
static void
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

static void
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

/* What says how far the view is scrolled back. */
/* Returns whether there is one. */
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

/* Comparison. */

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

static void
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

static void
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

static void
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
    int lines = damage->scroll.lines;

    if (lines == 0) {
        return;
    }
    check(top >= 0 && top < bottom && bottom <= r->size.rows, "scroll region");
    check(abs(lines) < bottom - top, "scroll by less than the height");
    memcpy(old, r->picture, sizeof(old));
    for (int row = top; row < bottom; row++) {
        if (row + lines >= top && row + lines < bottom) {
            memcpy(r->picture[row], old[row + lines], sizeof(old[row]));
        }
    }
}

static void
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

/* Operations. */

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

static void
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
