"""Heartbeats and the centre's clockwork without a server, for tests of the fleet."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, select

from kiosk_central.fleet.beats import Beat, absorb
from kiosk_central.fleet.sweep import sweep
from kiosk_central.store.engine import read
from kiosk_central.store.fleet import fleet_events, fleet_states, fleet_tickets
from kiosk_central.updates import note_added
from kioskd.protocols.central_fleet import Heartbeat, ModuleState
from kioskd.protocols.software_bundle import Bundle, Manifest
from tests.unit.central_world import KIOSK, NOW, World

WELL = Heartbeat(
    boot="b1",
    sequence=1,
    at="2026-11-22T02:00:00Z",
    uptime_s=60,
    software="0.1.0",
    region=1,
    screen="welcome",
    screen_since_s=5,
    in_visit=False,
    modules=(ModuleState("pin_pad"), ModuleState("receipt_printer")),
)


def faulty(code: str = "D-12", module: str = "receipt_printer") -> Heartbeat:
    """Return a heartbeat of a kiosk with one part in trouble."""
    others = tuple(one for one in WELL.modules if one.module != module)
    return replace(WELL, modules=(*others, ModuleState(module, code)))


def offer(world: World, version: str) -> None:
    """Have a bundle of a version on record, as ``kiosk-central software add`` does."""
    bundle = Bundle(Manifest("kioskd-test", version, {}, ()), 100)
    world.at_desk(note_added(bundle, "00" * 32, "王芳", "released"))


def beat(world: World, heart: Heartbeat = WELL, kiosk: str = KIOSK, **other: Any) -> None:
    """Let a kiosk be heard now."""
    told = Beat(kiosk, world.clock(), replace(heart, **other))
    world.at_desk(lambda desk: absorb(desk, [told]))


def look_round(world: World) -> None:
    """Let the centre judge the fleet; it has listened since long ago."""
    world.at_desk(lambda desk: sweep(desk, NOW.replace(year=2020)))


def state(world: World, kiosk: str = KIOSK) -> Row[Any]:
    """Return what is kept of a kiosk."""
    query = select(fleet_states).where(fleet_states.c.kiosk_id == kiosk)
    return read(world.engine, lambda at: at.execute(query).one())


def events(world: World, kiosk: str = KIOSK) -> list[str]:
    """Return kind and detail of what has changed at a kiosk, the oldest first."""
    query = select(fleet_events).where(fleet_events.c.kiosk_id == kiosk)
    rows = read(world.engine, lambda at: at.execute(query.order_by(fleet_events.c.id)).all())
    return [f"{row.kind} {row.detail}".strip() for row in rows]


def tickets(world: World) -> list[tuple[str, bool]]:
    """Return the number of each ticket, and whether it is open."""
    query = select(fleet_tickets).order_by(fleet_tickets.c.number)
    rows = read(world.engine, lambda at: at.execute(query).all())
    return [(row.number, not row.closed_at) for row in rows]
