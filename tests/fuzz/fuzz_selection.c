/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz/fuzz.h"
#include "fuzz/screen_property.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    selection_property_run(data, len);
    return 0;
}
