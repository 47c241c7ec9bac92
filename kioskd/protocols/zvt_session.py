"""One conversation with a ZVT PIN pad: a command, its answer, what happens, how it ended. Sans-IO.

Who decides: after a charge the PIN pad reports its approval (04 0F, result 00) and waits. Our
80 00 00 to that report commits the charge, 84 9C 00 asks for time, any other 84 makes the PIN pad
reverse. So the session asks (``ApprovalAsked``) and answers only with ``decide``. Whatever the
peer does, every command ends in ``Finished`` or ``Failed``:

- nothing was handed to the line, or the PIN pad answered 84 xx to the command: NOT_STARTED;
- the PIN pad said so (06 1E, 04 0F with a result) before our acceptance: DECLINED;
- accepted and completed: APPROVED; everything else that touches money: UNKNOWN.

Until the PIN pad has answered 80 00 to a command, nothing it reports belongs to that command: an
approval that nobody waits for is refused, a repeated one gets the answer it got before.

Source: PA00P015 rev 13.08, 2.2.6 to 2.2.9; facts/pin-pad-and-payments.md 1.10, 4.2 and 4.3.
"""

from collections import deque
from enum import Enum

from kioskd.domain.payment import Decision, Outcome, TransactionRecord
from kioskd.errors import ProtocolViolation
from kioskd.protocols.zvt_commands import (
    CNY,
    MOVES_MONEY,
    Abort,
    Authorisation,
    Command,
    LogOff,
    Registration,
    RepeatReceipt,
    StatusEnquiry,
    TurnoverTotals,
)
from kioskd.protocols.zvt_events import (
    ApprovalAsked,
    Failed,
    FailureKind,
    Finished,
    Noted,
    Registered,
    SessionEvent,
    SessionLimits,
    Stepped,
)
from kioskd.protocols.zvt_link import (
    Acknowledged,
    ApduReceived,
    BlockDamaged,
    LinkEvent,
    TransmissionFailed,
    ZvtLink,
)
from kioskd.protocols.zvt_messages import (
    ACCEPTED,
    CANNOT_PRINT,
    NOT_SUPPORTED,
    NOT_YET,
    REFUSED,
    AbortByTerminal,
    Answer,
    Completion,
    IntermediateStatus,
    Message,
    PrintRequest,
    StatusInformation,
    StatusReport,
    UnknownRequest,
    parse_apdu,
)
from kioskd.protocols.zvt_words import CONFIGURATION_CODES, step_of

_LOCAL = (Registration, RepeatReceipt, StatusEnquiry, TurnoverTotals)
_ANSWERS = {Decision.ACCEPT: ACCEPTED, Decision.WAIT: NOT_YET, Decision.REFUSE: REFUSED}


class _Phase(Enum):
    IDLE = "idle"
    QUEUED = "not yet on the line"
    SENT = "on the line"
    RUNNING = "taken by the PIN pad"
    DECIDING = "approval reported, not answered"
    COMMITTED = "approval accepted"
    REFUSED = "approval refused"


_UNTAKEN = (_Phase.IDLE, _Phase.QUEUED, _Phase.SENT)
_Key = tuple[int | None, int | None]


