"""How much of its opening hours each outlet's kiosks could take a payment, in a month.

From events alone: ABLE and UNABLE with their times. A kiosk counts from the first time that it was
ever heard; where an outlet's hours are not known the whole day counts.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, func, select

from kiosk_central.clock import CHINA_TIME, stamp
from kiosk_central.fleet.kinds import EventKind
from kiosk_central.store.fleet import fleet_events
from kiosk_central.store.schema import kiosks
from kioskd.domain.contribution import Month
from kioskd.domain.region import RegionPack
from kioskd.domain.region_info import OpeningTime, minute_of

Span = tuple[datetime, datetime]
ALL_DAY = (OpeningTime((1, 2, 3, 4, 5, 6, 7), "00:00", "24:00"),)
_event = fleet_events.c


@dataclass(frozen=True, slots=True)
class Availability:
    """One outlet in one month; times are whole minutes summed over its kiosks."""

    outlet: str
    kiosks: int
    open_minutes: int
    able_minutes: int
    whole_day: bool
    """Its hours are not in the region pack."""

    @property
    def percent(self) -> str:
        """Return ``99.87``, rounded down: nothing is called better than it was; none: empty."""
        if not self.open_minutes:
            return ""
        hundredths = self.able_minutes * 10_000 // self.open_minutes
        return f"{hundredths // 100}.{hundredths % 100:02d}"


def month_span(month: Month, now: datetime) -> Span:
    """Return the citizens' month as moments; one that has not ended ends now."""
    begin = datetime.combine(date(month.year, month.month, 1), time(), CHINA_TIME)
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    end = datetime.combine(following, time(), CHINA_TIME)
    return begin, max(begin, min(end, now))


def availability(
    connection: Connection, region: RegionPack, month: Month, now: datetime
) -> list[Availability]:
    """Return the outlets by name."""
    span = month_span(month, now)
    able = _able_spans(connection, span)
    hours = {outlet.name.zh: outlet.opening for outlet in region.outlets if outlet.opening}
    hours |= {one.id: one.opening for one in region.outlets if one.opening and one.id}
    places: dict[str, list[str]] = {}
    for row in connection.execute(select(kiosks.c.id, kiosks.c.outlet).order_by(kiosks.c.id)):
        if row.id in able:
            places.setdefault(row.outlet, []).append(row.id)
    return [
        _of_outlet(outlet, [able[one] for one in found], hours, span)
        for outlet, found in sorted(places.items())
    ]


@dataclass(frozen=True, slots=True)
class _Kiosk:
    since: datetime
    """From when it counts in this month."""
    spans: tuple[Span, ...]


def _of_outlet(
    outlet: str, found: list[_Kiosk], hours: Mapping[str, tuple[OpeningTime, ...]], span: Span
) -> Availability:
    opening = hours.get(outlet, ALL_DAY)
    opened = list(open_spans(opening, span))
    total = sum(_minutes(_cut(opened, (kiosk.since, span[1]))) for kiosk in found)
    able = sum(
        _minutes(part for one in kiosk.spans for part in _cut(opened, one)) for kiosk in found
    )
    return Availability(outlet, len(found), total, able, outlet not in hours)


def open_spans(opening: Iterable[OpeningTime], span: Span) -> Iterator[Span]:
    """Yield when a place is open between two moments, in order."""
    begin, end = span
    day = begin.astimezone(CHINA_TIME).date()
    while datetime.combine(day, time(), CHINA_TIME) < end:
        midnight = datetime.combine(day, time(), CHINA_TIME)
        for one in sorted(opening, key=lambda one: one.opens):
            if day.isoweekday() in one.days:
                opens = midnight + timedelta(minutes=minute_of(one.opens))
                closes = midnight + timedelta(minutes=minute_of(one.closes))
                yield from _cut([(opens, closes)], span)
        day += timedelta(days=1)


def _cut(spans: Iterable[Span], by: Span) -> Iterator[Span]:
    for begin, end in spans:
        first, last = max(begin, by[0]), min(end, by[1])
        if first < last:
            yield first, last


def _minutes(spans: Iterable[Span]) -> int:
    seconds = sum((end - begin).total_seconds() for begin, end in spans)
    return int(seconds // 60)


def _able_spans(connection: Connection, span: Span) -> dict[str, _Kiosk]:
    """Return when each kiosk was able within ``span``; those never heard before its end miss."""
    begin, end = span
    kinds = (EventKind.ABLE.value, EventKind.UNABLE.value)
    told: dict[str, list[tuple[datetime, bool]]] = {}
    before = select(func.max(_event.id)).where(_event.kind.in_(kinds), _event.at < stamp(begin))
    query = select(fleet_events).where(_event.id.in_(before.group_by(_event.kiosk_id)))
    for row in connection.execute(query):
        told[row.kiosk_id] = [(begin, row.kind == EventKind.ABLE.value)]
    within = select(fleet_events).where(
        _event.kind.in_(kinds), _event.at >= stamp(begin), _event.at < stamp(end)
    )
    for row in connection.execute(within.order_by(_event.at, _event.id)):
        at = datetime.fromisoformat(row.at)
        told.setdefault(row.kiosk_id, []).append((at, row.kind == EventKind.ABLE.value))
    return {one: _Kiosk(moves[0][0], tuple(_spans(moves, end))) for one, moves in told.items()}


def _spans(moves: list[tuple[datetime, bool]], end: datetime) -> Iterator[Span]:
    ends = [at for at, _ in moves[1:]] + [end]
    for (at, able), until in zip(moves, ends, strict=True):
        if able and at < until:
            yield at, until
