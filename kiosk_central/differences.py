"""What kiosk and centre do not agree on: written down for a person to settle, never hidden."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy import Connection, insert, select

from kiosk_central.clock import stamp
from kiosk_central.store.schema import differences
from kioskd.protocols.central import PaymentReport, encode


class DifferenceKind(Enum):
    """In what a report does not fit."""

    MONTHS_PAID_ELSEWHERE = "months_paid_elsewhere"
    """Charged, but the months had been paid by another payment: the money is in suspense."""
    MONTHS_LOCKED_ELSEWHERE = "months_locked_elsewhere"
    """The outcome is unknown and the months could not be kept for it."""
    ASSESSMENT_UNKNOWN = "assessment_unknown"
    """Charged for an assessment this centre never made at this kiosk: in suspense."""
    BODY = "body"
    """Charged, but with another amount or assessment than the centre has: nothing is booked."""
    STATE = "state"
    """A final state after another final state."""
    RECORD = "record"
    """The same state twice with two records of the PIN pad."""


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


def note(connection: Connection, now: datetime, kind: DifferenceKind, claim: Claim) -> None:
    """Write the difference down; the same one again changes nothing."""
    row = {
        "payment_ref": claim.report.ref,
        "kind": kind.value,
        "claimed_state": claim.report.state.value,
    }
    same = [differences.c[name] == value for name, value in row.items()]
    if connection.execute(select(differences.c.id).where(*same)).first() is not None:
        return
    more = {
        "kiosk_id": claim.kiosk_id,
        "amount_fen": claim.report.amount.fen,
        "record": claim.record_text,
        "noticed_at": stamp(now),
    }
    connection.execute(insert(differences).values(row | more))
