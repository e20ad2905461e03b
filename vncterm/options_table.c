/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options_table.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

/* `+`: what follows the first operand belongs to the command. `:`: an argument
 * that is missing is told apart from an unknown option. */
const char options_letters[] = "+:cp:rst:x:v:SV::l:Th";

const struct option options_names[] = {
    {"cmd", no_argument, NULL, 'c'},
    {"pty", required_argument, NULL, 'p'},
    {"restart", no_argument, NULL, 'r'},
    {"stay", no_argument, NULL, 's'},
    {"title", required_argument, NULL, 't'},
    {"xenstore", required_argument, NULL, 'x'},
    {"vnclisten", required_argument, NULL, 'v'},
    {"stay-root", no_argument, NULL, 'S'},
    {"vncviewer", optional_argument, NULL, 'V'},
    {"loadstate", required_argument, NULL, 'l'},
    {"text", no_argument, NULL, 'T'},
    {"help", no_argument, NULL, 'h'},
    {"allow-remote", no_argument, NULL, OPTION_ALLOW_REMOTE},
    {"password-file", required_argument, NULL, OPTION_PASSWORD_FILE},
    {"view-only", no_argument, NULL, OPTION_VIEW_ONLY},
    {"rfb", required_argument, NULL, OPTION_RFB},
    {"geometry", required_argument, NULL, OPTION_GEOMETRY},
    {"max-geometry", required_argument, NULL, OPTION_MAX_GEOMETRY},
    {"font", required_argument, NULL, OPTION_FONT},
    {"font-size", required_argument, NULL, OPTION_FONT_SIZE},
    {"term", required_argument, NULL, OPTION_TERM},
    {"charset", required_argument, NULL, OPTION_CHARSET},
    {"palette", required_argument, NULL, OPTION_PALETTE},
    {"fg", required_argument, NULL, OPTION_FG},
    {"bg", required_argument, NULL, OPTION_BG},
    {"blink", no_argument, NULL, OPTION_BLINK},
    {"bold-bright", required_argument, NULL, OPTION_BOLD_BRIGHT},
    {"backspace", required_argument, NULL, OPTION_BACKSPACE},
    {"scrollback", required_argument, NULL, OPTION_SCROLLBACK},
    {"fps", required_argument, NULL, OPTION_FPS},
    {"log-level", required_argument, NULL, OPTION_LOG_LEVEL},
    {"text-replay", no_argument, NULL, OPTION_TEXT_REPLAY},
    {"state-dir", required_argument, NULL, OPTION_STATE_DIR},
    {"sandbox", required_argument, NULL, OPTION_SANDBOX},
    {"guest-resize", no_argument, NULL, OPTION_GUEST_RESIZE},
    {"osc52", no_argument, NULL, OPTION_OSC52},
    {"conformance", no_argument, NULL, OPTION_CONFORMANCE},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

/* A long option that there is not, or not only one of. */
static void
say_name_fault(const char *argument, char error[OPTIONS_ERROR_MAX])
{
    static const char dashes[] = "--";
    size_t dashes_len = sizeof(dashes) - 1;
    size_t len = strcspn(argument, "=");
    int matches = 0;
    char name[OPTIONS_QUOTE_MAX];

    for (const struct option *o = options_names; o->name != NULL; o++) {
        if (len >= dashes_len &&
            strncmp(argument + dashes_len, o->name, len - dashes_len) == 0) {
            matches++;
        }
    }
    if (matches > 1) {
        log_escape(name, sizeof(name), argument, len);
        (void)snprintf(error, OPTIONS_ERROR_MAX,
                       "%s: it is ambiguous, several options begin with it",
                       name);
        return;
    }
    log_escape(name, sizeof(name), argument, strlen(argument));
    (void)snprintf(error, OPTIONS_ERROR_MAX, "%s: there is no such option",
                   name);
}

/* What is written fits: names are ours or cut. */
void
options_name_fault(int result, int code, const char *argument,
                   char error[OPTIONS_ERROR_MAX])
{
    const struct option *option = options_names;
    char name[OPTIONS_QUOTE_MAX];
    char letter = (char)code;

    while (option->name != NULL && option->val != code) {
        option++;
    }
    if (result == ':') {
        (void)snprintf(error, OPTIONS_ERROR_MAX,
                       "--%s: the argument is missing", option->name);
    } else if (option->name != NULL) {
        (void)snprintf(error, OPTIONS_ERROR_MAX,
                       "--%s: there is an argument, but it takes none",
                       option->name);
    } else if (code != 0) {
        log_escape(name, sizeof(name), &letter, 1);
        (void)snprintf(error, OPTIONS_ERROR_MAX, "-%s: there is no such option",
                       name);
    } else {
        say_name_fault(argument, error);
    }
}
