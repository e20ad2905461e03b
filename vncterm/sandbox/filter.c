/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/futex.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/ucontext.h>

#include <seccomp.h>

#include "base/log.h"

enum {
    NUMBERS_MAX = 512, /* of system calls: the newest are below 470 */
    CONDITIONS_MAX = 2,
};

/*
 * Names and not numbers: a name that this architecture does not have, or that
 * the library does not know, is left out.
 */
static const char *const plain_calls[] = {
    /* What is ready, and when. epoll_pwait2 is what newer C libraries and
     * libevents call; arm64 has no epoll_wait, poll or select. */
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
    "timerfd_settime",
    "poll",
    "ppoll",
    "select",
    "pselect6",
    /* Consoles, viewers, the link, the library's memory file, state files. */
    "read",
    "readv",
    "pread64",
    "recvfrom",
    "recvmsg",
    "write",
    "writev",
    "pwrite64",
    "lseek",
    "ftruncate",
    "fsync",
    "accept4",
    "getpeername",
    "getsockname",
    "shutdown",
    "close",
    "dup",
    "dup3",
    /* Memory. */
    "brk",
    "munmap",
    "mremap",
    "madvise",
    /* Clocks are system calls where the kernel cannot map them for us: on a
     * paravirtualised host and with some clock sources. */
    "clock_gettime",
    "clock_getres",
    "gettimeofday",
    "time",
    "nanosleep",
    "clock_nanosleep",
    /* Signals, and the end by abort(). */
    "restart_syscall",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigaltstack",
    "exit",
    "exit_group",
    /* The C library's: uname for getnameinfo() of a local socket, sysinfo for
     * the memory that qsort() may use, getrandom for malloc(). */
    "getpid",
    "gettid",
    "getppid",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getrandom",
    "sched_yield",
    "sysinfo",
    "uname",
};

/* A call that is fine if all of its conditions hold; it may have several. */
struct rule {
    const char *call;
    unsigned count;
    struct scmp_arg_cmp conditions[CONDITIONS_MAX];
};

#define SEND_FLAGS   ((scmp_datum_t)(MSG_DONTWAIT | MSG_NOSIGNAL))
#define SOCKET_FLAGS ((scmp_datum_t)(SOCK_CLOEXEC | SOCK_NONBLOCK))

static const struct rule rules[] = {
    {"mmap", 1, {{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}}},
    {"mprotect", 1, {{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}}},
    {"ioctl", 1, {{1, SCMP_CMP_EQ, TIOCSWINSZ, 0}}},
    /* Not F_SETOWN, which makes the kernel send signals for us. */
    {"fcntl", 1, {{1, SCMP_CMP_EQ, F_GETFL, 0}}},
    {"fcntl", 1, {{1, SCMP_CMP_EQ, F_SETFL, 0}}},
    {"fcntl", 1, {{1, SCMP_CMP_EQ, F_GETFD, 0}}},
    {"fcntl", 1, {{1, SCMP_CMP_EQ, F_SETFD, 0}}},
    {"fcntl", 1, {{1, SCMP_CMP_EQ, F_DUPFD_CLOEXEC, 0}}},
    /*
     * Datagrams could be addressed to other processes' sockets. Nor may a flag
     * do so: a listener that was shut down is an unconnected socket of the
     * host, and MSG_FASTOPEN would connect it.
     */
    {"socketpair",
     2,
     {{0, SCMP_CMP_EQ, AF_UNIX, 0},
      {1, SCMP_CMP_MASKED_EQ, ~SOCKET_FLAGS, SOCK_STREAM}}},
    {"sendto",
     2,
     {{3, SCMP_CMP_MASKED_EQ, ~SEND_FLAGS, 0}, {4, SCMP_CMP_EQ, 0, 0}}},
    {"sendmsg", 1, {{2, SCMP_CMP_MASKED_EQ, ~SEND_FLAGS, 0}}},
    /* Other options carry programs for the kernel and whole protocols. */
    {"setsockopt",
     2,
     {{1, SCMP_CMP_EQ, IPPROTO_TCP, 0}, {2, SCMP_CMP_EQ, TCP_NODELAY, 0}}},
    {"getsockopt", 1, {{1, SCMP_CMP_EQ, SOL_SOCKET, 0}}},
    /* What locks and pthread_once() of one thread need. */
    {"futex", 1, {{1, SCMP_CMP_EQ, FUTEX_WAIT_PRIVATE, 0}}},
    {"futex", 1, {{1, SCMP_CMP_EQ, FUTEX_WAKE_PRIVATE, 0}}},
};

/*
 * A sanitizer's runtime writes its report with these. What it would like to
 * have for names and lines in it (files, a child) it has to do without, and
 * copes; so does the C library of a child that it would ask.
 */
static const char *const sanitizer_calls[] = {
    "futex", "getrlimit", "mincore",           "newfstatat",
    "fstat", "prlimit64", "sched_getaffinity", "set_robust_list",
    "dup2",  "getpgrp",   "rt_sigpending",     "wait4",
};

