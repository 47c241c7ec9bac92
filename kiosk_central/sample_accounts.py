"""Personal accounts of the sample city: the same seed and day always give the same movements.

Flexible employment has no medical account; who works for an employer has one that grows each month,
and some who changed over keep what they had. The interest rates are made up and say so.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Connection, insert

from kiosk_central.accounts import credit_interest, set_rate
from kiosk_central.ledger import FUNDS
from kiosk_central.month_end import name_fund_account
from kiosk_central.store.accounts import medical_accounts, medical_credits, medical_spending
from kioskd.domain.account import SpendingKind
from kioskd.domain.contribution import Month

EMPLOYED_PERSONAS = frozenset({"li"})
"""They work for an employer; all other personas pay for themselves."""
RATES = ("0.0397", "0.0262", "0.0250", "0.0240", "0.0230", "0.0220")
"""Of the last complete years, the oldest first."""
RATES_BEGIN_BEFORE = len(RATES)
RATE_SOURCE = "示例市公布的个人账户记账利率（示例数据）"
BANK = "示例银行示例市分行"
FUND_ACCOUNT = "99990000000000"
"""Begins the bank accounts of the funds; no bank has such numbers."""
KEPT_SHARE = 0.15
"""So many of those who pay for themselves kept an account from when they were employed."""
MONTHS_OF_CREDITS = 20
MONTHS_WITHOUT_CREDITS = 6
PLACES = {
    SpendingKind.PHARMACY: ("示例市百姓药房人民路店", "示例市健安药店东区店"),
    SpendingKind.OUTPATIENT: ("示例市第一医院", "湖滨社区卫生服务中心"),
    SpendingKind.INPATIENT: ("示例市第一医院",),
    SpendingKind.FAMILY: ("示例市第一医院", "示例市百姓药房人民路店"),
}
KINDS = (
    SpendingKind.PHARMACY,
    SpendingKind.PHARMACY,
    SpendingKind.OUTPATIENT,
    SpendingKind.OUTPATIENT,
    SpendingKind.FAMILY,
    SpendingKind.INPATIENT,
)
ROWS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Holder:
    """A person of the sample who may have a medical account."""

    person_id: int
    key: str
    flexible: bool


def fill_rates(connection: Connection, today: date) -> None:
    """Name the rates of the complete years, and credit everybody's interest."""
    first = today.year - RATES_BEGIN_BEFORE
    for index, rate in enumerate(RATES):
        set_rate(connection, first + index, Decimal(rate), RATE_SOURCE)
    for year in range(first, today.year):
        credit_interest(connection, year)


def fill_medical(connection: Connection, holders: Iterable[Holder], seed: int, today: date) -> None:
    """Give each holder who has one a medical account with credits and spending."""
    accounts: list[dict[str, object]] = []
    credits: list[dict[str, object]] = []
    spending: list[dict[str, object]] = []
    for holder in holders:
        chance = random.Random(f"medical {seed} {holder.key}")
        if holder.flexible and (holder.key.isalpha() or chance.random() >= KEPT_SHARE):
            continue
        accounts.append({"person_id": holder.person_id, "growing": int(not holder.flexible)})
        _move(holder, chance, today, credits, spending)
    for table, rows in (
        (medical_accounts, accounts),
        (medical_credits, credits),
        (medical_spending, spending),
    ):
        for at in range(0, len(rows), ROWS_AT_ONCE):
            connection.execute(insert(table), rows[at : at + ROWS_AT_ONCE])


def _move(
    holder: Holder,
    chance: random.Random,
    today: date,
    credits: list[dict[str, object]],
    spending: list[dict[str, object]],
) -> None:
    """Credit a month after the other; in between spend some of what is there, never more."""
    last = Month(today.year, today.month).plus(-1 - MONTHS_WITHOUT_CREDITS * holder.flexible)
    monthly, balance = chance.choice((8_400, 11_200, 14_000)), 0
    for back in reversed(range(MONTHS_OF_CREDITS)):
        month = last.plus(-back)
        day = date(month.year, month.month, 20)
        credits.append(
            {
                "person_id": holder.person_id,
                "month": str(month),
                "day": day.isoformat(),
                "bank": BANK,
                "amount_fen": monthly,
            }
        )
        balance += monthly
        for later in sorted(chance.sample(range(1, 9), chance.randrange(0, 3))):
            amount = min(balance, chance.randrange(8_00, 160_00))
            if amount > 0:
                balance -= amount
                on = day + timedelta(days=later)
                spending.append(_spent(holder, chance, on, amount))


def _spent(holder: Holder, chance: random.Random, on: date, amount: int) -> dict[str, object]:
    kind = chance.choice(KINDS)
    return {
        "person_id": holder.person_id,
        "day": on.isoformat(),
        "place": chance.choice(PLACES[kind]),
        "kind": kind.value,
        "amount_fen": amount,
    }


def fill_fund_accounts(connection: Connection) -> None:
    """Name made-up bank accounts that month-ends pay the funds out to."""
    for number, fund in enumerate(FUNDS, start=1):
        name_fund_account(connection, fund, f"{FUND_ACCOUNT}{number:02d}")
