/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What xenstored and oxenstored need of a Xen host, for LD_PRELOAD: with it
 * they run on any machine, as any user, many at a time.
 *
 * Faked, each because a daemon does not start, or crashes later, without it:
 * - the hypervisor: every domain that is asked for runs;
 * - event channels: bound to nothing, so that no domain ever speaks;
 * - pages of domains (grants, foreign pages): empty pages of ours;
 * - /proc/xen/xsd_port and xsd_kva, by which dom0's kernel offers its page;
 * - setrlimit(): oxenstored wants more files than a container may have;
 * - /var/run/xenstored, which oxenstored has for fixed: it is in XENSTUB_DIR,
 *   if that is set.
 * The daemon dies with the process that started it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define XC_WANT_COMPAT_MAP_FOREIGN_API /* oxenstored does */
#include <xenctrl.h>
#include <xenevtchn.h>
#include <xengnttab.h>

#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

enum {
    PAGE = 4096,
    VIRQ_PORT = 1,
    FIRST_PORT = 10, /* of those bound to domains */
    PATH_SIZE = 4096,
};

/* Handles are only compared with NULL. */
static char handle;
static int event_fd = -1;
static int next_port = FIRST_PORT;

__attribute__((constructor)) static void
die_with_parent(void)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* else it is left behind */
}

/* The function that ours stands in front of. */
static void
find_next(const char *name, void *out)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (found == NULL) {
        abort();
    }
    memcpy(out, &found, sizeof(found));
}

static void *
new_pages(size_t count)
{
    void *pages = mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return pages != MAP_FAILED ? pages : NULL;
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): not ours */

/* The hypervisor. */

xc_interface *
xc_interface_open(xentoollog_logger *logger, xentoollog_logger *dom_logger,
                  unsigned flags)
{
    (void)logger;
    (void)dom_logger;
    (void)flags;
    return (xc_interface *)&handle;
}

int
xc_interface_close(xc_interface *xc)
{
    (void)xc;
    return 0;
}

int
xc_domain_getinfo(xc_interface *xc, uint32_t first, unsigned max,
                  xc_dominfo_t *out)
{
    (void)xc;
    if (max == 0) {
        return 0;
    }
    memset(out, 0, sizeof(*out));
    out->domid = first;
    out->running = 1;
    return 1;
}

int
xc_domain_getinfolist(xc_interface *xc, uint32_t first, unsigned max,
                      xc_domaininfo_t *out)
{
    (void)xc;
    if (max == 0) {
        return 0;
    }
    memset(out, 0, sizeof(*out));
    out->domain = (domid_t)first;
    return 1;
}

void *
xc_map_foreign_range(xc_interface *xc, uint32_t domain, int size, int prot,
                     unsigned long frame)
{
    (void)xc;
    (void)domain;
    (void)prot;
    (void)frame;
    return new_pages((size_t)(size + PAGE - 1) / PAGE);
}

/* Grants. */

xengnttab_handle *
xengnttab_open(struct xentoollog_logger *logger, unsigned flags)
{
    (void)logger;
    (void)flags;
    return (xengnttab_handle *)&handle;
}

int
xengnttab_close(xengnttab_handle *grants)
{
    (void)grants;
    return 0;
}

int
xengnttab_set_max_grants(xengnttab_handle *grants, uint32_t count)
{
    (void)grants;
    (void)count;
    return 0;
}

void *
xengnttab_map_grant_ref(xengnttab_handle *grants, uint32_t domain,
                        uint32_t reference, int prot)
{
    (void)grants;
    (void)domain;
    (void)reference;
    (void)prot;
    return new_pages(1);
}

int
xengnttab_unmap(xengnttab_handle *grants, void *pages, uint32_t count)
{
    (void)grants;
    return munmap(pages, (size_t)count * PAGE);
}

/* Event channels. */

xenevtchn_handle *
xenevtchn_open(struct xentoollog_logger *logger, unsigned flags)
{
    (void)logger;
    (void)flags;
    if (event_fd < 0) {
        event_fd = eventfd(0, EFD_CLOEXEC);
    }
    return (xenevtchn_handle *)&handle;
}

xenevtchn_handle *
xenevtchn_fdopen(struct xentoollog_logger *logger, int fd, unsigned flags)
{
    event_fd = fd;
    return xenevtchn_open(logger, flags);
}

int
xenevtchn_close(xenevtchn_handle *channels)
{
    (void)channels;
    return 0;
}

int
xenevtchn_fd(xenevtchn_handle *channels)
{
    (void)channels;
    return event_fd;
}

