# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian packages, downloaded and unpacked into a folder of ours.

Nothing is installed: the host's boot loader, kernels and services stay as they
are. A folder of packages is used again as long as the same versions are the
ones to be had.
"""
import hashlib
import pathlib
import re
import shutil
import subprocess

XEN_VERSION = "4.17"

# Xen, its tools and their libraries, and what is on neither's list: busybox
# for everything else in dom0 and in the guests.
XEN_PACKAGES = (
    f"xen-hypervisor-{XEN_VERSION}-amd64", f"xen-utils-{XEN_VERSION}",
    "xen-utils-common", "xenstore-utils", f"libxenmisc{XEN_VERSION}",
    "libxencall1", "libxendevicemodel1", "libxenevtchn1",
    "libxenforeignmemory1", "libxengnttab1", "libxenhypfs1", "libxenstore4",
    "libxentoolcore1", "libxentoollog1", "libyajl2", "libnl-3-200",
    "libnl-route-3-200", "libfdt1", "libuuid1", "libaio1", "liblzo2-2",
    "libbz2-1.0", "libncursesw6", "libtinfo6", "busybox-static")

# For the tests that run inside dom0 as they are.
PYTHON_PACKAGES = ("python3.11-minimal", "libpython3.11-minimal",
                   "libpython3.11-stdlib")


class Unavailable(Exception):
    """What is needed cannot be had here; the text says what and why."""


def _output(*argv):
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=True,
                              timeout=300)
    except FileNotFoundError:
        raise Unavailable(f"no {argv[0]} on this machine") from None
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip() or "no reason given").splitlines()[-1]
        raise Unavailable(f"{argv[0]}: {last}") from None
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{argv[0]} does not end") from None
    return done.stdout


def kernel_package():
    """The package that the newest kernel of this Debian is in."""
    depends = _output("apt-cache", "depends", "linux-image-amd64")
    found = re.search(r"Depends: (linux-image-[0-9]\S*)", depends)
    if not found:
        raise Unavailable("linux-image-amd64 depends on no kernel")
    return found[1]


def unpacked(folder, packages):
    """Unpacks `packages` below `folder`, unless they are there.

    Returns the folder that is their root, and a text that names their
    contents. Raises Unavailable.
    """
    # One line for each package, with its name, size and checksum.
    wanted = _output("apt-get", "--print-uris", "download", *packages)
    key = hashlib.sha256(wanted.encode()).hexdigest()[:16]
    root = pathlib.Path(folder, f"packages-{key}")
    if not root.exists():
        for old in pathlib.Path(folder).glob("packages-*"):
            shutil.rmtree(old)
        making = root.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        _download(making, packages)
        making.rename(root)
    return root, key


def _download(folder, packages):
    try:
        subprocess.run(["apt-get", "download", *packages], cwd=folder,
                       capture_output=True, text=True, check=True, timeout=600)
        for package in sorted(folder.glob("*.deb")):
            _output("dpkg-deb", "--extract", str(package), str(folder))
            package.unlink()
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip() or "no reason given").splitlines()[-1]
        raise Unavailable(f"packages cannot be downloaded: {last}") from None
    except subprocess.TimeoutExpired:
        raise Unavailable("packages cannot be downloaded in 600 s") from None
