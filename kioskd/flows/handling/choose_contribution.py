"""The three questions of paying: which scheme, which grade, which months. Back is a ``while``."""

from dataclasses import dataclass

from kioskd.domain.contribution import Grade, Month, MonthStatus, Offer, Scheme
from kioskd.flows.kiosk import Kiosk
from kioskd.screens.choose_grade import ChooseGrade
from kioskd.screens.choose_months import ChooseMonths
from kioskd.screens.choose_scheme import ChooseScheme, SchemeChoice
from kioskd.screens.navigation import Navigation
from kioskd.screens.pay_plan import PayPlan, PlannedPayment


@dataclass(frozen=True, slots=True)
class Choice:
    """What she wants to pay."""

    offer: Offer
    grade: Grade
    months: tuple[Month, ...]


Plan = tuple[Choice, ...]
"""What she wants to pay, one payment each, in this order. Empty: nothing."""


def is_payable(offer: Offer) -> bool:
    """Tell whether anything of the offer can be paid."""
    return any(month.status is MonthStatus.PAYABLE for month in offer.months)


async def choose_contributions(
    kiosk: Kiosk, offers: tuple[Offer, ...], before: Choice | None = None
) -> Plan:
    """Ask the three questions; empty if she went back from the first. Raises SessionEnded.

    With ``before`` (she came back from the review) it begins at the months, as she left them.
    """
    if before is not None:
        months = await _choose_months(kiosk, before.offer, before.grade, frozenset(before.months))
        if months is not None:
            return (Choice(before.offer, before.grade, months),)
    scheme: Scheme | None = before.offer.scheme if before else None
    while True:
        answer = await _choose_scheme(kiosk, offers, scheme)
        if answer is Navigation.BACK:
            return ()
        if answer is SchemeChoice.ALL:
            plan = await _choose_all(kiosk, [offer for offer in offers if is_payable(offer)])
        else:
            scheme = answer
            offer = next(offer for offer in offers if offer.scheme is answer)
            choice = await choose_within(kiosk, offer)
            plan = () if choice is None else (choice,)
        if plan:
            return plan


async def choose_within(kiosk: Kiosk, offer: Offer) -> Choice | None:
    """Ask grade and months of one scheme; None if she went back from the grade."""
    percent: int | None = offer.fixed_percent
    while True:
        grade = await _choose_grade(kiosk, offer, percent)
        if grade is None:
            return None
        percent = grade.percent
        months = await _choose_months(kiosk, offer, grade, frozenset())
        if months is not None:
            return Choice(offer, grade, months)


async def _choose_all(kiosk: Kiosk, offers: list[Offer]) -> Plan:
    """Ask for each scheme, then show what all come to; empty if she went back."""
    plan: list[Choice] = []
    for offer in offers:
        choice = await choose_within(kiosk, offer)
        if choice is None:
            return ()
        plan.append(choice)
    payments = tuple(
        PlannedPayment(kiosk.region.rules(one.offer.scheme).name, one.grade, len(one.months))
        for one in plan
    )
    agreed = await kiosk.stage.show(PayPlan(payments)) is not Navigation.BACK
    return tuple(plan) if agreed else ()


async def _choose_scheme(
    kiosk: Kiosk, offers: tuple[Offer, ...], chosen: Scheme | None
) -> Scheme | SchemeChoice | Navigation:
    rules = tuple(kiosk.region.rules(offer.scheme) for offer in offers)
    return await kiosk.stage.show(ChooseScheme(offers, rules, chosen, this_month(kiosk)))


def this_month(kiosk: Kiosk) -> Month:
    """Return the current month, by the kiosk's clock; what may be paid is the centre's word."""
    today = kiosk.today()
    return Month(today.year, today.month)


async def _choose_grade(kiosk: Kiosk, offer: Offer, chosen: int | None) -> Grade | None:
    name = kiosk.region.rules(offer.scheme).name
    answer = await kiosk.stage.show(ChooseGrade(offer, name, chosen, page=0))
    return None if answer is Navigation.BACK else answer


async def _choose_months(
    kiosk: Kiosk, offer: Offer, grade: Grade, chosen: frozenset[Month]
) -> tuple[Month, ...] | None:
    screen = ChooseMonths(offer, grade, chosen, this_month(kiosk))
    answer = await kiosk.stage.show(screen)
    return None if answer is Navigation.BACK else answer
