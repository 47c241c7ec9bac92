"""Fault tickets: one number a fault while it lasts, shown on the kiosk itself.

A ticket is opened when a kiosk tells of a fault and closed when it tells that it is well again, or
by an operator with a note. One that an operator has closed is not opened again before the fault
has gone and come back.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select, update

from kiosk_central.clock import local_date, stamp
from kiosk_central.desk import Desk
from kiosk_central.fleet.kinds import REOPENS_WITHIN, WITHOUT_TICKET
from kiosk_central.problems import Refused
from kiosk_central.store.counters import next_value
from kiosk_central.store.fleet import fleet_tickets
from kiosk_central.store.schema import kiosks
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_fleet import TicketNote

_table = fleet_tickets.c


Standing = Mapping[str, Mapping[tuple[str, str], str]]
"""Numbers of open tickets by kiosk, and by module and code."""


def standing_tickets(connection: Connection, kiosk_ids: Sequence[str]) -> Standing:
    """Return the open tickets of these kiosks (not more than one query takes)."""
    query = select(fleet_tickets).where(_table.closed_at == "", _table.kiosk_id.in_(kiosk_ids))
    found: dict[str, dict[tuple[str, str], str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.kiosk_id, {})[row.module, row.code] = row.number
    return found


def note_faults(
    desk: Desk,
    kiosk_id: str,
    standing: Mapping[tuple[str, str], str],
    was: Mapping[str, str],
    now: Mapping[str, str],
) -> None:
    """Close the tickets of what is well again, and open those of what is newly wrong."""
    faults = {(name, code) for name, code in now.items() if code and name not in WITHOUT_TICKET}
    for gone in sorted(set(standing) - faults):
        _close(desk, standing[gone], by="", note="")
    known = set(was.items()) | set(standing)
    for module, code in sorted(faults - known):
        _open(desk, kiosk_id, module, code)


def _open(desk: Desk, kiosk_id: str, module: str, code: str) -> None:
    recent = select(_table.number).where(
        _table.kiosk_id == kiosk_id,
        _table.module == module,
        _table.code == code,
        _table.closed_by == "",
        _table.closed_at >= stamp(desk.now - REOPENS_WITHIN),
    )
    number = desk.connection.execute(
        recent.order_by(_table.closed_at.desc()).limit(1)
    ).scalar_one_or_none()
    if number is not None:
        again = update(fleet_tickets).where(_table.number == number)
        desk.connection.execute(again.values(closed_at=""))
        return
    row = {
        "number": _next_number(desk),
        "kiosk_id": kiosk_id,
        "module": module,
        "code": code,
        "opened_at": desk.stamp,
        "closed_at": "",
        "closed_by": "",
        "note": "",
    }
    desk.connection.execute(insert(fleet_tickets).values(row))


def _next_number(desk: Desk) -> str:
    """Return ``F-261122-0007``: the day, and the how manieth of it."""
    day = f"{local_date(desk.now):%y%m%d}"
    return f"F-{day}-{next_value(desk.connection, f'ticket-{day}'):04d}"


def _close(desk: Desk, number: str, by: str, note: str) -> int:
    own = and_(_table.number == number, _table.closed_at == "")
    values = {"closed_at": desk.stamp, "closed_by": by, "note": note}
    return desk.connection.execute(update(fleet_tickets).where(own).values(values)).rowcount


def close_ticket(desk: Desk, number: str, by: str, note: str) -> None:
    """Close a ticket by hand. Raises Refused: NOT_FOUND, STATE_CONFLICT where it is closed."""
    if find_ticket(desk.connection, number) is None:
        raise Refused(ProblemCode.NOT_FOUND, "ticket")
    if not _close(desk, number, by, note):
        raise Refused(ProblemCode.STATE_CONFLICT, "closed")


def close_all(desk: Desk, kiosk_id: str, by: str, note: str) -> None:
    """Close all tickets of a kiosk that is no more."""
    own = and_(_table.kiosk_id == kiosk_id, _table.closed_at == "")
    values = {"closed_at": desk.stamp, "closed_by": by, "note": note}
    desk.connection.execute(update(fleet_tickets).where(own).values(values))


def find_ticket(connection: Connection, number: str) -> Row[Any] | None:
    """Return a ticket, or None."""
    query = select(fleet_tickets).where(_table.number == number)
    return connection.execute(query).one_or_none()


def open_notes(connection: Connection) -> dict[str, tuple[TicketNote, ...]]:
    """Return what kiosks are told of their open tickets, by kiosk."""
    found: dict[str, tuple[TicketNote, ...]] = {}
    query = select(fleet_tickets).where(_table.closed_at == "").order_by(_table.number)
    for row in connection.execute(query):
        note = TicketNote(row.module, row.code, row.number)
        found[row.kiosk_id] = (*found.get(row.kiosk_id, ()), note)
    return found


def tickets_of(connection: Connection, kiosk_id: str, most: int = 30) -> list[Row[Any]]:
    """Return the newest tickets of a kiosk, open ones first."""
    query = select(fleet_tickets).where(_table.kiosk_id == kiosk_id)
    ordered = query.order_by(_table.closed_at != "", _table.opened_at.desc()).limit(most)
    return list(connection.execute(ordered))


def list_tickets(connection: Connection, still_open: bool, first: int, most: int) -> list[Row[Any]]:
    """Return tickets with their kiosks' places, newest first."""
    query = select(fleet_tickets, kiosks.c.outlet).join(kiosks)
    query = query.where(_table.closed_at == "" if still_open else _table.closed_at != "")
    ordered = query.order_by(_table.opened_at.desc(), _table.number.desc())
    return list(connection.execute(ordered.offset(first).limit(most)))


def opened_since(connection: Connection, moment: datetime) -> set[tuple[str, str, str]]:
    """Return kiosk, module and opening of every ticket that was opened since then."""
    query = select(_table.kiosk_id, _table.module, _table.opened_at)
    rows = connection.execute(query.where(_table.opened_at >= stamp(moment)))
    return {(row.kiosk_id, row.module, row.opened_at) for row in rows}
