"""The soft keyboard as a value: what each key does to the text and to what waits."""

import pygame

from kioskd.domain.profile import RULES, ProfileField
from kioskd.domain.typed_text import Script, TextRules
from kioskd.pinyin import Expects
from kioskd.screens.enter_text import EnterText
from kioskd.screens.font_files import find_fonts
from kioskd.screens.fonts import Fonts
from kioskd.screens.frame import Kit, draw_picture
from kioskd.screens.keyboard.keys import Page, has_page, rows_of
from kioskd.screens.keyboard.typing import Typing
from kioskd.screens.navigation import Navigation
from kioskd.screens.shapes import Shapes
from kioskd.screens.theme import theme_for
from kioskd.screens.words import Words
from tests.goldens.gallery import FACTS, MOMENT
from tests.goldens.gallery_profile import ENGINE, SCREENS, entering, letters, typed
from tests.unit.screen_checks import assert_sound, draw

ADDRESS, NAME, PHONE = ProfileField.ADDRESS, ProfileField.CONTACT_NAME, ProfileField.PHONE
RARE = "\U00020bb7"


def test_letters_wait_until_a_candidate_is_chosen() -> None:
    """A candidate for the first syllables leaves the rest; the digit above chooses as well."""
    typing = typed(ADDRESS, *letters("beijingdonglu"))
    assert typing.text == "" and typing.letters == "beijingdonglu"
    assert typing.press("candidate-0").text == "北京东路"
    texts = [one.text for one in typing.shown]
    first = typing.press(f"candidate-{texts.index('北京')}")
    assert (first.text, first.letters) == ("北京", "donglu")
    assert first.candidates[0].letters == 6
    assert typing.press(f"key-{texts.index('北京') + 1}") == first


def test_space_takes_the_first_candidate_and_is_a_space_only_between_words() -> None:
    """Not at the beginning, not twice."""
    typing = typed(ADDRESS, *letters("gongsi"), "space")
    assert (typing.text, typing.letters) == ("公司", "")
    assert typing.press("space").press("space").text == "公司 "
    assert typed(ADDRESS, "space").text == ""


def test_a_digit_beyond_the_candidates_does_nothing() -> None:
    """Nine candidates at most are shown; 0 would be the tenth."""
    typing = typed(ADDRESS, *letters("ji"))
    assert typing.press("key-0") == typing


def test_delete_takes_a_letter_first_then_a_whole_character() -> None:
    """A character beyond the BMP, or with its mark, is one touch."""
    typing = typed(NAME, *letters("li"), text=f"李{RARE}").press("delete")
    assert (typing.text, typing.letters) == (f"李{RARE}", "l")
    typing = typing.press("delete").press("delete")
    assert typing.text == "李"
    assert typed(NAME, "delete", text="李葛\U000e0100").text == "李"
    assert typed(NAME, "delete").text == ""


def test_other_pages_settle_what_waits() -> None:
    """To Latin keys: the letters were meant as they are; to numbers: the first choice is taken."""
    typing = typed(ADDRESS, *letters("beijingdonglu"))
    assert typing.press("page-latin").text == "beijingdonglu"
    assert typing.press("page-numbers").press("key-1").press("key-号").text == "北京东路1号"
    assert typing.press("page-symbols").press("key-·").text == "北京东路·"


def test_shift_gives_capitals_until_it_is_touched_again() -> None:
    """On the Latin page only; turning the page ends it."""
    typing = typed(NAME, "page-latin", "shift")
    assert "key-A" in {
        key.id for row in rows_of(typing.page, typing.rules, True, False) for key in row
    }
    assert typing.press("key-A").press("shift").press("key-b").text == "Ab"
    assert not typing.press("page-pinyin").upper


def test_more_turns_through_all_candidates_and_back_to_the_first() -> None:
    """Every candidate is shown once on the way."""
    typing = typed(ADDRESS, *letters("ji"))
    seen: list[str] = []
    state = typing
    while True:
        seen += [one.text for one in state.shown]
        if not state.has_more:
            break
        state = state.press("more")
    assert seen == [one.text for one in typing.candidates]
    assert state.press("more").first == 0 and state.press("candidates-first") == typing


