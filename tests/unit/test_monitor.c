/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The monitor runs in a child of the test, and its worker is a child of that
 * which does nothing but end as it is told. The test itself plays the worker
 * on the link.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/fd.h"
#include "base/log.h"
#include "link/link.h"
#include "monitor/monitor.h"
#include "monitor/pty.h"

#define TEXT_MAX  16384
#define WAIT_MS   20000
#define WORDS_MAX 4

/* How the worker shall end. */
struct order {
    int status;
    int signo; /* 0, or what it dies of */
};

struct fixture {
    struct monitor_config config;
    char *argv[WORDS_MAX + 1];
    int link;       /* the worker's end */
    int orders;     /* to the worker, of struct order */
    int worker_end; /* reads as the end of the file when the worker is gone */
    pid_t monitor;
    int log;
    int console; /* what came with LINK_CONSOLE */
    uint32_t consoles;
    int state; /* what came with LINK_STATE */
    char output[TEXT_MAX];
    size_t output_len;
    char log_text[TEXT_MAX];
    struct pty pty; /* for -p */
    char pty_name[64];
    char dir[64];
    char socket_path[96];
    char state_dir[64];
};

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    f->config = (struct monitor_config){
        .size = {.cols = 80, .rows = 24},
        .term = "linux",
    };
    f->link = -1;
    f->orders = -1;
    f->worker_end = -1;
    f->console = -1;
    f->state = -1;
    f->pty = (struct pty){.master = -1, .slave = -1};
    (void)snprintf(f->state_dir, sizeof(f->state_dir),
                   "/tmp/test_monitor.XXXXXX");
    assert_non_null(mkdtemp(f->state_dir));
    f->config.state_dir = f->state_dir;
    f->log = memfd_create("log", MFD_CLOEXEC);
    assert_true(f->log >= 0);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    if (f->monitor > 0) {
        (void)kill(f->monitor, SIGKILL);
        (void)waitpid(f->monitor, NULL, 0);
    }
    fd_close(&f->link);
    fd_close(&f->orders);
    fd_close(&f->worker_end);
    fd_close(&f->console);
    fd_close(&f->state);
    fd_close(&f->log);
    pty_fini(&f->pty);
    for (size_t i = 0; i < WORDS_MAX; i++) {
        free(f->argv[i]);
    }
    if (f->socket_path[0] != '\0') {
        (void)unlink(f->socket_path); /* mostly gone */
        assert_int_equal(rmdir(f->dir), 0);
    }
    assert_int_equal(rmdir(f->state_dir), 0); /* nothing is left in it */
    free(f);
    return 0;
}

_Noreturn static void
be_worker(int orders)
{
    struct order order = {0};

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (read(orders, &order, sizeof(order)) != sizeof(order)) {
        (void)pause(); /* nobody tells it anything: it has to be killed */
    }
    if (order.signo != 0) {
        (void)signal(order.signo, SIG_DFL); /* cmocka catches some */
        (void)raise(order.signo);
    }
    _exit(order.status);
}

_Noreturn static void
be_monitor(struct fixture *f, int link, const int orders[2],
           const int worker_end[2])
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(f->link);
    close(orders[1]);
    close(worker_end[0]);
    log_set_fd(f->log);
    pid_t worker = fork();
    if (worker == 0) {
        close(link);
        be_worker(orders[0]);
    }
    close(orders[0]);
    close(worker_end[1]);
    f->config.link = link;
    f->config.worker = worker;
    _exit(worker > 0 ? monitor_run(&f->config) : 99);
}

static void
run_monitor(struct fixture *f)
{
    int ends[2];
    int orders[2];
    int worker_end[2];

    assert_int_equal(link_pair(ends), 0);
    assert_int_equal(pipe2(orders, O_CLOEXEC), 0);
    assert_int_equal(pipe2(worker_end, O_CLOEXEC), 0);
    f->link = ends[1];
    f->monitor = fork();
    assert_true(f->monitor >= 0);
    if (f->monitor == 0) {
        be_monitor(f, ends[0], orders, worker_end);
    }
    close(ends[0]);
    close(orders[0]);
    close(worker_end[1]);
    f->orders = orders[1];
    f->worker_end = worker_end[0];
}

static void
run_command(struct fixture *f, const char *const *argv)
{
    for (size_t i = 0; argv[i] != NULL; i++) {
        assert_true(i < WORDS_MAX);
        f->argv[i] = strdup(argv[i]);
        assert_non_null(f->argv[i]);
    }
    f->config.file = f->argv[0];
    f->config.argv = f->argv;
    run_monitor(f);
}

