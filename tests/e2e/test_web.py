# SPDX-License-Identifier: GPL-2.0-or-later
"""tools/web: a shell in a web browser, with noVNC in headless Chromium."""
import base64
import os
import shutil
import signal
import tempfile
import unittest
import urllib.request

from browser import BROWSER_PROGRAMS, INSERT, SHIFT, Browser
from harness import (CELL_HEIGHT, CELL_WIDTH, Tool, is_running, main, skip,
                     wait_for_text, wait_until)
from rfb import EXTENDED_DESKTOP_SIZE, RAW, Client

# What is typed is kept in a file, and shown.
GUEST = (r"printf '\033[?25l\033[1;31mbold red\033[m \033[7mreverse\033[m "
         r"\033[44;37mblue\033[m \303\251\342\202\254\350\252\236\n'; "
         r"seq 1 15; printf 'the end\n'; "
         r'stty raw -echo; exec tee -a "$0"')
SIZE = (1000, 700)
CANVAS = "#noVNC_container canvas"
PIXELS = f"""
const canvas = document.querySelector("{CANVAS}");
if (!canvas || !canvas.width) return null; // not connected
const w = canvas.width, h = canvas.height;
const data = canvas.getContext("2d").getImageData(0, 0, w, h).data;
let text = "";
for (let i = 0; i < data.length; i += 4096)
    text += String.fromCharCode(...data.subarray(i, i + 4096));
return [w, h, btoa(text)];
"""
# Whether the page shows nothing over a place of it, as it does at first.
IS_BARE = f"""
const canvas = document.querySelector("{CANVAS}");
const area = canvas.getBoundingClientRect();
return document.elementFromPoint(area.left + arguments[0],
                                 area.top + arguments[1]) === canvas;
"""
COPIED = 'return document.getElementById("noVNC_clipboard_text").value;'
PASTE = """
const area = document.getElementById("noVNC_clipboard_text");
document.getElementById("noVNC_clipboard_button").click();
area.value = arguments[0];
area.dispatchEvent(new Event("change"));
document.getElementById("noVNC_clipboard_button").click();
document.querySelector(arguments[1]).focus();
"""


def descendants(pid):
    """All processes below it."""
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children",
                  encoding="ascii") as file:
            for child in file.read().split():
                found += [int(child), *descendants(int(child))]
    return found


