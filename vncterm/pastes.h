/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What viewers have to paste, and whose turn it is.
 *
 * The console takes one paste at a time, and a guest may take long to read it.
 * Who wants to paste meanwhile waits; the waiting take turns, so that nobody
 * can hold the console by pasting again and again. What a viewer types behind
 * its own paste stays behind it; what others type does not wait for it.
 */
#ifndef VNCTERM_PASTES_H
#define VNCTERM_PASTES_H

#include <stddef.h>

#include "base/bytes.h"
#include "console/stream.h"
#include "term/term.h"
#include "vnc/vnc.h"

struct pastes;

enum {
    /* Bytes that a viewer can type behind a paste of its own. */
    PASTES_KEYS_MAX = 4 << 10,
};

/* Both are borrowed for the life of the object. */
void
pastes_new(struct pastes **out, struct stream *stream, const struct term *term);

void pastes_free(struct pastes *p);

/*
 * What a viewer, 0 to VNC_VIEWERS_MAX - 1, pastes from here on, a paste that
 * waits included; at most 2 * VNC_CUT_TEXT_MAX bytes of UTF-8 or
 * VNC_CUT_TEXT_MAX of Latin-1, copied. Nothing for a text that is longer or
 * that there is no memory for.
 */
void pastes_set_text(struct pastes *p, unsigned viewer, enum vnc_text form,
                     const void *text, size_t len);

/*
 * Pastes the text of a viewer, at once or when it is its turn. Returns 0,
 * -ENOBUFS while its last paste waits or is being fed, -ENOTCONN without a
 * console, or -ENOMEM.
 */
int pastes_paste(struct pastes *p, unsigned viewer);

/* Sends what a viewer has typed, at once or behind its own paste. Returns 0, or
 * -errno as stream_send_keys(). */
int pastes_send_keys(struct pastes *p, unsigned viewer, const void *bytes,
                     size_t len);

/* The stream's paste is over: whose turn is it? To be called by its handler.
 * Returns 0, or -errno when something was accepted that cannot be sent. */
int pastes_go_on(struct pastes *p);

/* The viewer has gone. What is being fed goes on. */
void pastes_forget(struct pastes *p, unsigned viewer);

#endif
