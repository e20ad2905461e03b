/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Characters that are made of rectangles: block elements (U+2580 to 259F),
 * braille (U+2800 to 28FF), sextants (U+1FB00 to 1FB3B), blocks of eighths
 * (U+1FB70 to 1FB8B), octants (U+1CD00 to 1CDE5) and the few that octants leave
 * to others.
 */
#ifndef VNCTERM_RENDER_MOSAIC_H
#define VNCTERM_RENDER_MOSAIC_H

#include <stdbool.h>
#include <stdint.h>

#include "render/mask.h"

/* Draws into `m`, which is MASK_ALPHA and blank; false for any other code. */
bool mosaic_draw(uint32_t code, struct mask *m);

#endif
