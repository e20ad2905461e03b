/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fonts/fonts.h"
#include "unit/box.h"
#include "unit/picture.h"

/* Each character alone in the first cell; the second shows another. */
static const struct cell_pos first = {0, 0};
static const struct cell_pos second = {0, 1};

/* Terminus has the even sizes; the odd ones are of a font of outlines. The
 * smallest that double lines fit into is 9, with 5 columns. */
static const int sizes[] = {9,  12, 13, 14, 15, 16, 17, 18, 19,
                            20, 22, 23, 24, 28, 29, 32, 41, 64};

enum {
    SIZES = sizeof(sizes) / sizeof(sizes[0])
};

static struct picture *
open_size(int size)
{
    struct font_bytes font = fonts_get(FONT_UNIFONT);
    struct render_config config = {.font_size = size};
    struct render *render = NULL;

    if (size % 2 != 0 || size == 64) {
        config.font = font.bytes;
        config.font_len = font.len;
    }
    assert_int_equal(render_new(&render, &config), 0);
    return picture_new(render, (struct cell_size){.cols = 2, .rows = 1});
}

static void
draw_pair(struct picture *p, uint32_t a, uint32_t b)
{
    picture_put(p, first, cell_default(), a, 1);
    picture_put(p, second, cell_default(), b, 1);
    picture_draw(p);
}

static struct rect
edge_of(const struct picture *p, struct cell_pos pos, enum edge edge)
{
    struct rect area = picture_cell_area(p, pos);

    switch (edge) {
    case UP:
        area.height = 1;
        break;
    case RIGHT:
        area.x += area.width - 1;
        area.width = 1;
        break;
    case DOWN:
        area.y += area.height - 1;
        area.height = 1;
        break;
    case LEFT:
        area.width = 1;
        break;
    case EDGES:
        break;
    }
    return area;
}

/* Characters and their arms: up, right, down, left; light, heavy, double. */
struct arms {
    uint32_t code;
    const char *weights;
};

static const struct arms box[] = {
    {0x250c, "-ll-"}, {0x2510, "--ll"}, {0x2514, "ll--"}, {0x2518, "l--l"},
    {0x251c, "lll-"}, {0x2524, "l-ll"}, {0x252c, "-lll"}, {0x2534, "ll-l"},
    {0x253c, "llll"}, {0x250f, "-hh-"}, {0x2513, "--hh"}, {0x2517, "hh--"},
    {0x251b, "h--h"}, {0x254b, "hhhh"}, {0x250d, "-hl-"}, {0x2512, "--hl"},
    {0x251e, "hll-"}, {0x2526, "h-ll"}, {0x2546, "lhhl"}, {0x2554, "-dd-"},
    {0x2557, "--dd"}, {0x255a, "dd--"}, {0x255d, "d--d"}, {0x2560, "ddd-"},
    {0x2563, "d-dd"}, {0x2566, "-ddd"}, {0x2569, "dd-d"}, {0x256c, "dddd"},
    {0x2552, "-dl-"}, {0x2553, "-ld-"}, {0x2555, "--ld"}, {0x2556, "--dl"},
    {0x2558, "ld--"}, {0x2559, "dl--"}, {0x255b, "l--d"}, {0x255c, "d--l"},
    {0x255e, "ldl-"}, {0x255f, "dld-"}, {0x2561, "l-ld"}, {0x2562, "d-dl"},
    {0x2564, "-dld"}, {0x2565, "-ldl"}, {0x2567, "ld-d"}, {0x2568, "dl-l"},
    {0x256a, "ldld"}, {0x256b, "dldl"}, {0x256d, "-ll-"}, {0x256e, "--ll"},
    {0x256f, "l--l"}, {0x2570, "ll--"}, {0x2574, "---l"}, {0x257b, "--h-"},
    {0x257c, "-h-l"}, {0x257f, "h-l-"},
};

