"""Whatever stands in a story file, it is a story or is refused with places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk_bench.stories.file import BadStory, parse_story
from kiosk_bench.stories.library import FOLDER

STORIES = [file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*/*.yaml"))]
PIECES = ("- ", ": ", "[", "]", "{", "}", "&a ", "*a", "!!int ", "? ", "\n", "'", '"', "2026-99-99")
HOSTILE = (
    "[" * 5000,
    "name: &a [*a]\n",
    "? [a]\n: b\n",
    "configuration: {visit: {day: 2026-99-99}}\n",
    "world: {people: !!int x}\n",
    "configuration: {visit: {x: !!python/object:os.system y}}\n",
    "ends: {outcome: [paid]}\n",
    "world: {panel: [1, 2]}\n",
    "needs: [[a4]]\n",
    "steps: [{at x: [y]}, {a: b, c: d}, [tap]]\n",
    "name: a\n---\nname: b\n",
)


def is_told(text: str) -> bool:
    """Read a text; tell whether it is a story, or each of its problems has a place."""
    try:
        parse_story(text, "s.yaml")
    except BadStory as bad:
        return bool(bad.problems) and all(one.startswith("s.yaml:") for one in bad.problems)
    return True


@given(st.sampled_from(STORIES), st.integers(0, 2000), st.sampled_from(PIECES) | st.text())
def test_a_spoilt_story_is_told_with_its_places(text: str, at: int, piece: str) -> None:
    """A slip anywhere in a good story is refused in words, or harmless."""
    assert is_told(text[:at] + piece + text[at:])


@given(st.text())
def test_any_text_is_told_with_its_places(text: str) -> None:
    """What is no story at all is refused in words."""
    assert is_told(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_files_are_told_with_their_places(text: str) -> None:
    """Depth, loops, foreign types and values that are none end in words."""
    assert is_told(text)
    with pytest.raises(BadStory):
        parse_story(text, "s.yaml")