def test_a_full_field_takes_no_more() -> None:
    """Neither letters nor candidates that would not fit."""
    full = typed(ADDRESS, text="路" * 60)
    assert full.room == 0 and full.press("key-a") == full and full.press("key-1") == full
    nearly = typed(ADDRESS, *letters("gongsi"), text="路" * 59)
    assert nearly.candidates and all(len(one.text) == 1 for one in nearly.candidates)


def test_a_field_has_keys_only_for_what_it_takes() -> None:
    """A telephone has a pad of digits; a name no digits, but the middle dot."""
    assert Typing.begun(RULES[PHONE], ENGINE).page is Page.PHONE
    ids = {key.id for row in rows_of(Page.PINYIN, RULES[NAME], False, False) for key in row}
    assert "key-·" in ids and "page-numbers" not in ids and "page-symbols" not in ids
    latin = TextRules(1, 10, frozenset({Script.LATIN}))
    typing = Typing.begun(latin, ENGINE)
    assert typing.page is Page.LATIN and typing.press("key-q").text == "q"
    for page in Page:
        for field in ProfileField:
            if page is not Page.PHONE and not has_page(page, RULES[field]):
                continue
            rows = rows_of(page, RULES[field], False, False)
            keys = [key.id for row in rows for key in row if key.id]
            assert len(keys) == len(set(keys)), (page, field)


def test_what_was_typed_is_not_in_the_text_of_the_screen() -> None:
    """A screen in a log or an error shows nothing of it."""
    screen = entering(ADDRESS, typed(ADDRESS, *letters("li"), text="示例路1号"), "示例街2号")
    assert "示例" not in repr(screen) and "'li'" not in repr(screen)


def test_done_waits_for_a_text_within_its_rules() -> None:
    """Not while letters wait, not too short, not what is on file already."""
    on_file = "示例市示例路1号"
    assert entering(ADDRESS, typed(ADDRESS, text="示例路")).tap("done") is None
    assert entering(ADDRESS, typed(ADDRESS, *letters("lu"), text=on_file)).tap("done") is None
    assert entering(ADDRESS, typed(ADDRESS, text=on_file), on_file).tap("done") is None
    done = entering(ADDRESS, typed(ADDRESS, text=on_file + " ")).tap("done")
    assert done is not None and getattr(done, "answer", None) == on_file
    back = entering(ADDRESS, typed(ADDRESS)).tap("back")
    assert getattr(back, "answer", None) is Navigation.BACK


def test_amending_begins_with_what_is_on_file() -> None:
    """She need not type again what stays."""
    screen = entering(NAME, typed(NAME), f"李{RARE}").tap("amend")
    assert isinstance(screen, EnterText) and screen.text == f"李{RARE}" and not screen.can_be_done
    assert screen.typing.expects is Expects.NAME


def test_every_key_can_be_touched_and_leads_somewhere() -> None:
    """On the smallest panel: inside, apart from each other, as large as a finger; texts fit."""
    for index, (_, screen) in enumerate(SCREENS):
        assert_sound(screen, draw(screen, (800, 480), ("zh_CN", "en")[index % 2]))


def test_digits_give_way_where_keys_would_be_too_small() -> None:
    """On a panel of seven inches ten millimetres are 52 pixels: the row of digits is left out."""
    pygame.font.init()
    screen = entering(ADDRESS, typed(ADDRESS, *letters("lu")), "示例市示例路1号")
    kit = Kit(theme_for(800, 480, panel_width_mm=154), Fonts(find_fonts()), Shapes(), FACTS)
    canvas = draw_picture(pygame.Surface((800, 480)), screen, kit, Words("zh_CN"), MOMENT)
    assert "key-1" not in canvas.buttons and "key-q" in canvas.buttons
    assert_sound(screen, canvas)
