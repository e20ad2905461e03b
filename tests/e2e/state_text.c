/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells what a state file shows, as text that can be read and compared:
 *
 *     state_text <vncterm.statefile
 *
 * First the rows: W, T or B in front of one of double width or of the top or
 * bottom half of double height; "|"; the text without the blanks at its end.
 * Then the size, where the cursor is, and "reverse" for a reversed screen. Then
 * the cells that are not in the default pen: "row begin..end", half open, from
 * 0, and what they have. The program wrote the file, so that it is the screen
 * of the program; only what reads it is linked here.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "pen_text.h"
#include "term_rig.h"

enum {
    STATE_MAX = 8 << 20,
};

static struct rig *
read_screen(void)
{
    static const char begin[] = "\033]7717;1;";
    char *bytes = malloc(STATE_MAX);

    if (bytes == NULL) {
        rig_fail("no memory");
    }
    size_t len = fread(bytes, 1, STATE_MAX - 1, stdin);

    bytes[len] = '\0';
    if (strncmp(bytes, begin, strlen(begin)) != 0) {
        rig_fail("not a state");
    }
    char *at = bytes + strlen(begin);
    long cols = strtol(at, &at, 10);
    long rows = *at == ';' ? strtol(at + 1, &at, 10) : 0;
    if (cols < 1 || cols > TERM_COLS_MAX || rows < 1 || rows > TERM_ROWS_MAX) {
        rig_fail("not a state's size");
    }
    struct rig *rig = rig_new((int)cols, (int)rows);

    if (term_restore(rig->term, bytes, len) != 0) {
        rig_fail("the state is not valid");
    }
    free(bytes);
    return rig;
}

static void
tell_rows(const struct rig *rig, const struct screen_view *view)
{
    static const char *const sizes[] = {
        [ROW_SINGLE] = " ",
        [ROW_DOUBLE_WIDTH] = "W",
        [ROW_DOUBLE_TOP] = "T",
        [ROW_DOUBLE_BOTTOM] = "B",
    };

    for (int row = 0; row < view->size.rows; row++) {
        static char text[RIG_ROW_MAX];

        (void)printf(
            "%s|%s\n", sizes[view_row_size(view, row)],
            rig_cells_text(rig, view_row(view, row), view->size.cols, text));
    }
}

static void
tell_pens(const struct screen_view *view, int row)
{
    const struct cell *cells = view_row(view, row);
    int begin = 0;

    while (begin < view->size.cols) {
        struct cell pen = cell_pen(cells[begin]);
        int end = begin + 1;

        while (end < view->size.cols &&
               cell_equals(cell_pen(cells[end]), pen)) {
            end++;
        }
        if (!cell_equals(pen, cell_default())) {
            char words[PEN_TEXT_MAX];
            pen_text(pen, words);
            (void)printf("%d %d..%d%s\n", row, begin, end, words);
        }
        begin = end;
    }
}

int
main(void)
{
    struct rig *rig = read_screen();
    struct screen_view view;

    term_view(rig->term, &view);
    tell_rows(rig, &view);
    (void)printf("%dx%d cursor %d,%d%s%s\n", view.size.cols, view.size.rows,
                 view.cursor.pos.row, view.cursor.pos.col,
                 view.cursor.visible ? "" : " hidden",
                 view.reverse ? " reverse" : "");
    for (int row = 0; row < view.size.rows; row++) {
        tell_pens(&view, row);
    }
    rig_free(rig);
    return ferror(stdout) != 0 || fflush(stdout) != 0;
}
