/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/picture.h"

static const struct cell_pos origin = {0};

static int
set_up(void **state)
{
    struct render_config config = {.font_size = RENDER_FONT_SIZE_DEFAULT};
    struct render *render = NULL;

    if (render_new(&render, &config) < 0) {
        return -1;
    }
    *state = picture_new(render, (struct cell_size){.cols = 10, .rows = 3});
    return 0;
}

static int
tear_down(void **state)
{
    picture_free(*state);
    return 0;
}

static struct rect
row_of_pixels(const struct picture *p, int y)
{
    return (struct rect){.y = y, .width = p->cell.width, .height = 1};
}

/* Whether row `y` of the first cell is inked from end to end. */
static bool
is_full_row(const struct picture *p, int y)
{
    return picture_count(p, row_of_pixels(p, y), PICTURE_FG) == p->cell.width;
}

static int
full_rows(const struct picture *p)
{
    int count = 0;

    for (int y = 0; y < p->cell.height; y++) {
        count += is_full_row(p, y);
    }
    return count;
}

/* The colour that most of a reversed, blank or full cell has. */
static uint32_t
corner(const struct picture *p, struct cell_pos pos)
{
    struct rect area = picture_cell_area(p, pos);

    return picture_pixel(p, area.x, area.y);
}

/* The colour of a full block drawn like `pen`. */
static uint32_t
drawn_fg(struct picture *p, struct cell pen)
{
    picture_put(p, origin, pen, 0x2588, 1);
    picture_draw(p);
    return corner(p, origin);
}

static uint32_t
drawn_bg(struct picture *p, struct cell pen)
{
    picture_put(p, origin, pen, CELL_BLANK, 1);
    picture_draw(p);
    return corner(p, origin);
}

static void
blank_screen_is_background(void **state)
{
    struct picture *p = *state;

    picture_draw(p);

    struct rect all = {.width = p->canvas.size.width,
                       .height = p->canvas.size.height};
    assert_int_equal(picture_count(p, all, PICTURE_BG), all.width * all.height);
}

static void
letter_has_two_colours(void **state)
{
    struct picture *p = *state;

    picture_write(p, origin, cell_default(), "A");
    picture_draw(p);

    struct rect area = picture_cell_area(p, origin);
    int fg = picture_count(p, area, PICTURE_FG);
    int bg = picture_count(p, area, PICTURE_BG);
    assert_in_range(fg, 20, 60);
    assert_int_equal(fg + bg, 8 * 16);
}

static void
canvas_beyond_the_cells_is_background(void **state)
{
    struct picture *p = *state;

    p->view.size = (struct cell_size){.cols = 7, .rows = 2};
    picture_draw(p);

    struct rect all = {.width = p->canvas.size.width,
                       .height = p->canvas.size.height};
    assert_int_equal(picture_count(p, all, PICTURE_BG), all.width * all.height);
}

static void
block_cursor_swaps_colours(void **state)
{
    struct picture *p = *state;

    picture_write(p, origin, cell_default(), "AA");
    p->view.cursor = (struct cursor_view){.pos = {0, 1}, .visible = true};
    picture_draw(p);

    struct rect plain = picture_cell_area(p, origin);
    struct rect cursor = picture_cell_area(p, (struct cell_pos){0, 1});
    assert_int_equal(picture_count(p, cursor, PICTURE_BG),
                     picture_count(p, plain, PICTURE_FG));
    assert_int_equal(picture_count(p, cursor, PICTURE_FG),
                     picture_count(p, plain, PICTURE_BG));
}

static void
hidden_cursor_is_not_drawn(void **state)
{
    struct picture *p = *state;

    p->view.cursor = (struct cursor_view){.visible = false};
    picture_draw(p);

    assert_int_equal(picture_ink(p, origin), 0);
}

static void
underline_cursor_is_at_the_bottom(void **state)
{
    struct picture *p = *state;

    p->view.cursor =
        (struct cursor_view){.shape = CURSOR_UNDERLINE, .visible = true};
    picture_draw(p);

    assert_true(is_full_row(p, 15));
    assert_true(is_full_row(p, 14));
    assert_int_equal(picture_ink(p, origin), 16);
}

