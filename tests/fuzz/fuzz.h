/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VNCTERM_TESTS_FUZZ_FUZZ_H
#define VNCTERM_TESTS_FUZZ_FUZZ_H

/*
 * What a fuzz target defines, in libFuzzer's terms
 * (https://llvm.org/docs/LibFuzzer.html). The same target is linked with
 * libFuzzer in the fuzz preset and with replay_main.c everywhere else.
 */

#include <stddef.h>
#include <stdint.h>

/* Feeds one input of len bytes and returns 0. A finding ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#endif
