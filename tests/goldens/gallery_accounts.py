"""Accounts, payments and the periods of her insurance, in states that fill the screens and not."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from kioskd.domain.account import (
    MedicalAccount,
    MedicalAccountState,
    MedicalCredit,
    MedicalSpending,
    PaymentStanding,
    PensionAccount,
    PensionYear,
    SpendingKind,
)
from kioskd.domain.contribution import Enrolment, Month, PaidPeriod, Scheme
from kioskd.domain.money import ZERO, Money
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.screens.contract import Screen
from kioskd.screens.insurance_periods import InsurancePeriods
from kioskd.screens.medical_account import MedicalAccountScreen
from kioskd.screens.my_payments import MyPayments, OnePayment, PaymentRow
from kioskd.screens.pension_account import PensionAccountScreen
from tests.goldens.gallery_pay import LONG_NAME, PENSION_NAME, SHORT_NAME

BANK = "示例银行示例市分行"
AS_OF = "2026-11-22"


def _pension(first: int) -> PensionAccount:
    years, balance = [], ZERO
    for year in range(first, 2027):
        credits, rate = Money(6_720_00), Decimal("0.0262") if year < 2026 else None
        interest = balance.share_half_up(rate) if rate is not None else ZERO
        balance = balance + credits + interest
        years.append(PensionYear(year, 12, credits, rate, interest, balance))
    return PensionAccount(AS_OF, tuple(years), "示例市公布的个人账户记账利率（示例数据）")


def _medical() -> MedicalAccount:
    credits = tuple(
        MedicalCredit(Month(2026, number), f"2026-{number:02d}-20", BANK, Money(140_00))
        for number in range(1, 11)
    )
    kinds = list(SpendingKind)
    spending = tuple(
        MedicalSpending(
            f"2026-{number:02d}-2{number % 5 + 1}",
            ("示例市百姓药房人民路店", "示例市第一医院")[number % 2],
            kinds[number % len(kinds)],
            Money(23_50 * number + 7),
        )
        for number in range(1, 10)
    )
    view = MedicalAccount(
        AS_OF, MedicalAccountState.OPEN, ZERO, BANK, 2026, (2024, 2025, 2026), Money(1_234_56),
        credits, spending,
    )  # fmt: skip
    return replace(view, balance=view.closing)


PENSION, LONG_PENSION = _pension(2023), _pension(1996)
MEDICAL = _medical()
QUIET = replace(
    MEDICAL, state=MedicalAccountState.NO_MORE_CREDITS, years=(2026,), credits=(), spending=(),
    balance=Money(1_234_56),
)  # fmt: skip
NO_ACCOUNT = MedicalAccount(
    AS_OF, MedicalAccountState.NONE, ZERO, "", 2026, (), ZERO, (), ()
)  # fmt: skip
ROWS = tuple(
    PaymentRow(
        f"K0123-7KQ4-0004{number:02d}",
        f"2026-{11 - number:02d}-22 17:55",
        "K0123",
        PENSION_NAME,
        tuple(Month(2026, month) for month in range(1, number + 2)),
        Money(1_400_00) * (number + 1),
        standing,
        "2026-0000-0031-59" if standing is PaymentStanding.POSTED else "",
    )
    for number, standing in enumerate(PaymentStanding)
)
BROKEN = Enrolment(
    Scheme.PENSION,
    True,
    Month(2019, 3),
    52,
    Month(2026, 9),
    "示例市",
    (
        PaidPeriod(Month(2019, 3), Month(2020, 12)),
        PaidPeriod(Month(2022, 7), Month(2022, 7)),
        PaidPeriod(Month(2024, 5), Month(2026, 9)),
    ),
)
LONG_PLACE = replace(BROKEN, place="示例民族自治州示例县", active=False, periods=(
    *(PaidPeriod(Month(year, 1), Month(year, 11)) for year in range(2005, 2025)),
))  # fmt: skip
PERIODS = InsurancePeriods(BROKEN, PENSION_NAME, Month(2026, 11), 0)
NO_PAPER = Trouble(TroubleReason.RECEIPT_PAPER_OUT, "D-11")

SCREENS: list[tuple[str, Screen[Any]]] = [
    ("insurance-periods", PERIODS),
    ("insurance-periods-many", replace(PERIODS, enrolment=LONG_PLACE, page=1)),
    ("insurance-periods-none", replace(PERIODS, enrolment=replace(
        BROKEN, since=Month(2026, 11), months_paid=0, last_paid=None, periods=()))),
    ("pension-account", PensionAccountScreen(PENSION, SHORT_NAME, 0)),
    ("pension-account-long", PensionAccountScreen(LONG_PENSION, LONG_NAME, 1)),
    ("pension-account-none", PensionAccountScreen(PensionAccount(AS_OF, ()), SHORT_NAME, 0)),
    ("medical-account", MedicalAccountScreen(MEDICAL, SHORT_NAME)),
    ("medical-account-list", MedicalAccountScreen(MEDICAL, LONG_NAME, as_list=True)),
    ("medical-account-quiet", MedicalAccountScreen(QUIET, SHORT_NAME, as_list=True)),
    ("medical-account-none", MedicalAccountScreen(NO_ACCOUNT, SHORT_NAME)),
    ("my-payments", MyPayments(ROWS, 0)),
    ("my-payments-none", MyPayments((), 0)),
    *((f"one-payment-{row.standing.value}", OnePayment(row)) for row in ROWS),
    ("one-payment-no-paper", OnePayment(ROWS[0], NO_PAPER)),
    ("one-payment-sealing", OnePayment(ROWS[0], sealing=True)),
    ("one-payment-sealing-no-paper", OnePayment(ROWS[0], NO_PAPER, sealing=True)),
]  # fmt: skip
