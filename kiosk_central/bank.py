"""The bank's books beside ours: a settlement file is taken in, compared and cleared.

Taking in is idempotent, by file and by line. The comparison lists every line and every charge that
does not have its counterpart and books none of them away; what agrees is cleared in one posting.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, bindparam, insert, select, update

from kiosk_central.bank_file import SALE, FileLine, parse_bank_file
from kiosk_central.bank_match import (
    BankLine,
    Key,
    Sides,
    find_line,
    kiosk_with,
    read_sides,
    standing,
    uncleared_keys,
)
from kiosk_central.desk import Desk
from kiosk_central.differences import Difference, explain, note, open_rows
from kiosk_central.ledger import post_bank
from kiosk_central.payment_refs import is_of
from kiosk_central.payment_rows import StoredPayment
from kiosk_central.store.books import bank_files, bank_lines, charges
from kiosk_central.store.locks import lock_alone
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState
from kioskd.protocols.central_books import DifferenceKind

BANK_BOOK = "bank"
"""The name of the bank's book: one file, or one decision about its lines, at a time."""
KINDS = (
    DifferenceKind.NOT_AT_BANK,
    DifferenceKind.NOT_IN_LEDGER,
    DifferenceKind.BANK_AMOUNT,
    DifferenceKind.BANK_TWICE,
)
"""Every difference that this comparison finds, and that a later file may explain."""


IDENTITY = (
    "settlement_date",
    "terminal_id",
    "batch",
    "receipt",
    "trace",
    "day",
    "time",
    "amount_fen",
    "kind",
    "occurrence",
)
"""The columns that make a line the same one as in an earlier file."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file brought."""

    lines: int
    """That were not known."""
    known: int
    """That an earlier file had brought."""
    cleared_fen: int
    differences: int
    """That are new."""


def import_file(desk: Desk, name: str, data: bytes) -> Imported:
    """Take in a settlement file; the same file again changes nothing. Raises BankFileError."""
    lines, digest = parse_bank_file(data), sha256(data).digest()
    lock_alone(desk.connection, BANK_BOOK)
    known = select(bank_files.c.id).where(bank_files.c.sha256 == digest)
    if desk.connection.execute(known).scalar_one_or_none() is not None:
        return Imported(0, len(lines), 0, 0)
    row = {"sha256": digest, "name": name, "imported_at": desk.stamp}
    made = desk.connection.execute(insert(bank_files).returning(bank_files.c.id), [row])
    file_id: int = made.scalar_one()
    new = _keep(desk.connection, file_id, lines)
    cleared_fen, found = settle_with_bank(desk, _covered(desk.connection, lines))
    return Imported(new, len(lines) - new, cleared_fen, found)


def _keep(connection: Connection, file_id: int, lines: tuple[FileLine, ...]) -> int:
    """Keep the lines that no earlier file had; return how many that are."""
    identity = [bank_lines.c[name] for name in IDENTITY]
    query = select(*identity).where(bank_lines.c.day.in_({line.day for line in lines}))
    known = {tuple(row) for row in connection.execute(query)}
    rows = [
        dict(zip(IDENTITY, values, strict=True)) | {"file_id": file_id, "line": line.line}
        for line in lines
        if (values := _identity(line)) not in known
    ]
    if rows:
        connection.execute(insert(bank_lines), rows)
    return len(rows)


def _identity(line: FileLine) -> tuple[object, ...]:
    """Return what a line says, in the order of ``IDENTITY``."""
    numbers = (line.batch, line.receipt, line.trace)
    paid = (line.day, line.time, line.amount.fen, line.kind, line.occurrence)
    return (line.settlement_date, line.terminal_id, *numbers, *paid)


def _covered(connection: Connection, lines: tuple[FileLine, ...]) -> set[Key]:
    """Return the keys of the lines, and of our charges on their days at PIN pads of this bank."""
    keys = {(line.terminal_id, line.day, line.receipt, line.trace) for line in lines}
    if not lines:
        return keys
    first, last = min(line.day for line in lines), max(line.day for line in lines)
    query = select(charges).where(
        charges.c.day.between(first, last),
        charges.c.terminal_id.in_(select(bank_lines.c.terminal_id)),
    )
    rows = connection.execute(query)
    return keys | {(row.terminal_id, row.day, row.receipt, row.trace) for row in rows}


