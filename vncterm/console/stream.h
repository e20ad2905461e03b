/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The byte end: a guest's console as a stream of bytes, both ways.
 *
 * Reads at most STREAM_TURN_MAX bytes in one turn of the loop. Towards the
 * guest nothing blocks and nothing grows: typed keys, replies and text clients
 * have a queue each that refuses what does not fit, and one paste is held as it
 * is and fed as the guest reads. What was accepted first is written first, but
 * for a paste: what is accepted while it is being fed overtakes what is left of
 * it. Between two consoles (a guest that restarts) nothing is accepted.
 */
#ifndef VNCTERM_CONSOLE_STREAM_H
#define VNCTERM_CONSOLE_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/geom.h"
#include "loop/loop.h"

struct stream;

enum {
    STREAM_TURN_MAX = 64 << 10, /* bytes read, and written, in one turn */
    STREAM_KEYS_MAX = 64 << 10, /* typed keys that wait for the guest */
    STREAM_REPLY_MAX = 4 << 10, /* answers to queries that wait for it */
    STREAM_PASTE_MAX = (4 << 20) + 64, /* 1 MiB of Latin-1 as UTF-8, twice,
                                          and brackets */
    STREAM_TEXT_MAX = 4 << 10, /* bytes of text clients that wait: few, since
                                  keys typed afterwards wait behind them */
};

struct stream_handler {
    /* What the guest wrote. It may send, but not open, drain or free. */
    void (*on_output)(void *data, const void *bytes, size_t len);
    /* The console is gone, with what was left of it read; `err` is 0 at the
     * end of the file, else a positive errno. The descriptor is closed. The
     * stream may be opened again or freed here. It is never called from
     * within a send function. */
    void (*on_hangup)(void *data, int err);
    /* There is room for text clients' bytes again, after there was none: in a
     * later turn, or within stream_open(). NULL for none. It may send, but not
     * open, drain or free. Never called from within a send function. */
    void (*on_text_room)(void *data);
    /* The paste that was being fed is over: written, or dropped with its
     * console. In a later turn than it was sent, or within stream_open(). NULL
     * for none. It may send, but not open, drain or free. Never called from
     * within a send function. */
    void (*on_paste_end)(void *data);
};

void stream_new(struct stream **out, struct loop *loop,
                const struct stream_handler *handler, void *data);

/* Closes the descriptor. */
void stream_free(struct stream *s);

/*
 * Joins a console: takes over `fd`, in place of the one before, whose unread
 * output and unwritten input are dropped. It is a pty's master or slave, or
 * anything else that epoll can watch. Returns 0, or -errno, when `fd` is
 * closed and the console before is still joined.
 */
int stream_open(struct stream *s, int fd);

bool stream_is_open(const struct stream *s);

/* Tells the pty its size, now and for each console that is joined later. */
void stream_set_size(struct stream *s, struct cell_size size);

/*
 * Each returns 0 when all of it was accepted, else nothing was: -ENOBUFS when
 * the queue has no room (for a paste: one is still being fed), -ENOTCONN
 * without a console, -ENOMEM. What has been accepted is dropped only when the
 * console hangs up.
 */
int stream_send_keys(struct stream *s, const void *bytes, size_t len);
int stream_send_reply(struct stream *s, const void *bytes, size_t len);

/*
 * Bytes of text clients, who are made to wait: send at most stream_text_room(),
 * which is 0 between two consoles, and from when the console refuses to be
 * written to: its hang-up will follow.
 */
size_t stream_text_room(const struct stream *s);
int stream_send_text(struct stream *s, const void *bytes, size_t len);

/* Whether a paste would be accepted, if it is not too long. */
bool stream_takes_paste(const struct stream *s);

/*
 * Takes over the contents of `paste`, which is empty afterwards, when 0 is
 * returned. What is accepted before it has been written goes in between two
 * characters (console/paste_feed.h says of `bracket_len`): who pastes and then
 * types keeps that back until stream_takes_paste() says yes again, at once or
 * with on_paste_end().
 */
int
stream_send_paste(struct stream *s, struct bytes *paste, size_t bracket_len);

/*
 * Reads what is there now to the end (at most `max` bytes), for when the
 * program behind the console has ended. Calls on_output; on_hangup, too, if it
 * meets the end, which a pty reports only when nobody holds the other side.
 */
void stream_drain(struct stream *s, size_t max);

#endif
