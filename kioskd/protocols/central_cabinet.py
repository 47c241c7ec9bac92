"""The HTTP contract about the cabinet: what happened to it, and whether payments are held."""

from dataclasses import dataclass
from enum import Enum

EVENT_PATH = "/v1/kiosks/events/{ref}"
"""PUT a CabinetEvent; answers a Hold. The same again changes nothing."""
HOLD_PATH = "/v1/kiosks/hold"
"""GET a Hold: of the kiosk that asks."""


class CabinetEventKind(Enum):
    """What happened."""

    OPENED = "opened"
    """Door or tamper contact: or its wire was cut."""
    CLOSED = "closed"
    CARD_LEFT = "card_left"
    """A social security card stays in the slot after a visit. Whose, is not told."""
    TECHNICIAN_IN = "technician_in"
    """Somebody was let in by the centre's answer to this kiosk's challenge."""
    TECHNICIAN_OUT = "technician_out"
    TECHNICIAN_REFUSED = "technician_refused"
    """Answers were wrong too often."""


@dataclass(frozen=True, slots=True)
class CabinetEvent:
    """One event, under a reference that the kiosk made."""

    ref: str
    kind: CabinetEventKind
    at: str
    """RFC 3339, UTC, by the kiosk's clock."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Whether the centre holds the payments of the kiosk until somebody releases it."""

    held: bool
