# SPDX-License-Identifier: GPL-2.0-or-later
"""Text clients: the console as raw bytes over TCP, beside the screen."""
import hashlib
import os
import re
import select
import signal
import socket
import struct
import subprocess
import tempfile
import time
import unittest
import zlib

from harness import (SANITIZED, Vncterm, main, screen, wait_for_text,
                     wait_until)
from rfb import HEXTILE, Closed, TimedOut

CLIENTS_MAX = 16
FLOOD_LINES = 2500000 if SANITIZED else 12000000  # some 20 MB, 100 MB
# One queue of 1 MiB for each of two clients; the sanitizer keeps what was
# freed.
MEMORY_MAX_KB = 512 * 1024 if SANITIZED else 16 * 1024
TIMEOUT = 20.0
EVERY_BYTE = bytes(range(256)) + b"\xff\xfd\x01"  # and telnet's DO ECHO

# The terminal as a pipe of bytes; `ready` is on the screen from then on.
RAW = "stty raw -echo; printf ready; "


class Server(Vncterm):
    """vncterm with a text port."""

    def __init__(self, *command, options=(), **kwargs):
        super().__init__(*command, options=["-T", *options], **kwargs)
        found = []

        def is_told():
            found[:] = re.findall(r"text: listening on (\S+):(\d+)",
                                  self.log_text())
            return found
        wait_until(is_told, what="a text port")
        self.text_address = found[0][0], int(found[0][1])

    def log_text(self):
        """Read without moving the file's offset, which the writers share."""
        return os.pread(self.log.fileno(), 1 << 20, 0).decode(errors="replace")


