/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a locked process has given up, and how it ends. */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/capability.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/log.h"
#include "sandbox/sandbox.h"
#include "unit/sandbox_fixture.h"

/* What the list of users says, instead of this machine's. */
static char names[][16] = {"root", "vncterm", SANDBOX_BASE_USER, "nobody"};
static struct passwd users[] = {
    {.pw_name = names[0], .pw_uid = 0},
    {.pw_name = names[1], .pw_uid = 200000},
    {.pw_name = names[2], .pw_uid = 131072},
    {.pw_name = names[3], .pw_uid = 65534},
};
static struct passwd *const base_user = &users[2];
static bool is_base_user_listed;

struct passwd *
fgetpwent(FILE *__stream) /* NOLINT(readability-identifier-naming): theirs */
{
    static size_t next; /* of the one list that a process reads */
    size_t count = sizeof(users) / sizeof(users[0]);

    (void)__stream;
    if (next < count && &users[next] == base_user && !is_base_user_listed) {
        next++;
    }
    return next < count ? &users[next++] : NULL;
}

/* A limit that may not be set, or -1. */
static int refused_limit = -1;

int
/* NOLINTNEXTLINE(readability-identifier-naming): theirs */
setrlimit(__rlimit_resource_t __resource, const struct rlimit *__rlimits)
{
    if ((int)__resource == refused_limit) {
        errno = EPERM;
        return -1;
    }
    return prlimit(0, __resource, __rlimits, NULL);
}

static void
assert_ids(const struct child *child, unsigned id)
{
    char status[TEXT_MAX];
    char line[128];

    read_proc(child->pid, "status", status);
    (void)snprintf(line, sizeof(line), "\nUid:\t%u\t%u\t%u\t%u\n", id, id, id,
                   id);
    assert_contains(status, line);
    (void)snprintf(line, sizeof(line), "\nGid:\t%u\t%u\t%u\t%u\n", id, id, id,
                   id);
    assert_contains(status, line);
    assert_contains(status, "\nGroups:\t \n");
}

/* Of the ids. */

static void
ids_are_the_base_and_the_port(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char log[TEXT_MAX];

    (void)state;
    require_root();
    start_locked(&child, &setting);
    assert_ids(&child, SANDBOX_BASE_ID + PORT);
    end_well(&child, log);
    assert_string_equal(log, "");
}

static void
without_a_port_the_id_is_beyond_those_of_ports(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char log[TEXT_MAX];

    (void)state;
    require_root();
    setting.config.port = 0;
    start_locked(&child, &setting);
    assert_ids(&child, SANDBOX_BASE_ID + SANDBOX_NO_PORT_ID);
    end_well(&child, log);
}

static void
list_base_user(void)
{
    is_base_user_listed = true;
}

static void
base_user_behind_others_gives_the_base(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char log[TEXT_MAX];

    (void)state;
    require_root();
    setting.prepare = list_base_user;
    start_locked(&child, &setting);
    assert_ids(&child, 131072 + PORT);
    end_well(&child, log);
}

static void
base_user_with_an_unfit_id_is_an_error_that_names_it(void **state)
{
    static const uid_t unfit[] = {0, SANDBOX_BASE_ID_MIN - 1,
                                  UINT32_MAX - SANDBOX_NO_PORT_ID};
    struct setting setting = usual_setting();
    struct child child;
    char log[TEXT_MAX];

    (void)state;
    require_root();
    setting.prepare = list_base_user;
    for (size_t i = 0; i < sizeof(unfit) / sizeof(unfit[0]); i++) {
        base_user->pw_uid = unfit[i];
        start_child(&child, &setting);
        assert_int_equal(child.result, -ERANGE);
        end_well(&child, log);
        assert_contains(log, "error: sandbox: ");
        assert_contains(log, SANDBOX_BASE_USER);
    }
}

/* Of capabilities. */

