"""Keeps the region pack: from the centre where it answers, from disk where it does not.

Asked for again now and then, and soon after the centre was away; a new pack is there for the next
visitor, never in the middle of a visit. What is not believed changes nothing but ``trouble``.
"""

from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial
from typing import Protocol, TypeVar

import trio

from kioskd import log
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import PackNotBelieved, ServerError
from kioskd.protocols.central_pack import SignedPack, tag_of
from kioskd.relay.pack_check import PackChecker
from kioskd.relay.region_copy import RegionCopy, SeenPack

T = TypeVar("T")

REFRESH_S = 600.0
RETRY_S = 5.0
DOUBT_S = 60.0
"""After a pack that was not believed: it is large, and somebody has to act first."""


class Beside(Protocol):
    """Runs what may block for long beside the frames; never abandoned."""

    def __call__(self, job: Callable[[], T], /) -> Awaitable[T]: ...


class RegionSource(Protocol):
    """Where packs come from."""

    async def region(self, held: str) -> SignedPack | None:
        """Fetch the pack, unless it is the one with the tag ``held``.

        Raises ServerError, PackNotBelieved where it came without a proof.
        """


class RegionKeeper:
    """``seen`` is the newest pack that is believed; None until there is one at all."""

    def __init__(
        self,
        source: RegionSource,
        copy: RegionCopy,
        checker: PackChecker,
        today: Callable[[], date],
        beside: Beside = trio.to_thread.run_sync,
    ) -> None:
        self._source, self._copy, self._checker = source, copy, checker
        self._today, self._beside = today, beside
        self._failed, self._pause_s = "", REFRESH_S
        self._changed, self._asked = trio.Event(), trio.Event()
        self.seen: SeenPack | None = None
        self.trouble: Trouble | None = None
        """That the centre's newest answer was not believed."""

    async def begin(self) -> SeenPack | None:
        """Look at the disk, then ask the centre once; return what is to be shown, if anything."""
        if self.seen is None:
            self.seen = await self._beside(self._copy.load)
        if not await self._fetch() and self.seen is not None:
            log.event("region.from_disk", version=self.seen.pack.version)
        return self.seen

    async def run(self) -> None:
        """Ask again for ever."""
        while True:
            with trio.move_on_after(self._pause_s):
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
        """Ask the centre; tell whether ``seen`` is what it wants now."""
        try:
            seen = await self._asked_for()
        except ServerError as error:
            self._note_failure(error.operator_code, RETRY_S)
            return False
        except PackNotBelieved as doubt:
            code = doubt.fault.value
            self.trouble = Trouble(TroubleReason.PACK_NOT_BELIEVED, code)
            self._note_failure(code, DOUBT_S)
            return False
        self._failed, self._pause_s, self.trouble = "", REFRESH_S, None
        await self._take(seen)
        return True

    def _note_failure(self, code: str, pause_s: float) -> None:
        if self._failed != code:
            log.warning("region.not_fetched", code=code)
        self._failed, self._pause_s = code, pause_s

    async def _asked_for(self) -> SeenPack:
        """Fetch what differs from ``seen`` and check it. Raises ServerError, PackNotBelieved."""
        held = None if self.seen is None else self.seen.believed
        signed = await self._source.region("" if held is None else tag_of(held.signed.body))
        if signed is not None:
            held = await self._beside(partial(self._checker.fresh, signed, held))
        assert held is not None, "nothing is confirmed that was not shown"
        return SeenPack(held, self._today().isoformat())

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
