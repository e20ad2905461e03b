/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log lines on the inherited stderr.
 *
 * The host agent reads stderr into syslog and a person reads it on a terminal,
 * so a line is "level: object: cause". A line is at most LOG_LINE_MAX bytes,
 * and is written only when poll() says that the descriptor takes it: a reader
 * that stops must not stop us. Lines that could not be written are counted,
 * and the count is reported before the next line that goes out. A message that
 * is too long ends in "...", and control characters in it become '?'. A line is
 * one write(); nothing else of the system is needed. Calls keep errno.
 */
#ifndef VNCTERM_BASE_LOG_H
#define VNCTERM_BASE_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LOG_LINE_MAX = 1024, /* what syslog daemons take without splitting */
};

enum log_level {
    LOG_LEVEL_ERROR,
    LOG_LEVEL_WARNING,
    LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG,
};

/* Bounds what a peer can make us say. Zero initialised, one per call site. */
struct log_limit {
    uint64_t window_start_us;
    unsigned said;       /* lines in this window */
    unsigned suppressed; /* lines not said since the last one */
};

enum {
    LOG_LIMIT_LINES = 5, /* lines per call site and window */
    LOG_LIMIT_WINDOW_US = 10 * 1000 * 1000,
};

/* Lines above `level` are not written. The level at start is info. */
void log_set_level(enum log_level level);

enum log_level log_get_level(void);

/*
 * Lines go to `fd`, which stays the caller's; stderr at start. Pipes, sockets
 * and files that poll() calls writable take a line at once. A terminal may
 * take a part and then block: give a description of its own that does not
 * (O_NONBLOCK) where that matters. What it refuses is counted as lost.
 */
void log_set_fd(int fd);

int log_get_fd(void);

/*
 * Parses "error", "warning", "info" or "debug". Returns 0 or -EINVAL; `out` is
 * written only on success.
 */
int log_level_parse(const char *text, enum log_level *out);

__attribute__((format(printf, 1, 2))) void log_error(const char *format, ...);
__attribute__((format(printf, 1, 2))) void log_warning(const char *format, ...);
__attribute__((format(printf, 1, 2))) void log_info(const char *format, ...);
__attribute__((format(printf, 1, 2))) void log_debug(const char *format, ...);

/* The same with ": " and the text of `err`, a positive errno value. */
__attribute__((format(printf, 2, 3))) void
log_error_errno(int err, const char *format, ...);
__attribute__((format(printf, 2, 3))) void
log_warning_errno(int err, const char *format, ...);

/*
 * Whether one more line may be said at `now_us`. Call it before a log call
 * that a peer can repeat; the number of lines left out is said by itself.
 */
bool log_limit_allows(struct log_limit *limit, uint64_t now_us);

/*
 * Writes `len` foreign bytes to `out` (capacity `out_size`, at least 1) as
 * printable ASCII: everything else becomes \xNN, and a text that does not fit
 * ends in "...". Always terminated. Returns `out`, for use as an argument.
 */
const char *
log_escape(char *out, size_t out_size, const void *bytes, size_t len);

#endif
