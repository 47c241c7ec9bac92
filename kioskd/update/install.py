"""Writes a bundle into the slot that does not run, piece by piece, and reads all of it back.

Each piece is checked before it is unpacked, again before it is written, and again on the card.
Nothing remembers how far a download came: a piece that the slot holds already, from before a cut or
from an older version, is neither fetched nor written; one that the running slot holds at the same
place is copied from there. What is fetched goes straight to its place, so no room is needed for it.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

from backports import zstd

from kioskd import log
from kioskd.errors import UpdateFault, UpdateRefused
from kioskd.protocols.release_signature import Read
from kioskd.protocols.software_bundle import BOOT, COMMAND_LINE, PIECE_BYTES, Bundle, Part, Placed
from kioskd.update.slots import Machine, Slot, replace_file
from kioskd.update.system import writable

SYNC_EVERY: Final = 16
"""Pieces: so that the card is never busy for long with what has gathered in memory."""
Told = Callable[[int, int], None]
"""Is told how many pieces of how many are there, before each; may wait, or raise to end it all."""


def install(bundle: Bundle, read: Read, machine: Machine, told: Told) -> Slot:
    """Write the slot that does not run; return it, read back whole and offered for a trial.

    Raises UpdateRefused, and whatever ``read`` and ``told`` raise; it may always be begun again.
    """
    slot = machine.running().other
    if slot is machine.chosen():
        raise UpdateRefused(UpdateFault.ON_TRIAL)
    try:
        _write_root(bundle, read, machine, slot, told)
        _write_boot_folder(bundle, read, machine, slot)
        machine.offer_trial(slot)
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise UpdateRefused(UpdateFault.NOT_WRITTEN, detail) from None
    return slot


def _write_root(bundle: Bundle, read: Read, machine: Machine, slot: Slot, told: Told) -> None:
    root = bundle.manifest.root
    places = bundle.placed(root)
    fetched = copied = 0
    with _opened(machine.device(slot), os.O_RDWR) as target:
        if os.lseek(target, 0, os.SEEK_END) < root.size:
            raise UpdateRefused(UpdateFault.NO_ROOM, f"{root.size} bytes")
        with _opened(machine.device(slot.other), os.O_RDONLY) as running:
            for number, place in enumerate(places):
                told(number, len(places))
                if _holds(target, place):
                    continue
                if _holds(running, place):
                    data, copied = os.pread(running, place.size, place.start), copied + 1
                else:
                    data, fetched = piece_at(read, place), fetched + 1
                _write(target, data, place.start)
                if (fetched + copied) % SYNC_EVERY == 0:
                    os.fsync(target)
        os.fsync(target)
        os.posix_fadvise(target, 0, 0, os.POSIX_FADV_DONTNEED)
        check_whole(target, places)
    log.event("update.written", pieces=len(places), fetched=fetched, copied=copied)


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    handle = os.open(path, flags)
    try:
        yield handle
    finally:
        os.close(handle)


def _holds(handle: int, place: Placed) -> bool:
    return sha256(os.pread(handle, place.size, place.start)).digest() == place.piece.sha256


def _write(handle: int, data: bytes, start: int) -> None:
    view = memoryview(data)
    while view:
        done = os.pwrite(handle, view, start)
        view, start = view[done:], start + done


def check_whole(handle: int, places: tuple[Placed, ...]) -> None:
    """Raise UpdateRefused(NOT_WRITTEN) unless a slot holds every piece."""
    for place in places:
        if not _holds(handle, place):
            raise UpdateRefused(UpdateFault.NOT_WRITTEN, f"at {place.start // PIECE_BYTES} MiB")


def piece_at(read: Read, place: Placed) -> bytes:
    """Return a piece, unpacked and checked. Raises UpdateRefused(DAMAGED), and as ``read``."""
    packed = read(place.offset, place.piece.packed)
    if sha256(packed).digest() != place.piece.packed_sha256:
        raise UpdateRefused(UpdateFault.DAMAGED, f"at {place.offset} of the bundle")
    try:
        data = zstd.ZstdDecompressor().decompress(packed, max_length=place.size + 1)
    except zstd.ZstdError:
        data = b""
    if len(data) != place.size or sha256(data).digest() != place.piece.sha256:
        raise UpdateRefused(UpdateFault.DAMAGED, f"at {place.offset} of the bundle")
    return data


def _write_boot_folder(bundle: Bundle, read: Read, machine: Machine, slot: Slot) -> None:
    """Put the slot's boot files there and nothing else; what is the same stays untouched."""
    folder, parts = machine.boot_folder(slot), bundle.manifest.boot_files
    wanted = {COMMAND_LINE, *(part.name.removeprefix(BOOT) for part in parts)}
    _remove_others(machine.firmware, folder, wanted)
    for part in parts:
        name = part.name.removeprefix(BOOT)
        if not _is_there(folder / name, bundle, part):
            data = _whole(machine.boot_folder(slot.other) / name, bundle, part, read)
            replace_file(machine.firmware, f"{slot.value}/{name}", data)
    line = bundle.manifest.command_lines[slot.value]
    replace_file(machine.firmware, f"{slot.value}/{COMMAND_LINE}", line.encode() + b"\n")


def _whole(running: Path, bundle: Bundle, part: Part, read: Read) -> bytes | bytearray:
    """Return a boot file: the running slot's if that is the same, else the bundle's.

    It is in memory once and whole, so that the boot partition is writable for a moment only.
    """
    if _is_there(running, bundle, part):
        return running.read_bytes()
    data = bytearray(part.size)
    for place in bundle.placed(part):
        data[place.start : place.start + place.size] = piece_at(read, place)
    return data


def _is_there(path: Path, bundle: Bundle, part: Part) -> bool:
    if not path.is_file() or path.stat().st_size != part.size:
        return False
    with _opened(path, os.O_RDONLY) as handle:
        return all(_holds(handle, place) for place in bundle.placed(part))


def _remove_others(firmware: Path, folder: Path, wanted: set[str]) -> None:
    files = [path for path in folder.rglob("*") if not path.is_dir()]
    others = [path for path in files if path.relative_to(folder).as_posix() not in wanted]
    if others:
        with writable(firmware):
            for path in others:
                path.unlink()
