"""What kiosks tell of their cabinets, and whether one may take money again (decision 0025)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from kiosk_central.clock import stamp, stamp_of_kiosk
from kiosk_central.desk import Desk
from kiosk_central.fleet.holds import standing_hold
from kiosk_central.problems import Refused
from kiosk_central.store.cabinet import kiosk_events, kiosk_releases
from kiosk_central.store.locks import lock_kiosk
from kiosk_central.store.schema import kiosks
from kioskd.domain.region import RegionPack
from kioskd.domain.region_cabinet import Release
from kioskd.errors import KioskError
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_cabinet import CabinetEvent, CabinetEventKind, Hold


class NotHeld(KioskError):
    """There is no such kiosk, or nothing of it is to be released."""


def take_event(desk: Desk, region: RegionPack, kiosk_id: str, event: CabinetEvent) -> Hold:
    """Keep an event and say what it means; the same again changes nothing.

    Raises Refused(REFERENCE_REUSED).
    """
    lock_kiosk(desk.connection, kiosk_id)
    own = (kiosk_events.c.kiosk_id == kiosk_id, kiosk_events.c.ref == event.ref)
    known = desk.connection.execute(select(kiosk_events).where(*own)).one_or_none()
    if known is None:
        values = {
            "ref": event.ref,
            "kiosk_id": kiosk_id,
            "kind": event.kind.value,
            "kiosk_at": stamp_of_kiosk(event.at, desk.now),
            "received_at": stamp(desk.now),
        }
        desk.connection.execute(insert(kiosk_events).values(values))
    elif known.kind != event.kind.value:
        raise Refused(ProblemCode.REFERENCE_REUSED)
    return hold_of(desk.connection, region, kiosk_id)


def hold_of(connection: Connection, region: RegionPack, kiosk_id: str) -> Hold:
    """Say whether the kiosk was opened since its last release, where the centre releases."""
    if region.cabinet.release is not Release.CENTRE:
        return Hold(held=False)
    return Hold(held=_last_opened(connection, kiosk_id) > _released_until(connection, kiosk_id))


def refuse_if_held(connection: Connection, region: RegionPack, kiosk_id: str) -> None:
    """Raise Refused(KIOSK_HELD): nobody has looked at it since, or an operator holds it."""
    if hold_of(connection, region, kiosk_id).held or standing_hold(connection, kiosk_id):
        raise Refused(ProblemCode.KIOSK_HELD)


def release(connection: Connection, now: datetime, kiosk_id: str, by: str, note: str) -> None:
    """Let a kiosk take money again. Raises NotHeld where it was not opened since the last time."""
    lock_kiosk(connection, kiosk_id)
    last = _last_opened(connection, kiosk_id)
    if last <= _released_until(connection, kiosk_id):
        raise NotHeld(f"{kiosk_id}: not opened since it was last released")
    values = {"kiosk_id": kiosk_id, "after_event": last, "at": stamp(now), "by": by, "note": note}
    connection.execute(insert(kiosk_releases).values(values))


def events(connection: Connection, kiosk_id: str | None = None) -> list[dict[str, Any]]:
    """Return events and releases as they came, of one kiosk or of all. Raises NotHeld: no such."""
    if kiosk_id is not None and not _exists(connection, kiosk_id):
        raise NotHeld(f"{kiosk_id}: no such kiosk")
    heard, freed = kiosk_events.c, kiosk_releases.c
    found = [
        dict(row) | {"kind": row["kind"]}
        for row in connection.execute(select(kiosk_events).order_by(heard.id)).mappings()
    ]
    found += [
        {
            "id": row.after_event,
            "ref": "",
            "kiosk_id": row.kiosk_id,
            "kind": "released",
            "kiosk_at": row.at,
            "received_at": row.at,
            "by": row.by,
            "note": row.note,
        }
        for row in connection.execute(select(kiosk_releases).order_by(freed.id))
    ]
    found.sort(key=lambda one: (one["received_at"], one["id"]))
    return [one for one in found if kiosk_id in (None, one["kiosk_id"])]


def _exists(connection: Connection, kiosk_id: str) -> bool:
    query = select(func.count()).where(kiosks.c.id == kiosk_id)
    return bool(connection.execute(query).scalar_one())


def _last_opened(connection: Connection, kiosk_id: str) -> int:
    heard = kiosk_events.c
    query = select(func.max(heard.id)).where(
        heard.kiosk_id == kiosk_id, heard.kind == CabinetEventKind.OPENED.value
    )
    return connection.execute(query).scalar_one() or 0


def _released_until(connection: Connection, kiosk_id: str) -> int:
    freed = kiosk_releases.c
    query = select(func.max(freed.after_event)).where(freed.kiosk_id == kiosk_id)
    return connection.execute(query).scalar_one() or 0
