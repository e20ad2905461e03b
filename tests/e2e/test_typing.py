# SPDX-License-Identifier: GPL-2.0-or-later
"""A person types into a shell, and programs get the bytes they expect."""
import unittest

from harness import (ALT, CELL_HEIGHT, CONTROL, F1, INSERT, LEFT, PAGE_UP, RETURN, SHIFT,
                     UP, Vncterm, main, screen, wait_for_text)
from rfb import (CLIPBOARD_CAPS, CLIPBOARD_NOTIFY, CLIPBOARD_REQUEST,
                 CLIPBOARD_TEXT, EXTENDED_CLIPBOARD, RAW)


class Typing(unittest.TestCase):
    def setUp(self):
        self.vncterm = self.enterContext(Vncterm("sh"))
        self.client = self.enterContext(self.vncterm.client())
        wait_for_text(self.client, "$")

    def run_line(self, line, expect):
        self.client.type(line + "\n")
        return wait_for_text(self.client, expect)

    def show_bytes(self, count):
        """Makes the shell print the next `count` bytes in hex."""
        # The quotes keep the text from being found in the command's echo.
        self.client.type(f"stty raw -echo; echo rea''dy; head -c {count} | "
                         "od -An -tx1; stty sane\n")
        wait_for_text(self.client, "ready")

    def test_a_command_is_typed_and_its_output_is_shown(self):
        self.run_line("echo $((6*7))-ok", "42-ok")

    def test_control_c_interrupts(self):
        # What is typed ahead of it would be thrown away with the line.
        self.run_line("echo read''y; sleep 1000", "ready")
        self.client.press(CONTROL, ord("c"))
        self.run_line("echo bac''k", "back")

    def test_keys_arrive_as_the_terminal_type_says(self):
        self.show_bytes(15)
        for keysym in (UP, LEFT, F1):
            self.client.press(keysym)
        self.client.press(ALT, ord("x"))
        self.client.press(CONTROL, ord("a"))
        self.client.press(RETURN)
        self.client.type("abc")
        wait_for_text(self.client, "1b 5b 41 1b 5b 44 1b 4f 50 1b 78 01 0d 61 "
                                   "62")

    def test_text_beyond_ascii_is_sent_as_utf_8(self):
        self.show_bytes(9)
        self.client.type("é€\U0001F600")
        wait_for_text(self.client, "c3 a9 e2 82 ac f0 9f 98 80")

    def test_shift_insert_pastes_the_clipboard(self):
        self.client.send_cut_text("echo pas''ted\n")
        self.client.press(SHIFT, INSERT)
        wait_for_text(self.client, "pasted")

    def test_shift_insert_pastes_unicode_of_an_extended_clipboard(self):
        self.client.set_encodings((RAW, EXTENDED_CLIPBOARD))
        self.client.pump(lambda: self.client.clipboard)
        self.assertTrue(self.client.clipboard[0] & CLIPBOARD_CAPS)
        # It says that it has something and is asked for it.
        self.client.send_clipboard(CLIPBOARD_NOTIFY | CLIPBOARD_TEXT)
        self.client.pump(lambda: CLIPBOARD_REQUEST | CLIPBOARD_TEXT
                         in self.client.clipboard)
        self.show_bytes(9)
        self.client.provide_clipboard("é€\U0001F600")
        self.client.press(SHIFT, INSERT)
        wait_for_text(self.client, "c3 a9 e2 82 ac f0 9f 98 80")

    def test_shift_page_up_shows_lines_that_have_scrolled_off(self):
        self.run_line("seq 1000 1100; echo en''d", "end")
        self.assertNotIn("1070", screen(self.client))
        self.client.press(SHIFT, PAGE_UP)
        self.client.press(SHIFT, PAGE_UP)
        wait_for_text(self.client, "1070")
        self.client.type("echo bot''tom\n")
        wait_for_text(self.client, "bottom")


class OldGuests(unittest.TestCase):
    """Guests that know no UTF-8, and do not say so."""

    def picture(self, octal, *options):
        """What the bytes look like, which come in octal."""
        script = f"printf '\\033[?25l{octal}\\n.\\n'; cat"
        with Vncterm("sh", "-c", script, options=options) as vncterm:
            with vncterm.client() as client:
                wait_for_text(client, ".")
                return list(client.rows[:CELL_HEIGHT])

    def assert_bytes_are(self, charset, octal, text):
        utf8 = "".join(f"\\{byte:o}" for byte in text.encode())
        self.assertEqual(self.picture(octal, "--charset", charset),
                         self.picture(utf8))

    def test_text_is_read_as_the_option_says(self):
        self.assert_bytes_are("latin1", r"caf\351", "café")
        self.assert_bytes_are("cp437", r"\311\315\273 \204", "╔═╗ ä")

    def test_keys_and_pastes_are_written_as_the_option_says(self):
        for charset, expected in (("latin1", "e9 3f e9"),
                                  ("cp437", "82 3f 82")):
            with Vncterm("sh", options=("--charset", charset)) as vncterm:
                with vncterm.client() as client:
                    wait_for_text(client, "$")
                    client.type("stty raw -echo; echo rea''dy; head -c 3 | "
                                "od -An -tx1; stty sane\n")
                    wait_for_text(client, "ready")
                    client.type("é€")
                    client.send_cut_text("é")
                    client.press(SHIFT, INSERT)
                    wait_for_text(client, expected)


if __name__ == "__main__":
    main()
