/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "term/selection.h"

#include <string.h>

#include "base/utf8.h"
#include "term/screen_private.h"

/* A line of the scrollback or a row of the screen. */
struct line {
    const struct cell *cells;
    const struct mark *marks; /* what they name, or NULL: none do */
    int cols;
    bool wrapped;
    struct cell unpacked[SCREEN_COLS_MAX];
};

/* All that there is: lines [first, end). */
static int
first_line(const struct screen *s)
{
    return screen_is_alternate(s) ? 0 : -scrollback_lines(s->scrollback);
}

/*
 * Marks of a line of the scrollback go into `marks`, or are left out if that is
 * NULL: the table of the screen must not lose any to them.
 */
static void
read_line(const struct screen *s, int line, struct marks *marks,
          struct line *out)
{
    assert(line >= first_line(s) && line < s->size.rows);

    if (line >= 0) {
        out->cells = s->active->rows[line];
        out->marks = screen_marks(s);
        out->cols = row_cols(s, line);
        out->wrapped = s->active->info[line].wrapped;
        return;
    }
    int index = -1 - line;
    enum row_size size = scrollback_line_size(s->scrollback, index);
    out->cells = out->unpacked;
    out->cols = row_size_cols(size, s->size.cols);
    scrollback_read(s->scrollback, index, marks, out->unpacked, out->cols,
                    &out->wrapped);
    out->marks = marks == NULL ? NULL : marks->table;
}

static bool
is_wrapped(const struct screen *s, int line)
{
    struct cell first;
    bool wrapped;

    if (line >= 0) {
        return s->active->info[line].wrapped;
    }
    scrollback_read(s->scrollback, -1 - line, NULL, &first, 1, &wrapped);
    return wrapped;
}

/* Whether the first character is a wide one. */
static bool
starts_wide(const struct screen *s, int line)
{
    struct cell cells[2];
    bool wrapped;

    if (s->size.cols == 1) {
        return false;
    }
    if (line >= 0) {
        return s->active->rows[line][1].code == CELL_WIDE_TAIL;
    }
    scrollback_read(s->scrollback, -1 - line, NULL, cells, 2, &wrapped);
    return cells[1].code == CELL_WIDE_TAIL;
}

/* Places. */

static bool
is_before(struct selection_place a, struct selection_place b)
{
    return a.line < b.line || (a.line == b.line && a.col < b.col);
}

static bool
is_same_place(struct selection_place a, struct selection_place b)
{
    return a.line == b.line && a.col == b.col;
}

static bool
is_empty(const struct selection *selection)
{
    const struct selection_range *range = &selection->range;

    return !selection->is_held ||
           (selection->unit == SELECT_BLOCK
                ? range->begin.col == range->end.col
                : is_same_place(range->begin, range->end));
}

bool
selection_exists(const struct screen *s)
{
    return !is_empty(&s->selection);
}

/* The columns of a line that are selected. */
static struct row_span
selected_cols(const struct screen *s, const struct selection *selection,
              int line)
{
    const struct selection_range *range = &selection->range;
    struct selection_view view = {
        .exists = !is_empty(selection),
        .is_block = selection->unit == SELECT_BLOCK,
        .begin = {.row = range->begin.line, .col = range->begin.col},
        .end = {.row = range->end.line, .col = range->end.col},
    };

    return selection_view_row(&view, line, s->size.cols);
}

struct selection_view
selection_in_view(const struct screen *s)
{
    const struct selection *selection = &s->selection;
    const struct selection_range *range = &selection->range;

    if (is_empty(selection)) {
        return (struct selection_view){.exists = false};
    }
    return (struct selection_view){
        .exists = true,
        .is_block = selection->unit == SELECT_BLOCK,
        .begin = {.row = range->begin.line + s->lines_back,
                  .col = range->begin.col},
        .end = {.row = range->end.line + s->lines_back, .col = range->end.col},
    };
}

/* Damages what differs between two selections of a line. */
static void
damage_difference(struct screen *s, int view_row, struct row_span a,
                  struct row_span b)
{
    if (a.begin >= a.end && b.begin >= b.end) {
        return;
    }
    if (a.begin >= a.end || b.begin >= b.end) {
        struct row_span one = a.begin < a.end ? a : b;
        damage_view_cells(s, view_row, one.begin, one.end);
        return;
    }
    if (a.begin != b.begin) {
        damage_view_cells(s, view_row, min_int(a.begin, b.begin),
                          max_int(a.begin, b.begin));
    }
    if (a.end != b.end) {
        damage_view_cells(s, view_row, min_int(a.end, b.end),
                          max_int(a.end, b.end));
    }
}

