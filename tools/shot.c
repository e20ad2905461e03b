/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The program of tools/shot: bytes for a terminal in, a PNG file out.
 */

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/mem.h"
#include "render/render.h"
#include "term/term.h"

enum {
    FONT_FILE_MAX = 64 << 20,
    EXIT_USAGE = 2,
};

struct arguments {
    struct cell_size size;
    const char *font;
    int font_size;
    const char *in; /* "-" is the standard input */
    const char *out;
};

static _Noreturn void __attribute__((format(printf, 2, 3)))
die(int status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)fputs("shot: ", stderr); /* there is nobody else to tell */
    (void)vfprintf(stderr, format, args);
    (void)fputs("\n", stderr);
    va_end(args);
    exit(status);
}

/* A whole number from `low` to `high`, up to the character `end`. */
static const char *
parse_number(const char *text, int low, int high, char end, int *out)
{
    char *rest = NULL;

    errno = 0;
    long value = strtol(text, &rest, 10);
    if (errno != 0 || rest == text || *rest != end || value < low ||
        value > high) {
        die(EXIT_USAGE, "not a number from %d to %d: %s", low, high, text);
    }
    *out = (int)value;
    return rest;
}

static struct arguments
parse_arguments(int argc, char **argv)
{
    static const struct option options[] = {
        {"geometry", required_argument, NULL, 'g'},
        {"font", required_argument, NULL, 'f'},
        {"font-size", required_argument, NULL, 's'},
        {NULL, 0, NULL, 0},
    };
    struct arguments a = {
        .size = {.cols = 80, .rows = 24},
        .font_size = RENDER_FONT_SIZE_DEFAULT,
        .in = "-",
    };

    for (;;) {
        int c = getopt_long(argc, argv, "", options, NULL);
        if (c == -1) {
            break;
        }
        switch (c) {
        case 'g': {
            const char *rest =
                parse_number(optarg, 1, TERM_COLS_MAX, 'x', &a.size.cols);
            (void)parse_number(rest + 1, 1, TERM_ROWS_MAX, '\0', &a.size.rows);
            break;
        }
        case 'f':
            a.font = optarg;
            break;
        case 's':
            (void)parse_number(optarg, RENDER_FONT_SIZE_MIN,
                               RENDER_FONT_SIZE_MAX, '\0', &a.font_size);
            break;
        default: /* getopt_long() has said what is wrong */
            exit(EXIT_USAGE);
        }
    }
    if (argc - optind == 2) {
        a.in = argv[optind++];
    }
    if (argc - optind != 1) {
        die(EXIT_USAGE, "wants [FILE|-] OUT.png");
    }
    a.out = argv[optind];
    return a;
}

/* A whole file in memory, for the caller to free. */
static void *
read_font(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rbe");

    if (file == NULL) {
        die(EXIT_FAILURE, "%s: %s", path, strerror(errno));
    }
    void *bytes = malloc(FONT_FILE_MAX);
    if (bytes == NULL) {
        die(EXIT_FAILURE, "no memory for %s", path);
    }
    *len = fread(bytes, 1, FONT_FILE_MAX, file);
    if (ferror(file) != 0 || *len == FONT_FILE_MAX) {
        die(EXIT_FAILURE, "%s: cannot be read, or too large", path);
    }
    (void)fclose(file); /* it was only read */
    return bytes;
}

/* A terminal that has taken the input; a line feed also returns the carriage,
 * as the terminal driver between a program and its terminal has it. */
static struct term *
feed_terminal(const struct arguments *a)
{
    static const struct term_handler handler = {0};
    struct term_config config = {
        .size = a->size,
        .dialect = KEY_DIALECT_XTERM,
    };
    struct term *term = NULL;
    int r = term_new(&term, &config, &handler, NULL);
    if (r < 0) {
        die(EXIT_FAILURE, "no terminal: %s", strerror(-r));
    }

    bool from_stdin = strcmp(a->in, "-") == 0;
    FILE *file = from_stdin ? stdin : fopen(a->in, "rbe");
    if (file == NULL) {
        die(EXIT_FAILURE, "%s: %s", a->in, strerror(errno));
    }
    for (int c = getc(file); c != EOF; c = getc(file)) {
        unsigned char byte = (unsigned char)c;
        if (byte == '\n') {
            term_feed(term, "\r", 1);
        }
        term_feed(term, &byte, 1);
    }
    if (ferror(file) != 0) {
        die(EXIT_FAILURE, "%s: cannot be read", a->in);
    }
    if (!from_stdin) {
        (void)fclose(file); /* it was only read */
    }
    return term;
}