/* All but the set that bounds what a new program may get. */
static void
assert_no_capabilities(const struct child *child)
{
    char status[TEXT_MAX];

    read_proc(child->pid, "status", status);
    assert_contains(status, "\nCapInh:\t0000000000000000\n"
                            "CapPrm:\t0000000000000000\n"
                            "CapEff:\t0000000000000000\n");
    assert_contains(status, "\nCapAmb:\t0000000000000000\n");
}

/* In all of the sets that a program inherits. */
static void
have_one_for_programs(void)
{
    struct __user_cap_header_struct header = {.version =
                                                  _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

    if (syscall(SYS_capget, &header, data) < 0) {
        _exit(EXIT_FAILURE);
    }
    data[0].effective = data[0].permitted;
    data[0].inheritable = 1U << CAP_NET_BIND_SERVICE;
    if (syscall(SYS_capset, &header, data) < 0 ||
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0,
              0) < 0) {
        _exit(EXIT_FAILURE);
    }
}

static void
become_somebody_with_capabilities(void)
{
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 ||
        setresgid(OTHER_ID, OTHER_ID, OTHER_ID) < 0 ||
        setresuid(OTHER_ID, OTHER_ID, OTHER_ID) < 0) {
        _exit(EXIT_FAILURE);
    }
    have_one_for_programs();
}

static void
capabilities_of_root_are_gone(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char log[TEXT_MAX];

    (void)state;
    require_root();
    setting.prepare = have_one_for_programs;
    for (int stays_root = 0; stays_root < 2; stays_root++) {
        setting.config.stays_root = stays_root != 0;
        start_locked(&child, &setting);
        assert_no_capabilities(&child);
        end_well(&child, log);
    }
}

static void
capabilities_that_a_user_was_given_are_gone(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char log[TEXT_MAX];

    (void)state;
    require_root();
    setting.prepare = become_somebody_with_capabilities;
    start_locked(&child, &setting);
    assert_no_capabilities(&child);
    end_well(&child, log);
}

static void
staying_root_keeps_ids_and_warns(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char status[TEXT_MAX];
    char log[TEXT_MAX];

    (void)state;
    require_root();
    setting.config.stays_root = true;
    start_locked(&child, &setting);
    read_proc(child.pid, "status", status);
    assert_contains(status, "\nUid:\t0\t0\t0\t0\n");
    assert_contains(status, "\nNoNewPrivs:\t1\nSeccomp:\t2\n");
    read_proc_link(child.pid, "root", status);
    assert_string_equal(status, "/");
    end_well(&child, log);
    assert_string_equal(log, "warning: sandbox: the worker stays root\n");
}

/* Of what the process can see. */

static void
root_directory_exists_nowhere_and_takes_nothing(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    struct stat st;
    char root[TEXT_MAX];
    char cwd[TEXT_MAX];
    char path[64];
    char log[TEXT_MAX];

    (void)state;
    require_root();
    start_locked(&child, &setting);
    read_proc_link(child.pid, "root", root);
    char *mark = strstr(root, " (deleted)");
    assert_non_null(mark);
    *mark = '\0';
    assert_int_equal(stat(root, &st), -1);
    (void)snprintf(path, sizeof(path), "/proc/%d/root", (int)child.pid);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode, S_IFDIR | S_IRWXU);
    assert_int_equal(st.st_uid, 0);
    assert_int_equal(st.st_nlink, 0);
    (void)snprintf(path, sizeof(path), "/proc/%d/root/file", (int)child.pid);
    assert_int_equal(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), -1);
    assert_int_equal(errno, ENOENT);
    *mark = ' ';
    read_proc_link(child.pid, "cwd", cwd);
    assert_string_equal(cwd, root);
    end_well(&child, log);
}

static void
network_is_its_own(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char ours[TEXT_MAX];
    char its[TEXT_MAX];
    char log[TEXT_MAX];

    (void)state;
    require_root();
    start_locked(&child, &setting);
    read_proc_link(getpid(), "ns/net", ours);
    read_proc_link(child.pid, "ns/net", its);
    assert_string_not_equal(ours, its);
    end_well(&child, log);
}

