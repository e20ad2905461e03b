#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks vncterm_shot, the program of tools/shot, given as the argument."""

import os
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

SHOT = None


def run(data, *arguments):
    return subprocess.run([SHOT, *arguments], input=data, check=False,
                          capture_output=True, timeout=20)


def read_png(path):
    """Returns width and height, and lines of (red, green, blue)."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    pos, packed = 8, b""
    while pos < len(data):
        size, kind = struct.unpack(">I4s", data[pos:pos + 8])
        body = data[pos + 8:pos + 8 + size]
        (checksum,) = struct.unpack(">I", data[pos + 8 + size:pos + 12 + size])
        assert checksum == zlib.crc32(kind + body)
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert (depth, colour) == (8, 2)
        elif kind == b"IDAT":
            packed += body
        pos += 12 + size
    raw, step = zlib.decompress(packed), 3 * width + 1
    lines = [raw[y * step + 1:(y + 1) * step] for y in range(height)]
    return width, height, [
        [tuple(line[x:x + 3]) for x in range(0, len(line), 3)]
        for line in lines]


class Shot(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.png = os.path.join(self.folder.name, "out.png")

    def tearDown(self):
        self.folder.cleanup()

    def shoot(self, data, *arguments):
        result = run(data, *arguments, self.png)
        self.assertEqual(result.returncode, 0, result.stderr)
        return read_png(self.png)

    def test_picture_has_the_size_of_the_terminal(self):
        width, height, _ = self.shoot(b"", "--geometry", "10x3")
        self.assertEqual((width, height), (80, 48))

    def test_cells_have_their_colours(self):
        data = "\x1b[?25l\x1b[38;2;1;2;3m\u2588\r\n\x1b[41m \x1b[m".encode()
        _, _, lines = self.shoot(data, "--geometry", "10x3", "-")
        self.assertEqual(lines[0][0], (1, 2, 3))
        self.assertEqual(lines[16][7], (0xaa, 0, 0))
        self.assertEqual(lines[47][79], (0, 0, 0))

    def test_line_feed_begins_a_line(self):
        data = "\x1b[?25l--\n\u2588".encode()
        _, _, lines = self.shoot(data, "--geometry", "10x3")
        self.assertEqual(lines[16][0], (0xaa, 0xaa, 0xaa))
        self.assertEqual(lines[16][16], (0, 0, 0))

    def test_font_size_is_taken(self):
        width, height, _ = self.shoot(
            b"", "--geometry", "10x3", "--font-size", "32")
        self.assertEqual((width, height), (160, 96))

    def test_wrong_arguments_are_refused(self):
        for arguments in (["--geometry", "0x3"], ["--geometry", "80"],
                          ["--font-size", "1000"], ["--frobnicate"]):
            self.assertEqual(run(b"", *arguments, self.png).returncode, 2)
        self.assertEqual(run(b"").returncode, 2)
        self.assertFalse(os.path.exists(self.png))

    def test_missing_files_are_told(self):
        missing = os.path.join(self.folder.name, "missing")
        result = run(b"", missing, self.png)
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"missing: No such file", result.stderr)
        result = run(b"", "--font", __file__, self.png)
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"cannot use the font", result.stderr)


if __name__ == "__main__":
    SHOT = sys.argv.pop(1)
    unittest.main()
