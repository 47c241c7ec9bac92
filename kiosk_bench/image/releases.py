"""The releases that an update is tried with, and what a card holds of them while it is off.

A slot is whole if its root file system and its boot files are, byte by byte, those of a release:
nothing else is believed, neither what the kiosk says nor the version that is written in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from kiosk_bench.image.firmware import BootPartition, partitions

ROOT_PARTITIONS = {"a": 2, "b": 3}
COMMAND_LINE = "cmdline.txt"
"""Differs from slot to slot; the firmware's choice tells whether it is right."""
CHUNK = 1 << 20
DAMAGED_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class Release:
    """One version, by its content."""

    version: str
    root_bytes: int
    root: str
    """SHA-256 of the root file system."""
    boot: frozenset[tuple[str, str]]
    """Name and SHA-256 of each boot file."""


@dataclass(frozen=True, slots=True)
class Offers:
    """Signed bundles that a centre may have, and by whose keys it believes each."""

    flashed: Release
    """What is on the card at first."""
    next: Release
    """What shall take its place."""
    next_bundle: Path
    keys: Path
    """Pinned by the image."""
    refused: tuple["Refused", ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A bundle that no kiosk may take, and the code with which it says so."""

    what: str
    version: str
    bundle: Path
    keys: Path
    """Of whoever signed it: a centre that was taken over believes anybody."""
    code: str


def release_of_build(version: str, rootfs: Path, boot: Path) -> Release:
    """Return what a build made: its root file system and the boot folder of a slot."""
    with rootfs.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return Release(version, rootfs.stat().st_size, digest, _files(boot))


def release_on_card(version: str, disk: Path, slot: str) -> Release:
    """Return what a slot of a card holds."""
    _, size = _root_of(disk, slot)
    return Release(version, size, _root_digest(disk, slot, size), boot_files(disk, slot))


def version_in(disk: Path, slot: str, known: Iterable[Release]) -> str:
    """Return the version that a slot holds whole; empty if it holds no whole one."""
    boot, digests = boot_files(disk, slot), dict[int, str]()
    for one in known:
        if one.boot != boot:
            continue
        size = one.root_bytes
        digests[size] = digests.get(size) or _root_digest(disk, slot, size)
        if digests[size] == one.root:
            return one.version
    return ""


def boot_files(disk: Path, slot: str) -> frozenset[tuple[str, str]]:
    """Return name and SHA-256 of the boot files of a slot."""
    return boot_files_in(BootPartition(disk), slot)


def boot_files_in(boot: BootPartition, slot: str) -> frozenset[tuple[str, str]]:
    """Return the same of a boot partition."""
    with TemporaryDirectory() as folder:
        boot.copy_out_folder(slot, Path(folder))
        return _files(Path(folder) / slot)


def _files(folder: Path) -> frozenset[tuple[str, str]]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != COMMAND_LINE]
    return frozenset(
        (path.relative_to(folder).as_posix(), sha256(path.read_bytes()).hexdigest())
        for path in files
    )


def _root_of(disk: Path, slot: str) -> tuple[int, int]:
    """Return where on the disk a slot's root is, and how long its partition."""
    number = ROOT_PARTITIONS[slot]
    (part,) = (one for one in partitions(disk) if one.number == number)
    return part.start, part.length


def _root_digest(disk: Path, slot: str, size: int) -> str:
    digest = sha256()
    with disk.open("rb") as file:
        file.seek(_root_of(disk, slot)[0])
        while size > 0 and (data := file.read(min(CHUNK, size))):
            size -= len(data)
            digest.update(data)
    return digest.hexdigest()


def damage(disk: Path, slot: str) -> None:
    """Overwrite the beginning of a slot's root file system, as a worn card may."""
    start, _ = _root_of(disk, slot)
    with disk.open("r+b") as file:
        file.seek(start)
        file.write(b"\xff" * DAMAGED_BYTES)
