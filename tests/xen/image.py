# SPDX-License-Identifier: GPL-2.0-or-later
"""What the emulated machine boots: Xen, a kernel, and file systems in memory.

Xen and the kernel are used unpacked: unpacking takes seconds in an emulated
processor. The same kernel serves dom0 and the guests.
"""
import gzip
import hashlib
import io
import lzma
import os
import pathlib
import re
import shutil
import stat
import subprocess
import tarfile

from packages import XEN_PACKAGES, XEN_VERSION, Unavailable, kernel_package, \
    unpacked

HERE = pathlib.Path(__file__).resolve().parent
LIBRARIES = "lib/x86_64-linux-gnu"
LOADER = "lib64/ld-linux-x86-64.so.2"
XEN_TOOLS = f"usr/lib/xen-{XEN_VERSION}/bin"

# In dom0, beside the store's daemons.
TOOLS = ("xenstored", "oxenstored", "xenconsoled", "xl", "xen-init-dom0",
         "libxl-save-helper")
STORE_TOOLS = ("ls", "read", "write", "list", "rm", "watch", "chmod", "exists")
MODULES = ("drivers/xen/xen-privcmd", "drivers/xen/xenfs/xenfs",
           "drivers/xen/xen-evtchn", "drivers/xen/xen-gntdev",
           "drivers/xen/xen-gntalloc", "drivers/net/ethernet/intel/e1000/e1000")


class Tree:
    """Files of a root directory to be: names to contents, modes, links.

    Folders come by themselves. Everything belongs to root.
    """

    def __init__(self):
        self.files = {}
        self.links = {}
        self.folders = {}

    def add_folder(self, path, mode=0o755):
        for parent in reversed(pathlib.PurePath(path).parents):
            if str(parent) != ".":
                self.folders.setdefault(str(parent), 0o755)
        self.folders.setdefault(path, mode)

    def add(self, path, data, mode=0o644):
        self.add_folder(os.path.dirname(path))
        self.files[path] = data, mode

    def add_file(self, path, source):
        """A copy of `source`; executable if that is."""
        source = pathlib.Path(source)
        mode = 0o755 if source.stat().st_mode & stat.S_IXUSR else 0o644
        self.add(path, source.read_bytes(), mode)

    def add_link(self, path, target):
        self.add_folder(os.path.dirname(path))
        self.links[path] = target

    def add_program(self, path, source, libraries_of=None):
        """An executable with the shared libraries that it is linked with.

        Libraries below the folder `libraries_of` win over this machine's.
        """
        self.add_file(path, source)
        for name, library in shared_libraries(source, libraries_of):
            if name not in self.files:
                self.add_file(name, library)

    def entries(self):
        """(path, mode with type, contents), folders before what is in them."""
        yield from ((path, stat.S_IFDIR | mode, b"")
                    for path, mode in sorted(self.folders.items()) if path)
        yield from ((path, stat.S_IFREG | mode, data)
                    for path, (data, mode) in sorted(self.files.items()))
        yield from ((path, stat.S_IFLNK | 0o777, target.encode())
                    for path, target in sorted(self.links.items()))

    def cpio(self):
        """As an archive that the kernel unpacks (its buffer-format.rst)."""
        out = io.BytesIO()
        for inode, (path, mode, data) in enumerate(self.entries(), 1):
            _write_cpio_entry(out, path, inode, mode, data)
        _write_cpio_entry(out, "TRAILER!!!", 0, 0, b"")
        return out.getvalue()

    def tar(self):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            for path, mode, data in self.entries():
                info = tarfile.TarInfo(path)
                info.mode = stat.S_IMODE(mode)
                if stat.S_ISDIR(mode):
                    info.type = tarfile.DIRTYPE
                elif stat.S_ISLNK(mode):
                    info.type = tarfile.SYMTYPE
                    info.linkname = data.decode()
                else:
                    info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return out.getvalue()


