/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store with the real library and a real daemon, at XENSTORED_PATH, which
 * is started again, empty, when it dies: tests/e2e/xenstored.py runs this. What
 * a daemon does not do on demand is in test_store.c.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>
#include <xenstore.h>

#include "base/fd.h"
#include "loop/loop.h"
#include "monitor/store.h"
#include "unit/store_paths.h"

enum {
    SKIPPED = 77, /* ctest's SKIP_RETURN_CODE */
    QUIT_DONE = 0,
    QUIT_LATE,
    LATE_US = 20 * 1000 * 1000, /* a test that takes longer has failed */
    LOOK_US = 1000,             /* at what only the store shows */
    OTHER_DOMAIN = 9,
};

struct fixture {
    struct loop *loop;
    struct loop_timer *look;
    struct store *store;
    struct xs_handle *xs; /* the toolstack's */
    uint64_t late_us;

    char told[STORE_VALUE_MAX + 1];
    int told_count;
    int removals;
    int wanted_told;
    int wanted_removals;
    const char *wanted_key; /* NULL when no node is waited for */
};

static void
on_tty(void *data, const char *value)
{
    struct fixture *f = data;

    (void)snprintf(f->told, sizeof(f->told), "%s", value);
    f->told_count++;
}

static void
on_removed(void *data)
{
    struct fixture *f = data;

    f->removals++;
}

static const struct store_handler handler = {on_tty, on_removed};

static bool
has(struct fixture *f, const char *key)
{
    char *value = xs_read(f->xs, XBT_NULL, key, NULL);
    bool is_there = value != NULL;

    free(value);
    return is_there;
}

static void
on_look(void *data)
{
    struct fixture *f = data;

    if (f->told_count >= f->wanted_told && f->removals >= f->wanted_removals &&
        (f->wanted_key == NULL || has(f, f->wanted_key))) {
        loop_quit(f->loop, QUIT_DONE);
    } else if (loop_now_us(f->loop) > f->late_us) {
        loop_quit(f->loop, QUIT_LATE);
    } else {
        loop_timer_arm(f->look, LOOK_US);
    }
}

static void
run(struct fixture *f)
{
    f->late_us = loop_now_us(f->loop) + LATE_US;
    loop_timer_arm(f->look, 0);
    assert_int_equal(loop_run(f->loop), QUIT_DONE);
    assert_int_equal(f->told_count, f->wanted_told);
    assert_int_equal(f->removals, f->wanted_removals);
}

static void
run_until_there(struct fixture *f, const char *key)
{
    f->wanted_key = key;
    run(f);
    f->wanted_key = NULL;
}

static void
run_until_told(struct fixture *f, const char *value)
{
    f->wanted_told++;
    run(f);
    assert_string_equal(f->told, value);
}

static void
write_key(struct fixture *f, const char *key, const char *value)
{
    assert_true(xs_write(f->xs, XBT_NULL, key, value, (unsigned)strlen(value)));
}

/* What has happened has had its consequences: this is behind it in all queues,
 * and changes what was told last. */
static void
settle(struct fixture *f)
{
    static int count;
    char value[32];

    (void)snprintf(value, sizeof(value), "/settle/%d", ++count);
    write_key(f, TTY, value);
    run_until_told(f, value);
}

/* The daemon, as the socket that listens names it. */
static pid_t
daemon_pid(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct ucred peer;
    socklen_t len = sizeof(peer);
    const char *path = xs_daemon_socket();

    assert_true(strlen(path) < sizeof(address.sun_path));
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(
        connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len), 0);
    fd_close(&fd);
    assert_true(peer.pid > 0);
    return peer.pid;
}

/* A dying daemon may still be connected to, but does not answer. */
static void
connect_toolstack(struct fixture *f)
{
    f->xs = xs_open(0);
    while (f->xs == NULL || !has(f, "/")) {
        xs_close(f->xs);
        (void)poll(NULL, 0, 1); /* another one is being started */
        f->xs = xs_open(0);
    }
}

static void
restart_daemon(struct fixture *f)
{
    assert_int_equal(kill(daemon_pid(), SIGKILL), 0);
    while (has(f, "/")) {
        (void)poll(NULL, 0, 1);
    }
    xs_close(f->xs);
    connect_toolstack(f);
}

static void
start(struct fixture *f, enum store_watch watch)
{
    assert_int_equal(store_new(&f->store, f->loop, CONSOLE, watch, &handler, f),
                     0);
}

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    *state = f;
    assert_int_equal(store_check(), 0);
    connect_toolstack(f);
    (void)xs_rm(f->xs, XBT_NULL, DOMAIN); /* of the last test */
    assert_int_equal(loop_new(&f->loop), 0);
    loop_timer_new(&f->look, f->loop, LOOP_PRIORITY_RENDER, on_look, f);
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    store_free(f->store);
    xs_close(f->xs);
    loop_timer_free(f->look);
    loop_free(f->loop);
    free(f);
    return 0;
}

