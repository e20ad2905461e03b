/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop's side: it starts the thread, hands requests over, logs, calls the
 * handlers, and says when to connect again.
 */
#include "monitor/store.h"

#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/mem.h"
#include "monitor/store_connection.h"
#include "monitor/store_thread.h"

enum {
    US_PER_MS = 1000,
};

struct store {
    struct loop *loop;
    struct loop_fd *watcher;
    struct loop_timer *retry_timer; /* to connect */
    struct loop_timer *ports_timer; /* to write those that were refused */
    const struct store_handler *handler;
    void *data;

    int socket;
    pthread_t thread;

    /* Requests that are to be sent; a newer one takes the place of an older. */
    bool is_due[STORE_REQUESTS];
    uint16_t vnc_port;
    uint16_t text_port;
    char file[STORE_FILE_MAX + 1];

    bool is_connected;
    bool loss_is_logged;
    uint64_t connected_us;
    uint64_t retry_us; /* the last delay, 0 for none */
    uint64_t ports_retry_us;
    bool refusal_is_logged;
    struct log_limit loss_limit;
    struct log_limit failure_limit;
};

int
store_check(void)
{
    return store_connection_check();
}

/* Sends what is due, as far as the thread takes it. */
static void
send_requests(struct store *s)
{
    struct store_request request = {
        .vnc_port = s->vnc_port,
        .text_port = s->text_port,
    };

    memcpy(request.file, s->file, sizeof(request.file));
    for (uint32_t type = 0; type < STORE_REQUESTS; type++) {
        request.type = type;
        if (!s->is_due[type]) {
            continue;
        }
        if (send(s->socket, &request, sizeof(request), MSG_NOSIGNAL) < 0) {
            /* The store hangs, and many have been sent since. */
            loop_fd_want(s->watcher, LOOP_READ | LOOP_WRITE);
            return;
        }
        s->is_due[type] = false;
    }
    loop_fd_want(s->watcher, LOOP_READ);
}

static void
ask(struct store *s, enum store_request_type type)
{
    s->is_due[type] = true;
    send_requests(s);
}

static void
retry(void *data)
{
    ask(data, STORE_REQUEST_CONNECT);
}

static void
retry_ports(void *data)
{
    ask(data, STORE_REQUEST_PORTS_AGAIN);
}

static uint64_t
next_delay_us(uint64_t last_us)
{
    if (last_us == 0) {
        return STORE_RETRY_FIRST_US;
    }
    return last_us < STORE_RETRY_MAX_US / 2 ? 2 * last_us : STORE_RETRY_MAX_US;
}

/*
 * One that takes connections and closes them at once is left alone more and
 * more, too: only a connection that has lasted makes the next delay short.
 */
static void
retry_later(struct store *s)
{
    uint64_t held_us =
        s->is_connected ? loop_now_us(s->loop) - s->connected_us : 0;

    s->retry_us =
        next_delay_us(held_us >= STORE_RETRY_MAX_US ? 0 : s->retry_us);
    s->is_connected = false;
    loop_timer_arm(s->retry_timer, s->retry_us);
}

static void
has_connected(struct store *s)
{
    s->is_connected = true;
    s->connected_us = loop_now_us(s->loop);
    if (s->loss_is_logged) {
        s->loss_is_logged = false;
        log_info("store: connected again");
    }
}

static void
has_lost(struct store *s, int err)
{
    if (!s->loss_is_logged &&
        log_limit_allows(&s->loss_limit, loop_now_us(s->loop))) {
        s->loss_is_logged = true;
        if (err != 0) {
            log_warning_errno(err, "store: cannot connect, trying again");
        } else {
            log_warning("store: connection lost, connecting again");
        }
    }
    retry_later(s);
}

/* Returns whether it was logged. */
static bool
warn_about(struct store *s, const char *doing, const struct store_report *r)
{
    char key[4 * STORE_VALUE_MAX + 1];

    if (!log_limit_allows(&s->failure_limit, loop_now_us(s->loop))) {
        return false;
    }
    log_warning_errno(r->err, "store: cannot %s %s", doing,
                      log_escape(key, sizeof(key), r->text, strlen(r->text)));
    return true;
}

/* Of one attempt there may be a report for each port. */
static void
has_refused_port(struct store *s, const struct store_report *report)
{
    if (!s->refusal_is_logged) {
        s->refusal_is_logged = warn_about(s, "write", report);
    }
    if (!loop_timer_is_armed(s->ports_timer)) {
        s->ports_retry_us = next_delay_us(s->ports_retry_us);
        loop_timer_arm(s->ports_timer, s->ports_retry_us);
    }
}

static void
has_taken_ports(struct store *s)
{
    loop_timer_disarm(s->ports_timer);
    s->ports_retry_us = 0;
    if (s->refusal_is_logged) {
        s->refusal_is_logged = false;
        log_info("store: ports are published");
    }
}

