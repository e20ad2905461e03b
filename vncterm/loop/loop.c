/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libevent finds out what is ready; the order of the callbacks is ours.
 *
 * libevent's own priorities are strict: while a guest floods us, nothing of a
 * lower priority would ever run, and no frame would be drawn. Here each turn
 * waits once and then handles all that was found, highest priority first. A
 * key waits for at most one callback of each other kind, and so does a frame.
 *
 * libevent's callbacks only put jobs into queues. So anything can be freed in
 * any of our callbacks: it is taken out of its queue and is gone.
 */
#include "loop/loop.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include <sys/queue.h>
#include <sys/time.h>

#include <event2/event.h>

#include "base/log.h"
#include "base/mem.h"

#define US_PER_S 1000000U

/* What watchers, timers and signals have in common; their first member. */
struct job {
    TAILQ_ENTRY(job) link;
    struct job_queue *queue; /* where it waits, or NULL */
    struct loop *loop;
    enum loop_priority priority;
    void (*run)(struct job *job);
};

TAILQ_HEAD(job_queue, job);

struct loop {
    struct event_base *base;
    struct job_queue ready[LOOP_PRIORITIES]; /* to be run in this turn */
    struct job_queue next;                   /* to be run in the next turn */
    enum loop_priority running; /* of the job, or LOOP_PRIORITIES for none */
    size_t jobs;                /* that are not freed */
    bool is_quitting;
    int status;
};

struct loop_fd {
    struct job job;
    struct event *read;
    struct event *write;
    int fd;
    unsigned wanted;
    unsigned ready;
    loop_fd_fn *fn;
    void *data;
};

struct loop_timer {
    struct job job;
    struct event *event;
    bool is_armed;
    loop_fn *fn;
    void *data;
};

struct loop_signal {
    struct job job;
    struct event *event;
    loop_fn *fn;
    void *data;
};

static void
job_init(struct job *job, struct loop *loop, enum loop_priority priority,
         void (*run)(struct job *))
{
    assert(priority < LOOP_PRIORITIES);
    job->loop = loop;
    job->priority = priority;
    job->run = run;
    loop->jobs++;
}

static void
job_unqueue(struct job *job)
{
    if (job->queue != NULL) {
        TAILQ_REMOVE(job->queue, job, link);
        job->queue = NULL;
    }
}

static void
job_queue(struct job *job, struct job_queue *queue)
{
    job_unqueue(job);
    TAILQ_INSERT_TAIL(queue, job, link);
    job->queue = queue;
}

static void
job_is_ready(struct job *job)
{
    if (job->queue == NULL) {
        job_queue(job, &job->loop->ready[job->priority]);
    }
}

static void
job_fini(struct job *job)
{
    job_unqueue(job);
    assert(job->loop->jobs > 0);
    job->loop->jobs--;
}

/*
 * By default libevent prints, and may block on it. What it warns about comes
 * back to us as an error and is reported there; errors end the process.
 */
static void
log_for_libevent(int severity, const char *message)
{
    if (severity >= EVENT_LOG_ERR) {
        log_error("loop: %s", message);
    } else {
        log_debug("loop: %s", message);
    }
}

/* The errno of a libevent call that failed. */
static int
last_error(void)
{
    return errno != 0 ? errno : EIO;
}

static struct event_base *
new_base(void)
{
    struct event_config *config = event_config_new();

    if (config == NULL) {
        errno = ENOMEM;
        return NULL;
    }
    /* With select() or poll() a turn would cost more for each descriptor. */
    int r = event_config_avoid_method(config, "select");
    r |= event_config_avoid_method(config, "poll");
    /*
     * Without the precise timer libevent reads a clock of one tick, up to
     * 10 ms, so that a timer fires early or takes several wakeups.
     */
    r |= event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK |
                                           EVENT_BASE_FLAG_IGNORE_ENV |
                                           EVENT_BASE_FLAG_PRECISE_TIMER);

    errno = r == 0 ? 0 : ENOMEM;
    struct event_base *base =
        r == 0 ? event_base_new_with_config(config) : NULL;
    int saved = errno;
    event_config_free(config);
    errno = saved;
    return base;
}

int
loop_new(struct loop **out)
{
    event_set_log_callback(log_for_libevent);
    struct event_base *base = new_base();

    if (base == NULL) {
        return -last_error();
    }
    struct loop *loop = xcalloc(1, sizeof(*loop));

    loop->base = base;
    loop->running = LOOP_PRIORITIES;
    for (int i = 0; i < LOOP_PRIORITIES; i++) {
        TAILQ_INIT(&loop->ready[i]);
    }
    TAILQ_INIT(&loop->next);
    *out = loop;
    return 0;
}

