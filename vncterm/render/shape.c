/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/shape.h"

#include <stddef.h>
#include <stdint.h>

enum {
    SAMPLES = 4,
    STEP = SHAPE_SUB / SAMPLES,
};

static int
count_hits(const struct shape *shape, int x, int y)
{
    int hits = 0;

    for (int i = 0; i < SAMPLES * SAMPLES; i++) {
        long sx = (long)x * SHAPE_SUB + (long)(i % SAMPLES) * STEP + 1;
        long sy = (long)y * SHAPE_SUB + (long)(i / SAMPLES) * STEP + 1;
        hits += shape->has(shape, sx, sy) != shape->outside;
    }
    return hits;
}

void
shape_draw(struct mask *m, const struct shape *shape)
{
    for (int y = 0; y < m->size.height; y++) {
        for (int x = 0; x < m->size.width; x++) {
            int value = count_hits(shape, x, y) * 0xff / (SAMPLES * SAMPLES);
            uint8_t *p = &m->bits[(size_t)y * m->stride + (size_t)x];
            *p = value > *p ? (uint8_t)value : *p;
        }
    }
}

/* The band of `thickness` around the line from a[0], a[1] to a[2], a[3]. */
static bool
line_has(const struct shape *s, long x, long y)
{
    long dx = s->a[2] - s->a[0];
    long dy = s->a[3] - s->a[1];
    long cross = (x - s->a[0]) * dy - (y - s->a[1]) * dx;

    /* The distance is cross / length; both sides are squared. */
    return 4 * cross * cross <=
           s->thickness * s->thickness * (dx * dx + dy * dy);
}

void
shape_draw_line(struct mask *m, int thickness, const long ends[4])
{
    struct shape line = {
        .has = line_has,
        .thickness = (long)thickness * SHAPE_SUB,
        .a = {ends[0], ends[1], ends[2], ends[3]},
    };

    shape_draw(m, &line);
}