/* Does not touch `s` after a handler, which may have freed it. */
static void
take_report(struct store *s, const struct store_report *report)
{
    switch ((enum store_report_type)report->type) {
    case STORE_REPORT_CONNECTED:
        has_connected(s);
        break;
    case STORE_REPORT_LOST:
        has_lost(s, report->err);
        break;
    case STORE_REPORT_TTY:
        s->handler->on_tty(s->data, report->text);
        break;
    case STORE_REPORT_REMOVED:
        s->handler->on_removed(s->data);
        break;
    case STORE_REPORT_PORT_REFUSED:
        has_refused_port(s, report);
        break;
    case STORE_REPORT_PORTS_TAKEN:
        has_taken_ports(s);
        break;
    case STORE_REPORT_CANNOT_READ:
        (void)warn_about(s, "read", report); /* perhaps too many have been */
        break;
    case STORE_REPORT_CANNOT_WRITE:
        (void)warn_about(s, "write", report);
        break;
    case STORE_REPORT_CANNOT_WATCH:
        (void)warn_about(s, "watch", report);
        break;
    }
}

static void
on_socket(void *data, unsigned events)
{
    struct store *s = data;
    struct store_report report;

    if ((events & LOOP_WRITE) != 0) {
        send_requests(s);
    }
    ssize_t size = recv(s->socket, &report, sizeof(report), MSG_DONTWAIT);
    if (size < 0) {
        return; /* nothing there */
    }
    assert(size == sizeof(report)); /* the thread ends after us only */
    take_report(s, &report);
}

static int
start_thread(struct store *s, const char *path, enum store_watch watch)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
        return -errno;
    }
    int r = fd_set_nonblock(ends[0]); /* that of the thread waits */
    if (r == 0) {
        r = loop_fd_new(&s->watcher, s->loop, ends[0], LOOP_PRIORITY_GUEST,
                        on_socket, s);
    }
    if (r == 0) {
        r = store_thread_start(&s->thread, ends[1], path, watch);
    }
    if (r < 0) {
        loop_fd_free(s->watcher);
        fd_close(&ends[0]);
        fd_close(&ends[1]);
        return r;
    }
    s->socket = ends[0];
    return 0;
}

int
store_new(struct store **out, struct loop *loop, const char *path,
          enum store_watch watch, const struct store_handler *handler,
          void *data)
{
    struct store *s = xcalloc(1, sizeof(*s));

    /* An arena for each thread costs pages, and nobody is in a hurry. Failure
     * costs those pages. */
    (void)mallopt(M_ARENA_MAX, 1);
    s->loop = loop;
    s->handler = handler;
    s->data = data;
    int r = start_thread(s, path, watch);
    if (r < 0) {
        free(s);
        return r;
    }
    loop_timer_new(&s->retry_timer, loop, LOOP_PRIORITY_GUEST, retry, s);
    loop_timer_new(&s->ports_timer, loop, LOOP_PRIORITY_GUEST, retry_ports, s);
    ask(s, STORE_REQUEST_CONNECT);
    *out = s;
    return 0;
}

void
store_set_ports(struct store *s, uint16_t vnc_port, uint16_t text_port)
{
    s->vnc_port = vnc_port;
    s->text_port = text_port;
    s->refusal_is_logged = false;
    s->ports_retry_us = 0;
    ask(s, STORE_REQUEST_PORTS);
}

void
store_set_state_file(struct store *s, const char *file)
{
    size_t len = strlen(file);

    if (len > STORE_FILE_MAX) {
        log_warning_errno(ENAMETOOLONG, "store: cannot write statefile");
        return;
    }
    memcpy(s->file, file, len + 1);
    ask(s, STORE_REQUEST_STATE_FILE);
}

/*
 * Whether the thread has closed its end of the pair, which it does at the very
 * last. What it has reported until then is thrown away, for it may wait for
 * room to do so.
 */
static bool
wait_for_thread(const struct store *s)
{
    struct pollfd fd = {.fd = s->socket, .events = POLLIN};
    struct store_report report;
    uint64_t end_us =
        loop_now_us(s->loop) + (uint64_t)STORE_FREE_MS * US_PER_MS;

    for (;;) {
        ssize_t size = recv(s->socket, &report, sizeof(report), MSG_DONTWAIT);
        uint64_t now_us = loop_now_us(s->loop);
        if (size == 0) {
            return true;
        }
        if (now_us >= end_us) {
            return false;
        }
        if (size < 0) {
            /* Failing, as for a signal, is looking again. */
            (void)poll(&fd, 1, (int)((end_us - now_us) / US_PER_MS) + 1);
        }
    }
}

void
store_free(struct store *s)
{
    if (s == NULL) {
        return;
    }
    (void)shutdown(s->socket, SHUT_WR); /* which ends the thread */
    if (wait_for_thread(s)) {
        (void)pthread_join(s->thread, NULL); /* has nothing left to do */
    } else {
        (void)pthread_detach(s->thread); /* it frees itself, some time */
    }
    loop_timer_free(s->ports_timer);
    loop_timer_free(s->retry_timer);
    loop_fd_free(s->watcher);
    fd_close(&s->socket);
    free(s);
}
