/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The monitor with a command or a pty, from its start to its end. */
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
#include <time.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#include "base/log.h"
#include "unit/monitor_fixture.h"

static void
a_command_runs_and_its_end_is_the_end(void **state)
{
    const char *const argv[] = {"/bin/sh", "-c",
                                "echo \"$TERM $(stty size)\"; exit 3", NULL};
    struct fixture *f = *state;

    run_command(f, argv);
    say_ready(f);
    expect_message(f, LINK_CONSOLE);
    assert_true((fcntl(f->console, F_GETFL) & O_NONBLOCK) != 0);
    await_output(f, "linux 24 80");
    expect_message(f, LINK_CONSOLE_END);
    order_worker(f, (struct order){.status = 0});
    expect_status(f, 0);
    expect_log(f, "command: ended with status 3");
}

static void
with_stay_the_end_of_the_command_is_not_the_end(void **state)
{
    const char *const argv[] = {"/bin/echo", "gone", NULL};
    struct fixture *f = *state;

    f->config.stay = true;
    run_command(f, argv);
    say_ready(f);
    expect_message(f, LINK_CONSOLE);
    await_output(f, "gone");
    expect_message(f, LINK_CONSOLE_STAY);
    terminate(f);
    expect_status(f, 0);
}

static void
with_restart_the_command_runs_again_on_the_same_pty(void **state)
{
    const char *const argv[] = {"/bin/sh", "-c",
                                "echo \"<$PPID $(tty)>\"; exit 1", NULL};
    struct fixture *f = *state;
    char first[64];
    char twice[2 * sizeof(first) + 2];
    unsigned number = 0;

    f->config.restart = true;
    run_command(f, argv);
    say_ready(f);
    expect_message(f, LINK_CONSOLE);
    assert_int_equal(ioctl(f->console, TIOCGPTN, &number), 0);
    (void)snprintf(first, sizeof(first), "<%d /dev/pts/%u>", (int)f->monitor,
                   number);
    (void)snprintf(twice, sizeof(twice), "%s\r\n%s", first, first);
    await_output(f, twice);
    terminate(f);
    expect_status(f, 0);
    expect_log(f, "command: ended with status 1; again at once");
}

static void
a_command_that_cannot_be_executed_is_status_1(void **state)
{
    const char *const argv[] = {"/nowhere/at/all", NULL};
    struct fixture *f = *state;

    run_command(f, argv);
    say_ready(f);
    expect_message(f, LINK_CONSOLE);
    expect_message(f, LINK_CONSOLE_END);
    order_worker(f, (struct order){.status = 0});
    expect_status(f, 1);
    expect_log(f, "error: command: cannot run /nowhere/at/all: No such file");
}

static void
nothing_starts_before_the_worker_is_ready(void **state)
{
    struct fixture *f = *state;

    run_command(f, quiet_command);
    order_worker(f, (struct order){.status = 1});
    expect_status(f, 1);
    assert_string_equal(f->log_text, "");
    expect_link_end(f);
}

static void
a_worker_that_fails_behind_its_lock_has_not_started(void **state)
{
    struct fixture *f = *state;

    run_command(f, quiet_command);
    say(f, LINK_LOCKED);
    order_worker(f, (struct order){.status = 1});
    expect_status(f, 1);
}

static void
signals_end_both(void **state)
{
    static const int signals[] = {SIGTERM, SIGINT};

    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        struct fixture *f = *state;
        run_quiet(f);
        assert_int_equal(kill(f->monitor, signals[i]), 0);
        expect_link_end(f);
        order_worker(f, (struct order){.status = 0});
        expect_status(f, 0);
        (void)tear_down_monitor(state);
        (void)set_up_monitor(state);
    }
}

static void
the_command_is_hung_up_at_the_end(void **state)
{
    /* This program, as in await_hangup(). */
    const char *const argv[] = {"/proc/self/exe", "--await-hangup", NULL};
    struct fixture *f = *state;

    run_command(f, argv);
    say_ready(f);
    expect_message(f, LINK_CONSOLE);
    await_output(f, "up");
    terminate(f);
    await_output(f, "hung-up");
    expect_status(f, 0);
}

