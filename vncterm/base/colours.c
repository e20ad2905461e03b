/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/colours.h"

#include <string.h>

enum {
    CUBE_FIRST = 16,
    GREY_FIRST = 232,
};

struct scheme {
    uint32_t fg;
    uint32_t bg;
    uint32_t named[CUBE_FIRST]; /* in the order of ECMA-48 */
};

static const struct scheme schemes[] = {
    /* drivers/tty/vt/vt.c of Linux: default_red and its neighbours. */
    [COLOURS_LINUX] =
        {
            .fg = 0xaaaaaa,
            .bg = 0x000000,
            .named = {0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa,
                      0xaa00aa, 0x00aaaa, 0xaaaaaa, 0x555555, 0xff5555,
                      0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff,
                      0xffffff},
        },
    /* XTerm-col.ad, on black: what most run it on. */
    [COLOURS_XTERM] =
        {
            .fg = 0xe5e5e5,
            .bg = 0x000000,
            .named = {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee,
                      0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000,
                      0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff,
                      0xffffff},
        },
    /* The Tango desktop project's, in the order that terminals give them. */
    [COLOURS_TANGO] =
        {
            .fg = 0xd3d7cf,
            .bg = 0x000000,
            .named = {0x2e3436, 0xcc0000, 0x4e9a06, 0xc4a000, 0x3465a4,
                      0x75507b, 0x06989a, 0xd3d7cf, 0x555753, 0xef2929,
                      0x8ae234, 0xfce94f, 0x729fcf, 0xad7fa8, 0x34e2e2,
                      0xeeeeec},
        },
};

/* xterm's 256colres.h: six levels of each colour, then 24 greys. */
static uint32_t
cube_or_grey(unsigned index)
{
    static const uint8_t levels[6] = {0, 95, 135, 175, 215, 255};

    if (index < GREY_FIRST) {
        unsigned i = index - CUBE_FIRST;
        return (uint32_t)levels[i / 36] << 16 |
               (uint32_t)levels[i / 6 % 6] << 8 | levels[i % 6];
    }
    return (8 + 10 * (index - GREY_FIRST)) * 0x010101;
}

void
colours_init(uint32_t colours[PALETTE_ENTRIES], enum colour_scheme scheme)
{
    const struct scheme *from =
        &schemes[scheme == COLOURS_VGA ? COLOURS_LINUX : scheme];

    memcpy(colours, from->named, sizeof(from->named));
    for (unsigned i = CUBE_FIRST; i < PALETTE_FG; i++) {
        colours[i] = cube_or_grey(i);
    }
    colours[PALETTE_FG] = from->fg;
    colours[PALETTE_BG] = from->bg;
    colours[PALETTE_CURSOR] = from->fg;
}
