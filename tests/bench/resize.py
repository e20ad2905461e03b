# SPDX-License-Identifier: GPL-2.0-or-later
"""What another size costs with a full scrollback, in output taken instead."""
import statistics

from report import Row, at_most_times_floor

MS = 1e-6  # of a nanosecond
# A resize is to be nothing beside the output that a guest writes meanwhile. A
# look back counts the rows of what is held: faster than taking it in by far.
CASES = (("resize", "log", 1, 0.1), ("resize", "log", 64, 0.1),
         ("look", "log", 1, 1), ("look", "log", 64, 16),
         ("look", "chinese", 64, 32))
NAMES = {"resize": "80x24 to 120x40 and back", "look": "first look back then"}


def resize(bench):
    rows = []
    for what, text, mib, budget in CASES:
        if bench.quick and mib > 1 and text != "log":
            continue
        floor, measured = bench.run_helper("resize", mib, text, what)
        rows.append(Row(f"{NAMES[what]}, {mib} MiB of {text}",
                        statistics.median(measured) * MS, "ms",
                        statistics.median(floor) * MS,
                        at_most_times_floor(budget), "floor: 1 MiB taken"))
    return rows
