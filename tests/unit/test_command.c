/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/fd.h"
#include "monitor/command.h"
#include "monitor/pty.h"

#define OUTPUT_MAX 8192
#define WAIT_MS    20000
#define WORDS_MAX  5

/* A pty, and what was read from it. */
struct fixture {
    struct pty pty;
    struct command *command;
    char *argv[WORDS_MAX + 1]; /* of the command */
    char output[OUTPUT_MAX];
    size_t output_len;
};

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct cell_size size = {.cols = 91, .rows = 33};

    assert_non_null(f);
    assert_int_equal(pty_init(&f->pty, size, '\b'), 0);
    *state = f;
    return 0;
}

static void
free_command(struct fixture *f)
{
    command_free(f->command);
    f->command = NULL;
    for (size_t i = 0; i < WORDS_MAX; i++) {
        free(f->argv[i]);
        f->argv[i] = NULL;
    }
}

static void
make_command(struct fixture *f, const char *const *argv)
{
    free_command(f);
    for (size_t i = 0; argv[i] != NULL; i++) {
        assert_true(i < WORDS_MAX);
        f->argv[i] = strdup(argv[i]);
        assert_non_null(f->argv[i]);
    }
    command_new(&f->command, f->argv[0], f->argv, "vt220");
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    struct command_end end;

    if (f->command != NULL) {
        command_hang_up(f->command);
        while (command_is_running(f->command)) {
            (void)command_reap(f->command, &end);
        }
    }
    free_command(f);
    pty_fini(&f->pty);
    free(f);
    return 0;
}

/* Waits for an event, at most WAIT_MS. */
static void
await(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    assert_int_equal(poll(&p, 1, WAIT_MS), 1);
}

/* Reads the pty until it has shown `mark`. */
static void
await_output(struct fixture *f, const char *mark)
{
    while (strstr(f->output, mark) == NULL) {
        await(f->pty.master);
        ssize_t count = fd_read(f->pty.master, f->output + f->output_len,
                                OUTPUT_MAX - 1 - f->output_len);
        assert_true(count > 0);
        f->output_len += (size_t)count;
    }
}

static void
start(struct fixture *f)
{
    assert_int_equal(command_start(f->command, f->pty.slave), 0);
    assert_true(command_is_running(f->command));
}

/* Waits for the end of the only child, which stays unreaped. */
static struct command_end
await_end(struct fixture *f)
{
    struct command_end end = {.exec_errno = -1};
    siginfo_t info;

    assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
    assert_true(command_reap(f->command, &end));
    assert_false(command_is_running(f->command));
    assert_false(command_reap(f->command, &end));
    return end;
}

static void
expect_output(const struct fixture *f, const char *text)
{
    if (strstr(f->output, text) == NULL) {
        fail_msg("no \"%s\" in \"%s\"", text, f->output);
    }
}

static void
the_delay_doubles_while_it_keeps_failing(void **state)
{
    const uint64_t s = 1000000;
    const uint64_t delays[] = {0,      s,      2 * s,  4 * s, 8 * s,
                               16 * s, 30 * s, 30 * s, 30 * s};
    struct backoff backoff = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
        assert_int_equal(backoff_next(&backoff, 5 * s - 1), delays[i]);
    }
    assert_int_equal(backoff_next(&backoff, 5 * s), 0);
    assert_int_equal(backoff_next(&backoff, UINT64_MAX), 0);
    assert_int_equal(backoff_next(&backoff, 0), s);
    assert_int_equal(backoff_next(&backoff, 0), 2 * s);
}

static void
make_file(const char *path, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

/* Expects that `name` is found as `path`, or, when it is NULL, the error. */
static void
expect_found(const char *name, const char *path, int error)
{
    char *found = NULL;

    assert_int_equal(command_find(name, &found), error);
    if (path == NULL) {
        assert_null(found);
    } else {
        assert_string_equal(found, path);
    }
    free(found);
}

static void
commands_are_found_as_by_a_shell(void **state)
{
    char dir[] = "/tmp/vncterm-test-XXXXXX";
    char *before = getenv("PATH");
    char *saved = before != NULL ? strdup(before) : NULL;
    char path[256];

    (void)state;
    assert_non_null(mkdtemp(dir));
    assert_int_equal(chdir(dir), 0);
    assert_int_equal(mkdir("a", 0700), 0);
    assert_int_equal(mkdir("b", 0700), 0);
    assert_int_equal(mkdir("a/folder", 0700), 0);
    make_file("a/plain", 0600);
    make_file("b/plain", 0700);
    make_file("b/tool", 0700);
    make_file("here", 0700);
    make_file("only-plain", 0600);

    (void)snprintf(path, sizeof(path), "/nowhere:%s/a:%s/b:", dir, dir);
    assert_int_equal(setenv("PATH", path, 1), 0);
    (void)snprintf(path, sizeof(path), "%s/b/tool", dir);
    expect_found("tool", path, 0);
    (void)snprintf(path, sizeof(path), "%s/b/plain", dir);
    expect_found("plain", path, 0);
    expect_found("here", "./here", 0);
    expect_found("folder", NULL, -EACCES);
    expect_found("only-plain", NULL, -EACCES);
    expect_found("missing", NULL, -ENOENT);
    expect_found("", NULL, -ENOENT);

    expect_found("b/tool", "b/tool", 0);
    expect_found("./tool", NULL, -ENOENT);
    expect_found("a/plain", NULL, -EACCES);
    expect_found("a/folder", NULL, -EACCES);
    expect_found("/", NULL, -EACCES);

    assert_int_equal(setenv("PATH", "", 1), 0);
    expect_found("here", "./here", 0);
    assert_int_equal(unsetenv("PATH"), 0);
    expect_found("sh", "/bin/sh", 0);

    static const char *const files[] = {"a/plain", "b/plain", "b/tool", "here",
                                        "only-plain"};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        assert_int_equal(unlink(files[i]), 0);
    }
    assert_int_equal(rmdir("a/folder"), 0);
    assert_int_equal(rmdir("a"), 0);
    assert_int_equal(rmdir("b"), 0);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(dir), 0);
    if (saved != NULL) {
        assert_int_equal(setenv("PATH", saved, 1), 0);
    }
    free(saved);
}

