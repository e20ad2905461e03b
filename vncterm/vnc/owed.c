/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The invariant: a pixel in modifiedRegion is owed as it is. Any other one is,
 * if in copyRegion, what the viewer has copyDY pixels above, and what it has in
 * the same place if not.
 */
#include "vnc/owed.h"

#include <assert.h>
#include <stdint.h>

#include <rfb/rfbregion.h>

/* Pixels that the viewer has `down` pixels above. */
struct owed_part {
    sraRegionPtr region;
    int down;
};

enum {
    PARTS = 3,
};

static sraRegionPtr
region_of_rect(struct rect r)
{
    return sraRgnCreateRect(r.x, r.y, r.x + r.width, r.y + r.height);
}

void
owed_set_all(rfbClientPtr cl, struct pixel_size size)
{
    sraRgnMakeEmpty(cl->copyRegion);
    cl->copyDX = 0;
    cl->copyDY = 0;
    sraRgnDestroy(cl->modifiedRegion);
    cl->modifiedRegion = sraRgnCreateRect(0, 0, size.width, size.height);
}

void
owed_repaint(rfbClientPtr cl, struct rect area)
{
    sraRegionPtr all = region_of_rect(area);

    sraRgnOr(cl->modifiedRegion, all);
    sraRgnDestroy(all);
}

void
owed_forget_copies(rfbClientPtr cl)
{
    sraRgnOr(cl->modifiedRegion, cl->copyRegion);
    sraRgnMakeEmpty(cl->copyRegion);
}

void
owed_simplify(rfbClientPtr cl)
{
    if (sraRgnCountRects(cl->copyRegion) > OWED_RECTS_MAX) {
        owed_forget_copies(cl);
    }
    if (sraRgnCountRects(cl->modifiedRegion) > OWED_RECTS_MAX) {
        sraRegionPtr box = sraRgnBBox(cl->modifiedRegion);

        sraRgnDestroy(cl->modifiedRegion);
        cl->modifiedRegion = box;
    }
}

bool
owed_is_any(const rfbClientRec *cl, struct pixel_size size)
{
    sraRegionPtr bounds = sraRgnCreateRect(0, 0, size.width, size.height);
    sraRegionPtr owed = sraRgnCreateRgn(cl->modifiedRegion);

    sraRgnOr(owed, cl->copyRegion);
    bool is_any = sraRgnAnd(owed, bounds) != 0;
    sraRgnDestroy(owed);
    sraRgnDestroy(bounds);
    return is_any;
}

/* Where a region comes to be, as far as that is in `target`. */
static sraRegionPtr
moved_region(const sraRegion *region, int down, const sraRegion *target)
{
    sraRegionPtr moved = sraRgnCreateRgn(region);

    sraRgnOffset(moved, 0, down);
    (void)sraRgnAnd(moved, target); /* whether something is left */
    return moved;
}

static int64_t
region_area(sraRegionPtr region)
{
    sraRectangleIterator *i = sraRgnGetIterator(region);
    int64_t area = 0;
    sraRect r;

    while (sraRgnIteratorNext(i, &r)) {
        area += (int64_t)(r.x2 - r.x1) * (r.y2 - r.y1);
    }
    sraRgnReleaseIterator(i);
    return area;
}

/* How far down the most pixels are moved; 0 if none are. */
static int
best_distance(const struct owed_part *parts)
{
    int64_t most = 0;
    int best = 0;

    for (int i = 0; i < PARTS; i++) {
        int64_t area = 0;
        for (int k = 0; k < PARTS; k++) {
            area += parts[k].down == parts[i].down
                        ? region_area(parts[k].region)
                        : 0;
        }
        if (parts[i].down != 0 && area > most) {
            most = area;
            best = parts[i].down;
        }
    }
    return best;
}

/* An update copies over one distance only; the rest has changed. */
static void
set_copies(rfbClientPtr cl, const struct owed_part *parts)
{
    int best = best_distance(parts);

    sraRgnMakeEmpty(cl->copyRegion);
    cl->copyDX = 0;
    cl->copyDY = best;
    for (int i = 0; i < PARTS; i++) {
        if (parts[i].down == 0) {
            continue; /* back where the viewer has it */
        }
        sraRgnOr(parts[i].down == best ? cl->copyRegion : cl->modifiedRegion,
                 parts[i].region);
    }
}

void
owed_move(rfbClientPtr cl, struct rect area, int down)
{
    assert(down != 0);
    if (!cl->useCopyRect) {
        owed_repaint(cl, area);
        return;
    }
    sraRegionPtr target = region_of_rect(area);

    (void)sraRgnSubtract(cl->copyRegion, cl->modifiedRegion);
    sraRegionPtr changed = moved_region(cl->modifiedRegion, down, target);
    sraRegionPtr copied = moved_region(cl->copyRegion, down, target);
    sraRegionPtr kept = sraRgnCreateRgn(target);
    sraRegionPtr beside = sraRgnCreateRgn(cl->copyRegion);
    (void)sraRgnSubtract(kept, changed);
    (void)sraRgnSubtract(kept, copied);
    (void)sraRgnSubtract(beside, target);
    const struct owed_part parts[PARTS] = {
        {.region = copied, .down = cl->copyDY + down},
        {.region = kept, .down = down},
        {.region = beside, .down = cl->copyDY},
    };

    (void)sraRgnSubtract(cl->modifiedRegion, target);
    sraRgnOr(cl->modifiedRegion, changed);
    set_copies(cl, parts);
    owed_simplify(cl);

    sraRgnDestroy(target);
    sraRgnDestroy(changed);
    sraRgnDestroy(copied);
    sraRgnDestroy(kept);
    sraRgnDestroy(beside);
}
