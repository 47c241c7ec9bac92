"""How long the kiosk waits for people, as it stands in the configuration."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VisitSettings:
    """How long the kiosk waits for people; in ``[visit]`` of the configuration."""

    card_left_alarm_s: float = 30.0
    """After the visit, until a card left in the slot raises the alarm."""
    absence_s: float = 15.0
    """Nobody before the presence sensor for so long: the visitor has left."""
    goodbye_s: float = 3.0
    receipt_number_s: float = 10.0
    """How long to wait for the official receipt number before printing without it."""
