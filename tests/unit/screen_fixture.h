/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One small screen for the tests of term/screen.h, and how to look at it. */
#ifndef VNCTERM_TESTS_UNIT_SCREEN_FIXTURE_H
#define VNCTERM_TESTS_UNIT_SCREEN_FIXTURE_H

/* What cmocka.h wants included first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "term/screen.h"

enum {
    COLS = 8,
    ROWS = 4,
    SCROLLBACK = 4096,
};

extern struct screen *s;
extern struct damage damage;

int set_up(void **state);

int tear_down(void **state);

struct cell_pos at(int row, int col);

struct cell cell_of(uint32_t code);

struct cell blank_in(uint32_t bg);

void write_text(int row, int col, const char *text);

void write_wide(int row, int col);

/* Three lines in the scrollback, "a" to "c", and "d" to "g" on the screen,
 * whose damage is taken. */
void write_seven_lines(void);

void erase(int row, int begin, int end);

void scroll(int top, int bottom, int lines);

void set_cursor(int row, int col);

void take(void);

/* Compares cells with text, in which '.' is a blank, '<' and '>' a pair. */
void assert_text(const struct cell *cells, const char *text);

void assert_row(int row, const char *text);

void assert_view(int row, const char *text);

void assert_span(int row, int begin, int end);

void assert_no_span(int row);

void assert_scroll(int top, int bottom, int lines);

void assert_scroll_cols(int left, int right);

void assert_no_scroll(void);

#define SCREEN_TEST(name) \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
