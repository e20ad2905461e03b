/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shapes with smooth edges. They are drawn by asking for 4 x 4 points of each
 * pixel whether they are inside.
 */
#ifndef VNCTERM_RENDER_SHAPE_H
#define VNCTERM_RENDER_SHAPE_H

#include <stdbool.h>

#include "render/mask.h"

enum {
    SHAPE_SUB = 8, /* a pixel in the units of coordinates */
};

/* Coordinates and lengths count eighths of a pixel; those of points are odd. */
struct shape {
    bool (*has)(const struct shape *shape, long x, long y);
    long width; /* of the cell */
    long height;
    long thickness;
    long a[4];    /* what the shape needs */
    bool outside; /* everything else is the shape */
};

/* Adds the shape to `m`, which is MASK_ALPHA. */
void shape_draw(struct mask *m, const struct shape *shape);

/* Adds a line of `thickness` pixels between two points, and what goes on from
 * its ends; coordinates in eighths. */
void shape_draw_line(struct mask *m, int thickness, const long ends[4]);

#endif
