"""What two books do not agree on: written down for a person to settle, never hidden.

No row is ever deleted. A row is settled by a person (``settle_difference``), or by the books
themselves where what was missing has come (``explain``): then it says what came.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from kiosk_central.clock import stamp
from kiosk_central.desk import Desk
from kiosk_central.store.books import decisions, differences
from kiosk_central.store.looks import Look
from kioskd.errors import KioskError
from kioskd.protocols.central import PaymentReport, encode
from kioskd.protocols.central_books import DifferenceKind

OPEN_OF_PAYMENT = Look(differences.c.payment_ref, where="settled_at = ''")
CENTRE = "centre"
"""Who settles a difference where the books have come to agree by themselves."""


class NotToBeSettled(KioskError):
    """There is no such difference or payment, it is settled, or the books contradict."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A report and the kiosk that made it."""

    kiosk_id: str
    report: PaymentReport

    @property
    def record_text(self) -> str:
        """The PIN pad's record as JSON, or empty."""
        record = self.report.record
        return "" if record is None else encode(record).decode()


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference as it is written down; kind, reference, state and place are its identity."""

    kind: DifferenceKind
    kiosk_id: str
    amount_fen: int
    """As it is claimed by the other book."""
    payment_ref: str = ""
    claimed_state: str = ""
    place: str = ""
    """Where to look: ``day-end KIOSK REF``, ``bank line 17``, ``journal 7KQ4 entry 12``."""
    other_fen: int | None = None
    """As our own book has it, where it has another."""
    record: str = ""


def note_claim(
    desk: Desk, kind: DifferenceKind, claim: Claim, other_fen: int | None = None
) -> None:
    """Write down that a report does not fit; the same again changes nothing."""
    report = claim.report
    note(
        desk,
        Difference(
            kind,
            claim.kiosk_id,
            report.amount.fen,
            report.ref,
            report.state.value,
            other_fen=other_fen,
            record=claim.record_text,
        ),
    )


def note(desk: Desk, found: Difference) -> bool:
    """Write a difference down; return False if it is written down already.

    One that the books had explained and that is there again is a new row; one that a person has
    settled is hers.
    """
    row = {
        "payment_ref": found.payment_ref,
        "kind": found.kind.value,
        "claimed_state": found.claimed_state,
        "place": found.place,
    }
    same = [differences.c[name] == value for name, value in row.items()]
    same.append(differences.c.settled_by != CENTRE)
    if desk.connection.execute(select(differences.c.id).where(*same)).first() is not None:
        return False
    more = {
        "kiosk_id": found.kiosk_id,
        "amount_fen": found.amount_fen,
        "other_fen": found.other_fen,
        "record": found.record,
        "noticed_at": desk.stamp,
        "settled_at": "",
        "settled_by": "",
        "settled_note": "",
    }
    desk.connection.execute(insert(differences).values(row | more))
    return True


def explain(
    desk: Desk,
    why: str,
    kinds: tuple[DifferenceKind, ...],
    payment_ref: str = "",
    place: str = "",
    by: str = CENTRE,
) -> None:
    """Settle the open differences of a payment or a place, because of what has come since."""
    assert payment_ref or place, "never all of a kind"
    if payment_ref and not desk.sheet.rows(OPEN_OF_PAYMENT, payment_ref):
        return
    found = [differences.c.kind.in_([kind.value for kind in kinds]), differences.c.settled_at == ""]
    if payment_ref:
        found.append(differences.c.payment_ref == payment_ref)
    if place:
        found.append(differences.c.place == place)
    values = {"settled_at": desk.stamp, "settled_by": by, "settled_note": why}
    desk.connection.execute(update(differences).where(*found).values(values))


def settle_difference(
    connection: Connection, now: datetime, difference_id: int, by: str, why: str
) -> None:
    """Mark a difference as settled by a person. Raises NotToBeSettled."""
    own = differences.c.id == difference_id
    row = connection.execute(select(differences).where(own).with_for_update()).one_or_none()
    if row is None:
        raise NotToBeSettled(f"there is no difference {difference_id}")
    if row.settled_at:
        raise NotToBeSettled(f"settled at {row.settled_at} by {row.settled_by}")
    decide(connection, now, by, "difference settled", str(difference_id), why)
    values = {"settled_at": stamp(now), "settled_by": by, "settled_note": why}
    connection.execute(update(differences).where(own).values(values))


def decide(connection: Connection, now: datetime, by: str, act: str, about: str, why: str) -> None:
    """Keep what a person decided. Raises NotToBeSettled where she gives no name or no reason."""
    if by.strip() in ("", CENTRE) or not why.strip():
        raise NotToBeSettled("say who decides, and why")
    row = {"at": stamp(now), "by": by, "act": act, "about": about, "note": why}
    connection.execute(insert(decisions).values(row))


def open_rows(connection: Connection, kind: DifferenceKind) -> tuple[tuple[str, str], ...]:
    """Return payment reference and place of the open differences of a kind."""
    query = select(differences.c.payment_ref, differences.c.place).where(
        differences.c.kind == kind.value, differences.c.settled_at == ""
    )
    return tuple((row.payment_ref, row.place) for row in connection.execute(query))
