# SPDX-License-Identifier: GPL-2.0-or-later
"""A slow link between a viewer and the server, and how a flood gets over it."""
import contextlib
import dataclasses
import os
import queue
import socket
import tempfile
import threading
import time

from harness import Vncterm, glyphs, wait_for_text, wait_until
from rfb import COPYRECT, HEXTILE, Client, TimedOut

BYTES_PER_S = 64 * 1024
ONE_WAY_S = 0.1
CHUNK = 2048
# What the proxy's own socket may hold would be a queue of its own.
RECEIVE_BUFFER = 4096
FLOOD_BYTES = 10_000_000


class SlowLink:
    """Takes one connection and passes it on: what the server says at a rate,
    all after a delay."""

    def __init__(self, address):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        self.server = socket.socket()
        self.server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF,
                               RECEIVE_BUFFER)
        self.server.connect(address)
        self.viewer = None
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        try:
            self.viewer, _ = self.listener.accept()
        except OSError:  # nobody came
            return
        self.viewer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for source, target, rate in ((self.server, self.viewer, BYTES_PER_S),
                                     (self.viewer, self.server, None)):
            line = queue.SimpleQueue()
            threading.Thread(target=self.take, daemon=True,
                             args=(source, line, rate)).start()
            threading.Thread(target=self.give, daemon=True,
                             args=(line, target)).start()

    @staticmethod
    def take(source, line, rate):
        free = time.monotonic()
        data = b"."
        while data:
            try:
                data = source.recv(CHUNK)
            except OSError:
                data = b""
            if rate:
                free = max(free, time.monotonic()) + len(data) / rate
                time.sleep(max(0, free - time.monotonic()))
            line.put((time.monotonic() + ONE_WAY_S, data))

    @staticmethod
    def give(line, target):
        with contextlib.suppress(OSError):
            while True:
                due, data = line.get()
                time.sleep(max(0, due - time.monotonic()))
                if not data:
                    target.shutdown(socket.SHUT_WR)
                    return
                target.sendall(data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for end in (self.listener, self.server, self.viewer):
            if end:
                end.close()


@dataclasses.dataclass(frozen=True)
class Arrival:
    """From the end of the flood to the right picture."""
    seconds: float
    size: int       # bytes that the viewer was sent meanwhile
    full_size: int  # bytes of the whole picture in this encoding
    updates: int    # that it got during the flood


class Watcher:
    """The viewer behind the link: takes what comes, in a thread."""

    def __init__(self, client):
        self.client = client
        self.target = None
        self.seen_at = None
        self.received = []  # time and bytes until then, after each update
        client.refresh()
        self.note()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while self.seen_at is None:
            self.client.request_if_updated()
            if self.client.message(0.05) is not None:
                self.note()
            target = self.target
            if target is not None and self.client.picture() == target:
                self.seen_at = self.received[-1][0]

    def note(self):
        self.received.append((time.time(), self.client.wire.received))

    def received_until(self, end):
        return max(size for when, size in self.received if when <= end)


def after_flood(encoding):
    """Returns the Arrival. TimedOut if the picture does not come right."""
    folder = tempfile.TemporaryDirectory()
    stamp = os.path.join(folder.name, "stamp")
    # Text that hardly compresses, as wide as the screen.
    script = (f"read go; base64 -w 79 /dev/urandom | head -c {FLOOD_BYTES}; "
              f"printf '\\nthe end'; date +%s.%N >{stamp}.part; "
              f"mv {stamp}.part {stamp}; read end")
    with folder, Vncterm("sh", "-c", script) as vncterm, \
            SlowLink(vncterm.address) as link, \
            vncterm.client(encodings=(COPYRECT, HEXTILE)) as near, \
            Client(link.address, encodings=(COPYRECT, encoding)) as far:
        glyphs()  # these take their time
        watcher = Watcher(far)
        near.type("\n")
        wait_until(lambda: os.path.exists(stamp), 120, "the flood's end")
        wait_for_text(near, "the end")
        watcher.target = near.picture()
        watcher.thread.join(60)
        if watcher.seen_at is None:
            raise TimedOut("the picture behind the slow link is not right")
        with open(stamp, encoding="ascii") as file:
            end = float(file.read())
        # To somebody new: a zlib stream knows what it has sent before.
        with vncterm.client(encodings=(encoding,)) as other:
            start = other.wire.received
            full_size = other.refresh().wire.received - start
        return Arrival(watcher.seen_at - end,
                       far.wire.received - watcher.received_until(end),
                       full_size,
                       sum(when <= end for when, _ in watcher.received) - 1)
