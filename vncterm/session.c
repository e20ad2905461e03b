/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/colours.h"
#include "base/fd.h"
#include "base/geom.h"
#include "base/log.h"
#include "base/mem.h"
#include "console/stream.h"
#include "console/text.h"
#include "frames.h"
#include "link/link.h"
#include "loop/loop.h"
#include "render/render.h"
#include "term/term.h"
#include "viewers.h"
#include "vnc/vnc.h"

enum {
    /* How often the end looks whether viewers have seen the last frame. */
    END_CHECK_US = 10 * 1000,
    /* What a command that has ended may have left in its pty, with room. */
    END_DRAIN_MAX = 1 << 20,
};

enum {
    /* The largest picture that a guest makes. */
    GUEST_WIDTH_MAX = 1920,
    GUEST_HEIGHT_MAX = 1072,
};

static_assert(GUEST_WIDTH_MAX * GUEST_HEIGHT_MAX * 4 <= VNC_PICTURE_MAX,
              "it can be served");

/* The command line promises what the modules can do. */
static_assert((int)OPTIONS_COLS_MAX == (int)TERM_COLS_MAX, "columns");
static_assert((int)OPTIONS_ROWS_MAX == (int)TERM_ROWS_MAX, "rows");
static_assert((int)OPTIONS_FONT_SIZE_MIN == (int)RENDER_FONT_SIZE_MIN, "font");
static_assert((int)OPTIONS_FONT_SIZE_MAX == (int)RENDER_FONT_SIZE_MAX, "font");

static const char default_name[] = "vncterm";
static const char not_joined[] = " (disconnected)";

struct session {
    const struct options *options;
    struct resources *resources;
    int link;

    struct loop *loop;
    struct loop_fd *link_watcher;
    struct loop_timer *end_timer;
    struct stream *stream;
    struct text *text; /* NULL without text clients */
    struct term *term;
    struct render *render;
    struct viewers *viewers;
    struct vnc *vnc;
    struct frames *frames;

    uint32_t console;         /* the number of the one that was joined last */
    uint64_t end_deadline_us; /* 0 until the console has ended */
    bool is_resized;          /* by the guest; the picture is not, yet */
    struct log_limit replay_limit;
};

static struct pixel_size
picture_size(const struct session *s, struct cell_size size)
{
    struct pixel_size cell = render_cell_size(s->render);

    return (struct pixel_size){.width = size.cols * cell.width,
                               .height = size.rows * cell.height};
}

/* The guest has given the terminal another size: so do we the picture and the
 * pty, or the terminal its old one. */
static void
follow_guest_size(struct session *s)
{
    struct cell_size size = term_size(s->term);
    struct pixel_size cell = render_cell_size(s->render);
    struct pixel_size before = vnc_size(s->vnc);

    s->is_resized = false;
    if (vnc_resize(s->vnc, picture_size(s, size)) < 0) {
        size = (struct cell_size){.cols = before.width / cell.width,
                                  .rows = before.height / cell.height};
        if (term_resize(s->term, size) < 0) {
            log_error("term: no memory for the size that it had");
            loop_quit(s->loop, EXIT_FAILURE);
            return;
        }
    }
    stream_set_size(s->stream, size);
    frames_draw_all(s->frames, FRAMES_GUEST);
}

static void
on_output(void *data, const void *bytes, size_t len)
{
    struct session *s = data;

    if (s->text != NULL) {
        text_send(s->text, bytes, len);
    }
    term_feed(s->term, bytes, len);
    if (s->is_resized) {
        follow_guest_size(s);
    }
    frames_schedule(s->frames, FRAMES_GUEST);
}

/* Returns 0 or -errno after logging it; that the monitor is leaving is no
 * failure. */
static int
tell_monitor(const struct session *s, const struct link_message *message)
{
    int result = link_send(s->link, message, -1);

    if (result < 0 && result != -EPIPE) {
        log_error_errno(-result, "link: cannot reach the monitor");
        return result;
    }
    return 0;
}

