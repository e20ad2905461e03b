# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs that use the whole screen, as a person would use them."""
import os
import shutil
import tempfile
import unittest

from harness import (DOWN, ESCAPE, F10, Vncterm, main, read_to_end, screen,
                     wait_for_text)
from rfb import HEXTILE, COPYRECT


def needs(program):
    return unittest.skipUnless(shutil.which(program), f"no {program}")


class FullScreen(unittest.TestCase):
    def setUp(self):
        self.home = self.enterContext(tempfile.TemporaryDirectory())
        self.env = {"HOME": self.home}

    def start(self, *command):
        vncterm = self.enterContext(Vncterm(*command, env=self.env))
        return self.enterContext(
            vncterm.client(encodings=(COPYRECT, HEXTILE)))

    @needs("vim")
    def test_vim_edits_and_saves_a_file(self):
        path = os.path.join(self.home, "file.txt")
        client = self.start("vim", "-u", "NONE", "-N", path)
        wait_for_text(client, "~")
        client.type("ihello")
        client.press(ESCAPE)
        client.type("oworld")
        client.press(ESCAPE)
        wait_for_text(client, "world")
        self.assertEqual(screen(client)[0:2], ["hello", "world"])
        client.type(":wq\n")
        self.assertTrue(read_to_end(client))
        with open(path, encoding="utf-8") as saved:
            self.assertEqual(saved.read(), "hello\nworld\n")

    @needs("less")
    def test_less_scrolls_by_copying_rows(self):
        path = os.path.join(self.home, "numbers")
        with open(path, "w", encoding="utf-8") as numbers:
            numbers.writelines(f"line {n}\n" for n in range(1, 200))
        client = self.start("less", path)
        wait_for_text(client, "line 23")
        for _ in range(10):
            client.press(DOWN)
        rows = wait_for_text(client, "line 33")
        self.assertEqual(rows[:23], [f"line {n}" for n in range(11, 34)])
        self.assertGreater(client.counts.get(COPYRECT, 0), 0)
        before = client.picture()
        self.assertEqual(client.refresh().picture(), before)

    @needs("htop")
    def test_htop_shows_its_table_and_quits(self):
        client = self.start("htop")
        wait_for_text(client, "PID")
        wait_for_text(client, "F10Quit")
        client.press(F10)
        self.assertTrue(read_to_end(client))

    @needs("mc")
    def test_mc_draws_its_panels(self):
        client = self.start("mc", "-d")
        wait_for_text(client, "10Quit")
        rows = wait_for_text(client, "Left")
        self.assertIn("Left", rows[0])


if __name__ == "__main__":
    main()
