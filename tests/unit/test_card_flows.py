"""The services about cards as she meets them: what is asked, what is done, what is printed."""

from dataclasses import replace
from typing import Any, cast

import pytest

from kioskd.domain.card import ApplicationKind, CardStatus, MyCard
from kioskd.domain.document import LineStyle
from kioskd.domain.payment import Printed
from kioskd.domain.person import Assurance
from kioskd.domain.secret import IdNumber
from kioskd.domain.trouble import TroubleReason
from kioskd.errors import (
    CardNotAccepted,
    CardRejection,
    CardRemoved,
    SealFault,
    ServerRefused,
    ServerUnreachable,
)
from kioskd.flows.handling.activate_card import activate_card
from kioskd.flows.handling.cancel_loss import cancel_loss
from kioskd.flows.handling.change_card_pin import change_card_pin
from kioskd.flows.handling.reissue_card import reissue_card
from kioskd.flows.handling.report_loss import report_loss
from kioskd.flows.inquiry.applications import show_applications
from kioskd.flows.inquiry.my_card import show_my_card
from kioskd.flows.session import _with_card
from kioskd.health import HealthBoard
from kioskd.protocols.central_documents import DocumentKind, DocumentRequest
from kioskd.screens.applications import Applications
from kioskd.screens.card_done import CardDone
from kioskd.screens.choose_outlet import ChooseOutlet
from kioskd.screens.enter_pin import EnterPin
from kioskd.screens.my_card import MyCardScreen
from kioskd.screens.problem import Problem
from tests.unit.card_world import (
    BY_ID_CARD,
    CARD,
    COLLECT,
    MINE,
    NEW_PIN,
    NUMBER,
    PIN,
    TRIES,
    UNTIL,
    CardWorld,
    FakeCard,
    FakeIdReader,
    an_application,
)
from tests.unit.flow_world import PERSON, VISIT

REPORTED = MyCard(replace(CARD, status=CardStatus.PRE_REPORTED, until=UNTIL), None, True, COLLECT)
NEW_CARD = replace(CARD, status=CardStatus.INACTIVE)
NOT_SAVED = ServerUnreachable("a test")


def told(world: CardWorld) -> TroubleReason:
    return world.stage.last(Problem).trouble.reason


async def test_report_loss_is_told_agreed_done_and_printed() -> None:
    """One reference; the slip has number, last day and the bank's number, and no card number."""
    world = CardWorld("yes", "end")
    assert not await report_loss(world.kiosk, BY_ID_CARD)
    assert world.ids() == ["terms-report-loss", "done-loss-reported", "done-loss-reported"]
    assert world.cards.changes() == ["report_loss"]
    rows = world.rows()
    assert f"办理编号 {NUMBER}" in rows and "挂失有效到 2026 年 12 月 2 日" in rows
    assert "银行挂失电话 0000-5550199" in rows
    assert not any(CARD.number.reveal() in row for row in rows)
    strong = [line for line in world.printer.papers[0].lines if line.style is LineStyle.STRONG]
    assert "银行" in strong[-1].left
    assert rows[-1] == "查询请拨 12333，报办理编号"


async def test_whoever_does_not_agree_changes_nothing() -> None:
    """Back is back."""
    world = CardWorld("no")
    assert await report_loss(world.kiosk, BY_ID_CARD)
    assert world.cards.calls == [] and world.printer.papers == []


async def test_an_answer_that_is_lost_is_asked_for_under_the_same_reference() -> None:
    """Once; the centre does it once."""
    world = CardWorld("yes", "home")
    world.cards.fails = [NOT_SAVED]
    assert await report_loss(world.kiosk, BY_ID_CARD)
    [first, second] = world.cards.calls
    assert first == second


async def test_a_centre_that_stays_away_is_told() -> None:
    """No slip for what nobody knows was done."""
    world = CardWorld("yes")
    world.cards.fails = [NOT_SAVED, NOT_SAVED]
    with pytest.raises(ServerUnreachable):
        await report_loss(world.kiosk, BY_ID_CARD)
    assert world.printer.papers == []


async def test_a_refusal_is_not_asked_again() -> None:
    """Only an answer that was lost may be."""
    world = CardWorld("yes")
    world.cards.fails = [ServerRefused(409, "card_state")]
    with pytest.raises(ServerRefused):
        await report_loss(world.kiosk, BY_ID_CARD)
    assert len(world.cards.calls) == 1


