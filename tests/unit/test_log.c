/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "base/fd.h"
#include "base/log.h"

/* What Linux gives a pipe, pipe(7). */
#define PIPE_MAX 65536

/* The read end does not block; the write end does, like a stderr. */
static int ends[2];

static char text[PIPE_MAX + 1];

static int
set_up(void **state)
{
    (void)state;
    if (pipe2(ends, O_CLOEXEC) < 0 || fd_set_nonblock(ends[0]) < 0) {
        return -1;
    }
    log_set_fd(ends[1]);
    log_set_level(LOG_LEVEL_INFO);
    return 0;
}

static const char *
take_text(void)
{
    ssize_t len = fd_read(ends[0], text, PIPE_MAX);

    text[len > 0 ? len : 0] = '\0';
    return text;
}

static int
tear_down(void **state)
{
    (void)state;
    /* Lines that a test has lost must not be reported in the next one. */
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    log_set_fd(null);
    log_error("end");
    fd_close(&null);
    log_set_fd(STDERR_FILENO);
    fd_close(&ends[0]);
    fd_close(&ends[1]);
    return 0;
}

/* Logs until the pipe takes no more. Returns how many lines went out. */
static int
fill_pipe(int lines)
{
    for (int i = 0; i < lines; i++) {
        log_info("%0900d", i);
    }
    int written = 0;
    for (const char *at = take_text(); *at != '\0'; at++) {
        written += *at == '\n' ? 1 : 0;
    }
    return written;
}

static void
line_has_level_and_newline(void **state)
{
    (void)state;
    log_error("console: %s", "gone");
    assert_string_equal(take_text(), "error: console: gone\n");
}

static void
each_level_has_its_name(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_DEBUG);
    log_error("a");
    log_warning("b");
    log_info("c");
    log_debug("d");
    assert_string_equal(take_text(),
                        "error: a\nwarning: b\ninfo: c\ndebug: d\n");
}

static void
lines_above_the_level_are_not_written(void **state)
{
    (void)state;
    log_set_level(LOG_LEVEL_WARNING);
    log_info("quiet");
    log_warning("loud");
    assert_string_equal(take_text(), "warning: loud\n");
}

static void
errno_text_comes_last(void **state)
{
    (void)state;
    log_error_errno(ENOENT, "console: cannot open %s", "/dev/pts/7");
    log_warning_errno(EIO, "store");
    assert_string_equal(take_text(), "error: console: cannot open /dev/pts/7: "
                                     "No such file or directory\n"
                                     "warning: store: Input/output error\n");
}

static void
logging_keeps_errno(void **state)
{
    (void)state;
    fd_close(&ends[1]);
    errno = ENOTTY;
    log_error("nobody hears this");
    assert_int_equal(errno, ENOTTY);
}

static void
line_of_full_length_is_not_cut(void **state)
{
    int len = LOG_LINE_MAX - (int)strlen("info: \n");

    (void)state;
    log_info("%0*d", len, 7);
    assert_int_equal(strlen(take_text()), LOG_LINE_MAX);
    assert_string_equal(text + LOG_LINE_MAX - 3, "07\n");
}

static void
line_too_long_is_cut_and_marked(void **state)
{
    int len = LOG_LINE_MAX - (int)strlen("info: \n");

    (void)state;
    log_info("%0*d", len + 1, 7);
    assert_int_equal(strlen(take_text()), LOG_LINE_MAX);
    assert_string_equal(text + LOG_LINE_MAX - 5, "0...\n");
}

static void
control_characters_cannot_forge_a_line(void **state)
{
    (void)state;
    log_info("a\nerror: b\x1b[2J\x7f");
    assert_string_equal(take_text(), "info: a?error: b?[2J?\n");
}

static void
full_pipe_does_not_block(void **state)
{
    (void)state;
    assert_in_range(fill_pipe(1000), 1, 999);
}

static void
lost_lines_are_counted_and_reported_with_the_next(void **state)
{
    char expected[100];

    (void)state;
    int lost = 1000 - fill_pipe(1000);
    log_info("here again");
    (void)snprintf(expected, sizeof(expected),
                   "warning: log: %d lines lost\ninfo: here again\n", lost);
    assert_string_equal(take_text(), expected);
}

static void
lost_lines_are_reported_once(void **state)
{
    (void)state;
    (void)fill_pipe(1000);
    log_info("one");
    (void)take_text();
    log_info("two");
    assert_string_equal(take_text(), "info: two\n");
}

static void
closed_reader_raises_no_signal(void **state)
{
    (void)state;
    fd_close(&ends[0]); /* SIGPIPE has its default action here */
    log_error("nobody hears this");
}

static void
line_refused_by_a_full_disk_counts_as_lost(void **state)
{
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

    (void)state;
    assert_true(full >= 0);
    log_set_fd(full);
    log_error("lost");
    log_set_fd(ends[1]);
    log_error("said");
    fd_close(&full);
    assert_string_equal(take_text(),
                        "warning: log: 1 line lost\nerror: said\n");
}

