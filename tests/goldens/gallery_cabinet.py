"""What the cabinet brings to the screen: payments held, paper to be taken."""

from typing import Any

from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.screens.contract import Screen
from kioskd.screens.goodbye import Goodbye
from kioskd.screens.home import Home, Tab
from kioskd.screens.welcome import Welcome
from tests.goldens.gallery_core import NOTICES, PERSON, services

HELD = Trouble(TroubleReason.PAYMENTS_HELD, "B-02")
SCREENS: tuple[tuple[str, Screen[Any]], ...] = (
    ("welcome-held", Welcome(held=HELD)),
    ("goodbye-paper", Goodbye(card_in_slot=False, papers=True)),
    ("home-handling-held", Home(PERSON, Tab.HANDLING, services(HELD), NOTICES)),
)
