"""The time of day as it goes into the journal and to the centre."""

from datetime import UTC, datetime


def utc_now() -> str:
    """Return the time now as RFC 3339, UTC, milliseconds: ``2026-11-22T09:55:01.250Z``."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
