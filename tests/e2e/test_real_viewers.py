# SPDX-License-Identifier: GPL-2.0-or-later
"""Real viewers that take one picture show what our own client shows.

vncsnapshot writes what it has seen to a JPEG file, which djpeg turns into
pixels; the two pictures may differ by what JPEG loses. gvnccapture writes what
loses nothing.
"""
import os
import shutil
import struct
import subprocess
import tempfile
import unittest

from harness import Vncterm, main, skip, wait_for_text
from rfb import EXTENDED_DESKTOP_SIZE, RAW

SAMPLER = (r"printf '\033[1;31mbold red\033[m \033[7mreverse\033[m "
           r"\033[44;37mblue\033[m \303\251\342\202\254\350\252\236\n'; "
           r"seq 1 20; printf 'the end '; exec cat")
CHANNEL_TOLERANCE = 24  # JPEG at quality 100, at the edges of glyphs


def read_ppm(path):
    with open(path, "rb") as file:
        data = file.read()
    kind, width, height, top = data.split(None, 4)[:4]
    assert kind == b"P6" and top == b"255"
    pixels = data[-3 * int(width) * int(height):]
    return int(width), int(height), pixels


def read_bmp(path):
    """24 bits a pixel, as gdk-pixbuf writes them: from the bottom up."""
    with open(path, "rb") as file:
        data = file.read()
    (start,) = struct.unpack("<I", data[10:14])
    width, height, planes, bits = struct.unpack("<iiHH", data[18:30])
    assert data[:2] == b"BM" and height > 0 and (planes, bits) == (1, 24)
    stride = (3 * width + 3) // 4 * 4
    bgr = b"".join(data[start + stride * y:][:3 * width]
                   for y in reversed(range(height)))
    rgb = bytearray(len(bgr))
    rgb[0::3], rgb[1::3], rgb[2::3] = bgr[2::3], bgr[1::3], bgr[0::3]
    return width, height, rgb


class RealViewers(unittest.TestCase):
    def test_vncsnapshot_writes_the_same_picture(self):
        ppm = self.path("a.ppm")

        def look(display):
            jpeg = self.path("a.jpg")
            subprocess.run(["vncsnapshot", "-quiet", "-quality", "100",
                            "-ignoreblank", display, jpeg],
                           check=True, timeout=60)
            subprocess.run(["djpeg", "-pnm", "-outfile", ppm, jpeg],
                           check=True, timeout=60)
            return read_ppm(ppm)
        self.assert_it_sees(look, CHANNEL_TOLERANCE)

    def test_gvnccapture_writes_the_same_picture(self):
        def look(display):
            bmp = self.path("a.bmp")
            subprocess.run(["gvnccapture", "--quiet", display, bmp],
                           check=True, timeout=60, stdin=subprocess.DEVNULL)
            return read_bmp(bmp)
        self.assert_it_sees(look, 0)

    def path(self, name):
        return os.path.join(
            self.enterContext(tempfile.TemporaryDirectory()), name)

    def assert_it_sees(self, look, tolerance):
        """The picture, and when it comes again the other one that is there
        then."""
        with Vncterm("sh", "-c", SAMPLER) as vncterm, \
                vncterm.client(encodings=(RAW, EXTENDED_DESKTOP_SIZE)) \
                as client:
            host, port = vncterm.address
            for text, size in (("first", (640, 384)), ("second", (800, 480))):
                client.refresh().set_desktop_size(*size)
                client.type(text)
                wait_for_text(client, text)
                self.assertEqual((client.width, client.height), size)
                self.compare(client.refresh(), look(f"{host}:{port - 5900}"),
                             tolerance)

    def test_a_password_is_asked_for_and_judged_behind_the_lock_down(self):
        plain, obscured, jpeg = (self.path(name) for name
                                 in ("plain", "obscured", "a.jpg"))
        with open(plain, "w", encoding="ascii",
                  opener=lambda path, flags: os.open(path, flags, 0o600)) \
                as file:
            file.write("password\nanything\n")

        def look(secret, address):
            with open(obscured, "wb") as file:
                file.write(bytes.fromhex(secret))
            host, port = address
            return subprocess.run(["vncsnapshot", "-quiet", "-passwd",
                                   obscured, f"{host}:{port - 5900}", jpeg],
                                  check=False, timeout=60).returncode

        with Vncterm("sh", options=("--password-file", plain)) as vncterm:
            # As vncpasswd writes "password", and "passwore".
            self.assertEqual(look("dbd83cfd727a1458", vncterm.address), 0)
            self.assertNotEqual(look("dbd83cfd727a1459", vncterm.address), 0)
            self.assertIn("wrong password", vncterm.log_text())
            self.assertIsNone(vncterm.process.poll())

    def compare(self, client, seen, tolerance):
        width, height, pixels = seen
        self.assertEqual((width, height), (client.width, client.height))
        ours = client.picture()
        rgb = bytearray(3 * width * height)
        rgb[0::3], rgb[1::3], rgb[2::3] = ours[2::4], ours[1::4], ours[0::4]
        far = sum(abs(a - b) > tolerance for a, b in zip(rgb, pixels))
        self.assertLessEqual(far / len(rgb), 0.002 if tolerance else 0)


if __name__ == "__main__":
    for program in ("vncsnapshot", "djpeg", "gvnccapture"):
        if not shutil.which(program):
            skip(f"no {program}")
    main()
