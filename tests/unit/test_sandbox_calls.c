/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which system calls a locked process may make. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/futex.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "sandbox/sandbox.h"
#include "unit/sandbox_fixture.h"

/* Of the system calls that the worker makes. */

static long
use_memory(void)
{
    size_t size = 1 << 20;
    void *map = mmap(NULL, size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (map == MAP_FAILED || madvise(map, size, MADV_DONTNEED) < 0 ||
        mprotect(map, size, PROT_READ) < 0) {
        return -errno;
    }
    map = mremap(map, size, 2 * size, MREMAP_MAYMOVE);
    if (map == MAP_FAILED || munmap(map, 2 * size) < 0) {
        return -errno;
    }
    void *heap = malloc(100 << 10);
    bool is_there = heap != NULL;
    free(heap);
    return is_there ? 0 : -ENOMEM;
}

static long
use_memory_file(void)
{
    int file = held.memory_file;
    int copy = fcntl(file, F_DUPFD_CLOEXEC, 0);
    char byte = 1;

    if (copy < 0 || dup3(file, copy, O_CLOEXEC) < 0 ||
        write(copy, &byte, 1) != 1 || lseek(file, 0, SEEK_SET) < 0 ||
        read(copy, &byte, 1) != 1 || pwrite(file, &byte, 1, 0) != 1 ||
        pread(file, &byte, 1, 0) != 1 || ftruncate(file, 0) < 0) {
        return -errno;
    }
    return result_of(close(copy));
}

static long
use_sockets(void)
{
    int pair[2];
    char byte = 0;

    if (accept4(held.listener, NULL, NULL, SOCK_CLOEXEC) >= 0 ||
        errno != EAGAIN) {
        return -EINVAL;
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
                   pair) < 0 ||
        fcntl(pair[0], F_SETFL, fcntl(pair[0], F_GETFL) | O_NONBLOCK) < 0 ||
        send(pair[0], "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL) != 1 ||
        recv(pair[1], &byte, 1, MSG_PEEK) != 1 ||
        shutdown(pair[0], SHUT_RDWR) < 0 || close(pair[0]) < 0 ||
        close(pair[1]) < 0) {
        return -errno;
    }
    int one = 1;
    return result_of(
        setsockopt(held.listener, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)));
}

/* As the monitor does, for which nothing is forbidden. */
static void
send_descriptor(void)
{
    struct iovec data = {.iov_base = (char[1]){0}, .iov_len = 1};
    union {
        struct cmsghdr header; /* for its alignment */
        char space[CMSG_SPACE(sizeof(int))];
    } control = {.space = {0}};
    struct msghdr header = {.msg_iov = &data,
                            .msg_iovlen = 1,
                            .msg_control = &control,
                            .msg_controllen = sizeof(control)};
    struct cmsghdr *part = CMSG_FIRSTHDR(&header);

    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(part), &held.timer, sizeof(held.timer));
    if (sendmsg(held.pair[0], &header, MSG_NOSIGNAL | MSG_DONTWAIT) != 1) {
        _exit(EXIT_FAILURE);
    }
}

static long
receive_descriptor(void)
{
    struct iovec data = {.iov_base = (char[1]){0}, .iov_len = 1};
    union {
        struct cmsghdr header; /* for its alignment */
        char space[CMSG_SPACE(sizeof(int))];
    } control = {.space = {0}};
    struct msghdr header = {.msg_iov = &data,
                            .msg_iovlen = 1,
                            .msg_control = &control,
                            .msg_controllen = sizeof(control)};

    return recvmsg(held.pair[1], &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) == 1
               ? 0
               : -EIO;
}

static long
wait_for_events(void)
{
    struct epoll_event event = {.events = EPOLLIN};
    struct itimerspec soon = {.it_value = {.tv_nsec = 1}};
    struct pollfd p = {.fd = held.timer, .events = POLLIN};
    struct timeval none = {0};

    if (epoll_ctl(held.epoll, EPOLL_CTL_ADD, held.timer, &event) < 0 ||
        timerfd_settime(held.timer, 0, &soon, NULL) < 0 ||
        epoll_wait(held.epoll, &event, 1, WAIT_MS) != 1 ||
        poll(&p, 1, 0) != 1 || select(0, NULL, NULL, NULL, &none) != 0) {
        return -EIO;
    }
    return 0;
}

