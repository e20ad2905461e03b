/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How large the characters of a row are (DECSWL, DECDWL, DECDHL). Those of
 * double width or height take two columns each, so such a row has half as many.
 */
#ifndef VNCTERM_TERM_ROW_SIZE_H
#define VNCTERM_TERM_ROW_SIZE_H

enum row_size {
    ROW_SINGLE,
    ROW_DOUBLE_WIDTH,
    ROW_DOUBLE_TOP, /* of double width and height: the upper half of them */
    ROW_DOUBLE_BOTTOM,
};

/* How many characters such a row has on a screen of `cols` columns; one at
 * least, and on a screen of one column that is cut. */
static inline int
row_size_cols(enum row_size size, int cols)
{
    if (size == ROW_SINGLE || cols == 1) {
        return cols;
    }
    return cols / 2;
}

#endif
