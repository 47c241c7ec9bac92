"""Heartbeats into the books: one batch, the newest state of each kiosk, and what has changed.

A job for the writer. A batch holds each kiosk once; what a heartbeat does not change is not an
event, so a well fleet writes one row a kiosk over and over and nothing else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from kiosk_central.clock import stamp
from kiosk_central.desk import Desk
from kiosk_central.fleet.kinds import EventKind
from kiosk_central.fleet.orders import note_reports, note_restarts
from kiosk_central.fleet.tickets import note_faults, standing_tickets
from kiosk_central.store.counters import UPSERT
from kiosk_central.store.fleet import fleet_events, fleet_states
from kioskd.protocols.central_fleet import Heartbeat

IDS_MAX = 500
"""Of one query: SQLite takes no more than so many values, by far."""


@dataclass(frozen=True, slots=True)
class Beat:
    """A heartbeat and when the centre had it."""

    kiosk_id: str
    received: datetime
    heart: Heartbeat


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one kiosk."""

    kiosk_id: str
    at: str
    kind: EventKind
    detail: str = ""


def absorb(desk: Desk, beats: Sequence[Beat]) -> None:
    """Keep a batch of heartbeats and what they change."""
    ordered = sorted(beats, key=lambda beat: beat.kiosk_id)
    before = states_of(desk.connection, [beat.kiosk_id for beat in ordered])
    rows, changes = [], []
    for beat in ordered:
        known, row = before.get(beat.kiosk_id), row_of(beat)
        row["stuck_since"] = _still_stuck(known, row)
        rows.append(row)
        changes += list(changes_between(known, row))
    _upsert(desk.connection, rows)
    keep_events(desk.connection, changes)
    _note_tickets(desk, before, rows)
    for beat in ordered:
        note_reports(desk, beat.kiosk_id, beat.heart.orders)
    note_restarts(desk, {beat.kiosk_id: beat.heart.boot for beat in ordered})


def _note_tickets(desk: Desk, before: Mapping[str, Row[Any]], rows: list[dict[str, Any]]) -> None:
    """Look at the tickets of those whose parts have changed, some hundred kiosks a query."""
    changed = []
    for row in rows:
        known = before.get(row["kiosk_id"])
        was = "" if known is None else known.modules
        if was != row["modules"]:
            changed.append((row["kiosk_id"], modules_of(was), modules_of(row["modules"])))
    for first in range(0, len(changed), IDS_MAX):
        some = changed[first : first + IDS_MAX]
        standing = standing_tickets(desk.connection, [kiosk_id for kiosk_id, _, _ in some])
        for kiosk_id, was_then, now in some:
            note_faults(desk, kiosk_id, standing.get(kiosk_id, {}), was_then, now)


