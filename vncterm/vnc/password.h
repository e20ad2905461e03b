/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The password of VncAuth (RFC 6143 section 7.2.2): a random challenge comes
 * back encrypted with it. The cipher is DES, of which 8 bytes of the password
 * are the key; it is the library's.
 */
#ifndef VNCTERM_VNC_PASSWORD_H
#define VNCTERM_VNC_PASSWORD_H

#include <stdbool.h>
#include <stdint.h>

#include "vnc/vnc.h"

enum {
    PASSWORD_CHALLENGE_SIZE = 16,
};

struct password {
    char text[VNC_PASSWORD_MAX + 1]; /* padded with zeros */
};

/* What is longer than VNC_PASSWORD_MAX is cut. */
void password_init(struct password *p, const char *text);

/* Forgets it. */
void password_fini(struct password *p);

/* 16 random bytes of the system. Returns 0 or -errno. */
int password_make_challenge(uint8_t challenge[PASSWORD_CHALLENGE_SIZE]);

/* In a time that does not depend on where the answer differs. */
bool password_is_right(const struct password *p,
                       const uint8_t challenge[PASSWORD_CHALLENGE_SIZE],
                       const uint8_t answer[PASSWORD_CHALLENGE_SIZE]);

#endif
