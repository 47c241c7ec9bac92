"""What the operator sees of the whole fleet: how many kiosks are how, and a page of them."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from kiosk_central.store.fleet import fleet_events, fleet_holds, fleet_states
from kiosk_central.store.schema import kiosks
from kioskd.protocols.central_fleet import PaperLevel

PAGE_KIOSKS: Final = 50
_state = fleet_states.c
_heard = _state.kiosk_id.is_not(None)

FILTERS: Final[Mapping[str, ColumnElement[bool]]] = {
    "down": and_(_heard, _state.down_since != ""),
    "never": _state.kiosk_id.is_(None),
    "stuck": and_(_heard, _state.stuck_since != ""),
    "fault": and_(_heard, _state.faults > 0),
    "paper": _state.receipt_paper.in_((PaperLevel.LOW.value, PaperLevel.OUT.value)),
    "door": and_(_heard, _state.door_open),
    "undelivered": and_(_heard, _state.undelivered > 0),
    "unknown": and_(_heard, _state.unknown_payments > 0),
    "unable": and_(_heard, ~_state.able),
}
"""By what kiosks can be looked for; each is also counted."""
_ALL = kiosks.outerjoin(fleet_states, _state.kiosk_id == kiosks.c.id)


def counts(connection: Connection) -> dict[str, int]:
    """Return how many kiosks there are in all, and in each filter."""
    sums = [func.count().label("all")]
    sums += [func.count().filter(clause).label(name) for name, clause in FILTERS.items()]
    query = select(*sums).select_from(_ALL).where(kiosks.c.active)
    return dict(connection.execute(query).mappings().one())


def find_kiosks(connection: Connection, wanted: str, search: str, first: int) -> list[Row[Any]]:
    """Return a page of kiosks by id, and one more if there is another page."""
    held = select(fleet_holds.c.id).where(
        fleet_holds.c.kiosk_id == kiosks.c.id, fleet_holds.c.released_at == ""
    )
    query = select(kiosks, fleet_states, held.exists().label("held")).select_from(_ALL)
    query = query.where(kiosks.c.active)
    if wanted in FILTERS:
        query = query.where(FILTERS[wanted])
    if search:
        query = query.where(
            or_(
                kiosks.c.id.startswith(search, autoescape=True),
                kiosks.c.outlet.contains(search, autoescape=True),
            )
        )
    ordered = query.order_by(kiosks.c.id).offset(first).limit(PAGE_KIOSKS + 1)
    return list(connection.execute(ordered))


def find_one(connection: Connection, kiosk_id: str) -> Row[Any] | None:
    """Return a kiosk and its newest state, or None."""
    query = select(kiosks, fleet_states).select_from(_ALL).where(kiosks.c.id == kiosk_id)
    return connection.execute(query).one_or_none()


def events_of(connection: Connection, kiosk_id: str, most: int = 50) -> list[Row[Any]]:
    """Return what has changed at a kiosk, newest first."""
    own = select(fleet_events).where(fleet_events.c.kiosk_id == kiosk_id)
    return list(connection.execute(own.order_by(fleet_events.c.id.desc()).limit(most)))
