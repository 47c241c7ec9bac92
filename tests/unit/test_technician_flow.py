"""A technician before the screen: let in or not, trying parts, never while somebody is paying."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
import trio
import trio.testing

from kioskd.contracts.technician import Verdict
from kioskd.domain.diagnosis import Line, good, wrong
from kioskd.domain.document import GenuinePages, LineStyle, Receipt, ReceiptLine
from kioskd.domain.payment import Printed
from kioskd.domain.selftest import Finding, Result
from kioskd.domain.stick import StickOutcome
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import (
    CardUnreadable,
    DeviceRefused,
    DeviceTimeout,
    JournalDamaged,
    NoIdentity,
    SessionEnded,
    VisitorCancelled,
)
from kioskd.flows.kiosk import Kiosk
from kioskd.flows.session import serve_one_visitor
from kioskd.flows.technician import deeds
from kioskd.flows.technician.bench import AtScreen
from kioskd.flows.technician.devices import Devices
from kioskd.flows.technician.parts import PARTS, by_name
from kioskd.flows.technician.session import SESSION_S, serve_technician
from kioskd.health import HealthBoard
from kioskd.protocols.central_cabinet import CabinetEventKind as Kind
from kioskd.screens.contract import Done
from kioskd.screens.keys import effect_of
from kioskd.screens.problem import Problem
from kioskd.screens.technician_ask import TechnicianAsk, TechnicianDo
from kioskd.screens.technician_code import TechnicianCode
from kioskd.screens.technician_doctor import TechnicianDoctor, TechnicianDoctorLine
from kioskd.screens.technician_keys import TechnicianKeys
from kioskd.screens.technician_pages import TechnicianPages
from kioskd.screens.technician_panel import TechnicianTouch
from kioskd.screens.technician_part import TechnicianPart
from kioskd.screens.technician_parts import TechnicianParts
from kioskd.screens.technician_sheet import TechnicianSheet
from kioskd.screens.technician_stick import TechnicianStick
from tests.unit.flow_world import FakeStage, FlowWorld
from tests.unit.screen_checks import draw

ANSWER = "0123456789"
UNDER_VOLTAGE = wrong("under_voltage_now", now=True, before=True, bits="0x1")
OK = [f"digit-{digit}" for digit in ANSWER] + ["ok"]
PAUSED = Trouble(TroubleReason.TECHNICIAN_PAUSED, "T-02")


@dataclass
class BenchStage(FakeStage):
    """A stage that knows of visits."""

    began: int = 0
    ended: trio.Event = field(default_factory=trio.Event)

    def begin_visit(self) -> None:
        self.began += 1

    def end_visit(self, why: SessionEnded) -> None:
        self.leaves = why
        self.ended.set()

    @property
    def shown(self) -> None:
        return None

    async def visit_ended(self) -> None:
        await self.ended.wait()


@dataclass
class FakeWorkshop:
    """Takes ``ANSWER``; counts three wrong ones."""

    trouble: Trouble | None = None
    at_work: bool = False
    tries_left: int = 3
    sign: trio.Event = field(default_factory=trio.Event)
    sheets: list[tuple[Sequence[Finding], str]] = field(default_factory=list)
    identity: bool = True

    async def called(self) -> None:
        await self.sign.wait()

    def challenge(self) -> str:
        return "12345678"

    def answer(self, digits: str) -> Verdict:
        if digits == ANSWER:
            return Verdict.RIGHT
        self.tries_left -= 1
        if self.tries_left:
            return Verdict.WRONG
        self.trouble = PAUSED
        return Verdict.OVER

    @contextmanager
    def working(self) -> Iterator[None]:
        self.at_work = True
        yield
        self.at_work = False

    def alignment_page(self) -> GenuinePages:
        return GenuinePages("alignment", 1, b"%PDF")

    async def sheet(self, findings: Sequence[Finding], name: str, language: str) -> Any:
        await trio.lowlevel.checkpoint()
        if not self.identity:
            raise NoIdentity("none")
        self.sheets.append((findings, name))
        facts = SimpleNamespace(facts=SimpleNamespace(result=Result.PASS))
        slip = Receipt((ReceiptLine("sheet", style=LineStyle.HEADING),))
        return SimpleNamespace(acceptance=facts, pages=GenuinePages("S1", 1, b"%PDF"), slip=slip)

    async def diagnosed(self) -> tuple[Line, ...]:
        await trio.lowlevel.checkpoint()
        return (Line("temperature", good(celsius=50.0, limit=80.0)), Line("power", UNDER_VOLTAGE))

    async def bundle_pages(self, lines: tuple[Line, ...]) -> tuple[str, ...]:
        await trio.lowlevel.checkpoint()
        return ("KB1:1", "KB1:2")

    async def bundle_to_stick(self) -> StickOutcome:
        await trio.lowlevel.checkpoint()
        return StickOutcome("1", None, "kioskd-K0123.tar.gz")

    async def send(self, acceptance: Any) -> None:
        await trio.lowlevel.checkpoint()


class Silent:
    """A device that says nothing of itself and is well."""

    trouble: Trouble | None = None
    fitted: bool = False

    async def describe(self) -> dict[str, str]:
        await trio.lowlevel.checkpoint()
        return {"model": "Sample"}


class World(FlowWorld):
    """A kiosk with a workshop; ``troubles`` is what its health board says."""

    def __init__(self) -> None:
        super().__init__()
        self.bench, self.workshop = BenchStage(), FakeWorkshop()
        self.troubles: dict[str, Trouble | None] = {}
        for one in (self.printer, self.documents, self.voice):
            one.__dict__.update(trouble=None, fitted=False, describe=Silent().describe)
        self.cabinet.__dict__.update(fitted=frozenset({"card", "door"}))
        roles = ("card_reader", "id_reader", "pin_pad", "receipt_printer", "central", "held")
        board = {role: lambda role=role: self.troubles.get(role) for role in roles}
        self.kiosk: Kiosk = replace(
            self.kiosk,
            stage=cast(Any, self.bench),
            workshop=cast(Any, self.workshop),
            social_cards=cast(Any, Silent()),
            id_reader=cast(Any, Silent()),
            pin_pad=cast(Any, Silent()),
            health=HealthBoard(board),
        )

    async def serve(self, *touches: str) -> None:
        self.bench.touches.extend(touches)
        await serve_technician(self.kiosk, cast(Any, self.workshop))

    def ids(self) -> list[str]:
        return [screen.id for screen in self.bench.seen]


@pytest.fixture
def kiosk() -> World:
    return World()


async def test_the_right_answer_leads_to_the_parts_and_out(kiosk: World) -> None:
    """The centre hears of both; nobody is at work any more."""
    await kiosk.serve(*OK, "end")
    assert kiosk.ids() == ["technician-code", "technician-parts"]
    assert kiosk.book.noted == [Kind.TECHNICIAN_IN, Kind.TECHNICIAN_OUT]
    assert not kiosk.workshop.at_work


async def test_a_wrong_answer_is_said_and_asked_again(kiosk: World) -> None:
    """With how many tries are left; the right one is still taken."""
    await kiosk.serve(*["digit-9"] * 10, "ok", *OK, "end")
    asked = [one for one in kiosk.bench.seen if isinstance(one, TechnicianCode)]
    assert [(one.wrong, one.tries_left) for one in asked] == [(False, 3), (True, 2)]
    assert kiosk.ids()[-1] == "technician-parts"


async def test_three_wrong_answers_end_it(kiosk: World) -> None:
    """She reads why, the centre is told, and no part was shown."""
    await kiosk.serve(*[*["digit-9"] * 10, "ok"] * 3, "ok")
    assert isinstance(kiosk.bench.seen[-1], Problem)
    assert kiosk.book.noted == [Kind.TECHNICIAN_REFUSED]
    assert "technician-parts" not in kiosk.ids()


@pytest.mark.parametrize("trouble", [PAUSED, Trouble(TroubleReason.TECHNICIAN_KEY_NONE, "T-01")])
async def test_who_cannot_be_let_in_reads_why(kiosk: World, trouble: Trouble) -> None:
    """A pause, no key: no challenge is made."""
    kiosk.workshop.trouble = trouble
    await kiosk.serve("ok")
    assert kiosk.bench.last(Problem).trouble == trouble
    assert kiosk.ids() == ["problem"]


async def test_the_pin_pad_is_left_alone_while_a_payment_is_in_doubt(kiosk: World) -> None:
    """She is let in, for she may have come to change it; but its books are wanted first."""
    kiosk.journal.__dict__["open_payments"] = lambda: ("K0123-7KQ4-000001",)
    await kiosk.serve(*OK, "part-pin_pad", "do-ask_pin_pad", "ok", "back", "end")
    assert kiosk.bench.last(Problem).trouble.code == "T-03"
    rows = {one.part: one for one in kiosk.bench.last(TechnicianParts).findings}
    assert rows["pin_pad"].done == {}


async def test_a_journal_that_cannot_be_read_may_hold_a_payment(kiosk: World) -> None:
    """Then the PIN pad is left alone too."""

    def damaged() -> None:
        raise JournalDamaged("a test")

    kiosk.journal.__dict__["open_payments"] = damaged
    await kiosk.serve(*OK, "part-pin_pad", "do-ask_pin_pad", "ok", "back", "end")
    assert kiosk.bench.last(Problem).trouble.code == "T-03"


async def test_a_payment_that_comes_into_doubt_meanwhile_stops_a_deed(kiosk: World) -> None:
    """What was not done counts as not tried."""
    at = devices(kiosk, money_in_doubt=lambda: True)
    found = await by_name("pin_pad").try_it(at, Willing(), Finding("pin_pad"), "reach_bank")
    assert found.done == {"reach_bank": Result.UNKNOWN}


async def test_the_session_ends_itself(kiosk: World, autojump_clock: Any) -> None:
    """After half an hour, whatever is on the screen; the centre hears of it."""
    begun = trio.current_time()
    await kiosk.serve(*OK)
    assert trio.current_time() - begun == SESSION_S
    assert kiosk.book.noted[-1] is Kind.TECHNICIAN_OUT


async def test_the_sign_at_the_welcome_screen_leads_in(kiosk: World, autojump_clock: Any) -> None:
    """And nobody is greeted as a visitor."""
    kiosk.kiosk.social_cards.wait_inserted = trio.sleep_forever  # type: ignore[method-assign]
    kiosk.kiosk.id_reader.wait_card = trio.sleep_forever  # type: ignore[method-assign,assignment]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_one_visitor, kiosk.kiosk)
        await trio.testing.wait_all_tasks_blocked()
        kiosk.bench.touches.append("cancel")
        kiosk.workshop.sign.set()
    assert kiosk.ids() == ["welcome", "technician-code"]


async def test_an_open_door_does_not_keep_her_out(kiosk: World, autojump_clock: Any) -> None:
    """She has opened it: what she does inside is tested with the door open too."""
    kiosk.cabinet.door_open = True
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_one_visitor, kiosk.kiosk)
        await trio.testing.wait_all_tasks_blocked()
        kiosk.bench.touches.append("cancel")
        kiosk.workshop.sign.set()
    assert kiosk.ids() == ["out-of-service", "technician-code"]


async def test_a_dead_device_is_found(kiosk: World) -> None:
    """Its row fails with the code before anything was tried; its page says it in words."""
    kiosk.troubles["receipt_printer"] = Trouble(TroubleReason.RECEIPT_PRINTER_GONE, "D-01")
    await kiosk.serve(*OK, "part-receipt_printer", "back", "end")
    found = kiosk.bench.last(TechnicianPart).finding
    assert (found.result, found.trouble, found.reason) == (
        Result.FAIL, "D-01", "receipt_printer_gone",
    )  # fmt: skip
    rows = {one.part: one.result for one in kiosk.bench.last(TechnicianParts).findings}
    assert rows["receipt_printer"] is Result.FAIL
    assert rows["card_reader"] is Result.UNKNOWN
    assert rows["presence"] is Result.ABSENT


async def test_the_doctor_is_read_line_by_line(kiosk: World) -> None:
    """What is wrong comes first; a line says why; a telephone takes the bundle, or a stick."""
    touches = ("doctor", "line-power", "back", "bundle", "page-next", "stick", "ok", "back", "end")
    await kiosk.serve(*OK, *touches)
    listed = kiosk.bench.last(TechnicianDoctor).lines
    assert [line.check for line in listed] == ["power", "temperature"]
    assert kiosk.bench.last(TechnicianDoctorLine).line.finding is UNDER_VOLTAGE
    assert kiosk.bench.last(TechnicianStick).outcome.file == "kioskd-K0123.tar.gz"
    assert kiosk.bench.last(TechnicianPages).pages == ("KB1:1", "KB1:2")
    assert kiosk.ids()[-1] == "technician-parts"


async def test_what_eyes_tell_decides(kiosk: World) -> None:
    """The printer says that it printed; she says that the slip is not legible."""
    await kiosk.serve(*OK, "part-receipt_printer", "do-print_slip", "no", "back", "end")
    assert kiosk.bench.last(TechnicianAsk).question == "slip"
    rows = {one.part: one for one in kiosk.bench.last(TechnicianParts).findings}
    assert rows["receipt_printer"].done == {"print_slip": Result.FAIL}


async def test_what_she_gives_up_is_not_passed(kiosk: World) -> None:
    """No card at hand: the reader stays untested."""
    kiosk.kiosk.social_cards.wait_inserted = trio.sleep_forever  # type: ignore[method-assign]
    kiosk.bench.followed_touches.append("give-up")
    await kiosk.serve(*OK, "part-card_reader", "do-read_card", "back", "end")
    assert kiosk.bench.last(TechnicianDo).what == "insert_card"
    rows = {one.part: one for one in kiosk.bench.last(TechnicianParts).findings}
    assert rows["card_reader"].done == {"read_card": Result.UNKNOWN}


async def test_a_fault_within_an_instruction_is_itself(kiosk: World) -> None:
    """Not a group of one: whoever named it is heard."""
    with pytest.raises(DeviceTimeout):
        async with AtScreen(kiosk.kiosk).asked_to("wait"):
            raise DeviceTimeout("pinpad")


async def test_the_headers_end_stops_a_deed_too(kiosk: World, autojump_clock: Any) -> None:
    """She touches "end" while a card is waited for: out, not in the middle of it."""
    kiosk.kiosk.social_cards.wait_inserted = trio.sleep_forever  # type: ignore[method-assign]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(kiosk.serve, *OK, "part-card_reader", "do-read_card")
        await trio.testing.wait_all_tasks_blocked()
        kiosk.bench.end_visit(VisitorCancelled())
    assert kiosk.book.noted[-1] is Kind.TECHNICIAN_OUT


NAME = ["page-latin", "key-l", "key-i", "done"]


@pytest.mark.parametrize("a4", [True, False])
async def test_the_sheet_goes_to_a4_or_else_on_a_slip(kiosk: World, a4: bool) -> None:
    """With her name; without an A4 printer the receipt printer has it."""
    if not a4:
        none = Trouble(TroubleReason.DOCUMENT_PRINTER_NONE, "D-29")
        kiosk.documents.__dict__["trouble"] = none
    await kiosk.serve(*OK, "sheet", *NAME, "ok", "end")
    assert [name for _, name in kiosk.workshop.sheets] == ["li"]
    shown = kiosk.bench.last(TechnicianSheet)
    assert (shown.a4, shown.slip) == ((Printed.YES, None) if a4 else (None, Printed.YES))
    assert len(kiosk.printer.papers) == (0 if a4 else 1)


async def test_without_an_identity_there_is_no_sheet(kiosk: World) -> None:
    """She reads why, and goes on testing."""
    kiosk.workshop.identity = False
    await kiosk.serve(*OK, "sheet", *NAME, "ok", "end")
    assert kiosk.bench.last(Problem).trouble.code == "S-04"


class Willing:
    """Hands that say yes, or no, and do what they are asked by ``does``."""

    def __init__(self, yes: bool = True) -> None:
        self.yes, self.asked = yes, list[str]()

    async def confirms(self, question: str) -> bool:
        self.asked.append(question)
        await trio.lowlevel.checkpoint()
        return self.yes

    @contextmanager
    def _nothing(self) -> Iterator[None]:
        yield

    def asked_to(self, what: str) -> Any:
        self.asked.append(what)
        return Entered(self._nothing())


class Entered:
    """A plain context manager as an asynchronous one."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def __aenter__(self) -> None:
        self.inner.__enter__()

    async def __aexit__(self, *why: Any) -> None:
        self.inner.__exit__(*why)


