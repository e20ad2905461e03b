/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fonts/fonts.h"
#include "unit/picture.h"

static const char dejavu[] =
    "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf";
static const struct cell_pos origin = {0};

static int
try_font(const void *bytes, size_t len, int size)
{
    struct render_config config = {
        .font = bytes, .font_len = len, .font_size = size};
    struct render *render = NULL;
    int r = render_new(&render, &config);

    render_free(render);
    return r;
}

/* Ends the test when the font is not taken. */
static struct picture *
open_picture(struct font_bytes font, int size)
{
    struct render_config config = {
        .font = font.bytes, .font_len = font.len, .font_size = size};
    struct render *render = NULL;

    assert_int_equal(render_new(&render, &config), 0);
    return picture_new(render, (struct cell_size){.cols = 10, .rows = 2});
}

static struct pixel_size
cell_at(int size)
{
    struct picture *p = open_picture((struct font_bytes){NULL, 0}, size);
    struct pixel_size cell = p->cell;

    picture_free(p);
    return cell;
}

/* How many pixels are neither foreground nor background. */
static int
smooth_pixels(const struct picture *p)
{
    struct rect all = {.width = p->canvas.size.width,
                       .height = p->canvas.size.height};

    return all.width * all.height - picture_count(p, all, PICTURE_FG) -
           picture_count(p, all, PICTURE_BG);
}

static void
embedded_fonts_are_opentype(void **state)
{
    (void)state;
    static const char *const tags[] = {
        [FONT_TERMINUS_NORMAL] = "\0\1\0\0",
        [FONT_TERMINUS_BOLD] = "\0\1\0\0",
        [FONT_UNIFONT] = "OTTO",
        [FONT_UNIFONT_UPPER] = "OTTO",
    };

    for (int i = FONT_TERMINUS_NORMAL; i <= FONT_UNIFONT_UPPER; i++) {
        struct font_bytes font = fonts_get((enum builtin_font)i);
        assert_true(font.len > 100000);
        assert_memory_equal(font.bytes, tags[i], 4);
    }
}

static void
size_out_of_range_is_refused(void **state)
{
    (void)state;
    assert_int_equal(try_font(NULL, 0, RENDER_FONT_SIZE_MIN - 1), -EINVAL);
    assert_int_equal(try_font(NULL, 0, RENDER_FONT_SIZE_MAX + 1), -EINVAL);
    assert_int_equal(try_font(NULL, 0, 0), -EINVAL);
    assert_int_equal(try_font(NULL, 0, -16), -EINVAL);
}

static void
builtin_font_gives_its_nearest_smaller_strike(void **state)
{
    (void)state;
    static const struct {
        int size;
        struct pixel_size cell;
    } cases[] = {
        {6, {6, 12}},   {12, {6, 12}},  {13, {6, 12}},  {14, {8, 14}},
        {16, {8, 16}},  {17, {8, 16}},  {18, {10, 18}}, {20, {10, 20}},
        {22, {11, 22}}, {24, {12, 24}}, {28, {14, 28}}, {31, {14, 28}},
        {32, {16, 32}}, {64, {16, 32}},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pixel_size cell = cell_at(cases[i].size);
        assert_int_equal(cell.width, cases[i].cell.width);
        assert_int_equal(cell.height, cases[i].cell.height);
    }
}

static void
garbage_is_refused(void **state)
{
    (void)state;
    static const char text[] = "this is not a font, but long enough for one";
    static const unsigned char zeros[4096];

    assert_int_equal(try_font(text, sizeof(text), 16), -EINVAL);
    assert_int_equal(try_font(zeros, sizeof(zeros), 16), -EINVAL);
    assert_int_equal(try_font("", 0, 16), -EINVAL);
}

