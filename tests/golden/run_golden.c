/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs golden scripts of the terminal:
 *
 *     run_golden [--update] FILE...
 *
 * A script is a text of lines; # begins a comment. What is done:
 *
 *     size 80x25              a new terminal, first of all
 *     dialect linux           or vt220, xterm (the default); before size
 *     allow checksums titles resize clipboard xterm
 *                             what a guest may do; before size
 *     charset latin1          or cp437, utf8 (the default); before size
 *     feed "\e[2;3Hhi"        bytes; \e \a \b \t \n \v \f \r \\ \" \xNN, and
 *                             \u{301}, a character in UTF-8
 *     feed-file NAME          the bytes of a file beside the script; nobody
 *                             waits for the replies, they are dropped
 *     repeat 30 "x\r\n"       the same bytes several times
 *     resize 40x10
 *     view 3                  the view goes 3 lines back
 *     scroll 1                the view goes a line farther back
 *     select words 0,3 1,8    characters, words, lines, block; from one place
 *                             of the view to another: edges, which for words
 *                             and lines are the cell behind them
 *     extend 1,9              goes on with it
 *     focus yes               whether somebody looks
 *     state                   writes the state and goes on in a new terminal
 *     restore 40x10           the same by term_restore(), of this size
 *
 * What must then be so; rows and columns count from 0, ranges are half open:
 *
 *     row 1 "  hi"            a row of the view; blanks at its end left out
 *     text 1 "  hi"           likewise, without written blanks at its end, too
 *     attrs 1 2..4 bold fg=1  of all these cells; "default" for none
 *     wrapped 1 yes           whether autowrap carried the row on
 *     double 1 width          or top, bottom: of double height; or no
 *     cursor 1,4              with "hidden", "underline" or "bar" behind it
 *     damage 1:2-4 2:0-80     since the last time; "scroll 0-25 by 3" before,
 *                             with "in 2-40" behind it for some columns
 *     reply "\e[0n"           all since the last time
 *     bells 1                 likewise
 *     title "t"
 *     line 0 "text"           of the scrollback; 0 is the newest
 *     lines 3                 how many there are
 *     modes paste mouse=drag  of input that are not as at start, or "none"
 *     resized 132x24          what the guest has made of it since, or "no"
 *     clipboard "text"        the last that the guest has set
 *     palette 1=#ff0000 fg=.. colours that are set, or "none"
 *     selected "text"         what is selected, or "none"
 *     marked 1 2..4           what of a row of the view, or "none"
 *
 * An expectation is compared as text with what is so. With --update the file is
 * written anew with what is so; look at the difference before you believe it.
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pen_text.h"
#include "term_rig.h"

enum {
    LINE_MAX_LEN = 8192,
};

struct script {
    const char *path;
    int line;
    enum key_dialect dialect;
    struct term_allowances allows;
    enum coding coding;
    struct rig *rig;
    int bells_seen;
};

/* A text that grows. */
struct text {
    size_t len;
    char bytes[4 * LINE_MAX_LEN];
};

__attribute__((format(printf, 2, 3))) static void
add(struct text *out, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int len = vsnprintf(out->bytes + out->len, sizeof(out->bytes) - out->len,
                        format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof(out->bytes) - out->len) {
        rig_fail("a line is too long");
    }
    out->len += (size_t)len;
}

__attribute__((noreturn)) static void
die(const struct script *s, const char *what)
{
    (void)fprintf(stderr, "%s:%d: %s\n", s->path, s->line, what);
    exit(2);
}

/* Strings. */

static const char escape_letters[] = "eabtnvfr\\\"";
static const char escape_bytes[] = "\033\a\b\t\n\v\f\r\\\"";

static void
add_quoted(struct text *out, const char *bytes)
{
    bool is_utf8 = utf8_is_valid(bytes, strlen(bytes));

    add(out, "\"");
    for (; *bytes != '\0'; bytes++) {
        const char *found = strchr(escape_bytes, *bytes);

        if (found != NULL) {
            add(out, "\\%c", escape_letters[found - escape_bytes]);
        } else if ((unsigned char)*bytes < 0x20 ||
                   (!is_utf8 && (unsigned char)*bytes >= 0x80)) {
            add(out, "\\x%02x", (unsigned)(unsigned char)*bytes);
        } else {
            add(out, "%c", *bytes);
        }
    }
    add(out, "\"");
}

