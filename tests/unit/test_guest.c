/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/fd.h"
#include "base/log.h"
#include "fakes/fake_loop.h"
#include "monitor/guest.h"
#include "monitor/pty.h"

enum {
    TEXT_MAX = 8192,
    PTYS = 2,
};

struct fixture {
    struct loop *loop;
    struct guest *guest;
    int masters[PTYS];
    char paths[PTYS][64];
    int log;
    char log_text[TEXT_MAX];
    int joins;
    dev_t joined; /* the device of the console that was joined last */
    int ends;
};

static void
on_join(void *data, int fd)
{
    struct fixture *f = data;
    struct stat info;

    assert_int_equal(fstat(fd, &info), 0);
    f->joined = info.st_rdev;
    f->joins++;
}

static void
on_end(void *data)
{
    struct fixture *f = data;

    f->ends++;
}

static int
set_up(void **state)
{
    static const struct guest_handler handler = {.on_join = on_join,
                                                 .on_end = on_end};
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    for (int i = 0; i < PTYS; i++) {
        f->masters[i] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
        assert_true(f->masters[i] >= 0);
        assert_int_equal(unlockpt(f->masters[i]), 0);
        assert_int_equal(
            ptsname_r(f->masters[i], f->paths[i], sizeof(f->paths[i])), 0);
    }
    f->log = memfd_create("log", MFD_CLOEXEC);
    assert_true(f->log >= 0);
    log_set_fd(f->log);
    fake_loop_new(&f->loop);
    guest_new(&f->guest, f->loop, &handler, f);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    guest_free(f->guest);
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
    loop_free(f->loop);
    log_set_fd(STDERR_FILENO);
    for (int i = 0; i < PTYS; i++) {
        fd_close(&f->masters[i]);
    }
    fd_close(&f->log);
    free(f);
    return 0;
}

static const char *
log_text(struct fixture *f)
{
    ssize_t len = pread(f->log, f->log_text, sizeof(f->log_text) - 1, 0);

    assert_true(len >= 0);
    f->log_text[len] = '\0';
    return f->log_text;
}

static void
assert_joined(struct fixture *f, int pty, int joins)
{
    struct stat info;

    assert_int_equal(f->joins, joins);
    assert_int_equal(stat(f->paths[pty], &info), 0);
    assert_true(f->joined == info.st_rdev);
}

static void
a_tty_of_the_store_is_joined(void **state)
{
    struct fixture *f = *state;

    guest_set_tty(f->guest, f->paths[0]);
    assert_joined(f, 0, 1);
}

static void
another_tty_is_joined_in_place_of_the_first(void **state)
{
    struct fixture *f = *state;

    guest_set_tty(f->guest, f->paths[0]);
    fake_loop_advance_us(f->loop, GUEST_JOIN_US);
    guest_set_tty(f->guest, f->paths[1]);
    assert_joined(f, 1, 2);
}

static void
the_same_tty_written_again_is_joined_again(void **state)
{
    struct fixture *f = *state;

    guest_set_tty(f->guest, f->paths[0]);
    guest_hung_up(f->guest);
    fake_loop_advance_us(f->loop, GUEST_JOIN_US);
    guest_set_tty(f->guest, f->paths[0]);
    assert_joined(f, 0, 2);
}

static void
a_storm_of_writes_joins_the_newest_and_not_often(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 1000; i++) {
        guest_set_tty(f->guest, f->paths[i % 2]);
    }
    assert_joined(f, 0, 1);
    fake_loop_advance_us(f->loop, GUEST_JOIN_US);
    assert_joined(f, 1, 2);
    fake_loop_advance_us(f->loop, 10 * (uint64_t)GUEST_JOIN_US);
    assert_int_equal(f->joins, 2);
}

static void
a_hangup_alone_joins_nothing(void **state)
{
    struct fixture *f = *state;

    guest_set_tty(f->guest, f->paths[0]);
    guest_hung_up(f->guest);
    fake_loop_advance_us(f->loop, 60 * (uint64_t)GUEST_DRAIN_US);
    assert_int_equal(f->joins, 1);
    assert_int_equal(f->ends, 0);
    assert_non_null(strstr(log_text(f), "hung up"));
}

static void
a_removed_guest_ends_when_its_console_hangs_up(void **state)
{
    struct fixture *f = *state;

    guest_set_tty(f->guest, f->paths[0]);
    guest_removed(f->guest);
    guest_removed(f->guest);
    fake_loop_advance_us(f->loop, GUEST_DRAIN_US - 1);
    assert_int_equal(f->ends, 0);
    guest_hung_up(f->guest);
    assert_int_equal(f->ends, 1);
    fake_loop_advance_us(f->loop, GUEST_DRAIN_US);
    assert_int_equal(f->ends, 1);
}

static void
a_removed_guest_ends_after_a_second_without_a_hangup(void **state)
{
    struct fixture *f = *state;

    guest_set_tty(f->guest, f->paths[0]);
    guest_removed(f->guest);
    fake_loop_advance_us(f->loop, GUEST_DRAIN_US);
    assert_int_equal(f->ends, 1);
}

static void
a_removed_guest_without_a_console_ends_at_once(void **state)
{
    struct fixture *f = *state;

    guest_removed(f->guest);
    assert_int_equal(f->ends, 1);
}