/* A file at its size limit takes a part of a line, and says so. */
static void
line_cut_short_is_ended_before_the_next(void **state)
{
    int file = memfd_create("log", MFD_CLOEXEC);
    struct rlimit old;

    (void)state;
    assert_true(file >= 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    struct rlimit small = {.rlim_cur = 10, .rlim_max = old.rlim_max};

    log_set_fd(file);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    log_error("broken line");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    log_error("whole line");

    ssize_t len = pread(file, text, PIPE_MAX, 0);
    fd_close(&file);
    assert_true(len > 0);
    text[len] = '\0';
    assert_string_equal(text, "error: bro\nwarning: log: 1 line lost\n"
                              "error: whole line\n");
}

static void
limit_allows_the_first_lines_of_a_window(void **state)
{
    struct log_limit limit = {0};

    (void)state;
    for (int i = 0; i < LOG_LIMIT_LINES; i++) {
        assert_true(log_limit_allows(&limit, 1000));
    }
    assert_false(log_limit_allows(&limit, 1000));
}

static void
limit_opens_again_after_its_window(void **state)
{
    struct log_limit limit = {0};

    (void)state;
    for (int i = 0; i < LOG_LIMIT_LINES; i++) {
        assert_true(log_limit_allows(&limit, 1000));
    }
    assert_false(log_limit_allows(&limit, 1000 + LOG_LIMIT_WINDOW_US - 1));
    assert_true(log_limit_allows(&limit, 1000 + LOG_LIMIT_WINDOW_US));
}

static void
limit_says_how_many_lines_it_left_out(void **state)
{
    struct log_limit limit = {0};

    (void)state;
    for (int i = 0; i < LOG_LIMIT_LINES + 3; i++) {
        (void)log_limit_allows(&limit, 1000); /* only counted */
    }
    assert_string_equal(take_text(), "");
    assert_true(log_limit_allows(&limit, 1000 + LOG_LIMIT_WINDOW_US));
    assert_string_equal(take_text(),
                        "warning: log: left out 3 lines like the next\n");
}

static void
level_names_are_parsed(void **state)
{
    enum log_level level = LOG_LEVEL_ERROR;

    (void)state;
    assert_int_equal(log_level_parse("debug", &level), 0);
    assert_int_equal(level, LOG_LEVEL_DEBUG);
    assert_int_equal(log_level_parse("error", &level), 0);
    assert_int_equal(level, LOG_LEVEL_ERROR);
}

static void
unknown_level_name_changes_nothing(void **state)
{
    enum log_level level = LOG_LEVEL_WARNING;

    (void)state;
    assert_int_equal(log_level_parse("Debug", &level), -EINVAL);
    assert_int_equal(log_level_parse("", &level), -EINVAL);
    assert_int_equal(level, LOG_LEVEL_WARNING);
}

static void
escape_leaves_printable_text_alone(void **state)
{
    char out[20];

    (void)state;
    assert_string_equal(log_escape(out, sizeof(out), "a ~z", 4), "a ~z");
}

static void
escape_writes_other_bytes_in_hexadecimal(void **state)
{
    char out[20];

    (void)state;
    assert_string_equal(log_escape(out, sizeof(out), "\0\x1b\x7f\xff", 4),
                        "\\x00\\x1b\\x7f\\xff");
}

static void
escape_of_text_that_just_fits_is_whole(void **state)
{
    char out[8];

    (void)state;
    assert_string_equal(log_escape(out, sizeof(out), "abc\n", 4), "abc\\x0a");
}

static void
escape_of_text_that_does_not_fit_ends_in_dots(void **state)
{
    char out[8];

    (void)state;
    assert_string_equal(log_escape(out, sizeof(out), "abcd\n", 5), "abcd...");
}

static void
escape_never_cuts_an_escape(void **state)
{
    char out[8];

    (void)state;
    assert_string_equal(log_escape(out, sizeof(out), "a\n\n", 3), "a...");
}

static void
escape_into_one_byte_is_an_empty_string(void **state)
{
    char out[1];

    (void)state;
    assert_string_equal(log_escape(out, sizeof(out), "abc", 3), "");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(line_has_level_and_newline),
        CASE(each_level_has_its_name),
        CASE(lines_above_the_level_are_not_written),
        CASE(errno_text_comes_last),
        CASE(logging_keeps_errno),
        CASE(line_of_full_length_is_not_cut),
        CASE(line_too_long_is_cut_and_marked),
        CASE(control_characters_cannot_forge_a_line),
        CASE(full_pipe_does_not_block),
        CASE(lost_lines_are_counted_and_reported_with_the_next),
        CASE(lost_lines_are_reported_once),
        CASE(line_refused_by_a_full_disk_counts_as_lost),
        CASE(line_cut_short_is_ended_before_the_next),
        CASE(closed_reader_raises_no_signal),
        CASE(limit_allows_the_first_lines_of_a_window),
        CASE(limit_opens_again_after_its_window),
        CASE(limit_says_how_many_lines_it_left_out),
        CASE(level_names_are_parsed),
        CASE(unknown_level_name_changes_nothing),
        CASE(escape_leaves_printable_text_alone),
        CASE(escape_writes_other_bytes_in_hexadecimal),
        CASE(escape_of_text_that_just_fits_is_whole),
        CASE(escape_of_text_that_does_not_fit_ends_in_dots),
        CASE(escape_never_cuts_an_escape),
        CASE(escape_into_one_byte_is_an_empty_string),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
