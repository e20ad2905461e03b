/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/bytes.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The first allocation: a key, a reply or a request fits without growing. */
#define FIRST_CAPACITY ((size_t)256)

void
bytes_init(struct bytes *q, size_t max)
{
    *q = (struct bytes){.max = max};
}

void
bytes_clear(struct bytes *q)
{
    free(q->data);
    bytes_init(q, q->max);
}

void
bytes_fini(struct bytes *q)
{
    bytes_clear(q);
}

static void
move_to_front(struct bytes *q)
{
    memmove(q->data, q->data + q->head, q->len);
    q->head = 0;
}

/* The next capacity that holds `needed` bytes, which is within the bound. */
static size_t
grown_capacity(const struct bytes *q, size_t needed)
{
    size_t capacity = q->capacity > 0 ? q->capacity : FIRST_CAPACITY;

    while (capacity < needed && capacity <= q->max / 2) {
        capacity *= 2;
    }
    return capacity < needed || capacity > q->max ? q->max : capacity;
}

static bool
set_capacity(struct bytes *q, size_t capacity)
{
    assert(capacity > 0);
    uint8_t *data = malloc(capacity);

    if (data == NULL) {
        return false;
    }
    if (q->len > 0) {
        memcpy(data, q->data + q->head, q->len);
    }
    free(q->data);
    q->data = data;
    q->head = 0;
    q->capacity = capacity;
    return true;
}

/* Makes room for `len` bytes behind the unread ones, or changes nothing. */
static int
make_room(struct bytes *q, size_t len)
{
    if (len > bytes_space(q)) {
        return -ENOBUFS;
    }
    size_t needed = q->len + len;
    if (needed <= q->capacity - q->head) {
        return 0;
    }

    /*
     * Moving is free of charge when at least as much was dropped as has to
     * be moved. Otherwise growing keeps the cost of a byte constant, until
     * the queue has reached its bound.
     */
    bool is_cheap = q->head >= q->len || q->capacity == q->max;
    if (needed <= q->capacity && is_cheap) {
        move_to_front(q);
        return 0;
    }
    size_t target = needed > q->capacity ? needed : q->capacity + 1;
    return set_capacity(q, grown_capacity(q, target)) ? 0 : -ENOMEM;
}

int
bytes_push(struct bytes *q, const void *data, size_t len)
{
    if (len == 0) {
        return 0;
    }
    int r = make_room(q, len);
    if (r < 0) {
        return r;
    }
    memcpy(q->data + q->head + q->len, data, len);
    q->len += len;
    return 0;
}

uint8_t *
bytes_reserve(struct bytes *q, size_t len)
{
    if (len == 0 || make_room(q, len) < 0) {
        return NULL;
    }
    return q->data + q->head + q->len;
}

void
bytes_commit(struct bytes *q, size_t len)
{
    assert(len <= q->capacity - q->head - q->len);
    q->len += len;
    if (q->len == 0) {
        bytes_clear(q);
    }
}

const uint8_t *
bytes_peek(const struct bytes *q)
{
    return q->len == 0 ? NULL : q->data + q->head;
}

void
bytes_drop(struct bytes *q, size_t len)
{
    assert(len <= q->len);
    q->head += len;
    q->len -= len;
    if (q->len == 0) {
        bytes_clear(q);
    }
}