async def test_a_standing_report_is_shown_and_not_made_again() -> None:
    """She reads until when it holds; no slip, no change."""
    world = CardWorld("home", mine=REPORTED)
    assert await report_loss(world.kiosk, BY_ID_CARD)
    done = world.stage.last(CardDone)
    assert done.id == "done-loss-stands" and dict(done.facts)["until"] == UNTIL
    assert world.cards.calls == [] and world.printer.papers == []


@pytest.mark.parametrize(
    ("mine", "reason"),
    [
        (MyCard(None), TroubleReason.CARD_NONE),
        (MyCard(replace(CARD, status=CardStatus.LOST)), TroubleReason.CARD_LOST_FOR_GOOD),
        (MyCard(NEW_CARD), TroubleReason.CARD_NOT_ACTIVATED),
    ],
)
@pytest.mark.parametrize("service", [report_loss, reissue_card])
async def test_what_cannot_be_reported_says_why(
    service: Any, mine: MyCard, reason: TroubleReason
) -> None:
    """Each for its own reason, and home again."""
    world = CardWorld("ok", mine=mine)
    assert await service(world.kiosk, BY_ID_CARD)
    assert told(world) is reason and world.cards.calls == []


async def test_a_card_in_the_slot_is_not_lost() -> None:
    """Logged in by the very card."""
    world = CardWorld("ok")
    assert await report_loss(world.kiosk, VISIT)
    assert told(world) is TroubleReason.CARD_IN_HAND


async def test_cancel_loss() -> None:
    """Agreed, done, printed."""
    world = CardWorld("yes", "home", mine=REPORTED)
    assert await cancel_loss(world.kiosk, BY_ID_CARD)
    assert world.cards.changes() == ["cancel_loss"] and len(world.printer.papers) == 1


@pytest.mark.parametrize(
    ("mine", "reason"),
    [
        (MyCard(None), TroubleReason.CARD_NONE),
        (MINE, TroubleReason.CARD_NOT_REPORTED),
        (MyCard(replace(CARD, status=CardStatus.LOST)), TroubleReason.CARD_LOST_FOR_GOOD),
    ],
)
async def test_nothing_to_cancel(mine: MyCard, reason: TroubleReason) -> None:
    """She is told what the card's state is instead."""
    world = CardWorld("ok", mine=mine)
    assert await cancel_loss(world.kiosk, BY_ID_CARD)
    assert told(world) is reason


async def test_a_region_that_cancels_at_outlets_only() -> None:
    """Said before anything is fetched."""
    world = CardWorld("ok", mine=REPORTED)
    world.remake(cancel_allowed=False)
    assert await cancel_loss(world.kiosk, BY_ID_CARD)
    assert told(world) is TroubleReason.CANCEL_AT_OUTLET


async def test_a_new_card_is_asked_for_twice() -> None:
    """Terms, outlet, once more; the date is printed with its doubt."""
    world = CardWorld("yes", "outlet-1", "next", "yes", "end")
    assert not await reissue_card(world.kiosk, BY_ID_CARD)
    assert world.ids()[:3] == ["terms-reissue", "choose-outlet", "terms-reissue-sure"]
    [(_, _, outlet)] = world.cards.calls
    assert outlet == "丙网点", "only outlets that hand out cards are offered"
    assert len(world.stage.last(ChooseOutlet).outlets) == 2
    rows = world.rows()
    assert any(row.startswith("领卡日期 2027 年 1 月 11 日（暂定") for row in rows)
    assert "领卡网点 丙网点" in rows and "工本费 20.00 元" in rows


@pytest.mark.parametrize("fault", [None, SealFault.BROKEN_SIGNATURE])
async def test_the_certificate_comes_where_papers_can_be_printed(fault: SealFault | None) -> None:
    """It is of this application; one that is not genuine is said, and the application stands."""
    world = CardWorld("yes", "outlet-0", "next", "yes", "ok" if fault else "home", "end")
    world.documents.trouble, world.documents.fault = None, fault
    assert not await reissue_card(world.kiosk, BY_ID_CARD)
    assert world.documents.asked == [DocumentRequest(DocumentKind.CARD_CERTIFICATE, (), NUMBER)]
    assert len(world.documents.printed) == (0 if fault else 1)
    assert dict(world.stage.last(CardDone).facts)["application"] == NUMBER


