# SPDX-License-Identifier: GPL-2.0-or-later
"""Every key of every terminal type arrives as its terminfo entry says.

The guest reads its terminal in raw mode and writes what it gets to a file. All
keys of a mode are pressed in one go, with a marker behind each, so that a mode
takes as long as one key.
"""
import contextlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from harness import Vncterm, main, skip, wait_until

SHIFT_L, CONTROL_L, ALT_L = 0xFFE1, 0xFFE3, 0xFFE9
MODIFIERS = (SHIFT_L, ALT_L, CONTROL_L)  # 1, 2 and 4, as xterm counts them
SHIFT, ALT, CTRL = 1, 2, 4
MARKER = "\u2260"  # no key sends it
MARKER_KEYSYM = 0x01002260

# Reads the terminal until it is told to end; what it writes is put in the file.
GUEST = r"""
import os, sys, tty
tty.setraw(0)
out = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND)
os.write(1, os.fsencode(sys.argv[2]))
os.write(out, b"ready")
while data := os.read(0, 65536):
    os.write(out, data)
"""

UP, DOWN, RIGHT, LEFT = 0xFF52, 0xFF54, 0xFF53, 0xFF51
HOME, END, INSERT, DELETE = 0xFF50, 0xFF57, 0xFF63, 0xFFFF
PAGE_UP, PAGE_DOWN, BEGIN = 0xFF55, 0xFF56, 0xFF58
FIND, SELECT, HELP, F1 = 0xFF68, 0xFF60, 0xFF6A, 0xFFBE
BACKSPACE, TAB, BACK_TAB = 0xFF08, 0xFF09, 0xFE20
KP_0, KP_ENTER, KP_MULTIPLY, KP_ADD = 0xFFB0, 0xFF8D, 0xFFAA, 0xFFAB
KP_SEPARATOR, KP_SUBTRACT, KP_DECIMAL, KP_DIVIDE = (0xFFAC, 0xFFAD, 0xFFAE,
                                                    0xFFAF)
KP_BEGIN = 0xFF9D

PLAIN = {
    "kcuu1": UP, "kcud1": DOWN, "kcuf1": RIGHT, "kcub1": LEFT,
    "khome": HOME, "kend": END, "kich1": INSERT, "kdch1": DELETE,
    "kpp": PAGE_UP, "knp": PAGE_DOWN, "kbeg": BEGIN, "kp5": BEGIN,
    "kfnd": FIND, "kslt": SELECT, "khlp": HELP, "krdo": F1 + 15,
    "kbs": BACKSPACE, "kcbt": BACK_TAB, "kcbt2": BACK_TAB,
    "kent": KP_ENTER, "kpADD": KP_ADD, "kpSUB": KP_SUBTRACT,
    "kpMUL": KP_MULTIPLY, "kpDIV": KP_DIVIDE,
}
PLAIN.update({f"kf{n}": F1 + n - 1 for n in range(1, 36)})

# The keypad's digits, which are text unless a program resets mode 1035.
DIGITS = {
    "ka1": KP_0 + 7, "ka2": KP_0 + 8, "ka3": KP_0 + 9, "kb1": KP_0 + 4,
    "kb2": KP_0 + 5, "kb3": KP_0 + 6, "kc1": KP_0 + 1, "kc2": KP_0 + 2,
    "kc3": KP_0 + 3, "kpZRO": KP_0, "kpDOT": KP_DECIMAL,
    "kpCMA": KP_SEPARATOR,
}

MODIFIED = {
    "kUP": UP, "kDN": DOWN, "kRIT": RIGHT, "kLFT": LEFT, "kHOM": HOME,
    "kEND": END, "kIC": INSERT, "kDC": DELETE, "kPRV": PAGE_UP,
    "kNXT": PAGE_DOWN,
}
# With Shift alone they scroll and paste.
OURS = {"kIC", "kPRV", "kNXT"}

# What is said otherwise, and why.
VT100_KEYPAD = {f"kf{n}" for n in (0, 5, 6, 7, 8, 9, 10)} | {
    "ka1", "ka3", "kb2", "kc1", "kc3"}
EXCEPTIONS = {
    # A VT100 has no function keys beyond PF4: its entry names the keypad's,
    # and those of the corners upside down.
    "vt100": VT100_KEYPAD,
    "vt102": VT100_KEYPAD,
    # The kernel's console sends ESC TAB, as few programs know; kcbt2 is ours.
    "linux": {"kcbt"},
}
# No keys: the mouse, suspend.
NOT_KEYS = {"kmous", "kspd", "km"}

# Entries whose kbs is not that of the dialect.
DEL_TERMINALS = {"screen-256color"}


