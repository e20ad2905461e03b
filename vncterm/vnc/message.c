/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/message.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "vnc/flow.h"
#include "vnc/wire.h"

/*
 * Message types: RFC 6143 section 7.5 and the RFB community's registry. QEMU's
 * keys, 255, are not among them: who sends them has been told that they are
 * known (-258), and nobody is.
 */
enum {
    TYPE_SET_PIXEL_FORMAT = 0,
    TYPE_SET_ENCODINGS = 2,
    TYPE_UPDATE_REQUEST = 3,
    TYPE_KEY = 4,
    TYPE_POINTER = 5,
    TYPE_CUT_TEXT = 6,
    TYPE_CONTINUOUS = 150, /* EnableContinuousUpdates */
    TYPE_FENCE = 248,
    TYPE_SET_DESKTOP_SIZE = 251,
    TYPE_SCANCODE = 254, /* XenCenter's own: down, padding, scan code */
};

enum {
    UPDATE_REQUEST_SIZE = 10,
    KEY_SIZE = 8,
    POINTER_SIZE = 6,
    DESKTOP_SIZE_HEADER = 8,
    DESKTOP_SCREEN_SIZE = 16,
    SCANCODE_SIZE = 8,
    CONTINUOUS_SIZE = 10,
    FENCE_HEADER = 9,
};

enum {
    ENCODING_RAW = 0,
    ENCODING_COPY_RECT = 1,
    ENCODING_RRE = 2,
    ENCODING_CORRE = 4,
    ENCODING_HEXTILE = 5,
    ENCODING_ZLIB = 6,
    ENCODING_TIGHT = 7,
    ENCODING_ULTRA = 9,
    ENCODING_ZRLE = 16,
    ENCODING_ZYWRLE = 17,
    ENCODING_DESKTOP_SIZE = -223,
    ENCODING_LAST_RECT = -224,
    ENCODING_POINTER_POS = -232,
    ENCODING_CURSOR = -239,
    ENCODING_X_CURSOR = -240,
    ENCODING_COMPRESS_LEVEL_9 = -247,
    ENCODING_COMPRESS_LEVEL_0 = -256,
    ENCODING_DESKTOP_NAME = -307,
    ENCODING_EXTENDED_DESKTOP_SIZE = -308,
    ENCODING_FENCE = -312,
    ENCODING_CONTINUOUS = -313,
    ENCODING_EXTENDED_CLIPBOARD = -1063131698, /* 0xc0a1e5ce */
    /* zlib's level 9 costs 35 ms for a screen, level 6 an eighth of it. */
    COMPRESS_LEVEL_MAX = 6,
};

/*
 * What the library gets to see. Not among them: JPEG quality levels, without
 * which Tight stays exact, as text wants it, and everything that would make
 * the library parse or send more than pixels and cursors.
 */
static const int32_t served[] = {
    ENCODING_RAW,         ENCODING_COPY_RECT,    ENCODING_RRE,
    ENCODING_CORRE,       ENCODING_HEXTILE,      ENCODING_ZLIB,
    ENCODING_TIGHT,       ENCODING_ULTRA,        ENCODING_ZRLE,
    ENCODING_ZYWRLE,      ENCODING_DESKTOP_SIZE, ENCODING_LAST_RECT,
    ENCODING_POINTER_POS, ENCODING_CURSOR,       ENCODING_X_CURSOR,
};

enum {
    SERVED_COUNT = sizeof(served) / sizeof(served[0]),
};

/* And a compression level and ExtendedDesktopSize. */
static_assert(SERVED_COUNT + 2 <= ENCODINGS_KEPT_MAX, "room for all");

/* The bits of a channel whose greatest value is 2^bits - 1, or -1. */
static int
channel_bits(unsigned max)
{
    int bits = 0;

    while (max >> bits != 0) {
        bits++;
    }
    return bits > 0 && max == (1U << bits) - 1 ? bits : -1;
}

