/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rectangles: copied, filled, erased, changed and summed up, as on a VT420
 * (EK-VT420-RM), and in what that leaves open as xterm does. There is one page.
 */
#include "term/pen.h"
#include "term/term_internal.h"

/* What XTCHECKSUM takes out of a sum; xterm's ctlseqs. */
enum {
    SUM_POSITIVE = 1 << 0,
    SUM_NO_ATTRS = 1 << 1,
    SUM_BLANKS = 1 << 2,
    SUM_DRAWN = 1 << 3,
    SUM_WHOLE_CODES = 1 << 4,
};

/* Where arguments count from, and what they cannot leave. */
static struct screen_area
bounds(const struct term *t)
{
    const struct margins *m = &t->margins;

    if (t->cursor.origin) {
        return (struct screen_area){m->top, m->bottom, m->left, m->right};
    }
    return (struct screen_area){0, t->size.rows, 0, t->size.cols};
}

/*
 * The rectangle that four arguments from `index` give: top, left, bottom,
 * right. Returns whether it is one: it begins on the screen, wherever it ends.
 */
static bool
take_area(const struct term *t, const struct guard_op *op, int index,
          struct screen_area *out)
{
    struct screen_area most = bounds(t);
    int bottom = guard_arg(op, index + 2, 0);
    int right = guard_arg(op, index + 3, 0);
    struct screen_area area = {
        .top = most.top + guard_count(op, index) - 1,
        .left = most.left + guard_count(op, index + 1) - 1,
        .bottom =
            bottom == 0 ? most.bottom : min_int(most.top + bottom, most.bottom),
        .right =
            right == 0 ? most.right : min_int(most.left + right, most.right),
    };

    if (area.top >= area.bottom || area.left >= area.right) {
        return false;
    }
    *out = area;
    return true;
}

static void
copy(struct term *t, const struct guard_op *op)
{
    struct screen_area from;
    struct screen_area most = bounds(t);
    struct cell_pos to = {
        .row = most.top + guard_count(op, 5) - 1,
        .col = most.left + guard_count(op, 6) - 1,
    };

    if (!take_area(t, op, 0, &from) || to.row >= most.bottom ||
        to.col >= most.right) {
        return;
    }
    from.bottom = min_int(from.bottom, from.top + most.bottom - to.row);
    from.right = min_int(from.right, from.left + most.right - to.col);
    screen_copy_area(t->screen, from, to);
}

static void
fill(struct term *t, const struct guard_op *op)
{
    int code = guard_arg(op, 0, 0);
    struct cell cell = t->cursor.pen;
    struct screen_area area;

    if (code < 0x20 || (code > 0x7e && code < 0xa0) || code > 0xff ||
        !take_area(t, op, 1, &area)) {
        return;
    }
    cell.code = (unsigned)code & 0xff;
    screen_fill_area(t->screen, area, cell);
}

static void
erase(struct term *t, const struct guard_op *op)
{
    struct screen_area area;

    if (!take_area(t, op, 0, &area)) {
        return;
    }
    for (int row = area.top; row < area.bottom; row++) {
        screen_erase(t->screen, row, area.left, area.right,
                     pen_blank(t->cursor.pen), SCREEN_ERASE_ALL);
    }
}

/* DECSERA leaves colours and attributes. */
static void
erase_character(void *data, struct cell *cell)
{
    const struct term *t = data;
    bool kept = (cell->attrs & CELL_PROTECTED) != 0 && !t->modes.iso_protection;

    if (kept || cell->code == CELL_BLANK) {
        return;
    }
    *cell = cell_pen(*cell);
    cell->code = ' ';
}

static void
erase_selectively(struct term *t, const struct guard_op *op)
{
    struct screen_area area;

    if (!take_area(t, op, 0, &area)) {
        return;
    }
    for (int row = area.top; row < area.bottom; row++) {
        screen_change_cells(t->screen, row, area.left, area.right,
                            erase_character, t);
    }
}

/* DECCARA and DECRARA. */

/* A blank that has attributes is a space. */
static void
draw_blank(struct cell *cell)
{
    if (cell->code == CELL_BLANK) {
        cell->code = ' ';
    }
}

/* The attributes that DEC's terminals have; the others and colours stay. */
enum {
    AREA_ATTRS = CELL_BOLD | CELL_BLINK | CELL_REVERSE,
};

/* The attribute of an argument, without that of the underline. */
static unsigned
attr_of_arg(int arg)
{
    switch (arg) {
    case 1:
        return CELL_BOLD;
    case 5:
        return CELL_BLINK;
    case 7:
        return CELL_REVERSE;
    default:
        return 0;
    }
}

static void
change_attrs(void *data, struct cell *cell)
{
    const struct guard_op *op = data;
    unsigned attrs = cell->attrs;

    draw_blank(cell);
    for (int i = 0; i < op->argc; i++) {
        int arg = op->args[i];

        if (arg == 0) {
            attrs &= ~(unsigned)AREA_ATTRS;
        }
        if (arg == 0 || arg == 24) {
            cell->underline = CELL_UNDERLINE_NONE;
        } else if (arg == 4) {
            cell->underline = CELL_UNDERLINE_SINGLE;
        }
        attrs |= attr_of_arg(arg);
        attrs &= ~attr_of_arg(arg == 22 ? 1 : arg - 20);
    }
    cell->attrs = attrs & CELL_ATTRS;
}