class Text:
    """A client of the text port."""

    def __init__(self, vncterm, receive_buffer=None):
        self.socket = socket.socket()
        self.socket.settimeout(TIMEOUT)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF,
                                   receive_buffer)
        self.socket.connect(vncterm.text_address)

    def send(self, data):
        self.socket.sendall(data)

    def read(self, count):
        """So many bytes, exactly."""
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise Closed(data)
            data += piece
        return data

    def read_until(self, end):
        data = b""
        while end not in data:
            piece = self.socket.recv(1 << 16)
            if not piece:
                raise Closed(data)
            data += piece
        return data

    def is_closed(self, seconds=TIMEOUT):
        """Whether the server closes it, having sent nothing."""
        readable, _, _ = select.select([self.socket], [], [], seconds)
        try:
            return bool(readable) and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                               struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def status_of(pid, key):
    """A number of /proc/PID/status, which is there for everybody to read."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(rf"\n{key}:\s*(\d+)", status.read())[1])


def checksum_of_seq(last):
    """Checksum and length of what `seq 1 last` prints."""
    crc = 0
    length = 0
    with subprocess.Popen(["seq", "1", str(last)],
                          stdout=subprocess.PIPE) as seq:
        while piece := seq.stdout.read(1 << 20):
            crc = zlib.crc32(piece, crc)
            length += len(piece)
    return crc, length


class TextClients(unittest.TestCase):
    def start(self, script, *options):
        return self.enterContext(
            Server("sh", "-c", script, options=options))

    def wait_until_ready(self, vncterm):
        with vncterm.client(encodings=(HEXTILE,)) as viewer:
            wait_for_text(viewer, "ready")

    def text(self, vncterm, **kwargs):
        return self.enterContext(Text(vncterm, **kwargs))

    def assert_asleep(self, pid):
        """That the process does nothing, soon."""
        end = time.monotonic() + TIMEOUT
        before = -1
        while (now := status_of(pid, "voluntary_ctxt_switches")) != before:
            self.assertLess(time.monotonic(), end, "it does not come to rest")
            before = now
            time.sleep(0.5)

    def test_every_byte_passes_unchanged_both_ways(self):
        vncterm = self.start(RAW + "exec cat")
        self.wait_until_ready(vncterm)
        with self.text(vncterm) as text:
            text.send(EVERY_BYTE * 10)
            # Nothing came before: neither a greeting nor what the screen shows.
            self.assertEqual(text.read(len(EVERY_BYTE) * 10), EVERY_BYTE * 10)

    def test_a_client_that_reads_gets_a_flood_whole(self):
        vncterm = self.start(
            RAW + f"head -c 1 >/dev/null; seq 1 {FLOOD_LINES}; exec cat")
        self.wait_until_ready(vncterm)
        expected, length = checksum_of_seq(FLOOD_LINES)
        text = self.text(vncterm)
        text.send(b"g")
        crc = 0
        buffer = bytearray(1 << 20)
        while length > 0:
            count = text.socket.recv_into(buffer, min(length, len(buffer)))
            self.assertGreater(count, 0, vncterm.log_text())
            crc = zlib.crc32(memoryview(buffer)[:count], crc)
            length -= count
        self.assertEqual(crc, expected)

    def test_a_client_that_does_not_read_is_dropped_and_nobody_notices(self):
        vncterm = self.start("trap 'echo; echo stop''ped; exec cat' INT; "
                             "while :; do echo flood; done")
        stalled = self.text(vncterm, receive_buffer=4096)
        with vncterm.client(encodings=(HEXTILE,)) as viewer:
            wait_for_text(viewer, "flood")

            def is_dropped():
                viewer.message(0.1)
                viewer.request_if_updated()
                return "text: client 1 closed" in vncterm.log_text()
            wait_until(is_dropped, 60, "the end of the stalled client")
            self.assertLess(status_of(vncterm.worker, "RssAnon"),
                            MEMORY_MAX_KB)
            with self.text(vncterm) as healthy:
                self.assertIn(b"flood\r\n", healthy.read(1 << 16))
                healthy.send(b"\x03")
                wait_for_text(viewer, "stopped")
        stalled.close()

    def test_the_text_port_is_searched_for_by_itself(self):
        for display in range(300, 400):
            with socket.socket() as vnc, socket.socket() as taken:
                vnc.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    vnc.bind(("127.0.0.1", 5900 + display))
                    taken.bind(("127.0.0.1", 9500 + display))
                    taken.listen()
                except OSError:
                    continue
                vnc.close()
                with Server("cat", listen=f"127.0.0.1:{display}") as vncterm:
                    self.assertEqual(vncterm.address[1], 5900 + display)
                    self.assertEqual(vncterm.text_address[1], 9501 + display)
                return
        self.fail("no free ports")

    def test_twenty_clients_are_sixteen(self):
        vncterm = self.start(RAW + "exec cat")
        self.wait_until_ready(vncterm)
        clients = [self.text(vncterm) for _ in range(20)]
        for client in clients[CLIENTS_MAX:]:
            self.assertTrue(client.is_closed())
        clients[3].send(b"to all")
        for client in clients[:CLIENTS_MAX]:
            self.assertEqual(client.read(6), b"to all")
        clients[0].close()
        # The server may learn of the newcomer before it does of the leaver.
        end = time.monotonic() + TIMEOUT
        while (newcomer := self.text(vncterm)).is_closed(0.1):
            self.assertLess(time.monotonic(), end)
        newcomer.send(b"again")
        self.assertEqual(newcomer.read(5), b"again")
        self.assertEqual(clients[1].read(5), b"again")

    def test_replay_gives_a_newcomer_the_screen(self):
        vncterm = self.start(
            "seq 1 100; printf '\\033[31mred\\033[m end'; "
            "read go; printf 'DO''NE'; exec cat", "--text-replay")
        with vncterm.client(encodings=(HEXTILE,)) as viewer:
            before = wait_for_text(viewer, "red end")
            text = self.text(vncterm)
            text.send(b"\n")
            replay = text.read_until(b"DONE")
            wait_for_text(viewer, "DONE")
            after = screen(viewer)
        self.assertTrue(replay.startswith(b"\x1b]7717;1"), replay[:40])
        self.assertIn("red end", " ".join(before))
        with tempfile.NamedTemporaryFile() as file:
            file.write(replay)
            file.flush()
            with Vncterm("sh", "-c", 'stty raw -echo; cat "$1"; exec cat',
                         "sh", file.name) as other:
                with other.client(encodings=(HEXTILE,)) as viewer:
                    wait_for_text(viewer, "DONE")
                    self.assertEqual(screen(viewer), after)

    def test_what_is_typed_into_a_slow_guest_arrives_whole(self):
        guest = ("import hashlib, os, time, tty; tty.setraw(0); "
                 "os.write(1, b'ready'); data = b''\n"
                 "while len(data) < 65536:\n"
                 "    data += os.read(0, 300)\n"
                 "    time.sleep(0.001)\n"
                 "os.write(1, hashlib.sha256(data).hexdigest().encode())\n"
                 "while os.read(0, 1): pass")
        vncterm = self.start(f'exec python3 -c "{guest}"')
        self.wait_until_ready(vncterm)
        typed = os.urandom(65536)
        observer = self.text(vncterm)
        with self.text(vncterm) as typist:
            typist.send(typed)
        self.assertEqual(observer.read(64).decode(),
                         hashlib.sha256(typed).hexdigest())

    def test_what_comes_before_the_guest_reads_is_not_lost(self):
        vncterm = self.start("sleep 0.3; read line; echo \"<$line>\"; exec cat")
        text = self.text(vncterm)
        text.send(b"early\n")
        self.assertIn(b"<early>", text.read_until(b">"))

    def test_clients_that_finish_sending_are_served_to_the_end(self):
        vncterm = self.start(RAW + "exec cat")
        self.wait_until_ready(vncterm)
        observer = self.text(vncterm)
        with self.text(vncterm) as text:
            text.send(b"all of this")
            text.socket.shutdown(socket.SHUT_WR)
            self.assertEqual(observer.read(11), b"all of this")
            while text.socket.recv(100):
                pass
        observer.send(b"!")
        self.assertEqual(observer.read(1), b"!")

    def test_clients_lost_while_the_guest_does_not_read_wake_nobody(self):
        vncterm = self.start(RAW + "kill -STOP $$; exec cat")
        self.wait_until_ready(vncterm)
        for _ in range(2 * CLIENTS_MAX):
            with Text(vncterm) as text:
                text.send(b"x" * 10000)
            text = Text(vncterm)
            text.socket.setblocking(False)
            try:
                while True:
                    text.socket.send(b"x" * 10000)
            except BlockingIOError:
                text.reset()
        self.assert_asleep(vncterm.worker)
        with self.text(vncterm) as text:
            self.assertFalse(text.is_closed(0.2))

    def test_newcomers_without_end_do_not_hold_up_a_viewer(self):
        vncterm = self.start(
            "seq 1 20000; stty raw -echo; printf ready; exec cat",
            "--text-replay")
        with vncterm.client(encodings=(HEXTILE,)) as viewer:
            wait_for_text(viewer, "ready")
            attacker = os.fork()
            if attacker == 0:
                os.nice(19)
                while True:
                    try:
                        Text(vncterm).reset()
                    except OSError:
                        pass
            try:
                wait_until(lambda: "text: client 3" in vncterm.log_text(),
                           what="an attack")
                for word in ("typing", "goes", "on"):
                    viewer.type(f"<{word}>")
                    wait_for_text(viewer, f"<{word}>", 5)
            finally:
                os.kill(attacker, signal.SIGKILL)
                os.waitpid(attacker, 0)
        text = self.text(vncterm)
        text.send(b"<made it>")
        self.assertIn(b"ready", text.read_until(b"<made it>"))
        self.assertLess(status_of(vncterm.worker, "RssAnon"), MEMORY_MAX_KB)

    def test_idle_clients_wake_nobody(self):
        vncterm = self.start(RAW + "exec cat")
        self.wait_until_ready(vncterm)
        for _ in range(CLIENTS_MAX):
            client = self.text(vncterm)
            client.send(b"x")
            self.assertEqual(client.read(1), b"x")
        self.assert_asleep(vncterm.worker)


if __name__ == "__main__":
    main()
