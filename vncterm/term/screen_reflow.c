/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Another size of the main screen.
 *
 * Rows that autowrap has joined are a line, to which belongs what of it is in
 * the scrollback. Lines are laid out one after the other, twice: first to know
 * how many rows that makes and where the cursor gets, then to put them where
 * they belong. Blanks at the end of a line are no text: they need no row, and
 * of those with a background the last row of the line shows what fits. So it
 * is with kitty and foot. A blank in front of other text is text: a tab
 * makes such ones.
 */
#include <string.h>

#include "term/screen_private.h"

/* A place of the old screen, and where it has got to. */
struct tracked {
    struct screen_place *place; /* NULL: nobody asks */
    bool is_ahead;              /* in the line at hand, or a later one */
    bool is_in_line;
    int offset; /* of the place in the line at hand */
    int row;    /* of all rows laid out */
    int col;
    bool pending_wrap;
};

enum {
    TRACKED_CURSOR,
    TRACKED_SAVED,
    TRACKED_TOP, /* the first cell of the old screen */
    TRACKED_COUNT,
};

struct reflow {
    struct scrollback *scrollback;
    const struct grid *from;
    struct cell_size old_size;
    struct cell_size size;
    int end;        /* rows [0, end) of the old screen have text or cursor */
    int keep_begin; /* rows [keep_begin, keep_end) stay as they are */
    int keep_end;

    /* The start of the first line, from the scrollback; then a line. */
    struct cell *cells;
    int head;

    /* The line at hand. */
    int next_row; /* of the old screen, behind the line */
    bool in_line;
    const struct cell *line;
    int text; /* cells without the blanks at its end */
    int held; /* cells with them */
    int at;   /* where its next row begins */
    bool wrapped;

    int rows; /* laid out */
    struct tracked tracked[TRACKED_COUNT];
};

/* A row laid out. `cells[count]` exists when `is_cut`. */
struct laid_row {
    const struct cell *cells;
    int count;
    bool is_cut;
    bool wrapped;
    enum row_size size;
};

static bool
is_same_width(const struct reflow *r)
{
    return r->size.cols == r->old_size.cols;
}

static int
text_of(const struct cell *cells, int count)
{
    while (count > 0 && cells[count - 1].code == CELL_BLANK) {
        count--;
    }
    return count;
}

/*
 * How many cells of a wrapped row belong to its line: all, or without the blank
 * that a wide character which did not fit has left at the end.
 */
static int
line_cols(const struct cell *cells, int cols, const struct cell *next,
          int next_cols)
{
    bool filled = cells[cols - 1].code != CELL_BLANK;

    return filled || next_cols < 2 || next[1].code != CELL_WIDE_TAIL ? cols
                                                                     : cols - 1;
}

static enum row_size
size_of_row(const struct reflow *r, int row)
{
    return (enum row_size)r->from->info[row].size;
}

/* Rows of double width are no part of a line that is broken. */
static bool
is_kept(const struct reflow *r, int row)
{
    return is_same_width(r) || (row >= r->keep_begin && row < r->keep_end) ||
           size_of_row(r, row) != ROW_SINGLE;
}

static bool
is_joined(const struct reflow *r, int row)
{
    return r->from->info[row].wrapped && row + 1 < r->end &&
           !is_kept(r, row + 1);
}

/* Notes the places that a row has, whose first cell is `begin` of its line. */
static void
track_row(struct reflow *r, int row, int begin, int text)
{
    for (int i = 0; i < TRACKED_COUNT; i++) {
        struct tracked *t = &r->tracked[i];
        if (t->place == NULL || t->place->pos.row != row) {
            continue;
        }
        t->is_in_line = true;
        t->pending_wrap = t->place->pending_wrap;
        t->offset = begin + t->place->pos.col;
        if (is_kept(r, row)) {
            continue;
        }
        /* Where the next character goes counts; a blank that a wide one has
         * left at the end of a row is no place of its own. */
        t->offset += t->pending_wrap ? 1 : 0;
        t->offset =
            is_joined(r, row) ? min_int(t->offset, begin + text) : t->offset;
    }
}

