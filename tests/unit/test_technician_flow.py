"""A technician before the screen: let in or not, trying parts, never while somebody is paying."""

from typing import Any

import pytest
import trio
import trio.testing

from kioskd.domain.payment import Printed
from kioskd.domain.selftest import Result
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import (
    DeviceTimeout,
    JournalDamaged,
    VisitorCancelled,
)
from kioskd.flows.session import serve_one_visitor
from kioskd.flows.technician.bench import AtScreen
from kioskd.flows.technician.session import SESSION_S
from kioskd.protocols.central_cabinet import CabinetEventKind as Kind
from kioskd.screens.problem import Problem
from kioskd.screens.technician_ask import TechnicianAsk, TechnicianDo
from kioskd.screens.technician_code import TechnicianCode
from kioskd.screens.technician_doctor import TechnicianDoctor, TechnicianDoctorLine
from kioskd.screens.technician_pages import TechnicianPages
from kioskd.screens.technician_part import TechnicianPart
from kioskd.screens.technician_parts import TechnicianParts
from kioskd.screens.technician_sheet import TechnicianSheet
from kioskd.screens.technician_stick import TechnicianStick
from tests.unit.technician_world import OK, PAUSED, UNDER_VOLTAGE, World


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
