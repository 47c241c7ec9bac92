"""Wiping the data partition: keys first, each file written over, then all room that is free.

A card may keep old copies of what is written over where nobody but its maker can read them; what
it says is free is given back to it as well (``fstrim``). Safe to do again after any cut.
"""

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from kioskd.provision.machine import Machine
from kioskd.provision.places import Places
from kioskd.relay.safe_file import sync_folder

FILL_FILE: Final = "fill"
_CHUNK: Final = bytes(1 << 20)


def wipe(places: Places, machine: Machine, keep: Path) -> None:
    """Wipe all but ``keep``. Raises OSError."""
    _wipe_tree(places.state / "identity", keep)
    _wipe_tree(places.vault, keep)
    _wipe_tree(places.data, keep)
    _fill(places.data / FILL_FILE, machine.free_bytes(places.data))
    machine.discard_free(places.data)


def _wipe_tree(folder: Path, keep: Path) -> None:
    """Write over and remove every file below, and folders that are empty then.

    Those at the top stay: they may be mounted elsewhere.
    """
    for root, folders, files in os.walk(folder, topdown=False):
        for name in files:
            file = Path(root, name)
            if file != keep:
                _wipe_file(file)
        if Path(root) != folder:
            _remove_empty(Path(root, name) for name in folders)
        sync_folder(Path(root))


def _remove_empty(folders: Iterable[Path]) -> None:
    for folder in folders:
        if folder.is_symlink():
            folder.unlink()
        elif not any(folder.iterdir()):
            folder.rmdir()


def _wipe_file(file: Path) -> None:
    if not file.is_symlink():
        with open(file, "r+b") as target:
            left = os.fstat(target.fileno()).st_size
            while left > 0:
                left -= target.write(_CHUNK[:left])
            target.flush()
            os.fsync(target.fileno())
    file.unlink()


def _fill(file: Path, room: int) -> None:
    """Write over all that is free."""
    with open(file, "wb", buffering=0) as target:
        try:
            while room > 0:
                room -= target.write(_CHUNK)
        except OSError as refused:
            if refused.errno != errno.ENOSPC:
                raise
        finally:
            os.fsync(target.fileno())
            file.unlink()
