/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit/screen_fixture.h"

#include <string.h>

struct screen *s;
struct damage damage;

int
set_up(void **state)
{
    (void)state;
    int error = screen_new(&s, (struct cell_size){.cols = COLS, .rows = ROWS},
                           SCROLLBACK);

    /* A test starts with a picture that is up to date. */
    return error < 0 || !screen_take_damage(s, &damage) ? -1 : 0;
}

int
tear_down(void **state)
{
    (void)state;
    screen_free(s);
    s = NULL;
    return 0;
}

struct cell_pos
at(int row, int col)
{
    return (struct cell_pos){.row = row, .col = col};
}

struct cell
cell_of(uint32_t code)
{
    struct cell cell = cell_default();

    cell.code = code & 0x1fffff;
    return cell;
}

struct cell
blank_in(uint32_t bg)
{
    struct cell cell = cell_default();

    cell.bg = bg & 0x1ffffff;
    return cell;
}

void
write_text(int row, int col, const char *text)
{
    screen_put_ascii(s, at(row, col), (const uint8_t *)text, (int)strlen(text),
                     cell_default());
}

void
write_wide(int row, int col)
{
    screen_put(s, at(row, col), cell_of(0x4e00), 2);
}

void
erase(int row, int begin, int end)
{
    screen_erase(s, row, begin, end, cell_default(), SCREEN_ERASE_ALL);
}

void
scroll(int top, int bottom, int lines)
{
    screen_scroll_rows(s, top, bottom, lines, cell_default());
}

void
write_seven_lines(void)
{
    static const char *const lines[] = {"a", "b", "c", "d", "e", "f", "g"};

    for (int i = 0; i < 7; i++) {
        if (i >= ROWS) {
            scroll(0, ROWS, 1);
        }
        write_text(i < ROWS ? i : ROWS - 1, 0, lines[i]);
    }
    (void)screen_take_damage(s, &damage);
}

void
set_cursor(int row, int col)
{
    screen_set_cursor(
        s, (struct cursor_view){.pos = at(row, col), .visible = true});
}

void
take(void)
{
    assert_true(screen_take_damage(s, &damage));
}

void
assert_text(const struct cell *cells, const char *text)
{
    for (int col = 0; text[col] != '\0'; col++) {
        uint32_t code = cells[col].code;
        int have = code == CELL_BLANK       ? '.'
                   : code == CELL_WIDE_TAIL ? '>'
                   : code < 0x80            ? (int)code
                                            : '<';
        if (have != text[col]) {
            fail_msg("column %d of \"%s\" is '%c'", col, text, have);
        }
    }
}

void
assert_row(int row, const char *text)
{
    assert_text(screen_row(s, row), text);
}

void
assert_view(int row, const char *text)
{
    struct screen_view view;

    screen_view(s, &view);
    assert_text(view_row(&view, row), text);
}

void
assert_span(int row, int begin, int end)
{
    assert_int_equal(damage.rows[row].begin, begin);
    assert_int_equal(damage.rows[row].end, end);
}

void
assert_no_span(int row)
{
    assert_true(damage.rows[row].begin >= damage.rows[row].end);
}

void
assert_scroll(int top, int bottom, int lines)
{
    assert_int_equal(damage.scroll.lines, lines);
    assert_int_equal(damage.scroll.top, top);
    assert_int_equal(damage.scroll.bottom, bottom);
}

void
assert_scroll_cols(int left, int right)
{
    assert_int_equal(damage.scroll.left, left);
    assert_int_equal(damage.scroll.right, right);
}

void
assert_no_scroll(void)
{
    assert_int_equal(damage.scroll.lines, 0);
}