def states_of(connection: Connection, kiosk_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Return what is kept of these kiosks; those that were never heard are missing."""
    found: dict[str, Row[Any]] = {}
    for first in range(0, len(kiosk_ids), IDS_MAX):
        some = kiosk_ids[first : first + IDS_MAX]
        query = select(fleet_states).where(fleet_states.c.kiosk_id.in_(some))
        found |= {row.kiosk_id: row for row in connection.execute(query)}
    return found


def row_of(beat: Beat) -> dict[str, Any]:
    """Return a heartbeat as the row it becomes; whoever is heard is not down."""
    heart = beat.heart
    modules = {one.module: one.code for one in heart.modules}
    return {
        "kiosk_id": beat.kiosk_id,
        "heard_at": stamp(beat.received),
        "boot": heart.boot,
        "sequence": heart.sequence,
        "uptime_s": heart.uptime_s,
        "software": heart.software,
        "region": heart.region,
        "screen": heart.screen,
        "screen_since": stamp(beat.received - timedelta(seconds=heart.screen_since_s)),
        "in_visit": heart.in_visit,
        "modules": " ".join(f"{name}={code}" for name, code in sorted(modules.items())),
        "faults": sum(1 for code in modules.values() if code),
        "receipt_paper": heart.receipt_paper.value,
        "door_open": heart.door_open,
        "undelivered": heart.undelivered,
        "oldest_undelivered_s": heart.oldest_undelivered_s,
        "unknown_payments": heart.unknown_payments,
        "able": heart.able_to_pay,
        "clock_off_s": _clock_off_s(heart.at, beat.received),
        "down_since": "",
        "stuck_since": "",
    }


def _clock_off_s(told: str, received: datetime) -> int:
    """Return how far the kiosk's clock is ahead; 0 where it told no time."""
    try:
        at = datetime.fromisoformat(told)
        return round((at - received).total_seconds()) if at.tzinfo is not None else 0
    except (ValueError, OverflowError):
        return 0


def modules_of(text: str) -> dict[str, str]:
    """Return the codes of stored modules, by module; a well one has an empty code."""
    return dict(part.split("=", 1) for part in text.split())


def _still_stuck(known: Row[Any] | None, row: Mapping[str, Any]) -> str:
    if known is None or not known.stuck_since or not row["in_visit"]:
        return ""
    same = known.screen == row["screen"] and known.boot == row["boot"]
    return known.stuck_since if same and row["screen_since"] <= known.stuck_since else ""


def changes_between(known: Row[Any] | None, row: Mapping[str, Any]) -> Iterator[Change]:
    """Yield what a heartbeat changes; of a kiosk that was never heard, that it is up, too."""
    kiosk_id, at = row["kiosk_id"], row["heard_at"]

    def change(kind: EventKind, detail: str = "") -> Change:
        return Change(kiosk_id, at, kind, detail)

    if known is None or known.down_since:
        yield change(EventKind.UP)
    if known is None or known.able != row["able"]:
        yield change(EventKind.ABLE if row["able"] else EventKind.UNABLE)
    if known is None or known.boot != row["boot"]:
        yield change(EventKind.STARTED, row["software"])
    was = {} if known is None else modules_of(known.modules)
    yield from _faults_between(kiosk_id, at, was, modules_of(row["modules"]))
    if known is None:
        return
    if known.stuck_since and not row["stuck_since"]:
        yield change(EventKind.MOVING, row["screen"])
    if known.software != row["software"]:
        yield change(EventKind.SOFTWARE, f"{known.software} > {row['software']}")
    if known.region != row["region"]:
        yield change(EventKind.REGION, f"{known.region} > {row['region']}")
    if known.door_open != row["door_open"]:
        yield change(EventKind.DOOR_OPENED if row["door_open"] else EventKind.DOOR_CLOSED)
    if known.unknown_payments < row["unknown_payments"]:
        yield change(EventKind.PAYMENT_UNKNOWN, str(row["unknown_payments"]))


def _faults_between(
    kiosk_id: str, at: str, was: Mapping[str, str], now: Mapping[str, str]
) -> Iterator[Change]:
    for module in sorted({*was, *now}):
        before, after = was.get(module, ""), now.get(module, "")
        if before == after:
            continue
        if before:
            yield Change(kiosk_id, at, EventKind.MENDED, f"{module} {before}")
        if after:
            yield Change(kiosk_id, at, EventKind.FAULT, f"{module} {after}")


def keep_events(connection: Connection, changes: Sequence[Change]) -> None:
    """Write down what changed."""
    rows = [
        {"kiosk_id": one.kiosk_id, "at": one.at, "kind": one.kind.value, "detail": one.detail}
        for one in changes
    ]
    if rows:
        connection.execute(insert(fleet_events), rows)


def _upsert(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    new = UPSERT[connection.dialect.name](fleet_states)
    changed = {name: new.excluded[name] for name in rows[0] if name != "kiosk_id"}
    query = new.on_conflict_do_update(index_elements=[fleet_states.c.kiosk_id], set_=changed)
    connection.execute(query, rows)
