/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/filter.h"

#include <assert.h>
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

static_assert((FILTER_DESCRIPTORS_MAX & (FILTER_DESCRIPTORS_MAX - 1)) == 0,
              "add_on_others() goes by powers of two");

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
    /* Consoles, viewers, the link, the log, state files. writev is what the C
     * library says its last words with. */
    "write",
    "writev",
    "accept4",
    "getpeername",
    "getsockname",
    "close",
    /* Memory. */
    "brk",
    "munmap",
    "mremap",
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

/* The descriptors that a call may be made on: its first argument. */
enum on {
    ON_ANY,
    ON_OTHERS, /* than the log's */
    ON_MEMORY_FILE,
};

/* A call that is fine if all of its conditions hold; it may have several. */
struct rule {
    const char *call;
    enum on on;
    unsigned count;
    struct scmp_arg_cmp conditions[CONDITIONS_MAX];
};

/*
 * The kernel takes the lower half of a register for an int, and nothing says
 * what is in the upper. Macros, because tables take no functions.
 */
#define INT_IS(arg, value)                                       \
    {                                                            \
        (arg), SCMP_CMP_MASKED_EQ, UINT32_MAX, (uint32_t)(value) \
    }
#define INT_HAS_ONLY(arg, bits)                          \
    {                                                    \
        (arg), SCMP_CMP_MASKED_EQ, (uint32_t) ~(bits), 0 \
    }

#define SEND_FLAGS    (MSG_DONTWAIT | MSG_NOSIGNAL)
#define RECEIVE_FLAGS (MSG_DONTWAIT | MSG_PEEK | MSG_CMSG_CLOEXEC)
#define SOCKET_FLAGS  (SOCK_CLOEXEC | SOCK_NONBLOCK)
/* All that F_SETFL changes; it ignores the other bits (fcntl(2)). */
#define STATUS_FLAGS (O_APPEND | O_ASYNC | O_DIRECT | O_NOATIME | O_NONBLOCK)

/*
 * What stderr leads to is the host's: a file that others write to, a person's
 * terminal. So it is written to, in the way that it was opened for, and nothing
 * else. That is said of number 2 and of the memory file's number, and holds
 * because the log cannot get another number, nor the memory file's:
 *
 * - dup3() and F_DUPFD_CLOEXEC copy the memory file only;
 * - a descriptor that a process sends to itself over a socket pair goes by
 *   sendmsg(), which is not on the list;
 * - so, whoever closes the memory file gets at its number: a viewer's socket,
 *   an end of a pair, or what the monitor sends, a console or a state file.
 *   None is worse to truncate than what the worker may write there anyway.
 *
 * The log's number can get to lead elsewhere, which loses lines and no more.
 */
static const struct rule rules[] = {
    /* Neither code nor a way to read and write files. */
    {"mmap",
     ON_ANY,
     2,
     {{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0},
      {3, SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS}}},
    {"mprotect", ON_ANY, 1, {{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0}}},
    /* malloc() has a tunable for the second. */
    {"madvise", ON_ANY, 1, {INT_IS(2, MADV_DONTNEED)}},
    {"madvise", ON_ANY, 1, {INT_IS(2, MADV_HUGEPAGE)}},
    {"ftruncate", ON_MEMORY_FILE, 0, {{0}}},
    {"lseek", ON_MEMORY_FILE, 0, {{0}}},
    {"pread64", ON_MEMORY_FILE, 0, {{0}}},
    {"pwrite64", ON_MEMORY_FILE, 0, {{0}}},
    {"dup3", ON_MEMORY_FILE, 0, {{0}}},
    {"fcntl", ON_MEMORY_FILE, 1, {INT_IS(1, F_DUPFD_CLOEXEC)}},
    /* Not F_SETOWN, which makes the kernel send signals for us. A console's
     * flags are the monitor's too, and O_NONBLOCK is what they have. */
    {"fcntl", ON_ANY, 1, {INT_IS(1, F_GETFL)}},
    {"fcntl",
     ON_OTHERS,
     2,
     {INT_IS(1, F_SETFL), {2, SCMP_CMP_MASKED_EQ, STATUS_FLAGS, O_NONBLOCK}}},
    {"read", ON_OTHERS, 0, {{0}}},
    {"ioctl", ON_OTHERS, 1, {INT_IS(1, TIOCSWINSZ)}},
    {"recvfrom", ON_OTHERS, 1, {INT_HAS_ONLY(3, RECEIVE_FLAGS)}},
    {"recvmsg", ON_OTHERS, 1, {INT_HAS_ONLY(2, RECEIVE_FLAGS)}},
    {"shutdown", ON_OTHERS, 0, {{0}}},
    /*
     * Datagrams could be addressed to other processes' sockets. Nor may a flag
     * do so: a listener that was shut down is an unconnected socket of the
     * host, and MSG_FASTOPEN would connect it.
     */
    {"socketpair",
     ON_ANY,
     2,
     {INT_IS(0, AF_UNIX),
      {1, SCMP_CMP_MASKED_EQ, (uint32_t)~SOCKET_FLAGS, SOCK_STREAM}}},
    {"sendto",
     ON_ANY,
     2,
     {INT_HAS_ONLY(3, SEND_FLAGS), {4, SCMP_CMP_EQ, 0, 0}}},
    /* Other options carry programs for the kernel and whole protocols. */
    {"setsockopt", ON_ANY, 2, {INT_IS(1, IPPROTO_TCP), INT_IS(2, TCP_NODELAY)}},
    {"getsockopt", ON_ANY, 1, {INT_IS(1, SOL_SOCKET)}},
    /* What locks and pthread_once() of one thread need. */
    {"futex", ON_ANY, 1, {INT_IS(1, FUTEX_WAIT_PRIVATE)}},
    {"futex", ON_ANY, 1, {INT_IS(1, FUTEX_WAKE_PRIVATE)}},
};

