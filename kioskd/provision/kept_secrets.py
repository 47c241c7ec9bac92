"""Secrets leave the FAT partition: kept on the data partition first, then written over in place.

The file keeps its length, so FAT's own tables do not change: only the sectors of the values do.
What the file shall become is kept before that; after a power cut in the middle of it, a file that
is neither the old nor the new one, but differs only where secrets stood, is written again.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from kioskd.provision.site_file import Site
from kioskd.provision.site_keys import KEYS, SECRETS
from kioskd.provision.site_lines import Entry, same_length
from kioskd.relay.safe_file import sync_folder, write_safely

PLAN_FILE: Final = "wiping.json"


@dataclass(frozen=True, slots=True)
class _Plan:
    """What kioskd.txt shall become; no secret is in it."""

    new: str
    """Base 64."""
    places: tuple[tuple[int, int], ...]
    """From which byte to which it may differ from that."""


def keep(vault: Path, secrets: Iterable[Entry]) -> None:
    """Write secrets where only root reads, and sync. Raises OSError."""
    vault.mkdir(mode=0o700, exist_ok=True)
    for entry in secrets:
        write_safely(vault / entry.key, entry.value.encode("utf-8"))


def forget(vault: Path, key: str) -> None:
    """Remove a secret, if it is kept. Raises OSError."""
    try:
        (vault / key).unlink()
    except FileNotFoundError:
        return
    sync_folder(vault)


def kept(vault: Path, site: Site) -> dict[str, str]:
    """Return the kept secrets that the file still speaks of. Raises OSError."""
    files = ((key, vault / key) for key in SECRETS if key in site.values)
    return {key: file.read_text(encoding="utf-8") for key, file in files if file.exists()}


def forget_unnamed(vault: Path, site: Site) -> None:
    """Forget what the file speaks of no more; a code goes when it was used. Raises OSError."""
    for key in SECRETS:
        if key not in site.values and key != "code":
            forget(vault, key)


def wipe(file: Path, vault: Path, data: bytes, secrets: Iterable[Entry]) -> None:
    """Write over the secrets in the file whose content is ``data``. Raises OSError."""
    new, places = data, []
    for entry in secrets:
        new = same_length(new, entry.at, KEYS[entry.key].mark)
        places.append(entry.at)
    if new == data:
        return
    plan = _Plan(b64encode(new).decode("ascii"), tuple(places))
    write_safely(vault / PLAN_FILE, msgspec.json.encode(plan))
    _write_over(file, new)
    forget(vault, PLAN_FILE)


def is_unfinished(vault: Path) -> bool:
    """Tell whether a power cut may have left a file half written over."""
    return (vault / PLAN_FILE).exists()


def finish_wiping(file: Path, vault: Path) -> None:
    """Do again what a power cut left half done.

    A file that was edited in the meantime is left as it is. Raises OSError.
    """
    try:
        plan = msgspec.json.decode((vault / PLAN_FILE).read_bytes(), type=_Plan)
        new = b64decode(plan.new)
        found = file.read_bytes()
    except (FileNotFoundError, msgspec.DecodeError, ValueError):
        return
    if found != new and _same_elsewhere(found, new, plan.places):
        _write_over(file, new)
    forget(vault, PLAN_FILE)


def _same_elsewhere(found: bytes, new: bytes, places: Iterable[tuple[int, int]]) -> bool:
    if len(found) != len(new):
        return False
    patched = bytearray(found)
    for start, end in places:
        patched[start:end] = new[start:end]
    return bytes(patched) == new


def _write_over(file: Path, new: bytes) -> None:
    handle = os.open(file, os.O_WRONLY)
    try:
        written = 0
        while written < len(new):
            written += os.pwrite(handle, new[written:], written)
        os.fsync(handle)
    finally:
        os.close(handle)
