"""The screens about the social security card."""

from dataclasses import replace
from datetime import date
from typing import Any

from kioskd.domain.calendar import Certainty, WorkingDay
from kioskd.domain.card import (
    Application,
    ApplicationKind,
    CardStatus,
    CardView,
    Step,
    StepState,
)
from kioskd.domain.money import Money
from kioskd.domain.payment import Printed
from kioskd.domain.region import Outlet
from kioskd.domain.secret import CardNumber, MedicalNumber
from kioskd.domain.text import Text
from kioskd.screens.applications import Applications
from kioskd.screens.card_done import CardDeed, CardDone
from kioskd.screens.card_terms import CardTerms, Kind, Point, TermsOf
from kioskd.screens.choose_outlet import ChooseOutlet
from kioskd.screens.contract import Screen
from kioskd.screens.enter_pin import EnterPin, PinPurpose
from kioskd.screens.my_card import MyCardScreen
from kioskd.screens.put_card import PutCard, PutWhat
from kioskd.screens.said import Value, Word

BANK = Text("示例银行", "Sample Bank")
BANK_FIELDS: tuple[tuple[str, Value], ...] = (("bank", BANK), ("hotline", "0000-5550199"))
UNTIL = date(2026, 12, 6)
SURE = WorkingDay(date(2026, 12, 17), Certainty.OFFICIAL)
UNSURE = WorkingDay(date(2027, 1, 11), Certainty.PROVISIONAL)
GUESSED = WorkingDay(date(2028, 1, 11), Certainty.ASSUMED)
NUMBER = "2026-0000-0031-88"
OUTLETS = tuple(
    Outlet(
        Text(zh, en),
        Text("示例市中心区人民路 1 号门诊楼一层", "Ground floor, 1 Renmin Road, Central District"),
        Text("周一至周五 9:00–17:00", "Monday to Friday 9:00–17:00"),
        Text("", ""),
        "0000-5550101",
    )
    for zh, en in (
        ("示例市社会保险经办中心", "Sample City Social Insurance Centre"),
        ("东区社会保障服务大厅", "East District Service Hall"),
        ("西区社会保障服务大厅", "West District Service Hall"),
        ("湖滨社区服务站", "Lakeside Community Station"),
        ("示例市第一医院便民服务点", "Service point in Sample City First Hospital"),
        ("南山街道服务站", "Nanshan Street Station"),
    )
)
CARD = CardView(
    CardNumber("X00000019"),
    MedicalNumber("000099000001"),
    CardStatus.ACTIVE,
    "sample-bank",
    date(2036, 1, 1),
)
REPORTED = replace(CARD, status=CardStatus.PRE_REPORTED, until=UNTIL)

REPORT = CardTerms(
    TermsOf.REPORT_LOSS,
    (
        Point("stops", Kind.STOPS),
        Point("bank", Kind.GOES_ON, BANK_FIELDS),
        Point("until", Kind.WHEN, (("until", UNTIL), ("count", 10))),
        Point("next", Kind.NEXT),
    ),
)
CANCEL = CardTerms(
    TermsOf.CANCEL_LOSS,
    (
        Point("found", Kind.CARE),
        Point("works", Kind.WORKS),
        Point("bank", Kind.GOES_ON, BANK_FIELDS),
    ),
)
REISSUE = CardTerms(
    TermsOf.REISSUE,
    (
        Point("final", Kind.STOPS),
        Point("day", Kind.WHEN, (("day", UNSURE), ("count", 15))),
        Point("fee", Kind.COSTS, (("fee", Money(2000)),)),
        Point("meanwhile", Kind.CARE),
        Point(
            "bank",
            Kind.GOES_ON,
            (("bank", Word("card_terms.a_bank")), ("hotline", Word("card_terms.on_the_card"))),
        ),
        Point("first", Kind.NEXT),
    ),
)
REISSUE_SURE = CardTerms(
    TermsOf.REISSUE_SURE,
    (
        Point("final", Kind.STOPS, (("card", CARD.number),)),
        Point("day", Kind.WHEN, (("day", GUESSED),)),
        Point("where", Kind.WHERE, (("outlet", OUTLETS[0].name), ("address", OUTLETS[0].address))),
    ),
)
OWN_PIN = CardTerms(TermsOf.OWN_PIN, (Point("active", Kind.WORKS), Point("own", Kind.CARE)))

