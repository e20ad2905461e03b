/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "term/term_internal.h"

/* ESC and a byte stand for a C1 control, which may go as one byte. */
static size_t
shorten_controls(char *text, size_t len)
{
    size_t to = 0;

    for (size_t at = 0; at < len; at++) {
        if (text[at] == '\033' && at + 1 < len) {
            at++;
            text[to++] = (char)(text[at] + 0x40);
        } else {
            text[to++] = text[at];
        }
    }
    return to;
}

/* Sends one answer. The formats are ours and short. */
void
report(struct term *t, const char *format, ...)
{
    char text[TERM_REPLY_MAX];
    va_list args;

    va_start(args, format);
    int made = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    assert(made >= 0 && (size_t)made < sizeof(text));
    size_t len = (size_t)made;

    if (t->modes.eight_bit_controls) {
        len = shorten_controls(text, len);
    }
    if (t->handler.on_reply != NULL) {
        t->handler.on_reply(t->data, text, len);
    }
}

/*
 * The Linux console's is a VT102; ours elsewhere is a VT220 with selective
 * erase (6) and colours (22), or a VT420, which has national sets (9),
 * technical characters (15), margins left and right (21) and rectangles (28),
 * too, and answers what state it is in (17); 132 columns (1) where a guest can
 * have them. Tests of terminals want to hear what xterm says, which has a
 * printer (2), a locator (16) and user windows (18).
 */
static const char *
primary_attributes(const struct term *t)
{
    bool wide = t->allows.size_max.cols >= 132;

    if (t->dialect != KEY_DIALECT_XTERM) {
        return wide ? "62;1;6;22" : "62;6;22";
    }
    if (t->allows.as_xterm) {
        return "64;1;2;6;9;15;16;17;18;21;22;28";
    }
    return wide ? "64;1;6;9;15;17;21;22;28" : "64;6;9;15;17;21;22;28";
}

/* DA2: the Linux console has none. DA3, the number of the unit, is VT420's. */
static void
report_what_it_is(struct term *t, enum guard_kind kind)
{
    bool is_420 = t->dialect == KEY_DIALECT_XTERM;

    switch (kind) {
    case GUARD_DA1:
        report(t, "\033[?%sc", primary_attributes(t));
        break;
    case GUARD_DA2:
        report(t, "\033[>%d;10;0c", is_420 ? 41 : 1);
        break;
    case GUARD_DA3:
        if (is_420 && t->modes.level >= 4) {
            report(t, "\033P!|00000000\033\\");
        }
        break;
    default:
        break;
    }
}

void
report_attributes(struct term *t, const struct guard_op *op)
{
    if (guard_arg(op, 0, 0) != 0) {
        return;
    }
    switch (t->dialect) {
    case KEY_DIALECT_LINUX:
        if (op->kind == GUARD_DA1) {
            report(t, "\033[?6c");
        }
        break;
    case KEY_DIALECT_VT220:
    case KEY_DIALECT_XTERM:
        report_what_it_is(t, op->kind);
        break;
    }
}

/* DEC's own status reports: what a console has not, is not ready. */
static void
report_dec_status(struct term *t, const struct guard_op *op)
{
    int query = guard_arg(op, 0, 0);

    if (query != 6 && t->modes.level < 2) {
        return;
    }
    switch (query) {
    case 5:
        report(t, "\033[?0n");
        break;
    case 6:
        report(t, t->modes.level > 2 ? "\033[?%d;%d;1R" : "\033[?%d;%dR",
               cursor_row_from_origin(t) + 1, cursor_col_from_origin(t) + 1);
        break;
    case 15: /* no printer */
        report(t, "\033[?13n");
        break;
    case 25: /* keys can be defined, if they could be */
        report(t, "\033[?20n");
        break;
    case 26: /* a North American keyboard, ready */
        report(t, "\033[?27;1;0;0n");
        break;
    case 53: /* no locator */
    case 55:
        report(t, "\033[?50n");
        break;
    case 56:
        report(t, "\033[?57;0n");
        break;
    case 62: /* no room for macros, and none in it */
        report(t, "\033[0000*{");
        break;
    case 63:
        report(t, "\033P%d!~0000\033\\", guard_arg(op, 1, 0));
        break;
    case 75: /* nothing lost */
        report(t, "\033[?70n");
        break;
    case 85: /* one session */
        report(t, "\033[?83n");
        break;
    default:
        break;
    }
}

