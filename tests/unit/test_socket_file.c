/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cmocka.h>

#include "base/socket_file.h"

struct place {
    char folder[64];
    char path[96];
    char target[96];
};

static int
make_place(void **state)
{
    struct place *p = calloc(1, sizeof(*p));

    assert_non_null(p);
    (void)snprintf(p->folder, sizeof(p->folder), "/tmp/vncterm-test-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    (void)snprintf(p->path, sizeof(p->path), "%s/sock", p->folder);
    (void)snprintf(p->target, sizeof(p->target), "%s/target", p->folder);
    *state = p;
    return 0;
}

static int
remove_place(void **state)
{
    struct place *p = *state;

    (void)unlink(p->path); /* not every test leaves them */
    (void)unlink(p->target);
    assert_int_equal(rmdir(p->folder), 0);
    free(p);
    return 0;
}

/* Returns the socket; it listens if it is a stream. */
static int
make_socket(const char *path, int type)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    (void)snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    if (type == SOCK_STREAM) {
        assert_int_equal(listen(fd, 0), 0);
    }
    return fd;
}

static void
what_nobody_listens_on_is_removed(void **state)
{
    struct place *p = *state;

    close(make_socket(p->path, SOCK_STREAM));
    assert_int_equal(socket_file_remove_stale(p->path), 0);
    assert_int_equal(access(p->path, F_OK), -1);
    assert_int_equal(socket_file_remove_stale(p->path), -ENOENT);
}

static void
what_somebody_uses_stays(void **state)
{
    static const int types[] = {SOCK_STREAM, SOCK_DGRAM};
    struct place *p = *state;

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        int fd = make_socket(p->path, types[i]);
        /* The second finds the backlog full. */
        assert_int_equal(socket_file_remove_stale(p->path), -EADDRINUSE);
        assert_int_equal(socket_file_remove_stale(p->path), -EADDRINUSE);
        close(fd);
        assert_int_equal(unlink(p->path), 0);
    }
}

static void
other_files_stay(void **state)
{
    struct place *p = *state;
    struct stat info;

    close(make_socket(p->target, SOCK_STREAM));
    assert_int_equal(symlink(p->target, p->path), 0);
    assert_int_equal(socket_file_remove_stale(p->path), -EADDRINUSE);
    assert_int_equal(lstat(p->path, &info), 0);
    assert_int_equal(unlink(p->path), 0);

    int fd = open(p->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(socket_file_remove_stale(p->path), -EADDRINUSE);
    assert_int_equal(access(p->path, F_OK), 0);
}

static void
a_path_that_no_socket_can_have_is_an_error(void **state)
{
    char path[300];

    (void)state;
    memset(path, 'x', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    assert_int_equal(socket_file_remove_stale(path), -ENAMETOOLONG);
}

static void
a_socket_of_another_user_stays(void **state)
{
    struct place *p = *state;

    close(make_socket(p->path, SOCK_STREAM));
    if (chown(p->path, 1, 1) < 0) {
        print_message("SKIP: chown() needs a privilege\n");
        skip();
    }
    assert_int_equal(socket_file_remove_stale(p->path), -EADDRINUSE);
    assert_int_equal(access(p->path, F_OK), 0);
}

#define PLACE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(what_nobody_listens_on_is_removed),
        PLACE_TEST(what_somebody_uses_stays),
        PLACE_TEST(other_files_stay),
        PLACE_TEST(a_socket_of_another_user_stays),
        cmocka_unit_test(a_path_that_no_socket_can_have_is_an_error),
    };

    return cmocka_run_group_tests_name("socket_file", tests, NULL, NULL);
}