@pytest.mark.parametrize(
    "touches",
    [
        ("no",),
        ("yes", "back", "no"),
        ("yes", "outlet-0", "next", "no", "no"),
    ],
)
async def test_every_way_back_leaves_the_card_alone(touches: tuple[str, ...]) -> None:
    """From each of the three screens."""
    world = CardWorld(*touches)
    assert await reissue_card(world.kiosk, BY_ID_CARD)
    assert world.cards.calls == []


async def test_a_slip_that_does_not_come_out_is_said() -> None:
    """The application stands; its number is on the screen."""
    world = CardWorld("yes", "outlet-0", "next", "yes", "home")
    world.printer.says = [Printed.NO]
    assert await reissue_card(world.kiosk, BY_ID_CARD)
    done = world.stage.last(CardDone)
    assert done.printed is Printed.NO and dict(done.facts)["application"] == NUMBER


async def test_a_new_card_is_activated_and_gets_its_own_pin() -> None:
    """Asked for, judged, opened, activated; then the card takes her PIN."""
    card = FakeCard()
    world = CardWorld(f"pin:{PIN}", "yes", f"pin:{NEW_PIN}", f"pin:{NEW_PIN}", "home")
    world.cards.seen, world.slot.comes = NEW_CARD, card
    assert await activate_card(world.kiosk, BY_ID_CARD)
    assert [call[0] for call in world.cards.calls] == ["check_card", "activate"]
    assert card.pin == NEW_PIN
    assert any(row.startswith("卡密码 已改成") for row in world.rows())


async def test_a_new_card_may_keep_its_pin() -> None:
    """It is active all the same."""
    card = FakeCard()
    world = CardWorld(f"pin:{PIN}", "no", "home")
    world.cards.seen, world.slot.card = NEW_CARD, card
    assert await activate_card(world.kiosk, BY_ID_CARD)
    assert world.cards.changes() == ["activate"] and card.pin == PIN


async def test_a_card_pulled_while_its_pin_is_changed_is_active_all_the_same() -> None:
    """The result says that the PIN may not have been changed."""
    world = CardWorld(f"pin:{PIN}", "yes", f"pin:{NEW_PIN}", f"pin:{NEW_PIN}", "home")
    world.cards.seen, world.slot.card = NEW_CARD, FakeCard(breaks=CardRemoved())
    assert await activate_card(world.kiosk, BY_ID_CARD)
    assert any("可能没有改成" in row for row in world.rows())


async def test_another_persons_card_is_neither_judged_nor_opened() -> None:
    """Refused before the centre and before any PIN."""
    other = replace(PERSON, id_number=IdNumber("000000190001010017"))
    card = FakeCard(person=other)
    world = CardWorld()
    world.slot.card = card
    with pytest.raises(CardNotAccepted) as refused:
        await activate_card(world.kiosk, BY_ID_CARD)
    assert refused.value.reason is CardRejection.ANOTHERS
    assert world.cards.calls == [] and card.typed == []


@pytest.mark.parametrize("status", [CardStatus.LOST, CardStatus.PRE_REPORTED])
async def test_a_lost_card_is_not_asked_for_its_pin(status: CardStatus) -> None:
    """The centre's word comes first."""
    card = FakeCard()
    world = CardWorld()
    world.slot.card, world.cards.seen = card, replace(CARD, status=status)
    with pytest.raises(CardNotAccepted) as refused:
        await activate_card(world.kiosk, BY_ID_CARD)
    assert refused.value.reason is CardRejection.LOST and card.typed == []


async def test_an_active_card_needs_no_activation() -> None:
    """She is told, and her PIN is not asked."""
    card = FakeCard()
    world = CardWorld("ok")
    world.slot.card = card
    assert await activate_card(world.kiosk, BY_ID_CARD)
    assert told(world) is TroubleReason.CARD_ACTIVE_ALREADY and card.typed == []


async def test_nobody_is_kept_waiting_for_a_card() -> None:
    """Back leads home while the slot is empty."""
    world = CardWorld("back")
    assert await activate_card(world.kiosk, BY_ID_CARD)
    assert world.ids() == ["put-new-card"] and world.cards.calls == []


