/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fakes/fake_xs.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/eventfd.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <xenstore.h>

#include "base/fd.h"
#include "base/mem.h"

enum {
    NODES_MAX = 64,
    WATCHES_MAX = 8,
    PATH_SIZE = 256,
    BACKLOG = 8,
    PARTS_OF_DOMAIN = 3,
};

struct node {
    char path[PATH_SIZE]; /* "" when it is free */
    char *value;
    size_t len;
};

struct watch {
    char path[PATH_SIZE]; /* "" when it is free */
    char token[PATH_SIZE];
};

struct event {
    TAILQ_ENTRY(event) link;
    char path[PATH_SIZE];
    char token[PATH_SIZE];
};

struct xs_handle {
    TAILQ_HEAD(, event) events;
    struct watch watches[WATCHES_MAX];
    int pipe[2];
    bool is_dead;
};

/* The daemon and the library. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct node nodes[NODES_MAX];
    struct xs_handle *client; /* the one connection, or NULL */
    int listener;             /* -1 while it is dead */
    char socket_path[PATH_SIZE];
    char folder[PATH_SIZE];
    int activity;

    unsigned counts[FAKE_XS_CALLS];
    unsigned events;
    unsigned drains;
    unsigned changes; /* of nodes */
    unsigned changes_at_start;
    unsigned domains_made;
    unsigned hanging;
    unsigned conflicts;
    unsigned connections;
    bool is_hung;
    bool is_hostile;
    bool is_device;

    enum fake_xs_call fail_call;
    char fail_path[PATH_SIZE];
    int fail_err;
    enum fake_xs_call change_call;
    char change_path[PATH_SIZE]; /* "" for none */
    const char *change_value;
    enum fake_xs_call hang_call;
    char hang_path[PATH_SIZE]; /* "" for all */

    /* The write of the one transaction that is under way. */
    struct node in_transaction;
} fake = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .changed = PTHREAD_COND_INITIALIZER,
    .listener = -1,
};

static void
lock(void)
{
    (void)pthread_mutex_lock(&fake.lock); /* is not taken twice */
}

static void
unlock(void)
{
    (void)pthread_mutex_unlock(&fake.lock); /* is ours */
}

static void
copy_path(char out[PATH_SIZE], const char *path)
{
    size_t len = strlen(path);

    assert(len < PATH_SIZE);
    memcpy(out, path, len + 1);
}

/* Whether `path` is `top` or below it. */
static bool
is_within(const char *path, const char *top)
{
    size_t len = strlen(top);

    return strncmp(path, top, len) == 0 &&
           (path[len] == '\0' || path[len] == '/');
}

static void
tell_activity(void)
{
    const uint64_t one = 1;

    (void)fd_write(fake.activity, &one, sizeof(one)); /* cannot be full */
}

/* Nodes and events; the lock is held. */

static struct node *
find_node(const char *path)
{
    for (size_t i = 0; i < NODES_MAX; i++) {
        if (strcmp(fake.nodes[i].path, path) == 0) {
            return &fake.nodes[i];
        }
    }
    return NULL;
}

static struct node *
find_or_make_node(const char *path)
{
    struct node *node = find_node(path);

    if (node == NULL) {
        node = find_node("");
        assert(node != NULL);
        copy_path(node->path, path);
    }
    return node;
}

static void
queue_event(struct xs_handle *xs, const char *path, const char *token)
{
    struct event *event = xcalloc(1, sizeof(*event));

    copy_path(event->path, path);
    copy_path(event->token, token);
    fake.events++;
    if (TAILQ_EMPTY(&xs->events) && xs->pipe[1] >= 0) {
        (void)fd_write(xs->pipe[1], "", 1); /* one byte has room */
    }
    TAILQ_INSERT_TAIL(&xs->events, event, link);
}

static void
fire(const char *path)
{
    struct xs_handle *xs = fake.client;

    for (size_t i = 0; xs != NULL && i < WATCHES_MAX; i++) {
        const struct watch *watch = &xs->watches[i];
        if (watch->path[0] != '\0' && is_within(path, watch->path)) {
            queue_event(xs, path, watch->token);
        }
    }
}

