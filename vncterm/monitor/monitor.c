/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "monitor/monitor.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/wait.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/signals.h"
#include "base/socket_file.h"
#include "link/link.h"
#include "loop/loop.h"
#include "monitor/guest.h"
#include "monitor/outbox.h"
#include "monitor/pty.h"
#include "monitor/runner.h"
#include "monitor/state_file.h"
#include "monitor/store.h"

enum {
#if VNCTERM_SANITIZED
    /* It looks for leaks before it leaves. */
    WORKER_QUIT_US = 2 * 1000 * 1000,
#else
    /* From SIGTERM to gone it takes 100 ms at most; the worker's share. */
    WORKER_QUIT_US = 50 * 1000,
#endif
    /* From the end of the console, of which viewers see the last frame for a
     * second at most, to a worker that should have left: long enough for a host
     * that is busy with the ends of many guests, and less than the ten seconds
     * that the host agent waits. */
    WORKER_END_US = 8 * 1000 * 1000,
};

/* What EXIT STATUS in the man page says. */
enum {
    STATUS_OK = 0,
    STATUS_NOT_STARTED = 1,
    STATUS_WORKER_FAILED = 3,
};

enum phase {
    PHASE_STARTING, /* the worker is not locked yet */
    PHASE_LOCKED,   /* it is not ready */
    PHASE_RUNNING,
    PHASE_ENDED,   /* the console has; the worker shows its end, or stays */
    PHASE_LEAVING, /* the worker has been told to leave */
};

enum {
    SIGNALS = 5, /* that are handled */
};

struct monitor {
    const struct monitor_config *config;
    enum phase phase;
    bool worker_is_bad; /* it is killed for what it did */
    int end_status;     /* of the program, when the worker ends as it should */

    struct loop *loop;
    struct loop_fd *link_watcher;
    struct loop_signal *signals[SIGNALS];
    struct loop_timer *kill_timer;
    struct outbox outbox;

    uint16_t port; /* the worker's, from before it parsed anything */
    uint16_t text_port;
    uint32_t consoles; /* that were sent to the worker */
    int pty;           /* of -p, until the worker has it */
    struct runner_config runner_config;
    struct runner *runner; /* with a command */
    struct guest *guest;   /* with a tty of the store */
    struct store *store;   /* with a path in the store */

    struct state_file state_file;
    bool state_again;         /* it was asked for when it could not be */
    enum log_level log_level; /* at the start */
};

