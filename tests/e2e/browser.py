# SPDX-License-Identifier: GPL-2.0-or-later
"""A web browser without a screen, by the WebDriver protocol (W3C)."""
import json
import re
import subprocess
import tempfile
import urllib.error
import urllib.request

from harness import open_log, wait_until

BROWSER_PROGRAMS = ("chromium", "chromedriver")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the name in the protocol
SHIFT, INSERT = "\ue008", "\ue016"  # keys, in the protocol's private area


class Browser:
    """Chromium with a profile of its own, which is gone with it."""

    def __init__(self, width=1000, height=700):
        self.folder = tempfile.TemporaryDirectory()
        self.log = open_log()
        self.process = subprocess.Popen(
            ["chromedriver", "--port=0"], stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=self.log)
        self.session = None
        try:
            wait_until(lambda: self.port() or self.process.poll() is not None,
                       60, "chromedriver's port")
            self.base = f"http://127.0.0.1:{self.port()}/session"
            flags = [*FLAGS, f"--user-data-dir={self.folder.name}",
                     f"--window-size={width},{height}"]
            answer = self.ask("POST", "", {"capabilities": {"alwaysMatch": {
                "goog:chromeOptions": {"args": flags}}}})
            self.session = answer["sessionId"]
        except BaseException:
            self.close()
            raise

    def port(self):
        self.log.seek(0)
        found = re.search(r"started successfully on port (\d+)",
                          self.log.read().decode(errors="replace"))
        return found and int(found[1])

    def ask(self, method, path, body=None):
        place = f"/{self.session}{path}" if self.session else path
        request = urllib.request.Request(
            self.base + place, method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            why = json.load(error)["value"]["message"]
            raise AssertionError(f"browser: {why}") from None

    def open(self, url):
        self.ask("POST", "/url", {"url": url})

    def run(self, script, *args):
        """What the JavaScript function with this body returns."""
        return self.ask("POST", "/execute/sync",
                        {"script": script, "args": args})

    def find(self, selector):
        found = self.ask("POST", "/element", {"using": "css selector",
                                              "value": selector})
        return {ELEMENT: found[ELEMENT]}

    def act(self, kind, *actions, **parameters):
        self.ask("POST", "/actions", {"actions": [
            dict(type=kind, id=kind, actions=list(actions), **parameters)]})

    def press(self, *keys):
        """Holds keys down in order and releases them in reverse."""
        self.act("key", *({"type": "keyDown", "value": key} for key in keys),
                 *({"type": "keyUp", "value": key} for key in reversed(keys)))

    def type(self, text):
        for char in text:
            self.press(char)

    def move(self, element, x, y):
        """Where to, from the middle of the element."""
        return {"type": "pointerMove", "origin": element, "x": x, "y": y,
                "duration": 0}

    def resize(self, width, height):
        self.ask("POST", "/window/rect", {"width": width, "height": height})

    def close(self):
        try:
            if self.session:
                self.ask("DELETE", "")
        finally:
            self.process.terminate()
            self.process.wait(20)
            self.log.close()
            self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
