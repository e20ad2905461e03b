/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/fd.h"
#include "base/geom.h"
#include "base/listen.h"
#include "base/log.h"
#include "base/mem.h"
#include "console/stream.h"
#include "frames.h"
#include "input/input.h"
#include "link/link.h"
#include "loop/loop.h"
#include "render/render.h"
#include "term/term.h"
#include "vnc/vnc.h"

enum {
    /* How often the end looks whether viewers have seen the last frame. */
    END_CHECK_US = 10 * 1000,
    ADDRESS_MAX = 128, /* a socket file's path has at most 107 bytes */
    /* What a command that has ended may have left in its pty, with room. */
    END_DRAIN_MAX = 1 << 20,
};

/* The command line promises what the modules can do. */
static_assert((int)OPTIONS_COLS_MAX == (int)TERM_COLS_MAX, "columns");
static_assert((int)OPTIONS_ROWS_MAX == (int)TERM_ROWS_MAX, "rows");
static_assert((int)OPTIONS_FONT_SIZE_MIN == (int)RENDER_FONT_SIZE_MIN, "font");
static_assert((int)OPTIONS_FONT_SIZE_MAX == (int)RENDER_FONT_SIZE_MAX, "font");

static const char default_name[] = "vncterm";

/* A viewer's own state: keys it holds, text it has offered to paste. */
struct viewer {
    struct input_viewer input;
    struct bytes cut_text;
    bool is_clean; /* cut_text is as the guest shall get it */
};

struct session {
    const struct options *options;
    int link;
    int listener;
    uint16_t port; /* 0 for a socket file */
    void *font;
    size_t font_len;

    struct loop *loop;
    struct loop_fd *link_watcher;
    struct loop_timer *end_timer;
    struct stream *stream;
    struct term *term;
    struct render *render;
    struct vnc *vnc;
    struct frames *frames;
    struct viewer viewers[VNC_VIEWERS_MAX];

    uint64_t end_deadline_us; /* 0 until the console has ended */
    struct log_limit size_limit;
};

static void
on_output(void *data, const void *bytes, size_t len)
{
    struct session *s = data;

    term_feed(s->term, bytes, len);
    frames_schedule(s->frames);
}

static void
on_hangup(void *data, int err)
{
    struct session *s = data;
    struct link_message message = {.type = LINK_HANGUP};

    log_debug("console: hung up: %s", err != 0 ? strerror(err) : "end of file");
    int result = link_send(s->link, &message, -1);
    if (result < 0 && result != -EPIPE) {
        log_error_errno(-result, "link: cannot report a hang-up");
    }
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
    struct session *s = data;
    const char *own = s->options->title;
    char name[VNC_NAME_MAX + 1];

    if (title[0] == '\0') {
        vnc_set_name(s->vnc, own != NULL ? own : default_name);
    } else if (own == NULL) {
        vnc_set_name(s->vnc, title);
    } else {
        /* The name that was asked for stays readable; the rest may be cut. */
        (void)snprintf(name, sizeof(name), "%s: %s", own, title);
        vnc_set_name(s->vnc, name);
    }
}

