/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "viewers.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/geom.h"
#include "base/log.h"
#include "base/mem.h"
#include "pastes.h"

enum {
    /* The view is one for all. For so long after a key of one viewer no other
     * moves it away from what the guest makes of that key. */
    TYPING_US = 250 * 1000,
    /* While a selection is dragged along an edge of the picture the view
     * scrolls, faster with time. Viewers do not say how far beyond the edge
     * their pointer is. */
    DRAG_SCROLL_US = 50 * 1000,
    DRAG_SCROLLS_A_SPEED = 20, /* then it doubles */
    DRAG_SPEEDS = 6,           /* up to 32 lines */

    /* Making a text of a selection can take 20 ms. */
    OFFER_US = 100 * 1000,

    NO_VIEWER = -1,
};

/* A viewer's own state: the keys it holds. */
struct viewer {
    struct input_viewer input;
};

struct viewers {
    struct loop *loop;
    struct stream *stream;
    struct pastes *pastes;
    struct term *term;
    struct render *render;
    struct input_config input;
    struct cell_size size_max;
    struct vnc *vnc;
    struct frames *frames;

    struct viewer viewers[VNC_VIEWERS_MAX];
    const struct viewer *typist; /* who has typed last, or NULL */
    uint64_t typing_until_us;
    struct log_limit size_limit;

    /* The one that selects with a button held, or NO_VIEWER. */
    int selecting;
    struct selection_point drag_at;
    int drag_lines;   /* the way that the view scrolls: 1, -1, or 0 */
    int drag_scrolls; /* how often it has */
    struct loop_timer *drag_timer;

    int offer_to;           /* who has selected and is not told yet */
    uint64_t offer_from_us; /* not before */
    struct loop_timer *offer_timer;
};

/* Who has typed or pasted what is refused hears of it. */
static void
ring_if_refused(struct viewers *v, int result)
{
    if (result < 0) {
        vnc_bell(v->vnc);
    }
}

static unsigned
slot_of(const struct viewers *v, const struct viewer *viewer)
{
    return (unsigned)(viewer - v->viewers);
}

/* What is selected, to the viewer's clipboard, and for it to paste. */
static void
offer_selection(struct viewers *v)
{
    struct bytes text;
    int to = v->offer_to;

    v->offer_to = NO_VIEWER;
    if (to == NO_VIEWER || !term_has_selection(v->term)) {
        return;
    }
    bytes_init(&text, VNC_CUT_TEXT_MAX);
    if (!term_selection_text(v->term, &text)) {
        vnc_bell(v->vnc); /* it is cut */
    }
    if (bytes_len(&text) == 0) {
        return; /* blanks alone: nobody wants them for what they had copied */
    }
    vnc_set_cut_text(v->vnc, (unsigned)to, (const char *)bytes_peek(&text),
                     bytes_len(&text));
    pastes_set_text(v->pastes, (unsigned)to, VNC_TEXT_UTF8, bytes_peek(&text),
                    bytes_len(&text));
    bytes_fini(&text);
    v->offer_from_us = loop_now_us(v->loop) + OFFER_US;
}

static void
on_offer_time(void *data)
{
    offer_selection(data);
}

static void
offer_selection_soon(struct viewers *v, int viewer)
{
    uint64_t now_us = loop_now_us(v->loop);

    v->offer_to = viewer;
    if (now_us >= v->offer_from_us) {
        offer_selection(v);
    } else {
        loop_timer_arm(v->offer_timer, v->offer_from_us - now_us);
    }
}

static void
on_drag_time(void *data)
{
    struct viewers *v = data;
    int speed =
        min_int(v->drag_scrolls / DRAG_SCROLLS_A_SPEED, DRAG_SPEEDS - 1);

    /* At the end nothing is left to do, until the pointer moves. */
    if (!term_scroll_view(v->term, v->drag_lines * (1 << speed))) {
        v->drag_lines = 0;
        return;
    }
    v->drag_scrolls++;
    term_select_extend(v->term, v->drag_at);
    loop_timer_arm(v->drag_timer, DRAG_SCROLL_US);
    frames_schedule(v->frames, FRAMES_VIEWERS);
}

/* Scrolls the view by `lines` again and again while a selection is dragged. */
static void
drag_view(struct viewers *v, int lines)
{
    if (v->drag_lines == lines) {
        return;
    }
    v->drag_lines = lines;
    v->drag_scrolls = 0;
    if (lines == 0) {
        loop_timer_disarm(v->drag_timer);
    } else {
        loop_timer_arm(v->drag_timer, DRAG_SCROLL_US);
    }
}

static void
stop_selecting(struct viewers *v)
{
    v->selecting = NO_VIEWER;
    drag_view(v, 0);
}

