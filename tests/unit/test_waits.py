"""Every wait has an end and a named result; every trouble has a code, words and whom to call."""

import ast
import string
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

import kioskd
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import KioskError, TookTooLong
from kioskd.flows.troubles import trouble_for
from kioskd.relay.settings import CentralSettings
from kioskd.screens.busy import Busy, BusyWith
from kioskd.screens.out_of_service import OutOfService
from kioskd.screens.problem import Problem
from kioskd.screens.words import LANGUAGES, Words
from tests.goldens.gallery import FACTS
from tests.unit.flow_world import FlowWorld
from tests.unit.screen_checks import draw

PANEL = (800, 480)
FLOWS = Path(kioskd.__file__).with_name("flows")
UNTIMED = {
    ("cabinet_guard.py", "wait_until_closed"): "until the door is closed: it says so",
    ("goodbye.py", "say_goodbye"): "paper_s or goodbye_s",
    ("goodbye.py", "_have_card_taken"): "until the card is taken: alarm, voice, centre",
    ("kiosk.py", "while_busy"): "BusyWith.limit_s",
    ("printing.py", "print_behind"): "the printer's own limits; its end is Printed",
    ("printing.py", "show_result"): "READING_TIME_S",
    ("documents.py", "_printed"): "the printer's own limits, page by page; its end is PrintEnd",
    ("given_back.py", "_settled_within"): "WAIT_S",
    ("pay_contribution.py", "_charge_on_screen"): "pay() ends with a named state",
    ("bench.py", "asked_to"): "her button, the try's own limit, or the end of her half hour",
    (
        "doctor.py",
        "look_at_everything",
    ): "each look has its own limit, 30 s at most",
    ("doctor.py", "_show_bundle"): "files and the stick's unit, which has a limit of its own",
    ("sheet.py", "hand_out_sheet"): "the printers' own limits; the line's own limit",
    ("updating.py", "make_way"): "the restart, or RESTART_S without one",
}
"""Every place where a screen is shown that she cannot answer, and what ends the wait there."""


def follows() -> set[tuple[str, str]]:
    """Return (file, function) of each ``stage.follow`` in the flows."""
    found: set[tuple[str, str]] = set()
    for file in FLOWS.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
                calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
                names = {c.func.attr for c in calls if isinstance(c.func, ast.Attribute)}
                if "follow" in names:
                    found.add((file.name, node.name))
    return found


def test_every_wait_in_the_flows_is_known_to_end() -> None:
    """A new wait must be written down here with what ends it."""
    assert follows() == set(UNTIMED)


@pytest.mark.parametrize("what", BusyWith)
def test_every_wait_has_a_limit_beyond_its_usual_time(what: BusyWith) -> None:
    """Usual, long, and over: in this order."""
    assert 0 < what.usually_s < what.limit_s


def test_the_line_to_the_centre_ends_before_the_screen_gives_up() -> None:
    """By default its own error, which says more, comes first."""
    line = CentralSettings("https://centre.example")
    longest = line.connect_timeout_s + 2 * line.read_timeout_s
    asked = (BusyWith.LOADING, BusyWith.ASSESSING, BusyWith.CHECKING_CARD, BusyWith.POSTING)
    assert all(longest < what.limit_s for what in asked)


@pytest.mark.parametrize("what", BusyWith)
async def test_a_wait_that_does_not_end_is_ended_with_its_name(
    what: BusyWith, autojump_clock: trio.testing.MockClock
) -> None:
    """At its limit, not before; she is told in words, with a code."""
    kiosk = FlowWorld().kiosk
    began = trio.current_time()
    with pytest.raises(TookTooLong, match=what.key) as caught:
        await kiosk.while_busy(what, trio.sleep_forever)
    assert trio.current_time() - began == pytest.approx(what.limit_s)
    assert trouble_for(caught.value) == Trouble(TroubleReason.TOOK_TOO_LONG, "K-03")


async def test_a_result_that_comes_is_the_result() -> None:
    """The limit changes nothing of a wait that ends."""

    async def job() -> int:
        await trio.lowlevel.checkpoint()
        return 7

    assert await FlowWorld().kiosk.while_busy(BusyWith.LOADING, job) == 7


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", BusyWith)
def test_every_busy_screen_says_what_and_how_long(what: BusyWith, language: str) -> None:
    """What is waited for, how long it usually takes, how long it has taken."""
    texts = " ".join(text.text for text in draw(Busy(what), PANEL, language).drawn)
    assert Words(language)(f"busy.{what.key}.title") in texts
    assert str(what.usually_s) in texts and "3" in texts


def problems() -> list[Any]:
    """Return every way in which a trouble fills the screen."""
    made: list[Any] = []
    for reason in TroubleReason:
        made += [Problem(Trouble(reason, "X-42")), OutOfService(Trouble(reason, "X-42"))]
    return made


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", problems(), ids=lambda one: f"{one.id}-{one.trouble.reason}")
def test_every_error_screen_says_all_four(screen: Any, language: str) -> None:
    """What happened, what to do, the code, the hotline."""
    words, key = Words(language), f"trouble.{screen.trouble.reason.value}"
    texts = "".join(text.text for text in draw(screen, PANEL, language).drawn)
    for wanted in (words(f"{key}.title"), words(f"{key}.why"), words(f"{key}.do"), "X-42"):
        assert wanted in texts
    assert FACTS.hotlines[0].number in texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_of_a_trouble_want_to_be_filled_in(language: str) -> None:
    """Nothing of an error's own text can reach the screen by way of a field."""
    for reason in TroubleReason:
        for part in ("title", "why", "do"):
            text = Words(language)(f"trouble.{reason.value}.{part}")
            assert not [name for _, name, _, _ in string.Formatter().parse(text) if name]


def all_errors(root: type[KioskError] = KioskError) -> list[type[KioskError]]:
    """Return the tree of errors that kioskd itself defines."""
    own = [one for one in root.__subclasses__() if one.__module__ == "kioskd.errors"]
    return [*own, *(leaf for one in own for leaf in all_errors(one))]


def test_every_error_has_an_operator_code() -> None:
    """A letter, a hyphen, two digits; leaves of a kind never share one."""
    codes = {one.__name__: one.operator_code for one in all_errors()}
    assert all(code[1] == "-" and code[2:].isdigit() for code in codes.values())
    leaves = [one for one in all_errors() if not one.__subclasses__()]
    ended = {"VisitorCancelled", "VisitorLeft", "SessionTimedOut"}
    told = [one.operator_code for one in leaves if one.__name__ not in ended]
    assert len(told) == len(set(told))
