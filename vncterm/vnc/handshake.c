/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/handshake.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "vnc/wire.h"

enum {
    SECURITY_NONE = 1,
    SECURITY_VNC_AUTH = 2,
    RESULT_OK = 0,
    RESULT_FAILED = 1,
    MINOR_MACOS = 889,
};

static void
reply_bytes(struct handshake_reply *reply, const void *data, size_t len)
{
    assert(len <= sizeof(reply->data) - reply->len); /* all are ours */
    memcpy(reply->data + reply->len, data, len);
    reply->len += len;
}

static void
reply_u8(struct handshake_reply *reply, uint8_t value)
{
    reply_bytes(reply, &value, sizeof(value));
}

static void
reply_u32(struct handshake_reply *reply, uint32_t value)
{
    uint8_t wire[4];

    wire_put_u32(wire, value);
    reply_bytes(reply, wire, sizeof(wire));
}

static void
reply_reason(struct handshake_reply *reply, const char *reason)
{
    size_t len = strlen(reason);

    reply_u32(reply, (uint32_t)len);
    reply_bytes(reply, reason, len);
}

void
handshake_begin(struct handshake *h, enum vnc_rfb offered,
                const uint8_t *challenge, struct handshake_reply *reply)
{
    const char *greeting =
        offered == VNC_RFB_3_8 ? "RFB 003.008\n" : "RFB 003.003\n";

    *h = (struct handshake){.step = HANDSHAKE_VERSION, .offered = offered};
    if (challenge != NULL) {
        h->has_challenge = true;
        memcpy(h->challenge, challenge, sizeof(h->challenge));
    }
    *reply = (struct handshake_reply){.len = 0};
    reply_bytes(reply, greeting, HANDSHAKE_VERSION_SIZE);
}

/*
 * The minor version in "RFB 003.xxx\n", or -1. RealVNC counts its own versions
 * as 4 and 5; what says so to an offer of 3.8 speaks that.
 */
static int
parse_version(const uint8_t *data)
{
    int minor = 0;

    if (memcmp(data, "RFB 00", 6) != 0 || data[6] < '3' || data[6] > '5' ||
        data[7] != '.' || data[11] != '\n') {
        return -1;
    }
    for (int i = 8; i < 11; i++) {
        if (data[i] < '0' || data[i] > '9') {
            return -1;
        }
        minor = 10 * minor + data[i] - '0';
    }
    return data[6] == '3' ? minor : 8;
}

/*
 * Only 3.3, 3.7 and 3.8 exist; viewers that name others speak the one below
 * (UltraVNC 3.4 and 3.6, RealVNC 3.5), and none may exceed the offer.
 */
static int
agreed_minor(enum vnc_rfb offered, int minor)
{
    if (minor < 7 || offered == VNC_RFB_3_3) {
        return 3;
    }
    return minor == 7 ? 7 : 8;
}

static void
refuse_full(struct handshake *h, struct handshake_reply *reply)
{
    /* No security types, or the invalid one; either is followed by why. */
    if (h->minor >= 7) {
        reply_u8(reply, 0);
    } else {
        reply_u32(reply, 0);
    }
    reply_reason(reply, "too many viewers");
    h->step = HANDSHAKE_REFUSED;
}

static uint8_t
security_type(const struct handshake *h)
{
    return h->has_challenge ? SECURITY_VNC_AUTH : SECURITY_NONE;
}

static void
send_challenge(struct handshake *h, struct handshake_reply *reply)
{
    reply_bytes(reply, h->challenge, sizeof(h->challenge));
    h->step = HANDSHAKE_ANSWER;
}

static int
feed_version(struct handshake *h, const uint8_t *data, enum handshake_room room,
             struct handshake_reply *reply)
{
    int minor = parse_version(data);

    if (minor < 0) {
        return -EPROTO;
    }
    h->minor = agreed_minor(h->offered, minor);
    if (room == HANDSHAKE_FULL) {
        refuse_full(h, reply);
    } else if (h->minor == 3) {
        reply_u32(reply, security_type(h));
        h->step = HANDSHAKE_CLIENT_INIT;
        if (h->has_challenge) {
            send_challenge(h, reply);
        }
    } else {
        /*
         * The viewer in macOS leaves ClientInit out when it has chosen None
         * from a list; LibVNCServer knows of no other that says 3.889.
         */
        h->is_client_init_implied = minor == MINOR_MACOS && !h->has_challenge;
        reply_u8(reply, 1);
        reply_u8(reply, security_type(h));
        h->step = HANDSHAKE_SECURITY;
    }
    return HANDSHAKE_VERSION_SIZE;
}

static int
feed_security(struct handshake *h, uint8_t chosen,
              struct handshake_reply *reply)
{
    if (chosen != security_type(h)) {
        if (h->minor < 8) {
            return -EPROTO;
        }
        reply_u32(reply, RESULT_FAILED);
        reply_reason(reply, "unknown security type");
        h->step = HANDSHAKE_REFUSED;
        return 1;
    }
    if (h->has_challenge) {
        send_challenge(h, reply);
        return 1;
    }
    if (h->minor >= 8) { /* before 3.8, None has no result */
        reply_u32(reply, RESULT_OK);
    }
    h->step =
        h->is_client_init_implied ? HANDSHAKE_DONE : HANDSHAKE_CLIENT_INIT;
    return 1;
}

static size_t
needed_bytes(enum handshake_step step)
{
    switch (step) {
    case HANDSHAKE_VERSION:
        return HANDSHAKE_VERSION_SIZE;
    case HANDSHAKE_ANSWER:
        return HANDSHAKE_CHALLENGE_SIZE;
    case HANDSHAKE_SECURITY:
    case HANDSHAKE_JUDGEMENT:
    case HANDSHAKE_CLIENT_INIT:
    case HANDSHAKE_DONE:
    case HANDSHAKE_REFUSED:
        break;
    }
    return 1;
}

int
handshake_feed(struct handshake *h, const uint8_t *data, size_t len,
               enum handshake_room room, struct handshake_reply *reply)
{
    size_t needed = needed_bytes(h->step);

    *reply = (struct handshake_reply){.len = 0};
    if (len < needed) {
        return 0;
    }
    switch (h->step) {
    case HANDSHAKE_VERSION:
        return feed_version(h, data, room, reply);
    case HANDSHAKE_SECURITY:
        return feed_security(h, data[0], reply);
    case HANDSHAKE_ANSWER:
        memcpy(h->answer, data, sizeof(h->answer));
        h->step = HANDSHAKE_JUDGEMENT;
        return HANDSHAKE_CHALLENGE_SIZE;
    case HANDSHAKE_CLIENT_INIT:
        h->step = HANDSHAKE_DONE; /* all viewers share, whatever they ask */
        return 1;
    case HANDSHAKE_JUDGEMENT:
    case HANDSHAKE_DONE:
    case HANDSHAKE_REFUSED:
        break;
    }
    return -EPROTO;
}

void
handshake_judge(struct handshake *h, enum handshake_judgement judgement,
                struct handshake_reply *reply)
{
    assert(h->step == HANDSHAKE_JUDGEMENT);
    *reply = (struct handshake_reply){.len = 0};
    if (judgement == HANDSHAKE_RIGHT) {
        reply_u32(reply, RESULT_OK);
        h->step = HANDSHAKE_CLIENT_INIT;
        return;
    }
    reply_u32(reply, RESULT_FAILED);
    if (h->minor >= 8) {
        reply_reason(reply, "wrong password");
    }
    h->step = HANDSHAKE_REFUSED;
}
