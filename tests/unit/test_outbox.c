/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/stat.h>

#include <cmocka.h>

#include "base/log.h"
#include "monitor/outbox.h"

struct fixture {
    struct outbox outbox;
    int ends[2]; /* the monitor's, the worker's */
    int pipe[2];
};

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    assert_int_equal(link_pair(f->ends), 0);
    assert_int_equal(pipe2(f->pipe, O_CLOEXEC), 0);
    outbox_init(&f->outbox, f->ends[0]);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    outbox_fini(&f->outbox);
    for (int i = 0; i < 2; i++) {
        close(f->ends[i]);
        close(f->pipe[i]);
    }
    free(f);
    return 0;
}

static int
send_type(struct fixture *f, enum link_type type, int fd)
{
    struct link_message message = {.type = (uint32_t)type};

    return outbox_send(&f->outbox, &message, fd);
}

static int
send_level(struct fixture *f, enum log_level level)
{
    struct link_message message = {.type = LINK_LOG_LEVEL,
                                   .log_level = (uint32_t)level};

    return outbox_send(&f->outbox, &message, -1);
}

/* Returns how many messages the link has taken. */
static int
fill(struct fixture *f)
{
    int count = 0;

    while (!outbox_is_waiting(&f->outbox)) {
        assert_int_equal(send_level(f, LOG_LEVEL_INFO), 0);
        count++;
    }
    return count - 1;
}

static void
take(struct fixture *f, struct link_message *out, int *fd)
{
    assert_int_equal(link_receive(f->ends[1], out, fd), 1);
}

static void
take_all(struct fixture *f, int count)
{
    struct link_message message;
    int fd = -1;

    for (int i = 0; i < count; i++) {
        take(f, &message, &fd);
    }
    assert_int_equal(link_receive(f->ends[1], &message, &fd), -EAGAIN);
}

static void
with_room_a_message_goes_at_once(void **state)
{
    struct fixture *f = *state;
    struct link_message message;
    int fd = -1;

    assert_int_equal(send_type(f, LINK_CONSOLE, f->pipe[0]), 0);
    assert_false(outbox_is_waiting(&f->outbox));
    take(f, &message, &fd);
    assert_int_equal(message.type, LINK_CONSOLE);
    close(fd);
}

static void
on_a_full_link_the_newest_of_each_type_waits(void **state)
{
    struct fixture *f = *state;
    struct link_message message;
    struct stat newest;
    struct stat received;
    int count = fill(f);
    int fd = -1;

    for (int i = 0; i < 1000; i++) {
        assert_int_equal(send_type(f, LINK_CONSOLE, f->pipe[0]), 0);
        assert_int_equal(send_level(f, LOG_LEVEL_ERROR), 0);
    }
    assert_int_equal(send_type(f, LINK_CONSOLE, f->pipe[1]), 0);
    assert_int_equal(send_level(f, LOG_LEVEL_DEBUG), 0);
    assert_int_equal(outbox_flush(&f->outbox), 0);
    assert_true(outbox_is_waiting(&f->outbox));

    take_all(f, count);
    assert_int_equal(outbox_flush(&f->outbox), 0);
    assert_false(outbox_is_waiting(&f->outbox));
    take(f, &message, &fd);
    assert_int_equal(message.type, LINK_CONSOLE);
    assert_int_equal(fstat(f->pipe[1], &newest), 0);
    assert_int_equal(fstat(fd, &received), 0);
    assert_true(newest.st_ino == received.st_ino);
    close(fd);
    take(f, &message, &fd);
    assert_int_equal(message.type, LINK_LOG_LEVEL);
    assert_int_equal(message.log_level, LOG_LEVEL_DEBUG);
    take_all(f, 0);
}

static void
what_waits_is_not_overtaken(void **state)
{
    struct fixture *f = *state;
    struct link_message message;
    int count = fill(f);
    int fd = -1;

    assert_int_equal(send_type(f, LINK_CONSOLE_END, -1), 0);
    take(f, &message, &fd);
    assert_int_equal(send_type(f, LINK_CONSOLE, f->pipe[0]), 0);
    take_all(f, count - 1);
    assert_int_equal(outbox_flush(&f->outbox), 0);
    take(f, &message, &fd);
    assert_int_equal(message.type, LINK_CONSOLE);
    close(fd);
    take(f, &message, &fd);
    assert_int_equal(message.type, LINK_CONSOLE_END);
}

static void
a_peer_that_is_gone_is_an_error(void **state)
{
    struct fixture *f = *state;

    (void)fill(f);
    close(f->ends[1]);
    assert_int_equal(outbox_flush(&f->outbox), -EPIPE);
    f->ends[1] = dup(f->ends[0]); /* for tear_down() */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        T(with_room_a_message_goes_at_once),
        T(on_a_full_link_the_newest_of_each_type_waits),
        T(what_waits_is_not_overtaken),
        T(a_peer_that_is_gone_is_an_error),
#undef T
    };
    return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
