/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cells of the main and the alternate screen, and what has changed in them.
 *
 * Rows are reached through a table, so that a scroll moves indices and not
 * cells. Lines that leave the top of the main screen go into the scrollback.
 * Damage is kept as one span of columns for each row and one pending scroll;
 * spans move with their rows. Private to term/: callers give places that are
 * inside the screen (asserted); clamping what the guest asked for is theirs.
 * In rows of double width there are fewer columns than the screen has: what
 * would go beyond them is left out.
 */
#ifndef VNCTERM_TERM_SCREEN_H
#define VNCTERM_TERM_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/geom.h"
#include "term/cell.h"
#include "term/scrollback.h"
#include "term/view.h"

enum {
    SCREEN_COLS_MAX = 1000, /* bounds memory: 1000 x 500 cells are 8 MB; */
    SCREEN_ROWS_MAX = 500,  /* terminals on the largest screens are smaller */
};

struct screen;

/*
 * A blank screen. `scrollback_max` bounds the scrollback in bytes, 0 for none.
 * Returns 0, -EINVAL when the size is not 1..MAX, or -ENOMEM.
 */
int
screen_new(struct screen **out, struct cell_size size, size_t scrollback_max);

void screen_free(struct screen *s);

struct cell_size screen_size(const struct screen *s);

/* A place that a character goes to, or, when that waits to wrap, went to. */
struct screen_place {
    struct cell_pos pos;
    bool pending_wrap; /* in the last column, behind the character there */
};

/*
 * What becomes of the rows that the cursor's line takes on the main screen. To
 * keep them is for programs that edit a line and redraw it themselves: they
 * count on the rows that they have drawn.
 */
enum screen_cursor_line {
    SCREEN_REFLOW_CURSOR_LINE,
    SCREEN_KEEP_CURSOR_LINE, /* cut or padded, when the width changes */
};

/*
 * Another size, of both screens.
 *
 * On the main screen, lines that autowrap has broken, and those that are too
 * long for another width, are broken anew. When rows have no place, blank rows
 * below the cursor go first, then rows from the top into the scrollback, then
 * the last rows. When the text reached the bottom and there is room below it,
 * lines return from the scrollback. Blanks at the end of a line count as text
 * nowhere. A wide character goes to the next row whole; it is erased if there
 * is one column only. On the alternate screen rows keep their place, cut or
 * padded; when rows go, it is the same without scrollback.
 *
 * `cursor`, a place on the active screen, and `saved`, one on the main screen
 * (which counts as its cursor while the alternate one is active), stay with
 * their characters, or where the next one goes; either may be NULL, and then
 * the cursor counts as being in the first row. The view returns to the bottom,
 * and everything is damaged, in spans for the new number of rows. Returns 0,
 * -EINVAL or -ENOMEM, in which case nothing has changed.
 */
int screen_resize(struct screen *s, struct cell_size size,
                  enum screen_cursor_line cursor_line,
                  struct screen_place *cursor, struct screen_place *saved);

/*
 * Switches the active screen; nothing when it is active already. The alternate
 * one is blanked on entry with `blank`'s colours when `clear` is SCREEN_CLEAR.
 * It takes memory when first used; without memory the main screen stays.
 */
enum screen_clear {
    SCREEN_KEEP,
    SCREEN_CLEAR
};
void screen_use_alternate(struct screen *s, bool alternate,
                          enum screen_clear clear, struct cell blank);

bool screen_is_alternate(const struct screen *s);

/*
 * Writes a character of `width` 1 or 2 columns (ASCII: 1); `cell` holds its
 * code point, which is no control character, colours and attributes. What it
 * covers of another wide character is erased.
 */
void
screen_put(struct screen *s, struct cell_pos pos, struct cell cell, int width);

/* `count` narrow characters of printable ASCII with the pen's attributes. */
void screen_put_ascii(struct screen *s, struct cell_pos pos,
                      const uint8_t *text, int count, struct cell pen);

/*
 * Adds a mark, a scalar value but 0, to the character at `pos` (for a tail, to
 * its head). Marks past CELL_MARKS_MAX, on a blank cell, or of a sequence that
 * the table of marks has no place for, are dropped.
 */
void screen_add_mark(struct screen *s, struct cell_pos pos, uint32_t mark);

/* Keeps (selective erase) or erases cells that DECSCA protects. */
enum screen_protection {
    SCREEN_ERASE_ALL,
    SCREEN_ERASE_UNPROTECTED
};

/*
 * Blanks columns [begin, end) of `row` with `blank`'s colours; nothing else of
 * `blank` counts, here and below. Reaching the last column clears the row's
 * wrap flag.
 */
void screen_erase(struct screen *s, int row, int begin, int end,
                  struct cell blank, enum screen_protection protection);

/*
 * Moves rows [top, bottom) up by `lines` (down when negative); rows that come
 * in are `blank`; at most all rows move. Rows that leave the main screen at
 * row 0 go into the scrollback. Wrap flags move with their rows.
 */
void screen_scroll_rows(struct screen *s, int top, int bottom, int lines,
                        struct cell blank);