static void
set_selection(struct screen *s, const struct selection *next)
{
    for (int row = 0; row < s->size.rows; row++) {
        int line = row - s->lines_back;
        damage_difference(s, row, selected_cols(s, &s->selection, line),
                          selected_cols(s, next, line));
    }
    s->selection = *next;
}

void
selection_drop(struct screen *s)
{
    static const struct selection none = {.is_held = false};

    if (s->selection.is_held) {
        set_selection(s, &none);
    }
}

/* Words. */

struct code_range {
    uint32_t first;
    uint32_t last;
};

/* What is beyond ASCII and in no word: spaces, punctuation, drawing. */
static const struct code_range not_in_words[] = {
    {0x0080, 0x00a9}, /* Latin-1's signs, but for its letters: a, mu, o */
    {0x00ab, 0x00b4},   {0x00b6, 0x00b9}, {0x00bb, 0x00bf}, {0x00d7, 0x00d7},
    {0x00f7, 0x00f7},   {0x1680, 0x1680}, {0x2000, 0x200a}, /* spaces */
    {0x2010, 0x206f},                     /* general punctuation */
    {0x2190, 0x23ff},                     /* arrows, mathematics, technical */
    {0x2500, 0x25ff},                     /* boxes, blocks, shapes */
    {0x2800, 0x28ff},                     /* braille, drawn with */
    {0x3000, 0x3003},   {0x3008, 0x3020}, /* CJK space and punctuation */
    {0xe0a0, 0xe0d7},                     /* powerline */
    {0xff01, 0xff0f},   {0xff1a, 0xff20}, {0xff3b, 0xff40}, {0xff5b, 0xff65},
    {0x1fb00, 0x1fbaf}, /* sextants */
};

static bool
is_listed(uint32_t code)
{
    size_t count = sizeof(not_in_words) / sizeof(not_in_words[0]);

    for (size_t i = 0; i < count; i++) {
        if (code <= not_in_words[i].last) {
            return code >= not_in_words[i].first;
        }
    }
    return false;
}

/* Characters of one class make a word: CLASS_WORD, CLASS_BLANK, or the
 * character itself. */
enum {
    CLASS_WORD = 1,
    CLASS_BLANK = 2,
};

static bool
is_listed_in(uint32_t code, const char *ascii)
{
    return code != 0 && code < 0x80 && strchr(ascii, (int)code) != NULL;
}

static uint32_t
class_of(uint32_t code)
{
    bool is_alphanumeric = (code >= '0' && code <= '9') ||
                           ((code | 0x20) >= 'a' && (code | 0x20) <= 'z');

    if (code == CELL_BLANK || code == ' ') {
        return CLASS_BLANK;
    }
    if (is_alphanumeric || is_listed_in(code, "-_./~:@%+#?&=$,\\") ||
        (code >= 0x80 && !is_listed(code))) {
        return CLASS_WORD;
    }
    return code;
}

/* The character of which the cell at `col` is a part. */
static uint32_t
code_at(const struct line *line, int col)
{
    if (line->cells[col].code == CELL_WIDE_TAIL && col > 0) {
        col--;
    }
    return line->cells[col].code;
}

/* Where the word around `col` of the first line begins. */
static struct selection_place
word_begin(const struct screen *s, int first, int col, uint32_t class)
{
    struct line line;
    struct selection_place begin = {.line = first, .col = col};

    read_line(s, first, NULL, &line);
    for (int wraps = 0; wraps < SELECTION_WRAPS_MAX; wraps++) {
        while (begin.col > 0 &&
               class_of(code_at(&line, begin.col - 1)) == class) {
            begin.col--;
        }
        if (begin.col > 0 || begin.line == first_line(s)) {
            break;
        }
        read_line(s, begin.line - 1, NULL, &line);
        if (!line.wrapped || class_of(code_at(&line, line.cols - 1)) != class) {
            break;
        }
        begin =
            (struct selection_place){.line = begin.line - 1, .col = line.cols};
    }
    return begin;
}

/* What ends a sentence, and its last word, too. */
static bool
is_stop(uint32_t code)
{
    return is_listed_in(code, ".,:?");
}

/*
 * Where it ends; stops behind its last other character are no part of it,
 * unless it was looked for from one of them.
 */
