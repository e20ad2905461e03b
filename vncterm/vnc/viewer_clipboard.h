/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a viewer says of its clipboard, on its way to the handler.
 */
#ifndef VNCTERM_VNC_VIEWER_CLIPBOARD_H
#define VNCTERM_VNC_VIEWER_CLIPBOARD_H

struct message;
struct viewer;

/* MESSAGE_CUT_TEXT */
void viewer_take_cut_text(struct viewer *v, const struct message *m);

/* MESSAGE_CUT_TEXT_TOO_LONG */
void viewer_swallow_cut_text(struct viewer *v, const struct message *m);

/*
 * MESSAGE_EXTENDED_CUT_TEXT. One that is compressed and comes too soon after
 * another waits for viewer_take_late_cut_text(), called by vnc_advance_at().
 */
void viewer_take_extended_cut_text(struct viewer *v, const struct message *m);

/* Takes the clipboard that waits, if there is one and it is time. */
void viewer_take_late_cut_text(struct viewer *v);

#endif
