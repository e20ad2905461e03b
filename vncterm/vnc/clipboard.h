/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clipboard between us and one viewer: what it is owed, and what it may
 * say. Plain cut text is Latin-1 (RFC 6143 section 7.6.4). A viewer that lists
 * the extended clipboard (rfbproto, "Extended Clipboard Pseudo-Encoding") gets
 * and sends UTF-8; of its formats only text is understood.
 *
 * Pure: messages in, messages out. What is owed merges into the newest, so
 * that a viewer that reads nothing costs one text.
 */
#ifndef VNCTERM_VNC_CLIPBOARD_H
#define VNCTERM_VNC_CLIPBOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct clipboard {
    bool is_extended;
    uint32_t actions;  /* that the viewer understands */
    uint32_t text_max; /* bytes that it takes without having asked */
    char *text;        /* what it was offered last, UTF-8, or NULL */
    size_t text_len;
    uint8_t *provide; /* or the message with that text, so made once */
    size_t provide_len;
    size_t inflated; /* bytes, since the caller has set it to 0 */

    /* What it is owed. */
    bool owes_caps;
    bool owes_text;
    bool owes_notify;
    bool owes_request;
    bool owes_provide;
};

enum clipboard_event {
    CLIPBOARD_NOTHING, /* for the caller to do; something may be owed */
    CLIPBOARD_TEXT,    /* the viewer's clipboard has changed */
};

/* Whether clipboard_take() would have to inflate `body`. */
bool clipboard_is_compressed(const uint8_t *body, size_t len);

/* Of a plain viewer, with nothing to offer. */
void clipboard_init(struct clipboard *c);

void clipboard_fini(struct clipboard *c);

/* The viewer has sent its encodings. */
void clipboard_set_extended(struct clipboard *c, bool is_extended);

/*
 * Owes it `utf8`, well-formed, at most VNC_CUT_TEXT_MAX bytes; copied. Returns
 * 0 or -ENOMEM.
 */
int clipboard_set_text(struct clipboard *c, const char *utf8, size_t len);

/*
 * Takes the body of an extended cut text: flags and what follows them. Returns
 * an enum clipboard_event; with CLIPBOARD_TEXT, *out is well-formed UTF-8 of
 * *out_len bytes, at most VNC_CUT_TEXT_MAX, lines end in LF, for free(). Or
 * -EMSGSIZE for a longer text, -EINVAL for what is malformed, or -ENOMEM.
 */
int clipboard_take(struct clipboard *c, const uint8_t *body, size_t len,
                   char **out, size_t *out_len);

/*
 * Appends what is owed. Returns 0 or -errno, with the message that failed left
 * out.
 */
int clipboard_push(struct clipboard *c, struct bytes *out);

#endif