static void
drop_sys_admin(void)
{
    struct __user_cap_header_struct header = {.version =
                                                  _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

    if (syscall(SYS_capget, &header, data) < 0) {
        _exit(EXIT_FAILURE);
    }
    data[0].effective &= ~(1U << CAP_SYS_ADMIN);
    data[0].permitted &= ~(1U << CAP_SYS_ADMIN);
    if (syscall(SYS_capset, &header, data) < 0) {
        _exit(EXIT_FAILURE);
    }
}

static void
without_a_network_to_be_had_root_is_warned(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char status[TEXT_MAX];
    char log[TEXT_MAX];

    (void)state;
    require_root();
    setting.prepare = drop_sys_admin;
    start_locked(&child, &setting);
    assert_ids(&child, SANDBOX_BASE_ID + PORT);
    read_proc(child.pid, "status", status);
    assert_contains(status, "\nNoNewPrivs:\t1\nSeccomp:\t2\n");
    read_proc_link(child.pid, "root", status);
    assert_contains(status, " (deleted)");
    end_well(&child, log);
    assert_string_equal(log,
                        "warning: sandbox: stays in the network of the host: "
                        "Operation not permitted\n");
}

static void
without_a_network_to_be_had_strict_root_fails(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char log[TEXT_MAX];

    (void)state;
    require_root();
    setting.prepare = drop_sys_admin;
    setting.config.is_strict = true;
    start_child(&child, &setting);
    assert_int_equal(child.result, -EPERM);
    end_well(&child, log);
    assert_contains(log, "error: sandbox: cannot leave the network");
}

static void
standard_descriptors_lead_nowhere(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char target[TEXT_MAX];
    char log[TEXT_MAX];

    (void)state;
    require_root();
    start_locked(&child, &setting);
    read_proc_link(child.pid, "fd/0", target);
    assert_string_equal(target, "/dev/null");
    read_proc_link(child.pid, "fd/1", target);
    assert_string_equal(target, "/dev/null");
    end_well(&child, log);
}

/* A terminal as stderr, and the log's own description of it. */
static int terminal;
static int own_fd;

static void
log_to_terminal(void)
{
    int fd;

    /* TIOCGPTPEER takes no name. */
    if (unlockpt(terminal) < 0 ||
        (fd = ioctl(terminal, TIOCGPTPEER, O_RDWR | O_NOCTTY)) < 0 ||
        dup2(fd, STDERR_FILENO) < 0 || close(fd) < 0 || close(terminal) < 0) {
        _exit(EXIT_FAILURE);
    }
    own_fd =
        open("/proc/self/fd/2", O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (own_fd < 0) {
        _exit(EXIT_FAILURE);
    }
    log_set_fd(own_fd);
}

static long
get_stderr_flags(void)
{
    return result_of(fcntl(STDERR_FILENO, F_GETFL));
}

static long
find_own_fd(void)
{
    return log_get_fd() != STDERR_FILENO ? -EINVAL
                                         : result_of(fcntl(own_fd, F_GETFL));
}

static long
say_a_line(void)
{
    log_info("test: a line");
    return 0;
}

static void
log_of_its_own_takes_the_place_of_stderr(void **state)
{
    static const enum sandbox_mode modes[] = {SANDBOX_ON, SANDBOX_LOG,
                                              SANDBOX_OFF};
    struct setting setting = usual_setting();
    struct child child;
    char log[TEXT_MAX];
    long result;

    (void)state;
    setting.prepare = log_to_terminal;
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        setting.config.mode = modes[i];
        terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
        assert_true(terminal >= 0);
        start_locked(&child, &setting);
        assert_true(tell_child(&child, get_stderr_flags, &result));
        assert_int_equal(result & (O_ACCMODE | O_NONBLOCK),
                         O_WRONLY | O_NONBLOCK);
        assert_true(tell_child(&child, find_own_fd, &result));
        assert_int_equal(result, -EBADF);
        assert_true(tell_child(&child, say_a_line, &result));
        ssize_t len = read(terminal, log, sizeof(log) - 1);
        assert_true(len > 0);
        log[len] = '\0';
        assert_contains(log, "test: a line");
        end_well(&child, log);
        (void)close(terminal);
    }
}

static void
become_somebody(void)
{
    if (geteuid() == 0 && (setresgid(OTHER_ID, OTHER_ID, OTHER_ID) < 0 ||
                           setresuid(OTHER_ID, OTHER_ID, OTHER_ID) < 0)) {
        _exit(EXIT_FAILURE);
    }
}

static void
without_root_one_line_names_the_rest(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char status[TEXT_MAX];
    char log[TEXT_MAX];

    (void)state;
    setting.prepare = become_somebody;
    setting.config.is_strict = true;
    start_locked(&child, &setting);
    read_proc(child.pid, "status", status);
    assert_contains(status, "\nNoNewPrivs:\t1\nSeccomp:\t2\n");
    end_well(&child, log);
    assert_string_equal(log, "info: sandbox: without root there are no own "
                             "ids, no empty root directory and no empty "
                             "network\n");
}

/* Of the limits. */

/* `name` is how the kernel calls the limit; in /proc anybody may read it. */
static void
assert_limit(const struct child *child, const char *name, int soft, int hard)
{
    char limits[TEXT_MAX];
    char line[128];

    read_proc(child->pid, "limits", limits);
    (void)snprintf(line, sizeof(line), "\n%-25s %-20d %-20d ", name, soft,
                   hard);
    assert_contains(limits, line);
}

static void
limits_are_set_for_good(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char log[TEXT_MAX];

    (void)state;
    start_locked(&child, &setting);
    if (!VNCTERM_SANITIZED) {
        assert_limit(&child, "Max address space", MEMORY_MAX, MEMORY_MAX);
    }
    assert_limit(&child, "Max open files", 256, 256);
    assert_limit(&child, "Max processes", 0, 0);
    assert_limit(&child, "Max core file size", 0, 0);
    assert_limit(&child, "Max file size", FILE_SIZE_MAX, FILE_SIZE_MAX);
    end_well(&child, log);
}

static void
lower_file_size(void)
{
    struct rlimit limit = {.rlim_cur = 4096, .rlim_max = 8192};

    if (setrlimit(RLIMIT_FSIZE, &limit) < 0) {
        _exit(EXIT_FAILURE);
    }
}

static void
lower_inherited_limits_are_kept(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char log[TEXT_MAX];

    (void)state;
    setting.prepare = lower_file_size;
    start_locked(&child, &setting);
    assert_limit(&child, "Max file size", 4096, 8192);
    end_well(&child, log);
}

static long
grow_memory_file(void)
{
    char byte = 0;

    return result_of(pwrite(held.memory_file, &byte, 1, FILE_SIZE_MAX));
}

static void
file_that_grows_too_much_is_an_error_code(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char log[TEXT_MAX];
    long result;

    (void)state;
    start_locked(&child, &setting);
    assert_true(tell_child(&child, grow_memory_file, &result));
    assert_int_equal(result, -EFBIG);
    end_well(&child, log);
}

static int log_file;

static void
log_to_file(void)
{
    if (dup2(log_file, STDERR_FILENO) < 0) {
        _exit(EXIT_FAILURE);
    }
}

static void
log_that_is_a_large_file_still_takes_lines(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char text[TEXT_MAX] = {0};
    char log[TEXT_MAX];
    const int size = 2 * FILE_SIZE_MAX;
    long result;

    (void)state;
    log_file = memfd_create("log", MFD_CLOEXEC);
    assert_true(log_file >= 0);
    assert_int_equal(ftruncate(log_file, size), 0);
    assert_int_equal(fcntl(log_file, F_SETFL, O_APPEND), 0);
    setting.prepare = log_to_file;
    start_locked(&child, &setting);
    assert_limit(&child, "Max file size", size + FILE_SIZE_MAX,
                 size + FILE_SIZE_MAX);
    assert_true(tell_child(&child, say_a_line, &result));
    end_well(&child, log);
    assert_true(pread(log_file, text, sizeof(text) - 1, size) > 0);
    assert_contains(text, "info: test: a line\n");
    (void)close(log_file);
}

static void
limit_that_cannot_be_set_is_an_error(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char log[TEXT_MAX];

    (void)state;
    refused_limit = RLIMIT_NPROC;
    start_child(&child, &setting);
    refused_limit = -1;
    assert_int_equal(child.result, -EPERM);
    end_well(&child, log);
    assert_contains(log, "error: sandbox: cannot drop privileges: ");
}

/* Of the parent. */

static void
without_its_parent_it_is_not_started(void **state)
{
    static const enum sandbox_mode modes[] = {SANDBOX_ON, SANDBOX_OFF};
    struct setting setting = usual_setting();
    struct child child;
    char log[TEXT_MAX];

    (void)state;
    setting.config.parent = getppid();
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        setting.config.mode = modes[i];
        start_child(&child, &setting);
        assert_int_equal(child.result, -ESRCH);
        end_well(&child, log);
        assert_string_equal(log, "");
    }
}