static struct selection_place
word_end(const struct screen *s, int last, int col, uint32_t class)
{
    struct line line;
    struct selection_place end = {.line = last, .col = col};
    struct selection_place kept = end;

    read_line(s, last, NULL, &line);
    for (int wraps = 0; wraps < SELECTION_WRAPS_MAX; wraps++) {
        while (end.col < line.cols &&
               class_of(code_at(&line, end.col)) == class) {
            bool is_kept = class != CLASS_WORD || end.col == col ||
                           !is_stop(code_at(&line, end.col));
            end.col++;
            kept = is_kept ? end : kept;
        }
        if (end.col < line.cols || !line.wrapped ||
            end.line + 1 == s->size.rows) {
            break;
        }
        read_line(s, end.line + 1, NULL, &line);
        if (class_of(code_at(&line, 0)) != class) {
            break;
        }
        end = (struct selection_place){.line = end.line + 1, .col = 0};
        col = -1;
    }
    return kept;
}

static struct selection_range
word_at(const struct screen *s, int line, int col)
{
    struct line read;

    read_line(s, line, NULL, &read);
    uint32_t class = class_of(code_at(&read, col));
    return (struct selection_range){
        .begin = word_begin(s, line, col, class),
        .end = word_end(s, line, col, class),
    };
}

static struct selection_range
line_at(const struct screen *s, int line)
{
    int first = line;
    int last = line;

    for (int i = 0; i < SELECTION_WRAPS_MAX && first > first_line(s) &&
                    is_wrapped(s, first - 1);
         i++) {
        first--;
    }
    for (int i = 0; i < SELECTION_WRAPS_MAX && last + 1 < s->size.rows &&
                    is_wrapped(s, last);
         i++) {
        last++;
    }
    return (struct selection_range){
        .begin = {.line = first, .col = 0},
        .end = {.line = last, .col = s->size.cols},
    };
}

/* How many characters a line has place for. */
static int
line_cols(const struct screen *s, int line)
{
    return line >= 0
               ? row_cols(s, line)
               : row_size_cols(scrollback_line_size(s->scrollback, -1 - line),
                               s->size.cols);
}

/* What there is to select at a place. */
static struct selection_range
unit_at(const struct screen *s, enum selection_unit unit,
        struct selection_point at)
{
    int line = clamp_int(at.row, 0, s->size.rows - 1) - s->lines_back;
    int cols = line_cols(s, line);
    int col = clamp_int(at.col, 0, cols - 1);
    struct selection_place place = {.line = line,
                                    .col = clamp_int(at.edge, 0, cols)};

    switch (unit) {
    case SELECT_WORDS:
        return word_at(s, line, col);
    case SELECT_LINES:
        return line_at(s, line);
    case SELECT_CHARACTERS:
    case SELECT_BLOCK:
        break;
    }
    return (struct selection_range){.begin = place, .end = place};
}

static struct selection_range
block_of(struct selection_place a, struct selection_place b)
{
    return (struct selection_range){
        .begin = {.line = min_int(a.line, b.line),
                  .col = min_int(a.col, b.col)},
        .end = {.line = max_int(a.line, b.line), .col = max_int(a.col, b.col)},
    };
}

void
selection_begin(struct screen *s, enum selection_unit unit,
                struct selection_point at)
{
    struct selection next = {.is_held = true, .unit = unit};

    next.anchor = unit_at(s, unit, at);
    next.range = next.anchor;
    set_selection(s, &next);
}

void
selection_extend(struct screen *s, struct selection_point at)
{
    struct selection next = s->selection;

    if (!next.is_held) {
        return;
    }
    struct selection_range there = unit_at(s, next.unit, at);
    if (next.unit == SELECT_BLOCK) {
        next.range = block_of(next.anchor.begin, there.begin);
    } else {
        next.range = next.anchor;
        if (is_before(there.begin, next.range.begin)) {
            next.range.begin = there.begin;
        }
        if (is_before(next.range.end, there.end)) {
            next.range.end = there.end;
        }
    }
    set_selection(s, &next);
}

/* Text. */

static size_t
cell_text(const struct line *line, int col,
          char out[(1 + CELL_MARKS_MAX) * UTF8_MAX])
{
    struct cell cell = line->cells[col];
    uint32_t marks[CELL_MARKS_MAX];
    int count =
        cell.marks == 0 ? 0 : mark_sequence(line->marks, cell.marks, marks);
    size_t len = utf8_encode(cell.code == CELL_BLANK ? ' ' : cell.code, out);

    for (int i = 0; i < count; i++) {
        len += utf8_encode(marks[i], out + len);
    }
    return len;
}

/*
 * Where the text of a line ends. Blanks in front of a place where autowrap has
 * gone on are text, but for one in the last column where a wide character found
 * no room.
 */
