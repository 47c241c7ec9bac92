"""``make image``: the kiosk's card as a file, from Debian's packages and the lock files alone.

usage: python -m image.build [--lock | --twice] [--out FOLDER]
"""

import argparse
import os
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from image import compare, manifest, sbom
from image.base import copy_root, fresh_base, kept_base
from image.boot_files import make_boot, take_slot_files
from image.disk import make_disk
from image.filesystems import make_ext4, make_fat
from image.finish import PROJECT, finish
from image.layout import BOOT, DATA, MIB, ROOT_A, disk_bytes
from image.pool import Pool, write_lock
from image.python_tree import install_kioskd
from image.release import say_release
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
    """The folder of files that start this root, without its command line."""
    root: Path
    wheels: list[Path]


def build(work: Path, base: Path, headers: list[Path], epoch: int) -> Built:
    """Make a disk image in ``work`` from a base tree."""
    root, slot, boot = work / "root", work / "slot", work / "boot"
    copy_root(base, root)
    wheels = install_kioskd(root, work, headers)
    firmware = work / "firmware"
    shutil.rmtree(firmware, ignore_errors=True)
    shutil.copytree(root / "usr/lib/raspi-firmware", firmware)
    take_slot_files(root, slot)
    make_boot(slot, firmware, boot)
    finish(root, epoch)
    say_release(root, manifest.version())
    say("making file systems")
    rootfs, fat, data = work / "rootfs.ext4", work / "boot.fat", work / "data.ext4"
    make_ext4(root, rootfs, ROOT_A, epoch, journal=False)
    make_fat(boot, fat, BOOT, epoch)
    make_ext4(_data_folder(work, root), data, DATA, epoch)
    disk = work / "kioskd.img"
    make_disk(disk, {BOOT: fat, ROOT_A: rootfs, DATA: data})
    return Built(disk, rootfs, slot, root, wheels)


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


def _build_once(out: Path, pool: Pool, epoch: int, *, fresh: bool) -> Built:
    from_where = fresh_base if fresh else kept_base
    return build(out, from_where(out, pool, epoch), pool.headers(), epoch)


def main(arguments: list[str] | None = None) -> int:
    """Build as the command line says."""
    parser = argparse.ArgumentParser(prog="make image")
    parser.add_argument("--lock", action="store_true", help="renew the lock file, build nothing")
    parser.add_argument("--twice", action="store_true", help="build twice and compare all bytes")
    parser.add_argument("--out", type=Path, default=PROJECT / "build/image")
    options = parser.parse_args(arguments)
    try:
        return _main(options.out, lock=options.lock, twice=options.twice)
    except BuildRefused as refused:
        print(f"image: {refused}", file=sys.stderr)
        return 1


def _main(out: Path, *, lock: bool, twice: bool) -> int:
    if os.geteuid() != 0:
        raise BuildRefused("only root can give files their owners: sudo make image")
    began = time.monotonic()
    install_build_packages()
    out.mkdir(parents=True, exist_ok=True)
    pool = Pool(out / "pool")
    if lock:
        write_lock(pool.renew())
        return 0
    epoch = int(run(["git", "-C", PROJECT, "log", "-1", "--format=%ct"]))
    built = _build_once(out, pool, epoch, fresh=twice)
    name = out / f"kioskd-{manifest.version()}"
    size = compress(built.disk, name.with_name(f"{name.name}.img.zst"))
    manifest.write(built.disk, built.root, name.with_name(f"{name.name}.manifest.json"), epoch)
    sbom.write(built.root, built.wheels, name.with_name(f"{name.name}.sbom.json"), epoch)
    say(
        f"{name.name}.img.zst {size / MIB:.0f} MiB, written {disk_bytes() / MIB:.0f} MiB,"
        f" in {(time.monotonic() - began) / 60:.1f} min"
    )
    return _build_again(out, built, pool, epoch) if twice else 0


def _build_again(out: Path, first: Built, pool: Pool, epoch: int) -> int:
    """Build a second time in another folder, and tell every difference."""
    again = out / "again"
    again.mkdir(exist_ok=True)
    second = _build_once(again, pool, epoch, fresh=True)
    differences = compare.differences(first.disk, second.disk, again)
    for line in differences:
        print(line)
    say(f"{len(differences)} differences" if differences else "both builds are the same bytes")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
