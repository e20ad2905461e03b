/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/accept.h"

#include <assert.h>
#include <errno.h>

#include "base/fd.h"
#include "base/listen.h"
#include "base/log.h"
#include "vnc/viewer.h"
#include "vnc/vnc.h"
#include "vnc/vnc_internal.h"

static void
listen_to_all(struct vnc *v, unsigned events)
{
    for (int i = 0; i < v->listener_count; i++) {
        loop_fd_want(v->listeners[i].watcher, events);
    }
}

/* A connection that waits would wake us for ever while we cannot take it. */
static void
pause_accepting(struct vnc *v, int error)
{
    listen_to_all(v, 0);
    loop_timer_arm(v->accepting, VNC_ACCEPT_RETRY_US);
    if (log_limit_allows(&v->accept_limit, loop_now_us(v->loop))) {
        log_warning_errno(error, "vnc: cannot accept a viewer");
    }
}

void
accept_resume(struct vnc *v)
{
    if (loop_timer_is_armed(v->accepting)) {
        loop_timer_disarm(v->accepting);
        listen_to_all(v, LOOP_READ);
    }
}

static void
on_accepting(void *data)
{
    struct vnc *v = data;

    listen_to_all(v, LOOP_READ);
}

static void
on_connection(void *data, unsigned events)
{
    struct vnc_listener *listener = data;
    struct vnc *v = listener->vnc;

    (void)events; /* only reading was asked for */
    for (int i = 0; i < VNC_ACCEPTS_PER_TURN; i++) {
        int fd = listen_accept(listener->fd);
        if (fd >= 0) {
            vnc_adopt(v, fd);
        } else if (fd == -EAGAIN) {
            break;
        } else if (fd != -ECONNABORTED) {
            pause_accepting(v, -fd);
            break;
        }
    }
    vnc_tell_wanted(v);
}

/* Armed only while somebody is half-open. */
static void
set_deadline(struct vnc *v)
{
    if (v->half_open_count == 0) {
        loop_timer_disarm(v->deadline);
        return;
    }
    uint64_t now_us = loop_now_us(v->loop);
    uint64_t due_us = v->half_open[0]->accepted_us + VNC_HANDSHAKE_US;

    loop_timer_arm(v->deadline, due_us > now_us ? due_us - now_us : 0);
}

static void
on_deadline(void *data)
{
    struct vnc *v = data;
    uint64_t now_us = loop_now_us(v->loop);

    while (v->half_open_count > 0 &&
           now_us - v->half_open[0]->accepted_us >= VNC_HANDSHAKE_US) {
        viewer_close(v->half_open[0]);
    }
    set_deadline(v);
}

int
accept_begin(struct vnc *v, const int *listeners, int count)
{
    assert(count >= 0 && count <= VNC_LISTENERS_MAX);
    loop_timer_new(&v->deadline, v->loop, LOOP_PRIORITY_VIEWER, on_deadline, v);
    loop_timer_new(&v->accepting, v->loop, LOOP_PRIORITY_VIEWER, on_accepting,
                   v);
    for (int i = 0; i < count; i++) {
        struct vnc_listener *listener = &v->listeners[i];
        listener->vnc = v;
        listener->fd = listeners[i];
        int r = loop_fd_new(&listener->watcher, v->loop, listener->fd,
                            LOOP_PRIORITY_VIEWER, on_connection, listener);
        if (r < 0) {
            return r;
        }
        v->listener_count++;
    }
    listen_to_all(v, LOOP_READ);
    return 0;
}

void
accept_end(struct vnc *v)
{
    for (int i = 0; i < v->listener_count; i++) {
        loop_fd_free(v->listeners[i].watcher);
    }
    accept_free_closed(v);
    for (int i = 0; i < v->half_open_count; i++) {
        viewer_free(v->half_open[i]);
    }
    loop_timer_free(v->deadline);
    loop_timer_free(v->accepting);
}

void
accept_forget(struct vnc *v, struct viewer *viewer)
{
    int kept = 0;

    for (int i = 0; i < v->half_open_count; i++) {
        if (v->half_open[i] != viewer) {
            v->half_open[kept] = v->half_open[i];
            kept++;
        }
    }
    v->half_open_count = kept;
    if (v->half_open_count == 0) {
        loop_timer_disarm(v->deadline);
    }
}

void
accept_keep_closed(struct vnc *v, struct viewer *viewer)
{
    viewer->next_closed = v->closed;
    v->closed = viewer;
}

void
accept_free_closed(struct vnc *v)
{
    while (v->closed != NULL) {
        struct viewer *viewer = v->closed;
        v->closed = viewer->next_closed;
        viewer_free(viewer);
    }
}

void
vnc_adopt(struct vnc *v, int fd)
{
    struct viewer *viewer;

    if (v->half_open_count == VNC_HALF_OPEN_MAX) {
        viewer_close(v->half_open[0]);
    }
    int r = viewer_new(&viewer, v, fd);
    if (r < 0) {
        fd_close(&fd);
        if (log_limit_allows(&v->accept_limit, loop_now_us(v->loop))) {
            log_warning_errno(-r, "vnc: cannot serve a viewer");
        }
        return;
    }
    v->half_open[v->half_open_count] = viewer;
    v->half_open_count++;
    if (v->half_open_count == 1) {
        set_deadline(v);
    }
    viewer_advance(viewer);
}
