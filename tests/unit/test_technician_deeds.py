"""What a technician does with each part, and how it counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import trio
import trio.testing

from kioskd.domain.selftest import Finding, Result
from kioskd.errors import (
    CardUnreadable,
    DeviceRefused,
    DeviceTimeout,
)
from kioskd.flows.technician import deeds
from kioskd.flows.technician.devices import Devices
from kioskd.flows.technician.parts import PARTS, by_name
from kioskd.screens.contract import Done
from kioskd.screens.keys import effect_of
from kioskd.screens.technician_keys import TechnicianKeys
from kioskd.screens.technician_panel import TechnicianTouch
from tests.unit.screen_checks import draw
from tests.unit.technician_world import Silent, World


@pytest.fixture
def kiosk() -> World:
    return World()


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


async def test_a_payment_that_comes_into_doubt_meanwhile_stops_a_deed(kiosk: World) -> None:
    """What was not done counts as not tried."""
    at = devices(kiosk, money_in_doubt=lambda: True)
    found = await by_name("pin_pad").try_it(at, Willing(), Finding("pin_pad"), "reach_bank")
    assert found.done == {"reach_bank": Result.UNKNOWN}


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
