"""The timeline: entries of every lane by one clock, in the order they were told."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import trio

LANES = (
    "citizen",
    "screen",
    "journal",
    "card",
    "id-reader",
    "pin-pad",
    "receipt",
    "a4",
    "centre",
    "ledger",
    "fault",
    "power",
)
"""From the citizen over the kiosk to its devices, the centre, and what goes wrong."""
TO_DEVICE, TO_KIOSK, EVENT = ">", "<", "!"
"""As in the wire logs."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened."""

    at_s: float
    """Seconds since the world began."""
    lane: str
    """One of ``LANES``."""
    direction: str
    """``>`` from the kiosk to the lane, ``<`` from the lane to the kiosk, ``!`` in it."""
    text: str
    """What it means, in a few words."""
    detail: str = ""
    """As it went over the wire or was written, personal data masked."""

    def __post_init__(self) -> None:
        assert self.lane in LANES, f"no lane {self.lane}"
        assert self.direction in (TO_DEVICE, TO_KIOSK, EVENT), f"no direction {self.direction}"


class Timeline:
    """Keeps entries and the clock they share, which starts with it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._start = clock, clock()
        self.began_at = time.time()
        """When it began, in seconds since the epoch."""
        self.entries: list[Entry] = []
        self._changed = trio.Event()

    def now_s(self) -> float:
        """Return the seconds since the world began, to the tenth of a millisecond."""
        return round(self._clock() - self._start, 4)

    def add(self, entry: Entry) -> None:
        """Keep an entry and wake whoever waits for one."""
        self.entries.append(entry)
        changed, self._changed = self._changed, trio.Event()
        changed.set()

    def note(self, lane: str, direction: str, text: str, detail: str = "") -> None:
        """Add what happens now."""
        self.add(Entry(self.now_s(), lane, direction, text, detail))

    async def changed(self) -> None:
        """Return at the next entry."""
        await self._changed.wait()
