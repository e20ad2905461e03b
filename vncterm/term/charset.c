/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "term/charset.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/coding.h"
#include "base/utf8.h"

/* DEC special graphics, 0x5f to 0x7e; VT220 programmer reference, table 2-4. */
static const uint16_t dec_graphics[] = {
    ' ',    0x25c6, 0x2592, 0x2409, 0x240c, 0x240d, 0x240a, 0x00b0,
    0x00b1, 0x2424, 0x240b, 0x2518, 0x2510, 0x250c, 0x2514, 0x253c,
    0x23ba, 0x23bb, 0x2500, 0x23bc, 0x23bd, 0x251c, 0x2524, 0x2534,
    0x252c, 0x2502, 0x2264, 0x2265, 0x03c0, 0x2260, 0x00a3, 0x00b7,
};

static_assert(sizeof(dec_graphics) / sizeof(dec_graphics[0]) == 0x7f - 0x5f,
              "0x5f to 0x7e");

/* DEC technical, 0x21 to 0x7e; VT330 text programming manual. */
static const uint16_t dec_technical[] = {
    0x23b7, 0x250c, 0x2500, 0x2320, 0x2321, 0x2502, 0x23a1, 0x23a3, 0x23a4,
    0x23a6, 0x239b, 0x239d, 0x239e, 0x23a0, 0x23a8, 0x23ac, 0,      0,
    0,      0,      0,      0,      0,      0,      0,      0,      0,
    0x2264, 0x2260, 0x2265, 0x222b, 0x2234, 0x221d, 0x221e, 0x00f7, 0x0394,
    0x2207, 0x03a6, 0x0393, 0x223c, 0x2243, 0x0398, 0x00d7, 0x039b, 0x21d4,
    0x21d2, 0x2261, 0x03a0, 0x03a8, 0,      0x03a3, 0,      0,      0x221a,
    0x03a9, 0x039e, 0x03a5, 0x2282, 0x2283, 0x2229, 0x222a, 0x2227, 0x2228,
    0x00ac, 0x03b1, 0x03b2, 0x03c7, 0x03b4, 0x03b5, 0x03c6, 0x03b3, 0x03b7,
    0x03b9, 0x03b8, 0x03ba, 0x03bb, 0,      0x03bd, 0x2202, 0x03c0, 0x03c8,
    0x03c1, 0x03c3, 0x03c4, 0,      0x0192, 0x03c9, 0x03be, 0x03c5, 0x03b6,
    0x2190, 0x2191, 0x2192, 0x2193,
};

static_assert(sizeof(dec_technical) / sizeof(dec_technical[0]) == 0x7f - 0x21,
              "0x21 to 0x7e");

/* What national sets have in place of these; VT220 programmer reference,
 * chapter 2. A 0 is ASCII. */
static const char replaced[] = "#@[\\]^_`{|}~";

enum {
    NATIONAL_FIRST = GUARD_CHARSET_DUTCH,
    NATIONAL_SETS = GUARD_CHARSETS - GUARD_CHARSET_DUTCH,
};

/* The formatter would break each row in another place. */
/* clang-format off */
static const uint16_t national[NATIONAL_SETS][sizeof(replaced) - 1] = {
    [GUARD_CHARSET_DUTCH - NATIONAL_FIRST] = {
        0xa3, 0xbe, 0x133, 0xbd, 0x7c, 0, 0, 0, 0xa8, 0x192, 0xbc, 0xb4},
    [GUARD_CHARSET_FINNISH - NATIONAL_FIRST] = {
        0, 0, 0xc4, 0xd6, 0xc5, 0xdc, 0, 0xe9, 0xe4, 0xf6, 0xe5, 0xfc},
    [GUARD_CHARSET_FRENCH - NATIONAL_FIRST] = {
        0xa3, 0xe0, 0xb0, 0xe7, 0xa7, 0, 0, 0, 0xe9, 0xf9, 0xe8, 0xa8},
    [GUARD_CHARSET_FRENCH_CANADIAN - NATIONAL_FIRST] = {
        0, 0xe0, 0xe2, 0xe7, 0xea, 0xee, 0, 0xf4, 0xe9, 0xf9, 0xe8, 0xfb},
    [GUARD_CHARSET_GERMAN - NATIONAL_FIRST] = {
        0, 0xa7, 0xc4, 0xd6, 0xdc, 0, 0, 0, 0xe4, 0xf6, 0xfc, 0xdf},
    [GUARD_CHARSET_ITALIAN - NATIONAL_FIRST] = {
        0xa3, 0xa7, 0xb0, 0xe7, 0xe9, 0, 0, 0xf9, 0xe0, 0xf2, 0xe8, 0xec},
    [GUARD_CHARSET_NORWEGIAN - NATIONAL_FIRST] = {
        0, 0xc4, 0xc6, 0xd8, 0xc5, 0xdc, 0, 0xe4, 0xe6, 0xf8, 0xe5, 0xfc},
    [GUARD_CHARSET_PORTUGUESE - NATIONAL_FIRST] = {
        0, 0, 0xc3, 0xc7, 0xd5, 0, 0, 0, 0xe3, 0xe7, 0xf5, 0},
    [GUARD_CHARSET_SPANISH - NATIONAL_FIRST] = {
        0xa3, 0xa7, 0xa1, 0xd1, 0xbf, 0, 0, 0, 0xb0, 0xf1, 0xe7, 0},
    [GUARD_CHARSET_SWEDISH - NATIONAL_FIRST] = {
        0, 0xc9, 0xc4, 0xd6, 0xc5, 0xdc, 0, 0xe9, 0xe4, 0xf6, 0xe5, 0xfc},
    [GUARD_CHARSET_SWISS - NATIONAL_FIRST] = {
        0xf9, 0xe0, 0xe9, 0xe7, 0xea, 0xee, 0xe8, 0xf4, 0xe4, 0xf6, 0xfc, 0xfb},
};
/* clang-format on */