class Web(Tool):
    def __init__(self, *command):
        super().__init__("web", *command)
        self.url = self.find(r"^Open it: +(\S+)")
        self.address = self.find(r"vncviewer (/\S+)")


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for program in BROWSER_PROGRAMS:
            if not shutil.which(program):
                print(f"SKIP: no {program}, so no page was opened")
                raise unittest.SkipTest(f"no {program}")
        cls.browser = cls.enterClassContext(Browser(*SIZE))

    def setUp(self):
        self.file = self.enterContext(tempfile.NamedTemporaryFile())
        self.web = self.enterContext(Web("sh", "-c", GUEST, self.file.name))
        self.client = self.enterContext(
            Client(self.web.address, encodings=(RAW, EXTENDED_DESKTOP_SIZE)))
        self.browser.open(self.web.url)
        self.await_width(SIZE[0])
        self.await_same_picture()

    def await_width(self, width):
        """The page asks for its size some time after it has connected."""
        wait_until(lambda: 0 <= width - self.client_size()[0] < CELL_WIDTH,
                   what="the page's size")

    def canvas(self):
        """Width, height and pixels (red, green, blue, 255) of the page."""
        found = self.browser.run(PIXELS)
        return found and (found[0], found[1], base64.b64decode(found[2]))

    def ours(self):
        pixels = self.client.refresh().picture()
        rgba = bytearray(b"\xff" * len(pixels))
        rgba[0::4], rgba[1::4], rgba[2::4] = \
            pixels[2::4], pixels[1::4], pixels[0::4]
        return self.client.width, self.client.height, bytes(rgba)

    def await_same_picture(self):
        wait_for_text(self.client, "the end")
        wait_until(lambda: self.canvas() == self.ours(), what="the picture")

    def assert_typed(self, text):
        def has_come():
            with open(self.file.name, newline="", encoding="utf-8") as file:
                self.typed = file.read()
            return len(self.typed) >= len(text)
        wait_until(has_come, what=f"typed {text!r}")
        self.assertEqual(self.typed, text)

    def at(self, row, col):
        """A move to the left of a cell."""
        width, height, _ = self.canvas()
        x, y = col * CELL_WIDTH + 1, row * CELL_HEIGHT + 8
        wait_until(lambda: self.browser.run(IS_BARE, x, y), what="a bare cell")
        return self.browser.move(self.browser.find(CANVAS),
                                 x - width // 2, y - height // 2)

    def client_size(self):
        self.client.refresh()
        return self.client.width, self.client.height

    def test_the_picture_is_right_after_a_return_too(self):
        self.browser.open("about:blank")
        self.browser.open(self.web.url)
        self.await_same_picture()

    def test_keys_arrive(self):
        self.browser.type("Typed \u00e9\u20ac")
        self.assert_typed("Typed \u00e9\u20ac")
        self.await_same_picture()

    def test_the_panel_s_text_is_pasted(self):
        self.browser.run(PASTE, "pasted \u00e9\u20ac\u8a9e\n", CANVAS)
        self.browser.press(SHIFT, INSERT)
        self.assert_typed("pasted \u00e9\u20ac\u8a9e\r")

    def test_what_is_selected_comes_to_the_panel(self):
        self.browser.act("pointer", self.at(0, 17),
                         {"type": "pointerDown", "button": 0}, self.at(0, 26),
                         {"type": "pointerUp", "button": 0},
                         parameters={"pointerType": "mouse"})
        wait_until(lambda: self.browser.run(COPIED) ==
                   "blue \u00e9\u20ac\u8a9e", what="the copy")

    def test_the_pointer_arrives(self):
        self.browser.type("\033[?1000;1006h")  # shown, so it is obeyed
        self.assert_typed("\033[?1000;1006h")
        self.client.refresh()
        self.browser.act("pointer", self.at(4, 9),
                         {"type": "pointerDown", "button": 0},
                         {"type": "pointerUp", "button": 0},
                         parameters={"pointerType": "mouse"})
        self.assert_typed("\033[?1000;1006h\033[<0;10;5M\033[<0;10;5m")

    def test_the_window_s_size_is_the_terminal_s(self):
        self.browser.resize(700, 500)
        self.addCleanup(self.browser.resize, *SIZE)
        self.await_width(700)
        width, height = self.client_size()
        self.assertEqual((width % CELL_WIDTH, height % CELL_HEIGHT), (0, 0))
        self.await_same_picture()

    def test_another_viewer_s_size_is_followed(self):
        self.client.set_desktop_size(400, 480)
        wait_until(lambda: self.client_size() == (400, 480),
                   what="another size")
        self.await_same_picture()


class Life(unittest.TestCase):
    def test_it_ends_all_that_it_has_started(self):
        for signo in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signo), Web("cat") as web:
                url = web.url.split("?")[0]
                with urllib.request.urlopen(url, timeout=20) as page:
                    self.assertIn(b"noVNC", page.read())
                started = descendants(web.process.pid)
                self.assertGreaterEqual(len(started), 4)
                self.assertEqual(web.stop(signo), 0)
                self.assertEqual([p for p in started if is_running(p)], [])
                self.assertFalse(os.path.exists(os.path.dirname(web.address)))

    def test_it_ends_with_the_command(self):
        with Web("sh", "-c", "read line") as web:
            with Client(web.address) as client:
                client.type("\n")
                self.assertEqual(web.process.wait(20), 0)
            self.assertFalse(os.path.exists(os.path.dirname(web.address)))

    def test_two_have_an_address_each(self):
        with Web("cat") as one, Web("cat") as other:
            self.assertNotEqual(one.url.split("/")[2], other.url.split("/")[2])

    def test_the_address_without_its_secret_is_of_no_use(self):
        with Web("cat") as web:
            host = web.url.split("/")[2]
            for path in ("websockify", "websockify?token=0"):
                request = urllib.request.Request(
                    f"http://{host}/{path}",
                    headers={"Connection": "Upgrade", "Upgrade": "websocket",
                             "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
                             "Sec-WebSocket-Version": "13",
                             "Sec-WebSocket-Protocol": "binary"})
                with self.assertRaises(OSError):
                    urllib.request.urlopen(request, timeout=20)


if __name__ == "__main__":
    if not shutil.which("websockify"):
        skip("no websockify")
    if not os.path.exists("/usr/share/novnc/vnc.html"):
        skip("no novnc")
    main()
