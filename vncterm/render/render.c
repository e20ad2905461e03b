/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/render.h"

#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "render/blit.h"
#include "render/composite.h"
#include "render/decoration.h"
#include "render/font.h"
#include "render/glyph_cache.h"
#include "render/ink.h"
#include "render/mask.h"

struct render {
    struct font *font;
    struct pixel_size cell;
    struct glyph_cache cache;
    struct mask scratch;  /* a glyph on its way to the cache */
    struct mask composed; /* a base with its marks */
};

/* One character on the screen. */
struct spot {
    const struct screen_view *view;
    const struct cell *cell;
    struct rect area;
    bool wide;
    bool hidden; /* only its background is seen */
};

int
render_new(struct render **out, const struct render_config *config)
{
    if (config->font_size < RENDER_FONT_SIZE_MIN ||
        config->font_size > RENDER_FONT_SIZE_MAX) {
        return -EINVAL;
    }

    struct font *font = NULL;
    int result =
        font_new(&font, config->font, config->font_len, config->font_size);
    if (result < 0) {
        return result;
    }
    struct render *r = xcalloc(1, sizeof(*r));
    r->font = font;
    r->cell = font_cell_size(font);
    glyph_cache_init(&r->cache, r->cell);
    *out = r;
    return 0;
}

void
render_free(struct render *r)
{
    if (r == NULL) {
        return;
    }
    glyph_cache_fini(&r->cache);
    font_free(r->font);
    free(r);
}

void
render_trim(struct render *r)
{
    glyph_cache_clear(&r->cache);
    font_trim(r->font);
    /* FreeType's blocks lie scattered in the heap; without this the C library
     * keeps their pages. Its answer, whether there were any, is of no use. */
    (void)malloc_trim(0);
}

struct pixel_size
render_cell_size(const struct render *r)
{
    return r->cell;
}

struct code_range {
    uint32_t first;
    uint32_t last;
};

/*
 * Characters that act on others and have no picture: controls and the format
 * characters of Unicode's category Cf (but the soft hyphen, which terminals
 * show, and the signs that enclose numbers), fillers and variation selectors.
 * Unifont has pictures of their names.
 */
