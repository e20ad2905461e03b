/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One character cell of the screen: 16 bytes, a plain value.
 *
 * A wide character has its code point in the left cell and CELL_WIDE_TAIL in
 * the right one; the screen never holds one half without the other.
 *
 * What takes no column of its own (combining marks, joiners, variation
 * selectors, vowels and finals of Hangul) stays with the character in front of
 * it: the cell names the sequence of them in a table (term/marks.h) that its
 * holder has. So characters with their marks are of any length, and cells are
 * still plain values that can be copied and compared within one table.
 */
#ifndef VNCTERM_TERM_CELL_H
#define VNCTERM_TERM_CELL_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    CELL_BLANK = 0,            /* erased or never written: no character */
    CELL_WIDE_TAIL = 0x1fffff, /* right half; not a code point */
    /* More than writing needs: Tibetan stacks have eight, flags spelled with
     * tags six. Further ones are dropped. */
    CELL_MARKS_MAX = 15,
};

enum cell_attr {
    CELL_BOLD = 1 << 0,
    CELL_DIM = 1 << 1,
    CELL_ITALIC = 1 << 2,
    CELL_BLINK = 1 << 3,
    CELL_REVERSE = 1 << 4,
    CELL_CONCEAL = 1 << 5,
    CELL_STRIKE = 1 << 6,
    CELL_OVERLINE = 1 << 7,
    CELL_PROTECTED = 1 << 8, /* DECSCA; not drawn */
    CELL_ATTRS = 0x3fff,     /* all that a cell has bits for */
};

enum cell_underline {
    CELL_UNDERLINE_NONE,
    CELL_UNDERLINE_SINGLE,
    CELL_UNDERLINE_DOUBLE,
    CELL_UNDERLINE_CURLY,
    CELL_UNDERLINE_DOTTED,
    CELL_UNDERLINE_DASHED,
};

/*
 * A colour in 25 bits: 0xRRGGBB with COLOUR_RGB, or an index 0 to 255, or
 * COLOUR_DEFAULT.
 */
enum {
    COLOUR_RGB = 1 << 24,
    COLOUR_DEFAULT = 0x100,
};

struct cell {
    uint64_t code : 21;  /* CELL_BLANK, a scalar value, or CELL_WIDE_TAIL */
    uint64_t marks : 15; /* a sequence of marks, or 0; none on blanks, tails */
    uint64_t underline : 3;         /* enum cell_underline */
    uint64_t underline_colour : 25; /* COLOUR_DEFAULT: that of the text */
    uint64_t fg : 25;
    uint64_t bg : 25;
    uint64_t attrs : 14; /* of enum cell_attr */
};

static_assert(sizeof(struct cell) == 16, "a cell is 16 bytes");

/* A blank cell in the default colours. */
static inline struct cell
cell_default(void)
{
    return (struct cell){
        .underline_colour = COLOUR_DEFAULT,
        .fg = COLOUR_DEFAULT,
        .bg = COLOUR_DEFAULT,
    };
}

/* A cell's colours and attributes without its character. */
static inline struct cell
cell_pen(struct cell cell)
{
    cell.code = CELL_BLANK;
    cell.marks = 0;
    return cell;
}

static inline bool
cell_equals(struct cell a, struct cell b)
{
    /* Every bit of a cell belongs to a member. */
    uint64_t x[2];
    uint64_t y[2];

    memcpy(x, &a, sizeof(x));
    memcpy(y, &b, sizeof(y));
    return x[0] == y[0] && x[1] == y[1];
}

#endif
