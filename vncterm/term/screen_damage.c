/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The invariant: each cell of the view outside the pending spans is in the
 * picture already, at its place before the pending scroll. A span therefore
 * moves with its row, and a row that comes in is damaged as a whole.
 */
#include <errno.h>
#include <stdlib.h>

#include "term/screen_private.h"

/* Empty, and such that a union is a minimum and a maximum. */
static const struct row_span empty_span = {.begin = INT16_MAX, .end = 0};

static_assert(SCREEN_COLS_MAX < INT16_MAX, "a row fits a span");

static void
clear_spans(struct row_span *spans, int rows)
{
    for (int i = 0; i < rows; i++) {
        spans[i] = empty_span;
    }
}

int
damage_init(struct damage_state *d, int rows)
{
    struct row_span *spans = calloc(2 * (size_t)rows, sizeof(*spans));
    if (spans == NULL) {
        return -ENOMEM;
    }
    clear_spans(spans, 2 * rows);
    *d = (struct damage_state){.pending = spans, .taken = spans + rows};
    return 0;
}

void
damage_fini(struct damage_state *d)
{
    /* One allocation holds both, and taking swaps them. */
    free(d->pending < d->taken ? d->pending : d->taken);
    *d = (struct damage_state){0};
}

void
damage_rows(struct screen *s, int top, int bottom)
{
    struct row_span whole = {.begin = 0, .end = (int16_t)s->size.cols};

    for (int row = top; row < bottom; row++) {
        s->damage.pending[row] = whole;
        s->damage.dirty = true;
    }
}

void
screen_damage_all(struct screen *s)
{
    if (!s->damage.whole) {
        damage_rows(s, 0, s->size.rows);
        s->damage.whole = true;
    }
}

static void
move_drawn_cursor(struct drawn_cursor *drawn, int top, int bottom, int lines)
{
    int *row = &drawn->cursor.pos.row;

    if (*row < top || *row >= bottom) {
        return;
    }
    *row -= lines;
    if (*row < top || *row >= bottom) {
        drawn->cursor.visible = false;
    }
}

static void
move_drawn_mark(struct drawn_mark *mark, int top, int bottom, int lines)
{
    if (mark->lines_back == 0 || mark->row < top || mark->row >= bottom) {
        return;
    }
    mark->row -= lines;
    if (mark->row < top || mark->row >= bottom) {
        *mark = (struct drawn_mark){0};
    }
}

/* Moves spans, the drawn cursor and the mark along with their rows. */
static void
move_spans(struct screen *s, int top, int bottom, int lines)
{
    struct damage_state *d = &s->damage;

    rotate(d->pending + top, sizeof(*d->pending), bottom - top, lines);
    move_drawn_cursor(&d->drawn, top, bottom, lines);
    move_drawn_mark(&d->drawn_mark, top, bottom, lines);
    if (lines > 0) {
        damage_rows(s, bottom - lines, bottom);
    } else {
        damage_rows(s, top, top - lines);
    }
}

void
damage_scroll(struct screen *s, int top, int bottom, int lines)
{
    struct damage_state *d = &s->damage;
    int height = bottom - top;

    if (d->whole) {
        return;
    }
    if (abs(lines) >= height) {
        damage_rows(s, top, bottom);
        return;
    }

    bool same = d->scroll_top == top && d->scroll_bottom == bottom;
    int pending_height = d->scroll_bottom - d->scroll_top;
    if (d->scroll_lines != 0 && !same && height > pending_height) {
        /* One scroll is kept: that of the larger region. */
        damage_rows(s, d->scroll_top, d->scroll_bottom);
        d->scroll_lines = 0;
    }

    move_spans(s, top, bottom, lines);
    if (d->scroll_lines != 0 && !same) {
        damage_rows(s, top, bottom);
        return;
    }
    d->scroll_top = top;
    d->scroll_bottom = bottom;
    d->scroll_lines += lines;
    if (abs(d->scroll_lines) >= height) {
        /* Every row has come in since, and is damaged. */
        d->scroll_lines = 0;
        d->whole = height == s->size.rows;
    }
}

