# SPDX-License-Identifier: GPL-2.0-or-later
"""How many bytes a scrolling log is in each encoding."""
import concurrent.futures
import time

import rfb
from parts import Viewer, flooding_vncterm
from report import Row, at_most

LINES, PER_SECOND = 250, 50

# Groups run at the same time; a group is small enough for two cores.
GROUPS = (
    (("Hextile", rfb.HEXTILE, 150), ("ZRLE", rfb.ZRLE, 90)),
    (("Raw", rfb.RAW, None), ("RRE", rfb.RRE, None),
     ("CoRRE", rfb.CORRE, None), ("Zlib", rfb.ZLIB, None),
     ("Tight", rfb.TIGHT, None)),
)

# The last picture is on its way a frame after the guest is done.
LAST_FRAME_S = 0.2


def wire(bench):
    rows = []
    for group in GROUPS[:bench.either(1, len(GROUPS))]:
        with concurrent.futures.ThreadPoolExecutor(len(group)) as pool:
            jobs = [pool.submit(measure, bench, *encoding)
                    for encoding in group]
            rows += [job.result() for job in jobs]
    return rows


def measure(bench, name, encoding, budget_kb):
    with flooding_vncterm(bench) as (vncterm, guest), \
            Viewer(bench, vncterm, (rfb.COPYRECT, encoding)) as viewer:
        text_size, _ = guest.obey(f"lines {LINES} {PER_SECOND}")
        time.sleep(LAST_FRAME_S)
        seen = viewer.mark()
    return Row(f"{LINES} log lines at {PER_SECOND}/s: {name}",
               seen.size / 1000, "kB",
               budget=at_most(budget_kb) if budget_kb else None,
               note=f"{seen.updates} updates; the text is "
                    f"{text_size / 1000:.1f} kB")
