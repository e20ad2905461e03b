/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * floor_echo PROGRAM [ARGUMENT...]
 *
 * The least that a key can take: the way of a byte from a TCP connection
 * through a pty to a program and back, with neither terminal nor RFB. It says
 * its port, serves one connection, and ends with it.
 */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/util.h"

/* Passes on what is there. Returns false at the end. */
static bool
pass(int from, int to)
{
    char buffer[4096];
    ssize_t got = read(from, buffer, sizeof(buffer));

    if (got <= 0) {
        return false;
    }
    util_write_all(to, buffer, (size_t)got);
    return true;
}

static void
serve(int connection, int pty)
{
    struct pollfd ends[] = {{.fd = connection, .events = POLLIN},
                            {.fd = pty, .events = POLLIN}};

    for (;;) {
        if (poll(ends, 2, -1) < 0) {
            util_die_errno("poll");
        }
        if ((ends[0].revents != 0 && !pass(connection, pty)) ||
            (ends[1].revents != 0 && !pass(pty, connection))) {
            return;
        }
    }
}

int
main(int argc, char *argv[])
{
    uint16_t port = 0;

    if (argc < 2) {
        util_die("usage: floor_echo PROGRAM [ARGUMENT...]");
    }
    int pty = util_spawn_on_pty(argv + 1);
    int listener = util_listen(&port);
    (void)printf("%u\n", (unsigned)port);
    if (fflush(stdout) != 0) {
        util_die_errno("stdout");
    }
    serve(util_accept(listener), pty);
    return EXIT_SUCCESS;
}
