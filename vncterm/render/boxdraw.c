/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/boxdraw.h"

#include "render/mosaic.h"
#include "render/shape.h"
#include "render/wedge.h"

enum direction {
    UP,
    RIGHT,
    DOWN,
    LEFT,
    DIRECTIONS
};

/* What a line in a cell is made of, by its letter in `box_arms`. */
enum weight {
    NONE = '.',
    LIGHT = 'l',
    HEAVY = 'h',
    DOUBLE = 'd',
};

/*
 * The arms of U+2500 to 257F: up, right, down, left, from the Unicode names.
 * Those with no arm here are dashes, arcs and diagonals.
 */
static const char box_arms[128][DIRECTIONS + 1] = {
    /* clang-format off */
    ".l.l", ".h.h", "l.l.", "h.h.", "....", "....", "....", "....", /* 2500 */
    "....", "....", "....", "....", ".ll.", ".hl.", ".lh.", ".hh.", /* 2508 */
    "..ll", "..lh", "..hl", "..hh", "ll..", "lh..", "hl..", "hh..", /* 2510 */
    "l..l", "l..h", "h..l", "h..h", "lll.", "lhl.", "hll.", "llh.", /* 2518 */
    "hlh.", "hhl.", "lhh.", "hhh.", "l.ll", "l.lh", "h.ll", "l.hl", /* 2520 */
    "h.hl", "h.lh", "l.hh", "h.hh", ".lll", ".llh", ".hll", ".hlh", /* 2528 */
    ".lhl", ".lhh", ".hhl", ".hhh", "ll.l", "ll.h", "lh.l", "lh.h", /* 2530 */
    "hl.l", "hl.h", "hh.l", "hh.h", "llll", "lllh", "lhll", "lhlh", /* 2538 */
    "hlll", "llhl", "hlhl", "hllh", "hhll", "llhh", "lhhl", "hhlh", /* 2540 */
    "lhhh", "hlhh", "hhhl", "hhhh", "....", "....", "....", "....", /* 2548 */
    ".d.d", "d.d.", ".dl.", ".ld.", ".dd.", "..ld", "..dl", "..dd", /* 2550 */
    "ld..", "dl..", "dd..", "l..d", "d..l", "d..d", "ldl.", "dld.", /* 2558 */
    "ddd.", "l.ld", "d.dl", "d.dd", ".dld", ".ldl", ".ddd", "ld.d", /* 2560 */
    "dl.l", "dd.d", "ldld", "dldl", "dddd", "....", "....", "....", /* 2568 */
    "....", "....", "....", "....", "...l", "l...", ".l..", "..l.", /* 2570 */
    "...h", "h...", ".h..", "..h.", ".h.l", "l.h.", ".l.h", "h.l.", /* 2578 */
    /* clang-format on */
};

/* Half open, as pixels. */
struct span {
    int begin;
    int end;
};

/* The pixels of lines in a cell of one size. Everything has the parity of the
 * light line, so that lines of all weights share their middle. */
struct pen {
    struct mask *m;
    struct pixel_size size;
    int light; /* thickness */
    int heavy;
};

static struct pen
make_pen(struct mask *m, struct pixel_size size)
{
    int light = (size.width + 4) / 8 > 1 ? (size.width + 4) / 8 : 1;
    int heavy = light + (light > 1 ? light / 2 * 2 : 2);

    return (struct pen){.m = m, .size = size, .light = light, .heavy = heavy};
}

static bool
is_horizontal(enum direction d)
{
    return d == RIGHT || d == LEFT;
}

/* Where a band of `thickness` lies, across a line that runs like `d`. */
static struct span
across(const struct pen *pen, enum direction d, int thickness)
{
    int side = is_horizontal(d) ? pen->size.height : pen->size.width;
    int begin = (side - pen->light) / 2 - (thickness - pen->light) / 2;

    return (struct span){.begin = begin, .end = begin + thickness};
}

/* Where an arm lies along itself: from the edge of the cell over the middle to
 * the far side of a crossing band of `crossing`. */
