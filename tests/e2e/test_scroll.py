# SPDX-License-Identifier: GPL-2.0-or-later
"""What scrolls is copied by viewers and not sent again, also while other rows
change, and also to a viewer that takes few updates."""
import os
import shutil
import subprocess
import tempfile
import unittest

from harness import (CELL_HEIGHT, CONTROL, DOWN, Vncterm, main, screen,
                     wait_for_text)
from rfb import COPYRECT, HEXTILE, Client

# Writes what is typed, a line each, and understands \033 and the like.
GUEST = ("sh", "-c",
         'stty -echo; echo guest; '
         'while IFS= read -r line; do printf %b "$line"; done')
ROWS = 24
FILL = r"\033[H\033[J" + r"\r\n".join(f"this is row {n} of {ROWS}"
                                        for n in range(1, ROWS + 1))
WHEEL_UP = 8


class Meter(Client):
    """Counts pixels that are copied, and those that are sent."""

    def __init__(self, *args, **kwargs):
        self.copied = self.sent = 0
        super().__init__(*args, encodings=(COPYRECT, HEXTILE), **kwargs)

    def decode(self, x, y, w, h, encoding):
        if encoding == COPYRECT:
            self.copied += w * h
        else:
            self.sent += w * h
        super().decode(x, y, w, h, encoding)

    def row_pixels(self):
        return self.width * CELL_HEIGHT

    def restart(self):
        self.copied = self.sent = 0


def needs(program):
    return unittest.skipUnless(shutil.which(program), f"no {program}")


