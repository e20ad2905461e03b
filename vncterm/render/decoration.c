/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/decoration.h"

#include <stdlib.h>

#include "render/blit.h"

/* The lines of one character. */
struct pen {
    const struct canvas *canvas;
    struct rect area;
    int thickness;
    uint32_t colour;
};

static int
at_least_one(int value)
{
    return value > 1 ? value : 1;
}

/* A line at `y` in the cell; moved up where the cell would end before it. */
static void
draw_line(const struct pen *pen, int y)
{
    int last = pen->area.height - pen->thickness;
    struct rect line = {
        .x = pen->area.x,
        .y = pen->area.y + (y < last ? y : last),
        .width = pen->area.width,
        .height = pen->thickness,
    };

    blit_fill(pen->canvas, line, pen->colour);
}

/*
 * `on` of each `period` pixels of a line. Patterns are counted from the edge of
 * the canvas, and so go on in the next cell.
 */
static void
draw_pattern(const struct pen *pen, int y, int on, int period)
{
    struct pen dot = *pen;

    dot.area.width = 1;
    for (int i = 0; i < pen->area.width; i++) {
        dot.area.x = pen->area.x + i;
        if (dot.area.x % period < on) {
            draw_line(&dot, y);
        }
    }
}

/* A triangle wave with a period of half the height, from `top` downwards. */
static void
draw_wave(const struct pen *pen, int top)
{
    int period = at_least_one(pen->area.height / 2);
    int depth = 2 * pen->thickness;
    struct pen dot = *pen;

    if (top > pen->area.height - depth - pen->thickness) {
        top = pen->area.height - depth - pen->thickness;
    }
    dot.area.width = 1;
    for (int i = 0; i < pen->area.width; i++) {
        dot.area.x = pen->area.x + i;
        int from_middle = abs(2 * (dot.area.x % period) - period);
        draw_line(&dot, top + (from_middle * depth + period / 2) / period);
    }
}

static void
draw_underline(const struct pen *pen, enum cell_underline underline,
               int baseline)
{
    int middle = (baseline + pen->area.height) / 2;

    switch (underline) {
    case CELL_UNDERLINE_NONE:
        break;
    case CELL_UNDERLINE_SINGLE:
        draw_line(pen, middle);
        break;
    case CELL_UNDERLINE_DOUBLE:
        draw_line(pen, middle - pen->thickness);
        draw_line(pen, middle + pen->thickness);
        break;
    case CELL_UNDERLINE_CURLY:
        draw_wave(pen, middle - pen->thickness);
        break;
    case CELL_UNDERLINE_DOTTED:
        draw_pattern(pen, middle, pen->thickness, 2 * pen->thickness);
        break;
    case CELL_UNDERLINE_DASHED:
        draw_pattern(pen, middle, 3 * pen->thickness, 4 * pen->thickness);
        break;
    }
}

void
decoration_draw(const struct canvas *canvas, struct rect area,
                const struct cell *cell, int baseline,
                struct decoration_colours colours)
{
    struct pen pen = {
        .canvas = canvas,
        .area = area,
        .thickness = at_least_one(area.height / 16),
        .colour = colours.underline,
    };

    draw_underline(&pen, (enum cell_underline)cell->underline, baseline);
    pen.colour = colours.text;
    if ((cell->attrs & CELL_STRIKE) != 0) {
        draw_line(&pen, baseline * 2 / 3);
    }
    if ((cell->attrs & CELL_OVERLINE) != 0) {
        draw_line(&pen, 0);
    }
}

void
decoration_draw_cursor(const struct canvas *canvas, struct rect area,
                       enum cursor_shape shape, uint32_t colour)
{
    int thickness = at_least_one(area.height / 8);

    switch (shape) {
    case CURSOR_BLOCK:
        return;
    case CURSOR_UNDERLINE:
        area.y += area.height - thickness;
        area.height = thickness;
        break;
    case CURSOR_BAR:
        area.width = thickness;
        break;
    }
    blit_fill(canvas, area, colour);
}