static void
ports_are_published_at_once(void **state)
{
    struct fixture *f = *state;

    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 9501);
    run_until_there(f, VNC_PORT);
    run_until_there(f, TEXT_PORT);
}

static void
every_write_of_a_terminal_is_told(void **state)
{
    struct fixture *f = *state;

    write_key(f, TTY, "");
    start(f, STORE_WATCH_TTY);
    settle(f);
    write_key(f, TTY, PTS);
    run_until_told(f, PTS);
    write_key(f, TTY, PTS);
    run_until_told(f, PTS);
    write_key(f, TTY, OTHER_PTS);
    run_until_told(f, OTHER_PTS);
    write_key(f, TTY "/below", "x");
    settle(f);
    assert_true(xs_rm(f->xs, XBT_NULL, TTY));
    f->wanted_removals++;
    run(f);
}

static void
removed_domain_is_told_and_a_released_one_is_not(void **state)
{
    struct fixture *f = *state;

    write_key(f, TTY, PTS);
    start(f, STORE_WATCH_TTY);
    run_until_told(f, PTS);
    assert_true(xs_introduce_domain(f->xs, OTHER_DOMAIN, 0, OTHER_DOMAIN));
    assert_true(xs_release_domain(f->xs, OTHER_DOMAIN));
    settle(f);
    assert_int_equal(f->removals, 0);
    assert_true(xs_rm(f->xs, XBT_NULL, DOMAIN));
    f->wanted_removals++;
    run(f);
}

static void
domain_without_a_terminal_is_missed_when_another_is_released(void **state)
{
    struct fixture *f = *state;

    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 0);
    run_until_there(f, VNC_PORT);
    /* A write that is told shows that it has been looked at. */
    settle(f);
    assert_true(xs_rm(f->xs, XBT_NULL, DOMAIN));
    f->wanted_removals++;
    run(f);
    assert_true(xs_introduce_domain(f->xs, OTHER_DOMAIN, 0, OTHER_DOMAIN));
    assert_true(xs_release_domain(f->xs, OTHER_DOMAIN));
    write_key(f, TTY, PTS);
    run_until_told(f, PTS); /* and the removal was told once */
}

static void
restarted_daemon_gets_the_ports_once_the_domain_is_there(void **state)
{
    struct fixture *f = *state;

    write_key(f, TTY, PTS);
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 9501);
    run_until_told(f, PTS);
    run_until_there(f, TEXT_PORT);
    restart_daemon(f);
    write_key(f, "/local/domain/8/name", "other");
    assert_false(has(f, DOMAIN));
    write_key(f, DOMAIN "/name", "guest");
    run_until_there(f, VNC_PORT);
    run_until_there(f, TEXT_PORT);
    store_set_state_file(f->store, "/state");
    run_until_there(f, STATE_FILE);
    settle(f);
    assert_int_equal(f->removals, 0);
}

static void
publishing_only_survives_a_restart(void **state)
{
    struct fixture *f = *state;

    write_key(f, TTY, PTS);
    start(f, STORE_PUBLISH_ONLY);
    store_set_ports(f->store, 5900, 9500);
    run_until_there(f, TEXT_PORT);
    restart_daemon(f);
    write_key(f, DOMAIN "/name", "host");
    run_until_there(f, TEXT_PORT);
}

static void
stopped_daemon_delays_the_end_only_a_little(void **state)
{
    struct fixture *f = *state;

    write_key(f, TTY, PTS);
    start(f, STORE_WATCH_TTY);
    run_until_told(f, PTS);
    pid_t pid = daemon_pid();
    assert_int_equal(kill(pid, SIGSTOP), 0);
    store_set_ports(f->store, 5901, 9501);
    uint64_t begin_us = loop_now_us(f->loop);
    store_free(f->store);
    uint64_t took_us = loop_now_us(f->loop) - begin_us;
    f->store = NULL;
    assert_int_equal(kill(pid, SIGCONT), 0);
    assert_true(took_us < 1000000);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ports_are_published_at_once),
        TEST(every_write_of_a_terminal_is_told),
        TEST(removed_domain_is_told_and_a_released_one_is_not),
        TEST(domain_without_a_terminal_is_missed_when_another_is_released),
        TEST(restarted_daemon_gets_the_ports_once_the_domain_is_there),
        TEST(publishing_only_survives_a_restart),
        TEST(stopped_daemon_delays_the_end_only_a_little),
    };

    if (getenv("XENSTORED_PATH") == NULL) {
        (void)puts("SKIP: XENSTORED_PATH does not name a store for tests");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
