/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A character and a mark on it that Unicode has in one: a font's own picture of
 * both is better than two on top of each other. From one table generated from
 * the Unicode data (tools/generate-composite-table names the version).
 */
#ifndef VNCTERM_RENDER_COMPOSITE_H
#define VNCTERM_RENDER_COMPOSITE_H

#include <stdint.h>

/*
 * The character that NFC makes of `base` and `mark`, any code points; also a
 * Hangul syllable of its parts. 0 when there is none.
 */
uint32_t composite_of(uint32_t base, uint32_t mark);

#endif
