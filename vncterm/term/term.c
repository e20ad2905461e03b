/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "term/term.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "term/term_internal.h"

static_assert((int)TERM_COLS_MAX == (int)SCREEN_COLS_MAX &&
                  (int)TERM_ROWS_MAX == (int)SCREEN_ROWS_MAX,
              "as the header says");

void
term_show_cursor(struct term *t)
{
    screen_set_cursor(
        t->screen, (struct cursor_view){
                       .pos = t->cursor.pos,
                       .shape = t->modes.cursor_shape,
                       .visible = t->modes.cursor_visible && !t->cursor_hidden,
                   });
}

void
term_update_coding(struct term *t)
{
    const struct charsets *c = &t->cursor.charsets;
    enum guard_coding coding = GUARD_8BIT;

    if (t->modes.cp437_font) {
        coding = GUARD_8BIT_ALL_GLYPHS;
    } else if (t->input.coding == CODING_UTF8) {
        coding = t->allows.as_xterm ? GUARD_UTF8_C1 : GUARD_UTF8;
    } else if (t->input.coding == CODING_CP437 ||
               c->sets[c->gl] == GUARD_CHARSET_CP437) {
        coding = GUARD_8BIT_GLYPHS;
    }
    guard_set_coding(&t->guard, coding);
}

/* Everything but the screens, their contents and libvterm. */
static void
reset_state(struct term *t)
{
    cursor_reset_saved(&t->cursor);
    cursor_reset_saved(&t->saved[0]);
    cursor_reset_saved(&t->saved[1]);
    margins_reset(t);
    t->unzoomed = (struct cell_size){0};
    t->last_code = 0;
    tab_stops_clear(&t->tabs);
    tab_stops_set_default(&t->tabs, 0, t->size.cols);
    modes_reset(t);
    palette_reset_all(t);
    term_update_coding(t);
}

/* The scrollback and the title stay: agetty resets before each login. */
void
term_reset_hard(struct term *t)
{
    if (screen_is_alternate(t->screen)) {
        edit_clear_screen(t, cell_default());
        screen_use_alternate(t->screen, false, SCREEN_KEEP, cell_default());
    }
    edit_clear_screen(t, cell_default());
    if (t->modes.columns_132) {
        window_set_columns(t, false);
    }
    reset_state(t);
    term_renew_vt(t);
}

/* VT220 programmer reference, table 4-10; autowrap on as xterm has it. */
void
term_reset_soft(struct term *t)
{
    struct cell_pos pos = t->cursor.pos;
    bool alternate = screen_is_alternate(t->screen);

    margins_set_rows(t, 0, t->size.rows);
    margins_allow_cols(t, false);
    cursor_reset_saved(&t->cursor);
    cursor_reset_saved(&t->saved[alternate ? 1 : 0]);
    t->cursor.pos = pos;
    t->modes.autowrap = true;
    t->modes.insert = false;
    t->modes.cursor_visible = true;
    t->modes.cp437_font = false;
    t->modes.iso_protection = false;
    t->modes.checksum_extension = 0;
    t->modes.reverse_wrap = false;
    t->modes.reverse_wrap_more = false;
    t->modes.national = false;
    t->modes.cursor_shape = CURSOR_BLOCK;
    t->modes.cursor_blink = t->blink;
    t->input.cursor_application = false;
    t->input.keypad_application = false;
    key_modes_reset(t);   /* as xterm, */
    palette_reset_all(t); /* and so are colours, and the cursor's looks */
    term_update_coding(t);
}

void
term_renew_vt(struct term *t)
{
    vt_free(t->vt);
    t->vt = vt_new(t->size, &edit_vt_handler, t);
    state_load_vt(t);
}

void
term_set_fast_path(struct term *t, bool on)
{
    t->fast_path = on;
}

int
term_new(struct term **out, const struct term_config *config,
         const struct term_handler *handler, void *data)
{
    struct screen *screen;
    int error = screen_new(&screen, config->size, config->scrollback_max);

    if (error < 0) {
        return error;
    }
    struct term *t = xcalloc(1, sizeof(*t));

    t->screen = screen;
    t->handler = *handler;
    t->data = data;
    t->dialect = config->dialect;
    t->allows = config->allows;
    t->bold_is_bright = config->bold_is_bright;
    t->blink = config->blink;
    if (config->colours != NULL) {
        memcpy(t->colours, config->colours, sizeof(t->colours));
    } else {
        colours_init(t->colours, COLOURS_LINUX);
    }
    t->first_coding = config->coding;
    t->backspace_sends_bs = config->backspace_sends_bs;
    t->scrollback_max = config->scrollback_max;
    t->size = config->size;
    t->fast_path = true;
    t->erase_protection = SCREEN_ERASE_ALL;
    guard_init(&t->guard, &term_guard_handler, t);
    reset_state(t);
    term_renew_vt(t);
    term_show_cursor(t);
    *out = t;
    return 0;
}

void
term_free(struct term *t)
{
    if (t == NULL) {
        return;
    }
    vt_free(t->vt);
    screen_free(t->screen);
    free(t);
}

void
term_feed(struct term *t, const void *bytes, size_t len)
{
    guard_feed(&t->guard, bytes, len);
    t->cursor_hidden = false;
    t->cursor_busy = true;
    term_show_cursor(t);
}

/* At a margin inside the line nothing waits to wrap: margins are reset. */
static struct screen_place
place_of(const struct term *t, enum screen_which which,
         const struct cursor *cursor)
{
    enum row_size size =
        screen_stored_row_size(t->screen, which, cursor->pos.row);
    int last = row_size_cols(size, t->size.cols) - 1;

    return (struct screen_place){
        .pos = cursor->pos,
        .pending_wrap = cursor->pending_wrap && cursor->pos.col == last,
    };
}

