/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Characters with slanting and round edges that meet the next cell: block
 * diagonals and triangles (U+1FB3C to 1FB6F, 1FB9A and 1FB9B) and powerline's
 * separators (U+E0B0 to E0BF).
 */
#ifndef VNCTERM_RENDER_WEDGE_H
#define VNCTERM_RENDER_WEDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "render/mask.h"

/*
 * Draws into `m`, which is MASK_ALPHA and blank, with lines of `line` pixels;
 * false for any other code.
 */
bool wedge_draw(uint32_t code, int line, struct mask *m);

#endif
