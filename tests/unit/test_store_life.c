/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Restarts of the store, a store that hangs, and the end. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/time.h>

#include <cmocka.h>

#include "unit/store_fixture.h"

/* Restarts of the store. */

static void
loss_and_return_are_a_line_each(void **state)
{
    struct fixture *f = *state;

    start(f, STORE_WATCH_TTY);
    settle(f);
    restart_store(f);
    assert_int_equal(count_in_log(f, "warning: store: connection lost"), 1);
    assert_int_equal(count_in_log(f, "info: store: connected again"), 1);
    assert_int_equal(count_in_log(f, "\n"), 2);
    settle(f); /* watches are set again */
}

static void
same_tty_after_a_restart_is_not_told_and_another_one_is(void **state)
{
    struct fixture *f = *state;

    start_with_tty(f);
    fake_xs_die();
    run_until_logged(f, "connection lost", 1);
    fake_xs_restart();
    fake_xs_write(TTY, PTS);
    run_until_calls(f, FAKE_XS_WATCH, 4);
    settle(f);
    assert_int_equal(f->told_count, 1);

    fake_xs_die();
    run_until(f, has_no_connection);
    fake_xs_restart();
    fake_xs_write(TTY, OTHER_PTS);
    run_until_told(f, 2);
    assert_string_equal(f->told[1], OTHER_PTS);
    settle(f);
    assert_int_equal(f->told_count, 2);
}

static void
same_tty_after_its_removal_and_a_restart_is_told(void **state)
{
    struct fixture *f = *state;

    start_with_tty(f);
    fake_xs_remove(TTY);
    run_until_removed(f, 1);
    fake_xs_die();
    run_until(f, has_no_connection);
    fake_xs_restart();
    fake_xs_write(TTY, PTS);
    run_until_told(f, 2);
}

enum restart {
    BEGINS_EMPTY,
    BRINGS_BACK, /* what it held */
};

/* A guest's new pty may have the name of its old one. */
static void
restart_with_the_same_tty(struct fixture *f, enum restart restart)
{
    unsigned before = count_in_log(f, "connection lost");

    fake_xs_die();
    run_until_logged(f, "connection lost", before + 1);
    fake_xs_restart();
    if (restart == BRINGS_BACK) {
        fake_xs_write(VNC_PORT, "5901");
        fake_xs_write(TEXT_PORT, "9501");
    }
    fake_xs_write(TTY, PTS); /* before anybody connects again */
    run_until_logged(f, "connected again", before + 1);
    settle(f);
}

static void
same_tty_in_a_store_that_began_empty_is_told_once(void **state)
{
    static const uint16_t ports[][2] = {{5901, 9501}, {5901, 0}, {0, 9501}};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
        fake_xs_write(TTY, PTS);
        start(f, STORE_WATCH_TTY);
        store_set_ports(f->store, ports[i][0], ports[i][1]);
        settle(f);
        f->told_count = 0;
        restart_with_the_same_tty(f, BEGINS_EMPTY);
        assert_int_equal(f->told_count, 1);
        assert_string_equal(f->told[0], PTS);
        settle(f);
        assert_int_equal(f->told_count, 1);
        assert_int_equal(f->removals, 0);
        (void)free_store(f); /* however long it took */
        run_until(f, has_no_connection);
    }
}

static void
same_tty_in_a_store_that_was_brought_back_is_not_told(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(TTY, PTS);
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 9501);
    settle(f);
    assert_int_equal(f->told_count, 1);
    restart_with_the_same_tty(f, BRINGS_BACK);
    assert_int_equal(f->told_count, 1);
    /* As ever, a write is. */
    fake_xs_write(TTY, PTS);
    run_until_told(f, 2);
}

static void
other_port_does_not_show_a_store_that_was_brought_back(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(TTY, PTS);
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5902, 0);
    settle(f);
    restart_with_the_same_tty(f, BRINGS_BACK);
    assert_int_equal(f->told_count, 2);
}

