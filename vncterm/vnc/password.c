/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/password.h"

#include <errno.h>
#include <string.h>

#include <sys/random.h>

#include "vnc/library.h"

void
password_init(struct password *p, const char *text)
{
    size_t len = strnlen(text, VNC_PASSWORD_MAX);

    *p = (struct password){.text = {0}};
    memcpy(p->text, text, len);
}

void
password_fini(struct password *p)
{
    explicit_bzero(p, sizeof(*p));
}

int
password_make_challenge(uint8_t challenge[PASSWORD_CHALLENGE_SIZE])
{
    ssize_t got = getrandom(challenge, PASSWORD_CHALLENGE_SIZE, GRND_NONBLOCK);

    if (got < 0) {
        return -errno;
    }
    return got == PASSWORD_CHALLENGE_SIZE ? 0 : -EIO;
}

/*
 * The library says nothing of a key that it refuses as weak, or of memory that
 * it lacks; then the challenge is as it was, and would be the right answer.
 */
static bool
encrypt(const struct password *p,
        const uint8_t challenge[PASSWORD_CHALLENGE_SIZE],
        uint8_t out[PASSWORD_CHALLENGE_SIZE])
{
    memcpy(out, challenge, PASSWORD_CHALLENGE_SIZE);
    library_encrypt_challenge(out, p->text);
    return memcmp(out, challenge, PASSWORD_CHALLENGE_SIZE) != 0;
}

bool
password_is_right(const struct password *p,
                  const uint8_t challenge[PASSWORD_CHALLENGE_SIZE],
                  const uint8_t answer[PASSWORD_CHALLENGE_SIZE])
{
    uint8_t expected[PASSWORD_CHALLENGE_SIZE];
    uint8_t difference = 0;

    if (!encrypt(p, challenge, expected)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(expected); i++) {
        difference |= expected[i] ^ answer[i];
    }
    explicit_bzero(expected, sizeof(expected));
    return difference == 0;
}

int
vnc_prepare_password(const char *password)
{
    static const uint8_t zeros[PASSWORD_CHALLENGE_SIZE];
    uint8_t encrypted[PASSWORD_CHALLENGE_SIZE];
    struct password p;

    password_init(&p, password);
    bool is_usable = encrypt(&p, zeros, encrypted);
    password_fini(&p);
    explicit_bzero(encrypted, sizeof(encrypted));
    return is_usable ? 0 : -EINVAL;
}
