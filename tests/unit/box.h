/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tests of characters that meet those of the next cell share: their arms,
 * and the pieces that their ink is in.
 */
#ifndef VNCTERM_TESTS_UNIT_BOX_H
#define VNCTERM_TESTS_UNIT_BOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/geom.h"
#include "render/mask.h"

enum edge {
    UP,
    RIGHT,
    DOWN,
    LEFT,
    EDGES
};

/* The plain line that an arm towards `edge` continues: 'l' light, 'h' heavy,
 * 'd' double; a blank where there is no arm. */
static inline uint32_t
box_plain_line(char weight, enum edge edge)
{
    bool across = edge == LEFT || edge == RIGHT;

    switch (weight) {
    case 'l':
        return across ? 0x2500 : 0x2502;
    case 'h':
        return across ? 0x2501 : 0x2503;
    case 'd':
        return across ? 0x2550 : 0x2551;
    default:
        return ' ';
    }
}

/* Which pixels of a cell are not blank, row by row. */
struct box_ink {
    struct pixel_size size; /* at most CELL_SIDE_MAX each way */
    bool pixels[CELL_SIDE_MAX * CELL_SIDE_MAX];
};

/* What joins two pixels. */
enum box_touch {
    BOX_TOUCH_SIDES,
    BOX_TOUCH_CORNERS, /* or sides */
};

static inline void
box_erase_piece(struct box_ink *ink, int x, int y, enum box_touch touch)
{
    if (x < 0 || y < 0 || x >= ink->size.width || y >= ink->size.height ||
        !ink->pixels[y * ink->size.width + x]) {
        return;
    }
    ink->pixels[y * ink->size.width + x] = false;
    for (int i = 0; i < 9; i++) {
        bool is_corner = i % 2 == 0;
        if (touch == BOX_TOUCH_CORNERS || !is_corner) {
            box_erase_piece(ink, x + i % 3 - 1, y + i / 3 - 1, touch);
        }
    }
}

/* How many pieces the ink is in. Erases it. */
static inline int
box_count_pieces(struct box_ink *ink, enum box_touch touch)
{
    int pieces = 0;

    for (int y = 0; y < ink->size.height; y++) {
        for (int x = 0; x < ink->size.width; x++) {
            if (ink->pixels[y * ink->size.width + x]) {
                pieces++;
                box_erase_piece(ink, x, y, touch);
            }
        }
    }
    return pieces;
}

#endif
