"""The three questions of paying: which scheme, which grade, which months. Back is a ``while``."""

from dataclasses import dataclass

from kioskd.domain.contribution import Grade, Month, Offer, Scheme
from kioskd.flows.kiosk import Kiosk
from kioskd.screens.choose_grade import ChooseGrade
from kioskd.screens.choose_months import ChooseMonths
from kioskd.screens.choose_scheme import ChooseScheme
from kioskd.screens.navigation import Navigation


@dataclass(frozen=True, slots=True)
class Choice:
    """What she wants to pay."""

    offer: Offer
    grade: Grade
    months: tuple[Month, ...]


async def choose_contribution(
    kiosk: Kiosk, offers: tuple[Offer, ...], before: Choice | None = None
) -> Choice | None:
    """Ask the three questions; None if she went back from the first. Raises SessionEnded.

    With ``before`` (she came back from the review) it begins at the months, as she left them.
    """
    if before is not None:
        months = await _choose_months(kiosk, before.offer, before.grade, frozenset(before.months))
        if months is not None:
            return Choice(before.offer, before.grade, months)
    scheme: Scheme | None = before.offer.scheme if before else None
    while True:
        offer = await _choose_offer(kiosk, offers, scheme)
        if offer is None:
            return None
        scheme = offer.scheme
        choice = await _choose_within(kiosk, offer)
        if choice is not None:
            return choice


async def _choose_within(kiosk: Kiosk, offer: Offer) -> Choice | None:
    percent: int | None = offer.fixed_percent
    while True:
        grade = await _choose_grade(kiosk, offer, percent)
        if grade is None:
            return None
        percent = grade.percent
        months = await _choose_months(kiosk, offer, grade, frozenset())
        if months is not None:
            return Choice(offer, grade, months)


async def _choose_offer(
    kiosk: Kiosk, offers: tuple[Offer, ...], chosen: Scheme | None
) -> Offer | None:
    rules = tuple(kiosk.region.rules(offer.scheme) for offer in offers)
    answer = await kiosk.stage.show(ChooseScheme(offers, rules, chosen))
    if answer is Navigation.BACK:
        return None
    return next(offer for offer in offers if offer.scheme is answer)


async def _choose_grade(kiosk: Kiosk, offer: Offer, chosen: int | None) -> Grade | None:
    name = kiosk.region.rules(offer.scheme).name
    answer = await kiosk.stage.show(ChooseGrade(offer, name, chosen, page=0))
    return None if answer is Navigation.BACK else answer


async def _choose_months(
    kiosk: Kiosk, offer: Offer, grade: Grade, chosen: frozenset[Month]
) -> tuple[Month, ...] | None:
    answer = await kiosk.stage.show(ChooseMonths(offer, grade, chosen))
    return None if answer is Navigation.BACK else answer