/*
 * Moves columns [begin, end) of rows [top, bottom) left by `cols` (right when
 * negative); columns that come in are `blank`. Wide characters that an edge
 * cuts in two are erased. Wrap flags are cleared as by screen_erase().
 */
void screen_scroll_cols(struct screen *s, int top, int bottom, int begin,
                        int end, int cols, struct cell blank);

/* Rows [top, bottom) and columns [left, right), not empty. */
struct screen_area {
    int top;
    int bottom;
    int left;
    int right;
};

/*
 * Moves the cells of an area up by `lines` (down when negative) within it;
 * rows that come in are `blank`. None go into the scrollback, no wrap flag
 * moves, and that of a row is cleared when its last column is in the area.
 * Wide characters that an edge cuts in two are erased.
 */
void screen_scroll_area(struct screen *s, struct screen_area area, int lines,
                        struct cell blank);

/*
 * Copies an area to where its first cell is to be, all of which is on the
 * screen; the two may overlap. Of characters that an edge cuts in two a blank
 * is copied, and what is left of one is erased. Wrap flags are as above.
 */
void
screen_copy_area(struct screen *s, struct screen_area area, struct cell_pos to);

/* Fills an area with a narrow character, no control character, as it is. */
void
screen_fill_area(struct screen *s, struct screen_area area, struct cell cell);

/*
 * Has `change` change each cell in columns [begin, end), not empty, of a row:
 * attributes and colours of any, and it may make it a space, as it must a blank
 * cell that is to have attributes. Of a wide character both halves are changed.
 */
typedef void screen_change_fn(void *data, struct cell *cell);
void screen_change_cells(struct screen *s, int row, int begin, int end,
                         screen_change_fn *change, void *data);

/* Whether autowrap carried this row's text on to the next row. */
void screen_set_wrapped(struct screen *s, int row, bool wrapped);
bool screen_is_wrapped(const struct screen *s, int row);

/*
 * How large the characters of a row are. With another width what is beyond the
 * columns that are left is erased, and the wrap flag is cleared. Sizes move
 * with their rows; rows that come in are single.
 */
void screen_set_row_size(struct screen *s, int row, enum row_size size);
enum row_size screen_row_size(const struct screen *s, int row);

/* The cells of a row of the active screen, whatever the view shows. */
const struct cell *screen_row(const struct screen *s, int row);

/*
 * A row of either screen, whether it is active or not, and whether it is
 * wrapped. NULL, and nothing written, while the alternate screen has not been
 * used.
 */
enum screen_which {
    SCREEN_MAIN,
    SCREEN_ALTERNATE
};
const struct cell *
screen_stored_row(const struct screen *s, enum screen_which which, int row,
                  bool *wrapped);

/* The size of a row that screen_stored_row() gives. */
enum row_size screen_stored_row_size(const struct screen *s,
                                     enum screen_which which, int row);

/* Empties the scrollback; the view returns to the bottom. */
void screen_clear_scrollback(struct screen *s);

const struct scrollback *screen_scrollback(const struct screen *s);

/*
 * The table of what cells name as their marks, those of the scrollback once
 * unpacked, too; for mark_sequence(). NULL while there are none.
 */
const struct mark *screen_marks(const struct screen *s);

/* Damages every cell. */
void screen_damage_all(struct screen *s);

/*
 * The cursor as it shall be drawn, in rows of the screen. It is damaged when it
 * differs from the one drawn at the last taking, and only then, so this may be
 * called at any time; it is hidden at first. On a wide character it covers
 * both cells.
 */
void screen_set_cursor(struct screen *s, struct cursor_view cursor);

/*
 * Moves the view `lines` back into the scrollback (forward when negative),
 * clamped; INT_MIN is the bottom. The view stays on its lines while output
 * goes on, or moves when they are dropped from the scrollback. Never back on
 * the alternate screen. Returns whether it moved; false without memory, too.
 */
bool screen_scroll_view(struct screen *s, int lines);

/*
 * Fills in size, rows, marks, cursor, lines_back and selection; the rest is the
 * caller's. Lines of the scrollback are unpacked here, so call it once for a
 * picture. While the view is scrolled back a mark over the end of its first row
 * says how far: "-12/345". It is no part of the text; a row of double width
 * that has it is shown as a single one.
 */
void screen_view(const struct screen *s, struct screen_view *out);

/* The size of a row of the view; the same, for who wants no picture. */
enum row_size screen_view_row_size(const struct screen *s, int row);

/* The first row that has cells with any of `attrs`, or -1. */
int screen_find_attrs(const struct screen_view *view, unsigned attrs);

/* Damages the cells of the view that have any of `attrs`. */
void screen_damage_attrs(struct screen *s, unsigned attrs);

/* Whether the cursor's row is in the view. */
bool screen_is_cursor_in_view(const struct screen *s);

/* Whether damage is pending. */
bool screen_is_dirty(const struct screen *s);

/*
 * Hands over the pending damage, in rows of the view. `out` is borrowed until
 * the next call of this function or screen_resize(). Returns false, and writes
 * nothing, when nothing is damaged. Cells that were written with what they held
 * are not damaged.
 */
bool screen_take_damage(struct screen *s, struct damage *out);

#endif
