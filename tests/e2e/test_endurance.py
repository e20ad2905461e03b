# SPDX-License-Identifier: GPL-2.0-or-later
"""What takes minutes: viewers that come 10 000 times, or stop for one."""
import time
import unittest

from abuse import MEMORY_MAX_KB, Scene, open_descriptors, private_kb, reset
from harness import SANITIZED, main, wait_until
from rfb import HEXTILE, Client

ROUNDS = 1000 if SANITIZED else 10_000
# What the allocator may keep after the first thousand. The sanitizer keeps
# what was freed.
GROWTH_MAX_KB = 128 * 1024 if SANITIZED else 1024
STOP_SECONDS = 60


class Endurance(unittest.TestCase):
    def setUp(self):
        self.scene = self.enterContext(Scene())

    def come_and_go(self, rounds):
        for turn in range(rounds):
            client = Client(self.scene.vncterm.address, encodings=(HEXTILE,))
            client.request(incremental=False)
            if turn % 2:
                client.close()
            else:
                reset(client.wire.socket)
            if turn % 100 == 0:
                self.scene.typist.type_other()

    def test_viewers_that_come_and_go_leave_nothing_behind(self):
        worker = self.scene.worker
        descriptors = open_descriptors(worker)
        self.come_and_go(ROUNDS // 10)
        wait_until(lambda: open_descriptors(worker) == descriptors)
        before = private_kb(worker)
        self.come_and_go(ROUNDS)
        wait_until(lambda: open_descriptors(worker) == descriptors,
                   what="as many descriptors as before")
        after = private_kb(worker)
        print(f"{ROUNDS} viewers: {before} KiB before, {after} KiB after")
        self.assertLess(after - before, GROWTH_MAX_KB)

    def test_a_reader_that_stops_for_a_minute_goes_on(self):
        stopped = self.enterContext(self.scene.vncterm.client())
        for _ in range(40):
            stopped.request(incremental=False)
        self.assertEqual(stopped.wire.read(1), b"\0")
        end = time.monotonic() + STOP_SECONDS
        while time.monotonic() < end:
            self.scene.type_for(1)
        self.assertLess(private_kb(self.scene.worker), MEMORY_MAX_KB)
        stopped.update()
        stopped.pump(lambda: stopped.refresh().picture() ==
                     self.scene.typist.client.refresh().picture())


if __name__ == "__main__":
    main()
