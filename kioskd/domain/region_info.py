"""The part of the region pack that people read: policies to search, outlets on a map, hours.

Content, never code. Whether an outlet is open now is worked out from its hours alone: holidays are
not in them, which is why every screen that tells hours says to call before going on a holiday.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from kioskd.domain.text import Text

NO_TEXT = Text("", "")
MINUTES_A_DAY = 24 * 60
DAYS_A_WEEK = 7


class PolicyCategory(Enum):
    """On which page of policy consultation an entry stands."""

    GUIDE = "guide"
    """How something is done, what it costs, what one gets."""
    FORM = "form"
    """What to fill in, what to bring, where to get it."""
    QUESTION = "question"
    LAW = "law"
    """The legal basis, in our words."""


@dataclass(frozen=True, slots=True)
class PolicyText:
    """A policy text, guide, form or question with its source and date."""

    id: str
    title: Text
    paragraphs: tuple[Text, ...]
    source: Text
    date: str
    category: PolicyCategory = PolicyCategory.GUIDE
    bring: tuple[Text, ...] = ()
    """Of a form: what to bring along."""
    where: Text = NO_TEXT
    """Of a form: where it is to be had and handed in."""
    keys: tuple[str, ...] = ()
    """Pinyin initials in lower case, of the title and of what people call it: ``lhjyrycb``."""


@dataclass(frozen=True, slots=True)
class GridPoint:
    """A place on the city's map: right and down from its left top corner, in units of the map."""

    x: int
    y: int


class LineKind(Enum):
    """What a line on the map is."""

    ROAD = "road"
    RIVER = "river"
    RAIL = "rail"


@dataclass(frozen=True, slots=True)
class MapLine:
    """A road, river or railway as a line through points; its name stands at the middle one."""

    kind: LineKind
    name: Text
    points: tuple[GridPoint, ...]


@dataclass(frozen=True, slots=True)
class Landmark:
    """Something everybody knows, to find the way by."""

    name: Text
    at: GridPoint


@dataclass(frozen=True, slots=True)
class CityMap:
    """A plain map, drawn on the kiosk: no map service, nothing to fetch."""

    width: int
    height: int
    lines: tuple[MapLine, ...] = ()
    landmarks: tuple[Landmark, ...] = ()


@dataclass(frozen=True, slots=True)
class OpeningTime:
    """Open on these days from ``opens`` to ``closes``; a break at noon makes two of them."""

    days: tuple[int, ...]
    """ISO: 1 is Monday."""
    opens: str
    """``09:00``."""
    closes: str

    def __post_init__(self) -> None:
        days_right = set(self.days) <= set(range(1, DAYS_A_WEEK + 1))
        if not (days_right and minute_of(self.opens) < minute_of(self.closes)):
            raise ValueError("not an opening time")  # what a decoder of wire values expects


def minute_of(clock: str) -> int:
    """Return the minute of the day of ``09:00``; ``24:00`` is its end. Raises ValueError."""
    hours, _, minutes = clock.partition(":")
    if len(hours) != 2 or len(minutes) != 2:
        raise ValueError("not a time of day")
    minute = int(hours) * 60 + int(minutes)
    if not (0 <= minute <= MINUTES_A_DAY and 0 <= int(minutes) < 60):
        raise ValueError("not a time of day")
    return minute


@dataclass(frozen=True, slots=True)
class OpenNow:
    """Whether a place is open by its hours, and when that changes."""

    open: bool
    day: int
    """ISO weekday of the change."""
    clock: str
    """``17:00``: it closes then, or opens then."""
    today: bool
    """Whether the change is today."""


def open_now(opening: Iterable[OpeningTime], weekday: int, minute: int) -> OpenNow | None:
    """Tell whether it is open at that minute of an ISO weekday; None where no hours are known."""
    times = tuple(opening)
    for time in times:
        if weekday in time.days and minute_of(time.opens) <= minute < minute_of(time.closes):
            return OpenNow(True, weekday, time.closes, today=True)
    coming = [
        (ahead, minute_of(time.opens), day, time.opens)
        for time in times
        for day in time.days
        for ahead in [_days_ahead(weekday, minute, day, minute_of(time.opens))]
    ]
    if not coming:
        return None
    ahead, _, day, clock = min(coming)
    return OpenNow(False, day, clock, today=ahead == 0)


def _days_ahead(weekday: int, minute: int, day: int, opens: int) -> int:
    ahead = (day - weekday) % DAYS_A_WEEK
    return DAYS_A_WEEK if ahead == 0 and opens <= minute else ahead


@dataclass(frozen=True, slots=True)
class OutletNeed:
    """Something people go to an outlet for; outlets name those they can help with."""

    id: str
    name: Text


@dataclass(frozen=True, slots=True)
class Outlet:
    """A place to go to."""

    name: Text
    address: Text
    hours: Text
    services: Text
    phone: str
    id: str = ""
    """Named in a kiosk's configuration where that stands in it."""
    at: GridPoint | None = None
    opening: tuple[OpeningTime, ...] = ()
    helps: tuple[str, ...] = ()
    """Ids of ``OutletNeed``."""


@dataclass(frozen=True, slots=True)
class Hotline:
    """A telephone number and what it is for."""

    number: str
    name: Text
    does: Text
    hours: Text = NO_TEXT
