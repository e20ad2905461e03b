/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/ink.h"

#include <stdlib.h>

enum {
    RGB_MASK = 0xffffff,
    COLOUR_WHITE = 7,
    COLOUR_BRIGHT = 8,        /* the first of them */
    SELECTED_CONTRAST = 0x40, /* what is less is not seen as selected */
};

static uint32_t
entry(const struct screen_view *view, unsigned index)
{
    if (view->palette != NULL && (view->palette[index] & PALETTE_SET) != 0) {
        return view->palette[index] & RGB_MASK;
    }
    return view->colours[index];
}

static uint32_t
colour(const struct screen_view *view, unsigned value, uint32_t otherwise)
{
    if ((value & COLOUR_RGB) != 0) {
        return value & RGB_MASK;
    }
    return value >= COLOUR_DEFAULT ? otherwise : entry(view, value);
}

struct ink
ink_of_blank(const struct screen_view *view)
{
    struct ink ink = {
        .fg = entry(view, PALETTE_FG),
        .bg = entry(view, PALETTE_BG),
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

/* The index of a colour, or the colour itself, in which bold text is drawn. */
static unsigned
bold_colour(const struct screen_view *view, unsigned fg)
{
    /* Text in no colour of its own has colour 7 on the Linux console. */
    if (fg == COLOUR_DEFAULT &&
        entry(view, PALETTE_FG) == entry(view, COLOUR_WHITE)) {
        fg = COLOUR_WHITE;
    }
    return fg < COLOUR_BRIGHT ? fg + COLOUR_BRIGHT : fg;
}

/*
 * The background of text that should blink. With bit 7 of an attribute a VGA
 * makes text blink or its background bright; the Linux console's frame buffers
 * do the second. What has no bright colour comes nearer to the text's.
 */
static uint32_t
blink_background(const struct screen_view *view, unsigned value, struct ink ink)
{
    uint32_t bright = ink.bg;

    if (value < COLOUR_BRIGHT) {
        bright = entry(view, value + COLOUR_BRIGHT);
    } else if (value == COLOUR_DEFAULT && ink.bg == entry(view, 0)) {
        bright = entry(view, COLOUR_BRIGHT);
    }
    if (bright == ink.bg || bright == ink.fg) {
        return dimmed((struct ink){.fg = ink.bg, .bg = ink.fg});
    }
    return bright;
}

struct ink
ink_of_cell(const struct screen_view *view, const struct cell *cell)
{
    struct ink blank = ink_of_blank(view);
    unsigned fg = cell->fg;
    unsigned bg = cell->bg;

    if ((cell->attrs & CELL_BOLD) != 0 && view->bold_is_bright) {
        fg = bold_colour(view, fg);
    }
    struct ink ink = {
        .fg = colour(view, fg, blank.fg),
        .bg = colour(view, bg, blank.bg),
    };
    if ((cell->attrs & CELL_DIM) != 0) {
        ink.fg = dimmed(ink);
    }
    if ((cell->attrs & CELL_REVERSE) != 0) {
        ink = (struct ink){.fg = ink.bg, .bg = ink.fg};
        bg = fg;
    }
    if ((cell->attrs & CELL_BLINK) != 0 && view->blink == BLINK_STEADY) {
        ink.bg = blink_background(view, bg, ink);
    }
    return ink;
}

uint32_t
ink_of_underline(const struct screen_view *view, const struct cell *cell,
                 struct ink ink)
{
    return colour(view, cell->underline_colour, ink.fg);
}

/* The largest difference of a channel, 0 to 255. */
static int
contrast(uint32_t a, uint32_t b)
{
    int largest = 0;

    for (int shift = 0; shift < 24; shift += 8) {
        int difference =
            abs((int)(a >> shift & 0xff) - (int)(b >> shift & 0xff));
        largest = difference > largest ? difference : largest;
    }
    return largest;
}

/* Swapped, unless that could not be told from what it was: then the background
 * is black or white, whichever is farther away. */
struct ink
ink_of_selected(struct ink plain)
{
    uint32_t bg = plain.fg;

    if (contrast(plain.fg, plain.bg) < SELECTED_CONTRAST) {
        bg = contrast(plain.bg, 0) < 0x80 ? RGB_MASK : 0;
    }
    return (struct ink){.fg = plain.bg, .bg = bg};
}

struct ink
ink_of_cursor(const struct screen_view *view, struct ink below)
{
    bool is_set = view->palette != NULL &&
                  (view->palette[PALETTE_CURSOR] & PALETTE_SET) != 0;
    uint32_t set = is_set ? entry(view, PALETTE_CURSOR) : below.fg;

    /* A cursor that cannot be seen is worse than one in another colour. */
    if (set == below.bg) {
        set = below.fg != below.bg ? below.fg : below.bg ^ RGB_MASK;
    }
    return (struct ink){.fg = below.bg, .bg = set};
}
