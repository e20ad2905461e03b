/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/library.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/select.h>
#include <sys/socket.h>

#include <rfb/rfb.h>
#include <rfb/rfbregion.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/mem.h"
#include "vnc/owed.h"
#include "vnc/pointer_shape.h"

enum {
    /*
     * Where the library believes the pointer to be for viewers that have no
     * cursor of their own: outside, so that it draws none into the picture
     * and a scroll stays one rectangle.
     */
    HIDDEN = -1000,
    FILE_KEPT = 64 << 10, /* bytes of the memory file that are kept for reuse */
};

/*
 * LibVNCServer brings GnuTLS along, which nothing here uses. It sets itself up
 * when it is loaded, which takes half a millisecond and 110 KiB of either
 * process, unless the program has this function (gnutls/gnutls.h:
 * GNUTLS_SKIP_GLOBAL_INIT).
 */
/* NOLINTBEGIN(readability-identifier-naming): the name is GnuTLS's */
int _gnutls_global_init_skip(void);

int
_gnutls_global_init_skip(void)
{
    return 1;
}
/* NOLINTEND(readability-identifier-naming) */

struct library {
    rfbScreenInfoPtr screen;
    int file; /* the caller's */
    int sock; /* its duplicate, which the library may close */
    unsigned marks;
    struct library_client *size_asker; /* during its request, or NULL */
    int pointer_x;
    int pointer_y;
    rfbCursor pointer;
    rfbCursor no_pointer; /* the library crashes without one */
    struct pointer_shape pointer_shape;
    uint8_t no_pointer_bits;
    uint32_t no_pointer_pixel;
};

struct library_client {
    struct library *lib;
    rfbClientPtr cl;
    struct pixel_size known; /* the size that the viewer believes in */
};

__attribute__((format(printf, 1, 2))) static void
log_for_library(const char *format, ...)
{
    if (log_get_level() < LOG_LEVEL_DEBUG) {
        return;
    }
    char line[LOG_LINE_MAX];
    char escaped[LOG_LINE_MAX];
    va_list args;

    va_start(args, format);
    int len = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (len < 0) {
        return;
    }
    log_debug("vnc: libvncserver: %s",
              log_escape(escaped, sizeof(escaped), line, strcspn(line, "\n")));
}

static rfbCursorPtr
pointer_for_client(rfbClientPtr cl)
{
    struct library *lib = cl->screen->screenData;

    return &lib->pointer;
}

static void
make_pointers(struct library *lib)
{
    struct pointer_shape *shape = &lib->pointer_shape;

    pointer_shape_init(shape);
    lib->pointer = (rfbCursor){
        .width = POINTER_SHAPE_WIDTH,
        .height = POINTER_SHAPE_HEIGHT,
        .xhot = POINTER_SHAPE_WIDTH / 2,
        .yhot = POINTER_SHAPE_HEIGHT / 2,
        .source = shape->source,
        .mask = shape->mask,
        .richSource = (unsigned char *)shape->pixels,
        .backRed = UINT16_MAX,
        .backGreen = UINT16_MAX,
        .backBlue = UINT16_MAX,
    };
    lib->no_pointer = (rfbCursor){
        .width = 1,
        .height = 1,
        .source = &lib->no_pointer_bits,
        .mask = &lib->no_pointer_bits,
        .richSource = (unsigned char *)&lib->no_pointer_pixel,
    };
}

/*
 * Every field that could make the library listen, wait, or understand more
 * than it is given here. It has no switch for single messages: what it may
 * see is decided by the caller.
 */
