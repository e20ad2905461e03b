/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cells to pixels.
 *
 * Fonts come from the executable (Terminus, then GNU Unifont for the rest of
 * Unicode) or from bytes the caller has read; FreeType makes glyphs, which a
 * bounded cache keeps. Only the cells that are asked for are drawn.
 */
#ifndef VNCTERM_RENDER_RENDER_H
#define VNCTERM_RENDER_RENDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/geom.h"
#include "term/view.h"

struct render;

enum {
    RENDER_FONT_SIZE_MIN = 6,
    RENDER_FONT_SIZE_MAX = 64,
    RENDER_FONT_SIZE_DEFAULT = 16,
};

/*
 * Where to draw: 32 bits a pixel, 0x00RRGGBB in the host's byte order, which
 * is blue, green, red, 0 in memory on the little-endian hosts that Xen has.
 */
struct canvas {
    uint32_t *pixels;
    struct pixel_size size;
    size_t stride; /* pixels from one line to the next */
};

struct render_config {
    /* A font file as FreeType takes it, borrowed for the life of the renderer,
     * or NULL for the built-in fonts. */
    const void *font;
    size_t font_len;
    /*
     * The height of a cell in pixels, RENDER_FONT_SIZE_MIN to _MAX. A font of
     * outlines is scaled to it. A bitmap font gives its strike of that height,
     * else its next smaller, else its smallest, and the cell follows: the
     * built-in Terminus has 6x12, 8x14, 8x16, 10x18, 10x20, 11x22, 12x24, 14x28
     * and 16x32.
     */
    int font_size;
};

/*
 * Returns 0, -EINVAL for a size out of range or a font that FreeType does not
 * take or that has no usable glyphs, or -ENOMEM.
 */
int render_new(struct render **out, const struct render_config *config);

void render_free(struct render *r);

/*
 * Gives memory back that can be had again: the glyph cache, and the fonts that
 * were opened when they were first needed. For when the last viewer has left.
 */
void render_trim(struct render *r);

/* The size of one cell in pixels; fixed for the life of the renderer. */
struct pixel_size render_cell_size(const struct render *r);

/* Called for each area that was drawn, in pixels. */
typedef void render_rect_fn(void *data, struct rect area);

/*
 * Draws the cells that `damage` names (its scroll is the caller's to do
 * before), and reports what it has drawn, one area for each run of cells. A run
 * that begins or ends within a wide character is drawn with all of it. The
 * cursor is drawn with its cell, so damage names the cell that it left and the
 * one that it entered. The canvas is at least size x cell size of the view.
 */
void render_damage(struct render *r, const struct canvas *canvas,
                   const struct screen_view *view, const struct damage *damage,
                   render_rect_fn *fn, void *data);

/* Draws every cell, and what the canvas has beyond them in the background. */
void render_all(struct render *r, const struct canvas *canvas,
                const struct screen_view *view);

#endif
