/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fonts in the executable: read-only, shared between processes, and read
 * from disk by the page when they are first used. A locked down process has no
 * files, so its fonts must come with it. README.md tells where they are from.
 */
#ifndef VNCTERM_FONTS_FONTS_H
#define VNCTERM_FONTS_FONTS_H

#include <stddef.h>

enum builtin_font {
    FONT_TERMINUS_NORMAL,
    FONT_TERMINUS_BOLD,
    FONT_UNIFONT,       /* the Basic Multilingual Plane */
    FONT_UNIFONT_UPPER, /* the planes above */
};

/* A font file, as it is on disk. */
struct font_bytes {
    const void *bytes;
    size_t len;
};

/* The bytes live as long as the process. */
struct font_bytes fonts_get(enum builtin_font font);

#endif
