/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Characters that meet those of the next cell, in cells of all sizes: what they
 * have at their edges, and that their parts fill the cell. The tables are of
 * the Unicode names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/boxdraw.h"
#include "render/render.h"
#include "unit/box.h"

/* Characters and their arms: up, right, down, left; light, heavy, double. */
static const struct arms {
    uint32_t code;
    char weights[EDGES + 1];
} box[] = {
    /* clang-format off */
    {0x2500, "-l-l"}, {0x2501, "-h-h"}, {0x2502, "l-l-"}, {0x2503, "h-h-"},
    {0x250c, "-ll-"}, {0x250d, "-hl-"}, {0x250e, "-lh-"}, {0x250f, "-hh-"},
    {0x2510, "--ll"}, {0x2511, "--lh"}, {0x2512, "--hl"}, {0x2513, "--hh"},
    {0x2514, "ll--"}, {0x2515, "lh--"}, {0x2516, "hl--"}, {0x2517, "hh--"},
    {0x2518, "l--l"}, {0x2519, "l--h"}, {0x251a, "h--l"}, {0x251b, "h--h"},
    {0x251c, "lll-"}, {0x251d, "lhl-"}, {0x251e, "hll-"}, {0x251f, "llh-"},
    {0x2520, "hlh-"}, {0x2521, "hhl-"}, {0x2522, "lhh-"}, {0x2523, "hhh-"},
    {0x2524, "l-ll"}, {0x2525, "l-lh"}, {0x2526, "h-ll"}, {0x2527, "l-hl"},
    {0x2528, "h-hl"}, {0x2529, "h-lh"}, {0x252a, "l-hh"}, {0x252b, "h-hh"},
    {0x252c, "-lll"}, {0x252d, "-llh"}, {0x252e, "-hll"}, {0x252f, "-hlh"},
    {0x2530, "-lhl"}, {0x2531, "-lhh"}, {0x2532, "-hhl"}, {0x2533, "-hhh"},
    {0x2534, "ll-l"}, {0x2535, "ll-h"}, {0x2536, "lh-l"}, {0x2537, "lh-h"},
    {0x2538, "hl-l"}, {0x2539, "hl-h"}, {0x253a, "hh-l"}, {0x253b, "hh-h"},
    {0x253c, "llll"}, {0x253d, "lllh"}, {0x253e, "lhll"}, {0x253f, "lhlh"},
    {0x2540, "hlll"}, {0x2541, "llhl"}, {0x2542, "hlhl"}, {0x2543, "hllh"},
    {0x2544, "hhll"}, {0x2545, "llhh"}, {0x2546, "lhhl"}, {0x2547, "hhlh"},
    {0x2548, "lhhh"}, {0x2549, "hlhh"}, {0x254a, "hhhl"}, {0x254b, "hhhh"},
    {0x2550, "-d-d"}, {0x2551, "d-d-"}, {0x2552, "-dl-"}, {0x2553, "-ld-"},
    {0x2554, "-dd-"}, {0x2555, "--ld"}, {0x2556, "--dl"}, {0x2557, "--dd"},
    {0x2558, "ld--"}, {0x2559, "dl--"}, {0x255a, "dd--"}, {0x255b, "l--d"},
    {0x255c, "d--l"}, {0x255d, "d--d"}, {0x255e, "ldl-"}, {0x255f, "dld-"},
    {0x2560, "ddd-"}, {0x2561, "l-ld"}, {0x2562, "d-dl"}, {0x2563, "d-dd"},
    {0x2564, "-dld"}, {0x2565, "-ldl"}, {0x2566, "-ddd"}, {0x2567, "ld-d"},
    {0x2568, "dl-l"}, {0x2569, "dd-d"}, {0x256a, "ldld"}, {0x256b, "dldl"},
    {0x256c, "dddd"}, {0x256d, "-ll-"}, {0x256e, "--ll"}, {0x256f, "l--l"},
    {0x2570, "ll--"}, {0x2574, "---l"}, {0x2575, "l---"}, {0x2576, "-l--"},
    {0x2577, "--l-"}, {0x2578, "---h"}, {0x2579, "h---"}, {0x257a, "-h--"},
    {0x257b, "--h-"}, {0x257c, "-h-l"}, {0x257d, "l-h-"}, {0x257e, "-l-h"},
    {0x257f, "h-l-"},
    /* clang-format on */
};

