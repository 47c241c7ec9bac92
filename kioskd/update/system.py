"""The two commands of the system that an update needs: mounting anew, and starting anew."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

COMMAND_S: Final = 60
REBOOT: Final = ("/usr/bin/systemctl", "reboot", "--reboot-argument=0 tryboot")


@contextmanager
def writable(firmware: Path) -> Iterator[None]:
    """Make the firmware's partition writable for as long as needed, if it is one.

    Mounting it read-only again is also what puts everything on the card. Raises OSError.
    """
    if not os.path.ismount(firmware):
        yield
        return
    _remount(firmware, "rw")
    try:
        yield
    finally:
        _remount(firmware, "ro")


def _remount(firmware: Path, how: str) -> None:
    words = ["/usr/bin/mount", "-o", f"remount,{how}", str(firmware)]
    done = subprocess.run(words, capture_output=True, timeout=COMMAND_S, check=False)
    if done.returncode != 0:
        raise OSError(0, f"remount,{how} failed", str(firmware))


def reboot_into_trial() -> None:
    """Restart; the firmware reads ``tryboot.txt`` once. Raises CalledProcessError."""
    subprocess.run(REBOOT, check=True, timeout=COMMAND_S)
