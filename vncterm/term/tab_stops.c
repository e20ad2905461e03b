/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "term/tab_stops.h"

void
tab_stops_set_default(struct tab_stops *tabs, int begin, int end)
{
    for (int col = begin; col < end; col++) {
        if (col % TAB_STOP_WIDTH == 0) {
            tab_stops_add(tabs, col);
        } else {
            tab_stops_remove(tabs, col);
        }
    }
}

void
tab_stops_clear(struct tab_stops *tabs)
{
    *tabs = (struct tab_stops){0};
}

bool
tab_stops_are_default(const struct tab_stops *tabs, int cols)
{
    for (int col = 0; col < cols; col++) {
        if (tab_stops_has(tabs, col) != (col % TAB_STOP_WIDTH == 0)) {
            return false;
        }
    }
    return true;
}

int
tab_stops_next(const struct tab_stops *tabs, int col, int cols)
{
    for (int next = col + 1; next < cols; next++) {
        if (tab_stops_has(tabs, next)) {
            return next;
        }
    }
    return cols - 1;
}