static void
truncated_font_is_refused_or_harmless(void **state)
{
    (void)state;
    struct font_bytes font = fonts_get(FONT_TERMINUS_NORMAL);

    assert_int_equal(try_font(font.bytes, 100, 16), -EINVAL);
    assert_int_equal(try_font(font.bytes, font.len / 2, 16), -EINVAL);
    for (size_t len = 0; len < font.len; len += font.len / 97) {
        /* A copy of the exact size shows reads beyond it. */
        void *copy = malloc(len + 1);
        assert_non_null(copy);
        memcpy(copy, font.bytes, len);
        int r = try_font(copy, len, 16);
        free(copy);
        assert_true(r == 0 || r == -EINVAL);
    }
}

static void
font_without_ascii_is_refused(void **state)
{
    (void)state;
    struct font_bytes font = fonts_get(FONT_UNIFONT_UPPER);

    assert_int_equal(try_font(font.bytes, font.len, 16), -EINVAL);
}

static void
builtin_text_has_no_grey_in_any_style(void **state)
{
    static const int heights[] = {12, 14, 16, 18, 20, 22, 24, 28, 32};
    static const unsigned styles[] = {0, CELL_BOLD, CELL_ITALIC,
                                      CELL_BOLD | CELL_ITALIC};

    (void)state;
    for (size_t h = 0; h < sizeof(heights) / sizeof(heights[0]); h++) {
        struct picture *p = open_picture((struct font_bytes){0}, heights[h]);

        for (uint32_t code = '!'; code <= 0x17f; code++) {
            for (size_t s = 0; s < 4; s++) {
                struct cell pen = cell_default();
                pen.attrs = styles[s] & 0xff;
                picture_put(p, (struct cell_pos){0, (int)s}, pen, code, 1);
            }
            picture_draw(p);
            assert_int_equal(smooth_pixels(p), 0);
        }
        picture_free(p);
    }
}

static void
outlines_fill_any_size_with_smooth_edges(void **state)
{
    (void)state;
    struct font_bytes font = fonts_get(FONT_UNIFONT);

    for (int size = RENDER_FONT_SIZE_MIN; size <= RENDER_FONT_SIZE_MAX;
         size += 3) {
        struct picture *p = open_picture(font, size);
        struct cell pen = cell_default();

        pen.attrs = CELL_BOLD | CELL_ITALIC;
        picture_write(p, origin, cell_default(), "gA%");
        picture_write(p, (struct cell_pos){1, 0}, pen, "gA%");
        picture_draw(p);
        assert_int_equal(p->cell.height, size);
        assert_true(picture_ink(p, origin) > 0);
        assert_true(smooth_pixels(p) > 0);
        picture_free(p);
    }
}

static void
user_font_falls_back_to_the_builtin(void **state)
{
    (void)state;
    struct picture *p = open_picture(fonts_get(FONT_TERMINUS_BOLD), 24);

    picture_put(p, origin, cell_default(), 0x4e2d, 2);
    picture_draw(p);

    assert_true(picture_ink(p, origin) > 20);
    assert_true(picture_ink(p, (struct cell_pos){0, 1}) > 20);
    picture_free(p);
}

static void
fallback_is_scaled_to_the_cell(void **state)
{
    (void)state;
    struct picture *p = open_picture((struct font_bytes){NULL, 0}, 32);

    /* Twice Unifont's own size: every pixel becomes four, and none is grey. */
    picture_put(p, origin, cell_default(), 0x4e2d, 2);
    picture_draw(p);

    assert_int_equal(smooth_pixels(p), 0);
    assert_true(picture_ink(p, origin) > 80);
    picture_free(p);
}