static void
check_arms(struct picture *p, const struct arms *arms)
{
    for (enum edge edge = UP; edge < EDGES; edge++) {
        draw_pair(p, arms->code, box_plain_line(arms->weights[edge], edge));
        if (!picture_same(p, edge_of(p, first, edge),
                          edge_of(p, second, edge))) {
            fail_msg("U+%04X, edge %d, height %d", arms->code, (int)edge,
                     p->cell.height);
        }
    }
}

static void
each_arm_continues_the_plain_line(void **state)
{
    (void)state;
    for (int s = 0; s < SIZES; s++) {
        struct picture *p = open_size(sizes[s]);

        for (size_t i = 0; i < sizeof(box) / sizeof(box[0]); i++) {
            check_arms(p, &box[i]);
        }
        picture_free(p);
    }
}

/* How many pieces of ink there are; touching at a corner joins none. */
static int
count_pieces(const struct picture *p)
{
    struct box_ink ink = {.size = p->cell};

    for (int y = 0; y < p->cell.height; y++) {
        for (int x = 0; x < p->cell.width; x++) {
            ink.pixels[y * p->cell.width + x] =
                picture_pixel(p, x, y) != PICTURE_BG;
        }
    }
    return box_count_pieces(&ink, BOX_TOUCH_SIDES);
}

static void
junctions_have_no_gaps(void **state)
{
    (void)state;
    /* Double lines that turn or meet are pieces of their own. */
    static const struct {
        uint32_t code;
        int pieces;
    } cases[] = {
        {0x250c, 1}, {0x253c, 1}, {0x254b, 1}, {0x2526, 1}, {0x257c, 1},
        {0x256d, 1}, {0x2570, 1}, {0x2551, 2}, {0x2554, 2}, {0x255d, 2},
        {0x2560, 3}, {0x2566, 3}, {0x256c, 4}, {0x2552, 1}, {0x2556, 1},
        {0x255f, 2}, {0x2564, 2}, {0x256a, 1}, {0x256b, 1}, {0x255e, 1},
        {0x2565, 1},
    };

    for (int s = 0; s < SIZES; s++) {
        struct picture *p = open_size(sizes[s]);

        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            draw_pair(p, cases[i].code, ' ');
            assert_int_equal(count_pieces(p), cases[i].pieces);
        }
        picture_free(p);
    }
}

static void
assert_rows(const struct picture *p, int y, const char *const rows[], int count)
{
    for (int row = 0; row < count; row++) {
        char drawn[9] = "";
        for (int x = 0; x < 8; x++) {
            drawn[x] = picture_pixel(p, x, y + row) == PICTURE_FG ? '#' : '.';
        }
        assert_string_equal(drawn, rows[row]);
    }
}

static void
double_corner_has_two_nested_lines(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "........", "..######", "..#.....", "..#.####", "..#.#...", "..#.#...",
    };
    struct picture *p = open_size(16);

    draw_pair(p, 0x2554, ' ');

    assert_rows(p, 5, rows, 6);
    picture_free(p);
}

static void
double_cross_is_four_corners(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "..#.#...", "###.####", "........", "###.####", "..#.#...",
    };
    struct picture *p = open_size(16);

    draw_pair(p, 0x256c, ' ');

    assert_rows(p, 5, rows, 5);
    picture_free(p);
}

static void
single_line_ends_on_the_near_rail(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "........", "########", "........", "########", "...#....",
    };
    struct picture *p = open_size(16);

    draw_pair(p, 0x2564, ' ');

    assert_rows(p, 5, rows, 5);
    picture_free(p);
}

static int
area_of(const struct picture *p)
{
    return p->cell.width * p->cell.height;
}

/* Whether each pixel is inked in exactly one of the two cells. */
static bool
are_complements(const struct picture *p)
{
    for (int y = 0; y < p->cell.height; y++) {
        for (int x = 0; x < p->cell.width; x++) {
            if (picture_pixel(p, x, y) ==
                picture_pixel(p, x + p->cell.width, y)) {
                return false;
            }
        }
    }
    return true;
}

