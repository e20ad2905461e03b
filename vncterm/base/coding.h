/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the bytes of a guest mean characters, where it is not ISO 2022 that says
 * so: what term/ reads and what input/ writes.
 */
#ifndef VNCTERM_BASE_CODING_H
#define VNCTERM_BASE_CODING_H

#include <stddef.h>
#include <stdint.h>

enum coding {
    CODING_UTF8,
    CODING_LATIN1, /* and C1 controls; ISO 2022 can put other sets there */
    CODING_CP437,  /* the PC's code page; 0x9b alone is CSI */
};

/* The scalar value of a byte in code page 437; those below 0x20 are symbols. */
uint32_t cp437_code(uint8_t byte);

/*
 * Writes `len` bytes of well-formed UTF-8 in another coding to `out`, which
 * holds as many and may be the same place. What the coding lacks becomes '?',
 * and controls stay what they are. Returns the number of bytes.
 */
size_t
coding_from_utf8(enum coding coding, const char *utf8, size_t len, char *out);

#endif