static void
kill_worker(const struct monitor *m)
{
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
    if (m->runner != NULL) {
        runner_stop(m->runner);
    }
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

/* The time that it had to leave is over. */
static void
on_kill_time(void *data)
{
    struct monitor *m = data;

    if (m->phase == PHASE_LEAVING) {
        kill_worker(m);
    } else {
        log_error("worker: it does not end");
        leave_bad_worker(m);
    }
}

static void
send_to_worker(struct monitor *m, const struct link_message *message, int fd)
{
    int r = outbox_send(&m->outbox, message, fd);

    /* That it is gone is going to be noticed by itself. */
    if (r < 0 && r != -EPIPE) {
        log_error_errno(-r, "worker: cannot send to it");
        leave_bad_worker(m);
        return;
    }
    if (outbox_is_waiting(&m->outbox)) {
        loop_fd_want(m->link_watcher, LOOP_READ | LOOP_WRITE);
    }
}

/* There will be no further output. */
static void
end_console(struct monitor *m, bool stay)
{
    if (m->phase != PHASE_RUNNING) {
        return;
    }
    struct link_message message = {.type = stay ? LINK_CONSOLE_STAY
                                                : LINK_CONSOLE_END};

    m->phase = PHASE_ENDED;
    send_to_worker(m, &message, -1);
    if (!stay && m->phase == PHASE_ENDED) {
        loop_timer_arm(m->kill_timer, WORKER_END_US);
    }
}

static void
join_console(void *data, int fd)
{
    struct monitor *m = data;
    struct link_message message = {.type = LINK_CONSOLE};

    if (m->phase == PHASE_RUNNING) {
        m->consoles++;
        message.console = m->consoles;
        send_to_worker(m, &message, fd);
    }
}

static void
on_command_end(void *data, enum runner_end end)
{
    struct monitor *m = data;

    m->end_status = end == RUNNER_ENDED ? STATUS_OK : STATUS_NOT_STARTED;
    end_console(m, m->config->stay);
}

static void
on_guest_end(void *data)
{
    struct monitor *m = data;

    end_console(m, m->config->stay);
}

static void
on_store_tty(void *data, const char *value)
{
    struct monitor *m = data;

    if (m->phase == PHASE_RUNNING) {
        guest_set_tty(m->guest, value);
    }
}

static void
on_store_removed(void *data)
{
    struct monitor *m = data;

    if (m->phase == PHASE_RUNNING) {
        guest_removed(m->guest);
    }
}

/* Returns whether the worker may say so. */
static bool
console_has_hung_up(struct monitor *m, uint32_t console)
{
    if (console < 1 || console > m->consoles) {
        return false;
    }
    /* Another may have been joined meanwhile. */
    if (m->phase != PHASE_RUNNING || console != m->consoles) {
        return true;
    }
    if (m->runner != NULL) {
        runner_hung_up(m->runner);
    } else if (m->guest != NULL) {
        guest_hung_up(m->guest);
    } else {
        log_info("console: %s hung up", m->config->pty);
        end_console(m, m->config->stay || m->config->restart);
    }
    return true;
}

static void
begin_state(struct monitor *m)
{
    struct link_message message = {.type = LINK_STATE};
    int fd = state_file_begin(&m->state_file);

    m->state_again = false;
    if (fd < 0) {
        log_warning_errno(-fd, "state: cannot write %s", m->state_file.path);
        return;
    }
    send_to_worker(m, &message, fd);
}

static void
on_save(void *data)
{
    struct monitor *m = data;
    bool is_serving = m->phase == PHASE_RUNNING || m->phase == PHASE_ENDED;

    if (is_serving && !state_file_is_open(&m->state_file)) {
        begin_state(m);
    } else {
        m->state_again = true;
    }
}

/* `err` is the worker's, 0 when the state is complete. */
static void
end_state(struct monitor *m, uint32_t err)
{
    int r = -(int)err;

    if (r == 0) {
        r = state_file_commit(&m->state_file);
    } else {
        state_file_abort(&m->state_file);
    }
    if (r < 0) {
        log_warning_errno(-r, "state: cannot write %s", m->state_file.path);
    } else {
        log_info("state: written to %s", m->state_file.path);
    }
    if (r == 0 && m->store != NULL) {
        store_set_state_file(m->store, m->state_file.path);
    }
    if (m->state_again) {
        begin_state(m);
    }
}

static void
on_toggle_log(void *data)
{
    struct monitor *m = data;
    bool is_debug = log_get_level() == LOG_LEVEL_DEBUG;
    enum log_level usual =
        m->log_level == LOG_LEVEL_DEBUG ? LOG_LEVEL_INFO : m->log_level;
    enum log_level level = is_debug ? usual : LOG_LEVEL_DEBUG;
    struct link_message message = {.type = LINK_LOG_LEVEL, .log_level = level};

    log_set_level(level);
    log_debug("log: debug lines are on");
    if (m->phase != PHASE_LEAVING) {
        send_to_worker(m, &message, -1);
    }
}

static bool
is_starting(const struct monitor *m)
{
    return m->phase == PHASE_STARTING || m->phase == PHASE_LOCKED;
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
        return is_starting(m) ? STATUS_NOT_STARTED : STATUS_WORKER_FAILED;
    }
    log_error("worker: ended with status %d", code);
    return STATUS_WORKER_FAILED;
}

static void
on_child(void *data)
{
    struct monitor *m = data;
    int status = 0;

    if (m->runner != NULL) {
        runner_reap(m->runner);
    }
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
}

static int
open_store(struct monitor *m)
{
    static const struct store_handler handler = {
        .on_tty = on_store_tty, .on_removed = on_store_removed};
    enum store_watch watch =
        m->guest != NULL ? STORE_WATCH_TTY : STORE_PUBLISH_ONLY;

    int r = store_new(&m->store, m->loop, m->config->store_path, watch,
                      &handler, m);
    if (r < 0) {
        log_error_errno(-r, "store: cannot watch %s", m->config->store_path);
    }
    return r;
}

static void
start_console(struct monitor *m)
{
    if (m->config->store_path != NULL) {
        if (open_store(m) < 0) {
            m->end_status = STATUS_NOT_STARTED;
            leave(m);
            return;
        }
        store_set_ports(m->store, m->port, m->text_port);
    }
    if (m->runner != NULL) {
        runner_start(m->runner);
    } else if (m->config->pty != NULL) {
        join_console(m, m->pty);
        fd_close(&m->pty);
    }
    if (m->state_again && m->phase == PHASE_RUNNING) {
        begin_state(m);
    }
}

/* Returns whether the worker may say so. */
static bool
handle_message(struct monitor *m, const struct link_message *message)
{
    switch ((enum link_type)message->type) {
    case LINK_LOCKED:
        if (m->phase != PHASE_STARTING) {
            return false;
        }
        m->phase = PHASE_LOCKED;
        m->port = message->port;
        m->text_port = message->text_port;
        return true;
    case LINK_READY:
        if (m->phase != PHASE_LOCKED) {
            return false;
        }
        m->phase = PHASE_RUNNING;
        start_console(m);
        return true;
    case LINK_HANGUP:
        return console_has_hung_up(m, message->console);
    case LINK_STATE_END:
        if (!state_file_is_open(&m->state_file)) {
            return false;
        }
        end_state(m, message->error);
        return true;
    case LINK_CONSOLE:
    case LINK_CONSOLE_END:
    case LINK_CONSOLE_STAY:
    case LINK_STATE:
    case LINK_LOG_LEVEL:
        break;
    }
    return false;
}