static void
it_runs_on_the_pty_as_on_a_terminal(void **state)
{
    static const char script[] =
        "read -r pid comm state parent group session rest < /proc/$$/stat;"
        "test $session = $$ && echo leader;"
        "echo \"[$(tty)] [$(stty size)]\";"
        "echo TERM=$TERM;"
        "test -z \"$COLUMNS$LINES$TERMCAP$WINDOWID\" && echo clean;"
        "echo KEPT=$KEPT; echo $0 $1;"
        "stty -a | tr ' ' '\\n' | grep iutf8;"
        "stty -a | grep -o 'erase = ^H';"
        "echo done > /dev/tty";
    const char *const argv[] = {"/bin/sh", "-c", script, "zero", "one", NULL};
    struct fixture *f = *state;
    char expected[128];

    assert_int_equal(setenv("COLUMNS", "1", 1), 0);
    assert_int_equal(setenv("LINES", "1", 1), 0);
    assert_int_equal(setenv("TERMCAP", "x", 1), 0);
    assert_int_equal(setenv("WINDOWID", "1", 1), 0);
    assert_int_equal(setenv("KEPT", "yes", 1), 0);
    make_command(f, argv);
    start(f);
    await_output(f, "done");
    struct command_end end = await_end(f);

    assert_int_equal(end.exec_errno, 0);
    assert_true(WIFEXITED(end.status));
    assert_int_equal(WEXITSTATUS(end.status), 0);
    (void)snprintf(expected, sizeof(expected), "[%s] [33 91]",
                   ptsname(f->pty.master));
    expect_output(f, "leader");
    expect_output(f, expected);
    expect_output(f, "TERM=vt220");
    expect_output(f, "clean");
    expect_output(f, "KEPT=yes");
    expect_output(f, "zero one");
    expect_output(f, "\niutf8");
    expect_output(f, "erase = ^H");
}

static void
it_gets_default_signals_and_no_descriptors_of_ours(void **state)
{
    static const char script[] = "grep -E 'Sig(Blk|Ign)' /proc/self/status;"
                                 "echo fds: $(ls /proc/self/fd); echo done";
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};
    struct fixture *f = *state;
    sigset_t blocked;

    int leak = dup(f->pty.master); /* without close-on-exec */
    assert_true(leak >= 0);
    assert_true(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    assert_true(signal(SIGHUP, SIG_IGN) != SIG_ERR);
    assert_int_equal(sigemptyset(&blocked), 0);
    assert_int_equal(sigaddset(&blocked, SIGUSR1), 0);
    assert_int_equal(sigprocmask(SIG_BLOCK, &blocked, NULL), 0);
    make_command(f, argv);
    start(f);
    await_output(f, "done");
    (void)await_end(f);

    sigset_t now;
    assert_int_equal(sigprocmask(SIG_UNBLOCK, &blocked, &now), 0);
    assert_true(sigismember(&now, SIGUSR1));
    assert_false(sigismember(&now, SIGTERM));
    close(leak);
    expect_output(f, "SigBlk:\t0000000000000000");
    expect_output(f, "SigIgn:\t0000000000000000");
    expect_output(f, "fds: 0 1 2 3\r\n"); /* 3 is the folder itself */
}

static void
a_file_that_cannot_be_executed_is_told(void **state)
{
    const char *const missing[] = {"/nowhere/at/all", NULL};
    const char *const folder[] = {"/", NULL};
    struct fixture *f = *state;

    make_command(f, missing);
    start(f);
    assert_int_equal(await_end(f).exec_errno, ENOENT);

    make_command(f, folder);
    start(f);
    struct command_end end = await_end(f);
    assert_int_equal(end.exec_errno, EACCES);
    assert_int_equal(WEXITSTATUS(end.status), 127);
}

