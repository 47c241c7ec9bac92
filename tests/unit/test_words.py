"""The catalogues: both languages whole, equal in keys and fields; every trouble has its words."""

import string

import pytest

from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.screens import trouble_words
from kioskd.screens.words import LANGUAGES, Words, WordsError, catalogue


def fields(text: str) -> set[str]:
    """Return the names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys() -> None:
    """A text exists in Chinese and in English or not at all."""
    assert catalogue("zh_CN").keys() == catalogue("en").keys()


def test_no_translation_wants_a_field_that_the_source_does_not_have() -> None:
    """Chinese is the source: English may leave a field out (a plural), never ask for another."""
    chinese, english = catalogue("zh_CN"), catalogue("en")
    assert {k for k in chinese if not fields(english[k]) <= fields(chinese[k])} == set()


def test_no_text_is_empty() -> None:
    """Every text says something."""
    for language in LANGUAGES:
        assert {key for key, text in catalogue(language).items() if not text.strip()} == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", TroubleReason)
def test_every_trouble_has_its_words(reason: TroubleReason, language: str) -> None:
    """Title, reason, way out, and on a card the code."""
    words, trouble = Words(language), Trouble(reason, "X-99")
    assert trouble_words.title(words, trouble) and trouble_words.why(words, trouble)
    assert trouble_words.what_to_do(words, trouble) in trouble_words.on_a_card(words, trouble)
    assert "X-99" in trouble_words.on_a_card(words, trouble)


def test_a_missing_text_and_a_missing_field_are_named() -> None:
    """WordsError says which language, key and field."""
    with pytest.raises(WordsError, match=r"no\.such"):
        Words("en")("no.such")
    with pytest.raises(WordsError, match="hotline"):
        Words("en")("home.elsewhere")
    with pytest.raises(WordsError, match="no catalogue"):
        Words("tlh")
