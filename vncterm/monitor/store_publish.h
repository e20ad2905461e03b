/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a console has in the store: its ports and the path of its state file,
 * due until they are written, and the ports again when others have removed
 * them. For store_thread.c, and only in that thread.
 *
 * Requests that fail are reported to the loop, which says when a port that was
 * refused is to be written again: each event would be another attempt, and a
 * port that is written is an event.
 */
#ifndef VNCTERM_MONITOR_STORE_PUBLISH_H
#define VNCTERM_MONITOR_STORE_PUBLISH_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/store.h"
#include "monitor/store_access.h"
#include "monitor/store_connection.h"

struct store_publish;

enum store_port {
    STORE_PORT_VNC,
    STORE_PORT_TEXT,
    STORE_PORTS,
};

/* What is known of the domain; a port that is written shows that it is there.
 */
struct store_domain {
    char *path;
    bool was_seen;   /* on this connection */
    bool may_create; /* by writing ports */
};

/*
 * For the console at `path`, of which nothing is published at first. With
 * STORE_WATCH_TTY the ports are watched once they are written. `access` and
 * `domain` are borrowed until the end.
 */
struct store_publish *
store_publish_new(struct store_access *access, struct store_domain *domain,
                  const char *path, enum store_watch watch);
void store_publish_free(struct store_publish *p);

/* What is to be published; 0 for a port that there is not. */
void store_publish_set_ports(struct store_publish *p, uint16_t vnc_port,
                             uint16_t text_port);
void store_publish_set_state_file(struct store_publish *p,
                                  const char path[STORE_FILE_MAX + 1]);

/* On a connection that has just been made: all ports are due. */
void store_publish_begin(struct store_publish *p);

/* Those that were refused are due. */
void store_publish_retry(struct store_publish *p);

/* All ports are due, and none is expected in the store: it began anew, or the
 * domain has gone. */
void store_publish_forget(struct store_publish *p);

/* The event of the watch of a port. Its key is borrowed. */
struct store_event
store_publish_event(const struct store_publish *p, enum store_port port);

/*
 * Whether the store has lost a port that was written: then it began empty, and
 * nothing is known of what it holds. False when none has been written, or the
 * store would not say.
 */
bool store_publish_is_lost(const struct store_publish *p);

/*
 * Makes ports due that somebody has removed: libxl makes the console's
 * directory anew some time after the domain's, and we may have been started in
 * between.
 */
void store_publish_check(struct store_publish *p);

/*
 * Writes what is due, if the domain is there or may be created. Returns whether
 * it has gone since it was looked at.
 */
bool store_publish_write(struct store_publish *p, enum store_presence domain);

#endif
