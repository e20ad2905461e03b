/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "monitor/store_thread.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/signals.h"
#include "monitor/store_access.h"
#include "monitor/store_connection.h"
#include "monitor/store_publish.h"

enum {
    /* Pages are taken as they are touched; loading a library takes most. */
    STACK_SIZE = 128 * 1024,
    /* Pending events that lead to one look. */
    EVENTS_MAX = 64,
    /* A domain that comes and goes between looking and writing. */
    LOOK_TRIES = 10,
    PARTS_OF_DOMAIN = 3, /* local, domain, N */
};

#define TTY_TOKEN     "tty"
#define RELEASE_TOKEN "release"
#define DOMAIN_TOKEN  "domain"

struct store_thread {
    enum store_watch watch;
    struct store_access access;
    struct store_domain domain;
    struct store_publish *publish;
    char *tty;               /* its key */
    bool store_has_answered; /* on some connection */

    char told[STORE_VALUE_MAX + 1]; /* "" when it has been removed, too */

    /* What holds for the connection alone. */
    bool tty_event_is_due; /* the one that a watch begins with */
    bool tty_was_seen;
    bool domain_is_watched;
    bool port_has_changed; /* which an own write is, too */
    bool removal_is_told;
};

/*
 * The directory is watched only while it is missing: below one that is there
 * the guest may write as often as it likes. A watch begins with an event, and
 * so with a look: what happens between a look and its watch is not missed.
 */
static void
watch_domain_if(struct store_thread *t, enum store_presence domain)
{
    if (domain == STORE_ABSENT && !t->domain_is_watched) {
        t->domain_is_watched =
            store_access_watch(&t->access, t->domain.path, DOMAIN_TOKEN);
    } else if (domain == STORE_PRESENT && t->domain_is_watched) {
        int r = store_connection_unwatch(&t->access.connection, t->domain.path,
                                         DOMAIN_TOKEN);
        store_access_complain(&t->access, STORE_REPORT_CANNOT_WATCH, r,
                              t->domain.path);
        t->domain_is_watched = false;
    }
}

static void
tell_removal(struct store_thread *t)
{
    t->tty_was_seen = false;
    t->domain.was_seen = false;
    t->domain.may_create = false;
    t->told[0] = '\0';
    if (t->watch == STORE_WATCH_TTY && !t->removal_is_told) {
        t->removal_is_told = true;
        store_access_report(&t->access, STORE_REPORT_REMOVED, 0, "");
    }
}

enum look {
    LOOK_FIRST,   /* on this connection */
    LOOK_AGAIN,   /* something may have happened */
    LOOK_WRITTEN, /* somebody has written the tty */
};

static enum store_presence
look_at_tty(struct store_thread *t, enum look why)
{
    char value[STORE_VALUE_MAX + 1];
    enum store_presence tty = store_access_read(&t->access, t->tty, value);

    if (tty != STORE_PRESENT) {
        return tty;
    }
    t->tty_was_seen = true;
    t->removal_is_told = false;
    bool is_other = strcmp(value, t->told) != 0;
    if (value[0] != '\0' &&
        (why == LOOK_WRITTEN || (why == LOOK_FIRST && is_other))) {
        memcpy(t->told, value, sizeof(value));
        store_access_report(&t->access, STORE_REPORT_TTY, 0, value);
    }
    return tty;
}

/* To be called before the first look of a connection. */
static void
forget_old_store(struct store_thread *t)
{
    if (t->watch == STORE_WATCH_TTY && store_publish_is_lost(t->publish)) {
        t->told[0] = '\0';
        store_publish_forget(t->publish);
    }
}

/* Returns whether the domain is there. */
static enum store_presence
look(struct store_thread *t, enum look why)
{
    char value[STORE_VALUE_MAX + 1];
    enum store_presence tty = STORE_UNKNOWN;
    enum store_presence domain = STORE_PRESENT;

    if (t->watch == STORE_WATCH_TTY) {
        tty = look_at_tty(t, why);
    }
    if (tty != STORE_PRESENT && !t->access.connection.is_lost) {
        domain = store_access_read(&t->access, t->domain.path, value);
    }
    if (t->access.connection.is_lost) {
        return STORE_UNKNOWN;
    }
    t->store_has_answered = true;
    if (domain == STORE_ABSENT && t->domain.was_seen) {
        store_publish_forget(t->publish); /* should it come back */
        tell_removal(t);
    } else if (tty == STORE_ABSENT && t->tty_was_seen) {
        tell_removal(t);
    }
    if (domain == STORE_PRESENT) {
        t->domain.was_seen = true;
        t->domain.may_create = false; /* should it go */
    }
    watch_domain_if(t, domain);
    if (t->port_has_changed && domain == STORE_PRESENT && !t->removal_is_told) {
        t->port_has_changed = false;
        store_publish_check(t->publish);
    }
    return domain;
}

