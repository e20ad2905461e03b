/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A terminal with what it reports written down, for unit tests, golden scripts
 * and fuzz targets. Header only: every test program is one file.
 */
#ifndef VNCTERM_TESTS_TERM_RIG_H
#define VNCTERM_TESTS_TERM_RIG_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "term/scrollback.h"
#include "term/term.h"
#include "term/term_internal.h"

enum {
    RIG_REPLIES_MAX = 4096, /* later ones are counted only */
    RIG_SCROLLBACK = 1 << 16,
    RIG_ROW_MAX = TERM_COLS_MAX * (1 + CELL_MARKS_MAX) * UTF8_MAX + 1,
};

struct rig {
    struct term *term;
    char replies[RIG_REPLIES_MAX + 1];
    size_t replies_len;
    size_t replies_total;
    int bells;
    int titles;
    char title[TERM_TITLE_MAX + 1];
    struct cell_size resized; /* by the guest */
    char clipboard[TERM_CLIPBOARD_MAX + 1];
};

static inline void
rig_fail(const char *what)
{
    (void)fprintf(stderr, "rig: %s\n", what);
    abort();
}

static inline void
rig_on_reply(void *data, const void *bytes, size_t len)
{
    struct rig *rig = data;
    size_t room = RIG_REPLIES_MAX - rig->replies_len;
    size_t kept = len < room ? len : room;

    if (len > TERM_REPLY_MAX) {
        rig_fail("a reply is too long");
    }
    memcpy(rig->replies + rig->replies_len, bytes, kept);
    rig->replies_len += kept;
    rig->replies_total += len;
    rig->replies[rig->replies_len] = '\0';
}

static inline void
rig_on_bell(void *data)
{
    struct rig *rig = data;

    rig->bells++;
}

static inline void
rig_on_title(void *data, const char *title)
{
    struct rig *rig = data;

    if (strlen(title) > TERM_TITLE_MAX ||
        !utf8_is_valid(title, strlen(title))) {
        rig_fail("a title is too long or not UTF-8");
    }
    (void)snprintf(rig->title, sizeof(rig->title), "%s", title);
    rig->titles++;
}

static inline void
rig_on_resize(void *data, struct cell_size size)
{
    struct rig *rig = data;

    rig->resized = size;
    if (size.cols != term_size(rig->term).cols ||
        size.rows != term_size(rig->term).rows) {
        rig_fail("another size is told than there is");
    }
}

static inline void
rig_on_clipboard(void *data, const char *utf8, size_t len)
{
    struct rig *rig = data;

    if (len < 1 || len > TERM_CLIPBOARD_MAX || !utf8_is_valid(utf8, len)) {
        rig_fail("a clipboard is empty, too long or not UTF-8");
    }
    memcpy(rig->clipboard, utf8, len);
    rig->clipboard[len] = '\0';
}

static inline struct rig *
rig_new_with(struct term_config config)
{
    static const struct term_handler handler = {
        .on_reply = rig_on_reply,
        .on_bell = rig_on_bell,
        .on_title = rig_on_title,
        .on_resize = rig_on_resize,
        .on_clipboard = rig_on_clipboard,
    };
    struct rig *rig = calloc(1, sizeof(*rig));

    if (rig == NULL || term_new(&rig->term, &config, &handler, rig) != 0) {
        rig_fail("no terminal");
    }
    return rig;
}

static inline struct rig *
rig_new(int cols, int rows)
{
    return rig_new_with((struct term_config){
        .size = {.cols = cols, .rows = rows},
        .scrollback_max = RIG_SCROLLBACK,
        .dialect = KEY_DIALECT_XTERM,
    });
}

static inline void
rig_free(struct rig *rig)
{
    term_free(rig->term);
    free(rig);
}

static inline void
rig_feed_bytes(struct rig *rig, const void *bytes, size_t len)
{
    term_feed(rig->term, bytes, len);
}

/* A text without NUL. */
static inline void
rig_feed(struct rig *rig, const char *text)
{
    term_feed(rig->term, text, strlen(text));
}

__attribute__((format(printf, 2, 3))) static inline void
rig_feedf(struct rig *rig, const char *format, ...)
{
    char text[256];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    rig_feed(rig, text);
}

static inline struct cell
rig_cell(const struct rig *rig, int row, int col)
{
    return screen_row(rig->term->screen, row)[col];
}

