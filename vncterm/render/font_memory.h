/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory for FreeType with a bound, so that a font that asks for gigabytes is
 * refused as one that is broken.
 */
#ifndef VNCTERM_RENDER_FONT_MEMORY_H
#define VNCTERM_RENDER_FONT_MEMORY_H

#include <stddef.h>

#include <ft2build.h>
#include FT_SYSTEM_H

enum {
    /* A Chinese font that fills 16 MiB on disk takes a tenth of this. */
    FONT_MEMORY_MAX = 32 << 20,
};

struct font_memory {
    struct FT_MemoryRec_ interface;
    size_t used;
};

/* Must not move while FreeType uses `interface`. */
void font_memory_init(struct font_memory *memory);

#endif