static void
configure(struct library *lib, const char *name)
{
    rfbScreenInfoPtr s = lib->screen;

    s->screenData = lib;
    s->desktopName = name;
    s->port = -1;
    s->ipv6port = -1;
    s->udpPort = 0;
    s->httpDir = NULL;
    s->authPasswdData = NULL;
    s->permitFileTransfer = FALSE;
    s->getFileTransferPermission = NULL;
    s->setTextChat = NULL;
    s->setSingleWindow = NULL;
    s->setServerInput = NULL;
    s->xvpHook = NULL;
    s->alwaysShared = TRUE;
    s->neverShared = FALSE;
    s->dontDisconnect = FALSE;
    s->deferUpdateTime = 0;
    s->deferPtrUpdateTime = 0;
    s->maxClientWait = 1;
    s->handleEventsEagerly = FALSE;
    s->ignoreSIGPIPE = FALSE; /* it never writes to a pipe or a socket */

    /* XenCenter ignores the shifts and takes pixels for B, G, R, unused. */
    s->serverFormat.bitsPerPixel = 32;
    s->serverFormat.depth = 24;
    s->serverFormat.trueColour = (uint8_t)TRUE;
    s->serverFormat.redMax = UINT8_MAX;
    s->serverFormat.greenMax = UINT8_MAX;
    s->serverFormat.blueMax = UINT8_MAX;
    s->serverFormat.redShift = 16;
    s->serverFormat.greenShift = 8;
    s->serverFormat.blueShift = 0;

    make_pointers(lib);
    s->cursor = &lib->no_pointer;
    s->getCursorPtr = pointer_for_client;
    s->cursorX = HIDDEN;
    s->cursorY = HIDDEN;
}

/* What stands for all sockets. Returns 0 or -errno. */
static int
open_sock(struct library *lib)
{
    lib->sock = fcntl(lib->file, F_DUPFD_CLOEXEC, 0);
    if (lib->sock < 0) {
        return -errno;
    }
    /* The library keeps its sockets in an fd_set. */
    return lib->sock < FD_SETSIZE ? 0 : -EMFILE;
}

int
library_new(struct library **out, int file, struct pixel_size size,
            const char *name)
{
    struct library *lib = xcalloc(1, sizeof(*lib));

    lib->file = file;
    lib->sock = -1;
    rfbLog = log_for_library;
    rfbErr = log_for_library;

    int r = open_sock(lib);
    if (r < 0) {
        goto fail;
    }
    lib->screen = rfbGetScreen(NULL, NULL, size.width, size.height, 8, 3, 4);
    if (lib->screen == NULL) {
        r = -ENOMEM;
        goto fail;
    }
    configure(lib, name);
    rfbInitServer(lib->screen);
    *out = lib;
    return 0;

fail:
    library_free(lib);
    return r;
}

void
library_free(struct library *lib)
{
    if (lib == NULL) {
        return;
    }
    if (lib->screen != NULL) {
        assert(lib->screen->clientHead == NULL);
        rfbScreenCleanup(lib->screen);
    }
    fd_close(&lib->sock);
    free(lib);
}

void
library_set_pixels(struct library *lib, uint32_t *pixels)
{
    lib->screen->frameBuffer = (char *)pixels;
}

static struct pixel_size
picture_size(const struct library *lib)
{
    return (struct pixel_size){.width = lib->screen->width,
                               .height = lib->screen->height};
}

/* The part of the picture that a client's viewer has a place for. */
static struct pixel_size
shared_size(const struct library_client *client)
{
    struct pixel_size size = picture_size(client->lib);

    if (client->known.width < size.width) {
        size.width = client->known.width;
    }
    if (client->known.height < size.height) {
        size.height = client->known.height;
    }
    return size;
}

static int
size_change_reason(const struct library *lib, const rfbClientRec *cl)
{
    if (lib->size_asker == NULL) {
        return rfbExtDesktopSize_GenericChange;
    }
    return cl == lib->size_asker->cl
               ? rfbExtDesktopSize_ClientRequestedChange
               : rfbExtDesktopSize_OtherClientRequestedChange;
}

/*
 * The library's own rfbNewFramebuffer() would reset the pixel format to other
 * shifts. What was requested may lie outside now; that does no harm, because
 * what is modified does not.
 */
