/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shape of a character, as large as its cell or its pair of cells: one bit
 * a pixel, or eight for smooth edges. Fonts and box drawing write masks, the
 * cache keeps them as glyphs, the blitter colours glyphs.
 */
#ifndef VNCTERM_RENDER_MASK_H
#define VNCTERM_RENDER_MASK_H

#include <stddef.h>
#include <stdint.h>

#include "base/geom.h"

enum {
    CELL_SIDE_MAX = 64, /* pixels; bounds what one glyph can cost */
    MASK_WIDTH_MAX = 2 * CELL_SIDE_MAX,
    MASK_BYTES_MAX = MASK_WIDTH_MAX * CELL_SIDE_MAX,
};

enum mask_format {
    MASK_MONO, /* rows of bits, the leftmost in the high bit, padded to bytes */
    MASK_ALPHA, /* a byte a pixel, 0 background to 255 foreground */
};

/* A finished mask that somebody else owns. */
struct glyph {
    enum mask_format format;
    struct pixel_size size;
    size_t stride;       /* bytes from one row to the next */
    const uint8_t *bits; /* NULL when there is no ink at all */
};

struct mask {
    enum mask_format format;
    struct pixel_size size;
    size_t stride;
    uint8_t bits[MASK_BYTES_MAX];
};

static inline size_t
mask_stride(enum mask_format format, int width)
{
    return format == MASK_MONO ? ((size_t)width + 7) / 8 : (size_t)width;
}

/* Makes `m` blank, of at most MASK_WIDTH_MAX x CELL_SIDE_MAX pixels. */
void
mask_clear(struct mask *m, enum mask_format format, struct pixel_size size);

/* Sets the part of `area` inside the mask, which is MASK_ALPHA, to `value`. */
void mask_fill(struct mask *m, struct rect area, uint8_t value);

/* Turns MASK_ALPHA into MASK_MONO if that loses nothing. */
void mask_reduce(struct mask *m);

/* Makes strokes heavier: each pixel of ink also inks its right neighbour. */
void mask_embolden(struct mask *m);

/* Slants by a pixel in four rows; the row `still` stays where it is. */
void mask_slant(struct mask *m, int still);

/* Adds the ink of `from`, which has the same size. */
void mask_merge(struct mask *m, const struct glyph *from);

/* The mask as a glyph, valid until the mask changes. */
struct glyph mask_glyph(const struct mask *m);

#endif
