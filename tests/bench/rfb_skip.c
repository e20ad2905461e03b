/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench/rfb_skip.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/time.h>

#include "bench/util.h"

enum {
    TIMEOUT_S = 20,
    BUFFER_SIZE = 1 << 16,
    ENCODINGS_MAX = 16,
    PIXEL_SIZE = 4,
    /* Tight sends 3 bytes of a 32 bit pixel of depth 24, and data shorter
     * than this without a length (rfbproto, Tight encoding). */
    TIGHT_PIXEL_SIZE = 3,
    TIGHT_PLAIN_MAX = 12,
};

/* RFC 6143 sections 7.5, 7.6 and 7.7; the rest from rfbproto. */
enum {
    SET_PIXEL_FORMAT = 0,
    SET_ENCODINGS = 2,
    UPDATE_REQUEST = 3,
    KEY_EVENT = 4,
};
enum {
    UPDATE = 0,
    COLOUR_MAP = 1,
    BELL = 2,
    CUT_TEXT = 3,
};
enum {
    RAW = 0,
    COPY_RECT = 1,
    RRE = 2,
    CORRE = 4,
    HEXTILE = 5,
    ZLIB = 6,
    TIGHT = 7,
    ZRLE = 16,
    LAST_RECT = -224,
};
enum {
    HEXTILE_RAW = 1,
    HEXTILE_BACKGROUND = 2,
    HEXTILE_FOREGROUND = 4,
    HEXTILE_SUBRECTS = 8,
    HEXTILE_COLOURED = 16,
    HEXTILE_SIDE = 16,
};
enum {
    TIGHT_FILTER = 4, /* a filter is named */
    TIGHT_FILL = 8,
    TIGHT_JPEG = 9,
    TIGHT_PALETTE = 1,
};

struct rfb_skip {
    int fd;
    int width;
    int height;
    int watch_x;
    int watch_y;
    uint64_t received;
    size_t at; /* what of the buffer is used */
    size_t end;
    uint8_t buffer[BUFFER_SIZE];
};

/* Has at least one unused byte in the buffer. */
static void
fill(struct rfb_skip *c)
{
    if (c->at < c->end) {
        return;
    }
    ssize_t got = -1;
    do {
        got = read(c->fd, c->buffer, sizeof(c->buffer));
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        util_die_errno("the server does not answer");
    }
    if (got == 0) {
        util_die("the server has closed the connection");
    }
    c->received += (uint64_t)got;
    c->at = 0;
    c->end = (size_t)got;
}

static void
take(struct rfb_skip *c, uint8_t *out, size_t len)
{
    while (len > 0) {
        fill(c);
        size_t part = c->end - c->at < len ? c->end - c->at : len;
        if (out != NULL) {
            memcpy(out, c->buffer + c->at, part);
            out += part;
        }
        c->at += part;
        len -= part;
    }
}

static void
skip(struct rfb_skip *c, size_t len)
{
    take(c, NULL, len);
}

static uint8_t
take_u8(struct rfb_skip *c)
{
    fill(c);
    return c->buffer[c->at++];
}

static uint16_t
take_u16(struct rfb_skip *c)
{
    uint8_t high = take_u8(c);

    return (uint16_t)(high << 8 | take_u8(c));
}

static uint32_t
take_u32(struct rfb_skip *c)
{
    uint32_t high = take_u16(c);

    return high << 16 | take_u16(c);
}

static void
put_u16(uint8_t *out, unsigned value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
}

static void
put_u32(uint8_t *out, uint32_t value)
{
    put_u16(out, value >> 16);
    put_u16(out + 2, value & 0xffff);
}

static void
skip_hextile(struct rfb_skip *c, int width, int height)
{
    uint8_t mask = take_u8(c);

    if (mask & HEXTILE_RAW) {
        skip(c, (size_t)width * (size_t)height * PIXEL_SIZE);
        return;
    }
    if (mask & HEXTILE_BACKGROUND) {
        skip(c, PIXEL_SIZE);
    }
    if (mask & HEXTILE_FOREGROUND) {
        skip(c, PIXEL_SIZE);
    }
    if (mask & HEXTILE_SUBRECTS) {
        size_t count = take_u8(c);
        skip(c, count * (mask & HEXTILE_COLOURED ? PIXEL_SIZE + 2 : 2));
    }
}

