/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of a terminal as a VT stream, for a reader that has just been
 * reset, and the part of it that libvterm holds. term_restore.c reads it.
 *
 * What no sequence can say is in an OSC of our own, which other terminals
 * ignore: OSC 7717 ; 1 ; columns ; rows stands at the start, 1 being the
 * version, and OSC 7717 ; end at the end. Between them "wrapped" marks the
 * cursor's row as carried on in the next one where printing could not,
 * "pending" has the next character wrap, "last" is what REP repeats, "cp437" is
 * how bytes are coded, "saved" is what XTSAVE has saved, "level" DECSCL's,
 * "columns" that DECCOLM is set, "unzoomed" the size before XTWINOPS 9.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "term/pen.h"
#include "term/state_lines.h"
#include "term/state_writer.h"
#include "term/term_internal.h"

/* The most bytes that the parts of a state take; test_term_state.c writes the
 * worst of them. */
enum {
    TAB_STOP_LEN = sizeof("\033[1;1000H\033H") - 1,
    COLOUR_LEN = sizeof("\033]4;255;rgb:ff/ff/ff\033\\") - 1,
    TITLES_LEN = 2 * (TERM_TITLE_MAX + sizeof("\033]2;\033\\")) + 16,
    /* Modes, margins, three cursors, both ends. */
    REST_LEN = 2048 + PEN_STACK_MAX * (PEN_SGR_MAX + 128),
};

static_assert(TERM_COLS_MAX == 1000 && TERM_ROWS_MAX <= 1000,
              "numbers have four digits at most");
static_assert(OSC_STATE == 7717 && STATE_VERSION == 1, "as spelled above");

size_t
term_state_screens_max(struct cell_size size)
{
    return 2 * state_lines_max(size) + (size_t)size.cols * TAB_STOP_LEN +
           (size_t)(PALETTE_ENTRIES + IDLE_COLOURS) * COLOUR_LEN +
           (size_t)(TITLE_STACK_MAX + 1) * TITLES_LEN + REST_LEN;
}

/* A colour that is set, for OSC `osc`, with its index unless negative. */
static void
put_colour(struct state_writer *w, int osc, int index, uint32_t rgb)
{
    if (rgb == 0) {
        return;
    }
    state_put_format(w, "\033]%d", osc);
    if (index >= 0) {
        state_put_format(w, ";%d", index);
    }
    state_put_format(w, ";rgb:%02x/%02x/%02x\033\\",
                     (unsigned)(rgb >> 16 & 0xff), (unsigned)(rgb >> 8 & 0xff),
                     (unsigned)(rgb & 0xff));
}

static void
put_colours(struct state_writer *w, const struct term *t)
{
    for (int i = 0; i < PALETTE_FG; i++) {
        put_colour(w, 4, i, t->palette[i]);
    }
    for (int i = PALETTE_FG; i < PALETTE_ENTRIES; i++) {
        put_colour(w, 10 + i - PALETTE_FG, -1, t->palette[i]);
    }
    for (int i = 0; i < SPECIAL_COLOURS; i++) {
        put_colour(w, 5, i, t->idle_colours[i]);
    }
    for (int i = SPECIAL_COLOURS; i < IDLE_COLOURS; i++) {
        put_colour(w, 13 + i - SPECIAL_COLOURS, -1, t->idle_colours[i]);
    }
}

/* The reader's ones are empty, or `before`. */
static void
put_titles(struct state_writer *w, const char *title, const char *icon,
           const struct titles *before)
{
    static const struct titles none = {.title = ""};

    before = before == NULL ? &none : before;
    if (strcmp(title, before->title) != 0) {
        state_put_text(w, "\033]2;");
        state_put_text(w, title);
        state_put_text(w, "\033\\");
    }
    if (strcmp(icon, before->icon) != 0) {
        state_put_text(w, "\033]1;");
        state_put_text(w, icon);
        state_put_text(w, "\033\\");
    }
}

static void
put_all_titles(struct state_writer *w, const struct term *t)
{
    const struct title_stack *stack = &t->title_stack;
    const struct titles *before = NULL;

    for (int i = 0; i < stack->count; i++) {
        const struct titles *entry = &stack->entries[i];

        put_titles(w, entry->title, entry->icon, before);
        state_put_text(w, "\033[22;0t");
        before = entry;
    }
    put_titles(w, t->title, t->icon, before);
}

