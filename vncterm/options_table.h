/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options that there are, for getopt_long(), and what is wrong with one
 * that there is not. For options.c.
 */
#ifndef VNCTERM_OPTIONS_TABLE_H
#define VNCTERM_OPTIONS_TABLE_H

#include <getopt.h>

#include "options.h"

enum {
    OPTIONS_QUOTE_MAX = 96, /* so much of a foreign value is in an error */
};

/* What getopt_long() returns for long options without a letter. */
enum options_code {
    OPTION_ALLOW_REMOTE = 256,
    OPTION_PASSWORD_FILE,
    OPTION_VIEW_ONLY,
    OPTION_RFB,
    OPTION_GEOMETRY,
    OPTION_MAX_GEOMETRY,
    OPTION_FONT,
    OPTION_FONT_SIZE,
    OPTION_TERM,
    OPTION_CHARSET,
    OPTION_PALETTE,
    OPTION_FG,
    OPTION_BG,
    OPTION_BOLD_BRIGHT,
    OPTION_BLINK,
    OPTION_BACKSPACE,
    OPTION_SCROLLBACK,
    OPTION_FPS,
    OPTION_LOG_LEVEL,
    OPTION_TEXT_REPLAY,
    OPTION_STATE_DIR,
    OPTION_SANDBOX,
    OPTION_GUEST_RESIZE,
    OPTION_OSC52,
    OPTION_CONFORMANCE,
    OPTION_VERSION,
};

extern const char options_letters[];
extern const struct option options_names[]; /* ends with one without a name */

/*
 * Says what is wrong when getopt_long() has returned `result`, '?' or ':', for
 * what it calls `code`; `argument` is what it has read.
 */
void options_name_fault(int result, int code, const char *argument,
                        char error[OPTIONS_ERROR_MAX]);

#endif
