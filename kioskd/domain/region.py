"""The region pack: everything that differs by city. Content from the centre, never code."""

from dataclasses import dataclass, field

from kioskd.domain.calendar import CalendarYear
from kioskd.domain.contribution import Rates, Scheme
from kioskd.domain.money import Money
from kioskd.domain.period import ANY_MONTHS, PeriodRules
from kioskd.domain.person import Assurance
from kioskd.domain.profile import ProfileRules
from kioskd.domain.region_cabinet import RELEASED_BY_CLOSING, CabinetRules
from kioskd.domain.region_card import CardRules
from kioskd.domain.region_documents import DocumentTexts
from kioskd.domain.region_info import (
    NO_TEXT,
    CityMap,
    Hotline,
    Outlet,
    OutletNeed,
    PolicyText,
)
from kioskd.domain.text import Text
from kioskd.domain.waiting import WaitingRules

__all__ = ["Hotline", "Outlet", "PolicyText", "RegionPack", "SchemeRules"]


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
    city_map: CityMap | None = None
    outlet_needs: tuple[OutletNeed, ...] = ()
    """What one can look for an outlet by, in the order shown."""
    card_pin_tries_warning: int = 1
    """Ask for the card's PIN no more when only so many tries are left."""
    card: CardRules | None = None
    """None: nothing about cards is handled at kiosks here."""
    calendar: tuple[CalendarYear, ...] = ()
    """The working days of the years that have been announced."""
    documents: DocumentTexts | None = None
    """What sealed papers say; None where the centre gives none."""
    profile: ProfileRules = field(default_factory=ProfileRules)
    """How changes of personal information are handled."""
    phrases: tuple[str, ...] = ()
    """Places of this region that the soft keyboard shall know: streets, offices, estates."""
    cabinet: CabinetRules = RELEASED_BY_CLOSING

    def rules(self, scheme: Scheme) -> SchemeRules:
        """Return the rules of ``scheme``. Raises KeyError where the region has none."""
        for rules in self.schemes:
            if rules.scheme is scheme:
                return rules
        raise KeyError(scheme)