bool
message_format_is_usable(const uint8_t message[MESSAGE_FORMAT_SIZE])
{
    const uint8_t *format = message + 4;
    int bits_per_pixel = format[0];
    int depth = format[1];
    bool is_true_colour = format[3] != 0;

    if (bits_per_pixel != 8 && bits_per_pixel != 16 && bits_per_pixel != 32) {
        return false;
    }
    if (!is_true_colour) {
        return bits_per_pixel == 8; /* the library makes it BGR233 */
    }
    if (depth > bits_per_pixel) {
        return false;
    }
    uint64_t used = 0;
    for (size_t i = 0; i < 3; i++) {
        int bits = channel_bits(wire_get_u16(format + 4 + 2 * i));
        int shift = format[10 + i];
        if (bits < 0 || shift + bits > bits_per_pixel) {
            return false;
        }
        uint64_t mask = ((UINT64_C(1) << bits) - 1) << shift;
        if ((used & mask) != 0) {
            return false;
        }
        used |= mask;
    }
    return true;
}

static int
parse_format(const uint8_t *data, struct message *out)
{
    if (!message_format_is_usable(data)) {
        return -EINVAL;
    }
    out->type = MESSAGE_SET_FORMAT;
    out->format = data;
    return 0;
}

static int
parse_encodings(const uint8_t *data, size_t len, struct message *out)
{
    if (len < MESSAGE_ENCODINGS_HEADER) {
        return -EAGAIN;
    }
    unsigned sent = wire_get_u16(data + 2);
    unsigned kept = sent > VNC_ENCODINGS_MAX ? VNC_ENCODINGS_MAX : sent;
    size_t size = MESSAGE_ENCODINGS_HEADER + (size_t)4 * kept;

    if (len < size) {
        return -EAGAIN;
    }
    out->type = MESSAGE_SET_ENCODINGS;
    out->len = size;
    out->swallow = 4 * (sent - kept);
    out->encodings.list = data + MESSAGE_ENCODINGS_HEADER;
    out->encodings.count = kept;
    return 0;
}

static int
parse_cut_text(const uint8_t *data, size_t len, enum vnc_dialect dialect,
               struct message *out)
{
    if (len < MESSAGE_CUT_TEXT_HEADER) {
        return -EAGAIN;
    }
    uint32_t length = wire_get_u32(data + 4);
    bool is_extended = length > INT32_MAX; /* as it is a negative number */

    length = is_extended ? 0 - length : length;
    out->len = MESSAGE_CUT_TEXT_HEADER;
    if (is_extended && dialect == VNC_DIALECT_AGENT) {
        out->type = MESSAGE_IGNORED; /* nobody was invited to send it */
        out->swallow = length;
        return 0;
    }
    if (length > VNC_CUT_TEXT_MAX) {
        out->type = MESSAGE_CUT_TEXT_TOO_LONG;
        out->swallow = length;
        return 0;
    }
    if (len < MESSAGE_CUT_TEXT_HEADER + (size_t)length) {
        return -EAGAIN;
    }
    out->len = MESSAGE_CUT_TEXT_HEADER + (size_t)length;
    if (is_extended) {
        out->type = MESSAGE_EXTENDED_CUT_TEXT;
        out->extended.body = data + MESSAGE_CUT_TEXT_HEADER;
        out->extended.len = length;
        return 0;
    }
    out->type = MESSAGE_CUT_TEXT;
    out->cut_text.latin1 = data + MESSAGE_CUT_TEXT_HEADER;
    out->cut_text.len = length;
    return 0;
}

