/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VNCTERM_TESTS_UNIT_RFB_CLIENT_H
#define VNCTERM_TESTS_UNIT_RFB_CLIENT_H

/*
 * A viewer for tests: it keeps the picture that it is sent, and counts what
 * else it is told. Nothing blocks: rfb_client_receive() takes what is there.
 * What a server must not send fails the test.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/geom.h"

enum {
    RFB_CLIENT_SIDE_MAX = 8192,
    RFB_CLIENT_TEXT_MAX = 256,
    RFB_CLIENT_FENCE_MAX = 64,
};

struct rfb_client {
    int fd;
    uint8_t *data; /* received and not understood yet */
    size_t len;
    size_t capacity;
    bool is_closed; /* by the server */
    struct pixel_size size;
    uint32_t *pixels;
    char name[RFB_CLIENT_TEXT_MAX];
    char cut_text[RFB_CLIENT_TEXT_MAX]; /* Latin-1, the start of it */
    size_t cut_text_len;
    int updates;
    int pixel_rects; /* raw and hextile */
    int pixel_area;  /* of these, in pixels */
    int copies;
    int cursors;
    int pointer_moves; /* by others: PointerPos */
    int bells;
    int sizes;
    int names;
    int cut_texts;
    int size_reason; /* of the last ExtendedDesktopSize */
    int size_status;
    int fences;
    uint32_t fence_flags; /* of the last */
    size_t fence_len;
    uint8_t fence[RFB_CLIENT_FENCE_MAX];
    int continuous_ends; /* EndOfContinuousUpdates */
};

/* Takes `fd`, a non-blocking socket. */
void rfb_client_init(struct rfb_client *c, int fd);

void rfb_client_fini(struct rfb_client *c);

/* Writes all; the socket must take it. */
void rfb_client_send(struct rfb_client *c, const void *data, size_t len);

/* Reads what is there, at most `max` bytes, without understanding it. */
void rfb_client_read(struct rfb_client *c, size_t max);

/* Takes `len` bytes, which must be there, off the front. */
void rfb_client_take(struct rfb_client *c, void *out, size_t len);

/* The same, and they must be `data`, at most 64 bytes. */
void rfb_client_expect(struct rfb_client *c, const void *data, size_t len);

/* ServerInit. */
void rfb_client_take_init(struct rfb_client *c);

/* Reads what is there and understands all complete messages. */
void rfb_client_receive(struct rfb_client *c);

void rfb_client_send_encodings(struct rfb_client *c, const int32_t *list,
                               unsigned count);

enum rfb_client_request {
    RFB_CLIENT_ALL,
    RFB_CLIENT_CHANGES,
};

/* Asks for all of the picture. */
void rfb_client_request(struct rfb_client *c, enum rfb_client_request what);

void rfb_client_send_fence(struct rfb_client *c, uint32_t flags,
                           const void *payload, size_t len);

/* Answers the last fence, which must have asked for it. */
void rfb_client_confirm(struct rfb_client *c);

/* EnableContinuousUpdates for all of the picture. */
void rfb_client_send_continuous(struct rfb_client *c, bool is_on);

void rfb_client_send_desktop_size(struct rfb_client *c, struct pixel_size size);

#endif
