/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Start-up order and exit status. The process that was started becomes the
 * monitor; its child, forked without exec, becomes the worker.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/signals.h"
#include "link/link.h"
#include "monitor/command.h"
#include "monitor/monitor.h"
#include "monitor/store.h"
#include "options.h"
#include "resources.h"
#include "sandbox/sandbox.h"
#include "session.h"

enum {
    MONITOR_END,
    WORKER_END,
};

enum {
    WORKER_MEMORY_MAX = 512 << 20,
    WORKER_FILE_MAX = 64 << 20, /* its memory file takes 10 MB */
};

/* Signals from a terminal reach both processes; the monitor decides what they
 * mean. Unblocks all signals. */
static void
take_signals(void)
{
    static const int left_to_monitor[] = {SIGINT, SIGQUIT, SIGHUP, SIGUSR1,
                                          SIGUSR2};

    for (size_t i = 0; i < sizeof(left_to_monitor) / sizeof(int); i++) {
        (void)signal(left_to_monitor[i], SIG_IGN); /* valid numbers */
    }
    signals_release();
}

/*
 * What a worker may have at most. Measured worst cases are a third of the base;
 * options and files come on top, twice: restoring a state holds two terminals.
 */
static struct sandbox_config
sandbox_config(const struct options *o, const struct resources *r,
               pid_t monitor)
{
    static const enum sandbox_mode modes[] = {
        [OPTIONS_SANDBOX_ON] = SANDBOX_ON,
        [OPTIONS_SANDBOX_LOG] = SANDBOX_LOG,
        [OPTIONS_SANDBOX_OFF] = SANDBOX_OFF,
    };
    size_t state_max = resources_state_max(o);

    return (struct sandbox_config){
        .mode = modes[o->sandbox],
        .is_strict = o->store_path != NULL,
        .stays_root = o->stay_root,
        .port = r->port,
        .parent = monitor,
        .memory_file = r->memory_file,
        .memory_max = WORKER_MEMORY_MAX +
                      2 * (o->scrollback_max + r->state_len) + 2 * r->font_len,
        .file_size_max =
            state_max > WORKER_FILE_MAX ? state_max : WORKER_FILE_MAX,
    };
}

static int
run_locked(const struct options *options, struct resources *resources, int link,
           pid_t monitor)
{
    struct sandbox_config config = sandbox_config(options, resources, monitor);
    struct session *session = NULL;

    int result = session_new(&session, options, resources, link);
    if (result == 0) {
        take_signals();
        result = sandbox_lock(&config);
    }
    if (result == 0) {
        result = session_run(session);
    }
    session_free(session);
    return result;
}

static int
run_worker(const struct options *options, int link, pid_t monitor)
{
    struct resources resources;
    int result = resources_open(&resources, options);

    if (result == 0) {
        result = run_locked(options, &resources, link, monitor);
        resources_close(&resources);
    }
    return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* The command's file and arguments; *file is to be freed. */
static int
find_command(const struct options *options, char *default_argv[2], char **file,
             char *const **argv)
{
    static char fallback[] = "/bin/sh";
    char *shell = getenv("SHELL");

    default_argv[0] = shell != NULL && shell[0] != '\0' ? shell : fallback;
    default_argv[1] = NULL;
    *argv = options->command != NULL ? options->command : default_argv;
    int result = command_find((*argv)[0], file);
    if (result < 0) {
        log_error_errno(-result, "command: cannot run %s", (*argv)[0]);
    }
    return result;
}

/* Without a store -x means nothing, and must not end in a shell. */
static int
check_store(const struct options *options)
{
    if (options->store_path == NULL) {
        return 0;
    }
    int result = store_check();
    if (result == -ENOSYS) {
        log_error("-x: this vncterm was built without xenstore");
    } else if (result < 0) {
        log_error_errno(-result,
                        "-x: no connection to xenstore; is this a Xen host?");
    }
    return result;
}

static int
run(const struct options *options)
{
    char *default_argv[2];
    char *file = NULL;
    char *const *argv = NULL;
    int ends[2];

    if (check_store(options) < 0) {
        return EXIT_FAILURE;
    }
    if (options->source == OPTIONS_SOURCE_COMMAND &&
        find_command(options, default_argv, &file, &argv) < 0) {
        return EXIT_FAILURE;
    }
    int result = link_pair(ends);
    if (result < 0) {
        log_error_errno(-result, "link: cannot make a socket pair");
        free(file);
        return EXIT_FAILURE;
    }
    pid_t monitor = getpid();
    pid_t worker = fork();
    if (worker < 0) {
        log_error_errno(errno, "worker: cannot fork");
        free(file);
        return EXIT_FAILURE;
    }
    if (worker == 0) {
        (void)close(ends[MONITOR_END]);
        free(file);
        return run_worker(options, ends[WORKER_END], monitor);
    }
    (void)close(ends[WORKER_END]);
    struct monitor_config config = {
        .link = ends[MONITOR_END],
        .worker = worker,
        .file = file,
        .argv = argv,
        .term = options_term(options->dialect),
        .pty = options->pty,
        .store_path = options->store_path,
        .state_dir = options->state_dir,
        .size = options->size,
        .erase = options->backspace_sends_bs ? '\b' : '\177',
        .restart = options->restart,
        .stay = options->stay,
        .unix_path = options->unix_path,
    };
    int status = monitor_run(&config);
    free(file);
    return status;
}

/*
 * What the parent may have left us with: closed standard descriptors, which
 * sockets would then take the place of; others, which the worker must not
 * have; ignored children, whose status would be lost.
 */
static void
set_up_process(void)
{
    int fd = open("/dev/null", O_RDWR);

    while (fd >= 0 && fd <= STDERR_FILENO) {
        fd = dup(fd);
    }
    closefrom(STDERR_FILENO + 1);
    (void)signal(SIGCHLD, SIG_DFL); /* a valid number, here and below */
    /* A viewer or log reader that goes away is an error code, not the end. */
    (void)signal(SIGPIPE, SIG_IGN);
}

/*
 * A terminal can say that it is writable and then make a line wait; only a
 * description of our own may be non-blocking, since the shell shares stderr's.
 */
static void
open_log(void)
{
    if (isatty(STDERR_FILENO) == 0) {
        return;
    }
    int fd =
        open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0) {
        log_set_fd(fd);
    }
}

static int
print(const char *text)
{
    signals_release(); /* whoever reads it may keep us waiting */
    bool is_lost = fputs(text, stdout) < 0 || fflush(stdout) != 0;

    return is_lost ? EXIT_FAILURE : EXIT_SUCCESS;
}

int
main(int argc, char *argv[])
{
    struct options options;
    char error[OPTIONS_ERROR_MAX];

    /* Until both processes know what to do with them, or one would end alone;
     * and those that never end us would do so during the start. */
    signals_hold(NULL);
    set_up_process();
    if (options_parse(&options, argc, argv, error) < 0) {
        log_error("%s", error);
        signals_release(); /* whoever reads it may keep us waiting */
        (void)fputs("Try 'vncterm --help'.\n", stderr);
        return EXIT_FAILURE;
    }
    switch (options.action) {
    case OPTIONS_HELP:
        return print(options_help);
    case OPTIONS_VERSION:
        return print("vncterm " VNCTERM_VERSION "\n");
    case OPTIONS_RUN:
        break;
    }
    open_log();
    log_set_level(options.log_level);
    return run(&options);
}
