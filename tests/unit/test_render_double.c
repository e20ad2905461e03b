/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of double width and height. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/picture.h"

enum {
    COLS = 11,
    ROWS = 4,
    PLAIN = 0, /* the row that the others are compared with */
    WIDE = 1,
    TOP = 2,
    BOTTOM = 3,
};

static const uint8_t sizes[ROWS] = {ROW_SINGLE, ROW_DOUBLE_WIDTH,
                                    ROW_DOUBLE_TOP, ROW_DOUBLE_BOTTOM};

/* The same text in each row, in an odd number of columns. */
static struct picture *
make(int font_size)
{
    struct render_config config = {.font_size = font_size};
    struct render *render = NULL;
    struct cell pen = cell_default();

    assert_int_equal(render_new(&render, &config), 0);
    struct picture *p =
        picture_new(render, (struct cell_size){.cols = COLS, .rows = ROWS});
    p->view.row_sizes = sizes;
    for (int row = 0; row < ROWS; row++) {
        pen.underline = CELL_UNDERLINE_NONE;
        picture_write(p, (struct cell_pos){row, 0}, pen, "g");
        picture_put(p, (struct cell_pos){row, 1}, pen, 0x4e2d, 2);
        pen.underline = CELL_UNDERLINE_CURLY;
        pen.fg = 1;
        picture_write(p, (struct cell_pos){row, 3}, pen, "x");
        pen.fg = COLOUR_DEFAULT;
    }
    return p;
}

/* Whether a row of pixels in `row` is one of the plain row, twice as wide. */
static bool
is_stretched(const struct picture *p, int row, int y, int plain_y)
{
    int columns = COLS / 2 * 2 * p->cell.width;

    for (int x = 0; x < columns; x++) {
        if (picture_pixel(p, x, row * p->cell.height + y) !=
            picture_pixel(p, x / 2, plain_y)) {
            return false;
        }
    }
    return true;
}

static void
rows_show_what_a_single_one_shows_but_larger(void **state)
{
    static const int font_sizes[] = {12, 16, 22, 32};

    (void)state;
    for (size_t i = 0; i < sizeof(font_sizes) / sizeof(font_sizes[0]); i++) {
        struct picture *p = make(font_sizes[i]);
        int height = p->cell.height;

        picture_draw(p);
        for (int y = 0; y < height; y++) {
            assert_true(is_stretched(p, WIDE, y, y));
            assert_true(is_stretched(p, TOP, y, y / 2));
            assert_true(is_stretched(p, BOTTOM, y, (height + y) / 2));
        }
        picture_free(p);
    }
}

static void
column_that_is_left_over_is_background(void **state)
{
    struct picture *p = make(16);
    struct cell_pos last = {WIDE, COLS - 1};

    (void)state;
    picture_wipe(p);
    picture_draw(p);
    assert_int_equal(picture_count(p, picture_cell_area(p, last), PICTURE_BG),
                     p->cell.width * p->cell.height);
    picture_free(p);
}

static void
cursor_is_as_large_as_its_character(void **state)
{
    struct picture *p = make(16);
    struct rect area = {.x = 2 * 4 * p->cell.width,
                        .y = WIDE * p->cell.height,
                        .width = 2 * p->cell.width,
                        .height = p->cell.height};

    (void)state;
    p->view.cursor = (struct cursor_view){.pos = {WIDE, 4}, .visible = true};
    picture_draw(p);
    assert_int_equal(picture_count(p, area, PICTURE_FG),
                     area.width * area.height);
    picture_free(p);
}

static void
take_area(void *data, struct rect area)
{
    struct rect *taken = data;

    assert_true(rect_is_empty(*taken));
    *taken = area;
}

static struct rect
area_of_damage(struct picture *p, int row, struct row_span span)
{
    struct row_span rows[ROWS] = {{0}};
    struct damage damage = {.rows = rows};
    struct rect area = {0};

    rows[row] = span;
    render_damage(p->render, &p->canvas, &p->view, &damage, take_area, &area);
    return area;
}

static void
damage_is_where_the_characters_are(void **state)
{
    struct picture *p = make(16);
    struct rect area = area_of_damage(p, WIDE, (struct row_span){3, 4});

    (void)state;
    assert_int_equal(area.x, 6 * 8);
    assert_int_equal(area.width, 2 * 8);
    assert_int_equal(area.y, 16);
    assert_int_equal(area.height, 16);

    area = area_of_damage(p, TOP, (struct row_span){0, COLS});
    assert_int_equal(area.x, 0);
    assert_int_equal(area.width, COLS * 8);

    /* Beyond the last character there is nothing to draw. */
    area = area_of_damage(p, TOP, (struct row_span){6, 9});
    assert_true(rect_is_empty(area));
    picture_free(p);
}

static void
damage_leaves_the_rest_of_the_row_as_it_is(void **state)
{
    struct picture *p = make(16);
    size_t len = p->canvas.stride * (size_t)p->canvas.size.height;
    uint32_t *before = xcalloc(len, sizeof(*before));

    (void)state;
    picture_draw(p);
    memcpy(before, p->canvas.pixels, len * sizeof(*before));
    (void)area_of_damage(p, BOTTOM, (struct row_span){1, 2});
    assert_memory_equal(before, p->canvas.pixels, len * sizeof(*before));
    free(before);
    picture_free(p);
}

static void
one_column_shows_half_a_character(void **state)
{
    struct render_config config = {.font_size = 16};
    struct render *render = NULL;

    (void)state;
    assert_int_equal(render_new(&render, &config), 0);
    struct picture *p =
        picture_new(render, (struct cell_size){.cols = 1, .rows = 2});
    p->view.row_sizes = sizes;
    picture_write(p, (struct cell_pos){0, 0}, cell_default(), "M");
    picture_write(p, (struct cell_pos){1, 0}, cell_default(), "M");
    picture_draw(p);
    for (int y = 0; y < 16; y++) {
        for (int x = 0; x < 8; x++) {
            assert_int_equal(picture_pixel(p, x, 16 + y),
                             picture_pixel(p, x / 2, y));
        }
    }
    picture_free(p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_show_what_a_single_one_shows_but_larger),
        cmocka_unit_test(column_that_is_left_over_is_background),
        cmocka_unit_test(cursor_is_as_large_as_its_character),
        cmocka_unit_test(damage_is_where_the_characters_are),
        cmocka_unit_test(damage_leaves_the_rest_of_the_row_as_it_is),
        cmocka_unit_test(one_column_shows_half_a_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
