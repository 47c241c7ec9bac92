"""What is known of the cabinet across a power cut: whether payments are held, and what is untold.

One small file, written whole, synced and renamed: door events are rare, and who opens a door may
well cut the power next (decision 0025). Holds nothing of any citizen.
"""

import math
import os
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import trio

from kioskd import log
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import ServerError, ServerRefused
from kioskd.protocols import central
from kioskd.protocols.central_cabinet import CabinetEvent, CabinetEventKind
from kioskd.relay.cabinet import CabinetCalls
from kioskd.relay.clock import utc_now

RETRY_S = 5.0
EVENTS_MAX = 200
"""Of a door that flutters for days without a centre the newest are kept."""
HELD = Trouble(TroubleReason.PAYMENTS_HELD, "B-02")
CARRY_ON = frozenset({"unavailable", "kiosk_unknown", "session_unknown"})
"""Refusals that may pass; any other answer would be the same for ever."""


@dataclass(frozen=True, slots=True)
class _Page:
    """What the file holds."""

    held: bool = False
    untold: tuple[CabinetEvent, ...] = ()


class CabinetBook:
    """Fulfils ``contracts.CabinetBook``; ``tell_forever`` brings the events to the centre."""

    def __init__(self, path: Path) -> None:
        """Read the file; one that cannot be read holds payments: nobody knows what it said."""
        self._path = path
        self._page = _read(path)
        self._turn = trio.Lock()
        self._changed = trio.Event()

    @property
    def held(self) -> bool:
        """Whether payments are held."""
        return self._page.held

    @property
    def all_told(self) -> bool:
        """Whether the centre has every event."""
        return not self._page.untold

    @property
    def trouble(self) -> Trouble | None:
        """For the health board."""
        return HELD if self._page.held else None

    async def note(self, kind: CabinetEventKind) -> None:
        """Keep that something happened; an opening holds payments before the disk has it."""
        event = CabinetEvent(uuid4().hex, kind, utc_now())
        log.warning("cabinet.event", kind=kind, ref=event.ref)
        held = self._page.held or kind is CabinetEventKind.OPENED
        await self._turn_to(_Page(held, (*self._page.untold, event)[-EVENTS_MAX:]))

    async def release(self) -> None:
        """Let payments start again."""
        log.event("cabinet.released")
        await self._turn_to(replace(self._page, held=False))

    async def tell_forever(self, centre: CabinetCalls) -> None:
        """Tell the centre each event, oldest first, as often as it takes. Never returns."""
        while True:
            changed = self._changed
            if self._page.untold and await self._told(centre, self._page.untold[0]):
                continue
            with trio.move_on_after(RETRY_S if self._page.untold else math.inf):
                await changed.wait()

    async def _told(self, centre: CabinetCalls, event: CabinetEvent) -> bool:
        try:
            await centre.tell_event(event)
        except ServerRefused as refusal:
            log.warning("cabinet.event_refused", ref=event.ref, code=refusal.code)
            if refusal.code in CARRY_ON:
                return False
        except ServerError as error:
            log.warning("cabinet.event_untold", ref=event.ref, code=error.operator_code)
            return False
        rest = tuple(one for one in self._page.untold if one.ref != event.ref)
        await self._turn_to(replace(self._page, untold=rest))
        return True

    async def _turn_to(self, page: _Page) -> None:
        """Go on with ``page`` at once; then keep the newest, whatever another writes meanwhile."""
        self._page = page
        self._changed.set()
        self._changed = trio.Event()
        async with self._turn:
            data = central.encode(self._page)
            await trio.to_thread.run_sync(_write, self._path, data)


def _read(path: Path) -> _Page:
    try:
        return central.decode(path.read_bytes(), _Page)
    except FileNotFoundError:
        return _Page()
    except (OSError, central.ContractBroken) as broken:
        log.warning("cabinet.book_unreadable", reason=str(broken))
        return _Page(held=True)


def _write(path: Path, data: bytes) -> None:
    """Replace the file, synced; a disk that refuses costs the memory of it, not the hold."""
    part = path.with_suffix(".part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as refused:
        log.warning("cabinet.book_not_kept", reason=str(refused))
