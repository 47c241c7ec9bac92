"""The screens about cards: touches, and that all is inside, alive, and can be scanned."""

from typing import Any

import pygame
import pytest
import zxingcpp
from PIL import Image

from kioskd.screens.contract import Done, Screen
from kioskd.screens.layout import Rect
from kioskd.screens.navigation import Navigation
from kioskd.screens.widgets.bars import bars
from kioskd.screens.words import LANGUAGES
from tests.goldens import gallery_cards as sample
from tests.unit.screen_checks import PANELS, assert_sound, draw


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize(("name", "screen"), sample.SCREENS, ids=[n for n, _ in sample.SCREENS])
def test_drawn_inside_and_alive(name: str, screen: Screen[Any], panel: tuple[int, int]) -> None:
    """In both languages every text fits, buttons are apart and inside, and each leads somewhere."""
    for language in LANGUAGES:
        assert_sound(screen, draw(screen, panel, language))


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("name", ["my-card", "my-card-reported", "my-card-lost"])
def test_a_scanner_reads_the_barcode_from_the_panel(name: str, panel: tuple[int, int]) -> None:
    """On the smallest and the largest panel, in both languages; nothing else is read from it."""
    screen = dict(sample.SCREENS)[name]
    for language in LANGUAGES:
        surface = draw(screen, panel, language).surface
        picture = Image.frombytes("RGB", panel, pygame.image.tobytes(surface, "RGB"))
        [found] = zxingcpp.read_barcodes(picture)
        assert (found.format.name, found.text) == ("Code128", sample.CARD.barcode.reveal())


def test_a_code_that_is_too_narrow_to_scan_is_a_fault_of_the_screen() -> None:
    """The goldens would name it as a text that does not fit."""
    canvas = draw(sample.LOSS_DONE, (800, 480), "en")
    bars(canvas, Rect(0, 0, 150, 50), sample.CARD.barcode.reveal())
    assert [text.text for text in canvas.drawn if not text.fits] == ["000099000001"]


def test_a_full_card_number_is_on_no_screen() -> None:
    """Bystanders read along: the number in the barcode is enough."""
    for _, screen in sample.SCREENS:
        for language in LANGUAGES:
            texts = [text.text for text in draw(screen, (1280, 800), language).drawn]
            assert not any(sample.CARD.number.reveal() in text for text in texts)


def test_terms_are_agreed_to_or_not() -> None:
    """Two buttons, two answers, and nothing by mistake."""
    assert sample.REISSUE.tap("yes") == Done(True)
    assert sample.REISSUE.tap("no") == Done(False)
    assert sample.REISSUE.tap("elsewhere") is None


def test_an_outlet_must_be_chosen() -> None:
    """Next is dead before; pages turn; back is back."""
    screen: Any = dict(sample.SCREENS)["choose-outlet"]
    assert screen.tap("next") is None
    assert screen.tap("outlet-2").tap("next") == Done(sample.OUTLETS[2])
    assert screen.tap("page-next").page == 1
    assert screen.tap("back") == Done(Navigation.BACK)


def test_a_result_is_not_left_while_its_slip_prints() -> None:
    """Neither home nor end, until the printer has answered."""
    printing: Any = dict(sample.SCREENS)["done-loss-printing"]
    assert printing.tap("end") is None and printing.tap("home") is None
    assert sample.LOSS_DONE.tap("end") is not None


@pytest.mark.parametrize(
    ("screen", "doubt"),
    [(sample.REISSUE, "暂定"), (sample.REISSUE_SURE, "预计"), (sample.REISSUE_DONE, "暂定")],
)
def test_a_date_that_is_not_sure_says_so(screen: Screen[Any], doubt: str) -> None:
    """In both languages, wherever it stands."""
    texts = [text.text for text in draw(screen, (1280, 800), "zh_CN").drawn]
    assert any(doubt in text for text in texts)
    texts = [text.text for text in draw(screen, (1280, 800), "en").drawn]
    assert any("provisional" in text or "expected" in text for text in texts)
