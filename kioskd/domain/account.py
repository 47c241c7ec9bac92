"""What a person's own accounts hold: pension, medical, and the payments she has made.

All money is exact fen. The pension account is a book of years (credits, interest, balance), the
medical one a book of months (credits by the agent bank, spending).
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.money import Money, total


@dataclass(frozen=True, slots=True)
class PensionYear:
    """One calendar year of a pension personal account."""

    year: int
    months: int
    """How many months of the year are paid."""
    credits: Money
    """The personal part of what was paid for the year."""
    rate: Decimal | None
    """The year's interest rate as a fraction; None while its interest is not credited yet."""
    interest: Money
    balance: Money
    """At the end of the year, or on the day of the data in a year that is not over."""


@dataclass(frozen=True, slots=True)
class PensionAccount:
    """养老保险个人账户: balance = all credits + all interest."""

    as_of: str
    """ISO date of the data."""
    years: tuple[PensionYear, ...]
    """Ascending; every year from the first contribution to the one of ``as_of``."""
    rate_source: str = ""
    """Who set the rates, in Chinese, as it stands in the centre's books."""

    @property
    def balance(self) -> Money:
        """What is in the account now."""
        return self.years[-1].balance if self.years else Money(0)

    @property
    def months(self) -> int:
        """How many months were paid in all."""
        return sum(year.months for year in self.years)


class SpendingKind(Enum):
    """What medical account money was spent for."""

    PHARMACY = "pharmacy"
    OUTPATIENT = "outpatient"
    INPATIENT = "inpatient"
    FAMILY = "family"
    """For a family member whom the holder has named (家庭共济)."""


@dataclass(frozen=True, slots=True)
class MedicalCredit:
    """One month's credit by the agent bank."""

    month: Month
    day: str
    """ISO date it was credited."""
    bank: str
    amount: Money


@dataclass(frozen=True, slots=True)
class MedicalSpending:
    """One spending."""

    day: str
    """ISO date."""
    place: str
    kind: SpendingKind
    amount: Money


class MedicalAccountState(Enum):
    """Whether there is an account, and whether it still grows."""

    OPEN = "open"
    """Credits come every month."""
    NO_MORE_CREDITS = "no_more_credits"
    """The holder pays for herself now: nothing is credited, the balance stays hers to spend."""
    NONE = "none"
    """She never had one: with flexible employment everything goes to the pooled fund."""


@dataclass(frozen=True, slots=True)
class MedicalAccount:
    """医保个人账户, one year of it: balance = opening + credits - spending, never below zero."""

    as_of: str
    """ISO date of the data."""
    state: MedicalAccountState
    balance: Money
    """Now, whatever ``year`` is shown."""
    bank: str
    """The agent bank of the newest credit, in Chinese; empty if there is none."""
    year: int
    years: tuple[int, ...]
    """Years with any movement, ascending."""
    opening: Money
    """Balance when ``year`` began."""
    credits: tuple[MedicalCredit, ...]
    """Of ``year``, by month."""
    spending: tuple[MedicalSpending, ...]
    """Of ``year``, by day."""

    @property
    def closing(self) -> Money:
        """Balance at the end of ``year``, or now."""
        credited = total([one.amount for one in self.credits])
        return self.opening + credited - total([one.amount for one in self.spending])


class PaymentStanding(Enum):
    """How a payment of hers stands, as the centre sees it; the words are the screen's."""

    POSTED = "posted"
    """On her months; there is a receipt."""
    IN_PROGRESS = "in_progress"
    """Begun at a kiosk, and no end was reported yet."""
    IN_DOUBT = "in_doubt"
    """Nobody knows yet whether her card was charged. Never a reason to pay again."""
    TO_BE_GIVEN_BACK = "to_be_given_back"
    """Charged but not booked on her months: it goes back to her card or is settled by hand."""
    GIVEN_BACK = "given_back"
    """Was charged, and goes back to her card."""
    NOT_CHARGED = "not_charged"


@dataclass(frozen=True, slots=True)
class MyPayment:
    """One payment of hers, at whatever kiosk."""

    ref: str
    begun_at: str
    """RFC 3339, UTC."""
    kiosk: str
    scheme: Scheme
    months: tuple[Month, ...]
    amount: Money
    standing: PaymentStanding
    receipt_number: str = ""
    """Of the posting that stands, else empty."""
