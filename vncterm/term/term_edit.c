/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libvterm says which cells an operation erases or moves; the screen does it.
 * What libvterm gets wrong is done without it.
 */
#include "term/pen.h"
#include "term/term_internal.h"

static void
on_put(void *data, struct cell_pos pos)
{
    print_stand_in(data, pos);
}

static void
on_scroll(void *data, struct vt_area area, int down, int right)
{
    struct term *t = data;
    struct cell blank = pen_blank(t->cursor.pen);

    if (right != 0) {
        screen_scroll_cols(t->screen, area.top, area.bottom, area.left,
                           area.right, right, blank);
    } else {
        screen_scroll_rows(t->screen, area.top, area.bottom, down, blank);
    }
}

static void
on_erase(void *data, struct vt_area area)
{
    struct term *t = data;
    struct cell blank = pen_blank(t->cursor.pen);

    for (int row = area.top; row < area.bottom; row++) {
        screen_erase(t->screen, row, area.left, area.right, blank,
                     t->erase_protection);
    }
}

const struct vt_handler edit_vt_handler = {
    .on_put = on_put,
    .on_scroll = on_scroll,
    .on_erase = on_erase,
};

/* Has libvterm do something that leaves the cursor where it is. */
static void
edit(struct term *t, enum vt_op op, int n)
{
    struct cell_pos pos = t->cursor.pos;

    t->cursor.pending_wrap = false;
    vt_do(t->vt, op, n, &pos);
}

static void
erase(struct term *t, enum vt_op op, int n, enum screen_protection protection)
{
    t->erase_protection = protection;
    edit(t, op, n);
    t->erase_protection = SCREEN_ERASE_ALL;
}

void
edit_erase_display(struct term *t, int which, enum screen_protection protection)
{
    if (which <= 2) {
        erase(t, VT_ERASE_DISPLAY, which, protection);
    } else if (which == 3) {
        screen_clear_scrollback(t->screen);
    }
}

void
edit_erase_line(struct term *t, int which, enum screen_protection protection)
{
    if (which <= 2) {
        erase(t, VT_ERASE_LINE, which, protection);
    }
}

void
edit_erase_chars(struct term *t, int count)
{
    erase(t, VT_ERASE_CHARS, count, SCREEN_ERASE_ALL);
}

/* libvterm does not insert or delete characters outside the margins. */
static void
shift_chars(struct term *t, enum vt_op op, int count)
{
    int row = t->cursor.pos.row;
    int col = t->cursor.pos.col;

    if (cursor_is_in_margins(t)) {
        edit(t, op, count);
        return;
    }
    t->cursor.pending_wrap = false;
    screen_scroll_cols(t->screen, row, row + 1, col, t->size.cols,
                       op == VT_INSERT_CHARS ? -count : count,
                       pen_blank(t->cursor.pen));
}

void
edit_insert_chars(struct term *t, int count)
{
    shift_chars(t, VT_INSERT_CHARS, count);
}

void
edit_delete_chars(struct term *t, int count)
{
    shift_chars(t, VT_DELETE_CHARS, count);
}

/* The cursor goes to the first column, as DEC STD 070 has it. */
static void
shift_lines(struct term *t, enum vt_op op, int count)
{
    if (cursor_is_in_margins(t)) {
        edit(t, op, count);
        t->cursor.pos.col = 0;
    }
}

void
edit_insert_lines(struct term *t, int count)
{
    shift_lines(t, VT_INSERT_LINES, count);
}

void
edit_delete_lines(struct term *t, int count)
{
    shift_lines(t, VT_DELETE_LINES, count);
}

void
edit_scroll(struct term *t, enum vt_op up_or_down, int count)
{
    edit(t, up_or_down, count);
}

void
edit_clear_screen(struct term *t, struct cell blank)
{
    for (int row = 0; row < t->size.rows; row++) {
        screen_erase(t->screen, row, 0, t->size.cols, blank, SCREEN_ERASE_ALL);
    }
}

/* Fills a row with E in the default colours. */
static void
fill_with_e(struct term *t, int row)
{
    static const uint8_t text[] = "EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE"
                                  "EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE";
    int part = (int)sizeof(text) - 1;

    for (int col = 0; col < t->size.cols; col += part) {
        int room = t->size.cols - col;

        screen_put_ascii(t->screen, (struct cell_pos){.row = row, .col = col},
                         text, room < part ? room : part, cell_default());
    }
    screen_set_wrapped(t->screen, row, false);
}

/* DECALN. libvterm does not move the cursor home. */
void
edit_alignment_test(struct term *t)
{
    t->cursor.origin = false;
    cursor_set_margins(t, 0, t->size.rows);
    for (int row = 0; row < t->size.rows; row++) {
        fill_with_e(t, row);
    }
}
