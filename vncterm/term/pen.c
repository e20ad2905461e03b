/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "term/pen.h"

#include <assert.h>
#include <stdio.h>

enum {
    COLOUR_INVALID = 0x1ffffff, /* no colour has this value */
};

static bool
is_sub_arg(const struct guard_op *op, int index)
{
    return index < op->argc && (op->sub_args >> index & 1) != 0;
}

/* How many of the arguments from `index` belong together by colons. */
static int
group_len(const struct guard_op *op, int index)
{
    int len = 1;

    while (is_sub_arg(op, index + len)) {
        len++;
    }
    return len;
}

static uint32_t
colour_of_index(int index)
{
    return index <= 0xff ? (uint32_t)index : COLOUR_INVALID;
}

static uint32_t
colour_of_rgb(int red, int green, int blue)
{
    if (red > 0xff || green > 0xff || blue > 0xff) {
        return COLOUR_INVALID;
    }
    return COLOUR_RGB | (uint32_t)red << 16 | (uint32_t)green << 8 |
           (uint32_t)blue;
}

/*
 * The colour that 38, 48 or 58 at `index` gives; `*next` is the argument behind
 * it. ITU-T T.416 writes 38:5:n and 38:2:space:r:g:b; many leave out the
 * colour space; xterm made semicolons usual.
 */
static uint32_t
parse_colour(const struct guard_op *op, int index, int *next)
{
    int len = group_len(op, index);
    int kind = guard_arg(op, index + 1, 0);
    int at = index + 2;

    if (len == 1) {
        *next = at + (kind == 5 ? 1 : kind == 2 ? 3 : 0);
    } else {
        *next = index + len;
        at += kind == 2 && len >= 6;
        if (len < (kind == 2 ? 5 : 3)) {
            return COLOUR_INVALID;
        }
    }
    if (kind == 5) {
        return colour_of_index(guard_arg(op, at, 0));
    }
    if (kind == 2) {
        return colour_of_rgb(guard_arg(op, at, 0), guard_arg(op, at + 1, 0),
                             guard_arg(op, at + 2, 0));
    }
    return COLOUR_INVALID;
}

/* Colours are 25 bits, and so are the members of a cell. */
static void
set_fg(struct cell *pen, uint32_t colour)
{
    if (colour != COLOUR_INVALID) {
        pen->fg = colour & 0x1ffffff;
    }
}

static void
set_bg(struct cell *pen, uint32_t colour)
{
    if (colour != COLOUR_INVALID) {
        pen->bg = colour & 0x1ffffff;
    }
}

static void
set_underline_colour(struct cell *pen, uint32_t colour)
{
    if (colour != COLOUR_INVALID) {
        pen->underline_colour = colour & 0x1ffffff;
    }
}

static void
set_attr(struct cell *pen, unsigned attr)
{
    pen->attrs = (pen->attrs | attr) & CELL_ATTRS;
}

static void
clear_attr(struct cell *pen, unsigned attr)
{
    pen->attrs = (pen->attrs & ~attr) & CELL_ATTRS;
}

/* 4, alone or with a style behind a colon. */
static void
set_underline(struct cell *pen, const struct guard_op *op, int index)
{
    int style = CELL_UNDERLINE_SINGLE;

    if (is_sub_arg(op, index + 1)) {
        style = guard_arg(op, index + 1, 0);
    }
    if (style <= CELL_UNDERLINE_DASHED) {
        pen->underline = (unsigned)style & 7U;
    }
}

static void
reset(struct cell *pen)
{
    unsigned kept = pen->attrs & CELL_PROTECTED;

    *pen = cell_default();
    pen->attrs = kept & CELL_ATTRS;
}