static void
blocks_that_complement_each_other_fill_the_cell(void **state)
{
    (void)state;
    static const uint32_t pairs[][2] = {
        {0x2588, ' '},      {0x2580, 0x2584},   {0x258c, 0x2590},
        {0x2596, 0x259c},   {0x2597, 0x259b},   {0x2598, 0x259f},
        {0x259a, 0x259e},   {0x259d, 0x2599},   {0x1fb00, 0x1fb3b},
        {0x1fb01, 0x1fb3a}, {0x1fb14, 0x1fb27}, {0x1fb13, 0x1fb28},
        {0x1fb1d, 0x1fb1e},
    };

    for (int s = 0; s < SIZES; s++) {
        struct picture *p = open_size(sizes[s]);

        for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
            draw_pair(p, pairs[i][0], pairs[i][1]);
            assert_true(are_complements(p));
        }
        picture_free(p);
    }
}

static void
eighths_grow(void **state)
{
    (void)state;
    for (int s = 0; s < SIZES; s++) {
        struct picture *p = open_size(sizes[s]);
        int below = 0;
        int left = 0;

        for (uint32_t i = 0; i < 8; i++) {
            draw_pair(p, 0x2581 + i, 0x258f - i);
            assert_true(picture_ink(p, first) >= below);
            assert_true(picture_ink(p, second) >= left);
            below = picture_ink(p, first);
            left = picture_ink(p, second);
        }
        assert_int_equal(below, area_of(p));
        assert_int_equal(left, area_of(p));
        picture_free(p);
    }
}

static void
shades_are_even_and_get_lighter(void **state)
{
    (void)state;
    struct picture *p = open_size(16);
    uint32_t before = PICTURE_BG;

    for (uint32_t code = 0x2591; code <= 0x2593; code++) {
        draw_pair(p, code, ' ');
        uint32_t colour = picture_pixel(p, 0, 0);
        assert_int_equal(picture_count(p, picture_cell_area(p, first), colour),
                         area_of(p));
        assert_true(colour > before && colour < PICTURE_FG);
        before = colour;
    }
    picture_free(p);
}

static void
braille_dots_are_apart_and_alike(void **state)
{
    (void)state;
    for (int s = 0; s < SIZES; s++) {
        struct picture *p = open_size(sizes[s]);

        draw_pair(p, 0x28ff, 0x2800);
        int dot = picture_ink(p, first) / 8;
        assert_int_equal(count_pieces(p), 8);
        assert_int_equal(picture_ink(p, second), 0);
        for (uint32_t bit = 0; bit < 8; bit++) {
            draw_pair(p, 0x2800 + (1u << bit), ' ');
            assert_int_equal(picture_ink(p, first), dot);
        }
        picture_free(p);
    }
}

static void
powerline_triangles_meet_the_edges(void **state)
{
    (void)state;
    for (int s = 0; s < SIZES; s++) {
        struct picture *p = open_size(sizes[s]);

        draw_pair(p, 0xe0b0, 0xe0b2);
        /* Broad at its own side, a tip at the other; mirrored in the next. */
        struct rect base = edge_of(p, first, LEFT);
        struct rect tip = edge_of(p, first, RIGHT);
        assert_int_equal(picture_count(p, base, PICTURE_BG), 0);
        assert_true(picture_count(p, tip, PICTURE_BG) < tip.height);
        assert_true(picture_count(p, tip, PICTURE_BG) > tip.height / 2);
        assert_int_equal(
            picture_count(p, edge_of(p, second, RIGHT), PICTURE_BG), 0);
        assert_int_equal(picture_ink(p, first), picture_ink(p, second));

        draw_pair(p, 0xe0b1, 0xe0b3);
        assert_true(picture_pixel(p, 0, 0) != PICTURE_BG);
        assert_true(picture_pixel(p, 0, p->cell.height - 1) != PICTURE_BG);
        picture_free(p);
    }
}

/* How many pieces the ink of the first cell is in, from left to right or from
 * top to bottom. */