/*
 * The desktop name: the title that was asked for, then the guest's, which may
 * be cut; and whether there is a console at all, when one may come back.
 */
static void
update_name(struct session *s)
{
    const char *own = s->options->title;
    const char *title = term_title(s->term);
    bool is_lost = s->options->source == OPTIONS_SOURCE_STORE &&
                   !stream_is_open(s->stream);
    const char *end = is_lost ? not_joined : "";
    char name[VNC_NAME_MAX + 1];
    int room = VNC_NAME_MAX - (int)strlen(end);

    if (title[0] == '\0') {
        (void)snprintf(name, sizeof(name), "%.*s%s", room,
                       own != NULL ? own : default_name, end);
    } else if (own == NULL) {
        (void)snprintf(name, sizeof(name), "%.*s%s", room, title, end);
    } else {
        char both[2 * VNC_NAME_MAX];
        (void)snprintf(both, sizeof(both), "%s: %s", own, title);
        (void)snprintf(name, sizeof(name), "%.*s%s", room, both, end);
    }
    vnc_set_name(s->vnc, name);
}

static void
on_hangup(void *data, int err)
{
    struct session *s = data;
    struct link_message message = {.type = LINK_HANGUP, .console = s->console};

    log_debug("console: hung up: %s", err != 0 ? strerror(err) : "end of file");
    update_name(s);
    (void)tell_monitor(s, &message); /* which has logged it */
}

static void
on_text_room(void *data)
{
    struct session *s = data;

    if (s->text != NULL) {
        text_resume(s->text);
    }
}

static void
on_paste_end(void *data)
{
    struct session *s = data;

    viewers_paste_ended(s->viewers);
}

static void
on_reply(void *data, const void *bytes, size_t len)
{
    struct session *s = data;

    /* A guest that asks and never reads loses the answers, and only those. */
    (void)stream_send_reply(s->stream, bytes, len);
}

static void
on_bell(void *data)
{
    struct session *s = data;

    vnc_bell(s->vnc);
}

static void
on_title(void *data, const char *title)
{
    (void)title; /* the terminal keeps it */
    update_name(data);
}

static void
on_resize(void *data, struct cell_size size)
{
    struct session *s = data;

    (void)size; /* that of the last, when the terminal has read on */
    s->is_resized = true;
}

static void
on_clipboard(void *data, const char *utf8, size_t len)
{
    struct session *s = data;

    for (unsigned viewer = 0; viewer < VNC_VIEWERS_MAX; viewer++) {
        vnc_set_cut_text(s->vnc, viewer, utf8, len);
    }
}

static void
on_end_time(void *data)
{
    struct session *s = data;
    bool late = loop_now_us(s->loop) >= s->end_deadline_us;
    bool is_behind =
        vnc_is_behind(s->vnc) || (s->text != NULL && text_is_behind(s->text));

    if (late || !is_behind) {
        loop_quit(s->loop, 0);
        return;
    }
    loop_timer_arm(s->end_timer, END_CHECK_US);
}

static void
begin_end(struct session *s)
{
    frames_draw(s->frames);
    s->end_deadline_us = loop_now_us(s->loop) + SESSION_END_US;
    loop_timer_arm(s->end_timer, 0);
}

/* Takes over `fd`. */
static void
join_console(struct session *s, uint32_t console, int fd)
{
    s->console = console;
    int result = stream_open(s->stream, fd);
    if (result < 0) {
        log_error_errno(-result, "console: cannot join it");
        if (!stream_is_open(s->stream)) {
            on_hangup(s, -result);
        }
    }
    update_name(s);
}