static void
set_node(const char *path, const void *bytes, size_t len)
{
    char parent[PATH_SIZE];

    copy_path(parent, path);
    for (char *end = strchr(parent + 1, '/'); end != NULL;
         end = strchr(end + 1, '/')) {
        *end = '\0';
        (void)find_or_make_node(parent);
        *end = '/';
    }
    struct node *node = find_or_make_node(path);
    free(node->value);
    node->value = xcalloc(len + 1, 1);
    memcpy(node->value, bytes, len);
    node->len = len;
    fake.changes++;
    fire(path);
}

/* A watch of a node that is removed fires, though a folder above is named. */
static void
remove_node(const char *path)
{
    for (size_t i = 0; i < NODES_MAX; i++) {
        struct node *node = &fake.nodes[i];
        if (node->path[0] != '\0' && is_within(node->path, path)) {
            char gone[PATH_SIZE];
            copy_path(gone, node->path);
            free(node->value);
            *node = (struct node){.len = 0};
            fake.changes++;
            fire(gone);
        }
    }
}

static void
remove_all_nodes(void)
{
    for (size_t i = 0; i < NODES_MAX; i++) {
        free(fake.nodes[i].value);
        fake.nodes[i] = (struct node){.len = 0};
    }
    copy_path(fake.nodes[0].path, "/");
}

/* The daemon's life; the lock is held. */

static void
start_daemon(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    remove_all_nodes();
    assert(strlen(fake.socket_path) < sizeof(address.sun_path));
    memcpy(address.sun_path, fake.socket_path, strlen(fake.socket_path));
    (void)unlink(fake.socket_path); /* the last one's */
    fake.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int r =
        bind(fake.listener, (const struct sockaddr *)&address, sizeof(address));
    assert(r == 0);
    r = listen(fake.listener, BACKLOG);
    assert(r == 0);
}

/* Connections that nobody has accepted hang up, too. */
static void
end_daemon(void)
{
    if (fake.client != NULL) {
        fake.client->is_dead = true;
    }
    fd_close(&fake.listener);
    (void)pthread_cond_broadcast(&fake.changed); /* cannot fail */
}

/*
 * What each request has in common. Takes the lock, which end_request() gives
 * back. Returns false, and sets errno, when the request fails.
 */
static bool
begin_request(const struct xs_handle *xs, enum fake_xs_call call,
              const char *path)
{
    lock();
    fake.counts[call]++;
    bool hangs = fake.hang_call == call || fake.hang_call == FAKE_XS_CALLS;
    if (fake.hang_path[0] != '\0' && strcmp(fake.hang_path, path) != 0) {
        hangs = false;
    }
    while (hangs && fake.is_hung && !xs->is_dead) {
        fake.hanging++;
        tell_activity();
        (void)pthread_cond_broadcast(&fake.changed); /* cannot fail */
        (void)pthread_cond_wait(&fake.changed, &fake.lock);
        fake.hanging--;
        if (xs->is_dead) {
            errno = EINVAL; /* for the one that was waiting */
            return false;
        }
    }
    if (fake.change_path[0] != '\0' && fake.change_call == call) {
        if (fake.change_value != NULL) {
            set_node(fake.change_path, fake.change_value,
                     strlen(fake.change_value));
        } else {
            remove_node(fake.change_path);
        }
        fake.change_path[0] = '\0';
    }
    if (xs->is_dead || fake.is_hostile) {
        errno = xs->is_dead ? EBADF : EPIPE;
        return false;
    }
    if (fake.fail_err != 0 && fake.fail_call == call &&
        strcmp(fake.fail_path, path) == 0) {
        errno = fake.fail_err;
        return false;
    }
    return true;
}

/* Keeps errno. */
static void
end_request(void)
{
    int saved = errno;

    tell_activity();
    (void)pthread_cond_broadcast(&fake.changed); /* cannot fail */
    unlock();
    errno = saved;
}

/* The library. */

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): not ours */

const char *
xs_daemon_socket(void)
{
    return fake.socket_path;
}

struct xs_handle *
xs_open(unsigned long flags)
{
    struct xs_handle *xs = NULL;

    (void)flags;
    lock();
    fake.counts[FAKE_XS_OPEN]++;
    assert(fake.client == NULL);
    if (fake.listener < 0 && !fake.is_device) {
        errno = ECONNREFUSED;
    } else {
        xs = xcalloc(1, sizeof(*xs));
        TAILQ_INIT(&xs->events);
        xs->pipe[0] = -1;
        xs->pipe[1] = -1;
        fake.client = xs;
        fake.connections++;
    }
    end_request();
    return xs;
}

