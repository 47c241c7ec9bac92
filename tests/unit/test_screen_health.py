"""What is missing for the screen has a name, and the visit goes on."""

import re
import struct
from pathlib import Path

import pygame
import pytest

from kioskd.domain.trouble import Trouble
from kioskd.errors import ConfigError
from kioskd.screens import font_files, screen_health
from kioskd.screens.font_files import (
    ICONS,
    ICONS_GONE,
    LETTERS_GONE,
    RARE,
    RARE_LETTERS_GONE,
    STAND_IN,
    FontFiles,
    find_fonts,
    is_font,
)
from kioskd.screens.fonts import Fonts
from kioskd.screens.frame import Kit, draw_picture
from kioskd.screens.icons import GLYPHS, Icon
from kioskd.screens.screen_health import PANEL_UNUSUAL, ScreenHealth, unusual
from kioskd.screens.settings import ScreenSettings
from kioskd.screens.shapes import Shapes
from kioskd.screens.splash import show_starting
from kioskd.screens.theme import theme_for
from kioskd.screens.words import Words
from tests.goldens.gallery import FACTS, moment_of, screens

GLYPH_NAMES = Path("/usr/share/fonts-material-design-icons-iconfont/css/material-design-icons.css")
NAME_OF = {
    Icon.BANK_CARD: "credit_card",
    Icon.PERSON: "person",
    Icon.PRINTER: "print",
    Icon.PHONE: "phone",
    Icon.CLOCK: "schedule",
    Icon.COINS: "payments",
    Icon.LIST: "list_alt",
    Icon.BOOK: "menu_book",
    Icon.PLACE: "place",
    Icon.LOCK: "lock",
    Icon.SHIELD: "verified_user",
    Icon.SEARCH: "search",
    Icon.INSURED: "fact_check",
    Icon.SAVINGS: "savings",
    Icon.MEDICAL: "medical_services",
    Icon.PAID: "credit_score",
    Icon.IN_PROGRESS: "pending_actions",
    Icon.CARD_OFF: "credit_card_off",
    Icon.CARD_BACK: "published_with_changes",
    Icon.CARD_NEW: "add_card",
    Icon.CARD_ON: "check_circle",
    Icon.PIN: "pin",
    Icon.RECEIPT: "receipt_long",
    Icon.COPIES: "content_copy",
    Icon.RECORD: "assignment",
    Icon.STAMP: "approval",
    Icon.OFFICE: "storefront",
    Icon.LAW: "gavel",
    Icon.CHECK_PAPER: "qr_code_scanner",
    Icon.PROFILE: "manage_accounts",
    Icon.HELP: "support_agent",
    Icon.LANGUAGE: "translate",
    Icon.LARGE_TYPE: "text_increase",
    Icon.READ_ALOUD: "hearing",
    Icon.LOUDER: "volume_up",
    Icon.LOW: "accessible",
    Icon.LEFT_HAND: "back_hand",
    Icon.LEAVE: "logout",
}
"""What the designers of the font call them."""
ODD_PANELS = [(480, 320), (3840, 1080), (720, 720)]
WHOLE = Path(ICONS).read_bytes()
BROKEN = {
    "empty": b"",
    "text": b"this is no font at all\n" * 100,
    "zeros": bytes(4000),
    "signature only": b"\x00\x01\x00\x00",
    "no tables": b"\x00\x01\x00\x00" + bytes(4000),
    "cut short": WHOLE[: len(WHOLE) // 2],
    "cut in its directory": WHOLE[:60],
    "collection that leads nowhere": b"ttcf" + bytes(8) + struct.pack(">I", 1 << 30),
}


def test_all_fonts_of_an_installed_kiosk_are_there() -> None:
    """What setup installs is what is looked for."""
    assert find_fonts() == FontFiles(find_fonts().letters, RARE, ICONS)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_font_is_refused_before_it_ends_the_process(name: str, tmp_path: Path) -> None:
    """SDL_ttf dies of some of these files; the kiosk draws with another font and says so."""
    file = tmp_path / "font.ttf"
    file.write_bytes(BROKEN[name])
    assert not is_font(str(file))
    assert find_fonts(str(file)).letters == find_fonts().letters
    assert find_fonts(str(file)).trouble == LETTERS_GONE


def test_each_missing_font_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worst comes first; without the main font another one stands in."""
    gone = str(tmp_path / "gone.ttf")
    assert find_fonts(icons=gone) == FontFiles(find_fonts().letters, RARE, "", ICONS_GONE)
    found = find_fonts(rare=gone, icons=gone)
    assert (found.rare, found.trouble) == ("", RARE_LETTERS_GONE)
    monkeypatch.setattr(font_files, "LETTERS", (gone,))
    assert find_fonts() == FontFiles(STAND_IN, RARE, ICONS, LETTERS_GONE)


def test_without_any_chinese_font_it_says_so_in_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Out of service with a code on the screen, and a ConfigError for the technician."""
    monkeypatch.setattr(font_files, "LETTERS", (str(tmp_path / "gone.ttf"),))
    monkeypatch.setattr(font_files, "STAND_IN", str(tmp_path / "gone.ttf"))
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    try:
        with pytest.raises(ConfigError, match="K-04"):
            show_starting(ScreenSettings(width_px=800, height_px=480))
        surface = pygame.display.get_surface()
        assert surface is not None
        middle = surface.subsurface((0, 60, 800, 420))
        assert len(pygame.mask.from_threshold(middle, (20, 32, 46), (60, 60, 60)).outline()) > 8
    finally:
        pygame.display.quit()


@pytest.mark.parametrize(
    "files",
    [
        FontFiles(STAND_IN, RARE, ICONS),
        FontFiles(find_fonts().letters),
    ],
    ids=["stand-in", "letters only"],
)
def test_every_screen_is_drawn_with_what_there_is(files: FontFiles) -> None:
    """No rare characters, no icons, other letters: each screen still comes up with its buttons."""
    pygame.font.init()
    kit = Kit(theme_for(1280, 800, 217), Fonts(files), Shapes(), FACTS)
    whole = Kit(theme_for(1280, 800, 217), Fonts(find_fonts()), Shapes(), FACTS)
    surface = pygame.Surface((1280, 800))
    for name, screen in screens():
        words, moment = Words("zh_CN"), moment_of(screen)
        here = draw_picture(surface, screen, kit, words, moment).buttons.keys()
        assert here == draw_picture(surface, screen, whole, words, moment).buttons.keys(), name


def test_every_glyph_is_what_the_icon_font_calls_so() -> None:
    """A code point off by one would put a piggy bank on the button that reports a loss."""
    style = GLYPH_NAMES.read_text(encoding="utf-8")
    named = dict(re.findall(r'material-icons\.([\w-]+):before\s*\{\s*content:\s*"\\(\w+)"', style))
    assert {icon: f"{ord(sign):x}" for icon, sign in GLYPHS.items()} == {
        icon: named[name] for icon, name in NAME_OF.items()
    }


@pytest.mark.parametrize("panel", ODD_PANELS, ids=lambda panel: f"{panel[0]}x{panel[1]}")
def test_every_screen_comes_up_on_an_odd_panel(panel: tuple[int, int]) -> None:
    """As well as it can: nothing raises, and every button can be seen."""
    pygame.font.init()
    kit = Kit(theme_for(*panel), Fonts(find_fonts()), Shapes(), FACTS)
    surface = pygame.Surface(panel)
    for name, screen in screens():
        canvas = draw_picture(surface, screen, kit, Words("zh_CN"), moment_of(screen))
        away = [b for b, r in canvas.buttons.items() if not surface.get_rect().colliderect(r_of(r))]
        assert not away, name


def r_of(rect: object) -> pygame.Rect:
    """Return a layout's rectangle as pygame's."""
    return pygame.Rect(rect.x, rect.y, rect.w, rect.h)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("panel", "because"),
    [
        ((800, 480, 154.0), ""),
        ((1280, 800, 0.0), ""),
        ((1080, 1920, 268.0), ""),
        ((480, 320, 0.0), "smaller"),
        ((720, 720, 0.0), "smaller"),
        ((3840, 1080, 0.0), "as long"),
        ((1280, 800, 21.7), "millimetre"),
        ((1280, 800, 2170.0), "millimetre"),
    ],
)
def test_what_is_unusual_about_a_panel(panel: tuple[int, int, float], because: str) -> None:
    """Too small, too long, or millimetres that cannot be; a usual one is passed over."""
    said = unusual(*panel)
    assert because in said if because else said == ""


def test_operators_hear_of_it(caplog: pytest.LogCaptureFixture) -> None:
    """The health board asks by role; a usual panel with all its fonts is well."""
    health = ScreenHealth()
    health.opened(1280, 800, 217.0, None)
    assert [ask() for ask in health.troubles().values()] == [None, None, None]
    health.opened(3840, 1080, 0.0, ICONS_GONE)
    troubles: dict[str, Trouble | None] = {role: ask() for role, ask in health.troubles().items()}
    assert troubles == {"letters": ICONS_GONE, "panel": PANEL_UNUSUAL, "words": None}
    assert screen_health.PANEL_UNUSUAL.code == "K-07"
