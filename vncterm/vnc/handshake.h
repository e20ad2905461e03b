/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the greeting to ClientInit: RFC 6143 sections 7.1 to 7.3.
 *
 * Pure: bytes in, bytes to answer out. The library has a handshake of its own
 * but believes whatever version a viewer names, holds 50 KB for each peer that
 * never finishes, and cannot refuse. So a viewer gets there only afterwards.
 */
#ifndef VNCTERM_VNC_HANDSHAKE_H
#define VNCTERM_VNC_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vnc/vnc.h"

enum {
    HANDSHAKE_REPLY_MAX = 64,
    HANDSHAKE_VERSION_SIZE = 12, /* "RFB 003.008\n" */
};

enum handshake_step {
    HANDSHAKE_VERSION,
    HANDSHAKE_SECURITY,
    HANDSHAKE_CLIENT_INIT,
    HANDSHAKE_DONE,
    HANDSHAKE_REFUSED, /* send the reply, then close */
};

struct handshake {
    enum handshake_step step;
    enum vnc_rfb offered;
    int minor; /* agreed upon: 3, 7 or 8 */
    bool is_client_init_implied;
};

struct handshake_reply {
    size_t len;
    uint8_t data[HANDSHAKE_REPLY_MAX];
};

/* Whether there is a place for one more viewer. */
enum handshake_room {
    HANDSHAKE_ROOM,
    HANDSHAKE_FULL, /* the peer is told so as far as its version allows */
};

/* The reply is the greeting. */
void handshake_begin(struct handshake *h, enum vnc_rfb offered,
                     struct handshake_reply *reply);

/*
 * Takes one step with `len` bytes. Returns how many of them were used, 0 when
 * the step needs more, or -EPROTO when the peer speaks something else. The
 * reply may be empty.
 */
int handshake_feed(struct handshake *h, const uint8_t *data, size_t len,
                   enum handshake_room room, struct handshake_reply *reply);

#endif
