/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/listen.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/fd.h"
#include "base/socket_file.h"

static int
open_socket(int family)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    return fd < 0 ? -errno : fd;
}

/* One port; two programs may both bind it, but only one of them listens. */
static int
listen_on_port(struct in_addr address, uint16_t port)
{
    struct sockaddr_in name = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = address};
    int one = 1;
    int fd = open_socket(AF_INET);

    if (fd < 0) {
        return fd;
    }
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
        bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0 ||
        listen(fd, LISTEN_BACKLOG) < 0) {
        int r = -errno;
        fd_close(&fd);
        return r;
    }
    return fd;
}

static int
port_of(int fd, uint16_t *out)
{
    struct sockaddr_in name = {0};
    socklen_t len = sizeof(name);

    if (getsockname(fd, (struct sockaddr *)&name, &len) < 0) {
        return -errno;
    }
    *out = ntohs(name.sin_port);
    return 0;
}

int
listen_tcp(struct in_addr address, uint16_t port, uint16_t *out_port)
{
    int last = port + LISTEN_SEARCH_MAX;
    int fd = -EADDRINUSE;

    if (port == 0) { /* the kernel finds a free one */
        last = 0;
    }
    for (int at = port; at <= last && at <= UINT16_MAX; at++) {
        fd = listen_on_port(address, (uint16_t)at);
        if (fd != -EADDRINUSE) {
            break;
        }
    }
    if (fd < 0) {
        return fd;
    }
    int r = port_of(fd, out_port);
    if (r < 0) {
        fd_close(&fd);
        return r;
    }
    return fd;
}

static int
bind_unix(int fd, const struct sockaddr_un *name)
{
    /* The file gets the socket's mode: nobody can be quicker than a chmod. */
    if (fchmod(fd, S_IRUSR | S_IWUSR) < 0 ||
        bind(fd, (const struct sockaddr *)name, sizeof(*name)) < 0) {
        return -errno;
    }
    return 0;
}

int
listen_unix(const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    size_t len = strlen(path);

    if (len == 0 || len >= sizeof(name.sun_path)) {
        return len == 0 ? -EINVAL : -ENAMETOOLONG;
    }
    memcpy(name.sun_path, path, len);
    int fd = open_socket(AF_UNIX);
    if (fd < 0) {
        return fd;
    }
    int r = bind_unix(fd, &name);
    if (r == -EADDRINUSE) {
        r = socket_file_remove_stale(path);
        r = r < 0 ? r : bind_unix(fd, &name);
    }
    if (r == 0 && listen(fd, LISTEN_BACKLOG) < 0) {
        r = -errno;
    }
    if (r < 0) {
        fd_close(&fd);
        return r;
    }
    return fd;
}

/* Errors of a connection that are pending already: accept(2). */
static bool
is_about_one_peer(int err)
{
    return err == ECONNABORTED || err == EINTR || err == EPROTO ||
           err == ENETDOWN || err == EHOSTDOWN || err == ENONET ||
           err == EHOSTUNREACH || err == ENETUNREACH || err == EPERM;
}

int
listen_accept(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd >= 0) {
        return fd;
    }
    return is_about_one_peer(errno) ? -ECONNABORTED : -errno;
}