/* The tiles of U+1FB00 to 1FB3B, the first in the lowest bit. */
static const uint8_t sextants[] = {
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c,
    0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x19,
    0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25,
    0x26, 0x27, 0x28, 0x29, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f, 0x30, 0x31, 0x32,
    0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e};

/* The corner that is filled, of U+1FB3C to 1FB67. */
enum corner {
    UPPER_LEFT,
    UPPER_RIGHT,
    LOWER_LEFT,
    LOWER_RIGHT,
};
static const uint8_t diagonals[] = {
    LOWER_LEFT,  LOWER_LEFT,  LOWER_LEFT,  LOWER_LEFT,  LOWER_LEFT,
    LOWER_RIGHT, LOWER_RIGHT, LOWER_RIGHT, LOWER_RIGHT, LOWER_RIGHT,
    LOWER_RIGHT, LOWER_RIGHT, LOWER_RIGHT, LOWER_RIGHT, LOWER_RIGHT,
    LOWER_RIGHT, LOWER_LEFT,  LOWER_LEFT,  LOWER_LEFT,  LOWER_LEFT,
    LOWER_LEFT,  LOWER_LEFT,  UPPER_RIGHT, UPPER_RIGHT, UPPER_RIGHT,
    UPPER_RIGHT, UPPER_RIGHT, UPPER_LEFT,  UPPER_LEFT,  UPPER_LEFT,
    UPPER_LEFT,  UPPER_LEFT,  UPPER_LEFT,  UPPER_LEFT,  UPPER_LEFT,
    UPPER_LEFT,  UPPER_LEFT,  UPPER_LEFT,  UPPER_RIGHT, UPPER_RIGHT,
    UPPER_RIGHT, UPPER_RIGHT, UPPER_RIGHT, UPPER_RIGHT};

enum {
    COUNT_BOX = sizeof(box) / sizeof(box[0]),
    /* Double lines, which are three lines wide, stay off the edges from here.
     */
    DOUBLE_WIDTH_MIN = 5,
    SMOOTH_HEIGHT_MIN = 9, /* less is no arc and no corner to tell */
};

/* Every height, and for each a slim, a usual and a broad cell. */
static struct pixel_size
size_of(int i)
{
    static const int widths[] = {40, 50, 60};
    int height = RENDER_FONT_SIZE_MIN + i / 3;
    int width = height * widths[i % 3] / 100;

    return (struct pixel_size){.width = width > 3 ? width : 3,
                               .height = height};
}

enum {
    SIZES = 3 * (RENDER_FONT_SIZE_MAX - RENDER_FONT_SIZE_MIN + 1)
};

static struct mask *
draw(uint32_t code, struct pixel_size size)
{
    struct mask *m = malloc(sizeof(*m));

    assert_non_null(m);
    if (!boxdraw_draw(code, size, m)) {
        fail_msg("U+%04X is not drawn", (unsigned)code);
    }
    return m;
}

/* From 0 to 255. */
static int
ink(const struct mask *m, int x, int y)
{
    const uint8_t *row = m->bits + (size_t)y * m->stride;

    if (m->format == MASK_ALPHA) {
        return row[x];
    }
    return (row[x / 8] >> (7 - x % 8) & 1) != 0 ? 255 : 0;
}

static int
edge_len(struct pixel_size size, enum edge edge)
{
    return edge == UP || edge == DOWN ? size.width : size.height;
}

static int
edge_ink(const struct mask *m, enum edge edge, int i)
{
    switch (edge) {
    case UP:
        return ink(m, i, 0);
    case DOWN:
        return ink(m, i, m->size.height - 1);
    case LEFT:
        return ink(m, 0, i);
    case RIGHT:
    default:
        return ink(m, m->size.width - 1, i);
    }
}

static void
fail_at(uint32_t code, struct pixel_size size, const char *what)
{
    fail_msg("U+%04X in %dx%d: %s", (unsigned)code, size.width, size.height,
             what);
}

static bool
is_arc(uint32_t code)
{
    return code >= 0x256d && code <= 0x2570;
}

