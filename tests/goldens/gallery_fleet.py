"""What the fleet brings to the screen: the number under which a fault is being dealt with."""

from typing import Any

from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.flows.updating import UPDATING
from kioskd.screens.contract import Screen
from kioskd.screens.home import Home, Tab
from kioskd.screens.out_of_service import OutOfService
from kioskd.screens.problem import Problem
from kioskd.screens.welcome import Welcome
from tests.goldens.gallery_core import NOTICES, PERSON, services

TICKET = "F-261122-0007"
READER = Trouble(TroubleReason.CARD_READER_GONE, "D-21", TICKET)
PRINTER = Trouble(TroubleReason.RECEIPT_PAPER_OUT, "D-11", TICKET)
JOURNAL = Trouble(TroubleReason.JOURNAL_DAMAGED, "J-01", TICKET)
SCREENS: tuple[tuple[str, Screen[Any]], ...] = (
    ("welcome-tickets", Welcome(card=READER, tickets=(TICKET, "F-261122-0012"))),
    ("home-handling-ticket", Home(PERSON, Tab.HANDLING, services(JOURNAL), NOTICES)),
    ("problem-ticket", Problem(PRINTER)),
    ("out-of-service-ticket", OutOfService(JOURNAL)),
    ("out-of-service-updating", OutOfService(UPDATING)),
)
