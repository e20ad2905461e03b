/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which colours a cell has: of its own, of the guest's palette, or of the
 * terminal's.
 */
#ifndef VNCTERM_RENDER_INK_H
#define VNCTERM_RENDER_INK_H

#include <stdint.h>

#include "term/view.h"

/* What a cell is drawn with, as 0xRRGGBB. */
struct ink {
    uint32_t fg;
    uint32_t bg;
};

/* The colours of blank space. */
struct ink ink_of_blank(const struct screen_view *view);

/*
 * The colours of a cell: bold makes colours 0 to 7 bright if the view has it
 * so, and the text's own if that is colour 7; dim moves the foreground towards
 * the background, reverse swaps; text that blinks in a view that does not has a
 * brighter background, as on the Linux console. Concealed text is for the
 * caller to leave out.
 */
struct ink ink_of_cell(const struct screen_view *view, const struct cell *cell);

/* The colour of a cell's underline, where `ink` is the cell's. */
uint32_t ink_of_underline(const struct screen_view *view,
                          const struct cell *cell, struct ink ink);

/* The colours of a cell that is selected, which differ from `plain`. */
struct ink ink_of_selected(struct ink plain);

/* The colours of a cell below a block cursor; bg is also the colour of the
 * other shapes. */
struct ink ink_of_cursor(const struct screen_view *view, struct ink below);

#endif
