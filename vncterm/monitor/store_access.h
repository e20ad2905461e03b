/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The store as its thread uses it: keys, a connection, and reports to the loop,
 * among them those of requests that fail. For store_thread.c and
 * store_publish.c, and only in that thread.
 */
#ifndef VNCTERM_MONITOR_STORE_ACCESS_H
#define VNCTERM_MONITOR_STORE_ACCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "monitor/store.h"
#include "monitor/store_connection.h"
#include "monitor/store_thread.h"

struct store_access {
    int socket; /* to the loop */
    struct store_connection connection;
};

enum store_presence {
    STORE_ABSENT,
    STORE_PRESENT,
    STORE_UNKNOWN, /* the store would not say */
};

/* Joins `len` bytes of `path` and `name`. The caller frees it. */
char *store_access_new_key(const char *path, size_t len, const char *name);

/* Sends a report. `err` is a positive errno value or 0; `text` may be cut. */
void
store_access_report(const struct store_access *a, enum store_report_type type,
                    int err, const char *text);

/* Reports that a request about `key` has failed, if `r`, 0 or a negative errno
 * value, says so and the connection is not to blame. */
void store_access_complain(const struct store_access *a,
                           enum store_report_type type, int r, const char *key);

/* Reads a value, which is written only if there is one. Complains. */
enum store_presence store_access_read(struct store_access *a, const char *key,
                                      char out[STORE_VALUE_MAX + 1]);

/* Watches a key. Complains, and returns whether it is watched. */
bool
store_access_watch(struct store_access *a, const char *key, const char *token);

#endif
