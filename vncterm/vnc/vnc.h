/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Viewers: listening sockets, the RFB protocol, and the picture they are sent.
 *
 * The only user of LibVNCServer, which never sees a viewer's socket: a gate
 * owns sockets, greeting and queues, checks each message, and lets the library
 * work on a memory file. So no call here blocks, whatever a viewer does, and
 * what a viewer can make us hold is bounded: see the limits below.
 *
 * The picture exists only while a viewer is there. A viewer that has not taken
 * its last update gets no further one; its damage is merged.
 */
#ifndef VNCTERM_VNC_VNC_H
#define VNCTERM_VNC_VNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/geom.h"
#include "loop/loop.h"

struct vnc;

enum {
    VNC_VIEWERS_MAX = 16,   /* past the handshake */
    VNC_HALF_OPEN_MAX = 32, /* in the handshake; the oldest is evicted */
    VNC_LISTENERS_MAX = 2,
    VNC_CUT_TEXT_MAX = 1 << 20,          /* bytes; longer text is swallowed */
    VNC_ENCODINGS_MAX = 256,             /* entries of one SetEncodings */
    VNC_HANDSHAKE_US = 10 * 1000 * 1000, /* from accept to ClientInit */
    VNC_STALLED_US = 60 * 1000 * 1000,   /* then it may be evicted if full */
    VNC_PICTURE_MAX = 8 << 20,           /* bytes of framebuffer */
    VNC_SIDE_MAX = 8000,  /* pixels; a line must fit the library's 32 KB */
    VNC_NAME_MAX = 127,   /* bytes of desktop name */
    VNC_PASSWORD_MAX = 8, /* bytes; VncAuth has no use for more */
    VNC_WRONG_PASSWORD_US = 100 * 1000, /* after it none is looked at */
};

/* The protocol version that the greeting offers. */
enum vnc_rfb {
    VNC_RFB_3_3,
    VNC_RFB_3_8,
};

/* Which extensions viewers are offered. */
enum vnc_dialect {
    VNC_DIALECT_AGENT, /* what the host agent's console proxy can parse */
    VNC_DIALECT_FULL,
};

/* How the text of a viewer's clipboard comes. */
enum vnc_text {
    VNC_TEXT_LATIN1, /* every byte a character */
    VNC_TEXT_UTF8,   /* well-formed */
};

struct vnc_config {
    int memory_file; /* from vnc_open_memory_file(); the caller's until
                        vnc_free() */
    /* Listening sockets, non-blocking; owned by the caller until vnc_free(). */
    int listeners[VNC_LISTENERS_MAX];
    int listener_count;
    enum vnc_rfb rfb;
    enum vnc_dialect dialect;
    /* Viewers see: what they say of keys, pointers, clipboards and sizes is
     * passed over, and they are offered no clipboard. */
    bool is_view_only;
    struct pixel_size size; /* of the picture */
    const char *name;       /* desktop name, UTF-8; copied */
    /* Asked of everybody, after vnc_prepare_password(), or NULL; copied, as
     * far as VNC_PASSWORD_MAX. */
    const char *password;
};

/*
 * What viewers do. A viewer is named by its slot, 0 to VNC_VIEWERS_MAX - 1;
 * a slot is free again after on_viewer_gone. Handlers may call back into vnc,
 * but not free it. Every one must be set.
 */