/* The cells' text in UTF-8; blanks are spaces, those at the end left out. */
static inline const char *
rig_cells_text(const struct rig *rig, const struct cell *cells, int cols,
               char out[RIG_ROW_MAX])
{
    const struct mark *table = screen_marks(rig->term->screen);
    size_t len = 0;

    while (cols > 0 && cells[cols - 1].code == CELL_BLANK) {
        cols--;
    }
    for (int col = 0; col < cols; col++) {
        if (cells[col].code == CELL_WIDE_TAIL) {
            continue;
        }
        len += utf8_encode(
            cells[col].code == CELL_BLANK ? ' ' : cells[col].code, out + len);
        uint32_t marks[CELL_MARKS_MAX];
        int count = mark_sequence(table, cells[col].marks, marks);

        for (int i = 0; i < count; i++) {
            len += utf8_encode(marks[i], out + len);
        }
    }
    out[len] = '\0';
    return out;
}

/* The text of a row; valid until the next call. */
static inline const char *
rig_row(const struct rig *rig, int row)
{
    static char text[RIG_ROW_MAX];

    return rig_cells_text(rig, screen_row(rig->term->screen, row),
                          term_size(rig->term).cols, text);
}

/* What has been reported since the last call; valid until the next feed. */
static inline const char *
rig_take_replies(struct rig *rig)
{
    rig->replies_len = 0;
    return rig->replies;
}

/* Bytes that grow as needed. */
struct rig_bytes {
    char *data;
    size_t len;
};

static inline int
rig_append(void *data, const void *bytes, size_t len)
{
    struct rig_bytes *out = data;
    char *grown = realloc(out->data, out->len + len + 1);

    if (grown == NULL) {
        rig_fail("no memory");
    }
    memcpy(grown + out->len, bytes, len);
    out->data = grown;
    out->len += len;
    out->data[out->len] = '\0';
    return 0;
}

/* The state as a VT stream of at most `max` bytes; the caller frees `data`. */
static inline struct rig_bytes
rig_state_within(const struct rig *rig, size_t max)
{
    struct rig_bytes state = {0};

    if (term_write_state(rig->term, max, rig_append, &state) != 0) {
        rig_fail("the state was not written");
    }
    if (state.len > max) {
        rig_fail("the state is too long");
    }
    return state;
}

static inline struct rig_bytes
rig_state(const struct rig *rig)
{
    return rig_state_within(rig, SIZE_MAX);
}

static inline void
rig_restore(struct rig *rig, struct rig_bytes state)
{
    if (term_restore(rig->term, state.data, state.len) != 0) {
        rig_fail("the state was not restored");
    }
}

static inline bool
rig_same_cursor(const struct cursor *a, const struct cursor *b)
{
    return a->pos.row == b->pos.row && a->pos.col == b->pos.col &&
           a->pending_wrap == b->pending_wrap && a->origin == b->origin &&
           cell_equals(a->pen, b->pen) &&
           memcmp(&a->charsets, &b->charsets, sizeof(a->charsets)) == 0;
}

static inline bool
rig_same_modes(const struct term_modes *a, const struct term_modes *b)
{
    return a->autowrap == b->autowrap && a->insert == b->insert &&
           a->reverse_screen == b->reverse_screen &&
           a->cursor_visible == b->cursor_visible &&
           a->cursor_blink == b->cursor_blink &&
           a->synchronizing == b->synchronizing &&
           a->column_margins == b->column_margins &&
           a->reverse_wrap == b->reverse_wrap &&
           a->reverse_wrap_more == b->reverse_wrap_more &&
           a->more_fix == b->more_fix && a->allow_columns == b->allow_columns &&
           a->columns_132 == b->columns_132 &&
           a->keep_on_columns == b->keep_on_columns &&
           a->eight_bit_controls == b->eight_bit_controls &&
           a->iso_protection == b->iso_protection &&
           a->exact_rectangles == b->exact_rectangles &&
           a->title_set_hex == b->title_set_hex &&
           a->title_query_hex == b->title_query_hex &&
           a->smooth_scroll == b->smooth_scroll &&
           a->print_form_feed == b->print_form_feed &&
           a->print_screen == b->print_screen && a->level == b->level &&
           a->checksum_extension == b->checksum_extension &&
           a->national == b->national && a->cp437_font == b->cp437_font &&
           a->cursor_shape == b->cursor_shape;
}

