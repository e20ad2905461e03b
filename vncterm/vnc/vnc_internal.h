/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of this folder share, and tests that bring their own sockets.
 */
#ifndef VNCTERM_VNC_VNC_INTERNAL_H
#define VNCTERM_VNC_VNC_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "loop/loop.h"
#include "vnc/password.h"
#include "vnc/share.h"
#include "vnc/vnc.h"

struct library;
struct viewer;

enum {
    /* Read in one turn, all messages of which are handled in that turn. */
    VNC_INPUT_SIZE = 32 << 10,
    VNC_INPUT_SIZE_SCARCE = 4 << 10, /* of who has said a lot */
    VNC_ACCEPTS_PER_TURN = 16,
    VNC_ACCEPT_RETRY_US = 1000 * 1000,
    VNC_BELL_US = 100 * 1000,
    VNC_NAME_US = 100 * 1000,
    VNC_SIZE_REQUEST_US = 100 * 1000,
    /* And sizes take at most a fifth of our time: a large picture can take
     * longer to draw and to encode than a frame may. */
    VNC_SIZE_REQUEST_SHARE = 4,
};

struct vnc_listener {
    struct vnc *vnc;
    int fd; /* the caller's */
    struct loop_fd *watcher;
};

struct vnc {
    struct loop *loop;
    const struct vnc_handler *handler;
    void *data;
    enum vnc_rfb rfb;
    enum vnc_dialect dialect;
    int listener_count;
    bool is_view_only;
    bool is_undrawn; /* resized, and not flushed since */
    bool was_wanted; /* as on_frame_wanted was told */
    bool has_password;
    struct password password;
    uint64_t judge_from_us; /* not before: a wrong password came */
    struct vnc_listener listeners[VNC_LISTENERS_MAX];
    struct library *library;

    struct pixel_size size;
    uint32_t *pixels;

    struct viewer *slots[VNC_VIEWERS_MAX];
    /* When the next repaint in a slot may be, so that leaving and coming back
     * does not buy another one. */
    uint64_t repaint_from_us[VNC_VIEWERS_MAX];
    struct share shares[VNC_VIEWERS_MAX];        /* the same */
    struct viewer *half_open[VNC_HALF_OPEN_MAX]; /* oldest first */
    int viewers;
    int half_open_count;
    /* Closed before they had a slot; the others are found in theirs. */
    struct viewer *closed;

    struct loop_timer *soon;      /* frees what is closed */
    struct loop_timer *later;     /* repaints and sizes that came too often */
    struct loop_timer *deadline;  /* of the oldest half-open one */
    struct loop_timer *accepting; /* accept() is tried again */
    uint64_t later_us;            /* when it fires, if armed */

    char name[VNC_NAME_MAX + 1];
    bool has_new_name;             /* which viewers are not owed yet */
    uint64_t name_from_us;         /* not before */
    uint64_t bell_from_us;         /* not before */
    uint64_t size_request_from_us; /* not before */
    struct viewer *size_asker;     /* whose request waits, or NULL */
    struct pixel_size size_asked;

    struct log_limit accept_limit;
    struct log_limit arrival_limit;
    struct log_limit protocol_limit;
    struct log_limit cut_text_limit;
    struct log_limit peer_limit; /* failures of ours on behalf of a peer */
    uint8_t input[VNC_INPUT_SIZE];
};

/* Takes `fd`, a connected socket: a new half-open peer. */
void vnc_adopt(struct vnc *v, int fd);

/* Whether a viewer that finishes its handshake now would find a place. */
bool vnc_has_room(struct vnc *v);

/*
 * A peer has finished its handshake: makes it a viewer, in a slot, and tells
 * the handler. Returns 0 or -errno.
 */
int vnc_enter(struct vnc *v, struct viewer *viewer);

/*
 * Some half-open peer has answered its challenge: judges the oldest, as many
 * as it is time for. Each wrong answer puts all others off.
 */
void vnc_judge_answers(struct vnc *v);

/* A peer is closed; it is freed and its slot given up soon. */
void vnc_is_closed(struct vnc *v, struct viewer *viewer);

/* A viewer asks for a size. */
void
vnc_request_size(struct vnc *v, struct viewer *viewer, struct pixel_size size);

/* Calls viewer_advance() of all at `due_us`, or earlier. */
void vnc_advance_at(struct vnc *v, uint64_t due_us);

/* Tells the handler if a frame is wanted that was not before. */
void vnc_tell_wanted(struct vnc *v);

#endif