static void
load_kept_row(struct reflow *r)
{
    const struct row_info *info = &r->from->info[r->next_row];
    int cols = row_size_cols((enum row_size)info->size, r->size.cols);

    track_row(r, r->next_row, 0, info->used);
    r->line = r->from->rows[r->next_row];
    /* At another width the last cell is not what was carried on from. */
    r->wrapped = info->wrapped && is_same_width(r);
    r->held = r->wrapped ? cols : min_int(info->used, cols);
    r->text = r->held;
    r->next_row++;
}

static void
load_line(struct reflow *r)
{
    int first = r->next_row;
    struct cell *line = first == 0 ? r->cells : r->cells + r->head;
    int held = first == 0 ? r->head : 0;
    bool joined = true;

    r->in_line = true;
    r->at = 0;
    if (is_kept(r, first)) {
        load_kept_row(r);
        return;
    }
    while (joined) {
        int row = r->next_row++;
        const struct row_info *info = &r->from->info[row];
        const struct cell *cells = r->from->rows[row];
        joined = is_joined(r, row);
        int count = joined ? line_cols(cells, r->old_size.cols,
                                       r->from->rows[row + 1], r->old_size.cols)
                           : info->used;
        track_row(r, row, held, count);
        memcpy(line + held, cells, (size_t)count * sizeof(*cells));
        held += count;
        r->wrapped = info->wrapped;
    }
    r->line = line;
    r->held = held;
    r->text = text_of(line, held);
}

/* Where the row of a line that begins at `begin` ends. */
static int
row_end(const struct reflow *r, int begin)
{
    int end = begin + r->size.cols;

    if (end >= r->text) {
        return r->text;
    }
    if (r->line[end].code == CELL_WIDE_TAIL) {
        /* A single column is too narrow for it anyway. */
        return end - 1 > begin ? end - 1 : end + 1;
    }
    return end;
}

static void
track_laid_row(struct reflow *r, int begin, int end, bool is_last)
{
    for (int i = 0; i < TRACKED_COUNT; i++) {
        struct tracked *t = &r->tracked[i];
        if (!t->is_in_line || (t->offset >= end && !is_last)) {
            continue;
        }
        t->is_in_line = false;
        t->is_ahead = false;
        t->row = r->rows;
        t->col = t->offset - begin;
        bool kept = is_kept(r, r->next_row - 1);
        bool is_full = end - begin >= r->size.cols;
        t->pending_wrap = kept ? t->pending_wrap && is_same_width(r)
                               : t->col >= r->size.cols && is_full;
        t->col = min_int(t->col, r->size.cols - 1);
    }
}

/* Lays out one row more. Returns false when there is none. */
static bool
next_row(struct reflow *r, struct laid_row *out)
{
    if (!r->in_line) {
        if (r->next_row >= r->end) {
            return false;
        }
        load_line(r);
    }
    int begin = r->at;
    int end = row_end(r, begin);
    bool is_last = end >= r->text;
    int shown = (is_last ? r->held : end) - begin;
    int count = min_int(shown, r->size.cols);
    bool is_row_of_old = is_kept(r, r->next_row - 1);
    int stored = is_row_of_old ? r->from->info[r->next_row - 1].used : r->held;

    *out = (struct laid_row){
        .cells = r->line + begin,
        .count = count,
        .is_cut = begin + count < stored,
        .wrapped = is_last ? r->wrapped : true,
        .size = size_of_row(r, r->next_row - 1),
    };
    track_laid_row(r, begin, end, is_last);
    r->at = end;
    r->in_line = !is_last;
    r->rows++;
    return true;
}

static void
rewind_rows(struct reflow *r)
{
    r->next_row = 0;
    r->in_line = false;
    r->rows = 0;
}

/* Whether a row ends in half a character: it is cut, or one column wide. */
static bool
ends_in_half(const struct laid_row *row)
{
    return row->is_cut && row->count > 0 &&
           row->cells[row->count].code == CELL_WIDE_TAIL;
}

