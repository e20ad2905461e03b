/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A paste on its way to a guest that may read it slowly: megabytes, which what
 * others type must not wait behind.
 *
 * So it makes way, between two characters, and goes on afterwards. One that is
 * bracketed is closed before that and opened again, for in between is not part
 * of it: to the guest these are two pastes. What it makes way for is the
 * caller's to know.
 *
 * A pty holds some 16 KiB that its guest has not read yet, which nobody can
 * overtake. So that little of that is of the paste when the next key comes, it
 * goes in small pieces while others type: slower than a guest that keeps up at
 * all, and a megabyte is over in a second.
 *
 * Pure: gives the bytes to be written, and is told how many were, and when.
 */
#ifndef VNCTERM_CONSOLE_PASTE_FEED_H
#define VNCTERM_CONSOLE_PASTE_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum {
    PASTE_BRACKET_MAX = 8, /* bytes; ESC [ 2 0 0 ~ are six */
    /* So much of it goes at least before it makes way (again): keys without
     * end must not stop it, nor add brackets without end. */
    PASTE_PIECE = 1 << 10,
    /* While others type, and so long after: 1 MB/s. */
    PASTE_PACED_BYTES = 2 << 10,
    PASTE_PACED_US = 2000,
    PASTE_TYPING_US = 1000 * 1000,
};

enum paste_step {
    PASTE_GOES,
    PASTE_CLOSES, /* its bracket, to make way */
    PASTE_OPENS,  /* it again, when others have had their turn */
};

/* The body is public to be embedded only. */
struct paste_feed {
    struct bytes rest; /* what was not written yet */
    size_t bracket_len;
    unsigned char opening[PASTE_BRACKET_MAX];
    unsigned char closing[PASTE_BRACKET_MAX];
    enum paste_step step;
    size_t said;          /* bytes written in this step */
    size_t continuations; /* of UTF-8, that the last bytes of it were */
    bool is_paced;        /* at the last look */
    uint64_t paced_until_us;
    uint64_t from_us; /* no piece before */
};

/* Empty. */
void paste_feed_init(struct paste_feed *p);

/*
 * Begins to feed: takes over the contents of `paste`, which is empty
 * afterwards. If `bracket_len` is not 0, so many bytes at its start, and as
 * many at its end, are brackets. The feed must be empty.
 */
void
paste_feed_begin(struct paste_feed *p, struct bytes *paste, size_t bracket_len);

/* Whether there is nothing left. */
bool paste_feed_is_empty(const struct paste_feed *p);

/* Somebody has typed what overtakes the paste. */
void paste_feed_pace(struct paste_feed *p, uint64_t now_us);

/* When its next bytes may be written, unless others wait; that can be in the
 * past. */
uint64_t paste_feed_from_us(const struct paste_feed *p);

/*
 * What is to be written next, and how long it is; or NULL, once, when others
 * wait and it is their turn. The next call goes on with the paste. For a feed
 * that is not empty; the bytes are valid until the next call.
 */
const void *
paste_feed_next(struct paste_feed *p, bool others_wait, size_t *out_len);

/* `len` bytes of what paste_feed_next() has given have been written. */
void paste_feed_written(struct paste_feed *p, size_t len, uint64_t now_us);

/* Drops what is left. */
void paste_feed_clear(struct paste_feed *p);

#endif
