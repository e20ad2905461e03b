/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One font file at one size: characters to masks, with FreeType. The file is
 * not trusted: every shape is drawn clipped into a mask of the cell's size.
 */
#ifndef VNCTERM_RENDER_FACE_H
#define VNCTERM_RENDER_FACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ft2build.h>
#include FT_FREETYPE_H

#include "base/geom.h"
#include "render/mask.h"

struct face;

/* How a character is to be placed and changed. */
struct face_request {
    uint32_t glyph_id; /* code point and flags, see glyph_cache.h */
    struct pixel_size cell;
    int baseline;        /* where text stands in the cell, from the top */
    bool synthetic_bold; /* the face itself is not bold enough */
};

/*
 * Opens a font whose cell is `height` pixels high. Outlines are scaled so that
 * ascent and descent fill the cell; a bitmap font gives its strike of that
 * height, else its next smaller, else its smallest. `bytes` are borrowed for
 * the life of the face. Returns 0, -EINVAL, also for a font without any
 * printable ASCII, or -ENOMEM.
 */
int face_open(struct face **out, FT_Library library, const void *bytes,
              size_t len, int height);

/*
 * Opens a font of outlines, and scales its em square to a pair of cells, which
 * suits a font made of half and full squares. Returns as above.
 */
int face_open_fitted(struct face **out, FT_Library library, const void *bytes,
                     size_t len, struct pixel_size cell);

void face_close(struct face *face);

/* What a face opened by face_open() wants for a cell. */
struct pixel_size face_cell_size(const struct face *face);

/* Pixels from the top of the cell to the line that text stands on. */
int face_baseline(const struct face *face);

/*
 * Draws a character into `out`. Returns false, and leaves `out` undefined, when
 * the font has no picture of it.
 */
bool face_draw(struct face *face, const struct face_request *request,
               struct mask *out);

#endif