async def test_change_pin_with_every_slip_of_the_finger() -> None:
    """Wrong old one, trivial new one, two that differ, then done: each is answered in words."""
    card = FakeCard()
    pins = ("907172", PIN, "123456", PIN, NEW_PIN, "907172", NEW_PIN, NEW_PIN)
    world = CardWorld(*(f"pin:{pin}" for pin in pins), "end")
    world.slot.card = card
    assert not await change_card_pin(world.kiosk, VISIT)
    asked = [screen for screen in world.stage.seen if isinstance(screen, EnterPin)]
    assert [(one.purpose.value, one.tries_left, one.notice) for one in asked] == [
        ("old", None, ""),
        ("old", TRIES - 1, ""),
        ("new", None, ""),
        ("new", None, "pin_weakness.in_a_row"),
        ("new", None, "pin_weakness.unchanged"),
        ("again", None, ""),
        ("new", None, "pin_weakness.differs"),
        ("again", None, ""),
    ]
    assert card.pin == NEW_PIN and world.printer.papers == []


async def test_the_last_try_is_never_asked_for() -> None:
    """With one try left she is told where to go instead."""
    card = FakeCard(tries=3)
    world = CardWorld("pin:907172", "pin:907172", "ok")
    world.slot.card = card
    assert await change_card_pin(world.kiosk, VISIT)
    assert told(world) is TroubleReason.CARD_PIN_LAST_TRY
    assert card.tries == 1 and card.pin == PIN


async def test_a_card_that_is_locked_says_so() -> None:
    """As at the log-in."""
    world = CardWorld("pin:907172")
    world.slot.card = FakeCard(tries=1)
    with pytest.raises(CardNotAccepted) as refused:
        await change_card_pin(world.kiosk, VISIT)
    assert refused.value.reason is CardRejection.PIN_BLOCKED


@pytest.mark.parametrize(
    "touches", [("cancel",), (f"pin:{PIN}", "cancel"), (f"pin:{PIN}", f"pin:{NEW_PIN}", "cancel")]
)
async def test_cancel_keeps_the_pin(touches: tuple[str, ...]) -> None:
    """At each of the three keypads."""
    card = FakeCard()
    world = CardWorld(*touches)
    world.slot.card = card
    assert await change_card_pin(world.kiosk, VISIT)
    assert card.pin == PIN


async def test_my_card_and_applications_are_shown() -> None:
    """With the bank's name; a bank that the region does not know has none."""
    world = CardWorld("back", "back", "back")
    world.cards.known = (an_application(ApplicationKind.REISSUE, "甲网点"),)
    assert await show_my_card(world.kiosk, BY_ID_CARD)
    shown = world.stage.last(MyCardScreen)
    assert shown.bank is not None and shown.bank.zh == "示例银行"
    assert await show_applications(world.kiosk, BY_ID_CARD)
    assert world.stage.last(Applications).applications == world.cards.known
    world.cards.mine = MyCard(replace(CARD, bank="gone"))
    assert await show_my_card(world.kiosk, BY_ID_CARD)
    assert world.stage.last(MyCardScreen).bank is None


def lead_to_activation(*touches: str) -> CardWorld:
    """Return a world with a card in the slot that is not active, and an ID card on the reader."""
    world = CardWorld(*touches)
    world.slot.card, world.cards.seen = FakeCard(), NEW_CARD
    world.cards.fails = [ServerRefused(403, "card_not_activated")]
    well = HealthBoard({"central": lambda: None, "card_reader": lambda: None})
    region = replace(world.kiosk.region, services={"activate-card": Assurance.ID_CARD})
    world.kiosk = replace(
        world.kiosk, health=well, region=region, id_reader=cast(Any, FakeIdReader())
    )
    return world


async def test_a_new_card_at_log_in_leads_to_its_activation() -> None:
    """Refused by its own code, she is asked for her ID card and comes straight to it."""
    world = lead_to_activation(f"pin:{PIN}", "no", "end")
    await _with_card(world.kiosk)
    assert world.ids()[:2] == ["put-id-card-first", "enter-pin"]
    assert world.cards.changes() == ["login_by_card", "login_by_id_card", "activate", "log_out"]


async def test_any_other_refusal_at_log_in_leads_nowhere() -> None:
    """A lost card is told as that."""
    world = lead_to_activation()
    world.cards.fails = [ServerRefused(403, "card_lost")]
    with pytest.raises(ServerRefused):
        await _with_card(world.kiosk)
    assert world.cards.changes() == ["login_by_card"]
