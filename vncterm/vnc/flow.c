/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/flow.h"

#include <assert.h>
#include <string.h>

#include "vnc/wire.h"

enum {
    TYPE_END_OF_CONTINUOUS_UPDATES = 150,
    TYPE_SERVER_FENCE = 248,
    FENCE_HEADER = 9,
    NUMBER_SIZE = 4, /* the payload of ours */
};

/* Flags of a fence. */
#define BLOCK_BEFORE (UINT32_C(1) << 0)
#define BLOCK_AFTER  (UINT32_C(1) << 1)
#define SYNC_NEXT    (UINT32_C(1) << 2)
#define REQUEST      (UINT32_C(1) << 31)

void
flow_init(struct flow *f)
{
    *f = (struct flow){0};
    bytes_init(&f->replies, FLOW_REPLIES_MAX);
}

void
flow_fini(struct flow *f)
{
    bytes_fini(&f->replies);
}

void
flow_set_encodings(struct flow *f, bool has_fence, bool has_continuous)
{
    f->has_fence = has_fence;
    f->has_continuous = has_continuous && has_fence;
    if (f->has_fence && !f->is_fence_offered) {
        f->is_fence_offered = true;
        f->owes_fence_offer = true;
    }
    if (f->has_continuous && !f->is_continuous_offered) {
        f->is_continuous_offered = true;
        f->owes_end = true;
    }
    if (!f->has_continuous && f->is_continuous) {
        f->is_continuous = false;
        f->owes_end = true;
    }
}

void
flow_begin_message(struct flow *f)
{
    f->holds_replies = false;
}

static int
push_fence(struct bytes *out, uint32_t flags, const uint8_t *payload,
           size_t len)
{
    uint8_t message[FENCE_HEADER + FLOW_PAYLOAD_MAX] = {TYPE_SERVER_FENCE};

    assert(len <= FLOW_PAYLOAD_MAX);
    wire_put_u32(message + 4, flags);
    message[8] = (uint8_t)len;
    if (len > 0) {
        memcpy(message + FENCE_HEADER, payload, len);
    }
    return bytes_push(out, message, FENCE_HEADER + len);
}

int
flow_take_fence(struct flow *f, uint32_t flags, const uint8_t *payload,
                size_t len)
{
    if (!f->is_fence_offered) {
        return 0;
    }
    if ((flags & REQUEST) == 0) {
        if (len == NUMBER_SIZE && wire_get_u32(payload) == f->fence) {
            f->is_unconfirmed = false;
        }
        return 0;
    }
    /*
     * Messages are taken in order and each before the next, so all that the
     * flags ask for holds, but for SyncNext: the answer stands between what is
     * sent before the next message takes effect and what is sent afterwards.
     */
    f->holds_replies = (flags & SYNC_NEXT) != 0;
    return push_fence(&f->replies,
                      flags & (BLOCK_BEFORE | BLOCK_AFTER | SYNC_NEXT), payload,
                      len);
}

void
flow_take_continuous(struct flow *f, bool is_on, struct rect area)
{
    if (!f->has_continuous) {
        return;
    }
    f->is_continuous = is_on;
    f->area = area;
    f->owes_end |= !is_on;
}

int
flow_push(struct flow *f, struct bytes *out)
{
    int r = 0;

    if (f->owes_fence_offer) {
        f->owes_fence_offer = false;
        r = push_fence(out, REQUEST, NULL, 0);
    }
    if (r == 0 && bytes_len(&f->replies) > 0 && !f->holds_replies) {
        r = bytes_push(out, bytes_peek(&f->replies), bytes_len(&f->replies));
        bytes_clear(&f->replies);
    }
    if (r == 0 && f->owes_end) {
        static const uint8_t end = TYPE_END_OF_CONTINUOUS_UPDATES;
        f->owes_end = false;
        r = bytes_push(out, &end, sizeof(end));
    }
    return r;
}

bool
flow_allows_update(const struct flow *f)
{
    return !f->is_continuous || !f->is_unconfirmed;
}

int
flow_end_update(struct flow *f, struct bytes *out)
{
    uint8_t number[NUMBER_SIZE];

    if (!f->is_continuous) {
        return 0;
    }
    f->is_unconfirmed = true;
    f->fence++;
    wire_put_u32(number, f->fence);
    return push_fence(out, REQUEST | BLOCK_BEFORE, number, sizeof(number));
}