/* Attributes: 0 to 9, 21 to 29, 53 and 55. */
static void
apply_attr(struct cell *pen, int arg)
{
    switch (arg) {
    case 0:
        reset(pen);
        break;
    case 1:
        set_attr(pen, CELL_BOLD);
        break;
    case 2:
        set_attr(pen, CELL_DIM);
        break;
    case 3:
        set_attr(pen, CELL_ITALIC);
        break;
    case 5:
    case 6:
        set_attr(pen, CELL_BLINK);
        break;
    case 7:
        set_attr(pen, CELL_REVERSE);
        break;
    case 8:
        set_attr(pen, CELL_CONCEAL);
        break;
    case 9:
        set_attr(pen, CELL_STRIKE);
        break;
    case 21:
        pen->underline = CELL_UNDERLINE_DOUBLE;
        break;
    case 22:
        clear_attr(pen, CELL_BOLD | CELL_DIM);
        break;
    case 23:
        clear_attr(pen, CELL_ITALIC);
        break;
    case 24:
        pen->underline = CELL_UNDERLINE_NONE;
        break;
    case 25:
        clear_attr(pen, CELL_BLINK);
        break;
    case 27:
        clear_attr(pen, CELL_REVERSE);
        break;
    case 28:
        clear_attr(pen, CELL_CONCEAL);
        break;
    case 29:
        clear_attr(pen, CELL_STRIKE);
        break;
    case 53:
        set_attr(pen, CELL_OVERLINE);
        break;
    case 55:
        clear_attr(pen, CELL_OVERLINE);
        break;
    default:
        break;
    }
}

/* Colours of one argument, or an attribute. */
static void
apply_arg(struct cell *pen, int arg)
{
    if (arg >= 30 && arg <= 37) {
        set_fg(pen, (uint32_t)(arg - 30));
    } else if (arg == 39) {
        set_fg(pen, COLOUR_DEFAULT);
    } else if (arg >= 40 && arg <= 47) {
        set_bg(pen, (uint32_t)(arg - 40));
    } else if (arg == 49) {
        set_bg(pen, COLOUR_DEFAULT);
    } else if (arg == 59) {
        set_underline_colour(pen, COLOUR_DEFAULT);
    } else if (arg >= 90 && arg <= 97) {
        set_fg(pen, (uint32_t)(arg - 90 + 8));
    } else if (arg >= 100 && arg <= 107) {
        set_bg(pen, (uint32_t)(arg - 100 + 8));
    } else {
        apply_attr(pen, arg);
    }
}

enum pen_font
pen_apply_sgr(struct cell *pen, const struct guard_op *op)
{
    enum pen_font font = PEN_FONT_SAME;
    int index = 0;

    if (op->argc == 0) {
        reset(pen);
    }
    while (index < op->argc) {
        int arg = guard_arg(op, index, 0);
        int next = index + group_len(op, index);

        if (arg == 38) {
            set_fg(pen, parse_colour(op, index, &next));
        } else if (arg == 48) {
            set_bg(pen, parse_colour(op, index, &next));
        } else if (arg == 58) {
            set_underline_colour(pen, parse_colour(op, index, &next));
        } else if (arg == 4) {
            set_underline(pen, op, index);
        } else if (next == index + 1) { /* no other has sub-arguments */
            if (arg == 10) {
                font = PEN_FONT_NORMAL;
            } else if (arg == 11 || arg == 12) {
                font = PEN_FONT_CP437;
            } else {
                apply_arg(pen, arg);
            }
        }
        index = next;
    }
    return font;
}

/* `base` is 30 or 40; `mark` joins numbers. Returns the number of bytes. */
static size_t
write_colour(char *out, size_t size, uint32_t colour, unsigned base, char mark)
{
    int len;

    if (colour == COLOUR_DEFAULT) {
        return 0;
    }
    if ((colour & COLOUR_RGB) != 0) { /* with colons there is a colour space */
        len = snprintf(out, size, ";%u%c2%s%c%u%c%u%c%u", base + 8, mark,
                       mark == ':' ? ":" : "", mark, colour >> 16 & 0xff, mark,
                       colour >> 8 & 0xff, mark, colour & 0xff);
    } else if (colour < 8) {
        len = snprintf(out, size, ";%u", base + colour);
    } else if (colour < 16) {
        len = snprintf(out, size, ";%u", base + 60 + colour - 8);
    } else {
        len = snprintf(out, size, ";%u%c5%c%u", base + 8, mark, mark, colour);
    }
    assert(len > 0 && (size_t)len < size);
    return (size_t)len;
}

