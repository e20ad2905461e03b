/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit/rfb_client.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#include <cmocka.h>

#include "vnc/wire.h"

enum {
    READ_SIZE = 64 << 10,
    PIXEL_SIZE = 4,
};

void
rfb_client_init(struct rfb_client *c, int fd)
{
    *c = (struct rfb_client){.fd = fd, .size_status = -1};
}

void
rfb_client_fini(struct rfb_client *c)
{
    if (c->fd >= 0) {
        assert_int_equal(close(c->fd), 0);
    }
    free(c->data);
    free(c->pixels);
    c->fd = -1;
    c->data = NULL;
    c->pixels = NULL;
}

void
rfb_client_send(struct rfb_client *c, const void *data, size_t len)
{
    ssize_t sent = send(c->fd, data, len, MSG_NOSIGNAL);

    assert_int_equal(sent, (ssize_t)len);
}

void
rfb_client_read(struct rfb_client *c, size_t max)
{
    while (max > 0) {
        size_t size = max < READ_SIZE ? max : READ_SIZE;
        if (c->len + size > c->capacity) {
            c->capacity = 2 * c->capacity + size;
            c->data = realloc(c->data, c->capacity);
            assert_non_null(c->data);
        }
        ssize_t n = recv(c->fd, c->data + c->len, size, MSG_DONTWAIT);
        if (n <= 0) {
            c->is_closed = n == 0 || errno == ECONNRESET;
            assert_true(c->is_closed || errno == EAGAIN);
            return;
        }
        c->len += (size_t)n;
        max -= (size_t)n;
    }
}

static void
drop(struct rfb_client *c, size_t len)
{
    assert_true(len <= c->len);
    c->len -= len;
    memmove(c->data, c->data + len, c->len);
}

void
rfb_client_take(struct rfb_client *c, void *out, size_t len)
{
    assert_true(len <= c->len);
    memcpy(out, c->data, len);
    drop(c, len);
}

void
rfb_client_expect(struct rfb_client *c, const void *data, size_t len)
{
    uint8_t got[64];

    assert_true(len <= sizeof(got));
    rfb_client_take(c, got, len);
    assert_memory_equal(got, data, len);
}

static void
set_size(struct rfb_client *c, int width, int height)
{
    assert_in_range(width, 1, RFB_CLIENT_SIDE_MAX);
    assert_in_range(height, 1, RFB_CLIENT_SIDE_MAX);
    free(c->pixels);
    c->pixels = calloc((size_t)width * (size_t)height, sizeof(*c->pixels));
    assert_non_null(c->pixels);
    c->size = (struct pixel_size){.width = width, .height = height};
}

static void
set_text(char out[RFB_CLIENT_TEXT_MAX], const uint8_t *data, size_t len)
{
    size_t kept = len < RFB_CLIENT_TEXT_MAX ? len : RFB_CLIENT_TEXT_MAX - 1;

    memcpy(out, data, kept);
    out[kept] = '\0';
}

void
rfb_client_take_init(struct rfb_client *c)
{
    static const uint8_t format[] = {32,  24, 0,   1,  0, 255, 0,
                                     255, 0,  255, 16, 8, 0};
    uint8_t init[24];

    rfb_client_take(c, init, sizeof(init));
    set_size(c, wire_get_u16(init), wire_get_u16(init + 2));
    assert_memory_equal(init + 4, format, sizeof(format));
    size_t len = wire_get_u32(init + 20);
    assert_true(len <= c->len);
    set_text(c->name, c->data, len);
    drop(c, len);
}

/* A cursor over what was received; `at` beyond `end` means "not complete". */
struct reader {
    struct rfb_client *c;
    size_t at;
};

static const uint8_t *
take(struct reader *r, size_t len)
{
    size_t at = r->at;

    r->at += len;
    return r->at <= r->c->len ? r->c->data + at : NULL;
}

static void
assert_inside(const struct rfb_client *c, struct rect area)
{
    assert_true(area.x >= 0 && area.x + area.width <= c->size.width);
    assert_true(area.y >= 0 && area.y + area.height <= c->size.height);
}

static uint32_t
get_pixel(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 |
           p[0];
}

static void
fill(struct rfb_client *c, struct rect area, uint32_t pixel)
{
    assert_inside(c, area);
    for (int y = area.y; y < area.y + area.height; y++) {
        for (int x = area.x; x < area.x + area.width; x++) {
            c->pixels[y * c->size.width + x] = pixel;
        }
    }
}

static bool
read_raw(struct reader *r, struct rect area)
{
    size_t count = (size_t)area.width * (size_t)area.height;
    const uint8_t *data = take(r, count * PIXEL_SIZE);

    if (data == NULL) {
        return false;
    }
    assert_inside(r->c, area);
    for (size_t i = 0; i < count; i++) {
        size_t x = (size_t)area.x + i % (size_t)area.width;
        size_t y = (size_t)area.y + i / (size_t)area.width;
        r->c->pixels[y * (size_t)r->c->size.width + x] =
            get_pixel(data + i * PIXEL_SIZE);
    }
    return true;
}

