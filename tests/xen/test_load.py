# SPDX-License-Identifier: GPL-2.0-or-later
"""Much in either direction, and several guests at once."""
import hashlib
import time
import unittest

from agent import MIDDLE, SECONDS, Guest, XenTest, wait_for_row
from harness import CONTROL, screen, wait_for_text

PASTE = 64 << 10
# The guest's terminal must not edit the lines, which it keeps short; what comes
# before it knows would be echoed, with other ends of lines.
TAKE_PASTE = (f"stty raw -echo; echo tak''ing; head -c {PASTE} | md5sum; "
              "stty sane\n")
FLOOD = "while :; do cat /proc/cpuinfo; done\n"


class Load(XenTest):
    def test_a_paste_of_64_kb_arrives_whole(self):
        viewer = self.viewer(self.console())
        wait_for_row(viewer, "pv1#")
        line = "".join(chr(32 + i % 95) for i in range(127))
        text = ((line + "\n") * (PASTE // 128))[:PASTE]
        arrives = text.replace("\n", "\r").encode()
        viewer.type(TAKE_PASTE)
        wait_for_row(viewer, "taking")
        viewer.send_cut_text(text)
        viewer.pointer(0, 0, MIDDLE)
        viewer.pointer(0, 0, 0)
        wait_for_text(viewer, hashlib.md5(arrives).hexdigest(), SECONDS)

    def test_a_flood_does_not_starve_typing(self):
        viewer = self.viewer(self.console())
        wait_for_row(viewer, "pv1#")
        viewer.type(FLOOD)
        # Three screens of it are a flood.
        for _ in range(3):
            before = viewer.updates
            viewer.pump(lambda: viewer.updates > before + 3, SECONDS)
        begin = time.monotonic()
        viewer.key(CONTROL, True)
        viewer.press(ord("c"))
        viewer.key(CONTROL, False)
        wait_for_text(viewer, "pv1#", SECONDS)
        print("FIGURE: from Ctrl-C to the prompt, in a flood: "
              f"{time.monotonic() - begin:.1f} s", flush=True)
        viewer.type("echo still''here\n")
        wait_for_row(viewer, "stillhere")

    def test_three_guests_at_once(self):
        guests = [self.guest]
        guests += [Guest.start(self.dom0, name) for name in ("pv2", "pv3")]
        for guest in guests[1:]:
            guest.wait()
        consoles = [self.console(guest) for guest in guests]
        viewers = [self.viewer(console) for console in consoles]
        self.assertEqual(len({console.port() for console in consoles}), 3)
        for guest, viewer in zip(guests, viewers):
            wait_for_row(viewer, f"{guest.name}#")
        for guest, viewer in zip(guests, viewers):
            viewer.type(f"echo only-in''-{guest.name}\n")
        for guest, viewer in zip(guests, viewers):
            wait_for_row(viewer, f"only-in-{guest.name}")
        for guest, viewer in zip(guests, viewers):
            said = [row for row in screen(viewer.refresh())
                    if row.startswith("only-in-")]
            self.assertEqual(said, [f"only-in-{guest.name}"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