static const char *const sanitizer_refused_calls[] = {
    "open",  "openat", "readlink", "readlinkat", "stat",   "lstat",
    "clone", "clone3", "fork",     "vfork",      "access", "faccessat",
    "pipe",  "pipe2",  "prctl",    "faccessat2", "execve",
};

/*
 * A signal handler gets no argument of ours, so this is the module's only
 * state; unused with FILTER_KILL.
 */
static struct {
    char *names[NUMBERS_MAX];
    bool is_said[NUMBERS_MAX];
} refused;

/*
 * The kernel has put the registers back to before the call; what it returns
 * is for us to say. Returns whether we know how.
 */
static bool
set_result(ucontext_t *context, int result)
{
#if defined(__x86_64__)
    context->uc_mcontext.gregs[REG_RAX] = result;
    return true;
#elif defined(__aarch64__)
    context->uc_mcontext.regs[0] = (uint64_t)(int64_t)result;
    return true;
#else
    (void)context;
    (void)result;
    return false;
#endif
}

/* Logging does no more than format a line and write it. */
static void
on_refused(int signo, siginfo_t *info, void *context)
{
    int number = info->si_syscall;

    (void)signo; /* only SIGSYS comes here */
    if (number < 0 || number >= NUMBERS_MAX) {
        log_warning("sandbox: system call %d is not on the list", number);
    } else if (!refused.is_said[number]) {
        const char *name = refused.names[number];
        refused.is_said[number] = true;
        log_warning("sandbox: system call '%s' is not on the list%s",
                    name != NULL ? name : "unknown",
                    name != NULL ? "" : " of names either");
    }
    if (!set_result(context, -EPERM)) {
        _exit(EXIT_FAILURE);
    }
}

static int
handle_refused(void)
{
    struct sigaction action = {.sa_sigaction = on_refused,
                               .sa_flags = SA_SIGINFO | SA_RESTART};

    for (int i = 0; i < NUMBERS_MAX; i++) {
        /* It allocates, which the handler must not. */
        refused.names[i] =
            seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, i);
    }
    (void)sigemptyset(&action.sa_mask); /* cannot fail */
    return sigaction(SIGSYS, &action, NULL) < 0 ? -errno : 0;
}

static int
add_rule(scmp_filter_ctx context, uint32_t action, const struct rule *rule)
{
    int number = seccomp_syscall_resolve_name(rule->call);

    return number < 0 ? 0
                      : seccomp_rule_add_array(context, action, number,
                                               rule->count, rule->conditions);
}

static int
add_calls(scmp_filter_ctx context, uint32_t action, const char *const *calls,
          size_t count)
{
    int r = 0;

    for (size_t i = 0; i < count && r == 0; i++) {
        struct rule rule = {.call = calls[i]};
        r = add_rule(context, action, &rule);
    }
    return r;
}

/* abort() sends the signal to its own thread; nobody else may get one. */
static int
add_abort(scmp_filter_ctx context)
{
    struct rule rule = {
        .call = "tgkill",
        .count = 1,
        .conditions = {{0, SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0}},
    };

    return add_rule(context, SCMP_ACT_ALLOW, &rule);
}

static int
add_sanitizer_calls(scmp_filter_ctx context)
{
    /* Whether its report may have colours. */
    static const struct rule isatty_rule = {
        .call = "ioctl",
        .count = 1,
        .conditions = {{1, SCMP_CMP_EQ, TCGETS, 0}},
    };
    int r = add_rule(context, SCMP_ACT_ALLOW, &isatty_rule);

    if (r == 0) {
        r = add_calls(context, SCMP_ACT_ALLOW, sanitizer_calls,
                      sizeof(sanitizer_calls) / sizeof(sanitizer_calls[0]));
    }
    if (r == 0) {
        r = add_calls(context, SCMP_ACT_ERRNO(EPERM), sanitizer_refused_calls,
                      sizeof(sanitizer_refused_calls) /
                          sizeof(sanitizer_refused_calls[0]));
    }
    return r;
}

static int
add_rules(scmp_filter_ctx context)
{
    int r = add_calls(context, SCMP_ACT_ALLOW, plain_calls,
                      sizeof(plain_calls) / sizeof(plain_calls[0]));

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && r == 0; i++) {
        r = add_rule(context, SCMP_ACT_ALLOW, &rules[i]);
    }
    if (r == 0) {
        r = add_abort(context);
    }
    if (r == 0 && VNCTERM_SANITIZED) {
        r = add_sanitizer_calls(context);
    }
    return r;
}

int
filter_load(enum filter_action action)
{
    bool is_logging = action == FILTER_LOG;
    scmp_filter_ctx context =
        seccomp_init(is_logging ? SCMP_ACT_TRAP : SCMP_ACT_KILL_PROCESS);

    if (context == NULL) {
        return -ENOMEM;
    }
    int r = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH,
                             SCMP_ACT_KILL_PROCESS);
    if (r == 0) {
        r = add_rules(context);
    }
    if (r == 0 && is_logging) {
        r = handle_refused();
    }
    if (r == 0) {
        r = seccomp_load(context);
    }
    seccomp_release(context);
    (void)malloc_trim(0); /* the rules took many small pieces */
    return r;
}
