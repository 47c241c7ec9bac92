"""What a month's end rests on: the books proved on a snapshot, so that closing them is short.

To prove a city's books takes minutes, and on SQLite nobody could pay while a transaction that
writes did it. So everything of a month that is over is read beforehand, on one snapshot: what was
stamped more than ``SETTLES_WITHIN`` ago is committed and never changes. Only what has been posted
since is added when the month is closed.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from kiosk_central.clock import stamp
from kiosk_central.ledger_verify import verify
from kiosk_central.month_statement import days_of, moments, month_statement
from kiosk_central.store.books import entries, postings
from kiosk_central.store.closing import month_ends
from kiosk_central.store.schema import fen_sum
from kioskd.domain.contribution import Month
from kioskd.domain.money import Money
from kioskd.errors import KioskError

SETTLES_WITHIN = timedelta(hours=1)
"""A month may be closed so long after it is over: what was stamped in it is committed by then."""


class MonthNotClosed(KioskError):
    """The month cannot be closed, or not yet; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A month as it was read: its statement, and every account up to a moment."""

    month: Month
    statement: list[dict[str, Any]]
    before: str
    """The moment, as it is stored: what was posted from it on is not in ``balances``."""
    balances: Mapping[str, int]
    """Debits less credits in fen, by account."""

    def closing(self, account: str) -> Money:
        """Return debits less credits of an account at the end of the month."""
        closings = {row["account"]: row["closing_fen"] for row in self.statement}
        return Money(closings.get(account, 0))

    def balances_now(self, connection: Connection) -> Mapping[str, Money]:
        """Return debits less credits of every account that ever moved, by the books as they are."""
        since = _fen_by_account(connection, self.before, None)
        both = Counter(self.balances)
        both.update(since)
        return {account: Money(fen) for account, fen in both.items()}


def prove(connection: Connection, month: Month, now: datetime) -> Reckoning:
    """Return the reckoning of a month that may be closed. Raises MonthNotClosed.

    Reads everything there is, and changes nothing: call it on a snapshot.
    """
    check_time(connection, month, now)
    for finding in verify(connection):
        raise MonthNotClosed(f"ledger verify finds {finding.law} at {finding.place}: first that")
    return reckon(connection, month, now)


def reckon(connection: Connection, month: Month, now: datetime) -> Reckoning:
    """Return the reckoning of any month, by the books as they are; nothing is proved."""
    before = stamp(now - SETTLES_WITHIN)
    balances = _fen_by_account(connection, "", before)
    return Reckoning(month, month_statement(connection, month), before, balances)


def check_time(connection: Connection, month: Month, now: datetime) -> None:
    """Raise MonthNotClosed unless the month is over, and every one before it with postings closed.

    By the centre's clock; a month that is not over can be previewed.
    """
    begin, end = moments(*days_of(month))
    if stamp(now - SETTLES_WITHIN) < end:
        raise MonthNotClosed(f"{month} is not over (one hour after its midnight): use --preview")
    last = connection.execute(select(func.max(month_ends.c.month))).scalar_one()
    since = postings.c.posted_at >= (moments(*days_of(Month.parse(last)))[1] if last else "")
    earlier = select(func.min(postings.c.posted_at)).where(since, postings.c.posted_at < begin)
    found = connection.execute(earlier).scalar_one()
    if found:
        raise MonthNotClosed(f"there are postings of {found} in a month that is not closed")
    if last and str(month) < last:
        raise MonthNotClosed(f"{last} is closed already")


def _fen_by_account(connection: Connection, since: str, before: str | None) -> dict[str, int]:
    query = (
        select(entries.c.account, fen_sum(entries.c.debit_fen))
        .join(postings, postings.c.id == entries.c.posting_id)
        .where(postings.c.posted_at >= since)
        .group_by(entries.c.account)
    )
    if before is not None:
        query = query.where(postings.c.posted_at < before)
    return {account: int(fen) for account, fen in connection.execute(query)}
