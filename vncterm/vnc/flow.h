/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a viewer may be sent an update that it has not asked for: Fence and
 * ContinuousUpdates of rfbproto.
 *
 * A viewer that turns continuous updates on is sent the next one when it has
 * confirmed the last, by a fence behind it. So on a slow link it gets the
 * newest picture, and not a queue of old ones. A viewer without fences is not
 * offered continuous updates.
 *
 * Pure: messages in, messages out.
 */
#ifndef VNCTERM_VNC_FLOW_H
#define VNCTERM_VNC_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/geom.h"

enum {
    FLOW_PAYLOAD_MAX = 64, /* of a fence, rfbproto */
    /* Viewers have one fence on its way, or a few. */
    FLOW_REPLIES_MAX = 4 << 10, /* bytes */
};

struct flow {
    bool has_fence; /* the viewer lists it */
    bool has_continuous;
    bool is_fence_offered; /* or about to be */
    bool is_continuous_offered;

    bool is_continuous; /* updates are sent without a request */
    struct rect area;   /* of them, as the viewer says */
    bool is_unconfirmed;
    uint32_t fence; /* the number of the last */

    /* What it is owed. */
    bool owes_fence_offer;
    bool owes_end; /* EndOfContinuousUpdates, an offer as well */
    struct bytes replies;
    bool holds_replies; /* until the next message is there: SyncNext */
};

void flow_init(struct flow *f);

void flow_fini(struct flow *f);

/* The viewer has sent its encodings. */
void flow_set_encodings(struct flow *f, bool has_fence, bool has_continuous);

/* Some message is about to be taken. */
void flow_begin_message(struct flow *f);

/*
 * Takes a fence of the viewer; `len` is at most FLOW_PAYLOAD_MAX. Returns 0, or
 * -ENOBUFS or -ENOMEM for a viewer that asks for more than it takes.
 */
int flow_take_fence(struct flow *f, uint32_t flags, const uint8_t *payload,
                    size_t len);

/* Takes EnableContinuousUpdates. */
void flow_take_continuous(struct flow *f, bool is_on, struct rect area);

/* Appends what is owed. Before that, nothing that was said last may have taken
 * effect on what is sent. Returns 0 or -errno. */
int flow_push(struct flow *f, struct bytes *out);

/* Whether the last update is confirmed, if that matters. */
bool flow_allows_update(const struct flow *f);

/* An update was appended: appends the fence behind it, if there is to be one.
 * Returns 0 or -errno. */
int flow_end_update(struct flow *f, struct bytes *out);

#endif
