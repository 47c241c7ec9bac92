"""Payments held by an operator: from her word on the centre refuses this kiosk assessments.

The kiosk hears of it with its next heartbeat; the centre does not wait for that.
"""

from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from kiosk_central.desk import Desk
from kiosk_central.problems import Refused
from kiosk_central.store.fleet import fleet_holds
from kiosk_central.store.locks import lock_kiosk
from kioskd.protocols.central import ProblemCode

_table = fleet_holds.c


def standing_hold(connection: Connection, kiosk_id: str) -> Row[Any] | None:
    """Return the hold that stands on a kiosk, or None."""
    query = select(fleet_holds).where(_table.kiosk_id == kiosk_id, _table.released_at == "")
    return connection.execute(query).one_or_none()


def all_held(connection: Connection) -> frozenset[str]:
    """Return the kiosks whose payments an operator holds."""
    query = select(_table.kiosk_id).where(_table.released_at == "")
    return frozenset(connection.execute(query).scalars())


def hold_payments(desk: Desk, kiosk_id: str, by: str, reason: str) -> None:
    """Hold a kiosk's payments. Raises Refused(STATE_CONFLICT) where they are held."""
    lock_kiosk(desk.connection, kiosk_id)
    if standing_hold(desk.connection, kiosk_id) is not None:
        raise Refused(ProblemCode.STATE_CONFLICT, "held")
    row = {"kiosk_id": kiosk_id, "at": desk.stamp, "by": by, "reason": reason}
    row |= {"released_at": "", "released_by": "", "released_reason": ""}
    desk.connection.execute(insert(fleet_holds).values(row))


def release_payments(desk: Desk, kiosk_id: str, by: str, reason: str) -> None:
    """Let a kiosk take payments again. Raises Refused(STATE_CONFLICT) where none are held."""
    lock_kiosk(desk.connection, kiosk_id)
    hold = standing_hold(desk.connection, kiosk_id)
    if hold is None:
        raise Refused(ProblemCode.STATE_CONFLICT, "not held")
    values = {"released_at": desk.stamp, "released_by": by, "released_reason": reason}
    desk.connection.execute(update(fleet_holds).where(_table.id == hold.id).values(values))