def _write_cpio_entry(out, path, inode, mode, data):
    name = path.encode() + b"\0"
    fields = (inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
    out.write(b"070701" + b"".join(b"%08x" % field for field in fields) + name)
    out.write(bytes(-out.tell() % 4))
    out.write(data)
    out.write(bytes(-out.tell() % 4))


def shared_libraries(program, root=None):
    """Pairs of the path without a leading / and where the library is now."""
    environment = dict(os.environ)
    if root is not None:
        environment["LD_LIBRARY_PATH"] = f"{root}/usr/{LIBRARIES}:" \
            f"{root}/{LIBRARIES}"
    done = subprocess.run(["ldd", str(program)], capture_output=True, text=True,
                          env=environment, check=False)
    for line in done.stdout.splitlines():
        if "not found" in line:
            raise Unavailable(f"{program}: {line.strip()}")
        found = re.search(r"(/\S+) \(0x", line)
        if not found:
            continue
        name = os.path.basename(found[1])
        yield (LOADER if name.startswith("ld-linux") else
               f"{LIBRARIES}/{name}"), found[1]


def unpack_kernel(image):
    """The ELF file inside a bzImage: Debian's is one xz stream."""
    data = pathlib.Path(image).read_bytes()
    begin = data.find(b"\xfd7zXZ\0")
    while begin >= 0:
        try:
            kernel = lzma.LZMADecompressor().decompress(data[begin:])
        except lzma.LZMAError:
            kernel = b""
        if kernel.startswith(b"\x7fELF"):
            return kernel
        begin = data.find(b"\xfd7zXZ\0", begin + 1)
    raise Unavailable(f"{image}: no kernel in an xz stream")


def read_module(path):
    """A kernel module, which may be packed."""
    packed = path.with_suffix(".ko.xz")
    if packed.exists():
        return lzma.decompress(packed.read_bytes())
    return path.with_suffix(".ko").read_bytes()


def guest_tree(root):
    tree = Tree()
    for folder in ("dev", "proc", "sys"):
        tree.add_folder(folder)
    tree.add_file("bin/busybox", root / "bin/busybox")
    # What its init needs before busybox installs the rest.
    for name in ("sh", "mount"):
        tree.add_link(f"bin/{name}", "busybox")
    tree.add("init", (HERE / "dom0/guest-init").read_bytes(), 0o755)
    return tree


def dom0_tree(root, kernel):
    """Root directory of dom0; `root` is where packages are unpacked."""
    tree = Tree()
    for folder in ("dev", "proc", "sys", "run/xen", "out", "root",
                   "etc/xen", "var/lib/xen/dump", "var/lib/xenstored",
                   "var/log/xen/console"):
        tree.add_folder(folder)
    tree.add_folder("tmp", 0o1777)
    tree.add_file("bin/busybox", root / "bin/busybox")
    for applet in _applets(root / "bin/busybox"):
        tree.add_link(f"bin/{applet}", "busybox")
    for path, target in (("sbin", "bin"), ("usr/bin", "../bin"),
                         ("usr/sbin", "../bin"), ("var/run", "../run")):
        tree.add_link(path, target)
    _add_xen_tools(tree, root)
    version = next((root / "lib/modules").iterdir())
    for module in MODULES:
        tree.add(f"modules/{os.path.basename(module)}.ko",
                 read_module(version / "kernel" / (module + ".ko")))
    tree.add("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n")
    tree.add("etc/group", b"root:x:0:\ntty:x:5:\n")
    tree.add("etc/xen/xl.conf", b'autoballoon="off"\n')
    for script in (HERE / "dom0").iterdir():
        if script.name not in ("init", "guest-init"):
            tree.add(f"bin/{script.name}", script.read_bytes(), 0o755)
    tree.add("init", (HERE / "dom0/init").read_bytes(), 0o755)
    tree.add("guest/vmlinux", kernel)
    tree.add("guest/initrd", guest_tree(root).cpio())
    return tree


def _applets(busybox):
    listed = subprocess.run([str(busybox), "--list"], capture_output=True,
                            text=True, check=True)
    return [name for name in listed.stdout.split() if name != "busybox"]


def _add_xen_tools(tree, root):
    for name in TOOLS:
        tree.add_program(f"{XEN_TOOLS}/{name}", root / XEN_TOOLS / name, root)
        tree.add_link(f"bin/{name}", f"../{XEN_TOOLS}/{name}")
    tree.add_program("bin/xenstore", root / "usr/bin/xenstore-ls", root)
    for name in STORE_TOOLS:
        tree.add_link(f"bin/xenstore-{name}", "xenstore")
    tree.add_file("etc/xen/oxenstored.conf", root / "etc/xen/oxenstored.conf")
    # Opened when a thread is cancelled, so ldd does not tell of it.
    tree.add_file(f"{LIBRARIES}/libgcc_s.so.1",
                  f"/{LIBRARIES}/libgcc_s.so.1")


class Image:
    """Files to boot: see prepare(). The folder's name says what is in them."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.xen = self.folder / "xen"
        self.kernel = self.folder / "vmlinux"
        self.initrd = self.folder / "dom0.cpio"


def prepare(folder):
    """Makes the files unless they are there. Raises Unavailable."""
    if os.uname().machine != "x86_64":
        raise Unavailable("Xen is tested on x86_64 only")
    if not shutil.which("qemu-system-x86_64"):
        raise Unavailable("no qemu-system-x86_64 (package qemu-system-x86)")
    packages = (*XEN_PACKAGES, kernel_package())
    root, packages_key = unpacked(folder, packages)
    key = hashlib.sha256(packages_key.encode())
    for source in (HERE / "image.py", *sorted((HERE / "dom0").iterdir())):
        key.update(source.read_bytes())
    image = Image(pathlib.Path(folder, "image-" + key.hexdigest()[:16]))
    if not image.folder.exists():
        for old in pathlib.Path(folder).glob("image-*"):
            shutil.rmtree(old)
        _make(image, root)
    return image


def _make(image, root):
    making = Image(image.folder.with_suffix(".making"))
    making.folder.mkdir()
    making.xen.write_bytes(gzip.decompress(
        (root / f"boot/xen-{XEN_VERSION}-amd64.gz").read_bytes()))
    kernel = unpack_kernel(next((root / "boot").glob("vmlinuz-*")))
    making.kernel.write_bytes(kernel)
    making.initrd.write_bytes(dom0_tree(root, kernel).cpio())
    making.folder.rename(image.folder)