static void
bar_cursor_is_at_the_left(void **state)
{
    struct picture *p = *state;
    struct rect bar = {.width = 2, .height = 16};

    p->view.cursor = (struct cursor_view){.shape = CURSOR_BAR, .visible = true};
    picture_draw(p);

    assert_int_equal(picture_count(p, bar, PICTURE_FG), 32);
    assert_int_equal(picture_ink(p, origin), 32);
}

static void
cursor_on_either_half_covers_a_wide_character(void **state)
{
    struct picture *p = *state;

    picture_put(p, origin, cell_default(), 0x4e2d, 2);
    for (int col = 0; col < 2; col++) {
        p->view.cursor = (struct cursor_view){.pos = {0, col}, .visible = true};
        picture_draw(p);

        assert_int_equal(corner(p, origin), PICTURE_FG);
        assert_int_equal(picture_pixel(p, 15, 0), PICTURE_FG);
        assert_int_equal(picture_pixel(p, 16, 0), PICTURE_BG);
    }
}

static void
cursor_has_the_colour_that_the_guest_set(void **state)
{
    struct picture *p = *state;
    uint32_t palette[PALETTE_ENTRIES] = {[PALETTE_CURSOR] =
                                             PALETTE_SET | 0x123456};

    p->view.palette = palette;
    p->view.cursor = (struct cursor_view){.visible = true};
    picture_draw(p);
    assert_int_equal(corner(p, origin), 0x123456);

    p->view.cursor.shape = CURSOR_BAR;
    picture_draw(p);
    assert_int_equal(corner(p, origin), 0x123456);
}

static void
cursor_is_seen_where_both_colours_are_the_same(void **state)
{
    struct picture *p = *state;
    struct cell pen = cell_default();

    pen.fg = COLOUR_RGB | 0x808080;
    pen.bg = COLOUR_RGB | 0x808080;
    p->view.cursor = (struct cursor_view){.visible = true};
    assert_int_not_equal(drawn_bg(p, pen), 0x808080);
}

static void
indexed_colours_are_those_of_vga_and_xterm(void **state)
{
    static const struct {
        unsigned index;
        uint32_t rgb;
    } cases[] = {
        {0, 0x000000},   {1, 0xaa0000},   {3, 0xaa5500},   {7, 0xaaaaaa},
        {8, 0x555555},   {15, 0xffffff},  {16, 0x000000},  {17, 0x00005f},
        {21, 0x0000ff},  {22, 0x005f00},  {52, 0x5f0000},  {196, 0xff0000},
        {231, 0xffffff}, {232, 0x080808}, {255, 0xeeeeee},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cell pen = cell_default();
        pen.fg = cases[i].index & 0xff;
        assert_int_equal(drawn_fg(*state, pen), cases[i].rgb);
        pen = cell_default();
        pen.bg = cases[i].index & 0xff;
        assert_int_equal(drawn_bg(*state, pen), cases[i].rgb);
    }
}

static void
true_colours_are_kept(void **state)
{
    struct cell pen = cell_default();

    pen.fg = COLOUR_RGB | 0x010203;
    pen.bg = COLOUR_RGB | 0xfefdfc;
    assert_int_equal(drawn_fg(*state, pen), 0x010203);
    assert_int_equal(drawn_bg(*state, pen), 0xfefdfc);
}

static void
palette_of_the_guest_wins(void **state)
{
    struct picture *p = *state;
    struct cell pen = cell_default();
    uint32_t palette[PALETTE_ENTRIES] = {
        [9] = PALETTE_SET | 0x111111,
        [PALETTE_FG] = PALETTE_SET | 0x222222,
        [PALETTE_BG] = PALETTE_SET | 0x000000,
    };

    p->view.palette = palette;
    assert_int_equal(drawn_fg(p, pen), 0x222222);
    assert_int_equal(drawn_bg(p, pen), 0x000000);
    pen.fg = 9;
    assert_int_equal(drawn_fg(p, pen), 0x111111);
    pen.fg = 10;
    assert_int_equal(drawn_fg(p, pen), 0x55ff55);
}

static void
bold_makes_the_first_eight_colours_bright(void **state)
{
    struct picture *p = *state;
    struct cell pen = cell_default();

    p->view.bold_is_bright = true;
    pen.attrs = CELL_BOLD;
    pen.fg = 1;
    assert_int_equal(drawn_fg(p, pen), 0xff5555);
    pen.fg = 9;
    assert_int_equal(drawn_fg(p, pen), 0xff5555);
    pen.fg = 196;
    assert_int_equal(drawn_fg(p, pen), 0xff0000);
    pen.fg = COLOUR_RGB | 1;
    assert_int_equal(drawn_fg(p, pen), 1);
    pen.bg = 1;
    assert_int_equal(drawn_bg(p, pen), 0xaa0000);
}

