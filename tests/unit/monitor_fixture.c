/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit/monitor_fixture.h"

#include <errno.h>
#include <fcntl.h>
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

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/fd.h"
#include "base/log.h"

int
set_up_monitor(void **state)
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

int
tear_down_monitor(void **state)
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

void
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

void
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
void
run_pty(struct fixture *f)
{
    assert_int_equal(pty_init(&f->pty, f->config.size, '\177'), 0);
    (void)snprintf(f->pty_name, sizeof(f->pty_name), "%s",
                   ptsname(f->pty.master));
    f->config.pty = f->pty_name;
    run_monitor(f);
}

void
await(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    assert_int_equal(poll(&p, 1, WAIT_MS), 1);
}

void
say(struct fixture *f, enum link_type type)
{
    struct link_message message = {.type = (uint32_t)type};

    message.console = type == LINK_HANGUP ? f->consoles : 0;
    assert_int_equal(link_send(f->link, &message, -1), 0);
}

/* What a worker says at its start. */
void
say_ready(struct fixture *f)
{
    say(f, LINK_LOCKED);
    say(f, LINK_READY);
}

void
order_worker(struct fixture *f, struct order order)
{
    assert_int_equal(write(f->orders, &order, sizeof(order)), sizeof(order));
}

/* Receives a message of `type`, with what belongs to it. */
void
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
void
expect_link_end(struct fixture *f)
{
    struct link_message message;
    int fd = -1;

    await(f->link);
    assert_int_equal(link_receive(f->link, &message, &fd), 0);
}

void
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

void
expect_status(struct fixture *f, int expected)
{
    int status = await_status(f);

    if (status != expected) {
        fail_msg("status %d, not %d; log: %s", status, expected, f->log_text);
    }
    expect_worker_is_gone(f);
}

void
expect_log(const struct fixture *f, const char *text)
{
    if (strstr(f->log_text, text) == NULL) {
        fail_msg("no \"%s\" in \"%s\"", text, f->log_text);
    }
}

/* Reads the console until it has shown `mark`, asking for it again when it
 * hangs up. */
void
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

const char *const quiet_command[] = {"/bin/sh", "-c",
                                     "echo up; exec sleep 1000", NULL};

/* Brings a command to where it runs and its console is joined. */
void
run_quiet(struct fixture *f)
{
    run_command(f, quiet_command);
    say_ready(f);
    expect_message(f, LINK_CONSOLE);
    await_output(f, "up");
}

void
terminate(struct fixture *f)
{
    assert_int_equal(kill(f->monitor, SIGTERM), 0);
    expect_link_end(f);
    order_worker(f, (struct order){.status = 0});
}