static struct span
along(const struct pen *pen, enum direction d, int crossing)
{
    int side = is_horizontal(d) ? pen->size.width : pen->size.height;
    struct span band = across(pen, is_horizontal(d) ? UP : RIGHT, crossing);

    return d == UP || d == LEFT
               ? (struct span){.begin = 0, .end = band.end}
               : (struct span){.begin = band.begin, .end = side};
}

static void
fill_spans(struct mask *m, struct span x, struct span y, uint8_t value)
{
    mask_fill(m,
              (struct rect){.x = x.begin,
                            .y = y.begin,
                            .width = x.end - x.begin,
                            .height = y.end - y.begin},
              value);
}

static void
draw_arm(const struct pen *pen, enum direction d, int thickness, int crossing,
         uint8_t value)
{
    struct span a = along(pen, d, crossing);
    struct span b = across(pen, d, thickness);

    if (is_horizontal(d)) {
        fill_spans(pen->m, a, b, value);
    } else {
        fill_spans(pen->m, b, a, value);
    }
}

static int
thickness_of(const struct pen *pen, char weight)
{
    switch ((enum weight)weight) {
    case NONE:
        return 0;
    case LIGHT:
        return pen->light;
    case HEAVY:
        return pen->heavy;
    case DOUBLE:
        return 3 * pen->light;
    }
    return 0;
}

/*
 * How far an arm reaches over the middle, as the thickness of what it meets
 * there. A single line that ends on a double one that passes by stops at its
 * near rail; one that turns into it runs to the far rail.
 */
static int
crossing_of(const struct pen *pen, const char *arms, enum direction d)
{
    enum direction opposite = (d + 2) % DIRECTIONS;
    enum direction side = (d + 1) % DIRECTIONS;
    enum direction other_side = (d + 3) % DIRECTIONS;
    int a = thickness_of(pen, arms[side]);
    int b = thickness_of(pen, arms[other_side]);

    if (arms[d] != DOUBLE && arms[side] == DOUBLE &&
        arms[other_side] == DOUBLE && arms[opposite] == NONE) {
        return -pen->light;
    }
    if (a == 0 && b == 0) {
        return pen->light;
    }
    return a > b ? a : b;
}

/*
 * Double lines are broad bands with a channel carved out, which gives the right
 * corners and junctions by itself. Single lines come last: they cross channels.
 */
static void
draw_arms(const struct pen *pen, const char *arms)
{
    for (enum direction d = UP; d < DIRECTIONS; d++) {
        if (arms[d] == DOUBLE) {
            draw_arm(pen, d, 3 * pen->light, crossing_of(pen, arms, d), 0xff);
        }
    }
    for (enum direction d = UP; d < DIRECTIONS; d++) {
        if (arms[d] == DOUBLE) {
            draw_arm(pen, d, pen->light, pen->light, 0);
        }
    }
    for (enum direction d = UP; d < DIRECTIONS; d++) {
        if (arms[d] == LIGHT || arms[d] == HEAVY) {
            draw_arm(pen, d, thickness_of(pen, arms[d]),
                     crossing_of(pen, arms, d), 0xff);
        }
    }
}

static void
draw_dashes(const struct pen *pen, enum direction d, int count, int thickness)
{
    struct span b = across(pen, d, thickness);
    int side = is_horizontal(d) ? pen->size.width : pen->size.height;
    int gap = side / count / 3 > 1 ? side / count / 3 : 1;

    for (int i = 0; i < count; i++) {
        struct span a = {.begin = i * side / count,
                         .end = (i + 1) * side / count - gap};
        if (a.end <= a.begin) {
            a.end = a.begin + 1;
        }
        if (is_horizontal(d)) {
            fill_spans(pen->m, a, b, 0xff);
        } else {
            fill_spans(pen->m, b, a, 0xff);
        }
    }
}

static void
draw_line(const struct pen *pen, long x0, long y0, long x1, long y1)
{
    const long ends[4] = {x0 * SHAPE_SUB, y0 * SHAPE_SUB, x1 * SHAPE_SUB,
                          y1 * SHAPE_SUB};

    shape_draw_line(pen->m, pen->light, ends);
}