static void
place_row(struct grid *to, int to_row, const struct laid_row *row)
{
    struct cell *target = to->rows[to_row];

    memcpy(target, row->cells, (size_t)row->count * sizeof(*target));
    if (ends_in_half(row)) {
        cell_blank_half(&target[row->count - 1]);
    }
    to->info[to_row] = (struct row_info){
        .used = (int16_t)row->count,
        .wrapped = row->wrapped,
        .size = (uint8_t)row->size,
    };
}

static void
push_row(const struct reflow *r, const struct laid_row *row)
{
    int count = ends_in_half(row) ? row->count - 1 : row->count;

    /* A row too long for the ring is lost. */
    if (scrollback_push(r->scrollback, row->cells, count, row->wrapped) &&
        row->size != ROW_SINGLE) {
        scrollback_set_size(r->scrollback, row->size);
    }
}

/* Packs the newest line of the scrollback in rows of the present width. */
static bool
lay_out_newest_line(const struct reflow *r)
{
    struct reflow line = {.size = r->size, .line = r->cells + r->head};
    struct cell *cells = r->cells + r->head;
    enum row_size size = scrollback_newest_size(r->scrollback);
    int cols = row_size_cols(size, r->size.cols);
    bool wrapped;

    if (!scrollback_pop_line(r->scrollback, cells, &line.held, &wrapped)) {
        return false;
    }
    line.text = wrapped ? line.held : text_of(cells, line.held);
    if (size != ROW_SINGLE) {
        line.text = min_int(line.text, cols);
    }
    int begin = 0;
    bool is_last = false;
    while (!is_last) {
        int end = row_end(&line, begin);
        is_last = end >= line.text;
        struct laid_row row = {
            .cells = cells + begin,
            .count = min_int((is_last ? line.held : end) - begin, cols),
            .wrapped = is_last ? wrapped : true,
            .size = size,
        };
        row.is_cut = begin + row.count < line.held;
        push_row(r, &row);
        begin = end;
    }
    return true;
}

/* Fills the first rows of `to` with the newest lines; returns how many. */
static int
pull_rows(const struct reflow *r, struct grid *to, int want)
{
    int got = 0;

    while (got < want) {
        int row = want - 1 - got;
        struct row_info *info = &to->info[row];
        enum row_size size = scrollback_newest_size(r->scrollback);
        int cols = row_size_cols(size, r->size.cols);
        if (scrollback_pop(r->scrollback, to->rows[row], cols,
                           &info->wrapped)) {
            info->used = (int16_t)cols;
            info->size = (uint8_t)size;
            got++;
        } else if (!lay_out_newest_line(r)) {
            break;
        }
    }
    /* Those that were not filled are blank and go below. */
    rotate(to->rows, sizeof(struct cell *), want, want - got);
    rotate(to->info, sizeof(*to->info), want, want - got);
    return got;
}

/* Rows below the text are blank, but may have a background. */
static void
copy_blank_rows(const struct reflow *r, struct grid *to, int to_row)
{
    for (int row = r->end; row < r->old_size.rows && to_row < r->size.rows;
         row++, to_row++) {
        enum row_size size = size_of_row(r, row);
        int cols = row_size_cols(size, r->size.cols);
        struct laid_row blank = {
            .cells = r->from->rows[row],
            .count = min_int(r->from->info[row].used, cols),
            .size = size,
        };
        place_row(to, to_row, &blank);
    }
}

static int
content_end(const struct grid *g, int rows, int cursor_row)
{
    int end = rows;

    while (end - 1 > cursor_row &&
           text_of(g->rows[end - 1], g->info[end - 1].used) == 0) {
        end--;
    }
    return end;
}

/* The rows of the cursor's line, which are not to be touched. */
static void
keep_line_of(struct reflow *r, int row)
{
    r->keep_begin = row;
    r->keep_end = row + 1;
    while (r->keep_begin > 0 && r->from->info[r->keep_begin - 1].wrapped) {
        r->keep_begin--;
    }
    while (r->keep_end < r->end && r->from->info[r->keep_end - 1].wrapped) {
        r->keep_end++;
    }
}

