/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "monitor/store_thread.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/signals.h"
#include "monitor/store_connection.h"

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
#define PORT_TOKEN    "port"

enum presence {
    ABSENT,
    PRESENT,
    UNKNOWN, /* the store would not say */
};

enum {
    VNC_PORT,
    TEXT_PORT,
    PORTS,
    PORT_SIZE = sizeof("65535"),
};

struct port {
    char *key;
    uint16_t number; /* 0 for none */
    bool is_due;     /* is still to be written */
    bool is_refused; /* and is due when the loop says so */
    /* The number that should stand in the store, unless the store has begun
     * anew; 0 if none has been written. */
    uint16_t written;
    bool is_watched; /* on this connection */
};

struct store_thread {
    int socket;
    enum store_watch watch;
    char *domain; /* the paths */
    char *tty;
    char *state_file_key;

    /* What to publish. */
    struct port ports[PORTS];
    char state_file[STORE_FILE_MAX + 1];
    bool state_file_is_due;
    bool store_has_answered; /* on some connection */
    bool may_create_domain;  /* by writing ports */

    char told[STORE_VALUE_MAX + 1]; /* "" when it has been removed, too */

    /* The connection, and what holds for it alone. */
    struct store_connection connection;
    bool tty_event_is_due; /* the one that a watch begins with */
    bool tty_was_seen;
    bool domain_was_seen;
    bool domain_is_watched;
    bool port_has_changed; /* which an own write is, too */
    bool removal_is_told;
};

static void
report(const struct store_thread *t, enum store_report_type type, int err,
       const char *text)
{
    struct store_report r = {.type = (uint32_t)type, .err = err};

    (void)snprintf(r.text, sizeof(r.text), "%s", text); /* may be cut */
    while (send(t->socket, &r, sizeof(r), MSG_NOSIGNAL) < 0 && errno == EINTR) {
    }
    /* Who has closed the other end is not waiting for it. */
}

/* Reports a request that failed through no fault of the connection. */
static void
complain(const struct store_thread *t, enum store_report_type type, int r,
         const char *key)
{
    if (r < 0 && !t->connection.is_lost) {
        report(t, type, -r, key);
    }
}

static enum presence
read_key(struct store_thread *t, const char *key, char out[STORE_VALUE_MAX + 1])
{
    int r = store_connection_read(&t->connection, key, out);

    if (r == -ENOENT) {
        return ABSENT;
    }
    complain(t, STORE_REPORT_CANNOT_READ, r, key);
    return r == 0 ? PRESENT : UNKNOWN;
}

static bool
watch_key(struct store_thread *t, const char *key, const char *token)
{
    int r = store_connection_watch(&t->connection, key, token);

    complain(t, STORE_REPORT_CANNOT_WATCH, r, key);
    return r == 0;
}

/*
 * The directory is watched only while it is missing: below one that is there
 * the guest may write as often as it likes. A watch begins with an event, and
 * so with a look: what happens between a look and its watch is not missed.
 */
static void
watch_domain_if(struct store_thread *t, enum presence domain)
{
    if (domain == ABSENT && !t->domain_is_watched) {
        t->domain_is_watched = watch_key(t, t->domain, DOMAIN_TOKEN);
    } else if (domain == PRESENT && t->domain_is_watched) {
        int r =
            store_connection_unwatch(&t->connection, t->domain, DOMAIN_TOKEN);
        complain(t, STORE_REPORT_CANNOT_WATCH, r, t->domain);
        t->domain_is_watched = false;
    }
}

static void
make_ports_due(struct store_thread *t)
{
    for (int i = 0; i < PORTS; i++) {
        t->ports[i].is_due = t->ports[i].number != 0;
    }
}

static void
forget_written_ports(struct store_thread *t)
{
    for (int i = 0; i < PORTS; i++) {
        t->ports[i].written = 0;
    }
}

static void
print_port(char out[PORT_SIZE], uint16_t number)
{
    (void)snprintf(out, PORT_SIZE, "%u", (unsigned)number); /* fits */
}