/* Who types or pastes has done with it. */
static void
select_none(struct viewers *v)
{
    stop_selecting(v);
    term_select_none(v->term);
}

static enum selection_unit
unit_of(const struct input_action *action)
{
    static const enum selection_unit units[] = {SELECT_CHARACTERS, SELECT_WORDS,
                                                SELECT_LINES};

    return action->is_block ? SELECT_BLOCK : units[action->clicks - 1];
}

/* There is one selection: the newest press has it. */
static void
perform_selecting(struct viewers *v, int viewer,
                  const struct input_action *action)
{
    const struct input_pointer_event *at = &v->viewers[viewer].input.pointer;
    struct selection_point point = {
        .row = at->pos.row, .col = at->pos.col, .edge = at->edge};
    bool is_resumed =
        action->selecting == INPUT_SELECT_RESUME && term_has_selection(v->term);

    switch (action->selecting) {
    case INPUT_SELECT_NOTHING:
        return;
    case INPUT_SELECT_BEGIN:
    case INPUT_SELECT_RESUME:
        stop_selecting(v);
        v->selecting = viewer;
        if (!is_resumed) {
            term_select_begin(v->term, unit_of(action), point);
        }
        break;
    case INPUT_SELECT_EXTEND:
    case INPUT_SELECT_END:
        break;
    }
    if (v->selecting != viewer) {
        return; /* another one has pressed since */
    }
    v->drag_at = point;
    if (is_resumed || action->selecting == INPUT_SELECT_EXTEND ||
        action->selecting == INPUT_SELECT_END) {
        term_select_extend(v->term, point);
    }
    if (action->selecting == INPUT_SELECT_END) {
        stop_selecting(v);
        offer_selection_soon(v, viewer);
    } else if (action->selecting == INPUT_SELECT_EXTEND) {
        int last_y = vnc_size(v->vnc).height - 1;
        drag_view(v, at->y <= 0 ? 1 : at->y >= last_y ? -1 : 0);
    }
    frames_schedule(v->frames, FRAMES_VIEWERS);
}

static bool
may_move_view(const struct viewers *v, const struct viewer *viewer)
{
    return viewer == v->typist || loop_now_us(v->loop) >= v->typing_until_us;
}

static void
scroll_view(struct viewers *v, const struct viewer *viewer, int lines)
{
    if (may_move_view(v, viewer)) {
        (void)term_scroll_view(v->term, lines); /* damage tells */
    }
}

static void
perform(struct viewers *v, struct viewer *viewer,
        const struct input_action *action)
{
    switch (action->kind) {
    case INPUT_NOTHING:
        return;
    case INPUT_BYTES:
        ring_if_refused(v, pastes_send_keys(v->pastes, slot_of(v, viewer),
                                            action->bytes, action->len));
        break;
    case INPUT_SCROLL_LINES:
        scroll_view(v, viewer, action->amount);
        break;
    case INPUT_SCROLL_PAGES: {
        int half = term_size(v->term).rows / 2;
        scroll_view(v, viewer, action->amount * max_int(half, 1));
        break;
    }
    case INPUT_PASTE:
        ring_if_refused(v, pastes_paste(v->pastes, slot_of(v, viewer)));
        break;
    }
    frames_schedule(v->frames, FRAMES_VIEWERS);
}

static void
on_viewer(void *data, unsigned viewer)
{
    struct viewers *v = data;

    v->viewers[viewer] = (struct viewer){0};
    term_set_focus(v->term, true);
    if (vnc_viewers(v->vnc) == 1) {
        frames_update_picture(v->frames);
    }
}

static void
on_viewer_gone(void *data, unsigned viewer)
{
    struct viewers *v = data;
    struct viewer *from = &v->viewers[viewer];
    struct input_action action;

    input_viewer_gone(&from->input, &v->input, term_input_modes(v->term),
                      &action);
    pastes_forget(v->pastes, viewer);
    if (action.kind == INPUT_BYTES) {
        ring_if_refused(
            v, pastes_send_keys(v->pastes, viewer, action.bytes, action.len));
    }
    if (v->selecting == (int)viewer) {
        stop_selecting(v);
    }
    if (v->offer_to == (int)viewer) {
        v->offer_to = NO_VIEWER;
    }
    *from = (struct viewer){0};
    if (vnc_viewers(v->vnc) == 0) {
        term_set_focus(v->term, false);
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
        select_none(v);
        v->typist = from;
        v->typing_until_us = loop_now_us(v->loop) + TYPING_US;
    }
    perform(v, from, &action);
}