static void
check_edge(const struct arms *arms, const struct mask *m, enum edge edge)
{
    char weight = arms->weights[edge];
    struct mask *line =
        weight == '-' ? NULL : draw(box_plain_line(weight, edge), m->size);

    bool is_small = m->size.width < DOUBLE_WIDTH_MIN;

    for (int i = 0; i < edge_len(m->size, edge); i++) {
        int wanted = line == NULL ? 0 : edge_ink(line, edge, i);
        int have = edge_ink(m, edge, i);
        if (have < wanted || (have > wanted && !is_small)) {
            fail_at(arms->code, m->size,
                    line == NULL ? "ink where there is no arm"
                                 : "an arm is not the plain line");
        }
    }
    free(line);
}

static void
arms_continue_the_plain_lines_in_every_size(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        struct pixel_size size = size_of(i);
        for (int c = 0; c < COUNT_BOX; c++) {
            if (is_arc(box[c].code) && size.height < SMOOTH_HEIGHT_MIN) {
                continue;
            }
            struct mask *m = draw(box[c].code, size);
            for (enum edge edge = UP; edge < EDGES; edge++) {
                check_edge(&box[c], m, edge);
            }
            free(m);
        }
    }
}

/* How many pieces the ink is in. */
static int
count_pieces(const struct mask *m)
{
    struct box_ink pieces = {.size = m->size};

    for (int y = 0; y < m->size.height; y++) {
        for (int x = 0; x < m->size.width; x++) {
            pieces.pixels[y * m->size.width + x] = ink(m, x, y) != 0;
        }
    }
    return box_count_pieces(&pieces, BOX_TOUCH_CORNERS);
}

static void
lines_are_in_as_many_pieces_in_every_size(void **state)
{
    (void)state;
    for (int c = 0; c < COUNT_BOX; c++) {
        struct mask *largest =
            draw(box[c].code, (struct pixel_size){.width = 32, .height = 64});
        int pieces = count_pieces(largest);

        if (strchr(box[c].weights, 'd') == NULL) {
            assert_int_equal(pieces, 1);
        }
        for (int i = 0; i < SIZES; i++) {
            if (size_of(i).width < DOUBLE_WIDTH_MIN) {
                continue;
            }
            struct mask *m = draw(box[c].code, size_of(i));
            if (count_pieces(m) != pieces) {
                fail_at(box[c].code, m->size, "broken, or run together");
            }
            free(m);
        }
        free(largest);
    }
}

static void
diagonals_run_into_the_corners(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        struct mask *rising = draw(0x2571, size_of(i));
        struct mask *falling = draw(0x2572, size_of(i));
        int right = rising->size.width - 1;
        int bottom = rising->size.height - 1;

        assert_true(ink(rising, right, 0) >= 64);
        assert_true(ink(rising, 0, bottom) >= 64);
        assert_true(ink(falling, 0, 0) >= 64);
        assert_true(ink(falling, right, bottom) >= 64);
        free(rising);
        free(falling);
    }
}

/* Fails unless every pixel of `sum` has `times` as much ink as is full. */
static void
check_sum(const int *sum, struct pixel_size size, int times, const char *what)
{
    for (int i = 0; i < size.width * size.height; i++) {
        /* The halves of an edge are rounded down. */
        if (sum[i] < 255 * times - 1 || sum[i] > 255 * times) {
            fail_at(0, size, what);
        }
    }
}

static void
add_ink(int *sum, uint32_t code, struct pixel_size size)
{
    struct mask *m = draw(code, size);

    for (int y = 0; y < size.height; y++) {
        for (int x = 0; x < size.width; x++) {
            sum[y * size.width + x] += ink(m, x, y);
        }
    }
    free(m);
}

static int *
new_sum(void)
{
    int *sum = calloc((size_t)CELL_SIDE_MAX * CELL_SIDE_MAX, sizeof(*sum));

    assert_non_null(sum);
    return sum;
}