static void
tell_removal(struct store_thread *t)
{
    t->tty_was_seen = false;
    t->domain_was_seen = false;
    t->may_create_domain = false;
    t->told[0] = '\0';
    if (t->watch == STORE_WATCH_TTY && !t->removal_is_told) {
        t->removal_is_told = true;
        report(t, STORE_REPORT_REMOVED, 0, "");
    }
}

enum look {
    LOOK_FIRST,   /* on this connection */
    LOOK_AGAIN,   /* something may have happened */
    LOOK_WRITTEN, /* somebody has written the tty */
};

static enum presence
look_at_tty(struct store_thread *t, enum look why)
{
    char value[STORE_VALUE_MAX + 1];
    enum presence tty = read_key(t, t->tty, value);

    if (tty != PRESENT) {
        return tty;
    }
    t->tty_was_seen = true;
    t->removal_is_told = false;
    bool is_other = strcmp(value, t->told) != 0;
    if (value[0] != '\0' &&
        (why == LOOK_WRITTEN || (why == LOOK_FIRST && is_other))) {
        memcpy(t->told, value, sizeof(value));
        report(t, STORE_REPORT_TTY, 0, value);
    }
    return tty;
}

/*
 * To be called before the first look of a connection. A port of ours that is
 * gone shows a store that began empty: nothing is known of what it holds.
 */
static void
forget_old_store(struct store_thread *t)
{
    const struct port *port = t->ports;
    char expected[PORT_SIZE];
    char value[STORE_VALUE_MAX + 1];

    while (port < t->ports + PORTS && port->written == 0) {
        port++;
    }
    if (t->watch != STORE_WATCH_TTY || port == t->ports + PORTS) {
        return;
    }
    enum presence presence = read_key(t, port->key, value);
    print_port(expected, port->written);
    if (presence == ABSENT ||
        (presence == PRESENT && strcmp(value, expected) != 0)) {
        t->told[0] = '\0';
        forget_written_ports(t);
    }
}

/*
 * Makes ports due that somebody has removed: libxl makes the console's
 * directory anew some time after the domain's, and we may have been started in
 * between.
 */
static void
look_at_ports(struct store_thread *t)
{
    char value[STORE_VALUE_MAX + 1];

    for (int i = 0; i < PORTS; i++) {
        struct port *port = &t->ports[i];
        if (port->number != 0 && port->written != 0 &&
            read_key(t, port->key, value) == ABSENT) {
            port->is_due = true;
        }
    }
}

/* Returns whether the domain is there. */
static enum presence
look(struct store_thread *t, enum look why)
{
    char value[STORE_VALUE_MAX + 1];
    enum presence tty = UNKNOWN;
    enum presence domain = PRESENT;

    if (t->watch == STORE_WATCH_TTY) {
        tty = look_at_tty(t, why);
    }
    if (tty != PRESENT && !t->connection.is_lost) {
        domain = read_key(t, t->domain, value);
    }
    if (t->connection.is_lost) {
        return UNKNOWN;
    }
    t->store_has_answered = true;
    if (domain == ABSENT && t->domain_was_seen) {
        make_ports_due(t); /* should it come back */
        forget_written_ports(t);
        tell_removal(t);
    } else if (tty == ABSENT && t->tty_was_seen) {
        tell_removal(t);
    }
    if (domain == PRESENT) {
        t->domain_was_seen = true;
        t->may_create_domain = false; /* should it go */
    }
    watch_domain_if(t, domain);
    if (t->port_has_changed && domain == PRESENT && !t->removal_is_told) {
        t->port_has_changed = false;
        look_at_ports(t);
    }
    return domain;
}

/*
 * Without a tty the removal of the domain is seen from the ports', the nodes
 * below it that are ours and that no guest may write.
 */
static void
watch_port(struct store_thread *t, struct port *port)
{
    if (t->watch == STORE_WATCH_TTY && !port->is_watched) {
        port->is_watched = watch_key(t, port->key, PORT_TOKEN);
    }
}

