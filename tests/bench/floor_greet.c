/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The least that a start can take: it listens, says so as vncterm does, and
 * sends the greeting to whoever connects.
 */
#include <stdio.h>
#include <unistd.h>

#include "bench/util.h"

int
main(void)
{
    static const char greeting[] = "RFB 003.008\n";
    uint16_t port = 0;
    int listener = util_listen(&port);

    (void)fprintf(stderr, "info: vnc: listening on 127.0.0.1:%u\n",
                  (unsigned)port);
    for (;;) {
        int connection = util_accept(listener);
        util_write_all(connection, greeting, sizeof(greeting) - 1);
        (void)close(connection);
    }
}
