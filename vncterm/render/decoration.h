/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is drawn over a character: lines below, through and above it, and the
 * cursors that are not a block.
 */
#ifndef VNCTERM_RENDER_DECORATION_H
#define VNCTERM_RENDER_DECORATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/geom.h"
#include "render/render.h"
#include "term/view.h"

static inline bool
decoration_is_needed(const struct cell *cell)
{
    return cell->underline != CELL_UNDERLINE_NONE ||
           (cell->attrs & (CELL_STRIKE | CELL_OVERLINE)) != 0;
}

struct decoration_colours {
    uint32_t text;
    uint32_t underline;
};

/*
 * Draws the lines that the cell asks for. `baseline` counts pixels from the top
 * of the cell. Patterns run on into the next cell.
 */
void decoration_draw(const struct canvas *canvas, struct rect area,
                     const struct cell *cell, int baseline,
                     struct decoration_colours colours);

/* Draws an underline or bar cursor; a block is the caller's. */
void decoration_draw_cursor(const struct canvas *canvas, struct rect area,
                            enum cursor_shape shape, uint32_t colour);

#endif
