/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fonts of a renderer in the order in which they are asked: the user's, or
 * Terminus; then GNU Unifont, which has nearly all of Unicode and is opened
 * when it is first needed. What none of them has is a hollow box.
 */
#ifndef VNCTERM_RENDER_FONT_H
#define VNCTERM_RENDER_FONT_H

#include <stddef.h>
#include <stdint.h>

#include "base/geom.h"
#include "render/mask.h"

struct font;

/*
 * `bytes` are a font file, borrowed for the life of the font, or NULL for the
 * built-in fonts. Returns 0, -EINVAL or -ENOMEM; see render_new().
 */
int font_new(struct font **out, const void *bytes, size_t len, int height);

void font_free(struct font *f);

struct pixel_size font_cell_size(const struct font *f);

/* Pixels from the top of the cell to the line that text stands on. */
int font_baseline(const struct font *f);

/* Draws a glyph, named as in glyph_cache.h, as large as its cell or pair. */
void font_draw(struct font *f, uint32_t glyph_id, struct mask *out);

/* Closes the fonts that were opened since font_new(), until they are needed. */
void font_trim(struct font *f);

#endif
