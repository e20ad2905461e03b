# SPDX-License-Identifier: GPL-2.0-or-later
"""What hostile viewers do, and a healthy one that types beside them.

Attackers are processes of their own, of the lowest priority, so that what the
healthy viewer feels is the server's doing.
"""
import contextlib
import dataclasses
import os
import random
import signal
import socket
import statistics
import struct
import threading
import time
import zlib

from harness import SANITIZED, VISIBLE, Vncterm
from rfb import (CONTINUOUS_UPDATES, COPYRECT, CORRE, CURSOR,
                 EXTENDED_CLIPBOARD, EXTENDED_DESKTOP_SIZE, FENCE, HEXTILE, RAW,
                 RRE, TIGHT, ULTRA, ZLIB, ZRLE, ZYWRLE, Client, TimedOut)

# Shows the last "a" or "b" of its input in the second cell, first an "a"; the
# first cell has the cursor at the start. What the first argument holds, in
# hexadecimal, it writes in between, without end. Before all that it writes
# lines, so that there is a scrollback.
GUEST = r"""
import os, select, sys, tty
tty.setraw(0)
flood = bytes.fromhex(sys.argv[1]) * 1000
os.write(1, b"x\r\n" * 9000)  # nothing in the second cell
os.write(1, b"\033[?25l\033[2J\033[1;2Ha")
while True:
    if flood:
        os.write(1, flood)
    if select.select([0], [], [], 0 if flood else None)[0]:
        keys = [key for key in os.read(0, 4096) if key in b"ab"]
        if keys:
            os.write(1, b"\033[1;2H%c" % keys[-1])
"""

# A freeze, and not a busy machine.
KEY_SECONDS = 60 if SANITIZED else 8
# The sanitizer keeps what was freed.
MEMORY_MAX_KB = 512 * 1024 if SANITIZED else 48 * 1024
SHIFT, INSERT = 0xFFE1, 0xFF63
PAGE_UP, PAGE_DOWN = 0xFF55, 0xFF56
MODIFIERS = (SHIFT, 0xFFE3, 0xFFE9)
PIXEL_ENCODINGS = (RAW, COPYRECT, RRE, CORRE, HEXTILE, ZLIB, TIGHT, ULTRA,
                   ZRLE, ZYWRLE)
REPAINT = struct.pack(">BBHHHH", 3, 0, 0, 0, 0xFFFF, 0xFFFF)


def key(keysym, down):
    return struct.pack(">BBxxI", 4, down, keysym)


def pointer(x, y, buttons):
    return struct.pack(">BBHH", 5, buttons, x, y)


def encodings(*listed):
    return struct.pack(">BxH", 2, len(listed)) + \
        struct.pack(f">{len(listed)}i", *listed)


def cut_text(length, data):
    """The length as it is told, and what comes."""
    return struct.pack(">B3xI", 6, length & 0xFFFFFFFF) + data


def desktop_size(width, height):
    return struct.pack(">BxHHBxIHHHHI", 251, width, height, 1, 0, 0, 0,
                       width, height, 0)


def pixel_format(bits, depth, big_endian, true_colour, maxima, shifts):
    return struct.pack(">B3xBBBBHHHBBB3x", 0, bits, depth, big_endian,
                       true_colour, *maxima, *shifts)


FORMATS = (
    pixel_format(8, 8, 0, 1, (7, 7, 3), (0, 3, 6)),
    pixel_format(8, 8, 0, 0, (0, 0, 0), (0, 0, 0)),
    pixel_format(16, 16, 1, 1, (31, 63, 31), (11, 5, 0)),
    pixel_format(16, 0, 0, 1, (1, 1, 1), (15, 14, 13)),
    pixel_format(32, 24, 1, 1, (255, 255, 255), (16, 8, 0)),
    pixel_format(32, 32, 0, 1, (65535, 255, 255), (0, 16, 24)),
    pixel_format(32, 30, 0, 1, (1023, 1023, 1023), (20, 10, 0)),
)

