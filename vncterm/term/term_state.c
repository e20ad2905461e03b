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
 *
 * Every line of text begins in the default pen, so that each takes the same
 * bytes whichever lines are in front of it: how many of them fit is counted
 * from the newest one back, and what is left out costs nothing.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "term/pen.h"
#include "term/scrollback.h"
#include "term/state_writer.h"
#include "term/term_internal.h"

/*
 * The most bytes that the parts of a state take; test_term_state.c writes the
 * worst of them. A character with all the marks that it can have is the longest
 * thing that a cell can be.
 */
enum {
    PROTECTION_LEN = sizeof("\033[1\"q") - 1,
    BLANKS_LEN = sizeof("\033[1000X\033[1000C") - 1,
    BLANK_LEN = PEN_SGR_MAX + PROTECTION_LEN + BLANKS_LEN,
    CELL_LEN = PEN_SGR_MAX + PROTECTION_LEN + (1 + CELL_MARKS_MAX) * UTF8_MAX,
    LINE_END_LEN = sizeof("\033]7717;wrapped\033\\\033[0m\r\n") - 1 +
                   PROTECTION_LEN +
                   sizeof("\033[1000H\033#6\033]7717;wrapped\033\\") - 1,
    TAB_STOP_LEN = sizeof("\033[1;1000H\033H") - 1,
    COLOUR_LEN = sizeof("\033]4;255;rgb:ff/ff/ff\033\\") - 1,
    TITLES_LEN = 2 * (TERM_TITLE_MAX + sizeof("\033]2;\033\\")) + 16,
    /* Modes, margins, three cursors, both ends. */
    REST_LEN = 2048,

    ASCII_RUN_MAX = 256, /* bytes that are handed on in one piece */
};

static_assert(BLANK_LEN <= CELL_LEN, "of a character, or less");
static_assert(TERM_COLS_MAX == 1000 && TERM_ROWS_MAX <= 1000,
              "numbers have four digits at most");
static_assert(OSC_STATE == 7717 && STATE_VERSION == 1, "as spelled above");

size_t
term_state_screens_max(struct cell_size size)
{
    size_t cols = (size_t)size.cols;
    size_t rows = (size_t)size.rows;

    return 2 * rows * (cols * CELL_LEN + LINE_END_LEN) + cols * TAB_STOP_LEN +
           (size_t)(PALETTE_ENTRIES + IDLE_COLOURS) * COLOUR_LEN +
           (size_t)(TITLE_STACK_MAX + 1) * TITLES_LEN + REST_LEN;
}

/* Lines of text. */

static void
put_character(struct state_writer *w, const struct mark *table,
              struct cell cell)
{
    uint32_t marks[CELL_MARKS_MAX];
    int count = mark_sequence(table, cell.marks, marks);

    state_put_pen(w, cell_pen(cell));
    state_put_code(w, cell.code);
    for (int i = 0; i < count; i++) {
        state_put_code(w, marks[i]);
    }
}

/* `count` blanks alike; the cursor is moved over them if more follow. */
static void
put_blanks(struct state_writer *w, struct cell blank, int count, bool more)
{
    if (!cell_equals(blank, cell_default())) {
        state_put_pen(w, cell_pen(blank));
        state_put_format(w, "\033[%dX", count);
    }
    if (more) {
        state_put_format(w, "\033[%dC", count);
    }
}

static int
used_cols(const struct cell *cells, int cols)
{
    while (cols > 0 && cell_equals(cells[cols - 1], cell_default())) {
        cols--;
    }
    return cols;
}

/* A line of text, or what of it fits the reader. */
struct line {
    const struct cell *cells;
    const struct mark *marks; /* what they name */
    int cols;
    bool wrapped;
    enum row_size size;
};

/* What is below a line: its first cell, and whether it says a size first. */
struct next_line {
    struct cell cell;
    bool has_size;
};

/* The size of the cursor's line, which is single. */
static void
put_size(struct state_writer *w, enum row_size size)
{
    static const char *const sizes[] = {
        [ROW_SINGLE] = "",
        [ROW_DOUBLE_WIDTH] = "\033#6",
        [ROW_DOUBLE_TOP] = "\033#3",
        [ROW_DOUBLE_BOTTOM] = "\033#4",
    };

    state_put_text(w, sizes[size]);
}