void
library_resize(struct library *lib, struct pixel_size size, uint32_t *pixels)
{
    rfbScreenInfoPtr s = lib->screen;

    s->frameBuffer = (char *)pixels;
    s->width = size.width;
    s->height = size.height;
    s->paddedWidthInBytes = size.width * (int)sizeof(*pixels);
    s->sizeInBytes = s->paddedWidthInBytes * size.height;

    for (rfbClientPtr cl = s->clientHead; cl != NULL; cl = cl->next) {
        owed_set_all(cl, size);
        cl->newFBSizePending = cl->useNewFBSize;
        cl->lastDesktopSizeChangeError = rfbExtDesktopSize_Success;
        cl->requestedDesktopSizeChange = size_change_reason(lib, cl);
    }
}

void
library_mark(struct library *lib, struct rect area)
{
    rfbMarkRectAsModified(lib->screen, area.x, area.y, area.x + area.width,
                          area.y + area.height);
    lib->marks++;
    if (lib->marks < OWED_RECTS_MAX) {
        return;
    }
    lib->marks = 0;
    for (rfbClientPtr cl = lib->screen->clientHead; cl != NULL; cl = cl->next) {
        owed_simplify(cl);
    }
}

/* The pixels of `area` come from `dy` lines below it. */
static void
move_pixels(const struct library *lib, struct rect area, int dy)
{
    void *frame_buffer = lib->screen->frameBuffer;
    uint32_t *pixels = frame_buffer;
    int width = lib->screen->width;
    size_t line_size = (size_t)area.width * sizeof(*pixels);

    for (int i = 0; i < area.height; i++) {
        /* Lines that are read later must not have been written. */
        int y = area.y + (dy > 0 ? i : area.height - 1 - i);
        memcpy(&pixels[y * width + area.x], &pixels[(y + dy) * width + area.x],
               line_size);
    }
}

void
library_scroll(struct library *lib, struct rect area, int dy)
{
    int distance = dy < 0 ? -dy : dy;
    struct rect target = area;

    if (dy == 0) {
        return;
    }
    if (distance >= area.height) {
        library_mark(lib, area);
        return;
    }
    target.height -= distance;
    if (dy < 0) {
        target.y += distance;
    }
    move_pixels(lib, target, dy);
    for (rfbClientPtr cl = lib->screen->clientHead; cl != NULL; cl = cl->next) {
        owed_move(cl, target, -dy);
    }
}

/*
 * Puts a message into the file for the library to read; nothing is behind it
 * that the library could take for more.
 */
static int
begin_call(struct library *lib, const uint8_t *message, size_t len)
{
    ssize_t count = pwrite(lib->file, message, len, 0);

    if (count < 0 || ftruncate(lib->file, (off_t)len) < 0) {
        return -errno;
    }
    return (size_t)count == len ? 0 : -ENOSPC;
}

static int
take_output(struct library *lib, size_t skip, size_t end,
            struct bytes *out_queue)
{
    size_t len = end - skip;
    uint8_t *room = bytes_reserve(out_queue, len);

    if (room == NULL) {
        return -ENOBUFS;
    }
    ssize_t count = pread(lib->file, room, len, (off_t)skip);
    bytes_commit(out_queue, count < 0 ? 0 : (size_t)count);
    return count >= 0 && (size_t)count == len ? 0 : -EIO;
}

/*
 * Appends what the library wrote behind the `skip` bytes that it read, and
 * rewinds the file. Returns 0, or -errno when the client is lost.
 */
static int
end_call(struct library_client *client, size_t skip, struct bytes *out_queue)
{
    struct library *lib = client->lib;
    off_t end = lseek(lib->file, 0, SEEK_CUR);
    int r = end < 0 ? -errno : 0;

    if (r == 0 && client->cl->sock == RFB_INVALID_SOCKET) {
        r = -EPIPE; /* the library has closed our duplicate */
    }
    if (r == 0 && out_queue != NULL && (size_t)end > skip) {
        r = take_output(lib, skip, (size_t)end, out_queue);
    }
    if (skip > 0 || end != 0) {
        if ((end > FILE_KEPT && ftruncate(lib->file, 0) < 0) ||
            lseek(lib->file, 0, SEEK_SET) < 0) {
            r = -errno;
        }
    }
    /* The other clients share the number of the duplicate. */
    if (client->cl->sock == RFB_INVALID_SOCKET &&
        dup3(lib->file, lib->sock, O_CLOEXEC) < 0) {
        r = -errno;
    }
    return r;
}