static void
skip_hextiles(struct rfb_skip *c, int width, int height)
{
    for (int y = 0; y < height; y += HEXTILE_SIDE) {
        int tile_height = height - y < HEXTILE_SIDE ? height - y : HEXTILE_SIDE;
        for (int x = 0; x < width; x += HEXTILE_SIDE) {
            int tile_width =
                width - x < HEXTILE_SIDE ? width - x : HEXTILE_SIDE;
            skip_hextile(c, tile_width, tile_height);
        }
    }
}

/* Seven bits of a length in each byte but the third, lowest first. */
static void
skip_tight_data(struct rfb_skip *c, size_t plain)
{
    size_t len = 0;

    if (plain < TIGHT_PLAIN_MAX) {
        skip(c, plain);
        return;
    }
    for (int i = 0; i < 3; i++) {
        uint8_t byte = take_u8(c);
        len |= (size_t)(i < 2 ? byte & 0x7f : byte) << (7 * i);
        if ((byte & 0x80) == 0) {
            break;
        }
    }
    skip(c, len);
}

static void
skip_tight(struct rfb_skip *c, int width, int height)
{
    unsigned kind = take_u8(c) >> 4;
    size_t area = (size_t)width * (size_t)height;

    if (kind == TIGHT_FILL) {
        skip(c, TIGHT_PIXEL_SIZE);
        return;
    }
    if (kind == TIGHT_JPEG) {
        skip_tight_data(c, TIGHT_PLAIN_MAX);
        return;
    }
    if ((kind & TIGHT_FILTER) == 0 || take_u8(c) != TIGHT_PALETTE) {
        skip_tight_data(c, area * TIGHT_PIXEL_SIZE);
        return;
    }
    size_t colours = (size_t)take_u8(c) + 1;
    skip(c, colours * TIGHT_PIXEL_SIZE);
    size_t line = (size_t)(width + 7) / 8;
    skip_tight_data(c, colours == 2 ? line * (size_t)height : area);
}

static void
skip_rectangle(struct rfb_skip *c, int32_t encoding, int width, int height)
{
    switch (encoding) {
    case RAW:
        skip(c, (size_t)width * (size_t)height * PIXEL_SIZE);
        break;
    case COPY_RECT:
        skip(c, 4);
        break;
    case RRE:
        skip(c, (size_t)take_u32(c) * (PIXEL_SIZE + 8) + PIXEL_SIZE);
        break;
    case CORRE:
        skip(c, (size_t)take_u32(c) * (PIXEL_SIZE + 4) + PIXEL_SIZE);
        break;
    case HEXTILE:
        skip_hextiles(c, width, height);
        break;
    case TIGHT:
        skip_tight(c, width, height);
        break;
    case ZLIB:
    case ZRLE:
        skip(c, take_u32(c));
        break;
    default:
        util_die("the server sends an encoding that was not offered");
    }
}

static void
take_update(struct rfb_skip *c, struct rfb_skip_update *out)
{
    struct rfb_skip_update update = {0};

    skip(c, 1);
    for (unsigned left = take_u16(c); left > 0; left--) {
        int x = take_u16(c);
        int y = take_u16(c);
        int width = take_u16(c);
        int height = take_u16(c);
        int32_t encoding = (int32_t)take_u32(c);
        if (encoding == LAST_RECT) {
            break;
        }
        skip_rectangle(c, encoding, width, height);
        update.rectangles++;
        if (c->watch_x >= x && c->watch_x < x + width && c->watch_y >= y &&
            c->watch_y < y + height) {
            update.is_hit = true;
        }
    }
    *out = update;
}

bool
rfb_skip_next(struct rfb_skip *c, struct rfb_skip_update *out)
{
    switch (take_u8(c)) {
    case UPDATE:
        take_update(c, out);
        return true;
    case COLOUR_MAP:
        skip(c, 3);
        skip(c, (size_t)take_u16(c) * 6);
        return false;
    case BELL:
        return false;
    case CUT_TEXT:
        skip(c, 3);
        skip(c, take_u32(c));
        return false;
    default:
        util_die("the server sends an unknown message");
    }
}

