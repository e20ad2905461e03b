/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a viewer's pointer looks like over text: an I-beam, as the bitmaps that
 * the cursor pseudo-encodings want (RFC 6143 section 7.8.1).
 */
#ifndef VNCTERM_VNC_POINTER_SHAPE_H
#define VNCTERM_VNC_POINTER_SHAPE_H

#include <stdint.h>

enum {
    POINTER_SHAPE_WIDTH = 7,
    POINTER_SHAPE_HEIGHT = 16,
    POINTER_SHAPE_ROW_SIZE = (POINTER_SHAPE_WIDTH + 7) / 8,
    POINTER_SHAPE_SIZE = POINTER_SHAPE_HEIGHT * POINTER_SHAPE_ROW_SIZE,
};

struct pointer_shape {
    uint8_t source[POINTER_SHAPE_SIZE]; /* 1 is black, 0 white */
    uint8_t mask[POINTER_SHAPE_SIZE];   /* 1 is opaque */
    uint32_t pixels[POINTER_SHAPE_HEIGHT * POINTER_SHAPE_WIDTH];
};

void pointer_shape_init(struct pointer_shape *shape);

#endif
