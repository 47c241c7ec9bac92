"""The medical personal account: monthly credits by the agent bank, and what was spent.

The balance is credits less spending, never below zero; it is worked out from the rows each time.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, insert, select

from kiosk_central.problems import Refused
from kiosk_central.store.accounts import medical_accounts, medical_credits, medical_spending
from kiosk_central.store.locks import lock_person
from kiosk_central.store.schema import fen_sum
from kioskd.domain.account import (
    MedicalAccount,
    MedicalAccountState,
    MedicalCredit,
    MedicalSpending,
    SpendingKind,
)
from kioskd.domain.contribution import Month
from kioskd.domain.money import ZERO, Money, total
from kioskd.protocols.central import ProblemCode


@dataclass(frozen=True, slots=True)
class _Movements:
    credits: tuple[MedicalCredit, ...]
    spending: tuple[MedicalSpending, ...]

    def years(self) -> tuple[int, ...]:
        days = [one.day for one in self.credits] + [one.day for one in self.spending]
        return tuple(sorted({int(day[:4]) for day in days}))

    def before(self, year: int) -> Money:
        return total([c.amount for c in self.credits if int(c.day[:4]) < year]) - total(
            [s.amount for s in self.spending if int(s.day[:4]) < year]
        )

    def of(self, year: int) -> "_Movements":
        text = f"{year:04d}"
        return _Movements(
            tuple(one for one in self.credits if one.day[:4] == text),
            tuple(one for one in self.spending if one.day[:4] == text),
        )


def medical_account(
    connection: Connection, person_id: int, year: int | None, today: date
) -> MedicalAccount:
    """Return one year of the account; None is the latest year with any movement."""
    state = _state_of(connection, person_id)
    everything = _movements(connection, person_id)
    years = everything.years()
    shown = year if year is not None else (years[-1] if years else today.year)
    part = everything.of(shown)
    return MedicalAccount(
        today.isoformat(),
        state,
        everything.before(9999 + 1),
        everything.credits[-1].bank if everything.credits else "",
        shown,
        years,
        everything.before(shown),
        part.credits,
        part.spending,
    )


def _state_of(connection: Connection, person_id: int) -> MedicalAccountState:
    query = select(medical_accounts.c.growing).where(medical_accounts.c.person_id == person_id)
    growing = connection.execute(query).scalar_one_or_none()
    if growing is None:
        return MedicalAccountState.NONE
    return MedicalAccountState.OPEN if growing else MedicalAccountState.NO_MORE_CREDITS


def _movements(connection: Connection, person_id: int) -> _Movements:
    credits = select(medical_credits).where(medical_credits.c.person_id == person_id)
    spent = select(medical_spending).where(medical_spending.c.person_id == person_id)
    return _Movements(
        tuple(
            MedicalCredit(Month.parse(row.month), row.day, row.bank, Money(row.amount_fen))
            for row in connection.execute(credits.order_by(medical_credits.c.month))
        ),
        tuple(
            MedicalSpending(row.day, row.place, SpendingKind(row.kind), Money(row.amount_fen))
            for row in connection.execute(
                spent.order_by(medical_spending.c.day, medical_spending.c.id)
            )
        ),
    )


def balance_of(connection: Connection, person_id: int) -> Money:
    """Return what is in the account now; zero where there is none."""
    credited = select(func.coalesce(fen_sum(medical_credits.c.amount_fen), 0)).where(
        medical_credits.c.person_id == person_id
    )
    spent = select(func.coalesce(fen_sum(medical_spending.c.amount_fen), 0)).where(
        medical_spending.c.person_id == person_id
    )
    read = connection.execute
    return Money(read(credited).scalar_one()) - Money(read(spent).scalar_one())


def open_account(connection: Connection, person_id: int, growing: bool = True) -> None:
    """Open an account, empty."""
    values = {"person_id": person_id, "growing": int(growing)}
    connection.execute(insert(medical_accounts).values(values))


def credit(connection: Connection, person_id: int, given: MedicalCredit) -> None:
    """Book the agent bank's credit of a month; there is one a month."""
    values = {
        "person_id": person_id,
        "month": str(given.month),
        "day": given.day,
        "bank": given.bank,
        "amount_fen": given.amount.fen,
    }
    connection.execute(insert(medical_credits).values(values))


def spend(connection: Connection, person_id: int, spent: MedicalSpending) -> None:
    """Book a spending. Raises Refused(STATE_CONFLICT) where the account does not hold so much."""
    lock_person(connection, person_id)
    if not ZERO < spent.amount <= balance_of(connection, person_id):
        raise Refused(ProblemCode.STATE_CONFLICT, "balance")
    values = {
        "person_id": person_id,
        "day": spent.day,
        "place": spent.place,
        "kind": spent.kind.value,
        "amount_fen": spent.amount.fen,
    }
    connection.execute(insert(medical_spending).values(values))