static void
bold_makes_text_without_a_colour_bright_if_that_is_white(void **state)
{
    struct picture *p = *state;
    struct cell pen = cell_default();

    p->view.bold_is_bright = true;
    pen.attrs = CELL_BOLD;
    assert_int_equal(drawn_fg(p, pen), 0xffffff);
    p->colours[PALETTE_FG] = 0x00aa00;
    assert_int_equal(drawn_fg(p, pen), 0x00aa00);
}

static void
bold_keeps_its_colour_elsewhere(void **state)
{
    struct cell pen = cell_default();

    pen.attrs = CELL_BOLD;
    assert_int_equal(drawn_fg(*state, pen), PICTURE_FG);
    pen.fg = 1;
    assert_int_equal(drawn_fg(*state, pen), 0xaa0000);
}

static void
dim_moves_towards_the_background(void **state)
{
    struct cell pen = cell_default();

    pen.attrs = CELL_DIM;
    pen.fg = COLOUR_RGB | 0xff8000;
    assert_int_equal(drawn_fg(*state, pen), 0xaa5500);
    pen.bg = COLOUR_RGB | 0xffffff;
    assert_int_equal(drawn_fg(*state, pen), 0xffaa55);
}

static void
reverse_swaps_and_reversed_screen_swaps_defaults(void **state)
{
    struct picture *p = *state;
    struct cell pen = cell_default();

    pen.attrs = CELL_REVERSE;
    assert_int_equal(drawn_bg(p, pen), PICTURE_FG);
    assert_int_equal(drawn_fg(p, pen), PICTURE_BG);

    p->view.reverse = true;
    assert_int_equal(drawn_bg(p, pen), PICTURE_BG);
    pen.attrs = 0;
    assert_int_equal(drawn_bg(p, pen), PICTURE_FG);
    pen.bg = 4;
    assert_int_equal(drawn_bg(p, pen), 0x0000aa);
}

/* The highest difference of a channel. */
static int
difference(uint32_t a, uint32_t b)
{
    int highest = 0;

    for (int shift = 0; shift < 24; shift += 8) {
        int one = abs((int)(a >> shift & 0xff) - (int)(b >> shift & 0xff));
        highest = one > highest ? one : highest;
    }
    return highest;
}

static void
selected_cells_are_swapped_and_seen_on_any_colours(void **state)
{
    static const uint32_t colours[] = {
        0x000000, 0xffffff, 0x7f7f7f, 0x808080, 0xff0000, 0x0000ff,
        0x101010, 0x3f3f3f, 0x404040, 0xaa5500, 0xc0c0c0,
    };
    const size_t count = sizeof(colours) / sizeof(colours[0]);
    struct picture *p = *state;

    for (size_t i = 0; i < count * count; i++) {
        uint32_t fg = colours[i / count];
        uint32_t bg = colours[i % count];
        struct cell pen = cell_default();
        pen.fg = (COLOUR_RGB | fg) & 0x1ffffff;
        pen.bg = (COLOUR_RGB | bg) & 0x1ffffff;
        p->view.selection = (struct selection_view){
            .exists = true, .begin = {0, 0}, .end = {0, 1}};
        uint32_t selected = drawn_bg(p, pen);
        assert_int_equal(drawn_fg(p, pen), bg);
        assert_in_range(difference(selected, bg), 0x40, 0xff);
        if (difference(fg, bg) >= 0x40) {
            assert_int_equal(selected, fg);
        }
    }
}

