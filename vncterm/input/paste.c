/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/coding.h"
#include "base/utf8.h"
#include "input/input.h"

/* ctlseqs, "Bracketed Paste Mode". */
static const char bracket_begin[] = "\033[200~";
static const char bracket_end[] = "\033[201~";

static_assert(sizeof(bracket_begin) - 1 == INPUT_BRACKET_LEN &&
                  sizeof(bracket_end) - 1 == INPUT_BRACKET_LEN,
              "brackets have the length that is said");

/* Counts, and writes when there is somewhere to write to. */
struct cleaner {
    char *out;
    size_t len;
    bool has_seen_cr; /* the last character was CR: a LF belongs to it */
};

static void
emit(struct cleaner *cleaner, uint32_t code)
{
    char encoded[UTF8_MAX];
    size_t len = utf8_encode(code, encoded);

    if (cleaner->out != NULL) {
        memcpy(cleaner->out + cleaner->len, encoded, len);
    }
    cleaner->len += len;
}

/* C0, DEL and C1: anything that a program could take for a key. */
static bool
is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

static void
clean_character(struct cleaner *cleaner, uint32_t code)
{
    bool ends_crlf = code == '\n' && cleaner->has_seen_cr;

    cleaner->has_seen_cr = code == '\r';
    if (ends_crlf) {
        return;
    }
    if (code == '\r' || code == '\n') {
        emit(cleaner, '\r'); /* what the Return key sends */
    } else if (code == '\t' || !is_control(code)) {
        emit(cleaner, code);
    }
}

/* How many of the first bytes are printable ASCII, as most of a text is. */
static size_t
printable_run(const char *bytes, size_t len)
{
    size_t run = 0;

    while (run < len && bytes[run] >= 0x20 && bytes[run] < 0x7f) {
        run++;
    }
    return run;
}

static void
clean_run(struct cleaner *cleaner, const char *run, size_t len)
{
    if (cleaner->out != NULL) {
        memcpy(cleaner->out + cleaner->len, run, len);
    }
    cleaner->len += len;
    cleaner->has_seen_cr = false;
}

static void
clean(struct cleaner *cleaner, const char *utf8, size_t len)
{
    struct utf8_decoder decoder = {0};

    for (size_t i = 0; i < len; i++) {
        size_t run =
            decoder.missing == 0 ? printable_run(utf8 + i, len - i) : 0;
        if (run > 0) {
            clean_run(cleaner, utf8 + i, run);
            i += run - 1;
            continue;
        }
        uint8_t byte = (uint8_t)utf8[i];
        uint32_t code;
        enum utf8_result result = utf8_decode(&decoder, byte, &code);
        if (result == UTF8_BAD_RETRY) {
            result = utf8_decode(&decoder, byte, &code);
        }
        if (result == UTF8_DONE) {
            clean_character(cleaner, code);
        }
    }
}

int
input_clean(const char *utf8, size_t len, struct bytes *out)
{
    size_t needed = len; /* a text never gets longer */

    if (len > bytes_space(out)) {
        struct cleaner counter = {.out = NULL};
        clean(&counter, utf8, len);
        needed = counter.len;
    }
    if (needed == 0) {
        return 0;
    }
    if (needed > bytes_space(out)) {
        return -ENOBUFS;
    }
    uint8_t *room = bytes_reserve(out, needed);
    if (room == NULL) {
        return -ENOMEM;
    }
    struct cleaner writer = {.out = (char *)room};
    clean(&writer, utf8, len);
    assert(writer.len <= needed);
    bytes_commit(out, writer.len);
    return 0;
}

int
input_paste(const struct input_modes *modes, const struct bytes *cleaned,
            struct bytes *out)
{
    size_t len = bytes_len(cleaned);
    size_t total = len + (modes->bracketed_paste ? 2 * INPUT_BRACKET_LEN : 0);

    if (len == 0) {
        return 0;
    }
    if (total > bytes_space(out)) {
        return -ENOBUFS;
    }
    uint8_t *at = bytes_reserve(out, total);
    if (at == NULL) {
        return -ENOMEM;
    }
    if (modes->bracketed_paste) {
        memcpy(at, bracket_begin, INPUT_BRACKET_LEN);
        at += INPUT_BRACKET_LEN;
    }
    size_t coded = coding_from_utf8(
        modes->coding, (const char *)bytes_peek(cleaned), len, (char *)at);
    if (modes->bracketed_paste) {
        memcpy(at + coded, bracket_end, INPUT_BRACKET_LEN);
    }
    bytes_commit(out, total - len + coded);
    return 0;
}
