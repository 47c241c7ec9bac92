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
from kioskd.screens.navigation import Navigation
from kioskd.screens.not_paid import NotPaid, NotPaidChoice, NotPaidReason
from kioskd.screens.paid import Paid, PaidChoice
from kioskd.screens.payment_unknown import PaymentUnknown, UnknownChoice
from kioskd.screens.review import Review, ReviewChoice
from tests.goldens import gallery_pay as sample

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
    assert taps(once, "month-2026-10") == screen


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
    paid = Paid(Money(1), sample.PENSION_NAME, 100, (Month(2026, 1),), sample.REF, "1", None)
    assert paid.tap("end") == Done(PaidChoice.END)
    assert paid.tap("more") == Done(PaidChoice.MORE)
    not_paid = NotPaid(NotPaidReason.DECLINED, "05", sample.REF)
    assert not_paid.tap("again") == Done(NotPaidChoice.AGAIN)
    assert not_paid.tap("end") == Done(NotPaidChoice.END)
    unknown = PaymentUnknown(sample.REF, Money(1), "10:26", 0, None)
    assert unknown.tap("print-slip") == Done(UnknownChoice.PRINT_SLIP)
    assert unknown.tap("end") == Done(UnknownChoice.END)


def test_slip_is_printed_once() -> None:
    """While the slip prints, and once it is out, the button for it is gone."""
    unknown = PaymentUnknown(sample.REF, Money(1), "10:26", 0, None)
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