def devices(kiosk: World, **others: Any) -> Devices:
    found: dict[str, Any] = {
        "social_cards": Silent(), "id_reader": Silent(), "pin_pad": Silent(),
        "receipt_printer": kiosk.printer, "document_printer": kiosk.documents,
        "cabinet": kiosk.cabinet, "voice": kiosk.voice, "central": kiosk.centre,
        "pin_pad_turn": trio.Lock(), "money_in_doubt": bool, "troubles": dict,
        "alignment_page": kiosk.workshop.alignment_page,
    }  # fmt: skip
    return Devices(**(found | others))


async def test_each_lamp_is_lit_alone_and_put_out(kiosk: World) -> None:
    """And the first that stays dark fails them."""
    assert await deeds.light_lamps(devices(kiosk), Willing()) is Result.PASS
    assert kiosk.cabinet.done == [("card", "on"), ("card", "off")]
    assert await deeds.light_lamps(devices(kiosk), Willing(yes=False)) is Result.FAIL
    assert kiosk.cabinet.lit == set()


async def test_the_door_is_moved_both_ways(kiosk: World) -> None:
    """Begun with it closed: open, closed."""
    async with trio.open_nursery() as nursery:

        async def move() -> None:
            for is_open in (True, False):
                await trio.testing.wait_all_tasks_blocked()
                kiosk.cabinet.door(is_open)

        nursery.start_soon(move)
        hands = Willing()
        assert await deeds.move_door(devices(kiosk), hands) is Result.PASS
    assert hands.asked == ["open_door", "close_door"]