/* Reads a quoted string, which may hold any byte. */
static size_t
parse_quoted(const struct script *s, const char *in, char *out)
{
    size_t len = 0;

    if (*in++ != '"') {
        die(s, "a string is missing");
    }
    while (*in != '"') {
        if (*in == '\0') {
            die(s, "a string does not end");
        }
        if (*in != '\\') {
            out[len++] = *in++;
            continue;
        }
        in++;
        const char *found = strchr(escape_letters, *in);
        if (*in == 'x' && isxdigit((unsigned char)in[1]) &&
            isxdigit((unsigned char)in[2])) {
            const char digits[] = {in[1], in[2], '\0'};
            out[len++] = (char)strtol(digits, NULL, 16);
            in += 3;
        } else if (*in == 'u' && in[1] == '{') {
            char *end;
            long code = strtol(in + 2, &end, 16);

            if (*end != '}' || code < 0x80 || code > UNICODE_MAX) {
                die(s, "no such character");
            }
            len += utf8_encode((uint32_t)code, out + len);
            in = end + 1;
        } else if (*in != '\0' && found != NULL) {
            out[len++] = escape_bytes[found - escape_letters];
            in++;
        } else {
            die(s, "an unknown escape");
        }
    }
    return len;
}

/*
 * Whether the line begins as the pattern says, where each # stands for a
 * number. What comes behind is `*rest`, unless that is NULL.
 */
static bool
match(const char *line, const char *pattern, int numbers[], const char **rest)
{
    for (; *pattern != '\0'; pattern++) {
        if (*pattern != '#') {
            if (*line++ != *pattern) {
                return false;
            }
            continue;
        }
        char *end;
        *numbers++ = (int)strtol(line, &end, 10);
        if (end == line) {
            return false;
        }
        line = end;
    }
    if (rest != NULL) {
        *rest = line;
    }
    return true;
}

/* What is done. */

static void
make_terminal(struct script *s, struct cell_size size)
{
    if (s->rig != NULL) {
        rig_free(s->rig);
    }
    s->rig = rig_new_with((struct term_config){
        .size = size,
        .scrollback_max = RIG_SCROLLBACK,
        .dialect = s->dialect,
        .allows = s->allows,
        .coding = s->coding,
    });
    s->bells_seen = 0;

    struct damage damage;
    (void)term_take_damage(s->rig->term, &damage); /* all of a new screen */
}

static void
reload_state(struct script *s)
{
    struct rig_bytes state = rig_state(s->rig);

    make_terminal(s, term_size(s->rig->term));
    rig_feed_bytes(s->rig, state.data, state.len);
    free(state.data);
}

static void
restore_state(struct script *s, struct cell_size size)
{
    struct rig_bytes state = rig_state(s->rig);

    make_terminal(s, size);
    rig_restore(s->rig, state);
    /* No handler has been told. */
    (void)snprintf(s->rig->title, sizeof(s->rig->title), "%s",
                   term_title(s->rig->term));
    free(state.data);
}

static void
set_dialect(struct script *s, const char *name)
{
    static const char *const names[] = {
        [KEY_DIALECT_LINUX] = "linux",
        [KEY_DIALECT_VT220] = "vt220",
        [KEY_DIALECT_XTERM] = "xterm",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            s->dialect = (enum key_dialect)i;
            return;
        }
    }
    die(s, "an unknown dialect");
}

/* The largest size that a guest may make. */
static void
set_allowances(struct script *s, const char *words)
{
    struct term_allowances a = {
        .checksums = strstr(words, "checksums") != NULL,
        .title_report = strstr(words, "titles") != NULL,
        .as_xterm = strstr(words, "xterm") != NULL,
        .clipboard = strstr(words, "clipboard") != NULL,
    };

    if (strstr(words, "resize") != NULL) {
        a.size_max = (struct cell_size){.cols = 140, .rows = 50};
    }
    s->allows = a;
}

static void
set_charset(struct script *s, const char *name)
{
    static const char *const names[] = {
        [CODING_UTF8] = "utf8",
        [CODING_LATIN1] = "latin1",
        [CODING_CP437] = "cp437",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            s->coding = (enum coding)i;
            return;
        }
    }
    die(s, "an unknown charset");
}

static void
feed_repeated(struct script *s, int count, const char *quoted)
{
    char bytes[LINE_MAX_LEN];
    size_t len = parse_quoted(s, quoted, bytes);

    for (int i = 0; i < count; i++) {
        rig_feed_bytes(s->rig, bytes, len);
    }
}

