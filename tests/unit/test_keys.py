"""The pad of twelve keys: what each button's number is, and what each key does."""

from typing import Any

import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.screens.canvas import Canvas
from kioskd.screens.font_files import find_fonts
from kioskd.screens.fonts import Fonts
from kioskd.screens.frame import ELDER_BUTTON, FRAME_BUTTONS, LANGUAGE_BUTTON
from kioskd.screens.keys import Ask, Effect, effect_of, keys
from kioskd.screens.layout import Rect
from kioskd.screens.numbers import MOST_OF_ONE_DIGIT, in_reading_order, number_of, numbers_for
from kioskd.screens.shapes import Shapes
from kioskd.screens.theme import theme_for
from kioskd.screens.words import Words
from tests.goldens.gallery import FACTS

MOST = MOST_OF_ONE_DIGIT**2


def canvas_with(buttons: dict[str, Rect], **marks: Any) -> Canvas:
    """Return a canvas on which these buttons stand, numbered."""
    pygame.font.init()
    theme = theme_for(800, 480)
    area = Rect(0, 0, 800, 480)
    fonts, surface = Fonts(find_fonts()), pygame.Surface((800, 480))
    canvas = Canvas(surface, area, theme, fonts, Shapes(), Words("zh_CN"), FACTS)
    canvas.buttons = buttons
    for name, value in marks.items():
        setattr(canvas, name, value)
    canvas.numbers = numbers_for(canvas, FRAME_BUTTONS)
    return canvas