int
library_client_feed(struct library_client *client, const uint8_t *message,
                    size_t len, struct bytes *out_queue)
{
    rfbClientPtr cl = client->cl;

    if (cl->sock == RFB_INVALID_SOCKET) {
        return -EPIPE;
    }
    int r = begin_call(client->lib, message, len);
    if (r == 0) {
        rfbProcessClientMessage(cl);
    }
    int r_end = end_call(client, len, out_queue);
    if (r < 0 || r_end < 0) {
        return r < 0 ? r : r_end;
    }

    /* SetEncodings may have changed these behind our back. */
    cl->cursorWasMoved = FALSE; /* else the viewer's pointer jumps */
    if (!cl->useCopyRect) {
        owed_forget_copies(cl);
    }
    struct pixel_size size = picture_size(client->lib);
    if (cl->useNewFBSize && (client->known.width != size.width ||
                             client->known.height != size.height)) {
        cl->newFBSizePending = TRUE;
    }
    return 0;
}

/*
 * The library sniffs a fresh socket for websockets and waits for four bytes;
 * they are put there beforehand. Its greeting goes nowhere.
 */
static rfbClientPtr
open_client(struct library *lib, int *out_error)
{
    int pair[2];

    *out_error = 0;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
                   pair) < 0) {
        *out_error = -errno;
        return NULL;
    }
    rfbClientPtr cl = NULL;
    if (pair[0] >= FD_SETSIZE) {
        *out_error = -EMFILE;
        fd_close(&pair[0]);
    } else if (write(pair[1], "RFB ", 4) != 4) {
        *out_error = -EIO;
        fd_close(&pair[0]);
    } else {
        cl = rfbNewClient(lib->screen, pair[0]);
        if (cl == NULL) { /* it has closed the socket */
            *out_error = -ENOMEM;
        } else {
            FD_CLR(pair[0], &lib->screen->allFds);
            fd_close(&pair[0]);
            cl->sock = lib->sock;
        }
    }
    fd_close(&pair[1]);
    return cl;
}

/* Its handshake, in the version where the server has least to ask. */
static int
pass_handshake(struct library_client *client, struct bytes *out_queue)
{
    static const uint8_t version[] = "RFB 003.003\n";
    static const uint8_t client_init[] = {1};

    int r = library_client_feed(client, version, sizeof(version) - 1, NULL);
    if (r < 0) {
        return r;
    }
    r = library_client_feed(client, client_init, sizeof(client_init),
                            out_queue);
    if (r < 0) {
        return r;
    }
    return client->cl->state == RFB_NORMAL ? 0 : -EPROTO;
}

int
library_client_new(struct library_client **out, struct library *lib,
                   struct bytes *out_queue)
{
    int r;
    rfbClientPtr cl = open_client(lib, &r);

    if (cl == NULL) {
        return r;
    }
    struct library_client *client = xcalloc(1, sizeof(*client));

    client->lib = lib;
    client->cl = cl;
    client->known = picture_size(lib);
    cl->clientData = client;
    cl->cursorX = HIDDEN;
    cl->cursorY = HIDDEN;
    /*
     * On the wire true is 1, but to the library it is TRUE, -1: with another
     * value it would translate pixels that need no translation.
     */
    lib->screen->serverFormat.trueColour = 1;
    r = pass_handshake(client, out_queue);
    lib->screen->serverFormat.trueColour = (uint8_t)TRUE;
    if (r < 0) {
        library_client_free(client);
        return r;
    }
    *out = client;
    return 0;
}