MESSAGES = (
    FORMATS[0], encodings(*PIXEL_ENCODINGS), REPAINT, key(ord("z"), 1),
    pointer(1, 1, 1), cut_text(8, b"clipped!"), desktop_size(640, 384))


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


def viewer(address, *listed):
    """The socket of a viewer past its handshake."""
    client = Client(address, encodings=listed or (RAW,))
    read_all(client)
    return client.wire.socket


def reset(peer):
    """Ends a connection without a goodbye."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    peer.close()


# Attacks: an address, and which of the attackers this is. They do not return.

def ask_and_do_not_read(address, _):
    client = Client(address)
    client.wire.send(REPAINT * 50)
    signal.pause()


def read_a_byte_a_second(address, _):
    client = Client(address)
    client.wire.send(REPAINT)
    while client.wire.socket.recv(1):
        client.wire.send(REPAINT)
        time.sleep(1)


def ask_without_end(address, index):
    peer = viewer(address, (RAW, TIGHT, ZRLE, HEXTILE)[index], -247)
    while True:
        peer.sendall(REPAINT * 1000)


def list_65535_encodings(address, _):
    peer = viewer(address)
    lists = struct.pack(">BxH", 2, 65535) + b"\xff\xff\xfe\xcc" * 65535
    while True:
        peer.sendall(lists)


def change_pixel_formats(address, index):
    chance = random.Random(index)
    peer = viewer(address)
    while True:
        area = (chance.randrange(700), chance.randrange(400),
                chance.randrange(700), chance.randrange(500))
        peer.sendall(chance.choice(FORMATS) +
                     encodings(CURSOR, chance.choice(PIXEL_ENCODINGS)) +
                     struct.pack(">BBHHHH", 3, 0, *area))
        time.sleep(0.001)


def ask_for_sizes(address, index):
    # What the healthy viewer looks at is in the second column.
    sizes = ((16, 1), (16, 16), (0, 0), (65535, 65535), (8000, 261),
             (16, 8000), (1448, 1448), (8001, 16), (640, 384))
    chance = random.Random(index)
    peer = viewer(address, HEXTILE, EXTENDED_DESKTOP_SIZE)
    while True:
        peer.sendall(desktop_size(*chance.choice(sizes)) + REPAINT)
        time.sleep(chance.choice((0, 0, 0.01, 0.1)))


def hold_the_paste_key(address, index):
    text = (b"\xe9", b"x", b"\x07")[index] * (1 << 20)
    peer = viewer(address)
    peer.sendall(cut_text(len(text), text) + key(SHIFT, 1))
    while True:
        peer.sendall((key(INSERT, 1) + key(INSERT, 0)) * 2000)


def scroll_back_and_forth(address, index):
    up, down = (key(keysym, 1) + key(keysym, 0)
                for keysym in (PAGE_UP, PAGE_DOWN))
    peer = viewer(address, HEXTILE)
    peer.sendall(key(SHIFT, 1))
    while True:
        peer.sendall((up * 100, up * 100 + down * 100)[index])


def offer_clipboards_around_the_limit(address, index):
    length = (1 << 20) - 1 + index
    peer = viewer(address)
    while True:
        peer.sendall(cut_text(length, b"\xe9" * length))


def offer_giant_clipboards(address, _):
    peer = viewer(address)
    while True:
        peer.sendall(cut_text(64 << 20, b""))
        for _ in range(64):
            peer.sendall(b"x" * (1 << 20))


def offer_zlib_bombs(address, _):
    squeezer = zlib.compressobj(9)
    data = squeezer.compress(struct.pack(">I", 64 << 20))
    for _ in range(64):
        data += squeezer.compress(bytes(1 << 20))
    data = struct.pack(">I", 1 << 28 | 1) + data + squeezer.flush()
    while True:
        with contextlib.suppress(OSError):
            peer = viewer(address, RAW, EXTENDED_CLIPBOARD)
            while True:
                peer.sendall(cut_text(-len(data), data))


def offer_compressed_clipboards(address, index):
    size = (1 << 20, 1 << 22)[index]
    body = struct.pack(">I", 1 << 28 | 1) + zlib.compress(
        struct.pack(">I", size) + b"x" * (size - 1) + b"\0")
    peer = viewer(address, RAW, EXTENDED_CLIPBOARD)
    while True:
        peer.sendall(cut_text(-len(body), body) * 10)


def fence_and_turn_on_updates(address, index):
    peer = viewer(address, RAW, FENCE, CONTINUOUS_UPDATES)
    turn_on = struct.pack(">BBHHHH", 150, 1, 0, 0, 0xFFFF, 0xFFFF)
    ask = struct.pack(">B3xIB", 248, 1 << 31 | 7, 64) + b"x" * 64
    while True:
        peer.sendall((turn_on + ask * 10, turn_on * 100)[index])


def connect_and_vanish(address, index):
    chance = random.Random(index)
    while True:
        try:
            peer = socket.create_connection(address)
            peer.sendall(b"RFB 003.008\n\x01\x01"[:chance.randrange(16)])
            reset(peer)
        except OSError:
            time.sleep(0.001)


def connect_and_say_nothing(address, _):
    peers = []
    while True:
        with contextlib.suppress(OSError):
            peers.append(socket.create_connection(address))
        for peer in peers[:-300]:
            peer.close()
        del peers[:-300]
        if len(peers) == 300:
            time.sleep(0.01)


def say_half_a_greeting(address, _):
    parts = (b"R", b"RFB 003", b"RFB 003.008\n", b"RFB 003.008\n\1",
             b"GET / HTTP/1.1\r\n\r\n", b"\0" * 12, b"RFB 999.999\n\1\1")
    peers = []
    while True:
        for part in parts:
            with contextlib.suppress(OSError):
                peers.append(socket.create_connection(address))
                peers[-1].sendall(part)
        for peer in peers[:-40]:
            peer.close()
        del peers[:-40]
        time.sleep(0.01)


def say_half_of_a_message(address, index):
    message = MESSAGES[index]
    peer = viewer(address)
    peer.sendall(message[:len(message) // 2])
    signal.pause()


def say_rubbish(address, index):
    chance = random.Random(index)
    while True:
        for kind in range(256):
            with contextlib.suppress(OSError):
                peer = viewer(address, chance.choice(PIXEL_ENCODINGS))
                peer.sendall(bytes([kind]) + chance.randbytes(300))
                peer.close()


def lie_about_lengths(address, _):
    lies = (cut_text(-1, b"x" * 100), cut_text(1 << 31, b"x" * 100),
            cut_text(0x7FFFFFFF, b"x" * 100), cut_text(0, b"x" * 100),
            struct.pack(">BxH", 2, 65535) + bytes(40),
            struct.pack(">BxHHBx", 251, 640, 384, 255) + bytes(40),
            cut_text(-4, struct.pack(">I", 1 << 28 | 1)),
            cut_text(-(1 << 31), bytes(40)))
    while True:
        for lie in lies:
            with contextlib.suppress(OSError):
                peer = viewer(address, RAW, EXTENDED_CLIPBOARD)
                peer.sendall(lie + REPAINT * 20)
                peer.close()


def point_outside(address, index):
    chance = random.Random(index)
    peer = viewer(address)
    while True:
        # A selection would cover what the healthy viewer looks at, above.
        peer.sendall(b"".join(
            pointer(chance.choice((0, 639, 640, 65535)),
                    chance.choice((380, 383, 384, 65535)),
                    chance.randrange(256)) for _ in range(200)))
        time.sleep(0.001)


def vanish_with_keys_held(address, _):
    while True:
        with contextlib.suppress(OSError):
            peer = viewer(address)
            peer.sendall(b"".join(key(held, 1) for held in MODIFIERS) +
                         pointer(100, 100, 7))
            reset(peer)


@dataclasses.dataclass(frozen=True)
class Attack:
    tried: str
    function: object
    count: int = 1

    @property
    def name(self):
        return self.function.__name__


ATTACKS = (
    Attack("300 silent connections", connect_and_say_nothing),
    Attack("one byte, half a greeting, another protocol", say_half_a_greeting),
    Attack("half of each message", say_half_of_a_message, len(MESSAGES)),
    Attack("every message type with rubbish", say_rubbish, 2),
    Attack("lengths that are not true", lie_about_lengths, 2),
    Attack("65535 encodings", list_65535_encodings, 2),
    Attack("clipboards of 64 MiB", offer_giant_clipboards, 2),
    Attack("clipboards around the limit", offer_clipboards_around_the_limit,
           3),
    Attack("zlib bombs in the clipboard", offer_zlib_bombs),
    Attack("compressed clipboards without end", offer_compressed_clipboards,
           2),
    Attack("fences and continuous updates", fence_and_turn_on_updates, 2),
    Attack("scrolling back without end", scroll_back_and_forth, 2),
    Attack("the paste key held down", hold_the_paste_key, 3),
    Attack("sizes, sane and extreme", ask_for_sizes, 3),
    Attack("pixel formats in every encoding", change_pixel_formats, 2),
    Attack("100 000 update requests a second", ask_without_end, 4),
    Attack("readers of a byte a second", read_a_byte_a_second, 8),
    Attack("fifteen that ask and do not read", ask_and_do_not_read, 15),
    Attack("connections that vanish", connect_and_vanish, 2),
    Attack("pointers outside", point_outside, 2),
    Attack("keys and buttons held by who vanishes", vanish_with_keys_held, 2),
)


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

    def type_other(self):
        """Types what is not shown; returns after how many seconds it is."""
        char = "b" if self.cell() == self.glyphs["a"] else "a"
        begin = time.monotonic()
        self.client.press(ord(char))
        while self.cell() != self.glyphs[char]:
            left = begin + KEY_SECONDS - time.monotonic()
            if left <= 0:
                raise TimedOut("a key was not seen")
            self.take(left)
        return time.monotonic() - begin


@dataclasses.dataclass(frozen=True)
class Felt:
    """What the healthy viewer and the server felt, while an attack ran."""
    quiet_s: list   # from each key to its picture, before
    attacked_s: list
    memory_kb: int  # of the worker, private

    @property
    def ratio(self):
        return statistics.median(self.attacked_s) / \
            statistics.median(self.quiet_s)

    def text(self):
        def ms(times):
            return f"{1000 * statistics.median(times):.1f} " \
                f"({1000 * max(times):.1f})"
        return f"key to picture {ms(self.attacked_s)} ms, quiet " \
            f"{ms(self.quiet_s)} ms, {self.ratio:.1f} times; " \
            f"{self.memory_kb // 1024} MiB"


class Scene:
    """A vncterm, its healthy viewer, and attackers."""

    def __init__(self, flood=b""):
        self.attackers = []
        with contextlib.ExitStack() as stack:
            self.vncterm = stack.enter_context(Vncterm(
                "python3", "-c", GUEST, flood.hex(), options=VISIBLE))
            self.worker = self.vncterm.worker
            self.typist = Typist(stack.enter_context(self.vncterm.client()))
            stack.callback(self.end_attack)
            self.stack = stack.pop_all()

    def attack(self, function, count=1):
        for index in range(count):
            pid = os.fork()
            if pid == 0:
                os.nice(19)
                try:
                    function(self.vncterm.address, index)
                finally:
                    os._exit(0)
            self.attackers.append(pid)

    def end_attack(self):
        for pid in self.attackers:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        self.attackers.clear()

    def type_for(self, seconds):
        """Returns after how many seconds each key was seen."""
        end = time.monotonic() + seconds
        times = []
        while time.monotonic() < end or len(times) < 4:
            times.append(self.typist.type_other())
            time.sleep(0.02)
        return times

    def feel(self, attack, seconds):
        """What an attack of so many seconds does to keys. TimedOut if one is
        not seen any more."""
        quiet = self.type_for(seconds / 2)
        self.attack(attack.function, attack.count)
        time.sleep(0.2)
        return Felt(quiet, self.type_for(seconds), private_kb(self.worker))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return self.stack.__exit__(*error)
