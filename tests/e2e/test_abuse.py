# SPDX-License-Identifier: GPL-2.0-or-later
"""Hostile viewers and guests: another viewer types on, memory stays bounded."""
import time
import unittest

from abuse import ATTACKS, MEMORY_MAX_KB, REPAINT, Scene, open_descriptors, \
    private_kb
from harness import is_running, main, wait_until
from rfb import DESKTOP_NAME, RAW

ATTACK_SECONDS = 1.0


class Abuse(unittest.TestCase):
    """A test for each of the attacks. That a key is not seen within seconds
    fails; how long they take is printed."""

    results = []

    @classmethod
    def tearDownClass(cls):
        print("\ntried; survived; median (worst); memory of the worker")
        for line in cls.results:
            print(line)

    def check(self, attack):
        with Scene() as scene:
            before = open_descriptors(scene.worker)
            felt = scene.feel(attack, ATTACK_SECONDS)
            self.assertLess(felt.memory_kb, MEMORY_MAX_KB)
            scene.end_attack()
            wait_until(lambda: open_descriptors(scene.worker) == before,
                       what="as many descriptors as before")
            scene.typist.type_other()
            self.assertTrue(is_running(scene.worker))
        self.results.append(f"{attack.tried}; survived; {felt.text()}")


for each in ATTACKS:
    setattr(Abuse, f"test_{each.name}",
            lambda self, attack=each: self.check(attack))


class Guests(unittest.TestCase):
    def test_titles_without_end(self):
        scene = self.enterContext(Scene(b"\033]0;a\007\033]0;b\007"))
        names = [self.enterContext(scene.vncterm.client(
            encodings=(RAW, DESKTOP_NAME))) for _ in range(14)]
        for client in names:
            client.request()
        begin = time.monotonic()
        scene.type_for(ATTACK_SECONDS)
        self.assertLess(private_kb(scene.worker), MEMORY_MAX_KB)
        updates = 0
        names[0].wire.send(REPAINT)
        while names[0].message(0.1) is not None:
            updates += 1
        self.assertLess(updates, 15 * (time.monotonic() - begin) + 5)


class Stops(unittest.TestCase):
    def test_a_reader_that_stops_within_a_frame_goes_on_later(self):
        """It asks on meanwhile; what it then gets is whole and the newest."""
        scene = self.enterContext(Scene())
        stopped = self.enterContext(scene.vncterm.client())
        for _ in range(40):
            stopped.request(incremental=False)
        self.assertEqual(stopped.wire.read(1), b"\0")
        scene.type_for(3 * ATTACK_SECONDS)
        self.assertLess(private_kb(scene.worker), MEMORY_MAX_KB)
        stopped.update()
        stopped.pump(lambda: stopped.refresh().picture() ==
                     scene.typist.client.refresh().picture())


if __name__ == "__main__":
    main()
