/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plain values for places and sizes, and what is done with their numbers. Cells
 * are counted as row and col from 0, pixels as x and y from 0 with the origin
 * at the top left; every range is half open.
 */
#ifndef VNCTERM_BASE_GEOM_H
#define VNCTERM_BASE_GEOM_H

#include <stdbool.h>

static inline int
min_int(int a, int b)
{
    return a < b ? a : b;
}

static inline int
max_int(int a, int b)
{
    return a > b ? a : b;
}

/* The value in [lower, upper] that is nearest to `value`. */
static inline int
clamp_int(int value, int lower, int upper)
{
    return max_int(lower, min_int(value, upper));
}

/* A size in cells. */
struct cell_size {
    int cols;
    int rows;
};

/* A place in cells. */
struct cell_pos {
    int row;
    int col;
};

/* A size in pixels. */
struct pixel_size {
    int width;
    int height;
};

/* An area in pixels; empty when width or height is not positive. */
struct rect {
    int x;
    int y;
    int width;
    int height;
};

static inline bool
rect_is_empty(struct rect r)
{
    return r.width <= 0 || r.height <= 0;
}

/* The part of `r` inside a picture of `size`; may be empty. */
static inline struct rect
rect_clip(struct rect r, struct pixel_size size)
{
    int x_end = r.x + r.width;
    int y_end = r.y + r.height;
    int x = r.x < 0 ? 0 : r.x;
    int y = r.y < 0 ? 0 : r.y;

    x_end = x_end > size.width ? size.width : x_end;
    y_end = y_end > size.height ? size.height : y_end;
    return (struct rect){
        .x = x, .y = y, .width = x_end - x, .height = y_end - y};
}

#endif
