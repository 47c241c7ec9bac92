"""Writing what is made anew at every boot: whole, and readable by whom it is for.

The mode is set after the file is made: a unit's umask would take it away.
"""

import os
from pathlib import Path
from typing import Final

FOR_ALL: Final = 0o644
FOR_KIOSK: Final = 0o640
FOR_ROOT: Final = 0o600


def make_folder(folder: Path) -> None:
    """Make a folder that all may look into. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)


def write_made(path: Path, data: bytes | str, mode: int = FOR_ALL) -> None:
    """Write a file in the place of another; whoever reads it finds it whole. Raises OSError."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FOR_ROOT), "wb") as file:
        file.write(data.encode("utf-8") if isinstance(data, str) else data)
    part.chmod(mode)
    part.replace(path)
