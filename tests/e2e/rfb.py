# SPDX-License-Identifier: GPL-2.0-or-later
"""A raw RFB client (RFC 6143 and the community's rfbproto) for tests and tools.

It keeps the picture as the server describes it, in 32 bits a pixel, and says
exactly what came over the wire. Nothing here waits without a bound.
"""
import ctypes
import ctypes.util
import re
import select
import socket
import struct
import time
import zlib

RAW, COPYRECT, RRE, CORRE, HEXTILE = 0, 1, 2, 4, 5
ZLIB, TIGHT, ULTRA, ZRLE, ZYWRLE = 6, 7, 9, 16, 17
CURSOR, XCURSOR, POINTER_POS = -239, -240, -232
DESKTOP_SIZE, LAST_RECT, DESKTOP_NAME = -223, -224, -307
EXTENDED_DESKTOP_SIZE = -308
EXTENDED_CLIPBOARD = -1063131698
FENCE, CONTINUOUS_UPDATES = -312, -313
FENCE_REQUEST = 1 << 31
NONE, VNC_AUTH = 1, 2

# The extended clipboard's format and actions.
CLIPBOARD_TEXT = 1
CLIPBOARD_CAPS, CLIPBOARD_REQUEST, CLIPBOARD_PEEK, CLIPBOARD_NOTIFY, \
    CLIPBOARD_PROVIDE = (1 << bit for bit in range(24, 29))

DEFAULT_TIMEOUT = 20.0


class Closed(Exception):
    """The server closed the connection."""


class TimedOut(Exception):
    """Something that should have happened did not."""


def answer_challenge(challenge, password):
    """What VncAuth wants to have back. Python has no DES; LibVNCServer, which
    vncterm is linked with, has."""
    library = ctypes.CDLL(ctypes.util.find_library("vncserver"))
    answer = ctypes.create_string_buffer(challenge, len(challenge))
    library.rfbEncryptBytes(answer, password.encode()[:8])
    return answer.raw


class Wire:
    """A socket with exact reads and a deadline."""

    def __init__(self, address, timeout=DEFAULT_TIMEOUT):
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.socket = socket.socket(family)
        self.socket.settimeout(timeout)
        self.socket.connect(address)
        if family == socket.AF_INET:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.timeout = timeout
        self.buffer = b""
        self.received = 0

    def send(self, data):
        self.socket.sendall(data)

    def fill(self, seconds):
        """Whether a byte is there or comes within `seconds`."""
        if self.buffer:
            return True
        readable, _, _ = select.select([self.socket], [], [], max(0, seconds))
        if not readable:
            return False
        data = self.socket.recv(1 << 16)
        if not data:
            raise Closed()
        self.received += len(data)
        self.buffer = data
        return True

    def read(self, count):
        parts = [self.buffer]
        have = len(self.buffer)
        while have < count:
            try:
                data = self.socket.recv(max(1 << 16, count - have))
            except socket.timeout:
                raise TimedOut(f"{count - have} bytes did not come") from None
            if not data:
                raise Closed()
            self.received += len(data)
            parts.append(data)
            have += len(data)
        whole = b"".join(parts)
        self.buffer = whole[count:]
        return whole[:count]

    def close(self):
        self.socket.close()


