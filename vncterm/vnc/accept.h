/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The door: listening sockets, and peers that have not finished their
 * handshake. Those have a pool and a deadline of their own, so that they can
 * neither take a viewer's place nor stay.
 */
#ifndef VNCTERM_VNC_ACCEPT_H
#define VNCTERM_VNC_ACCEPT_H

struct vnc;
struct viewer;

/* Starts to watch the listening sockets. Returns 0 or -errno. */
int accept_begin(struct vnc *v, const int *listeners, int count);

/* Stops, and frees all half-open peers. Works after a failed begin, too. */
void accept_end(struct vnc *v);

/* Watches again, if descriptors had run out. */
void accept_resume(struct vnc *v);

/* `viewer` is half-open no longer; the caller has it from now on. */
void accept_forget(struct vnc *v, struct viewer *viewer);

/* Keeps a closed peer until accept_free_closed(). */
void accept_keep_closed(struct vnc *v, struct viewer *viewer);

void accept_free_closed(struct vnc *v);

#endif
