/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that somebody has selected with a pointer, on a screen and in its
 * scrollback.
 *
 * A selection holds on to lines, not to rows: it follows its text when the
 * screen scrolls or the view moves. What leaves the scrollback, or a scrolling
 * region, is cut off. It is dropped when any of its text is changed, when a
 * scroll tears it apart, when the screen is resized, and when the other screen
 * is shown. There is one on a screen. The functions are private to term/, whose
 * term.h offers them to others.
 */
#ifndef VNCTERM_TERM_SELECTION_H
#define VNCTERM_TERM_SELECTION_H

#include <stdbool.h>

#include "base/bytes.h"
#include "term/view.h"

struct screen;

enum {
    /*
     * How far a word or a line is looked for, either way, in rows that
     * autowrap has joined: a guest can join all of the scrollback, and this is
     * done for each motion of a pointer.
     */
    SELECTION_WRAPS_MAX = 128,
};

/* What a selection consists of. */
enum selection_unit {
    SELECT_CHARACTERS,
    SELECT_WORDS, /* see selection_begin() */
    SELECT_LINES, /* whole lines, all rows that autowrap has joined */
    SELECT_BLOCK, /* the same columns of every row */
};

/* A place of a pointer; it is clamped to the view. */
struct selection_point {
    int row;  /* of the view */
    int col;  /* of the cell below the pointer */
    int edge; /* the nearest edge between two cells: 0 to the columns */
};

/*
 * A place in the text. Lines count from the first row of the active screen;
 * those of the scrollback are negative, -1 is the newest. `col` is the edge in
 * front of that column.
 */
struct selection_place {
    int line;
    int col;
};

/* A part of the text, or a block; empty when `begin` and `end` are one place,
 * or (a block) in one column. */
struct selection_range {
    struct selection_place begin;
    struct selection_place end;
};

struct selection {
    bool is_held; /* from selection_begin() until it is dropped */
    enum selection_unit unit;
    struct selection_range anchor; /* what it was begun with */
    struct selection_range range;  /* what is selected */
};

/*
 * Drops what is selected and begins at `at`: with nothing, or with the word or
 * the line there.
 *
 * A word consists of letters, digits, all of Unicode that is neither space,
 * punctuation nor drawing, and of -_./~:@%+#?&=$,\ so that paths and URLs are
 * words; the last of them are no part of it when they are .,:? as at the end
 * of a sentence. Any other character makes a word with its equals beside it.
 * Words go on where autowrap has carried them on to the next row.
 */
void selection_begin(struct screen *s, enum selection_unit unit,
                     struct selection_point at);

/* Selects from where it was begun to `at`; nothing when it has been dropped. */
void selection_extend(struct screen *s, struct selection_point at);

/* Drops it. */
void selection_drop(struct screen *s);

/* Whether there is one that is not empty. */
bool selection_exists(const struct screen *s);

/*
 * Appends what is selected to `out` as UTF-8: lines with a newline between
 * them, those that autowrap has joined without; without blanks at the end of a
 * line. Returns false when there is more than the bound of `out` allows (or
 * memory); it then holds the beginning, in whole characters.
 */
bool selection_text(const struct screen *s, struct bytes *out);

/* Where it is in the view. */
struct selection_view selection_in_view(const struct screen *s);

/*
 * For the files of the screen model, about one that is held, before a change is
 * carried out.
 */

/* Columns [begin, end) of a screen row change. */
void selection_overwrite(struct screen *s, int row, int begin, int end);

/* Screen rows [top, bottom) move up by `lines` (down when negative). */
void selection_scroll(struct screen *s, int top, int bottom, int lines);

/*
 * Screen rows [0, bottom) have moved up by `lines`: `kept` of them are in the
 * scrollback, the others are lost.
 */
void selection_push(struct screen *s, int bottom, int lines, int kept);

/* The scrollback is empty. With none held, too. */
void selection_forget_lines(struct screen *s);

#endif
