/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Character sets: which of G0 to G3 holds which, which one is in use, and what
 * a byte means in each.
 */
#ifndef VNCTERM_TERM_CHARSET_H
#define VNCTERM_TERM_CHARSET_H

#include <stdbool.h>
#include <stdint.h>

#include "term/guard.h"

struct charsets {
    uint8_t sets[4];      /* enum guard_charset of G0 to G3 */
    uint8_t gl;           /* which one bytes below 0x80 are in */
    uint8_t single_shift; /* the same for the next character; 0 for none */
};

/* Whether bytes of printable ASCII are just that. */
static inline bool
charsets_are_ascii(const struct charsets *c)
{
    return c->sets[c->gl] == GUARD_CHARSET_ASCII && c->single_shift == 0;
}

/*
 * The scalar value for a byte from 0x20 to 0x7e. A single shift is used up.
 */
uint32_t charsets_take_code(struct charsets *c, uint8_t byte);

/* The scalar value of any byte but 0 and 0x20 to 0x7e in code page 437. */
uint32_t charset_cp437_code(uint8_t byte);

#endif
