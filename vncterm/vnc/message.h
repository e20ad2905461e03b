/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a viewer may say once it is past the handshake.
 *
 * Pure: bytes in, checked values out. A message is acted upon only when it is
 * complete, of a known type and within its limits; what is too long to be of
 * use is named as bytes to throw away, so that nobody has to hold it.
 */
#ifndef VNCTERM_VNC_MESSAGE_H
#define VNCTERM_VNC_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/geom.h"
#include "vnc/vnc.h"

enum {
    MESSAGE_FORMAT_SIZE = 20, /* SetPixelFormat, RFC 6143 section 7.5.1 */
    /* The header of SetEncodings and of cut text. */
    MESSAGE_ENCODINGS_HEADER = 4,
    MESSAGE_CUT_TEXT_HEADER = 8,
    /* The longest that must be held until it is complete. */
    MESSAGE_SIZE_MAX = MESSAGE_CUT_TEXT_HEADER + VNC_CUT_TEXT_MAX,
};

enum message_type {
    MESSAGE_IGNORED, /* understood, and of no use to us */
    MESSAGE_SET_FORMAT,
    MESSAGE_SET_ENCODINGS,
    MESSAGE_UPDATE_REQUEST,
    MESSAGE_KEY,
    MESSAGE_POINTER,
    MESSAGE_CUT_TEXT,
    MESSAGE_EXTENDED_CUT_TEXT, /* of the full dialect only */
    MESSAGE_CUT_TEXT_TOO_LONG, /* its text is in `swallow` */
    MESSAGE_SET_DESKTOP_SIZE,
    MESSAGE_FENCE,      /* of the full dialect, as is the next */
    MESSAGE_CONTINUOUS, /* EnableContinuousUpdates */
};

/* Pointers are into the bytes that were parsed. */
struct message {
    enum message_type type;
    size_t len;       /* bytes of it that were parsed */
    uint32_t swallow; /* bytes that follow it and mean nothing */
    union {
        const uint8_t *format; /* the whole message, MESSAGE_FORMAT_SIZE */
        struct {
            const uint8_t *list; /* 4 bytes each */
            unsigned count;
        } encodings;
        struct {
            struct rect area;
            bool is_incremental;
        } request;
        struct {
            uint32_t keysym;
            bool is_down;
        } key;
        struct {
            int x;
            int y;
            unsigned buttons;
        } pointer;
        struct {
            const uint8_t *latin1;
            size_t len;
        } cut_text;
        struct {
            const uint8_t *body; /* flags and what follows them */
            size_t len;
        } extended;
        struct {
            struct pixel_size size;
            bool is_one_screen; /* exactly one, of that size, anywhere */
        } desktop;
        struct {
            uint32_t flags;
            const uint8_t *payload;
            size_t len; /* at most FLOW_PAYLOAD_MAX */
        } fence;
        struct {
            bool is_on;
            struct rect area;
        } continuous;
    };
};

/*
 * Parses the message at the start of `len` bytes. Returns 0, -EAGAIN when it
 * is not complete yet, -EPROTO for a type that this dialect does not know,
 * -EINVAL for a pixel format that cannot be served, or -EBADMSG for a fence
 * that is longer than there are any.
 */
int message_parse(const uint8_t *data, size_t len, enum vnc_dialect dialect,
                  struct message *out);

/*
 * Whether the library can serve the format of a SetPixelFormat message. It
 * believes what it is told: with 24-bit depth in 16-bit pixels its Tight
 * encoder reads past its buffer. So channels must not overlap and must fit.
 */
bool message_format_is_usable(const uint8_t message[MESSAGE_FORMAT_SIZE]);

/* What a viewer can take, as far as this dialect goes. */
enum {
    ENCODINGS_KEPT_MAX = 32, /* more than there are known ones */
};

struct encodings {
    /* A SetEncodings message for the library: known ones, each once. */
    uint8_t message[MESSAGE_ENCODINGS_HEADER + 4 * ENCODINGS_KEPT_MAX];
    size_t message_len;
    bool has_desktop_name;          /* -307, sent by us */
    bool has_extended_clipboard;    /* 0xc0a1e5ce, answered by us */
    bool has_extended_desktop_size; /* -308 */
    bool has_fence;                 /* -312, answered by us */
    bool has_continuous;            /* -313, the same */
};

/*
 * Chooses from `count` encodings (4 bytes each) those that are served. The
 * order is kept: the first one that is not a pseudo-encoding is what pixels
 * are sent in.
 */
void encodings_choose(const uint8_t *list, unsigned count,
                      enum vnc_dialect dialect, struct encodings *out);

#endif
