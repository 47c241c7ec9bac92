"""A kiosk with a card in its slot, or none, and a centre that knows about cards; all scripted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast

import trio

from kioskd.domain.calendar import Certainty, WorkingDay
from kioskd.domain.card import (
    Application,
    ApplicationKind,
    CardStatus,
    CardView,
    MyCard,
    Step,
    StepState,
)
from kioskd.domain.money import Money
from kioskd.domain.person import Assurance, IdCardFacts, IdCardKind, Person, SocialCardFacts
from kioskd.domain.region import Outlet
from kioskd.domain.region_card import CardBank, CardRules
from kioskd.domain.secret import CardCode, CardNumber, CardPin, MedicalNumber, SessionToken
from kioskd.domain.text import Text
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import CardError, ServerError
from kioskd.flows.kiosk import Visit
from kioskd.protocols.central import Challenge, Login
from kioskd.protocols.central_cards import Activation
from kioskd.protocols.central_documents import DocumentRequest, SealedDocument
from kioskd.screens.contract import Screen
from kioskd.screens.enter_pin import EnterPin
from kioskd.screens.put_card import PutCard
from tests.unit.flow_world import PERSON, REGION, FakeDocuments, FakeStage, FlowWorld

PIN, NEW_PIN = "246810", "908172"
TRIES = 6
OUTLETS = tuple(
    Outlet(Text(zh, en), Text("地址", "address"), Text("", ""), Text("", ""), "")
    for zh, en in (("甲网点", "Outlet A"), ("乙网点", "Outlet B"), ("丙网点", "Outlet C"))
)
RULES = CardRules(
    lapse_days=10,
    cancel_allowed=True,
    collect_working_days=15,
    kept_days=90,
    fee=Money(2000),
    hand_out=("甲网点", "丙网点"),
    banks=(CardBank("b1", Text("示例银行", "Sample Bank"), "0000-5550199"),),
    pin_tries=TRIES,
)
CARD = CardView(
    CardNumber("X00000019"),
    MedicalNumber("000099000001"),
    CardStatus.ACTIVE,
    "b1",
    date(2036, 1, 1),
)
UNTIL, COLLECT = date(2026, 12, 2), WorkingDay(date(2027, 1, 11), Certainty.PROVISIONAL)
MINE = MyCard(CARD, UNTIL, False, COLLECT)
BY_ID_CARD = Visit(replace(PERSON, assurance=Assurance.ID_CARD), SessionToken("token"))
NUMBER = "2026-0000-0031-88"


def an_application(kind: ApplicationKind, outlet: str = "") -> Application:
    """Return what the centre answers to a change."""
    loss = kind is ApplicationKind.LOSS
    return Application(
        NUMBER,
        kind,
        date(2026, 11, 22),
        False,
        (Step("in_force" if loss else "accepted", StepState.NOW),),
        UNTIL if loss else None,
        None if loss else COLLECT,
        outlet,
        RULES.fee,
    )


@dataclass
class FakeCards:
    """The centre's answers about cards; ``fails`` are raised in turn by changes."""

    mine: MyCard = MINE
    seen: CardView = CARD
    fails: list[ServerError] = field(default_factory=list)
    calls: list[tuple[str, ...]] = field(default_factory=list)
    known: tuple[Application, ...] = ()
    documents: FakeDocuments = field(default_factory=FakeDocuments)

    async def document(
        self, token: SessionToken, ref: str, request: DocumentRequest
    ) -> SealedDocument:
        return await self.documents.document(token, ref, request)

    async def my_card(self, token: SessionToken) -> MyCard:
        await trio.lowlevel.checkpoint()
        return self.mine

    async def applications(self, token: SessionToken) -> tuple[Application, ...]:
        await trio.lowlevel.checkpoint()
        return self.known

    async def report_loss(self, token: SessionToken, ref: str) -> Application:
        await self._change("report_loss", ref)
        return an_application(ApplicationKind.LOSS)

    async def cancel_loss(self, token: SessionToken, ref: str) -> Application:
        await self._change("cancel_loss", ref)
        return an_application(ApplicationKind.LOSS)

    async def reissue(self, token: SessionToken, ref: str, outlet: str) -> Application:
        await self._change("reissue", ref, outlet)
        return an_application(ApplicationKind.REISSUE, outlet)

    async def challenge(self) -> Challenge:
        await trio.lowlevel.checkpoint()
        return Challenge("c1", bytes(16))

    async def check_card(self, *_about: object) -> CardView:
        await trio.lowlevel.checkpoint()
        self.calls.append(("check_card",))
        return self.seen

    async def activate(self, token: SessionToken, ref: str, *_about: object) -> Activation:
        await self._change("activate", ref)
        return Activation(replace(self.seen, status=CardStatus.ACTIVE), NUMBER)

    async def login_by_card(self, *_about: object) -> Login:
        await self._change("login_by_card")
        raise AssertionError("a card that is not active logs nobody in")

    async def login_by_id_card(self, facts: IdCardFacts, sam_id: str) -> Login:
        await trio.lowlevel.checkpoint()
        self.calls.append(("login_by_id_card",))
        return Login(SessionToken("token"), BY_ID_CARD.person)

    async def log_out(self, token: SessionToken) -> None:
        self.calls.append(("log_out",))

    async def _change(self, *call: str) -> None:
        await trio.lowlevel.checkpoint()
        self.calls.append(call)
        if self.fails:
            raise self.fails.pop(0)

    def changes(self) -> list[str]:
        """Return the changes asked for, without looking."""
        return [call[0] for call in self.calls if call[0] != "check_card"]