static void
/* NOLINTNEXTLINE(readability-function-size): most of it is a table */
parts_fill_the_cell_without_overlap(void **state)
{
    static const struct {
        int height_min;
        uint32_t codes[9];
    } whole[] = {
        {6, {0x2588}},
        {6, {0x2580, 0x2584}},
        {6, {0x258c, 0x2590}},
        {6, {0x2596, 0x2597, 0x2598, 0x259d}},
        {6, {0x2599, 0x259d}},
        {6, {0x259a, 0x259e}},
        {6, {0x259b, 0x2597}},
        {6, {0x259c, 0x2596}},
        {6, {0x259f, 0x2598}},
        {6, {0x1fb00, 0x1fb01, 0x1fb03, 0x1fb07, 0x1fb0f, 0x1fb1e}},
        {6,
         {0x1cea8, 0x1ceab, 0x1cd00, 0x1cd03, 0x1cd09, 0x1cd18, 0x1cea3,
          0x1cea0}},
        /* Eighths of what is smaller are a pixel each. */
        {20, {0x2594, 0x2587}},
        {20, {0x1fb82, 0x2586}},
        {20, {0x1fb83, 0x2585}},
        {20, {0x1fb84, 0x2583}},
        {20, {0x1fb85, 0x2582}},
        {20, {0x1fb86, 0x2581}},
        {20, {0x2595, 0x2589}},
        {20, {0x1fb87, 0x258a}},
        {20, {0x1fb88, 0x258b}},
        {20, {0x1fb89, 0x258d}},
        {20, {0x1fb8a, 0x258e}},
        {20, {0x1fb8b, 0x258f}},
        {20,
         {0x2594, 0x1fb76, 0x1fb77, 0x1fb78, 0x1fb79, 0x1fb7a, 0x1fb7b,
          0x2581}},
        {20,
         {0x258f, 0x1fb70, 0x1fb71, 0x1fb72, 0x1fb73, 0x1fb74, 0x1fb75,
          0x2595}},
    };

    (void)state;
    for (int i = 0; i < SIZES; i++) {
        struct pixel_size size = size_of(i);
        for (size_t w = 0; w < sizeof(whole) / sizeof(whole[0]); w++) {
            int *sum = new_sum();
            if (size.height >= whole[w].height_min) {
                for (int c = 0; whole[w].codes[c] != 0; c++) {
                    add_ink(sum, whole[w].codes[c], size);
                }
                check_sum(sum, size, 1, "parts do not fill the cell");
            }
            free(sum);
        }
    }
}

/* Whether `code` is exactly the tiles whose codes are given. */
static void
check_tiles(uint32_t code, struct pixel_size size, unsigned tiles,
            const uint32_t *tile_codes)
{
    int *sum = new_sum();
    struct mask *m = draw(code, size);

    for (int i = 0; i < 8; i++) {
        if ((tiles >> i & 1) != 0) {
            add_ink(sum, tile_codes[i], size);
        }
    }
    for (int y = 0; y < size.height; y++) {
        for (int x = 0; x < size.width; x++) {
            if (ink(m, x, y) != sum[y * size.width + x]) {
                fail_at(code, size, "not made of its tiles");
            }
        }
    }
    free(m);
    free(sum);
}

static void
patterns_are_made_of_their_tiles(void **state)
{
    static const uint32_t sextant_tiles[8] = {0x1fb00, 0x1fb01, 0x1fb03,
                                              0x1fb07, 0x1fb0f, 0x1fb1e};
    static const uint32_t octant_tiles[8] = {
        0x1cea8, 0x1ceab, 0x1cd00, 0x1cd03, 0x1cd09, 0x1cd18, 0x1cea3, 0x1cea0};
    static const struct {
        uint32_t code;
        uint8_t tiles;
    } octants[] = {
        {0x1cd01, 0x06}, {0x1cd02, 0x07}, {0x1cd04, 0x09}, {0x1cd05, 0x0b},
        {0x1cd0d, 0x15}, {0x1cd13, 0x1b}, {0x1cdae, 0xc3}, {0x1cde5, 0xfe},
        {0x1fbe6, 0x14}, {0x1fbe7, 0x28}, {0x2580, 0x0f},  {0x2590, 0xaa},
        {0x1fb82, 0x03}, {0x2582, 0xc0},  {0x1fb85, 0x3f}, {0x2586, 0xfc},
    };

    (void)state;
    for (int i = 0; i < SIZES; i++) {
        struct pixel_size size = size_of(i);
        for (size_t c = 0; c < sizeof(sextants); c++) {
            check_tiles(0x1fb00 + (uint32_t)c, size, sextants[c],
                        sextant_tiles);
        }
        for (size_t c = 0; c < sizeof(octants) / sizeof(octants[0]); c++) {
            if (octants[c].code >= 0x1c000 || size.height % 8 == 0) {
                check_tiles(octants[c].code, size, octants[c].tiles,
                            octant_tiles);
            }
        }
    }
}

