"""What a region rules on a kiosk whose cabinet has been opened."""

from dataclasses import dataclass
from enum import Enum


class Release(Enum):
    """What ends the holding of payments after the cabinet was open."""

    CLOSING = "closing"
    """The closed door."""
    CENTRE = "centre"
    """The closed door, and then the word of an operator at the centre."""


@dataclass(frozen=True, slots=True)
class CabinetRules:
    """Part of the region pack."""

    release: Release = Release.CLOSING


RELEASED_BY_CLOSING = CabinetRules()