static int
text_end(const struct screen *s, const struct line *line, int number,
         bool is_joined)
{
    int end = line->cols;

    if (is_joined && number + 1 < s->size.rows) {
        bool no_room = line->cells[end - 1].code == CELL_BLANK &&
                       starts_wide(s, number + 1);
        return no_room ? end - 1 : end;
    }
    while (end > 0 && (line->cells[end - 1].code == CELL_BLANK ||
                       line->cells[end - 1].code == ' ')) {
        end--;
    }
    return end;
}

static bool
append_cells(const struct line *line, struct row_span span, struct bytes *out)
{
    for (int col = span.begin; col < span.end; col++) {
        char text[(1 + CELL_MARKS_MAX) * UTF8_MAX];
        if (line->cells[col].code == CELL_WIDE_TAIL) {
            continue;
        }
        size_t len = cell_text(line, col, text);
        if (bytes_push(out, text, len) < 0) {
            return false;
        }
    }
    return true;
}

/* Line `number`, and what is between it and the next one. */
static bool
append_line(const struct screen *s, int number, struct marks *marks,
            struct bytes *out)
{
    const struct selection *selection = &s->selection;
    struct row_span span = selected_cols(s, selection, number);
    struct line line;

    marks_clear(marks); /* any one line's have place in it */
    read_line(s, number, marks, &line);
    bool is_joined = line.wrapped && selection->unit != SELECT_BLOCK;
    int end = min_int(span.end, text_end(s, &line, number, is_joined));
    span.end = (int16_t)end;
    return append_cells(&line, span, out) &&
           (is_joined || number == selection->range.end.line ||
            bytes_push(out, "\n", 1) == 0);
}

bool
selection_text(const struct screen *s, struct bytes *out)
{
    const struct selection *selection = &s->selection;
    int last = selection->range.end.line;
    struct marks marks = {.table = NULL};
    bool is_whole = true;

    if (is_empty(selection)) {
        return true;
    }
    for (int i = selection->range.begin.line; is_whole && i <= last; i++) {
        is_whole = append_line(s, i, &marks, out);
    }
    marks_clear(&marks);
    return is_whole;
}

/* Changes below it. */

void
selection_overwrite(struct screen *s, int row, int begin, int end)
{
    struct row_span span = selected_cols(s, &s->selection, row);

    if (begin < span.end && end > span.begin && span.begin < span.end) {
        selection_drop(s);
    }
}

static void
move_range(struct selection_range *range, int lines)
{
    range->begin.line -= lines;
    range->end.line -= lines;
}

/* A block keeps its columns. */
static void
cut_place(struct selection_place *place, struct selection_place first,
          struct selection_place end, bool is_block)
{
    int col = place->col;

    if (place->line < first.line) {
        *place = first;
    } else if (place->line > end.line) {
        *place = end;
    } else {
        return;
    }
    place->col = is_block ? col : place->col;
}

/* Moves it up by `lines`, and cuts off what is not in lines [first, end). */
static void
move_selection(struct screen *s, int lines, int first, int end)
{
    struct selection *selection = &s->selection;
    bool is_block = selection->unit == SELECT_BLOCK;
    struct selection_place begin_place = {.line = first};
    struct selection_place end_place = {.line = end - 1, .col = s->size.cols};

    move_range(&selection->anchor, lines);
    move_range(&selection->range, lines);
    if (selection->range.end.line < first ||
        selection->range.begin.line >= end) {
        /* None of it is left, neither here nor in the picture. */
        selection->is_held = false;
        return;
    }
    struct selection_place *places[] = {
        &selection->anchor.begin, &selection->anchor.end,
        &selection->range.begin, &selection->range.end};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        cut_place(places[i], begin_place, end_place, is_block);
    }
}

void
selection_scroll(struct screen *s, int top, int bottom, int lines)
{
    const struct selection_range *range = &s->selection.range;

    if (range->end.line < top || range->begin.line >= bottom) {
        return;
    }
    if (range->begin.line < top || range->end.line >= bottom) {
        selection_drop(s);
        return;
    }
    move_selection(s, lines, top, bottom);
}

void
selection_push(struct screen *s, int bottom, int lines, int kept)
{
    const struct selection_range *range = &s->selection.range;
    int first = first_line(s);

    if (range->begin.line >= bottom) {
        return;
    }
    bool is_torn = range->end.line >= bottom ||
                   (kept < lines && first < 0 && range->begin.line < lines);
    if (is_torn) {
        selection_drop(s);
        return;
    }
    move_selection(s, lines, first, s->size.rows);
}

void
selection_forget_lines(struct screen *s)
{
    if (s->selection.is_held) {
        move_selection(s, 0, 0, s->size.rows);
    }
}
