/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The messages between monitor and worker, over a socket pair that keeps
 * message boundaries (SOCK_SEQPACKET).
 *
 * The worker parses hostile bytes, so what it sends is hostile, too: its set
 * of messages is small, each has a fixed size, and none names anything that the
 * monitor would open, run or write. The ports come before the first hostile
 * byte is parsed. Descriptors travel from the monitor to the worker only, one
 * with each LINK_CONSOLE and LINK_STATE; any other is closed.
 */
#ifndef VNCTERM_LINK_LINK_H
#define VNCTERM_LINK_LINK_H

#include <stdint.h>

enum link_type {
    /* Worker to monitor. */
    LINK_LOCKED = 1, /* nothing was parsed; with the TCP ports, 0 for none */
    LINK_READY,      /* viewers are served */
    LINK_HANGUP,     /* the console hung up and was closed; with `console` */
    LINK_STATE_END,  /* the state is written, or could not be: with `error` */

    /* Monitor to worker. */
    LINK_CONSOLE,      /* with a descriptor and `console`: join this one */
    LINK_CONSOLE_END,  /* there will be no further output: drain, show, leave */
    LINK_CONSOLE_STAY, /* the same, but stay with the last screen */
    LINK_STATE,        /* with a descriptor: write the state there */
    LINK_LOG_LEVEL,    /* with `log_level`: log so much from now on */
};

/* What a type is not said to come with is 0. */
struct link_message {
    uint32_t type; /* of enum link_type */
    uint16_t port; /* of viewers */
    uint16_t text_port;
    uint32_t console;   /* a number from 1 up, so that none is mistaken */
    uint32_t error;     /* positive errno, or 0 */
    uint32_t log_level; /* of enum log_level */
};

/* Both ends are non-blocking and close-on-exec. Returns 0 or -errno. */
int link_pair(int out[2]);

/*
 * Sends a message, and `fd` along with it unless it is negative; it stays the
 * caller's. Returns 0 or -errno: -EAGAIN when the peer does not read, -EPIPE
 * when it is gone.
 */
int link_send(int link, const struct link_message *message, int fd);

/*
 * Receives a message. `out_fd` gets the descriptor that came along, now the
 * caller's (non-blocking or not, as its sender has it; close-on-exec), or -1;
 * NULL for a side that takes none. Returns 1, 0 when the peer is gone, -EAGAIN
 * when nothing is there, -EBADMSG for a message that is not one of
 * `enum link_type`, has another size, a value or a descriptor that its type
 * does not have or that is out of range, or lacks its descriptor. The outputs
 * are written only with 1.
 */
int link_receive(int link, struct link_message *out, int *out_fd);

#endif
