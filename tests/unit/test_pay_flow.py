"""Choosing and reviewing, told by a scripted visitor: refusals, both schemes, held payments."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
import trio

from kioskd.domain.contribution import (
    Assessment,
    AssessmentState,
    Month,
    MonthStatus,
    Offer,
    OfferedMonth,
    Scheme,
)
from kioskd.domain.period import Arrears, PeriodRules
from kioskd.domain.region import SchemeRules
from kioskd.domain.secret import SessionToken
from kioskd.domain.text import Text
from kioskd.domain.waiting import Standing, WaitingRules
from kioskd.errors import ServerRefused
from kioskd.flows.handling import pay_contribution as flow
from kioskd.flows.handling.end_of_payment import Next
from kioskd.flows.handling.pay_contribution import ABOUT_HER_CHOICE, pay_contribution
from kioskd.flows.troubles import trouble_for
from kioskd.health import HealthBoard
from kioskd.relay.cabinet_book import HELD
from kioskd.screens.choose_months import ChooseMonths
from kioskd.screens.choose_scheme import ChooseScheme
from kioskd.screens.pay_plan import PayPlan
from kioskd.screens.problem import Problem
from kioskd.screens.review import Review
from tests.goldens.gallery_pay import MEDICAL, PENSION, RULES
from tests.unit.flow_world import REGION, VISIT, FlowWorld

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
TO_PENSION_MONTHS = ["scheme-pension", "next", "grade-100", "next"]
TO_MEDICAL_MONTHS = ["scheme-medical", "next", "grade-100", "next"]
REVIEWED = [f"month-{OCTOBER}", "next"]
Ended = Callable[[Assessment, Text | None], Next]


@dataclass
class Centre:
    """Offers both schemes; assesses, or refuses with what ``refuses`` holds, in turn."""

    offered: tuple[Offer, ...] = (PENSION, MEDICAL)
    refuses: list[ServerRefused] = field(default_factory=list)
    asked: list[tuple[str, tuple[Month, ...]]] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    offers_asked: int = 0

    async def offers(self, token: SessionToken) -> tuple[Offer, ...]:
        await trio.lowlevel.checkpoint()
        self.offers_asked += 1
        return self.offered

    async def assess(
        self, token: SessionToken, ref: str, scheme: Scheme, percent: int, months: tuple[Month, ...]
    ) -> Assessment:
        await trio.lowlevel.checkpoint()
        self.asked.append((scheme.value, months))
        if self.refuses:
            raise self.refuses.pop(0)
        offer = next(one for one in self.offered if one.scheme is scheme)
        grade = next(one for one in offer.grades if one.percent == percent)
        count = len(months)
        sums = (grade.monthly * count, grade.personal * count, grade.pool * count)
        return Assessment(ref, scheme, grade, months, *sums, "", AssessmentState.OPEN)

    async def release(self, ref: str) -> None:
        await trio.lowlevel.checkpoint()
        self.released.append(ref)


class World(FlowWorld):
    """A visitor who chooses; what the PIN pad would do is replaced by ``ends``."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *ends: Next) -> None:
        super().__init__()
        self.offering, self.held = Centre(), False
        self.paid: list[tuple[str, str]] = []
        """Scheme paid, and what was offered after it."""
        self._ends = list(ends)
        board = HealthBoard({"held": lambda: HELD if self.held else None})
        waiting: SchemeRules = replace(RULES[1], waiting=WaitingRules(6, 6))
        self.kiosk = replace(
            self.kiosk,
            central=cast(Any, self.offering),
            health=board,
            region=replace(REGION, schemes=(RULES[0], waiting)),
        )
        monkeypatch.setattr(flow, "_charge", self._charge)
        monkeypatch.setattr(flow, "tell_the_end", self._tell)

    async def _charge(self, kiosk: Any, assessment: Assessment) -> None:
        await trio.lowlevel.checkpoint()

    async def _tell(
        self, kiosk: Any, visit: Any, bill: Assessment, payment: Any, more: Text | None
    ) -> Next:
        await trio.lowlevel.checkpoint()
        self.paid.append((bill.scheme.value, more.en if more else ""))
        return self._ends.pop(0)

    def seen(self, kind: type[Any]) -> list[Any]:
        return [screen for screen in self.stage.seen if isinstance(screen, kind)]


