# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that writes as fast as it can."""
import unittest

from harness import CONTROL, Vncterm, main, screen, wait_for_text
from rfb import COPYRECT, HEXTILE, RAW


class Flood(unittest.TestCase):
    def test_the_screen_after_a_flood_is_right(self):
        last = 300000
        with Vncterm("sh", "-c", f"seq 1 {last}; read end") as vncterm:
            with vncterm.client(encodings=(COPYRECT, HEXTILE)) as client:
                rows = wait_for_text(client, str(last), 60)
                expect = [str(n) for n in range(last - 22, last + 1)] + [""]
                self.assertEqual(rows, expect)
                before = client.picture()
                self.assertEqual(client.refresh().picture(), before)

    def test_typing_gets_through_a_flood(self):
        with Vncterm("sh", "-c", "trap 'echo; echo stop''ped; exec cat' INT; "
                     "while :; do echo flood; done") as vncterm:
            with vncterm.client(encodings=(COPYRECT, HEXTILE)) as client:
                wait_for_text(client, "flood")
                client.press(CONTROL, ord("c"))
                wait_for_text(client, "stopped")

    def test_the_screen_is_right_without_a_viewer_meanwhile(self):
        with Vncterm("sh", "-c", "seq 1 50000; read end") as vncterm:
            with vncterm.client(encodings=(RAW,)) as client:
                rows = wait_for_text(client, "50000", 60)
                self.assertEqual(rows[0], "49978")
            with vncterm.client(encodings=(RAW,)) as again:
                again.refresh()
                self.assertEqual(screen(again), rows)


if __name__ == "__main__":
    main()
