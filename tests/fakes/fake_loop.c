/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fakes/fake_loop.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include <sys/queue.h>

#include "base/mem.h"

/* A timer that arms itself with no delay, for ever, is a bug to be shown. */
#define FIRINGS_MAX 1000000

struct loop_fd {
    TAILQ_ENTRY(loop_fd) link;
    struct loop *loop;
    int fd;
    enum loop_priority priority;
    unsigned wanted;
    unsigned ready;
    loop_fd_fn *fn;
    void *data;
};

struct loop_timer {
    TAILQ_ENTRY(loop_timer) link;
    struct loop *loop;
    enum loop_priority priority;
    bool is_armed;
    uint64_t due_us;
    uint64_t order; /* of arming */
    loop_fn *fn;
    void *data;
};

struct loop_signal {
    TAILQ_ENTRY(loop_signal) link;
    struct loop *loop;
    int signo;
    bool is_pending;
    loop_fn *fn;
    void *data;
};

TAILQ_HEAD(watcher_list, loop_fd);
TAILQ_HEAD(timer_list, loop_timer);
TAILQ_HEAD(signal_list, loop_signal);

struct loop {
    uint64_t now_us;
    uint64_t armings;
    struct watcher_list watchers;
    struct timer_list timers;
    struct signal_list signals;
    bool has_quit;
    int status;
};

void
fake_loop_new(struct loop **out)
{
    struct loop *loop = xcalloc(1, sizeof(*loop));

    loop->now_us = FAKE_LOOP_START_US;
    TAILQ_INIT(&loop->watchers);
    TAILQ_INIT(&loop->timers);
    TAILQ_INIT(&loop->signals);
    *out = loop;
}

int
loop_new(struct loop **out)
{
    fake_loop_new(out);
    return 0;
}

void
loop_free(struct loop *loop)
{
    if (loop == NULL) {
        return;
    }
    assert(TAILQ_EMPTY(&loop->watchers));
    assert(TAILQ_EMPTY(&loop->timers));
    assert(TAILQ_EMPTY(&loop->signals));
    free(loop);
}

void
loop_quit(struct loop *loop, int status)
{
    assert(status >= 0);
    loop->has_quit = true;
    loop->status = status;
}

bool
fake_loop_has_quit(const struct loop *loop, int *status)
{
    if (loop->has_quit) {
        *status = loop->status;
    }
    return loop->has_quit;
}

uint64_t
loop_now_us(const struct loop *loop)
{
    return loop->now_us;
}

int
loop_fd_new(struct loop_fd **out, struct loop *loop, int fd,
            enum loop_priority priority, loop_fd_fn *fn, void *data)
{
    if (fd < 0) {
        return -EBADF;
    }
    struct loop_fd *watcher = xcalloc(1, sizeof(*watcher));

    watcher->loop = loop;
    watcher->fd = fd;
    watcher->priority = priority;
    watcher->fn = fn;
    watcher->data = data;
    TAILQ_INSERT_TAIL(&loop->watchers, watcher, link);
    *out = watcher;
    return 0;
}

void
loop_fd_want(struct loop_fd *watcher, unsigned events)
{
    assert((events & ~(unsigned)(LOOP_READ | LOOP_WRITE)) == 0);
    watcher->wanted = events;
    watcher->ready &= events;
}

void
loop_fd_free(struct loop_fd *watcher)
{
    if (watcher == NULL) {
        return;
    }
    TAILQ_REMOVE(&watcher->loop->watchers, watcher, link);
    free(watcher);
}

unsigned
fake_loop_wanted(const struct loop *loop, int fd)
{
    const struct loop_fd *watcher;
    unsigned wanted = 0;

    TAILQ_FOREACH(watcher, &loop->watchers, link)
    {
        wanted |= watcher->fd == fd ? watcher->wanted : 0;
    }
    return wanted;
}

static struct loop_fd *
first_ready_watcher(struct loop *loop)
{
    struct loop_fd *first = NULL;
    struct loop_fd *watcher;

    TAILQ_FOREACH(watcher, &loop->watchers, link)
    {
        bool is_before = first == NULL || watcher->priority < first->priority;
        if (watcher->ready != 0 && is_before) {
            first = watcher;
        }
    }
    return first;
}

void
fake_loop_ready(struct loop *loop, int fd, unsigned events)
{
    struct loop_fd *watcher;

    TAILQ_FOREACH(watcher, &loop->watchers, link)
    {
        watcher->ready = watcher->fd == fd ? watcher->wanted & events : 0;
    }
    /* Looked for again each time, because a callback may free any of them. */
    while ((watcher = first_ready_watcher(loop)) != NULL) {
        unsigned ready = watcher->ready;
        watcher->ready = 0;
        watcher->fn(watcher->data, ready);
    }
}

