"""The border to the machine: its files below one root, its programs, its clock and its disks.

Everything the doctor knows of the system comes through here, so that a test gives it another
machine: a folder with the files of a worn card or of an under-voltage.
"""

import os
import re
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kioskd.technician.status import since_boot_s

PROGRAM_LIMIT_S: Final = 10.0
READ_BYTES_MAX: Final = 1 << 20
JOURNAL_PREFIX: Final = re.compile(r"^(\[ *[\d.]+\]) \S+ kernel:(?= )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Room:
    """How much of a file system is free."""

    free: int
    total: int
    free_files: int
    total_files: int
    """0: this file system counts none."""


class Machine:
    """The machine that this runs on; a test gives another root."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    def at(self, name: str) -> Path:
        """Return where ``/sys/...`` really is."""
        return self._root / name.lstrip("/")

    def read(self, name: str) -> str | None:
        """Return a file's text without its ends; None where it is not there or may not be read."""
        try:
            with self.at(name).open("rb") as file:
                data = file.read(READ_BYTES_MAX)
        except OSError:
            return None
        return data.decode("utf-8", "replace").strip("\0 \n")

    def found(self, pattern: str) -> list[str]:
        """Return the names of what is there, sorted: ``/sys/block/mmcblk*``."""
        found = sorted(self._root.glob(pattern.lstrip("/")))
        return [f"/{path.relative_to(self._root)}" for path in found]

    def link(self, name: str) -> str | None:
        """Return where a symbolic link leads; None where it is none or may not be read."""
        try:
            return os.readlink(self.at(name))
        except OSError:
            return None

    def run(self, *words: str) -> str | None:
        """Return what a program prints; None where it is not there, is slow, or fails."""
        try:
            done = subprocess.run(  # noqa: S603  (the words are the doctor's own)
                words,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PROGRAM_LIMIT_S,
                check=False,
                env=os.environ | {"LC_ALL": "C.UTF-8"},
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None

    def now(self) -> float:
        """Return the seconds since 1970 by this machine's clock."""
        return time.time()

    def booted_s(self) -> float:
        """Return the seconds since this machine was started."""
        return since_boot_s()

    def room(self, folder: Path) -> Room:
        """Return how much is free where ``folder`` is. Raises OSError."""
        found = os.statvfs(folder)
        return Room(
            found.f_bavail * found.f_frsize,
            found.f_blocks * found.f_frsize,
            found.f_favail,
            found.f_files,
        )

    def addresses(self, host: str) -> tuple[str, ...]:
        """Ask the resolver for a name. Raises OSError."""
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        return tuple(sorted({str(one[4][0]) for one in found}))

    def kernel_log(self) -> list[str] | None:
        """Return the kernel's lines, ``[   12.345678] usb``; None where they may not be read."""
        text = self.run("dmesg")
        if text is None:  # a unit that may not ask the kernel may still read the system's log
            words = ("--dmesg", "--boot", "--no-pager", "--output=short-monotonic")
            text = JOURNAL_PREFIX.sub(r"\1", self.run("journalctl", *words) or "")
        return text.splitlines() or None
