/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include <cmocka.h>

#include "monitor/state_file.h"

struct fixture {
    char top[64];
    char dir[96]; /* does not exist at first */
    struct state_file file;
    char folder[128];
};

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    (void)snprintf(f->top, sizeof(f->top), "/tmp/test_state_file.XXXXXX");
    assert_non_null(mkdtemp(f->top));
    (void)snprintf(f->dir, sizeof(f->dir), "%s/a/b", f->top);
    state_file_init(&f->file, f->dir);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    char part[128];

    (void)rmdir(f->dir); /* there only if something was written */
    (void)snprintf(part, sizeof(part), "%s/a", f->top);
    (void)rmdir(part);
    assert_int_equal(rmdir(f->top), 0);
    free(f);
    return 0;
}

/* DIR/PID */
static const char *
folder(struct fixture *f)
{
    (void)snprintf(f->folder, sizeof(f->folder), "%s/%d", f->dir,
                   (int)getpid());
    return f->folder;
}

static int
count_entries(const char *folder)
{
    DIR *dir = opendir(folder);
    int count = -2; /* . and .. */

    assert_non_null(dir);
    while (readdir(dir) != NULL) {
        count++;
    }
    closedir(dir);
    return count;
}

/* Removes what a commit has left; the end removes its empty folder. */
static void
remove_file(struct fixture *f)
{
    assert_int_equal(unlink(f->file.path), 0);
    state_file_fini(&f->file);
    assert_int_equal(count_entries(f->dir), 0);
}

static void
put(struct fixture *f, const char *text)
{
    int fd = state_file_begin(&f->file);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void
assert_content(struct fixture *f, const char *text)
{
    char content[64] = "";
    int fd = open(f->file.path, O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_true(read(fd, content, sizeof(content) - 1) >= 0);
    close(fd);
    assert_string_equal(content, text);
}

static void
nothing_is_made_until_it_is_needed(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(access(f->dir, F_OK), -1);
    state_file_fini(&f->file);
    assert_int_equal(access(f->dir, F_OK), -1);
}

static void
a_file_appears_whole_in_a_folder_of_the_process(void **state)
{
    struct fixture *f = *state;
    char expected[160];
    struct stat info;

    (void)snprintf(expected, sizeof(expected), "%s/%d/vncterm.statefile",
                   f->dir, (int)getpid());
    assert_string_equal(f->file.path, expected);
    put(f, "a screen");
    assert_int_equal(access(f->file.path, F_OK), -1);
    assert_int_equal(state_file_commit(&f->file), 0);
    assert_content(f, "a screen");
    assert_int_equal(stat(f->file.path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    assert_int_equal(stat(folder(f), &info), 0);
    assert_int_equal(info.st_mode & 07777, 0700);
    remove_file(f);
}

static void
a_newer_one_replaces_it_and_an_aborted_one_does_not(void **state)
{
    struct fixture *f = *state;

    put(f, "first");
    assert_int_equal(state_file_commit(&f->file), 0);
    put(f, "second");
    assert_content(f, "first");
    assert_int_equal(state_file_commit(&f->file), 0);
    assert_content(f, "second");
    put(f, "third");
    state_file_abort(&f->file);
    assert_content(f, "second");
    assert_int_equal(count_entries(folder(f)), 1);
    remove_file(f);
}

static void
a_file_of_an_earlier_process_of_our_number_is_removed(void **state)
{
    struct fixture *f = *state;
    struct state_file next;

    put(f, "another guest's screen");
    assert_int_equal(state_file_commit(&f->file), 0);
    state_file_init(&next, f->dir);
    assert_int_equal(access(next.path, F_OK), -1);
    assert_int_equal(count_entries(f->dir), 0);
    state_file_fini(&next);
    state_file_fini(&f->file);
}

static void
what_a_killed_process_has_left_is_removed(void **state)
{
    static const char *const names[] = {
        "vncterm.999999999.new", /* above the kernel's largest pid */
        "vncterm.1.new",         /* of one that lives */
        "vncterm.x.new",
        "vncterm.999999999.newer",
    };
    struct fixture *f = *state;
    struct state_file next;
    char path[160];

    put(f, "makes the directory");
    state_file_abort(&f->file);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", f->dir, names[i]);
        int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        close(fd);
    }
    state_file_init(&next, f->dir);
    state_file_fini(&next);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", f->dir, names[i]);
        assert_int_equal(unlink(path), i == 0 ? -1 : 0);
    }
    state_file_fini(&f->file);
}

static void
what_was_not_committed_leaves_nothing_behind(void **state)
{
    struct fixture *f = *state;

    put(f, "half");
    state_file_fini(&f->file);
    assert_int_equal(count_entries(f->dir), 0);
}

static void
only_one_is_written_at_a_time(void **state)
{
    struct fixture *f = *state;

    assert_false(state_file_is_open(&f->file));
    put(f, "one");
    assert_true(state_file_is_open(&f->file));
    assert_int_equal(state_file_begin(&f->file), -EBUSY);
    state_file_fini(&f->file);
}

static void
a_link_in_place_of_the_folder_is_refused(void **state)
{
    struct fixture *f = *state;

    put(f, "makes the directory");
    assert_int_equal(symlink(f->top, folder(f)), 0);
    assert_int_equal(state_file_commit(&f->file), -ENOTDIR);
    assert_int_equal(count_entries(f->top), 1);
    assert_int_equal(unlink(folder(f)), 0);
    assert_int_equal(count_entries(f->dir), 0);
    state_file_fini(&f->file);
}

static void
a_directory_in_place_of_the_file_is_an_error(void **state)
{
    struct fixture *f = *state;

    put(f, "makes the directory");
    assert_int_equal(mkdir(folder(f), 0700), 0);
    assert_int_equal(mkdir(f->file.path, 0700), 0);
    assert_int_equal(state_file_commit(&f->file), -EISDIR);
    assert_int_equal(rmdir(f->file.path), 0);
    assert_int_equal(rmdir(folder(f)), 0);
    assert_int_equal(count_entries(f->dir), 0);
    state_file_fini(&f->file);
}

static void
a_file_in_place_of_the_directory_is_an_error(void **state)
{
    struct fixture *f = *state;
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/a", f->top);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(state_file_begin(&f->file), -ENOTDIR);
    assert_false(state_file_is_open(&f->file));
    assert_int_equal(unlink(path), 0);
    state_file_fini(&f->file);
}

static void
a_folder_that_was_removed_is_made_again(void **state)
{
    struct fixture *f = *state;

    put(f, "first");
    assert_int_equal(state_file_commit(&f->file), 0);
    assert_int_equal(unlink(f->file.path), 0);
    assert_int_equal(rmdir(folder(f)), 0);
    put(f, "second");
    assert_int_equal(state_file_commit(&f->file), 0);
    assert_content(f, "second");
    remove_file(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        T(nothing_is_made_until_it_is_needed),
        T(a_file_appears_whole_in_a_folder_of_the_process),
        T(a_newer_one_replaces_it_and_an_aborted_one_does_not),
        T(a_file_of_an_earlier_process_of_our_number_is_removed),
        T(what_a_killed_process_has_left_is_removed),
        T(what_was_not_committed_leaves_nothing_behind),
        T(only_one_is_written_at_a_time),
        T(a_link_in_place_of_the_folder_is_refused),
        T(a_directory_in_place_of_the_file_is_an_error),
        T(a_file_in_place_of_the_directory_is_an_error),
        T(a_folder_that_was_removed_is_made_again),
#undef T
    };
    return cmocka_run_group_tests_name("state_file", tests, NULL, NULL);
}