static void
selection_ends_where_it_ends(void **state)
{
    const struct selection_view lines = {
        .exists = true, .begin = {0, 8}, .end = {2, 1}};
    struct selection_view block = lines;
    struct picture *p = *state;

    p->view.selection = lines;
    picture_draw(p);
    assert_int_equal(corner(p, (struct cell_pos){0, 7}), PICTURE_BG);
    assert_int_equal(corner(p, (struct cell_pos){0, 8}), PICTURE_FG);
    assert_int_equal(corner(p, (struct cell_pos){1, 0}), PICTURE_FG);
    assert_int_equal(corner(p, (struct cell_pos){1, 9}), PICTURE_FG);
    assert_int_equal(corner(p, (struct cell_pos){2, 0}), PICTURE_FG);
    assert_int_equal(corner(p, (struct cell_pos){2, 1}), PICTURE_BG);

    block.is_block = true;
    block.begin.col = 3;
    block.end = (struct cell_pos){1, 5};
    p->view.selection = block;
    picture_draw(p);
    assert_int_equal(corner(p, (struct cell_pos){1, 2}), PICTURE_BG);
    assert_int_equal(corner(p, (struct cell_pos){1, 3}), PICTURE_FG);
    assert_int_equal(corner(p, (struct cell_pos){1, 4}), PICTURE_FG);
    assert_int_equal(corner(p, (struct cell_pos){1, 5}), PICTURE_BG);
    assert_int_equal(corner(p, (struct cell_pos){2, 3}), PICTURE_BG);
}

static void
concealed_text_leaves_its_background(void **state)
{
    struct picture *p = *state;
    struct cell pen = cell_default();

    pen.attrs = CELL_CONCEAL;
    pen.underline = CELL_UNDERLINE_SINGLE;
    pen.bg = COLOUR_RGB | 0x123456;
    picture_write(p, origin, pen, "A");
    picture_draw(p);

    assert_int_equal(picture_count(p, picture_cell_area(p, origin), 0x123456),
                     8 * 16);
}

static void
bold_and_italic_change_the_shape(void **state)
{
    /* Of Terminus, and of Unifont, which has neither. */
    static const uint32_t codes[] = {'A', 0x4f60};
    struct picture *p = *state;
    struct cell pen[3] = {cell_default(), cell_default(), cell_default()};

    pen[1].attrs = CELL_BOLD;
    pen[2].attrs = CELL_ITALIC;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        int ink[3];
        for (int style = 0; style < 3; style++) {
            struct cell_pos pos = {0, 2 * style};
            picture_put(p, pos, pen[style], codes[i], i == 0 ? 1 : 2);
            picture_draw(p);
            ink[style] = picture_ink(p, pos);
        }
        struct rect plain = picture_cell_area(p, origin);
        struct rect italic = picture_cell_area(p, (struct cell_pos){0, 4});
        assert_true(ink[1] > ink[0] + 4);
        assert_in_range(ink[2], ink[0] * 3 / 4, ink[0] * 5 / 4);
        assert_false(picture_same(p, plain, italic));
    }
}

static void
blink_brightens_the_background(void **state)
{
    struct picture *p = *state;
    struct cell pen = cell_default();

    pen.attrs = CELL_BLINK;
    assert_int_equal(drawn_bg(p, pen), 0x555555);
    assert_int_equal(drawn_fg(p, pen), PICTURE_FG);
    pen.bg = 4;
    assert_int_equal(drawn_bg(p, pen), 0x5555ff);
    /* What has no bright colour comes nearer to the text. */
    pen.bg = 12;
    assert_int_equal(drawn_bg(p, pen), 0x7171e2);
    pen.bg = COLOUR_RGB | 0x300000;
    pen.fg = COLOUR_RGB | 0x3000c0;
    assert_int_equal(drawn_bg(p, pen), 0x300040);

    pen = cell_default();
    pen.attrs = CELL_BLINK | CELL_REVERSE;
    pen.fg = 1;
    assert_int_equal(drawn_bg(p, pen), 0xff5555);
    p->view.reverse = true;
    pen.attrs = CELL_BLINK;
    pen.fg = COLOUR_DEFAULT;
    assert_int_equal(drawn_bg(p, pen), 0x717171);
}

static void
text_in_the_dark_half_of_a_blink_leaves_its_background(void **state)
{
    struct picture *p = *state;
    struct cell pen = cell_default();

    pen.attrs = CELL_BLINK;
    pen.underline = CELL_UNDERLINE_SINGLE;
    pen.bg = 4;
    picture_write(p, origin, pen, "A");
    picture_write(p, (struct cell_pos){0, 1}, cell_default(), "A");
    p->view.blink = BLINK_HIDDEN;
    picture_draw(p);
    assert_int_equal(picture_count(p, picture_cell_area(p, origin), 0x0000aa),
                     8 * 16);
    assert_true(picture_ink(p, (struct cell_pos){0, 1}) > 0);

    p->view.blink = BLINK_SHOWN;
    picture_draw(p);
    assert_in_range(picture_count(p, picture_cell_area(p, origin), 0x0000aa),
                    8 * 8, 8 * 16 - 20);
}

