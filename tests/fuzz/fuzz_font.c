/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hostile --font: the first byte is the size, the rest the file.
 */
#include <string.h>

#include "fuzz/fuzz.h"
#include "unit/picture.h"

/* What a font may be asked for: every style, pairs of cells, marks, and what
 * it will not have. */
static void
fill_screen(struct picture *p)
{
    struct cell pen = cell_default();

    picture_write(p, (struct cell_pos){0, 0}, pen,
                  "AMgj\xc3\xa9\xe4\xb8\xad%0");
    picture_put(p, (struct cell_pos){1, 0}, pen, 0x4e2d, 2);
    picture_put(p, (struct cell_pos){1, 2}, pen, 'M', 2);
    pen.marks = picture_mark(p, picture_mark(p, 0, 0x301), 'A') & 0x7fff;
    picture_write(p, (struct cell_pos){1, 4}, pen, "A");
    pen.attrs = CELL_BOLD;
    picture_write(p, (struct cell_pos){2, 0}, pen, "AMgj");
    pen.attrs = CELL_BOLD | CELL_ITALIC;
    picture_write(p, (struct cell_pos){2, 4}, pen, "AMgj");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len < 1) {
        return 0;
    }
    struct render_config config = {
        .font = data + 1,
        .font_len = len - 1,
        .font_size = data[0],
    };
    struct render *render = NULL;
    if (render_new(&render, &config) < 0) {
        return 0;
    }

    struct picture *p =
        picture_new(render, (struct cell_size){.cols = 8, .rows = 3});
    fill_screen(p);
    picture_draw(p);
    render_trim(render);
    picture_draw(p);
    picture_free(p);
    return 0;
}
