/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tab stops: a bit for each column of the widest screen.
 */
#ifndef VNCTERM_TERM_TAB_STOPS_H
#define VNCTERM_TERM_TAB_STOPS_H

#include <stdbool.h>
#include <stdint.h>

#include "term/screen.h"

enum {
    TAB_STOP_WIDTH = 8, /* between the stops at start */
};

struct tab_stops {
    uint64_t bits[(SCREEN_COLS_MAX + 63) / 64];
};

/* Stops in every eighth column of [begin, end), none in its others. */
void tab_stops_set_default(struct tab_stops *tabs, int begin, int end);

void tab_stops_clear(struct tab_stops *tabs);

/* Whether the stops in `cols` columns are those of the start. */
bool tab_stops_are_default(const struct tab_stops *tabs, int cols);

static inline bool
tab_stops_has(const struct tab_stops *tabs, int col)
{
    return (tabs->bits[col / 64] >> (col % 64) & 1) != 0;
}

static inline void
tab_stops_add(struct tab_stops *tabs, int col)
{
    tabs->bits[col / 64] |= UINT64_C(1) << (col % 64);
}

static inline void
tab_stops_remove(struct tab_stops *tabs, int col)
{
    tabs->bits[col / 64] &= ~(UINT64_C(1) << (col % 64));
}

/* The next stop right of `col`, or the last of `cols` columns. */
int tab_stops_next(const struct tab_stops *tabs, int col, int cols);

#endif
