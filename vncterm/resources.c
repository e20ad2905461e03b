/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resources.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/listen.h"
#include "base/log.h"
#include "base/mem.h"
#include "vnc/vnc.h"

enum {
    ADDRESS_MAX = 128, /* a socket file's path has at most 107 bytes */
    /* Bytes of a state for both screens: what 240x67 cells take at worst, the
     * largest picture in the built-in font; usual ones take a hundredth. */
    SCREENS_MAX = 4 << 20,
};

/* The host agent finds this domain's ports without the store. */
static const char fixed_domain[] = "/local/domain/0/";

static const char *
address_text(struct in_addr address, uint16_t port, char out[ADDRESS_MAX])
{
    char ip[INET_ADDRSTRLEN];

    (void)inet_ntop(AF_INET, &address, ip, sizeof(ip)); /* it fits */
    (void)snprintf(out, ADDRESS_MAX, "%s:%u", ip, (unsigned)port);
    return out;
}

/* Where viewers find us, as -v spells it but with the TCP port. */
static const char *
viewer_address(const struct options *o, uint16_t port, char out[ADDRESS_MAX])
{
    if (o->unix_path == NULL) {
        return address_text(o->address, port, out);
    }
    (void)snprintf(out, ADDRESS_MAX, "unix:%s", o->unix_path);
    return out;
}

static int
listen_for_viewers(struct resources *r, const struct options *o)
{
    char address[ADDRESS_MAX];

    r->listener = o->unix_path != NULL
                      ? listen_unix(o->unix_path)
                      : listen_tcp(o->address, o->port, &r->port);
    if (r->listener < 0) {
        log_error_errno(-r->listener, "vnc: cannot listen on %s",
                        viewer_address(o, o->port, address));
        return r->listener;
    }
    return 0;
}

static int
listen_for_text(struct resources *r, const struct options *o)
{
    char address[ADDRESS_MAX];

    if (!o->text) {
        return 0;
    }
    r->text_listener = listen_tcp(o->address, o->text_port, &r->text_port);
    if (r->text_listener < 0) {
        log_error_errno(-r->text_listener, "text: cannot listen on %s",
                        address_text(o->address, o->text_port, address));
        return r->text_listener;
    }
    return 0;
}

/* Returns 0, -EINVAL for what is no file, -EFBIG, -EIO for one that is shorter
 * than it says, or -errno. */
static int
read_all(int fd, size_t max, void **out, size_t *out_len)
{
    struct stat st;

    if (fstat(fd, &st) < 0) {
        return -errno;
    }
    if (!S_ISREG(st.st_mode)) {
        return -EINVAL;
    }
    if (st.st_size < 1 || (uintmax_t)st.st_size > max) {
        return st.st_size < 1 ? -EIO : -EFBIG;
    }
    size_t size = (size_t)st.st_size;
    char *content = malloc(size);
    if (content == NULL) {
        return -ENOMEM;
    }
    size_t len = 0;
    while (len < size) {
        ssize_t got = fd_read(fd, content + len, size - len);
        if (got <= 0) {
            free(content);
            return got < 0 ? (int)got : -EIO;
        }
        len += (size_t)got;
    }
    *out = content;
    *out_len = len;
    return 0;
}

