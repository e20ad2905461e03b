/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the empty root directory of a locked process comes from, and what is
 * left of it. /run and /tmp are the test's own, in a mount namespace.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
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

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "sandbox/sandbox.h"
#include "unit/sandbox_fixture.h"

#define IN_RUN "/run/vncterm.empty"
#define IN_TMP "/tmp/vncterm.empty"

/* Directories that another start removes between making and opening them. */
static int stolen;

int
mkdir(const char *__path, mode_t __mode) /* NOLINT: their names */
{
    int r = (int)syscall(SYS_mkdirat, AT_FDCWD, __path, __mode);

    if (stolen > 0) {
        stolen--;
        (void)syscall(SYS_unlinkat, AT_FDCWD, __path, AT_REMOVEDIR);
    }
    return r;
}

/* Directories that another start opens between opening and removing them. */
static int shared;

int
rmdir(const char *__path) /* NOLINT: their names */
{
    if (shared > 0) {
        shared--;
        errno = ENOENT;
        return -1;
    }
    return (int)syscall(SYS_unlinkat, AT_FDCWD, __path, AT_REMOVEDIR);
}

static bool
has_own_mounts(void)
{
    return unshare(CLONE_NEWNS) == 0 &&
           mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static int
mount_folders(void **state)
{
    (void)state;
    stolen = 0;
    shared = 0;
    return mount("run", "/run", "tmpfs", 0, "mode=755") == 0 &&
                   mount("tmp", "/tmp", "tmpfs", 0, "mode=1777") == 0
               ? 0
               : -1;
}

static int
unmount_folders(void **state)
{
    (void)state;
    return umount2("/run", MNT_DETACH) == 0 && umount2("/tmp", MNT_DETACH) == 0
               ? 0
               : -1;
}

static void
assert_is_empty(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;

    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.') {
            fail_msg("%s/%s is left", path, entry->d_name);
        }
    }
    assert_int_equal(closedir(folder), 0);
}

static void
stat_root(const struct child *child, struct stat *out)
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%d/root", (int)child->pid);
    assert_int_equal(stat(path, out), 0);
}

static void
assert_takes_nothing(const struct child *child)
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%d/root/file", (int)child->pid);
    assert_int_equal(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), -1);
    assert_int_equal(errno, ENOENT);
}

static void
directory_that_a_killed_start_left_is_used_and_removed(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    struct stat left;
    struct stat root;
    char log[TEXT_MAX];

    (void)state;
    assert_int_equal(mkdir(IN_RUN, 0755), 0);
    assert_int_equal(stat(IN_RUN, &left), 0);
    start_locked(&child, &setting);
    stat_root(&child, &root);
    assert_int_equal(root.st_ino, left.st_ino);
    assert_is_empty("/run");
    assert_takes_nothing(&child);
    end_well(&child, log);
    assert_string_equal(log, "");
}

static void
what_is_no_empty_directory_of_ours_is_refused(void **state)
{
    static const char *const causes[] = {"Not a directory", "Not a directory",
                                         "Operation not permitted",
                                         "Directory not empty"};
    struct setting setting = usual_setting();
    struct child child;
    struct stat before;
    struct stat after;
    char log[TEXT_MAX];

    (void)state;
    assert_int_equal(mkdir("/run/a-link", 0700), 0);
    assert_int_equal(symlink("/run/a-link", "/run/0"), 0);
    assert_int_equal(mknod("/run/1", S_IFREG | 0600, 0), 0);
    assert_int_equal(mkdir("/run/2", 0700), 0);
    assert_int_equal(chown("/run/2", OTHER_ID, OTHER_ID), 0);
    assert_int_equal(mkdir("/run/3", 0700), 0);
    assert_int_equal(mkdir("/run/3/x", 0700), 0);
    for (int i = 0; i < 4; i++) {
        char path[] = {'/', 'r', 'u', 'n', '/', (char)('0' + i), '\0'};
        assert_int_equal(rename(path, IN_RUN), 0);
        assert_int_equal(lstat(IN_RUN, &before), 0);
        start_child(&child, &setting);
        assert_true(child.result < 0);
        end_well(&child, log);
        assert_contains(log, "error: sandbox: cannot take " IN_RUN
                             " for an empty root: ");
        assert_contains(log, causes[i]);
        assert_int_equal(lstat(IN_RUN, &after), 0);
        assert_int_equal(after.st_ino, before.st_ino);
        assert_int_equal(rename(IN_RUN, path), 0);
    }
    assert_is_empty("/tmp");
}

