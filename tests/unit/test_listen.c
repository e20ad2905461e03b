/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/listen.h"

static const struct in_addr *
loopback(void)
{
    static struct in_addr address;

    address.s_addr = htonl(INADDR_LOOPBACK);
    return &address;
}

static void
assert_usable(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    int listens = 0;
    socklen_t len = sizeof(listens);

    assert_true(fd >= 0);
    assert_int_not_equal(flags & O_NONBLOCK, 0);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len),
                     0);
    assert_true(listens);
}

static void
tcp_skips_ports_that_are_taken(void **state)
{
    uint16_t first_port;
    uint16_t second_port;

    (void)state;
    int first = listen_tcp(*loopback(), 0, &first_port);
    assert_usable(first);
    int second = listen_tcp(*loopback(), first_port, &second_port);
    assert_usable(second);
    assert_true(second_port > first_port);
    assert_true(second_port - first_port <= LISTEN_SEARCH_MAX);
    close(first);
    close(second);
}

static void
tcp_search_ends_with_the_last_port(void **state)
{
    uint16_t port = 0;
    int last = 0;
    int fds[2];

    (void)state;
    fds[0] = listen_tcp(*loopback(), UINT16_MAX, &port);
    if (fds[0] >= 0) { /* unless somebody else has it */
        last = listen_tcp(*loopback(), UINT16_MAX, &port);
        assert_int_equal(last, -EADDRINUSE);
        close(fds[0]);
    } else {
        assert_int_equal(fds[0], -EADDRINUSE);
    }
}

static void
tcp_tells_of_a_foreign_address(void **state)
{
    struct in_addr foreign = {.s_addr = htonl(0xc0000201)}; /* 192.0.2.1 */
    uint16_t port;

    (void)state;
    assert_int_equal(listen_tcp(foreign, 5900, &port), -EADDRNOTAVAIL);
}

struct place {
    char folder[64];
    char path[96];
};

static int
make_place(void **state)
{
    static struct place place;

    (void)snprintf(place.folder, sizeof(place.folder), "%s",
                   "/tmp/vncterm-test-XXXXXX");
    assert_non_null(mkdtemp(place.folder));
    (void)snprintf(place.path, sizeof(place.path), "%s/sock", place.folder);
    *state = &place;
    return 0;
}

static int
remove_place(void **state)
{
    struct place *place = *state;

    (void)unlink(place->path); /* most tests leave it */
    assert_int_equal(rmdir(place->folder), 0);
    return 0;
}

static void
unix_socket_is_for_its_owner_only(void **state)
{
    struct place *place = *state;
    struct stat info;
    mode_t old = umask(0);

    int fd = listen_unix(place->path);
    (void)umask(old);
    assert_usable(fd);
    assert_int_equal(stat(place->path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    close(fd);
}

static void
stale_unix_socket_is_replaced(void **state)
{
    struct place *place = *state;

    int fd = listen_unix(place->path);
    assert_usable(fd);
    close(fd);
    fd = listen_unix(place->path);
    assert_usable(fd);
    close(fd);
}

static void
unix_socket_in_use_is_left_alone(void **state)
{
    struct place *place = *state;

    int fd = listen_unix(place->path);
    assert_int_equal(listen_unix(place->path), -EADDRINUSE);
    assert_int_equal(access(place->path, F_OK), 0);
    close(fd);
}

static void
other_file_is_left_alone(void **state)
{
    struct place *place = *state;

    int fd = open(place->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(listen_unix(place->path), -EADDRINUSE);
    assert_int_equal(access(place->path, F_OK), 0);
}

static void
bad_unix_path_is_an_error(void **state)
{
    struct place *place = *state;
    char path[300];

    memset(path, 'x', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    assert_int_equal(listen_unix(path), -ENAMETOOLONG);
    assert_int_equal(listen_unix(""), -EINVAL);
    (void)snprintf(path, sizeof(path), "%s/none/sock", place->folder);
    assert_int_equal(listen_unix(path), -ENOENT);
}

#define PLACE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tcp_skips_ports_that_are_taken),
        cmocka_unit_test(tcp_search_ends_with_the_last_port),
        cmocka_unit_test(tcp_tells_of_a_foreign_address),
        PLACE_TEST(unix_socket_is_for_its_owner_only),
        PLACE_TEST(stale_unix_socket_is_replaced),
        PLACE_TEST(unix_socket_in_use_is_left_alone),
        PLACE_TEST(other_file_is_left_alone),
        PLACE_TEST(bad_unix_path_is_an_error),
    };

    return cmocka_run_group_tests_name("listen", tests, NULL, NULL);
}
