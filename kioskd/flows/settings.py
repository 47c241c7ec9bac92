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
    paper_s: float = 6.0
    """How long goodbye reminds her of paper in a lit slot."""
    voice_again_s: float = 10.0
    """A card left behind is spoken of again after so long, then after twice as long..."""
    receipt_number_s: float = 10.0
    """How long to wait for the official receipt number before printing without it."""