static void
put_wrapped(struct state_writer *w)
{
    state_put_format(w, "\033]%d;wrapped\033\\", OSC_STATE);
}

/*
 * Printable ASCII from `col` on in the pen that is set, which is most of what
 * there is. Returns where it ends.
 */
static int
put_ascii(struct state_writer *w, const struct cell *cells, int col, int end)
{
    char text[ASCII_RUN_MAX];
    struct cell want = w->pen;
    size_t len = 0;

    while (col < end && len < sizeof(text)) {
        uint32_t code = cells[col].code;

        want.code = code & 0x1fffff;
        if (code < ' ' || code > '~' || !cell_equals(cells[col], want)) {
            break;
        }
        text[len++] = (char)code;
        col++;
    }
    state_put_bytes(w, text, len);
    return col;
}

static void
put_cells(struct state_writer *w, const struct cell *cells,
          const struct mark *marks, int used)
{
    int col = 0;

    while (col < used) {
        int end = put_ascii(w, cells, col, used);

        if (end > col) {
            col = end;
            continue;
        }
        end = col + 1;
        if (cells[col].code == CELL_BLANK) {
            while (end < used && cell_equals(cells[end], cells[col])) {
                end++;
            }
            put_blanks(w, cells[col], end - col, end < used);
        } else if (cells[col].code != CELL_WIDE_TAIL) {
            put_character(w, marks, cells[col]);
        }
        col = end;
    }
}

/*
 * A line for a reader of `width` columns, which are enough. `next` is the line
 * that follows; when it is NULL, none does.
 */
static void
put_line(struct state_writer *w, struct line line, int width,
         const struct next_line *next)
{
    int used = used_cols(line.cells, line.cols);

    put_size(w, line.size);
    put_cells(w, line.cells, line.marks, used);
    /* Printing goes on to the next line by itself, which comes in with the
     * background of what is printed then. */
    bool by_itself = line.wrapped && used == width &&
                     line.cells[used - 1].code != CELL_BLANK && next != NULL &&
                     next->cell.code != CELL_BLANK &&
                     next->cell.bg == COLOUR_DEFAULT && !next->has_size;

    if (line.wrapped && !by_itself) {
        put_wrapped(w);
    }
    if (next == NULL) {
        return;
    }
    state_put_pen(w, cell_default());
    if (!by_itself) {
        state_put_text(w, "\r\n");
    }
}

/* A line of any width, in pieces that fit `width` columns. */
static void
put_long_line(struct state_writer *w, struct line line, int width,
              const struct next_line *next)
{
    width = row_size_cols(line.size, width);
    while (line.cols > width) {
        int cols = width;

        if (line.cells[cols].code == CELL_WIDE_TAIL && cols > 1) {
            cols--;
        }
        struct line piece = line;

        piece.cols = cols;
        piece.wrapped = true;
        line.cells += cols;
        line.cols -= cols;
        struct next_line rest = {.cell = line.cells[0],
                                 .has_size = line.size != ROW_SINGLE};
        put_line(w, piece, width, &rest);
    }
    put_line(w, line, width, next);
}

/*
 * Lines of the scrollback, unpacked one at a time. Their marks are in a table
 * of their own, for that of the screen must not lose any to them.
 */
struct unpacked {
    struct marks marks;
    struct cell cells[SCROLLBACK_COLS_MAX];
};

/*
 * A line of the scrollback, or below it of the screen, which is written before
 * its lines have their sizes. The marks of its first cell do not count.
 */
static struct next_line
next_of_scrollback(const struct term *t, int index, struct marks *marks)
{
    const struct scrollback *sb = screen_scrollback(t->screen);
    struct cell cells[2]; /* it may be wide */
    bool wrapped;

    if (index < 0) {
        return (struct next_line){
            .cell = screen_stored_row(t->screen, SCREEN_MAIN, 0, &wrapped)[0]};
    }
    scrollback_read(sb, index, marks, cells, 2, &wrapped);
    return (struct next_line){.cell = cells[0],
                              .has_size = scrollback_line_size(sb, index) !=
                                          ROW_SINGLE};
}