void
loop_free(struct loop *loop)
{
    if (loop == NULL) {
        return;
    }
    assert(loop->jobs == 0);
    event_base_free(loop->base);
    free(loop);
}

static bool
has_queued_jobs(const struct loop *loop)
{
    for (int i = 0; i < LOOP_PRIORITIES; i++) {
        if (!TAILQ_EMPTY(&loop->ready[i])) {
            return true;
        }
    }
    return !TAILQ_EMPTY(&loop->next);
}

/* Sleeps until something is ready, unless there is something to do already. */
static int
find_ready_jobs(struct loop *loop)
{
    int flags = EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY;

    if (has_queued_jobs(loop)) {
        flags |= EVLOOP_NONBLOCK;
    }
    errno = 0;
    return event_base_loop(loop->base, flags) < 0 ? -last_error() : 0;
}

/* Jobs that were put off come behind those that are ready by now. */
static void
queue_next_jobs(struct loop *loop)
{
    struct job *job;

    while ((job = TAILQ_FIRST(&loop->next)) != NULL) {
        job_queue(job, &loop->ready[job->priority]);
    }
}

static void
run_ready_jobs(struct loop *loop)
{
    for (int i = 0; i < LOOP_PRIORITIES; i++) {
        struct job *job;
        while (!loop->is_quitting &&
               (job = TAILQ_FIRST(&loop->ready[i])) != NULL) {
            job_unqueue(job);
            loop->running = job->priority;
            job->run(job);
        }
    }
    loop->running = LOOP_PRIORITIES;
}

int
loop_run(struct loop *loop)
{
    while (!loop->is_quitting) {
        int r = find_ready_jobs(loop);
        if (r < 0) {
            return r;
        }
        queue_next_jobs(loop);
        run_ready_jobs(loop);
    }
    loop->is_quitting = false;
    return loop->status;
}

void
loop_quit(struct loop *loop, int status)
{
    assert(status >= 0);
    loop->is_quitting = true;
    loop->status = status;
}

uint64_t
loop_now_us(const struct loop *loop)
{
    struct timespec now;

    (void)loop;                                 /* a fake has its own time */
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail */
    return (uint64_t)now.tv_sec * US_PER_S + (uint64_t)now.tv_nsec / 1000;
}

/* Like event_new(), and ends the process when memory is gone. */
static struct event *
new_event(struct loop *loop, int fd, short what, event_callback_fn fn,
          void *data)
{
    struct event *event = event_new(loop->base, fd, what, fn, data);

    if (event == NULL) {
        log_error("loop: cannot allocate an event");
        _Exit(EXIT_FAILURE);
    }
    return event;
}

static void
run_watcher(struct job *job)
{
    struct loop_fd *watcher = (struct loop_fd *)job;
    unsigned events = watcher->ready;

    watcher->ready = 0;
    watcher->fn(watcher->data, events);
}

static void
on_fd_ready(evutil_socket_t fd, short what, void *data)
{
    struct loop_fd *watcher = data;

    (void)fd; /* known to the watcher */
    watcher->ready |= (what & EV_READ) != 0 ? LOOP_READ : LOOP_WRITE;
    job_is_ready(&watcher->job);
}

/*
 * epoll tells what it thinks of a descriptor only when it is given one. Two
 * system calls here let the caller know of a file that cannot be watched.
 */
static int
try_to_watch(struct loop_fd *watcher)
{
    errno = 0;
    if (event_add(watcher->read, NULL) < 0) {
        return -last_error();
    }
    (void)event_del(watcher->read); /* fails only for what was never set up */
    return 0;
}

int
loop_fd_new(struct loop_fd **out, struct loop *loop, int fd,
            enum loop_priority priority, loop_fd_fn *fn, void *data)
{
    if (fd < 0) {
        return -EBADF; /* libevent takes it for an event without one */
    }
    struct loop_fd *watcher = xcalloc(1, sizeof(*watcher));

    job_init(&watcher->job, loop, priority, run_watcher);
    watcher->fd = fd;
    watcher->fn = fn;
    watcher->data = data;
    /* Two events: a change of one is then one epoll_ctl(), and not two. */
    watcher->read =
        new_event(loop, fd, EV_READ | EV_PERSIST, on_fd_ready, watcher);
    watcher->write =
        new_event(loop, fd, EV_WRITE | EV_PERSIST, on_fd_ready, watcher);

    int r = try_to_watch(watcher);
    if (r < 0) {
        loop_fd_free(watcher);
        return r;
    }
    *out = watcher;
    return 0;
}

static void
start_watching(struct loop_fd *watcher, enum loop_events which)
{
    struct event *event = which == LOOP_READ ? watcher->read : watcher->write;

    errno = 0;
    if (event_add(event, NULL) == 0) {
        return;
    }
    log_error_errno(last_error(), "loop: cannot watch descriptor %d",
                    watcher->fd);
    /* The owner's next read or write then meets the error. */
    watcher->ready |= which;
    job_queue(&watcher->job, &watcher->job.loop->next);
}

