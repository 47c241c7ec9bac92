"""Bring every outbox row of the journal to the centre, in order, until it has answered each.

At least once, the same bytes each time; the centre makes it once by reference and state. Back-off
is full jitter (facts, server-and-libraries 3.3), cut short when a new row is written or the centre
is seen again. What the centre refuses for good is set aside for a person, never dropped. When
nothing else waits, the links of the journal's chain follow, so that the centre is its witness.
"""

import random
from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeVar

import trio

from kioskd import log
from kioskd.domain.payment import PaymentRef
from kioskd.errors import ServerError, ServerRefused
from kioskd.payments.contract import ReportKind, Waiting
from kioskd.payments.desk import Keep, at_once
from kioskd.protocols.central import Posting, ProblemCode
from kioskd.protocols.central_books import ChainHead, ChainLinks, DayEndAnswer, PrintReport

T = TypeVar("T")

BACK_OFF_LIMIT_S: Final = 300.0
WORTH_REPEATING: Final = frozenset({401, 403, 408, 425, 429})
"""Of the 4xx: what is not about this report, but about now or about this kiosk."""
ANSWERS: Final = MappingProxyType[ReportKind, type[Any]](
    {
        ReportKind.PAYMENT: Posting,
        ReportKind.PRINT: PrintReport,
        ReportKind.DAY_END: DayEndAnswer,
    }
)


class Outbox(Protocol):
    """What the uplink asks of the journal; see ``payments.outbox.Outbox``."""

    def listen(self, on_report: Callable[[], None]) -> None: ...
    def next_report(self) -> Waiting | None: ...
    def mark_delivered(self, seq: int, posting: Posting | None = None) -> None: ...
    def quarantine(self, seq: int, status: int, code: str) -> None: ...
    def answered(self, ref: PaymentRef) -> Posting | None: ...
    def refused(self, ref: PaymentRef) -> bool: ...
    def next_links(self) -> ChainLinks | None: ...
    def mark_witnessed(self, head: ChainHead) -> None: ...
    def distrust(self, reason: str) -> None: ...
    def tidy(self) -> None: ...


class ReportTarget(Protocol):
    """What the uplink asks of the client."""

    def listen(self, on_back: Callable[[], None]) -> None: ...
    async def put(self, path: str, body: bytes, wanted: type[T]) -> T: ...
    async def send_links(self, links: ChainLinks) -> ChainHead: ...


class Uplink:
    """One sender for one outbox."""

    def __init__(
        self,
        outbox: Outbox,
        target: ReportTarget,
        keep: Keep = at_once,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._outbox, self._target, self._keep, self._jitter = outbox, target, keep, jitter
        self._token: trio.lowlevel.TrioToken | None = None
        self._wake = trio.Event()
        self._progress = trio.Event()
        outbox.listen(self.wake)
        target.listen(self.wake)

    def wake(self) -> None:
        """Try again at once; may be called from any thread."""
        if self._token is not None:
            self._token.run_sync_soon(self._set_wake, idempotent=True)

    def _set_wake(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Send what waits, for ever. Raises JournalDamaged."""
        self._token = trio.lowlevel.current_trio_token()
        failures = 0
        while True:
            self._wake = trio.Event()  # before looking: what is written from here on wakes us
            if await self._send_next():
                failures = 0
                continue
            failures += 1
            with trio.move_on_after(self._back_off_s(failures)):
                await self._wake.wait()

    async def delivered(self, ref: PaymentRef, within_s: float) -> Posting | None:
        """Wait for the centre's word on ``ref``; None if it takes longer or is a refusal."""
        with trio.move_on_after(within_s):
            while (posting := self._outbox.answered(ref)) is None:
                if self._outbox.refused(ref):
                    return None
                await self._progress.wait()
            return posting
        return None

    async def _send_next(self) -> bool:
        """Send one thing, or wait until there is one; return False if it has to wait."""
        waiting = self._outbox.next_report()
        if waiting is not None:
            return await self._deliver(waiting)
        links = self._outbox.next_links()
        if links is not None:
            return await self._witness(links)
        await self._keep(self._outbox.tidy)
        await self._wake.wait()
        return True

    async def _deliver(self, waiting: Waiting) -> bool:
        try:
            answer = await self._target.put(waiting.path, waiting.body, ANSWERS[waiting.kind])
        except ServerRefused as refusal:
            return await self._refused(waiting, refusal)
        except ServerError as error:
            log.event("uplink.waits", ref=waiting.ref, seq=waiting.seq, code=error.operator_code)
            return False
        posting = answer if isinstance(answer, Posting) else None
        if posting is not None and posting.ref != waiting.ref:
            log.warning("uplink.answer_of_another", ref=waiting.ref, seq=waiting.seq)
            return False
        await self._keep(lambda: self._outbox.mark_delivered(waiting.seq, posting))
        log.event("uplink.delivered", kind=waiting.kind, ref=waiting.ref, seq=waiting.seq)
        self._tell()
        return True

    async def _refused(self, waiting: Waiting, refusal: ServerRefused) -> bool:
        if _worth_repeating(refusal):
            log.warning("uplink.put_off", ref=waiting.ref, code=refusal.code)
            return False
        status, code = refusal.status, refusal.code
        await self._keep(lambda: self._outbox.quarantine(waiting.seq, status, code))
        log.warning("uplink.quarantined", ref=waiting.ref, seq=waiting.seq, code=refusal.code)
        self._tell()
        return True

    async def _witness(self, links: ChainLinks) -> bool:
        try:
            head = await self._target.send_links(links)
        except ServerRefused as refusal:
            if refusal.code == ProblemCode.CHAIN_BROKEN.value:
                self._outbox.distrust(f"the centre knows another journal {links.series}")
            log.warning("uplink.links_refused", first=links.first, code=refusal.code)
            return False
        except ServerError as error:
            log.event("uplink.links_wait", first=links.first, code=error.operator_code)
            return False
        if (head.series, head.head) != (links.series, links.head):
            log.warning("uplink.links_answered_wrongly", first=links.first)
            return False
        await self._keep(lambda: self._outbox.mark_witnessed(head))
        return True

    def _tell(self) -> None:
        self._progress.set()
        self._progress = trio.Event()

    def _back_off_s(self, failures: int) -> float:
        return self._jitter(0, min(BACK_OFF_LIMIT_S, 2.0 ** min(failures, 30)))


def _worth_repeating(refusal: ServerRefused) -> bool:
    return refusal.status >= 500 or refusal.status in WORTH_REPEATING
