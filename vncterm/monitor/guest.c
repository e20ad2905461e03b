/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "monitor/guest.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/mem.h"
#include "monitor/pty.h"

enum {
    PATH_SIZE = 256, /* a longer path is no pty's, cut or not */
    QUOTE_MAX = 128,
};

struct guest {
    struct loop *loop;
    const struct guest_handler *handler;
    void *data;

    char wanted[PATH_SIZE]; /* what the store named last; hostile */
    char joined[PATH_SIZE]; /* what was joined last */
    bool is_joined;
    bool is_removed;
    bool is_over; /* on_end was called */
    uint64_t joined_us;
    struct loop_timer *join_timer;
    struct loop_timer *end_timer;
    struct log_limit refuse_limit;
    struct log_limit join_limit;
};

static void
refuse(struct guest *g, int err)
{
    char quoted[QUOTE_MAX];

    if (!log_limit_allows(&g->refuse_limit, loop_now_us(g->loop))) {
        return;
    }
    log_escape(quoted, sizeof(quoted), g->wanted, strlen(g->wanted));
    if (err == EINVAL) {
        log_warning("console: refused the tty \"%s\": it is no /dev/pts/N",
                    quoted);
    } else {
        log_warning_errno(err, "console: cannot join %s", quoted);
    }
}

static void
join(void *data)
{
    struct guest *g = data;
    int fd = pty_open_slave(g->wanted);

    loop_timer_disarm(g->join_timer);
    g->joined_us = loop_now_us(g->loop);
    if (fd < 0) {
        refuse(g, -fd);
        return;
    }
    memcpy(g->joined, g->wanted, sizeof(g->joined));
    if (log_limit_allows(&g->join_limit, g->joined_us)) {
        log_info("console: joined %s", g->joined);
    }
    g->is_joined = true;
    g->handler->on_join(g->data, fd);
    fd_close(&fd);
}

void
guest_set_tty(struct guest *g, const char *path)
{
    uint64_t now_us = loop_now_us(g->loop);

    g->is_removed = false;
    g->is_over = false;
    loop_timer_disarm(g->end_timer);
    (void)snprintf(g->wanted, sizeof(g->wanted), "%s", path); /* may be cut */
    if (g->joined_us == 0 || now_us - g->joined_us >= GUEST_JOIN_US) {
        join(g);
    } else if (!loop_timer_is_armed(g->join_timer)) {
        loop_timer_arm(g->join_timer, GUEST_JOIN_US);
    }
}

static void
end(void *data)
{
    struct guest *g = data;

    loop_timer_disarm(g->end_timer);
    if (!g->is_over) {
        g->is_over = true;
        log_info("console: the guest has ended");
        g->handler->on_end(g->data);
    }
}

void
guest_removed(struct guest *g)
{
    if (g->is_removed) {
        return;
    }
    g->is_removed = true;
    /* Later its name may be another program's. */
    loop_timer_disarm(g->join_timer);
    if (g->is_joined) {
        loop_timer_arm(g->end_timer, GUEST_DRAIN_US);
    } else {
        end(g);
    }
}

void
guest_hung_up(struct guest *g)
{
    g->is_joined = false;
    if (g->is_removed) {
        end(g);
    } else if (log_limit_allows(&g->join_limit, loop_now_us(g->loop))) {
        log_info("console: %s hung up; waiting for another tty", g->joined);
    }
}

void
guest_new(struct guest **out, struct loop *loop,
          const struct guest_handler *handler, void *data)
{
    struct guest *g = xcalloc(1, sizeof(*g));

    g->loop = loop;
    g->handler = handler;
    g->data = data;
    loop_timer_new(&g->join_timer, loop, LOOP_PRIORITY_GUEST, join, g);
    loop_timer_new(&g->end_timer, loop, LOOP_PRIORITY_GUEST, end, g);
    *out = g;
}

void
guest_free(struct guest *g)
{
    if (g == NULL) {
        return;
    }
    loop_timer_free(g->end_timer);
    loop_timer_free(g->join_timer);
    free(g);
}
