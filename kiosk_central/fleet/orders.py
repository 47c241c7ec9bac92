"""Orders of operators to kiosks: restart, log bundle. Each is done once, or ends without.

A kiosk hears of an order in the answer to its heartbeat and says in the next how far it has come.
A restart needs no such word: the kiosk comes back under another boot id.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, delete, insert, select, update

from kiosk_central.clock import stamp
from kiosk_central.desk import Desk
from kiosk_central.problems import Refused
from kiosk_central.store.fleet import fleet_bundles, fleet_orders, fleet_states
from kiosk_central.store.locks import lock_kiosk
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_fleet import Order, OrderKind, OrderReport, OrderState

LASTS = timedelta(hours=1)
"""An order that was not done by then is not asked for any more."""
BUNDLE_KEPT = timedelta(days=14)
UNDER_WAY = (OrderState.ASKED.value, OrderState.SEEN.value)
NEXT: dict[OrderState, tuple[str, ...]] = {
    OrderState.SEEN: (OrderState.ASKED.value,),
    OrderState.DONE: UNDER_WAY,
    OrderState.FAILED: UNDER_WAY,
    OrderState.EXPIRED: UNDER_WAY,
}
"""From which states an order comes to each; no order leaves another state."""
DETAIL_MAX = 200
_table = fleet_orders.c


def ask(desk: Desk, kiosk_id: str, kind: OrderKind, by: str, reason: str) -> str:
    """Ask something of a kiosk; the same thing under way already is not asked twice.

    Returns the reference.
    """
    lock_kiosk(desk.connection, kiosk_id)
    own = (_table.kiosk_id == kiosk_id, _table.kind == kind.value, _table.state.in_(UNDER_WAY))
    known: str | None = desk.connection.execute(select(_table.ref).where(*own)).scalar()
    if known is not None:
        return known
    state = select(fleet_states.c.boot).where(fleet_states.c.kiosk_id == kiosk_id)
    row = {
        "ref": uuid4().hex,
        "kiosk_id": kiosk_id,
        "kind": kind.value,
        "state": OrderState.ASKED.value,
        "boot": desk.connection.execute(state).scalar() or "",
        "asked_at": desk.stamp,
        "asked_by": by,
        "reason": reason,
        "expires_at": stamp(desk.now + LASTS),
        "ended_at": "",
        "detail": "",
    }
    desk.connection.execute(insert(fleet_orders).values(row))
    return str(row["ref"])


def note_reports(desk: Desk, kiosk_id: str, reports: Sequence[OrderReport]) -> None:
    """Keep what a kiosk says of its orders."""
    for report in reports:
        _move(desk, kiosk_id, report)


def note_restarts(desk: Desk, boots: Mapping[str, str]) -> None:
    """Keep which kiosks have started anew since they were asked to; ``boots`` by kiosk."""
    under_way = (_table.kind == OrderKind.RESTART.value, _table.state.in_(UNDER_WAY))
    for row in desk.connection.execute(select(fleet_orders).where(*under_way)).all():
        boot = boots.get(row.kiosk_id, row.boot)
        if boot != row.boot:
            _move(desk, row.kiosk_id, OrderReport(row.ref, OrderState.DONE, boot))


def _move(desk: Desk, kiosk_id: str, report: OrderReport) -> None:
    """Bring an order on if it can still go there; whatever does not fit is passed over."""
    if report.state not in NEXT:
        return
    ended = report.state is not OrderState.SEEN
    own = update(fleet_orders).where(
        _table.ref == report.ref,
        _table.kiosk_id == kiosk_id,
        _table.state.in_(NEXT[report.state]),
    )
    values: dict[str, str] = {"state": report.state.value, "detail": report.detail[:DETAIL_MAX]}
    if ended:
        values["ended_at"] = desk.stamp
    desk.connection.execute(own.values(values))


def expire(desk: Desk) -> None:
    """End what was not done in time, and delete bundles that have been kept long enough."""
    late = _table.state.in_(UNDER_WAY) & (_table.expires_at < desk.stamp)
    values = {"state": OrderState.EXPIRED.value, "ended_at": desk.stamp}
    desk.connection.execute(update(fleet_orders).where(late).values(values))
    old = fleet_bundles.c.received_at < stamp(desk.now - BUNDLE_KEPT)
    desk.connection.execute(delete(fleet_bundles).where(old))


def open_orders(connection: Connection) -> dict[str, tuple[tuple[Order, str], ...]]:
    """Return the orders under way by kiosk, each with the boot id it was asked of."""
    found: dict[str, tuple[tuple[Order, str], ...]] = {}
    query = select(fleet_orders).where(_table.state.in_(UNDER_WAY)).order_by(_table.asked_at)
    for row in connection.execute(query):
        order = Order(row.ref, OrderKind(row.kind))
        found[row.kiosk_id] = (*found.get(row.kiosk_id, ()), (order, row.boot))
    return found


def orders_of(connection: Connection, kiosk_id: str, most: int = 20) -> list[Row[Any]]:
    """Return the newest orders to a kiosk, and whether each has a bundle that can be fetched."""
    query = select(fleet_orders, (fleet_bundles.c.ref.is_not(None)).label("bundle"))
    joined = query.select_from(fleet_orders.outerjoin(fleet_bundles))
    own = joined.where(_table.kiosk_id == kiosk_id).order_by(_table.asked_at.desc()).limit(most)
    return list(connection.execute(own))


def take_bundle(desk: Desk, kiosk_id: str, ref: str, body: bytes) -> None:
    """Keep a log bundle; the first that comes is kept, and another one changes nothing.

    Raises Refused(NOT_FOUND) where this kiosk was not asked for it.
    """
    lock_kiosk(desk.connection, kiosk_id)
    own = (_table.ref == ref, _table.kiosk_id == kiosk_id, _table.kind == OrderKind.BUNDLE.value)
    order = desk.connection.execute(select(fleet_orders).where(*own)).one_or_none()
    if order is None or order.state == OrderState.EXPIRED.value:
        raise Refused(ProblemCode.NOT_FOUND, "order")
    if order.state not in UNDER_WAY:
        return
    row = {"ref": ref, "kiosk_id": kiosk_id, "received_at": desk.stamp, "body": body}
    desk.connection.execute(insert(fleet_bundles).values(row))
    _move(desk, kiosk_id, OrderReport(ref, OrderState.DONE, f"{len(body)} bytes"))


def find_bundle(connection: Connection, ref: str) -> Row[Any]:
    """Return a bundle. Raises Refused(NOT_FOUND): there is none, or none any more."""
    query = select(fleet_bundles).where(fleet_bundles.c.ref == ref)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise Refused(ProblemCode.NOT_FOUND, "bundle")
    return row
