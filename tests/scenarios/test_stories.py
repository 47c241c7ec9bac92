"""Every story on the real stack: pcscd, ptys, HTTP, the kiosk as its own process."""

from functools import partial
from pathlib import Path

import pytest
import trio

from kiosk_bench.runner import STORIES, play


@pytest.mark.parametrize("name", STORIES)
def test_story_ends_as_it_must(name: str, tmp_path: Path) -> None:
    """The story ends as told, every book agrees, and nothing of a citizen is left behind."""
    summary = trio.run(partial(play, STORIES[name], tmp_path / name, pictures=False))
    assert summary.problems == []
