"""One conversation with a ZVT PIN pad: a command, its answer, what happens, how it ended. Sans-IO.

Who decides: after a charge the PIN pad reports its approval (04 0F, result 00) and waits. Our
80 00 00 to that report commits the charge, 84 9C 00 asks for time, any other 84 makes the PIN pad
reverse. So the session asks (``ApprovalAsked``) and answers only with ``decide``. Whatever the
peer does, every command ends in ``Finished`` or ``Failed``, as ``zvt_endings`` says.

Until the PIN pad has answered 80 00 to a command, nothing it reports belongs to that command: an
approval that nobody waits for is refused, a repeated one gets the answer it got before. Repeats
are known by receipt and trace, and where both sides number their messages (TLV 1F73) by number.

Source: PA00P015 rev 13.08, 2.2.6 to 2.2.9 and 5; facts/pin-pad-and-payments.md 1.10 and 4.3.
"""

from collections import deque
from dataclasses import replace

from kioskd.domain.payment import Decision, Outcome
from kioskd.errors import ProtocolViolation
from kioskd.protocols.zvt_commands import (
    CNY,
    Abort,
    Authorisation,
    Command,
    DisplayText,
    LogOff,
    Registration,
)
from kioskd.protocols.zvt_endings import (
    ENQUIRIES,
    UNTAKEN,
    Course,
    Phase,
    aborted,
    broken_off,
    completed,
    refused,
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
    DECISIVE,
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
from kioskd.protocols.zvt_sequence import ASKING, Place, SequenceIds, sequence_of, tagged
from kioskd.protocols.zvt_words import step_of

_LOCAL = (Registration, *ENQUIRIES)
_ANSWERS = {Decision.ACCEPT: ACCEPTED, Decision.WAIT: NOT_YET, Decision.REFUSE: REFUSED}
_Key = tuple[int | None, int | None]  # receipt and trace: which approval it is
_NONE: _Key = (None, None)


class ZvtSession:
    """One command at a time over one link. ``now`` in seconds, from any monotonic clock."""

    def __init__(self, limits: SessionLimits | None = None, link: ZvtLink | None = None) -> None:
        self._limits = limits or SessionLimits()
        self._link = link or ZvtLink()
        self._events: deque[SessionEvent] = deque()
        self._ids = SequenceIds()
        self.strays = 0
        """How many approvals were refused because nobody had asked for them."""
        self._number: int | None = None
        self._answered: Answer | None = None
        self._decided: tuple[_Key, Answer] | None = None
        self._due: float | None
        self._reset(None)

    @property
    def idle(self) -> bool:
        """Whether no command is running."""
        return self._course.phase is Phase.IDLE

    @property
    def numbered(self) -> bool:
        """Whether both sides number their messages (TLV 1F73)."""
        return self._ids.active

    @property
    def out_of_step(self) -> bool:
        """Whether only the PIN pad numbers: register anew, or it waits for numbers for ever."""
        return self._ids.alone

    def start(self, command: Command, now: float) -> None:
        """Begin a command; its end comes as ``Finished`` or ``Failed``."""
        assert self.idle, "one command at a time"
        self._reset(command)
        self._course.phase = Phase.QUEUED
        if isinstance(command, Registration):
            self._ids.stop()
        self._sent = command.to_apdu()
        if self._ids.active:
            self._sent = tagged(self._sent, self._ids.command())
        self._whole_due = now + self._limits.whole_s
        self._proceed(now)

    def decide(self, decision: Decision, now: float) -> None:
        """Answer ``ApprovalAsked``. Without effect once the PIN pad has gone on or the end came."""
        if self._course.phase is not Phase.DECIDING:
            return
        self._number = self._asked_number
        self._answer(_ANSWERS[decision], now)
        if decision is Decision.WAIT:
            self._course.phase = Phase.RUNNING
            self._restart(now)
            return
        self._decided = (self._asked, _ANSWERS[decision])
        committed = self._accepting = decision is Decision.ACCEPT
        self._course.acknowledged = committed and self._ids.active
        self._course.phase = Phase.COMMITTED if committed else Phase.REFUSED
        self._due = now + self._limits.completion_s

    def abort(self, now: float) -> None:
        """Ask the PIN pad to stop (06 B0); the end still comes as an event."""
        self._abort_wanted = not self.idle
        self._proceed(now)

    def lose_line(self) -> None:
        """The line is gone: end what is running."""
        if not self.idle:
            self._end(broken_off(self._course, FailureKind.LINE_LOST))

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
            sent = self._course.phase is Phase.SENT
            kind = FailureKind.NO_ANSWER if sent else FailureKind.NO_END
            self._end(broken_off(self._course, kind))
        elif now >= self._whole_due:
            self._end(broken_off(self._course, FailureKind.NO_END))

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

    def _reset(self, command: Command | None) -> None:
        self._course = Course(command)
        self._sent = b""
        self._due = None
        self._whole_due = 0.0
        self._t4_s = self._limits.command_s
        self._asked: _Key = _NONE
        self._asked_number: int | None = None
        self._abort_wanted = False
        self._accepting = False

    def _proceed(self, now: float) -> None:
        """Put on the line what has waited for it to be free."""
        if self._link.busy or self._course.command is None:
            return
        if self._course.phase is Phase.QUEUED:
            self._course.phase = Phase.SENT
            # Numbered, a repeat is known for one; else a charge must not arrive twice.
            safe = self._ids.active or not self._course.money
            self._link.send(self._sent, now, repeat_on_silence=safe)
        elif self._abort_wanted and self._course.phase is Phase.RUNNING:
            self._abort_wanted = False
            abort = Abort().to_apdu()
            if self._ids.active:
                abort = tagged(abort, self._ids.command())
            self._link.send(abort, now, repeat_on_silence=False)

    def _answer(self, answer: Answer, now: float) -> None:
        if self._course.phase is Phase.SENT and self._due is None:
            # The answer takes the command's place in the link, whose timers now leave it alone.
            self._due = now + 2 * self._limits.answer_s
        self._answered = answer
        apdu = answer.to_apdu()
        if self._ids.active and self._number is not None:
            self._link.send(tagged(apdu, self._number), now)
        else:
            # Not repeated on silence: a late second 80 00 could pass for the answer to an approval.
            self._link.send(apdu, now, repeat_on_silence=False)

    def _drain(self, now: float) -> None:
        while (event := self._link.next_event()) is not None:
            self._take_link(event, now)
        self._proceed(now)

    def _take_link(self, event: LinkEvent, now: float) -> None:
        match event:
            case ApduReceived(apdu):
                self._accepting = False
                self._take_apdu(apdu, now)
            case BlockDamaged(reason):
                self._events.append(Noted(reason))
            case Acknowledged(apdu):
                if self._is_command(apdu):
                    self._due = now + self._limits.answer_s
                self._course.acknowledged |= self._accepting
            case TransmissionFailed(apdu, cause):
                self._events.append(Noted(f"block not delivered: {cause.value}"))
                if self._is_command(apdu):
                    self._take_undelivered(now)

    def _is_command(self, apdu: bytes) -> bool:
        return self._course.phase is Phase.SENT and apdu == self._sent

    def _take_undelivered(self, now: float) -> None:
        if self._course.money:
            # It may have arrived all the same: listen for as long as an answer may take.
            self._due = now + self._limits.answer_s
        else:
            self._end(broken_off(self._course, FailureKind.NOT_TRANSMITTED))

    def _take_apdu(self, apdu: bytes, now: float) -> None:
        try:
            message = parse_apdu(apdu, self._course.control)
            number = sequence_of(apdu, self._course.control)
        except ProtocolViolation as error:
            self._take_nonsense(apdu, error.detail, now)
            return
        if isinstance(message, Answer):
            if self._ids.answers(number):
                self._take_answer(message, now)
            else:
                self._events.append(Noted("answer to an older command"))
            return
        # A PIN pad that numbers does so with each result and end: this is another command's, late.
        if self._ids.active and number is None and not self.idle and isinstance(message, DECISIVE):
            self._events.append(Noted("message without its number"))
            return
        match self._ids.place(number):
            case Place.NEW:
                self._number, self._answered = number, None
                self._take_message(message, number, now)
            case Place.REPEATED if self._answered is not None:
                self._number = number
                self._answer(self._answered, now)
            case Place.LATE:  # a repeated one that is still being decided needs nothing
                self._events.append(Noted("message out of its order"))

    def _take_nonsense(self, apdu: bytes, detail: str, now: float) -> None:
        self._events.append(Noted(detail))
        if apdu[:1] not in (b"\x80", b"\x84"):
            # To an approval that cannot be read this also says: reverse it.
            self._number = None
            self._answer(REFUSED, now)
        if not self.idle and not self._course.money:
            self._end(broken_off(self._course, FailureKind.NONSENSE))

    def _take_message(self, message: Message, number: int | None, now: float) -> None:
        match message:
            case PrintRequest():
                self._answer(CANNOT_PRINT, now)
            case UnknownRequest():
                self._answer(NOT_SUPPORTED, now)
            case StatusInformation():
                self._take_information(message, now)
            case _:
                self._answer(ACCEPTED, now)
                if self._course.phase not in UNTAKEN:
                    self._take_progress(message, number, now)

    def _take_progress(self, message: Message, number: int | None, now: float) -> None:
        match message:
            case IntermediateStatus(status, minutes):
                self._t4_s = minutes * 60.0 if minutes else self._t4_s
                self._restart(now)
                self._course.note_step(step_of(status))
                self._events.append(Stepped(step_of(status)))
            case AbortByTerminal(code):
                self._end(aborted(self._course, code))
            case StatusReport(status):
                self._end(replace(completed(self._course), status=status))
            case Completion():
                self._take_completion(message, number)

    def _restart(self, now: float) -> None:
        if self._course.phase is Phase.RUNNING:
            self._due = now + self._t4_s
        elif self._course.phase in (Phase.COMMITTED, Phase.REFUSED):
            self._due = now + self._limits.completion_s

    def _take_answer(self, answer: Answer, now: float) -> None:
        course = self._course
        if course.phase is not Phase.SENT:
            return  # to an abort, or a duplicate
        if not answer.positive:
            self._end(refused(course, answer.code))
            return
        if isinstance(course.command, LogOff | Abort | DisplayText):
            self._end(Finished(Outcome.APPROVED))
            return
        local = isinstance(course.command, _LOCAL)
        self._t4_s = self._limits.local_s if local else self._limits.command_s
        course.phase, self._decided = Phase.RUNNING, None
        self._restart(now)

    def _take_information(self, information: StatusInformation, now: float) -> None:
        course = self._course
        key = (information.receipt, information.trace)
        if self._decided is not None and key == self._decided[0] and not information.result:
            self._answer(self._decided[1], now)
            self._accepting = course.phase is Phase.COMMITTED
        elif course.phase in UNTAKEN or course.of_another:
            self.strays += not information.result
            self._answer(ACCEPTED if information.result else REFUSED, now)
        elif not isinstance(course.command, Authorisation):
            course.note_report(information)
            self._answer(ACCEPTED, now)
        elif information.result:
            self._take_decline(information.result, now)
        elif course.phase is Phase.RUNNING and self._asked in (_NONE, key):
            self._take_approval(information, course.command, now)
        elif course.phase is not Phase.DECIDING or key != self._asked:
            course.contradicted |= course.phase is Phase.COMMITTED  # one is of another charge
            self._answer(REFUSED, now)
        self._restart(now)

    def _take_decline(self, code: int, now: float) -> None:
        self._answer(ACCEPTED, now)
        self._course.declined = code
        if self._course.phase is Phase.COMMITTED:
            self._course.contradicted = True
        elif self._course.phase is Phase.DECIDING:
            self._course.phase = Phase.RUNNING

    def _take_approval(
        self, information: StatusInformation, asked: Authorisation, now: float
    ) -> None:
        """Ask for a decision; refuse what was not asked for or could never be found again."""
        record = information.to_record(asked.amount)
        key = (information.receipt, information.trace)
        foreign = information.currency not in (None, CNY)
        after_a_no = self._course.declined is not None
        if record is None or record.amount != asked.amount or foreign or after_a_no:
            self._events.append(Noted("approval is not what was asked for"))
            self._decided = (key, REFUSED)
            self._course.phase = Phase.REFUSED
            self._answer(REFUSED, now)
            return
        self._course.record, self._asked, self._asked_number = record, key, self._number
        self._course.phase = Phase.DECIDING
        self._due = None
        self._events.append(ApprovalAsked(record))

    def _take_completion(self, completion: Completion, number: int | None) -> None:
        if isinstance(self._course.command, Registration):
            wanted = sequence_of(self._sent) == ASKING
            if wanted and number == ASKING:
                self._ids.begin()
            self._events.append(Registered(completion.terminal_id, completion.currency))
        self._end(completed(self._course))

    def _end(self, event: Finished | Failed) -> None:
        self._course.phase, self._course.command = Phase.IDLE, None
        self._events.append(event)
