"""The waiting period in words: how benefits stand before she pays, and what paying does."""

from kioskd.domain.waiting import Entitlement, Standing
from kioskd.screens.words import Words


def waiting_text(words: Words, found: Entitlement, section: str = "waiting") -> str:
    """Return how benefits stand; ``section`` is ``waiting`` or, after paying, ``waiting_after``."""
    key = found.standing.value
    if found.standing is Standing.WAITING and not found.missing:
        key = "begins"  # earned by months paid ahead
    month = {"year": found.begins.year, "month": found.begins.month}
    return words(f"{section}.{key}", missing=found.missing, **month)