/* As system calls: the C library asks memory that the kernel has mapped. */
static long
read_clocks(void)
{
    struct timespec now;
    struct timeval tv;

    if (syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now) < 0 ||
        syscall(SYS_gettimeofday, &tv, NULL) < 0) {
        return -errno;
    }
    now = (struct timespec){.tv_nsec = 1};
    return result_of(nanosleep(&now, NULL));
}

static long
set_size(void)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};

    /* It is no terminal; the call is made nevertheless. */
    return ioctl(held.memory_file, TIOCSWINSZ, &size) < 0 && errno == ENOTTY
               ? 0
               : -EIO;
}

static int
compare_numbers(const void *a, const void *b)
{
    const uint64_t *left = a;
    const uint64_t *right = b;

    return *left < *right ? -1 : *left > *right;
}

/* More than the C library sorts without a look at the memory there is. */
static long
sort_numbers(void)
{
    enum {
        COUNT = 4096
    };
    uint64_t *numbers = calloc(COUNT, sizeof(*numbers));

    if (numbers == NULL) {
        return -ENOMEM;
    }
    qsort(numbers, COUNT, sizeof(*numbers), compare_numbers);
    free(numbers);
    return 0;
}

static void
calls_of_the_worker_work(void **state)
{
    static call_fn *const calls[] = {
        use_memory,      use_memory_file, use_sockets, receive_descriptor,
        wait_for_events, read_clocks,     set_size,    sort_numbers,
    };
    struct setting setting = usual_setting();
    struct child child;
    char log[TEXT_MAX];

    (void)state;
    setting.prepare = send_descriptor;
    start_locked(&child, &setting);
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        long result = -1;
        bool is_alive = tell_child(&child, calls[i], &result);
        if (!is_alive || result != 0) {
            fail_msg("call %zu: alive %d, result %ld", i, is_alive, result);
        }
    }
    end_well(&child, log);
}

/* Of those that it must not make. */

static long
open_a_file(void)
{
    return result_of(syscall(SYS_openat, AT_FDCWD, "/", O_RDONLY, 0));
}

static long
make_a_socket(void)
{
    return result_of(syscall(SYS_socket, AF_INET, SOCK_STREAM, 0));
}

static long
make_a_datagram_pair(void)
{
    int pair[2];

    return result_of(syscall(SYS_socketpair, AF_UNIX, SOCK_DGRAM, 0, pair));
}

static long
make_an_internet_pair(void)
{
    int pair[2];

    return result_of(syscall(SYS_socketpair, AF_INET, SOCK_STREAM, 0, pair));
}

static struct sockaddr_in
nowhere(void)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static long
connect_a_socket(void)
{
    struct sockaddr_in to = nowhere();

    return result_of(syscall(SYS_connect, held.listener, &to, sizeof(to)));
}

static long
bind_a_socket(void)
{
    struct sockaddr_in to = nowhere();

    return result_of(syscall(SYS_bind, held.listener, &to, sizeof(to)));
}

static long
send_to_an_address(void)
{
    struct sockaddr_in to = nowhere();

    return result_of(
        syscall(SYS_sendto, held.listener, "", 1, 0, &to, sizeof(to)));
}

/* A way to connect without connect(). */
static long
send_and_connect(void)
{
    return result_of(
        syscall(SYS_sendto, held.listener, "", 1, MSG_FASTOPEN, NULL, 0));
}

static long
send_out_of_band(void)
{
    return result_of(
        syscall(SYS_sendto, held.pair[0], "", 1, MSG_OOB, NULL, 0));
}

static long
send_a_message(void)
{
    struct msghdr header = {0};

    return result_of(syscall(SYS_sendmsg, held.pair[0], &header, 0));
}

static long
receive_out_of_band(void)
{
    char byte;

    return result_of(
        syscall(SYS_recvfrom, held.pair[0], &byte, 1, MSG_OOB, NULL, NULL));
}

static long
receive_errors(void)
{
    struct msghdr header = {0};

    return result_of(
        syscall(SYS_recvmsg, held.listener, &header, MSG_ERRQUEUE));
}