static void
port_that_was_never_taken_does_not_show_an_empty_store(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(TTY, PTS);
    fake_xs_fail(FAKE_XS_WRITE, VNC_PORT, ENOSPC);
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 0);
    settle(f);
    restart_with_the_same_tty(f, BEGINS_EMPTY);
    assert_int_equal(f->told_count, 1);
}

static void
tty_that_is_absent_after_a_restart_is_waited_for(void **state)
{
    struct fixture *f = *state;

    start_with_tty(f);
    restart_store(f);
    settle(f);
    fake_xs_write(DOMAIN "/name", "guest");
    settle(f);
    assert_int_equal(f->removals, 0);
    fake_xs_write(TTY, PTS);
    run_until_told(f, 2); /* somebody has written it */
}

static void
store_that_is_away_at_first_is_waited_for(void **state)
{
    struct fixture *f = *state;

    fake_xs_die();
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 0);
    run_until_calls(f, FAKE_XS_OPEN, 2);
    drain(f);
    assert_int_equal(
        count_in_log(f, "warning: store: cannot connect, trying again: "
                        "Connection refused"),
        1);
    fake_xs_restart();
    /* It is the first connection. */
    run_until_has(f, VNC_PORT, "5901");
    assert_int_equal(count_in_log(f, "warning"), 1);
}

static void
store_that_dies_during_a_request_is_lost_without_a_complaint(void **state)
{
    struct fixture *f = *state;

    start_with_tty(f);
    fake_xs_hang(FAKE_XS_WRITE);
    store_set_state_file(f->store, "/state");
    run_until(f, is_hanging);
    fake_xs_die(); /* the request fails with EINVAL */
    fake_xs_go_on();
    fake_xs_restart();
    run_until(f, is_watching_domain);
    drain(f);
    assert_int_equal(count_in_log(f, "cannot"), 0);
    /* The request has not been forgotten. */
    fake_xs_write(DOMAIN "/name", "guest");
    run_until_has(f, STATE_FILE, "/state");
}

static void
store_that_closes_at_once_is_left_alone_more_and_more(void **state)
{
    struct fixture *f = *state;

    fake_xs_set_hostile(true);
    uint64_t begin_us = loop_now_us(f->loop);
    start(f, STORE_WATCH_TTY);
    run_until_calls(f, FAKE_XS_OPEN, 4);
    /* 100, 200 and 400 ms. */
    assert_true(loop_now_us(f->loop) - begin_us >= 700000);
    assert_int_equal(count_in_log(f, "warning"), 1);
}

static void
store_that_takes_requests_and_dies_is_left_alone_more_and_more(void **state)
{
    struct fixture *f = *state;

    start(f, STORE_WATCH_TTY);
    uint64_t begin_us = loop_now_us(f->loop);
    for (unsigned i = 1; i < 4; i++) {
        run_until_calls(f, FAKE_XS_OPEN, i);
        run_until_calls(f, FAKE_XS_WATCH, 3 * i);
        settle(f);
        fake_xs_die();
        fake_xs_restart();
    }
    run_until_calls(f, FAKE_XS_OPEN, 4);
    assert_true(loop_now_us(f->loop) - begin_us >= 700000);
}

static void
store_behind_a_device_needs_no_socket(void **state)
{
    struct fixture *f = *state;

    fake_xs_set_device(true);
    start_with_tty(f);
    settle(f);
    assert_int_equal(count_in_log(f, "\n"), 0);
}

/* A store that hangs, and the end. */

static void
hanging_store_delays_the_end_only_a_little(void **state)
{
    struct fixture *f = *state;

    start(f, STORE_WATCH_TTY);
    settle(f);
    fake_xs_hang(FAKE_XS_CALLS);
    fake_xs_release_domain();
    run_until(f, is_hanging);
    uint64_t took_us = free_store(f);
    assert_true(took_us >= (uint64_t)STORE_FREE_MS * 1000);
    assert_true(took_us < 1000000); /* a machine may be busy */
    /* The thread that was left behind ends by itself. */
    fake_xs_go_on();
    run_until(f, has_no_connection);
}

