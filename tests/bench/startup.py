# SPDX-License-Identifier: GPL-2.0-or-later
"""From starting the program to its greeting."""
import statistics

import harness
from report import Row, at_most

LISTEN = "127.0.0.1:100"


def start(bench):
    """Against a program that does nothing but listen and greet."""
    count = bench.either(10, 30)
    measured_ns, floor_ns = bench.run_helper(
        "start", count, harness.PROGRAM, "-v", LISTEN, "-c",
        bench.helper("guest_echo"), "--", bench.helper("floor_greet"))
    return [Row("start to greeting, median",
                statistics.median(measured_ns) / 1e6, "ms",
                statistics.median(floor_ns) / 1e6, at_most(6),
                f"{count} each, in turns")]