static bool
is_invisible(uint32_t code)
{
    static const struct code_range ranges[] = {
        {0x0000, 0x0020},   {0x007f, 0x00a0},   {0x034f, 0x034f},
        {0x061c, 0x061c},   {0x115f, 0x1160},   {0x17b4, 0x17b5},
        {0x180b, 0x180f},   {0x2000, 0x200f},   {0x2028, 0x202f},
        {0x205f, 0x206f},   {0x3000, 0x3000},   {0x3164, 0x3164},
        {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
        {0xfff9, 0xfffb},   {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
        {0xe0000, 0xe0fff},
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (code <= ranges[i].last) {
            return code >= ranges[i].first;
        }
    }
    return false;
}

/* Glyphs are handed down and not returned: the copies would cost a third of
 * the drawing. */
static void
find_glyph(struct render *r, uint32_t glyph_id, struct glyph *out)
{
    if (glyph_cache_find(&r->cache, glyph_id, out)) {
        return;
    }
    if (is_invisible(glyph_id & GLYPH_CODE)) {
        struct pixel_size size = r->cell;
        size.width *= (glyph_id & GLYPH_WIDE) != 0 ? 2 : 1;
        mask_clear(&r->scratch, MASK_MONO, size);
    } else {
        font_draw(r->font, glyph_id, &r->scratch);
    }
    *out = glyph_cache_add(&r->cache, glyph_id, &r->scratch);
}

/* The flags of glyph_cache.h that a cell's attributes ask for. */
static uint32_t
style_of(const struct spot *spot)
{
    unsigned attrs = spot->cell->attrs;

    return ((attrs & CELL_BOLD) != 0 ? GLYPH_BOLD : 0u) |
           ((attrs & CELL_ITALIC) != 0 ? GLYPH_ITALIC : 0u) |
           (spot->wide ? GLYPH_WIDE : 0u);
}

/*
 * A character with its marks. `base` becomes what it and some of them make, the
 * others are drawn over that.
 */
static void
compose_glyph(struct render *r, const struct spot *spot, uint32_t base,
              struct glyph *out)
{
    uint32_t marks[CELL_MARKS_MAX];
    int given = view_marks(spot->view, spot->cell, marks);
    int count = 0;
    struct mask *m = &r->composed;
    struct glyph part;

    for (int i = 0; i < given; i++) {
        uint32_t code = composite_of(base, marks[i]);
        if (code != 0) {
            base = code;
        } else if (!is_invisible(marks[i])) {
            marks[count++] = marks[i];
        }
    }
    find_glyph(r, base | style_of(spot), &part);
    if (count == 0) {
        *out = part;
        return;
    }
    mask_clear(m, MASK_MONO, part.size);
    mask_merge(m, &part);
    for (int i = 0; i < count; i++) {
        find_glyph(r, marks[i] | GLYPH_MARK | style_of(spot), &part);
        mask_merge(m, &part);
    }
    *out = mask_glyph(m);
}

static void
glyph_of(struct render *r, const struct spot *spot, struct glyph *out)
{
    uint32_t code = spot->cell->code;

    if (code == CELL_BLANK || code > UNICODE_MAX) {
        code = ' ';
    }
    if (spot->cell->marks != 0) {
        compose_glyph(r, spot, code, out);
    } else if (code == ' ') {
        *out = (struct glyph){.size = {spot->area.width, spot->area.height}};
    } else {
        find_glyph(r, code | style_of(spot), out);
    }
}

/* Draws a character with its lines, but no cursor. */
static void
draw_spot(struct render *r, const struct canvas *canvas,
          const struct spot *spot, struct ink ink)
{
    if (spot->hidden) {
        blit_fill(canvas, spot->area, ink.bg);
        return;
    }
    struct glyph glyph;
    glyph_of(r, spot, &glyph);
    blit_glyph(canvas, spot->area.x, spot->area.y, &glyph, ink);
    if (decoration_is_needed(spot->cell)) {
        struct decoration_colours colours = {
            .text = ink.fg,
            .underline = ink_of_underline(spot->view, spot->cell, ink),
        };
        decoration_draw(canvas, spot->area, spot->cell, font_baseline(r->font),
                        colours);
    }
}

static void
draw_spot_with_cursor(struct render *r, const struct canvas *canvas,
                      const struct screen_view *view, const struct spot *spot,
                      struct ink ink)
{
    struct ink cursor = ink_of_cursor(view, ink);

    if (view->cursor.shape == CURSOR_BLOCK) {
        draw_spot(r, canvas, spot, cursor);
        return;
    }
    draw_spot(r, canvas, spot, ink);
    decoration_draw_cursor(canvas, spot->area, view->cursor.shape, cursor.bg);
}

static bool
is_wide_tail(const struct cell *row, int col, int cols)
{
    return col < cols && row[col].code == CELL_WIDE_TAIL;
}

/* Draws the cells from `begin` to `end`, which split no wide character. */
static void
draw_run(struct render *r, const struct canvas *canvas,
         const struct screen_view *view, int row_index, struct row_span run)
{
    const struct cell *row = view_row(view, row_index);
    const struct cursor_view *cursor = &view->cursor;
    bool cursor_row = cursor->visible && cursor->pos.row == row_index;
    unsigned hiding =
        CELL_CONCEAL | (view->blink == BLINK_HIDDEN ? CELL_BLINK : 0U);
    struct row_span selected =
        selection_view_row(&view->selection, row_index, view->size.cols);

    for (int col = run.begin; col < run.end;) {
        bool wide = is_wide_tail(row, col + 1, view->size.cols);
        int cells = wide ? 2 : 1;
        struct spot spot = {
            .view = view,
            .cell = &row[col],
            .area =
                {
                    .x = col * r->cell.width,
                    .y = row_index * r->cell.height,
                    .width = cells * r->cell.width,
                    .height = r->cell.height,
                },
            .wide = wide,
            .hidden = (row[col].attrs & hiding) != 0,
        };
        struct ink ink = ink_of_cell(view, spot.cell);
        if (col >= selected.begin && col < selected.end) {
            ink = ink_of_selected(ink);
        }
        if (cursor_row && cursor->pos.col >= col &&
            cursor->pos.col < col + cells) {
            draw_spot_with_cursor(r, canvas, view, &spot, ink);
        } else {
            draw_spot(r, canvas, &spot, ink);
        }
        col += cells;
    }
}

static void
check_canvas(const struct render *r, const struct canvas *canvas,
             const struct screen_view *view)
{
    assert(canvas->size.width >= view->size.cols * r->cell.width);
    assert(canvas->size.height >= view->size.rows * r->cell.height);
    assert(canvas->stride >= (size_t)canvas->size.width);
}

/* `span` within the row, with the other half of each character that it cuts. */
static struct row_span
whole_characters(const struct screen_view *view, int row_index,
                 struct row_span span)
{
    const struct cell *row = view_row(view, row_index);
    int cols = view->size.cols;
    int begin = span.begin < 0 ? 0 : span.begin;
    int end = span.end > cols ? cols : span.end;

    if (begin >= end) {
        return (struct row_span){0};
    }
    if (begin > 0 && is_wide_tail(row, begin, cols)) {
        begin--;
    }
    if (is_wide_tail(row, end, cols)) {
        end++;
    }
    return (struct row_span){.begin = (int16_t)begin, .end = (int16_t)end};
}

/*
 * A row of double width is drawn in single width where it begins, and then
 * stretched, so it is drawn as a whole: all that it shows, patterns and cursor
 * included, is then of one piece.
 */
static void
draw_doubled_row(struct render *r, const struct canvas *canvas,
                 const struct screen_view *view, int row)
{
    static const enum blit_stretch stretches[] = {
        [ROW_DOUBLE_WIDTH] = BLIT_WIDE,
        [ROW_DOUBLE_TOP] = BLIT_UPPER_HALF,
        [ROW_DOUBLE_BOTTOM] = BLIT_LOWER_HALF,
    };
    enum row_size size = view_row_size(view, row);
    int cols = row_size_cols(size, view->size.cols);
    struct row_span all = {.begin = 0, .end = (int16_t)cols};
    struct rect area = {
        .y = row * r->cell.height,
        .width = view_col_to_place(view, row, cols) * r->cell.width,
        .height = r->cell.height,
    };

    draw_run(r, canvas, view, row, all);
    blit_stretch(canvas, area, stretches[size]);
    /* The last column of an odd number is no character's. */
    area.x = area.width;
    area.width = view->size.cols * r->cell.width - area.x;
    blit_fill(canvas, area, ink_of_blank(view).bg);
}

static void
draw_row(struct render *r, const struct canvas *canvas,
         const struct screen_view *view, int row, struct row_span run)
{
    if (view_row_size(view, row) != ROW_SINGLE) {
        draw_doubled_row(r, canvas, view, row);
    } else {
        draw_run(r, canvas, view, row, run);
    }
}

/* Where the columns of a run are, in pixels. */
static struct rect
area_of_run(const struct render *r, const struct screen_view *view, int row,
            struct row_span run)
{
    int begin = view_col_to_place(view, row, run.begin);
    int end = view_col_to_place(view, row, run.end);

    return (struct rect){
        .x = begin * r->cell.width,
        .y = row * r->cell.height,
        .width = (end - begin) * r->cell.width,
        .height = r->cell.height,
    };
}

void
render_damage(struct render *r, const struct canvas *canvas,
              const struct screen_view *view, const struct damage *damage,
              render_rect_fn *fn, void *data)
{
    check_canvas(r, canvas, view);
    for (int row = 0; row < view->size.rows; row++) {
        struct row_span run = whole_characters(view, row, damage->rows[row]);
        if (run.begin >= run.end) {
            continue;
        }
        draw_row(r, canvas, view, row, run);
        struct rect area = area_of_run(r, view, row, run);
        if (!rect_is_empty(area)) {
            fn(data, area);
        }
    }
}

void
render_all(struct render *r, const struct canvas *canvas,
           const struct screen_view *view)
{
    uint32_t background = ink_of_blank(view).bg;
    int width = view->size.cols * r->cell.width;
    int height = view->size.rows * r->cell.height;
    struct row_span whole_row = {.begin = 0, .end = (int16_t)view->size.cols};

    check_canvas(r, canvas, view);
    for (int row = 0; row < view->size.rows; row++) {
        draw_row(r, canvas, view, row, whole_row);
    }
    blit_fill(canvas,
              (struct rect){.x = width,
                            .width = canvas->size.width - width,
                            .height = height},
              background);
    blit_fill(canvas,
              (struct rect){.y = height,
                            .width = canvas->size.width,
                            .height = canvas->size.height - height},
              background);
}
