/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows that have left the top of the screen, packed.
 *
 * A line is held as UTF-8 text and runs of attributes, about 80 bytes for a
 * line of log, in one ring with a bound in bytes (not in lines: a guest that
 * colours every cell must not grow it). The oldest lines go first. Memory is
 * taken from the kernel only as lines arrive. An eighth of the bound is for
 * finding lines, so it is one line in 32 bytes at most.
 *
 * When the width changes, nothing is packed anew: lines that autowrap has
 * broken are joined and laid out for the present width when they are looked at.
 * How many rows that makes is counted when it is first asked for, from the
 * lengths alone unless a line with wide characters has to be broken. A line is
 * joined up to SCROLLBACK_LINE_CELLS_MAX; one that is longer is several, of
 * which each starts on a row of its own. Rows that were pushed at the present
 * width are shown as they were.
 */
#ifndef VNCTERM_TERM_SCROLLBACK_H
#define VNCTERM_TERM_SCROLLBACK_H

#include <stdbool.h>
#include <stddef.h>

#include "term/cell.h"
#include "term/marks.h"
#include "term/row_size.h"

enum {
    SCROLLBACK_DEFAULT_BYTES = 1 << 20, /* some 10 000 lines of boot log */
    SCROLLBACK_MAX_BYTES = 1 << 28,
    SCROLLBACK_COLS_MAX = 1000, /* as the screen's; bounds one packed line */
    /* Some 200 rows of 80: what finding a row of a line may have to walk. */
    SCROLLBACK_LINE_CELLS_MAX = 1 << 14,
};

struct scrollback;

/*
 * `max_bytes` is 0 (keeps nothing) to SCROLLBACK_MAX_BYTES. `marks`, borrowed,
 * is what the cells that come and go name their marks in; packed lines hold
 * the marks themselves. Returns 0, -EINVAL or -ENOMEM.
 */
int
scrollback_new(struct scrollback **out, size_t max_bytes, struct marks *marks);

void scrollback_free(struct scrollback *sb);

/*
 * The width that rows are shown at from here on: 1 to SCROLLBACK_COLS_MAX,
 * which it is at first. Takes no time that depends on what is held.
 */
void scrollback_set_cols(struct scrollback *sb, int cols);

/*
 * Adds a row of at most SCROLLBACK_COLS_MAX cells at the bottom. `wrapped`:
 * autowrap carried the text on to the next row; then all cells belong to the
 * line, else blank cells at its end do not, and those in default colours are
 * not kept. The oldest lines make room. Returns false when the
 * row alone is too long for the ring and is dropped.
 */
bool scrollback_push(struct scrollback *sb, const struct cell *cells, int cols,
                     bool wrapped);

/*
 * Takes the newest row back: fills `cols` cells (cut or padded with blanks;
 * a wide character cut in two is left out) and `wrapped`. Returns false when
 * there is none that was pushed at the present width.
 */
bool scrollback_pop(struct scrollback *sb, struct cell *cells, int cols,
                    bool *wrapped);

/*
 * When no row is left that was pushed at the present width, takes the newest
 * line back, joined: fills at most SCROLLBACK_LINE_CELLS_MAX cells, `count`,
 * how many they are, and `wrapped`, whether it goes on below. Returns false,
 * and writes nothing, otherwise.
 */
bool scrollback_pop_line(struct scrollback *sb, struct cell *cells, int *count,
                         bool *wrapped);

/* Whether the newest row is wrapped. */
bool scrollback_ends_wrapped(const struct scrollback *sb);

/*
 * How many rows are held, at the present width. The first call after that has
 * changed looks at all of them: for a full MiB of log that takes 0.5 ms of CPU,
 * for the largest ring 150 ms, and up to a second when it is full of wide
 * characters.
 */
int scrollback_lines(const struct scrollback *sb);

/*
 * Reads a row: 0 is the newest, scrollback_lines() - 1 the oldest. Fills
 * `cols` cells as above. One after the other, either way, is fast.
 */
void scrollback_line(const struct scrollback *sb, int index, struct cell *cells,
                     int cols, bool *wrapped);

/* The same with another table of marks, which is then all that changes. */
void
scrollback_read(const struct scrollback *sb, int index, struct marks *marks,
                struct cell *cells, int cols, bool *wrapped);

/* How many cells the row holds, trailing blanks left out. */
int scrollback_line_cols(const struct scrollback *sb, int index);

/*
 * How large the characters of a row are: ROW_SINGLE until it is set for the
 * newest row, of which there must be one. A row of double width stays a row at
 * any width, and shows what fits of it.
 */
void scrollback_set_size(struct scrollback *sb, enum row_size size);
enum row_size scrollback_line_size(const struct scrollback *sb, int index);

/* That of the newest row; ROW_SINGLE when there is none. */
enum row_size scrollback_newest_size(const struct scrollback *sb);

/* Forgets all lines and gives their memory back. */
void scrollback_clear(struct scrollback *sb);

#endif