/* Runs it on a pty of the test. */
static void
run_pty(struct fixture *f)
{
    assert_int_equal(pty_init(&f->pty, f->config.size), 0);
    (void)snprintf(f->pty_name, sizeof(f->pty_name), "%s",
                   ptsname(f->pty.master));
    f->config.pty = f->pty_name;
    run_monitor(f);
}

static void
await(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    assert_int_equal(poll(&p, 1, WAIT_MS), 1);
}

static void
say(struct fixture *f, enum link_type type)
{
    struct link_message message = {.type = (uint32_t)type};

    message.console = type == LINK_HANGUP ? f->consoles : 0;
    assert_int_equal(link_send(f->link, &message, -1), 0);
}

/* What a worker says at its start. */
static void
say_ready(struct fixture *f)
{
    say(f, LINK_LOCKED);
    say(f, LINK_READY);
}

static void
order_worker(struct fixture *f, struct order order)
{
    assert_int_equal(write(f->orders, &order, sizeof(order)), sizeof(order));
}

/* Receives a message of `type`, with what belongs to it. */
static void
expect_message(struct fixture *f, enum link_type type)
{
    struct link_message message;
    int fd = -1;

    await(f->link);
    assert_int_equal(link_receive(f->link, &message, &fd), 1);
    assert_int_equal(message.type, type);
    if (type == LINK_CONSOLE) {
        fd_close(&f->console);
        f->console = fd;
        f->consoles++;
    } else if (type == LINK_STATE) {
        fd_close(&f->state);
        f->state = fd;
    }
}

/* The monitor wants the worker to leave. */
static void
expect_link_end(struct fixture *f)
{
    struct link_message message;
    int fd = -1;

    await(f->link);
    assert_int_equal(link_receive(f->link, &message, &fd), 0);
}

static void
expect_worker_is_gone(struct fixture *f)
{
    char byte;

    await(f->worker_end);
    assert_int_equal(read(f->worker_end, &byte, 1), 0);
}

static int
await_status(struct fixture *f)
{
    int status = 0;

    assert_int_equal(waitpid(f->monitor, &status, 0), f->monitor);
    f->monitor = 0;
    ssize_t len = pread(f->log, f->log_text, TEXT_MAX - 1, 0);
    assert_true(len >= 0);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void
expect_status(struct fixture *f, int expected)
{
    int status = await_status(f);

    if (status != expected) {
        fail_msg("status %d, not %d; log: %s", status, expected, f->log_text);
    }
    expect_worker_is_gone(f);
}

static void
expect_log(const struct fixture *f, const char *text)
{
    if (strstr(f->log_text, text) == NULL) {
        fail_msg("no \"%s\" in \"%s\"", text, f->log_text);
    }
}

/* Reads the console until it has shown `mark`, asking for it again when it
 * hangs up. */
static void
await_output(struct fixture *f, const char *mark)
{
    while (strstr(f->output, mark) == NULL) {
        await(f->console);
        ssize_t count = fd_read(f->console, f->output + f->output_len,
                                TEXT_MAX - 1 - f->output_len);
        if (count == -EIO) {
            say(f, LINK_HANGUP);
            expect_message(f, LINK_CONSOLE);
            continue;
        }
        assert_true(count > 0);
        f->output_len += (size_t)count;
    }
}

static const char *const quiet[] = {"/bin/sh", "-c", "echo up; exec sleep 1000",
                                    NULL};

/* Brings a command to where it runs and its console is joined. */
static void
run_quiet(struct fixture *f)
{
    run_command(f, quiet);
    say_ready(f);
    expect_message(f, LINK_CONSOLE);
    await_output(f, "up");
}

static void
terminate(struct fixture *f)
{
    assert_int_equal(kill(f->monitor, SIGTERM), 0);
    expect_link_end(f);
    order_worker(f, (struct order){.status = 0});
}

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

    run_command(f, quiet);
    order_worker(f, (struct order){.status = 1});
    expect_status(f, 1);
    assert_string_equal(f->log_text, "");
    expect_link_end(f);
}

