"""Stories of what may be paid: a half-year with arrears, both schemes, a waiting period."""

from datetime import datetime

from kiosk_bench.console import Shown
from kiosk_bench.other_kiosk import OtherKiosk
from kiosk_bench.stories.story import (
    Expected,
    Story,
    choose_grade,
    end_and_take_card,
    log_in_by_card,
    pay_at_pin_pad,
    receipt_is_out,
)
from kiosk_bench.world import World
from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.waiting import WaitingRules, entitlement

MONTHLY_FEN = 140_000
"""Of the pension at 100 % of 7,000.00."""
WAITING = WaitingRules(months=6, break_months=6)
"""As the sample region has it."""


async def pay_half_year(world: World) -> str:
    """She owes months of this half-year: one touch takes them and what is left of it."""
    await log_in_by_card(world, world.people.qian)
    await _to_months(world, "scheme-pension")
    await world.console.tap("choose-months", "quick-half-year")
    await world.console.tap("choose-months", "next")
    await pay_at_pin_pad(world)
    await world.console.wait_for(receipt_is_out, "the receipt", 30)
    await end_and_take_card(world, "paid")
    (assessment,) = (await world.centre.ledger())["assessments"]
    months = [Month.parse(text) for text in assessment["months"].split()]
    assert months == _half_year_of_sun(), f"the half-year, arrears and all, not {months}"
    assert assessment["amount_fen"] == MONTHLY_FEN * len(months), "exact to the fen"
    return "paid"


async def pay_both(world: World) -> str:
    """Both insurances in one visit: two charges, two references, two receipts; told before."""
    await log_in_by_card(world, world.people.zhang)
    await _to_schemes(world)
    await world.console.tap("choose-scheme", "all")
    for _ in Scheme:
        await _grade(world)
        await _first_month(world)
    await world.console.tap("pay-plan", "begin")
    await pay_at_pin_pad(world)
    await world.console.wait_for(_offers_next, "the offer of the second payment", 30)
    await world.console.tap("paid", "next")
    await pay_at_pin_pad(world)
    await world.console.wait_for(receipt_is_out, "the second receipt", 30)
    await end_and_take_card(world, "paid")
    assessments = (await world.centre.ledger())["assessments"]
    schemes = sorted(one["scheme"] for one in assessments if one["state"] == "paid")
    return f"paid {' and '.join(schemes)}"


async def waits_for_benefits(world: World) -> str:
    """Her first month of medical insurance: she reads from when it helps, and it is true after."""
    await log_in_by_card(world, world.people.qian)
    await _to_months(world, "scheme-medical")
    await _take_first(world)
    await pay_at_pin_pad(world)
    await world.console.wait_for(receipt_is_out, "the receipt", 30)
    await end_and_take_card(world, "paid")
    other = OtherKiosk(world.centre.trust, world.centre.port)
    offers = await other.offers(world.people.qian)
    (medical,) = (one for one in offers if one.scheme is Scheme.MEDICAL)
    found = entitlement(medical.counting, WAITING, _this_month())
    assert found.begins == _this_month().plus(6), "six months from her first"
    return f"paid, {found.counted} of {found.needed}"


async def _to_schemes(world: World) -> None:
    await world.console.tap("home", "tab-handling")
    await world.console.tap("home", "service-pay-contribution")
    await world.console.screen("choose-scheme")


async def _to_months(world: World, scheme: str) -> None:
    await _to_schemes(world)
    await world.console.tap("choose-scheme", scheme)
    await world.console.tap("choose-scheme", "next")
    await _grade(world)
    await world.console.screen("choose-months")


async def _grade(world: World) -> None:
    await choose_grade(world)
    await world.console.tap("choose-grade", "next")


async def _first_month(world: World) -> None:
    await world.console.screen("choose-months")
    await _take_first(world)


async def _take_first(world: World) -> None:
    shown = await world.console.screen("choose-months")
    first = min(button for button in shown.buttons if button.startswith("month-"))
    await world.console.tap("choose-months", first)
    await world.console.tap("choose-months", "next")


def _this_month() -> Month:
    today = datetime.now().astimezone()
    return Month(today.year, today.month)


def _half_year_of_sun() -> list[Month]:
    """Return what she has not paid of this half-year: at most the four months before this one."""
    now = _this_month()
    first = Month(now.year, 1 if now.month <= 6 else 7)
    owed = now.plus(-4)
    return [month for month in map(first.plus, range(6)) if month >= owed]


def _offers_next(shown: Shown) -> bool:
    return shown.screen == "paid" and "next" in shown.buttons


PAID = ("choose-months", "review", "follow-pin-pad", "paid")
STORIES = (
    Story(
        "pay-half-year-with-arrears",
        "One touch takes the half-year with what she owes of it; every fen is as it must be.",
        pay_half_year,
        Expected("paid", 1, 1, ("choose-scheme", "choose-grade", *PAID, "take-card"), 1),
    ),
    Story(
        "pay-both-schemes",
        "Pension and medical insurance in one visit: told as two payments, paid as two.",
        pay_both,
        Expected("paid medical and pension", 2, 2, ("pay-plan", *PAID[1:], *PAID[1:]), 2),
    ),
    Story(
        "medical-waiting-period",
        "Her first month of medical insurance: from when it helps is said before and true after.",
        waits_for_benefits,
        Expected("paid, 1 of 6", 1, 1, ("choose-scheme", *PAID, "take-card"), 1),
    ),
)
