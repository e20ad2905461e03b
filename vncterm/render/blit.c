/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/blit.h"

#include <stddef.h>

/*
 * All ones for each set bit of a byte, from the high bit: a row of eight
 * pixels becomes eight selects without a branch, as fast as a plain fill.
 */
#define BIT(byte, bit) ((byte) >> (bit)&1 ? 0xffffffffu : 0)
#define ROW(byte)                                                             \
    {                                                                         \
        BIT(byte, 7), BIT(byte, 6), BIT(byte, 5), BIT(byte, 4), BIT(byte, 3), \
            BIT(byte, 2), BIT(byte, 1), BIT(byte, 0)                          \
    }
#define ROWS4(byte) ROW(byte), ROW((byte) + 1), ROW((byte) + 2), ROW((byte) + 3)
#define ROWS16(byte) \
    ROWS4(byte), ROWS4((byte) + 4), ROWS4((byte) + 8), ROWS4((byte) + 12)
#define ROWS64(byte) \
    ROWS16(byte), ROWS16((byte) + 16), ROWS16((byte) + 32), ROWS16((byte) + 48)

static const uint32_t selects[256][8] = {
    ROWS64(0),
    ROWS64(64),
    ROWS64(128),
    ROWS64(192),
};

static uint32_t *
pixel_at(const struct canvas *canvas, int x, int y)
{
    return canvas->pixels + (size_t)y * canvas->stride + (size_t)x;
}

/* In steps of a size that the compiler knows, for whole registers. */
static inline void
fill_eight(uint32_t *to, uint32_t colour)
{
    for (int i = 0; i < 8; i++) {
        to[i] = colour;
    }
}

void
blit_fill(const struct canvas *canvas, struct rect area, uint32_t colour)
{
    uint32_t *to = pixel_at(canvas, area.x, area.y);
    size_t stride = canvas->stride;

    for (int row = 0; row < area.height; row++) {
        int x = 0;
        for (; x + 8 <= area.width; x += 8) {
            fill_eight(to + x, colour);
        }
        for (; x < area.width; x++) {
            to[x] = colour;
        }
        to += stride;
    }
}

static inline void
blit_byte(uint32_t *to, uint8_t bits, int count, struct ink ink)
{
    const uint32_t *select = selects[bits];
    uint32_t flip = ink.fg ^ ink.bg;

    for (int i = 0; i < count; i++) {
        to[i] = ink.bg ^ (flip & select[i]);
    }
}

/* A case of its own, and the sizes in registers: nearly every cell there is. */
static void
blit_mono_8(uint32_t *to, size_t stride, const uint8_t *from, int height,
            struct ink ink)
{
    for (int row = 0; row < height; row++) {
        blit_byte(to, from[row], 8, ink);
        to += stride;
    }
}

static void
blit_mono(uint32_t *to, size_t stride, const struct glyph *glyph,
          struct ink ink)
{
    const uint8_t *from = glyph->bits;
    int width = glyph->size.width;

    for (int row = 0; row < glyph->size.height; row++) {
        int i = 0;
        for (; i + 8 <= width; i += 8) {
            blit_byte(to + i, from[i / 8], 8, ink);
        }
        if (i < width) {
            blit_byte(to + i, from[i / 8], width - i, ink);
        }
        to += stride;
        from += glyph->stride;
    }
}

/* Red and blue are mixed in one multiplication, green in another. */
static uint32_t
mix(struct ink ink, uint8_t alpha)
{
    uint32_t a = (uint32_t)alpha + (alpha >> 7); /* 0 to 256 */
    uint32_t rb = (ink.fg & 0xff00ff) * a + (ink.bg & 0xff00ff) * (256 - a);
    uint32_t g = (ink.fg & 0x00ff00) * a + (ink.bg & 0x00ff00) * (256 - a);

    return (rb >> 8 & 0xff00ff) | (g >> 8 & 0x00ff00);
}

/* Sixteen steps between the colours: mixed once for each glyph, and no eye
 * sees more at the edge of a letter. */
enum {
    STEPS = 16
};

static void
blit_alpha(uint32_t *to, size_t stride, const struct glyph *glyph,
           struct ink ink)
{
    const uint8_t *from = glyph->bits;
    int width = glyph->size.width;
    uint32_t ramp[STEPS];

    for (int i = 0; i < STEPS; i++) {
        ramp[i] = mix(ink, (uint8_t)(i * 0xff / (STEPS - 1)));
    }
    for (int row = 0; row < glyph->size.height; row++) {
        for (int i = 0; i < width; i++) {
            to[i] = ramp[from[i] >> 4];
        }
        to += stride;
        from += glyph->stride;
    }
}

void
blit_glyph(const struct canvas *canvas, int x, int y, const struct glyph *glyph,
           struct ink ink)
{
    const struct pixel_size size = glyph->size;
    uint32_t *to = pixel_at(canvas, x, y);

    if (glyph->bits == NULL) {
        blit_fill(canvas, (struct rect){x, y, size.width, size.height}, ink.bg);
    } else if (glyph->format == MASK_ALPHA) {
        blit_alpha(to, canvas->stride, glyph, ink);
    } else if (size.width == 8) {
        blit_mono_8(to, canvas->stride, glyph->bits, size.height, ink);
    } else {
        blit_mono(to, canvas->stride, glyph, ink);
    }
}

/* `from` may be `to`: pixels are read before they are written over. */
static void
stretch_line(uint32_t *to, const uint32_t *from, int width)
{
    for (int x = width - 1; x >= 0; x--) {
        to[x] = from[x / 2];
    }
}

/* Lines are taken in an order in which none is written that is still read. */
void
blit_stretch(const struct canvas *canvas, struct rect area,
             enum blit_stretch how)
{
    for (int i = 0; i < area.height; i++) {
        int to = how == BLIT_UPPER_HALF ? area.height - 1 - i : i;
        int from = how == BLIT_WIDE         ? to
                   : how == BLIT_UPPER_HALF ? to / 2
                                            : (area.height + to) / 2;

        stretch_line(pixel_at(canvas, area.x, area.y + to),
                     pixel_at(canvas, area.x, area.y + from), area.width);
    }
}
