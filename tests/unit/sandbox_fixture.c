/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit/sandbox_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/log.h"

struct held held;

long
result_of(long result)
{
    return result < 0 ? -errno : result;
}

static void
hold_descriptors(void)
{
    held.memory_file = memfd_create("test", MFD_CLOEXEC);
    held.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    held.epoll = epoll_create1(EPOLL_CLOEXEC);
    held.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    if (held.memory_file < 0 || listen(held.listener, 1) < 0 ||
        held.epoll < 0 || held.timer < 0 ||
        socketpair(AF_UNIX, SOCK_STREAM, 0, held.pair) < 0) {
        _exit(EXIT_FAILURE);
    }
}

static void
obey(int orders, int answers)
{
    call_fn *call;

    while (read(orders, &call, sizeof(call)) == (ssize_t)sizeof(call)) {
        long result = call();
        if (write(answers, &result, sizeof(result)) < 0) {
            break;
        }
    }
    _exit(EXIT_SUCCESS);
}

void
be_child(const struct setting *setting, int orders, int answers, int log)
{
    /* For the log, and for what the C library says. */
    if (dup2(log, STDERR_FILENO) < 0) {
        _exit(EXIT_FAILURE);
    }
    hold_descriptors();
    if (setting->prepare != NULL) {
        setting->prepare();
    }
    struct sandbox_config config = setting->config;
    config.memory_file = held.memory_file;
    long result = sandbox_lock(&config);
    if (write(answers, &result, sizeof(result)) < 0) {
        _exit(EXIT_FAILURE);
    }
    obey(orders, answers);
}

bool
await_answer(const struct child *child, long *out)
{
    struct pollfd p = {.fd = child->answers, .events = POLLIN};

    assert_int_equal(poll(&p, 1, WAIT_MS), 1);
    return read(child->answers, out, sizeof(*out)) == (ssize_t)sizeof(*out);
}

void
start_child(struct child *child, const struct setting *setting)
{
    int orders[2];
    int answers[2];
    int log[2];

    assert_int_equal(pipe2(orders, O_CLOEXEC), 0);
    assert_int_equal(pipe2(answers, O_CLOEXEC), 0);
    assert_int_equal(pipe2(log, O_CLOEXEC), 0);
    child->pid = fork();
    assert_true(child->pid >= 0);
    if (child->pid == 0) {
        (void)close(orders[1]);
        be_child(setting, orders[0], answers[1], log[1]);
    }
    (void)close(orders[0]);
    (void)close(answers[1]);
    (void)close(log[1]);
    child->orders = orders[1];
    child->answers = answers[0];
    child->log = log[0];
    assert_true(await_answer(child, &child->result));
}

void
start_locked(struct child *child, const struct setting *setting)
{
    start_child(child, setting);
    assert_int_equal(child->result, 0);
}

bool
tell_child(struct child *child, call_fn *call, long *out)
{
    assert_int_equal(write(child->orders, &call, sizeof(call)), sizeof(call));
    return await_answer(child, out);
}

int
end_child(struct child *child, char log[TEXT_MAX])
{
    int status = 0;
    size_t len = 0;
    ssize_t count;

    (void)close(child->orders);
    while ((count = read(child->log, log + len, TEXT_MAX - 1 - len)) > 0) {
        len += (size_t)count;
    }
    log[len] = '\0';
    (void)close(child->log);
    (void)close(child->answers);
    assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
    return status;
}

void
end_well(struct child *child, char log[TEXT_MAX])
{
    assert_int_equal(end_child(child, log), 0);
}

struct setting
usual_setting(void)
{
    return (struct setting){.config = {
                                .mode = SANDBOX_ON,
                                .port = PORT,
                                .parent = getpid(),
                                .memory_max = MEMORY_MAX,
                                .file_size_max = FILE_SIZE_MAX,
                            }};
}

bool
is_root_in_container(void)
{
    int status = 0;

    if (geteuid() != 0) {
        return false;
    }
    pid_t child = fork();
    if (child == 0) {
        _exit(unshare(CLONE_NEWNET) < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (status == 0) {
        return false;
    }
    (void)puts("SKIP: root may not make a network namespace");
    return true;
}

void
require_root(void)
{
    if (geteuid() != 0) {
        print_message("SKIP: it takes root\n");
        skip();
    }
}

void
read_proc(pid_t pid, const char *name, char out[TEXT_MAX])
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    ssize_t len = read(fd, out, TEXT_MAX - 1);
    assert_true(len >= 0);
    out[len] = '\0';
    (void)close(fd);
}

void
read_proc_link(pid_t pid, const char *name, char out[TEXT_MAX])
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    ssize_t len = readlink(path, out, TEXT_MAX - 1);
    assert_true(len >= 0);
    out[len] = '\0';
}

void
assert_contains(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("\"%s\" is not in:\n%s", part, text);
    }
}