static void
blinking_text_is_seen_whatever_its_colour(void **state)
{
    struct picture *p = *state;
    struct cell pen = cell_default();

    pen.attrs = CELL_BLINK;
    for (unsigned fg = 1; fg < 16; fg++) {
        pen.fg = fg & 0xf;
        assert_int_not_equal(drawn_fg(p, pen), drawn_bg(p, pen));
        assert_int_not_equal(drawn_bg(p, pen), PICTURE_BG);
    }
}

static void
lines_are_drawn_on_blank_cells_too(void **state)
{
    struct picture *p = *state;
    struct cell pen = cell_default();

    pen.underline = CELL_UNDERLINE_SINGLE;
    (void)drawn_bg(p, pen);
    assert_true(is_full_row(p, 14));
    assert_int_equal(full_rows(p), 1);

    pen.underline = CELL_UNDERLINE_DOUBLE;
    (void)drawn_bg(p, pen);
    assert_true(is_full_row(p, 13));
    assert_true(is_full_row(p, 15));
    assert_int_equal(full_rows(p), 2);

    pen.underline = CELL_UNDERLINE_NONE;
    pen.attrs = CELL_STRIKE;
    (void)drawn_bg(p, pen);
    assert_true(is_full_row(p, 8));
    assert_int_equal(full_rows(p), 1);

    pen.attrs = CELL_OVERLINE;
    (void)drawn_bg(p, pen);
    assert_true(is_full_row(p, 0));
    assert_int_equal(full_rows(p), 1);
}

static void
patterned_underlines_are_below_the_baseline(void **state)
{
    struct picture *p = *state;
    static const int ink[] = {
        [CELL_UNDERLINE_CURLY] = 8,
        [CELL_UNDERLINE_DOTTED] = 4,
        [CELL_UNDERLINE_DASHED] = 6,
    };

    for (unsigned u = CELL_UNDERLINE_CURLY; u <= CELL_UNDERLINE_DASHED; u++) {
        struct cell pen = cell_default();
        pen.underline = u & 7;
        (void)drawn_bg(p, pen);
        struct rect text = {.width = 8, .height = 12};

        assert_int_equal(full_rows(p), 0);
        assert_int_equal(picture_ink(p, origin), ink[u]);
        assert_int_equal(picture_count(p, text, PICTURE_FG), 0);
    }
}

static void
wide_character_inks_both_cells(void **state)
{
    struct picture *p = *state;

    picture_put(p, origin, cell_default(), 0x4f60, 2);
    picture_draw(p);

    assert_true(picture_ink(p, origin) > 20);
    assert_true(picture_ink(p, (struct cell_pos){0, 1}) > 20);
    assert_int_equal(picture_ink(p, (struct cell_pos){0, 2}), 0);
}

static void
character_above_the_first_plane_is_found(void **state)
{
    struct picture *p = *state;

    picture_put(p, origin, cell_default(), 0x1f600, 2);
    picture_put(p, (struct cell_pos){0, 2}, cell_default(), 0x10fffd, 2);
    picture_draw(p);

    assert_true(picture_ink(p, origin) > 20);
    assert_false(picture_same(p, picture_cell_area(p, origin),
                              picture_cell_area(p, (struct cell_pos){0, 2})));
}

static void
broad_picture_in_one_cell_is_squeezed(void **state)
{
    struct picture *p = *state;
    struct rect right = {.x = 4, .width = 4, .height = 16};

    /* Unifont draws the heavy check mark two cells broad. */
    picture_put(p, origin, cell_default(), 0x2714, 1);
    picture_draw(p);

    int ink = 64 - picture_count(p, right, PICTURE_BG);
    assert_true(ink > 4);
    assert_int_equal(picture_ink(p, (struct cell_pos){0, 1}), 0);
}