class Scrolls(unittest.TestCase):
    def start(self, *command, **kwargs):
        self.vncterm = self.enterContext(Vncterm(*command, **kwargs))
        return self.connect()

    def start_guest(self, setup):
        """With text in all rows, and then "ready"."""
        meter = self.start(*GUEST)
        wait_for_text(meter, "guest")
        meter.type(FILL + setup + "ready\n")
        wait_for_text(meter, "ready")
        return meter

    def connect(self):
        return self.enterContext(Meter(self.vncterm.address))

    def check_picture(self, meter):
        """What is sent anew is no other; a program may still be drawing."""
        with self.vncterm.client(encodings=(HEXTILE,)) as other:
            meter.pump(lambda: meter.picture() == other.refresh().picture())

    def check(self, meter, rows, sent_rows):
        """So many rows were copied, but for the cells that had the cursor, and
        not many more sent than came in: a row that is drawn in two frames is
        sent twice."""
        self.assertGreaterEqual(meter.copied / meter.row_pixels(), rows - 1)
        self.assertLessEqual(meter.sent / meter.row_pixels(), 2 * sent_rows)
        self.check_picture(meter)

    def copies(self, setup, act, rows, sent_rows):
        """`act` ends with the word "done"."""
        meter = self.start_guest(setup)
        meter.restart()
        meter.type(act + "done\n")
        wait_for_text(meter, "done")
        self.check(meter, rows, sent_rows)

    def test_a_line_feed_in_the_last_row(self):
        self.copies(r"\033[24;40H", r"\r\n", 23, 2)

    def test_several_lines(self):
        self.copies(r"\033[24;40H", r"\r\none\r\ntwo\r\nthree\r\n", 20, 5)

    def test_a_region_above_a_status_row(self):
        self.copies(r"\033[1;23r\033[23;40H", r"\r\none\r\n", 21, 3)

    def test_a_region_while_a_row_below_it_changes(self):
        self.copies(r"\033[1;23r\033[23;40H",
                    r"\r\n\033[s\033[24;60Hclock 1\033[u"
                    r"\r\n\033[s\033[24;60Hclock 2\033[u", 21, 4)

    def test_a_region_while_a_row_above_it_changes(self):
        self.copies(r"\033[2;24r\033[24;40H",
                    r"\r\n\033[s\033[1;60Hclock 1\033[u"
                    r"\r\n\033[s\033[1;60Hclock 2\033[u", 21, 4)

    def test_the_whole_screen_while_another_row_changes(self):
        self.copies(r"\033[24;40H", r"\r\n\033[s\033[5;60Hclock\033[u\r\n",
                    21, 4)

    def test_columns_between_margins(self):
        """Half a screen; the other half has text, too."""
        self.copies(r"\033[?69h\033[41;80s\033[24;41H", r"\r\n\n", 11, 2)

    def test_reverse_index(self):
        self.copies(r"\033[H", r"\033M\033M", 22, 3)

    def test_rows_inserted(self):
        self.copies(r"\033[10;40H", r"\033[2L", 13, 3)

    def test_rows_deleted(self):
        self.copies(r"\033[10;40H", r"\033[2M", 13, 3)

    def test_scroll_up(self):
        self.copies(r"\033[10;40H", r"\033[3S", 21, 4)

    def test_scroll_down(self):
        self.copies(r"\033[10;40H", r"\033[3T", 21, 4)

    def test_the_view_by_the_wheel(self):
        meter = self.start_guest(r"\r\n\n\n\n\n\n")
        meter.restart()
        meter.pointer(1, 1, WHEEL_UP)
        meter.pointer(1, 1, 0)
        wait_for_text(meter, "this is row 4")
        self.check(meter, 20, 5)

    @needs("less")
    def test_less(self):
        meter = self.start("less", self.numbers())
        wait_for_text(meter, "line 23")
        meter.restart()
        for _ in range(3):
            meter.press(DOWN)
        rows = wait_for_text(meter, "line 26")
        self.assertEqual(rows[:23], [f"line {n}" for n in range(4, 27)])
        self.check(meter, 20, 2 * 3)

    @needs("vim")
    def test_vim(self):
        meter = self.start("vim", "-u", "NONE", "-N", self.numbers())
        wait_for_text(meter, "line 23")
        meter.restart()
        for _ in range(3):
            meter.press(CONTROL, ord("e"))
        rows = wait_for_text(meter, "line 26")
        self.assertEqual(rows[:23], [f"line {n}" for n in range(4, 27)])
        self.check(meter, 19, 2 * 3)

    def tmux(self, *arguments):
        home = self.enterContext(tempfile.TemporaryDirectory())
        tmux = ("tmux", "-f", "/dev/null", "-S", os.path.join(home, "socket"))
        # It would outlive its terminal.
        self.addCleanup(subprocess.run, (*tmux, "kill-server"), check=False,
                        stderr=subprocess.DEVNULL)
        meter = self.start(*tmux, "new", *arguments)
        wait_for_text(meter, "100")
        meter.restart()
        meter.type("\n")
        wait_for_text(meter, "103")
        return meter

    @needs("tmux")
    def test_tmux_above_its_status_line(self):
        meter = self.tmux("seq 100; read x; seq 101 103; cat")
        self.check(meter, 18, 2 * 4)

    @needs("tmux")
    def test_tmux_in_a_pane_beside_another(self):
        meter = self.tmux("cat", ";", "split-window", "-h",
                          "seq 100; read x; seq 101 103; cat")
        self.check(meter, 9, 2 * 4)

    def numbers(self):
        home = self.enterContext(tempfile.TemporaryDirectory())
        path = os.path.join(home, "numbers")
        with open(path, "w", encoding="utf-8") as numbers:
            numbers.writelines(f"line {n}\n" for n in range(1, 200))
        return path

    def test_a_viewer_that_takes_few_updates(self):
        """It is not sent again what another one was shown line by line."""
        fast = self.start_guest(r"\033[24;40H")
        slow = self.connect()
        slow.refresh()
        slow.restart()
        for n in range(1, 6):
            fast.type(rf"\r\n\033[s\033[5;60Hclock {n}\033[uline {n}" + "\n")
            wait_for_text(fast, f"line {n}")
        wait_for_text(slow, "line 5")
        self.assertEqual(screen(slow), screen(fast))
        # Five rows came in, and as many had a clock once.
        self.assertGreaterEqual(slow.copied / slow.row_pixels(), 18)
        self.assertLessEqual(slow.sent / slow.row_pixels(), 7)
        self.check_picture(slow)


if __name__ == "__main__":
    main()