/* Modes whose sequences would do more than set them. */
static void
put_quiet_modes(struct state_writer *w, const struct term *t)
{
    uint64_t known = t->saved_modes.known;
    uint64_t on = t->saved_modes.on;

    if (known != 0) {
        state_put_format(w, "\033]%d;saved;%x;%x;%x;%x\033\\", OSC_STATE,
                         (unsigned)(known >> 24), (unsigned)(on >> 24),
                         (unsigned)(known & 0xffffff),
                         (unsigned)(on & 0xffffff));
    }
    if (t->unzoomed.cols > 0) {
        state_put_format(w, "\033]%d;unzoomed;%x;%x\033\\", OSC_STATE,
                         (unsigned)t->unzoomed.cols,
                         (unsigned)t->unzoomed.rows);
    }
    if (t->window.x != 0 || t->window.y != 0) {
        state_put_format(w, "\033[3;%d;%dt", t->window.x, t->window.y);
    }
    if (t->window.is_icon) {
        state_put_text(w, "\033[2t");
    }
    if (t->modes.columns_132) {
        state_put_format(w, "\033]%d;columns\033\\", OSC_STATE);
    }
    if (t->modes.iso_protection) {
        bool on_now = (t->cursor.pen.attrs & CELL_PROTECTED) != 0;
        state_put_text(w, on_now ? "\033V" : "\033V\033W");
    }
    if (t->modes.level != TERM_LEVEL) {
        state_put_format(w, "\033]%d;level;%d\033\\", OSC_STATE,
                         t->modes.level);
    }
}

/* The reader's cursor must not be in origin mode; it goes home. */
static void
put_tab_stops(struct state_writer *w, const struct term *t)
{
    if (tab_stops_are_default(&t->tabs, t->size.cols)) {
        return;
    }
    state_put_text(w, "\033[3g");
    for (int col = 0; col < t->size.cols; col++) {
        if (tab_stops_has(&t->tabs, col)) {
            state_put_format(w, "\033[1;%dH\033H", col + 1);
        }
    }
    state_put_text(w, "\033[H");
}

static void
put_row_margins(struct state_writer *w, const struct term *t)
{
    if (t->margins.top > 0 || t->margins.bottom < t->size.rows) {
        state_put_format(w, "\033[%d;%dr", t->margins.top + 1,
                         t->margins.bottom);
    }
}

static void
put_column_margins(struct state_writer *w, const struct term *t)
{
    if (t->modes.column_margins) {
        state_put_text(w, "\033[?69h");
    }
    if (margins_are_narrow(t)) {
        state_put_format(w, "\033[%d;%ds", t->margins.left + 1,
                         t->margins.right);
    }
}

static void
put_mouse(struct state_writer *w, const struct input_modes *input)
{
    static const char *const tracking[] = {
        [MOUSE_TRACKING_OFF] = "",
        [MOUSE_TRACKING_X10] = "\033[?9h",
        [MOUSE_TRACKING_NORMAL] = "\033[?1000h",
        [MOUSE_TRACKING_DRAG] = "\033[?1002h",
        [MOUSE_TRACKING_ANY] = "\033[?1003h",
    };
    static const char *const encoding[] = {
        [MOUSE_ENCODING_BYTES] = "",
        [MOUSE_ENCODING_UTF8] = "\033[?1005h",
        [MOUSE_ENCODING_SGR] = "\033[?1006h",
        [MOUSE_ENCODING_URXVT] = "\033[?1015h",
        [MOUSE_ENCODING_SGR_PIXELS] = "\033[?1016h",
    };

    state_put_text(w, tracking[input->mouse_tracking]);
    state_put_text(w, encoding[input->mouse_encoding]);
}

