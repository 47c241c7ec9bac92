"""Every story on the bench of this run, its real stack below it. Every screen by keys."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import trio

from kiosk_bench.benches.bench import Bench
from kiosk_bench.evidence import Summary
from kiosk_bench.needs import NotOffered, needs_of
from kiosk_bench.runner import STORIES
from kiosk_bench.stories.story import Story


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


def marked(names: list[str]) -> list[object]:
    """Return the names as parameters, with the marker of each device that the story needs."""
    return [
        pytest.param(
            name,
            marks=[getattr(pytest.mark, need.marker) for need in sorted(needs_of(STORIES[name]))],
        )
        for name in names
    ]


def played(bench: Bench, story: Story, folder: Path) -> Summary:
    """Play it here, or skip with the reason."""
    if missing := bench.lacks(story):
        pytest.skip(missing)
    try:
        return trio.run(partial(bench.play, story, folder))
    except NotOffered as not_offered:
        pytest.skip(str(not_offered))


@pytest.mark.parametrize("name", marked([*STORIES]))
def test_story_ends_as_it_must(name: str, bench: Bench, evidence: Path) -> None:
    """The story ends as told, every book agrees, and nothing of a citizen is left behind."""
    summary = played(bench, STORIES[name], evidence)
    assert summary.problems == []


@pytest.mark.parametrize("name", marked(BY_KEYS))
def test_story_is_walked_by_keys_alone(name: str, bench: Bench, evidence: Path) -> None:
    """The same story ends the same without one touch of the glass."""
    summary = played(bench, replace(STORIES[name], by_keys=True), evidence)
    assert summary.problems == [] and summary.touches == 0
