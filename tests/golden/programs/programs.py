# SPDX-License-Identifier: GPL-2.0-or-later
"""What the recorder runs: programs, the files that they show, the keys typed.

Files are the same at every recording. They are made in /srv/guest, an empty
file system of its own; nothing of the machine's own files or names is shown.
"""

from dataclasses import dataclass

UP, DOWN, RIGHT, LEFT = "\033[A", "\033[B", "\033[C", "\033[D"

LOREM = "\\n".join(
    f"{n:3} The quick brown fox jumps over the lazy dog, line {n} of sixty."
    for n in range(1, 61)
)

FILES = r"""
export HOME=/srv/guest TZ=UTC LC_ALL=C.utf8 LESSHISTFILE=- HISTFILE=
export GIT_AUTHOR_NAME='A. Writer' GIT_AUTHOR_EMAIL=writer@example.org
export GIT_COMMITTER_NAME='A. Writer' GIT_COMMITTER_EMAIL=writer@example.org
unset MAIL LS_COLORS EDITOR VISUAL PAGER LESS NO_COLOR COLORTERM
mkdir -p docs src .config/mc
printf '%b\n' "@LOREM@" >lorem.txt
printf 'int\nmain(void)\n{\n    return 0; /* nothing */\n}\n' >src/main.c
printf '# Notes\n\nGr\303\274\303\237e, na\303\257ve caf\303\251 \342\202\254 ' >notes.md
printf '\346\274\242\345\255\227 e\314\201 \360\237\230\200\n' >>notes.md
ln -s lorem.txt link
touch -h -d '2024-03-01 12:00' docs src src/main.c lorem.txt notes.md link
printf 'set background=dark nomodeline noswapfile ruler showcmd\n' >.vimrc
printf 'set viminfo= laststatus=2 number hlsearch t_RV= t_u7= mouse=\n' >>.vimrc
printf 'syntax on\n' >>.vimrc
""".replace("@LOREM@", LOREM)

GIT = r"""
git init -q -b main repo && cd repo && cp ../lorem.txt . && cp ../src/main.c .
export GIT_AUTHOR_DATE='2024-03-01T12:00:00Z'
export GIT_COMMITTER_DATE='2024-03-01T12:00:00Z'
git add . && git commit -q -m 'Begin'
git checkout -q -b topic && sed -i 's/return 0/return 1/' main.c
git commit -qam 'main: return something else' && git checkout -q main
sed -i '4s/lazy/sleepy/; 40d' lorem.txt && git commit -qam 'lorem: wake the dog'
git merge -q -m 'Merge topic' topic && git tag v1.0
sed -i '2s/brown/red /; s/nothing/\xc3\xa4nything/' lorem.txt main.c
export LESS=R
"""

MAN = r"""
cat >page.1 <<'END'
.TH EXAMPLE 1 2024-03-01 "Version 1" "User Commands"
.SH NAME
example \- show how a page looks
.SH SYNOPSIS
.B example
[\fB\-v\fR] [\fIFILE\fR]...
.SH DESCRIPTION
.B example
reads each
.I FILE
and says \(lqhello\(rq \(em in words that are long enough to be hyphenated
somewhere, with lists:
.TP
.B \-v
says more
.TP
.BI \-o " FILE"
writes to
.I FILE
.SH EXAMPLES
.nf
example -v lorem.txt
.fi
END
"""

KERNEL = r"""
{
echo '<5>[    0.000000] Linux version 6.1.0 (gcc 12.2.0) #1 SMP PREEMPT_DYNAMIC'
echo '<6>[    0.000000] Command line: root=/dev/xvda1 ro console=hvc0'
echo '<6>[    0.000000] BIOS-provided physical RAM map:'
for i in 0 1 2 3 4 5 6 7; do
echo "<6>[    0.000000] BIOS-e820: [mem 0x000000000${i}000000-0x000000000${i}ffffff] usable"
done
echo '<6>[    0.004000] Hypervisor detected: Xen HVM'
echo '<4>[    0.120034] tsc: Marking TSC unstable due to a check that is long enough to be wrapped at eighty columns'
echo '<3>[    1.500211] blkfront: xvda: barrier or flush: disabled; error -5'
echo '<2>[    2.000001] EXT4-fs (xvda1): critical: a message that stands out'
echo '<6>[    2.104242] EXT4-fs (xvda1): mounted filesystem with ordered data mode'
echo '<4>[    2.204242] ------------[ cut here ]------------'
} >kernel.log
"""

