/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pen: colours and attributes of what is written next, as a cell without a
 * character. SGR to pen, and pen to SGR.
 */
#ifndef VNCTERM_TERM_PEN_H
#define VNCTERM_TERM_PEN_H

#include <stddef.h>

#include "term/cell.h"
#include "term/guard.h"

enum {
    PEN_SGR_MAX = 80, /* the longest that pen_write_sgr() makes */
};

/* What ESC [ 10 m and its like do, which is no matter of the pen. */
enum pen_font {
    PEN_FONT_SAME,
    PEN_FONT_NORMAL,
    PEN_FONT_CP437, /* ESC [ 11 m: the Linux console's null mapping */
};

/* Applies an SGR, GUARD_SGR, and returns what it asks of the font. */
enum pen_font pen_apply_sgr(struct cell *pen, const struct guard_op *op);

/*
 * Writes the SGR that makes `pen` of any pen to `out`; protection, which SGR
 * does not touch, is left out. Returns its length.
 */
size_t pen_write_sgr(struct cell pen, char out[PEN_SGR_MAX]);

/*
 * Writes its arguments as programs get them that ask for them (DECRQSS): in
 * xterm's order, and with colons in colours. Returns their length.
 */
size_t pen_write_settings(struct cell pen, char out[PEN_SGR_MAX]);

/* What erasing leaves: only the background (bce). */
static inline struct cell
pen_blank(struct cell pen)
{
    struct cell blank = cell_default();

    blank.bg = pen.bg;
    return blank;
}

#endif
