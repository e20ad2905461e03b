/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hostile viewer against the whole of vnc/, the library included, while the
 * picture changes and a second viewer looks on. Time is the fake loop's.
 *
 * The first byte chooses the dialect, whether there is a password, whether
 * viewers only see, and whether the handshake is done for the input. Then: 0 to
 * 223 are a number of bytes that the viewer sends; above are things that
 * happen, see happen().
 */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "fakes/fake_loop.h"
#include "fuzz/fuzz.h"
#include "vnc/library.h"
#include "vnc/password.h"
#include "vnc/vnc.h"
#include "vnc/vnc_internal.h"

enum {
    SIDE_MAX = 300, /* pixels, so that an input is quick */
    TURNS_MAX = 50,
    EVENTS = 224,
    PEERS = 2,
};

static const char password[VNC_PASSWORD_MAX] = "fuzz";

struct peer {
    int ours;
    int theirs; /* vnc closes it, which frees the number */
};

struct world {
    struct loop *loop;
    struct vnc *vnc;
    struct peer peers[PEERS];
    unsigned viewers; /* a bit for each slot */
    bool is_view_only;
};

static void
on_viewer(void *data, unsigned viewer)
{
    struct world *w = data;

    assert((w->viewers & 1U << viewer) == 0);
    w->viewers |= 1U << viewer;
    assert(vnc_pixels(w->vnc) != NULL);
}

static void
on_viewer_gone(void *data, unsigned viewer)
{
    struct world *w = data;

    assert((w->viewers & 1U << viewer) != 0);
    w->viewers &= ~(1U << viewer);
}

static void
on_key(void *data, unsigned viewer, uint32_t keysym, bool down)
{
    struct world *w = data;

    assert(!w->is_view_only);

    (void)down;
    assert((w->viewers & 1U << viewer) != 0);
    if (keysym == 'b') {
        vnc_bell(w->vnc);
    }
}

static void
on_pointer(void *data, unsigned viewer, int x, int y, unsigned buttons)
{
    struct world *w = data;

    (void)buttons;
    assert((w->viewers & 1U << viewer) != 0);
    assert(x >= 0 && x < vnc_size(w->vnc).width);
    assert(y >= 0 && y < vnc_size(w->vnc).height);
}

static void
on_cut_text(void *data, unsigned viewer, enum vnc_text form, const void *text,
            size_t len)
{
    struct world *w = data;

    assert((w->viewers & 1U << viewer) != 0);
    assert(len <= VNC_CUT_TEXT_MAX);
    if (form == VNC_TEXT_UTF8) {
        vnc_set_cut_text(w->vnc, viewer, text, len);
        return;
    }
    char *utf8 = xcalloc(2, len + 1);
    size_t utf8_len = len > 0 ? latin1_to_utf8(text, len, utf8) : 0;
    if (utf8_len <= VNC_CUT_TEXT_MAX) {
        vnc_set_cut_text(w->vnc, viewer, utf8, utf8_len);
    }
    free(utf8);
}

static int
on_size_request(void *data, unsigned viewer, struct pixel_size size)
{
    struct world *w = data;

    assert((w->viewers & 1U << viewer) != 0);
    assert(size.width >= 1 && size.width <= UINT16_MAX);
    assert(size.height >= 1 && size.height <= UINT16_MAX);
    if (size.width > SIDE_MAX || size.height > SIDE_MAX) {
        return -EPERM;
    }
    return vnc_resize(w->vnc, size);
}

static void
on_frame_wanted(void *data)
{
    struct world *w = data;

    assert(vnc_wants_frame(w->vnc));
}

static void
on_repaint(void *data)
{
    struct world *w = data;

    assert(vnc_pixels(w->vnc) != NULL);
    vnc_scroll(w->vnc, (struct rect){.width = 8, .height = 8}, 2);
    vnc_mark(w->vnc, (struct rect){.width = 8, .height = 8});
}

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

static void
run(struct world *w)
{
    bool is_busy = true;

    for (int turn = 0; is_busy && turn < TURNS_MAX; turn++) {
        is_busy = false;
        for (int i = 0; i < PEERS; i++) {
            int fd = w->peers[i].theirs;
            unsigned wanted = fake_loop_wanted(w->loop, fd);
            struct pollfd p = {
                .fd = fd,
                .events = (short)((wanted & LOOP_READ ? POLLIN : 0) |
                                  (wanted & LOOP_WRITE ? POLLOUT : 0)),
            };
            if (wanted != 0 && poll(&p, 1, 0) > 0) {
                fake_loop_ready(w->loop, fd, wanted);
                is_busy = true;
            }
        }
        fake_loop_run_pending(w->loop);
    }
}

static void
drain(struct world *w, const struct peer *peer)
{
    static char buffer[64 << 10];

    while (recv(peer->ours, buffer, sizeof(buffer), MSG_DONTWAIT) > 0) {
        run(w);
    }
}

static void
open_peer(struct world *w, struct peer *peer)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                   pair) < 0) {
        abort();
    }
    peer->ours = pair[0];
    peer->theirs = pair[1];
    vnc_adopt(w->vnc, pair[1]);
    run(w);
}

