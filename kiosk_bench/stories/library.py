"""The stories that the bench knows: every file below this folder, a folder a chapter."""

from pathlib import Path

from kiosk_bench.stories.file import BadStory, read_story
from kiosk_bench.stories.story import Story

FOLDER = Path(__file__).parent


def all_stories() -> dict[str, Story]:
    """Read every story of the bench, by name. Raises BadStory."""
    stories, problems = {}, []
    for file in sorted(FOLDER.glob("*/*.yaml")):
        try:
            story = read_story(file)
            stories[story.name] = story
        except BadStory as bad:
            problems += bad.problems
    if problems:
        raise BadStory(problems)
    return stories