void
loop_timer_new(struct loop_timer **out, struct loop *loop,
               enum loop_priority priority, loop_fn *fn, void *data)
{
    struct loop_timer *timer = xcalloc(1, sizeof(*timer));

    timer->loop = loop;
    timer->priority = priority;
    timer->fn = fn;
    timer->data = data;
    TAILQ_INSERT_TAIL(&loop->timers, timer, link);
    *out = timer;
}

void
loop_timer_arm(struct loop_timer *timer, uint64_t delay_us)
{
    uint64_t now_us = timer->loop->now_us;

    timer->is_armed = true;
    timer->due_us =
        delay_us > UINT64_MAX - now_us ? UINT64_MAX : now_us + delay_us;
    timer->order = timer->loop->armings++;
}

void
loop_timer_disarm(struct loop_timer *timer)
{
    timer->is_armed = false;
}

bool
loop_timer_is_armed(const struct loop_timer *timer)
{
    return timer->is_armed;
}

void
loop_timer_free(struct loop_timer *timer)
{
    if (timer == NULL) {
        return;
    }
    TAILQ_REMOVE(&timer->loop->timers, timer, link);
    free(timer);
}

unsigned
fake_loop_count_armed(const struct loop *loop)
{
    const struct loop_timer *timer;
    unsigned count = 0;

    TAILQ_FOREACH(timer, &loop->timers, link)
    {
        count += timer->is_armed ? 1 : 0;
    }
    return count;
}

static bool
fires_before(const struct loop_timer *a, const struct loop_timer *b)
{
    if (a->due_us != b->due_us) {
        return a->due_us < b->due_us;
    }
    if (a->priority != b->priority) {
        return a->priority < b->priority;
    }
    return a->order < b->order;
}

/* The timer to fire next, or NULL when none is armed. */
static struct loop_timer *
first_timer(struct loop *loop)
{
    struct loop_timer *first = NULL;
    struct loop_timer *timer;

    TAILQ_FOREACH(timer, &loop->timers, link)
    {
        bool is_before = first == NULL || fires_before(timer, first);
        if (timer->is_armed && is_before) {
            first = timer;
        }
    }
    return first;
}

static void
fire(struct loop_timer *timer)
{
    if (timer->due_us > timer->loop->now_us) {
        timer->loop->now_us = timer->due_us;
    }
    timer->is_armed = false;
    timer->fn(timer->data);
}

void
fake_loop_advance_us(struct loop *loop, uint64_t us)
{
    uint64_t end_us = loop->now_us + us;
    struct loop_timer *timer;

    for (int firings = 0; (timer = first_timer(loop)) != NULL; firings++) {
        assert(firings < FIRINGS_MAX);
        if (timer->due_us > end_us) {
            break;
        }
        fire(timer);
    }
    loop->now_us = end_us;
}

void
fake_loop_run_pending(struct loop *loop)
{
    fake_loop_advance_us(loop, 0);
}

/* Fires timers, in order, until loop_quit() or until none is left. */
int
loop_run(struct loop *loop)
{
    struct loop_timer *timer;

    for (int firings = 0; !loop->has_quit; firings++) {
        assert(firings < FIRINGS_MAX);
        timer = first_timer(loop);
        if (timer == NULL) {
            return -EDEADLK;
        }
        fire(timer);
    }
    loop->has_quit = false;
    return loop->status;
}

int
loop_signal_new(struct loop_signal **out, struct loop *loop, int signo,
                loop_fn *fn, void *data)
{
    if (signo < 1 || signo >= NSIG) {
        return -EINVAL;
    }
    struct loop_signal *sig = xcalloc(1, sizeof(*sig));

    sig->loop = loop;
    sig->signo = signo;
    sig->fn = fn;
    sig->data = data;
    TAILQ_INSERT_TAIL(&loop->signals, sig, link);
    *out = sig;
    return 0;
}

void
loop_signal_free(struct loop_signal *sig)
{
    if (sig == NULL) {
        return;
    }
    TAILQ_REMOVE(&sig->loop->signals, sig, link);
    free(sig);
}

static struct loop_signal *
first_pending_signal(struct loop *loop)
{
    struct loop_signal *sig;

    TAILQ_FOREACH(sig, &loop->signals, link)
    {
        if (sig->is_pending) {
            return sig;
        }
    }
    return NULL;
}

void
fake_loop_signal(struct loop *loop, int signo)
{
    struct loop_signal *sig;

    TAILQ_FOREACH(sig, &loop->signals, link)
    {
        sig->is_pending = sig->signo == signo;
    }
    while ((sig = first_pending_signal(loop)) != NULL) {
        sig->is_pending = false;
        sig->fn(sig->data);
    }
}