static void
put_modes(struct state_writer *w, const struct term *t)
{
    const struct term_modes *modes = &t->modes;
    const struct input_modes *input = &t->input;
    const struct {
        bool differs;
        const char *text;
    } flags[] = {
        {!modes->autowrap, "\033[?7l"},
        {modes->insert, "\033[4h"},
        {modes->reverse_screen, "\033[?5h"},
        {!modes->cursor_visible, "\033[?25l"},
        {modes->synchronizing, "\033[?2026h"},
        {modes->exact_rectangles, "\033[2*x"},
        {modes->title_set_hex, "\033[>0t"},
        {modes->title_query_hex, "\033[>1t"},
        {modes->reverse_wrap, "\033[?45h"},
        {modes->reverse_wrap_more, "\033[?1045h"},
        {modes->more_fix, "\033[?41h"},
        {modes->allow_columns, "\033[?40h"},
        {modes->keep_on_columns, "\033[?95h"},
        {modes->eight_bit_controls, "\033 G"},
        {modes->smooth_scroll, "\033[?4h"},
        {modes->print_form_feed, "\033[?18h"},
        {modes->print_screen, "\033[?19h"},
        {modes->keyboard_locked, "\033[2h"},
        {!modes->no_echo, "\033[12l"},
        {input->newline, "\033[20h"},
        {input->cursor_application, "\033[?1h"},
        {input->keypad_application, "\033="},
        {input->backspace_sends_bs != t->backspace_sends_bs,
         input->backspace_sends_bs ? "\033[?67h" : "\033[?67l"},
        {input->numlock_ignored, "\033[?1035l"},
        {input->delete_sends_del, "\033[?1037h"},
        {input->bracketed_paste, "\033[?2004h"},
        {input->focus_reports, "\033[?1004h"},
        {!input->alternate_scroll, "\033[?1007l"},
    };

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (flags[i].differs) {
            state_put_text(w, flags[i].text);
        }
    }
    if (modes->cursor_shape != CURSOR_BLOCK || modes->cursor_blink ||
        t->blink) { /* else a reader has it so at first */
        state_put_format(w, "\033[%d q",
                         2 * (int)modes->cursor_shape +
                             (modes->cursor_blink ? 1 : 2));
    }
    if (modes->checksum_extension != 0) {
        state_put_format(w, "\033[%d#y", modes->checksum_extension);
    }
    put_mouse(w, input);
    key_modes_write(w, input);
}

/* Cursors. */

static void
put_charsets(struct state_writer *w, const struct charsets *charsets)
{
    static const char *const shifts[] = {"\017", "\016", "\033n", "\033o"};
    static const char *const right_shifts[] = {"", "\033~", "\033}", "\033|"};

    for (int i = 0; i < 4; i++) {
        enum guard_charset set = (enum guard_charset)charsets->sets[i];
        /* G0's spelling begins with '(', and so on; of 96, G1's with '-'. */
        int first = charset_has_96(set) ? '-' - 1 : '(';

        if (w->charsets.sets[i] != charsets->sets[i]) {
            state_put_format(w, "\033%c%s", first + i, charset_name(set));
        }
    }
    if (w->charsets.gl != charsets->gl) {
        state_put_text(w, shifts[charsets->gl]);
    }
    if (w->charsets.gr != charsets->gr) {
        state_put_text(w, right_shifts[charsets->gr]);
    }
    w->charsets = *charsets;
}

/* `top` and `left` are the reader's margins. */
static void
put_cursor(struct state_writer *w, const struct cursor *cursor, int top,
           int left)
{
    if (w->origin != cursor->origin) {
        state_put_text(w, cursor->origin ? "\033[?6h" : "\033[?6l");
        w->origin = cursor->origin;
    }
    put_charsets(w, &cursor->charsets);
    state_put_pen(w, cursor->pen);
    state_put_format(w, "\033[%d;%dH",
                     cursor->pos.row + 1 - (cursor->origin ? top : 0),
                     cursor->pos.col + 1 - (cursor->origin ? left : 0));
    if (cursor->pending_wrap) {
        state_put_format(w, "\033]%d;pending\033\\", OSC_STATE);
    }
}

static bool
is_start_cursor(const struct cursor *cursor)
{
    struct charsets charsets = charsets_default();

    return cursor->pos.row == 0 && cursor->pos.col == 0 && !cursor->origin &&
           !cursor->pending_wrap && cell_equals(cursor->pen, cell_default()) &&
           memcmp(&cursor->charsets, &charsets, sizeof(charsets)) == 0;
}

static void
put_saved_cursor(struct state_writer *w, const struct cursor *saved)
{
    if (!is_start_cursor(saved)) {
        put_cursor(w, saved, 0, 0);
        state_put_text(w, "\0337");
    }
}

/* What of a terminal is written, its modes and cursors apart. */
struct content {
    bool main_screen;
    bool alternate_screen;
    int lines; /* of the scrollback, which the main screen follows */
};

/* Screens with their saved cursors, as they stand while reading UTF-8. */
static void
put_screens(struct state_writer *w, const struct term *t,
            struct content content)
{
    if (content.alternate_screen) {
        state_put_text(w, "\033[?47h");
        state_put_screen(w, t->screen, SCREEN_ALTERNATE);
        state_put_pen(w, cell_default());
        state_put_text(w, "\033[?47l\033[H");
    }
    if (content.main_screen) {
        state_put_scrollback(w, t->screen, content.lines);
        state_put_screen(w, t->screen, SCREEN_MAIN);
    }
    put_saved_cursor(w, &t->saved[0]);
    if (content.main_screen) {
        state_put_line_sizes(w, t->screen, SCREEN_MAIN);
    }
    if (content.alternate_screen) {
        state_put_text(w, "\033[?47h");
        put_saved_cursor(w, &t->saved[1]);
        state_put_line_sizes(w, t->screen, SCREEN_ALTERNATE);
    }
    if (content.alternate_screen && !screen_is_alternate(t->screen)) {
        state_put_text(w, "\033[?47l");
    }
}