static void
directory_that_another_start_removes_is_made_again(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char log[TEXT_MAX];

    (void)state;
    stolen = 3;
    start_locked(&child, &setting);
    assert_is_empty("/run");
    end_well(&child, log);
    assert_string_equal(log, "");
}

static void
directory_that_is_always_removed_is_an_error(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char log[TEXT_MAX];

    (void)state;
    stolen = INT32_MAX;
    start_child(&child, &setting);
    assert_int_equal(child.result, -EAGAIN);
    end_well(&child, log);
    assert_contains(log, "error: sandbox: cannot take " IN_RUN);
}

static void
two_in_one_directory_can_put_nothing_into_it(void **state)
{
    struct setting setting = usual_setting();
    struct child first;
    struct child second;
    struct stat roots[2];
    char log[TEXT_MAX];

    (void)state;
    shared = 1; /* of the first, which finds that the second has removed it */
    start_locked(&first, &setting);
    shared = 0;
    start_locked(&second, &setting);
    stat_root(&first, &roots[0]);
    stat_root(&second, &roots[1]);
    assert_int_equal(roots[0].st_ino, roots[1].st_ino);
    assert_int_equal(roots[0].st_nlink, 0);
    assert_takes_nothing(&first);
    assert_takes_nothing(&second);
    assert_is_empty("/run");
    end_well(&second, log);
    end_well(&first, log);
}

static void
without_a_writable_run_it_is_in_tmp(void **state)
{
    struct setting setting = usual_setting();
    struct child child;
    char root[TEXT_MAX];
    char log[TEXT_MAX];

    (void)state;
    assert_int_equal(mount(NULL, "/run", NULL, MS_REMOUNT | MS_RDONLY, NULL),
                     0);
    start_locked(&child, &setting);
    read_proc_link(child.pid, "root", root);
    assert_string_equal(root, IN_TMP " (deleted)");
    assert_is_empty("/tmp");
    end_well(&child, log);
    assert_string_equal(log, "");
}

/* Starts at the same time. */

enum {
    STARTS = 200
};

static int gate[2]; /* closed when all are there */

static void
wait_at_gate(void)
{
    char byte;

    (void)close(gate[1]);
    if (read(gate[0], &byte, 1) != 0) {
        _exit(EXIT_FAILURE);
    }
}

static void
many_starts_at_once_succeed_and_leave_nothing(void **state)
{
    struct setting setting = usual_setting();
    struct child all; /* they share what they hear and answer with */
    pid_t pids[STARTS];
    int orders[2];
    int answers[2];
    int status;

    (void)state;
    setting.prepare = wait_at_gate;
    assert_int_equal(pipe2(gate, O_CLOEXEC), 0);
    assert_int_equal(pipe2(orders, O_CLOEXEC), 0);
    assert_int_equal(pipe2(answers, O_CLOEXEC), 0);
    for (int i = 0; i < STARTS; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0) {
            (void)close(orders[1]);
            be_child(&setting, orders[0], answers[1], STDERR_FILENO);
        }
    }
    (void)close(orders[0]);
    (void)close(answers[1]);
    (void)close(gate[0]);
    (void)close(gate[1]);
    all.answers = answers[0];
    for (int i = 0; i < STARTS; i++) {
        assert_true(await_answer(&all, &all.result));
        assert_int_equal(all.result, 0);
    }
    assert_is_empty("/run");
    assert_is_empty("/tmp");
    (void)close(orders[1]);
    for (int i = 0; i < STARTS; i++) {
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    (void)close(answers[0]);
}

#define WITH_FOLDERS(test) \
    cmocka_unit_test_setup_teardown(test, mount_folders, unmount_folders)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FOLDERS(directory_that_a_killed_start_left_is_used_and_removed),
        WITH_FOLDERS(what_is_no_empty_directory_of_ours_is_refused),
        WITH_FOLDERS(directory_that_another_start_removes_is_made_again),
        WITH_FOLDERS(directory_that_is_always_removed_is_an_error),
        WITH_FOLDERS(two_in_one_directory_can_put_nothing_into_it),
        WITH_FOLDERS(without_a_writable_run_it_is_in_tmp),
        WITH_FOLDERS(many_starts_at_once_succeed_and_leave_nothing),
    };

    if (geteuid() != 0 || !has_own_mounts()) {
        (void)puts("SKIP: it takes root and mounts of its own");
        return 77;
    }
    /* A child may have ended before it is told what to do. */
    (void)signal(SIGPIPE, SIG_IGN); /* a valid number */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