/* DEC multinational differs from Latin-1 in these. */
static uint32_t
dec_supplemental_code(uint8_t byte)
{
    switch (byte) {
    case 0x28:
        return 0xa4;
    case 0x57:
        return 0x152;
    case 0x5d:
        return 0x178;
    case 0x77:
        return 0x153;
    case 0x7d:
        return 0xff;
    default:
        return byte | 0x80U;
    }
}

static uint32_t
national_code(enum guard_charset set, uint8_t byte)
{
    const char *at = byte == '\0' ? NULL : strchr(replaced, byte);
    uint32_t code = 0;

    if (at != NULL) {
        code = national[set - NATIONAL_FIRST][at - replaced];
    }
    return code != 0 ? code : byte;
}

/* DEC technical has places that nothing is assigned to. */
static uint32_t
dec_technical_code(uint8_t byte)
{
    uint32_t code = byte > 0x20 ? dec_technical[byte - 0x21] : ' ';

    return code != 0 ? code : UTF8_REPLACEMENT;
}

/* `byte` is 0x20 to 0x7e. */
static uint32_t
code_in(enum guard_charset set, uint8_t byte)
{
    switch (set) {
    case GUARD_CHARSET_UK:
        return byte == '#' ? 0xa3 : byte;
    case GUARD_CHARSET_DEC_GRAPHICS:
        return byte >= 0x5f ? dec_graphics[byte - 0x5f] : byte;
    case GUARD_CHARSET_DEC_SUPPLEMENTAL:
        return dec_supplemental_code(byte);
    case GUARD_CHARSET_DEC_TECHNICAL:
        return dec_technical_code(byte);
    case GUARD_CHARSET_LATIN1:
        return byte | 0x80U;
    case GUARD_CHARSET_DUTCH:
    case GUARD_CHARSET_FINNISH:
    case GUARD_CHARSET_FRENCH:
    case GUARD_CHARSET_FRENCH_CANADIAN:
    case GUARD_CHARSET_GERMAN:
    case GUARD_CHARSET_ITALIAN:
    case GUARD_CHARSET_NORWEGIAN:
    case GUARD_CHARSET_PORTUGUESE:
    case GUARD_CHARSET_SPANISH:
    case GUARD_CHARSET_SWEDISH:
    case GUARD_CHARSET_SWISS:
        return national_code(set, byte);
    case GUARD_CHARSET_ASCII:
    case GUARD_CHARSET_CP437:
    case GUARD_CHARSETS:
        break;
    }
    return byte;
}

uint32_t
charsets_take_code(struct charsets *c, uint8_t byte)
{
    uint8_t set = c->sets[c->single_shift != 0 ? c->single_shift : c->gl];

    assert(byte >= 0x20 && byte < 0x7f);
    c->single_shift = 0;
    return code_in((enum guard_charset)set, byte);
}

uint32_t
charsets_delete_code(const struct charsets *c)
{
    uint8_t set = c->sets[c->single_shift != 0 ? c->single_shift : c->gl];

    return charset_has_96((enum guard_charset)set) ? 0xff : 0;
}

uint32_t
charsets_right_code(const struct charsets *c, uint8_t byte)
{
    enum guard_charset set = (enum guard_charset)c->sets[c->gr];
    uint8_t low = byte & 0x7f;

    assert(byte >= 0xa0);
    if (set == GUARD_CHARSET_CP437) {
        return cp437_code(byte);
    }
    if (set != GUARD_CHARSET_LATIN1 && low == 0x7f) {
        return 0;
    }
    return low == 0x20 || low == 0x7f ? byte : code_in(set, low);
}

const char *
charset_name(enum guard_charset set)
{
    static const char *const names[] = {
        [GUARD_CHARSET_ASCII] = "B",
        [GUARD_CHARSET_UK] = "A",
        [GUARD_CHARSET_DEC_GRAPHICS] = "0",
        [GUARD_CHARSET_DEC_SUPPLEMENTAL] = "%5",
        [GUARD_CHARSET_LATIN1] = "A",
        [GUARD_CHARSET_CP437] = "U",
        [GUARD_CHARSET_DEC_TECHNICAL] = ">",
        [GUARD_CHARSET_DUTCH] = "4",
        [GUARD_CHARSET_FINNISH] = "5",
        [GUARD_CHARSET_FRENCH] = "R",
        [GUARD_CHARSET_FRENCH_CANADIAN] = "9",
        [GUARD_CHARSET_GERMAN] = "K",
        [GUARD_CHARSET_ITALIAN] = "Y",
        [GUARD_CHARSET_NORWEGIAN] = "6",
        [GUARD_CHARSET_PORTUGUESE] = "%6",
        [GUARD_CHARSET_SPANISH] = "Z",
        [GUARD_CHARSET_SWEDISH] = "7",
        [GUARD_CHARSET_SWISS] = "=",
    };
    static_assert(sizeof(names) / sizeof(names[0]) == GUARD_CHARSETS,
                  "each set has its name");

    return names[set];
}