/* SetDesktopSize: size, number of screens, and id, area, flags of each. */
static int
parse_desktop_size(const uint8_t *data, size_t len, struct message *out)
{
    if (len < DESKTOP_SIZE_HEADER) {
        return -EAGAIN;
    }
    unsigned screens = data[6];
    size_t size = DESKTOP_SIZE_HEADER + (size_t)screens * DESKTOP_SCREEN_SIZE;

    if (len < size) {
        return -EAGAIN;
    }
    int width = wire_get_u16(data + 2);
    int height = wire_get_u16(data + 4);
    const uint8_t *screen = data + DESKTOP_SIZE_HEADER;

    out->type = MESSAGE_SET_DESKTOP_SIZE;
    out->len = size;
    out->desktop.size = (struct pixel_size){.width = width, .height = height};
    /* LibVNCServer's client library 0.9.14, which is Remmina's, sends whatever
     * is on its stack as the screen's identity and place. */
    out->desktop.is_one_screen = screens == 1 &&
                                 wire_get_u16(screen + 8) == width &&
                                 wire_get_u16(screen + 10) == height;
    return 0;
}

static int
parse_fence(const uint8_t *data, size_t len, struct message *out)
{
    if (len < FENCE_HEADER) {
        return -EAGAIN;
    }
    size_t payload = data[8];
    if (payload > FLOW_PAYLOAD_MAX) {
        return -EBADMSG;
    }
    if (len < FENCE_HEADER + payload) {
        return -EAGAIN;
    }
    out->type = MESSAGE_FENCE;
    out->len = FENCE_HEADER + payload;
    out->fence.flags = wire_get_u32(data + 4);
    out->fence.payload = data + FENCE_HEADER;
    out->fence.len = payload;
    return 0;
}

static struct rect
parse_rect(const uint8_t *data)
{
    return (struct rect){
        .x = wire_get_u16(data),
        .y = wire_get_u16(data + 2),
        .width = wire_get_u16(data + 4),
        .height = wire_get_u16(data + 6),
    };
}

static void
parse_continuous(const uint8_t *data, struct message *out)
{
    out->type = MESSAGE_CONTINUOUS;
    out->continuous.is_on = data[1] != 0;
    out->continuous.area = parse_rect(data + 2);
}

static void
parse_update_request(const uint8_t *data, struct message *out)
{
    out->type = MESSAGE_UPDATE_REQUEST;
    out->request.is_incremental = data[1] != 0;
    out->request.area = parse_rect(data + 2);
}

static void
parse_key(const uint8_t *data, struct message *out)
{
    out->type = MESSAGE_KEY;
    out->key.is_down = data[1] != 0;
    out->key.keysym = wire_get_u32(data + 4);
}

static void
parse_pointer(const uint8_t *data, struct message *out)
{
    out->type = MESSAGE_POINTER;
    out->pointer.buttons = data[1];
    out->pointer.x = wire_get_u16(data + 2);
    out->pointer.y = wire_get_u16(data + 4);
}

/* The size of the types that have one, or 0. */
static size_t
fixed_size(uint8_t type)
{
    switch (type) {
    case TYPE_SET_PIXEL_FORMAT:
        return MESSAGE_FORMAT_SIZE;
    case TYPE_UPDATE_REQUEST:
        return UPDATE_REQUEST_SIZE;
    case TYPE_KEY:
        return KEY_SIZE;
    case TYPE_POINTER:
        return POINTER_SIZE;
    case TYPE_SCANCODE:
        return SCANCODE_SIZE;
    case TYPE_CONTINUOUS:
        return CONTINUOUS_SIZE;
    default:
        return 0;
    }
}

int
message_parse(const uint8_t *data, size_t len, enum vnc_dialect dialect,
              struct message *out)
{
    if (len == 0) {
        return -EAGAIN;
    }
    uint8_t type = data[0];
    if (dialect == VNC_DIALECT_AGENT &&
        (type == TYPE_FENCE || type == TYPE_CONTINUOUS)) {
        return -EPROTO; /* nobody was invited to send them */
    }
    size_t size = fixed_size(type);
    if (len < size) {
        return -EAGAIN;
    }
    struct message message = {.type = MESSAGE_IGNORED, .len = size};
    int r = 0;