static long
read_into_pieces(void)
{
    return result_of(syscall(SYS_readv, held.memory_file, NULL, 0));
}

static long
truncate_another_file(void)
{
    return result_of(syscall(SYS_ftruncate, held.timer, 0));
}

static long
duplicate_another_file(void)
{
    return result_of(syscall(SYS_fcntl, held.timer, F_DUPFD_CLOEXEC, 0));
}

static long
make_it_wait(void)
{
    return result_of(syscall(SYS_fcntl, held.pair[0], F_SETFL, O_RDWR));
}

static long
map_the_memory_file(void)
{
    return result_of(syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE,
                             MAP_SHARED, held.memory_file, 0));
}

static long
advise_to_poison(void)
{
    return result_of(syscall(SYS_madvise, NULL, 0, MADV_HWPOISON));
}

static long
set_a_socket_filter(void)
{
    return result_of(
        syscall(SYS_setsockopt, held.listener, SOL_SOCKET, 26, NULL, 0));
}

static long
run_a_program(void)
{
    return result_of(syscall(SYS_execve, "/bin/true", NULL, NULL));
}

static long
make_a_process(void)
{
    long pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

    if (pid == 0) {
        _exit(EXIT_SUCCESS);
    }
    return result_of(pid);
}

static long
signal_the_parent(void)
{
    return result_of(syscall(SYS_kill, getppid(), 0));
}

static long
signal_a_thread_of_the_parent(void)
{
    return result_of(syscall(SYS_tgkill, getppid(), getppid(), 0));
}

static long
attach_to_the_parent(void)
{
    return result_of(syscall(SYS_ptrace, PTRACE_ATTACH, getppid(), NULL, NULL));
}

static long
read_the_parent(void)
{
    return result_of(
        syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0));
}

static long
make_a_directory(void)
{
    return result_of(syscall(SYS_mkdirat, AT_FDCWD, "x", 0700));
}

static long
remove_a_file(void)
{
    return result_of(syscall(SYS_unlinkat, AT_FDCWD, "x", 0));
}

static long
make_a_memory_file(void)
{
    return result_of(syscall(SYS_memfd_create, "x", 0));
}

static long
become_root(void)
{
    return result_of(syscall(SYS_setresuid, 0, 0, 0));
}

static long
leave_the_network(void)
{
    return result_of(syscall(SYS_unshare, CLONE_NEWNET));
}

static long
leave_the_root(void)
{
    return result_of(syscall(SYS_chroot, "."));
}

static long
type_into_a_terminal(void)
{
    return result_of(syscall(SYS_ioctl, held.memory_file, TIOCSTI, ""));
}

static long
ask_for_signals(void)
{
    return result_of(
        syscall(SYS_fcntl, held.pair[0], F_SETOWN, (int)getppid()));
}

