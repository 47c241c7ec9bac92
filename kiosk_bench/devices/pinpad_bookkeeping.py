"""The simulated PIN pad shows its books, undoes a charge, and closes the day; or lies about it."""

from dataclasses import replace

from kiosk_bench.devices.pinpad_base import CANCELLED, PadBase
from kiosk_bench.devices.pinpad_books import Charge
from kioskd.domain.money import Money
from kioskd.protocols.zvt_commands import CNY, EUR, Reversal
from kioskd.protocols.zvt_messages import (
    GROUPS,
    NOT_SUPPORTED,
    Completion,
    StatusInformation,
    Totals,
)
from kioskd.protocols.zvt_words import ALREADY_REVERSED

ASKING_HOST = 0x04
NOT_POSSIBLE = 0xB5
RECONCILIATION_REQUIRED = 0xF0


class BookKeeping(PadBase):
    """06 10, 06 20, 06 30 and 06 50."""

    async def repeat_receipt(self) -> None:
        """06 20: tell the last transaction again."""
        shown = self._shown()
        if shown is None or self.has("no_repeat_receipt"):
            await self.done(Completion().to_apdu())
            return
        refused = shown.reversed and self.has("shows_reversed_with_result")
        told = self.information(shown, CANCELLED if refused else 0)
        if self.has("other_currency"):
            told = StatusInformation(0, Money(shown.amount_fen), EUR, shown.receipt).to_apdu()
        elif self.has("record_without_receipt"):
            told = StatusInformation(0, Money(shown.amount_fen), CNY).to_apdu()
        await self.done(told, Completion().to_apdu())

    def _shown(self) -> Charge | None:
        """Return what 06 20 shows: the newest charge that stands, unless the PIN pad lies."""
        reversed_too = self.has("shows_reversed") or self.has("shows_reversed_with_result")
        before = 1 if self.has("older_receipt") else 0
        shown = self.books.last(standing=not reversed_too, before=before)
        if shown is not None and self.has("other_amount"):
            shown = replace(shown, amount_fen=shown.amount_fen + 100)
        return shown

    async def tell_totals(self) -> None:
        """06 10: count and sum of the open batch."""
        if self.has("no_totals"):
            await self._wire.send(NOT_SUPPORTED.to_apdu())
            return
        await self.done(self._totals(), Completion().to_apdu())

    async def end_of_day(self) -> None:
        """06 50: close the batch and tell what was in it."""
        await self.reach("day_end_received")
        await self.accept()
        await self.step(ASKING_HOST)
        totals = self._totals()
        self.books.close_batch()
        if self.terminal_status == RECONCILIATION_REQUIRED:
            self.terminal_status = 0
        await self.reach("day_end_done")
        if self.has("lost_day_end"):
            return
        await self._wire.ask(totals)
        await self._wire.ask(Completion().to_apdu())

    def _totals(self) -> bytes:
        batch = self.books.batch()
        money = Money(sum(fen for _, fen in batch))
        others = (*((0, Money(0)),) * (GROUPS - 1), (len(batch), money))
        ends = (batch[0][0], batch[-1][0]) if batch else (0, 0)
        return StatusInformation(0, money, CNY, totals=Totals(*ends, others)).to_apdu()

    async def reverse(self, command: Reversal) -> None:
        """06 30: undo the charge with this receipt, if the amount agrees."""
        await self.reach("reversal_received")
        await self.accept()
        charge = self.books.find(command.receipt)
        if charge is None or command.amount.fen != charge.amount_fen:
            await self.refuse(NOT_POSSIBLE)
        elif charge.reversed:
            await self.refuse(ALREADY_REVERSED)
        else:
            await self.step(ASKING_HOST)
            self.books.reverse(charge)
            self.books.number()
            await self.reach("reversal_done")
            if not self.has("lost_reversal_end"):
                await self._wire.ask(self.information(charge))
                await self._wire.ask(Completion().to_apdu())
