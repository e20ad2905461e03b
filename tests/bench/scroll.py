# SPDX-License-Identifier: GPL-2.0-or-later
"""How many bytes a viewer is spared that copies what scrolls."""
import concurrent.futures
import contextlib
import time

import rfb
from parts import Viewer, flooding_vncterm
from report import Row, at_most_times_floor

ENCODINGS = (("Hextile", rfb.HEXTILE), ("Tight", rfb.TIGHT),
             ("ZRLE", rfb.ZRLE))
# The last picture is on its way a frame after the guest is done.
LAST_FRAME_S = 0.2
SLOW_PERIOD_S = 0.2
# What is sent twice when frames fall otherwise.
SLOW_RATIO_MAX = 1.2


def scroll(bench):
    encodings = ENCODINGS[:bench.either(1, len(ENCODINGS))]
    rows = []
    for name, encoding in encodings:
        for what, command in (
                ("250 lines below a status row", "below 250 50"),
                ("1000 lines at 500/s", "lines 1000 500")):
            copying, plain = side_by_side(bench, encoding, command)
            rows.append(Row(f"{what}: {name}", copying.size / 1000, "kB",
                            plain.size / 1000,
                            note=f"{copying.updates} updates; the floor is "
                                 "without CopyRect"))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            beside, alone = pool.map(
                lambda other, encoding=encoding: slow_kb(bench, encoding,
                                                         other),
                (True, False))
        rows.append(Row(f"250 lines, {1 / SLOW_PERIOD_S:.0f} updates/s, "
                        f"a fast viewer beside: {name}", beside, "kB", alone,
                        at_most_times_floor(SLOW_RATIO_MAX),
                        note="the floor is without another viewer"))
    return rows


def side_by_side(bench, encoding, command):
    """What viewers with and without CopyRect are sent of the same."""
    with flooding_vncterm(bench) as (vncterm, guest), \
            Viewer(bench, vncterm, (rfb.COPYRECT, encoding)) as copying, \
            Viewer(bench, vncterm, (encoding,)) as plain:
        guest.obey(command)
        time.sleep(LAST_FRAME_S)
        return copying.mark(), plain.mark()


def slow_kb(bench, encoding, has_other):
    """What a viewer is sent that asks for an update now and then."""
    with contextlib.ExitStack() as stack:
        vncterm, guest = stack.enter_context(flooding_vncterm(bench))
        slow = stack.enter_context(
            vncterm.client(encodings=(rfb.COPYRECT, encoding)))
        slow.refresh()
        if has_other:
            stack.enter_context(
                Viewer(bench, vncterm, (rfb.COPYRECT, rfb.HEXTILE)))
        before = slow.wire.received
        pool = stack.enter_context(concurrent.futures.ThreadPoolExecutor(1))
        lines = pool.submit(guest.obey, "lines 250 50")
        while not lines.done():
            time.sleep(SLOW_PERIOD_S)
            slow.request()
            slow.message(SLOW_PERIOD_S)
        return (slow.wire.received - before) / 1000
