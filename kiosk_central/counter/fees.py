"""The book of desk fees: what was due for each new card that was handed out, and what was taken.

The amount is the region pack's, as it was when she applied; a clerk says how it was settled and
never how much. Cash wants the number of the receipt or fiscal voucher that was given for it. The
database holds every row to this, and keeps it for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from sqlalchemy import Connection, Row, insert, select
from sqlalchemy.exc import IntegrityError

from kiosk_central.applications import StoredApplication
from kiosk_central.clock import local_date
from kiosk_central.counter.acts import Form
from kiosk_central.desk import Desk
from kiosk_central.problems import Refused
from kiosk_central.store.counter import desk_fees
from kiosk_central.store.web import web_accounts
from kiosk_central.web.session import note_act
from kioskd.domain.money import ZERO, Money, total
from kioskd.protocols.central import ProblemCode

VOUCHER_MAX, REASON_MAX = 40, 200
_table = desk_fees.c


class Settled(Enum):
    """How a fee was settled."""

    CASH = "cash"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class Fee:
    """What a clerk says of a fee; ``amount`` is what her form showed as due."""

    amount: Money
    settled: Settled
    voucher: str = ""
    """Number of the receipt or fiscal voucher given for cash: letters, digits and hyphens."""
    reason: str = ""
    """Why nothing is taken."""

    @property
    def paid(self) -> Money:
        """What was taken."""
        return self.amount if self.settled is Settled.CASH else ZERO


@dataclass(frozen=True, slots=True)
class FeeDay:
    """The fees of a day, oldest first, and what they come to."""

    rows: Sequence[Row[Any]]

    @property
    def cash(self) -> Money:
        """What must lie in the till."""
        return total([Money(row.paid_fen) for row in self.rows])

    @property
    def cash_count(self) -> int:
        return sum(row.settled == Settled.CASH.value for row in self.rows)

    @property
    def exempt_count(self) -> int:
        return len(self.rows) - self.cash_count

    @property
    def waived(self) -> Money:
        """What was due and not taken."""
        return total([Money(row.due_fen - row.paid_fen) for row in self.rows])


def settle_fee(desk: Desk, form: Form, known: StoredApplication, fee: Fee) -> None:
    """Write a fee into the book; where none is due there is nothing to write.

    Raises Refused(BAD_REQUEST): ``fee`` (another is due), ``voucher``, ``voucher taken``,
    ``fee reason``.
    """
    if fee.amount != known.fee:
        raise Refused(ProblemCode.BAD_REQUEST, "fee")
    if known.fee == ZERO:
        return
    _check(fee)
    row = {
        "application": known.number,
        "ref": form.ref,
        "account_id": form.who.id,
        "outlet": form.who.outlet,
        "day": local_date(desk.now).isoformat(),
        "at": desk.stamp,
        "due_fen": known.fee.fen,
        "paid_fen": fee.paid.fen,
        "settled": fee.settled.value,
        "voucher": fee.voucher,
        "reason": fee.reason,
    }
    try:
        with desk.connection.begin_nested():
            desk.connection.execute(insert(desk_fees).values(row))
    except IntegrityError:
        raise Refused(ProblemCode.BAD_REQUEST, "voucher taken") from None
    act, told = f"fee.{fee.settled.value}", f"{fee.paid} {fee.voucher or fee.reason}"
    note_act(desk, form.who, act, person_id=form.person_id, about=known.number, detail=told)


def _check(fee: Fee) -> None:
    plain = fee.voucher.replace("-", "")
    has_voucher = plain.isascii() and plain.isalnum() and len(fee.voucher) <= VOUCHER_MAX
    if fee.settled is Settled.CASH and not has_voucher:
        raise Refused(ProblemCode.BAD_REQUEST, "voucher")
    if fee.settled is Settled.EXEMPT and not 0 < len(fee.reason) <= REASON_MAX:
        raise Refused(ProblemCode.BAD_REQUEST, "fee reason")
    unwanted = fee.reason if fee.settled is Settled.CASH else fee.voucher
    if unwanted:
        raise Refused(ProblemCode.BAD_REQUEST, "fee")


def fees_of_day(
    connection: Connection, day: date, outlet: str = "", account_id: int | None = None
) -> FeeDay:
    """Return the fees of a day of the citizens' calendar: all, an outlet's, or one clerk's."""
    query = (
        select(desk_fees, web_accounts.c.name, web_accounts.c.shown)
        .join(web_accounts, web_accounts.c.id == _table.account_id)
        .where(_table.day == day.isoformat())
        .order_by(_table.outlet, _table.at, _table.application)
    )
    if outlet:
        query = query.where(_table.outlet == outlet)
    if account_id is not None:
        query = query.where(_table.account_id == account_id)
    return FeeDay(connection.execute(query).all())