static void
a_removed_guest_joins_nothing_more(void **state)
{
    struct fixture *f = *state;

    guest_set_tty(f->guest, f->paths[0]);
    guest_set_tty(f->guest, f->paths[1]);
    guest_removed(f->guest);
    fake_loop_advance_us(f->loop, GUEST_DRAIN_US);
    assert_joined(f, 0, 1);
    assert_int_equal(f->ends, 1);
}

static void
the_end_comes_once(void **state)
{
    struct fixture *f = *state;

    guest_set_tty(f->guest, f->paths[0]);
    guest_removed(f->guest);
    fake_loop_advance_us(f->loop, GUEST_DRAIN_US);
    guest_hung_up(f->guest);
    fake_loop_advance_us(f->loop, GUEST_DRAIN_US);
    assert_int_equal(f->ends, 1);
}

static void
a_hangup_names_the_console_that_was_joined(void **state)
{
    struct fixture *f = *state;
    char expected[128];

    guest_set_tty(f->guest, f->paths[0]);
    fake_loop_advance_us(f->loop, GUEST_JOIN_US);
    guest_set_tty(f->guest, "/tmp/\x9b"
                            "2J evil");
    guest_hung_up(f->guest);
    (void)snprintf(expected, sizeof(expected), "console: %s hung up",
                   f->paths[0]);
    assert_non_null(strstr(log_text(f), expected));
    assert_null(strstr(log_text(f), "\x9b"));
}

static void
a_tty_takes_a_removal_back(void **state)
{
    struct fixture *f = *state;

    guest_set_tty(f->guest, f->paths[0]);
    guest_removed(f->guest);
    fake_loop_advance_us(f->loop, GUEST_JOIN_US);
    guest_set_tty(f->guest, f->paths[1]);
    fake_loop_advance_us(f->loop, 10 * (uint64_t)GUEST_DRAIN_US);
    assert_int_equal(f->ends, 0);
    assert_joined(f, 1, 2);
}

static void
a_removal_ends_a_join_that_waits(void **state)
{
    struct fixture *f = *state;

    guest_set_tty(f->guest, f->paths[0]);
    guest_hung_up(f->guest);
    guest_set_tty(f->guest, f->paths[1]);
    guest_removed(f->guest);
    fake_loop_advance_us(f->loop, 10 * (uint64_t)GUEST_DRAIN_US);
    assert_int_equal(f->joins, 1);
    assert_int_equal(f->ends, 1);
}

static void
hostile_ttys_are_refused_with_a_bounded_log(void **state)
{
    struct fixture *f = *state;
    static const char *const paths[] = {
        "/etc/passwd", "/dev/pts/../null",   "/dev/pts/ptmx",     "/dev/pts/",
        "/dev/pts/0/", "/dev/pts/-1",        "/dev/pts/99999999", " /dev/pts/0",
        "dev/pts/0",   "/dev/pts/0\033[31m", "/dev/null",
    };

    for (int round = 0; round < 100; round++) {
        for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
            guest_set_tty(f->guest, paths[i]);
            fake_loop_advance_us(f->loop, GUEST_JOIN_US);
        }
    }
    assert_int_equal(f->joins, 0);
    assert_non_null(strstr(log_text(f), "refused the tty \"/etc/passwd\""));
    assert_null(strchr(log_text(f), '\033'));
    assert_true(strlen(log_text(f)) < 6000);

    guest_set_tty(f->guest, f->paths[0]);
    fake_loop_advance_us(f->loop, GUEST_JOIN_US);
    assert_joined(f, 0, 1);
}

static void
a_tty_that_nobody_serves_is_refused(void **state)
{
    struct fixture *f = *state;

    fd_close(&f->masters[0]);
    guest_set_tty(f->guest, f->paths[0]);
    assert_int_equal(f->joins, 0);
    assert_non_null(strstr(log_text(f), f->paths[0]));
}

static void
only_ptys_are_opened_and_those_in_raw_mode(void **state)
{
    struct fixture *f = *state;
    struct termios mode;

    assert_int_equal(pty_open_slave("/dev/null"), -EINVAL);
    assert_int_equal(pty_open_slave("/dev/pts/ptmx"), -EINVAL);
    int fd = pty_open_slave(f->paths[0]);
    assert_true(fd >= 0);
    assert_int_equal(tcgetattr(fd, &mode), 0);
    assert_int_equal(mode.c_lflag & (tcflag_t)(ECHO | ICANON | ISIG), 0);
    assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    fd_close(&fd);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        T(a_tty_of_the_store_is_joined),
        T(another_tty_is_joined_in_place_of_the_first),
        T(the_same_tty_written_again_is_joined_again),
        T(a_storm_of_writes_joins_the_newest_and_not_often),
        T(a_hangup_alone_joins_nothing),
        T(a_removed_guest_ends_when_its_console_hangs_up),
        T(a_removed_guest_ends_after_a_second_without_a_hangup),
        T(a_removed_guest_without_a_console_ends_at_once),
        T(a_removed_guest_joins_nothing_more),
        T(the_end_comes_once),
        T(a_hangup_names_the_console_that_was_joined),
        T(a_tty_takes_a_removal_back),
        T(a_removal_ends_a_join_that_waits),
        T(hostile_ttys_are_refused_with_a_bounded_log),
        T(a_tty_that_nobody_serves_is_refused),
        T(only_ptys_are_opened_and_those_in_raw_mode),
#undef T
    };
    return cmocka_run_group_tests_name("guest", tests, NULL, NULL);
}