def unescape(value):
    special = {"E": "\033", "e": "\033", "s": " ", "r": "\r", "b": "\b"}

    def char(match):
        text = match[0]
        if text[0] == "^":
            return chr(0x7F if text[1] == "?" else ord(text[1]) & 0x1F)
        if text[1:].isdigit():
            return chr(int(text[1:], 8))
        return special.get(text[1], text[1])
    return re.sub(r"\\[0-7]{3}|\\.|\^.", char, value)


def terminfo(name):
    """String capabilities, or None where the entry is not installed."""
    run = subprocess.run(["infocmp", "-1", "-x", name], capture_output=True,
                         check=False, text=True)
    if run.returncode != 0:
        return None
    found = re.findall(r"^\t(\w+)=(.*),$", run.stdout, re.MULTILINE)
    return {key: unescape(value) for key, value in found}


class Guest:
    """A vncterm whose guest has written `setup`."""

    ANSWER = "\033[0n"

    def __init__(self, dialect, setup="", options=()):
        with contextlib.ExitStack() as stack:
            self.file = stack.enter_context(tempfile.NamedTemporaryFile())
            # What was written before a query is in force when it is answered.
            self.vncterm = stack.enter_context(
                Vncterm(sys.executable, "-c", GUEST, self.file.name,
                        setup + "\033[5n",
                        options=("--term", dialect, *options)))
            self.client = stack.enter_context(self.vncterm.client())
            wait_until(lambda: self.got().endswith(self.ANSWER),
                       what="the guest")
            self.stack = stack.pop_all()

    def got(self):
        with open(self.file.name, "rb") as file:
            return file.read().decode()

    def press(self, keys):
        """What each (modifiers, keysym) sends."""
        before = len(self.got())
        for modifiers, keysym in keys:
            held = [MODIFIERS[i] for i in range(3) if modifiers >> i & 1]
            self.client.press(*held, keysym)
            self.client.press(MARKER_KEYSYM)
        wait_until(lambda: self.got()[before:].count(MARKER) == len(keys),
                   what="the last key")
        return self.got()[before:].split(MARKER)[:-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()


def keys_of(capabilities):
    """The keys that an entry has: name to (modifiers, keysym)."""
    keys = {name: (0, keysym) for name, keysym in PLAIN.items()}
    for name, keysym in MODIFIED.items():
        if name not in OURS:
            keys[name] = (SHIFT, keysym)
        for parameter in range(3, 9):
            keys[f"{name}{parameter}"] = (parameter - 1, keysym)
    keys["kri"], keys["kind"] = (SHIFT, UP), (SHIFT, DOWN)
    # Beyond the keys that X11 has, xterm's entries have F1 to F12 again.
    again = (0, SHIFT, CTRL, CTRL | SHIFT, ALT, ALT | SHIFT)
    for number in range(36, 64):
        dozen, key = divmod(number - 1, 12)
        keys[f"kf{number}"] = (again[dozen], F1 + key)
    return {name: key for name, key in keys.items() if name in capabilities}


class Terminfo(unittest.TestCase):
    def compare(self, name, dialect, keys, setup):
        capabilities = terminfo(name)
        if capabilities is None:
            self.skipTest(f"there is no {name}")
        options = (("--backspace", "del") if name in DEL_TERMINALS else ())
        with Guest(dialect, setup, options) as guest:
            sent = guest.press(list(keys.values()))
        for key, got in zip(keys, sent):
            with self.subTest(terminal=name, key=key):
                self.assertEqual(got, capabilities[key])

    def check(self, dialect, name, least):
        """In application mode, if the entry has it; `least` keys of it."""
        capabilities = terminfo(name) or {}
        keys = keys_of(capabilities)
        excepted = EXCEPTIONS.get(name, set())
        keys = {key: keys[key] for key in keys if key not in excepted}
        unknown = {key for key in capabilities
                   if key.startswith("k") and key not in keys}
        unknown -= excepted | OURS | NOT_KEYS | set(DIGITS)
        self.compare(name, dialect, keys, capabilities.get("smkx", ""))
        # Nothing that terminfo says of a key is left out in silence.
        self.assertEqual(unknown, set())
        self.assertGreaterEqual(len(keys), least)

    def test_linux(self):
        self.check("linux", "linux", 32)

    def test_vt220(self):
        self.check("vt220", "vt220", 30)

    def test_vt100(self):
        self.check("vt220", "vt100", 10)

    def test_vt102(self):
        self.check("vt220", "vt102", 10)

    def test_screen(self):
        self.check("vt220", "screen-256color", 24)

    def test_xterm(self):
        self.check("xterm", "xterm", 130)

    def test_xterm_256color(self):
        self.check("xterm", "xterm-256color", 130)

    def test_xterm_outside_application_mode(self):
        self.check("xterm", "xterm+noapp", 6)

    def test_digits_of_the_keypad(self):
        capabilities = terminfo("xterm-256color") or {}
        keys = {name: (0, keysym) for name, keysym in DIGITS.items()
                if name in capabilities}
        self.compare("xterm-256color", "xterm", keys,
                     capabilities["smkx"] + "\033[?1035l")
        self.assertEqual(len(keys), len(DIGITS))

    def test_shifted_function_keys_of_linux(self):
        capabilities = terminfo("linux") or {}
        keys = {f"kf{n}": (SHIFT, F1 + n - 13) for n in range(13, 21)}
        self.compare("linux", "linux", keys, "")
        self.assertLessEqual(set(keys), set(capabilities))


# All keysyms of functions, dead keys aside: ISO's and those of the keyboard.
FUNCTIONS = (*range(0xFE00, 0xFE50), *range(0xFEA0, 0x10000))
TEXT = {*range(0xFFAA, 0xFFBA), 0xFF80, 0xFFBD}  # the keypad's
SPEAKING = {
    BACKSPACE, TAB, 0xFF0A, 0xFF0B, 0xFF0D, 0xFF1B, BACK_TAB,
    *range(HOME, BEGIN + 1), SELECT, INSERT, FIND, HELP, DELETE,
    0xFF89, KP_ENTER, *range(0xFF91, 0xFFA0), *range(F1, F1 + 35), *TEXT,
}
# By --term, which of them its terminals do not have.
SILENT = {
    "linux": set(range(F1 + 24, F1 + 35)),
    "vt220": {*range(F1 + 24, F1 + 35), 0xFF0B, BEGIN, KP_BEGIN},
    "xterm": set(),
}
SEQUENCE = re.compile(r"\033(O[A-Za-z]|\[[A-Z]|\[\[[A-E]"
                      r"|\[(\d+;)?\d+[A-Z~])|[\b\t\n\r\033\177]")


class EveryFunction(unittest.TestCase):
    def check(self, dialect):
        silent = SILENT[dialect]
        with Guest(dialect) as guest:
            sent = dict(zip(FUNCTIONS,
                            guest.press([(0, k) for k in FUNCTIONS])))
            ctrl_alt_delete = guest.press([(CTRL | ALT, DELETE)])
        self.assertEqual({k for k, got in sent.items() if got},
                         SPEAKING - silent)
        for keysym in SPEAKING - silent - TEXT:
            with self.subTest(keysym=hex(keysym)):
                self.assertRegex(sent[keysym], f"^({SEQUENCE.pattern})$")
        self.assertEqual("".join(sent[k] for k in range(KP_0, KP_0 + 10)),
                         "0123456789")
        self.assertEqual(ctrl_alt_delete, ["\033[3;7~"])

    def test_linux(self):
        self.check("linux")

    def test_vt220(self):
        self.check("vt220")

    def test_xterm(self):
        self.check("xterm")


class Asked(unittest.TestCase):
    """What the guest asks for changes what is sent."""

    def test_modify_other_keys(self):
        keys = [(CTRL, ord("1")), (CTRL, ord("a")), (CTRL, 0xFF0D)]
        for setup, expected in (
                ("", ["1", "\001", "\r"]),
                ("\033[>4;1m", ["\033[27;5;49~", "\001", "\033[27;5;13~"]),
                ("\033[>4;2m", ["\033[27;5;49~", "\033[27;5;97~",
                                "\033[27;5;13~"]),
                ("\033[>4;2m\033[>4m", ["1", "\001", "\r"])):
            with self.subTest(setup=setup), Guest("xterm", setup) as guest:
                self.assertEqual(guest.press(keys), expected)

    def test_backspace(self):
        for dialect, options, setup, expected in (
                ("linux", (), "", "\177"),
                ("vt220", (), "", "\b"),
                ("vt220", ("--backspace", "del"), "", "\177"),
                ("xterm", ("--backspace=bs",), "", "\b"),
                ("xterm", ("--backspace=bs",), "\033[?67l", "\177"),
                ("xterm", (), "\033[?67h", "\b")):
            with self.subTest(dialect=dialect, options=options, setup=setup), \
                    Guest(dialect, setup, options) as guest:
                self.assertEqual(guest.press([(0, BACKSPACE)]), [expected])

    def test_dead_keys(self):
        with Guest("xterm") as guest:
            guest.client.press(0xFE51)
            self.assertEqual(guest.press([(0, ord("e"))]), ["\u00e9"])

    def test_keys_that_a_viewer_held_are_released_when_it_goes(self):
        with Guest("xterm") as guest:
            with guest.vncterm.client() as other:
                other.key(CONTROL_L, 1)
                other.press(MARKER_KEYSYM)
                wait_until(lambda: guest.got().count(MARKER) == 1)
            with guest.vncterm.client() as other:
                other.press(ord("c"))
                wait_until(lambda: guest.got().endswith("c"))
            self.assertEqual(guest.press([(0, ord("c"))]), ["c"])


if __name__ == "__main__":
    if not shutil.which("infocmp"):
        skip("no infocmp")
    main()
