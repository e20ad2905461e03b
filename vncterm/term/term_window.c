/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What guests ask of the window: its size, and its titles. A guest may look at
 * the size always, and change it where that is allowed; it does not move,
 * hide or raise what viewers look at.
 */
#include <stdio.h>
#include <string.h>

#include "term/term_internal.h"

enum {
    /* What is answered for the size of a cell; the real one is the renderer's,
     * and programs only use the ratio. */
    CELL_WIDTH_PX = 8,
    CELL_HEIGHT_PX = 16,

    LINES_MIN = 24, /* CSI n t: from here on, n is a number of lines */
    NARROW_COLS = 80,
    WIDE_COLS = 132,
};

static bool
may_resize(const struct term *t)
{
    return t->allows.size_max.cols > 0;
}

void
window_resize(struct term *t, int cols, int rows)
{
    struct cell_size max = t->allows.size_max;

    if (!may_resize(t)) {
        return;
    }
    struct cell_size size = {
        .cols = clamp_int(cols, 1, max.cols),
        .rows = clamp_int(rows, 1, max.rows),
    };
    t->unzoomed = (struct cell_size){0};
    if ((size.cols == t->size.cols && size.rows == t->size.rows) ||
        term_resize(t, size) < 0) { /* without memory it stays as it is */
        return;
    }
    if (t->handler.on_resize != NULL) {
        t->handler.on_resize(t->data, size);
    }
}

/* XTWINOPS 4 and 8: 0 stands for the most, a missing one for the present. */
static void
resize_to(struct term *t, const struct guard_op *op, struct cell_size unit)
{
    int height = guard_arg(op, 1, GUARD_MISSING);
    int width = guard_arg(op, 2, GUARD_MISSING);
    struct cell_size size = {
        .cols = width == 0 ? t->allows.size_max.cols : width / unit.cols,
        .rows = height == 0 ? t->allows.size_max.rows : height / unit.rows,
    };

    window_resize(t, width == GUARD_MISSING ? t->size.cols : size.cols,
                  height == GUARD_MISSING ? t->size.rows : size.rows);
}

/*
 * XTWINOPS 9 and 10: as large as may be, in one direction or both, and back.
 * What it was before is forgotten with the next size that is asked for.
 */
static void
zoom(struct term *t, bool wide, bool high)
{
    struct cell_size before = t->unzoomed.cols > 0 ? t->unzoomed : t->size;

    window_resize(t, wide ? t->allows.size_max.cols : t->size.cols,
                  high ? t->allows.size_max.rows : t->size.rows);
    t->unzoomed = before;
}

static void
unzoom(struct term *t)
{
    struct cell_size before = t->unzoomed;

    if (before.cols > 0) {
        window_resize(t, before.cols, before.rows);
        t->unzoomed = (struct cell_size){0};
    }
}

static void
maximize(struct term *t, int how)
{
    switch (how) {
    case 0:
        unzoom(t);
        break;
    case 1:
    case 2:
    case 3:
        zoom(t, how != 2, how != 3);
        break;
    default:
        break;
    }
}

static void
fill_display(struct term *t, int how)
{
    bool is_zoomed = t->unzoomed.cols > 0;

    if (how == 0 || (how == 2 && is_zoomed)) {
        unzoom(t);
    } else if (how <= 2) {
        zoom(t, true, true);
    }
}

/* DECCOLM, where mode 40 allows it: a clear screen whatever the width. */
void
window_set_columns(struct term *t, bool wide)
{
    if (!t->modes.allow_columns) {
        return;
    }
    t->modes.columns_132 = wide;
    window_resize(t, wide ? WIDE_COLS : NARROW_COLS, t->size.rows);
    margins_set_rows(t, 0, t->size.rows);
    margins_set_cols(t, 0, t->size.cols);
    if (!t->modes.keep_on_columns) {
        edit_clear_screen(t, cell_default());
        t->cursor.origin = false;
        cursor_move_to(t, 0, 0);
    }
}

void
window_set_lines(struct term *t, const struct guard_op *op)
{
    window_resize(t, t->size.cols, guard_arg(op, 0, t->size.rows));
}

void
window_set_page_columns(struct term *t, const struct guard_op *op)
{
    int cols = guard_arg(op, 0, 0);

    if (cols == 0 || cols == NARROW_COLS || cols == WIDE_COLS) {
        window_resize(t, cols == 0 ? NARROW_COLS : cols, t->size.rows);
    }
}

/* Titles. */

static void
push_titles(struct term *t)
{
    struct title_stack *stack = &t->title_stack;

    if (stack->count == TITLE_STACK_MAX) {
        memmove(&stack->entries[0], &stack->entries[1],
                (TITLE_STACK_MAX - 1) * sizeof(stack->entries[0]));
        stack->count--;
    }
    memcpy(stack->entries[stack->count].title, t->title, sizeof(t->title));
    memcpy(stack->entries[stack->count].icon, t->icon, sizeof(t->icon));
    stack->count++;
}

