"""Lines of the bank beside charges of ours: which is which, by the PIN pad's own numbers."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from kiosk_central.bank_file import REVERSAL, SALE
from kiosk_central.clock import CHINA_TIME, local_date
from kiosk_central.payment_rows import StoredPayment
from kiosk_central.store.books import bank_lines, charges, payments, terminals

Key = tuple[str, str, int, int]
"""Terminal, day, receipt, trace: what both books know a charge by."""

EARLIER, LATER = timedelta(minutes=15), timedelta(hours=1)
"""How far the clocks of PIN pad and kiosk may differ, and how long a charge may take."""


@dataclass(frozen=True, slots=True)
class BankLine:
    """A line of a settlement file, as it is kept."""

    id: int
    terminal_id: str
    day: str
    receipt: int
    trace: int
    time: str
    amount_fen: int
    kind: str
    posting_id: int | None
    """The posting that clears it; None if the books do not agree with it yet."""

    @property
    def key(self) -> Key:
        return self.terminal_id, self.day, self.receipt, self.trace

    @property
    def signed_fen(self) -> int:
        """What it adds to our account."""
        return self.amount_fen if self.kind == SALE else -self.amount_fen

    @property
    def place(self) -> str:
        """How a difference names it."""
        return f"bank line {self.id}"

    @property
    def moment(self) -> datetime:
        day, clock = date.fromisoformat(self.day), time.fromisoformat(self.time)
        return datetime.combine(day, clock, CHINA_TIME)


def _known(row: Row[Any]) -> BankLine:
    return BankLine(
        row.id,
        row.terminal_id,
        row.day,
        row.receipt,
        row.trace,
        row.time,
        row.amount_fen,
        row.kind,
        row.posting_id,
    )


def find_line(connection: Connection, line_id: int) -> BankLine | None:
    """Return a line by its id, if there is one."""
    row = connection.execute(select(bank_lines).where(bank_lines.c.id == line_id)).one_or_none()
    return None if row is None else _known(row)


@dataclass(frozen=True, slots=True)
class Sides:
    """Both books on some days, read at once: a file has thousands of lines."""

    lines: dict[Key, list[BankLine]]
    payments: dict[Key, list[Row[Any]]]
    """The payments whose charge has these numbers: one, if all is well."""


def read_sides(connection: Connection, keys: Iterable[Key]) -> Sides:
    """Read what both books have on the days of ``keys``, and maybe more."""
    days = {day for _, day, _, _ in keys}
    lines: dict[Key, list[BankLine]] = defaultdict(list)
    query = select(bank_lines).where(bank_lines.c.day.in_(days)).order_by(bank_lines.c.id)
    for line in map(_known, connection.execute(query)):
        lines[line.key].append(line)
    found: dict[Key, list[Row[Any]]] = defaultdict(list)
    numbers = (charges.c.terminal_id, charges.c.day, charges.c.receipt, charges.c.trace)
    charged = select(payments, *numbers).join(charges).where(charges.c.day.in_(days))
    for row in connection.execute(charged.order_by(payments.c.ref)):
        found[row.terminal_id, row.day, row.receipt, row.trace].append(row)
    return Sides(lines, found)


def uncleared_keys(connection: Connection) -> set[Key]:
    """Return the keys of all lines that the books do not agree with yet."""
    query = select(bank_lines).where(bank_lines.c.posting_id.is_(None))
    return {_known(row).key for row in connection.execute(query)}


def standing(lines: Iterable[BankLine]) -> list[BankLine]:
    """Return what is left when each reversal has taken its sale away: sales, or stray reversals."""
    left: list[BankLine] = []
    for line in lines:
        undone = [one for one in left if one.kind == SALE and one.amount_fen == line.amount_fen]
        if line.kind == REVERSAL and undone:
            left.remove(undone[-1])
        else:
            left.append(line)
    return left


def line_is_free(connection: Connection, line: BankLine) -> bool:
    """Tell whether a line is a standing sale that no payment of ours explains."""
    sides = read_sides(connection, [line.key])
    if sides.payments[line.key]:
        return False
    return line.kind == SALE and line in standing(sides.lines[line.key])


def candidates_for(connection: Connection, payment: StoredPayment, in_time: bool) -> list[BankLine]:
    """Return the free lines that may be a payment of unknown outcome: amount, PIN pad and day.

    ``in_time``: only those in the minutes around it, too.
    """
    begun = datetime.fromisoformat(payment.begun_at)
    days = [(local_date(begun) + timedelta(days=one)).isoformat() for one in (-1, 0, 1)]
    query = select(bank_lines).where(
        bank_lines.c.kind == SALE,
        bank_lines.c.amount_fen == payment.amount_fen,
        bank_lines.c.day.in_(days),
    )
    lines = [_known(row) for row in connection.execute(query.order_by(bank_lines.c.id))]
    return [
        line
        for line in lines
        if _may_be_at(connection, line.terminal_id, payment.kiosk_id)
        and (not in_time or begun - EARLIER <= line.moment <= begun + LATER)
        and line_is_free(connection, line)
    ]


def _may_be_at(connection: Connection, terminal_id: str, kiosk_id: str) -> bool:
    """Tell whether a PIN pad is this kiosk's, or nobody's where this one was never heard of."""
    rows = connection.execute(select(terminals)).all()
    own = {row.terminal_id for row in rows if row.kiosk_id == kiosk_id}
    others = {row.terminal_id for row in rows if row.kiosk_id != kiosk_id}
    return terminal_id in own if own else terminal_id not in others


def kiosk_with(connection: Connection, terminal_id: str) -> str:
    """Return the kiosk that was heard to have a PIN pad; empty if none was."""
    query = select(terminals.c.kiosk_id).where(terminals.c.terminal_id == terminal_id)
    return connection.execute(query.order_by(terminals.c.kiosk_id.desc())).scalars().first() or ""
