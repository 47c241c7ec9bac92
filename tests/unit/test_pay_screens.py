"""Paying screens: what touches lead to, and that everything drawn is inside and alive."""

from dataclasses import replace
from typing import Any

import pytest

from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.money import Money
from kioskd.domain.payment import PinPadStep, Printed
from kioskd.screens.choose_grade import ChooseGrade
from kioskd.screens.choose_months import ChooseMonths
from kioskd.screens.choose_scheme import ChooseScheme
from kioskd.screens.contract import Done, Screen
from kioskd.screens.follow_pin_pad import FollowPinPad, PinPadChoice
from kioskd.screens.frame import FRAME_BUTTONS
from kioskd.screens.navigation import Navigation
from kioskd.screens.not_paid import NotPaid, NotPaidChoice, NotPaidReason
from kioskd.screens.paid import Paid, PaidChoice
from kioskd.screens.payment_unknown import PaymentUnknown, UnknownChoice
from kioskd.screens.review import Review, ReviewChoice
from kioskd.screens.widgets.months import months_text
from kioskd.screens.words import LANGUAGES, Words
from tests.goldens import gallery_pay as sample
from tests.unit.screen_checks import PANELS, assert_sound, draw

BACK = Done(Navigation.BACK)


def taps(screen: Screen[Any], *buttons: str) -> Any:
    """Touch one button after the other; return what the last one led to."""
    result: Any = screen
    for button in buttons:
        result = result.tap(button)
    return result


def scheme_screen() -> ChooseScheme:
    """Pension payable, medical all paid."""
    return ChooseScheme((sample.PENSION, sample.NOTHING_LEFT), sample.RULES, None)


def test_scheme_is_marked_then_answered() -> None:
    """Touching a scheme marks it; only the main button answers with it."""
    marked = taps(scheme_screen(), "scheme-pension")
    assert marked == replace(scheme_screen(), chosen=Scheme.PENSION)
    assert marked.tap("next") == Done(Scheme.PENSION)


def test_scheme_next_waits_for_a_choice() -> None:
    """The main button does nothing until a scheme is chosen."""
    assert scheme_screen().tap("next") is None


def test_scheme_without_payable_months_cannot_be_chosen() -> None:
    """A scheme whose months are all paid is greyed: touching it does nothing."""
    assert scheme_screen().tap("scheme-medical") is None
    assert scheme_screen().tap("scheme-nonsense") is None


def test_grade_is_marked_and_answered_whole() -> None:
    """The answer is the grade of the offer, not its number."""
    screen = ChooseGrade(sample.PENSION, sample.PENSION_NAME, None, 0)
    assert screen.tap("next") is None
    answer = taps(screen, "grade-100", "next")
    assert answer == Done(sample.PENSION.grades[4])
    assert answer.answer.monthly == Money.from_yuan("1400.00")


def test_grade_not_offered_does_nothing() -> None:
    """A grade that is not in the offer cannot be marked."""
    screen = ChooseGrade(sample.PENSION, sample.PENSION_NAME, None, 0)
    assert screen.tap("grade-61") is None
    assert screen.tap("grade-x") is None


def test_fixed_grade_is_marked_and_the_others_are_closed() -> None:
    """Where the year's grade is fixed it is chosen already and no other can be."""
    screen = ChooseGrade(sample.FIXED, sample.PENSION_NAME, None, 0)
    assert screen.tap("next") == Done(sample.PENSION.grades[4])
    assert screen.tap("grade-60") is None
    assert replace(screen, chosen=60).tap("next") is None


def test_grade_pages_turn_and_clamp() -> None:
    """Paging never goes below the first page and keeps the marked grade."""
    screen = ChooseGrade(sample.PENSION, sample.PENSION_NAME, 100, 0)
    assert taps(screen, "page-next") == replace(screen, page=1)
    assert taps(screen, "page-next", "page-prev") == screen
    assert taps(screen, "page-prev") is None


