/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What guests ask of the window: its size, and its titles. A guest may look at
 * the size always, and change it where that is allowed; it does not move,
 * hide or raise what viewers look at.
 */
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
    if (t->allows.title_report) {
        report(t, "\033]%c%s\033\\", kind, title);
    }
}

/* XTWINOPS that ask. */
static void
answer(struct term *t, const struct guard_op *op)
{
    int rows = t->size.rows;
    int cols = t->size.cols;

    switch (guard_arg(op, 0, 0)) {
    case 11: /* shown */
        report(t, "\033[1t");
        break;
    case 13:
        report(t, "\033[3;0;0t");
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

void
window_apply(struct term *t, const struct guard_op *op)
{
    static const struct cell_size pixels = {CELL_WIDTH_PX, CELL_HEIGHT_PX};
    static const struct cell_size cells = {1, 1};
    int what = guard_arg(op, 0, 0);

    switch (what) {
    case 4:
        resize_to(t, op, pixels);
        break;
    case 8:
        resize_to(t, op, cells);
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
