/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/wedge.h"

#include <string.h>

#include "render/shape.h"

static struct shape
make_shape(const struct mask *m,
           bool (*has)(const struct shape *shape, long x, long y))
{
    return (struct shape){
        .has = has,
        .width = (long)m->size.width * SHAPE_SUB,
        .height = (long)m->size.height * SHAPE_SUB,
    };
}

/* What is below the line from a[0], a[1] to the right, to a[2], a[3]. */
static bool
below_has(const struct shape *s, long x, long y)
{
    return (y - s->a[1]) * (s->a[2] - s->a[0]) >
           (x - s->a[0]) * (s->a[3] - s->a[1]);
}

/*
 * U+1FB3C to 1FB51 are what is below a line from one of these places to
 * another, and the next 22 what is above it. A place is a column, which counts
 * halves of the cell, and a row, which counts thirds.
 */
static const uint8_t diagonals[][4] = {
    {0, 2, 1, 3}, {0, 2, 2, 3}, {0, 1, 1, 3}, {0, 1, 2, 3}, {0, 0, 1, 3},
    {0, 1, 1, 0}, {0, 1, 2, 0}, {0, 2, 1, 0}, {0, 2, 2, 0}, {0, 3, 1, 0},
    {0, 2, 2, 1}, {1, 3, 2, 2}, {0, 3, 2, 2}, {1, 3, 2, 1}, {0, 3, 2, 1},
    {1, 3, 2, 0}, {1, 0, 2, 1}, {0, 0, 2, 1}, {1, 0, 2, 2}, {0, 0, 2, 2},
    {1, 0, 2, 3}, {0, 1, 2, 2},
};

enum {
    DIAGONALS = sizeof(diagonals) / sizeof(diagonals[0])
};

static void
draw_diagonal(struct mask *m, int index)
{
    struct shape below = make_shape(m, below_has);
    const uint8_t *ends = diagonals[index % DIAGONALS];

    for (int i = 0; i < 4; i += 2) {
        below.a[i] = ends[i] * below.width / 2;
        below.a[i + 1] = ends[i + 1] * below.height / 3;
    }
    below.outside = index >= DIAGONALS;
    shape_draw(m, &below);
}

/* The sides of a cell, in the order of U+1FB6C to 1FB6F. */
enum side {
    SIDE_LEFT,
    SIDE_UPPER,
    SIDE_RIGHT,
    SIDE_LOWER,
};

/* The quarter of the cell between side a[0] and the middle. */
static bool
quarter_has(const struct shape *s, long x, long y)
{
    long from_left = x < s->width - x ? x : s->width - x;
    long from_top = y < s->height - y ? y : s->height - y;

    switch ((enum side)s->a[0]) {
    case SIDE_LEFT:
        return x * s->height <= from_top * s->width;
    case SIDE_UPPER:
        return y * s->width <= from_left * s->height;
    case SIDE_RIGHT:
        return (s->width - x) * s->height <= from_top * s->width;
    case SIDE_LOWER:
        return (s->height - y) * s->width <= from_left * s->height;
    }
    return false;
}

static void
draw_quarter(struct mask *m, enum side side, bool outside)
{
    struct shape quarter = make_shape(m, quarter_has);

    quarter.a[0] = side;
    quarter.outside = outside;
    shape_draw(m, &quarter);
}

/* What has the right side is drawn with the left one, and turned round. */
static void
mirror_columns(struct mask *m)
{
    for (int y = 0; y < m->size.height; y++) {
        uint8_t *row = m->bits + (size_t)y * m->stride;
        for (int x = 0; x < m->size.width / 2; x++) {
            uint8_t left = row[x];
            row[x] = row[m->size.width - 1 - x];
            row[m->size.width - 1 - x] = left;
        }
    }
}

/* The lower half becomes what the upper one is. */
static void
mirror_lower_half(struct mask *m)
{
    for (int y = 0; y < m->size.height / 2; y++) {
        const uint8_t *upper = m->bits + (size_t)y * m->stride;
        uint8_t *lower = m->bits + (size_t)(m->size.height - 1 - y) * m->stride;
        memcpy(lower, upper, (size_t)m->size.width);
    }
}

