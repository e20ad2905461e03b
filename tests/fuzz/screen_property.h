/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VNCTERM_TESTS_FUZZ_SCREEN_PROPERTY_H
#define VNCTERM_TESTS_FUZZ_SCREEN_PROPERTY_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reads operations on a screen from any bytes and carries them out on a screen
 * and on a naive model of it, which must stay equal. Beside them a picture is
 * kept only by applying the damage that is taken: it must equal what the
 * screen shows after each time, cursor included. Aborts on a difference.
 */
void screen_property_run(const uint8_t *data, size_t len);

/* The same with operations on a selection, whose text is compared, too. */
void selection_property_run(const uint8_t *data, size_t len);

#endif