def test_month_toggles() -> None:
    """A touch chooses a month, a second one undoes it."""
    screen = ChooseMonths(sample.PENSION, sample.PENSION.grades[4], frozenset())
    once = taps(screen, "month-2026-10")
    assert once.chosen == {Month(2026, 10)}
    assert taps(once, "month-2026-10").chosen == frozenset()


@pytest.mark.parametrize("month", ["2026-01", "2026-03", "2026-08", "2026-12", "2025-10", "x"])
def test_month_that_is_not_payable_does_nothing(month: str) -> None:
    """Paid, locked, closed and foreign months cannot be chosen."""
    screen = ChooseMonths(sample.MIXED, sample.MIXED.grades[0], frozenset())
    assert screen.tap(f"month-{month}") is None


def test_months_are_answered_in_order() -> None:
    """The answer is sorted, whatever order they were touched in."""
    screen = ChooseMonths(sample.PENSION, sample.PENSION.grades[4], frozenset())
    assert screen.tap("next") is None
    answer = taps(screen, "month-2026-12", "month-2026-10", "next")
    assert answer == Done((Month(2026, 10), Month(2026, 12)))


def test_months_that_are_no_longer_payable_are_not_counted() -> None:
    """A stale choice of a month that is now paid is neither counted nor answered."""
    stale = frozenset({Month(2026, 1), Month(2026, 10)})
    screen = ChooseMonths(sample.PENSION, sample.PENSION.grades[4], stale)
    assert screen.tap("next") == Done((Month(2026, 10),))


def test_review_pays_or_goes_back() -> None:
    """Only the button that names the amount leads to paying."""
    months = sample.TWO_MONTHS
    screen = Review(
        sample.assessment_of(100, months), sample.PENSION_NAME, sample.SHORT_NAME, "示例市"
    )
    assert screen.tap("pay") == Done(ReviewChoice.PAY)
    assert screen.tap("back") == BACK
    assert screen.tap("next") is None


def test_pin_pad_cancel_only_while_it_can() -> None:
    """Cancel answers while the PIN pad can still be stopped, and is gone after."""
    screen = FollowPinPad(Money(280000), PinPadStep.ENTER_PIN, sample.REF, True)
    assert screen.tap("cancel") == Done(PinPadChoice.CANCEL)
    assert replace(screen, can_cancel=False).tap("cancel") is None


def test_results_answer_with_their_choices() -> None:
    """Each button of the result screens has its own answer."""
    months = (Month(2026, 1),)
    paid = Paid(Money(1), sample.PENSION_NAME, 100, months, sample.REF, "1", Printed.YES)
    assert paid.tap("end") == Done(PaidChoice.END)
    assert paid.tap("more") == Done(PaidChoice.MORE)
    not_paid = NotPaid(NotPaidReason.DECLINED, "05", sample.REF)
    assert not_paid.tap("again") == Done(NotPaidChoice.AGAIN)
    assert not_paid.tap("end") == Done(NotPaidChoice.END)
    unknown = PaymentUnknown(sample.REF, Money(1), "10:26", None)
    assert unknown.tap("print-slip") == Done(UnknownChoice.PRINT_SLIP)
    assert unknown.tap("end") == Done(UnknownChoice.END)


def test_nothing_to_touch_while_paper_comes() -> None:
    """While a receipt or slip prints nobody listens, so the buttons are greyed and say to wait."""
    months = (Month(2026, 1),)
    paid = Paid(Money(1), sample.PENSION_NAME, 100, months, sample.REF, "1", None)
    unknown = PaymentUnknown(sample.REF, Money(1), "10:26", None, printing=True)
    for screen in (paid, unknown):
        assert screen.tap("end") is None
        assert set(draw(screen, (1280, 800), "en").buttons) <= set(FRAME_BUTTONS)


def test_slip_is_printed_once() -> None:
    """While the slip prints, and once it is out, the button for it is gone."""
    unknown = PaymentUnknown(sample.REF, Money(1), "10:26", None)
    assert replace(unknown, printing=True).tap("print-slip") is None
    assert replace(unknown, printed=Printed.YES).tap("print-slip") is None
    assert replace(unknown, printed=Printed.NO).tap("print-slip") is not None


