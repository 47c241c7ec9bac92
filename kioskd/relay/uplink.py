"""Bring every outbox row of the journal to the centre, in order, until it has answered each.

At least once, the same bytes each time; the centre makes it once by reference and state. Back-off
is full jitter (facts, server-and-libraries 3.3), cut short when a new row is written or the centre
is seen again. What the centre refuses for good is set aside for a person, never dropped.
"""

import random
from collections.abc import Callable
from typing import Final, Protocol

import trio

from kioskd import log
from kioskd.domain.payment import PaymentRef
from kioskd.errors import ServerError, ServerRefused
from kioskd.payments.contract import Waiting
from kioskd.protocols.central import Posting

BACK_OFF_LIMIT_S: Final = 300.0
WORTH_REPEATING: Final = frozenset({401, 403, 408, 425, 429})
"""Of the 4xx: what is not about this report, but about now or about this kiosk."""


class Outbox(Protocol):
    """What the uplink asks of the journal; see ``payments.contract.PaymentJournal``."""

    def listen(self, on_report: Callable[[], None]) -> None: ...
    def next_report(self) -> Waiting | None: ...
    def mark_delivered(self, seq: int, posting: Posting) -> None: ...
    def quarantine(self, seq: int, status: int, code: str) -> None: ...
    def posting(self, ref: PaymentRef) -> Posting | None: ...
    def tidy(self) -> None: ...


class ReportTarget(Protocol):
    """What the uplink asks of the client."""

    def listen(self, on_back: Callable[[], None]) -> None: ...
    async def send_report(self, ref: str, body: bytes) -> Posting: ...


class Uplink:
    """One sender for one outbox."""

    def __init__(
        self,
        outbox: Outbox,
        target: ReportTarget,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._outbox, self._target, self._jitter = outbox, target, jitter
        self._wake = trio.Event()
        self._progress = trio.Event()
        outbox.listen(self.wake)
        target.listen(self.wake)

    def wake(self) -> None:
        """Try again at once."""
        self._wake.set()

    async def run(self) -> None:
        """Send what waits, for ever. Raises JournalDamaged."""
        failures = 0
        while True:
            self._wake = trio.Event()  # before looking: what is written from here on wakes us
            waiting = self._outbox.next_report()
            if waiting is None:
                self._outbox.tidy()
                await self._wake.wait()
            elif await self._deliver(waiting):
                failures = 0
            else:
                failures += 1
                with trio.move_on_after(self._back_off_s(failures)):
                    await self._wake.wait()

    async def delivered(self, ref: PaymentRef, within_s: float) -> Posting | None:
        """Wait for the official receipt number of ``ref``; None if it takes longer."""
        with trio.move_on_after(within_s):
            while (posting := self._outbox.posting(ref)) is None:
                await self._progress.wait()
            return posting
        return None

    async def _deliver(self, waiting: Waiting) -> bool:
        """Send one report; return False if it has to wait."""
        try:
            posting = await self._target.send_report(waiting.ref, waiting.body)
        except ServerRefused as refusal:
            return self._refused(waiting, refusal)
        except ServerError as error:
            log.event("uplink.waits", ref=waiting.ref, seq=waiting.seq, code=error.operator_code)
            return False
        self._outbox.mark_delivered(waiting.seq, posting)
        log.event("uplink.delivered", ref=waiting.ref, seq=waiting.seq, state=posting.state)
        self._progress.set()
        self._progress = trio.Event()
        return True

    def _refused(self, waiting: Waiting, refusal: ServerRefused) -> bool:
        if refusal.status >= 500 or refusal.status in WORTH_REPEATING:
            log.warning("uplink.put_off", ref=waiting.ref, code=refusal.code)
            return False
        self._outbox.quarantine(waiting.seq, refusal.status, refusal.code)
        log.warning("uplink.quarantined", ref=waiting.ref, seq=waiting.seq, code=refusal.code)
        return True

    def _back_off_s(self, failures: int) -> float:
        return self._jitter(0, min(BACK_OFF_LIMIT_S, 2.0 ** min(failures, 30)))