SYSTEMD = r"""
cat >boot <<'END'
ok() { printf '[\033[0;32m  OK  \033[0m] %s \033[0;1;39m%s\033[0m %s.\r\n' "$@"; }
printf '\r\nWelcome to \033[1;34mA Linux 12 (example)\033[0m!\r\n\r\n'
for i in 1 2 3 4 5 6 7 8 9 10; do ok "Created slice" "Slice /system/getty$i" ""; done
ok Reached target "paths.target - Path Units"
printf '         Starting \033[0;1;39mmodprobe@drm.service\033[0m...\r\n'
printf '[\033[0;1;31mFAILED\033[0m] Failed to start \033[0;1;39mexample.service\033[0m - An example.\r\n'
printf "See 'systemctl status example.service' for details.\r\n"
printf '[\033[0;1;38;5;185mDEPEND\033[0m] Dependency failed for \033[0;1;39mother.service\033[0m.\r\n'
printf 'M\r\033[K[\033[0;31m*     \033[0m] A start job is running for network (1s / no limit)'
printf '\r\033[K[\033[0;1;31m*\033[0m\033[0;31m*    \033[0m] A start job is running for network (2s / no limit)'
printf '\r\033[K[\033[0;31m*\033[0;1;31m*\033[0m\033[0;31m*   \033[0m] A start job is running for network (3s / no limit)'
END
"""

APT = r"""
mkdir -p p/DEBIAN p/srv/guest/opt && : >p/srv/guest/opt/file
cat >p/DEBIAN/control <<'END'
Package: example
Version: 1.0
Architecture: all
Maintainer: A. Writer <writer@example.org>
Description: an example
END
printf '#!/bin/sh\necho "Configuring the example"\nsleep 100\n' >p/DEBIAN/postinst
chmod 755 p/DEBIAN/postinst
dpkg-deb -b p example.deb >/dev/null
for dir in /var/lib/dpkg /var/lib/apt /var/cache/apt /var/log; do
    mkdir /srv/copy && mount -t tmpfs none /srv/copy
    cp -a $dir/. /srv/copy/ && mount --move /srv/copy $dir && rmdir /srv/copy
done
chmod 755 /srv/guest
"""

JOURNAL = r"""
second=1709294400
entry() { # priority, identifier, pid, message
    second=$((second + 1))
    printf '__REALTIME_TIMESTAMP=%d000000\n__MONOTONIC_TIMESTAMP=%d000000\n' \
        $second $((second - 1709294400))
    printf '_BOOT_ID=0123456789abcdef0123456789abcdef\n'
    printf '_MACHINE_ID=fedcba9876543210fedcba9876543210\n_HOSTNAME=guest\n'
    printf 'PRIORITY=%s\nSYSLOG_IDENTIFIER=%s\n' "$1" "$2"
    [ -z "$3" ] || printf '_PID=%s\nSYSLOG_PID=%s\n' "$3" "$3"
    printf 'MESSAGE=%b\n\n' "$4"
}
{
entry 5 kernel '' 'Linux version 6.1.0 (gcc 12.2.0) #1 SMP PREEMPT_DYNAMIC'
entry 6 kernel '' 'Command line: root=/dev/xvda1 ro console=hvc0'
entry 4 kernel '' 'tsc: Marking TSC unstable due to a check that is long enough to be chopped at eighty and at a hundred and twenty columns'
entry 3 kernel '' 'blkfront: xvda: barrier or flush: disabled; error -5'
entry 2 kernel '' 'EXT4-fs (xvda1): critical: a message that stands out'
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    entry 6 systemd 1 "Started getty@tty$n.service - Getty on tty$n."
    entry 7 example $((400 + n)) "step $n is done"
done
entry 5 sudo 512 'operator : TTY=hvc0 ; PWD=/home ; USER=root ; COMMAND=/bin/ls'
entry 4 example 512 'Gr\0303\0274\0303\0237e from a caf\0303\0251: \0346\0274\0242\0345\0255\0227'
entry 3 systemd 1 'Failed to start example.service - An example.'
entry 6 systemd 1 'Reached target multi-user.target - Multi-User System.'
} >export
/lib/systemd/systemd-journal-remote -o guest.journal - <export >&2
"""

# Lines of top that fill a row are erased to the right from their last column,
# where the cursor waits to wrap.
LAST_COLUMN = (
    "The row is full and is then erased from the cursor: its last cell, as in "
    "xterm\n# and the Linux console. tmux erases nothing."
)


@dataclass(frozen=True)
class Recording:
    """A program under a TERM. Keys are typed when it has become silent.

    A size among the keys is what the terminal gets then.
    """

    name: str
    term: str
    command: str
    keys: tuple = ()
    size: tuple = (80, 24)
    setup: str = ""
    charset: str = "utf8"
    until: str = ""  # what the program says before any key is typed
    differs: tuple = ()  # (tmux's line, the line that is right, why)


