/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"

/* A message that is cut ends so. */
static const char cut_mark[] = "...";

/* Enough for the longest text of strerror(). */
#define ERROR_TEXT_MAX 128

static const char *const level_names[] = {
    [LOG_LEVEL_ERROR] = "error",
    [LOG_LEVEL_WARNING] = "warning",
    [LOG_LEVEL_INFO] = "info",
    [LOG_LEVEL_DEBUG] = "debug",
};

/* The log is the one thing that every module reaches without being given. */
static struct {
    enum log_level level;
    int fd;
    unsigned lost; /* lines that could not be written */
    bool is_torn;  /* the last line went out without its end */
} log_state = {
    .level = LOG_LEVEL_INFO,
    .fd = STDERR_FILENO,
};

void
log_set_level(enum log_level level)
{
    log_state.level = level;
}

enum log_level
log_get_level(void)
{
    return log_state.level;
}

void
log_set_fd(int fd)
{
    log_state.fd = fd;
}

int
log_get_fd(void)
{
    return log_state.fd;
}

int
log_level_parse(const char *text, enum log_level *out)
{
    size_t count = sizeof(level_names) / sizeof(level_names[0]);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, level_names[i]) == 0) {
            *out = (enum log_level)i;
            return 0;
        }
    }
    return -EINVAL;
}

/* A line in the making. One byte of `text` stays free for the newline. */
struct line {
    char text[LOG_LINE_MAX];
    size_t len;
    bool is_cut;
};

__attribute__((format(printf, 2, 0))) static void
line_append_v(struct line *line, const char *format, va_list args)
{
    size_t room = sizeof(line->text) - line->len;
    int wanted = vsnprintf(line->text + line->len, room, format, args);

    if (wanted < 0) {
        return;
    }
    if ((size_t)wanted >= room) {
        line->is_cut = true;
        line->len = sizeof(line->text) - 1;
    } else {
        line->len += (size_t)wanted;
    }
}

__attribute__((format(printf, 2, 3))) static void
line_append(struct line *line, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    line_append_v(line, format, args);
    va_end(args);
}

/* Control characters would let a message forge a line, or move a cursor. */
static void
line_finish(struct line *line)
{
    if (line->is_cut) {
        size_t mark_len = sizeof(cut_mark) - 1;
        memcpy(line->text + line->len - mark_len, cut_mark, mark_len);
    }
    for (size_t i = 0; i < line->len; i++) {
        unsigned char c = (unsigned char)line->text[i];
        if (c < 0x20 || c == 0x7f) {
            line->text[i] = '?';
        }
    }
    line->text[line->len++] = '\n';
}

/*
 * Whether one line can be written at once. A pipe says so when it has a page
 * free. An error or a hang-up means that nobody will read it, and a write
 * would raise SIGPIPE.
 */
static bool
is_writable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    int count;

    do {
        count = poll(&p, 1, 0);
    } while (count < 0 && errno == EINTR);
    return count == 1 && p.revents == POLLOUT;
}

static bool
write_line(const struct line *line)
{
    if (!is_writable(log_state.fd)) {
        return false;
    }
    ssize_t count = fd_write(log_state.fd, line->text, line->len);

    if (count <= 0) {
        return false;
    }
    log_state.is_torn = (size_t)count < line->len;
    return !log_state.is_torn;
}

/* Says how many lines were lost, and repairs the end of a torn one. */
static bool
write_lost(void)
{
    struct line line = {.len = 0};
    unsigned lost = log_state.lost;

    line_append(&line, "%swarning: log: %u %s lost",
                log_state.is_torn ? "x" : "", lost,
                lost == 1 ? "line" : "lines");
    line_finish(&line);
    if (log_state.is_torn) {
        line.text[0] = '\n';
    }
    if (!write_line(&line)) {
        return false;
    }
    log_state.lost = 0;
    return true;
}

static void
emit(const struct line *line)
{
    bool is_caught_up = log_state.lost == 0 || write_lost();

    if (!is_caught_up || !write_line(line)) {
        log_state.lost += log_state.lost < UINT_MAX ? 1 : 0;
    }
}

/* `err` is a positive errno value, or 0 for none. */
__attribute__((format(printf, 3, 0))) static void
say(enum log_level level, int err, const char *format, va_list args)
{
    if (level > log_state.level) {
        return;
    }
    int saved = errno;
    struct line line = {.len = 0};

    line_append(&line, "%s: ", level_names[level]);
    line_append_v(&line, format, args);
    if (err != 0) {
        char text[ERROR_TEXT_MAX];
        line_append(&line, ": %s", strerror_r(err, text, sizeof(text)));
    }
    line_finish(&line);
    emit(&line);
    errno = saved;
}

void
log_error(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(LOG_LEVEL_ERROR, 0, format, args);
    va_end(args);
}

void
log_warning(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(LOG_LEVEL_WARNING, 0, format, args);
    va_end(args);
}

void
log_info(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(LOG_LEVEL_INFO, 0, format, args);
    va_end(args);
}

void
log_debug(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(LOG_LEVEL_DEBUG, 0, format, args);
    va_end(args);
}

void
log_error_errno(int err, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(LOG_LEVEL_ERROR, err, format, args);
    va_end(args);
}

void
log_warning_errno(int err, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(LOG_LEVEL_WARNING, err, format, args);
    va_end(args);
}

bool
log_limit_allows(struct log_limit *limit, uint64_t now_us)
{
    bool is_new_window = limit->said == 0 ||
                         now_us - limit->window_start_us >= LOG_LIMIT_WINDOW_US;

    if (is_new_window) {
        unsigned suppressed = limit->suppressed;
        *limit = (struct log_limit){.window_start_us = now_us, .said = 1};
        if (suppressed > 0) {
            log_warning("log: left out %u lines like the next", suppressed);
        }
        return true;
    }
    if (limit->said < LOG_LIMIT_LINES) {
        limit->said++;
        return true;
    }
    if (limit->suppressed < UINT_MAX) {
        limit->suppressed++;
    }
    return false;
}

static bool
is_printable(uint8_t byte)
{
    return byte >= 0x20 && byte < 0x7f;
}

/* How many of `len` bytes fit into `room` escaped characters. */
static size_t
count_fitting(const uint8_t *bytes, size_t len, size_t room)
{
    size_t used = 0;

    for (size_t i = 0; i < len; i++) {
        used += is_printable(bytes[i]) ? 1 : 4;
        if (used > room) {
            return i;
        }
    }
    return len;
}

const char *
log_escape(char *out, size_t out_size, const void *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *in = bytes;

    assert(out_size >= 1);
    size_t room = out_size - 1;
    size_t mark_len = 0;
    size_t fitting = count_fitting(in, len, room);
    if (fitting < len) {
        mark_len = room < sizeof(cut_mark) - 1 ? room : sizeof(cut_mark) - 1;
        fitting = count_fitting(in, len, room - mark_len);
    }

    char *at = out;
    for (size_t i = 0; i < fitting; i++) {
        if (is_printable(in[i])) {
            *at++ = (char)in[i];
        } else {
            *at++ = '\\';
            *at++ = 'x';
            *at++ = digits[in[i] >> 4];
            *at++ = digits[in[i] & 0xf];
        }
    }
    memcpy(at, cut_mark, mark_len);
    at[mark_len] = '\0';
    return out;
}
