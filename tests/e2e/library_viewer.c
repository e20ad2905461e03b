/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A viewer made of LibVNCServer's client library, steered by lines on its
 * standard input:
 *
 *   key KEYSYM DOWN      pointer X Y BUTTONS      size WIDTH HEIGHT
 *   cut TEXT             to the end of the line, as bytes
 *   save FILE            the picture: four bytes a pixel, 0x00RRGGBB
 *
 * It tells on its standard output: "size WIDTH HEIGHT" at first and after each
 * change, "saved FILE", "cut TEXT". It ends with its input or the connection.
 *
 * usage: library_viewer PORT ENCODINGS
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rfb/rfbclient.h>

enum {
    LINE_MAX_BYTES = 4096,
    BYTES_PER_PIXEL = 4,
};

static rfbBool
make_picture(rfbClient *client)
{
    free(client->frameBuffer);
    client->frameBuffer =
        calloc((size_t)client->width * (size_t)client->height, BYTES_PER_PIXEL);
    printf("size %d %d\n", client->width, client->height);
    return client->frameBuffer != NULL ? 1 : 0;
}

static void
tell_cut_text(rfbClient *client, const char *text, int len)
{
    (void)client;
    printf("cut %.*s\n", len, text);
}

static bool
save(const rfbClient *client, const char *path)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        return false;
    }
    size_t count = (size_t)client->width * (size_t)client->height;
    bool is_written =
        fwrite(client->frameBuffer, BYTES_PER_PIXEL, count, file) == count;
    if (fclose(file) != 0 || !is_written) {
        return false;
    }
    printf("saved %s\n", path);
    return true;
}

static bool
obey(rfbClient *client, char *line)
{
    char *rest = strchr(line, ' ');
    if (rest == NULL) {
        return false;
    }
    *rest++ = '\0';
    if (strcmp(line, "save") == 0) {
        return save(client, rest);
    }
    if (strcmp(line, "cut") == 0) {
        return SendClientCutText(client, rest, (int)strlen(rest));
    }
    long number[3] = {0};
    for (size_t i = 0; i < sizeof(number) / sizeof(number[0]); i++) {
        number[i] = strtol(rest, &rest, 0);
    }
    if (strcmp(line, "key") == 0) {
        return SendKeyEvent(client, (uint32_t)number[0],
                            number[1] != 0 ? 1 : 0);
    }
    if (strcmp(line, "pointer") == 0) {
        return SendPointerEvent(client, (int)number[0], (int)number[1],
                                (int)number[2]);
    }
    if (strcmp(line, "size") == 0) {
        return SendExtDesktopSize(client, (uint16_t)number[0],
                                  (uint16_t)number[1]);
    }
    return false;
}

/* Obeys what is in a buffer of *len bytes, but for the last, begun line. */
static bool
obey_lines(rfbClient *client, char *buffer, size_t *len)
{
    char *start = buffer;
    char *end = memchr(start, '\n', *len);
    while (end != NULL) {
        *end = '\0';
        if (!obey(client, start)) {
            return false;
        }
        start = end + 1;
        end = memchr(start, '\n', *len - (size_t)(start - buffer));
    }
    *len -= (size_t)(start - buffer);
    memmove(buffer, start, *len);
    return true;
}

static bool
serve(rfbClient *client)
{
    char buffer[LINE_MAX_BYTES];
    size_t len = 0;
    for (;;) {
        struct pollfd fds[] = {
            {.fd = STDIN_FILENO, .events = POLLIN},
            {.fd = client->sock, .events = POLLIN},
        };
        /* The library may have read more than one message. */
        if (poll(fds, 2, client->buffered > 0 ? 0 : -1) < 0) {
            return errno == EINTR;
        }
        if ((fds[1].revents != 0 || client->buffered > 0) &&
            !HandleRFBServerMessage(client)) {
            return false;
        }
        if (fds[0].revents != 0) {
            ssize_t got =
                read(STDIN_FILENO, buffer + len, sizeof(buffer) - len);
            if (got <= 0) {
                return got == 0;
            }
            len += (size_t)got;
            if (!obey_lines(client, buffer, &len)) {
                return false;
            }
        }
    }
}

int
main(int argc, char **argv)
{
    if (argc != 3) {
        return 2;
    }
    (void)setvbuf(stdout, NULL, _IOLBF, 0); /* else it only speaks late */
    rfbClient *client = rfbGetClient(8, 3, BYTES_PER_PIXEL);
    client->format.redShift = 16;
    client->format.greenShift = 8;
    client->format.blueShift = 0;
    client->MallocFrameBuffer = make_picture;
    client->GotXCutText = tell_cut_text;
    client->canHandleNewFBSize = TRUE;
    client->appData.encodingsString = argv[2];
    client->appData.enableJPEG = FALSE;
    client->appData.useRemoteCursor = TRUE;
    client->serverHost = strdup("127.0.0.1");
    client->serverPort = (int)strtol(argv[1], NULL, 10);
    if (!rfbInitClient(client, NULL, NULL)) {
        return 1; /* it has freed the client */
    }
    bool is_good = serve(client);
    free(client->frameBuffer);
    rfbClientCleanup(client);
    return is_good ? 0 : 1;
}
