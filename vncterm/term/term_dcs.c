/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Device control strings: settings asked for (DECRQSS) and the presentation
 * state put back (DECRSPS). Others, like sixel pictures, are none of ours.
 */
#include <string.h>

#include "term/pen.h"
#include "term/term_internal.h"

static bool
is_text(const char *bytes, size_t len, const char *text)
{
    return len == strlen(text) && memcmp(bytes, text, len) == 0;
}

/* Takes `prefix` off the front. */
static bool
take_prefix(const char **bytes, size_t *len, const char *prefix)
{
    size_t prefix_len = strlen(prefix);

    if (*len < prefix_len || memcmp(*bytes, prefix, prefix_len) != 0) {
        return false;
    }
    *bytes += prefix_len;
    *len -= prefix_len;
    return true;
}

/* DECRQSS. */

static void
report_pen(struct term *t)
{
    char sgr[PEN_SGR_MAX];
    size_t len = pen_write_settings(t->cursor.pen, sgr);

    report(t, "\033P1$r%.*sm\033\\", (int)len, sgr);
}

static int
cursor_style(const struct term_modes *modes)
{
    return 2 * (int)modes->cursor_shape + (modes->cursor_blink ? 1 : 2);
}

static void
report_setting(struct term *t, const char *name, size_t len)
{
    const struct margins *m = &t->margins;
    const struct term_modes *modes = &t->modes;
    bool is_protected = (t->cursor.pen.attrs & CELL_PROTECTED) != 0;

    if (is_text(name, len, "m")) {
        report_pen(t);
    } else if (is_text(name, len, "r")) {
        report(t, "\033P1$r%d;%dr\033\\", m->top + 1, m->bottom);
    } else if (is_text(name, len, "s") && modes->level >= 4) {
        report(t, "\033P1$r%d;%ds\033\\", m->left + 1, m->right);
    } else if (is_text(name, len, "\"p")) {
        report(t, "\033P1$r6%d;%d\"p\033\\", modes->level,
               modes->eight_bit_controls ? 0 : 1);
    } else if (is_text(name, len, "\"q")) {
        report(t, "\033P1$r%d\"q\033\\", is_protected ? 1 : 0);
    } else if (is_text(name, len, " q")) {
        report(t, "\033P1$r%d q\033\\", cursor_style(modes));
    } else if (is_text(name, len, "t")) {
        report(t, "\033P1$r%dt\033\\", max_int(t->size.rows, 24));
    } else if (is_text(name, len, "$|")) {
        report(t, "\033P1$r%d$|\033\\", t->size.cols);
    } else if (is_text(name, len, "*|")) {
        report(t, "\033P1$r%d*|\033\\", t->size.rows);
    } else if (is_text(name, len, "*x")) {
        report(t, "\033P1$r%d*x\033\\", modes->exact_rectangles ? 2 : 1);
    } else {
        report(t, "\033P0$r\033\\");
    }
}

/* DECRSPS. */

/* A number from the front; 0 when there is none. */
static int
take_number(const char **at, const char *end)
{
    int value = 0;

    while (*at < end && **at >= '0' && **at <= '9') {
        value = value * 10 + (**at - '0');
        value = min_int(value, GUARD_ARG_LIMIT);
        (*at)++;
    }
    return value;
}

/* What DECTABSR answers: columns with slashes between them. */
static void
set_tab_stops(struct term *t, const char *at, size_t len)
{
    const char *end = at + len;
    int row = t->cursor.pos.row;
    struct cell_pos kept = t->cursor.pos;

    cursor_clear_tabs(t, 3);
    while (at < end) {
        int col = take_number(&at, end);

        if (col >= 1 && col <= t->size.cols) {
            t->cursor.pos = (struct cell_pos){.row = row, .col = col - 1};
            cursor_set_tab(t);
        }
        at++;
    }
    t->cursor.pos = kept;
}

void
dcs_apply(struct term *t, const char *bytes, size_t len)
{
    if (take_prefix(&bytes, &len, "$q")) {
        report_setting(t, bytes, len);
    } else if (take_prefix(&bytes, &len, "2$t")) {
        set_tab_stops(t, bytes, len);
    }
}