static void
handler_may_free_the_store(void **state)
{
    struct fixture *f = *state;

    f->frees_in_handler = true;
    start(f, STORE_WATCH_TTY);
    settle(f);
    fake_xs_write(TTY, PTS);
    run_until_told(f, 1);
    assert_null(f->store);
}

enum {
    MANY_REPORTS = 100,
};

/* Each look at the tty is a report, and the loop does not run. */
static void
make_many_reports(struct fixture *f)
{
    start(f, STORE_WATCH_TTY);
    settle(f);
    for (int i = 0; i < MANY_REPORTS; i++) {
        unsigned reads = fake_xs_count(FAKE_XS_READ);
        fake_xs_write(TTY, PTS);
        assert_true(fake_xs_wait_for_count(FAKE_XS_READ, reads + 1));
    }
}

static void
reports_that_nobody_takes_do_not_delay_the_end(void **state)
{
    struct fixture *f = *state;

    make_many_reports(f);
    (void)free_store(f); /* which checks the time it took */
    assert_int_equal(f->told_count, 0);
    run_until(f, has_no_connection);
}

static void
reports_that_nobody_takes_do_not_end_the_wait(void **state)
{
    struct fixture *f = *state;

    make_many_reports(f);
    fake_xs_hang(FAKE_XS_CALLS);
    fake_xs_write(TTY, PTS);
    assert_true(fake_xs_wait_for_hanging());
    assert_true(free_store(f) >= (uint64_t)STORE_FREE_MS * 1000);
    assert_int_equal(f->told_count, 0);
}

/* The thread waits for room in the socket, then. */
static void
thread_that_has_no_room_for_reports_ends(void **state)
{
    struct fixture *f = *state;

    start(f, STORE_WATCH_TTY);
    settle(f);
    unsigned reads = fake_xs_count(FAKE_XS_READ);
    /* 64 lead to one report, and a socket has room for less than 300. */
    for (int i = 0; i < 400 * 64; i++) {
        fake_xs_write(TTY, PTS);
    }
    assert_true(fake_xs_wait_for_count(FAKE_XS_READ, reads + MANY_REPORTS));
    (void)free_store(f); /* which checks the time it took */
    assert_int_equal(f->told_count, 0);
    run_until(f, has_no_connection);
}

static void
do_nothing(int signo)
{
    (void)signo;
}

static void
signals_do_not_end_the_wait_for_the_thread(void **state)
{
    const struct itimerval each_ms = {.it_interval = {.tv_usec = 1000},
                                      .it_value = {.tv_usec = 1000}};
    const struct itimerval never = {.it_value = {.tv_sec = 0}};
    const struct sigaction action = {.sa_handler = do_nothing};
    struct sigaction before;
    struct fixture *f = *state;

    start(f, STORE_WATCH_TTY);
    settle(f);
    fake_xs_hang(FAKE_XS_CALLS);
    fake_xs_release_domain();
    run_until(f, is_hanging);
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &each_ms, NULL), 0);
    uint64_t took_us = free_store(f);
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
    assert_true(took_us >= (uint64_t)STORE_FREE_MS * 1000);
}

/* Lines of /proc/self/task/ID/status that begin with `name`. */
static void
for_each_thread(const char *name, void fn(const char *value))
{
    DIR *tasks = opendir("/proc/self/task");
    const struct dirent *task;

    assert_non_null(tasks);
    while ((task = readdir(tasks)) != NULL) {
        char path[512];
        char line[256];
        if (task->d_name[0] == '.') {
            continue;
        }
        (void)snprintf(path, sizeof(path), "/proc/self/task/%s/status",
                       task->d_name); /* fits */
        FILE *status = fopen(path, "re");
        assert_non_null(status);
        while (fgets(line, sizeof(line), status) != NULL) {
            if (strncmp(line, name, strlen(name)) == 0 &&
                strtol(task->d_name, NULL, 10) != getpid()) {
                fn(line + strlen(name));
            }
        }
        (void)fclose(status);
    }
    (void)closedir(tasks);
}

static void
assert_terminate_is_blocked(const char *value)
{
    unsigned long long mask = strtoull(value, NULL, 16);

    assert_true((mask & (1ULL << (SIGTERM - 1))) != 0);
    assert_true((mask & (1ULL << (SIGCHLD - 1))) != 0);
    assert_true((mask & (1ULL << (SIGUSR1 - 1))) != 0);
}

