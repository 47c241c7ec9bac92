"""Plays a story on the bench first and keeps its pictures: what the machine's panel must show."""

import shutil
from pathlib import Path

from kiosk_bench.image import pictures
from kiosk_bench.programs import Programs
from kiosk_bench.stories.story import Story
from kiosk_bench.world import WorldSettings, running_world

SEED, PEOPLE = 7, 20


async def rehearse(
    stories: list[Story], folder: Path, programs: Programs, size: pictures.Size
) -> None:
    """Play each story; keep its pictures in ``folder`` and what they are. Raises StoryFailed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    kept = []
    for story in stories:
        settings = WorldSettings(
            people=PEOPLE, seed=SEED, width_px=size[0], height_px=size[1],
            a4=story.a4, overrides=story.overrides,
        )  # fmt: skip
        place = folder / story.name
        async with running_world(place, settings, programs) as world:
            await story.play(world)
            for shown in world.console.shown:
                file = place / "screens" / f"{shown.serial:03d}-{shown.screen}.png"
                name = folder / f"{story.name}-{file.name}"
                file.rename(name)
                kept.append((name, shown.screen, shown.language, shown.buttons))
        shutil.rmtree(place, ignore_errors=True)
    pictures.save(folder, kept)
