/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An RFB 3.8 client that costs next to nothing: it keeps no picture and
 * decodes only as much as it takes to find the end of an update. So what is
 * measured through it is the server. It asks for 32 bits a pixel.
 */
#ifndef VNCTERM_TESTS_BENCH_RFB_SKIP_H
#define VNCTERM_TESTS_BENCH_RFB_SKIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rfb_skip;

enum rfb_skip_request {
    RFB_SKIP_ALL,
    RFB_SKIP_CHANGES,
};

/* A picture that has come. */
struct rfb_skip_update {
    unsigned rectangles; /* of pixels */
    bool is_hit;         /* one of them has the watched pixel */
};

/*
 * Connects to 127.0.0.1, offers the encodings, and requests nothing yet. Any
 * failure ends the program, as does an answer that takes 20 s.
 */
struct rfb_skip *
rfb_skip_new(uint16_t port, const int32_t *encodings, size_t count);
void rfb_skip_free(struct rfb_skip *c);

/* Readable when a message has come, unless it is_ahead already. */
int rfb_skip_fd(const struct rfb_skip *c);
bool rfb_skip_is_ahead(const struct rfb_skip *c);

/* Whether a message comes within the time. */
bool rfb_skip_wait(const struct rfb_skip *c, int timeout_ms);

int rfb_skip_width(const struct rfb_skip *c);
int rfb_skip_height(const struct rfb_skip *c);

/* Bytes that came so far. */
uint64_t rfb_skip_received(const struct rfb_skip *c);

void rfb_skip_request(struct rfb_skip *c, enum rfb_skip_request what);
void rfb_skip_key(struct rfb_skip *c, uint32_t keysym, bool down);

/* Sets the pixel whose changes make an update a hit. */
void rfb_skip_watch(struct rfb_skip *c, int x, int y);

/* Waits for one message. Returns whether it was an update. */
bool rfb_skip_next(struct rfb_skip *c, struct rfb_skip_update *out);

#endif
