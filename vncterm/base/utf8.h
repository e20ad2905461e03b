/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UTF-8 and Latin-1.
 *
 * The decoder follows the Unicode standard, chapter 3, "U+FFFD Substitution of
 * Maximal Subparts": each maximal prefix of an ill-formed sequence gives one
 * U+FFFD, overlong forms, surrogates and values above U+10FFFF are ill-formed.
 */
#ifndef VNCTERM_BASE_UTF8_H
#define VNCTERM_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    UTF8_MAX = 4, /* bytes of the longest sequence */
    UTF8_REPLACEMENT = 0xfffd,
    UNICODE_MAX = 0x10ffff,
};

/* Where a decoder stands between two bytes. Zero initialised is the start. */
struct utf8_decoder {
    uint32_t code; /* bits gathered so far */
    uint8_t
        missing;   /* continuation bytes still to come; 0 between characters */
    uint8_t lower; /* what the next continuation byte must be at least */
    uint8_t upper; /* and at most */
};

enum utf8_result {
    UTF8_MORE,      /* the byte was taken; the character is not complete */
    UTF8_DONE,      /* the byte was taken; *out is a character */
    UTF8_BAD,       /* the byte was taken; *out is U+FFFD */
    UTF8_BAD_RETRY, /* *out is U+FFFD for what came before; feed the byte again
                     */
};

/* utf8_decode() for all but ASCII between characters. */
enum utf8_result
utf8_decode_multibyte(struct utf8_decoder *d, uint8_t byte, uint32_t *out);

/*
 * Feeds one byte. `out` is written unless the result is UTF8_MORE. A byte that
 * is fed again after UTF8_BAD_RETRY is always taken.
 */
static inline enum utf8_result
utf8_decode(struct utf8_decoder *d, uint8_t byte, uint32_t *out)
{
    if (byte < 0x80 && d->missing == 0) {
        *out = byte;
        return UTF8_DONE;
    }
    return utf8_decode_multibyte(d, byte, out);
}

/*
 * Writes `code` (a scalar value; anything else is written as U+FFFD) to `out`
 * and returns the number of bytes, 1 to UTF8_MAX. Not terminated.
 */
size_t utf8_encode(uint32_t code, char out[UTF8_MAX]);

/* Whether `len` bytes are well-formed UTF-8. */
bool utf8_is_valid(const void *bytes, size_t len);

/*
 * Latin-1 (RFB's cut text, RFC 6143 7.5.6) to UTF-8. `out` must hold
 * 2 * len bytes. Returns the number of bytes written.
 */
size_t latin1_to_utf8(const void *latin1, size_t len, char *out);

/*
 * UTF-8 to Latin-1; what has no place in it becomes '?'. `out` must hold `len`
 * bytes. Returns the number of bytes written.
 */
size_t utf8_to_latin1(const char *utf8, size_t len, void *out);

#endif