static void
on_pointer(void *data, unsigned viewer, int x, int y, unsigned buttons)
{
    struct viewers *v = data;
    struct viewer *from = &v->viewers[viewer];
    struct pixel_size cell = render_cell_size(v->render);
    struct cell_size size = term_size(v->term);
    struct cell_pos pos =
        term_pos_at_place(v->term, (struct cell_pos){.row = y / cell.height,
                                                     .col = x / cell.width});
    int width = cell.width * term_character_places(v->term, pos.row);
    struct input_pointer_event event = {
        .pos = pos,
        .edge = min_int((x + width / 2) / width, size.cols),
        .x = x,
        .y = y,
        .buttons = buttons,
        .time_us = loop_now_us(v->loop),
    };
    struct input_action action;

    input_pointer(&from->input, &v->input, term_input_modes(v->term), &event,
                  &action);
    perform_selecting(v, (int)viewer, &action);
    if (action.kind == INPUT_PASTE) {
        term_scroll_view_to_bottom(v->term);
        select_none(v);
    }
    perform(v, from, &action);
}

static void
on_cut_text(void *data, unsigned viewer, enum vnc_text form, const void *text,
            size_t len)
{
    struct viewers *v = data;

    pastes_set_text(v->pastes, viewer, form, text, len);
}

/*
 * The cells that fit into `wanted` pixels, as far as they may and as the
 * picture stays within its limits: a window that is too large gets a picture
 * that is smaller, and not that of before.
 */
static struct cell_size
fitting_size(const struct viewers *v, struct pixel_size wanted)
{
    struct pixel_size cell = render_cell_size(v->render);
    int cols_max = min_int(v->size_max.cols, VNC_SIDE_MAX / cell.width);
    int rows_max = min_int(v->size_max.rows, VNC_SIDE_MAX / cell.height);
    int cols = clamp_int(wanted.width / cell.width, 1, cols_max);
    int pixels_max = VNC_PICTURE_MAX / (int)sizeof(uint32_t);
    int row_pixels = cols * cell.width * cell.height;

    rows_max = min_int(rows_max, pixels_max / row_pixels);
    return (struct cell_size){
        .cols = cols,
        .rows = clamp_int(wanted.height / cell.height, 1, rows_max)};
}

static int
on_size_request(void *data, unsigned viewer, struct pixel_size wanted)
{
    struct viewers *v = data;
    struct pixel_size cell = render_cell_size(v->render);
    struct pixel_size before = vnc_size(v->vnc);
    struct cell_size size = fitting_size(v, wanted);
    struct pixel_size pixels = {.width = size.cols * cell.width,
                                .height = size.rows * cell.height};

    int r = vnc_resize(v->vnc, pixels);
    if (r < 0) {
        log_debug("vnc: viewer %u: refused the size %dx%d", viewer,
                  pixels.width, pixels.height);
        return r;
    }
    r = term_resize(v->term, size);
    if (r < 0) {
        if (log_limit_allows(&v->size_limit, loop_now_us(v->loop))) {
            log_warning("term: no memory for %dx%d cells", size.cols,
                        size.rows);
        }
        if (vnc_resize(v->vnc, before) < 0) {
            log_error("vnc: no memory for the size that it had");
            loop_quit(v->loop, EXIT_FAILURE);
            return r;
        }
    } else {
        stream_set_size(v->stream, size);
    }
    frames_draw_all(v->frames, FRAMES_VIEWERS);
    return r;
}

static void
on_frame_wanted(void *data)
{
    struct viewers *v = data;

    frames_resume(v->frames);
}

static void
on_repaint(void *data)
{
    struct viewers *v = data;

    frames_update_picture(v->frames);
}

void
viewers_paste_ended(struct viewers *v)
{
    ring_if_refused(v, pastes_go_on(v->pastes));
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
    pastes_new(&v->pastes, config->stream, config->term);
    v->term = config->term;
    v->render = config->render;
    v->input = config->input;
    v->selecting = NO_VIEWER;
    v->offer_to = NO_VIEWER;
    loop_timer_new(&v->drag_timer, v->loop, LOOP_PRIORITY_VIEWER, on_drag_time,
                   v);
    loop_timer_new(&v->offer_timer, v->loop, LOOP_PRIORITY_VIEWER,
                   on_offer_time, v);
    v->size_max = config->size_max;
    *out = v;
}

void
viewers_free(struct viewers *v)
{
    if (v == NULL) {
        return;
    }
    pastes_free(v->pastes);
    loop_timer_free(v->drag_timer);
    loop_timer_free(v->offer_timer);
    free(v);
}

void
viewers_join(struct viewers *v, struct vnc *vnc, struct frames *frames)
{
    v->vnc = vnc;
    v->frames = frames;
}
