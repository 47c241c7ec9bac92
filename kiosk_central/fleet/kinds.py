"""The words of the fleet that are stored: kinds of events, and which parts get tickets."""

from datetime import timedelta
from enum import Enum
from typing import Final


class EventKind(Enum):
    """What changed at a kiosk, or in how the centre judges it."""

    FAULT = "fault"
    MENDED = "mended"
    DOWN = "down"
    """Not heard for ``DOWN_AFTER``; stamped with the last time that it was."""
    UP = "up"
    STUCK = "stuck"
    """Somebody's visit has been in one state for ``STUCK_AFTER``."""
    MOVING = "moving"
    ABLE = "able"
    """It can take a payment from now on."""
    UNABLE = "unable"
    STARTED = "started"
    SOFTWARE = "software"
    REGION = "region"
    DOOR_OPENED = "door_opened"
    DOOR_CLOSED = "door_closed"
    PAYMENT_UNKNOWN = "payment_unknown"


DOWN_AFTER: Final = timedelta(minutes=3)
STUCK_AFTER: Final = timedelta(minutes=7)
WITHOUT_TICKET: Final = frozenset({"central", "door", "held"})
"""Parts whose trouble is no fault to be mended at the kiosk."""
REOPENS_WITHIN: Final = timedelta(minutes=10)
"""A fault that comes back so soon is the same one, under the same number."""