static int
count_dashes(const struct picture *p, bool across)
{
    struct rect area = picture_cell_area(p, first);
    int side = across ? area.width : area.height;
    bool was_ink = false;
    int dashes = 0;

    for (int i = 0; i < side; i++) {
        struct rect slice = across ? (struct rect){i, 0, 1, area.height}
                                   : (struct rect){0, i, area.width, 1};
        bool is_ink = picture_count(p, slice, PICTURE_FG) > 0;

        dashes += is_ink && !was_ink;
        was_ink = is_ink;
    }
    return dashes;
}

static void
dashes_are_as_many_as_the_name_says(void **state)
{
    (void)state;
    static const struct {
        uint32_t code;
        int dashes;
        bool across;
    } lines[] = {
        {0x2504, 3, true},  {0x2505, 3, true},  {0x2506, 3, false},
        {0x2507, 3, false}, {0x2508, 4, true},  {0x2509, 4, true},
        {0x250a, 4, false}, {0x250b, 4, false}, {0x254c, 2, true},
        {0x254d, 2, true},  {0x254e, 2, false}, {0x254f, 2, false},
    };

    for (int s = 0; s < SIZES; s++) {
        struct picture *p = open_size(sizes[s]);

        for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
            int side = lines[i].across ? p->cell.width : p->cell.height;
            if (side < 2 * lines[i].dashes) {
                continue; /* no room for a gap behind each */
            }
            draw_pair(p, lines[i].code, ' ');
            assert_int_equal(count_dashes(p, lines[i].across), lines[i].dashes);
        }
        picture_free(p);
    }
}

/* Whether the corner of the first cell is inked. */
static bool
is_corner_inked(const struct picture *p, enum edge vertical, enum edge side)
{
    int x = side == LEFT ? 0 : p->cell.width - 1;
    int y = vertical == UP ? 0 : p->cell.height - 1;

    return picture_pixel(p, x, y) != PICTURE_BG;
}

static void
diagonals_run_from_corner_to_corner(void **state)
{
    (void)state;
    for (int s = 0; s < SIZES; s++) {
        struct picture *p = open_size(sizes[s]);

        for (uint32_t code = 0x2571; code <= 0x2573; code++) {
            bool rises = code != 0x2572;
            bool falls = code != 0x2571;

            draw_pair(p, code, ' ');
            assert_int_equal(is_corner_inked(p, UP, RIGHT), rises);
            assert_int_equal(is_corner_inked(p, DOWN, LEFT), rises);
            assert_int_equal(is_corner_inked(p, UP, LEFT), falls);
            assert_int_equal(is_corner_inked(p, DOWN, RIGHT), falls);
        }
        picture_free(p);
    }
}

static void
style_leaves_lines_alone(void **state)
{
    (void)state;
    struct picture *p = open_size(16);
    struct cell pen = cell_default();

    draw_pair(p, 0x253c, ' ');
    pen.attrs = CELL_BOLD | CELL_ITALIC;
    picture_put(p, second, pen, 0x253c, 1);
    picture_draw(p);

    assert_true(picture_same(p, picture_cell_area(p, first),
                             picture_cell_area(p, second)));
    picture_free(p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_arm_continues_the_plain_line),
        cmocka_unit_test(junctions_have_no_gaps),
        cmocka_unit_test(double_corner_has_two_nested_lines),
        cmocka_unit_test(double_cross_is_four_corners),
        cmocka_unit_test(single_line_ends_on_the_near_rail),
        cmocka_unit_test(blocks_that_complement_each_other_fill_the_cell),
        cmocka_unit_test(eighths_grow),
        cmocka_unit_test(shades_are_even_and_get_lighter),
        cmocka_unit_test(braille_dots_are_apart_and_alike),
        cmocka_unit_test(powerline_triangles_meet_the_edges),
        cmocka_unit_test(dashes_are_as_many_as_the_name_says),
        cmocka_unit_test(diagonals_run_from_corner_to_corner),
        cmocka_unit_test(style_leaves_lines_alone),
    };

    return cmocka_run_group_tests_name("render_box", tests, NULL, NULL);
}
