/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The colours that a terminal begins with: what the indices of a cell stand for
 * until the guest says otherwise. They are here because the renderer draws with
 * them, the terminal answers queries for them, and neither knows the other.
 */
#ifndef VNCTERM_BASE_COLOURS_H
#define VNCTERM_BASE_COLOURS_H

#include <stdint.h>

/* Indices 0 to 255 are those of SGR 38;5, then come: */
enum {
    PALETTE_FG = 256, /* text in no colour of its own */
    PALETTE_BG = 257,
    PALETTE_CURSOR = 258,
    PALETTE_ENTRIES = 259,
};

enum colour_scheme {
    COLOURS_LINUX, /* the Linux console's, which are those of the VGA's text
                      mode, with brown for dark yellow */
    COLOURS_XTERM,
    COLOURS_VGA, /* another name for COLOURS_LINUX */
    COLOURS_TANGO,
};

/*
 * Writes every entry as 0xRRGGBB. Schemes differ in the first 16, in the text's
 * colour and, with it, the cursor's; the rest is xterm's cube and greys.
 */
void colours_init(uint32_t colours[PALETTE_ENTRIES], enum colour_scheme scheme);

#endif
