/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of marks only grows until it is full; then what no cell uses any
 * more is swept out. A screen of 500 000 cells takes milliseconds to look
 * through, so when that frees little, a guest has to send some hundred
 * kilobytes of marks in vain before it is tried again.
 */
#include "term/screen_private.h"

enum {
    CELLS_PER_DROPPED_MARK = 8,
};

static void
keep_marks(struct marks *m, const struct grid *g, struct cell_size size)
{
    for (int row = 0; g->cells != NULL && row < size.rows; row++) {
        for (int col = 0; col < g->info[row].used; col++) {
            marks_keep(m, g->rows[row][col].marks);
        }
    }
}

static void
sweep(const struct screen *s)
{
    marks_sweep_begin(s->marks);
    for (int i = 0; i < GRID_COUNT; i++) {
        keep_marks(s->marks, &s->grids[i], s->size);
    }
    marks_sweep_end(s->marks);
}

unsigned
screen_add_to_sequence(struct screen *s, unsigned sequence, uint32_t mark)
{
    unsigned longer = marks_add(s->marks, sequence, mark);

    if (longer != sequence || !marks_is_nearly_full(s->marks)) {
        return longer;
    }
    if (s->marks_to_drop > 0) {
        s->marks_to_drop--;
        return sequence;
    }
    sweep(s);
    if (marks_is_nearly_full(s->marks)) {
        s->marks_to_drop = s->size.cols * s->size.rows / CELLS_PER_DROPPED_MARK;
    }
    return marks_add(s->marks, sequence, mark);
}

void
screen_make_room_for_marks(const struct screen *s)
{
    if (marks_is_nearly_full(s->marks)) {
        sweep(s);
    }
}

const struct mark *
screen_marks(const struct screen *s)
{
    return s->marks->table;
}