LOSS_DONE = CardDone(
    CardDeed.LOSS_REPORTED,
    (
        ("application", NUMBER),
        ("reported", date(2026, 11, 26)),
        ("until", UNTIL),
        ("bank_hotline", "0000-5550199"),
    ),
    printed=Printed.YES,
)
REISSUE_DONE = CardDone(
    CardDeed.REISSUED,
    (
        ("application", NUMBER),
        ("collect_on", UNSURE),
        ("outlet", OUTLETS[0].name),
        ("fee", Money(2000)),
    ),
    printed=Printed.YES,
)
ACTIVATED = CardDone(
    CardDeed.ACTIVATED,
    (("application", NUMBER), ("card", CARD.number), ("pin", Word("card_pin_now.unsure"))),
    printed=Printed.NO,
)


def on(day: int, month: int = 11) -> WorkingDay:
    """Return a day that is sure."""
    return WorkingDay(date(2026, month, day), Certainty.OFFICIAL)


LOSS = Application(
    NUMBER,
    ApplicationKind.LOSS,
    date(2026, 11, 26),
    False,
    (Step("in_force", StepState.NOW, on(26)), Step("lapsed", StepState.LATER, on(7, 12))),
    until=UNTIL,
)
NEW_CARD = Application(
    "2026-0000-0032-85",
    ApplicationKind.REISSUE,
    date(2026, 11, 26),
    False,
    (
        Step("accepted", StepState.DONE, on(26)),
        Step("making", StepState.NOW, on(27)),
        Step("ready", StepState.LATER, UNSURE),
        Step("collected", StepState.LATER),
        Step("activated", StepState.LATER),
    ),
    collect_on=UNSURE,
    outlet=OUTLETS[0].name.zh,
    fee=Money(2000),
)
FORMAL = replace(
    LOSS,
    closed=True,
    steps=(Step("in_force", StepState.DONE, on(20)), Step("made_formal", StepState.DONE, on(26))),
)
ORDER = (7, 2, 9, 0, 4, 1, 8, 3, 6, 5)

SCREENS: tuple[tuple[str, Screen[Any]], ...] = (
    ("my-card", MyCardScreen(CARD, BANK)),
    ("my-card-reported", MyCardScreen(REPORTED, BANK)),
    ("my-card-inactive", MyCardScreen(replace(CARD, status=CardStatus.INACTIVE), None)),
    ("my-card-lost", MyCardScreen(replace(CARD, status=CardStatus.LOST), BANK)),
    ("my-card-none", MyCardScreen(None, None)),
    ("applications", Applications((NEW_CARD, LOSS), OUTLETS)),
    ("applications-loss", Applications((NEW_CARD, LOSS, FORMAL), OUTLETS, 1)),
    ("applications-closed", Applications((FORMAL,), ())),
    ("applications-none", Applications((), ())),
    ("terms-report-loss", REPORT),
    ("terms-cancel-loss", CANCEL),
    ("terms-reissue", REISSUE),
    ("terms-reissue-sure", REISSUE_SURE),
    ("terms-own-pin", OWN_PIN),
    ("choose-outlet", ChooseOutlet(OUTLETS[:3])),
    ("choose-outlet-chosen", ChooseOutlet(OUTLETS, 4, 1)),
    ("done-loss-printing", replace(LOSS_DONE, printed=None)),
    ("done-loss-reported", LOSS_DONE),
    ("done-loss-stands", CardDone(CardDeed.LOSS_STANDS, LOSS_DONE.facts[2:], slip=False)),
    (
        "done-loss-cancelled",
        CardDone(
            CardDeed.LOSS_CANCELLED,
            (("application", NUMBER), ("card", CARD.number)),
            printed=Printed.UNKNOWN,
        ),
    ),
    ("done-reissued", REISSUE_DONE),
    ("done-reissued-not-printed", replace(REISSUE_DONE, printed=Printed.NO)),
    ("done-activated", ACTIVATED),
    ("done-pin-changed", CardDone(CardDeed.PIN_CHANGED, (("card", CARD.number),), slip=False)),
    *((f"put-{what.key}", PutCard(what)) for what in PutWhat),
    ("enter-pin-first", EnterPin(ORDER, purpose=PinPurpose.FIRST, pin_tries=6)),
    ("enter-pin-old-wrong", EnterPin(ORDER, 4, PinPurpose.OLD, pin_tries=6)),
    ("enter-pin-new", EnterPin(ORDER, purpose=PinPurpose.NEW, notice="pin_weakness.of_id_number")),
    ("enter-pin-again", EnterPin(ORDER, purpose=PinPurpose.AGAIN)),
)