class ZvtSession:
    """One command at a time over one link. ``now`` in seconds, from any monotonic clock."""

    def __init__(self, limits: SessionLimits | None = None, link: ZvtLink | None = None) -> None:
        self._limits = limits or SessionLimits()
        self._link = link or ZvtLink()
        self._events: deque[SessionEvent] = deque()
        self._due: float | None
        self._phase = _Phase.IDLE
        self._command: Command | None = None
        self._decided: tuple[_Key, Answer] | None = None
        self._reset()

    @property
    def idle(self) -> bool:
        """Whether no command is running."""
        return self._phase is _Phase.IDLE

    def start(self, command: Command, now: float) -> None:
        """Begin a command; its end comes as ``Finished`` or ``Failed``."""
        assert self.idle, "one command at a time"
        self._reset()
        self._command, self._phase = command, _Phase.QUEUED
        self._whole_due = now + self._limits.whole_s
        self._proceed(now)

    def decide(self, decision: Decision, now: float) -> None:
        """Answer ``ApprovalAsked``. Without effect once the command has ended."""
        if self._phase is not _Phase.DECIDING:
            return
        self._answer(_ANSWERS[decision], now)
        if decision is Decision.WAIT:
            self._phase = _Phase.RUNNING
            self._restart(now)
            return
        self._decided = (self._asked, _ANSWERS[decision])
        committed = decision is Decision.ACCEPT
        self._phase = _Phase.COMMITTED if committed else _Phase.REFUSED
        self._due = now + self._limits.completion_s

    def abort(self, now: float) -> None:
        """Ask the PIN pad to stop (06 B0); the end still comes as an event."""
        self._abort_wanted = not self.idle
        self._proceed(now)

    def lose_line(self) -> None:
        """The line is gone: end what is running."""
        if not self.idle:
            self._end_unclear(FailureKind.LINE_LOST)

    def receive(self, data: bytes, now: float) -> None:
        """Take bytes from the line. Never raises."""
        self._link.receive(data, now)
        self._drain(now)

    def tick(self, now: float) -> None:
        """Let time pass."""
        self._link.tick(now)
        self._drain(now)
        if self.idle:
            return
        if self._due is not None and now >= self._due:
            sent = self._phase is _Phase.SENT
            self._end_unclear(FailureKind.NO_ANSWER if sent else FailureKind.NO_END)
        elif now >= self._whole_due:
            self._end_unclear(FailureKind.NO_END)

    def bytes_to_send(self) -> bytes:
        """Return, once, what must go on the line."""
        return self._link.bytes_to_send()

    def deadline(self) -> float | None:
        """Return when ``tick`` is due, or None."""
        dues = [self._link.deadline()]
        if not self.idle:
            dues += [self._due, self._whole_due]
        return min((due for due in dues if due is not None), default=None)

    def next_event(self) -> SessionEvent | None:
        """Return the next event, or None."""
        return self._events.popleft() if self._events else None

    def _reset(self) -> None:
        self._due = None
        self._whole_due = 0.0
        self._t4_s = self._limits.command_s
        self._record: TransactionRecord | None = None
        self._information: StatusInformation | None = None
        self._declined: int | None = None
        self._asked: _Key = (None, None)
        self._contradicted = False
        self._abort_wanted = False

    @property
    def _money(self) -> bool:
        return isinstance(self._command, MOVES_MONEY)

    def _proceed(self, now: float) -> None:
        """Put on the line what has waited for it to be free."""
        if self._link.busy or self._command is None:
            return
        if self._phase is _Phase.QUEUED:
            self._phase = _Phase.SENT
            self._link.send(self._command.to_apdu(), now, repeat_on_silence=not self._money)
        elif self._abort_wanted and self._phase is _Phase.RUNNING:
            self._abort_wanted = False
            self._link.send(Abort().to_apdu(), now, repeat_on_silence=False)

    def _answer(self, answer: Answer, now: float) -> None:
        if self._phase is _Phase.SENT and self._due is None:
            # The answer takes the command's place in the link, whose timers now leave it alone.
            self._due = now + 2 * self._limits.answer_s
        # Not repeated on silence: a late second 80 00 could pass for the answer to an approval.
        self._link.send(answer.to_apdu(), now, repeat_on_silence=False)

    def _drain(self, now: float) -> None:
        while (event := self._link.next_event()) is not None:
            self._take_link(event, now)
        self._proceed(now)

    def _take_link(self, event: LinkEvent, now: float) -> None:
        match event:
            case ApduReceived(apdu):
                self._take_apdu(apdu, now)
            case BlockDamaged(reason):
                self._events.append(Noted(reason))
            case Acknowledged(apdu):
                if self._is_command(apdu):
                    self._due = now + self._limits.answer_s
            case TransmissionFailed(apdu, cause):
                self._events.append(Noted(f"block not delivered: {cause.value}"))
                if self._is_command(apdu):
                    self._take_undelivered(now)

    def _is_command(self, apdu: bytes) -> bool:
        sent = self._phase is _Phase.SENT and self._command is not None
        return sent and self._command is not None and apdu == self._command.to_apdu()

    def _take_undelivered(self, now: float) -> None:
        if self._money:
            # It may have arrived all the same: listen for as long as an answer may take.
            self._due = now + self._limits.answer_s
        else:
            self._end_unclear(FailureKind.NOT_TRANSMITTED)

    def _take_apdu(self, apdu: bytes, now: float) -> None:
        running = b"" if self._command is None else self._command.control
        try:
            message = parse_apdu(apdu, running)
        except ProtocolViolation as error:
            self._take_nonsense(apdu, error.detail, now)
        else:
            self._take_message(message, now)

    def _take_nonsense(self, apdu: bytes, detail: str, now: float) -> None:
        self._events.append(Noted(detail))
        if apdu[:1] not in (b"\x80", b"\x84"):
            # To an approval that cannot be read this also says: reverse it.
            self._answer(REFUSED, now)
        if not self.idle and not self._money:
            self._end_unclear(FailureKind.NONSENSE)

    def _take_message(self, message: Message, now: float) -> None:
        match message:
            case Answer():
                self._take_answer(message, now)
            case PrintRequest():
                self._answer(CANNOT_PRINT, now)
            case UnknownRequest():
                self._answer(NOT_SUPPORTED, now)
            case StatusInformation():
                self._take_information(message, now)
            case _:
                self._answer(ACCEPTED, now)
                if self._phase not in _UNTAKEN:
                    self._take_progress(message, now)

    def _take_progress(self, message: Message, now: float) -> None:
        match message:
            case IntermediateStatus(status, minutes):
                self._t4_s = minutes * 60.0 if minutes else self._t4_s
                self._restart(now)
                self._events.append(Stepped(step_of(status)))
            case AbortByTerminal(code):
                self._take_abort(code)
            case StatusReport(status):
                self._end(Finished(Outcome.APPROVED, status=status))
            case Completion():
                self._take_completion(message)

    def _restart(self, now: float) -> None:
        if self._phase is _Phase.RUNNING:
            self._due = now + self._t4_s
        elif self._phase in (_Phase.COMMITTED, _Phase.REFUSED):
            self._due = now + self._limits.completion_s

    def _take_answer(self, answer: Answer, now: float) -> None:
        if self._phase is not _Phase.SENT:
            return  # to an abort, or a duplicate
        if not answer.positive:
            outcome = Outcome.NOT_STARTED if self._money else Outcome.DECLINED
            self._end(Finished(outcome, answer.code))
            return
        if isinstance(self._command, LogOff):
            self._end(Finished(Outcome.APPROVED))
            return
        local = isinstance(self._command, _LOCAL)
        self._t4_s = self._limits.local_s if local else self._limits.command_s
        self._phase, self._decided = _Phase.RUNNING, None
        self._restart(now)

    def _take_information(self, information: StatusInformation, now: float) -> None:
        key = (information.receipt, information.trace)
        if self._decided is not None and key == self._decided[0] and not information.result:
            self._answer(self._decided[1], now)
        elif self._phase in _UNTAKEN:
            self._answer(ACCEPTED if information.result else REFUSED, now)
        elif not isinstance(self._command, Authorisation):
            self._information = information
            if not isinstance(self._command, RepeatReceipt):  # there it is of another transaction
                self._declined = information.result or None
            self._answer(ACCEPTED, now)
        elif information.result:
            self._take_decline(information.result, now)
        elif self._phase is _Phase.RUNNING:
            self._take_approval(information, self._command, now)
        elif self._phase is not _Phase.DECIDING or key != self._asked:
            self._answer(REFUSED, now)  # a second approval inside one command
        self._restart(now)

    def _take_decline(self, code: int, now: float) -> None:
        self._answer(ACCEPTED, now)
        self._declined = code
        if self._phase is _Phase.COMMITTED:
            self._contradicted = True
        elif self._phase is _Phase.DECIDING:
            self._phase = _Phase.RUNNING

    def _take_approval(
        self, information: StatusInformation, asked: Authorisation, now: float
    ) -> None:
        """Ask for a decision; refuse what was not asked for or could never be found again."""
        record = information.to_record(asked.amount)
        self._declined = None
        foreign = information.currency not in (None, CNY)
        if record is None or record.amount != asked.amount or foreign:
            self._events.append(Noted("approval is not what was asked for"))
            self._decided = ((information.receipt, information.trace), REFUSED)
            self._phase = _Phase.REFUSED
            self._answer(REFUSED, now)
            return
        self._record, self._asked = record, (information.receipt, information.trace)
        self._phase = _Phase.DECIDING
        self._due = None
        self._events.append(ApprovalAsked(record))

    def _take_completion(self, completion: Completion) -> None:
        if isinstance(self._command, Registration):
            self._events.append(Registered(completion.terminal_id))
        if not isinstance(self._command, Authorisation):
            outcome = Outcome.APPROVED if self._declined is None else Outcome.DECLINED
            self._end(Finished(outcome, self._declined, None, self._information))
        elif self._phase is _Phase.COMMITTED and not self._contradicted:
            self._end(Finished(Outcome.APPROVED, 0, self._record))
        elif self._phase is _Phase.RUNNING and self._declined is not None:
            self._end(Finished(Outcome.DECLINED, self._declined, self._record))
        else:
            self._end(Finished(Outcome.UNKNOWN, self._declined, self._record))

    def _take_abort(self, code: int) -> None:
        if self._phase is _Phase.COMMITTED:
            outcome = Outcome.UNKNOWN
        elif self._money and self._record is None and code in CONFIGURATION_CODES:
            outcome = Outcome.NOT_STARTED
        else:
            outcome = Outcome.DECLINED
        self._end(Finished(outcome, code or self._declined, self._record))

    def _end_unclear(self, kind: FailureKind) -> None:
        """Silence or a lost line: money is unknown unless something said otherwise."""
        if not self._money:
            self._end(Failed(kind))
        elif self._phase is _Phase.QUEUED:
            self._end(Finished(Outcome.NOT_STARTED))
        elif self._phase is _Phase.RUNNING and self._declined is not None:
            self._end(Finished(Outcome.DECLINED, self._declined, self._record))
        else:
            self._end(Finished(Outcome.UNKNOWN, None, self._record))

    def _end(self, event: Finished | Failed) -> None:
        self._phase, self._command = _Phase.IDLE, None
        self._events.append(event)