static void
feed_file(struct script *s, const char *name)
{
    char path[LINE_MAX_LEN];
    char bytes[LINE_MAX_LEN];
    const char *slash = strrchr(s->path, '/');
    int folder = slash != NULL ? (int)(slash + 1 - s->path) : 0;
    int len = snprintf(path, sizeof(path), "%.*s%s", folder, s->path, name);
    size_t got;

    FILE *file = len < (int)sizeof(path) ? fopen(path, "r") : NULL;
    if (file == NULL) {
        die(s, "the file cannot be opened");
    }
    while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0) {
        rig_feed_bytes(s->rig, bytes, got);
    }
    if (ferror(file)) {
        die(s, "the file cannot be read");
    }
    (void)fclose(file); /* it was only read */
    (void)rig_take_replies(s->rig);
    s->rig->replies[0] = '\0';
}

static struct selection_point
point_of(int row, int col)
{
    return (struct selection_point){.row = row, .col = col, .edge = col};
}

/* Returns whether the line is about the selection. */
static bool
act_select(struct script *s, const char *line)
{
    static const struct {
        const char *pattern;
        enum selection_unit unit;
    } units[] = {
        {"select characters #,# #,#", SELECT_CHARACTERS},
        {"select words #,# #,#", SELECT_WORDS},
        {"select lines #,# #,#", SELECT_LINES},
        {"select block #,# #,#", SELECT_BLOCK},
    };
    struct term *t = s->rig->term;
    int n[4];

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (match(line, units[i].pattern, n, NULL)) {
            term_select_begin(t, units[i].unit, point_of(n[0], n[1]));
            term_select_extend(t, point_of(n[2], n[3]));
            return true;
        }
    }
    if (match(line, "extend #,#", n, NULL)) {
        term_select_extend(t, point_of(n[0], n[1]));
        return true;
    }
    return false;
}

/* Returns whether the line is something to do. */
static bool
act(struct script *s, const char *line)
{
    const char *rest;
    int n[2];

    if (match(line, "size #x#", n, NULL)) {
        make_terminal(s, (struct cell_size){.cols = n[0], .rows = n[1]});
        return true;
    }
    if (match(line, "charset ", NULL, &rest)) {
        set_charset(s, rest);
        return true;
    }
    if (match(line, "dialect ", NULL, &rest)) {
        set_dialect(s, rest);
        return true;
    }
    if (match(line, "allow ", NULL, &rest)) {
        set_allowances(s, rest);
        return true;
    }
    if (s->rig == NULL) {
        die(s, "the size comes first");
    }
    if (match(line, "feed ", NULL, &rest)) {
        feed_repeated(s, 1, rest);
    } else if (match(line, "feed-file ", NULL, &rest)) {
        feed_file(s, rest);
    } else if (match(line, "repeat # ", n, &rest)) {
        feed_repeated(s, n[0], rest);
    } else if (match(line, "resize #x#", n, NULL)) {
        struct cell_size size = {.cols = n[0], .rows = n[1]};
        if (term_resize(s->rig->term, size) != 0) {
            die(s, "the size is refused");
        }
    } else if (match(line, "view #", n, NULL)) {
        term_scroll_view_to_bottom(s->rig->term);
        (void)term_scroll_view(s->rig->term, n[0]);
    } else if (match(line, "scroll #", n, NULL)) {
        (void)term_scroll_view(s->rig->term, n[0]);
    } else if (match(line, "focus ", NULL, &rest)) {
        term_set_focus(s->rig->term, strcmp(rest, "yes") == 0);
    } else if (strcmp(line, "state") == 0) {
        reload_state(s);
    } else if (match(line, "restore #x#", n, NULL)) {
        restore_state(s, (struct cell_size){.cols = n[0], .rows = n[1]});
    } else {
        return act_select(s, line);
    }
    return true;
}

/* What is so. */

static const struct cell *
view_cells(const struct script *s, int row)
{
    struct screen_view view;

    term_view(s->rig->term, &view);
    if (row < 0 || row >= view.size.rows) {
        die(s, "no such row");
    }
    return view.rows[row];
}

static void
tell_row(const struct script *s, struct text *out, int row)
{
    static char text[RIG_ROW_MAX];

    add(out, "row %d ", row);
    add_quoted(out, rig_cells_text(s->rig, view_cells(s, row),
                                   term_size(s->rig->term).cols, text));
}

