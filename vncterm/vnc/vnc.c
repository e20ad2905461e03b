/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/vnc.h"

#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <sys/mman.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/mem.h"
#include "vnc/accept.h"
#include "vnc/library.h"
#include "vnc/viewer.h"
#include "vnc/viewer_clipboard.h"
#include "vnc/vnc_internal.h"

static_assert((int)PASSWORD_CHALLENGE_SIZE == (int)HANDSHAKE_CHALLENGE_SIZE,
              "the challenge is the password's");

static bool
is_valid_size(struct pixel_size size)
{
    return size.width >= 1 && size.width <= VNC_SIDE_MAX && size.height >= 1 &&
           size.height <= VNC_SIDE_MAX &&
           (size_t)size.width * (size_t)size.height <=
               VNC_PICTURE_MAX / sizeof(uint32_t);
}

static bool
is_same_size(struct pixel_size a, struct pixel_size b)
{
    return a.width == b.width && a.height == b.height;
}

static size_t
picture_bytes(struct pixel_size size)
{
    return (size_t)size.width * (size_t)size.height * sizeof(uint32_t);
}

static uint32_t *
map_picture(struct pixel_size size)
{
    void *pixels = mmap(NULL, picture_bytes(size), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return pixels == MAP_FAILED ? NULL : pixels;
}

static void
unmap_picture(uint32_t *pixels, struct pixel_size size)
{
    if (pixels != NULL) {
        (void)munmap(pixels, picture_bytes(size)); /* it was mapped so */
    }
}

/* Gives back what only viewers need. */
static void
drop_picture(struct vnc *v)
{
    library_set_pixels(v->library, NULL);
    unmap_picture(v->pixels, v->size);
    v->pixels = NULL;
    v->is_undrawn = false;
    (void)malloc_trim(0); /* says whether encoders had left something */
}

static void
copy_name(char out[VNC_NAME_MAX + 1], const char *name)
{
    size_t len = strlen(name);

    if (len > VNC_NAME_MAX) {
        len = VNC_NAME_MAX;
        while (len > 0 && ((unsigned char)name[len] & 0xc0) == 0x80) {
            len--; /* not inside a character */
        }
    }
    memcpy(out, name, len);
    out[len] = '\0';
}

static void on_soon(void *data);
static void on_later(void *data);

int
vnc_open_memory_file(void)
{
    int fd = memfd_create("vnc", MFD_CLOEXEC);

    return fd < 0 ? -errno : fd;
}

int
vnc_new(struct vnc **out, struct loop *loop, const struct vnc_config *config,
        const struct vnc_handler *handler, void *data)
{
    assert(handler->on_viewer != NULL && handler->on_viewer_gone != NULL);
    assert(handler->on_key != NULL && handler->on_pointer != NULL);
    assert(handler->on_cut_text != NULL && handler->on_size_request != NULL);
    assert(handler->on_frame_wanted != NULL);
    assert(handler->on_repaint != NULL);
    if (!is_valid_size(config->size)) {
        return -EINVAL;
    }
    struct vnc *v = xcalloc(1, sizeof(*v));

    v->loop = loop;
    v->handler = handler;
    v->data = data;
    v->rfb = config->rfb;
    v->dialect = config->dialect;
    v->is_view_only = config->is_view_only;
    v->size = config->size;
    copy_name(v->name, config->name);
    if (config->password != NULL) {
        v->has_password = true;
        password_init(&v->password, config->password);
    }
    loop_timer_new(&v->soon, loop, LOOP_PRIORITY_VIEWER, on_soon, v);
    loop_timer_new(&v->later, loop, LOOP_PRIORITY_VIEWER, on_later, v);

    int r = library_new(&v->library, config->memory_file, v->size, v->name);
    if (r == 0) {
        r = accept_begin(v, config->listeners, config->listener_count);
    }
    if (r < 0) {
        vnc_free(v);
        return r;
    }
    *out = v;
    return 0;
}

void
vnc_free(struct vnc *v)
{
    if (v == NULL) {
        return;
    }
    accept_end(v);
    for (int i = 0; i < VNC_VIEWERS_MAX; i++) {
        viewer_free(v->slots[i]);
    }
    if (v->library != NULL) {
        drop_picture(v);
    }
    library_free(v->library);
    loop_timer_free(v->soon);
    loop_timer_free(v->later);
    password_fini(&v->password);
    free(v);
}

int
vnc_viewers(const struct vnc *v)
{
    return v->viewers;
}

uint32_t *
vnc_pixels(struct vnc *v)
{
    return v->pixels;
}

struct pixel_size
vnc_size(const struct vnc *v)
{
    return v->size;
}

bool
vnc_wants_frame(const struct vnc *v)
{
    for (int i = 0; i < VNC_VIEWERS_MAX; i++) {
        if (v->slots[i] != NULL && viewer_wants_frame(v->slots[i])) {
            return true;
        }
    }
    return false;
}

bool
vnc_is_behind(const struct vnc *v)
{
    for (int i = 0; i < VNC_VIEWERS_MAX; i++) {
        if (v->slots[i] != NULL && viewer_is_behind(v->slots[i])) {
            return true;
        }
    }
    return false;
}

void
vnc_tell_wanted(struct vnc *v)
{
    bool is_wanted = vnc_wants_frame(v);
    bool is_news = is_wanted && !v->was_wanted;

    v->was_wanted = is_wanted;
    if (is_news) {
        v->handler->on_frame_wanted(v->data);
    }
}

/*
 * At the end of calls from outside: no handler is called from there, but what
 * there is to be told is not forgotten.
 */
static void
settle(struct vnc *v)
{
    bool is_wanted = vnc_wants_frame(v);

    if (!is_wanted) {
        v->was_wanted = false;
    } else if (!v->was_wanted) {
        loop_timer_arm(v->soon, 0);
    }
}

static void
advance_all(struct vnc *v)
{
    for (int i = 0; i < VNC_VIEWERS_MAX; i++) {
        if (v->slots[i] != NULL && v->slots[i]->state == VIEWER_ACTIVE) {
            viewer_advance(v->slots[i]);
        }
    }
}

void
vnc_scroll(struct vnc *v, struct rect area, int dy)
{
    struct rect clipped = rect_clip(area, v->size);

    if (v->pixels != NULL && !rect_is_empty(clipped)) {
        library_scroll(v->library, clipped, dy);
    }
}

void
vnc_mark(struct vnc *v, struct rect area)
{
    struct rect clipped = rect_clip(area, v->size);

    if (v->pixels != NULL && !rect_is_empty(clipped)) {
        library_mark(v->library, clipped);
    }
}

void
vnc_flush(struct vnc *v)
{
    v->is_undrawn = false;
    advance_all(v);
    settle(v);
}

int
vnc_resize(struct vnc *v, struct pixel_size size)
{
    uint32_t *pixels = NULL;

    if (!is_valid_size(size)) {
        return -EINVAL;
    }
    if (is_same_size(size, v->size)) {
        return 0;
    }
    if (v->viewers > 0) {
        pixels = map_picture(size);
        if (pixels == NULL) {
            return -ENOMEM;
        }
    }
    library_resize(v->library, size, pixels);
    unmap_picture(v->pixels, v->size);
    v->pixels = pixels;
    v->size = size;
    v->is_undrawn = pixels != NULL;
    return 0;
}

void
vnc_bell(struct vnc *v)
{
    uint64_t now_us = loop_now_us(v->loop);

    if (now_us < v->bell_from_us) {
        return;
    }
    v->bell_from_us = now_us + VNC_BELL_US;
    for (int i = 0; i < VNC_VIEWERS_MAX; i++) {
        struct viewer *viewer = v->slots[i];
        /* A bell that comes late is worse than none. */
        if (viewer != NULL && bytes_len(&viewer->out) == 0) {
            viewer->owes_bell = true;
        }
    }
    advance_all(v);
    settle(v);
}

/*
 * A guest can name itself faster than it could be told of; the newest name
 * goes out when it is time. Returns whether viewers are owed it.
 */
static bool
owe_new_name(struct vnc *v)
{
    uint64_t now_us = loop_now_us(v->loop);

    if (!v->has_new_name) {
        return false;
    }
    if (now_us < v->name_from_us) {
        vnc_advance_at(v, v->name_from_us);
        return false;
    }
    v->has_new_name = false;
    v->name_from_us = now_us + VNC_NAME_US;
    for (int i = 0; i < VNC_VIEWERS_MAX; i++) {
        struct viewer *viewer = v->slots[i];
        if (viewer != NULL && viewer->encodings.has_desktop_name) {
            viewer->owes_name = true;
        }
    }
    return true;
}

void
vnc_set_name(struct vnc *v, const char *name)
{
    char copy[VNC_NAME_MAX + 1];

    copy_name(copy, name);
    if (strcmp(copy, v->name) == 0) {
        return;
    }
    memcpy(v->name, copy, sizeof(v->name));
    v->has_new_name = v->viewers > 0;
    if (owe_new_name(v)) {
        advance_all(v);
        settle(v);
    }
}

void
vnc_set_cut_text(struct vnc *v, unsigned viewer, const char *utf8, size_t len)
{
    assert(viewer < VNC_VIEWERS_MAX);

    struct viewer *to = v->slots[viewer];
    if (to == NULL || v->is_view_only || len > VNC_CUT_TEXT_MAX) {
        return;
    }
    int r = clipboard_set_text(&to->clipboard, utf8, len);
    if (r < 0) {
        log_warning_errno(-r, "vnc: clipboard not offered");
        return;
    }
    advance_all(v);
    settle(v);
}

/* The viewer in a slot that has taken nothing for longest, if for too long. */
static struct viewer *
most_stalled(const struct vnc *v)
{
    uint64_t now_us = loop_now_us(v->loop);
    uint64_t longest_us = VNC_STALLED_US;
    struct viewer *found = NULL;

    for (int i = 0; i < VNC_VIEWERS_MAX; i++) {
        struct viewer *viewer = v->slots[i];
        if (viewer == NULL || viewer->state != VIEWER_ACTIVE) {
            continue;
        }
        uint64_t stalled_us = viewer_stalled_us(viewer, now_us);
        if (stalled_us > longest_us) {
            longest_us = stalled_us;
            found = viewer;
        }
    }
    return found;
}

static void
free_closed(struct vnc *v)
{
    accept_free_closed(v);
    for (int i = 0; i < VNC_VIEWERS_MAX; i++) {
        struct viewer *viewer = v->slots[i];
        if (viewer == NULL || viewer->state != VIEWER_CLOSED) {
            continue;
        }
        v->slots[i] = NULL;
        v->viewers--;
        if (v->size_asker == viewer) {
            v->size_asker = NULL;
        }
        viewer_free(viewer);
        if (v->viewers == 0) {
            drop_picture(v);
        }
        v->handler->on_viewer_gone(v->data, (unsigned)i);
    }
}

/* A slot for one more, at the expense of a stalled viewer if need be. */
static int
take_slot(struct vnc *v)
{
    if (v->viewers == VNC_VIEWERS_MAX) {
        struct viewer *victim = most_stalled(v);
        if (victim != NULL) {
            log_info("vnc: viewer %d closed: stalled, and its place is needed",
                     victim->slot);
            viewer_close(victim);
        }
        free_closed(v);
    }
    for (int i = 0; i < VNC_VIEWERS_MAX; i++) {
        if (v->slots[i] == NULL) {
            return i;
        }
    }
    return -EUSERS;
}

bool
vnc_has_room(struct vnc *v)
{
    if (v->viewers < VNC_VIEWERS_MAX || most_stalled(v) != NULL) {
        return true;
    }
    for (int i = 0; i < VNC_VIEWERS_MAX; i++) {
        if (v->slots[i]->state == VIEWER_CLOSED) {
            return true;
        }
    }
    return false;
}

int
vnc_enter(struct vnc *v, struct viewer *viewer)
{
    int slot = take_slot(v);

    if (slot < 0) {
        return slot;
    }
    if (v->pixels == NULL) {
        v->pixels = map_picture(v->size);
        if (v->pixels == NULL) {
            return -ENOMEM;
        }
        library_set_pixels(v->library, v->pixels);
    }
    int r = library_client_new(&viewer->client, v->library, &viewer->out);
    if (r < 0) {
        if (v->viewers == 0) {
            drop_picture(v);
        }
        return r;
    }
    accept_forget(v, viewer);
    viewer->slot = slot;
    viewer->state = VIEWER_ACTIVE;
    viewer->progress_us = loop_now_us(v->loop);
    v->slots[slot] = viewer;
    v->viewers++;
    if (log_limit_allows(&v->arrival_limit, loop_now_us(v->loop))) {
        log_info("vnc: viewer %d connected, RFB 3.%d", slot,
                 viewer->handshake.minor);
    }
    v->handler->on_viewer(v->data, (unsigned)slot);
    return 0;
}

static void
judge_answer(struct vnc *v, struct viewer *viewer)
{
    bool is_right = password_is_right(&v->password, viewer->handshake.challenge,
                                      viewer->handshake.answer);

    if (!is_right) {
        v->judge_from_us = loop_now_us(v->loop) + VNC_WRONG_PASSWORD_US;
        if (log_limit_allows(&v->protocol_limit, loop_now_us(v->loop))) {
            log_warning("vnc: peer closed: wrong password");
        }
    }
    viewer_judge(viewer, is_right ? HANDSHAKE_RIGHT : HANDSHAKE_WRONG);
}

/* The oldest peer that waits for its answer to be judged, or NULL. */
static struct viewer *
first_to_judge(const struct vnc *v)
{
    for (int i = 0; i < v->half_open_count; i++) {
        if (v->half_open[i]->handshake.step == HANDSHAKE_JUDGEMENT) {
            return v->half_open[i];
        }
    }
    return NULL;
}

void
vnc_judge_answers(struct vnc *v)
{
    struct viewer *viewer = first_to_judge(v);

    while (viewer != NULL && loop_now_us(v->loop) >= v->judge_from_us) {
        judge_answer(v, viewer);
        viewer = first_to_judge(v);
    }
    if (viewer != NULL) {
        vnc_advance_at(v, v->judge_from_us);
    }
}

void
vnc_is_closed(struct vnc *v, struct viewer *viewer)
{
    if (viewer->slot == VIEWER_NO_SLOT) {
        accept_forget(v, viewer);
        accept_keep_closed(v, viewer);
    }
    accept_resume(v); /* a descriptor is free again */
    loop_timer_arm(v->soon, 0);
}

static void
on_soon(void *data)
{
    struct vnc *v = data;

    free_closed(v);
    vnc_tell_wanted(v);
}

void
vnc_advance_at(struct vnc *v, uint64_t due_us)
{
    uint64_t now_us = loop_now_us(v->loop);

    if (loop_timer_is_armed(v->later) && v->later_us <= due_us) {
        return;
    }
    v->later_us = due_us;
    loop_timer_arm(v->later, due_us > now_us ? due_us - now_us : 0);
}

static void
answer_size(struct viewer *viewer, enum library_size_answer answer)
{
    if (viewer->state == VIEWER_ACTIVE) {
        library_client_answer_size(viewer->client, answer);
        viewer_advance(viewer);
    }
}

/* Puts the newest request for a size to the handler. */
static void
ask_for_size(struct vnc *v)
{
    struct viewer *asker = v->size_asker;
    struct pixel_size asked = v->size_asked;
    struct pixel_size before = v->size;

    v->size_asker = NULL;
    uint64_t begin_us = loop_now_us(v->loop);
    library_set_size_asker(v->library, asker->client);
    int r = v->handler->on_size_request(v->data, (unsigned)asker->slot, asked);
    library_set_size_asker(v->library, NULL);
    uint64_t end_us = loop_now_us(v->loop);
    uint64_t pause_us = VNC_SIZE_REQUEST_SHARE * (end_us - begin_us);
    v->size_request_from_us =
        end_us +
        (pause_us > VNC_SIZE_REQUEST_US ? pause_us : VNC_SIZE_REQUEST_US);

    if (r < 0) {
        answer_size(asker, r == -EPERM ? LIBRARY_SIZE_PROHIBITED
                                       : LIBRARY_SIZE_NO_RESOURCES);
    } else if (is_same_size(v->size, before)) {
        answer_size(asker, LIBRARY_SIZE_OK); /* no change tells it so */
    }
}

void
vnc_request_size(struct vnc *v, struct viewer *viewer, struct pixel_size size)
{
    if (v->is_view_only) {
        answer_size(viewer, LIBRARY_SIZE_PROHIBITED);
        return;
    }
    if (size.width < 1 || size.height < 1) {
        answer_size(viewer, LIBRARY_SIZE_INVALID);
        return;
    }
    if (v->size_asker != NULL && v->size_asker != viewer) {
        answer_size(v->size_asker, LIBRARY_SIZE_PROHIBITED); /* overtaken */
    }
    v->size_asker = viewer;
    v->size_asked = size;
    if (loop_now_us(v->loop) >= v->size_request_from_us) {
        ask_for_size(v);
    } else {
        vnc_advance_at(v, v->size_request_from_us);
    }
}

static void
on_later(void *data)
{
    struct vnc *v = data;

    if (v->size_asker != NULL) {
        if (v->size_asker->state != VIEWER_ACTIVE) {
            v->size_asker = NULL;
        } else if (loop_now_us(v->loop) >= v->size_request_from_us) {
            ask_for_size(v);
        } else {
            vnc_advance_at(v, v->size_request_from_us);
        }
    }
    for (int i = 0; i < VNC_VIEWERS_MAX; i++) {
        if (v->slots[i] != NULL && v->slots[i]->state == VIEWER_ACTIVE) {
            viewer_take_late_cut_text(v->slots[i]);
        }
    }
    vnc_judge_answers(v);
    (void)owe_new_name(v); /* all are advanced anyhow */
    advance_all(v);
    vnc_tell_wanted(v);
}