static void
set_pixel_format(struct rfb_skip *c)
{
    /* 32 bits, depth 24, little endian, red at 16, green at 8, blue at 0. */
    static const uint8_t message[] = {SET_PIXEL_FORMAT,
                                      0,
                                      0,
                                      0,
                                      32,
                                      24,
                                      0,
                                      1,
                                      0,
                                      255,
                                      0,
                                      255,
                                      0,
                                      255,
                                      16,
                                      8,
                                      0,
                                      0,
                                      0,
                                      0};

    util_write_all(c->fd, message, sizeof(message));
}

static void
set_encodings(struct rfb_skip *c, const int32_t *encodings, size_t count)
{
    uint8_t message[4 + 4 * ENCODINGS_MAX] = {SET_ENCODINGS};

    if (count > ENCODINGS_MAX) {
        util_die("too many encodings");
    }
    put_u16(message + 2, (unsigned)count);
    for (size_t i = 0; i < count; i++) {
        put_u32(message + 4 + 4 * i, (uint32_t)encodings[i]);
    }
    util_write_all(c->fd, message, 4 + 4 * count);
}

static void
shake_hands(struct rfb_skip *c)
{
    static const uint8_t security_none = 1;
    static const uint8_t shared = 1;
    uint8_t version[12];

    take(c, version, sizeof(version));
    if (memcmp(version, "RFB 003.008\n", sizeof(version)) != 0) {
        util_die("the server does not speak RFB 3.8");
    }
    util_write_all(c->fd, version, sizeof(version));
    skip(c, take_u8(c));
    util_write_all(c->fd, &security_none, 1);
    if (take_u32(c) != 0) {
        util_die("the server refuses");
    }
    util_write_all(c->fd, &shared, 1);
    c->width = take_u16(c);
    c->height = take_u16(c);
    skip(c, 16);
    skip(c, take_u32(c));
}

struct rfb_skip *
rfb_skip_new(uint16_t port, const int32_t *encodings, size_t count)
{
    struct timeval timeout = {.tv_sec = TIMEOUT_S};
    struct rfb_skip *c = calloc(1, sizeof(*c));

    if (c == NULL) {
        util_die_errno("memory");
    }
    c->fd = util_connect(port);
    if (setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) <
        0) {
        util_die_errno("SO_RCVTIMEO");
    }
    shake_hands(c);
    set_pixel_format(c);
    set_encodings(c, encodings, count);
    return c;
}

void
rfb_skip_free(struct rfb_skip *c)
{
    if (c == NULL) {
        return;
    }
    (void)close(c->fd); /* nothing is written back */
    free(c);
}

int
rfb_skip_fd(const struct rfb_skip *c)
{
    return c->fd;
}

bool
rfb_skip_is_ahead(const struct rfb_skip *c)
{
    return c->at < c->end;
}

bool
rfb_skip_wait(const struct rfb_skip *c, int timeout_ms)
{
    struct pollfd poll_fd = {.fd = c->fd, .events = POLLIN};

    return rfb_skip_is_ahead(c) || poll(&poll_fd, 1, timeout_ms) > 0;
}

int
rfb_skip_width(const struct rfb_skip *c)
{
    return c->width;
}

int
rfb_skip_height(const struct rfb_skip *c)
{
    return c->height;
}

uint64_t
rfb_skip_received(const struct rfb_skip *c)
{
    return c->received;
}

void
rfb_skip_request(struct rfb_skip *c, enum rfb_skip_request what)
{
    uint8_t message[10] = {UPDATE_REQUEST, what == RFB_SKIP_CHANGES};

    put_u16(message + 6, (unsigned)c->width);
    put_u16(message + 8, (unsigned)c->height);
    util_write_all(c->fd, message, sizeof(message));
}

void
rfb_skip_key(struct rfb_skip *c, uint32_t keysym, bool down)
{
    uint8_t message[8] = {KEY_EVENT, down};

    put_u32(message + 4, keysym);
    util_write_all(c->fd, message, sizeof(message));
}

void
rfb_skip_watch(struct rfb_skip *c, int x, int y)
{
    c->watch_x = x;
    c->watch_y = y;
}