static bool
is_any_refused(const struct store_thread *t)
{
    bool is_refused = false;

    for (int i = 0; i < PORTS; i++) {
        is_refused |= t->ports[i].is_refused;
    }
    return is_refused;
}

static void
note_written(struct store_thread *t, struct port *port)
{
    bool was_refused = port->is_refused;

    port->is_due = false;
    port->is_refused = false;
    port->written = port->number;
    t->domain_was_seen = true; /* as good as: it is there */
    t->may_create_domain = false;
    if (was_refused && !is_any_refused(t)) {
        report(t, STORE_REPORT_PORTS_TAKEN, 0, "");
    }
    watch_port(t, port);
}

static int
write_port(struct store_thread *t, const struct port *port)
{
    char value[PORT_SIZE];

    print_port(value, port->number);
    if (t->may_create_domain) {
        return store_connection_write(&t->connection, port->key, value);
    }
    return store_connection_write_below(&t->connection, t->domain, port->key,
                                        value);
}

/*
 * One that is refused is not due any more: each event would be another attempt,
 * and a port that is written is an event. Returns whether the domain has gone.
 */
static bool
publish_ports(struct store_thread *t)
{
    for (int i = 0; i < PORTS; i++) {
        struct port *port = &t->ports[i];
        if (!port->is_due || t->connection.is_lost) {
            continue;
        }
        int r = write_port(t, port);
        if (r == 0) {
            note_written(t, port);
        } else if (r == -ENOENT) {
            return true;
        } else if (!t->connection.is_lost) {
            port->is_due = false;
            port->is_refused = true;
            report(t, STORE_REPORT_PORT_REFUSED, -r, port->key);
        }
    }
    return false;
}

/* Returns whether the domain has gone. */
static bool
publish_state_file(struct store_thread *t)
{
    int r = store_connection_write_below(&t->connection, t->domain,
                                         t->state_file_key, t->state_file);

    if (r != -ENOENT) {
        t->state_file_is_due = t->connection.is_lost;
        complain(t, STORE_REPORT_CANNOT_WRITE, r, t->state_file_key);
    }
    return r == -ENOENT;
}

/* Returns whether the domain has gone since it was looked at. */
static bool
publish(struct store_thread *t, enum presence domain)
{
    bool is_gone = false;

    if (t->may_create_domain || domain != ABSENT) {
        is_gone = publish_ports(t);
    }
    if (t->state_file_is_due && domain != ABSENT && !is_gone &&
        !t->connection.is_lost) {
        is_gone = publish_state_file(t);
    }
    return is_gone;
}

static void
look_and_publish(struct store_thread *t, enum look why)
{
    enum presence domain = look(t, why);

    for (int i = 0;
         !t->connection.is_lost && publish(t, domain) && i < LOOK_TRIES; i++) {
        domain = look(t, LOOK_AGAIN);
    }
}

