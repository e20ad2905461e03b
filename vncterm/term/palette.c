/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "term/palette.h"

#include <string.h>

int32_t
palette_parse_hex(struct osc_text text)
{
    int32_t value = 0;

    if (text.len < 1 || text.len > 6) {
        return -1;
    }
    for (size_t i = 0; i < text.len; i++) {
        char c = text.bytes[i];

        if (c >= '0' && c <= '9') {
            value = value << 4 | (c - '0');
        } else if (c >= 'a' && c <= 'f') {
            value = value << 4 | (c - 'a' + 10);
        } else if (c >= 'A' && c <= 'F') {
            value = value << 4 | (c - 'A' + 10);
        } else {
            return -1;
        }
    }
    return value;
}

/* R/G/B: the digits are a fraction of the largest value. */
static bool
parse_fractions(struct osc_text text, uint32_t *rgb)
{
    uint32_t colour = 0;

    for (int part = 0; part < 3; part++) {
        const char *slash = memchr(text.bytes, '/', text.len);
        size_t len = slash == NULL ? text.len : (size_t)(slash - text.bytes);

        if ((slash == NULL) != (part == 2) || len < 1 || len > 4) {
            return false;
        }
        int value = palette_parse_hex((struct osc_text){text.bytes, len});
        if (value < 0) {
            return false;
        }
        colour = colour << 8 | (uint32_t)(value * 255 / ((1 << 4 * len) - 1));
        text.bytes += len + (slash != NULL);
        text.len -= len + (slash != NULL);
    }
    *rgb = colour;
    return true;
}

/* After #: the digits are the highest bits. */
static bool
parse_digits(struct osc_text text, uint32_t *rgb)
{
    size_t len = text.len / 3;
    uint32_t colour = 0;

    if (text.len % 3 != 0 || len < 1 || len > 4) {
        return false;
    }
    for (size_t part = 0; part < 3; part++) {
        int value =
            palette_parse_hex((struct osc_text){text.bytes + part * len, len});

        if (value < 0) {
            return false;
        }
        colour = colour << 8 | (uint32_t)(value << 4 * (4 - len) >> 8);
    }
    *rgb = colour;
    return true;
}

bool
palette_parse_colour(struct osc_text text, uint32_t *rgb)
{
    static const char prefix[] = "rgb:";
    size_t prefix_len = sizeof(prefix) - 1;

    if (text.len > prefix_len && memcmp(text.bytes, prefix, prefix_len) == 0) {
        text.bytes += prefix_len;
        text.len -= prefix_len;
        return parse_fractions(text, rgb);
    }
    if (text.len > 0 && text.bytes[0] == '#') {
        text.bytes++;
        text.len--;
        return parse_digits(text, rgb);
    }
    return false;
}
