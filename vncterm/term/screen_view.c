/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "term/screen_private.h"

static void
free_back_view(struct back_view *back)
{
    if (back != NULL) {
        free(back->cells);
        free(back->rows);
        free(back);
    }
}

/* NULL without memory. */
static struct back_view *
new_back_view(struct cell_size size)
{
    size_t rows = (size_t)size.rows;
    struct back_view *back = calloc(1, sizeof(*back));

    if (back == NULL) {
        return NULL;
    }
    back->cells = calloc(rows * (size_t)size.cols, sizeof(*back->cells));
    back->rows = calloc(rows, sizeof(const struct cell *));
    if (back->cells == NULL || back->rows == NULL) {
        free_back_view(back);
        return NULL;
    }
    return back;
}

void
view_to_bottom(struct screen *s)
{
    free_back_view(s->back);
    s->back = NULL;
    s->lines_back = 0;
}

bool
screen_scroll_view(struct screen *s, int lines)
{
    int lines_max = scrollback_lines(s->scrollback);
    int64_t wanted = (int64_t)s->lines_back + lines;
    int target = wanted < 0 ? 0 : wanted > lines_max ? lines_max : (int)wanted;

    if (screen_is_alternate(s) || target == s->lines_back) {
        return false;
    }
    if (s->back == NULL) {
        s->back = new_back_view(s->size);
        if (s->back == NULL) {
            return false;
        }
    }
    int rows = s->size.rows;
    damage_scroll(s, 0, rows, clamp_int(s->lines_back - target, -rows, rows));
    s->lines_back = target;
    if (target == 0) {
        view_to_bottom(s);
    }
    return true;
}

void
view_follow_scroll(struct screen *s, int bottom, int kept, int dropped)
{
    int rows = s->size.rows;
    int lines_max = scrollback_lines(s->scrollback);

    /* Lines in front of the region stay where they are in the view. */
    damage_rows(s, min_int(bottom + s->lines_back, rows), rows);
    s->lines_back += kept;
    if (s->lines_back > lines_max) {
        /* What was at the top of the view is gone. */
        damage_scroll(s, 0, rows, min_int(s->lines_back - lines_max, rows));
        s->lines_back = lines_max;
    }
    if (dropped > 0) {
        screen_damage_all(s);
    }
    if (s->lines_back == 0) {
        view_to_bottom(s);
    }
}

void
screen_clear_scrollback(struct screen *s)
{
    scrollback_clear(s->scrollback);
    selection_forget_lines(s);
    if (s->lines_back > 0) {
        view_to_bottom(s);
        screen_damage_all(s);
    }
}

struct cursor_view
view_cursor(const struct screen *s)
{
    struct cursor_view cursor = s->cursor;

    cursor.pos.row += s->lines_back;
    if (cursor.pos.row >= s->size.rows) {
        cursor.pos.row = s->size.rows - 1;
        cursor.visible = false;
    }
    return cursor;
}

enum {
    MARK_MAX = 24,  /* two numbers of lines, and a few signs */
    MARK_SHARE = 4, /* it takes a quarter of the row at most, or is left out */
};

/* Returns the length. */
static int
mark_text(int lines_back, int lines, char out[MARK_MAX])
{
    return snprintf(out, MARK_MAX, "-%d/%d", lines_back, lines);
}

struct drawn_mark
view_mark(const struct screen *s)
{
    struct drawn_mark mark = {.lines_back = s->lines_back, .end = s->size.cols};
    char text[MARK_MAX];

    if (s->lines_back == 0) {
        return (struct drawn_mark){0};
    }
    mark.lines = scrollback_lines(s->scrollback);
    int len = mark_text(mark.lines_back, mark.lines, text);
    if (len > s->size.cols / MARK_SHARE) {
        return (struct drawn_mark){0};
    }
    mark.begin = mark.end - len;
    mark.is_single_for_it =
        scrollback_line_size(s->scrollback, s->lines_back - 1) != ROW_SINGLE;
    return mark;
}