static inline bool
rig_same_input(const struct input_modes *a, const struct input_modes *b)
{
    return a->cursor_application == b->cursor_application &&
           a->keypad_application == b->keypad_application &&
           a->newline == b->newline &&
           a->backspace_sends_bs == b->backspace_sends_bs &&
           a->numlock_ignored == b->numlock_ignored &&
           a->delete_sends_del == b->delete_sends_del &&
           a->bracketed_paste == b->bracketed_paste &&
           a->focus_reports == b->focus_reports &&
           a->modify_cursor == b->modify_cursor &&
           a->modify_function == b->modify_function &&
           a->modify_other == b->modify_other &&
           a->mouse_tracking == b->mouse_tracking &&
           a->mouse_encoding == b->mouse_encoding && a->coding == b->coding &&
           a->alternate_scroll == b->alternate_scroll &&
           a->alternate_screen == b->alternate_screen;
}

/* Cells of two terminals, whose tables of marks are their own. */
static inline bool
rig_same_cell(const struct term *a, struct cell cell_a, const struct term *b,
              struct cell cell_b)
{
    uint32_t marks_a[CELL_MARKS_MAX];
    uint32_t marks_b[CELL_MARKS_MAX];
    int count_a = mark_sequence(screen_marks(a->screen), cell_a.marks, marks_a);
    int count_b = mark_sequence(screen_marks(b->screen), cell_b.marks, marks_b);

    cell_a.marks = 0;
    cell_b.marks = 0;
    return cell_equals(cell_a, cell_b) && count_a == count_b &&
           memcmp(marks_a, marks_b, (size_t)count_a * sizeof(marks_a[0])) == 0;
}

static inline bool
rig_same_rows(const struct term *a, const struct term *b)
{
    for (int row = 0; row < a->size.rows; row++) {
        if (screen_is_wrapped(a->screen, row) !=
                screen_is_wrapped(b->screen, row) ||
            screen_row_size(a->screen, row) !=
                screen_row_size(b->screen, row)) {
            return false;
        }
        for (int col = 0; col < a->size.cols; col++) {
            if (!rig_same_cell(a, screen_row(a->screen, row)[col], b,
                               screen_row(b->screen, row)[col])) {
                return false;
            }
        }
    }
    return true;
}

static inline bool
rig_same_title_stacks(const struct title_stack *a, const struct title_stack *b)
{
    bool same = a->count == b->count;

    for (int i = 0; same && i < a->count; i++) {
        same = strcmp(a->entries[i].title, b->entries[i].title) == 0 &&
               strcmp(a->entries[i].icon, b->entries[i].icon) == 0;
    }
    return same;
}

static inline bool
rig_same_margins(const struct margins *a, const struct margins *b)
{
    return a->top == b->top && a->bottom == b->bottom && a->left == b->left &&
           a->right == b->right;
}

static inline bool
rig_same_tab_stops(const struct term *a, const struct term *b)
{
    bool same = true;

    for (int col = 0; col < a->size.cols; col++) {
        same &= tab_stops_has(&a->tabs, col) == tab_stops_has(&b->tabs, col);
    }
    return same;
}

/* What differs between two terminals, or NULL. */
static inline const char *
rig_difference(const struct rig *one, const struct rig *other)
{
    const struct term *a = one->term;
    const struct term *b = other->term;

    if (a->size.cols != b->size.cols || a->size.rows != b->size.rows) {
        return "size";
    }
    if (!rig_same_rows(a, b)) {
        return "cells";
    }
    if (!rig_same_cursor(&a->cursor, &b->cursor)) {
        return "cursor";
    }
    if (!rig_same_cursor(&a->saved[0], &b->saved[0]) ||
        !rig_same_cursor(&a->saved[1], &b->saved[1])) {
        return "saved cursor";
    }
    if (!rig_same_margins(&a->margins, &b->margins)) {
        return "margins";
    }
    if (!rig_same_tab_stops(a, b)) {
        return "tab stops";
    }
    if (!rig_same_modes(&a->modes, &b->modes) ||
        !rig_same_input(&a->input, &b->input)) {
        return "modes";
    }
    if (memcmp(a->palette, b->palette, sizeof(a->palette)) != 0 ||
        memcmp(a->idle_colours, b->idle_colours, sizeof(a->idle_colours)) !=
            0) {
        return "palette";
    }
    if (strcmp(a->title, b->title) != 0 || strcmp(a->icon, b->icon) != 0) {
        return "title";
    }
    if (!rig_same_title_stacks(&a->title_stack, &b->title_stack)) {
        return "title stack";
    }
    if (a->unzoomed.cols != b->unzoomed.cols ||
        a->unzoomed.rows != b->unzoomed.rows) {
        return "size before zooming";
    }
    if (a->saved_modes.known != b->saved_modes.known ||
        a->saved_modes.on != b->saved_modes.on) {
        return "saved modes";
    }
    if (a->last_code != b->last_code) {
        return "last character";
    }
    if (a->guard.coding != b->guard.coding) {
        return "coding";
    }
    if (scrollback_lines(screen_scrollback(a->screen)) !=
        scrollback_lines(screen_scrollback(b->screen))) {
        return "lines of scrollback";
    }
    struct rig_bytes state_a = rig_state(one);
    struct rig_bytes state_b = rig_state(other);
    bool same = state_a.len == state_b.len &&
                memcmp(state_a.data, state_b.data, state_a.len) == 0;

    free(state_a.data);
    free(state_b.data);
    return same ? NULL : "written state";
}

