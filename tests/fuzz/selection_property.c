/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The model of a selection: every line knows which of its columns are selected,
 * and takes that along wherever it goes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "fuzz/screen_model.h"
#include "fuzz/screen_property.h"
#include "term/selection.h"

/* Lines count from the first row of the screen; the scrollback is negative. */
static int
first_line(const struct run *r)
{
    return r->active == 0 ? -r->line_count : 0;
}

static struct line *
line_of(struct run *r, int line)
{
    return line < 0 ? &r->lines[r->line_count + line] : &grid(r)[line];
}

static bool
has_selected_cols(const struct line *line)
{
    return line->selected.is_there && line->selected.begin < line->selected.end;
}

void
model_drop_selection(struct run *r)
{
    if (!r->is_selected) {
        return;
    }
    r->is_selected = false;
    for (int i = 0; i < r->line_count; i++) {
        r->lines[i].selected = (struct selected_part){0};
    }
    for (int row = 0; row < ROWS_MAX; row++) {
        r->grids[0][row].selected = (struct selected_part){0};
        r->grids[1][row].selected = (struct selected_part){0};
    }
}

static bool
is_any_selected(struct run *r, int first, int end)
{
    for (int line = first; line < end; line++) {
        if (line_of(r, line)->selected.is_there) {
            return true;
        }
    }
    return false;
}

void
model_tear_selection(struct run *r, int top, int bottom, bool with_scrollback)
{
    int first = with_scrollback ? first_line(r) : top;

    if (!r->is_selected) {
        return;
    }
    bool inside = is_any_selected(r, first, bottom);
    bool outside = is_any_selected(r, first_line(r), first) ||
                   is_any_selected(r, bottom, r->size.rows);

    if (inside && outside) {
        model_drop_selection(r);
    }
}

/*
 * A change of what is selected drops it. One beside it in the same row may: the
 * screen notes changes in spans.
 */
void
model_overwrite_selection(struct run *r, bool may_drop)
{
    bool must_drop = false;

    for (int row = 0; row < r->size.rows; row++) {
        const struct line *line = &grid(r)[row];
        const struct line *before = &r->before[r->active][row];
        for (int col = 0; col < r->size.cols; col++) {
            bool is_changed =
                !cell_equals(line->cells[col], before->cells[col]);
            bool is_selected = has_selected_cols(line) &&
                               col >= line->selected.begin &&
                               col < line->selected.end;
            must_drop |= is_changed && is_selected;
            may_drop |= is_changed && has_selected_cols(line);
        }
    }
    if (must_drop || (may_drop && !selection_exists(r->s))) {
        model_drop_selection(r);
    }
}

/* Selects all from one place to another in the model. */
static void
model_select(struct run *r, struct selection_place begin,
             struct selection_place end, bool is_block)
{
    model_drop_selection(r);
    r->is_block = is_block;
    r->is_selected = true;
    if (is_block ? begin.col == end.col
                 : begin.line == end.line && begin.col == end.col) {
        return;
    }
    for (int i = begin.line; i <= end.line; i++) {
        line_of(r, i)->selected = (struct selected_part){
            .is_there = true,
            .begin = is_block || i == begin.line ? begin.col : 0,
            .end = is_block || i == end.line ? end.col : r->size.cols,
        };
    }
}

static struct selection_point
next_point(struct run *r)
{
    int row = next_below(r, r->size.rows + 2) - 1;
    int edge = next_below(r, r->size.cols + 1);

    return (struct selection_point){
        .row = row, .col = edge < r->size.cols ? edge : 0, .edge = edge};
}

static struct selection_place
place_of(struct run *r, struct selection_point point)
{
    int row = point.row < 0 ? 0 : point.row;

    row = row >= r->size.rows ? r->size.rows - 1 : row;
    int line = row - r->lines_back;
    int cols = line_cols(r, line_of(r, line));
    return (struct selection_place){
        .line = line, .col = point.edge < cols ? point.edge : cols};
}

static void
swap_ints(int *a, int *b)
{
    int other = *a;

    *a = *b;
    *b = other;
}

/* By characters or a block, with or without moving the view in between. */
void
do_select(struct run *r)
{
    int how = next_byte(r);
    bool is_block = how % 4 == 0;
    struct selection_point from = next_point(r);
    struct selection_place begin = place_of(r, from);

    selection_begin(r->s, is_block ? SELECT_BLOCK : SELECT_CHARACTERS, from);
    check(!selection_exists(r->s), "nothing is selected by a press");
    if (how % 8 < 4) {
        do_scroll_view(r);
    }
    struct selection_point to = next_point(r);
    struct selection_place end = place_of(r, to);
    selection_extend(r->s, to);
    if (is_block && end.col < begin.col) {
        swap_ints(&begin.col, &end.col);
    }
    if (end.line < begin.line ||
        (end.line == begin.line && end.col < begin.col)) {
        swap_ints(&begin.line, &end.line);
        if (!is_block) {
            swap_ints(&begin.col, &end.col);
        }
    }
    model_select(r, begin, end, is_block);
}

/* The model takes over what the screen has selected. */
static void
model_take_selection(struct run *r)
{
    struct selection_view view = selection_in_view(r->s);
    struct selection_place begin = {.line = view.begin.row - r->lines_back,
                                    .col = view.begin.col};
    struct selection_place end = {.line = view.end.row - r->lines_back,
                                  .col = view.end.col};

    if (!view.exists) {
        model_drop_selection(r);
        return;
    }
    check(begin.line >= first_line(r) && end.line < r->size.rows &&
              begin.line <= end.line,
          "selected lines are there");
    check(begin.col >= 0 && begin.col <= r->size.cols && end.col >= 0 &&
              end.col <= r->size.cols,
          "selected columns are there");
    model_select(r, begin, end, view.is_block);
}