static void
a_hang_up_ends_the_whole_group(void **state)
{
    static const char script[] = "sleep 1000 & echo started; wait";
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};
    struct fixture *f = *state;

    make_command(f, argv);
    command_hang_up(f->command); /* nothing to do yet */
    start(f);
    await_output(f, "started");
    command_hang_up(f->command);
    struct command_end end = await_end(f);
    assert_true(WIFSIGNALED(end.status));
    assert_int_equal(WTERMSIG(end.status), SIGHUP);

    /* The pty hangs up when the last of the group has closed it. */
    fd_close(&f->pty.slave);
    char byte;
    ssize_t count;
    do {
        await(f->pty.master);
        count = fd_read(f->pty.master, &byte, 1);
    } while (count == 1);
    assert_int_equal(count, -EIO);
}

static void
each_run_gets_the_first_modes(void **state)
{
    static const char script[] = "stty raw -echo; echo first";
    static const char second[] =
        "stty -a | tr ' ' '\\n' | grep -x echo; echo second";
    const char *const first_argv[] = {"/bin/sh", "-c", script, NULL};
    const char *const second_argv[] = {"/bin/sh", "-c", second, NULL};
    struct fixture *f = *state;

    make_command(f, first_argv);
    start(f);
    await_output(f, "first");
    (void)await_end(f);

    make_command(f, second_argv);
    assert_int_equal(pty_reopen(&f->pty), 0);
    pty_reset_modes(&f->pty);
    start(f);
    await_output(f, "second");
    (void)await_end(f);
    expect_output(f, "\necho\r\n");
}

/* In a process of its own, which has nothing at 0 to 2 to tell us with. */
static int
start_without_standard_descriptors(struct fixture *f)
{
    struct command_end end;
    siginfo_t info;

    for (int fd = 0; fd < 3; fd++) {
        close(fd);
    }
    if (pty_reopen(&f->pty) < 0 || f->pty.slave > 2 ||
        command_start(f->command, f->pty.slave) < 0 ||
        waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) < 0 ||
        !command_reap(f->command, &end)) {
        return 1;
    }
    return end.exec_errno == 0 && end.status == 0 ? 0 : 2;
}

static void
standard_descriptors_may_be_closed_before(void **state)
{
    static const char script[] = "test -t 0 -a -t 1 -a -t 2 && echo terminal";
    const char *const argv[] = {"/bin/sh", "-c", script, NULL};
    struct fixture *f = *state;
    int status = 0;

    make_command(f, argv);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        _exit(start_without_standard_descriptors(f));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    await_output(f, "terminal");
}

static void
a_vhangup_leaves_the_pty_usable(void **state)
{
    struct fixture *f = *state;
    char name[64];

    (void)snprintf(name, sizeof(name), "%s", ptsname(f->pty.master));
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)signal(SIGHUP, SIG_IGN);
        bool ok = setsid() > 0 && ioctl(f->pty.slave, TIOCSCTTY, 0) == 0 &&
                  vhangup() == 0;
        _exit(ok ? 0 : errno == EPERM ? 77 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        print_message("SKIP: vhangup() is not allowed here\n");
        skip();
    }
    assert_int_equal(status, 0);
    assert_int_equal(write(f->pty.slave, "x", 1), -1);

    const char *const argv[] = {"/bin/echo", "again", NULL};
    assert_int_equal(pty_reopen(&f->pty), 0);
    pty_reset_modes(&f->pty);
    make_command(f, argv);
    start(f);
    await_output(f, "again");
    (void)await_end(f);
}

static void
a_named_pty_is_opened_raw(void **state)
{
    struct fixture *f = *state;
    struct termios mode;
    const char *name = ptsname(f->pty.master);

    int fd = pty_open(name);
    assert_true(fd >= 0);
    assert_int_equal(tcgetattr(fd, &mode), 0);
    assert_int_equal(mode.c_lflag & (ECHO | ICANON | ISIG), 0);
    assert_int_equal(mode.c_oflag & OPOST, 0);
    assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    close(fd);
}

static void
only_a_terminal_is_opened_as_a_pty(void **state)
{
    (void)state;
    assert_int_equal(pty_open("/dev/null"), -ENOTTY);
    assert_int_equal(pty_open("/"), -EISDIR);
    assert_int_equal(pty_open("/dev/pts/no"), -ENOENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        cmocka_unit_test(the_delay_doubles_while_it_keeps_failing),
        cmocka_unit_test(commands_are_found_as_by_a_shell),
        T(it_runs_on_the_pty_as_on_a_terminal),
        T(it_gets_default_signals_and_no_descriptors_of_ours),
        T(a_file_that_cannot_be_executed_is_told),
        T(a_hang_up_ends_the_whole_group),
        T(each_run_gets_the_first_modes),
        T(standard_descriptors_may_be_closed_before),
        T(a_vhangup_leaves_the_pty_usable),
        T(a_named_pty_is_opened_raw),
        cmocka_unit_test(only_a_terminal_is_opened_as_a_pty),
#undef T
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
