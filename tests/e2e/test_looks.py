# SPDX-License-Identifier: GPL-2.0-or-later
"""What a viewer sees: colours, blinking, lines of double width and height."""
import unittest

from harness import CELL_HEIGHT, CELL_WIDTH, Vncterm, main
from rfb import COPYRECT, RAW

BLOCK = r"\342\226\210"


def colour(client, row, col):
    """0xRRGGBB of the upper left pixel of a cell."""
    start = 4 * col * CELL_WIDTH
    pixel = client.rows[row * CELL_HEIGHT][start:start + 3]
    return int.from_bytes(pixel, "little")


def strip(client, row, begin, end):
    """The rows of pixels of a row of cells, as columns of 32 bits."""
    return [[bytes(line[i:i + 4])
             for i in range(4 * begin * CELL_WIDTH, 4 * end * CELL_WIDTH, 4)]
            for line in
            client.rows[row * CELL_HEIGHT:(row + 1) * CELL_HEIGHT]]


def stretched(rows):
    return [[pixel for pixel in row for _ in range(2)] for row in rows]


class Looks(unittest.TestCase):
    def show(self, text, *options, encodings=(RAW,)):
        """A viewer of a program that prints `text`, then what is typed."""
        script = f"stty -echo; printf '\\033[?25l{text}'; cat"
        vncterm = self.enterContext(
            Vncterm("sh", "-c", script, options=options))
        return self.enterContext(vncterm.client(encodings=encodings))

    def test_palette_and_default_colours_are_chosen(self):
        client = self.show(rf"{BLOCK}\033[31m{BLOCK} \033[1m{BLOCK}",
                           "--palette", "tango", "--bold-bright", "on",
                           "--fg", "#102030", "--bg", "#fefdfc")
        client.pump(lambda: colour(client, 0, 3) == 0xef2929)
        self.assertEqual(colour(client, 0, 0), 0x102030)
        self.assertEqual(colour(client, 0, 1), 0xcc0000)
        self.assertEqual(colour(client, 0, 2), 0xfefdfc)
        self.assertEqual(colour(client, 23, 79), 0xfefdfc)

    def test_palette_goes_with_the_terminal_type(self):
        for term, red in (("linux", 0xaa0000), ("xterm", 0xcd0000)):
            client = self.show(rf"\033[31m{BLOCK}", "--term", term)
            client.pump(lambda: colour(client, 0, 0) == red)

    def test_blinking_text_comes_and_goes_when_asked_for(self):
        client = self.show(rf"\033[5;32m{BLOCK}", "--blink")
        for _ in range(2):
            client.pump(lambda: colour(client, 0, 0) == 0x00cd00)
            client.pump(lambda: colour(client, 0, 0) == 0x000000)

    def test_double_lines_are_drawn_and_scroll(self):
        text = r"head\r\n\033#6head\r\n\033#3head\r\n\033#4head\r\n"
        client = self.show(text + r"\033[24;1H.",
                           encodings=(COPYRECT, RAW))
        client.pump(lambda: any(pixel != bytes(4) for row in
                                strip(client, 23, 0, 1) for pixel in row))
        single = strip(client, 0, 0, 4)
        wide = stretched(single)
        half = CELL_HEIGHT // 2
        self.assertEqual(strip(client, 1, 0, 8), wide)
        self.assertEqual(strip(client, 2, 0, 8),
                         [row for row in wide[:half] for _ in range(2)])
        self.assertEqual(strip(client, 3, 0, 8),
                         [row for row in wide[half:] for _ in range(2)])

        # They move as they are, and are what a whole picture shows.
        client.type("\n\n")
        client.pump(lambda: strip(client, 0, 0, 8) != strip(client, 2, 0, 8)
                    and strip(client, 1, 0, 8) ==
                    [row for row in wide[half:] for _ in range(2)])
        moved = client.picture()
        client.refresh()
        self.assertEqual(client.picture(), moved)


if __name__ == "__main__":
    main()
