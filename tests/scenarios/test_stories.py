"""Every story on the real stack: pcscd, ptys, HTTP, the kiosk's process. Every screen by keys."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import trio

from kiosk_bench.programs import Programs, programs_loaded
from kiosk_bench.runner import STORIES, play


def showing_every_screen(names: list[str]) -> list[str]:
    """Choose few of these stories that together show every screen that they name."""
    unseen = {screen for name in names for screen in STORIES[name].expected.screens}
    chosen = []
    while unseen:
        most = max(names, key=lambda name: len(unseen & {*STORIES[name].expected.screens}))
        unseen -= {*STORIES[most].expected.screens}
        chosen.append(most)
    return chosen


BY_TOUCH = [name for name, story in STORIES.items() if not story.by_keys]
"""The others are played by keys already, always."""
BY_KEYS = showing_every_screen(BY_TOUCH)
"""``make stories BY=keys`` plays all of them so."""


@pytest.fixture(scope="session")
def programs() -> Iterator[Programs]:
    """Centre and commands, loaded once for all stories."""
    with programs_loaded() as loaded:
        yield loaded


@pytest.mark.parametrize("name", STORIES)
def test_story_ends_as_it_must(name: str, tmp_path: Path, programs: Programs) -> None:
    """The story ends as told, every book agrees, and nothing of a citizen is left behind."""
    play_it = partial(play, STORIES[name], tmp_path / name, programs, pictures=False)
    summary = trio.run(play_it)
    assert summary.problems == []


@pytest.mark.parametrize("name", BY_KEYS)
def test_story_is_walked_by_keys_alone(name: str, tmp_path: Path, programs: Programs) -> None:
    """The same story ends the same without one touch of the glass."""
    folder = tmp_path / name
    play_it = partial(play, STORIES[name], folder, programs, pictures=False, by_keys=True)
    summary = trio.run(play_it)
    assert summary.problems == [] and summary.touches == 0
