/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes a process that sleeps in a system call make another one, as hostile
 * code in it would, and prints what came of it: "result N", N being negative
 * for an errno, or "ended by signal N". The process goes on if it can.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>

enum {
    ARGS = 6,
    ATTEMPTS = 200, /* to find it asleep */
    ATTEMPT_NS = 10 * 1000 * 1000,
    DATA_MAX = 64,
    /* Below the red zone, which the interrupted function may use. */
    DATA_BELOW_STACK = 4096,
    STOP_OF_CALL = SIGTRAP | 0x80, /* PTRACE_O_TRACESYSGOOD */
    INSTRUCTION_LEN = 2,
    INSTRUCTION = 0x050f, /* syscall, in memory order */
};

/* Stand for what is known only when the call is made. */
#define DATA   0x7ffffffffffffff1L /* where the data are in the process */
#define PARENT 0x7ffffffffffffff2L /* its parent's id */

#define LOOPBACK     "\2\0\0\x16\x7f\0\0\1\0\0\0\0\0\0\0\0" /* sockaddr_in */
#define LOOPBACK_LEN 16

static const struct call {
    const char *name;
    long number;
    long args[ARGS];
    char data[DATA_MAX];
} calls[] = {
    {"getpid", SYS_getpid, {0}, ""},
    {"openat", SYS_openat, {AT_FDCWD, DATA, O_RDONLY}, "/etc/passwd"},
    {"socket", SYS_socket, {AF_UNIX, SOCK_STREAM, 0}, ""},
    {"connect", SYS_connect, {0, DATA, LOOPBACK_LEN}, LOOPBACK},
    {"clone", SYS_clone, {SIGCHLD}, ""},
    {"kill", SYS_kill, {PARENT, 0}, ""},
    {"ptrace", SYS_ptrace, {PTRACE_SEIZE, PARENT, 0, 0}, ""},
    {"tiocsti", SYS_ioctl, {0, TIOCSTI, DATA}, "x"},
    {"read_stderr", SYS_read, {STDERR_FILENO, DATA, DATA_MAX}, ""},
    {"truncate_stderr", SYS_ftruncate, {STDERR_FILENO, 0}, ""},
};

static const struct call *
find_call(const char *name)
{
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (strcmp(calls[i].name, name) == 0) {
            return &calls[i];
        }
    }
    return NULL;
}