async def test_a_pin_pad_that_refuses_or_is_silent_fails(kiosk: World) -> None:
    """By status, text, diagnosis; one that takes no texts cannot fail by that."""

    class Pad(Silent):
        code, shows = 0, False

        async def status(self) -> int:
            await trio.lowlevel.checkpoint()
            return self.code

        async def show(self, lines: tuple[str, ...], seconds: int) -> None:
            await trio.lowlevel.checkpoint()
            if not self.shows:
                raise DeviceRefused("pinpad", 0x83, "not supported")

        async def diagnose(self) -> None:
            await trio.lowlevel.checkpoint()
            raise DeviceTimeout("pinpad")

    at, hands = devices(kiosk, pin_pad=Pad()), Willing()
    assert await deeds.ask_pin_pad(at, hands) is Result.PASS
    Pad.code = 0x9C
    assert await deeds.ask_pin_pad(at, hands) is Result.FAIL
    assert await deeds.show_on_pin_pad(at, hands) is Result.ABSENT
    Pad.shows = True
    assert await deeds.show_on_pin_pad(at, hands) is Result.PASS
    assert hands.asked[-1] == "pin_pad_text"
    assert await deeds.show_on_pin_pad(at, Willing(yes=False)) is Result.FAIL
    assert await deeds.reach_bank(at, hands) is Result.FAIL