void
xs_close(struct xs_handle *xs)
{
    if (xs == NULL) {
        return;
    }
    lock();
    struct event *event;
    while ((event = TAILQ_FIRST(&xs->events)) != NULL) {
        TAILQ_REMOVE(&xs->events, event, link);
        free(event);
    }
    fd_close(&xs->pipe[0]);
    fd_close(&xs->pipe[1]);
    fake.client = NULL;
    fake.connections--;
    free(xs);
    end_request();
}

int
xs_fileno(struct xs_handle *xs)
{
    lock();
    if (xs->pipe[0] < 0) {
        int r = pipe2(xs->pipe, O_CLOEXEC);
        assert(r == 0);
        if (!TAILQ_EMPTY(&xs->events)) {
            (void)fd_write(xs->pipe[1], "", 1); /* one byte has room */
        }
    }
    unlock();
    return xs->pipe[0];
}

bool
xs_watch(struct xs_handle *xs, const char *path, const char *token)
{
    bool is_done = begin_request(xs, FAKE_XS_WATCH, path);
    size_t i = 0;

    if (is_done) {
        while (xs->watches[i].path[0] != '\0') {
            i++;
            assert(i < WATCHES_MAX);
        }
        copy_path(xs->watches[i].path, path);
        copy_path(xs->watches[i].token, token);
        queue_event(xs, path, token);
    }
    end_request();
    return is_done;
}

bool
xs_unwatch(struct xs_handle *xs, const char *path, const char *token)
{
    bool is_done = begin_request(xs, FAKE_XS_UNWATCH, path);

    for (size_t i = 0; is_done && i < WATCHES_MAX; i++) {
        struct watch *watch = &xs->watches[i];
        if (strcmp(watch->path, path) == 0 &&
            strcmp(watch->token, token) == 0) {
            *watch = (struct watch){.path = ""};
        }
    }
    end_request();
    return is_done;
}

char **
xs_check_watch(struct xs_handle *xs)
{
    char **strings = NULL;

    lock();
    struct event *event = TAILQ_FIRST(&xs->events);
    if (event != NULL) {
        TAILQ_REMOVE(&xs->events, event, link);
        char taken = 0;
        if (TAILQ_EMPTY(&xs->events)) {
            (void)fd_read(xs->pipe[0], &taken, 1); /* is there */
        }
        strings = xcalloc(1, 2 * sizeof(*strings) + 2 * (size_t)PATH_SIZE);
        strings[XS_WATCH_PATH] = (char *)(strings + 2);
        strings[XS_WATCH_TOKEN] = (char *)(strings + 2) + PATH_SIZE;
        copy_path(strings[XS_WATCH_PATH], event->path);
        copy_path(strings[XS_WATCH_TOKEN], event->token);
        free(event);
    } else {
        errno = xs->is_dead ? EINVAL : EAGAIN;
        fake.drains += !xs->is_dead;
    }
    end_request();
    return strings;
}

void *
xs_read(struct xs_handle *xs, xs_transaction_t transaction, const char *path,
        unsigned *len)
{
    char *value = NULL;

    (void)transaction; /* no two see different things */
    if (begin_request(xs, FAKE_XS_READ, path)) {
        const struct node *node = find_node(path);
        if (node == NULL) {
            errno = ENOENT;
        } else {
            value = xcalloc(node->len + 1, 1);
            if (node->len > 0) {
                memcpy(value, node->value, node->len);
            }
            if (len != NULL) {
                *len = (unsigned)node->len;
            }
        }
    }
    end_request();
    return value;
}

static void
count_domain_made(const char *path)
{
    char domain[PATH_SIZE];

    copy_path(domain, path);
    char *end = domain;
    for (int part = 0; part < PARTS_OF_DOMAIN && end != NULL; part++) {
        end = strchr(end + 1, '/');
    }
    if (end != NULL) {
        *end = '\0';
    }
    if (find_node(domain) == NULL) {
        fake.domains_made++;
    }
}

