/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "term/term_internal.h"

enum {
    /* What XTWINOPS answers for the size of a cell; the real one is the
     * renderer's, and programs only use the ratio. */
    CELL_WIDTH_PX = 8,
    CELL_HEIGHT_PX = 16,
};

/* Sends one answer. The formats are ours and short. */
void
report(struct term *t, const char *format, ...)
{
    char text[TERM_REPLY_MAX];
    va_list args;

    va_start(args, format);
    int len = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    assert(len >= 0 && (size_t)len < sizeof(text));
    if (t->handler.on_reply != NULL) {
        t->handler.on_reply(t->data, text, (size_t)len);
    }
}

/*
 * DA1: the Linux console's is a VT102; ours elsewhere is a VT220 with selective
 * erase (6) and colours (22). DA2: the Linux console has none.
 */
void
report_attributes(struct term *t, const struct guard_op *op)
{
    if (guard_arg(op, 0, 0) != 0) {
        return;
    }
    bool secondary = op->kind == GUARD_DA2;

    switch (t->dialect) {
    case KEY_DIALECT_LINUX:
        if (!secondary) {
            report(t, "\033[?6c");
        }
        break;
    case KEY_DIALECT_VT220:
    case KEY_DIALECT_XTERM:
        report(t, "%s", secondary ? "\033[>1;10;0c" : "\033[?62;6;22c");
        break;
    }
}

void
report_status(struct term *t, const struct guard_op *op)
{
    int row = cursor_row_from_origin(t) + 1;
    int col = cursor_col_from_origin(t) + 1;
    int query = guard_arg(op, 0, 0);
    bool private = op->kind == GUARD_DECDSR;

    if (query == 5 && !private) {
        report(t, "\033[0n");
    } else if (query == 6) {
        report(t, private ? "\033[?%d;%d;1R" : "\033[%d;%dR", row, col);
    }
}

/* XTWINOPS: only the sizes; the guest does not move windows. */
void
report_window(struct term *t, const struct guard_op *op)
{
    switch (guard_arg(op, 0, 0)) {
    case 14:
        report(t, "\033[4;%d;%dt", t->size.rows * CELL_HEIGHT_PX,
               t->size.cols * CELL_WIDTH_PX);
        break;
    case 16:
        report(t, "\033[6;%d;%dt", CELL_HEIGHT_PX, CELL_WIDTH_PX);
        break;
    case 18:
        report(t, "\033[8;%d;%dt", t->size.rows, t->size.cols);
        break;
    default:
        break;
    }
}
