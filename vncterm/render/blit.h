/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts glyphs and plain areas on a canvas. Everything must lie inside it.
 */
#ifndef VNCTERM_RENDER_BLIT_H
#define VNCTERM_RENDER_BLIT_H

#include <stdint.h>

#include "base/geom.h"
#include "render/ink.h"
#include "render/mask.h"
#include "render/render.h"

void blit_fill(const struct canvas *canvas, struct rect area, uint32_t colour);

/*
 * Makes the left half of `area` as wide as all of it. Its rows are kept, or
 * also doubled: then the upper or the lower half of them fills the area.
 */
enum blit_stretch {
    BLIT_WIDE,
    BLIT_UPPER_HALF,
    BLIT_LOWER_HALF,
};
void blit_stretch(const struct canvas *canvas, struct rect area,
                  enum blit_stretch how);

/* Draws foreground and background of a glyph with its top left at x, y. */
void blit_glyph(const struct canvas *canvas, int x, int y,
                const struct glyph *glyph, struct ink ink);

#endif
