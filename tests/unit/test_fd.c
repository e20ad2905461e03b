/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <sys/time.h>

#include <cmocka.h>

#include "base/fd.h"

static int ends[2];

static int
set_up(void **state)
{
    (void)state;
    return pipe2(ends, O_CLOEXEC);
}

static int
tear_down(void **state)
{
    (void)state;
    fd_close(&ends[0]);
    fd_close(&ends[1]);
    return 0;
}

static void
close_closes_and_forgets(void **state)
{
    int fd = ends[0];

    (void)state;
    fd_close(&ends[0]);
    assert_int_equal(ends[0], -1);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void
close_of_no_descriptor_does_nothing(void **state)
{
    int fd = -1;

    (void)state;
    fd_close(&fd);
    assert_int_equal(fd, -1);
}

static void
close_keeps_errno(void **state)
{
    int fd = fcntl(ends[0], F_DUPFD_CLOEXEC, 0);
    int same = fd;

    (void)state;
    fd_close(&fd);
    errno = ENOTTY;
    fd_close(&same); /* EBADF */
    assert_int_equal(errno, ENOTTY);
}

static void
set_nonblock_sets_the_flag(void **state)
{
    (void)state;
    assert_int_equal(fd_set_nonblock(ends[0]), 0);
    assert_true((fcntl(ends[0], F_GETFL) & O_NONBLOCK) != 0);
}

static void
set_nonblock_of_bad_descriptor_fails(void **state)
{
    (void)state;
    assert_int_equal(fd_set_nonblock(-1), -EBADF);
}

static void
read_gives_what_was_written(void **state)
{
    char buffer[8];

    (void)state;
    assert_int_equal(fd_write(ends[1], "abc", 3), 3);
    assert_int_equal(fd_read(ends[0], buffer, sizeof(buffer)), 3);
    assert_memory_equal(buffer, "abc", 3);
}

static void
read_of_empty_descriptor_says_again(void **state)
{
    char buffer[8];

    (void)state;
    assert_int_equal(fd_set_nonblock(ends[0]), 0);
    assert_int_equal(fd_read(ends[0], buffer, sizeof(buffer)), -EAGAIN);
}

static void
read_at_the_end_gives_zero(void **state)
{
    char buffer[8];

    (void)state;
    fd_close(&ends[1]);
    assert_int_equal(fd_read(ends[0], buffer, sizeof(buffer)), 0);
}

static void
write_to_full_descriptor_says_again(void **state)
{
    static const char data[4096];
    ssize_t count;

    (void)state;
    assert_int_equal(fd_set_nonblock(ends[1]), 0);
    do {
        count = fd_write(ends[1], data, sizeof(data));
    } while (count > 0);
    assert_int_equal(count, -EAGAIN);
}

/* Set by each test that needs it; a handler can be given nothing. */
static int signals_left;

static void
write_at_last_signal(int signo)
{
    (void)signo;
    signals_left--;
    if (signals_left == 0) {
        ssize_t count = write(ends[1], "x", 1);
        (void)count; /* without it the test ends by its time limit */
    }
}

static void
read_goes_on_after_a_signal(void **state)
{
    struct sigaction action = {.sa_handler = write_at_last_signal};
    struct itimerval often = {.it_value.tv_usec = 1000,
                              .it_interval.tv_usec = 1000};
    struct itimerval never = {0};
    char byte = 0;

    (void)state;
    signals_left = 2;
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
    ssize_t count = fd_read(ends[0], &byte, 1);
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    assert_int_equal(count, 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(close_closes_and_forgets),
        CASE(close_of_no_descriptor_does_nothing),
        CASE(close_keeps_errno),
        CASE(set_nonblock_sets_the_flag),
        CASE(set_nonblock_of_bad_descriptor_fails),
        CASE(read_gives_what_was_written),
        CASE(read_of_empty_descriptor_says_again),
        CASE(read_at_the_end_gives_zero),
        CASE(write_to_full_descriptor_says_again),
        CASE(read_goes_on_after_a_signal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