static struct canvas
draw(const struct arguments *a, const struct term *term)
{
    size_t font_len = 0;
    void *font = a->font == NULL ? NULL : read_font(a->font, &font_len);
    struct render_config config = {
        .font = font,
        .font_len = font_len,
        .font_size = a->font_size,
    };
    struct render *render = NULL;
    int r = render_new(&render, &config);
    if (r < 0) {
        die(EXIT_FAILURE, "cannot use the font: %s", strerror(-r));
    }

    struct screen_view view;
    term_view(term, &view);
    struct pixel_size cell = render_cell_size(render);
    struct canvas canvas = {
        .size = {.width = view.size.cols * cell.width,
                 .height = view.size.rows * cell.height},
    };
    canvas.stride = (size_t)canvas.size.width;
    canvas.pixels = xcalloc(canvas.stride * (size_t)canvas.size.height,
                            sizeof(*canvas.pixels));
    render_all(render, &canvas, &view);
    render_free(render);
    free(font);
    return canvas;
}

/* PNG (ISO/IEC 15948): numbers have their high byte first. */
static void
put_number(unsigned char out[4], uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        out[i] = (unsigned char)(value >> (24 - 8 * i));
    }
}

/* Each chunk: length, type, data, checksum of type and data. */
static void
write_chunk(FILE *file, const char *type, const unsigned char *data, size_t len)
{
    unsigned char number[4];
    uLong sum = crc32(0, (const unsigned char *)type, 4);

    put_number(number, (uint32_t)len);
    (void)fwrite(number, 1, 4, file); /* write_png() asks for errors */
    (void)fwrite(type, 1, 4, file);
    if (len > 0) {
        (void)fwrite(data, 1, len, file);
        sum = crc32(sum, data, (uInt)len);
    }
    put_number(number, (uint32_t)sum);
    (void)fwrite(number, 1, 4, file);
}

/* Lines of red, green and blue bytes, each after a zero for no filter. */
static unsigned char *
pack_pixels(const struct canvas *canvas, size_t *len)
{
    size_t line = 1 + 3 * (size_t)canvas->size.width;
    unsigned char *bytes = xcalloc(line, (size_t)canvas->size.height);
    unsigned char *to = bytes;

    for (int y = 0; y < canvas->size.height; y++) {
        to++;
        for (int x = 0; x < canvas->size.width; x++) {
            uint32_t pixel =
                canvas->pixels[(size_t)y * canvas->stride + (size_t)x];
            *to++ = (unsigned char)(pixel >> 16);
            *to++ = (unsigned char)(pixel >> 8);
            *to++ = (unsigned char)pixel;
        }
    }
    *len = (size_t)(to - bytes);
    return bytes;
}

static void
write_png(const struct canvas *canvas, const char *path)
{
    static const unsigned char signature[8] = {0x89, 'P',  'N',  'G',
                                               '\r', '\n', 0x1a, '\n'};
    /* Eight bits a sample, red green blue; the rest is zero. */
    unsigned char header[13] = {[8] = 8, [9] = 2};
    size_t len = 0;
    unsigned char *pixels = pack_pixels(canvas, &len);
    uLongf packed_len = compressBound(len);
    unsigned char *packed = xcalloc(1, packed_len);

    if (compress(packed, &packed_len, pixels, len) != Z_OK) {
        die(EXIT_FAILURE, "cannot compress the picture");
    }
    put_number(header, (uint32_t)canvas->size.width);
    put_number(header + 4, (uint32_t)canvas->size.height);

    FILE *file = fopen(path, "wbe");
    if (file == NULL) {
        die(EXIT_FAILURE, "%s: %s", path, strerror(errno));
    }
    (void)fwrite(signature, 1, sizeof(signature), file);
    write_chunk(file, "IHDR", header, sizeof(header));
    write_chunk(file, "IDAT", packed, packed_len);
    write_chunk(file, "IEND", NULL, 0);
    bool failed = ferror(file) != 0;
    if (fclose(file) != 0 || failed) {
        die(EXIT_FAILURE, "%s: cannot be written", path);
    }
    free(packed);
    free(pixels);
}

int
main(int argc, char **argv)
{
    struct arguments arguments = parse_arguments(argc, argv);
    struct term *term = feed_terminal(&arguments);
    struct canvas canvas = draw(&arguments, term);

    write_png(&canvas, arguments.out);
    free(canvas.pixels);
    term_free(term);
    return EXIT_SUCCESS;
}