static void
combining_marks_are_drawn_over_their_base(void **state)
{
    struct picture *p = *state;
    struct cell pen = cell_default();
    const struct cell_pos places[4] = {{0, 0}, {0, 1}, {0, 2}, {0, 3}};
    int ink[4];

    picture_write(p, places[0], pen, "o");
    unsigned acute = picture_mark(p, 0, 0x301);
    pen.marks = acute & 0x7fff;
    picture_write(p, places[1], pen, "o");
    pen.marks = picture_mark(p, acute, 0x323) & 0x7fff; /* dot below */
    picture_write(p, places[2], pen, "o");
    pen.marks = acute & 0x7fff;
    picture_put(p, places[3], pen, CELL_BLANK, 1);
    picture_draw(p);

    for (int i = 0; i < 4; i++) {
        ink[i] = picture_ink(p, places[i]);
    }
    assert_true(ink[1] > ink[0]);
    assert_true(ink[2] > ink[1]);
    assert_int_equal(ink[3], ink[1] - ink[0]);
    assert_int_equal(picture_ink(p, (struct cell_pos){0, 4}), 0);
}

/* Whether cells of the first row, or with `cells` 2 pairs, look alike. */
static bool
look_alike(const struct picture *p, int col, int other, int cells)
{
    struct rect a = picture_cell_area(p, (struct cell_pos){0, col});
    struct rect b = picture_cell_area(p, (struct cell_pos){0, other});

    a.width *= cells;
    b.width *= cells;
    return picture_same(p, a, b);
}

static void
character_with_marks_looks_like_the_one_that_has_them(void **state)
{
    struct picture *p = *state;
    struct cell pen = cell_default();

    picture_write(p, origin, pen, "\xc3\xa9\xe1\xbb\x87x"); /* U+E9, U+1EC7 */
    picture_put(p, (struct cell_pos){0, 6}, pen, 0xac01, 2);
    pen.marks = picture_mark(p, 0, 0x301) & 0x7fff;
    picture_write(p, (struct cell_pos){0, 3}, pen, "e");
    pen.marks = picture_mark(p, picture_mark(p, 0, 0x323), 0x302) & 0x7fff;
    picture_write(p, (struct cell_pos){0, 4}, pen, "e");
    /* What is not seen changes nothing: a joiner and a variation selector. */
    pen.marks = picture_mark(p, picture_mark(p, 0, 0x200d), 0xfe0f) & 0x7fff;
    picture_write(p, (struct cell_pos){0, 5}, pen, "x");
    pen.marks = picture_mark(p, picture_mark(p, 0, 0x1161), 0x11a8) & 0x7fff;
    picture_put(p, (struct cell_pos){0, 8}, pen, 0x1100, 2);
    picture_draw(p);

    assert_true(look_alike(p, 0, 3, 1));
    assert_true(look_alike(p, 1, 4, 1));
    assert_true(look_alike(p, 2, 5, 1));
    assert_true(look_alike(p, 6, 8, 2));
    assert_false(look_alike(p, 0, 1, 1));
}

static void
vowel_sign_in_a_cell_of_its_own_is_seen(void **state)
{
    struct picture *p = *state;

    /* Unifont has them left of their origin, without a width. */
    picture_put(p, origin, cell_default(), 0x93f, 1);
    picture_put(p, (struct cell_pos){0, 1}, cell_default(), 0xbbe, 1);
    picture_draw(p);

    assert_true(picture_ink(p, origin) > 5);
    assert_true(picture_ink(p, (struct cell_pos){0, 1}) > 5);
    assert_int_equal(picture_ink(p, (struct cell_pos){0, 2}), 0);
}

static void
mark_on_a_wide_character_is_in_its_middle(void **state)
{
    struct picture *p = *state;
    struct cell pen = cell_default();

    pen.marks = picture_mark(p, 0, 0x30a) & 0x7fff; /* ring above */
    picture_put(p, origin, pen, CELL_BLANK, 2);
    picture_draw(p);

    int left = picture_ink(p, origin);
    int right = picture_ink(p, (struct cell_pos){0, 1});
    assert_true(left > 0);
    assert_in_range(right, left - 2, left + 2);
}

static void
broad_mark_is_squeezed_around_its_base(void **state)
{
    struct picture *p = *state;
    struct rect left = {.width = 2, .height = 16};
    struct rect right = {.x = 6, .width = 2, .height = 16};
    struct cell pen = cell_default();

    /* Enclosing circle, two cells broad in Unifont. */
    pen.marks = picture_mark(p, 0, 0x20dd) & 0x7fff;
    picture_put(p, origin, pen, CELL_BLANK, 1);
    picture_draw(p);

    assert_true(picture_count(p, left, PICTURE_BG) < 32);
    assert_true(picture_count(p, right, PICTURE_BG) < 32);
}

