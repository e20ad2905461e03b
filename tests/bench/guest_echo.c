/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest for key latency: it writes back what it reads, one system call
 * each, on a raw terminal.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/util.h"

int
main(void)
{
    char buffer[4096];

    util_set_raw(STDIN_FILENO);
    for (;;) {
        ssize_t got = read(STDIN_FILENO, buffer, sizeof(buffer));
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return EXIT_SUCCESS;
        }
        if (got > 0) {
            util_write_all(STDOUT_FILENO, buffer, (size_t)got);
        }
    }
}
