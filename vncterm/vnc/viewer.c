/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/viewer.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/mem.h"
#include "vnc/viewer_clipboard.h"
#include "vnc/vnc.h"
#include "vnc/vnc_internal.h"
#include "vnc/wire.h"

enum {
    /* What is read in one turn may start with the end of a long message. */
    IN_MAX = MESSAGE_SIZE_MAX + VNC_INPUT_SIZE,
    /* One update, one clipboard with CR LF for each LF, and small change. */
    OUT_MAX = LIBRARY_UPDATE_MAX + 2 * VNC_CUT_TEXT_MAX + (64 << 10),
    /* Megabytes into the buffers of many sockets would hold up the others. */
    WRITE_MAX = 64 << 10,
    /* Name, bell and clipboard at most go out before an update. */
    ROUNDS_MAX = 4,
};

static void on_ready(void *data, unsigned events);

bool
viewer_may_say(struct viewer *v)
{
    return log_limit_allows(&v->vnc->peer_limit, loop_now_us(v->vnc->loop));
}

/* Appends; a peer for which this fails is closed. */
static void
push(struct viewer *v, const void *data, size_t len)
{
    if (v->state != VIEWER_CLOSED && bytes_push(&v->out, data, len) < 0) {
        viewer_close(v);
    }
}

int
viewer_new(struct viewer **out, struct vnc *vnc, int fd)
{
    struct viewer *v = xcalloc(1, sizeof(*v));
    struct handshake_reply greeting;
    uint8_t challenge[HANDSHAKE_CHALLENGE_SIZE];
    int one = 1;

    v->vnc = vnc;
    v->state = VIEWER_HANDSHAKE;
    v->slot = VIEWER_NO_SLOT;
    v->fd = fd;
    v->accepted_us = loop_now_us(vnc->loop);
    bytes_init(&v->in, IN_MAX);
    bytes_init(&v->out, OUT_MAX);
    flow_init(&v->flow);
    clipboard_init(&v->clipboard);
    bytes_init(&v->late_cut_text, VNC_CUT_TEXT_MAX);
    int r = loop_fd_new(&v->watcher, vnc->loop, fd, LOOP_PRIORITY_VIEWER,
                        on_ready, v);
    if (r < 0) {
        goto fail;
    }
    /* Fails for unix sockets, which have no delay to turn off. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (vnc->has_password) {
        r = password_make_challenge(challenge);
        if (r < 0) {
            goto fail;
        }
    }
    handshake_begin(&v->handshake, vnc->rfb,
                    vnc->has_password ? challenge : NULL, &greeting);
    r = bytes_push(&v->out, greeting.data, greeting.len);
    if (r < 0) {
        goto fail;
    }
    *out = v;
    return 0;

fail:
    v->fd = -1; /* stays the caller's */
    viewer_free(v);
    return r;
}

static void
close_descriptor(struct viewer *v)
{
    loop_fd_free(v->watcher);
    v->watcher = NULL;
    fd_close(&v->fd);
    v->state = VIEWER_CLOSED;
}

void
viewer_free(struct viewer *v)
{
    if (v == NULL) {
        return;
    }
    close_descriptor(v);
    library_client_free(v->client);
    bytes_fini(&v->in);
    bytes_fini(&v->out);
    flow_fini(&v->flow);
    clipboard_fini(&v->clipboard);
    bytes_fini(&v->late_cut_text);
    free(v);
}

void
viewer_close(struct viewer *v)
{
    if (v->state == VIEWER_CLOSED) {
        return;
    }
    close_descriptor(v);
    vnc_is_closed(v->vnc, v);
}

/* Else it is looked at again when it may. */
static bool
may_be_read(struct viewer *v)
{
    if (v->state != VIEWER_ACTIVE) {
        return true;
    }
    uint64_t from_us = share_from_us(&v->vnc->shares[v->slot]);
    if (loop_now_us(v->vnc->loop) >= from_us) {
        return true;
    }
    vnc_advance_at(v->vnc, from_us);
    return false;
}

static void
watch(struct viewer *v)
{
    unsigned wanted = may_be_read(v) ? LOOP_READ : 0U;

    wanted |= bytes_len(&v->out) > 0 ? LOOP_WRITE : 0U;
    if (wanted != v->wanted) {
        v->wanted = wanted;
        loop_fd_want(v->watcher, wanted);
    }
}

