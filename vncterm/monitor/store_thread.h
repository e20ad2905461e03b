/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The thread in which all calls of libxenstore are made, and the messages
 * between it and the loop.
 *
 * A call may take as long as the daemon likes. The thread owns the connection
 * and what it knows of the store; it neither logs nor touches the loop, reads
 * no clock, and does nothing while nothing happens. When to connect is the
 * loop's business.
 */
#ifndef VNCTERM_MONITOR_STORE_THREAD_H
#define VNCTERM_MONITOR_STORE_THREAD_H

#include <pthread.h>
#include <stdint.h>

#include "monitor/store.h"

/* From the loop. */
enum store_request_type {
    STORE_REQUEST_CONNECT,     /* once, then after each STORE_REPORT_LOST */
    STORE_REQUEST_PORTS,       /* publish these */
    STORE_REQUEST_PORTS_AGAIN, /* those that were refused */
    STORE_REQUEST_STATE_FILE,  /* publish this */
    STORE_REQUESTS,
};

struct store_request {
    uint32_t type;
    uint16_t vnc_port;
    uint16_t text_port;
    char file[STORE_FILE_MAX + 1];
};

/* To the loop. */
enum store_report_type {
    STORE_REPORT_CONNECTED,
    STORE_REPORT_LOST,    /* `err` says why there was no connection, or is 0 */
    STORE_REPORT_TTY,     /* `text` is the value */
    STORE_REPORT_REMOVED, /* tty or domain */
    /* One of the ports, with key and reason as below: it is written again when
     * that is requested, and on each new connection. */
    STORE_REPORT_PORT_REFUSED,
    STORE_REPORT_PORTS_TAKEN, /* all that were refused */
    /* These name the key in `text` and the reason in `err`. */
    STORE_REPORT_CANNOT_READ,
    STORE_REPORT_CANNOT_WRITE,
    STORE_REPORT_CANNOT_WATCH,
};

struct store_report {
    uint32_t type;
    int32_t err; /* a positive errno value */
    char text[STORE_VALUE_MAX + 1];
};

/*
 * Starts the thread, which talks through `socket`, one end of a pair of
 * SOCK_SEQPACKET; it is the thread's from then on, and blocking. The thread
 * ends when the other end is closed or shut down, and closes its own at the
 * very last. Returns 0, or -errno when nothing has been taken over.
 */
int store_thread_start(pthread_t *out, int socket, const char *path,
                       enum store_watch watch);

#endif
