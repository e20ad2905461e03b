/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/owed.h"

#include <rfb/rfbregion.h>

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