/* Whether one of the cursors has one; see DECNRCM. */
static bool
has_national_set(const struct term *t)
{
    const struct cursor *cursors[] = {&t->cursor, &t->saved[0], &t->saved[1]};

    for (size_t i = 0; i < 3; i++) {
        for (int set = 0; set < 4; set++) {
            uint8_t charset = cursors[i]->charsets.sets[set];
            if (charset_is_national((enum guard_charset)charset)) {
                return true;
            }
        }
    }
    return false;
}

/* What is said last, since nothing can be said after it. */
static void
put_end(struct state_writer *w, const struct term *t)
{
    static const char *const single_shifts[] = {"", "", "\033N", "\033O"};

    if (t->modes.cp437_font) {
        state_put_text(w, "\033[11m");
    }
    if (!t->modes.national && has_national_set(t)) {
        state_put_text(w, "\033[?42l");
    }
    switch (t->input.coding) {
    case CODING_UTF8:
        break;
    case CODING_LATIN1:
        state_put_text(w, "\033%@");
        break;
    case CODING_CP437:
        state_put_format(w, "\033]%d;cp437\033\\", OSC_STATE);
        break;
    }
    state_put_text(w, single_shifts[t->cursor.charsets.single_shift]);
    if (t->last_code != 0) {
        state_put_format(w, "\033]%d;last;%x\033\\", OSC_STATE,
                         (unsigned)t->last_code);
    }
    state_put_text(w, STATE_END);
}

static void
put_state(struct state_writer *w, const struct term *t, struct content content)
{
    state_put_format(w, "\033]%d;%d;%d;%d\033\\", OSC_STATE, STATE_VERSION,
                     t->size.cols, t->size.rows);
    state_put_text(w, "\033c\033%G");
    if (t->modes.national || has_national_set(t)) {
        state_put_text(w, "\033[?42h");
    }
    put_colours(w, t);
    put_all_titles(w, t);
    put_tab_stops(w, t);
    put_screens(w, t, content);
    if (w->origin) {
        state_put_text(w, "\033[?6l");
        w->origin = false;
    }
    put_row_margins(w, t);
    put_column_margins(w, t);
    put_modes(w, t);
    pens_write(w, &t->pen_stack);
    put_cursor(w, &t->cursor, t->margins.top, t->margins.left);
    put_quiet_modes(w, t);
    put_end(w, t);
}

static size_t
length_of(const struct term *t, struct content content)
{
    struct state_writer w;

    state_writer_init(&w, NULL, NULL);
    put_state(&w, t, content);
    return w.total;
}

/* Adds as much of the scrollback as fits, and writes. */
static int
write_content(const struct term *t, struct content content, size_t max,
              term_write_fn *write, void *data)
{
    struct state_writer w;
    size_t len = length_of(t, content);

    if (len > max) {
        return -EFBIG;
    }
    if (content.main_screen) {
        content.lines = state_count_lines(t->screen, max - len);
    }
    state_writer_init(&w, write, data);
    put_state(&w, t, content);
    state_flush(&w);
    return w.error < 0 ? w.error : 0;
}

int
term_write_state(const struct term *t, size_t max, term_write_fn *write,
                 void *data)
{
    bool wrapped;
    const struct cell *alternate =
        screen_stored_row(t->screen, SCREEN_ALTERNATE, 0, &wrapped);
    struct content content = {.main_screen = true,
                              .alternate_screen = alternate != NULL};

    return write_content(t, content, max, write, data);
}

int
term_write_shown(const struct term *t, size_t max, term_write_fn *write,
                 void *data)
{
    bool alternate = screen_is_alternate(t->screen);
    struct content content = {.main_screen = true,
                              .alternate_screen = alternate};

    if (alternate && length_of(t, content) > max) {
        content.main_screen = false;
    }
    return write_content(t, content, max, write, data);
}

static int
load_vt(void *data, const void *bytes, size_t len)
{
    vt_load(data, bytes, len);
    return 0;
}

void
state_load_vt(struct term *t)
{
    struct state_writer w;

    state_writer_init(&w, load_vt, t->vt);
    put_tab_stops(&w, t);
    put_row_margins(&w, t);
    state_flush(&w);
}