void
report_status(struct term *t, const struct guard_op *op)
{
    int query = guard_arg(op, 0, 0);

    if (op->kind == GUARD_DECDSR) {
        report_dec_status(t, op);
    } else if (query == 5) {
        report(t, "\033[0n");
    } else if (query == 6) {
        report(t, "\033[%d;%dR", cursor_row_from_origin(t) + 1,
               cursor_col_from_origin(t) + 1);
    }
}

/* DECREPTPARM: no parity, 8 bits, 38400 baud both ways, as VT102 and xterm. */
void
report_parameters(struct term *t, const struct guard_op *op)
{
    int query = guard_arg(op, 0, 0);

    if (query <= 1) {
        report(t, "\033[%d;1;1;128;128;1;0x", query + 2);
    }
}

void
report_version(struct term *t, const struct guard_op *op)
{
    if (guard_arg(op, 0, 0) == 0) {
        report(t, "\033P>|vncterm(%s)\033\\", VNCTERM_VERSION);
    }
}

/* DECRQPSR; VT420 programmer reference, chapter 8. */

/* The place counts from the corner, in origin mode, too, as with xterm. */
static void
report_cursor(struct term *t)
{
    const struct cursor *c = &t->cursor;
    unsigned attrs = c->pen.attrs;
    unsigned rendition = '@';
    unsigned flags = '@';
    unsigned sizes = '@';
    char sets[4 * 2 + 1] = "";
    size_t len = 0;

    rendition += (attrs & CELL_BOLD) != 0 ? 1 : 0;
    rendition += c->pen.underline == CELL_UNDERLINE_SINGLE ? 2 : 0;
    rendition += (attrs & CELL_BLINK) != 0 ? 4 : 0;
    rendition += (attrs & CELL_REVERSE) != 0 ? 8 : 0;
    flags += c->origin ? 1 : 0;
    flags += c->charsets.single_shift == 2 ? 2 : 0;
    flags += c->charsets.single_shift == 3 ? 4 : 0;
    flags += c->pending_wrap ? 8 : 0;
    for (int i = 0; i < 4; i++) {
        enum guard_charset set = (enum guard_charset)c->charsets.sets[i];
        len += (size_t)snprintf(sets + len, sizeof(sets) - len, "%s",
                                charset_name(set)); /* it fits */
        sizes += charset_has_96(set) ? 1U << i : 0;
    }
    report(t, "\033P1$u%d;%d;1;%c;%c;%c;%d;%d;%c;%s\033\\", c->pos.row + 1,
           c->pos.col + 1, (char)rendition,
           (attrs & CELL_PROTECTED) != 0 ? 'A' : '@', (char)flags,
           c->charsets.gl, c->charsets.gr, (char)sizes, sets);
}

/* As many stops as an answer holds: 40 of them and more. */
static void
report_tab_stops(struct term *t)
{
    char text[TERM_REPLY_MAX - 16] = "";
    size_t len = 0;

    for (int col = 0; col < t->size.cols && len + 6 < sizeof(text); col++) {
        if (tab_stops_has(&t->tabs, col)) {
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%d",
                                    len == 0 ? "" : "/", col + 1);
        }
    }
    report(t, "\033P2$u%s\033\\", text);
}

void
report_presentation(struct term *t, const struct guard_op *op)
{
    switch (guard_arg(op, 0, 0)) {
    case 1:
        report_cursor(t);
        break;
    case 2:
        report_tab_stops(t);
        break;
    default:
        break;
    }
}

/* xterm's ctlseqs, "FocusIn/FocusOut". */
void
report_focus(struct term *t)
{
    report(t, t->has_focus ? "\033[I" : "\033[O");
}
