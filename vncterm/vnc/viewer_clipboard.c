/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/viewer_clipboard.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "vnc/clipboard.h"
#include "vnc/viewer.h"
#include "vnc/vnc.h"
#include "vnc/vnc_internal.h"

void
viewer_take_cut_text(struct viewer *v, const struct message *m)
{
    struct vnc *vnc = v->vnc;

    bytes_clear(&v->late_cut_text); /* older */
    vnc->handler->on_cut_text(vnc->data, (unsigned)v->slot, VNC_TEXT_LATIN1,
                              m->cut_text.latin1, m->cut_text.len);
}

/* To paste the text before it would be worse than nothing. */
static void
forget_cut_text(struct viewer *v)
{
    v->vnc->handler->on_cut_text(v->vnc->data, (unsigned)v->slot, VNC_TEXT_UTF8,
                                 "", 0);
}

void
viewer_swallow_cut_text(struct viewer *v, const struct message *m)
{
    struct vnc *vnc = v->vnc;

    if (log_limit_allows(&vnc->cut_text_limit, loop_now_us(vnc->loop))) {
        log_warning("vnc: viewer %d: clipboard of %u bytes ignored", v->slot,
                    m->swallow);
    }
    bytes_clear(&v->late_cut_text);
    forget_cut_text(v);
}

static void
take_clipboard(struct viewer *v, const uint8_t *body, size_t body_len)
{
    struct vnc *vnc = v->vnc;
    char *text;
    size_t len;

    int r = clipboard_take(&v->clipboard, body, body_len, &text, &len);
    if (v->clipboard.inflated > 0) {
        v->cut_text_from_us =
            loop_now_us(vnc->loop) +
            v->clipboard.inflated / VIEWER_CUT_TEXT_BYTES_PER_US;
        v->clipboard.inflated = 0;
    }
    if (r == CLIPBOARD_TEXT) {
        bytes_clear(&v->late_cut_text); /* older */
        vnc->handler->on_cut_text(vnc->data, (unsigned)v->slot, VNC_TEXT_UTF8,
                                  text, len);
        free(text);
    } else if (r < 0) {
        if (log_limit_allows(&vnc->cut_text_limit, loop_now_us(vnc->loop))) {
            log_warning_errno(-r, "vnc: viewer %d: clipboard ignored", v->slot);
        }
        forget_cut_text(v);
    }
}

void
viewer_take_extended_cut_text(struct viewer *v, const struct message *m)
{
    uint64_t now_us = loop_now_us(v->vnc->loop);
    const uint8_t *body = m->extended.body;
    size_t len = m->extended.len;

    if (!v->encodings.has_extended_clipboard) {
        return;
    }
    if (!clipboard_is_compressed(body, len)) {
        take_clipboard(v, body, len);
        return;
    }
    bytes_clear(&v->late_cut_text); /* there is a newer one */
    if (now_us >= v->cut_text_from_us) {
        take_clipboard(v, body, len);
        return;
    }
    forget_cut_text(v);
    if (bytes_push(&v->late_cut_text, body, len) == 0) {
        vnc_advance_at(v->vnc, v->cut_text_from_us);
    }
}

void
viewer_take_late_cut_text(struct viewer *v)
{
    size_t len = bytes_len(&v->late_cut_text);

    if (len == 0) {
        return;
    }
    if (loop_now_us(v->vnc->loop) < v->cut_text_from_us) {
        vnc_advance_at(v->vnc, v->cut_text_from_us);
        return;
    }
    take_clipboard(v, bytes_peek(&v->late_cut_text), len);
    bytes_clear(&v->late_cut_text);
}
