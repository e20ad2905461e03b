/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "viewers.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/geom.h"
#include "base/log.h"
#include "base/mem.h"

/* A viewer's own state: keys it holds, text it has offered to paste. */
struct viewer {
    struct input_viewer input;
    struct bytes cut_text;
    bool is_clean; /* cut_text is as the guest shall get it */
};

struct viewers {
    struct loop *loop;
    struct stream *stream;
    struct term *term;
    struct render *render;
    struct input_config input;
    struct vnc *vnc;
    struct frames *frames;

    struct viewer viewers[VNC_VIEWERS_MAX];
    struct log_limit size_limit;
};

static void
send_keys(struct viewers *v, const void *bytes, size_t len)
{
    if (stream_send_keys(v->stream, bytes, len) < 0) {
        vnc_bell(v->vnc);
    }
}

/*
 * Once for each text, however often it is pasted; and not for a text that is
 * never pasted, because that is what most are.
 */
static void
clean_cut_text(struct viewer *viewer)
{
    struct bytes cleaned;

    if (viewer->is_clean) {
        return;
    }
    bytes_init(&cleaned, (size_t)2 * VNC_CUT_TEXT_MAX);
    int result = input_clean((const char *)bytes_peek(&viewer->cut_text),
                             bytes_len(&viewer->cut_text), &cleaned);
    if (result < 0) {
        log_debug("input: clipboard dropped: %s", strerror(-result));
    }
    bytes_fini(&viewer->cut_text);
    viewer->cut_text = cleaned;
    viewer->is_clean = true;
}

static void
paste(struct viewers *v, struct viewer *viewer)
{
    struct bytes text;

    if (bytes_len(&viewer->cut_text) == 0) {
        return;
    }
    if (!stream_takes_paste(v->stream)) {
        vnc_bell(v->vnc); /* before a copy of the text is made in vain */
        return;
    }
    clean_cut_text(viewer);
    bytes_init(&text, STREAM_PASTE_MAX);
    int result =
        input_paste(term_input_modes(v->term), &viewer->cut_text, &text);
    if (result == 0) {
        result = stream_send_paste(v->stream, &text);
    }
    if (result < 0) {
        vnc_bell(v->vnc);
    }
    bytes_fini(&text);
}

static void
perform(struct viewers *v, struct viewer *viewer,
        const struct input_action *action)
{
    switch (action->kind) {
    case INPUT_NOTHING:
        return;
    case INPUT_BYTES:
        send_keys(v, action->bytes, action->len);
        break;
    case INPUT_SCROLL_LINES:
        (void)term_scroll_view(v->term, action->amount); /* damage tells */
        break;
    case INPUT_SCROLL_PAGES: {
        int half = term_size(v->term).rows / 2;
        (void)term_scroll_view(v->term, action->amount * max_int(half, 1));
        break;
    }
    case INPUT_PASTE:
        paste(v, viewer);
        break;
    }
    frames_schedule(v->frames);
}

static void
on_viewer(void *data, unsigned viewer)
{
    struct viewers *v = data;

    v->viewers[viewer] = (struct viewer){0};
    bytes_init(&v->viewers[viewer].cut_text, (size_t)2 * VNC_CUT_TEXT_MAX);
    if (vnc_viewers(v->vnc) == 1) {
        frames_update_picture(v->frames);
    }
}

static void
on_viewer_gone(void *data, unsigned viewer)
{
    struct viewers *v = data;

    bytes_fini(&v->viewers[viewer].cut_text);
    v->viewers[viewer] = (struct viewer){0};
    if (vnc_viewers(v->vnc) == 0) {
        frames_stop(v->frames);
        render_trim(v->render);
    }
}