@dataclass
class FakeCard:
    """A card that knows its PIN; ``breaks`` is raised when the PIN is changed."""

    person: Person = PERSON
    pin: str = PIN
    tries: int = TRIES
    breaks: CardError | None = None
    typed: list[str] = field(default_factory=list)

    async def read(self) -> SocialCardFacts:
        await trio.lowlevel.checkpoint()
        return SocialCardFacts(
            CardCode("0" * 32),
            CARD.number,
            "2.00",
            None,
            None,
            bytes(13),
            self.person.id_number,
            self.person.name,
        )

    async def answer_challenge(self, challenge: bytes) -> bytes:
        await trio.lowlevel.checkpoint()
        return bytes(8)

    async def verify_pin(self, pin: CardPin) -> int | None:
        await trio.lowlevel.checkpoint()
        self.typed.append(pin.reveal())
        if pin.reveal() == self.pin:
            self.tries = TRIES
            return None
        self.tries -= 1
        return self.tries

    async def change_pin(self, old: CardPin, new: CardPin) -> int | None:
        await trio.lowlevel.checkpoint()
        if self.breaks is not None:
            raise self.breaks
        assert old.reveal() == self.pin
        self.pin = new.reveal()
        return None


@dataclass
class FakeSlot:
    """The slot; ``comes`` is a card that is put in as soon as it is waited for."""

    card: FakeCard | None = None
    comes: FakeCard | None = None

    @property
    def card_present(self) -> bool:
        return self.card is not None

    async def wait_inserted(self) -> None:
        if self.comes is None:
            await trio.sleep_forever()
        self.card = self.comes

    @asynccontextmanager
    async def session(self) -> AsyncIterator[FakeCard]:
        assert self.card is not None
        yield self.card


class FakeIdReader:
    """An ID card lies on it."""

    async def wait_card(self) -> IdCardFacts:
        await trio.lowlevel.checkpoint()
        person = BY_ID_CARD.person
        return IdCardFacts(IdCardKind.RESIDENT, person.id_number, person.name, None, None)

    async def sam_id(self) -> str:
        return "sam"


class CardStage(FakeStage):
    """Touches as scripted, a PIN (``pin:908172``) digit by digit; screens with no touch wait."""

    async def show(self, screen: Screen[Any], time_limit_s: float | None = None) -> Any:
        if isinstance(screen, PutCard) and self.touches[:1] != ["back"]:
            self.seen.append(screen)  # a card comes; the next touch is not for this screen
            await trio.sleep_forever()
        if isinstance(screen, EnterPin) and self.touches and self.touches[0].startswith("pin:"):
            digits = self.touches.pop(0).removeprefix("pin:")
            self.touches[:0] = [*(f"digit-{digit}" for digit in digits), "ok"]
        return await super().show(screen, time_limit_s)

    def update(self, screen: Screen[Any]) -> None:
        self.seen.append(screen)


class CardWorld(FlowWorld):
    """A world whose kiosk knows about cards."""

    def __init__(self, *touches: str, mine: MyCard = MINE) -> None:
        super().__init__()
        self.stage, self.cards, self.slot = CardStage(list(touches)), FakeCards(mine), FakeSlot()
        self.cards.documents = self.documents
        self.documents.trouble = Trouble(TroubleReason.NOT_OFFERED, "A-00")
        self.rules = RULES
        self.remake()

    def remake(self, **rules: Any) -> None:
        """Make the kiosk anew with other rules of the region."""
        self.rules = replace(self.rules, **rules)
        self.kiosk = replace(
            self.kiosk,
            stage=cast(Any, self.stage),
            social_cards=cast(Any, self.slot),
            central=cast(Any, self.cards),
            region=replace(REGION, card=self.rules, outlets=OUTLETS),
        )

    def ids(self) -> list[str]:
        """Return the ids of the screens that asked or told something."""
        return [screen.id for screen in self.stage.seen if not screen.id.startswith("busy-")]