/* From wherever it was begun, and what has been cut off since. */
void
do_select_more(struct run *r)
{
    selection_extend(r->s, next_point(r));
    model_take_selection(r);
}

void
do_select_unit(struct run *r)
{
    enum selection_unit unit =
        next_below(r, 2) == 0 ? SELECT_WORDS : SELECT_LINES;
    struct selection_point point = next_point(r);

    selection_begin(r->s, unit, point);
    struct selection_view view = selection_in_view(r->s);
    struct selection_place place = place_of(r, point);
    int row = place.line + r->lines_back;
    struct row_span span = selection_view_row(&view, row, r->size.cols);
    int last = line_cols(r, line_of(r, place.line)) - 1;
    int col = point.col < last ? point.col : last;
    check(col >= span.begin && col < span.end,
          "the word or line below the pointer is selected");
    selection_extend(r->s, next_point(r));
    model_take_selection(r);
}

void
do_select_none(struct run *r)
{
    selection_drop(r->s);
    model_drop_selection(r);
}

/*
 * Where blanks begin that are not taken along; `next` is what the line goes on
 * in, or NULL.
 */
static int
end_of_text(const struct run *r, const struct line *line,
            const struct line *next)
{
    int cols = line_cols(r, line);
    int end = 0;

    if (next != NULL) {
        int next_cols = line_cols(r, next);
        uint32_t last = cell_of_line(line, cols, cols - 1).code;
        bool no_room = last == CELL_BLANK && next_cols > 1 &&
                       is_tail(cell_of_line(next, next_cols, 1));
        return no_room ? cols - 1 : cols;
    }
    for (int col = 0; col < cols; col++) {
        uint32_t code = cell_of_line(line, cols, col).code;
        if (code != CELL_BLANK && code != ' ') {
            end = col + 1;
        }
    }
    return end;
}

static void
append(struct bytes *out, uint32_t code)
{
    char text[UTF8_MAX];
    size_t len = utf8_encode(code, text);

    check(bytes_push(out, text, len) == 0, "room for the text");
}

static void
append_line(struct run *r, const struct line *line, const struct line *next,
            struct bytes *out)
{
    int end = end_of_text(r, line, next);

    for (int col = line->selected.begin; col < end && col < line->selected.end;
         col++) {
        struct cell cell = cell_of_line(line, line_cols(r, line), col);
        uint32_t marks[CELL_MARKS_MAX];
        int count = mark_sequence(screen_marks(r->s), cell.marks, marks);
        if (is_tail(cell)) {
            continue;
        }
        append(out, cell.code == CELL_BLANK ? ' ' : cell.code);
        for (int i = 0; i < count; i++) {
            append(out, marks[i]);
        }
    }
}

enum {
    TEXT_MAX = 1 << 20, /* more than there can be */
};

static struct line
whole_line(struct run *r, int number)
{
    struct line line = *line_of(r, number);

    line.cols = number < 0 ? line.cols : r->size.cols;
    return line;
}

static void
compare_text(struct run *r)
{
    struct bytes wanted;
    struct bytes have;
    const struct line *last = NULL;

    bytes_init(&wanted, TEXT_MAX);
    bytes_init(&have, TEXT_MAX);
    for (int i = first_line(r); r->is_selected && i < r->size.rows; i++) {
        const struct line *line = line_of(r, i);
        if (!line->selected.is_there) {
            continue;
        }
        if (last != NULL && (r->is_block || !last->wrapped)) {
            append(&wanted, '\n');
        }
        bool goes_on = line->wrapped && !r->is_block && i + 1 < r->size.rows;
        struct line whole = whole_line(r, i);
        struct line next = whole_line(r, goes_on ? i + 1 : i);
        append_line(r, &whole, goes_on ? &next : NULL, &wanted);
        last = line;
    }
    check(selection_text(r->s, &have), "the text is whole");
    check(bytes_len(&have) == bytes_len(&wanted), "length of the text");
    check(bytes_len(&have) == 0 ||
              memcmp(bytes_peek(&have), bytes_peek(&wanted),
                     bytes_len(&have)) == 0,
          "text");
    bytes_fini(&wanted);
    bytes_fini(&have);
}

/* How many lines are in it, and whether any has columns. */
static bool
model_has_selection(struct run *r)
{
    int lines = 0;

    for (int i = first_line(r); r->is_selected && i < r->size.rows; i++) {
        if (has_selected_cols(line_of(r, i))) {
            return true;
        }
        lines += line_of(r, i)->selected.is_there;
    }
    return lines > 1;
}

void
compare_selection(struct run *r, const struct screen_view *view)
{
    bool exists = model_has_selection(r);

    check(selection_exists(r->s) == exists, "whether there is a selection");
    check(view->selection.exists == exists, "and in the view");
    if (!exists) {
        model_drop_selection(r);
    }
    for (int row = 0; row < r->size.rows; row++) {
        const struct line *line = line_of(r, row - r->lines_back);
        struct row_span span =
            selection_view_row(&view->selection, row, r->size.cols);
        bool is_empty = span.begin >= span.end;
        check(is_empty == !has_selected_cols(line), "row with a selection");
        check(is_empty || (span.begin == line->selected.begin &&
                           span.end == line->selected.end),
              "columns of the selection");
    }
    compare_text(r);
}