/* What is wrong with a row, or NULL. */
static inline const char *
rig_broken_row(const struct cell *cells, int cols)
{
    for (int col = 0; col < cols; col++) {
        struct cell cell = cells[col];
        bool tail = col + 1 < cols && cells[col + 1].code == CELL_WIDE_TAIL;
        struct cell blank = cell_default();

        if (cell.marks != 0 && cell.code < 0x20) {
            return "marks on no character";
        }
        blank.bg = cell.bg;
        if (cell.code == CELL_WIDE_TAIL) {
            if (col == 0 || cells[col - 1].code == CELL_BLANK ||
                cells[col - 1].code == CELL_WIDE_TAIL) {
                return "orphan right half";
            }
            continue;
        }
        if (cell.code == CELL_BLANK && !cell_equals(cell, blank)) {
            return "blank with attributes";
        }
        if ((cell.code != CELL_BLANK && cell.code < 0x20) ||
            (cell.code >= 0x7f && cell.code < 0xa0)) {
            return "control character in a cell";
        }
        if (tail && cell.code < 0x80) {
            return "orphan right half";
        }
    }
    return NULL;
}

/* The same for a row of the screen, whatever the view shows. */
static inline const char *
rig_broken_line(const struct term *t, int row)
{
    const struct cell *cells = screen_row(t->screen, row);
    int cols = row_size_cols(screen_row_size(t->screen, row), t->size.cols);

    for (int col = cols; col < t->size.cols; col++) {
        if (!cell_equals(cells[col], cell_default())) {
            return "cells right of their line";
        }
    }
    return rig_broken_row(cells, t->size.cols);
}

/* What must hold after any bytes; what does not, or NULL. */
static inline const char *
rig_broken(const struct rig *rig)
{
    const struct term *t = rig->term;
    const struct cursor *c = &t->cursor;
    struct screen_view view;

    term_view(t, &view);
    if (c->pos.row < 0 || c->pos.row >= t->size.rows || c->pos.col < 0 ||
        c->pos.col >= t->size.cols) {
        return "cursor outside";
    }
    if (c->pos.col >=
        row_size_cols(screen_row_size(t->screen, c->pos.row), t->size.cols)) {
        return "cursor right of its line";
    }
    if (c->pending_wrap && c->pos.col != cursor_line_end(t) - 1) {
        return "pending wrap not in the last column";
    }
    if (t->margins.top < 0 || t->margins.bottom > t->size.rows ||
        (t->margins.bottom - t->margins.top < 2 &&
         t->margins.bottom - t->margins.top != t->size.rows)) {
        return "margins";
    }
    if (t->margins.left < 0 || t->margins.right > t->size.cols ||
        (t->margins.right - t->margins.left < 2 &&
         t->margins.right - t->margins.left != t->size.cols)) {
        return "left and right margins";
    }
    if (margins_are_narrow(t) && !t->modes.column_margins) {
        return "left and right margins that are not allowed";
    }
    if (c->origin && !margins_hold_cursor(t)) {
        return "cursor outside of the margins in origin mode";
    }
    if (!utf8_is_valid(t->title, strlen(t->title))) {
        return "title";
    }
    const char *broken = NULL;
    for (int row = 0; row < t->size.rows && broken == NULL; row++) {
        broken = rig_broken_row(view.rows[row], t->size.cols);
        if (broken == NULL) {
            broken = rig_broken_line(t, row);
        }
    }
    return broken;
}

#endif
