"""Paying by periods on the screen: what touches do, what is greyed, what must fit."""

from dataclasses import replace
from typing import Any

import pytest

from kioskd.domain.contribution import Month
from kioskd.domain.period import PeriodRules
from kioskd.screens.canvas import Canvas
from kioskd.screens.choose_months import ChooseMonths
from kioskd.screens.choose_scheme import ChooseScheme, SchemeChoice
from kioskd.screens.contract import Done, Screen
from kioskd.screens.navigation import Navigation
from kioskd.screens.paid import PaidChoice
from kioskd.screens.pay_plan import PlanChoice
from kioskd.screens.words import LANGUAGES
from tests.goldens import gallery, gallery_cabinet, gallery_periods
from tests.goldens.gallery_pay import NOTHING_LEFT, PENSION, RULES, TODAY, offer_of, year_of
from tests.unit.screen_checks import PANELS, assert_sound, draw

SCREENS = (*gallery_periods.SCREENS, *gallery_cabinet.SCREENS)
LATE = offer_of(year_of(2026, 5))


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize(("name", "screen"), SCREENS, ids=[name for name, _ in SCREENS])
def test_drawn_inside_and_alive(name: str, screen: Screen[Any], panel: tuple[int, int]) -> None:
    """On every panel, in both languages: texts fit, buttons are apart and lead to something."""
    for language in LANGUAGES:
        assert_sound(screen, draw(screen, panel, language))


def test_one_touch_takes_the_half_year_and_a_second_undoes_it() -> None:
    """The sum follows what is chosen; single months go on working."""
    screen = ChooseMonths(LATE, LATE.grades[4], frozenset(), TODAY)
    chosen = screen.tap("quick-half-year")
    assert isinstance(chosen, ChooseMonths)
    assert chosen.chosen == frozenset(Month(2026, number) for number in range(7, 13))
    shown = " ".join(text.text for text in draw(chosen, PANELS[1], "zh_CN").drawn)
    assert "8,400.00" in shown
    undone = chosen.tap("quick-half-year")
    assert isinstance(undone, ChooseMonths) and undone.chosen == frozenset()
    less = chosen.tap("month-2026-12")
    assert isinstance(less, ChooseMonths)
    done = less.tap("next")
    assert isinstance(done, Done) and len(done.answer) == 5


def test_what_comes_first_is_chosen_first() -> None:
    """In order: August is no button until July is chosen."""
    screen = ChooseMonths(gallery_periods.BY_QUARTER, LATE.grades[4], frozenset(), TODAY)
    assert "month-2026-04" not in draw(screen, PANELS[1], "en").buttons
    assert screen.tap("month-2026-04") is None
    chosen = screen.tap("month-2026-02")
    assert isinstance(chosen, ChooseMonths) and len(chosen.chosen) == 3
    assert "month-2026-04" in draw(chosen, PANELS[1], "en").buttons


def test_too_few_months_cannot_be_taken_to_the_review_and_it_says_how_many() -> None:
    """The main button is off and names what is missing."""
    offer = replace(LATE, periods=PeriodRules(consecutive_min=3))
    screen = ChooseMonths(offer, LATE.grades[4], frozenset({Month(2026, 8)}), TODAY)
    canvas = draw(screen, PANELS[0], "zh_CN")
    assert screen.tap("next") is None and "next" not in canvas.buttons
    assert any(text.text == "至少连续选 3 个月" for text in canvas.drawn)


def test_both_are_offered_only_where_both_can_be_paid() -> None:
    """One scheme with nothing to pay: no button for both."""
    both = ChooseScheme((PENSION, replace(NOTHING_LEFT, months=PENSION.months)), RULES, None)
    assert both.tap("all") == Done(SchemeChoice.ALL)
    one = ChooseScheme((PENSION, NOTHING_LEFT), RULES, None)
    assert one.tap("all") is None and "all" not in draw(one, PANELS[1], "en").buttons


def test_plan_and_paid_lead_on_or_back() -> None:
    """The plan begins or goes back; after a payment with another to come, on, home or end."""
    plan = gallery_periods.PLAN
    assert plan.tap("begin") == Done(PlanChoice.BEGIN)
    assert plan.tap("back") == Done(Navigation.BACK) and plan.tap("nonsense") is None
    paid: Any = dict(gallery_periods.SCREENS)["paid-next"]
    assert paid.tap("next") == Done(PaidChoice.NEXT)
    assert replace(paid, next_scheme=None).tap("next") is None


def drawn_for(screen: ChooseMonths, mode: str) -> Canvas:
    """Return the canvas of the screen on a panel of 10.1 inch."""
    return gallery.draw(screen, gallery.Variant(mode, "10", "en")).canvas


def months_in(canvas: Canvas) -> list[str]:
    """Return the months that can be touched."""
    return sorted(button for button in canvas.buttons if button.startswith("month-"))


def test_elder_mode_shows_four_months_at_a_time() -> None:
    """The page of the first month she can pay comes first; others are a touch away."""
    screen = ChooseMonths(LATE, LATE.grades[4], frozenset(), TODAY)
    assert months_in(drawn_for(screen, "elder")) == [
        "month-2026-06", "month-2026-07", "month-2026-08",
    ]  # fmt: skip
    after = screen.tap("page-next")
    assert isinstance(after, ChooseMonths)
    assert months_in(drawn_for(after, "elder"))[0] == "month-2026-09"
    assert "page-next" not in drawn_for(after, "elder").buttons
    assert len(months_in(drawn_for(screen, "standard"))) > len(months_in(drawn_for(after, "elder")))


def test_the_page_does_not_turn_under_her_finger() -> None:
    """Undoing the only month that was chosen leaves her where she is."""
    screen = ChooseMonths(LATE, LATE.grades[4], frozenset({Month(2026, 9)}), TODAY)
    before = months_in(drawn_for(screen, "elder"))
    after = screen.tap("month-2026-09")
    assert isinstance(after, ChooseMonths) and not after.chosen
    assert months_in(drawn_for(after, "elder"))[0] == before[0] == "month-2026-09"


def test_months_of_other_pages_stay_chosen() -> None:
    """Turning a page undoes nothing, and what is out of sight is named beside the sum."""
    chosen = frozenset({Month(2026, 6), Month(2026, 9)})
    screen = ChooseMonths(LATE, LATE.grades[4], chosen, TODAY).tap("page-next")
    assert isinstance(screen, ChooseMonths) and screen.chosen == chosen
    written = " ".join(text.text for text in drawn_for(screen, "elder").drawn)
    assert "Jun" in written and "Sep" in written