void
library_client_free(struct library_client *client)
{
    if (client == NULL) {
        return;
    }
    client->cl->sock = RFB_INVALID_SOCKET; /* it is not the client's to close */
    rfbClientConnectionGone(client->cl);
    free(client);
}

void
library_client_request(struct library_client *client, struct rect area,
                       enum library_request what)
{
    rfbClientPtr cl = client->cl;
    struct rect asked = rect_clip(area, client->known);
    struct rect shown = rect_clip(area, shared_size(client));

    /* As the library does for a FramebufferUpdateRequest. */
    cl->readyForSetColourMapEntries = TRUE;
    if (what == LIBRARY_REQUEST_ALL && cl->useExtDesktopSize) {
        cl->newFBSizePending = TRUE;
    }
    if (!rect_is_empty(asked)) {
        sraRegionPtr region = sraRgnCreateRect(
            asked.x, asked.y, asked.x + asked.width, asked.y + asked.height);
        sraRgnOr(cl->requestedRegion, region);
        sraRgnDestroy(region);
    }
    if (what == LIBRARY_REQUEST_ALL && !rect_is_empty(shown)) {
        owed_repaint(cl, shown);
    }
}

void
library_client_forget_requests(struct library_client *client)
{
    sraRgnMakeEmpty(client->cl->requestedRegion);
}

bool
library_client_is_waiting(const struct library_client *client)
{
    return !sraRgnEmpty(client->cl->requestedRegion);
}

bool
library_client_is_behind(const struct library_client *client)
{
    return owed_is_any(client->cl, shared_size(client));
}

int
library_client_update(struct library_client *client, struct bytes *out_queue)
{
    rfbClientPtr cl = client->cl;
    rfbScreenInfoPtr s = client->lib->screen;

    if (cl->sock == RFB_INVALID_SOCKET) {
        return -EPIPE;
    }
    s->cursorX = cl->enableCursorShapeUpdates ? client->lib->pointer_x : HIDDEN;
    s->cursorY = cl->enableCursorShapeUpdates ? client->lib->pointer_y : HIDDEN;

    /* A size goes out alone; the pixels follow in a second update. */
    bool tells_size = cl->useNewFBSize && cl->newFBSizePending;
    (void)rfbUpdateClient(cl); /* what it did is seen in the file */
    if (tells_size && cl->sock != RFB_INVALID_SOCKET && !cl->newFBSizePending) {
        client->known = picture_size(client->lib);
        (void)rfbUpdateClient(cl);
    }
    return end_call(client, 0, out_queue);
}

void
library_encrypt_challenge(uint8_t challenge[16], const char password[8])
{
    char key[8 + 1] = {0}; /* the library takes one that it may change */

    memcpy(key, password, 8);
    rfbEncryptBytes(challenge, key);
    explicit_bzero(key, sizeof(key));
}

void
library_set_size_asker(struct library *lib, struct library_client *client)
{
    lib->size_asker = client;
}

void
library_client_answer_size(struct library_client *client,
                           enum library_size_answer answer)
{
    rfbClientPtr cl = client->cl;

    cl->requestedDesktopSizeChange = rfbExtDesktopSize_ClientRequestedChange;
    cl->lastDesktopSizeChangeError = answer;
    cl->newFBSizePending = cl->useExtDesktopSize;
}

bool
library_client_move_pointer(struct library_client *client, int x, int y)
{
    struct library *lib = client->lib;
    bool is_shown = false;

    if (x == lib->pointer_x && y == lib->pointer_y) {
        return false;
    }
    lib->pointer_x = x;
    lib->pointer_y = y;
    client->cl->cursorWasMoved = FALSE;
    for (rfbClientPtr cl = lib->screen->clientHead; cl != NULL; cl = cl->next) {
        if (cl != client->cl && cl->enableCursorPosUpdates) {
            cl->cursorWasMoved = TRUE;
            is_shown = true;
        }
    }
    return is_shown;
}