static void
signals_are_for_the_other_threads(void **state)
{
    struct fixture *f = *state;
    sigset_t mask;

    start(f, STORE_WATCH_TTY);
    settle(f);
    for_each_thread("SigBlk:", assert_terminate_is_blocked);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &mask), 0);
    assert_false(sigismember(&mask, SIGTERM));
}

enum {
    DESCRIPTORS_MAX = 256,
};

/* Whether each is open. Returns how many are. */
static int
find_descriptors(bool is_open[DESCRIPTORS_MAX])
{
    int count = 0;

    for (int fd = 0; fd < DESCRIPTORS_MAX; fd++) {
        is_open[fd] = fcntl(fd, F_GETFD) >= 0;
        count += is_open[fd];
    }
    return count;
}

static void
descriptors_are_close_on_exec_and_do_not_leak(void **state)
{
    struct fixture *f = *state;
    bool before[DESCRIPTORS_MAX];
    bool during[DESCRIPTORS_MAX];
    int count = find_descriptors(before);

    start(f, STORE_WATCH_TTY);
    settle(f);
    restart_store(f);
    settle(f);
    assert_true(find_descriptors(during) > count);
    for (int fd = 0; fd < DESCRIPTORS_MAX; fd++) {
        if (during[fd] && !before[fd]) {
            assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
        }
    }
    (void)free_store(f); /* however long it took */
    run_until(f, has_no_connection);
    while (find_descriptors(during) > count) {
        drain(f); /* a thread that was left closes its socket last */
    }
    assert_int_equal(find_descriptors(during), count);
}

static void
check_finds_out_whether_there_is_a_store(void **state)
{
    (void)state;
    assert_int_equal(store_check(), 0);
    assert_int_equal(fake_xs_connections(), 0);
    fake_xs_die();
    assert_int_equal(store_check(), -ECONNREFUSED);
    assert_int_equal(fake_xs_count(FAKE_XS_OPEN), 0);
}

static void
check_does_not_wait_for_a_store_that_hangs(void **state)
{
    (void)state;
    fake_xs_fill_backlog();
    assert_int_equal(store_check(), 0);
}

static void
check_takes_a_device_for_a_store(void **state)
{
    (void)state;
    fake_xs_set_device(true);
    assert_int_equal(store_check(), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(loss_and_return_are_a_line_each),
        TEST(same_tty_after_a_restart_is_not_told_and_another_one_is),
        TEST(same_tty_after_its_removal_and_a_restart_is_told),
        TEST(same_tty_in_a_store_that_began_empty_is_told_once),
        TEST(same_tty_in_a_store_that_was_brought_back_is_not_told),
        TEST(other_port_does_not_show_a_store_that_was_brought_back),
        TEST(port_that_was_never_taken_does_not_show_an_empty_store),
        TEST(tty_that_is_absent_after_a_restart_is_waited_for),
        TEST(store_that_is_away_at_first_is_waited_for),
        TEST(store_that_dies_during_a_request_is_lost_without_a_complaint),
        TEST(store_that_closes_at_once_is_left_alone_more_and_more),
        TEST(store_that_takes_requests_and_dies_is_left_alone_more_and_more),
        TEST(store_behind_a_device_needs_no_socket),
        TEST(hanging_store_delays_the_end_only_a_little),
        TEST(handler_may_free_the_store),
        TEST(reports_that_nobody_takes_do_not_delay_the_end),
        TEST(reports_that_nobody_takes_do_not_end_the_wait),
        TEST(thread_that_has_no_room_for_reports_ends),
        TEST(signals_do_not_end_the_wait_for_the_thread),
        TEST(signals_are_for_the_other_threads),
        TEST(descriptors_are_close_on_exec_and_do_not_leak),
        TEST(check_finds_out_whether_there_is_a_store),
        TEST(check_does_not_wait_for_a_store_that_hangs),
        TEST(check_takes_a_device_for_a_store),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
