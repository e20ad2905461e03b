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
damage_area(struct screen *s, struct screen_area area)
{
    for (int row = area.top; row < area.bottom; row++) {
        damage_view_cells(s, row, area.left, area.right);
    }
}

static void
damage_cursor(struct screen *s, const struct drawn_cursor *drawn)
{
    if (drawn->cursor.visible) {
        damage_view_cells(s, drawn->cursor.pos.row, drawn->begin, drawn->end);
    }
}

static void
move_drawn_cursor(struct screen *s, struct screen_area area, int lines)
{
    struct drawn_cursor *drawn = &s->damage.drawn;
    int *row = &drawn->cursor.pos.row;

    if (*row < area.top || *row >= area.bottom || drawn->end <= area.left ||
        drawn->begin >= area.right) {
        return;
    }
    if (drawn->begin < area.left || drawn->end > area.right) {
        /* It covers a wide character that is there no more. */
        damage_cursor(s, drawn);
        drawn->cursor.visible = false;
        return;
    }
    *row -= lines;
    if (*row < area.top || *row >= area.bottom) {
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

/* What is beside columns [left, right) of a span. */
static struct row_span
span_beside(struct row_span span, int left, int right)
{
    if (span.begin >= left) {
        span.begin = (int16_t)max_int(span.begin, right);
    } else if (span.end <= right) {
        span.end = (int16_t)min_int(span.end, left);
    }
    return span.begin < span.end ? span : empty_span;
}

static struct row_span
span_within(struct row_span span, int left, int right)
{
    span.begin = (int16_t)max_int(span.begin, left);
    span.end = (int16_t)min_int(span.end, right);
    return span.begin < span.end ? span : empty_span;
}

static struct row_span
span_of_both(struct row_span a, struct row_span b)
{
    return (struct row_span){.begin = (int16_t)min_int(a.begin, b.begin),
                             .end = (int16_t)max_int(a.end, b.end)};
}

/* Moves what is damaged in the columns of an area; |lines| < height. */
static void
move_parts_of_spans(struct screen *s, struct screen_area area, int lines)
{
    struct row_span *spans = s->damage.pending;
    int count = area.bottom - area.top - abs(lines);

    for (int i = 0; i < count; i++) {
        /* Rows that are read later must not have been written. */
        int row = lines > 0 ? area.top + i : area.bottom - 1 - i;
        spans[row] = span_of_both(
            span_beside(spans[row], area.left, area.right),
            span_within(spans[row + lines], area.left, area.right));
    }
}

static bool
is_as_wide_as_screen(const struct screen *s, struct screen_area area)
{
    return area.left == 0 && area.right == s->size.cols;
}

/* Moves spans, the drawn cursor and the mark along with their rows. */
static void
move_spans(struct screen *s, struct screen_area area, int lines)
{
    struct damage_state *d = &s->damage;
    struct screen_area bared = area;

    move_drawn_cursor(s, area, lines);
    if (is_as_wide_as_screen(s, area)) {
        rotate(d->pending + area.top, sizeof(*d->pending),
               area.bottom - area.top, lines);
        move_drawn_mark(&d->drawn_mark, area.top, area.bottom, lines);
    } else {
        move_parts_of_spans(s, area, lines);
    }
    if (lines > 0) {
        bared.top = area.bottom - lines;
    } else {
        bared.bottom = area.top - lines;
    }
    damage_area(s, bared);
}

static int
cells_of_area(struct screen_area area)
{
    return (area.bottom - area.top) * (area.right - area.left);
}

static bool
is_same_area(struct screen_area a, struct screen_area b)
{
    return a.top == b.top && a.bottom == b.bottom && a.left == b.left &&
           a.right == b.right;
}

bool
damage_can_scroll_area(const struct screen *s)
{
    return s->lines_back == 0 && s->damage.drawn_mark.lines_back == 0 &&
           !s->selection.is_held;
}

void
damage_scroll_area(struct screen *s, struct screen_area area, int lines)
{
    struct damage_state *d = &s->damage;
    int height = area.bottom - area.top;

    if (d->whole) {
        return;
    }
    bool same = is_same_area(d->scrolled, area);
    if (d->scroll_lines != 0 && !same &&
        cells_of_area(area) > cells_of_area(d->scrolled)) {
        /* One scroll is kept: that of the larger area. */
        damage_area(s, d->scrolled);
        d->scroll_lines = 0;
    }

    move_spans(s, area, lines);
    if (d->scroll_lines != 0 && !same) {
        damage_area(s, area);
        return;
    }
    d->scrolled = area;
    d->scroll_lines += lines;
    if (abs(d->scroll_lines) >= height) {
        /* Every row has come in since, and is damaged. */
        d->scroll_lines = 0;
        d->whole = height == s->size.rows && is_as_wide_as_screen(s, area);
    }
}

void
damage_scroll(struct screen *s, int top, int bottom, int lines)
{
    struct screen_area area = {
        .top = top, .bottom = bottom, .right = s->size.cols};

    if (abs(lines) >= bottom - top) {
        damage_rows(s, top, bottom);
    } else {
        damage_scroll_area(s, area, lines);
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
    for (int row = d->scrolled.top; row < d->scrolled.bottom; row++) {
        const struct row_span *span = &d->pending[row];
        if (span->begin > d->scrolled.left || span->end < d->scrolled.right) {
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
        out->scroll.top = d->scrolled.top;
        out->scroll.bottom = d->scrolled.bottom;
        out->scroll.left = d->scrolled.left;
        out->scroll.right = d->scrolled.right;
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
