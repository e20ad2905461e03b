/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded first-in first-out queue of bytes.
 *
 * Every edge where a peer can be slow has one. It grows by doubling up to its
 * bound, gives memory back when it runs empty, and all unread bytes lie in one
 * piece, so that a reader can parse or write() them in place. It never holds
 * more memory than its bound.
 */
#ifndef VNCTERM_BASE_BYTES_H
#define VNCTERM_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
    uint8_t *data;
    size_t head;     /* offset of the first unread byte */
    size_t len;      /* unread bytes */
    size_t capacity; /* allocated */
    size_t max;      /* bound on len */
};

/* An empty queue that holds at most `max` bytes, and no memory yet. */
void bytes_init(struct bytes *q, size_t max);

void bytes_fini(struct bytes *q);

/*
 * Appends all of `data` or nothing. Returns 0, -ENOBUFS when it would pass the
 * bound, or -ENOMEM.
 */
int bytes_push(struct bytes *q, const void *data, size_t len);

/*
 * Room for `len` bytes behind the unread ones, for a reader to fill in place;
 * bytes_commit() then appends as many of them as were filled. NULL when the
 * bound or memory does not allow it, or `len` is 0. Valid until the next call
 * that changes the queue.
 */
uint8_t *bytes_reserve(struct bytes *q, size_t len);

/*
 * Appends `len` bytes of what bytes_reserve() gave; 0 when nothing came, which
 * gives an empty queue's memory back.
 */
void bytes_commit(struct bytes *q, size_t len);

/* The unread bytes, in one piece; NULL when there are none. */
const uint8_t *bytes_peek(const struct bytes *q);

/* Takes `len` bytes off the front; at most bytes_len(). */
void bytes_drop(struct bytes *q, size_t len);

/* Empties the queue and frees its memory. */
void bytes_clear(struct bytes *q);

static inline size_t
bytes_len(const struct bytes *q)
{
    return q->len;
}

/* How many more bytes the bound allows. */
static inline size_t
bytes_space(const struct bytes *q)
{
    return q->max - q->len;
}

#endif