/* The parent of a locked child, which it tells us when it is ready. */
static void
be_parent(int answers)
{
    struct setting setting = usual_setting();
    int never[2];

    if (pipe2(never, O_CLOEXEC) < 0) {
        _exit(EXIT_FAILURE);
    }
    pid_t pid = fork();
    if (pid == 0) {
        (void)close(never[1]);
        /* It waits for an order that nobody gives. */
        be_child(&setting, never[0], answers, STDERR_FILENO);
    }
    (void)close(answers);
    for (;;) {
        (void)pause(); /* until it is killed */
    }
}

static void
parent_takes_it_along(void **state)
{
    struct child child = {.pid = -1};
    int answers[2];
    int status;

    (void)state;
    assert_int_equal(pipe2(answers, O_CLOEXEC), 0);
    pid_t parent = fork();
    assert_true(parent >= 0);
    if (parent == 0) {
        (void)close(answers[0]);
        be_parent(answers[1]);
    }
    (void)close(answers[1]);
    child.answers = answers[0];
    assert_true(await_answer(&child, &child.result));
    assert_int_equal(child.result, 0);
    assert_int_equal(kill(parent, SIGKILL), 0);
    assert_int_equal(waitpid(parent, &status, 0), parent);
    /* Nobody holds the other end any more. */
    assert_false(await_answer(&child, &child.result));
    (void)close(answers[0]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_the_base_and_the_port),
        cmocka_unit_test(without_a_port_the_id_is_beyond_those_of_ports),
        cmocka_unit_test(base_user_behind_others_gives_the_base),
        cmocka_unit_test(base_user_with_an_unfit_id_is_an_error_that_names_it),
        cmocka_unit_test(capabilities_of_root_are_gone),
        cmocka_unit_test(capabilities_that_a_user_was_given_are_gone),
        cmocka_unit_test(staying_root_keeps_ids_and_warns),
        cmocka_unit_test(root_directory_exists_nowhere_and_takes_nothing),
        cmocka_unit_test(network_is_its_own),
        cmocka_unit_test(without_a_network_to_be_had_root_is_warned),
        cmocka_unit_test(without_a_network_to_be_had_strict_root_fails),
        cmocka_unit_test(standard_descriptors_lead_nowhere),
        cmocka_unit_test(log_of_its_own_takes_the_place_of_stderr),
        cmocka_unit_test(without_root_one_line_names_the_rest),
        cmocka_unit_test(limits_are_set_for_good),
        cmocka_unit_test(lower_inherited_limits_are_kept),
        cmocka_unit_test(file_that_grows_too_much_is_an_error_code),
        cmocka_unit_test(log_that_is_a_large_file_still_takes_lines),
        cmocka_unit_test(limit_that_cannot_be_set_is_an_error),
        cmocka_unit_test(without_its_parent_it_is_not_started),
        cmocka_unit_test(parent_takes_it_along),
    };

    /* A child may have ended before it is told what to do. */
    (void)signal(SIGPIPE, SIG_IGN); /* a valid number */
    if (is_root_in_container()) {
        return 77; /* ctest's SKIP_RETURN_CODE */
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
