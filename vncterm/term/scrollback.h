/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines that have left the top of the screen, packed.
 *
 * A line is held as UTF-8 text and runs of attributes, about 80 bytes for a
 * line of log, in one ring with a bound in bytes (not in lines: a guest that
 * colours every cell must not grow it). The oldest lines go first. Memory is
 * taken from the kernel only as lines arrive. An eighth of the bound is for
 * finding lines, so it is one line in 32 bytes at most.
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
 * Adds a line of at most SCROLLBACK_COLS_MAX cells at the bottom; blank cells
 * in default colours at its end are not kept. `wrapped`: autowrap carried the
 * text on to the next line. The oldest lines make room. Returns false when the
 * line alone is too long for the ring and is dropped.
 */
bool scrollback_push(struct scrollback *sb, const struct cell *cells, int cols,
                     bool wrapped);

/*
 * Takes the newest line back: fills `cols` cells (cut or padded with blanks;
 * a wide character cut in two is left out) and `wrapped`. Returns false when
 * there is none.
 */
bool scrollback_pop(struct scrollback *sb, struct cell *cells, int cols,
                    bool *wrapped);

/* How many lines are held. */
int scrollback_lines(const struct scrollback *sb);

/*
 * Reads a line: 0 is the newest, scrollback_lines() - 1 the oldest. Fills
 * `cols` cells as above.
 */
void scrollback_line(const struct scrollback *sb, int index, struct cell *cells,
                     int cols, bool *wrapped);

/* The same with another table of marks, which is then all that changes. */
void
scrollback_read(const struct scrollback *sb, int index, struct marks *marks,
                struct cell *cells, int cols, bool *wrapped);

/* How many cells the line holds, trailing blanks left out. */
int scrollback_line_cols(const struct scrollback *sb, int index);

/* How large the characters of a line are: ROW_SINGLE until it is set for the
 * newest line, of which there must be one. */
void scrollback_set_size(struct scrollback *sb, enum row_size size);
enum row_size scrollback_line_size(const struct scrollback *sb, int index);

/* Forgets all lines and gives their memory back. */
void scrollback_clear(struct scrollback *sb);

#endif