static int
write_to_file(void *data, const void *bytes, size_t len)
{
    const int *fd = data;
    const char *at = bytes;

    while (len > 0) {
        ssize_t count = fd_write(*fd, at, len);
        if (count <= 0) {
            return count < 0 ? (int)count : -EIO;
        }
        at += count;
        len -= (size_t)count;
    }
    return 0;
}

static void
write_state(struct session *s, int fd)
{
    struct link_message message = {.type = LINK_STATE_END};
    int result = term_write_state(s->term, resources_state_max(s->options),
                                  write_to_file, &fd);

    message.error = (uint32_t)-result;
    (void)tell_monitor(s, &message); /* which has logged it */
    fd_close(&fd);
}

/* Returns whether there was one to handle. */
static bool
handle_link_message(struct session *s)
{
    struct link_message message;
    int fd = -1;
    int result = link_receive(s->link, &message, &fd);

    if (result == -EAGAIN) {
        return false;
    }
    if (result <= 0) {
        /* Without a monitor nobody would reap or restart anything. */
        loop_quit(s->loop, 0);
        return false;
    }
    switch ((enum link_type)message.type) {
    case LINK_CONSOLE:
        join_console(s, message.console, fd);
        return true;
    case LINK_CONSOLE_END:
        stream_drain(s->stream, END_DRAIN_MAX);
        begin_end(s);
        return true;
    case LINK_CONSOLE_STAY:
        stream_drain(s->stream, END_DRAIN_MAX);
        return true;
    case LINK_STATE:
        write_state(s, fd);
        return true;
    case LINK_LOG_LEVEL:
        log_set_level((enum log_level)message.log_level);
        return true;
    case LINK_LOCKED:
    case LINK_READY:
    case LINK_HANGUP:
    case LINK_STATE_END:
        break;
    }
    log_error("link: message %u is not for the worker", (unsigned)message.type);
    return true;
}

static void
on_link(void *data, unsigned events)
{
    struct session *s = data;

    (void)events;
    while (handle_link_message(s)) {
    }
}

static int
make_loop(struct session *s)
{
    int result = loop_new(&s->loop);

    if (result < 0) {
        log_error_errno(-result, "loop: cannot make an event loop");
    }
    return result;
}

int
session_new(struct session **out, const struct options *options,
            struct resources *resources, int link)
{
    struct session *s = xcalloc(1, sizeof(*s));

    s->options = options;
    s->resources = resources;
    s->link = link;
    int result = make_loop(s);
    if (result < 0) {
        session_free(s);
        return result;
    }
    *out = s;
    return 0;
}

/* Without it a console starts empty. */
static void
restore_state(struct session *s)
{
    struct resources *r = s->resources;

    if (r->state == NULL) {
        return;
    }
    int result = term_restore(s->term, r->state, r->state_len);
    resources_drop_state(r);
    if (result < 0) {
        log_warning_errno(-result, "state: cannot restore %s",
                          s->options->load_state);
    }
}

static void
choose_colours(const struct options *o, uint32_t colours[PALETTE_ENTRIES])
{
    colours_init(colours, o->palette);
    if (o->fg >= 0) {
        colours[PALETTE_FG] = (uint32_t)o->fg;
        colours[PALETTE_CURSOR] = (uint32_t)o->fg;
    }
    if (o->bg >= 0) {
        colours[PALETTE_BG] = (uint32_t)o->bg;
    }
}

/* What the guest may do. A size is such that a picture of it can be served. */
static struct term_allowances
choose_allowances(const struct session *s)
{
    const struct options *o = s->options;
    struct pixel_size cell = render_cell_size(s->render);
    struct term_allowances allows = {
        .checksums = o->conformance,
        .title_report = o->conformance,
        .as_xterm = o->conformance,
        .clipboard = o->osc52,
    };

    if (o->guest_resize || o->conformance) {
        allows.size_max.cols = clamp_int(GUEST_WIDTH_MAX / cell.width,
                                         o->size.cols, TERM_COLS_MAX);
        allows.size_max.rows = clamp_int(GUEST_HEIGHT_MAX / cell.height,
                                         o->size.rows, TERM_ROWS_MAX);
    }
    return allows;
}