async def test_an_unreadable_card_fails_the_reader(kiosk: World) -> None:
    """Nothing of what a card says is kept: only how it went."""

    class Reader(Silent):
        async def wait_card(self) -> None:
            raise CardUnreadable("status 9F")

    at = devices(kiosk, id_reader=Reader())
    assert await deeds.read_id_card(at, Willing()) is Result.FAIL
    found = await by_name("id_reader").try_it(
        at, Willing(), Finding("id_reader", deeds=("read_id_card",)), "read_id_card"
    )
    assert found.done == {"read_id_card": Result.FAIL}


async def test_a_deed_without_an_end_is_not_passed(kiosk: World, autojump_clock: Any) -> None:
    """Ninety seconds, then it counts as not tried."""

    class Reader(Silent):
        async def wait_card(self) -> None:
            await trio.sleep_forever()

    part, at = by_name("id_reader"), devices(kiosk, id_reader=Reader())
    found = await part.try_it(at, Willing(), await part.look(at), "read_id_card")
    assert found.done == {"read_id_card": Result.UNKNOWN}
    assert found.facts == (("model", "Sample"),)


def test_every_part_and_deed_has_its_words() -> None:
    """No key of the catalogue is missing where a technician would stand before it."""
    from kioskd.flows.technician.parts import PANEL
    from kioskd.screens.words import LANGUAGES, Words

    for words in map(Words, LANGUAGES):
        for part in (*PARTS, *PANEL):
            assert f"technician.part.{part.name}" in words
            assert all(f"technician.do.{deed}" in words for deed in part.deeds)


