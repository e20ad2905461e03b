/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the screen model share: screen.c changes cells,
 * screen_area.c those of a rectangle, screen_damage.c keeps what has changed,
 * screen_view.c shows lines of the scrollback, screen_resize.c makes another
 * size and screen_reflow.c breaks lines for it, screen_marks.c finds place for
 * marks. For these files only.
 *
 * Two kinds of rows: a screen row is a place on the active screen, a view row
 * one in what is shown. View row = screen row + lines_back. Damage and the
 * drawn cursor are kept in view rows.
 */
#ifndef VNCTERM_TERM_SCREEN_PRIVATE_H
#define VNCTERM_TERM_SCREEN_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/geom.h"
#include "term/cell.h"
#include "term/marks.h"
#include "term/screen.h"
#include "term/scrollback.h"
#include "term/selection.h"
#include "term/view.h"

struct row_info {
    int16_t used; /* all cells from here on equal cell_default() */
    bool wrapped;
    uint8_t size; /* enum row_size; what has no column there is default */
};

/*
 * The cells of one screen. `rows` and `info` are in the order of the rows. Each
 * is a part of a table of twice as many, in which it moves on when the whole
 * screen scrolls: so a flood of lines costs the same whatever the height.
 */
struct grid {
    struct cell *cells; /* NULL: not allocated */
    struct cell **rows;
    struct row_info *info;
    int begin; /* of both in their tables */
};

/* The cursor as it is in the picture, moved along with the rows. */
struct drawn_cursor {
    struct cursor_view cursor;
    int begin; /* the columns it covers: two on a wide character */
    int end;
};

/*
 * The mark that says how far the view is scrolled back, as it is in the
 * picture, moved along with the rows.
 */
struct drawn_mark {
    int lines_back; /* 0: there is none */
    int lines;      /* of the scrollback */
    int row;
    int begin; /* the columns it covers */
    int end;
    bool is_single_for_it; /* its row, which is of double width */
};

struct damage_state {
    struct row_span *pending; /* one for each view row; moves with its row */
    struct row_span *taken;   /* what the taker has borrowed */
    struct screen_area scrolled;
    int scroll_lines; /* of it; 0: no scroll is pending */
    bool dirty;       /* a span is not empty; the cursor is not counted */
    bool whole;       /* every span is the whole row, so none has to move */
    struct drawn_cursor drawn;
    struct drawn_mark drawn_mark;
};

/* Rows of the view while it is scrolled back. */
struct back_view {
    struct cell *cells; /* size.rows by size.cols, for lines decoded */
    const struct cell **rows;
};

enum {
    GRID_MAIN,
    GRID_ALTERNATE, /* allocated when first used */
    GRID_COUNT,
};

struct screen {
    struct cell_size size;
    struct grid grids[GRID_COUNT];
    struct grid *active;
    struct scrollback *scrollback;
    struct marks *marks; /* of cells of both grids, and of lines unpacked */
    int marks_to_drop;   /* before the table is swept again */
    struct damage_state damage;
    struct cursor_view cursor; /* in screen rows */
    int lines_back;
    struct back_view *back; /* NULL while lines_back is 0 */
    bool any_doubled;       /* a row or line has had another size */
    uint8_t *view_sizes;    /* SCREEN_ROWS_MAX, for the view */
    struct selection selection;
};

/*
 * A character that loses its other half leaves its background, as erasing does:
 * a blank never has attributes, which a state could not be written with.
 */
static inline void
cell_blank_half(struct cell *cell)
{
    uint64_t bg = cell->bg;

    *cell = cell_default();
    cell->bg = bg & 0x1ffffff;
}

static inline int
row_cols(const struct screen *s, int row)
{
    enum row_size size = (enum row_size)s->active->info[row].size;

    return row_size_cols(size, s->size.cols);
}

/* Grids. */

bool screen_is_size_valid(struct cell_size size);

/* A grid of default blanks. Returns 0 or -ENOMEM. */
int grid_init(struct grid *g, struct cell_size size);

void grid_fini(struct grid *g);

/* Makes a whole row blank, with no care for damage. */
void grid_clear_row(struct grid *g, int row, int cols, struct cell blank);

