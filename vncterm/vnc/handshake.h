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
    HANDSHAKE_VERSION_SIZE = 12,   /* "RFB 003.008\n" */
    HANDSHAKE_CHALLENGE_SIZE = 16, /* and the answer's */
};

enum handshake_step {
    HANDSHAKE_VERSION,
    HANDSHAKE_SECURITY,
    HANDSHAKE_ANSWER,    /* to the challenge of VncAuth */
    HANDSHAKE_JUDGEMENT, /* until handshake_judge() */
    HANDSHAKE_CLIENT_INIT,
    HANDSHAKE_DONE,
    HANDSHAKE_REFUSED, /* send the reply, then close */
};

struct handshake {
    enum handshake_step step;
    enum vnc_rfb offered;
    int minor; /* agreed upon: 3, 7 or 8 */
    bool is_client_init_implied;
    bool has_challenge; /* a password is asked for: VncAuth */
    uint8_t challenge[HANDSHAKE_CHALLENGE_SIZE];
    uint8_t answer[HANDSHAKE_CHALLENGE_SIZE]; /* at HANDSHAKE_JUDGEMENT */
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

/*
 * The reply is the greeting. With a `challenge`, HANDSHAKE_CHALLENGE_SIZE bytes
 * that nobody can foresee, the peer is asked for a password; NULL for none.
 */
void handshake_begin(struct handshake *h, enum vnc_rfb offered,
                     const uint8_t *challenge, struct handshake_reply *reply);

/*
 * Takes one step with `len` bytes. Returns how many of them were used, 0 when
 * the step needs more, or -EPROTO when the peer speaks something else. The
 * reply may be empty. At HANDSHAKE_JUDGEMENT a peer has nothing to say.
 */
int handshake_feed(struct handshake *h, const uint8_t *data, size_t len,
                   enum handshake_room room, struct handshake_reply *reply);

enum handshake_judgement {
    HANDSHAKE_RIGHT,
    HANDSHAKE_WRONG,
};

/* The answer is judged: goes on, or to HANDSHAKE_REFUSED. */
void handshake_judge(struct handshake *h, enum handshake_judgement judgement,
                     struct handshake_reply *reply);

#endif