static void
on_key(void *data, unsigned viewer, uint32_t keysym, bool down)
{
    struct viewers *v = data;
    struct viewer *from = &v->viewers[viewer];
    struct input_action action;

    input_key(&from->input, &v->input, term_input_modes(v->term), keysym, down,
              &action);
    if (action.kind == INPUT_BYTES || action.kind == INPUT_PASTE) {
        /* Who types wants to see what the guest makes of it. */
        term_scroll_view_to_bottom(v->term);
    }
    perform(v, from, &action);
}

static void
on_pointer(void *data, unsigned viewer, int x, int y, unsigned buttons)
{
    struct viewers *v = data;
    struct viewer *from = &v->viewers[viewer];
    struct pixel_size cell = render_cell_size(v->render);
    struct cell_pos pos =
        term_pos_at_place(v->term, (struct cell_pos){.row = y / cell.height,
                                                     .col = x / cell.width});
    struct input_action action;

    input_pointer(&from->input, &v->input, term_input_modes(v->term), pos,
                  buttons, &action);
    perform(v, from, &action);
}

static void
on_cut_text(void *data, unsigned viewer, const char *utf8, size_t len)
{
    struct viewers *v = data;
    struct viewer *from = &v->viewers[viewer];

    from->is_clean = false;
    bytes_clear(&from->cut_text);
    int result = bytes_push(&from->cut_text, utf8, len);
    if (result < 0) {
        log_debug("vnc: viewer %u: clipboard dropped: %s", viewer,
                  strerror(-result));
    }
}

static void
on_size_request(void *data, unsigned viewer, struct pixel_size wanted)
{
    struct viewers *v = data;
    struct pixel_size cell = render_cell_size(v->render);
    struct pixel_size before = vnc_size(v->vnc);
    struct cell_size size = {
        .cols = clamp_int(wanted.width / cell.width, 1, TERM_COLS_MAX),
        .rows = clamp_int(wanted.height / cell.height, 1, TERM_ROWS_MAX)};
    struct pixel_size pixels = {.width = size.cols * cell.width,
                                .height = size.rows * cell.height};

    if (vnc_resize(v->vnc, pixels) < 0) {
        log_debug("vnc: viewer %u: refused the size %dx%d", viewer,
                  pixels.width, pixels.height);
        return;
    }
    if (term_resize(v->term, size) < 0) {
        if (log_limit_allows(&v->size_limit, loop_now_us(v->loop))) {
            log_warning("term: no memory for %dx%d cells", size.cols,
                        size.rows);
        }
        if (vnc_resize(v->vnc, before) < 0) {
            log_error("vnc: no memory for the size that it had");
            loop_quit(v->loop, EXIT_FAILURE);
            return;
        }
    } else {
        stream_set_size(v->stream, size);
    }
    frames_draw_all(v->frames);
}

static void
on_frame_wanted(void *data)
{
    struct viewers *v = data;

    frames_schedule(v->frames);
}

static void
on_repaint(void *data)
{
    struct viewers *v = data;

    frames_update_picture(v->frames);
}

const struct vnc_handler viewers_handler = {
    .on_viewer = on_viewer,
    .on_viewer_gone = on_viewer_gone,
    .on_key = on_key,
    .on_pointer = on_pointer,
    .on_cut_text = on_cut_text,
    .on_size_request = on_size_request,
    .on_frame_wanted = on_frame_wanted,
    .on_repaint = on_repaint,
};

void
viewers_new(struct viewers **out, const struct viewers_config *config)
{
    struct viewers *v = xcalloc(1, sizeof(*v));

    v->loop = config->loop;
    v->stream = config->stream;
    v->term = config->term;
    v->render = config->render;
    v->input = config->input;
    *out = v;
}

void
viewers_free(struct viewers *v)
{
    if (v == NULL) {
        return;
    }
    for (unsigned i = 0; i < VNC_VIEWERS_MAX; i++) {
        bytes_fini(&v->viewers[i].cut_text);
    }
    free(v);
}

void
viewers_join(struct viewers *v, struct vnc *vnc, struct frames *frames)
{
    v->vnc = vnc;
    v->frames = frames;
}
