"""Keeps the region pack: from the centre where it answers, from disk where it does not.

Asked for again now and then, and soon after the centre was away; a new pack is there for the next
visitor, never in the middle of a visit.
"""

from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial
from typing import Protocol

import trio

from kioskd import log
from kioskd.domain.region import RegionPack
from kioskd.errors import ServerError
from kioskd.relay.region_copy import RegionCopy, SeenPack

Beside = Callable[[Callable[[], None]], Awaitable[None]]
"""Runs what may block for long beside the frames; never abandoned."""
REFRESH_S = 600.0
RETRY_S = 5.0


class RegionSource(Protocol):
    """Where packs come from."""

    async def region(self) -> RegionPack:
        """Fetch the region pack. Raises ServerError."""


class RegionKeeper:
    """``seen`` is the newest pack; None until there is one at all."""

    def __init__(
        self,
        source: RegionSource,
        copy: RegionCopy,
        today: Callable[[], date],
        beside: Beside = trio.to_thread.run_sync,
    ) -> None:
        self._source, self._copy, self._today, self._beside = source, copy, today, beside
        self._failed = ""
        self._changed, self._asked = trio.Event(), trio.Event()
        self.seen: SeenPack | None = None

    async def begin(self) -> SeenPack | None:
        """Ask the centre once; where it does not answer take the kept pack, if there is one."""
        if not await self._fetch() and self.seen is None:
            self.seen = self._copy.load()
            if self.seen is not None:
                log.event("region.from_disk", version=self.seen.pack.version)
        return self.seen

    async def run(self) -> None:
        """Ask again for ever."""
        while True:
            with trio.move_on_after(RETRY_S if self._failed else REFRESH_S):
                await self._asked.wait()
            self._asked = trio.Event()
            await self._fetch()

    def refresh(self) -> None:
        """Ask again at once: the centre has said that there is another pack for this kiosk."""
        self._asked.set()

    async def changed(self) -> None:
        """Return when there is another pack than now."""
        await self._changed.wait()

    async def _fetch(self) -> bool:
        try:
            pack = await self._source.region()
        except ServerError as error:
            if self._failed != error.operator_code:
                log.warning("region.not_fetched", code=error.operator_code)
            self._failed = error.operator_code
            return False
        self._failed = ""
        await self._take(SeenPack(pack, self._today().isoformat()))
        return True

    async def _take(self, seen: SeenPack) -> None:
        """Keep it if it is new, or was last confirmed on another day."""
        before, self.seen = self.seen, seen
        if before == seen:
            return
        await self._beside(partial(self._copy.keep, seen))
        if before is None or before.pack != seen.pack:
            log.event("region.taken", version=seen.pack.version)
            changed, self._changed = self._changed, trio.Event()
            changed.set()
