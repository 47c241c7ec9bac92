"""Writing a small file so that a power cut leaves the old one or the new one, never a part."""

import os
from pathlib import Path


def write_safely(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write beside, sync, rename, sync the folder. Raises OSError."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a renaming in ``folder`` durable. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
