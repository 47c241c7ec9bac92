"""The bank's PIN pad over ZVT on a serial line; fulfils ``contracts.PinPad``.

Card number and PIN stay in the PIN pad. Calls that move money end in an outcome whatever the peer
does; they are sent once and never repeated here. Before each charge the terminal status is asked:
a PIN pad that is dead or busy is then a certain NOT_STARTED instead of a payment in doubt. After a
decline it is asked again: one that then comes with an approval all the same is believed neither.
After an approval without a message number its books are compared: the line may have held back an
older one.

``run`` logs on after each reconnect and logs off when it is cancelled, a payment under way first.
What is spoken: ``docs/protocols/zvt.md``.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

import trio

from kioskd import log
from kioskd.domain.money import Money
from kioskd.domain.payment import (
    AuthorisationResult,
    Outcome,
    PinPadStep,
    ReversalOutcome,
    TransactionRecord,
)
from kioskd.domain.trouble import Trouble
from kioskd.drivers.pinpad_connection import DEVICE, OpenLine, PinPadConnection, ignore
from kioskd.drivers.pinpad_decision import Decide, Decider
from kioskd.drivers.pinpad_line import PinPadLine
from kioskd.drivers.settings import PinPadSettings
from kioskd.errors import DeviceError, ProtocolViolation
from kioskd.protocols.zvt_commands import (
    CNY,
    Abort,
    Authorisation,
    Diagnosis,
    DisplayText,
    EndOfDay,
    RepeatReceipt,
    Reversal,
    TurnoverTotals,
)
from kioskd.protocols.zvt_events import ApprovalAsked, Finished, SessionEvent, Stepped
from kioskd.protocols.zvt_words import ALREADY_REVERSED, NOT_REGISTERED, REVERSAL_IMPOSSIBLE
from kioskd.transports.serial_port import SerialSettings, open_serial

REST_TRIES, REST_S = 3, 1.0
"""How often, and after which pauses, a PIN pad that has just charged is asked for its books."""


class ZvtPinPad:
    """The PIN pad; ``run`` must run beside the calls, which wait for each other."""

    def __init__(
        self,
        settings: PinPadSettings,
        open_line: OpenLine | None = None,
    ) -> None:
        serial = SerialSettings(settings.port, settings.baud, settings.stop_bits, DEVICE)
        self._settings = settings
        self._connection = PinPadConnection(settings, open_line or partial(open_serial, serial))

    @property
    def trouble(self) -> Trouble | None:
        """Return why no payment can start now, None if one can."""
        return self._connection.trouble.shown

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Stay logged on; see ``PinPadConnection.run``."""
        await self._connection.run(task_status=task_status)

    async def register(self) -> None:
        """Log on; idempotent. Raises DeviceError."""
        await self._connection.register()

    async def status(self) -> int:
        """Return the terminal status byte (0 = ready). Raises DeviceError.

        A PIN pad may use the question to look after itself, for minutes: DeviceTimeout then.
        """
        return await self._connection.status()

    async def describe(self) -> dict[str, str]:
        """Return the terminal's number at its bank, once it is logged on, and the port."""
        await trio.lowlevel.checkpoint()
        found = {"port": self._settings.port, "terminal": self._connection.terminal_id}
        return {name: said for name, said in found.items() if said}

    async def authorise(
        self,
        amount: Money,
        on_step: Callable[[PinPadStep], None],
        decide: Decide,
        transaction_id: bytes = b"",
    ) -> AuthorisationResult:
        """Charge once; see ``contracts.PinPad``. Cancelling it drops the line to the PIN pad.

        ``decide`` may take its time or say WAIT, as often as ``waits_max`` allows; see ``Decider``.
        """
        assert amount.fen > 0, "something to charge"
        settings = self._settings
        command = Authorisation(amount, settings.ack_timeout_s, settings.waits_max, transaction_id)
        try:
            code = await self._connection.status() or self._connection.trouble.misconfigured
            if code:
                return AuthorisationResult(Outcome.NOT_STARTED, code=code)
            async with self._connection.connected() as line:
                result = await self._charge(line, command, on_step, decide)
                if result.outcome is Outcome.APPROVED and not line.numbered:
                    result = await self._compare(line, result)
        except DeviceError as fault:  # before the command: converse raises none
            log.warning("pinpad.not_started", detail=fault.detail)
            return AuthorisationResult(Outcome.NOT_STARTED)
        if result.outcome is Outcome.DECLINED:
            result = await self._look_behind(line, result)
        log.event("pinpad.authorisation_ended", outcome=result.outcome, code=result.code)
        return result

    async def _charge(
        self,
        line: PinPadLine,
        command: Authorisation,
        on_step: Callable[[PinPadStep], None],
        decide: Decide,
    ) -> AuthorisationResult:
        async with trio.open_nursery() as nursery:
            decider = Decider(nursery, decide, self._settings.waits_max)

            async def react(event: SessionEvent) -> None:
                await trio.lowlevel.checkpoint()
                if isinstance(event, Stepped):
                    on_step(event.step)
                elif isinstance(event, ApprovalAsked):
                    await line.decide(await decider.answer(self._completed(event.record)))

            end = await line.converse(command, react)
        assert isinstance(end, Finished), "money always ends in an outcome"
        if end.outcome is Outcome.NOT_STARTED:
            self._connection.note_refusal(line, end)
        record = None if end.record is None else self._completed(end.record)
        return AuthorisationResult(end.outcome, record, end.code)

    async def _look_behind(
        self, line: PinPadLine, declined: AuthorisationResult
    ) -> AuthorisationResult:
        """See whether an approval follows a decline: then nobody knows what the books hold."""
        before = line.strays
        with suppress(DeviceError):
            await self._connection.status()
        if line.strays == before:
            return declined
        log.warning("pinpad.approved_after_decline", code=declined.code)
        return replace(declined, outcome=Outcome.UNKNOWN)

    async def _compare(
        self, line: PinPadLine, approved: AuthorisationResult
    ) -> AuthorisationResult:
        """See whether the approval is of this charge; a PIN pad that shows none is believed."""
        assert approved.record is not None, "what was approved"
        try:
            shown = await self._shown_at_rest(line)
        except DeviceError as fault:
            log.warning("pinpad.not_compared", detail=fault.detail)
            return replace(approved, outcome=Outcome.UNKNOWN)
        if shown is None or _numbers(shown) == _numbers(approved.record):
            return approved
        log.warning("pinpad.another_approval", told=approved.record.receipt, shown=shown.receipt)
        return replace(approved, outcome=Outcome.UNKNOWN)

    async def _shown_at_rest(self, line: PinPadLine) -> TransactionRecord | None:
        """Return the last transaction of a PIN pad that may be busy with its own last words.

        Or with the same command once more, which the line has doubled: it is asked to stop.
        """
        for _ in range(REST_TRIES - 1):
            try:
                return await self._shown(line)
            except DeviceError as fault:
                log.event("pinpad.asked_to_stop", code=fault.operator_code)
            await line.converse(Abort(), ignore)
            await trio.sleep(REST_S)
        return await self._shown(line)

    def _completed(self, record: TransactionRecord) -> TransactionRecord:
        return replace(record, terminal_id=record.terminal_id or self._connection.terminal_id)

    async def abort(self) -> None:
        """Ask the PIN pad to stop; the result still comes through ``authorise``."""
        line = self._connection.line
        if line is not None:
            await line.abort()

    async def last_transaction(self) -> TransactionRecord | None:
        """Return the last transaction (06 20), None if the PIN pad shows none. DeviceError.

        One without a receipt number or in another currency can never be ours: None.
        """
        async with self._connection.connected() as line:
            return await self._shown(line)

    async def _shown(self, line: PinPadLine) -> TransactionRecord | None:
        end = await self._connection.done(line, RepeatReceipt(self._settings.password))
        told = end.information
        if told is None:
            return None
        record = told.to_record()
        if record is None or told.currency not in (None, CNY):
            log.warning("pinpad.foreign_record", currency=told.currency)
            return None
        return self._completed(record)

    async def totals(self) -> tuple[int, Money]:
        """Return count and sum since the last day-end (06 10), closing nothing. DeviceError."""
        return await self._totals(TurnoverTotals(self._settings.password))

    async def end_of_day(self) -> tuple[int, Money]:
        """Close the batch (06 50); return its count and sum. Raises DeviceError.

        DeviceTimeout, DeviceUnavailable and ProtocolViolation leave open whether it was closed.
        """
        return await self._totals(EndOfDay(self._settings.password))

    async def _totals(self, command: TurnoverTotals | EndOfDay) -> tuple[int, Money]:
        async with self._connection.connected() as line:
            end = await self._connection.done(line, command)
        told = end.information
        if told is None or told.totals is None or told.currency not in (None, CNY):
            raise ProtocolViolation(DEVICE, "no totals in CNY were sent")
        return told.totals.count, told.totals.sum

    async def reverse(self, record: TransactionRecord) -> ReversalOutcome:
        """Undo exactly this transaction. Sent once; UNKNOWN also where it was not sent at all."""
        command = Reversal(self._settings.password, record.receipt, record.amount)
        try:
            if await self._connection.status():
                return ReversalOutcome.UNKNOWN
            async with self._connection.connected() as line:
                end = await line.converse(command, ignore)
        except DeviceError:  # before the command: converse raises none
            return ReversalOutcome.UNKNOWN
        assert isinstance(end, Finished), "money always ends in an outcome"
        log.event("pinpad.reversal_ended", outcome=end.outcome, code=end.code)
        if end.code == NOT_REGISTERED:
            self._connection.note_refusal(line, end)
        return _reversal_outcome(end)

    async def show(self, lines: tuple[str, ...], seconds: int) -> None:
        """Show a text (06 E0), ASCII, for some seconds. Raises DeviceError."""
        async with self._connection.connected() as line:
            await self._connection.done(line, DisplayText(lines, seconds))

    async def diagnose(self) -> None:
        """Test the way to the bank's host (06 70). Raises DeviceError."""
        async with self._connection.connected() as line:
            await self._connection.done(line, Diagnosis())


def _numbers(record: TransactionRecord) -> tuple[str, int, int | None, int]:
    """Return what tells one transaction of a PIN pad from another."""
    return record.terminal_id, record.receipt, record.trace, record.amount.fen


def _reversal_outcome(end: Finished) -> ReversalOutcome:
    if end.outcome is Outcome.APPROVED:
        return ReversalOutcome.REVERSED
    if end.outcome is Outcome.UNKNOWN or end.code is None:
        return ReversalOutcome.UNKNOWN
    if end.code == ALREADY_REVERSED:
        return ReversalOutcome.ALREADY
    if end.code in REVERSAL_IMPOSSIBLE:
        return ReversalOutcome.NOT_POSSIBLE
    return ReversalOutcome.UNKNOWN
