/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/ink.h"

enum {
    RGB_MASK = 0xffffff,
    DEFAULT_FG = 0xaaaaaa,
    DEFAULT_BG = 0x000000,
    CUBE_FIRST = 16,
    GREY_FIRST = 232,
};

/* The VGA's text mode colours in the order of ECMA-48. */
static const uint32_t base_colours[CUBE_FIRST] = {
    0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa,
    0x00aaaa, 0xaaaaaa, 0x555555, 0xff5555, 0x55ff55, 0xffff55,
    0x5555ff, 0xff55ff, 0x55ffff, 0xffffff,
};

/* xterm's 256colres.h: six levels of each colour, then 24 greys. */
static const uint8_t cube_levels[6] = {0, 95, 135, 175, 215, 255};

static uint32_t
builtin_colour(unsigned index)
{
    if (index < CUBE_FIRST) {
        return base_colours[index];
    }
    if (index < GREY_FIRST) {
        unsigned i = index - CUBE_FIRST;
        return (uint32_t)cube_levels[i / 36] << 16 |
               (uint32_t)cube_levels[i / 6 % 6] << 8 | cube_levels[i % 6];
    }
    return (8 + 10 * (index - GREY_FIRST)) * 0x010101;
}

static uint32_t
overridden(const struct screen_view *view, unsigned entry, uint32_t otherwise)
{
    if (view->palette == NULL || (view->palette[entry] & PALETTE_SET) == 0) {
        return otherwise;
    }
    return view->palette[entry] & RGB_MASK;
}

static uint32_t
colour(const struct screen_view *view, unsigned value, uint32_t otherwise)
{
    if ((value & COLOUR_RGB) != 0) {
        return value & RGB_MASK;
    }
    if (value >= COLOUR_DEFAULT) {
        return otherwise;
    }
    return overridden(view, value, builtin_colour(value));
}

struct ink
ink_of_blank(const struct screen_view *view)
{
    struct ink ink = {
        .fg = overridden(view, PALETTE_FG, DEFAULT_FG),
        .bg = overridden(view, PALETTE_BG, DEFAULT_BG),
    };

    return view->reverse ? (struct ink){.fg = ink.bg, .bg = ink.fg} : ink;
}

/* Two thirds of the foreground, channel by channel. */
static uint32_t
dimmed(struct ink ink)
{
    uint32_t mixed = 0;

    for (int shift = 0; shift < 24; shift += 8) {
        uint32_t fg = ink.fg >> shift & 0xff;
        uint32_t bg = ink.bg >> shift & 0xff;
        mixed |= (2 * fg + bg) / 3 << shift;
    }
    return mixed;
}

struct ink
ink_of_cell(const struct screen_view *view, const struct cell *cell)
{
    struct ink blank = ink_of_blank(view);
    unsigned fg = cell->fg;

    if ((cell->attrs & CELL_BOLD) != 0 && fg < 8) {
        fg += 8;
    }
    struct ink ink = {
        .fg = colour(view, fg, blank.fg),
        .bg = colour(view, cell->bg, blank.bg),
    };
    if ((cell->attrs & CELL_DIM) != 0) {
        ink.fg = dimmed(ink);
    }
    if ((cell->attrs & CELL_REVERSE) != 0) {
        return (struct ink){.fg = ink.bg, .bg = ink.fg};
    }
    return ink;
}

struct ink
ink_of_cursor(const struct screen_view *view, struct ink below)
{
    uint32_t set = overridden(view, PALETTE_CURSOR, below.fg);

    /* A cursor that cannot be seen is worse than one in another colour. */
    if (set == below.bg) {
        set = below.fg != below.bg ? below.fg : below.bg ^ RGB_MASK;
    }
    return (struct ink){.fg = below.bg, .bg = set};
}
