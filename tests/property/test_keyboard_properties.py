"""Whatever is touched in whatever order: no error, no character that the field does not take."""

import unicodedata
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from kioskd.domain.profile import RULES, ProfileField
from kioskd.domain.typed_text import length
from kioskd.pinyin import Pinyin
from kioskd.screens.keyboard.keys import LETTER_ROWS, Page, rows_of
from kioskd.screens.keyboard.typing import LETTERS, Typing

ENGINE = Pinyin(use_library=False)
CHOOSING = ("more", "candidates-first", *(f"candidate-{number}" for number in range(9)))
NOT_TYPING = {"", "back", "done"}
FIELDS = st.sampled_from(ProfileField)


@cache
def keys_of(field: ProfileField) -> tuple[str, ...]:
    """Return every key that any page of the field has, and those of the bar."""
    rows = [
        row
        for page in Page
        for upper in (False, True)
        for row in rows_of(page, RULES[field], upper, True)
    ]
    keys = {key.id for row in rows for key in row} - NOT_TYPING
    vowels_again = [f"key-{letter}" for letter in "".join(LETTER_ROWS)]
    return (*sorted(keys), *vowels_again, *CHOOSING)


def touches(field: ProfileField) -> st.SearchStrategy[list[str]]:
    """Touches of any keys of the field's pages."""
    return st.lists(st.sampled_from(keys_of(field)), max_size=25)


@given(st.data(), FIELDS)
@settings(max_examples=120, deadline=None)
def test_no_touch_is_an_error_and_no_text_is_foreign(
    data: st.DataObject, field: ProfileField
) -> None:
    """The text stays within length and scripts; no control character ever gets in."""
    typing = Typing.begun(RULES[field], ENGINE)
    for key in data.draw(touches(field)):
        typing = typing.press(key)
        assert RULES[field].takes(typing.text) and length(typing.text) <= RULES[field].longest
        assert not [one for one in typing.text if unicodedata.category(one) in ("Cc", "Cf", "Cs")]
        assert set(typing.letters) <= set(LETTERS)
        assert not typing.letters or typing.page in (Page.PINYIN,)
        assert set(typing.shown) <= set(typing.candidates)


@given(st.data(), FIELDS)
@settings(max_examples=80, deadline=None)
def test_delete_undoes_a_character(data: st.DataObject, field: ProfileField) -> None:
    """A key that added one letter or character is taken back by one touch of delete."""
    typing = Typing.begun(RULES[field], ENGINE)
    for key in data.draw(touches(field)):
        after = typing.press(key)
        if key.startswith("key-") and after.whole == typing.whole + key.removeprefix("key-"):
            one = length(key.removeprefix("key-")) == 1
            assert not one or after.press("delete").whole == typing.whole
        typing = after
    while typing.whole:
        shorter = typing.press("delete")
        assert length(shorter.whole) == length(typing.whole) - 1
        typing = shorter
