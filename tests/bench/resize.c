/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What another size costs with a full scrollback.
 *
 *     bench_resize MIB log|chinese resize|look
 *
 * Prints lines of "0 N", N nanoseconds of CPU to take a MiB of that output, and
 * "1 N", for a resize from 80x24 to 120x40 or back, or (look) for the first
 * look back after one.
 */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/util.h"
#include "term/term.h"

enum {
    TRIES = 8,
    MIB = 1 << 20,
    TEXT_LINE_MAX = 256,
};

/* Other load must not count. */
static uint64_t
cpu_ns(void)
{
    struct timespec t;

    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) < 0) {
        util_die_errno("clock_gettime");
    }
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Fills `out` with lines, some of which are longer than a row. */
static void
make_text(char *out, size_t len, bool chinese)
{
    char line[TEXT_LINE_MAX];
    size_t at = 0;
    int number = 0;

    while (at + TEXT_LINE_MAX < len) {
        int count = snprintf(line, sizeof(line),
                             "[%12.6f] pci 0000:00:%02x.0: BAR %d assigned%s",
                             number / 1000.0, number % 256, number % 6,
                             number % 3 == 0 ? " [mem 0xfebd5000-0xfebd5fff "
                                               "64bit pref] of the bridge"
                                             : "");
        for (int i = 0; chinese && i < 30; i++) {
            count += snprintf(line + count, sizeof(line) - (size_t)count,
                              "\xe4\xb8\x80");
        }
        memcpy(out + at, line, (size_t)count);
        at += (size_t)count;
        out[at++] = '\r';
        out[at++] = '\n';
        number++;
    }
    memset(out + at, '\n', len - at);
}

static uint64_t
take(struct term *t, const char *text)
{
    uint64_t begin = cpu_ns();

    term_feed(t, text, MIB);
    return cpu_ns() - begin;
}

static uint64_t
look_back(struct term *t)
{
    struct screen_view view;
    uint64_t begin = cpu_ns();

    term_scroll_view(t, INT_MAX);
    term_view(t, &view);
    uint64_t took = cpu_ns() - begin;
    term_scroll_view_to_bottom(t);
    return took;
}

int
main(int argc, char **argv)
{
    static const struct cell_size sizes[] = {{120, 40}, {80, 24}};
    static const struct term_handler nobody = {.on_reply = NULL};
    static char text[MIB];

    if (argc != 4) {
        util_die("usage: bench_resize MIB log|chinese resize|look");
    }
    uint64_t mib = util_number(argv[1], 256);
    bool looks = strcmp(argv[3], "look") == 0;
    struct term_config config = {.size = sizes[1],
                                 .scrollback_max = (size_t)mib * MIB};
    struct term *t;

    make_text(text, sizeof(text), strcmp(argv[2], "chinese") == 0);
    if (term_new(&t, &config, &nobody, NULL) < 0) {
        util_die("no terminal");
    }
    for (uint64_t i = 0; i < 2 * mib; i++) {
        uint64_t took = take(t, text);
        if (i + TRIES >= 2 * mib) {
            printf("0 %llu\n", (unsigned long long)took);
        }
    }
    for (int i = 0; i < 2 * TRIES; i++) {
        uint64_t begin = cpu_ns();
        if (term_resize(t, sizes[i % 2]) < 0) {
            util_die("no memory");
        }
        uint64_t took = cpu_ns() - begin;
        printf("1 %llu\n", (unsigned long long)(looks ? look_back(t) : took));
    }
    term_free(t);
    return EXIT_SUCCESS;
}
