"""Close the PIN pad's batch once a day (06 50), as a journalled intent, and compare the sums.

Never while a payment is open. If the PIN pad's answer is lost its totals are asked: an empty batch
was closed with what it held just before, the same batch is still open. It is sent again only when
it is known not to have happened. Differences are for people: they are logged, listed by ``kioskd
journal reconcile`` and by the centre, never booked away.
Source: facts, pin-pad-and-payments 3 (reconcile), 4.3 rows 7 and 11.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Final

import trio

from kioskd import log
from kioskd.domain.money import ZERO
from kioskd.errors import DeviceError, DeviceTimeout, PaymentError
from kioskd.payments.day_book import DayBook, DayEnd, DayEndState, Totals, expected
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.evidence import Books
from kioskd.payments.recovery import look
from kioskd.protocols.zvt_words import DAY_END_CODES

LOOK_INTERVAL_S: Final = 20.0
TRY_AGAIN_S: Final = 600.0
EMPTY: Final[Totals] = (0, ZERO)


class DayEndKeeper:
    """Looks at the clock and the PIN pad, and closes the batch when it is time."""

    def __init__(
        self,
        desk: PaymentDesk,
        book: DayBook,
        due_at: time | None,
        wall_clock: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self._desk, self._book, self._due_at, self._wall_clock = desk, book, due_at, wall_clock
        self._not_before = float("-inf")

    async def run(self) -> None:
        """Keep looking, for ever; never raises."""
        while True:
            try:
                await self.look_once()
            except (DeviceError, PaymentError) as error:
                log.warning("day_end.failed", code=error.operator_code, error=str(error))
            await trio.sleep(LOOK_INTERVAL_S)

    async def look_once(self) -> None:
        """End what is open; begin what is due. Raises DeviceError, PaymentError."""
        if (day_end := self._book.open()) is not None:
            async with self._desk.turn:
                await self._enquire(day_end)
            return
        if trio.current_time() < self._not_before or not await self._is_due():
            return
        self._not_before = trio.current_time() + TRY_AGAIN_S
        async with self._desk.turn:
            await self._close()

    async def _is_due(self) -> bool:
        if self._desk.journal.open_payments():
            return False
        if self._desk.pin_pad.trouble is not None:
            return await self._desk.pin_pad.status() in DAY_END_CODES
        if self._due_at is None:
            return False
        now, last = self._wall_clock(), self._book.last_done()
        if last is None:  # a new kiosk: its first evening
            return now.time() >= self._due_at
        return datetime.fromisoformat(last.at) < _last_moment(self._due_at, now)

    async def _close(self) -> None:
        books = await self._look()
        if books.totals is None or books.totals == EMPTY:
            log.event("day_end.nothing_to_close", told=books.totals is not None)
            return
        before, terminal = books.totals, _terminal_of(books)
        day_end = await self._desk.keep(lambda: self._book.intend(before, self._desk.now()))
        try:
            told = await self._desk.pin_pad.end_of_day()
        except DeviceError as error:
            log.warning("day_end.answer_lost", ref=day_end.ref, code=error.operator_code)
            await self._enquire(day_end)
            return
        await self._end(day_end, DayEndState.DONE, told, terminal)

    async def _look(self) -> Books:
        """Read the books of an idle PIN pad. Raises DeviceError."""
        books = await look(self._desk.pin_pad)
        if not books.idle:
            raise DeviceTimeout("pinpad", "not idle")
        return books

    async def _enquire(self, day_end: DayEnd) -> None:
        books = await self._look()
        if books.totals is None:
            raise DeviceTimeout("pinpad", "no totals to judge the day-end by")
        state = DayEndState.UNCLEAR
        if books.totals == EMPTY:
            state = DayEndState.DONE
        elif books.totals == day_end.before:
            state = DayEndState.NOT_DONE
        await self._end(day_end, state, None, _terminal_of(books))

    async def _end(
        self, day_end: DayEnd, state: DayEndState, told: Totals | None, terminal: str
    ) -> None:
        now = self._desk.now()
        ended = await self._desk.keep(lambda: self._book.end(day_end, state, told, terminal, now))
        ours = expected(self._book.payments(ended))
        if state is DayEndState.DONE and ours != ended.totals:
            log.warning("day_end.difference", ref=ended.ref, told=ended.totals[1], journal=ours[1])


def _last_moment(due_at: time, now: datetime) -> datetime:
    """Return when the clock on the wall last showed ``due_at``: today, or yesterday."""
    today = datetime.combine(now.date(), due_at, now.tzinfo)
    return today if today <= now else today - timedelta(days=1)


def _terminal_of(books: Books) -> str:
    return books.last.terminal_id if books.last else ""
