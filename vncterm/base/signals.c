/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/signals.h"

#include <assert.h>
#include <stddef.h>

static void
set_mask(const sigset_t *mask, sigset_t *before)
{
    int err = pthread_sigmask(SIG_SETMASK, mask, before);

    assert(err == 0); /* it fails for bad arguments only */
}

void
signals_hold(sigset_t *before)
{
    sigset_t all;

    (void)sigfillset(&all); /* cannot fail */
    set_mask(&all, before);
}

void
signals_restore(const sigset_t *before)
{
    set_mask(before, NULL);
}

void
signals_release(void)
{
    sigset_t none;

    (void)sigemptyset(&none); /* cannot fail */
    set_mask(&none, NULL);
}
