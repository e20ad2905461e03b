/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A screen that a test fills by hand, and the canvas that it is drawn on.
 */
#ifndef VNCTERM_TESTS_UNIT_PICTURE_H
#define VNCTERM_TESTS_UNIT_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "render/render.h"

enum {
    PICTURE_COLS = 80,
    PICTURE_ROWS = 24,
    PICTURE_MARKS = 64, /* sequences, the empty one included */
    /* No colour: what has this value has not been drawn. */
    PICTURE_UNTOUCHED = 0x7f000000,
    PICTURE_FG = 0xaaaaaa,
    PICTURE_BG = 0x000000,
};

struct picture {
    struct render *render;
    struct pixel_size cell; /* of the renderer */
    struct screen_view view;
    uint32_t colours[PALETTE_ENTRIES];
    struct cell cells[PICTURE_ROWS][PICTURE_COLS];
    const struct cell *rows[PICTURE_ROWS];
    struct mark marks[PICTURE_MARKS];
    unsigned marks_used;
    struct canvas canvas;
};

/* Marks every pixel of the canvas as not drawn. */
static inline void
picture_wipe(struct picture *p)
{
    size_t count = p->canvas.stride * (size_t)p->canvas.size.height;

    for (size_t i = 0; i < count; i++) {
        p->canvas.pixels[i] = PICTURE_UNTOUCHED;
    }
}

/* A blank screen of `size` for `render`, which then belongs to the picture. */
static inline struct picture *
picture_new(struct render *render, struct cell_size size)
{
    struct picture *p = xcalloc(1, sizeof(*p));

    p->render = render;
    p->cell = render_cell_size(render);
    for (int row = 0; row < PICTURE_ROWS; row++) {
        for (int col = 0; col < PICTURE_COLS; col++) {
            p->cells[row][col] = cell_default();
        }
        p->rows[row] = p->cells[row];
    }
    colours_init(p->colours, COLOURS_LINUX);
    p->view = (struct screen_view){
        .size = size,
        .rows = p->rows,
        .marks = p->marks,
        .colours = p->colours,
    };
    p->canvas.size = (struct pixel_size){
        .width = size.cols * p->cell.width,
        .height = size.rows * p->cell.height,
    };
    p->canvas.stride = (size_t)p->canvas.size.width;
    p->canvas.pixels = xcalloc(p->canvas.stride * (size_t)p->canvas.size.height,
                               sizeof(uint32_t));
    picture_wipe(p);
    return p;
}

static inline void
picture_free(struct picture *p)
{
    render_free(p->render);
    free(p->canvas.pixels);
    free(p);
}

/* A sequence of marks: `sequence`, 0 for none, and one more. */
static inline unsigned
picture_mark(struct picture *p, unsigned sequence, uint32_t code)
{
    unsigned entry = ++p->marks_used;

    p->marks[entry] = (struct mark){
        .code = code & 0x1fffff,
        .count = (p->marks[sequence].count + 1U) & 0xf,
        .before = (uint16_t)sequence,
    };
    return entry;
}

/* Puts a character, or with `cells` 2 a wide one, like `pen`. */
static inline void
picture_put(struct picture *p, struct cell_pos pos, struct cell pen,
            uint32_t code, int cells)
{
    pen.code = code & 0x1fffff;
    p->cells[pos.row][pos.col] = pen;
    if (cells == 2) {
        pen.code = CELL_WIDE_TAIL;
        p->cells[pos.row][pos.col + 1] = pen;
    }
}

/* Writes narrow characters from `pos` to the right. */
static inline void
picture_write(struct picture *p, struct cell_pos pos, struct cell pen,
              const char *utf8)
{
    struct utf8_decoder decoder = {0};

    for (; *utf8 != '\0'; utf8++) {
        uint32_t code = 0;
        if (utf8_decode(&decoder, (uint8_t)*utf8, &code) == UTF8_DONE) {
            picture_put(p, pos, pen, code, 1);
            pos.col++;
        }
    }
}

static inline void
picture_draw(struct picture *p)
{
    render_all(p->render, &p->canvas, &p->view);
}

static inline uint32_t
picture_pixel(const struct picture *p, int x, int y)
{
    return p->canvas.pixels[(size_t)y * p->canvas.stride + (size_t)x];
}

static inline struct rect
picture_cell_area(const struct picture *p, struct cell_pos pos)
{
    return (struct rect){
        .x = pos.col * p->cell.width,
        .y = pos.row * p->cell.height,
        .width = p->cell.width,
        .height = p->cell.height,
    };
}

/* How many pixels of `area` have `colour`. */
static inline int
picture_count(const struct picture *p, struct rect area, uint32_t colour)
{
    int count = 0;

    for (int y = area.y; y < area.y + area.height; y++) {
        for (int x = area.x; x < area.x + area.width; x++) {
            count += picture_pixel(p, x, y) == colour;
        }
    }
    return count;
}

/* How many pixels of a cell are not the default background. */
static inline int
picture_ink(const struct picture *p, struct cell_pos pos)
{
    struct rect area = picture_cell_area(p, pos);

    return area.width * area.height - picture_count(p, area, PICTURE_BG);
}

/* Whether two areas of the same size look the same. */
static inline bool
picture_same(const struct picture *p, struct rect a, struct rect b)
{
    for (int y = 0; y < a.height; y++) {
        for (int x = 0; x < a.width; x++) {
            if (picture_pixel(p, a.x + x, a.y + y) !=
                picture_pixel(p, b.x + x, b.y + y)) {
                return false;
            }
        }
    }
    return true;
}

#endif
