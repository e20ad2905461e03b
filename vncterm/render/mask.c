/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/mask.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

static uint8_t *
row_of(struct mask *m, int y)
{
    return m->bits + (size_t)y * m->stride;
}

static uint8_t
mono_bit(int x)
{
    return (uint8_t)(0x80 >> (x & 7));
}

static uint8_t
pixel(enum mask_format format, const uint8_t *row, int x)
{
    if (format == MASK_ALPHA) {
        return row[x];
    }
    return (row[x / 8] & mono_bit(x)) != 0 ? 0xff : 0;
}

static void
set_pixel(enum mask_format format, uint8_t *row, int x, uint8_t value)
{
    if (format == MASK_ALPHA) {
        row[x] = value;
    } else if (value != 0) {
        row[x / 8] |= mono_bit(x);
    } else {
        row[x / 8] &= (uint8_t)~mono_bit(x);
    }
}

void
mask_clear(struct mask *m, enum mask_format format, struct pixel_size size)
{
    assert(size.width > 0 && size.width <= MASK_WIDTH_MAX);
    assert(size.height > 0 && size.height <= CELL_SIDE_MAX);

    m->format = format;
    m->size = size;
    m->stride = mask_stride(format, size.width);
    memset(m->bits, 0, m->stride * (size_t)size.height);
}

void
mask_fill(struct mask *m, struct rect area, uint8_t value)
{
    assert(m->format == MASK_ALPHA);

    struct rect r = rect_clip(area, m->size);
    if (rect_is_empty(r)) {
        return;
    }
    for (int y = r.y; y < r.y + r.height; y++) {
        memset(row_of(m, y) + r.x, value, (size_t)r.width);
    }
}

static bool
is_all_or_nothing(const struct mask *m)
{
    size_t len = m->stride * (size_t)m->size.height;

    for (size_t i = 0; i < len; i++) {
        if (m->bits[i] != 0 && m->bits[i] != 0xff) {
            return false;
        }
    }
    return true;
}

void
mask_reduce(struct mask *m)
{
    if (m->format == MASK_MONO || !is_all_or_nothing(m)) {
        return;
    }

    /* In place: a row of bits never ends behind the row of bytes it is from. */
    size_t stride = mask_stride(MASK_MONO, m->size.width);
    for (int y = 0; y < m->size.height; y++) {
        const uint8_t *from = row_of(m, y);
        uint8_t bits[MASK_WIDTH_MAX / 8] = {0};

        for (int x = 0; x < m->size.width; x++) {
            set_pixel(MASK_MONO, bits, x, from[x]);
        }
        memcpy(m->bits + (size_t)y * stride, bits, stride);
    }
    m->format = MASK_MONO;
    m->stride = stride;
}

void
mask_embolden(struct mask *m)
{
    for (int y = 0; y < m->size.height; y++) {
        uint8_t *row = row_of(m, y);

        for (int x = m->size.width - 1; x > 0; x--) {
            uint8_t left = pixel(m->format, row, x - 1);
            if (left > pixel(m->format, row, x)) {
                set_pixel(m->format, row, x, left);
            }
        }
    }
}

void
mask_slant(struct mask *m, int still)
{
    for (int y = 0; y < m->size.height; y++) {
        /* Four rows around the still one stay, so the parts are balanced. */
        int shift = still >= y ? (still - y + 2) / 4 : -((y - still + 1) / 4);
        uint8_t *row = row_of(m, y);
        uint8_t from[MASK_WIDTH_MAX];

        memcpy(from, row, m->stride);
        memset(row, 0, m->stride);
        for (int x = 0; x < m->size.width; x++) {
            if (x - shift >= 0 && x - shift < m->size.width) {
                set_pixel(m->format, row, x, pixel(m->format, from, x - shift));
            }
        }
    }
}

static void
widen_to_alpha(struct mask *m)
{
    if (m->format == MASK_ALPHA) {
        return;
    }

    /* In place, from the last row to the first: rows only grow. */
    for (int y = m->size.height - 1; y >= 0; y--) {
        uint8_t bits[MASK_WIDTH_MAX / 8];
        uint8_t *to = m->bits + (size_t)y * (size_t)m->size.width;

        memcpy(bits, row_of(m, y), m->stride);
        for (int x = 0; x < m->size.width; x++) {
            to[x] = pixel(MASK_MONO, bits, x);
        }
    }
    m->format = MASK_ALPHA;
    m->stride = (size_t)m->size.width;
}

/* Bits are the usual case, and a screen may be full of marks. */
static void
merge_bits(struct mask *m, const struct glyph *from)
{
    size_t len = m->stride * (size_t)m->size.height;

    for (size_t i = 0; i < len; i++) {
        m->bits[i] |= from->bits[i];
    }
}

void
mask_merge(struct mask *m, const struct glyph *from)
{
    if (from->bits == NULL) {
        return;
    }
    assert(from->size.width == m->size.width);
    assert(from->size.height == m->size.height);

    if (m->format == MASK_MONO && from->format == MASK_MONO) {
        merge_bits(m, from);
        return;
    }
    if (from->format == MASK_ALPHA) {
        widen_to_alpha(m);
    }
    for (int y = 0; y < m->size.height; y++) {
        const uint8_t *row = from->bits + (size_t)y * from->stride;

        for (int x = 0; x < m->size.width; x++) {
            uint8_t value = pixel(from->format, row, x);
            if (value > pixel(m->format, row_of(m, y), x)) {
                set_pixel(m->format, row_of(m, y), x, value);
            }
        }
    }
}

struct glyph
mask_glyph(const struct mask *m)
{
    struct glyph g = {
        .format = m->format, .size = m->size, .stride = m->stride};
    size_t len = m->stride * (size_t)m->size.height;

    for (size_t i = 0; i < len; i++) {
        if (m->bits[i] != 0) {
            g.bits = m->bits;
            break;
        }
    }
    return g;
}
