# SPDX-License-Identifier: GPL-2.0-or-later
"""The dialect under -x: what the host agent's proxy and XenCenter can take.

The proxy follows what a viewer says, to find out who is idle. It knows the
greeting RFB 003.003, one byte of ClientInit, and the messages 0, 2 to 6 and
255; with anything else it gives up for good. So real viewers are recorded on
their way to vncterm, and the recording must be understood to its end.
"""
import contextlib
import os
import pty
import re
import select
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import tty
import unittest

import rfb
import xenstored
from display import DISPLAY_PROGRAMS, Display
from harness import (CONTROL, PROGRAM, SANITIZED, UP, Vncterm, main, screen,
                     skip, wait_for_text, wait_until)

BASE = "/local/domain/7/console"
# What XenCenter lists; -254 and -258 are marks of its own and of QEMU's keys.
XENCENTER = (rfb.CORRE, rfb.RRE, rfb.COPYRECT, rfb.RAW, rfb.CURSOR,
             rfb.DESKTOP_SIZE, -254, -258)
MIDDLE = 2
# A text of the extended clipboard, which is compressed.
PROVIDED = rb"\x06...\xff\xff\xff.\x10\x00\x00\x01"


class NotUnderstood(Exception):
    """What makes the proxy give up."""


def parse(stream):
    """Returns the types of the messages, and what is left of a last one."""
    if stream[:12] != b"RFB 003.003\n":
        raise NotUnderstood(f"version {bytes(stream[:12])}")
    if stream[12] > 1:
        raise NotUnderstood(f"ClientInit {stream[12]}")
    types = []
    at = 13
    while at < len(stream):
        size = message_size(stream, at)
        if size is None or at + size > len(stream):
            break
        types.append(stream[at])
        at += size
    return types, stream[at:]


def message_size(stream, at):
    """The size of the message at `at`; None if its header is cut off."""
    kind = stream[at]
    fixed = {0: 20, 3: 10, 4: 8, 5: 6, 255: 12}
    if kind in fixed:
        return fixed[kind]
    if kind == 2:
        head = stream[at + 2:at + 4]
        return 4 + 4 * int.from_bytes(head, "big") if len(head) == 2 else None
    if kind == 6:
        head = stream[at + 4:at + 8]
        return 8 + int.from_bytes(head, "big") if len(head) == 4 else None
    raise NotUnderstood(f"message {kind} at byte {at}")


class Grammar(unittest.TestCase):
    HELLO = b"RFB 003.003\n\1"

    def test_it_knows_the_messages_of_rfb_3_3_and_of_qemu(self):
        messages = (bytes(20), b"\2\0\0\1\0\0\0\0", b"\3" + bytes(9),
                    b"\4" + bytes(7), b"\5" + bytes(5), b"\6\0\0\0\0\0\0\1x",
                    b"\xff" + bytes(11))
        self.assertEqual(parse(self.HELLO + b"".join(messages)),
                         ([0, 2, 3, 4, 5, 6, 255], b""))

    def test_it_waits_for_the_rest_of_a_message(self):
        for part in (b"\2\0\0", b"\2\0\0\1\0\0\0", b"\6\0\0\0\0\0\0",
                     b"\6\0\0\0\0\0\0\2x", b"\4" + bytes(6)):
            self.assertEqual(parse(self.HELLO + part), ([], part))

    def test_it_knows_nothing_else(self):
        for bad in (b"RFB 003.008\n\1", b"RFB 003.004\n\1", b"RFB 003.003\n\2",
                    self.HELLO + b"\xfb", self.HELLO + b"\xfe",
                    self.HELLO + b"\5\0\0\0\0\0\x96"):
            with self.assertRaises(NotUnderstood):
                parse(bad)


