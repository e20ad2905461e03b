/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/face.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include FT_BITMAP_H
#include FT_OUTLINE_H

#include "base/mem.h"
#include "render/glyph_cache.h"

enum {
    UNIT = 64, /* FreeType counts in 1/64 pixel */
    SIDE_MIN = 3,
    PRINTABLE_FIRST = '!',
    PRINTABLE_LAST = '~',
};

struct face {
    FT_Face ft;
    struct pixel_size cell;
    long ascent;    /* in 1/64 pixel */
    FT_Int32 flags; /* for FT_Load_Glyph() */
    bool squares;   /* drawn with squares as large as pixels, or made of them */
};

static int
errno_of(FT_Error error)
{
    return FT_ERROR_BASE(error) == FT_Err_Out_Of_Memory ? -ENOMEM : -EINVAL;
}

static long
round_to_pixel(long value)
{
    return (value + UNIT / 2) & -(long)UNIT;
}

static long
clamp(long value, long low, long high)
{
    return value < low ? low : value > high ? high : value;
}

static int
open_memory(struct face **out, FT_Library library, const void *bytes,
            size_t len)
{
    FT_Face ft = NULL;

    if (len > INT_MAX) {
        return -EINVAL;
    }
    FT_Error error = FT_New_Memory_Face(library, bytes, (FT_Long)len, 0, &ft);
    if (error != 0) {
        return errno_of(error);
    }
    if (FT_Select_Charmap(ft, FT_ENCODING_UNICODE) != 0) {
        (void)FT_Done_Face(ft); /* fails only for what is not a face */
        return -EINVAL;
    }
    *out = xcalloc(1, sizeof(**out));
    (*out)->ft = ft;
    return 0;
}

void
face_close(struct face *face)
{
    if (face == NULL) {
        return;
    }
    (void)FT_Done_Face(face->ft); /* fails only for what is not a face */
    free(face);
}

/* The strike of `height`, else the next smaller, else the smallest. */
static int
choose_strike(FT_Face ft, int height)
{
    int best = 0;

    for (int i = 1; i < ft->num_fixed_sizes; i++) {
        int have = ft->available_sizes[best].height;
        int offered = ft->available_sizes[i].height;
        bool better = have > height ? offered < have
                                    : offered <= height && offered > have;
        if (better) {
            best = i;
        }
    }
    return best;
}

static FT_Error
set_size(struct face *face, int height)
{
    FT_Face ft = face->ft;

    if (!FT_IS_SCALABLE(ft)) {
        if (ft->num_fixed_sizes < 1) {
            return FT_Err_Invalid_Pixel_Size;
        }
        face->flags = FT_LOAD_DEFAULT;
        face->squares = true;
        return FT_Select_Size(ft, choose_strike(ft, height));
    }

    /* Light hinting moves points up and down only, and runs no program of the
     * font: even stems in the right place, and the less to trust. */
    face->flags = FT_LOAD_NO_BITMAP | FT_LOAD_TARGET_LIGHT;
    struct FT_Size_RequestRec_ request = {
        .type = FT_SIZE_REQUEST_TYPE_REAL_DIM,
        .height = (FT_Long)height * UNIT,
    };
    if (ft->ascender - ft->descender <= 0) {
        request.type = FT_SIZE_REQUEST_TYPE_NOMINAL;
    }
    return FT_Request_Size(ft, &request);
}

/* The widest advance of ASCII, in 1/64 pixel; 0 when there is none. */
static long
widest_advance(const struct face *face)
{
    long widest = 0;

    for (FT_ULong c = PRINTABLE_FIRST; c <= PRINTABLE_LAST; c++) {
        FT_UInt index = FT_Get_Char_Index(face->ft, c);
        if (index != 0 && FT_Load_Glyph(face->ft, index, face->flags) == 0 &&
            face->ft->glyph->advance.x > widest) {
            widest = face->ft->glyph->advance.x;
        }
    }
    return widest;
}

/* Fails for sizes that cannot be a cell: they are the font's word only. */
static int
measure(struct face *face, int height)
{
    const FT_Size_Metrics *metrics = &face->ft->size->metrics;
    long width = clamp(widest_advance(face), 0, 4L * CELL_SIDE_MAX * UNIT);

    face->cell.width = (int)(round_to_pixel(width) / UNIT);
    face->cell.height = height;
    if (!FT_IS_SCALABLE(face->ft)) {
        long pixels = metrics->height / UNIT;
        face->cell.height = (int)clamp(pixels, 0, 4L * CELL_SIDE_MAX);
    }
    if (face->cell.width < SIDE_MIN || face->cell.width > CELL_SIDE_MAX ||
        face->cell.height < SIDE_MIN || face->cell.height > CELL_SIDE_MAX) {
        return -EINVAL;
    }

    long ascent = metrics->ascender;
    if (FT_IS_SCALABLE(face->ft)) {
        /* FreeType rounds this up; what rounds to the nearest fits better. */
        ascent = FT_MulFix(face->ft->ascender, metrics->y_scale);
    }
    face->ascent =
        clamp(round_to_pixel(ascent), UNIT, (long)face->cell.height * UNIT);
    return 0;
}