static void
tell_text(const struct script *s, struct text *out, int row)
{
    static char text[RIG_ROW_MAX];

    (void)rig_cells_text(s->rig, view_cells(s, row),
                         term_size(s->rig->term).cols, text);
    size_t len = strlen(text);
    while (len > 0 && text[len - 1] == ' ') {
        text[--len] = '\0';
    }
    add(out, "text %d ", row);
    add_quoted(out, text);
}

static void
tell_attrs(const struct script *s, struct text *out, int row, int begin,
           int end)
{
    const struct cell *cells = view_cells(s, row);

    if (begin < 0 || begin >= end || end > term_size(s->rig->term).cols) {
        die(s, "no such columns");
    }
    add(out, "attrs %d %d..%d", row, begin, end);
    struct cell first = cell_pen(cells[begin]);
    for (int col = begin + 1; col < end; col++) {
        if (!cell_equals(cell_pen(cells[col]), first)) {
            add(out, " mixed");
            return;
        }
    }
    char words[PEN_TEXT_MAX];
    pen_text(first, words);
    add(out, "%s", words[0] != '\0' ? words : " default");
}

static void
tell_cursor(struct script *s, struct text *out)
{
    struct screen_view view;

    term_view(s->rig->term, &view);
    add(out, "cursor %d,%d", view.cursor.pos.row, view.cursor.pos.col);
    if (!view.cursor.visible) {
        add(out, " hidden");
    }
    switch (view.cursor.shape) {
    case CURSOR_BLOCK:
        break;
    case CURSOR_UNDERLINE:
        add(out, " underline");
        break;
    case CURSOR_BAR:
        add(out, " bar");
        break;
    }
}

static void
tell_damage(struct script *s, struct text *out)
{
    struct damage damage;

    add(out, "damage");
    if (!term_take_damage(s->rig->term, &damage)) {
        add(out, " none");
        return;
    }
    if (damage.scroll.lines != 0) {
        add(out, " scroll %d-%d by %d", damage.scroll.top, damage.scroll.bottom,
            damage.scroll.lines);
    }
    if (damage.scroll.right - damage.scroll.left <
        (damage.scroll.lines != 0 ? term_size(s->rig->term).cols : 0)) {
        add(out, " in %d-%d", damage.scroll.left, damage.scroll.right);
    }
    for (int row = 0; row < term_size(s->rig->term).rows; row++) {
        if (damage.rows[row].begin < damage.rows[row].end) {
            add(out, " %d:%d-%d", row, damage.rows[row].begin,
                damage.rows[row].end);
        }
    }
}

static void
tell_line(const struct script *s, struct text *out, int index)
{
    static struct cell cells[TERM_COLS_MAX];
    static char text[RIG_ROW_MAX];
    const struct scrollback *sb = screen_scrollback(s->rig->term->screen);
    bool wrapped;

    if (index < 0 || index >= scrollback_lines(sb)) {
        add(out, "line %d none", index);
        return;
    }
    int cols = scrollback_line_cols(sb, index);
    scrollback_line(sb, index, cells, cols, &wrapped);
    add(out, "line %d ", index);
    add_quoted(out, rig_cells_text(s->rig, cells, cols, text));
    add(out, wrapped ? " wrapped" : "");
}

static void
tell_modes(struct script *s, struct text *out)
{
    static const char *const tracking[] = {
        "", " mouse=x10", " mouse=normal", " mouse=drag", " mouse=any",
    };
    static const char *const encoding[] = {
        "",
        " encoding=utf8",
        " encoding=sgr",
        " encoding=urxvt",
        " encoding=pixels",
    };
    static const char *const modify[] = {"", "=1", "=0", "=3", "=never"};
    const struct input_modes *modes = term_input_modes(s->rig->term);

    add(out, "modes");
    size_t none = out->len;
    add(out, "%s", modes->cursor_application ? " cursor" : "");
    add(out, "%s", modes->keypad_application ? " keypad" : "");
    add(out, "%s", modes->newline ? " newline" : "");
    add(out, "%s", modes->backspace_sends_bs ? " backspace" : "");
    add(out, "%s", modes->numlock_ignored ? " no-numlock" : "");
    add(out, "%s", modes->delete_sends_del ? " delete" : "");
    add(out, "%s", modes->bracketed_paste ? " paste" : "");
    add(out, "%s", modes->focus_reports ? " focus" : "");
    add(out, "%s", modes->alternate_scroll ? "" : " no-wheel-keys");
    add(out, "%s", modes->alternate_screen ? " alternate" : "");
    add(out, "%s%s", modes->modify_cursor != 0 ? " modify-cursor" : "",
        modify[modes->modify_cursor]);
    add(out, "%s%s", modes->modify_function != 0 ? " modify-function" : "",
        modify[modes->modify_function]);
    if (modes->modify_other != KEY_MODIFY_OTHER_NONE) {
        add(out, " modify-other=%d", (int)modes->modify_other);
    }
    add(out, "%s", tracking[modes->mouse_tracking]);
    add(out, "%s", encoding[modes->mouse_encoding]);
    if (out->len == none) {
        add(out, " none");
    }
}

