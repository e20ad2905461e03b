/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Character sets: which of G0 to G3 holds which, which two are in use, and what
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
    uint8_t gr;           /* which one bytes from 0xa0 are in, if not UTF-8 */
    uint8_t single_shift; /* as gl, for the next character; 0 for none */
};

/*
 * As after a reset: ASCII in G0 and G1, of which G0 is in use; Latin-1 in G2
 * and G3, of which G2 is used for bytes from 0xa0.
 */
static inline struct charsets
charsets_default(void)
{
    return (struct charsets){
        .sets = {GUARD_CHARSET_ASCII, GUARD_CHARSET_ASCII, GUARD_CHARSET_LATIN1,
                 GUARD_CHARSET_LATIN1},
        .gr = 2,
    };
}

/* Whether a set has 96 characters and not 94. */
static inline bool
charset_has_96(enum guard_charset set)
{
    return set == GUARD_CHARSET_LATIN1;
}

/* What designates a set, behind the byte that says where to: one byte, or two
 * of which the first is an intermediate one. */
const char *charset_name(enum guard_charset set);

/* Whether a set replaces some of ASCII with letters of a nation (DECNRCM). */
static inline bool
charset_is_national(enum guard_charset set)
{
    return set >= GUARD_CHARSET_DUTCH && set < GUARD_CHARSETS;
}

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

/*
 * The scalar value for DEL: the last character of a set of 96, or 0, because to
 * one of 94 DEL means nothing. A single shift stays.
 */
uint32_t charsets_delete_code(const struct charsets *c);

/*
 * The scalar value for a byte from 0xa0. Of what a set of 94 characters lacks,
 * 0xa0 is a blank, and 0xff nothing: 0.
 */
uint32_t charsets_right_code(const struct charsets *c, uint8_t byte);

#endif
