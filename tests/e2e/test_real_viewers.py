# SPDX-License-Identifier: GPL-2.0-or-later
"""Real viewers show what our own client shows.

vncsnapshot writes what it has seen to a JPEG file, which djpeg turns into
pixels; the two pictures may differ by what JPEG loses.
"""
import os
import shutil
import subprocess
import tempfile
import unittest

from harness import Vncterm, main, skip, wait_for_text

SAMPLER = (r"printf '\033[1;31mbold red\033[m \033[7mreverse\033[m "
           r"\033[44;37mblue\033[m\n'; seq 1 20; printf 'the end'; read end")
CHANNEL_TOLERANCE = 24  # JPEG at quality 100, at the edges of glyphs


def read_ppm(path):
    with open(path, "rb") as file:
        data = file.read()
    kind, width, height, top = data.split(None, 4)[:4]
    assert kind == b"P6" and top == b"255"
    pixels = data[-3 * int(width) * int(height):]
    return int(width), int(height), pixels


class RealViewers(unittest.TestCase):
    def test_vncsnapshot_writes_the_same_picture(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        jpeg, ppm = (os.path.join(folder, name) for name in ("a.jpg", "a.ppm"))
        with Vncterm("sh", "-c", SAMPLER) as vncterm:
            with vncterm.client() as client:
                wait_for_text(client, "the end")
                client.refresh()
                host, port = vncterm.address
                subprocess.run(["vncsnapshot", "-quiet", "-quality", "100",
                                "-ignoreblank", f"{host}:{port - 5900}", jpeg],
                               check=True, timeout=60)
                subprocess.run(["djpeg", "-pnm", "-outfile", ppm, jpeg],
                               check=True, timeout=60)
                self.compare(client, read_ppm(ppm))

    def test_a_password_is_asked_for_and_judged_behind_the_lock_down(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        plain, obscured, jpeg = (os.path.join(folder, name)
                                 for name in ("plain", "obscured", "a.jpg"))
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

    def compare(self, client, seen):
        width, height, pixels = seen
        self.assertEqual((width, height), (client.width, client.height))
        ours = client.picture()
        rgb = bytearray(3 * width * height)
        rgb[0::3], rgb[1::3], rgb[2::3] = ours[2::4], ours[1::4], ours[0::4]
        far = sum(abs(a - b) > CHANNEL_TOLERANCE
                  for a, b in zip(rgb, pixels))
        self.assertLess(far / len(rgb), 0.002)


if __name__ == "__main__":
    for program in ("vncsnapshot", "djpeg"):
        if not shutil.which(program):
            skip(f"no {program}")
    main()
