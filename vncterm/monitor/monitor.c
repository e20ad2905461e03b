/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "monitor/monitor.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/wait.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/socket_file.h"
#include "link/link.h"
#include "loop/loop.h"
#include "monitor/command.h"
#include "monitor/pty.h"

#define US_PER_S 1000000U

enum {
#if VNCTERM_SANITIZED
    /* It looks for leaks before it leaves. */
    WORKER_QUIT_US = 2 * 1000 * 1000,
#else
    /* From SIGTERM to gone it takes 100 ms at most; the worker's share. */
    WORKER_QUIT_US = 50 * 1000,
#endif
    /* A console that hangs up again and again is joined at most this often. */
    REJOIN_US = 100 * 1000,
};

/* What EXIT STATUS in the man page says. */
enum {
    STATUS_OK = 0,
    STATUS_NOT_STARTED = 1,
    STATUS_WORKER_FAILED = 3,
};

enum phase {
    PHASE_STARTING, /* the worker is not ready */
    PHASE_RUNNING,
    PHASE_ENDED,   /* the console has; the worker shows its end, or stays */
    PHASE_LEAVING, /* the worker has been told to leave */
};

enum {
    SIGNALS = 3, /* that are handled */
};

struct monitor {
    const struct monitor_config *config;
    enum phase phase;
    bool worker_is_bad; /* it is killed for what it did */
    int end_status;     /* of the program, when the worker ends as it should */

    struct loop *loop;
    struct loop_fd *link_watcher;
    struct loop_signal *signals[SIGNALS];
    struct loop_timer *respawn_timer;
    struct loop_timer *rejoin_timer;
    struct loop_timer *kill_timer;

    int console;    /* of -p, until the worker has it */
    struct pty pty; /* of the command, which is NULL with -p */
    struct command *command;
    struct backoff backoff;
    struct log_limit end_limit;
    struct log_limit rejoin_limit;
    uint64_t started_us; /* the command's last run */
    uint64_t joined_us;
};

static void
kill_worker(void *data)
{
    const struct monitor *m = data;

    /* It has not been reaped, so that its number is not another process's. */
    (void)kill(m->config->worker, SIGKILL);
}

/* Tells the worker to leave, by the end of the link, and sees to it. */
static void
leave(struct monitor *m)
{
    if (m->phase == PHASE_LEAVING) {
        return;
    }
    m->phase = PHASE_LEAVING;
    loop_timer_disarm(m->respawn_timer);
    loop_timer_disarm(m->rejoin_timer);
    loop_fd_want(m->link_watcher, 0);
    (void)shutdown(m->config->link, SHUT_RDWR); /* fails when it has gone */
    loop_timer_arm(m->kill_timer, WORKER_QUIT_US);
}

static void
leave_bad_worker(struct monitor *m)
{
    m->worker_is_bad = true;
    leave(m);
    kill_worker(m);
}

static void
send_to_worker(struct monitor *m, enum link_type type, int fd)
{
    struct link_message message = {.type = (uint32_t)type};
    int r = link_send(m->config->link, &message, fd);

    /* That it is gone is going to be noticed by itself. */
    if (r < 0 && r != -EPIPE) {
        log_error_errno(-r, "worker: cannot send to it");
        leave_bad_worker(m);
    }
}

/* There will be no further output. */
static void
end_console(struct monitor *m, bool stay)
{
    m->phase = PHASE_ENDED;
    loop_timer_disarm(m->rejoin_timer);
    send_to_worker(m, stay ? LINK_CONSOLE_STAY : LINK_CONSOLE_END, -1);
}

static void
join_console(struct monitor *m, int fd)
{
    m->joined_us = loop_now_us(m->loop);
    send_to_worker(m, LINK_CONSOLE, fd);
}

static void
rejoin_console(void *data)
{
    struct monitor *m = data;
    int r = pty_reopen(&m->pty);

    if (r == 0) {
        join_console(m, m->pty.master);
        return;
    }
    if (log_limit_allows(&m->rejoin_limit, loop_now_us(m->loop))) {
        log_warning_errno(-r, "command: cannot open its pty again");
    }
    loop_timer_arm(m->rejoin_timer, REJOIN_US);
}

/* login and agetty hang up their terminal to be alone on it, and open it
 * again; so the end of a command is told by itself alone. */
static void
console_has_hung_up(struct monitor *m)
{
    if (m->phase != PHASE_RUNNING) {
        return;
    }
    if (m->command == NULL) {
        log_info("console: %s hung up", m->config->pty);
        end_console(m, m->config->stay || m->config->restart);
        return;
    }
    uint64_t held_us = loop_now_us(m->loop) - m->joined_us;
    if (held_us >= REJOIN_US) {
        rejoin_console(m);
    } else if (!loop_timer_is_armed(m->rejoin_timer)) {
        loop_timer_arm(m->rejoin_timer, REJOIN_US);
    }
}