/* Draws it over the first row, which has been unpacked for the view. */
static void
draw_mark(struct cell *cells, const struct drawn_mark *mark)
{
    char text[MARK_MAX];

    if (mark->lines_back == 0) {
        return;
    }
    (void)mark_text(mark->lines_back, mark->lines, text);
    if (cells[mark->begin].code == CELL_WIDE_TAIL) {
        cell_blank_half(&cells[mark->begin - 1]);
    }
    for (int col = mark->begin; col < mark->end; col++) {
        cells[col] = cell_default();
        cells[col].code = (uint8_t)text[col - mark->begin];
        cells[col].attrs = CELL_REVERSE;
    }
}

/* The rows of a view that is scrolled back. */
static const struct cell **
back_rows(const struct screen *s)
{
    const struct back_view *back = s->back;

    for (int row = 0; row < s->size.rows; row++) {
        int line = s->lines_back - 1 - row;
        if (line < 0) {
            back->rows[row] = s->active->rows[row - s->lines_back];
            continue;
        }
        bool wrapped;
        struct cell *cells = back->cells + (size_t)row * (size_t)s->size.cols;
        enum row_size size = scrollback_line_size(s->scrollback, line);
        int cols = row_size_cols(size, s->size.cols);
        scrollback_line(s->scrollback, line, cells, cols, &wrapped);
        while (cols < s->size.cols) {
            cells[cols++] = cell_default();
        }
        back->rows[row] = cells;
    }
    struct drawn_mark mark = view_mark(s);
    draw_mark(back->cells, &mark);
    return back->rows;
}

enum row_size
screen_view_row_size(const struct screen *s, int row)
{
    int line = s->lines_back - 1 - row;

    assert(row >= 0 && row < s->size.rows);
    if (row == 0 && line >= 0 && view_mark(s).is_single_for_it) {
        return ROW_SINGLE;
    }
    return line >= 0 ? scrollback_line_size(s->scrollback, line)
                     : (enum row_size)s->active->info[row - s->lines_back].size;
}

/* NULL when all are single, which spares the renderer from asking. */
static const uint8_t *
view_sizes(const struct screen *s)
{
    bool doubled = false;

    for (int row = 0; row < s->size.rows; row++) {
        enum row_size size = screen_view_row_size(s, row);

        s->view_sizes[row] = (uint8_t)size;
        doubled |= size != ROW_SINGLE;
    }
    return doubled ? s->view_sizes : NULL;
}

void
screen_view(const struct screen *s, struct screen_view *out)
{
    if (s->back != NULL) {
        screen_make_room_for_marks(s);
    }
    out->size = s->size;
    out->rows = s->back == NULL ? (const struct cell *const *)s->active->rows
                                : (const struct cell *const *)back_rows(s);
    out->marks = screen_marks(s);
    out->cursor = view_cursor(s);
    out->lines_back = s->lines_back;
    out->row_sizes = s->any_doubled ? view_sizes(s) : NULL;
    out->selection = selection_in_view(s);
}

/* Where cells of a row have any of `attrs`; empty where none has. */
static struct row_span
span_of_attrs(const struct screen_view *view, int row, unsigned attrs)
{
    const struct cell *cells = view_row(view, row);
    int begin = 0;
    int end = view->size.cols;

    while (begin < end && (cells[begin].attrs & attrs) == 0) {
        begin++;
    }
    while (begin < end && (cells[end - 1].attrs & attrs) == 0) {
        end--;
    }
    return (struct row_span){.begin = (int16_t)begin, .end = (int16_t)end};
}

int
screen_find_attrs(const struct screen_view *view, unsigned attrs)
{
    for (int row = 0; row < view->size.rows; row++) {
        struct row_span span = span_of_attrs(view, row, attrs);

        if (span.begin < span.end) {
            return row;
        }
    }
    return -1;
}

void
screen_damage_attrs(struct screen *s, unsigned attrs)
{
    struct screen_view view;

    screen_view(s, &view);
    for (int row = 0; row < view.size.rows; row++) {
        struct row_span span = span_of_attrs(&view, row, attrs);

        if (span.begin < span.end) {
            damage_view_cells(s, row, span.begin, span.end);
        }
    }
}

bool
screen_is_cursor_in_view(const struct screen *s)
{
    return s->cursor.pos.row + s->lines_back < s->size.rows;
}
