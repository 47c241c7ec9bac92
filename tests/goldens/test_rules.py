"""Each rule catches its own planted violation, and lets the sound twin pass."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.drawn import DrawnText, Run
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.theme import Type
from tests.goldens.gallery import Variant, draw
from tests.goldens.rules import RULES, ratio

USUAL = Variant("standard", "10", "en")
AT = Rect(100, 120, 400, 100)
Draw = Callable[[Canvas], None]


@dataclass(frozen=True, slots=True)
class Planted(Screen[None]):
    """Draws what a test wants drawn."""

    id = "planted"
    paint: Draw

    def draw(self, canvas: Canvas) -> None:
        self.paint(canvas)

    def tap(self, button: str) -> Done[None]:
        return Done(None)


def sound(canvas: Canvas) -> None:
    """Two texts, a chosen card with its sign, and a button: nothing wrong."""
    canvas.text(AT, "A question\nof two lines", Type.BODY)
    room = canvas.card(Rect(600, 120, 300, 100), Look.CHOSEN, "card")
    mark, room = room.cut_left(30, 10)
    canvas.icon(ICON, mark)
    canvas.text(room, "chosen")
    canvas.button("back", Rect(40, 620, 200, 76), "Back", Look.SECOND)
    canvas.back = "back"
    canvas.button("next", Rect(900, 620, 300, 76), "Next")


def _with(more: Draw) -> Draw:
    def paint(canvas: Canvas) -> None:
        sound(canvas)
        more(canvas)

    return paint


def _wrong_hand(canvas: Canvas) -> None:
    canvas.button("back", Rect(900, 620, 200, 76), "Back", Look.SECOND)
    canvas.back = "back"
    canvas.button("next", Rect(40, 620, 300, 76), "Next")


def _tight_lines(canvas: Canvas) -> None:
    rect = Rect(100, 300, 200, 50)
    canvas.drawn.append(DrawnText("one\ntwo", rect, rect, True, size=24, line_height=26, lines=2))


ICON = Icon.CHECK
PLANTS: dict[str, Draw] = {
    "touch": _with(lambda c: c.button("tiny", Rect(100, 400, 200, 40), "x")),
    "letters": _with(lambda c: c.drawn.append(DrawnText("x", AT, AT, True, size=8))),
    "spacing": _with(_tight_lines),
    "fits": _with(lambda c: c.text(Rect(100, 400, 60, 30), "Far too long for its room") and None),
    "inside": _with(lambda c: c.button("below", Rect(500, 740, 200, 60), "x")),
    "overlap": _with(lambda c: c.button("over", Rect(700, 150, 300, 100), "x")),
    "contrast": _with(
        lambda c: c.text(Rect(100, 400, 400, 40), "pale", colour=t.OFF_LINE) and None
    ),
    "colour": _with(lambda c: c.card(Rect(100, 400, 300, 90), Look.CHOSEN, "mute") and None),
    "hand": _wrong_hand,
}


def broken(paint: Draw, variant: Variant = USUAL) -> set[str]:
    """Return the rules that the picture breaks."""
    drawn = draw(Planted(paint), variant)
    return {v.rule for rule in RULES.values() for v in rule(drawn, variant)}


def test_the_sound_twin_passes() -> None:
    """A picture without a fault breaks no rule."""
    assert broken(sound) == set()


@pytest.mark.parametrize("rule", PLANTS)
def test_a_planted_violation_is_caught(rule: str) -> None:
    """Each rule names the fault that was planted for it."""
    assert rule in broken(PLANTS[rule])


def test_controls_out_of_reach_are_caught() -> None:
    """A control in the upper half of a low layout is found."""
    variant = Variant("low", "15", "en")
    above = _with(lambda c: c.button("above", Rect(100, 200, 300, 100), "x"))
    assert "reach" in broken(above, variant)


def test_a_control_that_no_key_presses_is_caught() -> None:
    """A number that begins another, or is missing, is found."""
    variant = Variant("keys", "10", "en")
    drawn = draw(Planted(sound), variant)
    assert list(RULES["keys"](drawn, variant)) == []
    drawn.canvas.numbers["card"] = "0"
    assert [v.where for v in RULES["keys"](drawn, variant)] != []
    del drawn.canvas.numbers["card"]
    assert [v.where for v in RULES["keys"](drawn, variant)] == ["card has no number"]


def test_contrast_is_as_wcag_reckons_it() -> None:
    """Black on white is 21 to 1, white on white 1; #777 on white is the known 4.48."""
    assert ratio((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert ratio((255, 255, 255), (255, 255, 255)) == pytest.approx(1)
    assert ratio((0x77, 0x77, 0x77), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


def test_runs_are_judged_one_by_one() -> None:
    """A pale word within a line is found although its neighbours are dark."""
    runs = [Run("dark "), Run("pale", colour=t.OFF_LINE)]
    assert "contrast" in broken(_with(lambda c: c.runs(Rect(100, 400, 400, 50), runs) and None))
