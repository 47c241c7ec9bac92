"""How long a notice stands before the kiosk is tried again: longer each time in a row.

Kept in /run, so a restart of the board begins anew; after an hour without a notice too.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kioskd import log

PAUSES_S = (60.0, 120.0, 300.0, 600.0, 900.0)
FORGOTTEN_AFTER_S = 3600.0


class _Row(msgspec.Struct, frozen=True):
    """How many notices stood in a row, and when the last one ended, by the time since boot."""

    count: int
    until_s: float


@dataclass(frozen=True, slots=True)
class Pause:
    """The turn of one notice."""

    count: int
    """The first of a row is 1."""
    length_s: float


def next_pause(file: Path) -> Pause:
    """Return how long to wait this time, and remember that it was this time's turn."""
    now_s = time.clock_gettime(time.CLOCK_BOOTTIME)
    row = _read(file)
    count = row.count + 1 if row is not None and now_s - row.until_s < FORGOTTEN_AFTER_S else 1
    length_s = PAUSES_S[min(count, len(PAUSES_S)) - 1]
    try:
        file.write_bytes(msgspec.json.encode(_Row(count, now_s + length_s)))
    except OSError as refused:
        log.warning("notice.pause_not_kept", reason=refused.strerror)
    return Pause(count, length_s)


def _read(file: Path) -> _Row | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Row)
    except (OSError, msgspec.MsgspecError):
        return None
