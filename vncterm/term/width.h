/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many columns a character takes, from one table generated from the
 * Unicode data (tools/generate-width-table names the version). The screen and
 * libvterm agree by construction: libvterm only ever sees stand-ins of the
 * width found here.
 */
#ifndef VNCTERM_TERM_WIDTH_H
#define VNCTERM_TERM_WIDTH_H

#include <stdint.h>

/*
 * 0 for combining marks and format characters, 2 for East Asian wide and
 * fullwidth and for emoji presented as such, else 1 (ambiguous ones, too); the
 * same as the GNU C library's wcwidth(), which programs in guests place their
 * text by. `code` is a scalar value that is not a control character.
 *
 * The columns of a text are the sum of this over its characters. So variation
 * selector 16 makes nothing wider, and of emoji that a joiner, a skin tone or a
 * second regional indicator makes one, each part has its own cells: who counts
 * with wcwidth() would lose its place in the line otherwise.
 */
int width_of(uint32_t code);

#endif