/*
 * A line of the scrollback. It is between lines in the default pen: what it
 * takes depends on the line below it, and on nothing else.
 */
static void
put_scrollback_line(struct state_writer *w, const struct term *t, int index,
                    struct unpacked *unpacked)
{
    const struct scrollback *sb = screen_scrollback(t->screen);
    struct next_line next = next_of_scrollback(t, index - 1, &unpacked->marks);
    struct line line = {.cells = unpacked->cells,
                        .cols = scrollback_line_cols(sb, index),
                        .size = scrollback_line_size(sb, index)};

    marks_clear(&unpacked->marks); /* any one line's have place in it */
    scrollback_read(sb, index, &unpacked->marks, unpacked->cells, line.cols,
                    &line.wrapped);
    line.marks = unpacked->marks.table;
    put_long_line(w, line, t->size.cols, &next);
}

static void
put_scrollback(struct state_writer *w, const struct term *t, int lines)
{
    struct unpacked unpacked;

    unpacked.marks = (struct marks){.table = NULL};
    for (int index = lines - 1; index >= 0 && w->error >= 0; index--) {
        put_scrollback_line(w, t, index, &unpacked);
    }
    marks_clear(&unpacked.marks);
}

/* How many lines of the scrollback, from the newest, `max` bytes hold. */
static int
count_lines(const struct term *t, size_t max)
{
    struct unpacked unpacked;
    struct state_writer w;
    int held = scrollback_lines(screen_scrollback(t->screen));
    int index = 0;

    unpacked.marks = (struct marks){.table = NULL};
    state_writer_init(&w, NULL, NULL);
    while (index < held) {
        put_scrollback_line(&w, t, index, &unpacked);
        if (w.total > max) {
            break;
        }
        index++;
    }
    marks_clear(&unpacked.marks);
    return index;
}

static void
put_screen(struct state_writer *w, const struct term *t,
           enum screen_which which)
{
    struct line line = {.marks = screen_marks(t->screen), .cols = t->size.cols};

    line.cells = screen_stored_row(t->screen, which, 0, &line.wrapped);
    for (int row = 1; row < t->size.rows && w->error >= 0; row++) {
        struct line next = line;

        next.cells = screen_stored_row(t->screen, which, row, &next.wrapped);
        struct next_line below = {.cell = next.cells[0]};
        put_line(w, line, line.cols, &below);
        line = next;
    }
    put_line(w, line, line.cols, NULL);
}

/*
 * The sizes of a screen's lines. They come when nothing is left to be written
 * that has a place in a line: places may be further to the right than lines of
 * double width have columns.
 */
static void
put_line_sizes(struct state_writer *w, const struct term *t,
               enum screen_which which)
{
    for (int row = 0; row < t->size.rows; row++) {
        enum row_size size = screen_stored_row_size(t->screen, which, row);
        bool wrapped;

        if (size == ROW_SINGLE) {
            continue;
        }
        if (w->origin) {
            state_put_text(w, "\033[?6l");
            w->origin = false;
        }
        state_put_format(w, "\033[%dH", row + 1);
        put_size(w, size);
        (void)screen_stored_row(t->screen, which, row, &wrapped);
        if (wrapped) { /* a line that becomes another width is not */
            put_wrapped(w);
        }
    }
}

/* What is neither text nor cursor. */

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
        put_screen(w, t, SCREEN_ALTERNATE);
        state_put_pen(w, cell_default());
        state_put_text(w, "\033[?47l\033[H");
    }
    if (content.main_screen) {
        put_scrollback(w, t, content.lines);
        put_screen(w, t, SCREEN_MAIN);
    }
    put_saved_cursor(w, &t->saved[0]);
    if (content.main_screen) {
        put_line_sizes(w, t, SCREEN_MAIN);
    }
    if (content.alternate_screen) {
        state_put_text(w, "\033[?47h");
        put_saved_cursor(w, &t->saved[1]);
        put_line_sizes(w, t, SCREEN_ALTERNATE);
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
        content.lines = count_lines(t, max - len);
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
