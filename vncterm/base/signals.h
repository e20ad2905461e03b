/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals of the calling thread, held and released as one: those that come
 * while they are held wait. Cannot fail, and may be called between fork() and
 * exec().
 */
#ifndef VNCTERM_BASE_SIGNALS_H
#define VNCTERM_BASE_SIGNALS_H

#include <signal.h>

/* Holds all; `before` gets what was held, for signals_restore(), or is NULL. */
void signals_hold(sigset_t *before);

void signals_restore(const sigset_t *before);

/* Holds none. */
void signals_release(void);

#endif
