"""The one vocabulary that moves the world: the page, the terminal, stories and the rig speak it."""

from kiosk_bench.deeds import fingers, glass, handling
from kiosk_bench.deeds.registry import DEEDS, BadDeed, Deed, Line, do, read

CHAPTERS = (handling, glass, fingers)
"""Where deeds are told; importing them is what makes them known."""

__all__ = ["CHAPTERS", "DEEDS", "BadDeed", "Deed", "Line", "do", "read"]
