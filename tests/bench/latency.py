# SPDX-License-Identifier: GPL-2.0-or-later
"""From key to picture: alone, while typing fast, and beside a bad viewer."""
import contextlib
import socket
import statistics
import struct
import threading
import time

import rfb
from parts import floor_echo, memory_kib
from report import Row, at_least, at_most_times_floor, percentile

COLS, ROWS = 80, 24
MS = 1e-6  # of a nanosecond


def latency_rows(name, measured_ns, floor_ns, budgets):
    note = f"{len(measured_ns)} keys each, in turns"
    return [
        Row(f"{name}, median", statistics.median(measured_ns) * MS, "ms",
            statistics.median(floor_ns) * MS, budgets[0], note),
        Row(f"{name}, p99", percentile(measured_ns, 0.99) * MS, "ms",
            percentile(floor_ns, 0.99) * MS, budgets[1]),
    ]


def key_to_picture(bench):
    """Against a byte that goes through TCP and a pty, and nothing else."""
    keys = bench.either(100, 300)
    with bench.echo() as vncterm, floor_echo(bench) as floor_port:
        samples = bench.run_helper("latency", keys,
                                   f"rfb:{vncterm.address[1]}",
                                   f"echo:{floor_port}")
    return latency_rows("key to picture", *samples,
                        (at_most_times_floor(2), at_most_times_floor(5)))


def typing(bench):
    """Counts the updates that show keys typed faster than anyone does."""
    keys, period_s = 100, 1 / 50
    with bench.echo() as vncterm, \
            vncterm.client(encodings=(rfb.HEXTILE,)) as client:
        client.refresh()
        client.request()
        typist = Typist(client)
        start = time.monotonic()
        for key in range(keys):
            typist.look_until(start + key * period_s)
            typist.type()
        typist.look_until(time.monotonic() + 1)
    return [Row("100 keys at 50/s: updates", typist.updates, "",
                budget=at_least(keys),
                note=f"{len(typist.unseen)} keys not seen")]


class Typist:
    """Types and notes which update shows which key."""

    def __init__(self, client):
        self.client = client
        self.typed = 0
        self.unseen = []
        self.updates = 0

    def type(self):
        self.client.press(ord("a") + self.typed % 26)
        self.unseen.append(self.typed)
        self.typed += 1

    def look_until(self, end):
        while (left := end - time.monotonic()) > 0:
            if self.client.message(left) == 0:
                self.client.request()
                self.note_update()

    def note_update(self):
        still_unseen = [key for key in self.unseen if not self.shows(key)]
        if len(still_unseen) < len(self.unseen):
            self.updates += 1
        self.unseen = still_unseen

    def shows(self, key):
        x = key % COLS * self.client.width // COLS
        y = key // COLS * self.client.height // ROWS
        return any(left <= x < left + width and top <= y < top + height
                   for left, top, width, height, _ in self.client.rectangles)


class StalledViewer:
    """Asks for the whole picture again and again, and reads nothing."""

    PERIOD_S = 0.02

    def __init__(self, vncterm):
        self.client = vncterm.client(encodings=(rfb.RAW,))
        self.client.wire.socket.setsockopt(socket.SOL_SOCKET,
                                           socket.SO_RCVBUF, 4096)
        self.client.wire.socket.setblocking(False)
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.ask)

    def ask(self):
        request = struct.pack(">BBHHHH", 3, 0, 0, 0, self.client.width,
                              self.client.height)
        while not self.is_over.wait(self.PERIOD_S):
            with contextlib.suppress(BlockingIOError):
                self.client.wire.socket.send(request)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()
        self.client.close()


def stalled(bench):
    """Two servers alike, but for one viewer that never reads."""
    keys = bench.either(100, 300)
    with bench.echo() as quiet, bench.echo() as beside:
        with StalledViewer(beside):
            time.sleep(0.5)
            samples = bench.run_helper("latency", keys,
                                       f"rfb:{beside.address[1]}",
                                       f"rfb:{quiet.address[1]}")
            grown_kib = memory_kib(beside.worker, "Private_Dirty") - \
                memory_kib(quiet.worker, "Private_Dirty")
    median, p99 = latency_rows("key beside a stalled viewer", *samples,
                               (at_most_times_floor(2), None))
    memory = Row("memory for the stalled viewer", grown_kib / 1024, "MB",
                 note="private dirty of the worker, more than without it")
    return [median, p99, memory]
