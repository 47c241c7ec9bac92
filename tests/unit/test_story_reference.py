"""The reference of story files says what the bench reads: nothing missing, nothing old."""

from kiosk_bench.deeds import CHAPTERS, DEEDS
from tools import story_reference


def test_the_document_has_the_reference() -> None:
    """As ``python -m tools.story_reference`` writes it."""
    text = story_reference.DOCUMENT.read_text(encoding="utf-8")
    _, found, rest = text.partition(story_reference.BEGIN)
    assert found and story_reference.END in rest
    written = rest.partition(story_reference.END)[0].strip()
    assert written == story_reference.reference(), "run python -m tools.story_reference"


def test_every_deed_stands_in_a_chapter() -> None:
    """No deed is left out because nobody named its module."""
    chapters = {chapter.__name__ for chapter in CHAPTERS}
    assert {deed.act.__module__ for deed in DEEDS.values()} == chapters


def test_no_words_of_a_deed_need_quoting() -> None:
    """A deed is typed as it is read: no word of it would be taken for something else."""
    for words in DEEDS:
        assert words.replace(" ", "").replace("-", "").isalnum(), words
