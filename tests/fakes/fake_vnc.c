/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fakes/fake_vnc.h"

#include <stddef.h>

uint32_t *
vnc_pixels(struct vnc *v)
{
    return v->has_viewer ? v->pixels : NULL;
}

struct pixel_size
vnc_size(const struct vnc *v)
{
    return v->size;
}

bool
vnc_wants_frame(const struct vnc *v)
{
    return v->wants_frame;
}

void
vnc_scroll(struct vnc *v, struct rect area, int dy)
{
    v->last_scroll = area;
    v->scrolls++;
    v->scrolled += dy;
    v->scrolled_after_mark = v->scrolled_after_mark || v->marks > 0;
}

void
vnc_mark(struct vnc *v, struct rect area)
{
    v->marks++;
    v->last_mark = area;
}

void
vnc_flush(struct vnc *v)
{
    v->flushes++;
}
