/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a guest's bytes from 0x80 mean characters. What it says itself (ESC % G,
 * ESC % @) is term/'s; this is what holds until it says so.
 */
#ifndef VNCTERM_BASE_CODING_H
#define VNCTERM_BASE_CODING_H

enum coding {
    CODING_UTF8,
    CODING_LATIN1, /* and C1 controls; ISO 2022 can put other sets there */
    CODING_CP437,  /* the PC's code page; 0x9b alone is CSI */
};

#endif