static void
/* NOLINTNEXTLINE(readability-function-cognitive-complexity): loops of a test */
wedges_fill_their_corner_and_what_is_left_the_rest(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        struct pixel_size size = size_of(i);
        for (uint32_t c = 0; c < sizeof(diagonals); c++) {
            struct mask *m = draw(0x1fb3c + c, size);
            int right = size.width - 1;
            int bottom = size.height - 1;
            bool at_right = (diagonals[c] & 1) != 0;
            bool at_bottom = (diagonals[c] & 2) != 0;

            if (size.height >= SMOOTH_HEIGHT_MIN &&
                (ink(m, at_right ? right : 0, at_bottom ? bottom : 0) < 128 ||
                 ink(m, at_right ? 0 : right, at_bottom ? 0 : bottom) > 127)) {
                fail_at(0x1fb3c + c, size, "another corner is filled");
            }
            free(m);
        }
        for (uint32_t c = 0x1fb3c; c <= 0x1fb6b; c++) {
            int *sum = new_sum();
            if (c < 0x1fb52 || c >= 0x1fb68) {
                add_ink(sum, c, size);
                add_ink(sum, c < 0x1fb52 ? c + 22 : c + 4, size);
                check_sum(sum, size, 1, "wedges leave a gap");
            }
            free(sum);
        }
    }
}

/* The first row or column, counted from 0, that a dot has. */
static void
find_dot(int dot, struct pixel_size size, int *x, int *y)
{
    struct mask *m = draw(0x2800U + (1U << dot), size);

    *x = -1;
    for (int i = size.width * size.height - 1; i >= 0; i--) {
        if (ink(m, i % size.width, i / size.width) != 0) {
            *x = i % size.width;
            *y = i / size.width;
        }
    }
    assert_true(*x >= 0);
    free(m);
}

static void
braille_dots_are_as_far_apart_in_the_next_cell(void **state)
{
    /* Those of the left column, downwards, and the one beside the first. */
    static const int column[] = {0, 1, 2, 6};

    (void)state;
    for (int i = 0; i < SIZES; i++) {
        struct pixel_size size = size_of(i);
        int x[5];
        int y[5];

        for (int d = 0; d < 4; d++) {
            find_dot(column[d], size, &x[d], &y[d]);
            assert_int_equal(x[d], x[0]);
        }
        y[4] = y[0] + size.height;
        for (int d = 0; d < 4; d++) {
            assert_in_range(y[d + 1] - y[d], size.height / 4,
                            (size.height + 3) / 4);
        }
        find_dot(3, size, &x[1], &y[1]);
        assert_int_equal(y[1], y[0]);
        assert_in_range(x[1] - x[0], size.width / 2, (size.width + 1) / 2);
    }
}

static void
separators_meet_the_edges(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        struct pixel_size size = size_of(i);
        int right = size.width - 1;
        int bottom = size.height - 1;
        int middle = size.height / 2;

        /* Those that point or bulge to the right, and their mirror images. */
        for (uint32_t code = 0xe0b0; code <= 0xe0bd;
             code += code % 4 == 1 ? 3 : 1) {
            struct mask *m = draw(code, size);
            struct mask *turned = draw(code + 2, size);
            for (int n = 0; n < size.width * size.height; n++) {
                int x = n % size.width;
                int y = n / size.width;
                assert_int_equal(ink(m, x, y), ink(turned, right - x, y));
            }
            if (code < 0xe0b8) {
                assert_true(ink(m, right, middle) >= 64);
                assert_true(ink(m, 0, 0) > 0);
                assert_true(ink(m, 0, bottom) > 0);
            } else {
                assert_true(ink(m, 0, code < 0xe0bc ? bottom : 0) >= 64 ||
                            code % 2 != 0);
            }
            free(m);
            free(turned);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arms_continue_the_plain_lines_in_every_size),
        cmocka_unit_test(lines_are_in_as_many_pieces_in_every_size),
        cmocka_unit_test(diagonals_run_into_the_corners),
        cmocka_unit_test(parts_fill_the_cell_without_overlap),
        cmocka_unit_test(patterns_are_made_of_their_tiles),
        cmocka_unit_test(wedges_fill_their_corner_and_what_is_left_the_rest),
        cmocka_unit_test(braille_dots_are_as_far_apart_in_the_next_cell),
        cmocka_unit_test(separators_meet_the_edges),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