/* The triangle on the left edge with its tip in the middle of the right one. */
static bool
triangle_has(const struct shape *s, long x, long y)
{
    long from_edge = y < s->height - y ? y : s->height - y;

    return x * s->height <= 2 * from_edge * s->width;
}

/* The half of an ellipse on the left edge, without one that is smaller by
 * `thickness` on all sides, if that is not 0. */
static bool
half_ellipse_has(const struct shape *s, long x, long y)
{
    long across = 2 * y - s->height;
    long width = s->width - s->thickness;
    long height = s->height - 2 * s->thickness;
    bool inside =
        x * x * s->height * s->height + across * across * s->width * s->width <=
        s->width * s->width * s->height * s->height;

    if (s->thickness == 0 || !inside || width <= 0 || height <= 0) {
        return inside;
    }
    return x * x * height * height + across * across * width * width >
           width * width * height * height;
}

static void
draw_half_ellipse(struct mask *m, int thickness)
{
    struct shape half = make_shape(m, half_ellipse_has);

    half.thickness = (long)thickness * SHAPE_SUB;
    shape_draw(m, &half);
}

/* The half of the cell in its lower left corner, or the line at its edge. */
static void
draw_corner(struct mask *m, int line, bool filled)
{
    struct shape below = make_shape(m, below_has);
    const long ends[4] = {0, 0, below.width, below.height};

    if (!filled) {
        shape_draw_line(m, line, ends);
        return;
    }
    memcpy(below.a, ends, sizeof(ends));
    shape_draw(m, &below);
}

static void
mirror_rows(struct mask *m)
{
    for (int y = 0; y < m->size.height / 2; y++) {
        uint8_t row[MASK_WIDTH_MAX];
        size_t width = (size_t)m->size.width;
        uint8_t *upper = m->bits + (size_t)y * m->stride;
        uint8_t *lower = m->bits + (size_t)(m->size.height - 1 - y) * m->stride;

        memcpy(row, upper, width);
        memcpy(upper, lower, width);
        memcpy(lower, row, width);
    }
}

/* Four shapes, each filled and as a line, and each for both sides. */
static void
draw_powerline(struct mask *m, int line, unsigned index)
{
    bool filled = index % 2 == 0;

    switch (index / 4) {
    case 0: { /* triangles */
        struct shape triangle = make_shape(m, triangle_has);
        const long ends[4] = {0, 0, triangle.width, triangle.height / 2};
        if (filled) {
            shape_draw(m, &triangle);
        } else { /* each half is a line of its own */
            shape_draw_line(m, line, ends);
            mirror_lower_half(m);
        }
        break;
    }
    case 1:
        draw_half_ellipse(m, filled ? 0 : line);
        break;
    default: /* lower corners, then upper ones */
        draw_corner(m, line, filled);
        break;
    }
    if (index / 4 == 3) {
        mirror_rows(m);
    }
    if (index % 4 >= 2) {
        mirror_columns(m);
    }
}

bool
wedge_draw(uint32_t code, int line, struct mask *m)
{
    if (code >= 0xe0b0 && code <= 0xe0bf) {
        draw_powerline(m, line, code - 0xe0b0);
    } else if (code >= 0x1fb3c && code <= 0x1fb67) {
        draw_diagonal(m, (int)(code - 0x1fb3c));
    } else if (code >= 0x1fb68 && code <= 0x1fb6f) {
        draw_quarter(m, (enum side)(code & 3), code <= 0x1fb6b);
    } else if (code == 0x1fb9a) {
        draw_quarter(m, SIDE_UPPER, false);
        draw_quarter(m, SIDE_LOWER, false);
    } else if (code == 0x1fb9b) {
        draw_quarter(m, SIDE_LEFT, false);
        draw_quarter(m, SIDE_RIGHT, false);
    } else {
        return false;
    }
    return true;
}