static void
look_and_publish(struct store_thread *t, enum look why)
{
    enum store_presence domain = look(t, why);

    for (int i = 0; !t->access.connection.is_lost &&
                    store_publish_write(t->publish, domain) && i < LOOK_TRIES;
         i++) {
        domain = look(t, LOOK_AGAIN);
    }
}

/* Reports a connection that is lost, and forgets it. */
static void
drop_lost(struct store_thread *t)
{
    if (t->access.connection.is_lost) {
        store_connection_close(&t->access.connection);
        store_access_report(&t->access, STORE_REPORT_LOST, 0, "");
    }
}

/* Takes the events that are pending, as one. */
static enum look
take_events(struct store_thread *t)
{
    enum {
        TTY_EVENT,
        VNC_PORT_EVENT,
        TEXT_PORT_EVENT,
        EVENTS
    };
    /* Below a node there may be others, which are events of its watch, too. */
    const struct store_event known[EVENTS] = {
        [TTY_EVENT] = {t->tty, TTY_TOKEN},
        [VNC_PORT_EVENT] = store_publish_event(t->publish, STORE_PORT_VNC),
        [TEXT_PORT_EVENT] = store_publish_event(t->publish, STORE_PORT_TEXT),
    };
    enum look why = LOOK_AGAIN;
    size_t which = EVENTS;

    for (int i = 0;
         i < EVENTS_MAX && store_connection_take_event(&t->access.connection,
                                                       known, EVENTS, &which);
         i++) {
        if (which == TTY_EVENT && !t->tty_event_is_due) {
            why = LOOK_WRITTEN;
        } else if (which == TTY_EVENT) {
            t->tty_event_is_due = false;
        } else if (which != EVENTS) {
            t->port_has_changed = true;
        }
    }
    return why;
}

/* Watches and looks for the first time. */
static void
set_up(struct store_thread *t)
{
    if (t->watch == STORE_WATCH_TTY && !t->access.connection.is_lost) {
        t->tty_event_is_due = store_access_watch(&t->access, t->tty, TTY_TOKEN);
    }
    if (t->watch == STORE_WATCH_TTY && !t->access.connection.is_lost) {
        (void)store_access_watch(&t->access, "@releaseDomain", RELEASE_TOKEN);
    }
    if (!t->access.connection.is_lost) {
        forget_old_store(t);
    }
    if (t->watch == STORE_WATCH_TTY && !t->access.connection.is_lost) {
        (void)take_events(t); /* the look shows what they are about */
    }
    if (!t->access.connection.is_lost) {
        look_and_publish(t, LOOK_FIRST);
    }
}

static void
connect_store(struct store_thread *t)
{
    t->tty_event_is_due = false;
    t->tty_was_seen = false;
    t->domain.was_seen = false;
    t->domain_is_watched = false;
    t->port_has_changed = false;
    t->removal_is_told = false;

    int r = store_connection_open(&t->access.connection);
    if (r < 0) {
        store_access_report(&t->access, STORE_REPORT_LOST, -r, "");
        return;
    }
    t->domain.may_create = !t->store_has_answered;
    store_publish_begin(t->publish);
    set_up(t);
    if (!t->access.connection.is_lost) {
        store_access_report(&t->access, STORE_REPORT_CONNECTED, 0, "");
    }
    drop_lost(t);
}

