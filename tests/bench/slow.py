# SPDX-License-Identifier: GPL-2.0-or-later
"""How soon after a flood a viewer on a slow link sees the right picture."""
import statistics

import rfb
from report import Row, at_most
from slow_link import BYTES_PER_S, FLOOD_BYTES, ONE_WAY_S, after_flood


def slow_link(bench):
    rows = []
    for name, encoding in (("Hextile", rfb.HEXTILE), ("ZRLE", rfb.ZRLE),
                           ("Tight", rfb.TIGHT)):
        arrivals = [after_flood(encoding) for _ in range(bench.either(1, 5))]
        most = max(arrival.size for arrival in arrivals)
        rows.append(Row(
            f"{FLOOD_BYTES // 10 ** 6} MB flood's end to picture: {name}",
            statistics.median(arrival.seconds for arrival in arrivals), "s",
            budget=at_most(2),
            note=f"{BYTES_PER_S // 1024} KiB/s, {2000 * ONE_WAY_S:.0f} ms; "
                 f"at most {most / 1000:.1f} kB, a whole picture is "
                 f"{arrivals[0].full_size / 1000:.1f} kB"))
    return rows
