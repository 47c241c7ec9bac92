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
    return {v.rule for rule in RULES.values() for v in rule(drawn)}


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
    assert list(RULES["keys"](drawn)) == []
    drawn.canvas.numbers["card"] = "0"
    assert [v.where for v in RULES["keys"](drawn)] != []
    del drawn.canvas.numbers["card"]
    assert [v.where for v in RULES["keys"](drawn)] == ["card has no number"]


def _two_choices(canvas: Canvas) -> None:
    sound(canvas)
    canvas.button("left", Rect(100, 300, 200, 90), "A", Look.SECOND)
    canvas.button("right", Rect(400, 300, 200, 90), "B", Look.SECOND)


def test_numbers_against_the_reading_order_are_caught() -> None:
    """Two choices of one line, and two above one another, counted the wrong way round."""
    variant = Variant("keys", "10", "en")
    for one, other in (("left", "right"), ("card", "left")):
        drawn = draw(Planted(_two_choices), variant)
        assert list(RULES["keys"](drawn)) == []
        numbers = drawn.canvas.numbers
        numbers[one], numbers[other] = numbers[other], numbers[one]
        assert any("counted after" in v.where for v in RULES["keys"](drawn))


def test_columns_that_are_counted_line_by_line_are_caught() -> None:
    """Results beside a pad of letters: counted line by line the letters come between the results."""

    def two_columns(columns: tuple[Rect, ...]) -> Draw:
        def paint(canvas: Canvas) -> None:
            canvas.columns = columns
            for row in range(3):
                y = 200 + 110 * row
                canvas.button(f"found-{row}", Rect(100, y, 400, 90), "found", Look.SECOND)
                canvas.button(f"key-{row}", Rect(700, y, 90, 90), "K", Look.SECOND)

        return paint

    variant = Variant("keys", "10", "en")
    assert "keys" in broken(two_columns(()), variant)
    both = (Rect(100, 200, 400, 400), Rect(700, 200, 400, 400))
    assert broken(two_columns(both), variant) == set()


def test_a_main_action_far_from_the_left_hand_is_caught() -> None:
    """For a left hand it is not enough that back stands still further to the right."""

    def far(canvas: Canvas) -> None:
        canvas.button("next", Rect(700, 620, 240, 76), "Next")
        canvas.button("back", Rect(960, 620, 240, 76), "Back", Look.SECOND)
        canvas.back = "back"

    assert "hand" in broken(far, Variant("left", "10", "en"))


@pytest.mark.parametrize("look", [Look.DONE, Look.DOUBT, Look.STOP, Look.OFF])
def test_a_state_without_sign_or_words_is_caught(look: Look) -> None:
    """A card that tells a state by its ground alone tells it to nobody who sees no colours."""
    assert "colour" in broken(_with(lambda c: c.card(Rect(100, 400, 300, 90), look) and None))


def test_a_sign_that_every_card_has_marks_none_as_chosen() -> None:
    """The picture of a choice is no mark of the chosen one: its twins have it too."""

    def alike(canvas: Canvas) -> None:
        for x, look in ((100, Look.PLAIN), (500, Look.CHOSEN)):
            room = canvas.card(Rect(x, 400, 300, 90), look, f"card-{x}")
            canvas.icon(ICON, room.cut_left(30, 10)[0])

    assert "colour" in broken(alike)


def test_contrast_is_as_wcag_reckons_it() -> None:
    """Black on white is 21 to 1, white on white 1; #777 on white is the known 4.48."""
    assert ratio((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert ratio((255, 255, 255), (255, 255, 255)) == pytest.approx(1)
    assert ratio((0x77, 0x77, 0x77), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


def test_runs_are_judged_one_by_one() -> None:
    """A pale word within a line is found although its neighbours are dark."""
    runs = [Run("dark "), Run("pale", colour=t.OFF_LINE)]
    assert "contrast" in broken(_with(lambda c: c.runs(Rect(100, 400, 400, 50), runs) and None))