class Agent:
    """vncterm as the agent starts it, with a pty for the guest."""

    def __init__(self):
        with contextlib.ExitStack() as stack:
            store = stack.enter_context(xenstored.Xenstored("c"))
            self.master, slave = pty.openpty()
            stack.callback(os.close, self.master)
            stack.callback(os.close, slave)
            tty.setraw(slave)
            store.write(f"{BASE}/port", "2")
            store.write(f"{BASE}/tty", os.ttyname(slave))
            self.log = stack.enter_context(tempfile.TemporaryFile())
            environment = dict(os.environ, XENSTORED_PATH=store.socket)
            if SANITIZED:  # leaks cannot be looked for behind the lock
                environment["ASAN_OPTIONS"] = "detect_leaks=0"
            self.process = subprocess.Popen(
                [PROGRAM, "-x", BASE, "-T", "-v", "127.0.0.1:1"],
                stdin=subprocess.DEVNULL, stderr=self.log, env=environment)
            stack.callback(self.process.wait)
            stack.callback(self.process.kill)
            wait_until(lambda: self.process.poll() is not None or
                       store.exists(f"{BASE}/vnc-port"), what="the port")
            if self.process.poll() is not None:
                raise AssertionError(self.log_text())
            self.address = ("127.0.0.1", int(store.read(f"{BASE}/vnc-port")))
            self.stack = stack.pop_all()

    def log_text(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def write(self, text):
        os.write(self.master, text.encode())

    def read(self, count):
        """What is typed into the guest."""
        data = b""
        while len(data) < count:
            readable, _, _ = select.select([self.master], [], [], 20)
            if not readable:
                raise rfb.TimedOut(f"typed was only {data}")
            data += os.read(self.master, count - len(data))
        return data

    def client(self, **kwargs):
        return rfb.Client(self.address, version="3.3", **kwargs)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with self.stack:
            self.process.terminate()
            status = self.process.wait(20)
            if status != 0:
                raise AssertionError(self.log_text())


class Relay:
    """Passes on one connection, and keeps what the viewer says."""

    def __init__(self, address):
        self.recording = bytearray()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.run, args=(address,),
                                       daemon=True)
        self.thread.start()

    def run(self, address):
        viewer, _ = self.listener.accept()
        with viewer, socket.create_connection(address) as server:
            while True:
                for source in select.select([viewer, server], [], [])[0]:
                    try:
                        data = source.recv(1 << 16)
                    except ConnectionError:
                        return
                    if not data:
                        return
                    if source is viewer:
                        self.recording += data
                    (server if source is viewer else viewer).sendall(data)

    def types(self):
        """What the viewer has said until now."""
        return parse(bytes(self.recording))[0]

    def is_between_messages(self):
        return not parse(bytes(self.recording))[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()


class OtherServer:
    """A server that only gives its viewer a clipboard."""

    def __init__(self):
        self.viewer = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        viewer, _ = self.listener.accept()
        viewer.sendall(b"RFB 003.003\n\0\0\0\1")
        viewer.sendall(struct.pack(">HHBBBBHHHBBB3xI", 64, 64, 32, 24, 0, 1,
                                   255, 255, 255, 16, 8, 0, 5) + b"other")
        self.viewer = viewer
        while viewer.recv(1 << 16):
            pass

    def send_cut_text(self, text):
        self.viewer.sendall(struct.pack(">B3xI", 3, len(text)) + text)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()
        if self.viewer:
            self.viewer.close()


class RealViewer(unittest.TestCase):
    """TigerVNC, used as a person does: keys, clipboard, another size."""

    def setUp(self):
        missing = [p for p in DISPLAY_PROGRAMS if not shutil.which(p)]
        if missing:
            print(f"SKIP: no {missing[0]}, so {self.id()} did not run")
            self.skipTest(f"no {missing[0]}")

    def live(self, address, wait_for_typed):
        """Returns the relay that has recorded a session."""
        display = self.enterContext(Display())
        relay = self.enterContext(Relay(address))
        other = self.enterContext(OtherServer())

        window = display.start_viewer(relay.port)
        display.focus(window)
        display.run("type", "typed")
        wait_for_typed("typed")

        # The other viewer's clipboard is what this one pastes.
        source = display.start_viewer(other.port)
        wait_until(lambda: other.viewer is not None, what="the other viewer")
        wait_until(lambda: self.is_offered(display, relay, other, source,
                                           window), what="the clipboard")
        display.run("mousemove", "--window", window, "80", "80", "click",
                    str(MIDDLE))
        wait_for_typed("pasted")

        # It asks for its window's size half a second after a change, so these
        # keys, more than a second of them, come later.
        display.run("windowsize", window, "800", "640")
        keys = "abcdefghij" * 5
        display.run("type", "--delay", "30", keys)
        wait_for_typed(keys)
        return relay

    @staticmethod
    def is_offered(display, relay, other, source, window):
        """Viewers take and offer clipboards only while they have the focus;
        when that came too early, all is done again."""
        if b"pasted" in relay.recording or \
                re.search(PROVIDED, relay.recording, re.DOTALL):
            return True
        display.focus(source)
        other.send_cut_text(b"pasted")
        display.focus(window)
        return False

    def test_what_it_says_is_understood_to_the_end(self):
        with Agent() as agent:
            def is_typed(text):
                self.assertEqual(agent.read(len(text)), text.encode())
                agent.write("output\r\n" * 30 + "\033]2;a title\a\a")

            relay = self.live(agent.address, is_typed)
            self.assertLessEqual({2, 3, 4, 5, 6}, set(relay.types()))
            wait_until(relay.is_between_messages)

    def test_by_hand_it_says_more(self):
        """The control: else the test above could not fail."""
        with Vncterm("sh", "-c", "stty raw -echo; cat",
                     options=("--rfb", "3.3")) as vncterm:
            with vncterm.client(version="3.3") as client:
                relay = self.live(vncterm.address,
                                  lambda text: wait_for_text(client, text))
            # Continuous updates, fences, or sizes, whichever comes first.
            with self.assertRaisesRegex(NotUnderstood,
                                        "message (150|248|251)"):
                relay.types()


class Snapshot(unittest.TestCase):
    def test_what_vncsnapshot_says_is_understood_to_the_end(self):
        if not shutil.which("vncsnapshot"):
            print(f"SKIP: no vncsnapshot, so {self.id()} did not run")
            self.skipTest("no vncsnapshot")
        with Agent() as agent, Relay(agent.address) as relay:
            agent.write("some text")
            with agent.client() as client:
                wait_for_text(client, "some text")
            subprocess.run(["vncsnapshot", "-quiet", "-ignoreblank",
                            f"127.0.0.1::{relay.port}", "/dev/null"],
                           timeout=60, check=False)
            relay.thread.join(20)
            self.assertLessEqual({0, 2, 3}, set(relay.types()))
            self.assertTrue(relay.is_between_messages())


class XenCenter(unittest.TestCase):
    def setUp(self):
        self.agent = self.enterContext(Agent())
        self.client = self.enterContext(
            self.agent.client(encodings=XENCENTER))

    def test_it_is_greeted_in_its_version(self):
        self.assertEqual(self.client.greeting, b"RFB 003.003\n")
        self.assertEqual(self.client.security, [1])
        self.assertEqual((self.client.width, self.client.height), (640, 384))

    def test_it_gets_only_rectangles_that_it_has_listed(self):
        plain = self.enterContext(self.agent.client())
        plain.pointer(300, 200)
        for number in range(60):
            self.agent.write(f"line {number}\r\n\a\033]2;title {number}\a"
                             f"\033[{number % 6 + 1} q")
            if number % 20 == 0:
                wait_for_text(self.client, f"line {number}")
        self.agent.write("\033[5;20r\033[20H\n\n\033[r\033[?1049h\033[41m"
                         "\033[2Jred\033[?1049l\033[H\033[Lthe end")
        wait_for_text(self.client, "the end")
        self.client.refresh()
        self.assertLessEqual(set(self.client.counts), set(XENCENTER))
        self.assertIn(rfb.CORRE, self.client.counts)
        self.assertIn(rfb.COPYRECT, self.client.counts)
        self.assertNotIn(rfb.DESKTOP_SIZE, self.client.counts)
        self.assertGreater(self.client.bells, 0)
        self.assertEqual(self.client.picture(), plain.refresh().picture())

    def test_scan_codes_are_swallowed(self):
        self.client.wire.send(b"\xfe\1\0\0\0\0\0\x1e\xfe\0\0\0\0\0\0\x1e")
        self.client.type("k")
        self.assertEqual(self.agent.read(1), b"k")

    def paste(self, text):
        self.client.send_cut_text(text)
        self.client.pointer(0, 0, MIDDLE)
        self.client.pointer(0, 0, 0)

    def test_its_paste_types_the_text(self):
        self.client.pointer(200, 200)
        self.paste("one\r\ntwo\nthree")
        self.assertEqual(self.agent.read(13), b"one\rtwo\rthree")
        self.paste("again")
        self.assertEqual(self.agent.read(5), b"again")

    def test_its_paste_works_while_the_guest_tracks_the_mouse(self):
        self.agent.write("\033[?1000h\033[?1006htracking")
        wait_for_text(self.client, "tracking")
        self.paste("text")
        self.assertEqual(self.agent.read(4), b"text")
        self.client.pointer(8, 16, MIDDLE)
        self.assertEqual(self.agent.read(9), b"\033[<1;2;2M")

    def test_a_drag_offers_latin_1(self):
        self.agent.write("caf\u00e9 \u20ac here")
        wait_for_text(self.client, "here")
        self.client.drag((0, 0), (0, 11))
        self.client.pump(lambda: self.client.cut_text is not None)
        self.assertEqual(self.client.cut_text, "caf\u00e9 ? here")
        # And it is what the middle button pastes.
        self.client.pointer(0, 0, MIDDLE)
        self.assertEqual(self.agent.read(14), "caf\u00e9 \u20ac here".encode())

    def test_control_and_arrows_scroll_by_a_line(self):
        self.agent.write("".join(f"\r\nrow {n}." for n in range(1, 101)))
        wait_for_text(self.client, "row 100.")
        self.client.press(CONTROL, UP)
        wait_for_text(self.client, "row 76.")
        self.assertEqual(screen(self.client)[-1], "row 99.")
        self.client.type("x")
        wait_for_text(self.client, "row 100.")


if __name__ == "__main__":
    reason = xenstored.reason_to_skip("c")
    if reason:
        skip(reason)
    main()