static uint32_t *
pixel_at(const struct rfb_client *c, int x, int y)
{
    return &c->pixels[y * c->size.width + x];
}

static bool
read_copy(struct reader *r, struct rect area)
{
    struct rfb_client *c = r->c;
    const uint8_t *from = take(r, 4);

    if (from == NULL) {
        return false;
    }
    struct rect source = area;
    source.x = wire_get_u16(from);
    source.y = wire_get_u16(from + 2);
    assert_inside(c, area);
    assert_inside(c, source);
    size_t line = (size_t)area.width * sizeof(*c->pixels);
    for (int i = 0; i < area.height; i++) {
        int y = source.y < area.y ? area.height - 1 - i : i;
        memmove(pixel_at(c, area.x, area.y + y),
                pixel_at(c, source.x, source.y + y), line);
    }
    c->copies++;
    return true;
}

static bool
read_hextile_subrects(struct reader *r, struct rect tile, bool has_colours,
                      uint32_t foreground)
{
    const uint8_t *count = take(r, 1);

    if (count == NULL) {
        return false;
    }
    for (int i = 0, n = *count; i < n; i++) {
        if (has_colours) {
            const uint8_t *colour = take(r, PIXEL_SIZE);
            if (colour == NULL) {
                return false;
            }
            foreground = get_pixel(colour);
        }
        const uint8_t *place = take(r, 2);
        if (place == NULL) {
            return false;
        }
        fill(r->c,
             (struct rect){.x = tile.x + (place[0] >> 4),
                           .y = tile.y + (place[0] & 15),
                           .width = (place[1] >> 4) + 1,
                           .height = (place[1] & 15) + 1},
             foreground);
    }
    return true;
}

static bool
read_hextile_tile(struct reader *r, struct rect tile, uint32_t colours[2])
{
    const uint8_t *mask = take(r, 1);

    if (mask == NULL) {
        return false;
    }
    int bits = *mask;
    if ((bits & 1) != 0) {
        return read_raw(r, tile);
    }
    for (int i = 0; i < 2; i++) { /* background, foreground */
        if ((bits & (2 << i)) != 0) {
            const uint8_t *colour = take(r, PIXEL_SIZE);
            if (colour == NULL) {
                return false;
            }
            colours[i] = get_pixel(colour);
        }
    }
    fill(r->c, tile, colours[0]);
    return (bits & 8) == 0 ||
           read_hextile_subrects(r, tile, (bits & 16) != 0, colours[1]);
}

static bool
read_hextile(struct reader *r, struct rect area)
{
    uint32_t colours[2] = {0};

    for (int y = 0; y < area.height; y += 16) {
        for (int x = 0; x < area.width; x += 16) {
            struct rect tile = {
                .x = area.x + x,
                .y = area.y + y,
                .width = area.width - x < 16 ? area.width - x : 16,
                .height = area.height - y < 16 ? area.height - y : 16,
            };
            if (!read_hextile_tile(r, tile, colours)) {
                return false;
            }
        }
    }
    return true;
}

static bool
read_extended_size(struct reader *r, struct rect area)
{
    const uint8_t *screens = take(r, 4);

    if (screens == NULL || take(r, (size_t)16 * screens[0]) == NULL) {
        return false;
    }
    r->c->size_reason = area.x;
    r->c->size_status = area.y;
    if (area.y == 0) {
        set_size(r->c, area.width, area.height);
    }
    r->c->sizes++;
    return true;
}

static bool
read_name(struct reader *r)
{
    const uint8_t *len = take(r, 4);
    const uint8_t *text = len == NULL ? NULL : take(r, wire_get_u32(len));

    if (text == NULL) {
        return false;
    }
    set_text(r->c->name, text, wire_get_u32(len));
    r->c->names++;
    return true;
}

static void
count_pixel_rect(struct rfb_client *c, struct rect area)
{
    c->pixel_rects++;
    c->pixel_area += area.width * area.height;
}

static bool
read_rect(struct reader *r)
{
    struct rfb_client *c = r->c;
    const uint8_t *header = take(r, 12);

    if (header == NULL) {
        return false;
    }
    struct rect area = {.x = wire_get_u16(header),
                        .y = wire_get_u16(header + 2),
                        .width = wire_get_u16(header + 4),
                        .height = wire_get_u16(header + 6)};
    size_t pixels = (size_t)area.width * (size_t)area.height;
    size_t mask = (size_t)(area.width + 7) / 8 * (size_t)area.height;

    switch ((int32_t)wire_get_u32(header + 8)) {
    case 0:
        count_pixel_rect(c, area);
        return read_raw(r, area);
    case 1:
        return read_copy(r, area);
    case 5:
        count_pixel_rect(c, area);
        return read_hextile(r, area);
    case -223:
        set_size(c, area.width, area.height);
        c->sizes++;
        return true;
    case -232:
        c->pointer_moves++;
        return true;
    case -239:
        c->cursors++;
        return take(r, pixels * PIXEL_SIZE + mask) != NULL;
    case -307:
        return read_name(r);
    case -308:
        return read_extended_size(r, area);
    default:
        fail_msg("unexpected encoding %d", (int)wire_get_u32(header + 8));
        return false;
    }
}

