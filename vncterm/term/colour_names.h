/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Colours by the names that X11 gives them; those that people use, not all of
 * its several hundred.
 */
#ifndef VNCTERM_TERM_COLOUR_NAMES_H
#define VNCTERM_TERM_COLOUR_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Finds a colour by its name, in any case, with or without the blanks between
 * its words; gray0 to gray100, spelled either way, among them. Writes 0xRRGGBB
 * to `rgb`; returns false, and writes nothing, for any other name.
 */
bool colour_names_find(const char *name, size_t len, uint32_t *rgb);

#endif
