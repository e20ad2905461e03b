/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "monitor/command.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/signals.h"

/* What a shell uses for a file that it cannot execute. */
#define STATUS_NOT_EXECUTED 127

/* What execvp() uses without PATH. */
#define DEFAULT_PATH "/bin:/usr/bin"

struct command {
    const char *file;
    char *const *argv;
    char **environment;
    char *term; /* "TERM=..." */
    pid_t pid;  /* 0 when it does not run */
    int report; /* end of a pipe that brings the errno of a failed start */
};

static int
check_executable(const char *path)
{
    struct stat info;

    if (stat(path, &info) < 0) {
        return errno == EACCES ? -EACCES : -ENOENT;
    }
    return S_ISREG(info.st_mode) && access(path, X_OK) == 0 ? 0 : -EACCES;
}

/* Looks in a folder; an empty one is the current folder, as for execvp(). */
static int
find_in(const char *folder, size_t folder_len, const char *name, char **out)
{
    char *path = NULL;
    int len = folder_len > 0 ? (int)folder_len : 1;

    if (asprintf(&path, "%.*s/%s", len, folder_len > 0 ? folder : ".", name) <
        0) {
        return -ENOMEM;
    }
    int r = check_executable(path);
    if (r < 0) {
        free(path);
        return r;
    }
    *out = path;
    return 0;
}

int
command_find(const char *name, char **out)
{
    const char *folder = getenv("PATH");
    int result = -ENOENT;

    if (*name == '\0') {
        return -ENOENT;
    }
    if (strchr(name, '/') != NULL) {
        result = check_executable(name);
        if (result == 0) {
            *out = xstrdup(name);
        }
        return result;
    }
    folder = folder != NULL ? folder : DEFAULT_PATH;
    for (;;) {
        size_t len = strcspn(folder, ":");
        int r = find_in(folder, len, name, out);
        if (r == 0 || r == -ENOMEM) {
            return r;
        }
        result = r == -EACCES ? r : result;
        if (folder[len] == '\0') {
            return result;
        }
        folder += len + 1;
    }
}

/* Whether a variable of the environment tells of another terminal. */
static bool
is_of_terminal(const char *variable)
{
    static const char *const names[] = {"TERM", "TERMCAP", "COLUMNS", "LINES",
                                        "WINDOWID"};
    size_t len = strcspn(variable, "=");

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strlen(names[i]) == len && strncmp(variable, names[i], len) == 0) {
            return true;
        }
    }
    return false;
}

void
command_new(struct command **out, const char *file, char *const *argv,
            const char *term)
{
    static const char prefix[] = "TERM=";
    struct command *c = xcalloc(1, sizeof(*c));
    size_t size = sizeof(prefix) + strlen(term);
    size_t count = 0;

    while (environ != NULL && environ[count] != NULL) {
        count++;
    }
    c->file = file;
    c->argv = argv;
    c->report = -1;
    c->term = xcalloc(1, size);
    (void)snprintf(c->term, size, "%s%s", prefix, term);
    c->environment = xcalloc(count + 2, sizeof(*c->environment));

    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_of_terminal(environ[i])) {
            c->environment[kept++] = environ[i];
        }
    }
    c->environment[kept] = c->term;
    *out = c;
}

void
command_free(struct command *c)
{
    if (c == NULL) {
        return;
    }
    fd_close(&c->report);
    free(c->environment);
    free(c->term);
    free(c);
}

/*
 * Puts the terminal at 0 to 2 and the pipe at 3, wherever they are, and closes
 * the rest. Returns 0 or -1 with errno.
 */
static int
set_descriptors(int tty, int *report)
{
    tty = fcntl(tty, F_DUPFD_CLOEXEC, 4);
    int pipe = fcntl(*report, F_DUPFD_CLOEXEC, 4);

    if (tty < 0 || pipe < 0) {
        return -1;
    }
    *report = pipe;
    for (int fd = 0; fd <= 2; fd++) {
        if (dup2(tty, fd) < 0) {
            return -1;
        }
    }
    if (dup3(pipe, 3, O_CLOEXEC) < 0) {
        return -1;
    }
    *report = 3;
    closefrom(4);
    return 0;
}

/* The signals are blocked, so that none of our handlers runs in the child. */
static void
reset_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};

    for (int signo = 1; signo < NSIG; signo++) {
        /* Fails for those that cannot be caught, and the C library's own. */
        (void)sigaction(signo, &action, NULL);
    }
    signals_release();
}

/* In the child: only what is safe there; nothing of it returns. */
_Noreturn static void
become_command(const struct command *c, int tty, int report)
{
    if (setsid() >= 0 && ioctl(tty, TIOCSCTTY, 0) >= 0 &&
        set_descriptors(tty, &report) >= 0) {
        reset_signals();
        (void)execve(c->file, c->argv, c->environment);
    }
    int err = errno;
    (void)!write(report, &err, sizeof(err)); /* the exit status says it, too */
    _exit(STATUS_NOT_EXECUTED);
}

int
command_start(struct command *c, int tty)
{
    sigset_t before;
    int ends[2];

    assert(c->pid == 0);
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
        return -errno;
    }
    signals_hold(&before);
    pid_t pid = fork();
    int r = pid < 0 ? -errno : 0;
    if (pid == 0) {
        become_command(c, tty, ends[1]);
    }
    signals_restore(&before);

    fd_close(&ends[1]);
    if (r < 0) {
        fd_close(&ends[0]);
        return r;
    }
    fd_close(&c->report);
    c->report = ends[0];
    c->pid = pid;
    return 0;
}

bool
command_is_running(const struct command *c)
{
    return c->pid > 0;
}

bool
command_reap(struct command *c, struct command_end *out)
{
    struct command_end end = {.exec_errno = 0};

    if (c->pid == 0 || waitpid(c->pid, &end.status, WNOHANG) != c->pid) {
        return false;
    }
    int err = 0;
    if (fd_read(c->report, &err, sizeof(err)) == sizeof(err)) {
        end.exec_errno = err;
    }
    fd_close(&c->report);
    c->pid = 0;
    *out = end;
    return true;
}

void
command_hang_up(const struct command *c)
{
    if (c->pid == 0) {
        return;
    }
    /* Until the child has made a session, it has no group of its own. It may
     * be gone already, unreaped, which is as well. */
    if (kill(-c->pid, SIGHUP) < 0) {
        (void)kill(c->pid, SIGHUP);
    }
    (void)kill(-c->pid, SIGCONT);
}

uint64_t
backoff_next(struct backoff *b, uint64_t ran_us)
{
    uint64_t delay_us = ran_us >= BACKOFF_GOOD_RUN_US ? 0 : b->next_us;
    uint64_t doubled_us = delay_us * 2;

    b->next_us = delay_us == 0                  ? BACKOFF_FIRST_US
                 : doubled_us <= BACKOFF_MAX_US ? doubled_us
                                                : BACKOFF_MAX_US;
    return delay_us;
}
