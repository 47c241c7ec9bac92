"""The end of a kiosk, and the unit that takes its place. Jobs for a transaction.

A kiosk ends by its own last word when the centre knows all that it knew; or by an operator's, who
is shown what it left open. It stays on record; its certificates and codes have ended.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from kiosk_central.chain import head_of
from kiosk_central.clock import stamp_of_kiosk
from kiosk_central.desk import Desk
from kiosk_central.fleet.tickets import close_all
from kiosk_central.payment_rows import Decided
from kiosk_central.problems import Refused
from kiosk_central.store.books import differences, payments
from kiosk_central.store.fleet import fleet_states
from kiosk_central.store.locks import lock_kiosk
from kiosk_central.store.schema import kiosks
from kiosk_central.store.trust import retirements
from kiosk_central.trust.enrolment import make_code, revoke
from kioskd.domain.payment import PaymentState
from kioskd.domain.secret import EnrolmentCode
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_retire import Retired, Retirement

UNSETTLED = (
    PaymentState.INTENDED,
    PaymentState.APPROVED,
    PaymentState.UNKNOWN,
    PaymentState.UNRESOLVED,
    PaymentState.REVERSING,
)
"""Nobody knows for good, yet, what became of the money."""
BY_KIOSK, BY_HAND, REPLACED = "kiosk", "operator", "replaced"


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """What a kiosk had not brought to an end when it was last heard of."""

    payments: tuple[str, ...]
    """References of which nobody knows what became of the money."""
    differences: tuple[int, ...]
    """Numbers of differences that nobody has settled."""
    undelivered: int
    """Reports that it had not delivered when it last spoke."""
    heard_at: str
    """When that was; empty if it never did."""

    @property
    def is_nothing(self) -> bool:
        """Tell whether all is settled."""
        return not (self.payments or self.differences or self.undelivered)


def take_retirement(desk: Desk, kiosk_id: str, told: Retirement) -> Retired:
    """End a kiosk by its own word; the same again changes nothing.

    Raises Refused(STATE_CONFLICT): the centre has not its whole journal, or payments of it are
    open; the detail says how many.
    """
    known = find_retirement(desk.connection, kiosk_id, told.ref)
    if known is not None:
        return known
    lock_kiosk(desk.connection, kiosk_id)
    head = head_of(desk.connection, kiosk_id, told.series)
    if (head.seq, head.head) != (told.seq, told.head):
        raise Refused(ProblemCode.STATE_CONFLICT, f"journal {head.seq} of {told.seq}")
    unsettled = _unsettled(desk.connection, kiosk_id)
    if unsettled:
        raise Refused(ProblemCode.STATE_CONFLICT, f"payments {len(unsettled)}")
    told_of = {
        "ref": told.ref,
        "kind": BY_KIOSK,
        "kiosk_at": stamp_of_kiosk(told.at, desk.now),
        "by": told.by,
        "note": told.reason,
        "series": told.series,
        "seq": told.seq,
    }
    _end(desk, kiosk_id, told_of)
    return Retired(told.ref, desk.stamp)


def retire(desk: Desk, kiosk_id: str, by: str, note: str) -> LeftOpen:
    """End a kiosk that cannot speak for itself; return what it left open.

    Raises Refused(KIOSK_UNKNOWN).
    """
    _find(desk, kiosk_id)
    left = left_open(desk.connection, kiosk_id)
    _end(desk, kiosk_id, _by_hand(desk, BY_HAND, by, note))
    return left


def replace(desk: Desk, kiosk_id: str, by: str, note: str) -> tuple[EnrolmentCode, LeftOpen]:
    """Let a new unit take a kiosk's place; return its code, and what the old one left open.

    Certificates of the old unit end at once. Raises Refused(KIOSK_UNKNOWN).
    """
    _find(desk, kiosk_id)
    left = left_open(desk.connection, kiosk_id)
    _end(desk, kiosk_id, _by_hand(desk, REPLACED, by, note))
    back = update(kiosks).where(kiosks.c.id == kiosk_id).values(active=True)
    desk.connection.execute(back)
    return make_code(desk.connection, desk.now, kiosk_id), left


def find_retirement(connection: Connection, kiosk_id: str, ref: str) -> Retired | None:
    """Return a kiosk's retirement by its reference, None if there is none."""
    own = retirements.c
    query = select(own.ref, own.at).where(own.kiosk_id == kiosk_id, own.ref == ref)
    row = connection.execute(query).one_or_none()
    return None if row is None else Retired(row.ref, row.at)


def left_open(connection: Connection, kiosk_id: str) -> LeftOpen:
    """Return what is open of a kiosk, as far as the centre knows."""
    open_rows = select(differences.c.id).where(
        differences.c.kiosk_id == kiosk_id, differences.c.settled_at == ""
    )
    heard = connection.execute(
        select(fleet_states).where(fleet_states.c.kiosk_id == kiosk_id)
    ).one_or_none()
    return LeftOpen(
        _unsettled(connection, kiosk_id),
        tuple(connection.execute(open_rows.order_by(differences.c.id)).scalars()),
        heard.undelivered if heard else 0,
        heard.heard_at if heard else "",
    )


def list_retirements(connection: Connection, kiosk_id: str | None) -> list[dict[str, Any]]:
    """Return all ends and replacements, the oldest first."""
    query = select(retirements)
    if kiosk_id is not None:
        query = query.where(retirements.c.kiosk_id == kiosk_id)
    rows = connection.execute(query.order_by(retirements.c.at, retirements.c.ref)).mappings()
    return [dict(row) for row in rows]


def _unsettled(connection: Connection, kiosk_id: str) -> tuple[str, ...]:
    own = payments.c
    query = select(own.ref).where(
        own.kiosk_id == kiosk_id,
        own.state.in_([state.value for state in UNSETTLED]),
        own.decided == Decided.NO.value,
    )
    return tuple(connection.execute(query.order_by(own.ref)).scalars())


def _find(desk: Desk, kiosk_id: str) -> None:
    lock_kiosk(desk.connection, kiosk_id)
    known = select(kiosks.c.id).where(kiosks.c.id == kiosk_id)
    if desk.connection.execute(known).one_or_none() is None:
        raise Refused(ProblemCode.KIOSK_UNKNOWN)


def _by_hand(desk: Desk, kind: str, by: str, note: str) -> dict[str, Any]:
    ref = secrets.token_hex(16)
    row = {"ref": ref, "kind": kind, "kiosk_at": "", "by": by, "note": note}
    return row | {"series": "", "seq": 0}


def _end(desk: Desk, kiosk_id: str, told: dict[str, Any]) -> None:
    row = told | {"kiosk_id": kiosk_id, "at": desk.stamp}
    desk.connection.execute(insert(retirements).values(row))
    out = update(kiosks).where(kiosks.c.id == kiosk_id).values(active=False)
    desk.connection.execute(out)
    revoke(desk.connection, desk.now, kiosk_id, f"{told['kind']}: {told['note']}".rstrip(": "))
    close_all(desk, kiosk_id, told["by"], told["kind"])
