"""What a ZVT session tells, and how long it waits.

Source: PA00P016 rev 04, 3.4 (timers); facts/pin-pad-and-payments.md 1.4.
"""

from dataclasses import dataclass
from enum import Enum

from kioskd.domain.payment import Outcome, PinPadStep, TransactionRecord
from kioskd.protocols.zvt_messages import StatusInformation


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """Timers in seconds."""

    answer_s: float = 5.0
    """T3: from a command's acknowledgement to 80 00 or 84 xx."""
    command_s: float = 180.0
    """T4: from 80 00, or the last 04 FF or 04 0F, to the end; a 04 FF may change it."""
    local_s: float = 10.0
    """T4 for commands that need neither host nor person."""
    completion_s: float = 30.0
    """From our acceptance to 06 0F: the charge stands without it, so waiting on gains nothing."""
    whole_s: float = 900.0
    """No command lasts longer, however often T4 is restarted."""


class FailureKind(Enum):
    """Why a command that moves no money did not end."""

    NOT_TRANSMITTED = "not transmitted"
    NO_ANSWER = "no answer"
    NO_END = "no end"
    LINE_LOST = "line lost"
    NONSENSE = "nonsense"


@dataclass(frozen=True, slots=True)
class Registered:
    """The registration was completed; ``terminal_id`` may be empty."""

    terminal_id: str
    currency: int | None = None
    """ISO 4217, as the PIN pad says it; None where it does not."""


@dataclass(frozen=True, slots=True)
class Stepped:
    """The PIN pad told what it is doing. No evidence of an outcome, whatever the step says."""

    step: PinPadStep


@dataclass(frozen=True, slots=True)
class ApprovalAsked:
    """The charge is approved and waits for ``decide``."""

    record: TransactionRecord


@dataclass(frozen=True, slots=True)
class Finished:
    """The command's end. For one that moves no money APPROVED means done, DECLINED refused."""

    outcome: Outcome
    code: int | None = None
    record: TransactionRecord | None = None
    information: StatusInformation | None = None
    status: int | None = None
    """The terminal status after a status enquiry."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A command that moves no money did not end."""

    kind: FailureKind


@dataclass(frozen=True, slots=True)
class Noted:
    """Something an operator may want to know; holds no personal data."""

    detail: str


SessionEvent = Registered | Stepped | ApprovalAsked | Finished | Failed | Noted