static int
make_screen(struct session *s)
{
    static const struct term_handler handler = {
        .on_reply = on_reply,
        .on_bell = on_bell,
        .on_title = on_title,
        .on_resize = on_resize,
        .on_clipboard = on_clipboard,
    };
    const struct options *o = s->options;
    uint32_t colours[PALETTE_ENTRIES];
    struct render_config render_config = {.font = s->resources->font,
                                          .font_len = s->resources->font_len,
                                          .font_size = o->font_size};
    struct term_config term_config = {.size = o->size,
                                      .scrollback_max = o->scrollback_max,
                                      .dialect = o->dialect,
                                      .coding = o->charset,
                                      .backspace_sends_bs =
                                          o->backspace_sends_bs,
                                      .colours = colours,
                                      .bold_is_bright = o->bold_bright,
                                      .blink = o->blink};
    choose_colours(o, colours);

    int result = render_new(&s->render, &render_config);
    if (result < 0) {
        log_error_errno(-result, "font: cannot use %s at %d pixels",
                        o->font != NULL ? o->font : "the built-in font",
                        o->font_size);
        return result;
    }
    term_config.allows = choose_allowances(s);
    result = term_new(&s->term, &term_config, &handler, s);
    if (result < 0) {
        log_error_errno(-result, "term: cannot have %dx%d cells", o->size.cols,
                        o->size.rows);
        return result;
    }
    restore_state(s);
    return 0;
}

static int
make_vnc(struct session *s)
{
    const struct options *o = s->options;
    struct vnc_config config = {
        .memory_file = s->resources->memory_file,
        .listeners = {s->resources->listener},
        .listener_count = 1,
        .rfb = o->rfb == OPTIONS_RFB_3_3 ? VNC_RFB_3_3 : VNC_RFB_3_8,
        .dialect = o->agent ? VNC_DIALECT_AGENT : VNC_DIALECT_FULL,
        .is_view_only = o->view_only,
        .size = picture_size(s, o->size),
        .name = default_name, /* until update_name() */
        .password = s->resources->password,
    };

    int result =
        vnc_new(&s->vnc, s->loop, &config, &viewers_handler, s->viewers);
    resources_drop_password(s->resources);
    if (result == -EINVAL) {
        log_error("vnc: %dx%d cells make a picture of %dx%d pixels, of which "
                  "no side may have more than %d, nor all more than %d bytes",
                  o->size.cols, o->size.rows, config.size.width,
                  config.size.height, VNC_SIDE_MAX, VNC_PICTURE_MAX);
    } else if (result < 0) {
        log_error_errno(-result, "vnc: cannot serve viewers");
    }
    return result;
}

static void
make_viewers(struct session *s)
{
    const struct options *o = s->options;
    struct viewers_config config = {
        .loop = s->loop,
        .stream = s->stream,
        .term = s->term,
        .render = s->render,
        .input = {.dialect = o->dialect,
                  .ctrl_arrows_scroll = o->agent,
                  .corner_click_pastes = o->agent},
        /* Back to the size at the start is always possible. */
        .size_max = {.cols = max_int(o->size_max.cols, o->size.cols),
                     .rows = max_int(o->size_max.rows, o->size.rows)},
    };

    viewers_new(&s->viewers, &config);
}

static void
make_frames(struct session *s)
{
    struct frames_config config = {
        .loop = s->loop,
        .term = s->term,
        .render = s->render,
        .vnc = s->vnc,
        .interval_us = UINT64_C(1000000) / (uint64_t)s->options->fps,
    };

    frames_new(&s->frames, &config);
}

static size_t
text_input_room(void *data)
{
    const struct session *s = data;

    return stream_text_room(s->stream);
}

