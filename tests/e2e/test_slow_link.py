# SPDX-License-Identifier: GPL-2.0-or-later
"""A viewer on a slow link gets the newest picture, and never a backlog."""
import unittest

from harness import main
from rfb import HEXTILE, TIGHT, ZRLE
from slow_link import BYTES_PER_S, FLOOD_BYTES, ONE_WAY_S, after_flood

# One update is under way when the flood ends, and another has the rest. Sockets
# hold some of what was sent before.
UPDATES_MAX = 2
SLACK_BYTES = 16 * 1024


class SlowLinks(unittest.TestCase):
    def check(self, name, encoding):
        arrival = after_flood(encoding)
        print(f"{name}: right {arrival.seconds:.2f} s and "
              f"{arrival.size / 1000:.1f} kB after a flood of "
              f"{FLOOD_BYTES / 1e6:.0f} MB, on a link of "
              f"{BYTES_PER_S // 1024} KiB/s and {2000 * ONE_WAY_S:.0f} ms; "
              f"{arrival.updates} updates before; the whole picture takes "
              f"{arrival.full_size / 1000:.1f} kB")
        self.assertLessEqual(arrival.size,
                             UPDATES_MAX * arrival.full_size + SLACK_BYTES)

    def test_hextile(self):
        self.check("Hextile", HEXTILE)

    def test_zrle(self):
        self.check("ZRLE", ZRLE)

    def test_tight(self):
        self.check("Tight", TIGHT)


if __name__ == "__main__":
    main()
