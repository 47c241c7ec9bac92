"""What moved on every account within some days: opening, debits, credits, closing.

A debit is positive, as in ``entries``: opening + debits - credits = closing, always.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Select, case, func, select, true

from kiosk_central.clock import CHINA_TIME, stamp
from kiosk_central.ledger import personal_account
from kiosk_central.store.books import entries, postings
from kiosk_central.store.schema import fen_sum
from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.money import Money

PERSONAL = tuple(personal_account(scheme) for scheme in Scheme)


@dataclass(frozen=True, slots=True)
class AccountTotals:
    """One account within some days, whole fen."""

    account: str
    opening: Money
    """Debits less credits of everything before."""
    debits: Money
    credits: Money

    @property
    def closing(self) -> Money:
        return self.opening + self.debits - self.credits


def moments(first: date, last: date) -> tuple[str, str]:
    """Return, as they are stored, the first moment of citizens' days and the first after them."""
    begin = datetime.combine(first, time.min, CHINA_TIME)
    end = datetime.combine(last + timedelta(days=1), time.min, CHINA_TIME)
    return stamp(begin), stamp(end)


def days_of(month: Month) -> tuple[date, date]:
    """Return the first and the last day of a month."""
    after = month.plus(1)
    return date(month.year, month.month, 1), date(after.year, after.month, 1) - timedelta(days=1)


def account_totals(
    connection: Connection, first: date, last: date, kiosk_id: str | None = None
) -> tuple[AccountTotals, ...]:
    """Return every account that ever moved, by name; of one kiosk's payments alone if asked."""
    begin, end = moments(first, last)
    before, fen = postings.c.posted_at < begin, entries.c.debit_fen
    query = (
        select(
            entries.c.account,
            fen_sum(case((before, fen), else_=0)).label("opening"),
            fen_sum(case((~before & (fen > 0), fen), else_=0)).label("debits"),
            fen_sum(case((~before & (fen < 0), -fen), else_=0)).label("credits"),
        )
        .join(postings, postings.c.id == entries.c.posting_id)
        .where(
            postings.c.posted_at < end,
            true() if kiosk_id is None else postings.c.kiosk_id == kiosk_id,
        )
        .group_by(entries.c.account)
        .order_by(entries.c.account)
    )
    return tuple(
        AccountTotals(row.account, Money(row.opening), Money(row.debits), Money(row.credits))
        for row in connection.execute(query)
    )


def month_statement(connection: Connection, month: Month) -> list[dict[str, Any]]:
    """Return the accounts of a month as plain data: what is kept when it is closed."""
    return [totals_as_data(one) for one in account_totals(connection, *days_of(month))]


def totals_as_data(one: AccountTotals) -> dict[str, Any]:
    """Return the totals as a row of JSON, in whole fen."""
    return {
        "account": one.account,
        "opening_fen": one.opening.fen,
        "debits_fen": one.debits.fen,
        "credits_fen": one.credits.fen,
        "closing_fen": one.closing.fen,
    }


def credits_of_month(month: Month) -> Select[Any]:
    """Select account, person and fen of what a month's postings credit to personal accounts."""
    begin, end = moments(*days_of(month))
    credited = -func.coalesce(fen_sum(entries.c.debit_fen), 0)
    return (
        select(entries.c.account, entries.c.person_id, credited.label("fen"))
        .join(postings, postings.c.id == entries.c.posting_id)
        .where(
            entries.c.account.in_(PERSONAL),
            postings.c.posted_at >= begin,
            postings.c.posted_at < end,
        )
        .group_by(entries.c.account, entries.c.person_id)
        .having(fen_sum(entries.c.debit_fen) != 0)
    )
