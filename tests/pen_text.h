/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pen in words, as golden scripts and vttest's screens spell it.
 */
#ifndef VNCTERM_TESTS_PEN_TEXT_H
#define VNCTERM_TESTS_PEN_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "term/cell.h"

enum {
    PEN_TEXT_MAX = 256, /* all words that there are, and the NUL */
};

static inline void
pen_text_add_colour(char *out, const char *name, uint32_t colour)
{
    size_t len = strlen(out);

    if ((colour & COLOUR_RGB) != 0) {
        (void)snprintf(out + len, PEN_TEXT_MAX - len, " %s=#%06x", name,
                       (unsigned)(colour & 0xffffff));
    } else if (colour != COLOUR_DEFAULT) {
        (void)snprintf(out + len, PEN_TEXT_MAX - len, " %s=%u", name,
                       (unsigned)colour);
    }
}

/* Makes `out` the words of a pen, a blank in front of each; "" for the default
 * one. */
static inline void
pen_text(struct cell pen, char out[PEN_TEXT_MAX])
{
    static const struct {
        unsigned attr;
        const char *word;
    } words[] = {
        {CELL_BOLD, " bold"},           {CELL_DIM, " dim"},
        {CELL_ITALIC, " italic"},       {CELL_BLINK, " blink"},
        {CELL_REVERSE, " reverse"},     {CELL_CONCEAL, " conceal"},
        {CELL_STRIKE, " strike"},       {CELL_OVERLINE, " overline"},
        {CELL_PROTECTED, " protected"},
    };
    static const char *const underlines[] = {
        "",
        " underline",
        " underline=double",
        " underline=curly",
        " underline=dotted",
        " underline=dashed",
    };
    char *end = out;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if ((pen.attrs & words[i].attr) != 0) {
            end = stpcpy(end, words[i].word);
        }
    }
    (void)stpcpy(end, underlines[pen.underline]);
    pen_text_add_colour(out, "fg", pen.fg);
    pen_text_add_colour(out, "bg", pen.bg);
    pen_text_add_colour(out, "line", pen.underline_colour);
}

#endif
