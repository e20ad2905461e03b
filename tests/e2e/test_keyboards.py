# SPDX-License-Identifier: GPL-2.0-or-later
"""A person types on keyboards of other countries, into a real viewer.

TigerVNC's viewer runs on an X server of its own, where xdotool presses keys by
their place, so that the layout decides what they are.
"""
import shutil
import subprocess
import unittest

from display import DISPLAY_PROGRAMS, Display
from harness import main, skip, wait_until
from test_keys import Guest

# X11's keycodes of a PC keyboard: rows of an American one, and the others.
ROWS = ((10, "1234567890-="), (24, "qwertyuiop["), (38, "asdfghjkl;'`"),
        (52, "zxcvbnm,./"))
KEYCODES = {key: first + i for first, row in ROWS for i, key in enumerate(row)}
KEYCODES.update({"Shift": 50, "Ctrl": 37, "Alt": 64, "AltGr": 108,
                 "Space": 65, "Backspace": 22, "Delete": 119})

# Keys one after the other, of which some are held together, and what they type.
US = (
    ("q", "q"), ("Shift+2", "@"), ("Ctrl+c", "\003"), ("Alt+x", "\033x"),
    ("Ctrl+3", "\033"), ("Ctrl+Space", "\0"), ("Ctrl+Alt+q", "\033\021"),
    ("Ctrl+Alt+Delete", "\033[3;7~"))
US_INTL = (
    ("' e", "\u00e9"), ("' t", "'t"), ("' Space", "'"), ("` a", "\u00e0"),
    ("' Backspace e", "e"), ("AltGr+5", "\u20ac"), ("AltGr+q", "\u00e4"))
GERMAN = (
    ("z", "y"), ("y", "z"), ("[", "\u00fc"), ("Shift+[", "\u00dc"),
    ("AltGr+q", "@"), ("AltGr+e", "\u20ac"), ("AltGr+7", "{"),
    ("= e", "\u00e9"), ("` a", "\u00e2"), ("` Space", "^"),
    ("Ctrl+c", "\003"), ("Ctrl+`", "\036"))
FRENCH = (
    ("q", "a"), ("2", "\u00e9"), ("Shift+2", "2"), ("AltGr+0", "@"),
    ("AltGr+4", "{"), ("[ e", "\u00ea"), ("Shift+[ u", "\u00fc"),
    ("AltGr+e", "\u20ac"), ("Ctrl+c", "\003"))


class Keyboards(unittest.TestCase):
    def check(self, layout, cases):
        display = self.enterContext(Display())
        subprocess.run(["setxkbmap", *layout], env=display.environment,
                       check=True, timeout=60)
        guest = self.enterContext(Guest("xterm"))
        display.focus(display.start_viewer(guest.vncterm.address[1]))
        self.await_focus(display, guest)
        start = len(guest.got())
        for keys, expected in cases:
            with self.subTest(layout=layout, keys=keys):
                for chord in keys.split():
                    self.press(display, chord)
                wait_until(lambda: len(guest.got()[start:]) >= len(expected),
                           seconds=5, what=keys)
                self.assertEqual(guest.got()[start:], expected)
            start = len(guest.got())

    def press(self, display, chord):
        codes = [str(KEYCODES[key]) for key in chord.split("+")]
        display.run("key", "+".join(codes))

    def await_focus(self, display, guest):
        """Keys may be pressed before the viewer has the focus."""
        start = len(guest.got())

        def is_there():
            self.press(display, "Space")
            return len(guest.got()) > start
        wait_until(is_there, what="the viewer's focus")
        self.press(display, "Delete")
        wait_until(lambda: guest.got().endswith("\033[3~"), what="Delete")

    def test_us(self):
        self.check(("us",), US)

    def test_us_international(self):
        self.check(("us", "-variant", "intl"), US_INTL)

    def test_german(self):
        self.check(("de",), GERMAN)

    def test_french(self):
        self.check(("fr",), FRENCH)


if __name__ == "__main__":
    for program in (*DISPLAY_PROGRAMS, "setxkbmap", "xkbcomp"):
        if not shutil.which(program):
            skip(f"no {program}")
    main()