/* Whether the pending scroll spares any cell from being drawn. */
static bool
is_scroll_useful(const struct screen *s)
{
    const struct damage_state *d = &s->damage;

    if (d->scroll_lines == 0) {
        return false;
    }
    for (int row = d->scroll_top; row < d->scroll_bottom; row++) {
        const struct row_span *span = &d->pending[row];
        if (span->begin > 0 || span->end < s->size.cols) {
            return true;
        }
    }
    return false;
}

static bool
is_same_cursor(const struct cursor_view *a, const struct cursor_view *b)
{
    if (!a->visible || !b->visible) {
        return a->visible == b->visible;
    }
    return a->pos.row == b->pos.row && a->pos.col == b->pos.col &&
           a->shape == b->shape;
}

static bool
is_same_mark(const struct drawn_mark *a, const struct drawn_mark *b)
{
    return a->lines_back == b->lines_back && a->lines == b->lines &&
           a->row == b->row && a->is_single_for_it == b->is_single_for_it;
}

static void
damage_mark(struct screen *s, const struct drawn_mark *mark)
{
    if (mark->lines_back > 0) {
        /* In front of it there may be half a character. */
        int begin = mark->is_single_for_it ? 0 : mark->begin - 1;
        damage_view_cells(s, mark->row, begin, mark->end);
    }
}

/* What the cursor covers when it is drawn now. */
static struct drawn_cursor
cursor_to_draw(const struct screen *s)
{
    struct cursor_view cursor = view_cursor(s);
    const struct cell *cells = s->active->rows[s->cursor.pos.row];
    int begin = cursor.pos.col;
    int end = begin + 1;

    if (cells[begin].code == CELL_WIDE_TAIL) {
        begin--;
    } else if (end < s->size.cols && cells[end].code == CELL_WIDE_TAIL) {
        end++;
    }
    return (struct drawn_cursor){.cursor = cursor, .begin = begin, .end = end};
}

static void
damage_cursor(struct screen *s, const struct drawn_cursor *drawn)
{
    if (drawn->cursor.visible) {
        damage_view_cells(s, drawn->cursor.pos.row, drawn->begin, drawn->end);
    }
}

void
screen_set_cursor(struct screen *s, struct cursor_view cursor)
{
    assert(cursor.pos.row >= 0 && cursor.pos.row < s->size.rows);
    assert(cursor.pos.col >= 0 && cursor.pos.col < s->size.cols);

    s->cursor = cursor;
}

bool
screen_is_dirty(const struct screen *s)
{
    struct cursor_view cursor = view_cursor(s);
    struct drawn_mark mark = view_mark(s);

    return s->damage.dirty ||
           !is_same_cursor(&cursor, &s->damage.drawn.cursor) ||
           !is_same_mark(&mark, &s->damage.drawn_mark);
}

bool
screen_take_damage(struct screen *s, struct damage *out)
{
    struct damage_state *d = &s->damage;

    if (!screen_is_dirty(s)) {
        return false;
    }
    struct drawn_cursor cursor = cursor_to_draw(s);
    if (!is_same_cursor(&cursor.cursor, &d->drawn.cursor)) {
        damage_cursor(s, &d->drawn);
        damage_cursor(s, &cursor);
    }
    d->drawn = cursor;
    struct drawn_mark mark = view_mark(s);
    if (!is_same_mark(&mark, &d->drawn_mark)) {
        damage_mark(s, &d->drawn_mark);
        damage_mark(s, &mark);
    }
    d->drawn_mark = mark;

    struct row_span *spans = d->pending;
    *out = (struct damage){.rows = spans};
    if (is_scroll_useful(s)) {
        out->scroll.top = d->scroll_top;
        out->scroll.bottom = d->scroll_bottom;
        out->scroll.lines = d->scroll_lines;
    }
    d->pending = d->taken;
    d->taken = spans;
    clear_spans(d->pending, s->size.rows);
    d->scroll_lines = 0;
    d->dirty = false;
    d->whole = false;
    return true;
}
