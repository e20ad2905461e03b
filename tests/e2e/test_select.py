# SPDX-License-Identifier: GPL-2.0-or-later
"""Selecting, pasting and the mouse, as a person with a viewer does them."""
import hashlib
import os
import shutil
import subprocess
import tempfile
import unittest

from display import DISPLAY_PROGRAMS, Display
from harness import (ALT, INSERT, PAGE_UP, SHIFT, Vncterm, main, screen,
                     wait_for_text, wait_until)
from rfb import COPYRECT, HEXTILE, TimedOut

MIDDLE, RIGHT, WHEEL_UP = 2, 4, 8
CUT_TEXT_MAX = 1 << 20
TEXT = (r"printf 'one two  \n  /usr/share/doc, three\nfour\n'; "
        r"printf '%0100d\n' 0; stty -echo; cat")


class Selecting(unittest.TestCase):
    def start(self, script=TEXT):
        self.vncterm = self.enterContext(Vncterm("sh", "-c", script))
        self.client = self.connect()

    def connect(self):
        return self.enterContext(
            self.vncterm.client(encodings=(COPYRECT, HEXTILE)))

    def assert_cut(self, text):
        """The viewer is offered `text`."""
        self.client.pump(lambda: self.client.cut_text == text)

    def test_a_drag_offers_its_text_to_this_viewer_only(self):
        self.start()
        other = self.connect()
        wait_for_text(self.client, "four")
        self.client.drag((0, 4), (2, 2))
        self.assert_cut("two\n  /usr/share/doc, three\nfo")
        self.client.drag((2, 0), (0, 0))
        self.assert_cut("one two\n  /usr/share/doc, three\n")
        other.refresh()
        self.assertIsNone(other.cut_text)
        # All see the same.
        self.assertEqual(self.client.refresh().picture(), other.picture())

    def test_clicks_select_words_lines_and_a_wrapped_line_whole(self):
        self.start()
        wait_for_text(self.client, "four")
        self.client.click(1, 10)
        self.client.click(1, 10)
        self.assert_cut("/usr/share/doc")
        self.client.click(1, 10)
        self.assert_cut("  /usr/share/doc, three")
        for _ in range(3):
            self.client.click(4, 3)
        self.assert_cut("0" * 100)

    def test_characters_of_double_width_are_where_they_are_seen(self):
        self.start(r"printf '\033#6double e\314\201\r\nplain'; stty -echo; cat")
        wait_for_text(self.client, "plain")
        self.client.drag((0, 2), (0, 8))
        self.assert_cut("oub")
        self.client.click(0, 14)
        self.client.click(0, 14)
        self.assert_cut("e\u0301".encode("latin-1", "replace").decode())
        self.client.drag((0, 10), (0, 79))
        self.assert_cut("e e?")

    def test_alt_selects_a_block(self):
        self.start()
        wait_for_text(self.client, "four")
        self.client.key(ALT, 1)
        self.client.drag((0, 2), (2, 6))
        self.client.key(ALT, 0)
        self.assert_cut("e tw\n/usr\nur")

    def test_shift_click_goes_on_with_it(self):
        self.start()
        wait_for_text(self.client, "four")
        self.client.drag((0, 0), (0, 3))
        self.assert_cut("one")
        self.client.key(SHIFT, 1)
        self.client.click(0, 6)
        self.client.key(SHIFT, 0)
        self.assert_cut("one two")

    def test_a_click_alone_offers_nothing_and_the_right_one_neither(self):
        self.start()
        wait_for_text(self.client, "four")
        self.client.drag((0, 0), (0, 3), RIGHT)
        self.client.click(2, 2)
        self.client.drag((8, 0), (8, 40))  # blanks
        self.assertEqual(self.client.refresh().cut_text, None)
        self.client.drag((2, 0), (2, 4))
        self.assert_cut("four")

    def test_the_highlight_stays_until_a_press_or_typing(self):
        self.start()
        wait_for_text(self.client, "four")
        plain = self.client.refresh().picture()

        def select():
            self.client.drag((0, 0), (2, 2))
            self.assertNotEqual(self.client.refresh().picture(), plain)

        select()
        self.client.click(3, 0)
        self.assertEqual(self.client.refresh().picture(), plain)
        select()
        self.client.press(SHIFT)
        self.assertNotEqual(self.client.refresh().picture(), plain)
        self.client.type("x")
        self.assertEqual(self.client.refresh().picture(), plain)

    def test_a_drag_at_the_edge_scrolls_into_the_scrollback(self):
        self.start("seq 1000 1099; printf end; cat")
        wait_for_text(self.client, "end")
        self.client.pointer(1, 16 * 23 + 8, 1)
        self.client.pointer(1, 0, 1)
        wait_for_text(self.client, "1000")
        self.assertRegex(screen(self.client)[0], r"^1000 +-77/77$")
        self.client.pointer(1, 0, 0)
        self.assert_cut("".join(f"{n}\n" for n in range(1000, 1100)))

    def test_the_view_and_its_mark_stay_while_output_goes_on(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        gate = os.path.join(folder, "gate")
        os.mkfifo(gate)
        self.start("seq 1000 1099; printf end; read go < "
                   f"{gate}; seq 2000 2009; printf more; cat")
        wait_for_text(self.client, "end")
        other = self.connect()
        self.client.press(SHIFT, PAGE_UP)
        before = wait_for_text(self.client, "-12/77")
        self.client.drag((2, 0), (3, 0))
        with open(gate, "w", encoding="ascii") as file:
            file.write("\n")
        rows = wait_for_text(self.client, "-22/87")
        self.assertEqual(rows[1:], before[1:])
        self.assert_cut(before[2] + "\n")
        # The wheel moves by three lines, and nothing smears.
        self.client.click(5, 5, WHEEL_UP)
        rows = wait_for_text(self.client, "-25/87")
        self.assertEqual(rows[4:], before[1:-3])
        self.assertEqual(self.client.picture(), other.refresh().picture())
        # Typing goes back to the bottom.
        self.client.type("\n")
        rows = wait_for_text(self.client, "more")
        self.assertFalse(any("/" in row for row in rows))


class Mouse(unittest.TestCase):
    """A guest that has asked for the mouse."""

    def start(self, modes):
        self.file = self.enterContext(tempfile.NamedTemporaryFile())
        self.vncterm = self.enterContext(Vncterm(
            "sh", "-c", "stty raw -echo; printf text; head -c 1 >/dev/null; "
            f"printf '\\033[?{modes}h ready'; "
            f"exec dd bs=1000 of={self.file.name} 2>/dev/null"))
        self.client = self.enterContext(self.vncterm.client())
        wait_for_text(self.client, "text")
        self.client.type("x")  # a viewer is there before the mode is set
        wait_for_text(self.client, "ready")

    def assert_got(self, expected):
        """What the guest has been sent until now."""
        def has_come():
            with open(self.file.name, "rb") as file:
                self.got = file.read()
            return len(self.got) >= len(expected)
        try:
            wait_until(has_come)
        except TimedOut:
            pass
        self.assertEqual(self.got, expected)

    def test_shift_selects_and_the_rest_is_reported(self):
        self.start("1002;1006")
        self.client.click(1, 2)
        self.client.key(SHIFT, 1)
        self.client.drag((0, 0), (0, 4))
        self.client.key(SHIFT, 0)
        self.client.pump(lambda: self.client.cut_text == "text")
        self.client.click(2, 3, RIGHT)
        self.assert_got(b"\033[<0;3;2M\033[<0;3;2m"
                        b"\033[<2;4;3M\033[<2;4;3m")

    def test_places_are_pixels_when_asked_for(self):
        self.start("1003;1016")
        self.client.pointer(100, 50)
        self.client.pointer(101, 50, 1)
        self.client.pointer(101, 51, 0)
        self.assert_got(b"\033[<35;101;51M\033[<0;102;51M\033[<0;102;52m")

    def test_buttons_of_a_viewer_that_goes_are_released(self):
        self.start("1000;1006")
        with self.vncterm.client() as other:
            other.pointer(9, 17, 1 | RIGHT)
            self.assert_got(b"\033[<0;2;2M\033[<2;2;2M")
        self.assert_got(b"\033[<0;2;2M\033[<2;2;2M\033[<0;2;2m\033[<2;2;2m")

    def test_focus_is_whether_a_viewer_is_there(self):
        self.start("1004")
        self.assert_got(b"\033[I")
        with self.vncterm.client() as other:
            other.refresh()
            self.client.close()
        self.assert_got(b"\033[I\033[O")
        with self.vncterm.client() as other:
            other.refresh()
            self.assert_got(b"\033[I\033[O\033[I")


class Pasting(unittest.TestCase):
    """A guest that does not read until it is told to, and then all."""

    def start(self, count, before=""):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.gate = os.path.join(folder, "gate")
        os.mkfifo(self.gate)
        self.out = os.path.join(folder, "out")
        self.vncterm = self.enterContext(Vncterm(
            "sh", "-c", f"stty raw -echo; printf '{before}ready'; "
            f"read go < {self.gate}; head -c {count} > {self.out}; "
            "printf done; cat"))
        self.client = self.enterContext(self.vncterm.client())
        wait_for_text(self.client, "ready")

    def read(self):
        with open(self.gate, "w", encoding="ascii") as gate:
            gate.write("\n")
        wait_for_text(self.client, "done", 60)
        with open(self.out, "rb") as out:
            return out.read()

    def paste(self):
        self.client.press(SHIFT, INSERT)

    def test_a_megabyte_arrives_whole_and_in_order(self):
        line = "".join(chr(c) for c in range(0x20, 0x7F)) + "\u00e9\t\n"
        text = (line * (CUT_TEXT_MAX // len(line) + 1))[:CUT_TEXT_MAX]
        wanted = (b"before\033[200~" +
                  text.replace("\n", "\r").encode() + b"\033[201~after")
        self.start(len(wanted), before="\\033[?2004h")
        self.client.send_cut_text(text)
        self.client.type("before")
        self.paste()
        self.client.type("after")
        # There is room for one, and the bell says so.
        self.client.refresh()
        self.paste()
        self.client.pump(lambda: self.client.bells > 0)
        got = self.read()
        self.assertEqual(len(got), len(wanted))
        self.assertEqual(hashlib.sha256(got).digest(),
                         hashlib.sha256(wanted).digest())

    def test_brackets_cannot_be_brought_along(self):
        wanted = b"\033[200~a[201~b[201~\rc\t\033[201~x"
        self.start(len(wanted), before="\\033[?2004h")
        self.client.send_cut_text("a\033[201~b\x9b[201~\r\nc\t\0\x7f\x03")
        self.paste()
        self.client.type("x")
        self.assertEqual(self.read(), wanted)

    def test_the_middle_button_pastes_what_was_selected_here(self):
        self.start(5)
        self.client.drag((0, 0), (0, 5))
        self.client.click(3, 3, MIDDLE)
        self.assertEqual(self.read(), b"ready")


class RealViewer(unittest.TestCase):
    """TigerVNC and the clipboards of its display."""

    def setUp(self):
        missing = [p for p in (*DISPLAY_PROGRAMS, "xclip")
                   if not shutil.which(p)]
        if missing:
            print(f"SKIP: no {missing[0]}, so {self.id()} did not run")
            self.skipTest(f"no {missing[0]}")
        self.display = self.enterContext(Display())
        self.vncterm = self.enterContext(Vncterm(
            "sh", "-c", "printf 'some text to select\\r\\n'; "
            "stty raw -echo; cat"))
        self.window = self.display.start_viewer(self.vncterm.address[1])
        self.display.focus(self.window)
        self.client = self.enterContext(self.vncterm.client())
        wait_for_text(self.client, "select")

    def clipboard(self, which):
        done = subprocess.run(["xclip", "-o", "-selection", which],
                              env=self.display.environment, timeout=60,
                              capture_output=True, check=False)
        return done.stdout

    def point(self, row, col, *what):
        self.display.run("mousemove", "--window", self.window,
                         str(8 * col + 1), str(16 * row + 8), *what)

    def test_a_drag_fills_the_clipboard(self):
        self.point(0, 5, "mousedown", "1")
        self.point(0, 7)
        self.point(0, 14, "mouseup", "1")
        wait_until(lambda: self.clipboard("clipboard") == b"text to s",
                   what="the clipboard")
        self.assertEqual(self.clipboard("primary"), b"text to s")

    def test_a_double_click_fills_it_with_a_word(self):
        self.point(0, 14, "click", "--repeat", "2", "--delay", "50", "1")
        wait_until(lambda: self.clipboard("clipboard") == b"select",
                   what="the clipboard")

    def test_the_clipboard_is_pasted_by_the_middle_button(self):
        # xclip holds the selection in a process of its own.
        subprocess.run(["xclip", "-i", "-selection", "clipboard"],
                       env=self.display.environment, timeout=60,
                       input=b"from outside", stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=True)

        def is_pasted():
            # The viewer may not have offered it yet.
            self.point(5, 5, "click", "2")
            self.client.refresh()
            return any("from outside" in row for row in screen(self.client))
        wait_until(is_pasted, what="the paste")


if __name__ == "__main__":
    main()
