"""Time as the centre sees it: an injected clock in UTC, and the calendar of its citizens."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

from kioskd.domain.contribution import Month

Clock = Callable[[], datetime]
"""Gives an aware datetime in UTC; tests turn it by hand."""

CHINA_TIME = timezone(timedelta(hours=8), "UTC+8")
"""One zone in the whole country, no summer time: a month ends at its midnight, not UTC's."""


def utc_now() -> datetime:
    """Return the machine's time in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """Write a moment as RFC 3339 UTC to the second; such texts sort as the moments do."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def stamp_of_kiosk(text: str, now: datetime) -> str:
    """Return a kiosk's RFC 3339 time as we store it; ours where it told none that is one."""
    try:
        told = datetime.fromisoformat(text)
        return stamp(told) if told.tzinfo is not None else stamp(now)
    except (ValueError, OverflowError):
        return stamp(now)


def this_utc_month(now: datetime) -> Month:
    """Return the month by UTC: whose partition what is heard now belongs to."""
    return Month.parse(month_of(stamp(now)))


def month_of(moment: str) -> str:
    """Return the month, by UTC, of a moment as it is stored: whose partition it belongs to."""
    return moment[:7]


def local_date(moment: datetime) -> date:
    """Return the citizens' calendar day."""
    return moment.astimezone(CHINA_TIME).date()


def local_month(moment: datetime) -> Month:
    """Return the citizens' calendar month."""
    today = local_date(moment)
    return Month(today.year, today.month)
