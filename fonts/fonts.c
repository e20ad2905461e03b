/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fonts/fonts.h"

#include <stdlib.h>

/*
 * The assembler copies the files. As a part of a C file, and not as one of its
 * own, the object carries the marks for a non-executable stack and for control
 * flow protection, which the linker drops for all when one object lacks them.
 * The build system gives the paths.
 */
#define EMBED(name, path)                         \
    __asm__(".pushsection .rodata.fonts, \"a\"\n" \
            ".balign 4096\n"                      \
            ".globl vncterm_font_" name "\n"      \
            ".hidden vncterm_font_" name "\n"     \
            ".globl vncterm_font_" name "_end\n"  \
            ".hidden vncterm_font_" name "_end\n" \
            "vncterm_font_" name ":\n"            \
            ".incbin \"" path "\"\n"              \
            "vncterm_font_" name "_end:\n"        \
            ".popsection\n")

EMBED("terminus_normal", FONT_FILE_TERMINUS_NORMAL);
EMBED("terminus_bold", FONT_FILE_TERMINUS_BOLD);
EMBED("unifont", FONT_FILE_UNIFONT);
EMBED("unifont_upper", FONT_FILE_UNIFONT_UPPER);

#define HIDDEN __attribute__((visibility("hidden")))

extern const unsigned char vncterm_font_terminus_normal[] HIDDEN;
extern const unsigned char vncterm_font_terminus_normal_end[] HIDDEN;
extern const unsigned char vncterm_font_terminus_bold[] HIDDEN;
extern const unsigned char vncterm_font_terminus_bold_end[] HIDDEN;
extern const unsigned char vncterm_font_unifont[] HIDDEN;
extern const unsigned char vncterm_font_unifont_end[] HIDDEN;
extern const unsigned char vncterm_font_unifont_upper[] HIDDEN;
extern const unsigned char vncterm_font_unifont_upper_end[] HIDDEN;

static struct font_bytes
between(const unsigned char *begin, const unsigned char *end)
{
    return (struct font_bytes){.bytes = begin, .len = (size_t)(end - begin)};
}

struct font_bytes
fonts_get(enum builtin_font font)
{
    switch (font) {
    case FONT_TERMINUS_NORMAL:
        return between(vncterm_font_terminus_normal,
                       vncterm_font_terminus_normal_end);
    case FONT_TERMINUS_BOLD:
        return between(vncterm_font_terminus_bold,
                       vncterm_font_terminus_bold_end);
    case FONT_UNIFONT:
        return between(vncterm_font_unifont, vncterm_font_unifont_end);
    case FONT_UNIFONT_UPPER:
        return between(vncterm_font_unifont_upper,
                       vncterm_font_unifont_upper_end);
    }
    abort();
}
