"""The one vocabulary that moves the world: the page, the terminal, stories and the rig speak it."""

from kiosk_bench.deeds import (
    books,
    cards,
    centre,
    documents,
    expecting,
    fingers,
    glass,
    handling,
    hearing,
    lookup,
    moments,
    profile,
    receipts,
    technician,
    visits,
)
from kiosk_bench.deeds.registry import DEEDS, BadDeed, Deed, Line, do, read

CHAPTERS = (
    handling,
    fingers,
    glass,
    fingers,
    visits,
    moments,
    expecting,
    books,
    receipts,
    documents,
    cards,
    hearing,
    lookup,
    profile,
    centre,
    technician,
)
"""Where deeds are told; importing them is what makes them known."""

__all__ = ["CHAPTERS", "DEEDS", "BadDeed", "Deed", "Line", "do", "read"]