static void
characters_without_a_picture_draw_nothing(void **state)
{
    static const uint32_t codes[] = {
        ' ',    0x1b,   0x7f,   0x9b,   0xa0,   0x200b,  0x200d,
        0x202e, 0x2066, 0x3000, 0xfe0f, 0xfeff, 0xe0041,
    };
    struct picture *p = *state;

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        picture_put(p, origin, cell_default(), codes[i], 1);
        picture_draw(p);
        assert_int_equal(picture_ink(p, origin), 0);
    }
}

static void
missing_character_is_a_hollow_box(void **state)
{
    struct picture *p = *state;
    struct rect middle = {.x = 2, .y = 3, .width = 4, .height = 9};

    picture_put(p, origin, cell_default(), 0xf0000, 1);
    picture_draw(p);

    assert_true(picture_ink(p, origin) > 20);
    assert_int_equal(picture_count(p, middle, PICTURE_FG), 0);
}

static void
tail_without_its_head_is_blank(void **state)
{
    struct picture *p = *state;

    picture_put(p, origin, cell_default(), CELL_WIDE_TAIL, 1);
    picture_put(p, (struct cell_pos){0, 9}, cell_default(), 0x4e2d, 1);
    picture_draw(p);

    assert_int_equal(picture_ink(p, origin), 0);
}

static void
trim_and_a_full_cache_change_no_picture(void **state)
{
    struct picture *p = *state;
    uint32_t before[80 * 16];

    picture_write(p, origin, cell_default(), "Abc");
    picture_put(p, (struct cell_pos){0, 4}, cell_default(), 0x4e2d, 2);
    picture_draw(p);
    memcpy(before, p->canvas.pixels, sizeof(before));

    for (uint32_t code = 0x4e00; code < 0x5e00; code++) {
        picture_put(p, (struct cell_pos){1, 0}, cell_default(), code, 2);
        picture_draw(p);
    }
    assert_memory_equal(before, p->canvas.pixels, sizeof(before));

    render_trim(p->render);
    picture_draw(p);
    assert_memory_equal(before, p->canvas.pixels, sizeof(before));
}

/* What render_damage() has reported. */
struct reports {
    struct rect areas[8];
    int count;
};

static void
take_report(void *data, struct rect area)
{
    struct reports *reports = data;

    assert_true(reports->count < 8);
    reports->areas[reports->count++] = area;
}

static bool
is_reported(const struct reports *reports, int x, int y)
{
    for (int i = 0; i < reports->count; i++) {
        struct rect r = reports->areas[i];
        if (x >= r.x && x < r.x + r.width && y >= r.y && y < r.y + r.height) {
            return true;
        }
    }
    return false;
}

static struct reports
draw_damage(struct picture *p, const struct row_span rows[3])
{
    struct reports reports = {.count = 0};
    struct damage damage = {.rows = rows};

    picture_wipe(p);
    render_damage(p->render, &p->canvas, &p->view, &damage, take_report,
                  &reports);
    /* Everything reported is drawn, and nothing else is. */
    for (int y = 0; y < p->canvas.size.height; y++) {
        for (int x = 0; x < p->canvas.size.width; x++) {
            bool drawn = picture_pixel(p, x, y) != PICTURE_UNTOUCHED;
            assert_int_equal(drawn, is_reported(&reports, x, y));
        }
    }
    return reports;
}

static void
assert_area(struct rect area, struct rect expected)
{
    assert_int_equal(area.x, expected.x);
    assert_int_equal(area.y, expected.y);
    assert_int_equal(area.width, expected.width);
    assert_int_equal(area.height, expected.height);
}

static void
damage_draws_the_named_cells_only(void **state)
{
    const struct row_span rows[3] = {{2, 5}, {0, 0}, {9, 10}};
    struct picture *p = *state;

    picture_write(p, origin, cell_default(), "0123456789");
    struct reports reports = draw_damage(p, rows);

    assert_int_equal(reports.count, 2);
    assert_area(reports.areas[0], (struct rect){16, 0, 24, 16});
    assert_area(reports.areas[1], (struct rect){72, 32, 8, 16});
}

