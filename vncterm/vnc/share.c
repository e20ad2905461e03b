/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/share.h"

void
share_spend(struct share *s, uint64_t begin_us, uint64_t end_us, int viewers)
{
    uint64_t cost_us = end_us - begin_us;

    if (cost_us > SHARE_COST_MAX_US) {
        cost_us = SHARE_COST_MAX_US;
    }
    if (s->paid_us < begin_us) {
        s->paid_us = begin_us;
    }
    s->paid_us += SHARE_FACTOR * (uint64_t)viewers * cost_us;
}

bool
share_is_scarce(const struct share *s, uint64_t now_us)
{
    return s->paid_us > now_us + SHARE_CREDIT_US / 2;
}

uint64_t
share_from_us(const struct share *s)
{
    return s->paid_us > SHARE_CREDIT_US ? s->paid_us - SHARE_CREDIT_US : 0;
}
