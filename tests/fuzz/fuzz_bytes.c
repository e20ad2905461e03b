/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drives the byte queue and a naive model with the same operations, and
 * compares them after each.
 *
 * The first two bytes of an input are the bound. Then each operation is one
 * byte for its kind and two bytes, little-endian, for its length.
 */
#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "fuzz/fuzz.h"

#define BOUND_MAX     8191
#define LENGTH_MAX    UINT16_MAX
#define OPERATION_LEN 3

enum operation {
    OPERATION_PUSH,
    OPERATION_RESERVE,
    OPERATION_DROP,
    OPERATION_CLEAR,
    OPERATIONS,
};

/* The queue as anyone would write it first. */
struct model {
    uint8_t data[BOUND_MAX];
    size_t len;
    size_t max;
};

static bool
model_push(struct model *model, const uint8_t *data, size_t len)
{
    if (model->len + len > model->max) {
        return false;
    }
    memcpy(model->data + model->len, data, len);
    model->len += len;
    return true;
}

static void
model_drop(struct model *model, size_t len)
{
    model->len -= len;
    memmove(model->data, model->data + len, model->len);
}

static void
compare(const struct bytes *q, const struct model *model)
{
    const uint8_t *data = bytes_peek(q);

    assert(bytes_len(q) == model->len);
    assert(bytes_space(q) == model->max - model->len);
    assert(q->capacity <= q->max);
    assert((data == NULL) == (model->len == 0));
    assert(data == NULL || memcmp(data, model->data, model->len) == 0);
}

static void
push(struct bytes *q, struct model *model, const uint8_t *data, size_t len)
{
    int r = bytes_push(q, data, len);

    assert(r == (model_push(model, data, len) ? 0 : -ENOBUFS));
}

/* Reserves `len` bytes, fills all of them, and commits a part. */
static void
reserve(struct bytes *q, struct model *model, const uint8_t *data, size_t len)
{
    size_t used = len / 2 + len % 3 / 2;
    uint8_t *room = bytes_reserve(q, len);

    assert((room != NULL) == (len > 0 && len <= model->max - model->len));
    if (room == NULL) {
        return;
    }
    memcpy(room, data, len);
    bytes_commit(q, used);
    bool is_pushed = model_push(model, data, used);
    assert(is_pushed);
}

static void
apply(struct bytes *q, struct model *model, enum operation operation,
      const uint8_t *data, size_t len)
{
    size_t dropped = model->len == 0 ? 0 : len % (model->len + 1);

    switch (operation) {
    case OPERATION_PUSH:
        push(q, model, data, len);
        break;
    case OPERATION_RESERVE:
        reserve(q, model, data, len);
        break;
    case OPERATION_DROP:
        bytes_drop(q, dropped);
        model_drop(model, dropped);
        break;
    case OPERATION_CLEAR:
        bytes_clear(q);
        model->len = 0;
        break;
    case OPERATIONS:
        break;
    }
}

static unsigned
read_u16(const uint8_t *data)
{
    return data[0] | (unsigned)data[1] << 8;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static uint8_t pattern[LENGTH_MAX + 256];
    static struct model model;
    struct bytes q;

    if (len < 2) {
        return 0;
    }
    /* Each push begins elsewhere in it, so that a mix-up shows. */
    for (size_t i = 0; i < sizeof(pattern); i++) {
        pattern[i] = (uint8_t)(i * 167 + i / 256);
    }
    model.len = 0;
    model.max = read_u16(data) % (BOUND_MAX + 1);
    bytes_init(&q, model.max);

    size_t at = 2;
    for (; len - at >= OPERATION_LEN; at += OPERATION_LEN) {
        enum operation operation = data[at] % OPERATIONS;
        apply(&q, &model, operation, pattern + at % 256,
              read_u16(data + at + 1));
        compare(&q, &model);
    }
    bytes_fini(&q);
    return 0;
}
