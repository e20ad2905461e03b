/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A viewer's messages: what is parsed lies inside what was sent, what is
 * chosen for the library is what it may see, and no split changes anything.
 */
#include <assert.h>
#include <errno.h>

#include "fuzz/fuzz.h"
#include "vnc/flow.h"
#include "vnc/message.h"
#include "vnc/wire.h"

static void
check_encodings(const struct message *m)
{
    for (int i = 0; i < 2; i++) {
        enum vnc_dialect dialect =
            i == 0 ? VNC_DIALECT_AGENT : VNC_DIALECT_FULL;
        struct encodings e;
        encodings_choose(m->encodings.list, m->encodings.count, dialect, &e);
        assert(e.message_len <= sizeof(e.message));
        assert(e.message_len == 4 + (size_t)4 * wire_get_u16(e.message + 2));
        for (size_t at = 4; at < e.message_len; at += 4) {
            int32_t encoding = (int32_t)wire_get_u32(e.message + at);
            assert(encoding >= -308 && encoding <= 17);
            assert(encoding != -308 || dialect == VNC_DIALECT_FULL);
        }
    }
}

static void
check(const struct message *m, const uint8_t *data, size_t len)
{
    assert(m->len > 0 && m->len <= len && m->len <= MESSAGE_SIZE_MAX);
    switch (m->type) {
    case MESSAGE_SET_FORMAT:
        assert(m->format == data && m->len == MESSAGE_FORMAT_SIZE);
        break;
    case MESSAGE_SET_ENCODINGS:
        assert(m->encodings.count <= VNC_ENCODINGS_MAX);
        assert(m->encodings.list + (size_t)4 * m->encodings.count ==
               data + m->len);
        check_encodings(m);
        break;
    case MESSAGE_CUT_TEXT:
        assert(m->cut_text.len <= VNC_CUT_TEXT_MAX);
        assert(m->cut_text.latin1 + m->cut_text.len == data + m->len);
        break;
    case MESSAGE_EXTENDED_CUT_TEXT:
        assert(m->extended.len <= VNC_CUT_TEXT_MAX);
        assert(m->extended.body + m->extended.len == data + m->len);
        break;
    case MESSAGE_CUT_TEXT_TOO_LONG:
        assert(m->swallow > VNC_CUT_TEXT_MAX);
        break;
    case MESSAGE_FENCE:
        assert(m->fence.len <= FLOW_PAYLOAD_MAX);
        assert(m->fence.payload + m->fence.len == data + m->len);
        break;
    case MESSAGE_CONTINUOUS:
    case MESSAGE_IGNORED:
    case MESSAGE_UPDATE_REQUEST:
    case MESSAGE_KEY:
    case MESSAGE_POINTER:
    case MESSAGE_SET_DESKTOP_SIZE:
        break;
    }
}

static void
check_all(const uint8_t *data, size_t len, enum vnc_dialect dialect)
{
    size_t at = 0;

    while (at < len) {
        struct message m;
        int r = message_parse(data + at, len - at, dialect, &m);
        if (r < 0) {
            assert(r == -EAGAIN || r == -EPROTO || r == -EINVAL ||
                   r == -EBADMSG);
            break;
        }
        check(&m, data + at, len - at);
        struct message part;
        assert(message_parse(data + at, m.len - 1, dialect, &part) == -EAGAIN);
        at += m.len;
        at += m.swallow < len - at ? m.swallow : len - at;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    check_all(data, len, VNC_DIALECT_AGENT);
    check_all(data, len, VNC_DIALECT_FULL);
    return 0;
}