@pytest.mark.parametrize(
    "screen",
    [
        ChooseScheme((sample.PENSION,), sample.RULES, None),
        ChooseGrade(sample.PENSION, sample.PENSION_NAME, None, 0),
        ChooseMonths(sample.PENSION, sample.PENSION.grades[0], frozenset()),
    ],
)
def test_back_and_unknown_buttons(screen: Screen[Any]) -> None:
    """Every choosing screen goes back, and ignores buttons it does not have."""
    assert screen.tap("back") == BACK
    assert screen.tap("nonsense") is None


def test_no_offers_still_leaves_a_way_back() -> None:
    """With nothing to pay there is no main button that could do anything."""
    screen = ChooseScheme((), sample.RULES, None)
    assert screen.tap("next") is None
    assert screen.tap("back") == BACK


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", list(NotPaidReason))
def test_every_reason_has_its_words(reason: NotPaidReason, language: str) -> None:
    """Each reason says why and what to do, in both languages."""
    words = Words(language)
    assert words(f"not_paid.why.{reason.value}")
    assert words(f"not_paid.do.{reason.value}")


@pytest.mark.parametrize(
    ("months", "said"),
    [
        ((10,), "2026 年 10 月"),
        ((10, 11), "2026 年 10 月、11 月"),
        ((1, 2, 3, 5), "2026 年 1 月至 3 月、5 月"),
        (tuple(range(1, 13)), "2026 年 1 月至 12 月"),
    ],
)
def test_months_in_words(months: tuple[int, ...], said: str) -> None:
    """Three or more months in a row are said as from-to; nothing is left out."""
    assert months_text(Words("zh_CN"), [Month(2026, number) for number in months]) == said


@pytest.mark.parametrize("step", [None, *PinPadStep])
def test_every_pin_pad_step_is_said(step: PinPadStep | None) -> None:
    """Every step has a title and a line of its own, and claims nothing that is later."""
    screen = FollowPinPad(Money(280000), step, sample.REF, True)
    drawn = draw(screen, (1280, 800), "zh_CN")
    assert "2,800.00 元" in "".join(text.text for text in drawn.drawn)
    assert drawn.status == ("业务号", sample.REF)
    assert set(drawn.buttons) - set(FRAME_BUTTONS) == {"cancel"}


def test_fixed_grade_is_in_sight() -> None:
    """The only grade that can be chosen stands on the first page of the smallest panel."""
    screen = ChooseGrade(sample.FIXED, sample.PENSION_NAME, None, 0)
    buttons = draw(screen, (800, 480), "zh_CN").buttons
    assert "grade-100" in buttons
    assert "grade-60" not in buttons


def test_grade_pages_end_with_the_last_grade() -> None:
    """Whatever page is wished for, one is shown, and the last has no button to go on."""
    screen = ChooseGrade(sample.PENSION, sample.PENSION_NAME, None, 99)
    buttons = draw(screen, (800, 480), "zh_CN").buttons
    assert "grade-300" in buttons
    assert "page-next" not in buttons
    assert "page-prev" in buttons


PAY_IDS = {
    "choose-scheme",
    "choose-grade",
    "choose-months",
    "review",
    "follow-pin-pad",
    "paid",
    "not-paid",
    "payment-unknown",
}
PAY_SCREENS = [entry for entry in sample.SCREENS if entry[1].id in PAY_IDS]


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize(("name", "screen"), PAY_SCREENS, ids=[name for name, _ in PAY_SCREENS])
def test_drawn_inside_and_alive(name: str, screen: Screen[Any], panel: tuple[int, int]) -> None:
    """In both languages every text fits, buttons are apart and inside, and each leads somewhere."""
    for language in LANGUAGES:
        assert_sound(screen, draw(screen, panel, language))
