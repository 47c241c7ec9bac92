"""What a picture says to ears: the texts in order, then what can be chosen, with what to press."""

import re
from dataclasses import dataclass, replace
from typing import ClassVar

import pygame
import pytest

from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.font_files import find_fonts
from kioskd.screens.fonts import Fonts
from kioskd.screens.frame import Kit, draw_picture
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.reading import Sentence, read
from kioskd.screens.shapes import Shapes
from kioskd.screens.theme import Type, theme_for
from kioskd.screens.words import Public, Words
from tests.goldens.gallery import FACTS, MOMENT, Variant, draw, screens
from tools.catalogues import messages

NAME = "欧阳某某"
STATUSES = (
    "my_profile.pending",
    "my_profile.refused",
    "enter_text.nothing",
    "not_paid.title",
    "paid.title",
)
OF_HERS = re.compile(r"my_card\.(status|use)\.|(card_done|profile_changed)\.\w+\.title")
FEW = 12


@dataclass(frozen=True, slots=True)
class Ask(Screen[None]):
    """A question with a name in it, two choices, one of them chosen, and the ways on and back."""

    id: ClassVar[str] = "ask"

    def draw(self, canvas: Canvas) -> None:
        words = canvas.words
        canvas.button("back", Rect(20, 300, 200, 70), words("pay.back"), Look.SECOND)
        canvas.back = "back"
        canvas.button("next", Rect(500, 300, 200, 70), words("still_here.button"))
        canvas.text(Rect(20, 80, 700, 60), words("home.hello"), Type.QUESTION)
        canvas.text(Rect(20, 140, 700, 40), NAME)
        for at, (button, look) in enumerate((("one", Look.OPEN), ("two", Look.CHOSEN))):
            room = canvas.card(Rect(20 + 300 * at, 190, 280, 100), look, button)
            canvas.text(room, words("welcome.outlets_title"))

    def tap(self, button: str) -> Done[None]:
        return Done(None)


def drawn(keys: bool = False) -> Canvas:
    """Return the picture's canvas."""
    pygame.font.init()
    kit = Kit(theme_for(800, 480), Fonts(find_fonts()), Shapes(), FACTS)
    moment = replace(MOMENT, keys=keys)
    return draw_picture(pygame.Surface((800, 480)), Ask(), kit, Words("zh_CN"), moment)


def test_texts_then_choices_then_the_ways_on_and_back() -> None:
    """Nothing is read of the frame, and what was drawn first (the way back) is still read last."""
    said = [sentence.text for sentence in read(drawn(), True)]
    words = Words("zh_CN")
    outlets = words("welcome.outlets_title")
    assert said == [
        words("home.hello"),
        NAME,
        outlets,
        words("reading.chosen", label=outlets),
        words("still_here.button"),
        words("pay.back"),
    ]


def test_with_keys_each_choice_is_said_with_what_to_press() -> None:
    """Numbers for the choices, hash for the main action, star for the way back."""
    said = [sentence.text for sentence in read(drawn(keys=True), True)]
    words = Words("zh_CN")
    outlets = words("welcome.outlets_title")
    assert said[0] == words("reading.help")
    assert said[3] == words("reading.press", number="1", label=outlets)
    assert said[-2:] == [
        words("reading.press", number=words("reading.hash"), label=words("still_here.button")),
        words("reading.press", number=words("reading.star"), label=words("pay.back")),
    ]


def test_what_the_catalogue_did_not_say_is_hers() -> None:
    """A text is public only when it came from the catalogue with nothing of hers filled in."""
    by_text = {sentence.text: sentence.public for sentence in read(drawn(keys=True), True)}
    assert not by_text[NAME]
    assert [text for text, is_public in by_text.items() if not is_public] == [NAME]


def test_a_filled_in_name_makes_a_text_hers() -> None:
    """Fields that are Public keep a text public; any other makes it personal, an amount too."""
    words = Words("zh_CN")
    assert isinstance(words("home.hello"), Public)
    assert isinstance(words("welcome.lost_line", hotline=Public("96102")), Public)
    assert not isinstance(words("welcome.lost_line", hotline="96102"), Public)
    assert not isinstance(words("still_here.seconds", seconds=5), Public)


def test_joined_texts_are_hers_until_somebody_says_otherwise() -> None:
    """Putting public texts together forgets that they were: nothing is public by accident."""
    words = Words("zh_CN")
    joined = f"{words('home.hello')}{NAME}"
    assert not isinstance(joined, Public)
    assert Sentence(joined, isinstance(joined, Public)).public is False


def test_what_is_for_eyes_is_said_otherwise() -> None:
    """The bar of steps is no heap of words to ears: one sentence stands for it."""
    screen = dict(screens())["choose-grade"]
    said = [s.text for s in read(draw(screen, Variant("standard", "10", "en")).canvas, True)]
    assert said[0] == "Step 2 of 5: Grade"
    assert "Months" not in said and "3" not in said


def test_a_trouble_is_heard_by_the_hall() -> None:
    """What is wrong with the kiosk, what to do, its code and the hotline name nobody."""
    trouble = dict(screens())["problem-centre_unreachable"]
    said = read(draw(trouble, Variant("standard", "10", "zh_CN")).canvas, trouble.names_nobody)
    assert [sentence.text for sentence in said if not sentence.public] == []


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_hall_hears_no_status_of_hers(language: str) -> None:
    """How her card, her applications, her payments and her details stand is for earphones alone."""
    texts = Words(language)
    hers = [key for key in messages(language) if key in STATUSES or OF_HERS.match(key)]
    status = {texts(key) for key in hers if "{" not in messages(language)[key].string}
    seen: set[str] = set()
    for name, screen in screens():
        drawn = draw(screen, Variant("aloud", "10", language), name)
        for sentence in read(drawn.canvas, screen.names_nobody):
            told = [text for text in status if text in sentence.text]
            seen.update(told)
            assert not (told and sentence.public), (name, sentence.text)
    assert len(seen) > FEW, "the statuses are on the screens"