struct vnc_handler {
    void (*on_viewer)(void *data, unsigned viewer);
    void (*on_viewer_gone)(void *data, unsigned viewer);
    void (*on_key)(void *data, unsigned viewer, uint32_t keysym, bool down);
    /* Clamped to the picture; `buttons` is RFB's mask. */
    void (*on_pointer)(void *data, unsigned viewer, int x, int y,
                       unsigned buttons);
    /* A viewer's clipboard: at most VNC_CUT_TEXT_MAX bytes, nothing for one
     * that is longer; in `form`, because most are never looked at. */
    void (*on_cut_text)(void *data, unsigned viewer, enum vnc_text form,
                        const void *text, size_t len);
    /*
     * A viewer asks for a picture of this size, 1 to 65535 each way
     * (SetDesktopSize). Call vnc_resize() with it or another one and return 0,
     * which the viewer is told, and the others; or return -EPERM if it may not,
     * or another -errno if it cannot be. At most 10 come a second, the newest
     * always.
     */
    int (*on_size_request)(void *data, unsigned viewer, struct pixel_size size);
    /* A viewer could take a frame, and none could before. */
    void (*on_frame_wanted)(void *data);
    /* A viewer is about to be sent an area that it has asked for anew: bring
     * the picture up to date, now, with vnc_scroll() and vnc_mark() and no
     * other call. Other viewers want a vnc_flush() soon afterwards. */
    void (*on_repaint)(void *data);
};

/*
 * Makes what LibVNCServer gets in place of sockets: the one thing that vnc
 * needs of the system beside sockets, so that it can be had before a lock-down.
 * Returns a descriptor or -errno.
 */
int vnc_open_memory_file(void);

/*
 * Has the cipher do once what it later does for each viewer: it opens files the
 * first time, which is for before a lock-down. Returns 0, or -EINVAL for a
 * password that it does not take, as an empty one.
 */
int vnc_prepare_password(const char *password);

/* Returns 0, -EINVAL for a size out of range, or -errno. */
int
vnc_new(struct vnc **out, struct loop *loop, const struct vnc_config *config,
        const struct vnc_handler *handler, void *data);

/* Closes every viewer. Calls no handler. */
void vnc_free(struct vnc *v);

/* How many viewers are past the handshake. */
int vnc_viewers(const struct vnc *v);

/*
 * The picture to draw into: 32 bits a pixel, 0x00RRGGBB, vnc_size() pixels,
 * lines without padding. NULL while no viewer is there. It is blank (zeros)
 * when the first viewer arrives: draw all of it in on_viewer when
 * vnc_viewers() is 1. Valid until the last viewer leaves or vnc_resize().
 */
uint32_t *vnc_pixels(struct vnc *v);

struct pixel_size vnc_size(const struct vnc *v);

/* Whether a viewer has asked for a frame and has taken all it was sent. */
bool vnc_wants_frame(const struct vnc *v);

/*
 * Moves the pixels of `area` up by `dy` (down when negative). Viewers that know
 * CopyRect are sent that as copies: those that have not taken the last frame
 * get one for both. Before vnc_mark() of the same frame.
 */
void vnc_scroll(struct vnc *v, struct rect area, int dy);

/* The pixels of `area` have changed. Sends nothing. */
void vnc_mark(struct vnc *v, struct rect area);

/* Sends what was marked to every viewer that wants a frame. */
void vnc_flush(struct vnc *v);

/*
 * Whether some viewer still has something to be sent or to take, of what was
 * marked until now; a stalled one counts.
 */
bool vnc_is_behind(const struct vnc *v);

/*
 * Another size of picture: blank, and all of it to be drawn anew by the caller
 * before the next vnc_flush(), until which viewers are sent no pixels. Needs
 * no vnc_mark(). A viewer that cannot change its size keeps it and is sent
 * what fits. Nothing happens if it has this size already. Returns 0, -EINVAL
 * or -ENOMEM; nothing changed on failure.
 */
int vnc_resize(struct vnc *v, struct pixel_size size);

/* Rings, at most ten times a second. */
void vnc_bell(struct vnc *v);

/* The desktop name, UTF-8, cut at VNC_NAME_MAX bytes. Viewers are told the
 * newest, at most ten times a second. */
void vnc_set_name(struct vnc *v, const char *name);

/*
 * Offers text, well-formed UTF-8 of at most VNC_CUT_TEXT_MAX bytes, to the
 * clipboard of one viewer. One that does not know the extended clipboard gets
 * Latin-1, with '?' for what that lacks. One that is still taking another text
 * gets the newest one afterwards. Nothing happens when there is no such viewer.
 */
void
vnc_set_cut_text(struct vnc *v, unsigned viewer, const char *utf8, size_t len);

#endif
