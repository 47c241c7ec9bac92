"""The region pack: everything that differs by city. Content from the centre, never code."""

from dataclasses import dataclass

from kioskd.domain.contribution import Rates, Scheme
from kioskd.domain.money import Money
from kioskd.domain.period import ANY_MONTHS, PeriodRules
from kioskd.domain.person import Assurance
from kioskd.domain.region_cabinet import RELEASED_BY_CLOSING, CabinetRules
from kioskd.domain.text import Text
from kioskd.domain.waiting import WaitingRules

NO_TEXT = Text("", "")


@dataclass(frozen=True, slots=True)
class Hotline:
    """A telephone number and what it is for."""

    number: str
    name: Text
    does: Text


@dataclass(frozen=True, slots=True)
class SchemeRules:
    """How a scheme is worked out in this region."""

    scheme: Scheme
    name: Text
    rates: Rates
    percents: tuple[int, ...]
    """The grades, as percentages of the average wage."""
    grade_fixed_for_year: bool = False
    months_ahead: int = 0
    """How many months after the current one may be paid, inside the year."""
    notice: Text = NO_TEXT
    """Said before choosing: what is peculiar to this scheme."""
    periods: PeriodRules = ANY_MONTHS
    waiting: WaitingRules | None = None
    """Before benefits begin; None where there is no waiting."""


@dataclass(frozen=True, slots=True)
class PolicyText:
    """A policy text, guide or question with its source and date."""

    id: str
    title: Text
    paragraphs: tuple[Text, ...]
    source: Text
    date: str


@dataclass(frozen=True, slots=True)
class Outlet:
    """A place to go to."""

    name: Text
    address: Text
    hours: Text
    services: Text
    phone: str


@dataclass(frozen=True, slots=True)
class RegionPack:
    """One city's content, versioned."""

    version: int
    city: Text
    title: Text
    """The title of the terminal: XX人力资源和社会保障自助服务终端."""
    hotlines: tuple[Hotline, ...]
    average_wage: Money
    schemes: tuple[SchemeRules, ...]
    services: dict[str, Assurance | None]
    """Which service wants which login; None = none. A service that is absent is not offered."""
    policies: tuple[PolicyText, ...]
    outlets: tuple[Outlet, ...]
    verify_url: str = ""
    """Where anybody may check a receipt: the QR code is this address and the signed facts."""
    card_pin_tries_warning: int = 1
    """Ask for the card's PIN no more when only so many tries are left."""
    cabinet: CabinetRules = RELEASED_BY_CLOSING

    def rules(self, scheme: Scheme) -> SchemeRules:
        """Return the rules of ``scheme``. Raises KeyError where the region has none."""
        for rules in self.schemes:
            if rules.scheme is scheme:
                return rules
        raise KeyError(scheme)