void
loop_fd_want(struct loop_fd *watcher, unsigned events)
{
    unsigned added = events & ~watcher->wanted;
    unsigned removed = watcher->wanted & ~events;

    assert((events & ~(unsigned)(LOOP_READ | LOOP_WRITE)) == 0);
    watcher->wanted = events;
    if ((added & LOOP_READ) != 0) {
        start_watching(watcher, LOOP_READ);
    }
    if ((added & LOOP_WRITE) != 0) {
        start_watching(watcher, LOOP_WRITE);
    }
    /* event_del() fails only for what was never set up. */
    if ((removed & LOOP_READ) != 0) {
        (void)event_del(watcher->read);
    }
    if ((removed & LOOP_WRITE) != 0) {
        (void)event_del(watcher->write);
    }

    watcher->ready &= events;
    if (watcher->ready == 0) {
        job_unqueue(&watcher->job);
    }
}

void
loop_fd_free(struct loop_fd *watcher)
{
    if (watcher == NULL) {
        return;
    }
    job_fini(&watcher->job);
    event_free(watcher->read);
    event_free(watcher->write);
    free(watcher);
}

static void
run_timer(struct job *job)
{
    struct loop_timer *timer = (struct loop_timer *)job;

    timer->is_armed = false;
    timer->fn(timer->data);
}

static void
on_timer_due(evutil_socket_t fd, short what, void *data)
{
    struct loop_timer *timer = data;

    (void)fd; /* none */
    (void)what;
    job_is_ready(&timer->job);
}

void
loop_timer_new(struct loop_timer **out, struct loop *loop,
               enum loop_priority priority, loop_fn *fn, void *data)
{
    struct loop_timer *timer = xcalloc(1, sizeof(*timer));

    job_init(&timer->job, loop, priority, run_timer);
    timer->event = new_event(loop, -1, 0, on_timer_due, timer);
    timer->fn = fn;
    timer->data = data;
    *out = timer;
}

/*
 * Jobs of a lower priority than the one that runs are still to come in this
 * turn; the others wait for the next one, so that a turn has an end.
 */
static struct job_queue *
soonest_queue(const struct job *job)
{
    struct loop *loop = job->loop;

    return job->priority > loop->running ? &loop->ready[job->priority]
                                         : &loop->next;
}

void
loop_timer_arm(struct loop_timer *timer, uint64_t delay_us)
{
    struct timeval delay = {
        .tv_sec = (time_t)(delay_us / US_PER_S),
        .tv_usec = (suseconds_t)(delay_us % US_PER_S),
    };

    loop_timer_disarm(timer);
    timer->is_armed = true;
    if (delay_us == 0) {
        job_queue(&timer->job, soonest_queue(&timer->job));
    } else if (event_add(timer->event, &delay) < 0) {
        log_error("loop: cannot allocate a timer");
        _Exit(EXIT_FAILURE);
    }
}

void
loop_timer_disarm(struct loop_timer *timer)
{
    if (!timer->is_armed) {
        return;
    }
    timer->is_armed = false;
    job_unqueue(&timer->job);
    (void)event_del(timer->event); /* fails only for what was never set up */
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
    job_fini(&timer->job);
    event_free(timer->event);
    free(timer);
}

static void
run_signal(struct job *job)
{
    struct loop_signal *sig = (struct loop_signal *)job;

    sig->fn(sig->data);
}

static void
on_signal(evutil_socket_t signo, short what, void *data)
{
    struct loop_signal *sig = data;

    (void)signo; /* known to the owner */
    (void)what;
    job_is_ready(&sig->job);
}

int
loop_signal_new(struct loop_signal **out, struct loop *loop, int signo,
                loop_fn *fn, void *data)
{
    if (signo < 1 || signo >= NSIG) {
        return -EINVAL;
    }
    struct loop_signal *sig = xcalloc(1, sizeof(*sig));

    job_init(&sig->job, loop, LOOP_PRIORITY_VIEWER, run_signal);
    sig->event = new_event(loop, signo, EV_SIGNAL | EV_PERSIST, on_signal, sig);
    sig->fn = fn;
    sig->data = data;

    errno = 0;
    if (event_add(sig->event, NULL) < 0) {
        int r = -last_error();
        loop_signal_free(sig);
        return r;
    }
    *out = sig;
    return 0;
}

void
loop_signal_free(struct loop_signal *sig)
{
    if (sig == NULL) {
        return;
    }
    job_fini(&sig->job);
    event_free(sig->event);
    free(sig);
}