/* Reports a connection that is lost, and forgets it. */
static void
drop_lost(struct store_thread *t)
{
    if (t->connection.is_lost) {
        store_connection_close(&t->connection);
        report(t, STORE_REPORT_LOST, 0, "");
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
        [VNC_PORT_EVENT] = {t->ports[VNC_PORT].key, PORT_TOKEN},
        [TEXT_PORT_EVENT] = {t->ports[TEXT_PORT].key, PORT_TOKEN},
    };
    enum look why = LOOK_AGAIN;
    size_t which = EVENTS;

    for (int i = 0;
         i < EVENTS_MAX &&
         store_connection_take_event(&t->connection, known, EVENTS, &which);
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
    if (t->watch == STORE_WATCH_TTY && !t->connection.is_lost) {
        t->tty_event_is_due = watch_key(t, t->tty, TTY_TOKEN);
    }
    if (t->watch == STORE_WATCH_TTY && !t->connection.is_lost) {
        (void)watch_key(t, "@releaseDomain", RELEASE_TOKEN);
    }
    if (!t->connection.is_lost) {
        forget_old_store(t);
    }
    if (t->watch == STORE_WATCH_TTY && !t->connection.is_lost) {
        (void)take_events(t); /* the look shows what they are about */
    }
    if (!t->connection.is_lost) {
        look_and_publish(t, LOOK_FIRST);
    }
}

static void
connect_store(struct store_thread *t)
{
    t->tty_event_is_due = false;
    t->tty_was_seen = false;
    t->domain_was_seen = false;
    t->domain_is_watched = false;
    for (int i = 0; i < PORTS; i++) {
        t->ports[i].is_watched = false;
    }
    t->port_has_changed = false;
    t->removal_is_told = false;

    int r = store_connection_open(&t->connection);
    if (r < 0) {
        report(t, STORE_REPORT_LOST, -r, "");
        return;
    }
    t->may_create_domain = !t->store_has_answered;
    make_ports_due(t);
    set_up(t);
    if (!t->connection.is_lost) {
        report(t, STORE_REPORT_CONNECTED, 0, "");
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
        t->ports[VNC_PORT].number = request->vnc_port;
        t->ports[TEXT_PORT].number = request->text_port;
        make_ports_due(t);
        break;
    case STORE_REQUEST_PORTS_AGAIN:
        for (int i = 0; i < PORTS; i++) {
            struct port *port = &t->ports[i];
            port->is_due |= port->is_refused && port->number != 0;
        }
        break;
    case STORE_REQUEST_STATE_FILE:
        memcpy(t->state_file, request->file, sizeof(t->state_file));
        t->state_file_is_due = true;
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
        size = recv(t->socket, &request, sizeof(request), MSG_DONTWAIT);
        if (size == (ssize_t)sizeof(request)) {
            take_request(t, &request, &connect_is_due);
        }
    } while (size > 0 || (size < 0 && errno == EINTR));
    if (size == 0 || errno != EAGAIN) {
        return false;
    }
    if (connect_is_due && t->connection.xs == NULL) {
        connect_store(t);
    } else if (t->connection.xs != NULL) {
        look_and_publish(t, LOOK_AGAIN);
        drop_lost(t);
    }
    return true;
}

static void
handle_store(struct store_thread *t, bool has_events, bool is_dead)
{
    if (is_dead) {
        t->connection.is_lost = true;
    } else if (has_events) {
        enum look why = take_events(t);
        if (!t->connection.is_lost) {
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
            {.fd = t->socket, .events = POLLIN},
            {.fd = t->connection.events, .events = POLLIN},
            {.fd = t->connection.heartbeat, .events = POLLIN},
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
    int socket = t->socket;

    free(t->domain);
    free(t->tty);
    free(t->ports[VNC_PORT].key);
    free(t->ports[TEXT_PORT].key);
    free(t->state_file_key);
    free(t);
    fd_close(&socket);
}

static void *
run(void *data)
{
    struct store_thread *t = data;

    serve(t);
    store_connection_close(&t->connection);
    free_thread(t);
    return NULL;
}

/* Joins `len` bytes of `path` and `name`. */
static char *
new_key(const char *path, size_t len, const char *name)
{
    size_t size = len + strlen(name) + 1;
    char *key = xcalloc(size, 1);

    (void)snprintf(key, size, "%.*s%s", (int)len, path, name); /* fits */
    return key;
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

    size_t len = strlen(path);
    struct store_thread *t = xcalloc(1, sizeof(*t));
    t->socket = socket;
    t->watch = watch;
    t->connection = STORE_NOT_CONNECTED;
    t->domain = new_key(path, length_of_domain(path), "");
    t->tty = new_key(path, len, "/tty");
    t->ports[VNC_PORT].key = new_key(path, len, "/vnc-port");
    t->ports[TEXT_PORT].key = new_key(path, len, "/tc-port");
    t->state_file_key = new_key(path, len, "/statefile");

    int r = start(out, &attributes, t);
    (void)pthread_attr_destroy(&attributes); /* frees nothing that can fail */
    if (r < 0) {
        t->socket = -1; /* stays the caller's */
        free_thread(t);
    }
    return r;
}
