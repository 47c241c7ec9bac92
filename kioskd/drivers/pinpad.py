"""The bank's PIN pad over ZVT on a serial line; fulfils ``contracts.PinPad``.

Card number and PIN stay in the PIN pad. Calls that move money end in an outcome whatever the peer
does; they are sent once and never repeated here. Before each charge the terminal status is asked:
a PIN pad that is dead or busy is then a certain NOT_STARTED instead of a payment in doubt.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial

import trio

from kioskd import log
from kioskd.domain.money import Money
from kioskd.domain.payment import (
    AuthorisationResult,
    Decision,
    Outcome,
    PinPadStep,
    ReversalOutcome,
    TransactionRecord,
)
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.drivers.pinpad_line import PinPadLine
from kioskd.drivers.settings import PinPadSettings
from kioskd.errors import (
    DeviceError,
    DeviceRefused,
    DeviceTimeout,
    DeviceUnavailable,
    KioskError,
    ProtocolViolation,
)
from kioskd.protocols.zvt_commands import (
    Authorisation,
    Command,
    Diagnosis,
    EndOfDay,
    Registration,
    RepeatReceipt,
    Reversal,
    StatusEnquiry,
    TurnoverTotals,
)
from kioskd.protocols.zvt_events import (
    ApprovalAsked,
    Failed,
    FailureKind,
    Finished,
    Registered,
    SessionEvent,
    SessionLimits,
    Stepped,
)
from kioskd.protocols.zvt_words import (
    ALREADY_REVERSED,
    CONFIGURATION_CODES,
    PASSING_CODES,
    UNSUPPORTED,
)
from kioskd.transports.contract import ByteStream
from kioskd.transports.serial_port import SerialSettings, open_serial

DEVICE = "pinpad"
RETRY_FIRST_S, RETRY_MOST_S = 0.5, 5.0
"""Back-off between attempts to open the line and log on."""
WATCH_S, WATCH_TROUBLED_S = 30.0, 3.0
"""How often an idle PIN pad is asked for its status: well, and in trouble."""
FIRST_ATTEMPT_S = 25.0
"""How long a call waits for the driver's first attempt to log on."""
DECISION_MARGIN_S = 5
"""So much before the PIN pad would reverse by itself, a decision not made becomes a refusal."""


async def _ignore(_: SessionEvent) -> None:
    await trio.lowlevel.checkpoint()