static void
say(struct world *w, const struct peer *peer, const void *data, size_t len)
{
    /* The peer may be closed by now, and the socket may be full. */
    (void)!send(peer->ours, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    run(w);
}

/* Version 3.3 with a password, or none. */
static void
shake_hands(struct world *w, const struct peer *peer)
{
    static const char hello[] = "RFB 003.003\n";
    uint8_t wire[12 + 4 + PASSWORD_CHALLENGE_SIZE];
    uint8_t *challenge = wire + 12 + 4;

    say(w, peer, hello, sizeof(hello) - 1);
    if (recv(peer->ours, wire, sizeof(wire), MSG_DONTWAIT) == sizeof(wire)) {
        library_encrypt_challenge(challenge, password);
        say(w, peer, challenge, PASSWORD_CHALLENGE_SIZE);
    }
    say(w, peer, "\1", 1);
    drain(w, peer);
}

static struct rect
some_rect(uint8_t seed)
{
    return (struct rect){.x = seed % 7 * 8 - 8,
                         .y = seed % 5 * 16 - 16,
                         .width = seed % 11 * 8,
                         .height = seed % 3 * 16};
}

static void
draw(struct world *w, uint8_t seed)
{
    uint32_t *pixels = vnc_pixels(w->vnc);
    struct pixel_size size = vnc_size(w->vnc);

    if (pixels == NULL) {
        return;
    }
    for (int i = 0; i < size.width * size.height; i += seed % 16 + 1) {
        pixels[i] = (uint32_t)i * seed * 2654435761U & 0xffffff;
    }
}

/* Something that is not the hostile viewer's. */
static void
happen(struct world *w, uint8_t what, uint8_t seed)
{
    static const char incremental[] = "\3\1\0\0\0\0\xff\xff\xff\xff";

    switch (what - EVENTS) {
    case 0:
        draw(w, seed);
        vnc_mark(w->vnc, some_rect(seed));
        break;
    case 1:
        vnc_scroll(w->vnc, some_rect(seed), seed - 128);
        break;
    case 2:
        (void)vnc_resize(w->vnc, (struct pixel_size){seed, seed / 2 + 1});
        break;
    case 3:
        vnc_bell(w->vnc);
        break;
    case 4:
        vnc_set_name(w->vnc, seed % 2 == 0 ? "caf\xc3\xa9" : "");
        break;
    case 5:
        vnc_set_cut_text(w->vnc, (unsigned)seed % VNC_VIEWERS_MAX,
                         "\xe2\x82\xac", seed % 2 == 0 ? 3 : 0);
        break;
    case 6:
        drain(w, &w->peers[0]);
        break;
    case 7:
        fake_loop_advance_us(w->loop, (uint64_t)seed * 1000);
        break;
    case 8:
        say(w, &w->peers[1], incremental, sizeof(incremental) - 1);
        break;
    case 9:
        drain(w, &w->peers[1]);
        break;
    case 10:
        (void)shutdown(w->peers[0].ours, SHUT_WR); /* may be closed */
        break;
    case 11:
        fake_loop_advance_us(w->loop, VNC_STALLED_US);
        break;
    default:
        break;
    }
    vnc_flush(w->vnc);
    (void)vnc_is_behind(w->vnc); /* it must not crash */
    run(w);
}

static void
play(struct world *w, const uint8_t *data, size_t len)
{
    size_t at = 0;

    while (at < len) {
        uint8_t what = data[at];
        at++;
        if (what >= EVENTS) {
            happen(w, what, at < len ? data[at] : 0);
            at++;
            continue;
        }
        size_t size = what < len - at ? what : len - at;
        say(w, &w->peers[0], data + at, size);
        at += size;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    /* SetEncodings: Raw and CopyRect. */
    static const char raw_and_copies[] = "\2\0\0\2\0\0\0\0\0\0\0\1";
    struct world *w = xcalloc(1, sizeof(*w));
    uint8_t flags = len > 0 ? data[0] : 0;
    struct vnc_config config = {
        .memory_file = vnc_open_memory_file(),
        .rfb = (flags & 1) != 0 ? VNC_RFB_3_8 : VNC_RFB_3_3,
        .dialect = (flags & 2) != 0 ? VNC_DIALECT_FULL : VNC_DIALECT_AGENT,
        .is_view_only = (flags & 16) != 0,
        .password = (flags & 8) != 0 ? password : NULL,
        .size = {.width = 80, .height = 64},
        .name = "fuzz",
    };

    log_set_level(LOG_LEVEL_ERROR);
    w->is_view_only = config.is_view_only;
    fake_loop_new(&w->loop);
    if (vnc_new(&w->vnc, w->loop, &config, &handler, w) < 0) {
        abort();
    }
    for (int i = 0; i < PEERS; i++) {
        open_peer(w, &w->peers[i]);
    }
    shake_hands(w, &w->peers[1]);
    say(w, &w->peers[1], raw_and_copies, sizeof(raw_and_copies) - 1);
    if ((flags & 4) != 0) {
        shake_hands(w, &w->peers[0]);
    }
    if (len > 1) {
        play(w, data + 1, len - 1);
    }

    /* The other viewer is still served. */
    assert(vnc_viewers(w->vnc) >= 1);
    vnc_free(w->vnc);
    loop_free(w->loop);
    for (int i = 0; i < PEERS; i++) {
        (void)close(w->peers[i].ours);
    }
    (void)close(config.memory_file);
    free(w);
    return 0;
}
