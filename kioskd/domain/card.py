"""A social security card as the centre sees it, what may be done with it, and applications."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from kioskd.domain.calendar import WorkingDay
from kioskd.domain.money import ZERO, Money
from kioskd.domain.secret import CardNumber, MedicalNumber


class CardStatus(Enum):
    """The one truth about a card; moves are in ``kiosk_central.card_states``."""

    INACTIVE = "inactive"
    """Made and not yet activated by its holder."""
    ACTIVE = "active"
    PRE_REPORTED = "pre_reported"
    """Settlement is stopped for some days; may be taken back."""
    LOST = "lost"
    """For good: a new card takes its place."""
    RETURNED = "returned"
    """Handed in at a counter as it expired: that ended its validity, a new card takes its place."""


@dataclass(frozen=True, slots=True)
class CardView:
    """One card as its holder may see it."""

    number: CardNumber
    barcode: MedicalNumber
    """The medical-insurance number: what the barcode on the card says."""
    status: CardStatus
    bank: str
    """Id of the issuing bank in the region pack."""
    expires: date
    until: date | None = None
    """While pre-reported: the last day on which that holds."""


class ApplicationKind(Enum):
    """What was applied for. The words are ``application.<kind>``."""

    LOSS = "loss"
    """挂失: settlement stopped for some days."""
    REISSUE = "reissue"
    """正式挂失并补卡."""
    EXCHANGE = "exchange"
    """到期换卡: the old card was handed in."""
    PROFILE = "profile"
    """修改个人信息."""


class StepState(Enum):
    """Where a step of an application stands."""

    DONE = "done"
    NOW = "now"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Step:
    """One step; its words are ``application_step.<kind>.<name>``."""

    name: str
    state: StepState
    on: WorkingDay | None = None
    """When it was done, or is expected; None where nobody can tell."""


@dataclass(frozen=True, slots=True)
class Application:
    """Something she applied for, and how far it is. ``steps`` in the order of time."""

    number: str
    kind: ApplicationKind
    opened: date
    closed: bool
    """Nothing more will happen."""
    steps: tuple[Step, ...]
    until: date | None = None
    """Of a loss report: the last day on which it holds."""
    collect_on: WorkingDay | None = None
    """Of a new card: from this day it can be fetched."""
    outlet: str = ""
    """Where: the Chinese name of an outlet of the region pack."""
    fee: Money = ZERO
    """To be paid there."""


@dataclass(frozen=True, slots=True)
class MyCard:
    """Her present card, and what she may do about it today by the centre's clock and rules."""

    card: CardView | None
    """None: she has no card, or only lost ones."""
    until_if_reported: date | None = None
    """The last day a loss reported now would hold; None: cannot be reported now."""
    may_cancel: bool = False
    """A standing loss report may be taken back at a kiosk."""
    collect_if_applied: WorkingDay | None = None
    """When a new card could be fetched if she applied now; None: she cannot."""
    open_application: Application | None = None
    """A new card that is on its way."""