static void
receive(struct monitor *m)
{
    struct link_message message;
    int r = link_receive(m->config->link, &message, NULL);

    if (r == -EAGAIN) {
        return;
    }
    if (r == 0) {
        /* It has ended, or should have. */
        loop_fd_want(m->link_watcher, 0);
        loop_timer_arm(m->kill_timer, WORKER_QUIT_US);
        return;
    }
    if (r < 0 || !handle_message(m, &message)) {
        log_error("worker: it sent what it may not send");
        leave_bad_worker(m);
    }
}

static void
on_link(void *data, unsigned events)
{
    struct monitor *m = data;

    if ((events & LOOP_WRITE) != 0) {
        /* That the worker is gone is noticed by reading. */
        (void)outbox_flush(&m->outbox);
        if (!outbox_is_waiting(&m->outbox)) {
            loop_fd_want(m->link_watcher, LOOP_READ);
        }
    }
    if ((events & LOOP_READ) != 0) {
        receive(m);
    }
}

static int
watch_signals(struct monitor *m)
{
    static const struct {
        int signo;
        loop_fn *fn;
    } handled[SIGNALS] = {
        {SIGCHLD, on_child}, {SIGTERM, on_terminate},  {SIGINT, on_terminate},
        {SIGUSR1, on_save},  {SIGUSR2, on_toggle_log},
    };
    /* SIGXFSZ: a log that is a file may be full. */
    static const int ignored[] = {SIGHUP, SIGPIPE, SIGXFSZ};
    int r = 0;

    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++) {
        (void)signal(ignored[i], SIG_IGN); /* these are valid */
    }
    for (size_t i = 0; i < SIGNALS && r == 0; i++) {
        r = loop_signal_new(&m->signals[i], m->loop, handled[i].signo,
                            handled[i].fn, m);
    }
    signals_release(); /* they were held until they could be handled */
    return r;
}

static int
make_runner(struct monitor *m)
{
    static const struct runner_handler handler = {.on_join = join_console,
                                                  .on_end = on_command_end};
    const struct monitor_config *config = m->config;

    m->runner_config = (struct runner_config){
        .file = config->file,
        .argv = config->argv,
        .term = config->term,
        .size = config->size,
        .erase = config->erase,
        .restart = config->restart,
    };
    int r = runner_new(&m->runner, m->loop, &m->runner_config, &handler, m);
    if (r < 0) {
        log_error_errno(-r, "command: cannot make a pty");
    }
    return r;
}

static int
open_pty(struct monitor *m)
{
    int fd = pty_open(m->config->pty);

    if (fd < 0) {
        log_error_errno(-fd, "console: cannot open %s", m->config->pty);
        return fd;
    }
    m->pty = fd;
    return 0;
}

static int
open_console(struct monitor *m)
{
    static const struct guest_handler handler = {.on_join = join_console,
                                                 .on_end = on_guest_end};

    if (m->config->file != NULL) {
        return make_runner(m);
    }
    if (m->config->pty != NULL) {
        return open_pty(m);
    }
    guest_new(&m->guest, m->loop, &handler, m);
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
    loop_timer_new(&m->kill_timer, m->loop, LOOP_PRIORITY_VIEWER, on_kill_time,
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
    if (r < 0 && r != -EADDRINUSE && r != -ENOENT && !is_starting(m)) {
        log_warning_errno(-r, "vnc: cannot remove %s", path);
    }
}

static void
clean_up(struct monitor *m)
{
    /* A signal must not end us before we are done, nor change the status. */
    signals_hold(NULL);
    store_free(m->store);
    guest_free(m->guest);
    runner_free(m->runner);
    fd_close(&m->pty);
    outbox_fini(&m->outbox);
    state_file_fini(&m->state_file);
    for (size_t i = 0; i < SIGNALS; i++) {
        loop_signal_free(m->signals[i]);
    }
    loop_timer_free(m->kill_timer);
    loop_fd_free(m->link_watcher);
    loop_free(m->loop);
    remove_socket(m);
}

int
monitor_run(const struct monitor_config *config)
{
    struct monitor m = {
        .config = config,
        .pty = -1,
        .log_level = log_get_level(),
    };

    state_file_init(&m.state_file, config->state_dir);
    outbox_init(&m.outbox, config->link);
    int status = set_up(&m);
    int failure = STATUS_NOT_STARTED;

    if (status == 0) {
        on_child(&m); /* what ended before SIGCHLD was handled */
        status = loop_run(m.loop);
        if (status < 0) {
            log_error_errno(-status, "monitor: cannot wait for events");
            failure = STATUS_WORKER_FAILED;
        }
    }
    if (status < 0) {
        kill_worker(&m);
        (void)waitpid(config->worker, NULL, 0); /* gone, or never there */
        status = failure;
    }
    clean_up(&m);
    return status;
}
