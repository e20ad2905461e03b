/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stream on the real loop, with a guest on the other side of a real pty. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <sys/ioctl.h>

#include <cmocka.h>

#include "base/fd.h"
#include "console/stream.h"
#include "loop/loop.h"

enum {
    QUIT_DONE,
    QUIT_LATE,
    /* A test that takes longer has failed. */
    LATE_US = 20 * 1000 * 1000,
    /* What a slow guest reads at once. */
    SLOW_READ = 1000,
};

struct fixture {
    struct loop *loop;
    struct stream *stream;
    struct loop_timer *timer;
    struct loop_fd *guest_watcher;
    int master; /* a second one, as the monitor keeps it */
    int slave;

    size_t output_len;
    size_t output_wanted; /* quit then */
    int hangups;

    const uint8_t *expected; /* of what the guest reads */
    size_t expected_len;
    size_t read_len;
    size_t differing;
};

static void
on_output(void *data, const void *bytes, size_t len)
{
    struct fixture *f = data;

    (void)bytes;
    f->output_len += len;
    if (f->output_wanted > 0 && f->output_len >= f->output_wanted) {
        loop_quit(f->loop, QUIT_DONE);
    }
}

static void
on_hangup(void *data, int err)
{
    struct fixture *f = data;

    assert_int_equal(err, EIO);
    f->hangups++;
    loop_quit(f->loop, QUIT_DONE);
}

static void
on_late(void *data)
{
    struct fixture *f = data;

    loop_quit(f->loop, QUIT_LATE);
}

/* The guest reads a little each time. */
static void
on_guest_ready(void *data, unsigned events)
{
    struct fixture *f = data;
    uint8_t buffer[SLOW_READ];

    (void)events;
    ssize_t count = fd_read(f->slave, buffer, sizeof(buffer));
    if (count == -EAGAIN) {
        return;
    }
    assert_true(count > 0 && f->read_len + (size_t)count <= f->expected_len);
    if (memcmp(buffer, f->expected + f->read_len, (size_t)count) != 0) {
        f->differing++;
    }
    f->read_len += (size_t)count;
    if (f->read_len == f->expected_len) {
        loop_quit(f->loop, QUIT_DONE);
    }
}

static const struct stream_handler handler = {
    .on_output = on_output,
    .on_hangup = on_hangup,
};

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct termios mode;
    int unlock = 0;
    int flags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;

    assert_non_null(f);
    assert_int_equal(loop_new(&f->loop), 0);
    stream_new(&f->stream, f->loop, &handler, f);
    loop_timer_new(&f->timer, f->loop, LOOP_PRIORITY_VIEWER, on_late, f);

    int master = posix_openpt(flags);
    assert_true(master >= 0);
    assert_int_equal(ioctl(master, TIOCSPTLCK, &unlock), 0);
    f->slave = ioctl(master, TIOCGPTPEER, flags);
    assert_true(f->slave >= 0);
    assert_int_equal(tcgetattr(f->slave, &mode), 0);
    cfmakeraw(&mode);
    assert_int_equal(tcsetattr(f->slave, TCSANOW, &mode), 0);
    f->master = fcntl(master, F_DUPFD_CLOEXEC, 0);
    assert_true(f->master >= 0);
    assert_int_equal(stream_open(f->stream, master), 0);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    loop_fd_free(f->guest_watcher);
    loop_timer_free(f->timer);
    stream_free(f->stream);
    loop_free(f->loop);
    fd_close(&f->slave);
    fd_close(&f->master);
    free(f);
    return 0;
}

static void
run(struct fixture *f)
{
    loop_timer_arm(f->timer, LATE_US);
    assert_int_equal(loop_run(f->loop), QUIT_DONE);
    loop_timer_disarm(f->timer);
}

static void
a_mebibyte_is_pasted_whole_to_a_slow_guest(void **state)
{
    struct fixture *f = *state;
    size_t len = (size_t)1 << 20;
    uint8_t *text = malloc(len);
    struct bytes paste;

    assert_non_null(text);
    for (size_t i = 0; i < len; i++) {
        text[i] = (uint8_t)(i ^ (i >> 8) ^ (i >> 16));
    }
    bytes_init(&paste, len);
    assert_int_equal(bytes_push(&paste, text, len), 0);
    f->expected = text;
    f->expected_len = len;
    assert_int_equal(loop_fd_new(&f->guest_watcher, f->loop, f->slave,
                                 LOOP_PRIORITY_RENDER, on_guest_ready, f),
                     0);
    loop_fd_want(f->guest_watcher, LOOP_READ);

    assert_int_equal(stream_send_paste(f->stream, &paste, 0), 0);
    run(f);
    assert_int_equal(f->read_len, len);
    assert_int_equal(f->differing, 0);
    free(text);
}

static uint64_t
cpu_us(void)
{
    struct timespec used;

    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used), 0);
    return (uint64_t)used.tv_sec * 1000000 + (uint64_t)used.tv_nsec / 1000;
}

static void
a_hangup_comes_once_and_costs_nothing_afterwards(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(write(f->slave, "last words", 10), 10);
    fd_close(&f->slave);
    run(f);
    assert_int_equal(f->output_len, 10);
    assert_int_equal(f->hangups, 1);

    /* The monitor's master goes on hanging up; nobody here may look at it. */
    uint64_t before_us = cpu_us();
    loop_timer_arm(f->timer, 100000);
    assert_int_equal(loop_run(f->loop), QUIT_LATE);
    assert_true(cpu_us() - before_us < 50000);
    assert_int_equal(f->hangups, 1);
}

static void
the_pty_can_be_joined_again(void **state)
{
    struct fixture *f = *state;

    fd_close(&f->slave);
    run(f);
    assert_int_equal(f->hangups, 1);

    f->slave = ioctl(f->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(f->slave >= 0);
    int master = fcntl(f->master, F_DUPFD_CLOEXEC, 0);
    assert_int_equal(stream_open(f->stream, master), 0);
    f->output_wanted = 5;
    assert_int_equal(write(f->slave, "again", 5), 5);
    run(f);
    assert_int_equal(f->output_len, 5);
    assert_int_equal(f->hangups, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        T(a_mebibyte_is_pasted_whole_to_a_slow_guest),
        T(a_hangup_comes_once_and_costs_nothing_afterwards),
        T(the_pty_can_be_joined_again),
#undef T
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