static void
set_place(struct cursor *cursor, struct screen_place place)
{
    cursor->pos = place.pos;
    cursor->pending_wrap = place.pending_wrap;
}

/* A place on the alternate screen in one of another size. */
static void
fit_cursor(struct cursor *cursor, struct cell_size before,
           struct cell_size after)
{
    cursor->pos.row = clamp_int(cursor->pos.row, 0, after.rows - 1);
    cursor->pos.col = clamp_int(cursor->pos.col, 0, after.cols - 1);
    cursor->pending_wrap &=
        after.cols == before.cols && cursor->pos.col == after.cols - 1;
}

int
term_set_size(struct term *t, struct cell_size size,
              enum screen_cursor_line cursor_line)
{
    enum screen_which active =
        screen_is_alternate(t->screen) ? SCREEN_ALTERNATE : SCREEN_MAIN;
    struct screen_place cursor = place_of(t, active, &t->cursor);
    struct screen_place saved = place_of(t, SCREEN_MAIN, &t->saved[0]);
    int error = screen_resize(t->screen, size, cursor_line, &cursor, &saved);

    if (error < 0) {
        return error;
    }
    if (size.cols > t->size.cols) {
        tab_stops_set_default(&t->tabs, t->size.cols, size.cols);
    }
    set_place(&t->cursor, cursor);
    set_place(&t->saved[0], saved);
    fit_cursor(&t->saved[1], t->size, size);
    t->size = size;
    margins_reset(t);
    cursor_fit_line(t);
    term_renew_vt(t);
    term_show_cursor(t);
    return 0;
}

int
term_resize(struct term *t, struct cell_size size)
{
    /* Who asks for bracketed pastes (readline, zsh, fish) edits a line. */
    return term_set_size(t, size,
                         t->input.bracketed_paste ? SCREEN_KEEP_CURSOR_LINE
                                                  : SCREEN_REFLOW_CURSOR_LINE);
}

struct cell_size
term_size(const struct term *t)
{
    return t->size;
}

void
term_view(const struct term *t, struct screen_view *out)
{
    screen_view(t->screen, out);
    out->reverse = t->modes.reverse_screen;
    out->colours = t->colours;
    out->bold_is_bright = t->bold_is_bright;
    out->blink = !t->blink         ? BLINK_STEADY
                 : t->blink_hidden ? BLINK_HIDDEN
                                   : BLINK_SHOWN;
    out->palette = t->palette_set > 0 ? t->palette : NULL;
}

struct cell_pos
term_pos_at_place(const struct term *t, struct cell_pos place)
{
    int row = clamp_int(place.row, 0, t->size.rows - 1);
    enum row_size size = screen_view_row_size(t->screen, row);
    int col = size == ROW_SINGLE ? place.col : place.col / 2;
    int cols = row_size_cols(size, t->size.cols);

    return (struct cell_pos){.row = row, .col = clamp_int(col, 0, cols - 1)};
}

int
term_character_places(const struct term *t, int row)
{
    return screen_view_row_size(t->screen, row) == ROW_SINGLE ? 1 : 2;
}

bool
term_is_dirty(const struct term *t)
{
    return screen_is_dirty(t->screen);
}

bool
term_take_damage(struct term *t, struct damage *out)
{
    return screen_take_damage(t->screen, out);
}

const char *
term_title(const struct term *t)
{
    return t->title;
}

static bool
cursor_blinks(const struct term *t)
{
    return t->blink && t->modes.cursor_visible && t->modes.cursor_blink;
}

bool
term_has_blinking(const struct term *t)
{
    struct screen_view view;

    if (!t->blink) {
        return false;
    }
    if (cursor_blinks(t) && screen_is_cursor_in_view(t->screen)) {
        return true;
    }
    screen_view(t->screen, &view);
    return screen_find_attrs(&view, CELL_BLINK) >= 0;
}

void
term_set_blink(struct term *t, enum term_blink blink)
{
    bool hidden = blink == TERM_BLINK_HIDE && t->blink;

    if (t->blink_hidden != hidden) {
        t->blink_hidden = hidden;
        screen_damage_attrs(t->screen, CELL_BLINK);
    }
    t->cursor_hidden = hidden && !t->cursor_busy && cursor_blinks(t);
    t->cursor_busy = false;
    term_show_cursor(t);
}

bool
term_is_synchronizing(const struct term *t)
{
    return t->modes.synchronizing;
}

const struct input_modes *
term_input_modes(const struct term *t)
{
    return &t->input;
}

void
term_set_focus(struct term *t, bool has_focus)
{
    if (t->has_focus == has_focus) {
        return;
    }
    t->has_focus = has_focus;
    if (t->input.focus_reports) {
        report_focus(t);
    }
}

bool
term_scroll_view(struct term *t, int lines)
{
    return screen_scroll_view(t->screen, lines);
}

void
term_scroll_view_to_bottom(struct term *t)
{
    (void)screen_scroll_view(t->screen, INT_MIN); /* damage tells */
}

void
term_select_begin(struct term *t, enum selection_unit unit,
                  struct selection_point at)
{
    selection_begin(t->screen, unit, at);
}

void
term_select_extend(struct term *t, struct selection_point at)
{
    selection_extend(t->screen, at);
}

void
term_select_none(struct term *t)
{
    selection_drop(t->screen);
}

bool
term_has_selection(const struct term *t)
{
    return selection_exists(t->screen);
}

bool
term_selection_text(const struct term *t, struct bytes *out)
{
    return selection_text(t->screen, out);
}