class Client:
    """A viewer. `address` is (host, port) or the path of a socket file."""

    def __init__(self, address, encodings=(RAW,), version="3.8",
                 timeout=DEFAULT_TIMEOUT, start=True, password=None):
        self.wire = Wire(address, timeout)
        self.timeout = timeout
        self.version = version
        self.password = password
        self.bells = 0
        self.cut_text = None
        self.clipboard = []
        self.fences = []
        self.confirms = True
        self.continuous_ends = 0
        self.updates = 0
        self.rectangles = []
        self.counts = {}
        self.zlib_streams = {}
        self.sizes = []
        if start:
            try:
                self.handshake()
                self.set_pixel_format()
                self.set_encodings(encodings)
            except BaseException:
                self.close()
                raise

    # Handshake

    def handshake(self):
        self.greeting = self.wire.read(12)
        if not re.fullmatch(rb"RFB \d{3}\.\d{3}\n", self.greeting):
            raise Closed("this is not a VNC server")
        minor = min(int(self.version.split(".")[1]), int(self.greeting[8:11]))
        self.wire.send(b"RFB 003.%03d\n" % minor)
        if minor >= 7:
            count = self.wire.read(1)[0]
            if count == 0:
                (length,) = struct.unpack(">I", self.wire.read(4))
                raise Closed(self.wire.read(length).decode())
            self.security = list(self.wire.read(count))
            kind = NONE if NONE in self.security else VNC_AUTH
            self.wire.send(bytes([kind]))
        else:
            self.security = [struct.unpack(">I", self.wire.read(4))[0]]
            kind = self.security[0]
        if kind == VNC_AUTH:
            self.prove_password()
        if kind == VNC_AUTH or minor >= 8:
            self.read_verdict(minor)
        self.wire.send(b"\x01")
        head = self.wire.read(24)
        self.width, self.height = struct.unpack(">HH", head[:4])
        self.server_format = head[4:20]
        (length,) = struct.unpack(">I", head[20:24])
        self.name = self.wire.read(length).decode()
        self.blank()

    def prove_password(self):
        if self.password is None:
            raise Closed("it asks for a password")
        self.wire.send(answer_challenge(self.wire.read(16), self.password))

    def read_verdict(self, minor):
        if self.wire.read(4) == b"\0\0\0\0":
            return
        if minor < 8:
            raise Closed("refused")
        (length,) = struct.unpack(">I", self.wire.read(4))
        raise Closed(self.wire.read(length).decode())

    def blank(self):
        self.rows = [bytearray(4 * self.width) for _ in range(self.height)]

    # Client messages

    def set_pixel_format(self):
        """32 bits, little endian, 0x00RRGGBB."""
        self.wire.send(struct.pack(">B3xBBBBHHHBBB3x", 0, 32, 24, 0, 1, 255,
                                   255, 255, 16, 8, 0))

    def set_encodings(self, encodings):
        self.wire.send(struct.pack(">BxH", 2, len(encodings)) +
                       b"".join(struct.pack(">i", e) for e in encodings))

    def request(self, incremental=True):
        self.wire.send(struct.pack(">BBHHHH", 3, incremental, 0, 0,
                                   self.width, self.height))

    def key(self, keysym, down):
        self.wire.send(struct.pack(">BBxxI", 4, down, keysym))

    def press(self, *keysyms):
        """Presses keys in order and releases them in reverse."""
        for keysym in keysyms:
            self.key(keysym, 1)
        for keysym in reversed(keysyms):
            self.key(keysym, 0)

    def type(self, text):
        for char in text:
            code = ord(char)
            if char == "\n":
                code = 0xFF0D
            elif code > 0xFF:
                code |= 0x01000000
            self.press(code)

    def pointer(self, x, y, buttons=0):
        self.wire.send(struct.pack(">BBHH", 5, buttons, x, y))

    def drag(self, begin, end, button=1):
        """From one place to another, both (row, col), in front of their cells;
        with the cells of the built-in font."""
        for (row, col), buttons in ((begin, button), (end, button), (end, 0)):
            self.pointer(8 * col + 1, 16 * row + 8, buttons)

    def click(self, row, col, button=1):
        """In the middle of a cell."""
        self.pointer(8 * col + 4, 16 * row + 8, button)
        self.pointer(8 * col + 4, 16 * row + 8, 0)

    def send_cut_text(self, text):
        data = text.encode("latin-1")
        self.wire.send(struct.pack(">B3xI", 6, len(data)) + data)

    def send_clipboard(self, flags, body=b""):
        """An extended cut text."""
        body = struct.pack(">I", flags) + body
        self.wire.send(struct.pack(">B3xi", 6, -len(body)) + body)

    def provide_clipboard(self, text):
        data = text.replace("\n", "\r\n").encode() + b"\0"
        self.send_clipboard(CLIPBOARD_PROVIDE | CLIPBOARD_TEXT, zlib.compress(
            struct.pack(">I", len(data)) + data))

    def send_fence(self, flags, payload=b""):
        self.wire.send(struct.pack(">B3xIB", 248, flags, len(payload)) +
                       payload)

    def set_continuous(self, is_on):
        self.wire.send(struct.pack(">BBHHHH", 150, is_on, 0, 0, self.width,
                                   self.height))

    def set_desktop_size(self, width, height):
        self.wire.send(struct.pack(">BxHHBxIHHHHI", 251, width, height, 1,
                                   0, 0, 0, width, height, 0))

    # Server messages

    def message(self, seconds=None):
        """Handles one message; returns its type, or None if none comes."""
        if not self.wire.fill(self.timeout if seconds is None else seconds):
            return None
        kind = self.wire.read(1)[0]
        if kind == 0:
            self.update()
        elif kind == 2:
            self.bells += 1
        elif kind == 3:
            (length,) = struct.unpack(">3xi", self.wire.read(7))
            if length < 0:
                self.extended_cut_text(self.wire.read(-length))
            else:
                self.cut_text = self.wire.read(length).decode("latin-1")
        elif kind == 150:
            self.continuous_ends += 1
        elif kind == 248:
            self.fence()
        else:
            raise AssertionError(f"server message {kind}")
        return kind

    def fence(self):
        """Keeps it, and confirms unless `confirms` is off."""
        flags, length = struct.unpack(">3xIB", self.wire.read(8))
        payload = self.wire.read(length)
        self.fences.append((flags, payload))
        if flags & FENCE_REQUEST and self.confirms:
            self.send_fence(flags & ~FENCE_REQUEST, payload)

    def extended_cut_text(self, body):
        """Keeps the flags; a text that is provided becomes the cut text."""
        (flags,) = struct.unpack(">I", body[:4])
        self.clipboard.append(flags)
        if flags == CLIPBOARD_PROVIDE | CLIPBOARD_TEXT:
            data = zlib.decompress(body[4:])
            (length,) = struct.unpack(">I", data[:4])
            text = data[4:4 + length].decode()
            assert text.endswith("\0")
            self.cut_text = text[:-1].replace("\r\n", "\n")

    def update(self):
        (count,) = struct.unpack(">xH", self.wire.read(3))
        self.updates += 1
        self.rectangles = []
        while count > 0:
            x, y, w, h, encoding = struct.unpack(">HHHHi", self.wire.read(12))
            if encoding == LAST_RECT:
                break
            self.rectangles.append((x, y, w, h, encoding))
            self.counts[encoding] = self.counts.get(encoding, 0) + 1
            self.decode(x, y, w, h, encoding)
            count -= 1

    def decode(self, x, y, w, h, encoding):
        if encoding == DESKTOP_SIZE:
            self.width, self.height = w, h
            self.blank()
        elif encoding == EXTENDED_DESKTOP_SIZE:
            screens = self.wire.read(4)[0]
            self.wire.read(16 * screens)
            self.sizes.append((x, y, w, h))
            if y == 0 and (w, h) != (self.width, self.height):
                self.width, self.height = w, h
                self.blank()
        elif encoding == DESKTOP_NAME:
            (length,) = struct.unpack(">I", self.wire.read(4))
            self.name = self.wire.read(length).decode()
        elif encoding == CURSOR:
            self.wire.read(w * h * 4 + (w + 7) // 8 * h)
        elif encoding == XCURSOR:
            if w * h:
                self.wire.read(6 + 2 * ((w + 7) // 8 * h))
        elif encoding == POINTER_POS:
            pass
        else:
            assert x + w <= self.width and y + h <= self.height
            DECODERS[encoding](self, x, y, w, h)

    # Pixels

    def put(self, x, y, w, h, data):
        """Stores w x h pixels of 4 bytes."""
        for row in range(h):
            self.rows[y + row][4 * x:4 * (x + w)] = \
                data[4 * w * row:4 * w * (row + 1)]

    def solid(self, x, y, w, h, pixel):
        line = pixel * w
        for row in range(y, y + h):
            self.rows[row][4 * x:4 * (x + w)] = line

    def raw(self, x, y, w, h):
        self.put(x, y, w, h, self.wire.read(4 * w * h))

    def copy_rect(self, x, y, w, h):
        from_x, from_y = struct.unpack(">HH", self.wire.read(4))
        source = [bytes(self.rows[from_y + row][4 * from_x:4 * (from_x + w)])
                  for row in range(h)]
        self.put(x, y, w, h, b"".join(source))

    def rre(self, x, y, w, h):
        (count,) = struct.unpack(">I", self.wire.read(4))
        self.solid(x, y, w, h, self.wire.read(4))
        data = self.wire.read(12 * count)
        for i in range(0, 12 * count, 12):
            sx, sy, sw, sh = struct.unpack(">HHHH", data[i + 4:i + 12])
            self.solid(x + sx, y + sy, sw, sh, data[i:i + 4])

    def corre(self, x, y, w, h):
        (count,) = struct.unpack(">I", self.wire.read(4))
        self.solid(x, y, w, h, self.wire.read(4))
        data = self.wire.read(8 * count)
        for i in range(0, 8 * count, 8):
            sx, sy, sw, sh = data[i + 4:i + 8]
            self.solid(x + sx, y + sy, sw, sh, data[i:i + 4])

    def hextile(self, x, y, w, h):
        background = foreground = b"\0\0\0\0"
        for ty in range(y, y + h, 16):
            for tx in range(x, x + w, 16):
                tw, th = min(16, x + w - tx), min(16, y + h - ty)
                mask = self.wire.read(1)[0]
                if mask & 1:
                    self.raw(tx, ty, tw, th)
                    continue
                if mask & 2:
                    background = self.wire.read(4)
                if mask & 4:
                    foreground = self.wire.read(4)
                self.solid(tx, ty, tw, th, background)
                if not mask & 8:
                    continue
                for _ in range(self.wire.read(1)[0]):
                    colour = self.wire.read(4) if mask & 16 else foreground
                    place, size = self.wire.read(2)
                    self.solid(tx + (place >> 4), ty + (place & 15),
                               (size >> 4) + 1, (size & 15) + 1, colour)

    def inflate(self, stream, data):
        if stream not in self.zlib_streams:
            self.zlib_streams[stream] = zlib.decompressobj()
        return self.zlib_streams[stream].decompress(data)

    def zlib(self, x, y, w, h):
        (length,) = struct.unpack(">I", self.wire.read(4))
        self.put(x, y, w, h, self.inflate("zlib", self.wire.read(length)))

    def compact_length(self):
        length = shift = 0
        for _ in range(3):
            byte = self.wire.read(1)[0]
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        return length

    def tight_data(self, stream, size):
        if size < 12:
            return self.wire.read(size)
        data = self.inflate(stream, self.wire.read(self.compact_length()))
        assert len(data) == size
        return data

    @staticmethod
    def from_rgb(data):
        """Tight's 3-byte pixels (red, green, blue) to ours."""
        out = bytearray(len(data) // 3 * 4)
        out[0::4], out[1::4], out[2::4] = data[2::3], data[1::3], data[0::3]
        return bytes(out)

    def tight(self, x, y, w, h):
        control = self.wire.read(1)[0]
        for stream in range(4):
            if control >> stream & 1:
                self.zlib_streams.pop(("tight", stream), None)
        kind = control >> 4
        if kind == 8:
            self.solid(x, y, w, h, self.from_rgb(self.wire.read(3)))
            return
        assert kind < 8, "JPEG was not asked for"
        stream = ("tight", kind & 3)
        what = self.wire.read(1)[0] if kind & 4 else 0
        if what == 0:
            data = self.tight_data(stream, 3 * w * h)
            self.put(x, y, w, h, self.from_rgb(data))
        elif what == 1:
            self.tight_palette(stream, x, y, w, h)
        else:
            raise AssertionError(f"tight filter {what}")

    def tight_palette(self, stream, x, y, w, h):
        count = self.wire.read(1)[0] + 1
        colours = self.from_rgb(self.wire.read(3 * count))
        palette = [colours[i:i + 4] for i in range(0, 4 * count, 4)]
        if count == 2:
            line = (w + 7) // 8
            data = self.tight_data(stream, line * h)
            out = [palette[data[row * line + col // 8] >> (7 - col % 8) & 1]
                   for row in range(h) for col in range(w)]
        else:
            data = self.tight_data(stream, w * h)
            out = [palette[index] for index in data]
        self.put(x, y, w, h, b"".join(out))

    def ultra(self, x, y, w, h):
        """LZO: counted, not decoded; Python has no decoder for it."""
        (length,) = struct.unpack(">I", self.wire.read(4))
        self.wire.read(length)

    def zrle(self, x, y, w, h):
        (length,) = struct.unpack(">I", self.wire.read(4))
        tiles = ZrleTiles(self.inflate("zrle", self.wire.read(length)))
        for ty in range(y, y + h, 64):
            for tx in range(x, x + w, 64):
                tw, th = min(64, x + w - tx), min(64, y + h - ty)
                self.put(tx, ty, tw, th, tiles.tile(tw, th))

    # What tests wait for

    def pump(self, condition, seconds=None):
        """Takes updates until condition() holds; raises TimedOut."""
        end = time.monotonic() + (self.timeout if seconds is None else seconds)
        self.request(incremental=self.updates > 0)
        while not condition():
            left = end - time.monotonic()
            if left <= 0 or self.message(left) is None:
                raise TimedOut("the condition did not come true")
            if self.rectangles is not None and not condition():
                self.request_if_updated()
        return self

    def request_if_updated(self):
        if self.updates != getattr(self, "requested_at", None):
            self.requested_at = self.updates
            self.request()

    def refresh(self):
        """The whole picture, anew."""
        before = self.updates
        self.request(incremental=False)
        while self.updates == before:
            if self.message() is None:
                raise TimedOut("no update came")
        return self

    def picture(self):
        return b"".join(self.rows)

    def close(self):
        self.wire.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class ZrleTiles:
    """The tiles of one ZRLE rectangle (RFC 6143 7.7.6)."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, count):
        self.at += count
        return self.data[self.at - count:self.at]

    def pixel(self):
        return self.take(3) + b"\0"

    def run(self):
        length = 1
        while True:
            byte = self.take(1)[0]
            length += byte
            if byte != 255:
                return length

    def tile(self, w, h):
        kind = self.take(1)[0]
        if kind == 0:
            return b"".join(self.pixel() for _ in range(w * h))
        if kind == 1:
            return self.pixel() * (w * h)
        if kind <= 16:
            return self.packed([self.pixel() for _ in range(kind)], w, h)
        palette = [self.pixel() for _ in range(kind - 128)]
        out = []
        done = 0
        while done < w * h:
            if not palette:
                pixel, length = self.pixel(), self.run()
            else:
                index = self.take(1)[0]
                pixel = palette[index & 0x7F]
                length = self.run() if index & 0x80 else 1
            out.append(pixel * length)
            done += length
        return b"".join(out)

    def packed(self, palette, w, h):
        bits = 1 if len(palette) == 2 else 2 if len(palette) <= 4 else 4
        out = []
        for _ in range(h):
            line = self.take((w * bits + 7) // 8)
            for col in range(w):
                shift = 8 - bits - col * bits % 8
                index = line[col * bits // 8] >> shift & (1 << bits) - 1
                out.append(palette[index])
        return b"".join(out)


DECODERS = {
    RAW: Client.raw,
    COPYRECT: Client.copy_rect,
    RRE: Client.rre,
    CORRE: Client.corre,
    HEXTILE: Client.hextile,
    ZLIB: Client.zlib,
    TIGHT: Client.tight,
    ULTRA: Client.ultra,
    ZRLE: Client.zrle,
}