static void
a_worker_that_fails_behind_its_lock_has_not_started(void **state)
{
    struct fixture *f = *state;

    run_command(f, quiet);
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
        (void)tear_down(state);
        (void)set_up(state);
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

static void
expect_log_level(struct fixture *f, enum log_level level)
{
    struct link_message message;
    int fd = -1;

    await(f->link);
    assert_int_equal(link_receive(f->link, &message, &fd), 1);
    assert_int_equal(message.type, LINK_LOG_LEVEL);
    assert_int_equal(message.log_level, level);
}

static void
usr2_toggles_debug_lines_in_both(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    assert_int_equal(kill(f->monitor, SIGUSR2), 0);
    expect_log_level(f, LOG_LEVEL_DEBUG);
    assert_int_equal(kill(f->monitor, SIGUSR2), 0);
    expect_log_level(f, LOG_LEVEL_INFO);
    terminate(f);
    expect_status(f, 0);
    expect_log(f, "debug: log: debug lines are on");
}

/* Asks for the state, and is the worker that writes `text`. */
static void
save(struct fixture *f, const char *text)
{
    assert_int_equal(kill(f->monitor, SIGUSR1), 0);
    expect_message(f, LINK_STATE);
    assert_int_equal(write(f->state, text, strlen(text)), strlen(text));
}

static void
end_save(struct fixture *f, int err)
{
    struct link_message message = {.type = LINK_STATE_END,
                                   .error = (uint32_t)err};

    assert_int_equal(link_send(f->link, &message, -1), 0);
}

static void
remove_state(struct fixture *f, const char *text)
{
    char path[128];
    char content[64] = "";

    (void)snprintf(path, sizeof(path), "%s/%d/vncterm.statefile", f->state_dir,
                   (int)f->monitor);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_true(read(fd, content, sizeof(content) - 1) >= 0);
    close(fd);
    assert_string_equal(content, text);
    assert_int_equal(unlink(path), 0);
}

static void
usr1_has_the_worker_write_its_state(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    save(f, "a screen");
    /* What comes meanwhile is one more, whose start shows the first done. */
    assert_int_equal(kill(f->monitor, SIGUSR1), 0);
    assert_int_equal(kill(f->monitor, SIGUSR1), 0);
    assert_int_equal(kill(f->monitor, SIGUSR2), 0);
    expect_log_level(f, LOG_LEVEL_DEBUG);
    end_save(f, 0);
    expect_message(f, LINK_STATE);
    remove_state(f, "a screen");
    terminate(f);
    expect_status(f, 0);
    expect_log(f, "info: state: written to");
}

static void
a_state_that_fails_is_a_warning_and_the_old_file_stays(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    save(f, "old");
    end_save(f, 0);
    save(f, "half");
    end_save(f, ENOSPC);
    save(f, "shows that the one before has ended");
    remove_state(f, "old");
    terminate(f);
    expect_status(f, 0);
    expect_log(f, "warning: state: cannot write");
    expect_log(f, "No space left on device");
}

static void
a_state_that_is_asked_for_during_the_start_is_written_after_it(void **state)
{
    struct fixture *f = *state;
    sigset_t all;
    sigset_t before;

    /* The program holds signals from its first moment. */
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, &before);
    run_command(f, quiet);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    say(f, LINK_LOCKED);
    assert_int_equal(kill(f->monitor, SIGUSR1), 0);
    /* Handled in this order by now, or both are pending. */
    assert_int_equal(kill(f->monitor, SIGUSR2), 0);
    expect_log_level(f, LOG_LEVEL_DEBUG);
    say(f, LINK_READY);
    expect_message(f, LINK_CONSOLE);
    expect_message(f, LINK_STATE);
    terminate(f);
    expect_status(f, 0);
}

static void
a_worker_says_each_thing_in_its_time_or_is_killed(void **state)
{
    static const enum link_type early[] = {LINK_READY, LINK_HANGUP};
    static const enum link_type late[] = {LINK_LOCKED, LINK_READY};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(early) / sizeof(early[0]); i++) {
        run_command(f, quiet);
        say(f, early[i]);
        expect_status(f, 3);
        (void)tear_down(state);
        (void)set_up(state);
        f = *state;
    }
    for (size_t i = 0; i < sizeof(late) / sizeof(late[0]); i++) {
        run_quiet(f);
        say(f, late[i]);
        expect_status(f, 3);
        (void)tear_down(state);
        (void)set_up(state);
        f = *state;
    }
    run_quiet(f);
    f->consoles++; /* one that it was never sent */
    say(f, LINK_HANGUP);
    expect_status(f, 3);
}

static void
a_worker_that_does_not_read_is_told_the_newest_later(void **state)
{
    struct fixture *f = *state;
    struct link_message message = {.type = 0};
    int fd = -1;

    run_quiet(f);
    for (int i = 0; i < 2001; i++) {
        assert_int_equal(kill(f->monitor, SIGUSR2), 0);
        (void)usleep(50); /* signals that come together are one */
    }
    assert_int_equal(kill(f->monitor, SIGUSR1), 0);
    while (message.type != LINK_STATE) {
        await(f->link);
        assert_int_equal(link_receive(f->link, &message, &fd), 1);
    }
    fd_close(&fd);

    /* The newest level may be behind it. */
    assert_int_equal(kill(f->monitor, SIGTERM), 0);
    do {
        await(f->link);
    } while (link_receive(f->link, &message, &fd) != 0);
    order_worker(f, (struct order){.status = 0});
    expect_status(f, 0);
}

