/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much of our time one viewer's messages may take.
 *
 * The time that they took is paid for with a multiple of it, in which nothing
 * further is read of this viewer: then what it does costs the others little,
 * whatever it is. A viewer that says little at a time is ahead with paying and
 * never waits.
 *
 * Pure: it is told the time.
 */
#ifndef VNCTERM_VNC_SHARE_H
#define VNCTERM_VNC_SHARE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    /* All viewers together get a quarter of our time, and share it evenly. */
    SHARE_FACTOR = 4,
    /* So much may be owed before a viewer waits: somebody who pastes or comes
     * back to a window with a lot to say is no flood. */
    SHARE_CREDIT_US = 250 * 1000,
    /* What took longer was not all its doing: we were not running. */
    SHARE_COST_MAX_US = 10 * 1000,
};

/* The body is public to be embedded only; zeros are nothing owed. */
struct share {
    uint64_t paid_us; /* when all is paid for */
};

/* What was done for a viewer, one of `viewers`, took from begin to end. */
void
share_spend(struct share *s, uint64_t begin_us, uint64_t end_us, int viewers);

/* Whether half the credit is used up: time to do less at once, so that nobody
 * waits long for it to be done. */
bool share_is_scarce(const struct share *s, uint64_t now_us);

/* From when on more may be done; that can be in the past. */
uint64_t share_from_us(const struct share *s);

#endif