/*
 * A quarter of a ring around a[0], a[1] of radius a[2], and the straight lines
 * that go on from its ends. a[3] has bit 0 set when the quarter is left of its
 * centre, bit 1 when it is above.
 */
static bool
arc_has(const struct shape *s, long x, long y)
{
    long dx = (s->a[3] & 1) != 0 ? s->a[0] - x : x - s->a[0];
    long dy = (s->a[3] & 2) != 0 ? s->a[1] - y : y - s->a[1];
    long inner = 2 * s->a[2] - s->thickness;
    long outer = 2 * s->a[2] + s->thickness;

    /* Beyond the centre only the distance to the line counts. */
    dx = dx > 0 ? dx : 0;
    dy = dy > 0 ? dy : 0;
    long square = 4 * (dx * dx + dy * dy);
    return square >= inner * inner && square <= outer * outer;
}

/* A rounded corner that joins the arms `v` (up or down) and `h`. */
static void
draw_arc(const struct pen *pen, enum direction v, enum direction h)
{
    struct span x = across(pen, UP, pen->light);
    struct span y = across(pen, RIGHT, pen->light);
    /* In half pixels, from the middle of the line; with a little left to leave
     * the cell as straight as the next goes on. */
    int middle_x = x.begin + x.end;
    int middle_y = y.begin + y.end;
    int room = middle_x < middle_y ? middle_x : middle_y;
    int radius = room > 3 ? room - 1 : 2;
    int centre_x = middle_x + (h == RIGHT ? radius : -radius);
    int centre_y = middle_y + (v == DOWN ? radius : -radius);
    struct shape arc = {
        .has = arc_has,
        .thickness = (long)pen->light * SHAPE_SUB,
        .a = {(long)centre_x * SHAPE_SUB / 2, (long)centre_y * SHAPE_SUB / 2,
              (long)radius * SHAPE_SUB / 2,
              (h == RIGHT ? 1 : 0) | (v == DOWN ? 2 : 0)},
    };

    shape_draw(pen->m, &arc);
}

static void
draw_box(const struct pen *pen, uint32_t code)
{
    int width = pen->size.width;
    int height = pen->size.height;

    switch (code) {
    case 0x2504:
    case 0x2505:
    case 0x2506:
    case 0x2507:
    case 0x2508:
    case 0x2509:
    case 0x250a:
    case 0x250b:
    case 0x254c:
    case 0x254d:
    case 0x254e:
    case 0x254f:
        /* Horizontal and vertical in turn by two, light and heavy by one. */
        draw_dashes(pen, (code & 2) != 0 ? UP : RIGHT,
                    code < 0x2508   ? 3
                    : code < 0x250c ? 4
                                    : 2,
                    (code & 1) != 0 ? pen->heavy : pen->light);
        break;
    case 0x256d:
        draw_arc(pen, DOWN, RIGHT);
        break;
    case 0x256e:
        draw_arc(pen, DOWN, LEFT);
        break;
    case 0x256f:
        draw_arc(pen, UP, LEFT);
        break;
    case 0x2570:
        draw_arc(pen, UP, RIGHT);
        break;
    case 0x2571:
        draw_line(pen, width, 0, 0, height);
        break;
    case 0x2572:
        draw_line(pen, 0, 0, width, height);
        break;
    case 0x2573:
        draw_line(pen, width, 0, 0, height);
        draw_line(pen, 0, 0, width, height);
        break;
    default:
        draw_arms(pen, box_arms[code - 0x2500]);
        break;
    }
}

bool
boxdraw_draw(uint32_t code, struct pixel_size size, struct mask *out)
{
    struct pen pen = make_pen(out, size);

    mask_clear(out, MASK_ALPHA, size);
    if (code >= 0x2500 && code <= 0x257f) {
        draw_box(&pen, code);
    } else if (!mosaic_draw(code, out) && !wedge_draw(code, pen.light, out)) {
        return false;
    }
    mask_reduce(out);
    return true;
}
