/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attributes that a guest keeps, puts back, and asks for (XTPUSHSGR, XTPOPSGR,
 * XTREPORTSGR). Each time it may name those that are meant.
 */
#include <string.h>

#include "term/pen.h"
#include "term/state_writer.h"
#include "term/term_internal.h"

enum {
    KEPT_FG = 30, /* XTPUSHSGR names colours by these, */
    KEPT_FG_OLD = 10,
    KEPT_BG = 31, /* and did so by those */
    KEPT_BG_OLD = 11,
    KEPT_UNDERLINE = 4,
    KEPT_UNDERLINE_DOUBLE = 21,
    KEPT_LAST = 31,
    KEPT_ALL = 1, /* bit 0, which no attribute has */
};

/* The attribute of a number of SGR, but for the underlines. */
static unsigned
attr_of(int number)
{
    switch (number) {
    case 1:
        return CELL_BOLD;
    case 2:
        return CELL_DIM;
    case 3:
        return CELL_ITALIC;
    case 5:
        return CELL_BLINK;
    case 7:
        return CELL_REVERSE;
    case 8:
        return CELL_CONCEAL;
    case 9:
        return CELL_STRIKE;
    default:
        return 0;
    }
}

void
pens_push(struct term *t, const struct guard_op *op)
{
    struct pen_stack *stack = &t->pen_stack;
    uint32_t which = 0;

    for (int i = 0; i < op->argc; i++) {
        int number = guard_arg(op, i, 0);

        if (number > 0 && number <= KEPT_LAST) {
            which |= UINT32_C(1) << number;
        }
    }
    if (stack->count < PEN_STACK_MAX) {
        stack->entries[stack->count++] = (struct kept_pen){
            .pen = t->cursor.pen,
            .which = op->argc == 0 ? KEPT_ALL : which,
        };
    }
}

static bool
has(uint32_t which, int number)
{
    return (which >> number & 1) != 0;
}

/* Takes of `kept` what `which` names. */
static struct cell
merge(struct cell pen, struct cell kept, uint32_t which)
{
    unsigned attrs = 0;

    if (which == KEPT_ALL) {
        kept.attrs = (kept.attrs & ~(unsigned)CELL_PROTECTED & CELL_ATTRS) |
                     (pen.attrs & CELL_PROTECTED);
        return kept;
    }
    for (int number = 1; number <= 9; number++) {
        attrs |= has(which, number) ? attr_of(number) : 0;
    }
    pen.attrs = ((pen.attrs & ~attrs) | (kept.attrs & attrs)) & CELL_ATTRS;
    if (has(which, KEPT_UNDERLINE) || has(which, KEPT_UNDERLINE_DOUBLE)) {
        pen.underline = kept.underline;
    }
    if (has(which, KEPT_FG) || has(which, KEPT_FG_OLD)) {
        pen.fg = kept.fg;
    }
    if (has(which, KEPT_BG) || has(which, KEPT_BG_OLD)) {
        pen.bg = kept.bg;
    }
    return pen;
}

void
pens_pop(struct term *t)
{
    struct pen_stack *stack = &t->pen_stack;

    if (stack->count > 0) {
        const struct kept_pen *kept = &stack->entries[--stack->count];

        t->cursor.pen = merge(t->cursor.pen, kept->pen, kept->which);
    }
}

/* What two cells have in common, the rest as in the default pen. */
static struct cell
common(struct cell a, struct cell b)
{
    struct cell both = cell_default();

    both.attrs = a.attrs & b.attrs;
    both.underline = a.underline == b.underline ? a.underline : 0;
    both.fg = a.fg == b.fg ? a.fg : both.fg;
    both.bg = a.bg == b.bg ? a.bg : both.bg;
    both.underline_colour = a.underline_colour == b.underline_colour
                                ? a.underline_colour
                                : both.underline_colour;
    return both;
}

void
pens_report(struct term *t, struct screen_area area)
{
    struct cell pen = screen_row(t->screen, area.top)[area.left];
    char sgr[PEN_SGR_MAX];

    for (int row = area.top; row < area.bottom; row++) {
        const struct cell *cells = screen_row(t->screen, row);

        for (int col = area.left; col < area.right; col++) {
            pen = common(pen, cells[col]);
        }
    }
    size_t len = pen_write_settings(pen, sgr);

    report(t, "\033[%.*sm", (int)len, sgr);
}

void
pens_write(struct state_writer *w, const struct pen_stack *stack)
{
    for (int i = 0; i < stack->count; i++) {
        const struct kept_pen *kept = &stack->entries[i];
        const char *separator = "";

        state_put_pen(w, kept->pen);
        state_put_text(w, "\033[");
        for (int number = 1; number <= KEPT_LAST; number++) {
            if (has(kept->which, number)) {
                state_put_format(w, "%s%d", separator, number);
                separator = ";";
            }
        }
        /* None of them is a number that names none. */
        state_put_text(w, kept->which == 0 ? "0#{" : "#{");
    }
}
