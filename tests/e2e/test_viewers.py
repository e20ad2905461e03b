# SPDX-License-Identifier: GPL-2.0-or-later
"""Several viewers, and viewers that do not do their part."""
import os
import socket
import struct
import time
import unittest

from harness import (ALT, CONTROL, INSERT, PAGE_UP, SHIFT, VISIBLE, Vncterm,
                     main, screen, wait_for_text, wait_until)
from rfb import (CONTINUOUS_UPDATES, COPYRECT, DESKTOP_SIZE,
                 EXTENDED_DESKTOP_SIZE, FENCE, HEXTILE, RAW, Client, Closed)

PASTE_LENGTH = 1 << 20
SLOW_READER = f"""
import os, time, tty
tty.setraw(0)
os.write(1, b"ready\\r\\n")
read = 0
while True:
    data = os.read(0, 1024)
    if read == 0:
        os.write(1, b"begun\\r\\n")
    read += data.count(b"x")
    for key in b"AB":
        if key in data:
            place = b"within" if read < {PASTE_LENGTH} else b"behind"
            os.write(1, b"%c %s\\r\\n" % (key, place))
    if read < {PASTE_LENGTH}:
        time.sleep(0.004)
"""


def open_descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class Viewers(unittest.TestCase):
    def setUp(self):
        self.vncterm = self.enterContext(
            Vncterm("sh", options=VISIBLE))
        self.client = self.enterContext(
            self.vncterm.client(encodings=(COPYRECT, HEXTILE)))
        wait_for_text(self.client, "$")

    def connect(self):
        family = socket.AF_INET
        raw = self.enterContext(socket.socket(family))
        raw.connect(self.vncterm.address)
        raw.settimeout(20)
        return raw

    def assert_typing_works(self, word):
        """Typing reaches the shell and its answer the screen."""
        begin = time.monotonic()
        # Quotes keep the command's echo from looking like its output.
        self.client.type(f"echo {word[0]}''{word[1:]}\n")
        wait_for_text(self.client, word)
        return time.monotonic() - begin

    def test_a_single_request_shows_what_is_there_now(self):
        self.client.type("echo pre''sent\n")
        # The viewer asks for nothing while the shell answers.
        time.sleep(0.5)
        while self.client.message(0) is not None:
            pass
        self.client.refresh()
        self.assertIn("present", screen(self.client))

    def test_two_viewers_see_the_same_and_both_type(self):
        other = self.enterContext(self.vncterm.client(encodings=(RAW,)))
        self.client.type("echo fr''om-first\n")
        wait_for_text(other, "from-first")
        other.type("echo fr''om-second\n")
        wait_for_text(self.client, "from-second")
        other.refresh()
        self.client.refresh()
        self.assertEqual(self.client.picture(), other.picture())

    def test_a_stalled_viewer_does_not_hold_up_another(self):
        stalled = self.vncterm.client(encodings=(RAW,))
        self.addCleanup(stalled.close)
        for _ in range(60):
            stalled.request(incremental=False)
        self.client.type("seq 1 20000; echo flood''ed\n")
        wait_for_text(self.client, "flooded", 60)
        self.assert_typing_works("quick")

    def test_continuous_updates_wait_for_the_last_to_be_confirmed(self):
        viewer = self.enterContext(self.vncterm.client(
            encodings=(HEXTILE, COPYRECT, FENCE, CONTINUOUS_UPDATES)))
        while not viewer.continuous_ends:
            self.assertIsNotNone(viewer.message())
        viewer.set_continuous(True)
        self.client.type("seq 1 20000; echo flood''ed\n")
        while "flooded" not in screen(viewer):
            self.assertIsNotNone(viewer.message())

        viewer.confirms = False
        self.client.type("clear; seq 1 20000; echo ag''ain\n")
        wait_for_text(self.client, "again", 60)
        # One update may have been on its way, and one is unconfirmed.
        before = viewer.updates
        while viewer.message(0.2) is not None:
            pass
        self.assertLessEqual(viewer.updates, before + 2)
        viewer.confirms = True
        viewer.send_fence(0, viewer.fences[-1][1])
        while "again" not in screen(viewer):
            self.assertIsNotNone(viewer.message())
        self.client.refresh()
        viewer.refresh()
        self.assertEqual(viewer.picture(), self.client.picture())

    def test_a_stalled_viewer_that_resumes_gets_a_whole_picture(self):
        stalled = self.enterContext(self.vncterm.client(encodings=(RAW,)))
        for _ in range(20):
            stalled.request(incremental=False)
        self.client.type("seq 1 5000; echo flood''ed\n")
        wait_for_text(self.client, "flooded", 60)
        wait_for_text(stalled, "flooded")
        self.client.refresh()
        stalled.refresh()
        self.assertEqual(stalled.picture(), self.client.picture())

    def test_half_messages_hold_up_nobody(self):
        peers = [self.connect() for _ in range(5)]
        peers[1].sendall(b"R")
        peers[2].sendall(b"RFB 003")
        peers[3].sendall(b"RFB 003.008\n")
        half_key = self.vncterm.client(encodings=(RAW,))
        self.addCleanup(half_key.close)
        half_key.wire.send(b"\x04\x01\x00")
        half_list = self.vncterm.client(encodings=(RAW,))
        self.addCleanup(half_list.close)
        half_list.wire.send(struct.pack(">BxH", 2, 200) + b"\0\0\0\0" * 7)
        self.assert_typing_works("unmoved")
        # The other half is taken when it comes.
        half_key.wire.send(b"\x00\x00\x00\x00\x78")
        half_key.key(ord("x"), 0)
        wait_for_text(self.client, "$ x")

    def test_rubbish_closes_only_its_sender(self):
        for kind in range(256):
            peer = self.vncterm.client(encodings=(RAW,))
            try:
                peer.wire.send(bytes([kind]) + bytes(range(255, 200, -1)))
                peer.wire.socket.shutdown(socket.SHUT_WR)
                while peer.message(5) is not None:
                    pass
            except (Closed, OSError):
                pass
            peer.close()
        self.client.type("\n")
        self.client.press(0xFFE3, ord("u"))
        self.assert_typing_works("alive")

    def test_viewers_that_come_and_go_leave_nothing_behind(self):
        worker = self.vncterm.worker
        before = open_descriptors(worker)
        for _ in range(300):
            with self.vncterm.client(encodings=(HEXTILE,)) as peer:
                peer.request(incremental=False)
        wait_until(lambda: open_descriptors(worker) == before,
                   what="as many descriptors as before")
        self.assert_typing_works("still")

    def test_the_seventeenth_viewer_is_turned_away(self):
        others = [self.enterContext(self.vncterm.client(encodings=(RAW,)))
                  for _ in range(15)]
        with self.assertRaises((Closed, ConnectionResetError)):
            late = self.vncterm.client(encodings=(RAW,))
            self.addCleanup(late.close)
            late.refresh()
        others[0].refresh()
        self.assert_typing_works("full")

    def test_a_vanished_viewer_leaves_no_modifier_behind(self):
        with self.vncterm.client(encodings=(RAW,)) as peer:
            peer.key(0xFFE3, 1)
            peer.refresh()
        self.assert_typing_works("plain")

    def test_modifiers_held_in_one_viewer_are_not_another_s(self):
        with self.vncterm.client(encodings=(RAW,)) as peer:
            for modifier in (SHIFT, CONTROL, ALT):
                peer.key(modifier, 1)
            peer.refresh()
            self.assert_typing_works("plain")
            # While it has them itself.
            self.client.type("echo ke''pt; cat -v\n")
            wait_for_text(self.client, "kept")
            peer.key(SHIFT, 0)
            peer.key(ord("b"), 1)
            peer.key(ord("b"), 0)
            wait_for_text(self.client, "^[^B")

    def test_the_scrollback_s_place_is_the_same_for_all(self):
        other = self.enterContext(self.vncterm.client(encodings=(RAW,)))
        other.type("seq 1000 1100; echo e''nd\n")  # so it may scroll at once
        wait_for_text(self.client, "end")
        other.press(SHIFT, PAGE_UP)
        other.press(SHIFT, PAGE_UP)
        wait_for_text(self.client, "1070")
        self.client.type("echo bot''tom\n")
        wait_for_text(other, "bottom")

    def test_bell_and_title_reach_every_viewer(self):
        from rfb import DESKTOP_NAME
        other = self.enterContext(
            self.vncterm.client(encodings=(RAW, DESKTOP_NAME)))
        other.refresh()
        # A viewer that is behind with its picture is not rung at.
        self.client.type(r"printf '\033]0;a new \303\251 name\007'; "
                         r"while sleep 0.2; do printf '\a'; done" "\n")
        other.pump(lambda: other.name == "a new é name")
        other.pump(lambda: other.bells > 0)
        self.client.pump(lambda: self.client.bells > 0)

    def test_giant_cut_text_is_swallowed(self):
        text = b"x" * (1 << 16)
        self.client.wire.send(struct.pack(">B3xI", 6, 8 << 20))
        for _ in range(128):
            self.client.wire.send(text)
        self.assert_typing_works("swallowed")

    def test_keys_do_not_wait_for_the_paste_of_another(self):
        """The guest reads slowly, and says where among the text the key was."""
        guest = self.enterContext(Vncterm(
            "python3", "-c", SLOW_READER, options=VISIBLE))
        pasting, typing = (self.enterContext(guest.client())
                           for _ in range(2))
        wait_for_text(typing, "ready")
        pasting.send_cut_text("x" * PASTE_LENGTH)
        pasting.press(SHIFT, INSERT)
        pasting.press(ord("A"))
        wait_for_text(typing, "begun")
        typing.press(ord("B"))
        wait_for_text(typing, "B within", seconds=60)
        wait_for_text(typing, "A behind", seconds=60)

    def test_the_newest_size_wins_and_all_are_told(self):
        # Whose request it is, in x, and whether it was taken, in y.
        asked_here, asked_there, taken = 1, 2, 0
        others = [self.enterContext(self.vncterm.client(encodings=encodings))
                  for encodings in ((HEXTILE, EXTENDED_DESKTOP_SIZE),
                                    (RAW, DESKTOP_SIZE))]
        self.client.set_encodings((HEXTILE, EXTENDED_DESKTOP_SIZE))
        everybody = (self.client, *others)
        for viewer in everybody:
            viewer.refresh()
        for asker, told, cols, rows in ((self.client, others[0], 100, 30),
                                        (others[0], self.client, 60, 20)):
            size = (8 * cols, 16 * rows)
            asker.set_desktop_size(*size)
            for viewer in everybody:
                viewer.pump(lambda: (viewer.width, viewer.height) == size)
            self.assertIn((asked_here, taken, *size), asker.sizes)
            self.assertIn((asked_there, taken, *size), told.sizes)
            asker.type("clear; stty size\n")
            for viewer in everybody:
                wait_for_text(viewer, f"{rows} {cols}")

    def test_the_smallest_size_and_back(self):
        self.client.set_encodings((HEXTILE, EXTENDED_DESKTOP_SIZE))
        self.client.refresh()
        for size, taken in (((1, 1), (8, 16)), ((640, 384), (640, 384))):
            self.client.set_desktop_size(*size)
            self.client.pump(lambda: (self.client.width,
                                      self.client.height) == taken)
        self.assert_typing_works("wide")

    def test_resizing_tells_the_program(self):
        self.client.set_encodings((HEXTILE, EXTENDED_DESKTOP_SIZE))
        self.client.refresh()
        self.client.set_desktop_size(100 * 8, 30 * 16)
        self.client.pump(lambda: self.client.width == 800)
        self.assertEqual(self.client.height, 480)
        self.client.type("stty size\n")
        wait_for_text(self.client, "30 100")
        late = self.enterContext(self.vncterm.client(encodings=(RAW,)))
        self.assertEqual((late.width, late.height), (800, 480))

    def test_who_may_only_see_types_nothing(self):
        with Vncterm("sh", options=("--view-only",)) as vncterm:
            with vncterm.client(encodings=(RAW,)) as client:
                wait_for_text(client, "$")
                before = client.refresh().picture()
                client.type("exit\n")
                client.press(SHIFT, PAGE_UP)
                client.pointer(5, 5, 1)
                client.send_cut_text("exit\n")
                client.press(SHIFT, INSERT)
                client.refresh()  # all of it is read by then
                self.assertEqual(client.picture(), before)
                self.assertIsNone(vncterm.process.poll())

    def test_a_size_beyond_the_limits_is_cut_to_them(self):
        from rfb import EXTENDED_DESKTOP_SIZE
        self.client.set_encodings((HEXTILE, EXTENDED_DESKTOP_SIZE))
        self.client.refresh()
        for wanted, given in (((65535, 65535), (240 * 8, 67 * 16)),
                              ((1, 1), (8, 16)),
                              ((65535, 1), (240 * 8, 16))):
            self.client.set_desktop_size(*wanted)
            self.client.pump(lambda: (self.client.width, self.client.height)
                             == given)

        options = ("--max-geometry", "90x20", "--geometry", "80x30")
        with Vncterm("sh", options=options) as vncterm:
            with vncterm.client(encodings=(HEXTILE, EXTENDED_DESKTOP_SIZE)) \
                    as client:
                client.refresh()
                client.set_desktop_size(2000, 2000)
                client.pump(lambda: client.width == 90 * 8)
                self.assertEqual(client.height, 30 * 16)


if __name__ == "__main__":
    main()
