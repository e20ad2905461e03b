/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One peer, from accept() to its end: its socket, what it has sent and not
 * completed, what it is sent and has not taken, and what it is owed.
 *
 * What it sends is read whether or not it reads, but takes no more than its
 * share of our time. What it is owed is made only when it has taken everything
 * before; until then requests, formats, encodings, the name and the clipboard
 * merge into the newest. So a peer that reads nothing costs no more than one
 * update.
 */
#ifndef VNCTERM_VNC_VIEWER_H
#define VNCTERM_VNC_VIEWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/geom.h"
#include "loop/loop.h"
#include "vnc/clipboard.h"
#include "vnc/flow.h"
#include "vnc/handshake.h"
#include "vnc/library.h"
#include "vnc/message.h"

struct vnc;

enum {
    VIEWER_NO_SLOT = -1,
    /* Non-incremental updates are made at most about 60 times a second. */
    VIEWER_REPAINT_US = 16 * 1000,
    /* And those of all viewers take at most a fifth of our time. */
    VIEWER_REPAINT_SHARE = 4,
    /* A compressed clipboard makes the next one wait, so that a kilobyte that
     * inflates to a megabyte, sent without end, is a tenth of a second apart.
     */
    VIEWER_CUT_TEXT_BYTES_PER_US = 10,
};

enum viewer_state {
    VIEWER_HANDSHAKE,
    VIEWER_ACTIVE,
    VIEWER_CLOSED, /* no descriptor any more; freed at the next chance */
};

struct viewer {
    struct vnc *vnc;
    enum viewer_state state;
    int slot;
    int fd;
    struct loop_fd *watcher;
    unsigned wanted; /* what the watcher watches for */
    uint64_t accepted_us;
    struct viewer *next_closed;
    struct handshake handshake;
    struct library_client *client; /* when active, until it is freed */

    struct bytes in;
    uint32_t swallow; /* bytes to come that mean nothing */
    struct bytes out;
    uint64_t progress_us; /* since when nothing was taken, if `out` has some */

    /* What it has said and the library was not told yet. */
    bool has_format;
    bool has_encodings;
    uint8_t format[MESSAGE_FORMAT_SIZE];
    struct encodings encodings;
    struct rect changes; /* requested; empty when not */
    struct rect repaint;
    struct flow flow;
    bool has_asked; /* for an update; the first is a repaint, however asked */

    /* What it is owed besides pixels. */
    bool owes_bell;
    bool owes_name;
    struct clipboard clipboard;
    struct bytes late_cut_text; /* extended, that came too soon */
    uint64_t cut_text_from_us;  /* not before */
};

/* Takes `fd` on success. The greeting is on its way. Returns 0 or -errno. */
int viewer_new(struct viewer **out, struct vnc *vnc, int fd);

/* Closes first if need be, without telling anybody. */
void viewer_free(struct viewer *v);

/* Closes the descriptor and tells vnc, once. The object stays. */
void viewer_close(struct viewer *v);

/* Whether one more line may be logged about what peers cause. */
bool viewer_may_say(struct viewer *v);

/* Its answer to the challenge, which it waits for, is right or wrong. */
void viewer_judge(struct viewer *v, enum handshake_judgement judgement);

/* Sends what is owed, as far as the viewer takes it. */
void viewer_advance(struct viewer *v);

/* Whether it waits for pixels and has taken everything before. */
bool viewer_wants_frame(const struct viewer *v);

/* Whether there are pixels for it to be sent or to take. */
bool viewer_is_behind(const struct viewer *v);

/* For how long it has taken nothing of what is queued; 0 if nothing is. */
uint64_t viewer_stalled_us(const struct viewer *v, uint64_t now_us);

#endif
