"""Every story on the real stack: pcscd, ptys, HTTP, the kiosk as its own process."""

from functools import partial
from pathlib import Path

import pytest
import trio

from kiosk_bench.runner import STORIES, play

BY_KEYS = (
    "wrong-card-pin",
    "pay-both-schemes",
    "change-address-in-pinyin",
    "report-loss-by-id-card",
    "reissue-collection-date",
    "activate-card",
    "change-card-pin",
    "policy-offline",
    "check-paper",
    "accounts",
    "my-payments",
    "find-an-outlet",
    "reprint-document",
    "receipt-original-then-copy",
    "central-down-before-paying",
)
"""Stories that walk every kind of screen; all of them are walked by ``make stories BY=keys``."""


@pytest.mark.parametrize("name", STORIES)
def test_story_ends_as_it_must(name: str, tmp_path: Path) -> None:
    """The story ends as told, every book agrees, and nothing of a citizen is left behind."""
    summary = trio.run(partial(play, STORIES[name], tmp_path / name, pictures=False))
    assert summary.problems == []


@pytest.mark.parametrize("name", BY_KEYS)
def test_story_is_walked_by_keys_alone(name: str, tmp_path: Path) -> None:
    """The same story ends the same without one touch of the glass."""
    play_it = partial(play, STORIES[name], tmp_path / name, pictures=False, by_keys=True)
    summary = trio.run(play_it)
    assert summary.problems == [] and summary.touches == 0 < summary.keys