static void
take_request(struct store_thread *t, const struct store_request *request,
             bool *connect_is_due)
{
    switch ((enum store_request_type)request->type) {
    case STORE_REQUEST_CONNECT:
        *connect_is_due = true;
        break;
    case STORE_REQUEST_PORTS:
        store_publish_set_ports(t->publish, request->vnc_port,
                                request->text_port);
        break;
    case STORE_REQUEST_PORTS_AGAIN:
        store_publish_retry(t->publish);
        break;
    case STORE_REQUEST_STATE_FILE:
        store_publish_set_state_file(t->publish, request->file);
        break;
    case STORE_REQUESTS:
        break;
    }
}

/*
 * Takes all requests before one is carried out: of those that have waited, the
 * newest counts. Returns false at the end.
 */
static bool
take_requests(struct store_thread *t)
{
    bool connect_is_due = false;
    struct store_request request;
    ssize_t size;

    do {
        size = recv(t->access.socket, &request, sizeof(request), MSG_DONTWAIT);
        if (size == (ssize_t)sizeof(request)) {
            take_request(t, &request, &connect_is_due);
        }
    } while (size > 0 || (size < 0 && errno == EINTR));
    if (size == 0 || errno != EAGAIN) {
        return false;
    }
    if (connect_is_due && t->access.connection.xs == NULL) {
        connect_store(t);
    } else if (t->access.connection.xs != NULL) {
        look_and_publish(t, LOOK_AGAIN);
        drop_lost(t);
    }
    return true;
}

static void
handle_store(struct store_thread *t, bool has_events, bool is_dead)
{
    if (is_dead) {
        t->access.connection.is_lost = true;
    } else if (has_events) {
        enum look why = take_events(t);
        if (!t->access.connection.is_lost) {
            look_and_publish(t, why);
        }
    }
    drop_lost(t);
}

static void
serve(struct store_thread *t)
{
    for (;;) {
        struct pollfd fds[] = {
            {.fd = t->access.socket, .events = POLLIN},
            {.fd = t->access.connection.events, .events = POLLIN},
            {.fd = t->access.connection.heartbeat, .events = POLLIN},
        };
        if (poll(fds, sizeof(fds) / sizeof(fds[0]), -1) < 0) {
            continue; /* EINTR, as a debugger's; or no memory for a moment */
        }
        if (fds[0].revents != 0 && !take_requests(t)) {
            return;
        }
        /* A request may have closed what was polled; then poll again. */
        if (fds[0].revents == 0 &&
            (fds[1].revents != 0 || fds[2].revents != 0)) {
            handle_store(t, fds[1].revents != 0, fds[2].revents != 0);
        }
    }
}

static void
free_thread(struct store_thread *t)
{
    int socket = t->access.socket;

    store_publish_free(t->publish);
    free(t->domain.path);
    free(t->tty);
    free(t);
    fd_close(&socket);
}

static void *
run(void *data)
{
    struct store_thread *t = data;

    serve(t);
    store_connection_close(&t->access.connection);
    free_thread(t);
    return NULL;
}

static size_t
length_of_domain(const char *path)
{
    size_t len = 0;

    for (int part = 0; part < PARTS_OF_DOMAIN && path[len] == '/'; part++) {
        len++;
        len += strcspn(path + len, "/");
    }
    return len;
}

/* Signals are the business of the loop's thread. */
static int
start(pthread_t *out, const pthread_attr_t *attributes, struct store_thread *t)
{
    sigset_t before;

    signals_hold(&before);
    int err = pthread_create(out, attributes, run, t);
    signals_restore(&before);
    return -err;
}

int
store_thread_start(pthread_t *out, int socket, const char *path,
                   enum store_watch watch)
{
    pthread_attr_t attributes;

    int err = pthread_attr_init(&attributes);
    if (err != 0) {
        return -err;
    }
    (void)pthread_attr_setstacksize(&attributes, STACK_SIZE); /* is valid */

    struct store_thread *t = xcalloc(1, sizeof(*t));
    t->access.socket = socket;
    t->watch = watch;
    t->access.connection = STORE_NOT_CONNECTED;
    t->domain.path = store_access_new_key(path, length_of_domain(path), "");
    t->tty = store_access_new_key(path, strlen(path), "/tty");
    t->publish = store_publish_new(&t->access, &t->domain, path, watch);

    int r = start(out, &attributes, t);
    (void)pthread_attr_destroy(&attributes); /* frees nothing that can fail */
    if (r < 0) {
        t->access.socket = -1; /* stays the caller's */
        free_thread(t);
    }
    return r;
}
