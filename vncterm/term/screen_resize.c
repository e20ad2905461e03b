/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Without reflow: what the guest believes to be on a line stays on that line.
 */
#include <errno.h>
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

/* Fills rows [0, count) of `to` with the newest lines. */
static void
pop_rows(struct scrollback *sb, struct grid *to, int count, int cols)
{
    for (int row = count - 1; row >= 0; row--) {
        struct row_info *info = &to->info[row];
        enum row_size size = scrollback_line_size(sb, 0);
        int row_cols = row_size_cols(size, cols);
        (void)scrollback_pop(sb, to->rows[row], row_cols, &info->wrapped);
        info->used = (int16_t)row_cols;
        info->size = (uint8_t)size;
    }
}

/*
 * Carries the rows of `from` over to `to`, with the scrollback unless it is
 * NULL. Returns by how many rows the text has moved down.
 */
static int
carry_over(struct grid *to, struct cell_size to_size, const struct grid *from,
           struct cell_size from_size, struct scrollback *sb, int cursor_row)
{
    int dropped =
        rows_to_drop_at_top(from, from_size.rows, to_size.rows, cursor_row);
    int returned = 0;

    if (sb != NULL) {
        for (int row = 0; row < dropped; row++) {
            /* A line too long for the ring is lost. */
            const struct row_info *info = &from->info[row];
            enum row_size size = (enum row_size)info->size;
            int cols = row_size_cols(size, from_size.cols);

            cols = info->wrapped ? cols : min_int(info->used, cols);
            if (scrollback_push(sb, from->rows[row], cols, info->wrapped)) {
                scrollback_set_size(sb, size);
            }
        }
        returned = min_int(max_int(to_size.rows - from_size.rows, 0),
                           scrollback_lines(sb));
        pop_rows(sb, to, returned, to_size.cols);
    }
    int count = min_int(from_size.rows - dropped, to_size.rows - returned);
    for (int row = 0; row < count; row++) {
        copy_row(to, returned + row, to_size.cols, from, dropped + row,
                 from_size.cols);
    }
    return returned - dropped;
}

static void
move_place(struct cell_pos *pos, int rows_down, struct cell_size size)
{
    if (pos != NULL) {
        pos->row = clamp_int(pos->row + rows_down, 0, size.rows - 1);
        pos->col = clamp_int(pos->col, 0, size.cols - 1);
    }
}

/* Memory for another size. Returns 0 or -ENOMEM. */
static int
allocate(const struct screen *s, struct cell_size size,
         struct grid grids[GRID_COUNT], struct damage_state *damage)
{
    for (int i = 0; i < GRID_COUNT; i++) {
        if (s->grids[i].cells != NULL && grid_init(&grids[i], size) < 0) {
            goto fail;
        }
    }
    if (damage_init(damage, size.rows) < 0) {
        goto fail;
    }
    return 0;

fail:
    for (int i = 0; i < GRID_COUNT; i++) {
        grid_fini(&grids[i]);
    }
    return -ENOMEM;
}

int
screen_resize(struct screen *s, struct cell_size size, struct cell_pos *cursor,
              struct cell_pos *saved)
{
    if (!screen_is_size_valid(size)) {
        return -EINVAL;
    }
    struct grid grids[GRID_COUNT] = {0};
    struct damage_state damage;
    int error = allocate(s, size, grids, &damage);
    if (error < 0) {
        return error;
    }

    screen_make_room_for_marks(s);
    bool alternate = screen_is_alternate(s);
    const struct cell_pos *anchors[GRID_COUNT] = {
        [GRID_MAIN] = alternate ? saved : cursor,
        [GRID_ALTERNATE] = alternate ? cursor : NULL,
    };
    int down[GRID_COUNT] = {0};
    for (int i = 0; i < GRID_COUNT; i++) {
        const struct cell_pos *anchor = anchors[i];
        if (s->grids[i].cells != NULL) {
            down[i] = carry_over(&grids[i], size, &s->grids[i], s->size,
                                 i == GRID_MAIN ? s->scrollback : NULL,
                                 anchor == NULL ? 0 : anchor->row);
        }
        grid_fini(&s->grids[i]);
        s->grids[i] = grids[i];
    }
    int active_down = down[alternate ? GRID_ALTERNATE : GRID_MAIN];
    damage_fini(&s->damage);
    s->damage = damage;
    view_to_bottom(s);
    s->size = size;
    move_place(cursor, active_down, size);
    move_place(&s->cursor.pos, active_down, size);
    move_place(saved, down[GRID_MAIN], size);
    screen_damage_all(s);
    return 0;
}