/*
 * A sanitizer's runtime writes its report with these. What it would like to
 * have for names and lines in it (files, a child) it has to do without, and
 * copes; so does the C library of a child that it would ask.
 */
static const char *const sanitizer_calls[] = {
    "futex",      "getrlimit",       "madvise",           "mincore", "fstat",
    "newfstatat", "prlimit64",       "sched_getaffinity", "dup2",    "getpgrp",
    "wait4",      "set_robust_list", "rt_sigpending",
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

/* The filter in the making. */
struct filter {
    scmp_filter_ctx context;
    int memory_file;
};

/* `fd` is a condition on the first argument. */
static int
add_on(const struct filter *filter, uint32_t action, int number,
       const struct rule *rule, struct scmp_arg_cmp fd)
{
    struct scmp_arg_cmp conditions[CONDITIONS_MAX + 1] = {fd};

    for (unsigned i = 0; i < rule->count; i++) {
        conditions[1 + i] = rule->conditions[i];
    }
    return seccomp_rule_add_array(filter->context, action, number,
                                  1 + rule->count, conditions);
}

/*
 * A condition compares bits, or a whole register, of which only half counts: it
 * cannot say "not 2". So: 3, and 4 to 7, 8 to 15 and so on, each of which is a
 * pattern of bits; 0 and 1 lead nowhere.
 */
static int
add_on_others(const struct filter *filter, uint32_t action, int number,
              const struct rule *rule)
{
    struct scmp_arg_cmp fd = INT_IS(0, STDERR_FILENO + 1);
    int r = add_on(filter, action, number, rule, fd);

    for (uint32_t low = 4; low < FILTER_DESCRIPTORS_MAX && r == 0; low *= 2) {
        fd = (struct scmp_arg_cmp){0, SCMP_CMP_MASKED_EQ, ~(low - 1), low};
        r = add_on(filter, action, number, rule, fd);
    }
    return r;
}

static int
add_rule(const struct filter *filter, uint32_t action, const struct rule *rule)
{
    const struct scmp_arg_cmp memory_file = INT_IS(0, filter->memory_file);
    int number = seccomp_syscall_resolve_name(rule->call);

    if (number < 0) {
        return 0;
    }
    switch (rule->on) {
    case ON_MEMORY_FILE:
        return add_on(filter, action, number, rule, memory_file);
    case ON_OTHERS:
        return add_on_others(filter, action, number, rule);
    case ON_ANY:
        break;
    }
    return seccomp_rule_add_array(filter->context, action, number, rule->count,
                                  rule->conditions);
}

static int
add_calls(const struct filter *filter, uint32_t action,
          const char *const *calls, size_t count)
{
    int r = 0;

    for (size_t i = 0; i < count && r == 0; i++) {
        struct rule rule = {.call = calls[i], .on = ON_ANY};
        r = add_rule(filter, action, &rule);
    }
    return r;
}

/* abort() sends the signal to its own thread; nobody else may get one. */
static int
add_abort(const struct filter *filter)
{
    struct rule rule = {
        .call = "tgkill",
        .on = ON_ANY,
        .count = 1,
        .conditions = {INT_IS(0, getpid())},
    };

    return add_rule(filter, SCMP_ACT_ALLOW, &rule);
}

static int
add_sanitizer_calls(const struct filter *filter)
{
    /* Whether its report may have colours. */
    static const struct rule isatty_rule = {
        .call = "ioctl",
        .on = ON_ANY,
        .count = 1,
        .conditions = {INT_IS(1, TCGETS)},
    };
    int r = add_rule(filter, SCMP_ACT_ALLOW, &isatty_rule);

    if (r == 0) {
        r = add_calls(filter, SCMP_ACT_ALLOW, sanitizer_calls,
                      sizeof(sanitizer_calls) / sizeof(sanitizer_calls[0]));
    }
    if (r == 0) {
        r = add_calls(filter, SCMP_ACT_ERRNO(EPERM), sanitizer_refused_calls,
                      sizeof(sanitizer_refused_calls) /
                          sizeof(sanitizer_refused_calls[0]));
    }
    return r;
}

static int
add_rules(const struct filter *filter)
{
    int r = add_calls(filter, SCMP_ACT_ALLOW, plain_calls,
                      sizeof(plain_calls) / sizeof(plain_calls[0]));

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && r == 0; i++) {
        r = add_rule(filter, SCMP_ACT_ALLOW, &rules[i]);
    }
    if (r == 0) {
        r = add_abort(filter);
    }
    if (r == 0 && VNCTERM_SANITIZED) {
        r = add_sanitizer_calls(filter);
    }
    return r;
}

int
filter_load(enum filter_action action, int memory_file)
{
    bool is_logging = action == FILTER_LOG;
    struct filter filter = {
        .context =
            seccomp_init(is_logging ? SCMP_ACT_TRAP : SCMP_ACT_KILL_PROCESS),
        .memory_file = memory_file,
    };

    /* Else rules for it would be rules for the log. */
    assert(memory_file > STDERR_FILENO);
    if (filter.context == NULL) {
        return -ENOMEM;
    }
    int r = seccomp_attr_set(filter.context, SCMP_FLTATR_ACT_BADARCH,
                             SCMP_ACT_KILL_PROCESS);
    if (r == 0) {
        r = add_rules(&filter);
    }
    if (r == 0 && is_logging) {
        r = handle_refused();
    }
    if (r == 0) {
        r = seccomp_load(filter.context);
    }
    seccomp_release(filter.context);
    (void)malloc_trim(0); /* the rules took many small pieces */
    return r;
}
