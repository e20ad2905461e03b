/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pastes.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "input/input.h"

enum {
    NOBODY = -1,
    /* Whose paste is being fed and who is not there any more: its slot may be
     * another one's by now. */
    GONE = VNC_VIEWERS_MAX,

    TEXT_MAX = 2 * VNC_CUT_TEXT_MAX,
};

struct paster {
    struct bytes text;
    enum vnc_text form;
    bool is_clean;     /* as the guest shall get it, in UTF-8 */
    bool waits;        /* for its turn */
    struct bytes keys; /* typed behind its paste */
};

struct pastes {
    struct stream *stream;
    const struct term *term;
    struct paster pasters[VNC_VIEWERS_MAX + 1];
    int fed; /* whose paste the stream has, or NOBODY */
};

void
pastes_new(struct pastes **out, struct stream *stream, const struct term *term)
{
    struct pastes *p = xcalloc(1, sizeof(*p));

    p->stream = stream;
    p->term = term;
    p->fed = NOBODY;
    for (int i = 0; i <= GONE; i++) {
        bytes_init(&p->pasters[i].text, TEXT_MAX);
        bytes_init(&p->pasters[i].keys, PASTES_KEYS_MAX);
    }
    *out = p;
}

void
pastes_free(struct pastes *p)
{
    if (p == NULL) {
        return;
    }
    for (int i = 0; i <= GONE; i++) {
        bytes_fini(&p->pasters[i].text);
        bytes_fini(&p->pasters[i].keys);
    }
    free(p);
}

void
pastes_set_text(struct pastes *p, unsigned viewer, enum vnc_text form,
                const void *text, size_t len)
{
    struct paster *from = &p->pasters[viewer];

    from->form = form;
    from->is_clean = false;
    bytes_clear(&from->text);
    int result = bytes_push(&from->text, text, len);
    if (result < 0) {
        log_debug("vnc: viewer %u: clipboard dropped: %s", viewer,
                  strerror(-result));
    }
}

static int
decode_latin1(struct paster *from)
{
    size_t len = bytes_len(&from->text);
    struct bytes decoded;

    bytes_init(&decoded, TEXT_MAX);
    uint8_t *room = bytes_reserve(&decoded, 2 * len);
    if (room == NULL) {
        return -ENOMEM;
    }
    bytes_commit(&decoded,
                 latin1_to_utf8(bytes_peek(&from->text), len, (char *)room));
    bytes_fini(&from->text);
    from->text = decoded;
    from->form = VNC_TEXT_UTF8;
    return 0;
}

/*
 * Once for each text, however often it is pasted; and not for a text that is
 * never pasted, because that is what most are.
 */
static int
clean_text(struct paster *from)
{
    struct bytes cleaned;
    int result = 0;

    if (from->is_clean || bytes_len(&from->text) == 0) {
        return 0;
    }
    if (from->form == VNC_TEXT_LATIN1) {
        result = decode_latin1(from);
    }
    bytes_init(&cleaned, TEXT_MAX);
    if (result == 0) {
        result = input_clean((const char *)bytes_peek(&from->text),
                             bytes_len(&from->text), &cleaned);
    }
    if (result < 0) {
        return result;
    }
    bytes_fini(&from->text);
    from->text = cleaned;
    from->is_clean = true;
    return 0;
}

/* The turn of whose paste was being fed is over. Returns 0 or -errno. */
static int
end_turn(struct pastes *p)
{
    struct paster *who = &p->pasters[p->fed];
    size_t len = bytes_len(&who->keys);
    int result = 0;

    p->fed = NOBODY;
    if (len > 0) {
        result = stream_send_keys(p->stream, bytes_peek(&who->keys), len);
        bytes_clear(&who->keys);
    }
    return result;
}

/* Sends the paste of a viewer to the stream, which takes one. */
static int
feed(struct pastes *p, int viewer)
{
    const struct input_modes *modes = term_input_modes(p->term);
    struct paster *from = &p->pasters[viewer];
    size_t bracket_len = modes->bracketed_paste ? INPUT_BRACKET_LEN : 0;
    struct bytes paste;

    from->waits = false;
    p->fed = viewer;
    bytes_init(&paste, STREAM_PASTE_MAX);
    int result = clean_text(from);
    if (result == 0) {
        result = input_paste(modes, &from->text, &paste);
    }
    if (result == 0) {
        result = stream_send_paste(p->stream, &paste, bracket_len);
    }
    bytes_fini(&paste);
    if (result < 0 || stream_takes_paste(p->stream)) {
        int ended = end_turn(p);
        result = result < 0 ? result : ended;
    }
    return result;
}

int
pastes_paste(struct pastes *p, unsigned viewer)
{
    struct paster *from = &p->pasters[viewer];

    assert(viewer < VNC_VIEWERS_MAX);
    if (bytes_len(&from->text) == 0) {
        return 0;
    }
    if (from->waits || p->fed == (int)viewer) {
        return -ENOBUFS;
    }
    if (p->fed == NOBODY) {
        return feed(p, (int)viewer);
    }
    from->waits = true;
    return 0;
}

int
pastes_send_keys(struct pastes *p, unsigned viewer, const void *bytes,
                 size_t len)
{
    struct paster *from = &p->pasters[viewer];

    assert(viewer < VNC_VIEWERS_MAX);
    if (from->waits || p->fed == (int)viewer) {
        return bytes_push(&from->keys, bytes, len);
    }
    return stream_send_keys(p->stream, bytes, len);
}

int
pastes_go_on(struct pastes *p)
{
    int last = p->fed;

    assert(last != NOBODY);
    int result = end_turn(p);

    for (int i = 1; i <= VNC_VIEWERS_MAX && p->fed == NOBODY; i++) {
        int next = (last + i) % VNC_VIEWERS_MAX;
        if (p->pasters[next].waits) {
            int fed = feed(p, next);
            result = result < 0 ? result : fed;
        }
    }
    return result;
}

void
pastes_forget(struct pastes *p, unsigned viewer)
{
    struct paster *who = &p->pasters[viewer];

    assert(viewer < VNC_VIEWERS_MAX);
    if (p->fed == (int)viewer) {
        struct bytes none = p->pasters[GONE].keys;
        p->pasters[GONE].keys = who->keys;
        who->keys = none;
        p->fed = GONE;
    }
    who->waits = false;
    bytes_clear(&who->keys);
    bytes_clear(&who->text);
}
