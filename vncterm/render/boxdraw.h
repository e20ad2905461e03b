/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines, blocks and dots that have to meet those of the next cell, drawn to the
 * exact size of the cell: box drawing (U+2500 to 257F), and what mosaic.h and
 * wedge.h name. A font draws them for one size only, and two fonts do not draw
 * them alike.
 */
#ifndef VNCTERM_RENDER_BOXDRAW_H
#define VNCTERM_RENDER_BOXDRAW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/geom.h"
#include "render/mask.h"

/*
 * Draws `code` as large as `size` into `out`. Returns false, and leaves `out`
 * undefined, for any other code point.
 */
bool boxdraw_draw(uint32_t code, struct pixel_size size, struct mask *out);

#endif
