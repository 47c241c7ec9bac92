"""Puts an approval to the journal, and has an answer for the PIN pad in time.

Who owns which limit: the PIN pad counts how often it asks (BMP 02) and how long it waits for each
answer (BMP 01); ``Decider`` answers each within ``ANSWER_WITHIN_S``, "wait" while the journal is
still writing, and a refusal where the PIN pad will not ask again. An acceptance that comes after
that is never sent.
"""

from collections.abc import Awaitable, Callable

import trio

from kioskd import log
from kioskd.domain.payment import Decision, TransactionRecord
from kioskd.errors import KioskError

ANSWER_WITHIN_S = 4.0
"""From 04 0F to its answer; ZVT's T3 is 5 s."""

Decide = Callable[[TransactionRecord], Awaitable[Decision]]


class Decider:
    """Asks ``decide`` beside the conversation, in ``nursery``: one authorisation long."""

    def __init__(self, nursery: trio.Nursery, decide: Decide, waits_max: int) -> None:
        self._nursery, self._decide = nursery, decide
        self._waits_left = waits_max
        self._asked: trio.Event | None = None
        self._decision = Decision.REFUSE

    async def answer(self, record: TransactionRecord) -> Decision:
        """Return what to answer to this report of the approval; the same approval each time.

        While ``decide`` is at work it is not asked again; when it has said WAIT it is.
        """
        if self._asked is None:
            self._asked = trio.Event()
            self._nursery.start_soon(self._ask, record, self._asked)
        with trio.move_on_after(ANSWER_WITHIN_S):
            await self._asked.wait()
        decision = Decision.WAIT
        if self._asked.is_set():
            self._asked, decision = None, self._decision
        return self._wait() if decision is Decision.WAIT else decision

    def _wait(self) -> Decision:
        if self._waits_left == 0:
            log.warning("pinpad.decision_late")
            return Decision.REFUSE
        self._waits_left -= 1
        return Decision.WAIT

    async def _ask(self, record: TransactionRecord, asked: trio.Event) -> None:
        try:
            self._decision = await self._decide(record)
        except KioskError as fault:
            log.warning("pinpad.decision_failed", code=fault.operator_code)
            self._decision = Decision.REFUSE
        finally:
            asked.set()
