/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "console/paste_feed.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

/* Bytes of a UTF-8 character behind its first. */
#define CONTINUATIONS_MAX 3

void
paste_feed_init(struct paste_feed *p)
{
    *p = (struct paste_feed){.step = PASTE_GOES};
    bytes_init(&p->rest, 0);
}

bool
paste_feed_is_empty(const struct paste_feed *p)
{
    return bytes_len(&p->rest) == 0;
}

void
paste_feed_clear(struct paste_feed *p)
{
    bytes_fini(&p->rest);
    paste_feed_init(p);
}

static void
set_step(struct paste_feed *p, enum paste_step step)
{
    p->step = step;
    p->said = 0;
}

void
paste_feed_begin(struct paste_feed *p, struct bytes *paste, size_t bracket_len)
{
    const uint8_t *bytes = bytes_peek(paste);
    size_t len = bytes_len(paste);

    assert(paste_feed_is_empty(p));
    assert(bracket_len <= PASTE_BRACKET_MAX && 2 * bracket_len <= len);
    p->bracket_len = bracket_len;
    if (bracket_len > 0) {
        memcpy(p->opening, bytes, bracket_len);
        memcpy(p->closing, bytes + len - bracket_len, bracket_len);
    }
    p->continuations = 0;
    p->rest = *paste;
    bytes_init(paste, paste->max);
    set_step(p, PASTE_GOES);
}

static bool
is_continuation(uint8_t byte)
{
    return (byte & 0xc0) == 0x80;
}

/* The bytes that continue a character at the end of the first `len` bytes. */
static size_t
continuations_before(const struct paste_feed *p, size_t len)
{
    const uint8_t *rest = bytes_peek(&p->rest);
    size_t count = 0;

    while (count < len && count < CONTINUATIONS_MAX &&
           is_continuation(rest[len - 1 - count])) {
        count++;
    }
    return count == len ? count + p->continuations : count;
}

/*
 * How many bytes must still go before others may: not a part of a character.
 * In codings of one byte each the same bytes are characters; a few more of
 * them do no harm.
 */
static size_t
owed_before_others(const struct paste_feed *p)
{
    const uint8_t *rest = bytes_peek(&p->rest);
    size_t len = bytes_len(&p->rest);
    size_t owed = p->said < PASTE_PIECE ? PASTE_PIECE - p->said : 0;

    owed = owed < len ? owed : len;
    for (size_t before = continuations_before(p, owed);
         before < CONTINUATIONS_MAX && owed < len &&
         is_continuation(rest[owed]);
         before++) {
        owed++;
    }
    /* Nothing is left to be put into brackets of its own. */
    return owed + p->bracket_len >= len ? len : owed;
}

/* How many bytes may go when nobody waits. */
static size_t
unhurried(const struct paste_feed *p)
{
    size_t len = bytes_len(&p->rest);

    return p->is_paced && len > PASTE_PACED_BYTES ? PASTE_PACED_BYTES : len;
}

void
paste_feed_pace(struct paste_feed *p, uint64_t now_us)
{
    p->is_paced = true;
    p->paced_until_us = now_us + PASTE_TYPING_US;
}

uint64_t
paste_feed_from_us(const struct paste_feed *p)
{
    return p->from_us;
}

const void *
paste_feed_next(struct paste_feed *p, bool others_wait, size_t *out_len)
{
    assert(!paste_feed_is_empty(p));
    if (p->step == PASTE_OPENS && p->said == p->bracket_len) {
        set_step(p, PASTE_GOES);
    }
    if (p->step == PASTE_GOES) {
        size_t owed = owed_before_others(p);
        if (!others_wait || owed > 0) {
            *out_len = others_wait ? owed : unhurried(p);
            return bytes_peek(&p->rest);
        }
        set_step(p, PASTE_CLOSES);
    }
    *out_len = p->bracket_len - p->said;
    if (p->step == PASTE_CLOSES && *out_len == 0) {
        set_step(p, PASTE_OPENS);
        return NULL;
    }
    return (p->step == PASTE_CLOSES ? p->closing : p->opening) + p->said;
}

void
paste_feed_written(struct paste_feed *p, size_t len, uint64_t now_us)
{
    p->said += len;
    p->is_paced = now_us < p->paced_until_us;
    p->from_us = p->is_paced ? now_us + PASTE_PACED_US : 0;
    if (p->step == PASTE_GOES) {
        p->continuations = continuations_before(p, len);
        bytes_drop(&p->rest, len);
    }
}
