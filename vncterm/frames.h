/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a frame is made, and what goes into it: the terminal's damage, drawn
 * into the picture that viewers are sent.
 *
 * The first change after quiet is shown at the end of the turn of the loop that
 * brought it, further ones an interval after the last frame; a flood costs
 * frames and nothing more. What viewers do to the picture, selecting and
 * scrolling, has an interval of its own: else one who selects without end would
 * delay what another types by up to an interval. With nothing changed, or
 * nobody who could take a frame, no timer is armed, and the terminal keeps the
 * damage. What blinks is timed here, too, while somebody who takes frames has
 * it in view.
 */
#ifndef VNCTERM_FRAMES_H
#define VNCTERM_FRAMES_H

#include <stdint.h>

#include "loop/loop.h"
#include "render/render.h"
#include "term/term.h"
#include "vnc/vnc.h"

struct frames;

enum {
    /* How long a guest may hold the picture back (DEC mode 2026). */
    FRAMES_SYNCHRONIZE_US = 150 * 1000,
    /* How long what blinks is seen, and then not. */
    FRAMES_BLINK_US = 500 * 1000,
};

/* All are borrowed for the life of the object. */
struct frames_config {
    struct loop *loop;
    struct term *term;
    struct render *render;
    struct vnc *vnc;
    uint64_t interval_us; /* from one frame to the next */
};

/* Who has changed the picture. */
enum frames_cause {
    FRAMES_GUEST,
    FRAMES_VIEWERS,
    FRAMES_CAUSES,
};

void frames_new(struct frames **out, const struct frames_config *config);

void frames_free(struct frames *f);

/* To be called when the terminal may have changed. */
void frames_schedule(struct frames *f, enum frames_cause cause);

/* To be called when a viewer is ready for a frame, and none was before. */
void frames_resume(struct frames *f);

/* Draws what has changed now, and sends it to who can take it. */
void frames_draw(struct frames *f);

/* The same with all of the picture, after it has got another size. */
void frames_draw_all(struct frames *f, enum frames_cause cause);

/*
 * Brings the picture up to date without sending it; if that changes it, a
 * frame follows. For the first viewer, whose picture is blank, and for
 * repaints.
 */
void frames_update_picture(struct frames *f);

/* Nobody looks any more: no frame is due, and the next one draws it all. */
void frames_stop(struct frames *f);

#endif
