"""Information screens: what touches lead to, and that everything drawn is inside and alive."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kioskd.screens.contract import Done, Screen
from kioskd.screens.insurance import Insurance
from kioskd.screens.navigation import Navigation
from kioskd.screens.outlets import Outlets
from kioskd.screens.policies import PolicyList, PolicyReader
from kioskd.screens.widgets.chart import scale_top
from kioskd.screens.widgets.pages import page_of
from kioskd.screens.words import LANGUAGES
from tests.goldens import gallery_pay as sample
from tests.goldens.gallery import PANELS
from tests.unit.screen_checks import assert_sound, draw

BACK = Done(Navigation.BACK)
INFO_IDS = {"insurance", "policies", "policy-text", "outlets"}
INFO_SCREENS = [entry for entry in sample.SCREENS if entry[1].id in INFO_IDS]


@pytest.mark.parametrize(("name", "screen"), INFO_SCREENS, ids=[name for name, _ in INFO_SCREENS])
def test_every_screen_goes_back(name: str, screen: Screen[Any]) -> None:
    """Back is always there, and buttons that do not exist do nothing."""
    assert screen.tap("back") == BACK
    assert screen.tap("nonsense") is None


def test_another_year_is_answered() -> None:
    """A year with records is the answer; the one shown and unknown ones do nothing."""
    screen = Insurance(sample.VIEW, sample.NAMES, sample.SHORT_NAME)
    assert screen.tap("year-2025") == Done(2025)
    assert screen.tap("year-2026") is None
    assert screen.tap("year-1999") is None


def test_every_year_can_be_reached_by_touch() -> None:
    """On the smallest panel the years shown always lead further, down to the first one."""
    year, seen = 2026, set()
    while year not in seen:
        seen.add(year)
        view = replace(sample.LONG_VIEW, year=year)
        screen = Insurance(view, sample.NAMES, sample.SHORT_NAME)
        buttons = draw(screen, (800, 480), "en").buttons
        shown = [int(name.removeprefix("year-")) for name in buttons if name.startswith("year-")]
        year = min([year, *shown])
    assert year == sample.LONG_VIEW.years[0]


def test_the_name_is_masked() -> None:
    """The whole name never stands on the screen."""
    screen = Insurance(sample.VIEW, sample.NAMES, sample.SHORT_NAME)
    for text in draw(screen, (1280, 800), "zh_CN").drawn:
        assert sample.SHORT_NAME.reveal() not in text.text


def test_policy_is_answered_whole() -> None:
    """Touching a row answers with its text."""
    screen = PolicyList(sample.POLICIES, 0)
    assert screen.tap("policy-policy-3") == Done(sample.POLICIES[2])
    assert screen.tap("page-next") == PolicyList(sample.POLICIES, 1)
    assert screen.tap("page-prev") is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("panel", PANELS)
def test_reader_shows_every_line_once(panel: tuple[int, int], language: str) -> None:
    """Page after page the whole text is shown, with source and date on each."""
    reader: Any = PolicyReader(sample.POLICY, 0)
    said = ""
    while True:
        canvas = draw(reader, panel, language)
        page = " ".join(text.text for text in canvas.drawn)
        assert sample.POLICY.date in page
        assert sample.POLICY.source.in_language(language) in page
        said += page
        if "page-next" not in canvas.buttons:
            break
        reader = reader.tap("page-next")
    squeezed = said.replace(" ", "")
    for paragraph in sample.POLICY.paragraphs:
        assert paragraph.in_language(language).replace(" ", "") in squeezed


def test_outlets_turn_pages() -> None:
    """Paging keeps outlets and hotlines."""
    screen = Outlets(sample.OUTLETS, sample.HOTLINES, 1)
    assert screen.tap("page-next") == replace(screen, page=2)
    assert screen.tap("page-prev") == replace(screen, page=0)


@settings(max_examples=100)
@given(st.integers(0, 40), st.integers(-3, 60), st.integers(0, 12))
def test_pages_hold_everything_once(count: int, wanted: int, at_most: int) -> None:
    """Whatever page is wished for exists, and all pages together are the list."""
    items = list(range(count))
    page = page_of(items, wanted, at_most)
    assert 0 <= page.index < page.count
    every = [page_of(items, index, at_most).items for index in range(page.count)]
    assert [item for part in every for item in part] == items
    assert all(len(part) <= max(1, at_most) for part in every)


@settings(max_examples=100)
@given(st.integers(0, 10**9))
def test_scale_is_round_and_high_enough(fen: int) -> None:
    """The top of the chart's scale is whole yuan, not below the highest bar, not far above."""
    top = scale_top(fen)
    assert top >= fen
    assert top % 100 == 0
    assert top <= max(1000, fen * 2)


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize(("name", "screen"), INFO_SCREENS, ids=[name for name, _ in INFO_SCREENS])
def test_drawn_inside_and_alive(name: str, screen: Screen[Any], panel: tuple[int, int]) -> None:
    """In both languages every text fits, buttons are apart and inside, and each leads somewhere."""
    for language in LANGUAGES:
        assert_sound(screen, draw(screen, panel, language))
