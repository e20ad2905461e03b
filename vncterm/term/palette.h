/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Colours as guests spell them in an OSC.
 */
#ifndef VNCTERM_TERM_PALETTE_H
#define VNCTERM_TERM_PALETTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A piece of an OSC: bytes of the guest, not terminated. */
struct osc_text {
    const char *bytes;
    size_t len;
};

/*
 * Parses rgb:R/G/B with one to four hexadecimal digits each, # and three, six,
 * nine or twelve of them, rgbi:R/G/B with intensities from 0 to 1, or a name,
 * as XParseColor(3) does. Writes 0xRRGGBB to `rgb`; returns false, and writes
 * nothing, for anything else.
 */
bool palette_parse_colour(struct osc_text text, uint32_t *rgb);

/* The value of one to six hexadecimal digits, or -1. */
int32_t palette_parse_hex(struct osc_text text);

/* The value of one to three decimal digits, or -1. */
int palette_parse_index(struct osc_text text);

#endif
