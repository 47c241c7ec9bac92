"""The month's end: personal accounts credited, funds and refunds transferred; once a month.

What a fund is paid is what its account had at the end of the month and was not paid before: what
was refunded since, or could not be transferred, is in the next sum by itself. The books are proved
and read beforehand (``month_reckoning``); closing only writes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, insert, literal, select, update

from kiosk_central.desk import Desk
from kiosk_central.ledger import (
    BANK,
    FUNDS,
    REFUNDS_PAYABLE,
    TRANSFERS,
    Entry,
    PostingKind,
    paid_over_account,
    post_moved,
)
from kiosk_central.month_reckoning import MonthNotClosed, Reckoning, check_time, reckon
from kiosk_central.month_statement import credits_of_month
from kiosk_central.refunds import CLOSING_BOOK, RefundState
from kiosk_central.store.closing import month_ends, personal_credits, refunds, transfers
from kiosk_central.store.locks import lock_alone
from kiosk_central.store.schema import settings
from kiosk_central.transfer_file import Transfer, account_is_right, transfer_file
from kioskd.domain.contribution import Month
from kioskd.domain.money import ZERO, Money, total

HOLDER = "社会保险基金"


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """A month's end: as it is kept, or as it would be now."""

    month: Month
    closed_at: str
    """Empty of a preview."""
    statement: list[dict[str, Any]]
    transfers: tuple[Transfer, ...]
    file: bytes

    @property
    def amount(self) -> Money:
        return total([one.amount for one in self.transfers])


def fund_setting(fund: str) -> str:
    """Return under what name the settings hold the bank account of a fund."""
    return f"bank-account-{fund}"


def name_fund_account(connection: Connection, fund: str, account: str) -> None:
    """Name the bank account of a fund; a second word replaces the first. Raises MonthNotClosed."""
    if fund not in FUNDS or not account_is_right(account):
        raise MonthNotClosed(f"a fund is one of {', '.join(FUNDS)}; an account has 8 to 30 digits")
    own = settings.c.name == fund_setting(fund)
    if not connection.execute(update(settings).where(own).values(value=account)).rowcount:
        connection.execute(insert(settings).values(name=fund_setting(fund), value=account))


def close_month(desk: Desk, proved: Reckoning) -> MonthEnd:
    """Close a month that was proved, or return how it was closed. Raises MonthNotClosed."""
    connection = desk.connection
    lock_alone(connection, CLOSING_BOOK)
    known = find_month_end(connection, proved.month)
    if known is not None:
        return known
    check_time(connection, proved.month, desk.now)
    balances = proved.balances_now(connection)
    planned = _plan(connection, proved, balances)
    have = balances.get(BANK, ZERO) + balances.get(TRANSFERS, ZERO)
    if planned.transfers and have < planned.amount:
        raise MonthNotClosed(
            f"the bank has settled {have} yuan, the transfers come to {planned.amount}:"
            " import its settlement files first"
        )
    _keep(desk, planned)
    kept = find_month_end(connection, proved.month)
    assert kept is not None, "just kept"
    return kept


def preview(connection: Connection, month: Month, now: datetime) -> MonthEnd:
    """Return what closing the month would give, by the books as they are. Raises MonthNotClosed."""
    found = reckon(connection, month, now)
    return _plan(connection, found, found.balances_now(connection))


def _plan(connection: Connection, reckoning: Reckoning, balances: Mapping[str, Money]) -> MonthEnd:
    numbers, month = count(1), reckoning.month
    orders = [*_of_funds(connection, reckoning, balances), *_of_refunds(connection)]
    planned = tuple(
        Transfer(f"{month.year:04d}{month.month:02d}-{next(numbers):06d}", *order)
        for order in orders
    )
    return MonthEnd(month, "", reckoning.statement, planned, transfer_file(month, planned))


def _of_funds(
    connection: Connection, reckoning: Reckoning, balances: Mapping[str, Money]
) -> list[tuple[str, str, Money, str, None]]:
    orders = []
    for fund in FUNDS:
        paid_over = balances.get(paid_over_account(fund), ZERO)
        due = ZERO - reckoning.closing(fund) - paid_over
        if due > ZERO:
            orders.append((_fund_account(connection, fund), HOLDER, due, fund, None))
    return orders


def _fund_account(connection: Connection, fund: str) -> str:
    query = select(settings.c.value).where(settings.c.name == fund_setting(fund))
    number: str | None = connection.execute(query).scalar_one_or_none()
    if number is None:
        raise MonthNotClosed(f"{fund} has no account: kiosk-central bank account {fund} NUMBER")
    return number


def _of_refunds(connection: Connection) -> list[tuple[str, str, Money, str, int]]:
    due = select(refunds).where(refunds.c.state == RefundState.DUE.value).order_by(refunds.c.id)
    return [
        (row.account, row.holder, Money(row.amount_fen), REFUNDS_PAYABLE, row.id)
        for row in connection.execute(due)
    ]


def _keep(desk: Desk, planned: MonthEnd) -> None:
    row = {
        "month": str(planned.month),
        "closed_at": desk.stamp,
        "statement": json.dumps(planned.statement),
        "file": planned.file,
    }
    desk.connection.execute(insert(month_ends).values(row))
    credited = credits_of_month(planned.month).subquery()
    rows = select(literal(str(planned.month)), credited)
    names = ["month", "account", "person_id", "amount_fen"]
    desk.connection.execute(insert(personal_credits).from_select(names, rows))
    for one in planned.transfers:
        _order(desk, planned.month, one)


def _order(desk: Desk, month: Month, one: Transfer) -> None:
    account, person = transfer_leg(desk.connection, one.what, one.refund_id)
    to = Entry(account, one.amount, person)
    row = {
        "reference": one.reference,
        "month": str(month),
        "what": one.what,
        "refund_id": one.refund_id,
        "account": one.account,
        "holder": one.holder,
        "amount_fen": one.amount.fen,
        "posting_id": post_moved(desk, PostingKind.TRANSFER, to, TRANSFERS),
        "outcome": "",
        "reason": "",
    }
    desk.connection.execute(insert(transfers).values(row))
    if one.refund_id is not None:
        own = update(refunds).where(refunds.c.id == one.refund_id)
        desk.connection.execute(own.values(state=RefundState.ORDERED.value))


def transfer_leg(
    connection: Connection, what: str, refund_id: int | None
) -> tuple[str, int | None]:
    """Return on which account, and for which person, a transfer is booked beside the transit."""
    if refund_id is None:
        return paid_over_account(what), None
    query = select(refunds.c.person_id).where(refunds.c.id == refund_id)
    return what, connection.execute(query).scalar_one()


def find_month_end(connection: Connection, month: Month) -> MonthEnd | None:
    """Return a month's end as it was kept, to the byte; None if the month is not closed."""
    query = select(month_ends).where(month_ends.c.month == str(month))
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    ordered = select(transfers).where(transfers.c.month == str(month))
    found = tuple(
        Transfer(
            one.reference, one.account, one.holder, Money(one.amount_fen), one.what, one.refund_id
        )
        for one in connection.execute(ordered.order_by(transfers.c.reference))
    )
    return MonthEnd(month, row.closed_at, json.loads(row.statement), found, row.file)