/*
 * Moves `count` elements of `size` bytes up by `lines` places (down when
 * negative); what leaves comes in at the other end. |lines| < count.
 */
void rotate(void *base, size_t size, int count, int lines);

/* Marks. */

/* The sequence with a mark behind it; the same when that has no place. */
unsigned
screen_add_to_sequence(struct screen *s, unsigned sequence, uint32_t mark);

/*
 * Makes room for the marks of lines that are about to be unpacked. What has
 * been unpacked before, and is in no grid, loses its marks.
 */
void screen_make_room_for_marks(const struct screen *s);

/* Damage. */

/* Spans for `rows` rows, all empty. Returns 0 or -ENOMEM. */
int damage_init(struct damage_state *d, int rows);

void damage_fini(struct damage_state *d);

/* Damages every cell of view rows [top, bottom). */
void damage_rows(struct screen *s, int top, int bottom);

/*
 * The picture of view rows [top, bottom) moves up by `lines` (down when
 * negative); rows that come in are damaged.
 */
void damage_scroll(struct screen *s, int top, int bottom, int lines);

/*
 * Whether the picture of a part of the screen can move without the rest: there
 * is nothing in it that is drawn over the screen.
 */
bool damage_can_scroll_area(const struct screen *s);

/* The same as damage_scroll() for some columns, where damage_can_scroll_area()
 * says so and no wide character is cut in two. |lines| < height. */
void damage_scroll_area(struct screen *s, struct screen_area area, int lines);

/* Damages columns [begin, end) of a view row. */
static inline void
damage_view_cells(struct screen *s, int view_row, int begin, int end)
{
    struct row_span *span = &s->damage.pending[view_row];

    span->begin = (int16_t)min_int(span->begin, begin);
    span->end = (int16_t)max_int(span->end, end);
    s->damage.dirty = true;
}

/* Columns [begin, end) of a screen row change: damages them if they are in the
 * view. */
static inline void
damage_cells(struct screen *s, int row, int begin, int end)
{
    int view_row = row + s->lines_back;

    if (s->selection.is_held) {
        selection_overwrite(s, row, begin, end);
    }
    if (view_row < s->size.rows) {
        damage_view_cells(s, view_row, begin, end);
    }
}

/* Cells. */

/* Erases the wide character, if there is one, that lies across `col`. */
static inline void
split_wide(struct screen *s, int row, int col)
{
    struct cell *cells = s->active->rows[row];

    if (col <= 0 || col >= s->size.cols || cells[col].code != CELL_WIDE_TAIL) {
        return;
    }
    cell_blank_half(&cells[col - 1]);
    cell_blank_half(&cells[col]);
    damage_cells(s, row, col - 1, col + 1);
}

/* Notes that columns up to `end` of a row may not be default blanks. */
static inline void
grow_used(struct screen *s, int row, int end)
{
    struct row_info *info = &s->active->info[row];

    info->used = (int16_t)max_int(info->used, end);
}

/* Another size. */

/* Cells to lay out the lines of a screen in. */
size_t reflow_room(struct cell_size size);

/*
 * Carries the main screen over to `to`, which is blank and of another size,
 * with lines that go into the scrollback or come from it, and moves `cursor`
 * and `saved`, which may be NULL, along. `room` is as large as reflow_room() of
 * the screen's size says.
 */
void
reflow_main_screen(struct screen *s, struct grid *to, struct cell_size size,
                   enum screen_cursor_line cursor_line,
                   struct screen_place *cursor, struct screen_place *saved,
                   struct cell *room);

/* The view. */

/* The mark as it shall be drawn. */
struct drawn_mark view_mark(const struct screen *s);

/* The cursor in view rows. */
struct cursor_view view_cursor(const struct screen *s);

/*
 * Tells the view, which is scrolled back, that screen rows [0, bottom) have
 * moved up: `kept` rows went into the scrollback, `dropped` found no place.
 */
void view_follow_scroll(struct screen *s, int bottom, int kept, int dropped);

/* Returns the view to the bottom; damage is the caller's. */
void view_to_bottom(struct screen *s);

#endif