int
face_open(struct face **out, FT_Library library, const void *bytes, size_t len,
          int height)
{
    struct face *face = NULL;
    int r = open_memory(&face, library, bytes, len);
    if (r < 0) {
        return r;
    }

    FT_Error error = set_size(face, height);
    r = error != 0 ? errno_of(error) : measure(face, height);
    if (r < 0) {
        face_close(face);
        return r;
    }
    *out = face;
    return 0;
}

int
face_open_fitted(struct face **out, FT_Library library, const void *bytes,
                 size_t len, struct pixel_size cell)
{
    struct face *face = NULL;
    int r = open_memory(&face, library, bytes, len);
    if (r < 0) {
        return r;
    }

    FT_Error error = FT_Set_Pixel_Sizes(face->ft, 2 * (FT_UInt)cell.width,
                                        (FT_UInt)cell.height);
    if (error != 0) {
        face_close(face);
        return errno_of(error);
    }
    /* Hinting would bend the squares that these fonts are drawn with. */
    face->flags = FT_LOAD_NO_BITMAP | FT_LOAD_NO_HINTING;
    face->squares = true;
    face->cell = cell;
    face->ascent =
        FT_MulFix(face->ft->ascender, face->ft->size->metrics.y_scale);
    *out = face;
    return 0;
}

struct pixel_size
face_cell_size(const struct face *face)
{
    return face->cell;
}

int
face_baseline(const struct face *face)
{
    return (int)(face->ascent / UNIT);
}

/*
 * Where the left end of the character's own box goes, in 1/64 pixel: the box is
 * put in the middle. Marks without a width are made to follow their base, and
 * have their ink left of their origin. What fonts take for such a mark and has
 * a cell of its own, as vowel signs of Indic scripts, has its ink in the
 * middle.
 */
static long
place_across(FT_GlyphSlot slot, const FT_BBox *ink,
             const struct face_request *request, struct pixel_size area)
{
    long width = (long)area.width * UNIT;

    if (slot->advance.x != 0) {
        return (width - slot->advance.x) / 2;
    }
    if ((request->glyph_id & GLYPH_MARK) == 0) {
        return round_to_pixel((width - ink->xMax - ink->xMin) / 2);
    }
    if (ink->xMin >= 0) {
        return 0;
    }
    long after_base = (width + (long)request->cell.width * UNIT) / 2;
    return clamp(after_base, -ink->xMin,
                 clamp(width - ink->xMax, -ink->xMin, LONG_MAX));
}

/*
 * How far up the character goes so that its line meets that of the cell's main
 * font, in 1/64 pixel: whole pixels, and no further than there is room.
 * Characters of two cells fill them, and stay.
 */
static long
place_upwards(const struct face *face, const struct face_request *request,
              const FT_BBox *ink)
{
    if ((request->glyph_id & GLYPH_WIDE) != 0) {
        return 0;
    }
    long wanted = round_to_pixel(face->ascent) - (long)request->baseline * UNIT;
    long above = face->ascent - ink->yMax;
    long below = (long)request->cell.height * UNIT - face->ascent + ink->yMin;

    if (wanted > 0) {
        return clamp(wanted, 0, clamp(above, 0, wanted) & -(long)UNIT);
    }
    return clamp(wanted, -(clamp(below, 0, -wanted) & -(long)UNIT), 0);
}

static void
embolden(FT_Outline *outline, struct pixel_size cell)
{
    /* A tenth of the cell; half of it to each side. */
    FT_Pos strength = (FT_Pos)cell.width * UNIT / 10;

    /* Fails for outlines without direction, which stay as they are. */
    if (FT_Outline_EmboldenXY(outline, strength, 0) == 0) {
        FT_Outline_Translate(outline, -strength / 2, 0);
    }
}

static void
slant(FT_Outline *outline, long ascent)
{
    /* 12 degrees, about the middle of the lower case. */
    const FT_Matrix matrix = {
        .xx = 0x10000, .xy = 0x3666, .yx = 0, .yy = 0x10000};

    FT_Outline_Transform(outline, &matrix);
    FT_Outline_Translate(outline, -ascent / 3 * 0x3666 / 0x10000, 0);
}

/*
 * A character as wide as two cells that has to do with one is made narrower:
 * half of a picture tells nothing. Of marks without a width, the ink counts.
 */
