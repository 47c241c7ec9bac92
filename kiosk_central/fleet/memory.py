"""What a server keeps of the fleet in memory: the newest heartbeats, and what kiosks are told.

A heartbeat costs no statement: it replaces the one before, and once a second all of them become
one batch (``fleet.keeper``). The last second is lost when a server dies, and told again a minute
later by every kiosk. Touched by the event loop only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, func, select

from kiosk_central.clock import stamp
from kiosk_central.fleet.beats import Beat
from kiosk_central.fleet.holds import all_held
from kiosk_central.fleet.orders import open_orders
from kiosk_central.fleet.tickets import open_notes
from kiosk_central.fleet.wanted import NOTHING_WANTED, Wanted
from kiosk_central.store.schema import kiosks
from kiosk_central.trust.packs import Edition
from kioskd.domain.region import RegionPack
from kioskd.protocols.central import encode
from kioskd.protocols.central_fleet import (
    Heartbeat,
    HeartbeatAnswer,
    Order,
    OrderKind,
    TicketNote,
)

HEARTBEATS_A_SECOND = 1667
"""What one server takes easily: a minute's worth of 100,000 kiosks."""
NEXT_S = (10.0, 60.0)
"""Shortest and longest pause between two heartbeats of a kiosk; a small fleet is asked oftener."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What kiosks are told, as the database had it a moment ago."""

    kiosks: int = 0
    orders: Mapping[str, tuple[tuple[Order, str], ...]] = field(default_factory=dict)
    tickets: Mapping[str, tuple[TicketNote, ...]] = field(default_factory=dict)
    held: frozenset[str] = frozenset()


def load_notes(connection: Connection) -> Notes:
    """Read what kiosks are to be told; all of it is short but in a fleet that is on fire."""
    count = connection.execute(select(func.count()).select_from(kiosks)).scalar_one()
    return Notes(count, open_orders(connection), open_notes(connection), all_held(connection))


@dataclass(slots=True)
class Fleet:
    """The fleet as one server knows it."""

    notes: Notes = field(default_factory=Notes)
    wanted: Wanted = NOTHING_WANTED
    _newest: dict[str, Beat] = field(default_factory=dict)

    def take(self, beat: Beat) -> None:
        """Keep a heartbeat, unless a later one of the same start has overtaken it."""
        known = self._newest.get(beat.kiosk_id)
        if known is not None and known.heart.boot == beat.heart.boot:
            if known.heart.sequence > beat.heart.sequence:
                return
            beat = _with_reports_of(known, beat)
        self._newest[beat.kiosk_id] = beat

    def drain(self) -> list[Beat]:
        """Hand over what has come since the last time."""
        beats = list(self._newest.values())
        self._newest.clear()
        return beats

    def put_back(self, beats: list[Beat]) -> None:
        """Take back what could not be written, but for kiosks that were heard again meanwhile."""
        for beat in beats:
            self._newest.setdefault(beat.kiosk_id, beat)

    def answer(
        self, kiosk_id: str, heart: Heartbeat, now: datetime, region: int
    ) -> HeartbeatAnswer:
        """Say what the centre wants of a kiosk; ``region`` is the version it serves itself."""
        notes = self.notes
        orders = notes.orders.get(kiosk_id, ())
        return HeartbeatAnswer(
            stamp(now),
            self.next_s,
            self.wanted.software(kiosk_id),
            self.wanted.region(kiosk_id) or region,
            kiosk_id in notes.held,
            tuple(order for order, boot in orders if not _is_over(order, boot, heart)),
            notes.tickets.get(kiosk_id, ()),
        )

    def edition_of(self, kiosk_id: str, served: RegionPack, since: datetime) -> Edition:
        """Return the region pack for a kiosk as it is sent: of its roll-out, else the server's.

        ``since``: from when the server has had its own.
        """
        wanted = self.wanted
        body, version = wanted.pack(kiosk_id), wanted.region(kiosk_id)
        if not body:
            body, version = encode(served), served.version
        return Edition(body, version, max(since, wanted.config.since or since))

    @property
    def next_s(self) -> float:
        """For how long a kiosk shall wait before its next heartbeat."""
        shortest, longest = NEXT_S
        return max(shortest, min(longest, self.notes.kiosks / HEARTBEATS_A_SECOND))


def _with_reports_of(known: Beat, beat: Beat) -> Beat:
    """Two heartbeats in one second: what the first said of orders is not lost."""
    told = {report.ref for report in beat.heart.orders}
    kept = tuple(report for report in known.heart.orders if report.ref not in told)
    if not kept:
        return beat
    heart = replace(beat.heart, orders=(*kept, *beat.heart.orders))
    return Beat(beat.kiosk_id, beat.received, heart)


def _is_over(order: Order, boot: str, heart: Heartbeat) -> bool:
    """A kiosk that has started anew since is not asked to restart again."""
    return order.kind is OrderKind.RESTART and boot not in ("", heart.boot)