/* `how` is what the log says. */
static void
command_has_ended(struct monitor *m, enum log_level level, const char *how)
{
    uint64_t now_us = loop_now_us(m->loop);
    bool restarts = m->config->restart;
    char next[64] = "";
    uint64_t delay_us = 0;

    if (restarts) {
        delay_us = backoff_next(&m->backoff, now_us - m->started_us);
        (void)snprintf(next, sizeof(next), "; again in %u s",
                       (unsigned)(delay_us / US_PER_S));
    }
    if (log_limit_allows(&m->end_limit, now_us)) {
        if (level == LOG_LEVEL_ERROR) {
            log_error("command: %s%s", how, next);
        } else {
            log_info("command: %s%s", how, next);
        }
    }
    if (restarts) {
        loop_timer_arm(m->respawn_timer, delay_us);
    } else {
        m->end_status =
            level == LOG_LEVEL_ERROR ? STATUS_NOT_STARTED : STATUS_OK;
        end_console(m, m->config->stay);
    }
}

/* It could not be started, or not be executed. */
static void
command_has_failed(struct monitor *m, int err)
{
    char how[LOG_LINE_MAX];

    (void)snprintf(how, sizeof(how), "cannot run %s: %s", m->config->file,
                   strerror(err)); /* may be cut */
    command_has_ended(m, LOG_LEVEL_ERROR, how);
}

/* Each run gets a slave that no other has hung up, and the first modes. */
static void
start_command(void *data)
{
    struct monitor *m = data;
    int r = pty_reopen(&m->pty);

    m->started_us = loop_now_us(m->loop);
    if (r == 0) {
        pty_reset_modes(&m->pty);
        r = command_start(m->command, m->pty.slave);
    }
    if (r < 0) {
        command_has_failed(m, -r);
    }
}

static void
reap_command(struct monitor *m)
{
    struct command_end end;
    char how[64];

    if (m->command == NULL || !command_reap(m->command, &end)) {
        return;
    }
    if (m->phase == PHASE_LEAVING) {
        return; /* we have hung it up */
    }
    if (end.exec_errno != 0) {
        command_has_failed(m, end.exec_errno);
        return;
    }
    if (WIFSIGNALED(end.status)) {
        int signo = WTERMSIG(end.status);
        (void)snprintf(how, sizeof(how), "ended by signal %d (%s)", signo,
                       strsignal(signo));
    } else {
        (void)snprintf(how, sizeof(how), "ended with status %d",
                       WEXITSTATUS(end.status));
    }
    command_has_ended(m, LOG_LEVEL_INFO, how);
}

/* The exit status of the program for the worker's, as from waitpid(). */
static int
judge_worker(const struct monitor *m, int status)
{
    bool is_leaving = m->phase == PHASE_LEAVING && !m->worker_is_bad;
    int signo = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

    if (signo != 0) {
        /* A service manager may ask all processes at once. */
        bool is_asked = signo == SIGTERM || signo == SIGINT;
        if (is_asked || (is_leaving && signo == SIGKILL)) {
            return m->end_status;
        }
        log_error("worker: ended by signal %d (%s)", signo, strsignal(signo));
        return STATUS_WORKER_FAILED;
    }
    int code = WEXITSTATUS(status);
    if (is_leaving || (code == 0 && m->phase == PHASE_ENDED)) {
        return m->end_status;
    }
    if (code == STATUS_NOT_STARTED) { /* it has said why */
        return m->phase == PHASE_STARTING ? STATUS_NOT_STARTED
                                          : STATUS_WORKER_FAILED;
    }
    log_error("worker: ended with status %d", code);
    return STATUS_WORKER_FAILED;
}

static void
on_child(void *data)
{
    struct monitor *m = data;
    int status = 0;

    reap_command(m);
    pid_t pid = waitpid(m->config->worker, &status, WNOHANG);
    if (pid == m->config->worker) {
        loop_quit(m->loop, judge_worker(m, status));
    } else if (pid < 0) {
        log_error_errno(errno, "worker: cannot wait for it");
        loop_quit(m->loop, STATUS_WORKER_FAILED);
    }
}

static void
on_terminate(void *data)
{
    struct monitor *m = data;

    m->end_status = STATUS_OK;
    leave(m);
    if (m->command != NULL) {
        command_hang_up(m->command);
    }
}

static void
worker_is_ready(struct monitor *m)
{
    if (m->phase != PHASE_STARTING) {
        return;
    }
    m->phase = PHASE_RUNNING;
    if (m->command == NULL) {
        join_console(m, m->console);
        fd_close(&m->console);
        return;
    }
    join_console(m, m->pty.master);
    if (m->phase == PHASE_RUNNING) {
        start_command(m);
    }
}

