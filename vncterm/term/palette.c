/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "term/palette.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "term/colour_names.h"

enum {
    INTENSITY_MAX_LEN = 16, /* digits past these say nothing */
};

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
        /* As X does it, which has 16 bits of which the upper 8 are shown. */
        uint32_t level = (uint32_t)value * 0xffff / ((1U << 4 * len) - 1);
        colour = colour << 8 | level >> 8;
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

int
palette_parse_index(struct osc_text text)
{
    int value = 0;

    if (text.len < 1 || text.len > 3) {
        return -1;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9') {
            return -1;
        }
        value = value * 10 + (text.bytes[i] - '0');
    }
    return value;
}

/* A number from 0 to 1 with digits behind a point, or a negative one. */
static double
parse_intensity(struct osc_text text)
{
    double value = 0;
    double unit = 1;
    bool fraction = false;
    bool digits = false;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.bytes[i];

        if (c == '.' && !fraction) {
            fraction = true;
            continue;
        }
        if (c < '0' || c > '9') {
            return -1;
        }
        digits = true;
        if (i >= INTENSITY_MAX_LEN) {
            continue;
        }
        if (fraction) {
            unit /= 10;
            value += unit * (c - '0');
        } else {
            value = value * 10 + (c - '0');
        }
    }
    return digits && value <= 1 ? value : -1;
}

/*
 * R/G/B as intensities of light. How much voltage each takes depends on the
 * monitor; these exponents are, in the middle, those of the one that Xlib
 * takes for granted when nobody has measured the real one.
 */
static bool
parse_intensities(struct osc_text text, uint32_t *rgb)
{
    static const double exponents[3] = {0.4018, 0.4475, 0.4475};
    uint32_t colour = 0;

    for (int part = 0; part < 3; part++) {
        const char *slash = memchr(text.bytes, '/', text.len);
        size_t len = slash == NULL ? text.len : (size_t)(slash - text.bytes);

        if ((slash == NULL) != (part == 2)) {
            return false;
        }
        double value = parse_intensity((struct osc_text){text.bytes, len});
        if (value < 0) {
            return false;
        }
        double level = pow(value, exponents[part]) * 255 + 0.5;
        colour = colour << 8 | (uint32_t)level;
        text.bytes += len + (slash != NULL);
        text.len -= len + (slash != NULL);
    }
    *rgb = colour;
    return true;
}

/* Takes `prefix`, of letters in any case, off the front. */
static bool
take_prefix(struct osc_text *text, const char *prefix)
{
    size_t len = strlen(prefix);

    if (text->len < len || strncasecmp(text->bytes, prefix, len) != 0) {
        return false;
    }
    text->bytes += len;
    text->len -= len;
    return true;
}

bool
palette_parse_colour(struct osc_text text, uint32_t *rgb)
{
    if (take_prefix(&text, "rgb:")) {
        return parse_fractions(text, rgb);
    }
    if (take_prefix(&text, "rgbi:")) {
        return parse_intensities(text, rgb);
    }
    if (take_prefix(&text, "#")) {
        return parse_digits(text, rgb);
    }
    return colour_names_find(text.bytes, text.len, rgb);
}
