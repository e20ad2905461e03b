/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What drawing costs: microseconds for each repaint of an 80x24 screen, beside
 * a plain fill of as many cells, and the memory that the renderer has dirtied.
 *
 *     bench_render [FONT.ttf]
 */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "unit/picture.h"

enum {
    ROUNDS = 200,
    TRIES = 9
};

static double
now_us(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail */
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void
fill_cells(struct picture *p)
{
    static volatile uint32_t colour = PICTURE_FG;
    uint32_t value = colour;

    for (int i = 0; i < PICTURE_ROWS * PICTURE_COLS; i++) {
        struct rect area = picture_cell_area(
            p, (struct cell_pos){i / PICTURE_COLS, i % PICTURE_COLS});
        for (int y = area.y; y < area.y + area.height; y++) {
            uint32_t *to =
                p->canvas.pixels + (size_t)y * p->canvas.stride + area.x;
            for (int x = 0; x < 8; x++) { /* known, for whole registers */
                to[x] = value;
            }
        }
    }
}

/* The best of some tries: the rest is what else the machine has to do. */
static double
time_us(struct picture *p, void (*draw)(struct picture *p))
{
    double best = 0;

    draw(p);
    for (int i = 0; i < TRIES; i++) {
        double begin = now_us();
        for (int round = 0; round < ROUNDS; round++) {
            draw(p);
        }
        double took = (now_us() - begin) / ROUNDS;
        if (i == 0 || took < best) {
            best = took;
        }
    }
    return best;
}

/* Private dirty memory of this process in KiB. */
static long
private_dirty(void)
{
    FILE *f = fopen("/proc/self/smaps_rollup", "re");
    char line[256];
    long kib = -1;

    while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
        if (strncmp(line, "Private_Dirty:", 14) == 0) {
            kib = strtol(line + 14, NULL, 10);
        }
    }
    if (f != NULL) {
        (void)fclose(f); /* it was only read */
    }
    return kib;
}

/* Fills the screen with the characters from `first` on. */
static void
fill_screen(struct picture *p, uint32_t first, int count, int cells)
{
    int n = 0;

    for (int row = 0; row < PICTURE_ROWS; row++) {
        for (int col = 0; col + cells <= PICTURE_COLS; col += cells) {
            uint32_t code = first + (uint32_t)(n % count);
            picture_put(p, (struct cell_pos){row, col}, cell_default(), code,
                        cells);
            n++;
        }
    }
}

static void
colour_screen(struct picture *p)
{
    for (int row = 0; row < PICTURE_ROWS; row++) {
        for (int col = 0; col < PICTURE_COLS; col++) {
            p->cells[row][col].fg = (unsigned)(row * 7 + col) & 0xff;
            p->cells[row][col].bg = (unsigned)(row + col * 5) & 0xff;
        }
    }
}

static void
report(struct picture *p, const char *what, double floor)
{
    double us = time_us(p, picture_draw);

    printf("%-28s %8.1f us  %5.1f x fill\n", what, us, us / floor);
}

static void
bench(const void *font, size_t font_len, const char *name)
{
    struct render_config config = {
        .font = font,
        .font_len = font_len,
        .font_size = RENDER_FONT_SIZE_DEFAULT,
    };
    struct render *render = NULL;

    printf("%s\n", name);
    long before = private_dirty();
    double begin = now_us();
    if (render_new(&render, &config) < 0) {
        printf("cannot use the font\n");
        return;
    }
    double opened = now_us() - begin;
    long open = private_dirty() - before;

    struct picture *p =
        picture_new(render, (struct cell_size){PICTURE_COLS, PICTURE_ROWS});
    long base = private_dirty();
    double floor = time_us(p, fill_cells);
    printf("%-28s %8.1f us\n", "fill", floor);
    picture_draw(p);
    report(p, "blank", floor);
    fill_screen(p, ' ' + 1, 94, 1);
    picture_draw(p);
    long ascii = private_dirty() - base;
    report(p, "ascii", floor);
    colour_screen(p);
    report(p, "ascii, each cell its colour", floor);
    fill_screen(p, 0x2500, 160, 1);
    report(p, "lines and blocks", floor);
    fill_screen(p, 0x4e00, 960, 2);
    picture_draw(p);
    long chinese = private_dirty() - base;
    report(p, "chinese", floor);
    render_trim(render);
    printf("open %.0f us; private dirty, KiB: open %ld, ascii +%ld, "
           "chinese +%ld, trimmed +%ld\n\n",
           opened, open, ascii, chinese, private_dirty() - base);
    picture_free(p);
}

int
main(int argc, char **argv)
{
    static unsigned char font[8 << 20];

    bench(NULL, 0, "built-in 8x16");
    if (argc < 2) {
        return EXIT_SUCCESS;
    }
    FILE *f = fopen(argv[1], "rbe");
    if (f == NULL) {
        perror(argv[1]);
        return EXIT_FAILURE;
    }
    size_t len = fread(font, 1, sizeof(font), f);
    (void)fclose(f); /* it was only read */
    bench(font, len, argv[1]);
    return EXIT_SUCCESS;
}