static void
a_worker_that_reports_a_state_unasked_is_killed(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    end_save(f, 0);
    expect_status(f, 3);
}

static void
a_worker_that_stays_after_the_end_is_killed(void **state)
{
    const char *const argv[] = {"/bin/true", NULL};
    struct fixture *f = *state;

    run_command(f, argv);
    say_ready(f);
    expect_message(f, LINK_CONSOLE);
    expect_message(f, LINK_CONSOLE_END);
    expect_status(f, 3);
    expect_log(f, "error: worker: it does not end");
}

static void
a_worker_that_does_not_leave_is_killed(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    assert_int_equal(kill(f->monitor, SIGTERM), 0);
    expect_link_end(f);
    expect_status(f, 0);
}

static void
a_worker_that_crashes_is_status_3(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    order_worker(f, (struct order){.signo = SIGSYS});
    expect_status(f, 3);
    expect_log(f, "error: worker: ended by signal 31 (Bad system call)");
}

static void
a_worker_that_crashes_while_leaving_is_status_3(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    assert_int_equal(kill(f->monitor, SIGTERM), 0);
    expect_link_end(f);
    order_worker(f, (struct order){.signo = SIGABRT});
    expect_status(f, 3);
}

static void
a_worker_that_is_asked_to_end_is_status_0(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    order_worker(f, (struct order){.signo = SIGTERM});
    expect_status(f, 0);
}

static void
a_worker_that_ends_by_itself_is_status_3(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    order_worker(f, (struct order){.status = 0});
    expect_status(f, 3);
    expect_log(f, "error: worker: ended with status 0");
}

static void
a_worker_that_fails_later_is_status_3(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    order_worker(f, (struct order){.status = 1});
    expect_status(f, 3);
    assert_null(strstr(f->log_text, "worker:")); /* it has said why */
}

static void
a_worker_that_closes_the_link_is_killed(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    fd_close(&f->link);
    expect_status(f, 3);
}

static void
a_worker_that_sends_anything_else_is_killed(void **state)
{
    struct link_message end = {.type = LINK_CONSOLE_END};
    const struct {
        const void *bytes;
        size_t len;
    } messages[] = {{"x", 1}, {&end, sizeof(end)}};

    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        struct fixture *f = *state;
        run_quiet(f);
        assert_int_equal(send(f->link, messages[i].bytes, messages[i].len, 0),
                         messages[i].len);
        expect_status(f, 3);
        expect_log(f, "error: worker: it sent what it may not send");
        (void)tear_down(state);
        (void)set_up(state);
    }
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
        (void)tear_down(state);
        (void)set_up(state);
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
    (void)tear_down(state);
    (void)set_up(state);

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
    run_command(f, quiet);
    order_worker(f, (struct order){.status = 1});
    expect_status(f, 1);
    assert_int_equal(access(f->socket_path, F_OK), -1);
}

static void
a_socket_file_where_another_listens_stays(void **state)
{
    struct fixture *f = *state;
    int other = make_socket(f);

    run_command(f, quiet);
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
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        T(a_command_runs_and_its_end_is_the_end),
        T(with_stay_the_end_of_the_command_is_not_the_end),
        T(with_restart_the_command_runs_again_on_the_same_pty),
        T(a_command_that_cannot_be_executed_is_status_1),
        T(nothing_starts_before_the_worker_is_ready),
        T(a_worker_that_fails_behind_its_lock_has_not_started),
        T(signals_end_both),
        T(the_command_is_hung_up_at_the_end),
        T(other_signals_are_ignored),
        T(usr2_toggles_debug_lines_in_both),
        T(usr1_has_the_worker_write_its_state),
        T(a_state_that_fails_is_a_warning_and_the_old_file_stays),
        T(a_state_that_is_asked_for_during_the_start_is_written_after_it),
        T(a_worker_says_each_thing_in_its_time_or_is_killed),
        T(a_worker_that_does_not_read_is_told_the_newest_later),
        T(a_worker_that_reports_a_state_unasked_is_killed),
        T(a_worker_that_stays_after_the_end_is_killed),
        T(a_worker_that_does_not_leave_is_killed),
        T(a_worker_that_crashes_is_status_3),
        T(a_worker_that_crashes_while_leaving_is_status_3),
        T(a_worker_that_is_asked_to_end_is_status_0),
        T(a_worker_that_ends_by_itself_is_status_3),
        T(a_worker_that_fails_later_is_status_3),
        T(a_worker_that_closes_the_link_is_killed),
        T(a_worker_that_sends_anything_else_is_killed),
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