/*
 * With colons: 58 is younger than they are, and a terminal that knows neither
 * shall not take the 5 for blinking.
 */
static size_t
write_underline_colour(char *out, size_t size, uint32_t colour)
{
    int len;

    if (colour == COLOUR_DEFAULT) {
        return 0;
    }
    if ((colour & COLOUR_RGB) != 0) {
        len = snprintf(out, size, ";58:2::%u:%u:%u", colour >> 16 & 0xff,
                       colour >> 8 & 0xff, colour & 0xff);
    } else {
        len = snprintf(out, size, ";58:5:%u", colour);
    }
    assert(len > 0 && (size_t)len < size);
    return (size_t)len;
}

struct attr_text {
    unsigned attr;
    const char *text;
};

static size_t
write_attrs(char *out, size_t size, unsigned attrs,
            const struct attr_text *texts, size_t count)
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        if ((attrs & texts[i].attr) != 0) {
            len += (size_t)snprintf(out + len, size - len, "%s", texts[i].text);
        }
    }
    return len;
}

/* Colours, whose numbers are joined by `mark`. */
static size_t
write_colours(char *out, size_t size, struct cell pen, char mark)
{
    size_t len = write_colour(out, size, pen.fg, 30, mark);

    len += write_colour(out + len, size - len, pen.bg, 40, mark);
    len += write_underline_colour(out + len, size - len, pen.underline_colour);
    return len;
}

size_t
pen_write_sgr(struct cell pen, char out[PEN_SGR_MAX])
{
    static const struct attr_text attrs[] = {
        {CELL_BOLD, ";1"},   {CELL_DIM, ";2"},       {CELL_ITALIC, ";3"},
        {CELL_BLINK, ";5"},  {CELL_REVERSE, ";7"},   {CELL_CONCEAL, ";8"},
        {CELL_STRIKE, ";9"}, {CELL_OVERLINE, ";53"},
    };
    static const char *const underlines[] = {
        "", ";4", ";21", ";4:3", ";4:4", ";4:5",
    };
    size_t len = (size_t)snprintf(out, PEN_SGR_MAX, "\033[0%s",
                                  underlines[pen.underline]);

    len += write_attrs(out + len, PEN_SGR_MAX - len, pen.attrs, attrs,
                       sizeof(attrs) / sizeof(attrs[0]));
    len += write_colours(out + len, PEN_SGR_MAX - len, pen, ';');
    len += (size_t)snprintf(out + len, PEN_SGR_MAX - len, "m");
    assert(len < PEN_SGR_MAX);
    return len;
}

size_t
pen_write_settings(struct cell pen, char out[PEN_SGR_MAX])
{
    static const struct attr_text first[] = {{CELL_BOLD, ";1"}};
    static const struct attr_text vt220[] = {
        {CELL_BLINK, ";5"},
        {CELL_REVERSE, ";7"},
        {CELL_CONCEAL, ";8"},
    };
    static const struct attr_text later[] = {
        {CELL_DIM, ";2"},
        {CELL_ITALIC, ";3"},
        {CELL_STRIKE, ";9"},
        {CELL_OVERLINE, ";53"},
    };
    static const char *const underlines[] = {
        "", ";4", "", ";4:3", ";4:4", ";4:5",
    };
    size_t len = (size_t)snprintf(out, PEN_SGR_MAX, "0");

    len += write_attrs(out + len, PEN_SGR_MAX - len, pen.attrs, first, 1);
    len += (size_t)snprintf(out + len, PEN_SGR_MAX - len, "%s",
                            underlines[pen.underline]);
    len += write_attrs(out + len, PEN_SGR_MAX - len, pen.attrs, vt220,
                       sizeof(vt220) / sizeof(vt220[0]));
    len += write_attrs(out + len, PEN_SGR_MAX - len, pen.attrs, later,
                       sizeof(later) / sizeof(later[0]));
    if (pen.underline == CELL_UNDERLINE_DOUBLE) {
        len += (size_t)snprintf(out + len, PEN_SGR_MAX - len, ";21");
    }
    len += write_colours(out + len, PEN_SGR_MAX - len, pen, ':');
    assert(len < PEN_SGR_MAX);
    return len;
}
