/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench/stream.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench/util.h"

enum {
    COLS = 80,
    ROWS = 24,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint32_t
pick(struct stream *s, uint32_t limit)
{
    return util_random(&s->random, limit);
}

__attribute__((format(printf, 2, 3))) static void
add(struct stream *s, const char *format, ...)
{
    va_list args;
    size_t room = STREAM_UNIT_MAX - s->len;

    va_start(args, format);
    int len = vsnprintf(s->text + s->len, room, format, args);
    va_end(args);
    assert(len >= 0 && (size_t)len < room);
    s->len += (size_t)len;
}

/* UTF-8 of U+0080 to U+FFFF. */
static void
add_char(struct stream *s, uint32_t code)
{
    if (code < 0x800) {
        add(s, "%c%c", (char)(0xc0 | code >> 6), (char)(0x80 | (code & 0x3f)));
        return;
    }
    add(s, "%c%c%c", (char)(0xe0 | code >> 12),
        (char)(0x80 | (code >> 6 & 0x3f)), (char)(0x80 | (code & 0x3f)));
}

static const char *
pick_word(struct stream *s)
{
    static const char *const words[] = {
        "accepted",  "address",  "answer",  "block",   "buffer",  "client",
        "closed",    "complete", "disk",    "error",   "failed",  "file",
        "finished",  "flushed",  "frame",   "from",    "handled", "in",
        "interface", "job",      "link",    "loaded",  "lost",    "memory",
        "message",   "mounted",  "network", "no",      "opened",  "packet",
        "page",      "queue",    "ready",   "request", "reset",   "retry",
        "root",      "service",  "session", "started", "state",   "stopped",
        "system",    "table",    "timeout", "to",      "unit",    "user",
        "volume",    "waiting",  "warning", "with"};

    return words[pick(s, COUNT(words))];
}

/* As in /var/log: 50 to 80 columns. */
static void
add_log_line(struct stream *s)
{
    static const char *const services[] = {"kernel", "sshd",    "systemd",
                                           "cron",   "xenopsd", "dhclient"};
    size_t start = s->len;
    uint32_t width = 50 + pick(s, 24);

    add(s, "Mar %2u %02u:%02u:%02u host %s[%u]:", 1 + pick(s, 28), pick(s, 24),
        pick(s, 60), pick(s, 60), services[pick(s, COUNT(services))],
        1 + pick(s, 32000));
    while (s->len - start < width - 8) {
        add(s, " %s", pick_word(s));
    }
    add(s, " %u\r\n", pick(s, 100000));
}

static void
add_colour(struct stream *s)
{
    switch (pick(s, 6)) {
    case 0:
        add(s, "\033[%um", 30 + pick(s, 8));
        break;
    case 1:
        add(s, "\033[%u;%um", 30 + pick(s, 8), 40 + pick(s, 8));
        break;
    case 2:
        add(s, "\033[1;%um", 90 + pick(s, 8));
        break;
    case 3:
        add(s, "\033[38;5;%um", pick(s, 256));
        break;
    case 4:
        add(s, "\033[48;2;%u;%u;%um", pick(s, 256), pick(s, 256), pick(s, 256));
        break;
    default:
        add(s, "\033[0m");
        break;
    }
}

static void
add_letters(struct stream *s, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        add(s, "%c", (char)('a' + pick(s, 26)));
    }
}

static void
add_sgr_line(struct stream *s)
{
    uint32_t cols = 0;

    while (cols < COLS - 4) {
        uint32_t count = 1 + pick(s, 4);
        add_colour(s);
        add_letters(s, count);
        cols += count;
    }
    add(s, "\033[0m\r\n");
}

/* First code point, how many follow, and columns of each. */
struct script {
    uint32_t first;
    uint32_t count;
    uint32_t width;
};

static void
add_utf8_line(struct stream *s)
{
    static const struct script scripts[] = {
        {0x4e00, 0x5000, 2}, /* CJK, the most frequent */
        {0x4e00, 0x5000, 2}, {0x4e00, 0x5000, 2},
        {0x4e00, 0x5000, 2}, {0xac00, 0x2b00, 2}, /* Hangul */
        {0x3041, 0x0050, 2},                      /* Hiragana */
        {0x00c0, 0x0040, 1},                      /* Latin with accents */
        {0x03b1, 0x0019, 1},                      /* Greek */
        {0x0430, 0x0020, 1},                      /* Cyrillic */
        {0x2500, 0x0080, 1},                      /* box drawing */
    };
    uint32_t cols = 0;

    while (cols < COLS - 12) {
        const struct script *script = &scripts[pick(s, COUNT(scripts))];
        for (uint32_t i = 1 + pick(s, 5); i > 0; i--) {
            add_char(s, script->first + pick(s, script->count));
            cols += script->width;
        }
        add(s, " ");
        cols++;
    }
    add(s, "\r\n");
}

static void
add_screen(struct stream *s)
{
    add(s, "\033[H");
    for (unsigned row = 1; row <= ROWS; row++) {
        size_t start = s->len;
        add(s, "\033[%u;1H", row);
        if (row == 1 || row == ROWS) {
            add(s, "\033[7m");
        }
        while (s->len - start < COLS - 8) {
            add(s, "%s ", pick_word(s));
        }
        add(s, "\033[m\033[K");
    }
}

bool
stream_find(const char *name, enum stream_kind *out)
{
    static const char *const names[STREAM_KINDS] = {[STREAM_LOG] = "log",
                                                    [STREAM_SGR] = "sgr",
                                                    [STREAM_UTF8] = "utf8",
                                                    [STREAM_REDRAW] = "redraw"};

    for (unsigned i = 0; i < STREAM_KINDS; i++) {
        if (strcmp(names[i], name) == 0) {
            *out = (enum stream_kind)i;
            return true;
        }
    }
    return false;
}

size_t
stream_next(struct stream *s)
{
    s->len = 0;
    switch (s->kind) {
    case STREAM_LOG:
        add_log_line(s);
        break;
    case STREAM_SGR:
        add_sgr_line(s);
        break;
    case STREAM_UTF8:
        add_utf8_line(s);
        break;
    case STREAM_REDRAW:
        add_screen(s);
        break;
    case STREAM_KINDS:
        break;
    }
    return s->len;
}