static bool
read_update(struct reader *r)
{
    const uint8_t *header = take(r, 3);

    if (header == NULL) {
        return false;
    }
    for (int i = 0, n = wire_get_u16(header + 1); i < n; i++) {
        if (!read_rect(r)) {
            return false;
        }
    }
    r->c->updates++;
    return true;
}

static bool
read_cut_text(struct reader *r)
{
    const uint8_t *header = take(r, 7);

    if (header == NULL) {
        return false;
    }
    size_t len = wire_get_u32(header + 3);
    const uint8_t *text = take(r, len);
    if (text == NULL) {
        return false;
    }
    set_text(r->c->cut_text, text, len);
    r->c->cut_text_len = len;
    r->c->cut_texts++;
    return true;
}

static bool
read_fence(struct reader *r)
{
    const uint8_t *header = take(r, 8);
    const uint8_t *payload = header == NULL ? NULL : take(r, header[7]);

    if (payload == NULL) {
        return false;
    }
    r->c->fences++;
    r->c->fence_flags = wire_get_u32(header + 3);
    r->c->fence_len = header[7];
    assert_true(r->c->fence_len <= RFB_CLIENT_FENCE_MAX);
    memcpy(r->c->fence, payload, r->c->fence_len);
    return true;
}

static bool
read_message(struct reader *r)
{
    const uint8_t *type = take(r, 1);

    switch (type == NULL ? -1 : *type) {
    case -1:
        return false;
    case 0:
        return read_update(r);
    case 1: /* SetColourMapEntries of a whole map */
        return take(r, 5 + 256 * 6) != NULL;
    case 2:
        r->c->bells++;
        return true;
    case 3:
        return read_cut_text(r);
    case 150:
        r->c->continuous_ends++;
        return true;
    case 248:
        return read_fence(r);
    default:
        fail_msg("unexpected message %u", *type);
        return false;
    }
}

void
rfb_client_receive(struct rfb_client *c)
{
    rfb_client_read(c, SIZE_MAX);
    while (c->len > 0) {
        /* What is understood of half a message is understood again. */
        struct rfb_client before = *c;
        struct reader r = {.c = c};
        if (!read_message(&r)) {
            before.pixels = c->pixels;
            before.size = c->size;
            *c = before;
            return;
        }
        drop(c, r.at);
    }
}

void
rfb_client_send_encodings(struct rfb_client *c, const int32_t *list,
                          unsigned count)
{
    uint8_t *message = calloc(1, 4 + (size_t)4 * count);

    assert_non_null(message);
    message[0] = 2;
    wire_put_u16(message + 2, (uint16_t)count);
    for (unsigned i = 0; i < count; i++) {
        wire_put_u32(message + 4 + (size_t)4 * i, (uint32_t)list[i]);
    }
    rfb_client_send(c, message, 4 + (size_t)4 * count);
    free(message);
}

void
rfb_client_request(struct rfb_client *c, enum rfb_client_request what)
{
    uint8_t message[10] = {3, what == RFB_CLIENT_CHANGES};

    wire_put_u16(message + 6, (uint16_t)c->size.width);
    wire_put_u16(message + 8, (uint16_t)c->size.height);
    rfb_client_send(c, message, sizeof(message));
}

void
rfb_client_send_desktop_size(struct rfb_client *c, struct pixel_size size)
{
    uint8_t message[24] = {251};

    wire_put_u16(message + 2, (uint16_t)size.width);
    wire_put_u16(message + 4, (uint16_t)size.height);
    message[6] = 1;
    wire_put_u16(message + 16, (uint16_t)size.width);
    wire_put_u16(message + 18, (uint16_t)size.height);
    rfb_client_send(c, message, sizeof(message));
}

void
rfb_client_send_fence(struct rfb_client *c, uint32_t flags, const void *payload,
                      size_t len)
{
    uint8_t message[9 + RFB_CLIENT_FENCE_MAX] = {248};

    assert_true(len <= RFB_CLIENT_FENCE_MAX);
    wire_put_u32(message + 4, flags);
    message[8] = (uint8_t)len;
    memcpy(message + 9, payload, len);
    rfb_client_send(c, message, 9 + len);
}

void
rfb_client_confirm(struct rfb_client *c)
{
    uint32_t request = UINT32_C(1) << 31;

    assert_true((c->fence_flags & request) != 0);
    rfb_client_send_fence(c, c->fence_flags & ~request, c->fence, c->fence_len);
}

void
rfb_client_send_continuous(struct rfb_client *c, bool is_on)
{
    uint8_t message[10] = {150, is_on};

    wire_put_u16(message + 6, (uint16_t)c->size.width);
    wire_put_u16(message + 8, (uint16_t)c->size.height);
    rfb_client_send(c, message, sizeof(message));
}