static void
tell_palette(struct script *s, struct text *out)
{
    struct screen_view view;
    static const char *const names[] = {"fg", "bg", "cursor"};

    term_view(s->rig->term, &view);
    add(out, "palette");
    if (view.palette == NULL) {
        add(out, " none");
        return;
    }
    for (int i = 0; i < PALETTE_ENTRIES; i++) {
        unsigned rgb = view.palette[i] & 0xffffff;

        if (view.palette[i] == 0) {
            continue;
        }
        if (i < PALETTE_FG) {
            add(out, " %d=#%06x", i, rgb);
        } else {
            add(out, " %s=#%06x", names[i - PALETTE_FG], rgb);
        }
    }
}

static void
tell_selected(struct script *s, struct text *out)
{
    struct bytes text;

    add(out, "selected ");
    if (!term_has_selection(s->rig->term)) {
        add(out, "none");
        return;
    }
    bytes_init(&text, LINE_MAX_LEN);
    if (!term_selection_text(s->rig->term, &text) ||
        bytes_push(&text, "", 1) < 0) {
        die(s, "the text is too long");
    }
    add_quoted(out, (const char *)bytes_peek(&text));
    bytes_fini(&text);
}

static void
tell_marked(const struct script *s, struct text *out, int row)
{
    struct screen_view view;

    term_view(s->rig->term, &view);
    struct row_span span =
        selection_view_row(&view.selection, row, view.size.cols);
    if (span.begin >= span.end) {
        add(out, "marked %d none", row);
    } else {
        add(out, "marked %d %d..%d", row, span.begin, span.end);
    }
}

static void
tell_wrapped(const struct script *s, struct text *out, int row)
{
    if (row < 0 || row >= term_size(s->rig->term).rows) {
        die(s, "no such row");
    }
    add(out, "wrapped %d %s", row,
        screen_is_wrapped(s->rig->term->screen, row) ? "yes" : "no");
}

static void
tell_double(const struct script *s, struct text *out, int row)
{
    static const char *const names[] = {"no", "width", "top", "bottom"};
    struct screen_view view;

    if (row < 0 || row >= term_size(s->rig->term).rows) {
        die(s, "no such row");
    }
    term_view(s->rig->term, &view);
    add(out, "double %d %s", row, names[view_row_size(&view, row)]);
}

static void
tell_reply(struct script *s, struct text *out)
{
    add(out, "reply ");
    s->rig->replies[s->rig->replies_len] = '\0';
    add_quoted(out, rig_take_replies(s->rig));
    s->rig->replies[0] = '\0';
}

static void
tell_bells(struct script *s, struct text *out)
{
    add(out, "bells %d", s->rig->bells - s->bells_seen);
    s->bells_seen = s->rig->bells;
}

static void
tell_title(struct script *s, struct text *out)
{
    add(out, "title ");
    add_quoted(out, s->rig->title);
}

static void
tell_lines(struct script *s, struct text *out)
{
    add(out, "lines %d",
        scrollback_lines(screen_scrollback(s->rig->term->screen)));
}

static void
tell_clipboard(struct script *s, struct text *out)
{
    add(out, "clipboard ");
    add_quoted(out, s->rig->clipboard);
}

static void
tell_resized(struct script *s, struct text *out)
{
    struct cell_size size = s->rig->resized;

    if (size.cols == 0) {
        add(out, "resized no");
    } else {
        add(out, "resized %dx%d", size.cols, size.rows);
    }
    s->rig->resized = (struct cell_size){0};
}