/* As a program that saves its files when its terminal is closed. */
static int
await_hangup(void)
{
    sigset_t hangup;
    int signo = 0;

    (void)sigemptyset(&hangup);
    (void)sigaddset(&hangup, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &hangup, NULL);
    if (write(STDOUT_FILENO, "up", 2) != 2 || sigwait(&hangup, &signo) != 0 ||
        write(STDOUT_FILENO, "hung-up", 7) != 7) {
        return 1;
    }
    return 0;
}

static void
other_signals_are_ignored(void **state)
{
    static const int signals[] = {SIGHUP, SIGPIPE};
    struct fixture *f = *state;

    run_quiet(f);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        assert_int_equal(kill(f->monitor, signals[i]), 0);
    }
    terminate(f);
    expect_status(f, 0);
}

static uint64_t
now_ms(void)
{
    struct timespec now;

    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
a_hangup_gives_the_same_console_again_but_not_often(void **state)
{
    struct fixture *f = *state;
    unsigned first = 0;
    unsigned again = 0;

    uint64_t before_ms = now_ms();
    run_quiet(f);
    assert_int_equal(ioctl(f->console, TIOCGPTN, &first), 0);
    for (int i = 0; i < 10; i++) {
        say(f, LINK_HANGUP);
    }
    expect_message(f, LINK_CONSOLE);
    assert_int_equal(ioctl(f->console, TIOCGPTN, &again), 0);
    assert_int_equal(first, again);

    /* Each costs 100 ms; those that come meanwhile are one. */
    for (int i = 0; i < 3; i++) {
        say(f, LINK_HANGUP);
        say(f, LINK_HANGUP);
        expect_message(f, LINK_CONSOLE);
    }
    assert_true(now_ms() - before_ms >= 300);
    terminate(f);
    expect_status(f, 0);
}

static void
a_command_may_hang_up_its_terminal(void **state)
{
    /* This program, as in hang_up_terminal(). */
    const char *const argv[] = {"/proc/self/exe", "--vhangup", NULL};
    struct fixture *f = *state;

    if (geteuid() != 0) {
        print_message("SKIP: vhangup() needs a privilege\n");
        skip();
    }
    run_command(f, argv);
    say_ready(f);
    expect_message(f, LINK_CONSOLE);
    await_output(f, "after");
    terminate(f);
    expect_status(f, 0);
}

/* As login and agetty do. */
static int
hang_up_terminal(void)
{
    const char *name = ttyname(STDIN_FILENO);
    static const char text[] = "after";

    if (name == NULL) {
        return 1;
    }
    (void)signal(SIGHUP, SIG_IGN);
    close(STDIN_FILENO);
    close(STDERR_FILENO);
    if (vhangup() < 0) {
        static const char denied[] = "after (not allowed)";
        (void)!write(STDOUT_FILENO, denied, sizeof(denied) - 1);
    }
    close(STDOUT_FILENO);
    int fd = open(name, O_RDWR | O_CLOEXEC);
    if (fd < 0 || write(fd, text, sizeof(text) - 1) < 0) {
        return 2;
    }
    (void)signal(SIGHUP, SIG_DFL);
    (void)pause();
    return 3;
}

static void
a_pty_is_joined_and_its_hangup_is_the_end(void **state)
{
    struct fixture *f = *state;
    struct termios mode;

    run_pty(f);
    say_ready(f);
    expect_message(f, LINK_CONSOLE);
    assert_int_equal(tcgetattr(f->console, &mode), 0);
    assert_int_equal(mode.c_lflag & ECHO, 0);
    assert_int_equal(write(f->pty.master, "hello", 5), 5);
    await_output(f, "hello");

    say(f, LINK_HANGUP);
    expect_message(f, LINK_CONSOLE_END);
    say(f, LINK_HANGUP);
    order_worker(f, (struct order){.status = 0});
    expect_status(f, 0);
    expect_log(f, "info: console: /dev/pts/");
    expect_log(f, " hung up");
}

static void
with_stay_or_restart_the_pty_may_hang_up(void **state)
{
    for (int i = 0; i < 2; i++) {
        struct fixture *f = *state;
        f->config.stay = i == 0;
        f->config.restart = i == 1;
        run_pty(f);
        say_ready(f);
        expect_message(f, LINK_CONSOLE);
        say(f, LINK_HANGUP);
        expect_message(f, LINK_CONSOLE_STAY);
        terminate(f);
        expect_status(f, 0);
        (void)tear_down_monitor(state);
        (void)set_up_monitor(state);
    }
}

static void
a_path_that_is_no_pty_is_status_1(void **state)
{
    struct fixture *f = *state;

    f->config.pty = "/dev/pts/no";
    run_monitor(f);
    expect_status(f, 1);
    expect_log(f, "error: console: cannot open /dev/pts/no: No such file");
    (void)tear_down_monitor(state);
    (void)set_up_monitor(state);

    f = *state;
    f->config.pty = "/dev/null";
    run_monitor(f);
    expect_status(f, 1);
    expect_log(f, "console: cannot open /dev/null: Inappropriate ioctl");
}

/* Makes a socket file, and returns the socket that listens there. */
static int
make_socket(struct fixture *f)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    if (f->dir[0] == '\0') {
        (void)snprintf(f->dir, sizeof(f->dir), "/tmp/vncterm-test-XXXXXX");
        assert_non_null(mkdtemp(f->dir));
        (void)snprintf(f->socket_path, sizeof(f->socket_path), "%s/socket",
                       f->dir);
        f->config.unix_path = f->socket_path;
    }
    (void)snprintf(name.sun_path, sizeof(name.sun_path), "%s", f->socket_path);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    assert_int_equal(listen(fd, 1), 0);
    return fd;
}

