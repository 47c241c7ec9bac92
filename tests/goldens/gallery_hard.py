"""The largest amounts and the hardest names: what no screen may cut off."""

from dataclasses import replace
from typing import Any

from kioskd.domain.account import MedicalCredit
from kioskd.domain.contribution import Contribution, InsuranceView, Month
from kioskd.domain.money import ZERO, Money
from kioskd.domain.payment import Printed
from kioskd.domain.secret import PersonName
from kioskd.screens.choose_grade import ChooseGrade
from kioskd.screens.choose_months import ChooseMonths
from kioskd.screens.contract import Screen
from kioskd.screens.home import Home, Tab
from kioskd.screens.insurance import Insurance
from kioskd.screens.insurance_periods import InsurancePeriods
from kioskd.screens.medical_account import MedicalAccountScreen
from kioskd.screens.my_payments import MyPayments, OnePayment
from kioskd.screens.paid import Paid
from kioskd.screens.pay_plan import PayPlan, PlannedPayment
from kioskd.screens.payment_unknown import PaymentUnknown
from kioskd.screens.pension_account import PensionAccountScreen
from kioskd.screens.review import Review
from tests.goldens.gallery_accounts import BROKEN, MEDICAL, ROWS
from tests.goldens.gallery_accounts import PENSION as PENSION_ACCOUNT
from tests.goldens.gallery_core import NOTICES, PERSON, services
from tests.goldens.gallery_pay import (
    ENROLMENTS,
    MEDICAL_NAME,
    NAMES,
    PENSION,
    PENSION_NAME,
    REF,
    TODAY,
    TWO_MONTHS,
    assessment_of,
    paid_in,
)
from tests.goldens.gallery_pay import MEDICAL as MEDICAL_OFFER

LARGEST = Money(9_999_999_99)
FOUR = PersonName("欧阳示例")
DOTTED = PersonName("阿依古丽·示例买买")
"""26 bytes in UTF-8, with the middle dot: the field has 30."""
RARE = PersonName("𠮷𬭚𡐓示")
"""Three of four characters lie beyond the basic plane."""
LATIN = PersonName("Maximilian Exampleton-Testwood")
"""Thirty letters."""
CITY = "示例维吾尔自治州示例哈萨克自治县"
OUTLET = "示例维吾尔自治州示例哈萨克自治县人力资源和社会保障服务中心示例街道工作站"

HALF = Money(LARGEST.fen // 2)
GRADE = replace(PENSION.grades[4], monthly=LARGEST, personal=LARGEST - HALF, pool=HALF)
GRADES = replace(PENSION, grades=(GRADE, *PENSION.grades[5:]))
ONE = frozenset({Month(2026, 10)})
MUCH_PAID = tuple(
    Contribution(one.scheme, one.month, LARGEST, one.amount, one.personal, one.pool)
    if one.month.month > 1
    else Contribution(one.scheme, one.month, LARGEST, LARGEST, LARGEST - HALF, HALF)
    for one in paid_in(2026, 9)
)
VIEW = InsuranceView(
    tuple(replace(one, place=CITY) for one in ENROLMENTS), 2026, (2024, 2025, 2026), MUCH_PAID
)
BILL = replace(
    assessment_of(100, TWO_MONTHS), grade=GRADE, months=(Month(2026, 10),), amount=LARGEST,
    personal=LARGEST - HALF, pool=HALF,
)  # fmt: skip
RICH_YEARS = tuple(
    replace(year, credits=LARGEST, interest=LARGEST if year.rate is not None else ZERO, balance=LARGEST)
    for year in PENSION_ACCOUNT.years
)  # fmt: skip
RICH = replace(
    MEDICAL, opening=LARGEST, balance=LARGEST, bank=OUTLET,
    credits=(MedicalCredit(Month(2026, 1), "2026-01-20", OUTLET, LARGEST), *MEDICAL.credits[1:]),
)  # fmt: skip
PAYMENTS = tuple(replace(row, amount=LARGEST) for row in ROWS)
PAID = Paid(LARGEST, PENSION_NAME, 100, (Month(2026, 10),), REF, "2026-0000-0031-88", Printed.NO)
PLACE = replace(BROKEN, place=CITY)

SCREENS: list[tuple[str, Screen[Any]]] = [
    ("choose-grade-largest", ChooseGrade(GRADES, PENSION_NAME, 100, 0)),
    ("choose-months-largest", ChooseMonths(GRADES, GRADE, ONE, TODAY)),
    ("choose-months-largest-none", ChooseMonths(GRADES, GRADE, frozenset(), TODAY)),
    ("review-largest", Review(BILL, PENSION_NAME, DOTTED, CITY)),
    ("review-rare", Review(BILL, PENSION_NAME, RARE, CITY)),
    ("review-latin", Review(BILL, PENSION_NAME, LATIN, CITY)),
    ("pay-plan-largest", PayPlan((
        PlannedPayment(PENSION_NAME, GRADE, 1),
        PlannedPayment(MEDICAL_NAME, MEDICAL_OFFER.grades[0], 3),
    ))),
    ("paid-largest", PAID),
    ("payment-unknown-largest", PaymentUnknown(REF, LARGEST, "10:26", Printed.NO)),
    ("insurance-largest", Insurance(VIEW, NAMES, LATIN)),
    ("insurance-rare", Insurance(VIEW, NAMES, RARE)),
    ("insurance-periods-long-place", InsurancePeriods(PLACE, PENSION_NAME, TODAY, 0)),
    ("pension-account-largest", PensionAccountScreen(
        replace(PENSION_ACCOUNT, years=RICH_YEARS), LATIN, 0)),
    ("pension-account-dotted", PensionAccountScreen(PENSION_ACCOUNT, DOTTED, 0)),
    ("medical-account-largest", MedicalAccountScreen(RICH, LATIN)),
    ("medical-account-largest-list", MedicalAccountScreen(RICH, RARE, as_list=True, page=99)),
    ("my-payments-largest", MyPayments(PAYMENTS, 0)),
    ("one-payment-largest", OnePayment(PAYMENTS[0])),
    *(
        (f"home-{what}", Home(replace(PERSON, name=name, city=CITY), Tab.INQUIRY, services(), NOTICES))
        for what, name in (("four", FOUR), ("dotted", DOTTED), ("rare", RARE), ("latin", LATIN))
    ),
]  # fmt: skip