def settle_with_bank(desk: Desk, keys: set[Key]) -> tuple[int, int]:
    """Compare these charges and lines, and whatever was open; clear what agrees.

    Returns the fen cleared and how many differences are new.
    """
    was_open = _open(desk.connection)
    compared = sorted(keys | set(was_open.values()) | uncleared_keys(desk.connection))
    sides = read_sides(desk.connection, compared)
    found = [one for key in compared for one in _compare(desk.connection, sides, key)]
    new = sum(note(desk, one) for one in found)
    still = {(one.kind, one.payment_ref, one.place) for one in found}
    for kind, payment_ref, place in was_open.keys() - still:
        explain(desk, "the bank's file agrees now", (kind,), payment_ref, place)
    return _clear(desk, sides), new


def _open(connection: Connection) -> dict[tuple[DifferenceKind, str, str], Key]:
    """Return the open differences with the bank, each with the charge or line it is about."""
    found = {}
    for kind in KINDS:
        for payment_ref, place in open_rows(connection, kind):
            key = _key_of_place(connection, place) or _key_of_charge(connection, payment_ref)
            assert key is not None, "lines and charges are never deleted"
            found[kind, payment_ref, place] = key
    return found


def _key_of_place(connection: Connection, place: str) -> Key | None:
    line = find_line(connection, int(place.rpartition(" ")[2])) if place else None
    return None if line is None else line.key


def _key_of_charge(connection: Connection, payment_ref: str) -> Key | None:
    row = connection.execute(select(charges).where(is_of(charges, payment_ref))).one_or_none()
    return None if row is None else (row.terminal_id, row.day, row.receipt, row.trace)


def _compare(connection: Connection, sides: Sides, key: Key) -> list[Difference]:
    """Return in what the bank's lines of one charge and our books do not agree."""
    left, payments = standing(sides.lines[key]), sides.payments[key]
    posted = [one for one in payments if one.state == PaymentState.CONFIRMED.value]
    if posted:
        return _compare_posted(posted, left)
    kind, ref = DifferenceKind.NOT_IN_LEDGER, payments[0].ref if payments else ""
    return [
        Difference(kind, kiosk_with(connection, key[0]), line.signed_fen, ref, "", line.place)
        for line in left
    ]


def _compare_posted(posted: Sequence[StoredPayment], left: list[BankLine]) -> list[Difference]:
    """Give each posted payment its sale; what is left over on either side is a difference."""
    found, rest = [], list(left)
    for stored in posted:
        fen, ref = stored.amount_fen, stored.ref
        sales = [line for line in rest if line.kind == SALE]
        if not sales:
            found.append(Difference(DifferenceKind.NOT_AT_BANK, stored.kiosk_id, fen, ref))
            continue
        own = next((line for line in sales if line.amount_fen == fen), sales[0])
        rest.remove(own)
        if own.amount_fen != fen:
            found.append(_beside(DifferenceKind.BANK_AMOUNT, stored, own))
    for line in rest:
        twice = line.kind == SALE
        kind = DifferenceKind.BANK_TWICE if twice else DifferenceKind.BANK_AMOUNT
        found.append(_beside(kind, posted[-1], line))
    return found


def _beside(kind: DifferenceKind, stored: StoredPayment, line: BankLine) -> Difference:
    fen, posted_fen = line.signed_fen, stored.amount_fen
    return Difference(kind, stored.kiosk_id, fen, stored.ref, "", line.place, posted_fen)


def _clear(desk: Desk, sides: Sides) -> int:
    """Book all lines that the books agree with and that are not booked yet; return their fen."""
    lines = [
        line
        for key in sorted(uncleared_keys(desk.connection))
        if not _compare(desk.connection, sides, key)
        for line in sides.lines[key]
        if line.posting_id is None
    ]
    if not lines:
        return 0
    cleared_fen = sum(line.signed_fen for line in lines)
    posting_id = post_bank(desk, Money(cleared_fen))
    rows = [{"own": line.id} for line in lines]
    cleared = update(bank_lines).where(bank_lines.c.id == bindparam("own"))
    desk.connection.execute(cleared.values(posting_id=posting_id), rows)
    return cleared_fen