async def test_a_refusal_of_her_choice_is_told_and_she_chooses_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fresh offers, the months as she left them, and nothing was locked."""
    world = World(monkeypatch, Next.END)
    world.offering.refuses = [ServerRefused(409, "earlier_first")]
    world.stage.touches = [*TO_PENSION_MONTHS, *REVIEWED, "ok", "next", "pay"]
    assert not await pay_contribution(world.kiosk, VISIT)
    (problem,) = world.seen(Problem)
    assert problem.trouble == trouble_for(ServerRefused(409, "earlier_first"))
    assert world.seen(ChooseMonths)[-1].chosen == frozenset({OCTOBER})
    assert world.offering.offers_asked == 2 and world.paid == [("pension", MEDICAL_NAME)]


async def test_any_other_refusal_is_not_hers_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends the service, by its own name."""
    world = World(monkeypatch)
    world.offering.refuses = [ServerRefused(401, "session_unknown")]
    world.stage.touches = [*TO_PENSION_MONTHS, *REVIEWED]
    with pytest.raises(ServerRefused):
        await pay_contribution(world.kiosk, VISIT)


def test_refusals_of_her_choice_all_have_words_of_their_own() -> None:
    """No two are told alike."""
    reasons = {trouble_for(ServerRefused(409, code)).reason for code in ABOUT_HER_CHOICE}
    assert len(reasons) == len(ABOUT_HER_CHOICE)


MEDICAL_NAME = RULES[1].name.en


async def test_both_schemes_are_two_payments_told_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """She chooses both, sees both sums, and is led from the first to the second."""
    world = World(monkeypatch, Next.ON, Next.END)
    world.stage.touches = [
        "all", "grade-100", "next", *REVIEWED, "grade-100", "next", *REVIEWED,
        "begin", "pay", "pay",
    ]  # fmt: skip
    assert not await pay_contribution(world.kiosk, VISIT)
    (plan,) = world.seen(PayPlan)
    assert [(one.count, one.amount.fen) for one in plan.payments] == [(1, 140_000), (1, 42_000)]
    assert [screen.place for screen in world.seen(Review)] == [(1, 2), (2, 2)]
    assert world.paid == [("pension", MEDICAL_NAME), ("medical", "")]
    assert world.offering.released == []


async def test_after_one_scheme_the_other_is_offered_without_going_home(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """She chose the pension alone; after it she goes on with the medical insurance."""
    world = World(monkeypatch, Next.ON, Next.HOME)
    world.stage.touches = [
        *TO_PENSION_MONTHS, *REVIEWED, "pay", "grade-100", "next", *REVIEWED, "pay",
    ]  # fmt: skip
    assert await pay_contribution(world.kiosk, VISIT)
    assert [scheme for scheme, _ in world.paid] == ["pension", "medical"]
    assert len(world.seen(ChooseScheme)) == 1


async def test_going_back_from_the_second_gives_its_months_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first is paid; the second is not, and its assessment is released."""
    world = World(monkeypatch, Next.ON)
    world.stage.touches = [
        "all", "grade-100", "next", *REVIEWED, "grade-100", "next", *REVIEWED,
        "begin", "pay", "back", "back", "back",
    ]  # fmt: skip
    assert await pay_contribution(world.kiosk, VISIT)
    assert len(world.offering.released) == 1 and len(world.paid) == 1


async def test_going_back_from_the_plan_assesses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is locked before she has agreed to the plan."""
    world = World(monkeypatch)
    world.stage.touches = [
        "all", "grade-100", "next", *REVIEWED, "grade-100", "next", *REVIEWED, "back", "back",
    ]  # fmt: skip
    assert await pay_contribution(world.kiosk, VISIT)
    assert world.offering.asked == []


async def test_payments_held_after_the_review_are_not_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Opened in the very moment of her touch: told, months free, nothing charged."""
    world = World(monkeypatch)
    world.held = True
    world.stage.touches = [*TO_PENSION_MONTHS, *REVIEWED, "pay", "ok", "back", "back"]
    assert await pay_contribution(world.kiosk, VISIT)
    assert world.seen(Problem)[0].trouble == HELD
    assert world.paid == [] and len(world.offering.released) == 1


async def test_the_review_says_from_when_benefits_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Her first month of medical insurance in November 2026: from May 2027."""
    world = World(monkeypatch, Next.END)
    months = tuple(
        OfferedMonth(Month(2026, n), MonthStatus.PAYABLE if n == 11 else MonthStatus.CLOSED)
        for n in range(1, 13)
    )
    rules = PeriodRules(arrears=Arrears.IN_ORDER)
    world.offering.offered = (replace(MEDICAL, months=months, periods=rules),)
    world.stage.touches = [*TO_MEDICAL_MONTHS, f"month-{NOVEMBER}", "next", "pay"]
    assert not await pay_contribution(world.kiosk, VISIT)
    (review,) = world.seen(Review)
    assert review.benefit is not None
    assert (review.benefit.standing, review.benefit.begins) == (Standing.WAITING, Month(2027, 5))
    assert world.paid == [("medical", "")]