static void
squeeze(FT_GlyphSlot slot, struct pixel_size area)
{
    long width = (long)area.width * UNIT;
    long wanted = slot->advance.x;

    if (wanted == 0) {
        FT_BBox ink;
        FT_Outline_Get_CBox(&slot->outline, &ink);
        wanted = ink.xMax - ink.xMin;
    }
    if (wanted <= width + width / 4) {
        return;
    }
    const FT_Matrix matrix = {.xx = FT_DivFix(width, wanted), .yy = 0x10000};
    FT_Outline_Transform(&slot->outline, &matrix);
    slot->advance.x = slot->advance.x == 0 ? 0 : width;
}

static bool
draw_outline(const struct face *face, const struct face_request *request,
             struct mask *out)
{
    FT_GlyphSlot slot = face->ft->glyph;
    FT_BBox ink;

    squeeze(slot, out->size);
    if (request->synthetic_bold && !face->squares) {
        embolden(&slot->outline, request->cell);
    }
    if ((request->glyph_id & GLYPH_ITALIC) != 0 && !face->squares) {
        slant(&slot->outline, face->ascent);
    }
    FT_Outline_Get_CBox(&slot->outline, &ink);

    long baseline = (long)request->cell.height * UNIT - face->ascent;
    FT_Outline_Translate(&slot->outline,
                         place_across(slot, &ink, request, out->size),
                         baseline + place_upwards(face, request, &ink));

    /* Into our own memory and clipped to it; FreeType's own bitmap would be
     * as large as the font wants. */
    const FT_Bitmap target = {
        .rows = (unsigned)out->size.height,
        .width = (unsigned)out->size.width,
        .pitch = (int)out->stride,
        .buffer = out->bits,
        .num_grays = 256,
        .pixel_mode = FT_PIXEL_MODE_GRAY,
    };
    if (FT_Outline_Get_Bitmap(slot->library, &slot->outline, &target) != 0) {
        return false;
    }
    return true;
}

static uint8_t
bitmap_pixel(const FT_Bitmap *bitmap, const uint8_t *row, int x)
{
    if (bitmap->pixel_mode == FT_PIXEL_MODE_GRAY) {
        return row[x];
    }
    return (row[x / 8] & 0x80 >> (x & 7)) != 0 ? 0xff : 0;
}

static bool
draw_bitmap(const struct face *face, const struct face_request *request,
            struct mask *out)
{
    FT_GlyphSlot slot = face->ft->glyph;
    const FT_Bitmap *bitmap = &slot->bitmap;

    /* The formats of other depths are rare enough to be missing. */
    if (bitmap->pixel_mode != FT_PIXEL_MODE_MONO &&
        bitmap->pixel_mode != FT_PIXEL_MODE_GRAY) {
        return false;
    }
    if (bitmap->buffer == NULL) {
        return true; /* has rows without columns, or columns without rows */
    }

    long width = (long)bitmap->width;
    long left = slot->bitmap_left;
    FT_BBox ink = {.xMin = left * UNIT, .xMax = (left + width) * UNIT};
    long x = left + place_across(slot, &ink, request, out->size) / UNIT;
    long y = face->ascent / UNIT - slot->bitmap_top;

    for (long row = 0; row < (long)bitmap->rows; row++) {
        if (y + row < 0 || y + row >= out->size.height) {
            continue;
        }
        const uint8_t *from = bitmap->buffer + row * bitmap->pitch;
        uint8_t *to = out->bits + (size_t)(y + row) * out->stride;
        long begin = clamp(-x, 0, width);
        long end = clamp(out->size.width - x, begin, width);

        for (long i = begin; i < end; i++) {
            to[x + i] = bitmap_pixel(bitmap, from, (int)i);
        }
    }
    return true;
}

static bool
draw_loaded(const struct face *face, const struct face_request *request,
            struct mask *out)
{
    switch (face->ft->glyph->format) {
    case FT_GLYPH_FORMAT_OUTLINE:
        return draw_outline(face, request, out);
    case FT_GLYPH_FORMAT_BITMAP:
        return draw_bitmap(face, request, out);
    default: /* of FreeType's formats, what our flags do not give */
        return false;
    }
}

bool
face_draw(struct face *face, const struct face_request *request,
          struct mask *out)
{
    FT_UInt index = FT_Get_Char_Index(face->ft, request->glyph_id & GLYPH_CODE);
    if (index == 0 || FT_Load_Glyph(face->ft, index, face->flags) != 0) {
        return false;
    }

    struct pixel_size size = request->cell;
    if ((request->glyph_id & GLYPH_WIDE) != 0) {
        size.width *= 2;
    }
    mask_clear(out, MASK_ALPHA, size);
    if (!draw_loaded(face, request, out)) {
        return false;
    }
    mask_reduce(out);
    if (face->squares && request->synthetic_bold) {
        mask_embolden(out);
    }
    if (face->squares && (request->glyph_id & GLYPH_ITALIC) != 0) {
        mask_slant(out, request->baseline * 2 / 3);
    }
    return true;
}