static void
fail(const char *what)
{
    (void)fprintf(stderr, "probe: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

/* A ptrace() that only fails when the process is not there. */
static void
trace(int request, pid_t pid, void *data)
{
    if (ptrace((enum __ptrace_request)request, pid, NULL, data) < 0) {
        fail("ptrace");
    }
}

static void *
as_pointer(uintptr_t number)
{
    return (void *)number; /* NOLINT(performance-no-int-to-ptr): not of ours */
}

/* Waits until it stops. Ends the program, with the news, if it ends. */
static int
await_stop(pid_t pid)
{
    int status = 0;

    if (waitpid(pid, &status, __WALL) < 0) {
        fail("waitpid");
    }
    if (WIFSIGNALED(status)) {
        printf("ended by signal %d\n", WTERMSIG(status));
        exit(EXIT_SUCCESS);
    }
    if (!WIFSTOPPED(status)) {
        printf("ended with status %d\n", WEXITSTATUS(status));
        exit(EXIT_SUCCESS);
    }
    return WSTOPSIG(status);
}

/* Stops it right after the instruction of a system call. */
static void
stop_in_call(pid_t pid, struct user_regs_struct *out)
{
    const struct timespec pause = {.tv_nsec = ATTEMPT_NS};
    uintptr_t options = PTRACE_O_TRACESYSGOOD;

    trace(PTRACE_SEIZE, pid, as_pointer(options));
    for (int i = 0; i < ATTEMPTS; i++) {
        trace(PTRACE_INTERRUPT, pid, NULL);
        (void)await_stop(pid); /* this is the only reason to */
        trace(PTRACE_GETREGS, pid, out);
        errno = 0;
        long code = ptrace(PTRACE_PEEKTEXT, pid,
                           as_pointer(out->rip - INSTRUCTION_LEN), NULL);
        if (errno == 0 && (code & UINT16_MAX) == INSTRUCTION) {
            return;
        }
        trace(PTRACE_CONT, pid, NULL);
        (void)nanosleep(&pause, NULL); /* an attempt more if interrupted */
    }
    errno = ETIMEDOUT;
    fail("it makes no system call");
}

static void
write_data(pid_t pid, uintptr_t at, const char data[DATA_MAX])
{
    for (size_t i = 0; i < DATA_MAX; i += sizeof(long)) {
        uintptr_t word;
        memcpy(&word, data + i, sizeof(word));
        if (ptrace(PTRACE_POKEDATA, pid, as_pointer(at + i), as_pointer(word)) <
            0) {
            fail("its stack");
        }
    }
}

static long
parent_of(pid_t pid)
{
    static const char field[] = "PPid:";
    char path[64];
    char line[256];
    long parent = 0;

    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *status = fopen(path, "re");
    if (status == NULL) {
        fail(path);
    }
    while (parent == 0 && fgets(line, sizeof(line), status) != NULL) {
        if (strncmp(line, field, strlen(field)) == 0) {
            parent = strtol(line + strlen(field), NULL, 10);
        }
    }
    (void)fclose(status); /* it was only read */
    return parent;
}

static long
argument(pid_t pid, long arg, uintptr_t data)
{
    if (arg == DATA) {
        return (long)data;
    }
    return arg == PARENT ? parent_of(pid) : arg;
}

static void
set_call(pid_t pid, const struct call *call, struct user_regs_struct regs)
{
    uintptr_t data = (regs.rsp - DATA_BELOW_STACK) & ~(uintptr_t)15;

    write_data(pid, data, call->data);
    regs.rip -= INSTRUCTION_LEN;
    regs.rax = (unsigned long)call->number;
    regs.orig_rax = UINT64_MAX; /* the call that it sleeps in is over */
    regs.rdi = (unsigned long)argument(pid, call->args[0], data);
    regs.rsi = (unsigned long)argument(pid, call->args[1], data);
    regs.rdx = (unsigned long)argument(pid, call->args[2], data);
    regs.r10 = (unsigned long)argument(pid, call->args[3], data);
    regs.r8 = (unsigned long)argument(pid, call->args[4], data);
    regs.r9 = (unsigned long)argument(pid, call->args[5], data);
    trace(PTRACE_SETREGS, pid, &regs);
}

/* To the next begin or end of a system call, through its own handlers. */
static struct user_regs_struct
go_on(pid_t pid)
{
    struct user_regs_struct regs;
    int signo = 0;

    do {
        trace(PTRACE_SYSCALL, pid, as_pointer((uintptr_t)signo));
        signo = await_stop(pid);
    } while (signo != STOP_OF_CALL);
    trace(PTRACE_GETREGS, pid, &regs);
    return regs;
}

/* Whether the filter has sent a signal instead of making the call. */
static bool
is_trapped(pid_t pid)
{
    struct __ptrace_peeksiginfo_args first = {.nr = 1};
    siginfo_t info;

    return ptrace(PTRACE_PEEKSIGINFO, pid, &first, &info) == 1 &&
           info.si_signo == SIGSYS;
}

static long
run_call(pid_t pid)
{
    (void)go_on(pid); /* it begins */
    struct user_regs_struct regs = go_on(pid);

    if (is_trapped(pid)) {
        /* The result is what the handler leaves behind. */
        do {
            regs = go_on(pid);
        } while (regs.orig_rax != SYS_rt_sigreturn);
        regs = go_on(pid);
    }
    return (long)regs.rax;
}

int
main(int argc, char *argv[])
{
    struct user_regs_struct before;
    const struct call *call = argc == 3 ? find_call(argv[2]) : NULL;
    char *rest = NULL;
    long pid = argc == 3 ? strtol(argv[1], &rest, 10) : 0;

    if (call == NULL || pid <= 0 || *rest != '\0') {
        (void)fputs("usage: probe PID CALL\n", stderr);
        return EXIT_FAILURE;
    }
    stop_in_call((pid_t)pid, &before);
    set_call((pid_t)pid, call, before);
    printf("result %ld\n", run_call((pid_t)pid));
    before.rax = (unsigned long)-EINTR; /* of the call that it slept in */
    trace(PTRACE_SETREGS, (pid_t)pid, &before);
    trace(PTRACE_DETACH, (pid_t)pid, NULL);
    return EXIT_SUCCESS;
}