/* Writes the line as it would be if it were true; false if it is unknown. */
static bool
tell(struct script *s, const char *line, struct text *out)
{
    static const struct {
        const char *word;
        void (*tell)(struct script *s, struct text *out);
    } words[] = {
        {"cursor", tell_cursor},     {"damage", tell_damage},
        {"reply", tell_reply},       {"bells", tell_bells},
        {"title", tell_title},       {"lines", tell_lines},
        {"modes", tell_modes},       {"palette", tell_palette},
        {"resized", tell_resized},   {"clipboard", tell_clipboard},
        {"selected", tell_selected},
    };
    int n[3];

    if (match(line, "row #", n, NULL)) {
        tell_row(s, out, n[0]);
        return true;
    }
    if (match(line, "text #", n, NULL)) {
        tell_text(s, out, n[0]);
        return true;
    }
    if (match(line, "attrs # #..#", n, NULL)) {
        tell_attrs(s, out, n[0], n[1], n[2]);
        return true;
    }
    if (match(line, "wrapped #", n, NULL)) {
        tell_wrapped(s, out, n[0]);
        return true;
    }
    if (match(line, "double #", n, NULL)) {
        tell_double(s, out, n[0]);
        return true;
    }
    if (match(line, "marked #", n, NULL)) {
        tell_marked(s, out, n[0]);
        return true;
    }
    if (match(line, "line #", n, NULL)) {
        tell_line(s, out, n[0]);
        return true;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (match(line, words[i].word, NULL, NULL)) {
            words[i].tell(s, out);
            return true;
        }
    }
    return false;
}

static bool
is_comment(const char *line)
{
    return line[0] == '\0' || line[0] == '#';
}

/* Removes the blanks at both ends. */
static char *
trim(char *line)
{
    size_t len = strlen(line);

    while (len > 0 && isspace((unsigned char)line[len - 1])) {
        line[--len] = '\0';
    }
    while (isspace((unsigned char)*line)) {
        line++;
    }
    return line;
}

/* Runs a script; what is so goes to `out`. Returns how many lines are wrong. */
static int
run_lines(struct script *s, FILE *in, struct rig_bytes *out)
{
    static char buffer[LINE_MAX_LEN];
    static struct text actual;
    int wrong = 0;

    while (fgets(buffer, sizeof(buffer), in) != NULL) {
        s->line++;
        char *line = trim(buffer);
        const char *said = line;
        if (!is_comment(line) && !act(s, line)) {
            actual.len = 0;
            if (!tell(s, line, &actual)) {
                die(s, "an unknown line");
            }
            if (strcmp(line, actual.bytes) != 0) {
                (void)printf("%s:%d:\n- %s\n+ %s\n", s->path, s->line, line,
                             actual.bytes);
                wrong++;
            }
            said = actual.bytes;
        }
        rig_append(out, said, strlen(said));
        rig_append(out, "\n", 1);
    }
    if (s->rig != NULL && s->rig->replies_len > 0) {
        actual.len = 0;
        add_quoted(&actual, s->rig->replies);
        (void)printf("%s: replies that the script does not look at: %s\n",
                     s->path, actual.bytes);
        wrong++;
    }
    return wrong;
}

static void
write_file(const char *path, const struct rig_bytes *text)
{
    FILE *file = fopen(path, "w");

    if (file == NULL || fwrite(text->data, 1, text->len, file) != text->len ||
        fclose(file) != 0) {
        (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(2);
    }
}

static int
run_script(const char *path, bool update)
{
    struct script s = {.path = path, .dialect = KEY_DIALECT_XTERM};
    struct rig_bytes said = {0};
    FILE *in = fopen(path, "r");

    if (in == NULL) {
        (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(2);
    }
    int wrong = run_lines(&s, in, &said);
    (void)fclose(in); /* it was only read */
    if (update && wrong > 0) {
        write_file(path, &said);
    }
    if (s.rig != NULL) {
        rig_free(s.rig);
    }
    free(said.data);
    return wrong;
}

int
main(int argc, char **argv)
{
    bool update = argc > 1 && strcmp(argv[1], "--update") == 0;
    int wrong = 0;

    if (argc < (update ? 3 : 2)) {
        (void)fprintf(stderr, "usage: run_golden [--update] FILE...\n");
        return 2;
    }
    for (int i = update ? 2 : 1; i < argc; i++) {
        wrong += run_script(argv[i], update);
    }
    return wrong > 0 && !update ? 1 : 0;
}