def test_every_key_of_the_pad_must_be_pressed() -> None:
    """Eleven are not twelve; a kiosk without a pad does not fail for it."""
    screen: Any = TechnicianKeys()
    for key in "123456789*0":
        screen = screen.tap(f"press-{key}")
        assert isinstance(screen, TechnicianKeys)
    assert screen.tap("press-#") == Done(Result.PASS)
    assert screen.tap("cannot") == Done(Result.FAIL)
    assert TechnicianKeys().tap("none") == Done(Result.ABSENT)


def test_every_cross_must_be_touched() -> None:
    """The same one five times is one; who cannot reach a corner says so."""
    screen: Any = TechnicianTouch()
    for cross in (0, 0, 1, 2, 3):
        screen = screen.tap(f"cross-{cross}")
        assert isinstance(screen, TechnicianTouch)
    assert screen.tap("cross-4") == Done(Result.PASS)
    assert screen.tap("cannot") == Done(Result.FAIL)


@pytest.mark.parametrize("key", [*"0123456789*#"])
def test_the_pad_itself_marks_its_key(key: str) -> None:
    """What a press of the pad does to the picture is to mark that key."""
    canvas = draw(TechnicianKeys(), (1280, 800), "en")
    assert effect_of(key, canvas, "", None).press == f"press-{key}"
