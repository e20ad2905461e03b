# SPDX-License-Identifier: GPL-2.0-or-later
"""Hostile viewers and guests: another viewer types on, memory stays bounded.

Attackers are processes of their own, of the lowest priority, so that what the
healthy viewer feels is the server's doing.
"""
import os
import random
import signal
import socket
import struct
import threading
import time
import unittest
import zlib

from harness import (SANITIZED, VISIBLE, Vncterm, is_running, main,
                     wait_until)
from rfb import (CONTINUOUS_UPDATES, COPYRECT, CORRE, CURSOR, DESKTOP_NAME,
                 EXTENDED_CLIPBOARD, EXTENDED_DESKTOP_SIZE, FENCE, HEXTILE,
                 RAW, RRE, TIGHT, ULTRA, ZLIB, ZRLE, ZYWRLE, TimedOut)

# Shows the last "a" or "b" of its input in the second cell, first an "a"; the
# first cell has the cursor at the start. What the first argument holds, in
# hexadecimal, it writes in between, without end. Before all that it writes as
# many lines as the second argument says.
GUEST = r"""
import os, select, sys, tty
tty.setraw(0)
os.write(1, b"line\r\n" * int(sys.argv[2]))
flood = bytes.fromhex(sys.argv[1]) * 1000
os.write(1, b"\033[?25l\033[2J\033[1;2Ha")
while True:
    if flood:
        os.write(1, flood)
    if select.select([0], [], [], 0 if flood else None)[0]:
        keys = [key for key in os.read(0, 4096) if key in b"ab"]
        if keys:
            os.write(1, b"\033[1;2H%c" % keys[-1])
"""

KEY_SECONDS = 8  # a freeze, and not a busy machine
ATTACK_SECONDS = 1.0
# The sanitizer keeps what was freed.
MEMORY_MAX_KB = 512 * 1024 if SANITIZED else 48 * 1024
SHIFT, INSERT = 0xFFE1, 0xFF63
PAGE_UP, PAGE_DOWN = 0xFF55, 0xFF56
PIXEL_ENCODINGS = (RAW, COPYRECT, RRE, CORRE, HEXTILE, ZLIB, TIGHT, ULTRA,
                   ZRLE, ZYWRLE)
REPAINT = struct.pack(">BBHHHH", 3, 0, 0, 0, 0xFFFF, 0xFFFF)


def key(keysym, down):
    return struct.pack(">BBxxI", 4, down, keysym)


def pixel_format(bits, depth, big_endian, true_colour, maxima, shifts):
    return struct.pack(">B3xBBBBHHHBBB3x", 0, bits, depth, big_endian,
                       true_colour, *maxima, *shifts)