/* An A of four rows, and a B that has rows but no columns. */
static const char bdf[] = "STARTFONT 2.1\n"
                          "FONT -x-x-medium-r-normal--16-160-75-75-c-80-"
                          "iso10646-1\n"
                          "SIZE 16 75 75\n"
                          "FONTBOUNDINGBOX 8 16 0 -4\n"
                          "STARTPROPERTIES 4\n"
                          "FONT_ASCENT 12\n"
                          "FONT_DESCENT 4\n"
                          "CHARSET_REGISTRY \"ISO10646\"\n"
                          "CHARSET_ENCODING \"1\"\n"
                          "ENDPROPERTIES\n"
                          "CHARS 2\n"
                          "STARTCHAR A\n"
                          "ENCODING 65\n"
                          "SWIDTH 500 0\n"
                          "DWIDTH 8 0\n"
                          "BBX 8 4 0 0\n"
                          "BITMAP\n"
                          "18\n24\n7E\n42\n"
                          "ENDCHAR\n"
                          "STARTCHAR B\n"
                          "ENCODING 66\n"
                          "SWIDTH 500 0\n"
                          "DWIDTH 8 0\n"
                          "BBX 0 4 0 0\n"
                          "BITMAP\n"
                          "ENDCHAR\n"
                          "ENDFONT\n";

static void
bitmap_font_is_drawn_as_it_is(void **state)
{
    (void)state;
    struct font_bytes font = {bdf, sizeof(bdf) - 1};
    struct picture *p = open_picture(font, 40);
    struct rect below = {.y = 12, .width = 8, .height = 4};
    struct rect a = {.y = 8, .width = 8, .height = 4};

    picture_write(p, origin, cell_default(), "AB");
    picture_draw(p);

    assert_int_equal(p->cell.width, 8);
    assert_int_equal(p->cell.height, 16);
    assert_int_equal(picture_ink(p, origin), 2 + 2 + 6 + 2);
    assert_int_equal(picture_count(p, a, PICTURE_FG), 12);
    assert_int_equal(picture_count(p, below, PICTURE_FG), 0);
    assert_int_equal(picture_ink(p, (struct cell_pos){0, 1}), 0);
    picture_free(p);
}

static struct font_bytes
read_file(const char *path)
{
    static unsigned char bytes[1 << 20];
    FILE *f = fopen(path, "rbe");

    if (f == NULL) {
        return (struct font_bytes){NULL, 0};
    }
    size_t len = fread(bytes, 1, sizeof(bytes), f);
    (void)fclose(f); /* it was only read */
    return (struct font_bytes){bytes, len};
}

static void
truetype_font_is_drawn_with_smooth_edges(void **state)
{
    (void)state;
    struct font_bytes font = read_file(dejavu);

    if (font.bytes == NULL) {
        print_message("SKIP: no %s\n", dejavu);
        skip();
    }
    struct picture *p = open_picture(font, 16);
    picture_write(p, origin, cell_default(), "Ag\xc3\xa9");
    picture_draw(p);

    assert_int_equal(p->cell.width, 8);
    assert_int_equal(p->cell.height, 16);
    assert_true(smooth_pixels(p) > 20);
    for (int col = 0; col < 3; col++) {
        assert_true(picture_ink(p, (struct cell_pos){0, col}) > 20);
    }
    picture_free(p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(embedded_fonts_are_opentype),
        cmocka_unit_test(size_out_of_range_is_refused),
        cmocka_unit_test(builtin_font_gives_its_nearest_smaller_strike),
        cmocka_unit_test(garbage_is_refused),
        cmocka_unit_test(truncated_font_is_refused_or_harmless),
        cmocka_unit_test(font_without_ascii_is_refused),
        cmocka_unit_test(builtin_text_has_no_grey_in_any_style),
        cmocka_unit_test(outlines_fill_any_size_with_smooth_edges),
        cmocka_unit_test(user_font_falls_back_to_the_builtin),
        cmocka_unit_test(fallback_is_scaled_to_the_cell),
        cmocka_unit_test(bitmap_font_is_drawn_as_it_is),
        cmocka_unit_test(truetype_font_is_drawn_with_smooth_edges),
    };

    return cmocka_run_group_tests_name("render_font", tests, NULL, NULL);
}
