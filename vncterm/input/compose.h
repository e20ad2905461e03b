/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dead keys: accents that wait for the character that they go with.
 *
 * Viewers under X11 send the keysym of a dead key as it is and leave the rest
 * to the server; others compose by themselves and send the character.
 */
#ifndef VNCTERM_INPUT_COMPOSE_H
#define VNCTERM_INPUT_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "input/input.h"

/* Whether it is a dead key that has a meaning here. */
bool compose_is_dead(uint32_t keysym);

/* The character that a dead key has without another, for Ctrl and Alt; 0 if it
 * has none. */
uint32_t compose_character(uint32_t keysym);

/*
 * Has the viewer's accents wait for a character, and the one of `keysym`, which
 * is a dead key, with them. An accent typed twice is its own character: it is
 * written to `out`, in UTF-8. Returns the number of bytes.
 */
size_t compose_begin(struct input_viewer *viewer, uint32_t keysym,
                     char out[INPUT_BYTES_MAX]);

/* Whether accents wait. */
bool compose_waits(const struct input_viewer *viewer);

/* Forgets them. */
void compose_cancel(struct input_viewer *viewer);

/*
 * Writes `code` with the accents that have waited for it to `out`, as one
 * character if there is one. Where there is none the accents are typed in
 * front of it, as on Windows, or behind it where they have no character of
 * their own. With a space the accents alone are typed. Returns the number of
 * bytes.
 */
size_t compose_end(struct input_viewer *viewer, uint32_t code,
                   char out[INPUT_BYTES_MAX]);

#endif