BASH = "PS1='\\[\\e[1;32m\\]guest\\[\\e[0m\\]:\\w\\$ ' bash --norc --noprofile -i"
MENU = (
    "--title 'Installer' --menu 'Choose what to install on this machine:' "
    "15 60 5 base 'The base system' net 'Network' disk 'Partitions' "
    "boot 'Boot loader' done 'Finish'"
)
CHECKS = (
    "--title 'Software' --checklist 'Choose software:' 14 50 4 "
    "ssh 'SSH server' on web 'Web server' off gui 'Desktop' off "
    "std 'Standard tools' on"
)
DIALOG = "dialog --no-mouse --backtitle 'A Linux installer' "
WHIPTAIL = "whiptail --backtitle 'A Linux installer' "
EDIT = ("ls -l --color\r", "echo one two three", "\001", "\033f", " inserted",
        "\r", "echo " + "long " * 20, "\001", "\005", "\033\177" * 3)

RECORDINGS = (
    Recording("bash-linux", "linux", BASH, EDIT),
    Recording("bash-vt100", "vt100", BASH, EDIT + ("\r", "\022thr")),
    Recording("bash-xterm", "xterm-256color", BASH,
        EDIT + ("\r", "printf '%s\\n' {1..40}\r", "ls /srv/guest/\t\t")),
    Recording("dialog-linux", "linux", DIALOG + MENU, (DOWN, DOWN)),
    Recording("dialog-vt220", "vt220", DIALOG + CHECKS, (DOWN, " ", "\t")),
    Recording("dialog-xterm", "xterm-256color",
        DIALOG + "--title 'Copying files' "
        "--gauge 'Please wait' 8 60 42 </dev/null; sleep 100", (), (120, 40)),
    Recording("whiptail-linux", "linux", WHIPTAIL + MENU, (DOWN,)),
    Recording("whiptail-vt102", "vt102", WHIPTAIL + MENU, (DOWN, "\t")),
    Recording("whiptail-xterm", "xterm", WHIPTAIL + CHECKS, (DOWN, " ")),
    Recording("vim-linux", "linux", "vim src/main.c",
        ("Oint x = 1;\033", ":set list\r", "/return\r", "vj")),
    Recording("vim-vt220-latin1", "vt220",
        "vim --cmd 'set encoding=latin1' -c 'set fileencodings=utf-8' notes.md",
        ("Goo\026228\026246\026252\026223\033",), charset="latin1"),
    Recording("vim-linux-cp437", "linux",
        "vim --cmd 'set encoding=cp437' -c 'set fileencodings=utf-8' notes.md",
        ("Goa\026201\026205\026196\026219\026176\033",), charset="cp437"),
    Recording("vim-xterm-256color", "xterm-256color",
        "vim -O lorem.txt src/main.c",
        (":colorscheme desert\r", "20dd", "\027w", ":split notes.md\r"),
        (120, 40)),
    Recording("nano-linux", "linux", "nano -I lorem.txt",
        ("typed text\r", "\013", "\026", "\027sixty\r")),
    Recording("nano-vt100", "vt100", "nano -I notes.md", ("\007",)),
    Recording("mc-linux", "linux", "mc -d", (DOWN, DOWN)),
    Recording("mc-xterm", "xterm-256color",
        "mc -d", (DOWN, "\0339"), (120, 40)),
    Recording("mc-vt220", "vt220", "mc -d -a", ("\0335",)),
    Recording("htop-linux", "linux", "htop -d 50"),
    Recording("htop-xterm", "xterm-256color",
        "htop -d 50", ("\033OQ",), (120, 40)),
    Recording("top-vt220", "vt220", "top -d 3", ("1", "z"), differs=(
        ("attrs 7 0..80 reverse", "attrs 7 0..79 reverse", LAST_COLUMN),
        ("attrs 10 0..80 bold", "attrs 10 0..79 bold", LAST_COLUMN))),
    Recording("top-linux", "linux", "top -d 3", ("z", "x", "b"), differs=(
        ("attrs 6 0..80 reverse fg=3", "attrs 6 0..79 reverse fg=3", LAST_COLUMN),
        ("attrs 7 55..80 fg=1", "attrs 7 55..79 fg=1", LAST_COLUMN),
        ("attrs 8 55..80 fg=1", "attrs 8 55..79 fg=1", LAST_COLUMN),
        ("attrs 9 0..80 reverse fg=1", "attrs 9 0..79 reverse fg=1", LAST_COLUMN))),
    Recording("less-vt102", "vt102", "less lorem.txt",
        (" ", "k", "k", "/line 3\r", "u")),
    Recording("less-xterm", "xterm",
        "less -N -M lorem.txt", ("G", "b", "/fox\r")),
    Recording("man-linux", "linux", "man ./page.1", (), setup=MAN),
    Recording("man-vt100", "vt100", "man ./page.1", ("jj",), setup=MAN),
    Recording("tmux-linux", "linux",
        "tmux -L x -f tmux.conf new " + f'"{BASH}"',
        ("ls -l --color\r", "\002\"", "ls\r", "\002%", "seq 99\r"),
        setup="echo 'set -g status-right [clock]' >tmux.conf\n"
        "touch -d '2024-03-01 12:00' tmux.conf\n"),
    Recording("tmux-xterm", "xterm-256color",
        "tmux -u -L x -f tmux.conf new vim lorem.txt",
        ("\002%", "\002\"", "\002[", ), (120, 40),
        setup="echo 'set -g status-right [clock]' >tmux.conf\n"
        "touch -d '2024-03-01 12:00' tmux.conf\n"
        "echo \"set -g default-command '/bin/sh'\" >>tmux.conf\n"),
    Recording("screen-linux", "linux", "screen -c screenrc",
        ("ls -l --color\r", "\001c", "seq 50\r", "\001S", "\001\t", "\001 ",),
        setup="printf 'startup_message off\\nhardstatus alwayslastline "
        "\"%%{= kG}screen %%-w%%{= BW}%%n %%t%%{-}%%+w\"\\nshell /bin/sh\\n"
        "defutf8 on\\n' >screenrc\n"),
    Recording("git-log-xterm", "xterm-256color",
        "git log --graph --decorate --color --stat", ("j",), setup=GIT),
    Recording("git-diff-linux", "linux",
        "git diff --color-words --color=always",
        (), setup=GIT),
    Recording("git-diff-screen", "screen-256color", "git diff --color=always",
        ("/fox\r",), setup=GIT),
    Recording("vim-screen-256color", "screen-256color", "vim lorem.txt",
        ("\006", "\031\031", "dd", "V3j")),
    Recording("kernel-vt220", "vt220", "dmesg -F kernel.log --color=never",
        setup=KERNEL),
    Recording("kernel-linux", "linux", "dmesg -F kernel.log --color=always",
        setup=KERNEL),
    Recording("boot-linux", "linux", "sh boot; sleep 100", setup=SYSTEMD),
    Recording("journalctl-linux", "linux", "journalctl --file guest.journal",
        ("G", RIGHT, LEFT), setup=JOURNAL),
    Recording("journalctl-xterm", "xterm-256color",
        "journalctl --file guest.journal -r", ("/example\r",), (120, 40),
        setup=JOURNAL),
    Recording("bash-resize-xterm", "xterm-256color", BASH,
        ("ls -l --color\r", "echo " + "long " * 20, (60, 20), "\001",
         (100, 30), "\005 end\r", "echo next")),
    Recording("less-resize-linux", "linux", "less -N lorem.txt",
        (" ", (60, 15), "j", (100, 40))),
    Recording("vim-resize-xterm", "xterm-256color",
        "vim -O lorem.txt src/main.c",
        ("20dd", (120, 40), ":split notes.md\r", (72, 20))),
    Recording("htop-resize-linux", "linux", "htop -d 50",
        ((120, 40), DOWN, (72, 20))),
    Recording("tmux-resize-xterm", "xterm-256color",
        "tmux -u -L x -f tmux.conf new " + f'"{BASH}"',
        ("seq 99\r", "\002%", "ls\r", (120, 40), "\002\"", (72, 20)),
        setup="echo 'set -g status-right [clock]' >tmux.conf\n"
        "touch -d '2024-03-01 12:00' tmux.conf\n"
        "echo \"set -g default-command '/bin/sh'\" >>tmux.conf\n"),
    Recording("login-linux", "linux",
        "agetty --noissue - linux", ("operator\r",)),
    Recording("login-vt220", "vt220", "agetty --noissue - vt220", ("op",)),
    Recording("apt-linux", "linux",
        "apt-get install -y --no-install-recommends "
        "-o APT::Sandbox::User=root -o Dpkg::Progress-Fancy=1 ./example.deb",
        setup=APT, until="Configuring the example"),
    Recording("apt-xterm", "xterm-256color",
        "apt-get install -y --no-install-recommends "
        "-o APT::Sandbox::User=root -o Dpkg::Progress-Fancy=1 ./example.deb",
        (), (120, 40), setup=APT, until="Configuring the example"),
)
