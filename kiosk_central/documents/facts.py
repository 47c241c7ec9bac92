"""What stands on each kind of paper: pure values, kept as they are for as long as the paper counts.

Nothing here is looked up again when a paper is composed anew: names of schemes, of the agency and
of the outlet are those of the day it was issued.
"""

from dataclasses import dataclass
from datetime import date

from kioskd.domain.contribution import Month
from kioskd.domain.money import ZERO, Money, total
from kioskd.domain.secret import IdNumber, PersonName
from kioskd.protocols.central_documents import DocumentKind
from kioskd.protocols.document_facts import Period


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose paper it is; in full, as such papers do."""

    name: PersonName
    id_number: IdNumber
    city: str
    """Where she is insured."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who issues the paper, as it was on that day."""

    agency: str
    seal_label: str
    seal_note: str
    validity: str
    hotline: str
    verify_url: str


@dataclass(frozen=True, slots=True)
class EnrolledIn:
    """One scheme and how it stands."""

    scheme: str
    active: bool
    since: Month
    months_paid: int
    last_paid: Month | None


@dataclass(frozen=True, slots=True)
class PaidMonth:
    """One month paid in one scheme."""

    scheme: str
    month: Month
    base: Money
    amount: Money
    personal: Money
    pool: Money


@dataclass(frozen=True, slots=True)
class AccountYear:
    """What a year brought into the personal account, without interest."""

    year: int
    months: int
    personal: Money
    balance: Money
    """Everything paid in until the end of that year."""


@dataclass(frozen=True, slots=True)
class RightsRecord:
    """权益记录单."""

    holder: Holder
    years: tuple[int, ...]
    enrolments: tuple[EnrolledIn, ...]
    months: tuple[PaidMonth, ...]
    """By year, then scheme, then month."""
    account: tuple[AccountYear, ...]
    """Of the scheme with a personal account; empty where she has none."""

    @property
    def stated(self) -> "Stated":
        paid = [one.month for one in self.months]
        period = months_period(min(paid), max(paid)) if paid else None
        return Stated(period, len(paid), total([one.amount for one in self.months]))


@dataclass(frozen=True, slots=True)
class EnrolmentCertificate:
    """参保证明."""

    holder: Holder
    enrolments: tuple[EnrolledIn, ...]
    as_of: date

    @property
    def stated(self) -> "Stated":
        first = min(one.since for one in self.enrolments)
        period = Period(date(first.year, first.month, 1), self.as_of)
        return Stated(period, sum(one.months_paid for one in self.enrolments))


@dataclass(frozen=True, slots=True)
class ContributionReceipt:
    """缴费凭证, of one payment that is posted and stands."""

    holder: Holder
    receipt_number: str
    payment_ref: str
    posted_at: str
    scheme: str
    percent: int
    base: Money
    monthly: Money
    months: tuple[Month, ...]
    amount: Money
    personal: Money
    pool: Money
    terminal_id: str
    pin_pad_receipt: int

    @property
    def stated(self) -> "Stated":
        period = months_period(self.months[0], self.months[-1])
        return Stated(period, len(self.months), self.amount, self.receipt_number)


@dataclass(frozen=True, slots=True)
class CardCertificate:
    """领卡证明, until the new card can be collected."""

    holder: Holder
    application: str
    applied_on: date
    old_card_tail: str
    """The last characters of the old card's number."""
    handed_in: bool
    """It was exchanged as it expired; else it was lost for good."""
    outlet: str
    outlet_address: str
    collect_from: date
    collect_to: date
    entitles: tuple[str, ...]

    @property
    def stated(self) -> "Stated":
        return Stated(Period(self.collect_from, self.collect_to), subject=self.application)


@dataclass(frozen=True, slots=True)
class Stated:
    """What the QR code repeats of a paper."""

    period: Period | None = None
    months: int = 0
    amount: Money = ZERO
    subject: str = ""


Content = RightsRecord | EnrolmentCertificate | ContributionReceipt | CardCertificate
CONTENT: dict[DocumentKind, type[Content]] = {
    DocumentKind.RIGHTS_RECORD: RightsRecord,
    DocumentKind.ENROLMENT_CERTIFICATE: EnrolmentCertificate,
    DocumentKind.CONTRIBUTION_RECEIPT: ContributionReceipt,
    DocumentKind.CARD_CERTIFICATE: CardCertificate,
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as it is composed, always to the same bytes."""

    kind: DocumentKind
    number: str
    issued_at: str
    """RFC 3339, UTC."""
    letterhead: Letterhead
    content: Content
    proof: bytes


def months_period(first: Month, last: Month) -> Period:
    """Return the days from the first day of ``first`` to the last of ``last``."""
    after = last.plus(1)
    end = date.fromordinal(date(after.year, after.month, 1).toordinal() - 1)
    return Period(date(first.year, first.month, 1), end)
