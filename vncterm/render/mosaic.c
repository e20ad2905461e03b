/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/mosaic.h"

#include "base/geom.h"

/* `i` of `n` parts of a side, to the nearest pixel. */
static int
part(int side, int i, int n)
{
    return (side * i + n / 2) / n;
}

/*
 * Fills columns and rows of a grid of `cols` x `rows` parts. What a cell is too
 * small for is a pixel wide, so that nothing is lost.
 */
static void
fill_parts(struct mask *m, int cols, int rows, struct rect parts)
{
    int x = part(m->size.width, parts.x, cols);
    int y = part(m->size.height, parts.y, rows);
    int x_end = part(m->size.width, parts.x + parts.width, cols);
    int y_end = part(m->size.height, parts.y + parts.height, rows);

    x = x_end > x ? x : min_int(x, m->size.width - 1);
    y = y_end > y ? y : min_int(y, m->size.height - 1);
    mask_fill(m,
              (struct rect){.x = x,
                            .y = y,
                            .width = max_int(x_end - x, 1),
                            .height = max_int(y_end - y, 1)},
              0xff);
}

static void
fill_eighths(struct mask *m, int x, int y, int width, int height)
{
    fill_parts(m, 8, 8,
               (struct rect){.x = x, .y = y, .width = width, .height = height});
}

/* Which tiles of two columns and `rows` rows are filled, the upper left one in
 * the lowest bit, then by rows. */
static void
fill_tiles(struct mask *m, int rows, unsigned tiles)
{
    for (int i = 0; i < 2 * rows; i++) {
        if ((tiles >> i & 1) != 0) {
            fill_parts(
                m, 2, rows,
                (struct rect){.x = i % 2, .y = i / 2, .width = 1, .height = 1});
        }
    }
}

static void
draw_block(struct mask *m, int i)
{
    /* U+2596 to 259F: which quarters. */
    static const uint8_t quarters[] = {4, 8, 1, 13, 9, 7, 11, 2, 6, 14};

    if (i == 0) {
        fill_eighths(m, 0, 0, 8, 4);
    } else if (i <= 8) { /* lower eighths */
        fill_eighths(m, 0, 8 - i, 8, i);
    } else if (i <= 0xf) { /* left eighths, from seven down */
        fill_eighths(m, 0, 0, 16 - i, 8);
    } else if (i == 0x10) {
        fill_eighths(m, 4, 0, 4, 8);
    } else if (i <= 0x13) {
        /* Shades are even greys: dots would have to fit the next cell's, and
         * they are hard on the encoders. */
        mask_fill(
            m, (struct rect){.width = m->size.width, .height = m->size.height},
            (uint8_t)((i - 0x10) * 64));
    } else if (i == 0x14) {
        fill_eighths(m, 0, 0, 8, 1);
    } else if (i == 0x15) {
        fill_eighths(m, 7, 0, 1, 8);
    } else {
        fill_tiles(m, 2, quarters[i - 0x16]);
    }
}

static void
draw_braille(struct mask *m, unsigned dots)
{
    /* Dots 1 to 8 in the order of their bits: column and row. */
    static const uint8_t places[8][2] = {
        {0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {0, 3}, {1, 3},
    };
    int width = m->size.width;
    int height = m->size.height;
    int side = width / 4 < height / 8 ? width / 4 : height / 8;

    side = side > 1 ? side : 1;
    for (int i = 0; i < 8; i++) {
        if ((dots >> i & 1) == 0) {
            continue;
        }
        int x = (2 * places[i][0] + 1) * width / 4 - side / 2;
        int y = (2 * places[i][1] + 1) * height / 8 - side / 2;
        mask_fill(m, (struct rect){x, y, side, side}, 0xff);
    }
}

static void
draw_sextant(struct mask *m, unsigned index)
{
    /* The names skip the patterns that U+2588, 258C and 2590 have already. */
    unsigned tiles = index + 1;

    tiles += tiles >= 0x15;
    tiles += tiles >= 0x2a;
    fill_tiles(m, 3, tiles);
}

/*
 * Whether a pattern of octants has a code point of its own: not if it is one of
 * quarters or of whole rows, or a single tile in a corner.
 */
static bool
is_octant(unsigned tiles)
{
    /* U+1CEA8, 1CEAB, 1CEA3, 1CEA0; 1FB82, 2582, 1FB85, 2586; 1FBE6, 1FBE7. */
    static const uint8_t others[] = {0x01, 0x02, 0x40, 0x80, 0x03,
                                     0xc0, 0x3f, 0xfc, 0x14, 0x28};
    unsigned upper = tiles & 0x33; /* of each pair of rows */
    unsigned lower = tiles >> 2 & 0x33;

    for (unsigned i = 0; i < sizeof(others); i++) {
        if (tiles == others[i]) {
            return false;
        }
    }
    return upper != lower;
}

static void
draw_octant(struct mask *m, unsigned index)
{
    unsigned tiles = 0;

    while (!is_octant(tiles) || index-- > 0) {
        tiles++;
    }
    fill_tiles(m, 4, tiles);
}

/* U+1FB70 to 1FB8B. */
static void
draw_eighths(struct mask *m, int i)
{
    /* 1FB82 to 8B: how many eighths, from above, then from the right. */
    static const uint8_t counts[] = {2, 3, 5, 6, 7};

    if (i <= 5) {
        fill_eighths(m, i + 1, 0, 1, 8);
    } else if (i <= 11) {
        fill_eighths(m, 0, i - 5, 8, 1);
    } else if (i <= 15) {
        /* Left or right, and lower or upper. */
        fill_eighths(m, i >= 14 ? 7 : 0, 0, 1, 8);
        fill_eighths(m, 0, i == 13 || i == 14 ? 0 : 7, 8, 1);
    } else if (i <= 17) {
        fill_eighths(m, 0, 0, 8, 1);
        fill_eighths(m, 0, 7, 8, 1);
        if (i == 17) {
            fill_eighths(m, 0, 2, 8, 1);
            fill_eighths(m, 0, 4, 8, 1);
        }
    } else if (i <= 22) {
        fill_eighths(m, 0, 0, 8, counts[i - 18]);
    } else {
        int count = counts[i - 23];
        fill_eighths(m, 8 - count, 0, count, 8);
    }
}

/* Patterns of octants that are elsewhere. */
static unsigned
octants_elsewhere(uint32_t code)
{
    switch (code) {
    case 0x1cea0:
        return 0x80;
    case 0x1cea3:
        return 0x40;
    case 0x1cea8:
        return 0x01;
    case 0x1ceab:
        return 0x02;
    case 0x1fbe6:
        return 0x14;
    case 0x1fbe7:
        return 0x28;
    default:
        return 0;
    }
}

bool
mosaic_draw(uint32_t code, struct mask *m)
{
    if (code >= 0x2580 && code <= 0x259f) {
        draw_block(m, (int)(code - 0x2580));
    } else if (code >= 0x2800 && code <= 0x28ff) {
        draw_braille(m, code - 0x2800);
    } else if (code >= 0x1cd00 && code <= 0x1cde5) {
        draw_octant(m, code - 0x1cd00);
    } else if (code >= 0x1fb00 && code <= 0x1fb3b) {
        draw_sextant(m, code - 0x1fb00);
    } else if (code >= 0x1fb70 && code <= 0x1fb8b) {
        draw_eighths(m, (int)(code - 0x1fb70));
    } else if (octants_elsewhere(code) != 0) {
        fill_tiles(m, 4, octants_elsewhere(code));
    } else {
        return false;
    }
    return true;
}