static void
the_socket_file_is_removed_at_the_end(void **state)
{
    struct fixture *f = *state;

    close(make_socket(f));
    run_quiet(f);
    terminate(f);
    expect_status(f, 0);
    assert_int_equal(access(f->socket_path, F_OK), -1);
}

static void
the_socket_file_is_removed_when_the_start_fails(void **state)
{
    struct fixture *f = *state;

    close(make_socket(f));
    run_command(f, quiet_command);
    order_worker(f, (struct order){.status = 1});
    expect_status(f, 1);
    assert_int_equal(access(f->socket_path, F_OK), -1);
}

static void
a_socket_file_where_another_listens_stays(void **state)
{
    struct fixture *f = *state;
    int other = make_socket(f);

    run_command(f, quiet_command);
    order_worker(f, (struct order){.status = 1});
    expect_status(f, 1);
    close(other);
    assert_int_equal(access(f->socket_path, F_OK), 0);
    assert_string_equal(f->log_text, "");
}

static void
an_inherited_signal_mask_does_not_matter(void **state)
{
    struct fixture *f = *state;
    sigset_t all;
    sigset_t before;

    assert_int_equal(sigfillset(&all), 0);
    assert_int_equal(sigprocmask(SIG_SETMASK, &all, &before), 0);
    run_quiet(f);
    assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
    terminate(f);
    expect_status(f, 0);
}

int
main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--vhangup") == 0) {
        return hang_up_terminal();
    }
    if (argc == 2 && strcmp(argv[1], "--await-hangup") == 0) {
        return await_hangup();
    }
    const struct CMUnitTest tests[] = {
#define T(name) \
    cmocka_unit_test_setup_teardown(name, set_up_monitor, tear_down_monitor)
        T(a_command_runs_and_its_end_is_the_end),
        T(with_stay_the_end_of_the_command_is_not_the_end),
        T(with_restart_the_command_runs_again_on_the_same_pty),
        T(a_command_that_cannot_be_executed_is_status_1),
        T(nothing_starts_before_the_worker_is_ready),
        T(a_worker_that_fails_behind_its_lock_has_not_started),
        T(signals_end_both),
        T(the_command_is_hung_up_at_the_end),
        T(other_signals_are_ignored),
        T(a_hangup_gives_the_same_console_again_but_not_often),
        T(a_command_may_hang_up_its_terminal),
        T(a_pty_is_joined_and_its_hangup_is_the_end),
        T(with_stay_or_restart_the_pty_may_hang_up),
        T(a_path_that_is_no_pty_is_status_1),
        T(the_socket_file_is_removed_at_the_end),
        T(the_socket_file_is_removed_when_the_start_fails),
        T(a_socket_file_where_another_listens_stays),
        T(an_inherited_signal_mask_does_not_matter),
#undef T
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