static void
damage_looks_like_a_full_drawing(void **state)
{
    const struct row_span rows[3] = {{0, 10}, {0, 10}, {0, 10}};
    struct picture *p = *state;
    uint32_t pixels[80 * 48];

    picture_write(p, origin, cell_default(), "0123456789");
    picture_put(p, (struct cell_pos){2, 8}, cell_default(), 0x4e2d, 2);
    p->view.cursor = (struct cursor_view){.pos = {2, 8}, .visible = true};
    (void)draw_damage(p, rows);
    memcpy(pixels, p->canvas.pixels, sizeof(pixels));
    picture_draw(p);

    assert_memory_equal(pixels, p->canvas.pixels, sizeof(pixels));
}

static void
damage_within_a_wide_character_draws_all_of_it(void **state)
{
    const struct row_span from_tail[3] = {{4, 5}, {0, 0}, {0, 0}};
    const struct row_span to_head[3] = {{3, 4}, {0, 0}, {0, 0}};
    struct picture *p = *state;

    picture_put(p, (struct cell_pos){0, 3}, cell_default(), 0x4e2d, 2);
    struct reports reports = draw_damage(p, from_tail);
    assert_int_equal(reports.count, 1);
    assert_area(reports.areas[0], (struct rect){24, 0, 16, 16});

    reports = draw_damage(p, to_head);
    assert_int_equal(reports.count, 1);
    assert_area(reports.areas[0], (struct rect){24, 0, 16, 16});
}

static void
damage_beyond_the_row_is_cut(void **state)
{
    const struct row_span rows[3] = {{-3, 2}, {8, 12}, {12, 20}};
    struct picture *p = *state;

    struct reports reports = draw_damage(p, rows);

    assert_int_equal(reports.count, 2);
    assert_area(reports.areas[0], (struct rect){0, 0, 16, 16});
    assert_area(reports.areas[1], (struct rect){64, 16, 16, 16});
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(blank_screen_is_background),
        TEST(letter_has_two_colours),
        TEST(canvas_beyond_the_cells_is_background),
        TEST(block_cursor_swaps_colours),
        TEST(hidden_cursor_is_not_drawn),
        TEST(underline_cursor_is_at_the_bottom),
        TEST(bar_cursor_is_at_the_left),
        TEST(cursor_on_either_half_covers_a_wide_character),
        TEST(cursor_has_the_colour_that_the_guest_set),
        TEST(cursor_is_seen_where_both_colours_are_the_same),
        TEST(indexed_colours_are_those_of_vga_and_xterm),
        TEST(true_colours_are_kept),
        TEST(palette_of_the_guest_wins),
        TEST(bold_makes_the_first_eight_colours_bright),
        TEST(bold_makes_text_without_a_colour_bright_if_that_is_white),
        TEST(bold_keeps_its_colour_elsewhere),
        TEST(dim_moves_towards_the_background),
        TEST(reverse_swaps_and_reversed_screen_swaps_defaults),
        TEST(selected_cells_are_swapped_and_seen_on_any_colours),
        TEST(selection_ends_where_it_ends),
        TEST(concealed_text_leaves_its_background),
        TEST(bold_and_italic_change_the_shape),
        TEST(blink_brightens_the_background),
        TEST(blinking_text_is_seen_whatever_its_colour),
        TEST(text_in_the_dark_half_of_a_blink_leaves_its_background),
        TEST(lines_are_drawn_on_blank_cells_too),
        TEST(patterned_underlines_are_below_the_baseline),
        TEST(wide_character_inks_both_cells),
        TEST(character_above_the_first_plane_is_found),
        TEST(broad_picture_in_one_cell_is_squeezed),
        TEST(combining_marks_are_drawn_over_their_base),
        TEST(character_with_marks_looks_like_the_one_that_has_them),
        TEST(vowel_sign_in_a_cell_of_its_own_is_seen),
        TEST(mark_on_a_wide_character_is_in_its_middle),
        TEST(broad_mark_is_squeezed_around_its_base),
        TEST(characters_without_a_picture_draw_nothing),
        TEST(missing_character_is_a_hollow_box),
        TEST(tail_without_its_head_is_blank),
        TEST(trim_and_a_full_cache_change_no_picture),
        TEST(damage_draws_the_named_cells_only),
        TEST(damage_looks_like_a_full_drawing),
        TEST(damage_within_a_wide_character_draws_all_of_it),
        TEST(damage_beyond_the_row_is_cut),
    };

    return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
