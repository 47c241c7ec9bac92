"""``make image``: the kiosk's card as a file, from Debian's packages and the lock files alone.

usage: python -m image.build [--lock | --twice] [--version V] [--keys FILE] [--out FOLDER]
"""

import argparse
import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from image import compare, manifest, sbom
from image.base import copy_root, fresh_base, kept_base
from image.board_module import install_module, unpack_headers
from image.boot_files import make_boot, take_slot_files
from image.disk import make_disk
from image.filesystems import make_ext4, make_fat
from image.finish import PROJECT, finish
from image.layout import BOOT, DATA, MIB, ROOT_A, disk_bytes
from image.pool import Pool, read_lock, write_lock
from image.python_tree import install_kioskd, try_programs
from image.release import Release
from image.root_tree import install_build_packages
from image.say import BuildRefused, run, say

COMPRESSED_MIB = 600
"""An image that is larger takes too long to fetch and to write."""


@dataclass(frozen=True, slots=True)
class Built:
    """What one build leaves."""

    disk: Path
    rootfs: Path
    """The root as ext4, just as an update writes it to a slot."""
    slot: Path
    """The folder of files that start it from slot a: what an update takes along."""
    root: Path
    wheels: list[Path]


def build(
    work: Path, base: Path, header_packages: Sequence[Path], release: Release, epoch: int
) -> Built:
    """Make a disk image in ``work`` from a base tree."""
    root, slot, boot = work / "root", work / "slot", work / "boot"
    copy_root(base, root)
    headers = unpack_headers(work, header_packages)
    wheels = install_kioskd(root, work, headers)
    install_module(root, work, headers)
    firmware = work / "firmware"
    shutil.rmtree(firmware, ignore_errors=True)
    shutil.copytree(root / "usr/lib/raspi-firmware", firmware)
    take_slot_files(root, slot)
    make_boot(slot, firmware, boot)
    finish(root, release, epoch)
    try_programs(root)
    say("making file systems")
    rootfs, fat, data = work / "rootfs.ext4", work / "boot.fat", work / "data.ext4"
    make_ext4(root, rootfs, ROOT_A, epoch, journal=False)
    make_fat(boot, fat, BOOT, epoch)
    make_ext4(_data_folder(work, root), data, DATA, epoch)
    disk = work / "kioskd.img"
    make_disk(disk, {BOOT: fat, ROOT_A: rootfs, DATA: data})
    return Built(disk, rootfs, boot / "a", root, wheels)


def _data_folder(work: Path, root: Path) -> Path:
    """Lay out the data partition: kioskd's own folder, and two that only root may enter."""
    folder = work / "data"
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("kioskd", "provision", "update"):
        (folder / name).mkdir(parents=True)
        (folder / name).chmod(0o700)
    user, group = account(root, "kioskd")
    os.chown(folder / "kioskd", user, group)
    return folder


def account(root: Path, name: str) -> tuple[int, int]:
    """Give the user and group number of an account of ``root``."""
    lines = (root / "etc/passwd").read_text(encoding="utf-8").splitlines()
    fields = next(line.split(":") for line in lines if line.startswith(f"{name}:"))
    return int(fields[2]), int(fields[3])


def compress(disk: Path, target: Path) -> int:
    """Compress an image; its size in bytes.

    Raises:
        BuildRefused: it is larger than COMPRESSED_MIB.
    """
    say("compressing")
    run(["zstd", "--quiet", "--force", "-12", "-T0", disk, "-o", target])
    size = target.stat().st_size
    if size > COMPRESSED_MIB * MIB:
        raise BuildRefused(f"{target.name} has {size / MIB:.0f} MiB, at most {COMPRESSED_MIB}")
    return size


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be built, and where."""

    out: Path
    release: Release
    epoch: int
    """The time of everything in the image, seconds since 1970: that of the last commit."""


def _build_once(order: Order, pool: Pool, work: Path, *, fresh: bool) -> Built:
    base = (fresh_base if fresh else kept_base)(work, pool)
    return build(work, base, pool.fetch(read_lock().headers), order.release, order.epoch)


def _build_again(order: Order, pool: Pool, first: Built) -> int:
    """Build a second time in another folder, and tell every difference."""
    work = order.out / "again"
    work.mkdir(exist_ok=True)
    second = _build_once(order, pool, work, fresh=True)
    differences = compare.differences(first.disk, second.disk, work)
    for line in differences:
        print(line)
    say(f"{len(differences)} differences" if differences else "both builds are the same bytes")
    return 1 if differences else 0


def run_order(order: Order, *, twice: bool) -> int:
    """Build, write what goes with the image, and build again if that is wanted."""
    began = time.monotonic()
    pool = Pool(order.out / "pool")
    built = _build_once(order, pool, order.out, fresh=twice)
    name = f"kioskd-{order.release.version}"
    size = compress(built.disk, order.out / f"{name}.img.zst")
    about = order.out / f"{name}.manifest.json"
    manifest.write(built.disk, built.root, about, order.release.version, order.epoch)
    bill = order.out / f"{name}.sbom.json"
    sbom.write(built.root, built.wheels, bill, order.release.version, order.epoch)
    minutes = (time.monotonic() - began) / 60
    say(f"{name}.img.zst {size / MIB:.0f} MiB, {disk_bytes() / MIB:.0f} MiB on a card")
    say(
        f"in {minutes:.1f} min"
        + ("" if order.release.keys else "; without KEYS it takes no updates")
    )
    return _build_again(order, pool, built) if twice else 0


def main(arguments: list[str] | None = None) -> int:
    """Build as the command line says."""
    parser = argparse.ArgumentParser(prog="make image")
    parser.add_argument("--lock", action="store_true", help="renew the lock file, build nothing")
    parser.add_argument("--twice", action="store_true", help="build twice and compare all bytes")
    parser.add_argument("--out", type=Path, default=PROJECT / "build/image")
    parser.add_argument("--version", default=manifest.version(), help="what the image calls itself")
    parser.add_argument("--keys", type=Path, help="public keys (PEM) that sign its updates")
    options = parser.parse_args(arguments)
    try:
        return _main(options)
    except BuildRefused as refused:
        print(f"image: {refused}", file=sys.stderr)
        return 1


def _main(options: argparse.Namespace) -> int:
    if os.geteuid() != 0:
        raise BuildRefused("only root can give files their owners: sudo make image")
    if options.keys is not None and not options.keys.is_file():
        raise BuildRefused(f"{options.keys} is not there")
    os.umask(0o022)
    install_build_packages()
    options.out = options.out.resolve()  # other programs are told of it, in other folders
    options.out.mkdir(parents=True, exist_ok=True)
    if options.lock:
        write_lock(Pool(options.out / "pool").renew())
        return 0
    epoch = int(run(["git", "-C", PROJECT, "log", "-1", "--format=%ct"]))
    order = Order(options.out, Release(options.version, options.keys), epoch)
    return run_order(order, twice=options.twice)


if __name__ == "__main__":
    sys.exit(main())