    switch (type) {
    case TYPE_SET_PIXEL_FORMAT:
        r = parse_format(data, &message);
        break;
    case TYPE_SET_ENCODINGS:
        r = parse_encodings(data, len, &message);
        break;
    case TYPE_UPDATE_REQUEST:
        parse_update_request(data, &message);
        break;
    case TYPE_KEY:
        parse_key(data, &message);
        break;
    case TYPE_POINTER:
        parse_pointer(data, &message);
        break;
    case TYPE_CUT_TEXT:
        r = parse_cut_text(data, len, dialect, &message);
        break;
    case TYPE_SET_DESKTOP_SIZE:
        r = parse_desktop_size(data, len, &message);
        break;
    case TYPE_FENCE:
        r = parse_fence(data, len, &message);
        break;
    case TYPE_CONTINUOUS:
        parse_continuous(data, &message);
        break;
    case TYPE_SCANCODE:
        break;
    default:
        return -EPROTO;
    }
    if (r == 0) {
        *out = message;
    }
    return r;
}

/* Whether the library is told of `encoding`, as it is. */
static bool
is_served(int32_t encoding, enum vnc_dialect dialect)
{
    if (encoding == ENCODING_EXTENDED_DESKTOP_SIZE) {
        return dialect == VNC_DIALECT_FULL;
    }
    for (unsigned i = 0; i < SERVED_COUNT; i++) {
        if (served[i] == encoding) {
            return true;
        }
    }
    return false;
}

static bool
is_listed(const struct encodings *e, int32_t encoding)
{
    for (size_t at = MESSAGE_ENCODINGS_HEADER; at < e->message_len; at += 4) {
        if ((int32_t)wire_get_u32(e->message + at) == encoding) {
            return true;
        }
    }
    return false;
}

static void
add_encoding(struct encodings *e, int32_t encoding)
{
    if (is_listed(e, encoding)) {
        return;
    }
    assert(e->message_len + 4 <= sizeof(e->message)); /* each is there once */
    wire_put_u32(e->message + e->message_len, (uint32_t)encoding);
    e->message_len += 4;
}

void
encodings_choose(const uint8_t *list, unsigned count, enum vnc_dialect dialect,
                 struct encodings *out)
{
    int32_t compress_level = 0;

    *out = (struct encodings){.message = {TYPE_SET_ENCODINGS},
                              .message_len = MESSAGE_ENCODINGS_HEADER};
    for (unsigned i = 0; i < count; i++) {
        int32_t encoding = (int32_t)wire_get_u32(list + (size_t)4 * i);
        /* XenCenter's own mark, -254, is level 2, which its encodings lack. */
        if (encoding >= ENCODING_COMPRESS_LEVEL_0 &&
            encoding <= ENCODING_COMPRESS_LEVEL_9) {
            int32_t highest = ENCODING_COMPRESS_LEVEL_0 + COMPRESS_LEVEL_MAX;
            compress_level = encoding > highest ? highest : encoding;
        } else if (encoding == ENCODING_DESKTOP_NAME) {
            out->has_desktop_name = true;
        } else if (encoding == ENCODING_EXTENDED_CLIPBOARD) {
            out->has_extended_clipboard = dialect == VNC_DIALECT_FULL;
        } else if (encoding == ENCODING_FENCE) {
            out->has_fence = dialect == VNC_DIALECT_FULL;
        } else if (encoding == ENCODING_CONTINUOUS) {
            out->has_continuous = dialect == VNC_DIALECT_FULL;
        } else if (is_served(encoding, dialect)) {
            add_encoding(out, encoding);
        }
    }
    if (compress_level != 0) {
        add_encoding(out, compress_level);
    }
    out->has_extended_desktop_size =
        is_listed(out, ENCODING_EXTENDED_DESKTOP_SIZE);
    wire_put_u16(out->message + 2,
                 (uint16_t)((out->message_len - MESSAGE_ENCODINGS_HEADER) / 4));
}