xenevtchn_port_or_error_t
xenevtchn_bind_virq(xenevtchn_handle *channels, unsigned virq)
{
    (void)channels;
    (void)virq;
    return VIRQ_PORT;
}

xenevtchn_port_or_error_t
xenevtchn_bind_interdomain(xenevtchn_handle *channels, uint32_t domain,
                           evtchn_port_t port)
{
    (void)channels;
    (void)domain;
    (void)port;
    return next_port++;
}

int
xenevtchn_unbind(xenevtchn_handle *channels, evtchn_port_t port)
{
    (void)channels;
    (void)port;
    return 0;
}

int
xenevtchn_notify(xenevtchn_handle *channels, evtchn_port_t port)
{
    (void)channels;
    (void)port;
    return 0;
}

int
xenevtchn_unmask(xenevtchn_handle *channels, evtchn_port_t port)
{
    (void)channels;
    (void)port;
    return 0;
}

xenevtchn_port_or_error_t
xenevtchn_pending(xenevtchn_handle *channels)
{
    (void)channels;
    errno = EAGAIN; /* nothing is ever bound that could */
    return -1;
}

/* Files. */

/*
 * The name in XENSTUB_DIR of what is in /var/run/xenstored (or /run/xenstored),
 * written to `out`; `path` itself for anything else.
 */
static const char *
move_path(char out[PATH_SIZE], const char *path)
{
    static const char prefix[] = "/run/xenstored/";
    const char *dir = getenv("XENSTUB_DIR");
    const char *rest = path;

    if (dir == NULL) {
        return path;
    }
    if (strncmp(rest, "/var/", strlen("/var/")) == 0) {
        rest += strlen("/var");
    }
    if (strncmp(rest, prefix, strlen(prefix)) != 0) {
        return path;
    }
    (void)snprintf(out, PATH_SIZE, "%s/%s", dir, rest + strlen(prefix));
    return out;
}

/* Returns a descriptor, or -1 for a file that is not faked. */
static int
open_fake(const char *path)
{
    if (strcmp(path, "/proc/xen/xsd_port") == 0) {
        int fd = memfd_create("xsd_port", MFD_CLOEXEC);
        /* oxenstored takes no newline behind the number. */
        if (write(fd, "2", 1) != 1 || lseek(fd, 0, SEEK_SET) != 0) {
            abort();
        }
        return fd;
    }
    if (strcmp(path, "/proc/xen/xsd_kva") == 0) {
        int fd = memfd_create("xsd_kva", MFD_CLOEXEC);
        if (ftruncate(fd, PAGE) != 0) {
            abort();
        }
        return fd;
    }
    return -1;
}

static int
open_as(const char *name, const char *path, int flags, mode_t mode)
{
    int (*next)(const char *, int, ...);
    char moved[PATH_SIZE];
    int fd = open_fake(path);

    if (fd >= 0) {
        return fd;
    }
    find_next(name, &next);
    return next(move_path(moved, path), flags, mode);
}

int
open(const char *path, int flags, ...)
{
    va_list more;

    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t); /* without a meaning, mostly */
    va_end(more);
    return open_as("open", path, flags, mode);
}

int
open64(const char *path, int flags, ...)
{
    va_list more;

    va_start(more, flags);
    mode_t mode = va_arg(more, mode_t);
    va_end(more);
    return open_as("open64", path, flags, mode);
}

int
bind(int fd, const struct sockaddr *address, socklen_t len)
{
    int (*next)(int, const struct sockaddr *, socklen_t);
    struct sockaddr_un moved = {.sun_family = AF_UNIX};
    char path[PATH_SIZE];

    find_next("bind", &next);
    if (address->sa_family != AF_UNIX) {
        return next(fd, address, len);
    }
    const char *to =
        move_path(path, ((const struct sockaddr_un *)address)->sun_path);
    if (strlen(to) >= sizeof(moved.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(moved.sun_path, to, strlen(to));
    return next(fd, (const struct sockaddr *)&moved, sizeof(moved));
}

int
unlink(const char *path)
{
    int (*next)(const char *);
    char moved[PATH_SIZE];

    find_next("unlink", &next);
    return next(move_path(moved, path));
}

int
chmod(const char *path, mode_t mode)
{
    int (*next)(const char *, mode_t);
    char moved[PATH_SIZE];

    find_next("chmod", &next);
    return next(move_path(moved, path), mode);
}

int
setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
    (void)resource;
    (void)limit;
    return 0;
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
