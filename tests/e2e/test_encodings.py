# SPDX-License-Identifier: GPL-2.0-or-later
"""Every protocol version and every encoding shows the same picture."""
import unittest

import rfb
from harness import Vncterm, main, wait_for_text, wait_until

SAMPLER = (r"printf '\033[1;31mbold red\033[m \033[4;38;5;208morange\033[m "
           r"\033[7mreverse\033[m \033[3;9mitalic\033[m\n"
           r"\033[48;2;10;90;160m true colour \033[m "
           r"\342\224\214\342\224\200\342\224\220 \344\275\240\345\245\275 "
           r"e\314\201 \360\237\230\200\n'; "
           r"seq 1 200; printf 'the end'; read end")
DECODED = {"RRE": rfb.RRE, "CoRRE": rfb.CORRE, "Hextile": rfb.HEXTILE,
           "Zlib": rfb.ZLIB, "Tight": rfb.TIGHT, "ZRLE": rfb.ZRLE}


class Encodings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.vncterm = Vncterm("sh", "-c", SAMPLER)
        with cls.vncterm.client() as client:
            wait_for_text(client, "the end")
            cls.picture = client.refresh().picture()

    @classmethod
    def tearDownClass(cls):
        cls.vncterm.__exit__(None, None, None)

    def test_all_encodings_show_the_same_picture(self):
        for name, encoding in DECODED.items():
            with self.subTest(name), \
                    self.vncterm.client(encodings=(encoding,)) as client:
                client.refresh()
                self.assertEqual(client.picture(), self.picture)
                self.assertIn(encoding, client.counts)

    def test_ultra_is_sent_to_who_asks_for_it(self):
        with self.vncterm.client(encodings=(rfb.ULTRA,)) as client:
            client.refresh()
            self.assertIn(rfb.ULTRA, client.counts)

    def test_all_versions_shake_hands(self):
        for version in ("3.3", "3.7", "3.8"):
            with self.subTest(version), \
                    self.vncterm.client(version=version) as client:
                self.assertEqual(client.greeting, b"RFB 003.008\n")
                self.assertEqual(client.security, [1])
                self.assertEqual(client.refresh().picture(), self.picture)

    def test_the_server_format_is_blue_green_red(self):
        with self.vncterm.client() as client:
            self.assertEqual(client.server_format[:13],
                             bytes([32, 24, 0, 1, 0, 255, 0, 255, 0, 255,
                                    16, 8, 0]))

    def test_an_encoding_that_was_not_listed_is_never_sent(self):
        listed = (rfb.HEXTILE,)
        with self.vncterm.client(encodings=listed) as client:
            client.refresh()
            self.assertLessEqual(set(client.counts), {rfb.HEXTILE, rfb.RAW})

    def test_rfb_3_3_is_greeted_when_asked_for(self):
        with Vncterm("cat", options=("--rfb", "3.3")) as vncterm:
            with vncterm.client(version="3.3") as client:
                self.assertEqual(client.greeting, b"RFB 003.003\n")
                client.refresh()


class Scrolls(unittest.TestCase):
    def test_a_scroll_is_one_copy_and_the_new_line(self):
        with Vncterm("sh", "-c", "seq 1 100; while read line; do "
                     "echo $line; done", options=()) as vncterm:
            with vncterm.client(encodings=(rfb.COPYRECT, rfb.RAW)) as client:
                wait_for_text(client, "100")
                client.counts.clear()
                client.type("x\n")
                wait_for_text(client, "x")
                client.pump(lambda: rfb.COPYRECT in client.counts)
                picture = client.picture()
                wait_until(lambda: client.message(0.3) is None)
                self.assertEqual(client.refresh().picture(), client.picture())
                self.assertEqual(len(picture), len(client.picture()))


if __name__ == "__main__":
    main()