static void
take_head(struct reflow *r)
{
    bool wrapped;

    if (is_kept(r, 0) || !scrollback_ends_wrapped(r->scrollback)) {
        return;
    }
    (void)scrollback_pop_line(r->scrollback, r->cells, &r->head, &wrapped);
    if (r->head > 0) {
        r->head =
            line_cols(r->cells, r->head, r->from->rows[0], r->old_size.cols);
    }
}

static void
move_place(const struct reflow *r, const struct tracked *t, int down)
{
    struct screen_place *place = t->place;

    if (place == NULL) {
        return;
    }
    /* What is below the text stays as far below it. */
    int row = t->is_ahead ? r->rows + place->pos.row - r->end : t->row;
    int col = t->is_ahead ? place->pos.col : t->col;
    int moved = row + down;

    place->pos.row = clamp_int(moved, 0, r->size.rows - 1);
    place->pos.col = clamp_int(col, 0, r->size.cols - 1);
    place->pending_wrap = t->is_ahead
                              ? place->pending_wrap && is_same_width(r)
                              : t->pending_wrap && moved == place->pos.row;
}

/* How many rows leave at the top. */
static int
rows_to_push(const struct reflow *r)
{
    int cursor_row = r->tracked[TRACKED_CURSOR].row;
    int excess = clamp_int(r->rows - r->size.rows, 0, cursor_row);

    if (r->end == r->old_size.rows) {
        return excess;
    }
    /* There is room below: what was above the screen stays above it. */
    int top = min_int(r->tracked[TRACKED_TOP].row, cursor_row);
    return max_int(excess, top);
}

/* Puts every row that is laid out where it belongs. Returns how far down. */
static int
put_rows(struct reflow *r, struct grid *to)
{
    int pushed = rows_to_push(r);
    int pulled = 0;
    struct laid_row row;

    if (pushed == 0 && r->end == r->old_size.rows && r->rows < r->size.rows) {
        pulled = pull_rows(r, to, r->size.rows - r->rows);
    }
    rewind_rows(r);
    while (next_row(r, &row)) {
        int to_row = r->rows - 1 - pushed + pulled;
        if (to_row < 0) {
            push_row(r, &row);
        } else if (to_row < r->size.rows) {
            place_row(to, to_row, &row);
        }
    }
    copy_blank_rows(r, to, r->rows - pushed + pulled);
    return pulled - pushed;
}

size_t
reflow_room(struct cell_size size)
{
    /* What the scrollback gives for the first line, and later for a line that
     * comes back; between them the longest line of the screen. */
    return 2 * (size_t)SCROLLBACK_LINE_CELLS_MAX +
           (size_t)size.cols * (size_t)size.rows;
}

void
reflow_main_screen(struct screen *s, struct grid *to, struct cell_size size,
                   enum screen_cursor_line cursor_line,
                   struct screen_place *cursor, struct screen_place *saved,
                   struct cell *room)
{
    struct screen_place nowhere = {.pending_wrap = false};
    struct screen_place top = nowhere;
    struct screen_place *anchor = cursor != NULL ? cursor : &nowhere;
    struct reflow r = {
        .scrollback = s->scrollback,
        .from = &s->grids[GRID_MAIN],
        .old_size = s->size,
        .size = size,
        .cells = room,
        .tracked =
            {
                [TRACKED_CURSOR] = {.place = anchor, .is_ahead = true},
                [TRACKED_SAVED] = {.place = saved, .is_ahead = true},
                [TRACKED_TOP] = {.place = &top, .is_ahead = true},
            },
    };
    struct laid_row row;

    r.end = content_end(r.from, s->size.rows, anchor->pos.row);
    if (cursor_line == SCREEN_KEEP_CURSOR_LINE) {
        keep_line_of(&r, anchor->pos.row);
    }
    scrollback_set_cols(s->scrollback, size.cols);
    take_head(&r);
    while (next_row(&r, &row)) {
        /* Counted and tracked; put_rows() does it again. */
    }
    int down = put_rows(&r, to);
    move_place(&r, &r.tracked[TRACKED_CURSOR], down);
    move_place(&r, &r.tracked[TRACKED_SAVED], down);
}