static int
read_file(const char *path, size_t max, void **out, size_t *out_len)
{
    /* O_NONBLOCK: a pipe by this name must not hold up the start. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int r = fd < 0 ? -errno : read_all(fd, max, out, out_len);

    fd_close(&fd);
    return r;
}

static int
read_font(struct resources *r, const struct options *o)
{
    if (o->font == NULL) {
        return 0;
    }
    int result = read_file(o->font, RESOURCES_FONT_MAX, &r->font, &r->font_len);
    if (result < 0) {
        log_error_errno(-result, "font: cannot read %s", o->font);
    }
    return result;
}

/* Checks what the file holds, a line of text. Returns 0 or -EINVAL after
 * logging it. */
static int
check_password(const struct options *o, const char *text, size_t len)
{
    if (len == 0 || memchr(text, '\0', len) != NULL) {
        log_error("vnc: %s does not begin with a password in plain text",
                  o->password_file);
        return -EINVAL;
    }
    if (len > VNC_PASSWORD_MAX) {
        log_warning("vnc: of the password in %s only the first %d bytes count",
                    o->password_file, VNC_PASSWORD_MAX);
    }
    return 0;
}

static void
warn_if_others_can_read(const char *path)
{
    struct stat status;

    if (stat(path, &status) == 0 && (status.st_mode & (S_IRGRP | S_IROTH))) {
        log_warning("vnc: others than its owner can read %s", path);
    }
}

static int
read_password(struct resources *r, const struct options *o)
{
    void *content = NULL;
    size_t len = 0;

    if (o->password_file == NULL) {
        return 0;
    }
    int result =
        read_file(o->password_file, RESOURCES_PASSWORD_MAX, &content, &len);
    if (result < 0) {
        log_error_errno(-result, "vnc: cannot read %s", o->password_file);
        return result;
    }
    assert(content != NULL); /* read_file() has said so */
    warn_if_others_can_read(o->password_file);
    size_t line_len = 0;
    while (line_len < len && ((char *)content)[line_len] != '\n') {
        line_len++;
    }
    result = check_password(o, content, line_len);
    if (result == 0) {
        r->password = xcalloc(line_len + 1, 1);
        memcpy(r->password, content, line_len);
        result = vnc_prepare_password(r->password);
        if (result < 0) {
            log_error_errno(-result, "vnc: cannot ask for a password");
        }
    }
    explicit_bzero(content, len);
    free(content);
    return result;
}

size_t
resources_state_max(const struct options *options)
{
    return options->scrollback_max + SCREENS_MAX;
}

/* A guest's console is worth more than what was on it before. */
static void
read_state(struct resources *r, const struct options *o)
{
    if (o->load_state == NULL) {
        return;
    }
    int result = read_file(o->load_state, resources_state_max(o), &r->state,
                           &r->state_len);
    if (result < 0) {
        log_warning_errno(-result, "state: cannot read %s", o->load_state);
    }
}

static int
open_memory_file(struct resources *r)
{
    r->memory_file = vnc_open_memory_file();
    if (r->memory_file < 0) {
        log_error_errno(-r->memory_file, "vnc: cannot make a memory file");
        return r->memory_file;
    }
    return 0;
}

int
resources_open(struct resources *out, const struct options *options)
{
    struct resources r = {
        .listener = -1, .text_listener = -1, .memory_file = -1};
    int result = listen_for_viewers(&r, options);

    if (result == 0) {
        result = listen_for_text(&r, options);
    }
    if (result == 0) {
        result = read_font(&r, options);
    }
    if (result == 0) {
        result = read_password(&r, options);
    }
    if (result == 0) {
        result = open_memory_file(&r);
    }
    if (result < 0) {
        resources_close(&r);
        return result;
    }
    read_state(&r, options);
    *out = r;
    return 0;
}

void
resources_close(struct resources *r)
{
    fd_close(&r->listener);
    fd_close(&r->text_listener);
    fd_close(&r->memory_file);
    free(r->font);
    r->font = NULL;
    resources_drop_state(r);
    resources_drop_password(r);
}

void
resources_drop_password(struct resources *r)
{
    if (r->password != NULL) {
        explicit_bzero(r->password, strlen(r->password));
    }
    free(r->password);
    r->password = NULL;
}

void
resources_drop_state(struct resources *r)
{
    free(r->state);
    r->state = NULL;
    r->state_len = 0;
}

static void
warn_of_slide(const char *what, uint16_t wanted, uint16_t port)
{
    if (port != wanted) {
        log_warning("%s: port %u is taken, and the host agent looks for this "
                    "console there",
                    what, (unsigned)wanted);
    }
}

void
resources_tell_addresses(const struct resources *r, const struct options *o)
{
    char address[ADDRESS_MAX];
    bool is_fixed =
        o->store_path != NULL &&
        strncmp(o->store_path, fixed_domain, sizeof(fixed_domain) - 1) == 0;

    log_info("vnc: listening on %s", viewer_address(o, r->port, address));
    if (r->text_listener >= 0) {
        log_info("text: listening on %s",
                 address_text(o->address, r->text_port, address));
    }
    if (is_fixed && o->unix_path == NULL) {
        warn_of_slide("vnc", o->port, r->port);
        warn_of_slide("text", o->text_port, r->text_port);
    }
    if (o->unix_path == NULL &&
        ntohl(o->address.s_addr) >> 24 != IN_LOOPBACKNET) {
        log_warning("vnc: other machines can connect, %s",
                    o->password_file == NULL ? "without a password"
                                             : "and nothing is encrypted");
    }
}
