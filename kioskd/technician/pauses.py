"""How long to wait before a kiosk that fell is tried again: longer each time in a row.

The first two falls are passed over in silence; systemd 252 has no pauses that grow. Kept in /run,
so a restart of the board begins anew; after an hour without a fall too.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kioskd import log

PAUSE_FILE = Path("/run/kioskd-notice/pause.json")
SILENT_S = (2.0, 2.0)
SHOWN_S = (60.0, 120.0, 300.0, 600.0, 900.0)
FORGOTTEN_AFTER_S = 3600.0


class _Row(msgspec.Struct, frozen=True):
    """How many falls there were in a row, and when the last pause ended, by the time since boot."""

    count: int
    until_s: float


@dataclass(frozen=True, slots=True)
class Pause:
    """The pause after one fall."""

    count: int
    """The first of a row is 1."""
    length_s: float
    shown: bool
    """Whether the reason stands on the panel meanwhile."""


def next_pause(file: Path, *, is_told: bool) -> Pause:
    """Return how long to wait this time, and remember that it was this time's turn.

    A reason that is told, and will not go away by trying again, is shown from the first time on.
    """
    now_s = time.clock_gettime(time.CLOCK_BOOTTIME)
    row = _read(file)
    count = row.count + 1 if row is not None and now_s - row.until_s < FORGOTTEN_AFTER_S else 1
    lengths = SHOWN_S if is_told else (*SILENT_S, *SHOWN_S)
    length_s = lengths[min(count, len(lengths)) - 1]
    try:
        file.write_bytes(msgspec.json.encode(_Row(count, now_s + length_s)))
    except OSError as refused:
        log.warning("notice.pause_not_kept", reason=refused.strerror)
    return Pause(count, length_s, shown=length_s >= SHOWN_S[0])


def falls_in(text: str) -> int:
    """Return how many falls there were in a row by that file; 0 where it cannot be read."""
    try:
        return msgspec.json.decode(text, type=_Row).count
    except msgspec.MsgspecError:
        return 0


def _read(file: Path) -> _Row | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Row)
    except (OSError, msgspec.MsgspecError):
        return None