/* Writes what the socket takes in one go, or a part of it. */
static void
write_out(struct viewer *v)
{
    size_t len = bytes_len(&v->out);
    ssize_t count;

    if (len == 0) {
        return;
    }
    len = len < WRITE_MAX ? len : WRITE_MAX;
    do {
        count =
            send(v->fd, bytes_peek(&v->out), len, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    if (count > 0) {
        bytes_drop(&v->out, (size_t)count);
        v->progress_us = loop_now_us(v->vnc->loop);
    } else if (errno != EAGAIN) {
        viewer_close(v); /* the peer is gone; the end of reading says so too */
    }
}

static bool
is_asking(const struct viewer *v)
{
    return flow_allows_update(&v->flow) &&
           (!rect_is_empty(v->changes) || !rect_is_empty(v->repaint) ||
            v->flow.is_continuous || library_client_is_waiting(v->client));
}

/* DesktopName: an update of one pseudo-rectangle. */
static void
push_name(struct viewer *v)
{
    enum {
        UPDATE_HEADER = 4,
        RECT_HEADER = 12,
        ENCODING_DESKTOP_NAME = -307,
    };
    const char *name = v->vnc->name;
    uint32_t len = (uint32_t)strlen(name);
    uint8_t header[UPDATE_HEADER + RECT_HEADER + 4] = {0};

    wire_put_u16(header + 2, 1);
    wire_put_u32(header + UPDATE_HEADER + 8, (uint32_t)ENCODING_DESKTOP_NAME);
    wire_put_u32(header + UPDATE_HEADER + RECT_HEADER, len);
    push(v, header, sizeof(header));
    push(v, name, len);
    v->owes_name = false;
}

/* Tells the library what the viewer has said last. */
static int
apply_settings(struct viewer *v)
{
    int r = 0;

    if (v->has_format) {
        v->has_format = false;
        r = library_client_feed(v->client, v->format, sizeof(v->format),
                                &v->out);
    }
    if (r == 0 && v->has_encodings) {
        v->has_encodings = false;
        r = library_client_feed(v->client, v->encodings.message,
                                v->encodings.message_len, &v->out);
    }
    return r;
}

/*
 * Has the library make an update, asked for or continuous. A request of ours
 * that there is nothing for must not be found when the viewer goes back to its
 * own.
 */
static int
encode_update(struct viewer *v)
{
    bool is_asked = library_client_is_waiting(v->client);
    size_t before = bytes_len(&v->out);

    if (v->flow.is_continuous) {
        library_client_request(v->client, v->flow.area,
                               LIBRARY_REQUEST_CHANGES);
    }
    int r = library_client_update(v->client, &v->out);
    if (!is_asked && r == 0) {
        library_client_forget_requests(v->client);
    }
    if (r == 0 && bytes_len(&v->out) > before) {
        r = flow_end_update(&v->flow, &v->out);
    }
    return r;
}

/* Makes an update, if it may be and there is something to send. */
static int
make_update(struct viewer *v)
{
    uint64_t now_us = loop_now_us(v->vnc->loop);
    uint64_t *from_us = &v->vnc->repaint_from_us[v->slot];
    bool repaints = false;

    if (!flow_allows_update(&v->flow)) {
        return 0;
    }
    if (!rect_is_empty(v->changes)) {
        library_client_request(v->client, v->changes, LIBRARY_REQUEST_CHANGES);
        v->changes = (struct rect){0};
    }
    if (!rect_is_empty(v->repaint)) {
        repaints = now_us >= *from_us;
        if (repaints) {
            library_client_request(v->client, v->repaint, LIBRARY_REQUEST_ALL);
            v->repaint = (struct rect){0};
        } else {
            vnc_advance_at(v->vnc, *from_us);
        }
    }
    if (v->vnc->is_undrawn ||
        (!v->flow.is_continuous && !library_client_is_waiting(v->client))) {
        return 0;
    }
    if (repaints) {
        v->vnc->handler->on_repaint(v->vnc->data);
    }
    int r = encode_update(v);
    if (repaints) {
        uint64_t end_us = loop_now_us(v->vnc->loop);
        uint64_t pause_us = VIEWER_REPAINT_SHARE * (uint64_t)v->vnc->viewers *
                            (end_us - now_us);
        *from_us = end_us + (pause_us > VIEWER_REPAINT_US ? pause_us
                                                          : VIEWER_REPAINT_US);
    }
    return r;
}

/* Queues what is owed; `out` is empty before. */
static void
produce(struct viewer *v)
{
    static const uint8_t bell = 2;

    int r = flow_push(&v->flow, &v->out);
    if (r == 0) {
        r = apply_settings(v);
    }
    if (v->owes_bell) {
        v->owes_bell = false;
        push(v, &bell, sizeof(bell));
    }
    if (r == 0) {
        r = clipboard_push(&v->clipboard, &v->out);
    }
    if (r == 0 && v->owes_name && is_asking(v)) {
        push_name(v);
    }
    if (r == 0) {
        r = make_update(v);
    }
    if (r < 0) {
        if (viewer_may_say(v)) {
            log_warning_errno(-r, "vnc: viewer %d closed: cannot be served",
                              v->slot);
        }
        viewer_close(v);
    }
}

void
viewer_advance(struct viewer *v)
{
    for (int round = 0; round < ROUNDS_MAX; round++) {
        write_out(v);
        if (v->state != VIEWER_ACTIVE || bytes_len(&v->out) > 0) {
            break;
        }
        produce(v);
        if (v->state == VIEWER_CLOSED || bytes_len(&v->out) == 0) {
            break;
        }
        v->progress_us = loop_now_us(v->vnc->loop);
    }
    if (v->state != VIEWER_CLOSED) {
        watch(v);
    }
}

bool
viewer_wants_frame(const struct viewer *v)
{
    return v->state == VIEWER_ACTIVE && bytes_len(&v->out) == 0 &&
           flow_allows_update(&v->flow) &&
           (v->flow.is_continuous || library_client_is_waiting(v->client));
}

bool
viewer_is_behind(const struct viewer *v)
{
    return v->state == VIEWER_ACTIVE &&
           (bytes_len(&v->out) > 0 || library_client_is_behind(v->client));
}

uint64_t
viewer_stalled_us(const struct viewer *v, uint64_t now_us)
{
    return bytes_len(&v->out) == 0 ? 0 : now_us - v->progress_us;
}

static struct rect
surrounding(struct rect a, struct rect b)
{
    if (rect_is_empty(a) || rect_is_empty(b)) {
        return rect_is_empty(a) ? b : a;
    }
    int x = a.x < b.x ? a.x : b.x;
    int y = a.y < b.y ? a.y : b.y;
    int x_end = a.x + a.width > b.x + b.width ? a.x + a.width : b.x + b.width;
    int y_end =
        a.y + a.height > b.y + b.height ? a.y + a.height : b.y + b.height;
    return (struct rect){
        .x = x, .y = y, .width = x_end - x, .height = y_end - y};
}

static void
take_request(struct viewer *v, const struct message *m)
{
    if (m->request.is_incremental && v->flow.is_continuous) {
        return; /* it is sent them anyway */
    }
    if (m->request.is_incremental && v->has_asked) {
        v->changes = surrounding(v->changes, m->request.area);
    } else {
        v->repaint = surrounding(v->repaint, m->request.area);
    }
    v->has_asked = true;
}

static void
take_encodings(struct viewer *v, const struct message *m)
{
    bool had_name = v->encodings.has_desktop_name;

    encodings_choose(m->encodings.list, m->encodings.count, v->vnc->dialect,
                     &v->encodings);
    if (v->vnc->is_view_only) {
        v->encodings.has_extended_clipboard = false;
    }
    v->has_encodings = true;
    flow_set_encodings(&v->flow, v->encodings.has_fence,
                       v->encodings.has_continuous);
    clipboard_set_extended(&v->clipboard, v->encodings.has_extended_clipboard);
    if (!v->encodings.has_desktop_name) {
        v->owes_name = false;
    } else if (!had_name) {
        v->owes_name = true;
    }
}

static void
take_pointer(struct viewer *v, const struct message *m)
{
    struct vnc *vnc = v->vnc;
    int x = min_int(m->pointer.x, vnc->size.width - 1);
    int y = min_int(m->pointer.y, vnc->size.height - 1);

    if (library_client_move_pointer(v->client, x, y)) {
        vnc_advance_at(vnc, loop_now_us(vnc->loop));
    }
    vnc->handler->on_pointer(vnc->data, (unsigned)v->slot, x, y,
                             m->pointer.buttons);
}

static void
take_fence(struct viewer *v, const struct message *m)
{
    int r = flow_take_fence(&v->flow, m->fence.flags, m->fence.payload,
                            m->fence.len);

    if (r < 0) {
        if (viewer_may_say(v)) {
            log_warning_errno(
                -r, "vnc: viewer %d closed: asks for fences and takes none",
                v->slot);
        }
        viewer_close(v);
    }
}

/* What acts upon the terminal, and does nothing for who may only see it. */
static void
take_input_message(struct viewer *v, const struct message *m)
{
    struct vnc *vnc = v->vnc;

    if (vnc->is_view_only) {
        return;
    }
    switch (m->type) {
    case MESSAGE_KEY:
        vnc->handler->on_key(vnc->data, (unsigned)v->slot, m->key.keysym,
                             m->key.is_down);
        break;
    case MESSAGE_POINTER:
        take_pointer(v, m);
        break;
    case MESSAGE_CUT_TEXT:
        viewer_take_cut_text(v, m);
        break;
    case MESSAGE_CUT_TEXT_TOO_LONG:
        viewer_swallow_cut_text(v, m);
        break;
    case MESSAGE_EXTENDED_CUT_TEXT:
        viewer_take_extended_cut_text(v, m);
        break;
    case MESSAGE_IGNORED:
    case MESSAGE_SET_FORMAT:
    case MESSAGE_SET_ENCODINGS:
    case MESSAGE_UPDATE_REQUEST:
    case MESSAGE_SET_DESKTOP_SIZE:
    case MESSAGE_FENCE:
    case MESSAGE_CONTINUOUS:
        break;
    }
}

static void
take_message(struct viewer *v, const struct message *m)
{
    flow_begin_message(&v->flow);
    switch (m->type) {
    case MESSAGE_IGNORED:
        break;
    case MESSAGE_SET_FORMAT:
        memcpy(v->format, m->format, sizeof(v->format));
        v->has_format = true;
        break;
    case MESSAGE_SET_ENCODINGS:
        take_encodings(v, m);
        break;
    case MESSAGE_UPDATE_REQUEST:
        take_request(v, m);
        break;
    case MESSAGE_KEY:
    case MESSAGE_POINTER:
    case MESSAGE_CUT_TEXT:
    case MESSAGE_CUT_TEXT_TOO_LONG:
    case MESSAGE_EXTENDED_CUT_TEXT:
        take_input_message(v, m);
        break;
    case MESSAGE_FENCE:
        take_fence(v, m);
        break;
    case MESSAGE_CONTINUOUS:
        flow_take_continuous(&v->flow, m->continuous.is_on, m->continuous.area);
        break;
    case MESSAGE_SET_DESKTOP_SIZE:
        if (v->encodings.has_extended_desktop_size) {
            struct pixel_size none = {0};
            vnc_request_size(v->vnc, v,
                             m->desktop.is_one_screen ? m->desktop.size : none);
        }
        break;
    }
}

static void
report_misuse(struct viewer *v, int error, uint8_t type)
{
    if (!log_limit_allows(&v->vnc->protocol_limit, loop_now_us(v->vnc->loop))) {
        return;
    }
    if (v->state == VIEWER_HANDSHAKE) {
        log_warning("vnc: peer closed: its handshake is not RFB's");
    } else if (error == -EPROTO) {
        log_warning("vnc: viewer %d closed: unknown message type %u", v->slot,
                    type);
    } else if (error == -EBADMSG) {
        log_warning("vnc: viewer %d closed: malformed message of type %u",
                    v->slot, type);
    } else {
        log_warning("vnc: viewer %d closed: pixel format cannot be served",
                    v->slot);
    }
}

/* Returns the bytes used, 0 when there are too few, or -errno. */
static ssize_t
take_handshake(struct viewer *v, const uint8_t *data, size_t len)
{
    struct handshake_reply reply;
    enum handshake_room room =
        vnc_has_room(v->vnc) ? HANDSHAKE_ROOM : HANDSHAKE_FULL;

    int used = handshake_feed(&v->handshake, data, len, room, &reply);
    push(v, reply.data, reply.len);
    if (v->handshake.step == HANDSHAKE_REFUSED) {
        write_out(v);
        viewer_close(v);
    } else if (v->handshake.step == HANDSHAKE_JUDGEMENT) {
        vnc_judge_answers(v->vnc);
    } else if (v->handshake.step == HANDSHAKE_DONE) {
        int r = vnc_enter(v->vnc, v);
        if (r < 0) {
            if (viewer_may_say(v)) {
                log_warning_errno(-r, "vnc: peer closed: cannot be a viewer");
            }
            viewer_close(v);
        }
    }
    return used;
}

void
viewer_judge(struct viewer *v, enum handshake_judgement judgement)
{
    struct handshake_reply reply;

    handshake_judge(&v->handshake, judgement, &reply);
    push(v, reply.data, reply.len);
    write_out(v);
    if (v->handshake.step == HANDSHAKE_REFUSED) {
        viewer_close(v);
    } else if (v->state != VIEWER_CLOSED) {
        watch(v);
    }
}

static ssize_t
take_active(struct viewer *v, const uint8_t *data, size_t len)
{
    struct message message;
    int r = message_parse(data, len, v->vnc->dialect, &message);

    if (r < 0) {
        return r == -EAGAIN ? 0 : r;
    }
    take_message(v, &message);
    v->swallow = message.swallow;
    return (ssize_t)message.len;
}

static ssize_t
take_one(struct viewer *v, const uint8_t *data, size_t len)
{
    if (v->swallow > 0) {
        size_t used = len < v->swallow ? len : v->swallow;
        v->swallow -= (uint32_t)used;
        return (ssize_t)used;
    }
    return v->state == VIEWER_HANDSHAKE ? take_handshake(v, data, len)
                                        : take_active(v, data, len);
}

/* Handles what is complete. Returns the bytes used. */
static size_t
take_all(struct viewer *v, const uint8_t *data, size_t len)
{
    size_t used = 0;

    while (used < len && v->state != VIEWER_CLOSED) {
        ssize_t n = take_one(v, data + used, len - used);
        if (n < 0) {
            report_misuse(v, (int)n, data[used]);
            viewer_close(v);
            break;
        }
        if (n == 0) {
            break;
        }
        used += (size_t)n;
    }
    return used;
}

/* The bytes of a message that is not complete wait in the queue. */
static void
take_input(struct viewer *v, const uint8_t *data, size_t len)
{
    if (bytes_len(&v->in) == 0) {
        size_t used = take_all(v, data, len);
        data += used;
        len -= used;
    }
    if (v->state == VIEWER_CLOSED || len == 0) {
        return;
    }
    bool was_empty = bytes_len(&v->in) == 0;
    int r = bytes_push(&v->in, data, len);
    if (r < 0) {
        if (viewer_may_say(v)) {
            log_warning_errno(-r, "vnc: viewer %d closed", v->slot);
        }
        viewer_close(v);
        return;
    }
    if (!was_empty) {
        size_t used = take_all(v, bytes_peek(&v->in), bytes_len(&v->in));
        bytes_drop(&v->in, used);
    }
}

static void
read_in(struct viewer *v)
{
    struct vnc *vnc = v->vnc;
    uint64_t begin_us = loop_now_us(vnc->loop);
    bool is_scarce = v->state == VIEWER_ACTIVE &&
                     share_is_scarce(&vnc->shares[v->slot], begin_us);
    size_t max = is_scarce ? VNC_INPUT_SIZE_SCARCE : sizeof(vnc->input);
    ssize_t count = fd_read(v->fd, vnc->input, max);

    if (count > 0) {
        take_input(v, vnc->input, (size_t)count);
        if (v->state == VIEWER_ACTIVE) {
            share_spend(&vnc->shares[v->slot], begin_us, loop_now_us(vnc->loop),
                        vnc->viewers);
        }
    } else if (count != -EAGAIN) {
        viewer_close(v); /* its end, or its connection's */
    }
}

static void
on_ready(void *data, unsigned events)
{
    struct viewer *v = data;
    struct vnc *vnc = v->vnc;

    if ((events & LOOP_READ) != 0) {
        read_in(v);
    }
    if (v->state != VIEWER_CLOSED) {
        viewer_advance(v);
    }
    vnc_tell_wanted(vnc);
}
