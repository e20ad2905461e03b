/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest_flood SOCKET
 *
 * The guest that writes on command. Commands come, a line each, over the unix
 * socket at SOCKET; the answer is "BYTES NANOSECONDS":
 *
 *     flood KIND BYTES       at least so many bytes, as fast as they are taken
 *     lines COUNT PER_SECOND so many lines of a log at that pace
 *     below COUNT PER_SECOND the same, below a row that changes with each
 *
 * A command has ended when the terminal answers a question written behind the
 * last byte (DSR 5, ECMA-48 8.3.35): then it has worked through all of them.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/un.h>

#include "bench/stream.h"
#include "bench/util.h"

enum {
    BLOCK_SIZE = 1 << 20,
    NS_PER_S = 1000 * 1000 * 1000,
};

static FILE *
connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t len = strlen(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (len >= sizeof(address.sun_path)) {
        util_die("the path of the socket is too long");
    }
    memcpy(address.sun_path, path, len);
    if (fd < 0 ||
        connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        util_die_errno(path);
    }
    FILE *stream = fdopen(fd, "r");
    if (stream == NULL) {
        util_die_errno(path);
    }
    return stream;
}

/* Until the terminal has worked through all that was written. */
static void
await_terminal(void)
{
    static const char question[] = "\033[5n";
    char c = '\0';

    util_write_all(STDOUT_FILENO, question, sizeof(question) - 1);
    while (c != 'n') {
        util_read_all(STDIN_FILENO, &c, 1);
    }
}

/* Fills the block with whole units. Returns how much that is. */
static size_t
make_block(enum stream_kind kind, char *block)
{
    struct stream stream = {.kind = kind};
    size_t len = 0;

    while (len <= BLOCK_SIZE - STREAM_UNIT_MAX) {
        size_t unit_len = stream_next(&stream);
        memcpy(block + len, stream.text, unit_len);
        len += unit_len;
    }
    return len;
}

static uint64_t
flood(enum stream_kind kind, uint64_t bytes, uint64_t *out_ns)
{
    static char block[BLOCK_SIZE];
    size_t len = make_block(kind, block);
    uint64_t done = 0;
    uint64_t start_ns = util_now_ns();

    while (done < bytes) {
        util_write_all(STDOUT_FILENO, block, len);
        done += len;
    }
    await_terminal();
    *out_ns = util_now_ns() - start_ns;
    return done;
}

static void
write_text(const char *text)
{
    util_write_all(STDOUT_FILENO, text, strlen(text));
}

static void
write_status(unsigned line)
{
    char text[80];

    (void)snprintf(text, sizeof(text), "\0337\033[1;60H[%10u]\0338", line);
    write_text(text);
}

static uint64_t
write_lines(unsigned count, unsigned per_second, bool below_status,
            uint64_t *out_ns)
{
    struct stream stream = {.kind = STREAM_LOG};
    uint64_t done = 0;
    uint64_t start_ns = util_now_ns();

    if (below_status) {
        write_text("\033[2r\033[999H");
    }
    for (unsigned i = 0; i < count; i++) {
        uint64_t due_ns = start_ns + (uint64_t)i * NS_PER_S / per_second;
        uint64_t now_ns = util_now_ns();
        if (due_ns > now_ns) {
            util_sleep_ns(due_ns - now_ns);
        }
        size_t len = stream_next(&stream);
        util_write_all(STDOUT_FILENO, stream.text, len);
        done += len;
        if (below_status) {
            write_status(i);
        }
    }
    if (below_status) {
        write_text("\033[r\033[999H");
    }
    await_terminal();
    *out_ns = util_now_ns() - start_ns;
    return done;
}

static uint64_t
obey(char *command, uint64_t *out_ns)
{
    char *place = NULL;
    const char *verb = strtok_r(command, " \n", &place);
    const char *first = strtok_r(NULL, " \n", &place);
    const char *second = strtok_r(NULL, " \n", &place);
    enum stream_kind kind = STREAM_LOG;

    if (verb == NULL || first == NULL || second == NULL) {
        util_die("a command is too short");
    }
    if (strcmp(verb, "flood") == 0 && stream_find(first, &kind)) {
        return flood(kind, util_number(second, UINT32_MAX), out_ns);
    }
    bool below_status = strcmp(verb, "below") == 0;
    if (below_status || strcmp(verb, "lines") == 0) {
        return write_lines((unsigned)util_number(first, UINT16_MAX),
                           (unsigned)util_number(second, UINT16_MAX),
                           below_status, out_ns);
    }
    util_die("a command is unknown");
}

int
main(int argc, char *argv[])
{
    char command[80];

    if (argc != 2) {
        util_die("usage: guest_flood SOCKET");
    }
    util_set_raw(STDIN_FILENO);
    FILE *bench = connect_to(argv[1]);
    while (fgets(command, sizeof(command), bench) != NULL) {
        uint64_t time_ns = 0;
        uint64_t bytes = obey(command, &time_ns);
        if (dprintf(fileno(bench), "%llu %llu\n", (unsigned long long)bytes,
                    (unsigned long long)time_ns) < 0) {
            util_die_errno("the socket");
        }
    }
    (void)fclose(bench); /* nothing is written through it */
    return EXIT_SUCCESS;
}
