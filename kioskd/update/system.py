"""What an update asks of systemd: a boot partition that can be written, and one start on trial.

The rights to mount and to restart are those units', not the updater's.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

COMMAND_S: Final = 60
CARD_UNIT: Final = "kioskd-card.service"
"""While it is active the boot partition can be written."""
TRIAL_UNIT: Final = "kioskd-trial.service"
"""Restarts the machine; the firmware reads ``tryboot.txt`` once."""


@contextmanager
def writable(firmware: Path) -> Iterator[None]:
    """Make the firmware's partition writable for as long as needed, if it is one.

    Mounting it read-only again is also what puts everything on the card. Raises OSError.
    """
    if not os.path.ismount(firmware):
        yield
        return
    _systemctl("start", CARD_UNIT)
    try:
        yield
    finally:
        _systemctl("stop", CARD_UNIT)


def reboot_into_trial() -> None:
    """Restart into the other slot, this once. Raises OSError."""
    _systemctl("start", TRIAL_UNIT)


def _systemctl(verb: str, unit: str) -> None:
    words = ["/usr/bin/systemctl", verb, unit]
    try:
        subprocess.run(words, capture_output=True, timeout=COMMAND_S, check=True)
    except subprocess.SubprocessError as error:
        raise OSError(0, f"systemctl {verb}: {type(error).__name__}", unit) from None
