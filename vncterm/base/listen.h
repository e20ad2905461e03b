/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Listening sockets: made before privileges are dropped.
 */
#ifndef VNCTERM_BASE_LISTEN_H
#define VNCTERM_BASE_LISTEN_H

#include <stdint.h>

#include <netinet/in.h>

enum {
    LISTEN_BACKLOG = 16,
    LISTEN_SEARCH_MAX = 1000, /* ports tried upwards from the first */
};

/*
 * Listens on `address`, port `port` or the next one above that is free
 * (at most LISTEN_SEARCH_MAX further). Returns a non-blocking, close-on-exec
 * descriptor and writes the port, or -errno.
 */
int listen_tcp(struct in_addr address, uint16_t port, uint16_t *out_port);

/*
 * Listens on a socket file of mode 0600. A stale one, a socket of our own user
 * that nobody answers on, is removed first. Returns a descriptor as above, or
 * -errno: -EADDRINUSE when somebody answers or something else is there.
 */
int listen_unix(const char *path);

/*
 * Takes the next connection. Returns a descriptor as above, -EAGAIN when nobody
 * waits, -ECONNABORTED when the one who did has gone or cannot be had, so that
 * the next may be taken, or -errno: then whoever waits goes on waiting.
 */
int listen_accept(int listener);

#endif
