/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * start COUNT PROGRAM [ARGUMENT...] -- PROGRAM [ARGUMENT...]
 *
 * Starts two servers in turns and prints "INDEX NANOSECONDS" for each: from
 * before the fork until the RFB greeting is here. The servers name their port
 * on stderr as vncterm does; a byte on a pipe wakes us without polling.
 */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/wait.h>

#include "bench/util.h"

enum {
    SERVERS = 2,
    GREETING_LEN = 12, /* RFC 6143 section 7.1.1 */
};

static pid_t
spawn(char *const argv[], int error_output)
{
    posix_spawn_file_actions_t actions;
    pid_t pid = -1;

    if (posix_spawn_file_actions_init(&actions) != 0 ||
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
                                         O_RDWR, 0) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO,
                                         STDOUT_FILENO) != 0 ||
        posix_spawn_file_actions_adddup2(&actions, error_output,
                                         STDERR_FILENO) != 0 ||
        posix_spawn(&pid, argv[0], &actions, NULL, argv, environ) != 0) {
        util_die("cannot start a server");
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return pid;
}

static uint16_t
read_port(int error_output)
{
    static const char sign[] = "listening on 127.0.0.1:";
    char text[4096];
    size_t len = 0;

    while (len < sizeof(text) - 1) {
        ssize_t got = read(error_output, text + len, sizeof(text) - 1 - len);
        if (got <= 0) {
            break;
        }
        len += (size_t)got;
        text[len] = '\0';
        char *found = strstr(text, sign);
        char *end = found != NULL ? strchr(found, '\n') : NULL;
        if (end != NULL) {
            *end = '\0';
            return (uint16_t)util_number(found + strlen(sign), UINT16_MAX);
        }
    }
    util_die("a server does not say that it listens");
}

static uint64_t
time_start(char *const argv[])
{
    int output[2];
    char greeting[GREETING_LEN];

    if (pipe2(output, O_CLOEXEC) < 0) {
        util_die_errno("pipe");
    }
    uint64_t start_ns = util_now_ns();
    pid_t pid = spawn(argv, output[1]);
    (void)close(output[1]);
    int connection = util_connect(read_port(output[0]));
    util_read_all(connection, greeting, sizeof(greeting));
    uint64_t time_ns = util_now_ns() - start_ns;
    (void)close(connection);
    if (kill(pid, SIGTERM) < 0 || waitpid(pid, NULL, 0) < 0) {
        util_die_errno("cannot end a server");
    }
    (void)close(output[0]);
    return time_ns;
}

int
main(int argc, char *argv[])
{
    char **servers[SERVERS] = {argv + 2, NULL};

    for (int i = 3; i < argc && servers[1] == NULL; i++) {
        if (strcmp(argv[i], "--") == 0) {
            argv[i] = NULL;
            servers[1] = argv + i + 1;
        }
    }
    if (servers[1] == NULL || servers[1][0] == NULL) {
        util_die("usage: start COUNT PROGRAM [ARGUMENT...] -- PROGRAM "
                 "[ARGUMENT...]");
    }
    uint64_t count = util_number(argv[1], 1000);
    for (uint64_t round = 0; round < count; round++) {
        for (int i = 0; i < SERVERS; i++) {
            (void)printf("%d %llu\n", i,
                         (unsigned long long)time_start(servers[i]));
        }
    }
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
