"""The root file system as a folder: the locked Debian packages, set up by mmdebstrap."""

import platform
import shutil
from collections.abc import Sequence
from pathlib import Path

from image.listed import HERE, reasoned
from image.pool import ARCHITECTURE, Locked
from image.say import BuildRefused, run, say

EXCLUDED = HERE / "excluded.txt"
BUILD_PACKAGES = (
    "dosfstools",
    "e2fsprogs",
    "fdisk",
    "kmod",
    "make",
    "mmdebstrap",
    "mtools",
    "swig",
    "zstd",
)
NATIVE = ("gcc", "libc6-dev")
CROSS = ("binfmt-support", "gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross", "qemu-user-static")
"""What else an arm64 machine needs, and what any other does."""
_BINFMT = Path("/proc/sys/fs/binfmt_misc")
_NO_INITRAMFS_YET = (
    'mkdir -p "$1/boot/firmware" "$1/etc/initramfs-tools"'
    ' && echo update_initramfs=no >"$1/etc/initramfs-tools/update-initramfs.conf"'
)


def install_build_packages() -> None:
    """Install what builds an image on this machine, where it is not there."""
    status = "${db:Status-Status}"
    wanted = BUILD_PACKAGES + (NATIVE if is_arm64() else CROSS)
    missing = [name for name in wanted if not _is_installed(name, status)]
    if missing:
        say(f"Debian packages for the build: {' '.join(missing)}")
        run(["apt-get", "-q", "update"])
        words = ["apt-get", "-q", "-y", "install", "--no-install-recommends", *missing]
        run(words, env={"DEBIAN_FRONTEND": "noninteractive"})


def is_arm64() -> bool:
    """Tell whether this machine runs the image's programs by itself."""
    return platform.machine() == "aarch64"


def _is_installed(name: str, status: str) -> bool:
    try:
        return run(["dpkg-query", "--show", f"--showformat={status}", name]) == "installed"
    except BuildRefused:
        return False


def run_arm64_here() -> None:
    """Let this machine start arm64 programs: maintainer scripts run while the tree is made.

    Raises:
        BuildRefused: it cannot; no qemu-user, or no binfmt_misc in the kernel.
    """
    if is_arm64():
        return
    if not (_BINFMT / "register").exists():
        run(["mount", "-t", "binfmt_misc", "binfmt_misc", _BINFMT])
    if not (_BINFMT / "qemu-aarch64").exists():
        run(["update-binfmts", "--enable", "qemu-aarch64"])


def make_root(root: Path, locked: Sequence[Locked], debs: Sequence[Path], epoch: int) -> None:
    """Set the locked packages up in a new folder ``root``; as root, minutes by emulation."""
    repository = root.with_name("repository")
    _make_repository(repository, debs)
    shutil.rmtree(root, ignore_errors=True)
    say(f"setting up {len(locked)} packages")
    settings = {"INITRD": "No", "SOURCE_DATE_EPOCH": str(epoch)}
    log = root.with_name("mmdebstrap.log")
    run(mmdebstrap(root, repository, locked), env=settings, log=log)
    shutil.rmtree(repository)


def mmdebstrap(root: Path, repository: Path, locked: Sequence[Locked]) -> list[str]:
    """Give the command that sets exactly the locked packages up."""
    patterns = [line.what for line in reasoned(EXCLUDED)]
    return [
        "mmdebstrap",
        "--mode=root",
        "--variant=essential",
        "--format=directory",
        f"--architectures={ARCHITECTURE}",
        f"--include={','.join(one.name for one in locked)}",
        "--aptopt=Apt::Install-Recommends false",
        "--dpkgopt=force-confold",
        "--dpkgopt=force-unsafe-io",
        *(f"--dpkgopt=path-{_clude(pattern)}" for pattern in patterns),
        "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
        f"--setup-hook={_NO_INITRAMFS_YET}",
        "",  # no suite: the repository below holds what is locked, and nothing else
        str(root),
        f"deb [trusted=yes] copy:{repository} ./",
    ]


def _clude(pattern: str) -> str:
    return f"include={pattern[1:]}" if pattern.startswith("+") else f"exclude={pattern}"


def _make_repository(folder: Path, debs: Sequence[Path]) -> None:
    """Lay out a folder that apt can install the locked files from, and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with (folder / "Packages").open("w", encoding="utf-8") as index:
        for deb in debs:
            (folder / deb.name).hardlink_to(deb)
            fields = run(["dpkg-deb", "--field", deb]).rstrip()
            where = f"Filename: ./{deb.name}\nSize: {deb.stat().st_size}\nSHA256: {deb.stem}"
            index.write(f"{fields}\n{where}\n\n")
