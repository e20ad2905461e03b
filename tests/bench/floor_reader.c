/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * floor_reader PROGRAM [ARGUMENT...]
 *
 * The least that output can cost: it runs a program on a pty, reads what it
 * writes and forgets it. Like a terminal it answers the question that ends a
 * flood (guest_flood.c). It ends with the program.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/util.h"

enum {
    TAIL_LEN = 4
};

/* Keeps the last bytes of all that came. */
static void
note_tail(char tail[TAIL_LEN], const char *bytes, size_t len)
{
    if (len >= TAIL_LEN) {
        memcpy(tail, bytes + len - TAIL_LEN, TAIL_LEN);
        return;
    }
    memmove(tail, tail + len, TAIL_LEN - len);
    memcpy(tail + TAIL_LEN - len, bytes, len);
}

int
main(int argc, char *argv[])
{
    static const char question[TAIL_LEN] = {'\033', '[', '5', 'n'};
    static const char answer[] = "\033[0n";
    static char buffer[1 << 16];
    char tail[TAIL_LEN] = {0};

    if (argc < 2) {
        util_die("usage: floor_reader PROGRAM [ARGUMENT...]");
    }
    int pty = util_spawn_on_pty(argv + 1);
    for (;;) {
        ssize_t got = read(pty, buffer, sizeof(buffer));
        if (got <= 0) {
            return EXIT_SUCCESS;
        }
        note_tail(tail, buffer, (size_t)got);
        if (memcmp(tail, question, TAIL_LEN) == 0) {
            util_write_all(pty, answer, sizeof(answer) - 1);
        }
    }
}