static void
reverse_attrs(void *data, struct cell *cell)
{
    const struct guard_op *op = data;

    draw_blank(cell);
    for (int i = 0; i < op->argc; i++) {
        int arg = op->args[i];

        cell->attrs = (cell->attrs ^ attr_of_arg(arg)) & CELL_ATTRS;
        if (arg == 4) {
            cell->underline = cell->underline == CELL_UNDERLINE_NONE
                                  ? CELL_UNDERLINE_SINGLE
                                  : CELL_UNDERLINE_NONE;
        }
    }
}

/* The arguments behind the rectangle; those that are missing do nothing. */
static struct guard_op
attr_args(const struct guard_op *op)
{
    struct guard_op attrs = {.kind = op->kind};

    for (int i = 4; i < op->argc; i++) {
        if (op->args[i] != GUARD_MISSING) {
            attrs.args[attrs.argc++] = op->args[i];
        }
    }
    return attrs;
}

static void
change(struct term *t, const struct guard_op *op, screen_change_fn *how)
{
    struct guard_op attrs = attr_args(op);
    struct screen_area area;

    if (attrs.argc == 0 || !take_area(t, op, 0, &area)) {
        return;
    }
    bool stream = !t->modes.exact_rectangles;

    for (int row = area.top; row < area.bottom; row++) {
        bool first = row == area.top;
        bool last = row == area.bottom - 1;
        int begin = stream && !first ? 0 : area.left;
        int end = stream && !last ? t->size.cols : area.right;

        screen_change_cells(t->screen, row, begin, end, how, &attrs);
    }
}

/* DECRQCRA. */

static unsigned
sum_of_cell(struct cell cell, int how)
{
    uint32_t code = cell.code;
    unsigned sum = 0;

    if (code == CELL_BLANK || (cell.attrs & CELL_CONCEAL) != 0) {
        code = ' ';
    } else if (code == CELL_WIDE_TAIL) {
        code = 0xffff; /* as xterm marks them */
    }
    sum += (how & SUM_WHOLE_CODES) != 0 ? code : code & 0xff;
    if ((how & SUM_NO_ATTRS) != 0) {
        return sum;
    }
    sum += cell.underline == CELL_UNDERLINE_SINGLE ? 0x10 : 0;
    sum += (cell.attrs & CELL_REVERSE) != 0 ? 0x20 : 0;
    sum += (cell.attrs & CELL_BLINK) != 0 ? 0x40 : 0;
    sum += (cell.attrs & CELL_BOLD) != 0 ? 0x80 : 0;
    return sum;
}

/* Cells that are neither written nor coloured count as blanks, if at all: the
 * first. */
static unsigned
sum_of_area(const struct term *t, struct screen_area area, int how)
{
    bool first = true;
    unsigned sum = 0;

    for (int row = area.top; row < area.bottom; row++) {
        const struct cell *cells = screen_row(t->screen, row);

        for (int col = area.left; col < area.right; col++) {
            bool drawn = cells[col].code != CELL_BLANK ||
                         cells[col].bg != COLOUR_DEFAULT;
            bool skipped =
                !drawn && (how & SUM_BLANKS) != 0 && (how & SUM_DRAWN) != 0;

            if (!skipped && (drawn || first || (how & SUM_BLANKS) != 0)) {
                sum += sum_of_cell(cells[col], how);
            }
            first = false;
        }
    }
    return (how & SUM_POSITIVE) != 0 ? sum : 0U - sum;
}

static void
report_sum(struct term *t, const struct guard_op *op)
{
    struct screen_area area;
    unsigned sum = 0;

    if (!t->allows.checksums) {
        return;
    }
    if (take_area(t, op, 2, &area)) {
        sum = sum_of_area(t, area, t->modes.checksum_extension);
    }
    report(t, "\033P%d!~%04X\033\\", guard_arg(op, 0, 0), sum & 0xffff);
}

static void
report_attrs(struct term *t, const struct guard_op *op)
{
    struct screen_area area;

    if (take_area(t, op, 0, &area)) {
        pens_report(t, area);
    }
}

bool
rect_apply(struct term *t, const struct guard_op *op)
{
    switch (op->kind) {
    case GUARD_DECCRA:
        copy(t, op);
        return true;
    case GUARD_DECFRA:
        fill(t, op);
        return true;
    case GUARD_DECERA:
        erase(t, op);
        return true;
    case GUARD_DECSERA:
        erase_selectively(t, op);
        return true;
    case GUARD_DECCARA:
        change(t, op, change_attrs);
        return true;
    case GUARD_DECRARA:
        change(t, op, reverse_attrs);
        return true;
    case GUARD_DECSACE:
        t->modes.exact_rectangles = guard_arg(op, 0, 0) == 2;
        return true;
    case GUARD_XTCHECKSUM:
        t->modes.checksum_extension = guard_arg(op, 0, 0) & 0x3f;
        return true;
    case GUARD_XTREPORTSGR:
        report_attrs(t, op);
        return true;
    case GUARD_DECRQCRA:
        report_sum(t, op);
        return true;
    default:
        return false;
    }
}
