/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench/util.h"

#include <errno.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

enum {
    NS_PER_S = 1000 * 1000 * 1000
};

void
util_die_errno(const char *what)
{
    (void)fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

void
util_die(const char *what)
{
    (void)fprintf(stderr, "%s\n", what);
    exit(EXIT_FAILURE);
}

uint64_t
util_now_ns(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) < 0) {
        util_die_errno("clock");
    }
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

void
util_sleep_ns(uint64_t ns)
{
    struct timespec left = {.tv_sec = (time_t)(ns / NS_PER_S),
                            .tv_nsec = (long)(ns % NS_PER_S)};

    while (nanosleep(&left, &left) < 0) {
        if (errno != EINTR) {
            util_die_errno("sleep");
        }
    }
}

uint64_t
util_number(const char *text, uint64_t high)
{
    char *end = NULL;

    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value > high) {
        util_die("a number is wrong");
    }
    return value;
}

void
util_read_all(int fd, void *buffer, size_t len)
{
    char *at = buffer;

    while (len > 0) {
        ssize_t got = read(fd, at, len);
        if (got == 0) {
            util_die("the other side has closed");
        }
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            util_die_errno("read");
        }
        at += got;
        len -= (size_t)got;
    }
}

void
util_write_all(int fd, const void *data, size_t len)
{
    const char *at = data;

    while (len > 0) {
        ssize_t done = write(fd, at, len);
        if (done < 0) {
            if (errno == EINTR) {
                continue;
            }
            util_die_errno("write");
        }
        at += done;
        len -= (size_t)done;
    }
}

static struct sockaddr_in
loopback(uint16_t port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons(port),
                                .sin_addr = {htonl(INADDR_LOOPBACK)}};
}

static int
tcp_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        util_die_errno("socket");
    }
    return fd;
}

static void
send_at_once(int fd)
{
    int on = 1;

    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0) {
        util_die_errno("TCP_NODELAY");
    }
}

int
util_listen(uint16_t *out_port)
{
    struct sockaddr_in address = loopback(0);
    socklen_t len = sizeof(address);
    int fd = tcp_socket();

    if (bind(fd, (struct sockaddr *)&address, len) < 0 ||
        listen(fd, SOMAXCONN) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) < 0) {
        util_die_errno("listen");
    }
    *out_port = ntohs(address.sin_port);
    return fd;
}

int
util_accept(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0) {
        util_die_errno("accept");
    }
    send_at_once(fd);
    return fd;
}

int
util_connect(uint16_t port)
{
    struct sockaddr_in address = loopback(port);
    int fd = tcp_socket();

    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        util_die_errno("connect");
    }
    send_at_once(fd);
    return fd;
}

void
util_set_raw(int fd)
{
    struct termios modes;

    if (tcgetattr(fd, &modes) < 0) {
        util_die_errno("the modes of the terminal");
    }
    cfmakeraw(&modes);
    if (tcsetattr(fd, TCSANOW, &modes) < 0) {
        util_die_errno("the modes of the terminal");
    }
}

int
util_spawn_on_pty(char *const argv[])
{
    int master = -1;
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    pid_t pid = forkpty(&master, NULL, NULL, &size);

    if (pid < 0) {
        util_die_errno("forkpty");
    }
    if (pid == 0) {
        util_set_raw(STDIN_FILENO);
        (void)execv(argv[0], argv); /* it returns only with an error */
        util_die_errno(argv[0]);
    }
    return master;
}

uint32_t
util_random(uint32_t *state, uint32_t limit)
{
    /* The multiplier and increment of ISO C's example of rand(). */
    *state = *state * 1103515245 + 12345;
    return (*state >> 8) % limit;
}