static long
map_code(void)
{
    return result_of(syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_EXEC,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

static long
turn_data_into_code(void)
{
    return result_of(syscall(SYS_mprotect, NULL, 4096, PROT_EXEC));
}

static long
borrow_a_priority(void)
{
    int word = 0;

    return result_of(
        syscall(SYS_futex, &word, FUTEX_LOCK_PI_PRIVATE, 0, NULL, NULL, 0));
}

/* A number that no kernel knows. */
static long
call_nothing(void)
{
    return result_of(syscall(1000));
}

static void
assert_ends_it(const char *name, call_fn *call, bool may_be_refused)
{
    struct setting setting = usual_setting();
    struct child child;
    char log[TEXT_MAX];
    long result = 0;

    start_locked(&child, &setting);
    bool is_alive = tell_child(&child, call, &result);
    int status = end_child(&child, log);
    bool is_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
    if (VNCTERM_SANITIZED && may_be_refused) {
        is_killed = is_killed || is_alive;
    }
    if (!is_killed) {
        fail_msg("%s: alive %d, result %ld, status %#x", name, is_alive, result,
                 (unsigned)status);
    }
}

static void
calls_that_reach_further_end_it(void **state)
{
    static const struct {
        const char *name;
        call_fn *call;
        bool is_refused_if_sanitized; /* for the sanitizer's report */
    } calls[] = {
        {"openat", open_a_file, true},
        {"socket", make_a_socket, false},
        {"socketpair of datagrams", make_a_datagram_pair, false},
        {"socketpair of the internet", make_an_internet_pair, false},
        {"connect", connect_a_socket, false},
        {"bind", bind_a_socket, false},
        {"sendto with an address", send_to_an_address, false},
        {"sendto with MSG_FASTOPEN", send_and_connect, false},
        {"sendto with MSG_OOB", send_out_of_band, false},
        {"sendmsg", send_a_message, false},
        {"recvfrom with MSG_OOB", receive_out_of_band, false},
        {"recvmsg with MSG_ERRQUEUE", receive_errors, false},
        {"readv", read_into_pieces, false},
        {"ftruncate of another file", truncate_another_file, false},
        {"F_DUPFD_CLOEXEC of another file", duplicate_another_file, false},
        {"F_SETFL without O_NONBLOCK", make_it_wait, false},
        {"mmap of a file", map_the_memory_file, false},
        {"madvise MADV_HWPOISON", advise_to_poison, VNCTERM_SANITIZED},
        {"setsockopt SO_ATTACH_FILTER", set_a_socket_filter, false},
        {"execve", run_a_program, true},
        {"clone", make_a_process, true},
        {"kill", signal_the_parent, false},
        {"tgkill of another", signal_a_thread_of_the_parent, false},
        {"ptrace", attach_to_the_parent, false},
        {"process_vm_readv", read_the_parent, false},
        {"mkdirat", make_a_directory, false},
        {"unlinkat", remove_a_file, false},
        {"memfd_create", make_a_memory_file, false},
        {"setresuid", become_root, false},
        {"unshare", leave_the_network, false},
        {"chroot", leave_the_root, false},
        {"ioctl TIOCSTI", type_into_a_terminal, false},
        {"fcntl F_SETOWN", ask_for_signals, false},
        {"mmap PROT_EXEC", map_code, false},
        {"mprotect PROT_EXEC", turn_data_into_code, false},
        {"futex FUTEX_LOCK_PI", borrow_a_priority, VNCTERM_SANITIZED},
        {"an unknown number", call_nothing, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        assert_ends_it(calls[i].name, calls[i].call,
                       calls[i].is_refused_if_sanitized);
    }
}

/* Of what is done to the log, by its number. */

static struct raw_call {
    const char *name;
    long number;
    long args[6];
} raw_call;

static long
make_raw_call(void)
{
    const long *args = raw_call.args;

    return result_of(syscall(raw_call.number, args[0], args[1], args[2],
                             args[3], args[4], args[5]));
}

static void
calls_that_want_more_of_the_log_than_lines_end_it(void **state)
{
    /* The kernel reads a descriptor's number from half a register. */
    const long upper = 1L << 32;
    const struct raw_call calls[] = {
        {"read", SYS_read, {2, 0, 0}},
        {"read with an upper half", SYS_read, {upper | 2, 0, 0}},
        {"read beyond all descriptors", SYS_read, {256, 0, 0}},
        {"pread64", SYS_pread64, {2, 0, 0, 0}},
        {"recvfrom", SYS_recvfrom, {2, 0, 0, MSG_DONTWAIT, 0, 0}},
        {"recvmsg", SYS_recvmsg, {2, 0, MSG_DONTWAIT}},
        {"mmap", SYS_mmap, {0, 4096, PROT_READ, MAP_SHARED, 2, 0}},
        {"ftruncate", SYS_ftruncate, {2, 0}},
        {"ftruncate with an upper half", SYS_ftruncate, {upper | 2, 0}},
        {"fallocate", SYS_fallocate, {2, 0, 0, 1}},
        {"lseek", SYS_lseek, {2, 0, SEEK_SET}},
        {"pwrite64", SYS_pwrite64, {2, 0, 0, 0}},
        {"F_SETFL", SYS_fcntl, {2, F_SETFL, O_NONBLOCK}},
        {"F_DUPFD", SYS_fcntl, {2, F_DUPFD, 0}},
        {"F_DUPFD_CLOEXEC", SYS_fcntl, {2, F_DUPFD_CLOEXEC, 0}},
        {"dup", SYS_dup, {2}},
        {"dup3", SYS_dup3, {2, 3, 0}},
        {"dup3 with an upper half", SYS_dup3, {upper | 2, 3, 0}},
        {"shutdown", SYS_shutdown, {2, SHUT_RDWR}},
        {"ioctl TIOCSWINSZ", SYS_ioctl, {2, TIOCSWINSZ, 0}},
        {"ioctl TIOCSTI", SYS_ioctl, {2, TIOCSTI, 0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        raw_call = calls[i]; /* the child is a copy of this process */
        assert_ends_it(calls[i].name, make_raw_call, false);
    }
}

#if defined(__x86_64__)
static long
call_as_i386(void)
{
    long number = 20; /* getpid */

    __asm__ volatile("int $0x80" : "+a"(number) : : "memory");
    return number;
}

static long
call_as_x32(void)
{
    return result_of(syscall(0x40000000 | SYS_getpid));
}

static void
calls_of_other_abis_end_it(void **state)
{
    static call_fn *const calls[] = {call_as_i386, call_as_x32};
    static const enum sandbox_mode modes[] = {SANDBOX_ON, SANDBOX_LOG};
    struct setting setting = usual_setting();
    struct child child;
    char log[TEXT_MAX];
    long result;

    (void)state;
    for (int i = 0; i < 4; i++) {
        setting.config.mode = modes[i / 2];
        start_locked(&child, &setting);
        assert_false(tell_child(&child, calls[i % 2], &result));
        int status = end_child(&child, log);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGSYS);
    }
}
#endif

static long
fail_an_assertion(void)
{
    assert(held.timer < 0); /* the test's own: it is open */
    return 0;
}

static void
failed_assertion_is_told_from_a_forbidden_call(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char log[TEXT_MAX];
    long result;

    (void)state;
    start_locked(&child, &setting);
    assert_false(tell_child(&child, fail_an_assertion, &result));
    int status = end_child(&child, log);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_contains(log, "held.timer < 0");
}

/* Of the modes. */

static void
log_mode_refuses_and_names_each_call_once(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char log[TEXT_MAX];
    long result;

    (void)state;
    setting.config.mode = SANDBOX_LOG;
    setting.config.stays_root = true;
    start_locked(&child, &setting);
    for (int i = 0; i < 3; i++) {
        assert_true(tell_child(&child, make_a_memory_file, &result));
        assert_int_equal(result, -EPERM);
        assert_true(tell_child(&child, type_into_a_terminal, &result));
        assert_int_equal(result, -EPERM);
    }
    assert_true(tell_child(&child, call_nothing, &result));
    assert_int_equal(result, -EPERM);
    end_well(&child, log);
    assert_contains(log,
                    "warning: sandbox: system call 'memfd_create' is not on "
                    "the list\n"
                    "warning: sandbox: system call 'ioctl' is not on the "
                    "list\n"
                    "warning: sandbox: system call 1000 is not on the list\n");
}

static void
off_gives_up_nothing_but_the_standard_descriptors(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char status[TEXT_MAX];
    char log[TEXT_MAX];
    long result;

    (void)state;
    setting.config.mode = SANDBOX_OFF;
    start_locked(&child, &setting);
    read_proc(child.pid, "status", status);
    assert_contains(status, "\nSeccomp:\t0\n");
    read_proc_link(child.pid, "fd/0", status);
    assert_string_equal(status, "/dev/null");
    read_proc_link(child.pid, "root", status);
    assert_string_equal(status, "/");
    assert_true(tell_child(&child, make_a_socket, &result));
    assert_true(result >= 0);
    end_well(&child, log);
    assert_string_equal(log, "");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_of_the_worker_work),
        cmocka_unit_test(calls_that_reach_further_end_it),
        cmocka_unit_test(calls_that_want_more_of_the_log_than_lines_end_it),
#if defined(__x86_64__)
        cmocka_unit_test(calls_of_other_abis_end_it),
#endif
        cmocka_unit_test(failed_assertion_is_told_from_a_forbidden_call),
        cmocka_unit_test(log_mode_refuses_and_names_each_call_once),
        cmocka_unit_test(off_gives_up_nothing_but_the_standard_descriptors),
    };

    /* A child may have ended before it is told what to do. */
    (void)signal(SIGPIPE, SIG_IGN); /* a valid number */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
