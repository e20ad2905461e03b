/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Device control strings: settings asked for (DECRQSS) and the presentation
 * state put back (DECRSPS). Others, like sixel pictures, are none of ours.
 */
#include <string.h>

#include "term/guard_table.h"
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

/* The text up to a semicolon, taken off the front. */
static struct osc_text
take_field(const char **at, size_t *len)
{
    struct osc_text rest = {.bytes = *at, .len = *len};
    struct osc_text field = osc_take_field(&rest);

    *at = rest.bytes;
    *len = rest.len;
    return field;
}

/* A number that is a field; -1 when it is none. */
static int
field_number(struct osc_text field)
{
    const char *at = field.bytes;
    const char *end = field.bytes + field.len;
    int number = take_number(&at, end);

    return at == end && field.len > 0 ? number : -1;
}

/* The flags of a field: a byte from 0x40 to 0x4f; -1 when it is none. */
static int
field_flags(struct osc_text field)
{
    bool is_flags = field.len == 1 && (field.bytes[0] & 0xf0) == 0x40;

    return is_flags ? field.bytes[0] & 0xf : -1;
}

/* Names of the sets in G0 to G3, one after the other; `sizes` has a bit for
 * each that has 96 characters. */
static bool
parse_sets(struct osc_text names, int sizes, struct charsets *out)
{
    size_t at = 0;

    for (int i = 0; i < 4; i++) {
        uint8_t second = 0;

        if (at < names.len && names.bytes[at] < '0') {
            second = (uint8_t)names.bytes[at++];
        }
        if (at == names.len) {
            return false;
        }
        uint8_t final = (uint8_t)names.bytes[at++];
        enum guard_charset set = (sizes >> i & 1) != 0
                                     ? guard_charset_96(second, final)
                                     : guard_charset_94(second, final);

        if (set != GUARD_CHARSETS) { /* else it stays */
            out->sets[i] = (uint8_t)set;
        }
    }
    return true;
}

/* What DECCIR answers (report_cursor() in term_reports.c), back again. */
static void
set_cursor(struct term *t, const char *at, size_t len)
{
    struct cursor cursor = t->cursor;
    int row = field_number(take_field(&at, &len));
    int col = field_number(take_field(&at, &len));
    (void)take_field(&at, &len); /* the page, of which there is one */
    int rendition = field_flags(take_field(&at, &len));
    int protection = field_flags(take_field(&at, &len));
    int flags = field_flags(take_field(&at, &len));
    int left = field_number(take_field(&at, &len));
    int right = field_number(take_field(&at, &len));
    int sizes = field_flags(take_field(&at, &len));
    unsigned attrs =
        cursor.pen.attrs &
        ~(unsigned)(CELL_BOLD | CELL_BLINK | CELL_REVERSE | CELL_PROTECTED);

    if (row < 1 || col < 1 || rendition < 0 || protection < 0 || flags < 0 ||
        left < 0 || left > 3 || right < 0 || right > 3 || sizes < 0 ||
        !parse_sets(take_field(&at, &len), sizes, &cursor.charsets)) {
        return;
    }
    attrs |= (rendition & 1) != 0 ? CELL_BOLD : 0;
    attrs |= (rendition & 4) != 0 ? CELL_BLINK : 0;
    attrs |= (rendition & 8) != 0 ? CELL_REVERSE : 0;
    attrs |= (protection & 1) != 0 ? CELL_PROTECTED : 0;
    cursor.pen.attrs = attrs & CELL_ATTRS;
    cursor.pen.underline =
        (rendition & 2) != 0 ? CELL_UNDERLINE_SINGLE : CELL_UNDERLINE_NONE;
    cursor.origin = (flags & 1) != 0;
    cursor.charsets.gl = (uint8_t)left;
    cursor.charsets.gr = (uint8_t)right;
    cursor.charsets.single_shift = (flags & 2) != 0   ? 2
                                   : (flags & 4) != 0 ? 3
                                                      : 0;
    t->cursor = cursor;
    if (cursor.origin) {
        row = clamp_int(row, t->margins.top + 1, t->margins.bottom);
        col = clamp_int(col, t->margins.left + 1, t->margins.right);
    }
    cursor_move_to(t, row - 1, col - 1);
    cursor_fit_line(t);
    t->cursor.pending_wrap = (flags & 8) != 0 && cursor_is_at_end(t);
    term_update_coding(t);
}

void
dcs_apply(struct term *t, const char *bytes, size_t len)
{
    if (take_prefix(&bytes, &len, "$q")) {
        report_setting(t, bytes, len);
    } else if (take_prefix(&bytes, &len, "1$t")) {
        set_cursor(t, bytes, len);
    } else if (take_prefix(&bytes, &len, "2$t")) {
        set_tab_stops(t, bytes, len);
    }
}
