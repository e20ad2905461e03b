/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <sys/un.h>

/* So much of a foreign value is repeated in an error. */
#define QUOTE_MAX 96

/* Display 0, RFC 6143 section 6. */
#define RFB_PORT 5900

/* Long options without a letter. */
enum {
    OPTION_ALLOW_REMOTE = 256,
    OPTION_RFB,
    OPTION_GEOMETRY,
    OPTION_FONT,
    OPTION_FONT_SIZE,
    OPTION_TERM,
    OPTION_SCROLLBACK,
    OPTION_FPS,
    OPTION_LOG_LEVEL,
    OPTION_VERSION,
};

/* `+`: what follows the first operand belongs to the command. `:`: an argument
 * that is missing is told apart from an unknown option. */
static const char short_options[] = "+:cp:rst:v:h";

static const struct option long_options[] = {
    {"cmd", no_argument, NULL, 'c'},
    {"pty", required_argument, NULL, 'p'},
    {"restart", no_argument, NULL, 'r'},
    {"stay", no_argument, NULL, 's'},
    {"title", required_argument, NULL, 't'},
    {"vnclisten", required_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {"allow-remote", no_argument, NULL, OPTION_ALLOW_REMOTE},
    {"rfb", required_argument, NULL, OPTION_RFB},
    {"geometry", required_argument, NULL, OPTION_GEOMETRY},
    {"font", required_argument, NULL, OPTION_FONT},
    {"font-size", required_argument, NULL, OPTION_FONT_SIZE},
    {"term", required_argument, NULL, OPTION_TERM},
    {"scrollback", required_argument, NULL, OPTION_SCROLLBACK},
    {"fps", required_argument, NULL, OPTION_FPS},
    {"log-level", required_argument, NULL, OPTION_LOG_LEVEL},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

const char options_help[] =
    "Usage: vncterm [OPTION]... -c [COMMAND [ARGUMENT]...]\n"
    "       vncterm [OPTION]... -p PATH\n"
    "Shows a text console to VNC viewers.\n"
    "\n"
    "The console:\n"
    "  -c, --cmd               run COMMAND, or the shell in SHELL\n"
    "  -p, --pty=PATH          use the pty at PATH\n"
    "  -r, --restart           run the command again when it ends; with -p,\n"
    "                          stay when the pty hangs up\n"
    "  -s, --stay              keep the last screen when the console ends\n"
    "      --geometry=COLSxROWS\n"
    "                          size in characters (80x24)\n"
    "      --term=TYPE         keys as of linux, vt220 or xterm (xterm)\n"
    "      --scrollback=BYTES  memory for lines that left the screen (1M);\n"
    "                          k and M are multiples, 0 keeps none\n"
    "\n"
    "Viewers:\n"
    "  -v, --vnclisten=[ADDRESS][:N]\n"
    "                          listen on port 5900+N or the next that is free\n"
    "                          (127.0.0.1:0)\n"
    "  -v, --vnclisten=unix:PATH\n"
    "                          listen on a socket file\n"
    "      --allow-remote      let ADDRESS be other than loopback\n"
    "      --rfb=VERSION       offer protocol version 3.3 or 3.8 (3.8)\n"
    "      --fps=N             pictures in a second at most (60)\n"
    "  -t, --title=TITLE       desktop name\n"
    "      --font=FILE         font file instead of the built-in font\n"
    "      --font-size=N       its height in pixels, 6 to 64 (16)\n"
    "\n"
    "      --log-level=LEVEL   error, warning, info or debug (info)\n"
    "  -h, --help              print this and exit\n"
    "      --version           print the version and exit\n";

/* What is read before it is known to be right. */
struct parser {
    struct options options;
    char error[OPTIONS_ERROR_MAX];
    bool has_command;
    const char *listen; /* argument of -v, or NULL */
};

/* Writes the error. Returns -EINVAL. */
__attribute__((format(printf, 2, 3))) static int
refuse(struct parser *p, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(p->error, sizeof(p->error), format, args); /* cut if long */
    va_end(args);
    return -EINVAL;
}

/* The argument of an option that must be something else. */
static int
refuse_value(struct parser *p, const char *option, const char *value,
             const char *cause)
{
    char quoted[QUOTE_MAX];

    log_escape(quoted, sizeof(quoted), value, strlen(value));
    return refuse(p, "%s %s: %s", option, quoted, cause);
}

/*
 * Reads decimal digits, with a minus sign if `low` is negative. Returns where
 * they end, or NULL when there are none or the number is out of range.
 */
static const char *
read_number(const char *text, long low, long high, long *out)
{
    bool is_negative = low < 0 && *text == '-';
    const char *digits = is_negative ? text + 1 : text;
    const char *at;
    long value = 0;

    for (at = digits; *at >= '0' && *at <= '9'; at++) {
        value = value * 10 + (*at - '0');
        if (value > INT32_MAX) {
            return NULL;
        }
    }
    value = is_negative ? -value : value;
    if (at == digits || value < low || value > high) {
        return NULL;
    }
    *out = value;
    return at;
}

/* Reads a number that is all of `text`. */
static bool
is_number(const char *text, long low, long high, long *out)
{
    long value = 0;
    const char *end = read_number(text, low, high, &value);

    if (end == NULL || *end != '\0') {
        return false;
    }
    *out = value;
    return true;
}

static int
set_int(struct parser *p, const char *option, const char *value, int low,
        int high, int *out)
{
    char cause[64];
    long number = 0;

    if (!is_number(value, low, high, &number)) {
        (void)snprintf(cause, sizeof(cause), "not a number from %d to %d", low,
                       high);
        return refuse_value(p, option, value, cause);
    }
    *out = (int)number;
    return 0;
}

static int
set_path(struct parser *p, const char *option, const char *value,
         const char **out)
{
    if (*value == '\0') {
        return refuse(p, "%s: the path is empty", option);
    }
    *out = value;
    return 0;
}

static int
set_rfb(struct parser *p, const char *value)
{
    if (strcmp(value, "3.3") == 0) {
        p->options.rfb = OPTIONS_RFB_3_3;
    } else if (strcmp(value, "3.8") == 0) {
        p->options.rfb = OPTIONS_RFB_3_8;
    } else {
        return refuse_value(p, "--rfb", value, "not 3.3 or 3.8");
    }
    return 0;
}

static int
set_geometry(struct parser *p, const char *value)
{
    long cols = 0;
    long rows = 0;
    const char *end = read_number(value, 1, OPTIONS_COLS_MAX, &cols);

    if (end == NULL || *end != 'x' ||
        !is_number(end + 1, 1, OPTIONS_ROWS_MAX, &rows)) {
        return refuse_value(
            p, "--geometry", value,
            "not COLSxROWS with 1 to 1000 columns and 1 to 500 rows");
    }
    static_assert(OPTIONS_COLS_MAX == 1000 && OPTIONS_ROWS_MAX == 500,
                  "the message above names them");
    p->options.size = (struct cell_size){.cols = (int)cols, .rows = (int)rows};
    return 0;
}

static int
set_term(struct parser *p, const char *value)
{
    if (strcmp(value, "linux") == 0) {
        p->options.dialect = KEY_DIALECT_LINUX;
    } else if (strcmp(value, "vt220") == 0) {
        p->options.dialect = KEY_DIALECT_VT220;
    } else if (strcmp(value, "xterm") == 0) {
        p->options.dialect = KEY_DIALECT_XTERM;
    } else {
        return refuse_value(p, "--term", value, "not linux, vt220 or xterm");
    }
    return 0;
}

static int
set_scrollback(struct parser *p, const char *value)
{
    long number = 0;
    long unit = 1;
    const char *end = read_number(value, 0, OPTIONS_SCROLLBACK_MAX, &number);

    if (end != NULL && *end == 'k') {
        unit = 1L << 10;
        end++;
    } else if (end != NULL && *end == 'M') {
        unit = 1L << 20;
        end++;
    }
    if (end == NULL || *end != '\0' || number > OPTIONS_SCROLLBACK_MAX / unit) {
        return refuse_value(p, "--scrollback", value,
                            "not a number of bytes from 0 to 256M");
    }
    static_assert(OPTIONS_SCROLLBACK_MAX == 256 << 20,
                  "the message above names it");
    p->options.scrollback_max = (size_t)(number * unit);
    return 0;
}

static int
set_listen_unix(struct parser *p, const char *path)
{
    const struct sockaddr_un *name = NULL;

    if (*path == '\0') {
        return refuse(p, "-v unix: the path is empty");
    }
    if (strlen(path) >= sizeof(name->sun_path)) {
        return refuse(p, "-v unix: the path is longer than %zu bytes",
                      sizeof(name->sun_path) - 1);
    }
    p->options.unix_path = path;
    return 0;
}

/* Reads [ADDRESS][:N]. */
static int
set_listen_tcp(struct parser *p, const char *value)
{
    static const char bad_display[] = "the display is not a number from -5899 "
                                      "to 59635";
    char text[INET_ADDRSTRLEN];
    size_t len = strcspn(value, ":");
    struct in_addr address = p->options.address;
    long display = 0;

    if (*value == '\0') {
        return refuse(p, "-v: neither an address nor a display is given");
    }
    if (len > 0) {
        bool fits = len < sizeof(text);
        if (fits) {
            memcpy(text, value, len);
            text[len] = '\0';
        }
        if (!fits || inet_pton(AF_INET, text, &address) != 1) {
            return refuse_value(p, "-v", value,
                                "the address is not an IPv4 address");
        }
    }
    if (value[len] == ':' && !is_number(value + len + 1, 1 - RFB_PORT,
                                        UINT16_MAX - RFB_PORT, &display)) {
        return refuse_value(p, "-v", value, bad_display);
    }
    p->options.address = address;
    p->options.port = (uint16_t)(RFB_PORT + display);
    return 0;
}

/* When all options are read, so that --allow-remote may stand behind -v. */
static int
set_listen(struct parser *p, const char *value)
{
    static const char unix_prefix[] = "unix:";
    size_t prefix_len = sizeof(unix_prefix) - 1;

    if (strncmp(value, unix_prefix, prefix_len) == 0) {
        return set_listen_unix(p, value + prefix_len);
    }
    int r = set_listen_tcp(p, value);
    bool is_loopback = ntohl(p->options.address.s_addr) >> 24 == IN_LOOPBACKNET;
    if (r == 0 && !is_loopback && !p->options.allow_remote) {
        return refuse_value(p, "-v", value,
                            "only a loopback address may be listened on "
                            "without --allow-remote");
    }
    return r;
}

/* getopt_long() has returned `result` for what it calls `code`. */
static int
refuse_option(struct parser *p, int result, int code, const char *argument)
{
    const struct option *option = long_options;
    char name[QUOTE_MAX];
    char letter = (char)code;

    while (option->name != NULL && option->val != code) {
        option++;
    }
    if (result == ':') {
        return refuse(p, "--%s: the argument is missing", option->name);
    }
    if (option->name != NULL) {
        return refuse(p, "--%s: there is an argument, but it takes none",
                      option->name);
    }
    if (code != 0) {
        log_escape(name, sizeof(name), &letter, 1);
        return refuse(p, "-%s: there is no such option", name);
    }
    log_escape(name, sizeof(name), argument, strlen(argument));
    return refuse(p, "%s: there is no such option", name);
}

/* Takes over one option; `value` is its argument, if it has one. */
static int
set_option(struct parser *p, int option, const char *value)
{
    struct options *o = &p->options;

    switch (option) {
    case 'c':
        p->has_command = true;
        return 0;
    case 'p':
        return set_path(p, "-p", value, &o->pty);
    case 'r':
        o->restart = true;
        return 0;
    case 's':
        o->stay = true;
        return 0;
    case 't':
        o->title = value;
        return 0;
    case 'v':
        p->listen = value;
        return 0;
    case OPTION_ALLOW_REMOTE:
        o->allow_remote = true;
        return 0;
    case OPTION_RFB:
        return set_rfb(p, value);
    case OPTION_GEOMETRY:
        return set_geometry(p, value);
    case OPTION_FONT:
        return set_path(p, "--font", value, &o->font);
    case OPTION_FONT_SIZE:
        return set_int(p, "--font-size", value, OPTIONS_FONT_SIZE_MIN,
                       OPTIONS_FONT_SIZE_MAX, &o->font_size);
    case OPTION_TERM:
        return set_term(p, value);
    case OPTION_SCROLLBACK:
        return set_scrollback(p, value);
    case OPTION_FPS:
        return set_int(p, "--fps", value, 1, OPTIONS_FPS_MAX, &o->fps);
    case OPTION_LOG_LEVEL:
        return log_level_parse(value, &o->log_level) == 0
                   ? 0
                   : refuse_value(p, "--log-level", value,
                                  "not error, warning, info or debug");
    default:
        assert(false); /* each entry of the tables is above */
        return -EINVAL;
    }
}

/* Checks what belongs together; `rest` is what follows the options. */
static int
finish(struct parser *p, char *const *rest)
{
    struct options *o = &p->options;

    if (p->has_command && o->pty != NULL) {
        return refuse(p, "-c and -p: only one of them can be the console");
    }
    if (!p->has_command && *rest != NULL) {
        char quoted[QUOTE_MAX];
        log_escape(quoted, sizeof(quoted), *rest, strlen(*rest));
        return refuse(p,
                      "%s: it is no option, and a command needs -c before "
                      "it",
                      quoted);
    }
    if (!p->has_command && o->pty == NULL) {
        return refuse(p, "no console: -c COMMAND or -p PATH must be given");
    }
    if (*rest != NULL && **rest == '\0') {
        return refuse(p, "-c: the command is empty");
    }
    o->source = p->has_command ? OPTIONS_SOURCE_COMMAND : OPTIONS_SOURCE_PTY;
    o->command = *rest != NULL ? rest : NULL;
    return p->listen != NULL ? set_listen(p, p->listen) : 0;
}

static void
set_defaults(struct options *o)
{
    *o = (struct options){
        .action = OPTIONS_RUN,
        .address.s_addr = htonl(INADDR_LOOPBACK),
        .port = RFB_PORT,
        .rfb = OPTIONS_RFB_3_8,
        .size = {.cols = 80, .rows = 24},
        .font_size = OPTIONS_FONT_SIZE_DEFAULT,
        .dialect = KEY_DIALECT_XTERM,
        .scrollback_max = OPTIONS_SCROLLBACK_DEFAULT,
        .fps = OPTIONS_FPS_DEFAULT,
        .log_level = LOG_LEVEL_INFO,
    };
}

static int
parse(struct parser *p, int argc, char *const argv[])
{
    int option;

    opterr = 0; /* the errors are ours */
    optind = 0; /* glibc: start again */
    while ((option = getopt_long(argc, argv, short_options, long_options,
                                 NULL)) != -1) {
        if (option == 'h' || option == OPTION_VERSION) {
            p->options.action = option == 'h' ? OPTIONS_HELP : OPTIONS_VERSION;
            return 0;
        }
        int r = option == '?' || option == ':'
                    ? refuse_option(p, option, optopt, argv[optind - 1])
                    : set_option(p, option, optarg);
        if (r < 0) {
            return r;
        }
    }
    return finish(p, argv + optind);
}

int
options_parse(struct options *out, int argc, char *const argv[],
              char error[OPTIONS_ERROR_MAX])
{
    struct parser p = {.listen = NULL};

    set_defaults(&p.options);
    int r = parse(&p, argc, argv);
    if (r < 0) {
        memcpy(error, p.error, sizeof(p.error));
        return r;
    }
    *out = p.options;
    return 0;
}

const char *
options_term(enum key_dialect dialect)
{
    switch (dialect) {
    case KEY_DIALECT_LINUX:
        return "linux";
    case KEY_DIALECT_VT220:
        return "vt220";
    case KEY_DIALECT_XTERM:
        return "xterm-256color";
    }
    assert(false); /* there are no others */
    return NULL;
}
