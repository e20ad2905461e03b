/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/font.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_MODULE_H

#include "base/mem.h"
#include "fonts/fonts.h"
#include "render/boxdraw.h"
#include "render/face.h"
#include "render/font_memory.h"
#include "render/glyph_cache.h"

/* A font that is opened when it is first needed. */
struct lazy_face {
    enum builtin_font source;
    struct face *face;
    bool failed; /* not tried again until font_trim() */
};

enum lazy_index {
    LAZY_BOLD, /* Terminus only; it has the code points of the normal one */
    LAZY_UNIFONT,
    LAZY_UNIFONT_UPPER,
    LAZY_COUNT,
};

struct font {
    struct font_memory memory;
    FT_Library library;
    struct face *main;
    bool is_builtin;
    struct pixel_size cell;
    int baseline;
    struct lazy_face lazy[LAZY_COUNT];
};

static int
open_library(struct font *f)
{
    font_memory_init(&f->memory);
    FT_Error error = FT_New_Library(&f->memory.interface, &f->library);
    if (error != 0) {
        return error == FT_Err_Out_Of_Memory ? -ENOMEM : -EINVAL;
    }
    /* Not FT_Init_FreeType(), which also takes orders from the environment. */
    FT_Add_Default_Modules(f->library);
    return 0;
}

int
font_new(struct font **out, const void *bytes, size_t len, int height)
{
    struct font *f = xcalloc(1, sizeof(*f));
    struct font_bytes source = {.bytes = bytes, .len = len};

    if (bytes == NULL) {
        source = fonts_get(FONT_TERMINUS_NORMAL);
        f->is_builtin = true;
    }
    f->lazy[LAZY_BOLD].source = FONT_TERMINUS_BOLD;
    f->lazy[LAZY_UNIFONT].source = FONT_UNIFONT;
    f->lazy[LAZY_UNIFONT_UPPER].source = FONT_UNIFONT_UPPER;

    int r = open_library(f);
    if (r < 0) {
        goto fail;
    }
    r = face_open(&f->main, f->library, source.bytes, source.len, height);
    if (r < 0) {
        goto fail;
    }
    f->cell = face_cell_size(f->main);
    f->baseline = face_baseline(f->main);
    *out = f;
    return 0;

fail:
    font_free(f);
    return r;
}

void
font_trim(struct font *f)
{
    for (int i = 0; i < LAZY_COUNT; i++) {
        face_close(f->lazy[i].face);
        f->lazy[i].face = NULL;
        f->lazy[i].failed = false;
    }
}

void
font_free(struct font *f)
{
    if (f == NULL) {
        return;
    }
    font_trim(f);
    face_close(f->main);
    if (f->library != NULL) {
        (void)FT_Done_Library(f->library); /* fails only for what is not one */
    }
    free(f);
}

struct pixel_size
font_cell_size(const struct font *f)
{
    return f->cell;
}

int
font_baseline(const struct font *f)
{
    return f->baseline;
}

static struct face *
need_face(struct font *f, enum lazy_index which)
{
    struct lazy_face *lazy = &f->lazy[which];

    if (lazy->face == NULL && !lazy->failed) {
        struct font_bytes source = fonts_get(lazy->source);
        int r = which == LAZY_BOLD
                    ? face_open(&lazy->face, f->library, source.bytes,
                                source.len, f->cell.height)
                    : face_open_fitted(&lazy->face, f->library, source.bytes,
                                       source.len, f->cell);
        lazy->failed = r < 0;
    }
    return lazy->face;
}

static bool
try_lazy(struct font *f, enum lazy_index which,
         const struct face_request *request, struct mask *out)
{
    struct face *face = need_face(f, which);

    return face != NULL && face_draw(face, request, out);
}

/* What a font would draw if it had the character: a frame in its place. */
static void
draw_missing(struct pixel_size size, struct mask *out)
{
    int line = size.height / 16 > 0 ? size.height / 16 : 1;
    struct rect frame = {
        .x = line,
        .y = 2 * line,
        .width = size.width - 2 * line,
        .height = size.height - 5 * line,
    };
    struct rect inside = {
        .x = frame.x + line,
        .y = frame.y + line,
        .width = frame.width - 2 * line,
        .height = frame.height - 2 * line,
    };

    mask_clear(out, MASK_ALPHA, size);
    mask_fill(out, frame, 0xff);
    mask_fill(out, inside, 0);
    mask_reduce(out);
}

void
font_draw(struct font *f, uint32_t glyph_id, struct mask *out)
{
    struct pixel_size size = f->cell;
    uint32_t code = glyph_id & GLYPH_CODE;
    bool bold = (glyph_id & GLYPH_BOLD) != 0;
    struct face_request request = {
        .glyph_id = glyph_id,
        .cell = f->cell,
        .baseline = f->baseline,
    };

    if ((glyph_id & GLYPH_WIDE) != 0) {
        size.width *= 2;
    }
    /* Lines and blocks are ours for every font and in every style, because
     * they have to meet those of the next cell. */
    if (boxdraw_draw(code, size, out)) {
        return;
    }
    if (bold && f->is_builtin && try_lazy(f, LAZY_BOLD, &request, out)) {
        return;
    }
    request.synthetic_bold = bold;
    if (face_draw(f->main, &request, out) ||
        try_lazy(f, code <= 0xffff ? LAZY_UNIFONT : LAZY_UNIFONT_UPPER,
                 &request, out)) {
        return;
    }
    if ((glyph_id & GLYPH_MARK) != 0) {
        mask_clear(out, MASK_MONO, size); /* better no mark than a box on it */
        return;
    }
    draw_missing(size, out);
}
