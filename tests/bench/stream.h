/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What programs write to terminals, made up anew and always the same: for an
 * 80x24 screen on a raw terminal.
 */
#ifndef VNCTERM_TESTS_BENCH_STREAM_H
#define VNCTERM_TESTS_BENCH_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum stream_kind {
    STREAM_LOG,    /* lines of a log, ASCII */
    STREAM_SGR,    /* colours change every few letters */
    STREAM_UTF8,   /* CJK, with some Latin, Greek, Cyrillic and lines */
    STREAM_REDRAW, /* a full-screen program that draws everything again */
    STREAM_KINDS,
};

/* A unit (a line or a screen) is at most this long. */
#define STREAM_UNIT_MAX 8192

/* A stream and its current unit. Begin with the kind alone. */
struct stream {
    enum stream_kind kind;
    uint32_t random;
    size_t len;
    char text[STREAM_UNIT_MAX];
};

/* Finds a kind by its name: log, sgr, utf8, redraw. */
bool stream_find(const char *name, enum stream_kind *out);

/* Makes the next unit. Returns its length. */
size_t stream_next(struct stream *s);

#endif