def tiles(count: int) -> dict[str, Rect]:
    """Return so many buttons in rows of four."""
    return {f"tile-{n}": Rect(n % 4 * 100, n // 4 * 60, 90, 50) for n in range(count)}


def press(canvas: Canvas, keys: str) -> Effect:
    """Press the keys one after the other; return what the last does."""
    effect = Effect()
    for key in keys:
        effect = effect_of(key, canvas, effect.pending, effect.focus)
    return effect


@given(st.integers(1, MOST), st.data())
def test_every_number_is_one_of_its_own(count: int, data: st.DataObject) -> None:
    """No number begins another, none has a 0, and pressing it presses its own button."""
    numbers = [number_of(index, count) for index in range(count)]
    assert len(set(numbers)) == count and not any("0" in number for number in numbers)
    assert len({len(number) for number in numbers}) == 1
    index = data.draw(st.integers(0, count - 1))
    canvas = canvas_with(tiles(count))
    assert press(canvas, numbers[index]).press == in_reading_order(canvas.buttons)[index]


def test_order_follows_reading() -> None:
    """Line by line from the left; a button that starts a little lower is still in the line."""
    buttons = {
        "d": Rect(0, 100, 50, 50),
        "b": Rect(60, 10, 50, 50),
        "c": Rect(120, 5, 50, 50),
        "a": Rect(0, 0, 50, 90),
        "e": Rect(60, 120, 50, 50),
    }
    assert in_reading_order(buttons) == ["a", "b", "c", "d", "e"]


def test_columns_are_read_one_after_the_other() -> None:
    """Results beside letters: all results, then all letters, then what stands below both."""
    buttons = {
        "above": Rect(0, 0, 200, 40),
        "found-1": Rect(0, 50, 90, 60),
        "key-a": Rect(100, 50, 40, 40),
        "key-b": Rect(100, 95, 40, 40),
        "found-2": Rect(0, 120, 90, 60),
        "below": Rect(0, 200, 200, 40),
    }
    columns = (Rect(0, 45, 95, 150), Rect(98, 45, 95, 150))
    expected = ["above", "found-1", "found-2", "key-a", "key-b", "below"]
    assert in_reading_order(buttons, columns) == expected


def test_main_and_back_have_keys_of_their_own() -> None:
    """Hash presses the main action, star leads back; neither takes a number from the choices."""
    canvas = canvas_with(tiles(3), main="tile-2", back="tile-0")
    assert canvas.numbers == {"tile-0": "*", "tile-1": "1", "tile-2": "#"}
    assert press(canvas, "#").press == "tile-2"
    assert press(canvas, "*").press == "tile-0"


def test_hash_without_a_main_action_reads_again() -> None:
    """Where nothing can be confirmed yet, she is told once more what is asked."""
    assert press(canvas_with(tiles(3)), "#").press is Ask.READ_AGAIN


def test_twice_zero_reads_again() -> None:
    """00 asks for the picture to be read again, whatever stands on it."""
    assert press(canvas_with(tiles(12)), "00").press is Ask.READ_AGAIN


def test_the_frame_is_behind_a_zero() -> None:
    """0 and a digit press a button of header or footer."""
    frame = {LANGUAGE_BUTTON: Rect(500, 400, 50, 50), ELDER_BUTTON: Rect(600, 400, 50, 50)}
    canvas = canvas_with(tiles(3) | frame)
    assert press(canvas, "01").press == LANGUAGE_BUTTON
    assert press(canvas, "02").press == ELDER_BUTTON


def test_a_first_digit_waits_and_star_takes_it_back() -> None:
    """With more than nine choices a digit narrows them down; star undoes it and goes nowhere."""
    canvas = canvas_with(tiles(12), back="tile-11")
    assert press(canvas, "1") == Effect(pending="1")
    assert press(canvas, "1*") == Effect()
    assert press(canvas, "1*11").press == "tile-0"


def test_a_number_that_is_nobodys_does_nothing() -> None:
    """A wrong digit is forgotten, and the next number counts from its first digit."""
    assert press(canvas_with(tiles(3)), "7") == Effect()
    assert press(canvas_with(tiles(3)), "72").press == "tile-1"


def test_typed_digits_press_themselves() -> None:
    """On a keypad a digit is typed; star takes it back, and leads back when none is left."""
    pad = {f"digit-{n}": Rect(n * 60, 0, 50, 50) for n in range(10)}
    digits = {str(n): f"digit-{n}" for n in range(10)}
    others = {"clear": Rect(0, 100, 50, 50), "cancel": Rect(100, 100, 50, 50)}
    begun = canvas_with(pad | others, digits=digits, erase="clear", back="cancel")
    assert press(begun, "0").press == "digit-0"
    assert press(begun, "*").press == "clear"
    assert "cancel" not in begun.numbers
    empty = canvas_with(pad | others, digits=digits, back="cancel")
    assert press(empty, "*").press == "cancel"


def test_arrows_lead_a_focus_that_hash_presses() -> None:
    """Forward and backward go round in reading order; star lets the focus go."""
    canvas = canvas_with(tiles(3), main="tile-2")
    assert press(canvas, ">").focus == "tile-0"
    assert press(canvas, ">>").focus == "tile-1"
    assert press(canvas, "<").focus == "tile-2"
    assert press(canvas, ">#").press == "tile-0"
    assert press(canvas, ">*") == Effect()


@pytest.mark.parametrize(
    ("code", "unicode", "key"),
    [
        (pygame.K_5, "5", "5"),
        (pygame.K_KP5, "", "5"),
        (pygame.K_KP_ENTER, "\r", "#"),
        (pygame.K_3, "#", "#"),
        (pygame.K_BACKSPACE, "\b", "*"),
        (pygame.K_KP_MULTIPLY, "*", "*"),
        (pygame.K_TAB, "\t", ">"),
        (pygame.K_UP, "", "<"),
        (pygame.K_a, "a", None),
        (pygame.K_LSHIFT, "", None),
    ],
)
def test_what_the_pads_send(code: int, unicode: str, key: str | None) -> None:
    """Pads are keyboards: digits of either row, Enter and Backspace for hash and star."""
    event = pygame.event.Event(pygame.KEYDOWN, key=code, unicode=unicode, mod=0)
    assert list(keys([event])) == ([key] if key else [])
