"""What hands did becomes steps that a replay can do at its own pace."""

import shlex

import pytest

from kiosk_bench.console import Shown
from kiosk_bench.timeline.deed_book import DeedDone
from kiosk_bench.timeline.recorded_steps import steps_of

BUTTONS = {
    "welcome": ("policies",),
    "enter-pin": (*(f"digit-{digit}" for digit in "7310"), "clear", "ok"),
    "home": ("service-pay-contribution", "end"),
    "review": ("pay",),
    "paid": ("end",),
}
PINS = {"731": "zhang"}


def _shown(screen: str, serial: int = 1) -> Shown:
    """Return a picture whose buttons stand side by side, ten pixels wide each."""
    names = BUTTONS.get(screen, ())
    boxes = {name: (at * 10, 0, 10, 10) for at, name in enumerate(names)}
    return Shown(serial, screen, "zh_CN", boxes, {}, serial)


def _steps(*done: str, moments: tuple[tuple[float, str], ...] = (), last: str = "") -> list[str]:
    """Return the steps of ``SCREEN: LINE``, each a second after the one before and its picture."""
    deeds = []
    for at, text in enumerate(done, start=1):
        screen, _, line = text.partition(": ")
        deeds.append(DeedDone(float(at), line, _shown(screen, at) if screen else None))
    end = _shown(last, 99) if last else None
    return steps_of(deeds, moments, PINS.get, end)


def test_a_touch_becomes_the_button_it_hit() -> None:
    """Pixels are of this panel and this language; a button's id is of any. A miss did nothing."""
    assert _steps("home: touch 12 5", "home: touch 500 5") == ["tap home end"]


def test_a_pin_becomes_whose_it_is() -> None:
    """The pad is shuffled: digits touched, cleared and tapped come down to whose PIN was typed."""
    assert _steps(
        "enter-pin: touch 31 1", "enter-pin: tap enter-pin clear", "enter-pin: touch 1 1",
        "enter-pin: tap enter-pin digit-3", "enter-pin: touch 21 1", "enter-pin: touch 51 1",
    ) == ["type pin of zhang"]  # fmt: skip
    keys = [f"enter-pin: key {shlex.quote(key)}" for key in "3*731#"]
    assert _steps(*keys) == ["type pin of zhang"]


def test_a_pin_of_nobody_is_typed_as_it_was() -> None:
    """A wrong PIN is wrong in the replay too."""
    assert _steps("enter-pin: touch 1 1", "enter-pin: touch 51 1") == ["type pin 7"]


def test_a_deed_waits_for_the_screen_it_was_done_at() -> None:
    """A replay is quicker than a hand: what no button holds back waits for its screen, once."""
    assert _steps(
        "welcome: card insert zhang", "home: tap home end", "take-card: card pull",
        "follow-pin-pad: bank insert", "follow-pin-pad: bank pin", last="welcome",
    ) == [
        "wait welcome", "card insert zhang", "tap home end", "wait take-card", "card pull",
        "wait follow-pin-pad", "bank insert", "bank pin", "wait welcome",
    ]  # fmt: skip


def test_keys_of_the_pin_pad_come_down_to_its_pin() -> None:
    """The bank's PIN is whatever was typed: the deed waits for the question and types one."""
    keys = (f"follow-pin-pad: bank key {key}" for key in ("1", "clear", "4", "4", "4", "4", "ok"))
    assert _steps(*keys, "follow-pin-pad: bank key cancel") == [
        "wait follow-pin-pad",
        "bank pin",
        "bank cancel",
    ]


def test_screens_that_pass_are_not_waited_for() -> None:
    """What was done while the kiosk was busy is done when the replay comes to it."""
    assert _steps("busy-posting: network cut", "goodbye: person leave") == [
        "network cut",
        "person leave",
    ]


def test_a_second_touch_on_the_same_picture_is_none() -> None:
    """An impatient finger is not a second deed, unless it types."""
    twice = [DeedDone(1.0, "touch 2 2", _shown("paid"))] * 2
    assert steps_of(twice, (), PINS.get, None) == ["tap paid end"]
    digits = [DeedDone(1.0, "touch 2 2", _shown("enter-pin"))] * 2
    assert steps_of(
        [*digits, DeedDone(2.0, "touch 51 2", _shown("enter-pin"))], (), PINS.get, None
    ) == ["type pin 77"]


@pytest.mark.parametrize(
    ("moments", "steps"),
    [
        (
            ((3.4, "approval_sent"), (3.5, "approval_acknowledged")),
            ["at pin-pad.approval_acknowledged: power cut", "tap review pay",
             "wait follow-pin-pad", "bank insert", "bank pin", "expect dead", "power on"],
        ),
        (
            ((1.1, "authorisation_received"),),
            ["tap review pay", "wait follow-pin-pad", "bank insert", "bank pin", "power cut",
             "power on"],
        ),
    ],
)  # fmt: skip
def test_a_power_cut_is_bound_to_the_moment_before_it(
    moments: tuple[tuple[float, str], ...], steps: list[str]
) -> None:
    """A cut right after a moment comes at that moment again; after a hand's deed, at its place."""
    done = (
        "review: tap review pay", "follow-pin-pad: bank insert", "follow-pin-pad: bank pin",
        "follow-pin-pad: power cut", ": power on",
    )  # fmt: skip
    assert _steps(*done, moments=moments) == steps
