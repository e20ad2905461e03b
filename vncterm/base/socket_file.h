/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of a unix socket stays when its process has gone, and keeps the
 * next one from listening there. Whoever removes it must not hit anything else.
 */
#ifndef VNCTERM_BASE_SOCKET_FILE_H
#define VNCTERM_BASE_SOCKET_FILE_H

/*
 * Removes the socket file at `path` if it belongs to our own user and nobody
 * listens on it any more. Returns 0, -EADDRINUSE for anything else that is
 * there, -ENOENT when nothing is, or -errno.
 */
int socket_file_remove_stale(const char *path);

#endif
