/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/pointer_shape.h"

#include <stddef.h>

/* '#' is black, 'o' white, the rest transparent. */
static const char art[POINTER_SHAPE_HEIGHT][POINTER_SHAPE_WIDTH + 1] = {
    "ooo ooo", "o##o##o", "ooo#ooo", "  o#o  ", "  o#o  ", "  o#o  ",
    "  o#o  ", "  o#o  ", "  o#o  ", "  o#o  ", "  o#o  ", "  o#o  ",
    "  o#o  ", "ooo#ooo", "o##o##o", "ooo ooo",
};

void
pointer_shape_init(struct pointer_shape *shape)
{
    *shape = (struct pointer_shape){0};
    for (size_t row = 0; row < POINTER_SHAPE_HEIGHT; row++) {
        for (size_t col = 0; col < POINTER_SHAPE_WIDTH; col++) {
            size_t at = row * POINTER_SHAPE_ROW_SIZE + col / 8;
            uint8_t bit = (uint8_t)(0x80 >> col % 8);
            if (art[row][col] != ' ') {
                shape->mask[at] |= bit;
            }
            if (art[row][col] == '#') {
                shape->source[at] |= bit;
            }
            if (art[row][col] == 'o') {
                shape->pixels[row * POINTER_SHAPE_WIDTH + col] = 0xffffff;
            }
        }
    }
}
