"""Paying by periods, the waiting period, both schemes in one visit; longest values included."""

from dataclasses import replace
from typing import Any

from kioskd.domain.contribution import ClosedWhy, Month, MonthStatus, OfferedMonth, Scheme
from kioskd.domain.money import Money
from kioskd.domain.payment import Printed
from kioskd.domain.period import Arrears, Period, PeriodRules
from kioskd.domain.text import Text
from kioskd.domain.waiting import WaitingRules, entitlement
from kioskd.screens.choose_months import ChooseMonths
from kioskd.screens.choose_scheme import ChooseScheme
from kioskd.screens.contract import Screen
from kioskd.screens.paid import Paid
from kioskd.screens.pay_plan import PayPlan, PlannedPayment
from kioskd.screens.review import Review
from tests.goldens.gallery_pay import (
    ALL_MONTHS,
    LONG_NAME,
    MEDICAL,
    MEDICAL_NAME,
    MIXED,
    PENSION,
    PENSION_NAME,
    REF,
    RULES,
    TODAY,
    WHOLE_YEAR,
    assessment_of,
    offer_of,
    year_of,
)

IN_ORDER = replace(
    offer_of(year_of(2026, 5, m7=MonthStatus.LOCKED)),
    periods=PeriodRules(arrears=Arrears.IN_ORDER, consecutive_min=3),
)
BY_QUARTER = replace(
    WHOLE_YEAR, periods=PeriodRules((Period.QUARTER, Period.HALF_YEAR), Arrears.IN_ORDER)
)
ACROSS = replace(
    PENSION,
    months=tuple(
        OfferedMonth(Month(2026, 8).plus(n), MonthStatus.PAYABLE)
        if n < 9
        else OfferedMonth(Month(2026, 8).plus(n), MonthStatus.CLOSED, ClosedWhy.NOT_OPEN_YET)
        for n in range(12)
    ),
    periods=PeriodRules(cross_year=True),
)
NOTICE = Text(
    "先缴满 6 个月才有住院待遇；断缴超过 6 个月，要重新等。",
    "6 paid months come first; after more than 6 unpaid ones, again.",
)
WAITING_RULES = (RULES[0], replace(RULES[1], notice=NOTICE, waiting=WaitingRules(6, 6)))
LAPSED = replace(MEDICAL, counting=tuple(Month(2026, 3).plus(n) for n in range(7)))
STANDINGS = {
    "new": replace(MEDICAL, months=year_of(2026, 10)),
    "waiting": replace(MEDICAL, counting=(Month(2026, 9), Month(2026, 10))),
    "running": replace(LAPSED, counting=(*LAPSED.counting, Month(2026, 10))),
    "stopped": LAPSED,
}
MEDICAL_BILL = replace(assessment_of(100, frozenset({TODAY})), scheme=Scheme.MEDICAL)
REVIEW = Review(MEDICAL_BILL, MEDICAL_NAME, LONG_NAME, "示例自治州某某县")
BENEFITS = {
    name: entitlement(offer.counting, WaitingRules(6, 6), TODAY, (TODAY,))
    for name, offer in STANDINGS.items()
}
PLAN = PayPlan(
    (
        PlannedPayment(PENSION_NAME, PENSION.grades[-1], 12),
        PlannedPayment(MEDICAL_NAME, MEDICAL.grades[0], 3),
    )
)
HALF_YEAR = frozenset(Month(2026, number) for number in range(7, 13))
SCREENS: tuple[tuple[str, Screen[Any]], ...] = (
    (
        "choose-months-half-year",
        ChooseMonths(offer_of(year_of(2026, 5)), PENSION.grades[4], HALF_YEAR, TODAY),
    ),
    (
        "choose-months-in-order",
        ChooseMonths(IN_ORDER, IN_ORDER.grades[4], frozenset({Month(2026, 6)}), TODAY),
    ),
    ("choose-months-quarters", ChooseMonths(BY_QUARTER, BY_QUARTER.grades[0], frozenset(), TODAY)),
    (
        "choose-months-across",
        ChooseMonths(
            ACROSS, ACROSS.grades[-1], frozenset({Month(2026, 12), Month(2027, 1)}), TODAY
        ),
    ),
    *(
        (f"choose-scheme-{name}", ChooseScheme((PENSION, offer), WAITING_RULES, None, TODAY))
        for name, offer in STANDINGS.items()
    ),
    *((f"review-{name}", replace(REVIEW, benefit=benefit)) for name, benefit in BENEFITS.items()),
    ("review-second", replace(REVIEW, place=(2, 2), benefit=BENEFITS["new"])),
    (
        "review-all-waiting",
        replace(REVIEW, assessment=assessment_of(300, ALL_MONTHS), benefit=BENEFITS["new"]),
    ),
    (
        "review-across",
        replace(REVIEW, assessment=assessment_of(60, frozenset({Month(2026, 12), Month(2027, 1)}))),
    ),
    ("pay-plan", PLAN),
    (
        "paid-next",
        Paid(
            Money.from_yuan("2800.00"),
            PENSION_NAME,
            100,
            (Month(2026, 10), Month(2026, 11)),
            REF,
            "2026-0000-0031-88",
            Printed.YES,
            next_scheme=MEDICAL_NAME,
        ),
    ),
    ("choose-months-mixed", ChooseMonths(MIXED, MIXED.grades[0], frozenset(), TODAY)),
)
