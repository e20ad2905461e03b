/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text clients: the console as a raw stream of bytes over TCP, beside the
 * screen. What the guest writes goes to every client as it is; what clients
 * send goes to the guest as it is, mixed. No telnet, no echo.
 *
 * A client that does not read has a queue of TEXT_QUEUE_MAX bytes and loses
 * its connection when that is full. A client that sends more than the guest
 * takes is not read until the guest does: nothing is lost and nothing grows.
 * Such clients are served in turn, so that none of them keeps the others out.
 *
 * One that has closed its sending side, or its connection, goes when its last
 * byte was taken and what waits for it is written. As long as the guest does
 * not take that byte, it keeps its place, until a newcomer finds no other.
 */
#ifndef VNCTERM_CONSOLE_TEXT_H
#define VNCTERM_CONSOLE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "loop/loop.h"

struct text;

enum {
    TEXT_CLIENTS_MAX = 16, /* a further one is closed at once */
    /* What a flood writes while a client that reads waits for its turn of the
     * processor; the kernel's buffers hold some megabytes more. */
    TEXT_QUEUE_MAX = 1 << 20,
    /* What may be queued for a newcomer; the other half is for a flood that
     * goes on while it takes that. */
    TEXT_REPLAY_MAX = TEXT_QUEUE_MAX / 2,
    TEXT_TURN_MAX = 4 << 10, /* bytes read from a client in one turn */
};

/* Handlers may call text_send() and text_send_to(). */
struct text_handler {
    /* How many bytes for the guest would be taken now. Once it has returned 0,
     * clients are not read until text_resume(). */
    size_t (*input_room)(void *data);
    /* Bytes for the guest, at most input_room(). */
    void (*on_input)(void *data, const void *bytes, size_t len);
    /* A client has come; what text_send_to() sends it here comes before
     * anything else. `client` names no other one, ever. NULL for none. */
    void (*on_client)(void *data, unsigned client);
};

/*
 * `listener` is a listening TCP socket, non-blocking; the caller's, who keeps
 * it open until text_free(). Returns 0 or -errno.
 */
int text_new(struct text **out, struct loop *loop, int listener,
             const struct text_handler *handler, void *data);

/* Closes every client. Calls no handler. */
void text_free(struct text *t);

/* Sends what the guest wrote to every client. Calls no handler. */
void text_send(struct text *t, const void *bytes, size_t len);

/*
 * Queues bytes for one client, to be written in later turns: for many small
 * pieces, TEXT_REPLAY_MAX in all. To one that has gone or is going, nothing is
 * sent. Returns 0, or -ENOBUFS or -ENOMEM when it did not fit, and the client
 * is dropped. Calls no handler.
 */
int
text_send_to(struct text *t, unsigned client, const void *bytes, size_t len);

/*
 * The guest takes input again: reads clients that have waited, as far as there
 * is room. Calls input_room and on_input.
 */
void text_resume(struct text *t);

/* Whether some client has still to take what it was sent. */
bool text_is_behind(const struct text *t);

#endif
