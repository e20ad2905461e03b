/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of text in a state: those of the scrollback and of both screens,
 * with their pens, marks, sizes and whether they are wrapped. For term_state.c
 * only.
 *
 * Every line begins in the default pen, so that each takes the same bytes
 * whichever lines are in front of it: how many of them fit is counted from the
 * newest one back, and what is left out costs nothing.
 *
 * The writer is the first argument and borrowed, as the screen is. Nothing
 * here fails: the writer keeps the error of its first write that failed, and
 * after it no further line is made.
 */
#ifndef VNCTERM_TERM_STATE_LINES_H
#define VNCTERM_TERM_STATE_LINES_H

#include <stddef.h>

#include "term/screen.h"
#include "term/state_writer.h"

/* The most bytes that the lines of one screen of this valid size take. */
size_t state_lines_max(struct cell_size size);

/*
 * How many lines of the scrollback, from the newest, `max` bytes hold when the
 * main screen follows them.
 */
int state_count_lines(const struct screen *s, size_t max);

/*
 * The newest `lines` of the scrollback, at most as many as it has, for a reader
 * with the screen's columns. The main screen must be put next.
 */
void
state_put_scrollback(struct state_writer *w, const struct screen *s, int lines);

/* All rows of a screen, which must have been used, without their sizes. */
void state_put_screen(struct state_writer *w, const struct screen *s,
                      enum screen_which which);

/*
 * The sizes of a screen's lines. They must come when nothing is left to be
 * written that has a place in a line: places may be further to the right than
 * lines of double width have columns. Ends origin mode if a line has a size.
 */
void state_put_line_sizes(struct state_writer *w, const struct screen *s,
                          enum screen_which which);

#endif
