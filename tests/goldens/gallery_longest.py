"""The states that show amounts and names, with the longest of both.

An amount of seven digits before the point is more than the PIN pad takes; a name of nine
characters is what thirty bytes hold, and one character is beyond the BMP.
"""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from kioskd.domain.contribution import Grade
from kioskd.domain.money import Money
from kioskd.domain.secret import PersonName
from kioskd.screens.contract import Screen
from tests.goldens import gallery_accounts, gallery_core, gallery_pay, gallery_periods

MOST = Money.from_yuan("9999999.99")
A_MONTH = Money.from_yuan("833333.33")
"""So that a year of a grade is not more than that."""
LONGEST_NAME = PersonName("𠮷卜杜热西提阿卜")
STATES = (
    "home-handling",
    "choose-grade",
    "choose-grade-fixed",
    "choose-months",
    "choose-months-all",
    "review",
    "follow-pin-pad-card",
    "paid",
    "payment-unknown",
    "insurance",
    "pension-account",
    "medical-account",
    "my-payments",
    "pay-plan",
)


def longest(value: Any, most: Money = MOST) -> Any:
    """Return ``value`` with every amount and every name in it as long as can be."""
    if isinstance(value, Money):
        return most if value.fen else value
    if isinstance(value, PersonName):
        return LONGEST_NAME
    if isinstance(value, tuple):
        return tuple(longest(part, most) for part in value)
    if isinstance(value, Grade):
        most = A_MONTH
    if is_dataclass(value) and not isinstance(value, type):
        known = {field.name: getattr(value, field.name) for field in fields(value) if field.init}
        return replace(value, **{name: longest(part, most) for name, part in known.items()})
    return value


_KNOWN: dict[str, Screen[Any]] = {
    name: screen
    for module in (gallery_core, gallery_pay, gallery_periods, gallery_accounts)
    for name, screen in module.SCREENS
}
SCREENS: tuple[tuple[str, Screen[Any]], ...] = tuple(
    (f"{name}-longest", longest(_KNOWN[name])) for name in STATES
)
