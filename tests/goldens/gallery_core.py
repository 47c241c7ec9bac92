"""The screens of welcome, login and home for the gallery."""

from typing import Any

from kioskd.domain.person import Assurance, Person
from kioskd.domain.secret import CardPin, IdNumber, PersonName
from kioskd.domain.text import Text
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.flows.services import SERVICES
from kioskd.screens.busy import Busy, BusyWith
from kioskd.screens.contract import Screen
from kioskd.screens.enter_pin import EnterPin
from kioskd.screens.goodbye import Goodbye
from kioskd.screens.home import Home, Notice, ServiceTile, Tab
from kioskd.screens.out_of_service import OutOfService
from kioskd.screens.problem import Problem
from kioskd.screens.welcome import Welcome

CARD_GONE = Trouble(TroubleReason.CARD_READER_GONE, "D-01")
ID_GONE = Trouble(TroubleReason.ID_READER_GONE, "D-01")
CENTRE_GONE = Trouble(TroubleReason.CENTRE_UNREACHABLE, "S-01")
PIN_PAD_GONE = Trouble(TroubleReason.PIN_PAD_GONE, "D-01")
PAPER_OUT = Trouble(TroubleReason.RECEIPT_PAPER_OUT, "D-11")
IN_DOUBT = Trouble(TroubleReason.PAYMENT_IN_DOUBT, "P-01")
PERSON = Person(
    PersonName("张测三"), IdNumber("999999199001010017"), "示例市", True, Assurance.SOCIAL_CARD
)
LONG_NAME = Person(
    PersonName("阿卜杜热西提阿卜杜拉"),
    IdNumber("99999919900101001X"),
    "示例民族自治州示例市",
    False,
    Assurance.ID_CARD,
)
NOTICES = (
    Notice(Text("11 月养老保险未缴", "November pension is not paid yet"), good=False),
    Notice(Text("医保状态正常", "Medical insurance is active"), good=True),
)
ORDER = (7, 2, 9, 0, 4, 1, 8, 5, 3, 6)


def services(trouble: Trouble | None = None) -> tuple[ServiceTile, ...]:
    """Return one service a page, with a trouble where the centre is needed."""
    return (
        ServiceTile("insurance", Tab.INQUIRY, trouble),
        ServiceTile("pension-account", Tab.INQUIRY, trouble),
        ServiceTile("medical-account", Tab.INQUIRY, trouble),
        ServiceTile("my-payments", Tab.INQUIRY, trouble),
        ServiceTile("pay-contribution", Tab.HANDLING, trouble),
        ServiceTile("policies", Tab.POLICY),
        ServiceTile("reprint-receipts", Tab.CONVENIENCE, trouble),
        ServiceTile("reprint-documents", Tab.CONVENIENCE, trouble),
        ServiceTile("outlets", Tab.CONVENIENCE),
        ServiceTile("hotlines", Tab.CONVENIENCE),
        ServiceTile("check-paper", Tab.CONVENIENCE, trouble),
    )


def full_page() -> tuple[ServiceTile, ...]:
    """Return a page with as many services as one will have."""
    ids = [service.id for service in SERVICES if service.tab is Tab.HANDLING]
    troubles = {"print-enrolment": CENTRE_GONE, "change-profile": IN_DOUBT}
    return tuple(ServiceTile(id, Tab.HANDLING, troubles.get(id)) for id in ids)


SCREENS: list[tuple[str, Screen[Any]]] = [
    ("welcome", Welcome()),
    ("welcome-card-gone", Welcome(card=CARD_GONE)),
    ("welcome-centre-gone", Welcome(CENTRE_GONE, CENTRE_GONE, CENTRE_GONE)),
    *((f"busy-{what.key}", Busy(what)) for what in BusyWith),
    ("enter-pin", EnterPin(ORDER)),
    ("enter-pin-wrong", EnterPin(ORDER, tries_left=2, typed=CardPin("123"))),
    ("enter-pin-full", EnterPin(ORDER, typed=CardPin("123456"))),
    *((f"home-{tab.value}", Home(PERSON, tab, services(), NOTICES)) for tab in Tab),
    ("home-handling-off", Home(LONG_NAME, Tab.HANDLING, services(PIN_PAD_GONE))),
    ("home-handling-full", Home(LONG_NAME, Tab.HANDLING, full_page(), NOTICES)),
    ("home-convenience-off", Home(PERSON, Tab.CONVENIENCE, services(PAPER_OUT), NOTICES)),
    ("home-none", Home(PERSON, Tab.POLICY, ())),
    *((f"problem-{r.value}", Problem(Trouble(r, "C-03"))) for r in TroubleReason),
    ("take-card", Goodbye(card_in_slot=True)),
    ("take-card-alarm", Goodbye(card_in_slot=True, alarm=True)),
    ("goodbye", Goodbye(card_in_slot=False)),
    ("out-of-service", OutOfService(Trouble(TroubleReason.DOOR_OPEN, "D-01"))),
]