static void
send_keys(struct session *s, const void *bytes, size_t len)
{
    if (stream_send_keys(s->stream, bytes, len) < 0) {
        vnc_bell(s->vnc);
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
paste(struct session *s, struct viewer *viewer)
{
    struct bytes text;

    if (bytes_len(&viewer->cut_text) == 0) {
        return;
    }
    if (!stream_takes_paste(s->stream)) {
        vnc_bell(s->vnc); /* before a copy of the text is made in vain */
        return;
    }
    clean_cut_text(viewer);
    bytes_init(&text, STREAM_PASTE_MAX);
    int result =
        input_paste(term_input_modes(s->term), &viewer->cut_text, &text);
    if (result == 0) {
        result = stream_send_paste(s->stream, &text);
    }
    if (result < 0) {
        vnc_bell(s->vnc);
    }
    bytes_fini(&text);
}

static void
perform(struct session *s, struct viewer *viewer,
        const struct input_action *action)
{
    switch (action->kind) {
    case INPUT_NOTHING:
        return;
    case INPUT_BYTES:
        send_keys(s, action->bytes, action->len);
        break;
    case INPUT_SCROLL_LINES:
        term_scroll_view(s->term, action->amount);
        break;
    case INPUT_SCROLL_PAGES: {
        int half = term_size(s->term).rows / 2;
        term_scroll_view(s->term, action->amount * (half > 0 ? half : 1));
        break;
    }
    case INPUT_PASTE:
        paste(s, viewer);
        break;
    }
    frames_schedule(s->frames);
}

static void
on_viewer(void *data, unsigned viewer)
{
    struct session *s = data;

    s->viewers[viewer] = (struct viewer){0};
    bytes_init(&s->viewers[viewer].cut_text, (size_t)2 * VNC_CUT_TEXT_MAX);
    if (vnc_viewers(s->vnc) == 1) {
        frames_update_picture(s->frames);
    }
}

static void
on_viewer_gone(void *data, unsigned viewer)
{
    struct session *s = data;

    bytes_fini(&s->viewers[viewer].cut_text);
    s->viewers[viewer] = (struct viewer){0};
    if (vnc_viewers(s->vnc) == 0) {
        frames_stop(s->frames);
        render_trim(s->render);
    }
}

static void
on_key(void *data, unsigned viewer, uint32_t keysym, bool down)
{
    struct session *s = data;
    struct viewer *from = &s->viewers[viewer];
    struct input_action action;

    input_key(&from->input, s->options->dialect, term_input_modes(s->term),
              keysym, down, &action);
    if (action.kind == INPUT_BYTES || action.kind == INPUT_PASTE) {
        /* Who types wants to see what the guest makes of it. */
        term_scroll_view_to_bottom(s->term);
    }
    perform(s, from, &action);
}

static void
on_pointer(void *data, unsigned viewer, int x, int y, unsigned buttons)
{
    struct session *s = data;
    struct viewer *from = &s->viewers[viewer];
    struct pixel_size cell = render_cell_size(s->render);
    struct cell_size size = term_size(s->term);
    struct cell_pos pos = {.row = y / cell.height, .col = x / cell.width};
    struct input_action action;

    pos.row = min_int(pos.row, size.rows - 1);
    pos.col = min_int(pos.col, size.cols - 1);
    input_pointer(&from->input, term_input_modes(s->term), pos, buttons,
                  &action);
    perform(s, from, &action);
}

static void
on_cut_text(void *data, unsigned viewer, const char *utf8, size_t len)
{
    struct session *s = data;
    struct viewer *from = &s->viewers[viewer];

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
    struct session *s = data;
    struct pixel_size cell = render_cell_size(s->render);
    struct pixel_size before = vnc_size(s->vnc);
    struct cell_size size = {
        .cols = clamp_int(wanted.width / cell.width, 1, TERM_COLS_MAX),
        .rows = clamp_int(wanted.height / cell.height, 1, TERM_ROWS_MAX)};
    struct pixel_size pixels = {.width = size.cols * cell.width,
                                .height = size.rows * cell.height};

    if (vnc_resize(s->vnc, pixels) < 0) {
        log_debug("vnc: viewer %u: refused the size %dx%d", viewer,
                  pixels.width, pixels.height);
        return;
    }
    if (term_resize(s->term, size) < 0) {
        if (log_limit_allows(&s->size_limit, loop_now_us(s->loop))) {
            log_warning("term: no memory for %dx%d cells", size.cols,
                        size.rows);
        }
        if (vnc_resize(s->vnc, before) < 0) {
            log_error("vnc: no memory for the size that it had");
            loop_quit(s->loop, EXIT_FAILURE);
            return;
        }
    } else {
        stream_set_size(s->stream, size);
    }
    frames_draw_all(s->frames);
}

static void
on_frame_wanted(void *data)
{
    struct session *s = data;

    frames_schedule(s->frames);
}

static void
on_repaint(void *data)
{
    struct session *s = data;

    frames_update_picture(s->frames);
}

static void
on_end_time(void *data)
{
    struct session *s = data;
    bool late = loop_now_us(s->loop) >= s->end_deadline_us;

    if (late || !vnc_is_behind(s->vnc)) {
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

static void
join_console(struct session *s, int fd)
{
    if (fd < 0) {
        log_error("link: a console without a descriptor");
        return;
    }
    int result = stream_open(s->stream, fd);
    if (result < 0) {
        log_error_errno(-result, "console: cannot join it");
    }
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
        join_console(s, fd);
        return true;
    case LINK_CONSOLE_END:
        stream_drain(s->stream, END_DRAIN_MAX);
        begin_end(s);
        return true;
    case LINK_CONSOLE_STAY:
        stream_drain(s->stream, END_DRAIN_MAX);
        return true;
    case LINK_READY:
    case LINK_HANGUP:
        break;
    }
    fd_close(&fd);
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

/* Where viewers find us, as -v spells it but with the TCP port. */
static const char *
address_text(const struct options *o, uint16_t port, char out[ADDRESS_MAX])
{
    char ip[INET_ADDRSTRLEN];

    if (o->unix_path != NULL) {
        (void)snprintf(out, ADDRESS_MAX, "unix:%s", o->unix_path);
    } else {
        (void)inet_ntop(AF_INET, &o->address, ip, sizeof(ip));
        (void)snprintf(out, ADDRESS_MAX, "%s:%u", ip, (unsigned)port);
    }
    return out;
}

static int
listen_for_viewers(struct session *s)
{
    const struct options *o = s->options;
    char address[ADDRESS_MAX];

    s->listener = o->unix_path != NULL
                      ? listen_unix(o->unix_path)
                      : listen_tcp(o->address, o->port, &s->port);
    if (s->listener < 0) {
        log_error_errno(-s->listener, "vnc: cannot listen on %s",
                        address_text(o, o->port, address));
        return s->listener;
    }
    return 0;
}

static void
tell_address(const struct session *s)
{
    const struct options *o = s->options;
    char address[ADDRESS_MAX];

    log_info("vnc: listening on %s", address_text(o, s->port, address));
    if (o->unix_path == NULL &&
        ntohl(o->address.s_addr) >> 24 != IN_LOOPBACKNET) {
        log_warning("vnc: other machines can connect, without a password");
    }
}

static int
read_file(int fd, void **out, size_t *out_len)
{
    struct stat st;

    if (fstat(fd, &st) < 0) {
        return -errno;
    }
    if (!S_ISREG(st.st_mode)) {
        return -EINVAL;
    }
    if (st.st_size < 1 || st.st_size > SESSION_FONT_FILE_MAX) {
        return -EFBIG;
    }
    size_t size = (size_t)st.st_size;
    char *content = malloc(size);
    if (content == NULL) {
        return -ENOMEM;
    }
    size_t len = 0;
    while (len < size) {
        ssize_t got = fd_read(fd, content + len, size - len);
        if (got <= 0) {
            free(content);
            return got < 0 ? (int)got : -EIO;
        }
        len += (size_t)got;
    }
    *out = content;
    *out_len = len;
    return 0;
}

static int
read_font(struct session *s)
{
    const char *path = s->options->font;

    if (path == NULL) {
        return 0;
    }
    /* O_NONBLOCK: a pipe by this name must not hold up the start. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    int result = fd < 0 ? -errno : read_file(fd, &s->font, &s->font_len);
    fd_close(&fd);
    if (result < 0) {
        log_error_errno(-result, "font: cannot read %s", path);
    }
    return result;
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
session_new(struct session **out, const struct options *options, int link)
{
    struct session *s = xcalloc(1, sizeof(*s));

    s->options = options;
    s->link = link;
    s->listener = -1;
    int result = listen_for_viewers(s);
    if (result == 0) {
        result = read_font(s);
    }
    if (result == 0) {
        result = make_loop(s);
    }
    if (result < 0) {
        session_free(s);
        return result;
    }
    *out = s;
    return 0;
}

static int
make_screen(struct session *s)
{
    static const struct term_handler handler = {
        .on_reply = on_reply, .on_bell = on_bell, .on_title = on_title};
    const struct options *o = s->options;
    struct render_config render_config = {
        .font = s->font, .font_len = s->font_len, .font_size = o->font_size};
    struct term_config term_config = {.size = o->size,
                                      .scrollback_max = o->scrollback_max,
                                      .dialect = o->dialect};

    int result = render_new(&s->render, &render_config);
    if (result < 0) {
        log_error_errno(-result, "font: cannot use %s at %d pixels",
                        o->font != NULL ? o->font : "the built-in font",
                        o->font_size);
        return result;
    }
    result = term_new(&s->term, &term_config, &handler, s);
    if (result < 0) {
        log_error_errno(-result, "term: cannot have %dx%d cells", o->size.cols,
                        o->size.rows);
    }
    return result;
}

static int
make_vnc(struct session *s)
{
    static const struct vnc_handler handler = {
        .on_viewer = on_viewer,
        .on_viewer_gone = on_viewer_gone,
        .on_key = on_key,
        .on_pointer = on_pointer,
        .on_cut_text = on_cut_text,
        .on_size_request = on_size_request,
        .on_frame_wanted = on_frame_wanted,
        .on_repaint = on_repaint,
    };
    const struct options *o = s->options;
    struct pixel_size cell = render_cell_size(s->render);
    struct vnc_config config = {
        .listeners = {s->listener},
        .listener_count = 1,
        .rfb = o->rfb == OPTIONS_RFB_3_3 ? VNC_RFB_3_3 : VNC_RFB_3_8,
        .dialect = VNC_DIALECT_FULL,
        .size = {.width = o->size.cols * cell.width,
                 .height = o->size.rows * cell.height},
        .name = o->title != NULL ? o->title : default_name,
    };

    int result = vnc_new(&s->vnc, s->loop, &config, &handler, s);
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

/* The parts that run while locked down, in the order of the way of a byte. */
static int
make_parts(struct session *s)
{
    static const struct stream_handler handler = {.on_output = on_output,
                                                  .on_hangup = on_hangup};

    loop_timer_new(&s->end_timer, s->loop, LOOP_PRIORITY_RENDER, on_end_time,
                   s);
    stream_new(&s->stream, s->loop, &handler, s);
    stream_set_size(s->stream, s->options->size);
    int result = make_screen(s);
    if (result == 0) {
        result = make_vnc(s);
    }
    if (result == 0) {
        make_frames(s);
    }
    return result;
}

static int
join_monitor(struct session *s)
{
    struct link_message ready = {.type = LINK_READY, .port = s->port};

    int result = loop_fd_new(&s->link_watcher, s->loop, s->link,
                             LOOP_PRIORITY_VIEWER, on_link, s);
    if (result == 0) {
        loop_fd_want(s->link_watcher, LOOP_READ);
        result = link_send(s->link, &ready, -1);
    }
    if (result < 0 && result != -EPIPE) { /* it may be leaving already */
        log_error_errno(-result, "link: cannot reach the monitor");
    }
    return result;
}

int
session_run(struct session *s)
{
    int result = make_parts(s);
    if (result == 0) {
        result = join_monitor(s);
    }
    if (result < 0) {
        return result;
    }
    tell_address(s);
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
    for (unsigned i = 0; i < VNC_VIEWERS_MAX; i++) {
        bytes_fini(&s->viewers[i].cut_text);
    }
    term_free(s->term);
    render_free(s->render);
    stream_free(s->stream);
    loop_timer_free(s->end_timer);
    loop_fd_free(s->link_watcher);
    loop_free(s->loop);
    fd_close(&s->listener);
    free(s->font);
    free(s);
}
