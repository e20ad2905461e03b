/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "monitor/store_publish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define PORT_TOKEN "port"

enum {
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

struct store_publish {
    struct store_access *access;
    struct store_domain *domain;
    enum store_watch watch;
    struct port ports[STORE_PORTS];
    char *state_file_key;
    char state_file[STORE_FILE_MAX + 1];
    bool state_file_is_due;
};

struct store_publish *
store_publish_new(struct store_access *access, struct store_domain *domain,
                  const char *path, enum store_watch watch)
{
    size_t len = strlen(path);
    struct store_publish *p = xcalloc(1, sizeof(*p));

    p->access = access;
    p->domain = domain;
    p->watch = watch;
    p->ports[STORE_PORT_VNC].key = store_access_new_key(path, len, "/vnc-port");
    p->ports[STORE_PORT_TEXT].key = store_access_new_key(path, len, "/tc-port");
    p->state_file_key = store_access_new_key(path, len, "/statefile");
    return p;
}

void
store_publish_free(struct store_publish *p)
{
    if (p == NULL) {
        return;
    }
    for (int i = 0; i < STORE_PORTS; i++) {
        free(p->ports[i].key);
    }
    free(p->state_file_key);
    free(p);
}

static void
make_ports_due(struct store_publish *p)
{
    for (int i = 0; i < STORE_PORTS; i++) {
        p->ports[i].is_due = p->ports[i].number != 0;
    }
}

void
store_publish_set_ports(struct store_publish *p, uint16_t vnc_port,
                        uint16_t text_port)
{
    p->ports[STORE_PORT_VNC].number = vnc_port;
    p->ports[STORE_PORT_TEXT].number = text_port;
    make_ports_due(p);
}

void
store_publish_set_state_file(struct store_publish *p,
                             const char path[STORE_FILE_MAX + 1])
{
    memcpy(p->state_file, path, sizeof(p->state_file));
    p->state_file_is_due = true;
}

void
store_publish_begin(struct store_publish *p)
{
    for (int i = 0; i < STORE_PORTS; i++) {
        p->ports[i].is_watched = false;
    }
    make_ports_due(p);
}

void
store_publish_retry(struct store_publish *p)
{
    for (int i = 0; i < STORE_PORTS; i++) {
        struct port *port = &p->ports[i];
        port->is_due |= port->is_refused && port->number != 0;
    }
}

void
store_publish_forget(struct store_publish *p)
{
    for (int i = 0; i < STORE_PORTS; i++) {
        p->ports[i].written = 0;
    }
    make_ports_due(p);
}

struct store_event
store_publish_event(const struct store_publish *p, enum store_port port)
{
    return (struct store_event){p->ports[port].key, PORT_TOKEN};
}

static void
print_port(char out[PORT_SIZE], uint16_t number)
{
    (void)snprintf(out, PORT_SIZE, "%u", (unsigned)number); /* fits */
}

bool
store_publish_is_lost(const struct store_publish *p)
{
    const struct port *port = p->ports;
    char expected[PORT_SIZE];
    char value[STORE_VALUE_MAX + 1];

    while (port < p->ports + STORE_PORTS && port->written == 0) {
        port++;
    }
    if (port == p->ports + STORE_PORTS) {
        return false;
    }
    enum store_presence presence =
        store_access_read(p->access, port->key, value);
    print_port(expected, port->written);
    return presence == STORE_ABSENT ||
           (presence == STORE_PRESENT && strcmp(value, expected) != 0);
}

void
store_publish_check(struct store_publish *p)
{
    char value[STORE_VALUE_MAX + 1];

    for (int i = 0; i < STORE_PORTS; i++) {
        struct port *port = &p->ports[i];
        if (port->number != 0 && port->written != 0 &&
            store_access_read(p->access, port->key, value) == STORE_ABSENT) {
            port->is_due = true;
        }
    }
}

/*
 * Without a tty the removal of the domain is seen from the ports', the nodes
 * below it that are ours and that no guest may write.
 */
static void
watch_port(struct store_publish *p, struct port *port)
{
    if (p->watch == STORE_WATCH_TTY && !port->is_watched) {
        port->is_watched = store_access_watch(p->access, port->key, PORT_TOKEN);
    }
}

static bool
is_any_refused(const struct store_publish *p)
{
    bool is_refused = false;

    for (int i = 0; i < STORE_PORTS; i++) {
        is_refused |= p->ports[i].is_refused;
    }
    return is_refused;
}

static void
note_written(struct store_publish *p, struct port *port)
{
    bool was_refused = port->is_refused;

    port->is_due = false;
    port->is_refused = false;
    port->written = port->number;
    p->domain->was_seen = true; /* as good as: it is there */
    p->domain->may_create = false;
    if (was_refused && !is_any_refused(p)) {
        store_access_report(p->access, STORE_REPORT_PORTS_TAKEN, 0, "");
    }
    watch_port(p, port);
}

static int
write_port(struct store_publish *p, const struct port *port)
{
    struct store_connection *connection = &p->access->connection;
    char value[PORT_SIZE];

    print_port(value, port->number);
    if (p->domain->may_create) {
        return store_connection_write(connection, port->key, value);
    }
    return store_connection_write_below(connection, p->domain->path, port->key,
                                        value);
}

/* Returns whether the domain has gone. */
static bool
write_ports(struct store_publish *p)
{
    for (int i = 0; i < STORE_PORTS; i++) {
        struct port *port = &p->ports[i];
        if (!port->is_due || p->access->connection.is_lost) {
            continue;
        }
        int r = write_port(p, port);
        if (r == 0) {
            note_written(p, port);
        } else if (r == -ENOENT) {
            return true;
        } else if (!p->access->connection.is_lost) {
            port->is_due = false;
            port->is_refused = true;
            store_access_report(p->access, STORE_REPORT_PORT_REFUSED, -r,
                                port->key);
        }
    }
    return false;
}

/* Returns whether the domain has gone. */
static bool
write_state_file(struct store_publish *p)
{
    struct store_connection *connection = &p->access->connection;
    int r = store_connection_write_below(connection, p->domain->path,
                                         p->state_file_key, p->state_file);

    if (r != -ENOENT) {
        p->state_file_is_due = connection->is_lost;
        store_access_complain(p->access, STORE_REPORT_CANNOT_WRITE, r,
                              p->state_file_key);
    }
    return r == -ENOENT;
}

bool
store_publish_write(struct store_publish *p, enum store_presence domain)
{
    bool is_gone = false;

    if (p->domain->may_create || domain != STORE_ABSENT) {
        is_gone = write_ports(p);
    }
    if (p->state_file_is_due && domain != STORE_ABSENT && !is_gone &&
        !p->access->connection.is_lost) {
        is_gone = write_state_file(p);
    }
    return is_gone;
}
