/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stand-in for the part of vnc/vnc.h that frames go through: a picture, and
 * a count of what is done to it.
 */
#ifndef VNCTERM_TESTS_FAKES_FAKE_VNC_H
#define VNCTERM_TESTS_FAKES_FAKE_VNC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/geom.h"
#include "vnc/vnc.h"

enum {
    FAKE_VNC_PIXELS_MAX = 640 * 384,
};

struct vnc {
    uint32_t pixels[FAKE_VNC_PIXELS_MAX];
    struct pixel_size size;
    bool has_viewer;
    bool wants_frame;
    int flushes;
    int scrolls;
    int scrolled; /* pixels, in all */
    struct rect last_scroll;
    int marks;
    struct rect last_mark;
    bool scrolled_after_mark; /* which would move what is drawn already */
};

#endif