static void
on_link(void *data, unsigned events)
{
    struct monitor *m = data;
    struct link_message message;
    int r = link_receive(m->config->link, &message, NULL);

    (void)events; /* only reading is wanted */
    if (r == -EAGAIN) {
        return;
    }
    if (r == 0) {
        /* It has ended, or should have. */
        loop_fd_want(m->link_watcher, 0);
        loop_timer_arm(m->kill_timer, WORKER_QUIT_US);
        return;
    }
    if (r == 1 && message.type == LINK_READY) {
        worker_is_ready(m);
    } else if (r == 1 && message.type == LINK_HANGUP) {
        console_has_hung_up(m);
    } else {
        log_error("worker: it sent what is no message of a worker");
        leave_bad_worker(m);
    }
}

static int
watch_signals(struct monitor *m)
{
    static const struct {
        int signo;
        loop_fn *fn;
    } handled[SIGNALS] = {
        {SIGCHLD, on_child},
        {SIGTERM, on_terminate},
        {SIGINT, on_terminate},
    };
    static const int ignored[] = {SIGHUP, SIGPIPE, SIGUSR1, SIGUSR2};
    sigset_t none;
    int r = 0;

    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++) {
        (void)signal(ignored[i], SIG_IGN); /* these are valid */
    }
    for (size_t i = 0; i < SIGNALS && r == 0; i++) {
        r = loop_signal_new(&m->signals[i], m->loop, handled[i].signo,
                            handled[i].fn, m);
    }
    /* They were blocked until they could be handled. */
    (void)sigemptyset(&none); /* cannot fail, nor can the next with it */
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    return r;
}

static int
open_console(struct monitor *m)
{
    const struct monitor_config *config = m->config;

    if (config->pty != NULL) {
        int fd = pty_open(config->pty);
        if (fd < 0) {
            log_error_errno(-fd, "console: cannot open %s", config->pty);
            return fd;
        }
        m->console = fd;
        return 0;
    }
    int r = pty_init(&m->pty, config->size);
    if (r < 0) {
        log_error_errno(-r, "command: cannot make a pty");
        return r;
    }
    command_new(&m->command, config->file, config->argv, config->term);
    return 0;
}

static int
set_up(struct monitor *m)
{
    int r = loop_new(&m->loop);

    if (r < 0) {
        log_error_errno(-r, "monitor: cannot make an event loop");
        return r;
    }
    loop_timer_new(&m->respawn_timer, m->loop, LOOP_PRIORITY_GUEST,
                   start_command, m);
    loop_timer_new(&m->rejoin_timer, m->loop, LOOP_PRIORITY_GUEST,
                   rejoin_console, m);
    loop_timer_new(&m->kill_timer, m->loop, LOOP_PRIORITY_VIEWER, kill_worker,
                   m);
    r = watch_signals(m);
    if (r == 0) {
        r = loop_fd_new(&m->link_watcher, m->loop, m->config->link,
                        LOOP_PRIORITY_VIEWER, on_link, m);
    }
    if (r < 0) {
        log_error_errno(-r, "monitor: cannot watch the worker");
        return r;
    }
    loop_fd_want(m->link_watcher, LOOP_READ);
    return open_console(m);
}

/*
 * The worker's, which is gone: it may have ended before it could tell that it
 * listens, so whether the file is its own is seen from nobody listening there.
 */
static void
remove_socket(const struct monitor *m)
{
    const char *path = m->config->unix_path;
    int r = path != NULL ? socket_file_remove_stale(path) : 0;

    /* A worker that could not listen has said why. */
    if (r < 0 && r != -EADDRINUSE && r != -ENOENT &&
        m->phase != PHASE_STARTING) {
        log_warning_errno(-r, "vnc: cannot remove %s", path);
    }
}

static void
clean_up(struct monitor *m)
{
    if (m->command != NULL) {
        command_hang_up(m->command);
        command_free(m->command);
    }
    pty_fini(&m->pty);
    fd_close(&m->console);
    for (size_t i = 0; i < SIGNALS; i++) {
        loop_signal_free(m->signals[i]);
    }
    loop_timer_free(m->kill_timer);
    loop_timer_free(m->rejoin_timer);
    loop_timer_free(m->respawn_timer);
    loop_fd_free(m->link_watcher);
    loop_free(m->loop);
    remove_socket(m);
}

int
monitor_run(const struct monitor_config *config)
{
    struct monitor m = {
        .config = config,
        .console = -1,
        .pty = {.master = -1, .slave = -1},
    };
    int status = set_up(&m);

    if (status == 0) {
        on_child(&m); /* what ended before SIGCHLD was handled */
        status = loop_run(m.loop);
        if (status < 0) {
            log_error_errno(-status, "monitor: cannot wait for events");
        }
    }
    if (status < 0) {
        kill_worker(&m);
        (void)waitpid(config->worker, NULL, 0); /* gone, or never there */
        status = STATUS_NOT_STARTED;
    }
    clean_up(&m);
    return status;
}
