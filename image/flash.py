"""``make flash``: write the image to a memory card, read it back and compare.

usage: python -m image.flash DEVICE [--image FILE.img.zst] [--site kioskd.txt]
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from image import manifest
from image.card import Machine, disk_name, reasons_against
from image.finish import PROJECT
from image.layout import BOOT, MIB
from image.manifest import PartitionHash
from image.say import BuildRefused, run, say

_BLOCK = 4 * MIB
_BLKFLSBUF = 0x1261
"""Linux: forget what is cached of a block device, so that reading asks the card."""
Show = Callable[[str], None]


@contextmanager
def unpacked(image: Path) -> Iterator[Iterator[bytes]]:
    """Give the bytes of an image, unpacked on the way if it is compressed.

    Raises:
        BuildRefused: it is damaged.
    """
    words = ["zstd", "--quiet", "--decompress", "--stdout", str(image)]
    words = words if image.suffix == ".zst" else ["cat", str(image)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        yield iter(lambda: program.stdout.read(_BLOCK), b"")  # type: ignore[union-attr]
        program.stdout.close()
    if program.returncode:
        raise BuildRefused(f"{image.name} is damaged: fetch it again")


class Checked:
    """Hashes each partition of what passes by."""

    def __init__(self, partitions: Sequence[PartitionHash]) -> None:
        self._partitions = partitions
        self._hashes = [hashlib.sha256() for _ in partitions]
        self._position = 0

    def add(self, block: bytes) -> None:
        """Take the next bytes."""
        for partition, digest in zip(self._partitions, self._hashes, strict=True):
            first = max(partition.offset - self._position, 0)
            last = min(partition.offset + partition.size - self._position, len(block))
            if first < last:
                digest.update(memoryview(block)[first:last])
        self._position += len(block)

    def wrong(self) -> list[str]:
        """Name the partitions that are not what the manifest says."""
        pairs = zip(self._partitions, self._hashes, strict=True)
        return [one.name for one, digest in pairs if digest.hexdigest() != one.sha256]


def check_image(image: Path, partitions: Sequence[PartitionHash]) -> int:
    """Compare an image with its manifest; its size in bytes.

    Raises:
        BuildRefused: a partition differs.
    """
    checked, size = Checked(partitions), 0
    with unpacked(image) as blocks:
        for block in blocks:
            checked.add(block)
            size += len(block)
    if checked.wrong():
        wrong = ", ".join(checked.wrong())
        raise BuildRefused(f"{image.name} is not what its manifest says: {wrong}; fetch it again")
    return size


def write_card(device: Path, image: Path, size: int, show: Show = say) -> None:
    """Write all bytes of an image; returns when the card has them.

    Raises:
        BuildRefused: the card failed, was pulled out, or somebody else uses it.
    """
    try:
        card = os.open(device, os.O_WRONLY | os.O_EXCL)
        try:
            with unpacked(image) as blocks:
                _write_all(card, blocks, size, show)
            os.fsync(card)
        finally:
            os.close(card)
    except OSError as failed:
        raise BuildRefused(
            f"{device} cannot be written: {failed.strerror}; try another card"
        ) from failed


def _write_all(card: int, blocks: Iterator[bytes], size: int, show: Show) -> None:
    written = told = 0
    for block in blocks:
        rest = memoryview(block)
        while rest:
            rest = rest[os.write(card, rest) :]
        written += len(block)
        if written - told >= size // 10:
            told = written
            os.fdatasync(card)  # else the last tenth takes as long as all others
            show(f"written {written * 100 // size} %")


def read_back(
    device: Path, partitions: Sequence[PartitionHash], size: int, show: Show = say
) -> None:
    """Read the card, not what the machine remembers of it, and compare every partition.

    Raises:
        BuildRefused: the card does not give back what was written to it.
    """
    checked, left, told = Checked(partitions), size, size
    with device.open("rb", buffering=0) as card:
        fcntl.ioctl(card, _BLKFLSBUF)
        while left:
            block = card.read(min(_BLOCK, left))
            if not block:
                raise BuildRefused(f"{device} ends too early: throw this card away")
            checked.add(block)
            left -= len(block)
            if told - left >= size // 10:
                told = left
                show(f"read back {(size - left) * 100 // size} %")
    if checked.wrong():
        wrong = ", ".join(checked.wrong())
        raise BuildRefused(f"{device} does not keep what is written ({wrong}): throw it away")


def put_site(device: Path, site: Path) -> None:
    """Put a filled-in kioskd.txt on the card's boot partition, and read it back.

    Raises:
        BuildRefused: it is not there, or cannot be put there.
    """
    where = f"{device}@@{BOOT.offset}"
    env = {"MTOOLS_SKIP_CHECK": "1"}
    run(["mcopy", "-o", "-i", where, site, "::kioskd.txt"], env=env)
    descriptor = os.open(device, os.O_RDONLY)
    os.fsync(descriptor)
    fcntl.ioctl(descriptor, _BLKFLSBUF)
    os.close(descriptor)
    if run(["mtype", "-i", where, "::kioskd.txt"], env=env) != site.read_text(encoding="utf-8"):
        raise BuildRefused(f"{device} did not take {site.name}: try another card")


def flash(device: Path, image: Path, site: Path | None, machine: Machine) -> None:
    """Check image and card, write, read back.

    Raises:
        BuildRefused: anything is not as it should be; nothing is written before all is checked.
    """
    if shutil.which("zstd") is None:
        raise BuildRefused("zstd is not installed")
    if site is not None and not site.is_file():
        raise BuildRefused(f"{site} is not there")
    partitions = manifest.read(image.with_name(image.name.split(".img")[0] + ".manifest.json"))
    say(f"checking {image.name}")
    size = check_image(image, partitions)
    name = disk_name(device)
    if against := reasons_against(name, size, machine):
        raise BuildRefused("\n  ".join([f"{device} is left as it is:", *against]))
    write_card(device, image, size)
    read_back(device, partitions, size)
    if site is not None:
        put_site(device, site)
    say(f"{device} holds {image.name}, read back and compared; it may be taken out")


def newest_image() -> Path:
    """Find the image that was built last.

    Raises:
        BuildRefused: there is none.
    """
    found = sorted((PROJECT / "build/image").glob("*.img.zst"), key=lambda one: one.stat().st_mtime)
    if not found:
        raise BuildRefused("there is no image yet: sudo make image, or name one with --image")
    return found[-1]


def main(arguments: list[str] | None = None) -> int:
    """Flash as the command line says."""
    parser = argparse.ArgumentParser(prog="make flash")
    parser.add_argument("device", type=Path)
    parser.add_argument("--image", type=Path, help="a .img.zst with its manifest beside it")
    parser.add_argument("--site", type=Path, help="a filled-in kioskd.txt to put on the card")
    options = parser.parse_args(arguments)
    try:
        flash(options.device, options.image or newest_image(), options.site, Machine())
    except BuildRefused as refused:
        print(f"flash: {refused}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