def private_kb(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
        return sum(int(line.split()[1]) for line in rollup
                   if line.startswith("Private_Dirty"))


def open_descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def read_all(client):
    """Takes what comes, in a thread, and does not look at it."""
    def run():
        try:
            while client.wire.socket.recv(1 << 18):
                pass
        except OSError:
            pass
    client.wire.socket.settimeout(None)
    threading.Thread(target=run, daemon=True).start()


class Typist:
    """The healthy viewer. It asks for the second cell only."""

    def __init__(self, client):
        self.client = client
        self.glyphs = {}
        self.request()
        self.learn("a")
        self.client.press(ord("b"))
        self.learn("b")

    def request(self):
        self.client.wire.send(struct.pack(">BBHHHH", 3, 1, 8, 0, 8, 16))

    def cell(self):
        return b"".join(bytes(row[32:64]) for row in self.client.rows[:16])

    def take(self, seconds):
        if self.client.message(seconds) == 0:
            self.request()

    def learn(self, char):
        """Waits for what was not seen before."""
        end = time.monotonic() + 20
        while not any(self.cell()) or self.cell() in self.glyphs.values():
            if time.monotonic() > end:
                raise TimedOut("the guest shows nothing")
            self.take(0.2)
        self.glyphs[char] = self.cell()

    def type_one(self, char):
        """Returns after how many seconds it was seen."""
        begin = time.monotonic()
        self.client.press(ord(char))
        while self.cell() != self.glyphs[char]:
            left = begin + KEY_SECONDS - time.monotonic()
            if left <= 0:
                raise TimedOut("a key was not seen")
            self.take(left)
        return time.monotonic() - begin


class Abuse(unittest.TestCase):
    def start(self, flood=b"", lines=0):
        self.attackers = []
        self.vncterm = self.enterContext(
            Vncterm("python3", "-c", GUEST, flood.hex(), str(lines),
                    options=VISIBLE))
        self.worker = self.vncterm.worker
        self.typist = Typist(self.enterContext(self.vncterm.client()))
        self.addCleanup(self.end_attack)

    def attack(self, function, count=1):
        for index in range(count):
            pid = os.fork()
            if pid == 0:
                os.nice(19)
                try:
                    function(index)
                finally:
                    os._exit(0)
            self.attackers.append(pid)

    def end_attack(self):
        for pid in self.attackers:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        self.attackers.clear()

    def assert_harmless(self):
        """While the attack runs, keys are seen, and memory stays bounded."""
        time.sleep(0.2)
        end = time.monotonic() + ATTACK_SECONDS
        turn = 0
        while time.monotonic() < end or turn < 4:
            self.typist.type_one("ab"[turn % 2])
            turn += 1
            time.sleep(0.02)
        self.assertLess(private_kb(self.worker), MEMORY_MAX_KB)
        self.assertTrue(is_running(self.worker))

    def viewer(self, *encodings):
        client = self.vncterm.client(encodings=encodings)
        read_all(client)
        return client.wire.socket

    def test_fifteen_viewers_that_ask_and_do_not_read(self):
        def stall(_):
            client = self.vncterm.client()
            client.wire.send(REPAINT * 50)
            signal.pause()
        self.start()
        self.attack(stall, 15)
        self.assert_harmless()

    def test_viewers_that_read_a_byte_at_a_time(self):
        def trickle(_):
            client = self.vncterm.client()
            client.wire.send(REPAINT)
            while client.wire.socket.recv(1):
                client.wire.send(REPAINT)
                time.sleep(0.1)
        self.start()
        self.attack(trickle, 8)
        self.assert_harmless()

    def test_update_requests_without_end(self):
        def ask(index):
            viewer = self.viewer((RAW, TIGHT, ZRLE, HEXTILE)[index], -247)
            while True:
                viewer.sendall(REPAINT * 1000)
        self.start()
        self.attack(ask, 4)
        self.assert_harmless()

    def test_longest_lists_of_encodings(self):
        def list_all(_):
            viewer = self.viewer(RAW)
            lists = struct.pack(">BxH", 2, 65535) + b"\xff\xff\xfe\xcc" * 65535
            while True:
                viewer.sendall(lists)
        self.start()
        self.attack(list_all, 2)
        self.assert_harmless()

    def test_every_pixel_format_in_every_encoding(self):
        formats = (
            pixel_format(8, 8, 0, 1, (7, 7, 3), (0, 3, 6)),
            pixel_format(8, 8, 0, 0, (0, 0, 0), (0, 0, 0)),
            pixel_format(16, 16, 1, 1, (31, 63, 31), (11, 5, 0)),
            pixel_format(16, 0, 0, 1, (1, 1, 1), (15, 14, 13)),
            pixel_format(32, 24, 1, 1, (255, 255, 255), (16, 8, 0)),
            pixel_format(32, 32, 0, 1, (65535, 255, 255), (0, 16, 24)),
            pixel_format(32, 30, 0, 1, (1023, 1023, 1023), (20, 10, 0)),
        )

        def change(index):
            chance = random.Random(index)
            viewer = self.viewer(RAW)
            while True:
                area = (chance.randrange(700), chance.randrange(400),
                        chance.randrange(700), chance.randrange(500))
                viewer.sendall(
                    chance.choice(formats) +
                    struct.pack(">BxHii", 2, 2, CURSOR,
                                chance.choice(PIXEL_ENCODINGS)) +
                    struct.pack(">BBHHHH", 3, 0, *area))
                time.sleep(0.001)
        self.start()
        self.attack(change, 2)
        self.assert_harmless()

    def test_sizes_without_end(self):
        sizes = ((1, 1), (16, 16), (0, 0), (65535, 65535), (8000, 261),
                 (16, 8000), (1448, 1448), (8001, 16), (640, 384))

        def resize(index):
            chance = random.Random(index)
            viewer = self.viewer(HEXTILE, EXTENDED_DESKTOP_SIZE)
            while True:
                size = chance.choice(sizes)
                viewer.sendall(struct.pack(">BxHHBxIHHHHI", 251, *size, 1, 0, 0,
                                           0, 0, *size, 0) + REPAINT)
                time.sleep(chance.choice((0, 0, 0.01, 0.1)))
        self.start()
        self.attack(resize, 3)
        self.assert_harmless()

    def test_paste_key_held_down_with_the_longest_clipboard(self):
        def paste(index):
            text = (b"\xe9", b"x", b"\x07")[index] * (1 << 20)
            viewer = self.viewer(RAW)
            viewer.sendall(struct.pack(">B3xI", 6, len(text)) + text +
                           key(SHIFT, 1))
            while True:
                viewer.sendall((key(INSERT, 1) + key(INSERT, 0)) * 2000)
        self.start()
        self.attack(paste, 3)
        self.assert_harmless()

    def test_scrolling_back_without_end(self):
        def page(index):
            viewer = self.viewer(HEXTILE)
            viewer.sendall(key(SHIFT, 1))
            up, down = (key(keysym, 1) + key(keysym, 0)
                        for keysym in (PAGE_UP, PAGE_DOWN))
            while True:
                viewer.sendall((up * 100, up * 100 + down * 100)[index])
        self.start(lines=9000)
        self.attack(page, 2)
        self.assert_harmless()

    def test_compressed_clipboards_without_end(self):
        def provide(index):
            size = (1 << 20, 1 << 22)[index]
            body = struct.pack(">I", 1 << 28 | 1) + zlib.compress(
                struct.pack(">I", size) + b"x" * (size - 1) + b"\0")
            message = struct.pack(">B3xi", 6, -len(body)) + body
            viewer = self.viewer(RAW, EXTENDED_CLIPBOARD)
            while True:
                viewer.sendall(message * 10)
        self.start()
        self.attack(provide, 2)
        self.assert_harmless()

    def test_fences_and_continuous_updates_without_end(self):
        def fence(index):
            viewer = self.viewer(RAW, FENCE, CONTINUOUS_UPDATES)
            turn_on = struct.pack(">BBHHHH", 150, 1, 0, 0, 0xFFFF, 0xFFFF)
            ask = struct.pack(">B3xIB", 248, 1 << 31 | 7, 64) + b"x" * 64
            while True:
                viewer.sendall((turn_on + ask * 10, turn_on * 100)[index])
        self.start()
        self.attack(fence, 2)
        self.assert_harmless()

    def test_clipboards_around_the_limit(self):
        def offer(index):
            length = (1 << 20) - 1 + index
            text = struct.pack(">B3xI", 6, length) + b"\xe9" * length
            viewer = self.viewer(RAW)
            while True:
                viewer.sendall(text)
        self.start()
        self.attack(offer, 3)
        self.assert_harmless()

    def test_connections_without_end_leave_nothing_behind(self):
        def connect(index):
            chance = random.Random(index)
            while True:
                try:
                    with socket.create_connection(address) as peer:
                        half = chance.randrange(16)
                        peer.sendall(b"RFB 003.008\n\x01\x01"[:half])
                        # The end is a reset.
                        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                        struct.pack("ii", 1, 0))
                except OSError:
                    time.sleep(0.001)
        self.start()
        address = self.vncterm.address
        before = open_descriptors(self.worker)
        self.attack(connect, 2)
        self.assert_harmless()
        self.end_attack()
        wait_until(lambda: open_descriptors(self.worker) == before,
                   what="as many descriptors as before")

    def test_titles_without_end(self):
        self.start(flood=b"\033]0;a\007\033]0;b\007")
        names = [self.enterContext(self.vncterm.client(
            encodings=(RAW, DESKTOP_NAME))) for _ in range(14)]
        for client in names:
            client.request()
        begin = time.monotonic()
        self.assert_harmless()
        updates = 0
        names[0].wire.send(REPAINT)
        while names[0].message(0.1) is not None:
            updates += 1
        self.assertLess(updates, 15 * (time.monotonic() - begin) + 5)


if __name__ == "__main__":
    main()
