"""How a command at a ZVT PIN pad ended: what is known of it in, the outcome out. Pure.

- nothing was handed to the line, or the PIN pad refused it (84 xx other than "wait"): NOT_STARTED;
- the PIN pad said so (06 1E, 04 0F with a result) before our acceptance: DECLINED;
- accepted, our acceptance acknowledged, and completed: APPROVED;
- everything else that touches money: UNKNOWN.

Without message numbers a completion may be an older one that the line held back. So one that comes
alone, although our acceptance was never acknowledged, is not believed: the PIN pad may reverse.

Source: PA00P015 rev 13.08, 2.2.6 to 2.2.9; facts/pin-pad-and-payments.md 4.2.
"""

from dataclasses import dataclass
from enum import Enum

from kioskd.domain.payment import Outcome, PinPadStep, TransactionRecord
from kioskd.protocols.zvt_commands import (
    CNY,
    MOVES_MONEY,
    Authorisation,
    Command,
    RepeatReceipt,
    Reversal,
    StatusEnquiry,
    TurnoverTotals,
)
from kioskd.protocols.zvt_events import Failed, FailureKind, Finished
from kioskd.protocols.zvt_messages import StatusInformation
from kioskd.protocols.zvt_words import CONFIGURATION_CODES, PLEASE_WAIT


class Phase(Enum):
    """How far a command has come."""

    IDLE = "idle"
    QUEUED = "not yet on the line"
    SENT = "on the line"
    RUNNING = "taken by the PIN pad"
    DECIDING = "approval reported, not answered"
    COMMITTED = "approval accepted"
    REFUSED = "approval refused"


ENQUIRIES = (RepeatReceipt, StatusEnquiry, TurnoverTotals)
OF_A_CHARGE = frozenset(
    {
        PinPadStep.PRESENT_CARD,
        PinPadStep.ENTER_PIN,
        PinPadStep.WRONG_PIN,
        PinPadStep.APPROVED,
        PinPadStep.DECLINED,
        PinPadStep.REVERSING,
    }
)
UNTAKEN = (Phase.IDLE, Phase.QUEUED, Phase.SENT)


@dataclass(slots=True)
class Course:
    """What is known of the running command."""

    command: Command | None = None
    phase: Phase = Phase.IDLE
    record: TransactionRecord | None = None
    """Of the approval."""
    information: StatusInformation | None = None
    """Of a command that is no charge."""
    declined: int | None = None
    acknowledged: bool = False
    """Our acceptance has arrived: its 06 came right after it, or the PIN pad went on, or the
    messages are numbered."""
    contradicted: bool = False
    """The PIN pad has taken its word back, or tells of something else than was asked."""

    @property
    def control(self) -> bytes:
        """Return the command's control field."""
        return b"" if self.command is None else self.command.control

    @property
    def money(self) -> bool:
        """Whether it touches money."""
        return isinstance(self.command, MOVES_MONEY)

    @property
    def of_another(self) -> bool:
        """Whether an enquiry hears of a charge: the line has doubled an older command."""
        return self.contradicted and isinstance(self.command, ENQUIRIES)

    def note_step(self, step: PinPadStep) -> None:
        """The PIN pad goes on (04 FF): after our acceptance with it, or against it.

        An enquiry asks for no card: one that seems to is a charge that nobody has asked for.
        """
        self.contradicted |= isinstance(self.command, ENQUIRIES) and step in OF_A_CHARGE
        if self.phase is Phase.COMMITTED:
            self.acknowledged = True
            self.contradicted |= step is PinPadStep.REVERSING

    def note_report(self, information: StatusInformation) -> None:
        """Keep what a command that is no charge tells."""
        self.information = information
        if isinstance(self.command, Reversal):
            self.contradicted = _is_another(self.command, information)
        if not isinstance(self.command, RepeatReceipt):  # there it is of another transaction
            self.declined = information.result or None


def completed(course: Course) -> Finished:
    """06 0F."""
    if not isinstance(course.command, Authorisation):
        outcome = Outcome.APPROVED if course.declined is None else Outcome.DECLINED
        outcome = Outcome.UNKNOWN if course.contradicted else outcome
        return Finished(outcome, course.declined, None, course.information)
    believed = course.acknowledged and not course.contradicted
    if course.phase is Phase.COMMITTED and believed:
        return Finished(Outcome.APPROVED, 0, course.record)
    if course.phase is Phase.RUNNING and course.declined is not None:
        return Finished(Outcome.DECLINED, course.declined, course.record)
    return Finished(Outcome.UNKNOWN, course.declined, course.record)


def aborted(course: Course, code: int) -> Finished:
    """06 1E with this code."""
    if course.phase is Phase.COMMITTED:
        outcome = Outcome.UNKNOWN
    elif course.money and course.record is None and code in CONFIGURATION_CODES:
        outcome = Outcome.NOT_STARTED
    else:
        outcome = Outcome.DECLINED
    return Finished(outcome, code or course.declined, course.record)


def refused(course: Course, code: int) -> Finished:
    """84 xx to the command itself.

    "Please wait" is no proof that nothing was begun: it was ready just before, so it may be at work
    on the same command, whose block the line has doubled.
    """
    if not course.money:
        return Finished(Outcome.DECLINED, code)
    at_work = code == PLEASE_WAIT
    return Finished(Outcome.UNKNOWN if at_work else Outcome.NOT_STARTED, code)


def broken_off(course: Course, kind: FailureKind) -> Finished | Failed:
    """Silence or a lost line: money is unknown unless something said otherwise."""
    if not course.money:
        return Failed(kind)
    if course.phase is Phase.QUEUED:
        return Finished(Outcome.NOT_STARTED)
    if course.phase is Phase.RUNNING and course.declined is not None:
        return Finished(Outcome.DECLINED, course.declined, course.record)
    return Finished(Outcome.UNKNOWN, None, course.record)


def _is_another(reversal: Reversal, told: StatusInformation) -> bool:
    """Tell whether what the PIN pad undid is not what it was asked to undo."""
    return told.currency not in (None, CNY) or told.amount not in (None, reversal.amount)
