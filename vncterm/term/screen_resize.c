/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The main screen reflows; see screen_reflow.c. The alternate one belongs to a
 * program that paints it anew: what has no place is cut off, and comes back
 * blank.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "term/screen_private.h"

static bool
is_row_blank(const struct grid *g, int row)
{
    for (int col = 0; col < g->info[row].used; col++) {
        if (g->rows[row][col].code != CELL_BLANK) {
            return false;
        }
    }
    return true;
}

/*
 * How many of the rows that have no place any more are taken from the top:
 * blank rows below the cursor go before them, and what the rows above the
 * cursor do not make up for is cut off below it.
 */
static int
rows_to_drop_at_top(const struct grid *g, int rows, int new_rows,
                    int cursor_row)
{
    int last = rows;

    while (last > new_rows && last - 1 > cursor_row &&
           is_row_blank(g, last - 1)) {
        last--;
    }
    return clamp_int(last - new_rows, 0, cursor_row);
}

/* Copies a row into another grid of blanks, cut or padded. */
static void
copy_row(struct grid *to, int to_row, int to_cols, const struct grid *from,
         int from_row, int from_cols)
{
    const struct row_info *info = &from->info[from_row];
    const struct cell *source = from->rows[from_row];
    struct cell *target = to->rows[to_row];
    enum row_size size = (enum row_size)info->size;
    int cols = row_size_cols(size, to_cols);
    int count = min_int(info->used, cols);

    memcpy(target, source, (size_t)count * sizeof(*target));
    if (cols < from_cols && source[cols].code == CELL_WIDE_TAIL) {
        cell_blank_half(&target[cols - 1]);
    }
    /* At another width the last cell is not what was carried on from. */
    to->info[to_row] = (struct row_info){
        .used = (int16_t)count,
        .wrapped = info->wrapped && to_cols == from_cols,
        .size = info->size,
    };
}

/* Carries the alternate screen over to `to`, with its cursor. */
static void
carry_over(struct screen *s, struct grid *to, struct cell_size size,
           struct screen_place *cursor)
{
    const struct grid *from = &s->grids[GRID_ALTERNATE];
    int cursor_row = cursor == NULL ? 0 : cursor->pos.row;
    int dropped =
        rows_to_drop_at_top(from, s->size.rows, size.rows, cursor_row);
    int count = min_int(s->size.rows - dropped, size.rows);

    for (int row = 0; row < count; row++) {
        copy_row(to, row, size.cols, from, dropped + row, s->size.cols);
    }
    if (cursor != NULL) {
        cursor->pos.row = clamp_int(cursor_row - dropped, 0, size.rows - 1);
        cursor->pos.col = clamp_int(cursor->pos.col, 0, size.cols - 1);
        cursor->pending_wrap &= size.cols == s->size.cols;
    }
}

/* What another size takes. */
struct allocation {
    struct grid grids[GRID_COUNT];
    struct damage_state damage;
    struct cell *room; /* to lay lines out in */
};

/* Returns 0 or -ENOMEM. */
static int
allocate(const struct screen *s, struct cell_size size,
         struct allocation *allocation)
{
    struct allocation made = {.room = NULL};

    for (int i = 0; i < GRID_COUNT; i++) {
        if (s->grids[i].cells != NULL && grid_init(&made.grids[i], size) < 0) {
            goto fail;
        }
    }
    made.room = malloc(reflow_room(s->size) * sizeof(*made.room));
    if (made.room == NULL || damage_init(&made.damage, size.rows) < 0) {
        goto fail;
    }
    *allocation = made;
    return 0;

fail:
    for (int i = 0; i < GRID_COUNT; i++) {
        grid_fini(&made.grids[i]);
    }
    free(made.room);
    return -ENOMEM;
}

int
screen_resize(struct screen *s, struct cell_size size,
              enum screen_cursor_line cursor_line, struct screen_place *cursor,
              struct screen_place *saved)
{
    if (!screen_is_size_valid(size)) {
        return -EINVAL;
    }
    struct allocation made;
    int error = allocate(s, size, &made);
    if (error < 0) {
        return error;
    }

    screen_make_room_for_marks(s);
    if (screen_is_alternate(s)) {
        carry_over(s, &made.grids[GRID_ALTERNATE], size, cursor);
        reflow_main_screen(s, &made.grids[GRID_MAIN], size,
                           SCREEN_REFLOW_CURSOR_LINE, saved, NULL, made.room);
    } else {
        if (s->grids[GRID_ALTERNATE].cells != NULL) {
            carry_over(s, &made.grids[GRID_ALTERNATE], size, NULL);
        }
        reflow_main_screen(s, &made.grids[GRID_MAIN], size, cursor_line, cursor,
                           saved, made.room);
    }
    free(made.room);
    for (int i = 0; i < GRID_COUNT; i++) {
        grid_fini(&s->grids[i]);
        s->grids[i] = made.grids[i];
    }
    s->selection.is_held = false;
    damage_fini(&s->damage);
    s->damage = made.damage;
    view_to_bottom(s);
    s->size = size;
    s->cursor.pos.row = clamp_int(s->cursor.pos.row, 0, size.rows - 1);
    s->cursor.pos.col = clamp_int(s->cursor.pos.col, 0, size.cols - 1);
    if (cursor != NULL) {
        s->cursor.pos = cursor->pos;
    }
    screen_damage_all(s);
    return 0;
}
