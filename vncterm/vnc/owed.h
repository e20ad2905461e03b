/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a viewer has not been sent: the pixels that have changed, and those that
 * it can copy from another place in the picture it has.
 *
 * Both are kept where LibVNCServer takes them from when it makes an update, in
 * regions of its client. Its own rfbDoCopyRect() has a copy that waits become
 * changed pixels when another one comes. Here scrolls merge, so that a viewer
 * which takes few updates is not sent what it has already.
 */
#ifndef VNCTERM_VNC_OWED_H
#define VNCTERM_VNC_OWED_H

#include <stdbool.h>

#include <rfb/rfb.h>

#include "base/geom.h"

enum {
    /*
     * A viewer that is behind gathers damage. Beyond this many rectangles the
     * surrounding one is used, so that a hostile guest cannot make each mark
     * cost more than the last.
     */
    OWED_RECTS_MAX = 256,
};

/* All of a picture of this size has changed, and nothing can be copied. */
void owed_set_all(rfbClientPtr cl, struct pixel_size size);

/* The pixels of `area` shall be sent, whatever the viewer has. */
void owed_repaint(rfbClientPtr cl, struct rect area);

/*
 * The pixels of `area` have come from `down` pixels above it, or below when
 * that is negative; not 0. Both places are inside the picture.
 */
void owed_move(rfbClientPtr cl, struct rect area, int down);

/* Changed pixels instead of copies, for a viewer that knows none. */
void owed_forget_copies(rfbClientPtr cl);

/* Merges rectangles if they are too many. */
void owed_simplify(rfbClientPtr cl);

/* Whether there is anything within a picture of this size. */
bool owed_is_any(const rfbClientRec *cl, struct pixel_size size);

#endif
