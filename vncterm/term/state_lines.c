/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "term/state_lines.h"

#include <assert.h>
#include <stdbool.h>

#include "base/utf8.h"
#include "term/marks.h"
#include "term/pen.h"
#include "term/scrollback.h"
#include "term/term_internal.h"

/*
 * The most bytes that the parts of a line take; test_term_state.c writes the
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

    ASCII_RUN_MAX = 256, /* bytes that are handed on in one piece */
};

static_assert(BLANK_LEN <= CELL_LEN, "of a character, or less");
static_assert(SCREEN_COLS_MAX == 1000 && SCREEN_ROWS_MAX <= 1000,
              "numbers have four digits at most");
static_assert(OSC_STATE == 7717, "as spelled above");

size_t
state_lines_max(struct cell_size size)
{
    return (size_t)size.rows * ((size_t)size.cols * CELL_LEN + LINE_END_LEN);
}

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
next_of_scrollback(const struct screen *s, int index, struct marks *marks)
{
    const struct scrollback *sb = screen_scrollback(s);
    struct cell cells[2]; /* it may be wide */
    bool wrapped;

    if (index < 0) {
        return (struct next_line){
            .cell = screen_stored_row(s, SCREEN_MAIN, 0, &wrapped)[0]};
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
put_scrollback_line(struct state_writer *w, const struct screen *s, int index,
                    struct unpacked *unpacked)
{
    const struct scrollback *sb = screen_scrollback(s);
    struct next_line next = next_of_scrollback(s, index - 1, &unpacked->marks);
    struct line line = {.cells = unpacked->cells,
                        .cols = scrollback_line_cols(sb, index),
                        .size = scrollback_line_size(sb, index)};

    marks_clear(&unpacked->marks); /* any one line's have place in it */
    scrollback_read(sb, index, &unpacked->marks, unpacked->cells, line.cols,
                    &line.wrapped);
    line.marks = unpacked->marks.table;
    put_long_line(w, line, screen_size(s).cols, &next);
}

void
state_put_scrollback(struct state_writer *w, const struct screen *s, int lines)
{
    struct unpacked unpacked;

    unpacked.marks = (struct marks){.table = NULL};
    for (int index = lines - 1; index >= 0 && w->error >= 0; index--) {
        put_scrollback_line(w, s, index, &unpacked);
    }
    marks_clear(&unpacked.marks);
}

int
state_count_lines(const struct screen *s, size_t max)
{
    struct unpacked unpacked;
    struct state_writer w;
    int held = scrollback_lines(screen_scrollback(s));
    int index = 0;

    unpacked.marks = (struct marks){.table = NULL};
    state_writer_init(&w, NULL, NULL);
    while (index < held) {
        put_scrollback_line(&w, s, index, &unpacked);
        if (w.total > max) {
            break;
        }
        index++;
    }
    marks_clear(&unpacked.marks);
    return index;
}

void
state_put_screen(struct state_writer *w, const struct screen *s,
                 enum screen_which which)
{
    struct cell_size size = screen_size(s);
    struct line line = {.marks = screen_marks(s), .cols = size.cols};

    line.cells = screen_stored_row(s, which, 0, &line.wrapped);
    for (int row = 1; row < size.rows && w->error >= 0; row++) {
        struct line next = line;

        next.cells = screen_stored_row(s, which, row, &next.wrapped);
        struct next_line below = {.cell = next.cells[0]};
        put_line(w, line, line.cols, &below);
        line = next;
    }
    put_line(w, line, line.cols, NULL);
}

void
state_put_line_sizes(struct state_writer *w, const struct screen *s,
                     enum screen_which which)
{
    int rows = screen_size(s).rows;

    for (int row = 0; row < rows; row++) {
        enum row_size size = screen_stored_row_size(s, which, row);
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
        (void)screen_stored_row(s, which, row, &wrapped);
        if (wrapped) { /* a line that becomes another width is not */
            put_wrapped(w);
        }
    }
}
