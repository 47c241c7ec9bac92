"""The waiting period by examples that a clerk would check by hand, and its words."""

import pytest

from kioskd.domain.contribution import Month
from kioskd.domain.waiting import Entitlement, Standing, WaitingRules, entitlement
from kioskd.screens.widgets.waiting import waiting_text
from kioskd.screens.words import LANGUAGES, Words

RULES = WaitingRules(months=6, break_months=6)
NOW = Month(2026, 11)


def run(year: int, first: int, count: int) -> tuple[Month, ...]:
    return tuple(Month(year, first).plus(number) for number in range(count))


@pytest.mark.parametrize(
    ("paid", "paying", "found"),
    [
        ((), (), Entitlement(Standing.NEW, 0, 6, Month(2027, 5))),
        ((), (NOW,), Entitlement(Standing.WAITING, 1, 6, Month(2027, 5))),
        (run(2026, 9, 2), (NOW,), Entitlement(Standing.WAITING, 3, 6, Month(2027, 3))),
        # Six paid ahead at once: earned, and from May all the same.
        ((), run(2026, 11, 6), Entitlement(Standing.WAITING, 6, 6, Month(2027, 5))),
        (run(2026, 5, 6), (), Entitlement(Standing.RUNNING, 6, 6, Month(2026, 11))),
        # October unpaid: stopped, and on again the month after it is paid.
        (run(2026, 4, 6), (), Entitlement(Standing.STOPPED, 6, 6, Month(2026, 12))),
        (
            run(2026, 4, 6),
            (Month(2026, 10), NOW),
            Entitlement(Standing.WAITING, 8, 6, Month(2026, 12)),
        ),
        # Seven months unpaid (April to October): anew; six: only stopped.
        (run(2025, 1, 15), (), Entitlement(Standing.NEW, 0, 6, Month(2027, 5))),
        (run(2025, 1, 16), (), Entitlement(Standing.STOPPED, 16, 6, Month(2026, 12))),
    ],
)
def test_examples(paid: tuple[Month, ...], paying: tuple[Month, ...], found: Entitlement) -> None:
    """Six months first, stopped after one unpaid, anew after more than six (facts 1.6)."""
    assert entitlement(paid, RULES, NOW, paying) == found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("section", ["waiting", "waiting_after"])
def test_every_standing_has_its_words(standing: Standing, section: str, language: str) -> None:
    """Before choosing and after paying; where it is a date, the date is in it."""
    text = waiting_text(Words(language), Entitlement(standing, 2, 6, Month(2027, 5)), section)
    if standing is not Standing.RUNNING and (section, standing) != (
        "waiting_after",
        Standing.STOPPED,
    ):
        assert "2027" in text and "5" in text


def test_earned_by_months_paid_ahead_is_not_told_as_months_missing() -> None:
    """Nothing is missing, so only the date is said."""
    text = waiting_text(Words("zh_CN"), Entitlement(Standing.WAITING, 6, 6, Month(2027, 5)))
    assert text == "2027 年 5 月起享受住院待遇"


@pytest.mark.parametrize("numbers", [(-1, 6, 1), (6, -1, 1), (6, 6, 0)])
def test_rules_that_cannot_be_are_refused(numbers: tuple[int, int, int]) -> None:
    """A region pack with nonsense is refused where it is read."""
    with pytest.raises(ValueError, match="waiting"):
        WaitingRules(*numbers)
