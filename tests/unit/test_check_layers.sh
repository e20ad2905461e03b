#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tools/check-layers must pass a clean tree and find each kind of violation.
set -eu

check=$(cd "$(dirname "$0")/../.." && pwd)/tools/check-layers
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0
licence='SPDX-License-Identifier: GPL-2.0-or-later'

# Writes a small project without a violation into $tree.
clean_tree() {
    rm -rf "$tree"
    mkdir -p "$tree/vncterm/term" "$tree/vncterm/vnc" "$tree/tools"
    cd "$tree"
    cat >vncterm/term/term.h <<EOF
/* $licence */
#ifndef VNCTERM_TERM_TERM_H
#define VNCTERM_TERM_TERM_H
#include "base/rect.h"
#endif
EOF
    cat >vncterm/term/term.c <<EOF
/* $licence */
#include "term/term.h"
#include <vterm.h>
#include <sys/uio.h>
EOF
    cat >vncterm/vnc/gate.c <<EOF
/* $licence */
#include <rfb/rfb.h>
#include <zlib.h>
#include "loop/loop.h"
EOF
    printf '/* %s */\n#include "vnc/vnc.h"\n' "$licence" >vncterm/session.c
    printf '# %s\n' "$licence" >vncterm/CMakeLists.txt
    printf '#!/bin/sh\n# %s\n' "$licence" >tools/run
    cat >vncterm/ARCHITECTURE.md <<EOF
- \`term/term.[ch]\`: a line about term. See tests/unit/test_term.c too.
- \`vnc/gate.c\`: the gate, version 0.1.4.
- \`session.c\`
EOF
}

# finds NAME TEXT: the check must fail, and print TEXT.
finds() {
    if output=$("$check" "$tree" 2>&1); then
        echo "FAILED: $1: the check passed"
        failures=$((failures + 1))
    elif ! printf '%s\n' "$output" | grep -qF -- "$2"; then
        printf 'FAILED: %s: expected "%s", got:\n%s\n' "$1" "$2" "$output"
        failures=$((failures + 1))
    fi
    clean_tree
}

clean_tree
if ! output=$("$check" "$tree" 2>&1); then
    printf 'FAILED: clean tree:\n%s\n' "$output"
    failures=$((failures + 1))
fi

echo '#include "vnc/vnc.h"' >>vncterm/term/term.c
finds "header of another layer" \
    "vncterm/term/term.c:5: term may not include vnc/vnc.h"

echo '  #  include "monitor/monitor.h"' >>vncterm/session.c
finds "monitor from session" "session may not include monitor/monitor.h"

echo '#include <rfb/rfb.h>' >>vncterm/session.c
finds "library of another layer" \
    "session may not include rfb/rfb.h, which vnc owns"

echo '#include FT_FREETYPE_H' >>vncterm/term/term.c
finds "macro of another layer's library" \
    "term may not include FT_FREETYPE_H, which render owns"

echo '#include <gtk/gtk.h>' >>vncterm/term/term.c
finds "unknown library" "no layer owns gtk/gtk.h"

mkdir vncterm/rfb
echo "/* $licence */" >vncterm/rfb/rfb.c
echo '#include "base/log.h"' >>vncterm/rfb/rfb.c
finds "unknown layer" "no layer is called rfb"

sed -i 1d vncterm/vnc/gate.c
finds "source without licence" "vncterm/vnc/gate.c:1: the first line must be"

sed -i 2d tools/run
finds "script without licence" "tools/run:2: the second line must be"

sed -i s/TERM_TERM_H/TERM_H/ vncterm/term/term.h
finds "wrong guard" "the guard must be VNCTERM_TERM_TERM_H"

echo "/* $licence */" >vncterm/vnc/extra.c
finds "file that the map lacks" "does not name vnc/extra.c"

rm vncterm/vnc/gate.c
finds "file that only the map has" "names vnc/gate.c, which does not exist"

# The path is put together here, for this file is checked too.
printf '/* see %s */\n' "/home""/someone/notes" >>vncterm/session.c
finds "folder of one machine" "vncterm/session.c:3:"

[ "$failures" -eq 0 ]