class ZvtPinPad:
    """The PIN pad; ``run`` must run beside the calls, which wait for each other."""

    def __init__(
        self,
        settings: PinPadSettings,
        open_line: Callable[[], Awaitable[ByteStream]] | None = None,
    ) -> None:
        serial = SerialSettings(settings.port, settings.baud, settings.stop_bits, DEVICE)
        self._open_line = open_line or partial(open_serial, serial)
        self._settings = settings
        self._limits = SessionLimits(
            command_s=settings.command_limit_s, completion_s=settings.completion_limit_s
        )
        self._turn = trio.Lock()
        self._attempted = trio.Event()
        self._line: PinPadLine | None = None
        self._terminal_id = ""
        self._trouble: Trouble | None = Trouble(TroubleReason.PIN_PAD_GONE, "D-01")

    @property
    def trouble(self) -> Trouble | None:
        """Return why no payment can start now, None if one can."""
        return self._trouble

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep the line open and the kiosk logged on, for ever; reconnects with back-off."""
        task_status.started()
        delay = RETRY_FIRST_S
        while True:
            try:
                async with AsyncExitStack() as stack:
                    stream = await self._open_line()
                    stack.push_async_callback(stream.aclose)
                    await self._serve(stream)
                delay = RETRY_FIRST_S
                self._note_trouble(DeviceUnavailable(DEVICE, "the line is gone"))
            except DeviceError as fault:
                self._note_trouble(fault)
            self._attempted.set()
            await trio.sleep(delay)
            delay = min(delay * 2, RETRY_MOST_S)

    async def _serve(self, stream: ByteStream) -> None:
        """Log on and stay so until the line is gone. Raises DeviceError if it never came so far."""
        line = PinPadLine(stream, self._limits)
        refused: DeviceError | None = None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(line.run)
            try:
                async with self._turn:
                    await self._register(line)
                    self._line = line
                self._attempted.set()
                await self._watch(line)
            except DeviceError as fault:
                refused = fault
            finally:
                self._line = None
                line.drop()
        if refused is not None:
            raise refused

    async def _watch(self, line: PinPadLine) -> None:
        while not line.gone:
            troubled = self._trouble is not None
            with trio.move_on_after(WATCH_TROUBLED_S if troubled else WATCH_S):
                await line.wait_gone()
            if not line.gone and not self._turn.locked():
                async with self._turn:
                    await self._ask_status(line)

    def _note_trouble(self, fault: DeviceError) -> None:
        reason = TroubleReason.PIN_PAD_GONE
        if isinstance(fault, DeviceRefused):
            configured = fault.code not in CONFIGURATION_CODES
            busy, wrong = TroubleReason.PIN_PAD_BUSY, TroubleReason.PIN_PAD_MISCONFIGURED
            reason = busy if configured else wrong
        trouble = Trouble(reason, fault.operator_code)
        if trouble != self._trouble:
            log.warning("pinpad.trouble", reason=reason, detail=fault.detail)
        self._trouble = trouble

    async def register(self) -> None:
        """Log on; idempotent. Raises DeviceError."""
        async with self._connected() as line:
            await self._register(line)

    async def _register(self, line: PinPadLine) -> None:
        async def note(event: SessionEvent) -> None:
            await trio.lowlevel.checkpoint()
            if isinstance(event, Registered):
                self._terminal_id = event.terminal_id

        await self._done(line, Registration(self._settings.password), note)
        log.event("pinpad.registered", terminal=self._terminal_id)
        await self._ask_status(line)

    async def status(self) -> int:
        """Return the terminal status byte (0 = ready). Raises DeviceError."""
        async with self._connected() as line:
            return await self._ask_status(line)

    async def _ask_status(self, line: PinPadLine) -> int:
        try:
            end = await self._done(line, StatusEnquiry())
        except DeviceRefused as refused:
            if refused.code != UNSUPPORTED:
                self._note_trouble(refused)
                return refused.code
            status = 0
        else:
            if end.status is None:
                raise ProtocolViolation(DEVICE, "status enquiry without a status")
            status = end.status
        if status:
            self._note_trouble(DeviceRefused(DEVICE, status, "terminal status"))
        else:
            self._trouble = None
        return status

    async def authorise(
        self,
        amount: Money,
        on_step: Callable[[PinPadStep], None],
        decide: Callable[[TransactionRecord], Awaitable[Decision]],
        transaction_id: bytes = b"",
    ) -> AuthorisationResult:
        """Charge once; see ``contracts.PinPad``. Cancelling it drops the line to the PIN pad."""
        assert amount.fen > 0, "something to charge"

        async def react(event: SessionEvent) -> None:
            await trio.lowlevel.checkpoint()
            if isinstance(event, Stepped):
                on_step(event.step)
            elif isinstance(event, ApprovalAsked):
                await line.decide(await self._decision(decide, self._completed(event.record)))

        settings = self._settings
        command = Authorisation(amount, settings.ack_timeout_s, settings.waits_max, transaction_id)
        try:
            async with self._connected() as line:
                status = await self._ask_status(line)
                if status:
                    return AuthorisationResult(Outcome.NOT_STARTED, code=status)
                return self._result(line, await line.converse(command, react))
        except DeviceError as fault:  # before the command: converse raises none
            log.warning("pinpad.not_started", detail=fault.detail)
            return AuthorisationResult(Outcome.NOT_STARTED)

    async def _decision(
        self, decide: Callable[[TransactionRecord], Awaitable[Decision]], record: TransactionRecord
    ) -> Decision:
        """Ask the journal, in time; what it cannot take is refused, and the PIN pad reverses."""
        with trio.move_on_after(max(1, self._settings.ack_timeout_s - DECISION_MARGIN_S)):
            try:
                return await decide(record)
            except KioskError as fault:
                log.warning("pinpad.decision_failed", code=fault.operator_code)
                return Decision.REFUSE
        log.warning("pinpad.decision_late")
        return Decision.REFUSE

    def _completed(self, record: TransactionRecord) -> TransactionRecord:
        return replace(record, terminal_id=record.terminal_id or self._terminal_id)

    def _result(self, line: PinPadLine, end: Finished | Failed) -> AuthorisationResult:
        assert isinstance(end, Finished), "money always ends in an outcome"
        record = None if end.record is None else self._completed(end.record)
        log.event("pinpad.authorisation_ended", outcome=end.outcome, code=end.code)
        if end.outcome is Outcome.NOT_STARTED and end.code in CONFIGURATION_CODES:
            self._note_trouble(DeviceRefused(DEVICE, end.code or 0))
            line.drop()  # log on anew
        return AuthorisationResult(end.outcome, record, end.code)

    async def abort(self) -> None:
        """Ask the PIN pad to stop; the result still comes through ``authorise``."""
        if self._line is not None:
            await self._line.abort()

    async def last_transaction(self) -> TransactionRecord | None:
        """Return the last transaction (06 20), None if the PIN pad shows none. DeviceError."""
        async with self._connected() as line:
            end = await self._done(line, RepeatReceipt(self._settings.password))
        record = None if end.information is None else end.information.to_record()
        return None if record is None else self._completed(record)

    async def totals(self) -> tuple[int, Money]:
        """Return count and sum since the last day-end (06 10), closing nothing. DeviceError."""
        return await self._totals(TurnoverTotals(self._settings.password))

    async def end_of_day(self) -> tuple[int, Money]:
        """Close the batch (06 50); return its count and sum. Raises DeviceError."""
        return await self._totals(EndOfDay(self._settings.password))

    async def _totals(self, command: TurnoverTotals | EndOfDay) -> tuple[int, Money]:
        async with self._connected() as line:
            end = await self._done(line, command)
        totals = None if end.information is None else end.information.totals
        if totals is None:
            raise ProtocolViolation(DEVICE, "no totals were sent")
        return totals.count, totals.sum

    async def reverse(self, record: TransactionRecord) -> ReversalOutcome:
        """Undo exactly this transaction. Sent once; UNKNOWN also where it was not sent at all."""
        command = Reversal(self._settings.password, record.receipt, record.amount)
        try:
            async with self._connected() as line:
                end = await line.converse(command, _ignore)
        except DeviceError:  # before the command: converse raises none
            return ReversalOutcome.UNKNOWN
        assert isinstance(end, Finished), "money always ends in an outcome"
        log.event("pinpad.reversal_ended", outcome=end.outcome, code=end.code)
        return _reversal_outcome(end)

    async def diagnose(self) -> None:
        """Test the way to the bank's host (06 70). Raises DeviceError."""
        async with self._connected() as line:
            await self._done(line, Diagnosis())

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[PinPadLine]:
        """Wait for one's turn on the line. Raises DeviceUnavailable where there is none."""
        with trio.move_on_after(FIRST_ATTEMPT_S):
            await self._attempted.wait()
        async with self._turn:
            if self._line is None or self._line.gone:
                raise DeviceUnavailable(DEVICE, "not connected")
            yield self._line

    async def _done(
        self,
        line: PinPadLine,
        command: Command,
        react: Callable[[SessionEvent], Awaitable[None]] = _ignore,
    ) -> Finished:
        """Run a command that moves no money to its good end. Raises DeviceError."""
        end = await line.converse(command, react)
        if isinstance(end, Failed):
            raise _error_of(end.kind)
        if end.outcome is Outcome.UNKNOWN:
            raise DeviceTimeout(DEVICE, "the end is unknown")
        if end.outcome is not Outcome.APPROVED:
            raise DeviceRefused(DEVICE, end.code or 0)
        return end


def _error_of(kind: FailureKind) -> DeviceError:
    if kind is FailureKind.LINE_LOST:
        return DeviceUnavailable(DEVICE, kind.value)
    if kind is FailureKind.NONSENSE:
        return ProtocolViolation(DEVICE, kind.value)
    return DeviceTimeout(DEVICE, kind.value)


def _reversal_outcome(end: Finished) -> ReversalOutcome:
    if end.outcome is Outcome.APPROVED:
        return ReversalOutcome.REVERSED
    if end.code == ALREADY_REVERSED:
        return ReversalOutcome.ALREADY
    if end.outcome is Outcome.UNKNOWN or end.code is None or end.code in PASSING_CODES:
        return ReversalOutcome.UNKNOWN
    return ReversalOutcome.NOT_POSSIBLE