static void
pop_titles(struct term *t, int which)
{
    struct title_stack *stack = &t->title_stack;

    if (stack->count == 0) {
        return;
    }
    const struct titles *entry = &stack->entries[--stack->count];

    if (which != 2) {
        memcpy(t->icon, entry->icon, sizeof(t->icon));
    }
    if (which != 1) {
        title_set(t, entry->title);
    }
}

static void
report_title(struct term *t, char kind, const char *title)
{
    char hex[2 * TERM_TITLE_MAX + 1] = "";

    if (!t->allows.title_report) {
        return;
    }
    for (size_t i = 0; t->modes.title_query_hex && title[i] != '\0'; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02X", /* it fits */
                       (unsigned)(unsigned char)title[i]);
    }
    /* As xterm: its controls are never eight bits. */
    bool eight_bit_controls = t->modes.eight_bit_controls;

    t->modes.eight_bit_controls = false;
    report(t, "\033]%c%s\033\\", kind, t->modes.title_query_hex ? hex : title);
    t->modes.eight_bit_controls = eight_bit_controls;
}

void
window_set_title_modes(struct term *t, const struct guard_op *op)
{
    bool on = op->kind == GUARD_XTSMTITLE;

    for (int i = 0; i < op->argc; i++) {
        switch (guard_arg(op, i, 0)) {
        case 0:
            t->modes.title_set_hex = on;
            break;
        case 1:
            t->modes.title_query_hex = on;
            break;
        default: /* 2 and 3: it is UTF-8 anyway */
            break;
        }
    }
}

/* XTWINOPS that ask. */
static void
answer(struct term *t, const struct guard_op *op)
{
    int rows = t->size.rows;
    int cols = t->size.cols;

    switch (guard_arg(op, 0, 0)) {
    case 11: /* shown, or an icon */
        report(t, "\033[%dt", t->window.is_icon ? 2 : 1);
        break;
    case 13:
        report(t, "\033[3;%d;%dt", t->window.x, t->window.y);
        break;
    case 14: /* the text, or the window, which has no frame */
        report(t, "\033[4;%d;%dt", rows * CELL_HEIGHT_PX, cols * CELL_WIDTH_PX);
        break;
    case 15: /* all that could be shown */
        report(
            t, "\033[5;%d;%dt",
            (may_resize(t) ? t->allows.size_max.rows : rows) * CELL_HEIGHT_PX,
            (may_resize(t) ? t->allows.size_max.cols : cols) * CELL_WIDTH_PX);
        break;
    case 16:
        report(t, "\033[6;%d;%dt", CELL_HEIGHT_PX, CELL_WIDTH_PX);
        break;
    case 18:
        report(t, "\033[8;%d;%dt", rows, cols);
        break;
    case 19:
        report(t, "\033[9;%d;%dt",
               may_resize(t) ? t->allows.size_max.rows : rows,
               may_resize(t) ? t->allows.size_max.cols : cols);
        break;
    case 20:
        report_title(t, 'L', t->icon);
        break;
    case 21:
        report_title(t, 'l', t->title);
        break;
    default:
        break;
    }
}

/*
 * XTWINOPS 1 to 3: the window that viewers look at is theirs. For tests of the
 * terminal it is remembered what a guest wants of it.
 */
static void
place(struct term *t, const struct guard_op *op)
{
    if (!t->allows.as_xterm) {
        return;
    }
    switch (guard_arg(op, 0, 0)) {
    case 1:
        t->window.is_icon = false;
        break;
    case 2:
        t->window.is_icon = true;
        break;
    default:
        t->window.x = guard_arg(op, 1, 0);
        t->window.y = guard_arg(op, 2, 0);
        break;
    }
}

void
window_apply(struct term *t, const struct guard_op *op)
{
    static const struct cell_size pixels = {CELL_WIDTH_PX, CELL_HEIGHT_PX};
    static const struct cell_size cells = {1, 1};
    int what = guard_arg(op, 0, 0);

    switch (what) {
    case 1:
    case 2:
    case 3:
        place(t, op);
        break;
    case 4:
        resize_to(t, op, pixels);
        break;
    case 8:
        resize_to(t, op, cells);
        break;
    case 9:
        if (may_resize(t)) {
            maximize(t, guard_arg(op, 1, 0));
        }
        break;
    case 10:
        if (may_resize(t)) {
            fill_display(t, guard_arg(op, 1, 0));
        }
        break;
    case 22:
        push_titles(t);
        break;
    case 23:
        pop_titles(t, guard_arg(op, 1, 0));
        break;
    default:
        if (what >= LINES_MIN) {
            window_resize(t, t->size.cols, what);
        } else {
            answer(t, op);
        }
        break;
    }
}