bool
xs_write(struct xs_handle *xs, xs_transaction_t transaction, const char *path,
         const void *data, unsigned len)
{
    bool is_done = begin_request(xs, FAKE_XS_WRITE, path);

    if (is_done && transaction == XBT_NULL) {
        count_domain_made(path);
        set_node(path, data, len);
    } else if (is_done) {
        copy_path(fake.in_transaction.path, path);
        fake.in_transaction.value = xcalloc(len, 1);
        fake.in_transaction.len = len;
        memcpy(fake.in_transaction.value, data, len);
    }
    end_request();
    return is_done;
}

xs_transaction_t
xs_transaction_start(struct xs_handle *xs)
{
    bool is_done = begin_request(xs, FAKE_XS_TRANSACTION_START, "");

    fake.changes_at_start = fake.changes;
    end_request();
    return is_done ? 1 : XBT_NULL;
}

bool
xs_transaction_end(struct xs_handle *xs, xs_transaction_t transaction,
                   bool abort)
{
    bool is_done = begin_request(xs, FAKE_XS_TRANSACTION_END, "");
    struct node *write = &fake.in_transaction;

    (void)transaction;
    if (is_done && !abort && fake.conflicts > 0) {
        fake.conflicts--;
        errno = EAGAIN;
        is_done = false;
    } else if (is_done && !abort && fake.changes != fake.changes_at_start) {
        errno = EAGAIN;
        is_done = false;
    } else if (is_done && !abort && write->path[0] != '\0') {
        count_domain_made(write->path);
        set_node(write->path, write->value, write->len);
    }
    free(write->value);
    *write = (struct node){.len = 0};
    end_request();
    return is_done;
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

/* The test's side. */

void
fake_xs_init(void)
{
    copy_path(fake.folder, "/tmp/fake-xs-XXXXXX");
    const char *folder = mkdtemp(fake.folder);
    assert(folder != NULL);
    (void)snprintf(fake.socket_path, sizeof(fake.socket_path), "%s/socket",
                   folder); /* fits */
    fake.activity = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    /* By that the library finds it. */
    int r = setenv("XENSTORED_PATH", fake.socket_path, 1);
    assert(r == 0);
    lock();
    memset(fake.counts, 0, sizeof(fake.counts));
    fake.domains_made = 0;
    fake.conflicts = 0;
    fake.is_hung = false;
    fake.is_hostile = false;
    fake.is_device = false;
    fake.fail_err = 0;
    fake.change_path[0] = '\0';
    start_daemon();
    unlock();
}

void
fake_xs_fini(void)
{
    lock();
    end_daemon();
    remove_all_nodes();
    unlock();
    fd_close(&fake.activity);
    (void)unlink(fake.socket_path); /* perhaps it has none */
    (void)rmdir(fake.folder);
}

int
fake_xs_activity(void)
{
    return fake.activity;
}

void
fake_xs_take_activity(void)
{
    uint64_t count;

    (void)fd_read(fake.activity, &count, sizeof(count)); /* 0 is fine */
}

unsigned
fake_xs_count(enum fake_xs_call call)
{
    lock();
    unsigned count = fake.counts[call];
    unlock();
    return count;
}

/* Waits until a number that changes under the lock is so large. */
static bool
wait_for(const unsigned *number, unsigned least)
{
    struct timespec end;
    int err = 0;

    (void)clock_gettime(CLOCK_REALTIME, &end); /* cannot fail */
    end.tv_sec += FAKE_XS_WAIT_S;
    lock();
    while (*number < least && err == 0) {
        err = pthread_cond_timedwait(&fake.changed, &fake.lock, &end);
    }
    unlock();
    return err == 0;
}

bool
fake_xs_wait_for_count(enum fake_xs_call call, unsigned count)
{
    return wait_for(&fake.counts[call], count);
}

void
fake_xs_write_bytes(const char *path, const void *bytes, size_t len)
{
    lock();
    set_node(path, bytes, len);
    unlock();
}

void
fake_xs_write(const char *path, const char *value)
{
    fake_xs_write_bytes(path, value, strlen(value));
}

void
fake_xs_remove(const char *path)
{
    lock();
    remove_node(path);
    unlock();
}

void
fake_xs_release_domain(void)
{
    lock();
    fire("@releaseDomain");
    unlock();
}

unsigned
fake_xs_begin_drain(void)
{
    lock();
    fire("@releaseDomain");
    unsigned drain = fake.drains;
    unlock();
    return drain;
}

bool
fake_xs_has_drained(unsigned drain)
{
    lock();
    bool has_drained = fake.drains != drain;
    unlock();
    return has_drained;
}

unsigned
fake_xs_events(void)
{
    lock();
    unsigned events = fake.events;
    unlock();
    return events;
}

bool
fake_xs_has(const char *path, const char *value)
{
    lock();
    const struct node *node = find_node(path);
    bool has = node != NULL && node->len == strlen(value) &&
               (node->len == 0 || memcmp(node->value, value, node->len) == 0);
    unlock();
    return has;
}

bool
fake_xs_exists(const char *path)
{
    lock();
    bool exists = find_node(path) != NULL;
    unlock();
    return exists;
}

bool
fake_xs_is_watched(const char *path)
{
    bool is_watched = false;

    lock();
    const struct xs_handle *xs = fake.client;
    for (size_t i = 0; xs != NULL && !xs->is_dead && i < WATCHES_MAX; i++) {
        is_watched |= strcmp(xs->watches[i].path, path) == 0;
    }
    unlock();
    return is_watched;
}

unsigned
fake_xs_pending_events(void)
{
    const struct event *event;
    unsigned count = 0;

    lock();
    if (fake.client != NULL) {
        TAILQ_FOREACH(event, &fake.client->events, link)
        {
            count++;
        }
    }
    unlock();
    return count;
}

unsigned
fake_xs_domains_made(void)
{
    lock();
    unsigned count = fake.domains_made;
    unlock();
    return count;
}

void
fake_xs_fail(enum fake_xs_call call, const char *path, int err)
{
    lock();
    fake.fail_call = call;
    copy_path(fake.fail_path, path);
    fake.fail_err = err;
    unlock();
}

void
fake_xs_conflict(unsigned count)
{
    lock();
    fake.conflicts = count;
    unlock();
}

void
fake_xs_change_before(enum fake_xs_call call, const char *path,
                      const char *value)
{
    lock();
    fake.change_call = call;
    copy_path(fake.change_path, path);
    fake.change_value = value;
    unlock();
}

void
fake_xs_hang(enum fake_xs_call call)
{
    fake_xs_hang_at(call, "");
}

void
fake_xs_hang_at(enum fake_xs_call call, const char *path)
{
    lock();
    fake.hang_call = call;
    copy_path(fake.hang_path, path);
    fake.is_hung = true;
    unlock();
}

void
fake_xs_go_on(void)
{
    lock();
    fake.is_hung = false;
    (void)pthread_cond_broadcast(&fake.changed); /* cannot fail */
    unlock();
}

unsigned
fake_xs_hanging(void)
{
    lock();
    unsigned count = fake.hanging;
    unlock();
    return count;
}

bool
fake_xs_wait_for_hanging(void)
{
    return wait_for(&fake.hanging, 1);
}

void
fake_xs_die(void)
{
    lock();
    end_daemon();
    unlock();
}

void
fake_xs_restart(void)
{
    lock();
    start_daemon();
    unlock();
}

void
fake_xs_fill_backlog(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int r = 0;

    memcpy(address.sun_path, fake.socket_path, strlen(fake.socket_path));
    while (r == 0) {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        assert(fd >= 0);
        r = connect(fd, (const struct sockaddr *)&address, sizeof(address));
        assert(r == 0 || errno == EAGAIN);
        fd_close(&fd); /* it keeps its place */
    }
}

void
fake_xs_set_hostile(bool closes_at_once)
{
    lock();
    fake.is_hostile = closes_at_once;
    unlock();
}

void
fake_xs_set_device(bool is_device)
{
    lock();
    fake.is_device = is_device;
    if (is_device) {
        fd_close(&fake.listener);
        (void)unlink(fake.socket_path); /* is there */
        /* As good a character device as any. */
        int r = symlink("/dev/null", fake.socket_path);
        assert(r == 0);
    }
    unlock();
}

unsigned
fake_xs_connections(void)
{
    lock();
    unsigned count = fake.connections;
    unlock();
    return count;
}