static void
on_text_input(void *data, const void *bytes, size_t len)
{
    struct session *s = data;

    /* It fits; there is no memory for it at worst. */
    (void)stream_send_text(s->stream, bytes, len);
}

struct replay {
    struct text *text;
    unsigned client;
};

static int
write_to_client(void *data, const void *bytes, size_t len)
{
    const struct replay *replay = data;

    return text_send_to(replay->text, replay->client, bytes, len);
}

static void
on_text_client(void *data, unsigned client)
{
    struct session *s = data;
    struct replay replay = {.text = s->text, .client = client};

    if (!s->options->text_replay) {
        return;
    }
    int result =
        term_write_shown(s->term, TEXT_REPLAY_MAX, write_to_client, &replay);
    if (result < 0 &&
        log_limit_allows(&s->replay_limit, loop_now_us(s->loop))) {
        log_warning_errno(-result, "text: client %u is not shown the screen",
                          client);
    }
}

static int
make_text(struct session *s)
{
    static const struct text_handler handler = {
        .input_room = text_input_room,
        .on_input = on_text_input,
        .on_client = on_text_client,
    };

    if (s->resources->text_listener < 0) {
        return 0;
    }
    int result =
        text_new(&s->text, s->loop, s->resources->text_listener, &handler, s);
    if (result < 0) {
        log_error_errno(-result, "text: cannot serve text clients");
    }
    return result;
}

/* The parts that run while locked down, in the order of the way of a byte. */
static int
make_parts(struct session *s)
{
    static const struct stream_handler handler = {
        .on_output = on_output,
        .on_hangup = on_hangup,
        .on_text_room = on_text_room,
        .on_paste_end = on_paste_end,
    };

    loop_timer_new(&s->end_timer, s->loop, LOOP_PRIORITY_RENDER, on_end_time,
                   s);
    stream_new(&s->stream, s->loop, &handler, s);
    stream_set_size(s->stream, s->options->size);
    int result = make_screen(s);
    if (result == 0) {
        make_viewers(s);
        result = make_vnc(s);
    }
    if (result == 0) {
        result = make_text(s);
    }
    if (result < 0) {
        return result;
    }
    make_frames(s);
    viewers_join(s->viewers, s->vnc, s->frames);
    update_name(s);
    return 0;
}

/* Before anything hostile is parsed: so nothing that is can lie about it. */
static int
tell_locked(const struct session *s)
{
    struct link_message locked = {.type = LINK_LOCKED,
                                  .port = s->resources->port,
                                  .text_port = s->resources->text_port};

    return tell_monitor(s, &locked);
}

static int
tell_ready(struct session *s)
{
    struct link_message ready = {.type = LINK_READY};
    int result = loop_fd_new(&s->link_watcher, s->loop, s->link,
                             LOOP_PRIORITY_VIEWER, on_link, s);

    if (result < 0) {
        log_error_errno(-result, "link: cannot watch the monitor");
        return result;
    }
    loop_fd_want(s->link_watcher, LOOP_READ);
    return tell_monitor(s, &ready);
}

int
session_run(struct session *s)
{
    int result = tell_locked(s);
    if (result == 0) {
        result = make_parts(s);
    }
    if (result == 0) {
        result = tell_ready(s);
    }
    if (result < 0) {
        return result;
    }
    resources_tell_addresses(s->resources, s->options);
    result = loop_run(s->loop);
    if (result < 0) {
        log_error_errno(-result, "loop: cannot wait for events");
    }
    return result;
}

void
session_free(struct session *s)
{
    if (s == NULL) {
        return;
    }
    frames_free(s->frames);
    vnc_free(s->vnc);
    viewers_free(s->viewers);
    text_free(s->text);
    term_free(s->term);
    render_free(s->render);
    stream_free(s->stream);
    loop_timer_free(s->end_timer);
    loop_fd_free(s->link_watcher);
    loop_free(s->loop);
    free(s);
}
