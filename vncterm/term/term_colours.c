/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Colours that a guest sets, asks for and resets (OSC 4, 5, 10 to 19, and the
 * same from 100 on). Of them the 256 of the palette, text, background and
 * cursor are drawn; those of bold, underlined, blinking, reversed and italic
 * text, of the pointer, the selection and a Tektronix are only remembered.
 */
#include <stdio.h>
#include <string.h>

#include "term/palette.h"
#include "term/term_internal.h"

enum {
    DYNAMIC_FIRST = 10, /* OSC 10 to 19 */
    DYNAMIC_LAST = 19,
    RESET_BASE = 100, /* OSC 104 resets what OSC 4 sets, and so on */
    RGB_MASK = 0xffffff,

    /* Behind those of the palette, in a numbering of this file. */
    COLOURS_SPECIAL = PALETTE_ENTRIES,
    COLOURS_IDLE_DYNAMIC = COLOURS_SPECIAL + SPECIAL_COLOURS,
    COLOURS_END = COLOURS_IDLE_DYNAMIC + DYNAMIC_LAST - 12,
};

static_assert(COLOURS_END - PALETTE_ENTRIES == IDLE_COLOURS, "have room");

void
palette_set(struct term *t, int entry, uint32_t rgb)
{
    uint32_t value = PALETTE_SET | rgb;

    if (t->palette[entry] == value) {
        return;
    }
    t->palette_set += t->palette[entry] == 0;
    t->palette[entry] = value;
    screen_damage_all(t->screen);
}

static void
palette_reset(struct term *t, int entry)
{
    if (t->palette[entry] != 0) {
        t->palette[entry] = 0;
        t->palette_set--;
        screen_damage_all(t->screen);
    }
}

void
palette_reset_all(struct term *t)
{
    for (int entry = 0; entry < PALETTE_ENTRIES; entry++) {
        palette_reset(t, entry);
    }
    memset(t->idle_colours, 0, sizeof(t->idle_colours));
}

static void
set_colour(struct term *t, int colour, uint32_t rgb)
{
    if (colour < PALETTE_ENTRIES) {
        palette_set(t, colour, rgb);
    } else {
        t->idle_colours[colour - PALETTE_ENTRIES] = PALETTE_SET | rgb;
    }
}

static void
reset_colour(struct term *t, int colour)
{
    if (colour < PALETTE_ENTRIES) {
        palette_reset(t, colour);
    } else {
        t->idle_colours[colour - PALETTE_ENTRIES] = 0;
    }
}

static uint32_t
palette_value(const struct term *t, int entry)
{
    uint32_t value = t->palette[entry];

    return value != 0 ? value & RGB_MASK : t->colours[entry];
}

/* What has no colour of its own has the text's or the background's. */
static uint32_t
value_of(const struct term *t, int colour)
{
    static const bool is_background[] = {
        [COLOURS_IDLE_DYNAMIC + 14 - 13 - PALETTE_ENTRIES] = true, /* pointer */
        [COLOURS_IDLE_DYNAMIC + 16 - 13 - PALETTE_ENTRIES] = true, /* Tek */
        [COLOURS_IDLE_DYNAMIC + 19 - 13 - PALETTE_ENTRIES] = true, /* selected
                                                                      text */
    };

    if (colour < PALETTE_ENTRIES) {
        return palette_value(t, colour);
    }
    uint32_t value = t->idle_colours[colour - PALETTE_ENTRIES];

    if (value != 0) {
        return value & RGB_MASK;
    }
    return palette_value(
        t, is_background[colour - PALETTE_ENTRIES] ? PALETTE_BG : PALETTE_FG);
}

static bool
is_question(struct osc_text spec)
{
    return spec.len == 1 && spec.bytes[0] == '?';
}

/* Answers `name`, which is the start of an OSC, and a colour. */
static void
report_colour(struct term *t, int osc, int index, uint32_t rgb)
{
    const char *end = t->guard.osc_ended_by_bel ? "\a" : "\033\\";
    unsigned red = (rgb >> 16 & 0xff) * 0x101;
    unsigned green = (rgb >> 8 & 0xff) * 0x101;
    unsigned blue = (rgb & 0xff) * 0x101;
    char pair[16] = "";

    if (index >= 0) {
        (void)snprintf(pair, sizeof(pair), "%d;", index); /* it fits */
    }
    report(t, "\033]%d;%srgb:%04x/%04x/%04x%s", osc, pair, red, green, blue,
           end);
}

/*
 * The colour of an index of OSC 4 or 5, or -1. Behind the 256 of OSC 4 are
 * those of OSC 5.
 */
static int
colour_of_index(int osc, int index)
{
    int special = osc == 4 ? index - 256 : index;

    if (osc == 4 && index >= 0 && index < 256) {
        return index;
    }
    return index >= 0 && special >= 0 && special < SPECIAL_COLOURS
               ? COLOURS_SPECIAL + special
               : -1;
}

/* The colour of OSC 10 to 19. */
static int
colour_of_dynamic(int osc)
{
    return osc <= 12 ? PALETTE_FG + osc - DYNAMIC_FIRST
                     : COLOURS_IDLE_DYNAMIC + osc - 13;
}

/* OSC 4 and 5: pairs of index and colour, until one is none. */
static void
set_indexed(struct term *t, int osc, struct osc_text text)
{
    while (text.len > 0) {
        int index = palette_parse_index(osc_take_field(&text));
        struct osc_text spec = osc_take_field(&text);
        int colour = colour_of_index(osc, index);
        uint32_t rgb;

        if (colour < 0) {
            continue;
        }
        if (is_question(spec)) {
            report_colour(t, osc, index, value_of(t, colour));
        } else if (palette_parse_colour(spec, &rgb)) {
            set_colour(t, colour, rgb);
        } else {
            return;
        }
    }
}

/* OSC 104 and 105: indices, or none for all. */
static void
reset_indexed(struct term *t, int osc, struct osc_text text)
{
    int count = osc == 4 ? 256 : SPECIAL_COLOURS;

    for (int index = 0; text.len == 0 && index < count; index++) {
        reset_colour(t, colour_of_index(osc, index));
    }
    while (text.len > 0) {
        int index = palette_parse_index(osc_take_field(&text));
        int colour = colour_of_index(osc, index);

        if (colour >= 0) {
            reset_colour(t, colour);
        }
    }
}

/* OSC 10 to 19: more colours are for the next numbers. */
static void
set_dynamic(struct term *t, int osc, struct osc_text text)
{
    for (; osc <= DYNAMIC_LAST && text.len > 0; osc++) {
        struct osc_text spec = osc_take_field(&text);
        int colour = colour_of_dynamic(osc);
        uint32_t rgb;

        if (is_question(spec)) {
            report_colour(t, osc, -1, value_of(t, colour));
        } else if (palette_parse_colour(spec, &rgb)) {
            set_colour(t, colour, rgb);
        }
    }
}

bool
colours_apply(struct term *t, int osc, struct osc_text text)
{
    bool resets = osc >= RESET_BASE;
    int what = resets ? osc - RESET_BASE : osc;

    if (what == 4 || what == 5) {
        if (resets) {
            reset_indexed(t, what, text);
        } else {
            set_indexed(t, what, text);
        }
        return true;
    }
    if (what < DYNAMIC_FIRST || what > DYNAMIC_LAST) {
        return false;
    }
    if (resets) {
        reset_colour(t, colour_of_dynamic(what));
    } else {
        set_dynamic(t, what, text);
    }
    return true;
}
