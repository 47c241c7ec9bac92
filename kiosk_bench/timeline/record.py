"""Records a session as a story file: the deeds done meanwhile, and how the books stood at the end.

The file is in the format of ``docs/stories.md`` and can be played at once. Its end is what was
seen: whoever makes a test of it looks whether that is right.
"""

import re
from dataclasses import dataclass
from typing import Any

import yaml

from kiosk_bench.console import StoryFailed
from kiosk_bench.deeds.moments import POINTS
from kiosk_bench.evidence import postings_of
from kiosk_bench.stories.story import ENDINGS, NOTHING_TOLD
from kiosk_bench.timeline.recorded_steps import PAY, steps_of
from kiosk_bench.timeline.timeline import EVENT
from kiosk_bench.world import World, WorldSettings

BEGINS_AT = "welcome"
POWER_ON, RESOLVED = "power on", "expect payment resolved"
"""A kiosk that was cut off in a payment welcomes visitors before the centre has all of it."""
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class CannotRecord(StoryFailed):
    """No recording can begin here, or end so; the text says why."""


@dataclass(frozen=True, slots=True)
class _Books:
    """How much was in everybody's books."""

    charges: int
    postings: int
    receipts: int

    @classmethod
    async def of(cls, world: World) -> "_Books":
        standing = [one for one in await world.charges() if not one["reversed"]]
        postings = postings_of(await world.centre.ledger())
        return cls(len(standing), len(postings), await world.receipts())

    def since(self, before: "_Books") -> dict[str, int]:
        """Return what was added."""
        return {key: getattr(self, key) - getattr(before, key) for key in self.__slots__}


class Recording:
    """A recording under way. ``begin`` it where a replay begins: at the welcome screen."""

    def __init__(self, world: World, before: _Books) -> None:
        self._world, self._before = world, before
        self._from_s = world.timeline.now_s()
        self._first_shown = len(world.console.shown)
        self._faults = sorted(world.faults)

    @classmethod
    async def begin(cls, world: World) -> "Recording":
        """Record from now on. Raises CannotRecord unless the kiosk welcomes visitors."""
        shown = world.console.now
        if shown is None or not world.console.is_there or shown.screen != BEGINS_AT:
            up = shown.screen if shown is not None and world.console.is_there else "nothing"
            raise CannotRecord(f"a recording begins at {BEGINS_AT}; on the screen: {up}")
        return cls(world, await _Books.of(world))

    async def end(self, name: str, tells: str) -> str:
        """Return the story file. Raises CannotRecord for a name that no file of a story has."""
        if _NAME.fullmatch(name) is None:
            raise CannotRecord(f"{name!r} is no name of a story: small letters, digits and hyphens")
        story = {
            "name": name,
            "tells": tells,
            **self._circumstances(),
            "steps": self._steps(),
            "ends": await self._ends(),
        }
        return yaml.safe_dump(story, sort_keys=False, allow_unicode=True, width=100)

    def _steps(self) -> list[str]:
        world, timeline = self._world, self._world.timeline
        deeds = [one for one in world.deeds.done if one.at_s >= self._from_s]
        moments = [
            (one.at_s, one.text.replace(" ", "_"))
            for one in timeline.entries
            if one.lane == "pin-pad" and one.direction == EVENT and one.at_s >= self._from_s
        ]
        moments = [one for one in moments if one[1] in POINTS]
        begun = [f"fault begin {fault}" for fault in self._faults]
        last = world.console.now if world.console.is_there else None
        steps = [*begun, *steps_of(deeds, moments, self._name_of_pin, last)]
        return [*steps, *([RESOLVED] if PAY in steps and POWER_ON in steps else [])]

    def _name_of_pin(self, pin: str) -> str | None:
        return next((card.key for card in self._world.people.cards if card.pin == pin), None)

    def _circumstances(self) -> dict[str, Any]:
        """Return what is not as in a world that nothing was said of."""
        settings, plain = self._world.settings, WorldSettings()
        world = {
            key: getattr(settings, key)
            for key in ("people", "seed", "by_keys")
            if getattr(settings, key) != getattr(plain, key)
        }
        if (settings.width_px, settings.height_px) != (plain.width_px, plain.height_px):
            world["panel"] = f"{settings.width_px}x{settings.height_px}"
        used_a4 = any(one.lane == "a4" and one.at_s >= self._from_s for one in self._entries())
        found: dict[str, Any] = {"needs": ["a4"]} if used_a4 else {}
        found |= {"world": world} if world else {}
        return found | ({"configuration": settings.overrides} if settings.overrides else {})

    def _entries(self) -> list[Any]:
        return list(self._world.timeline.entries)

    async def _ends(self) -> dict[str, Any]:
        shown = [one.screen for one in self._world.console.shown[self._first_shown :]]
        outcome = next((one for one in reversed(shown) if one in ENDINGS), NOTHING_TOLD)
        books = (await _Books.of(self._world)).since(self._before)
        return {"outcome": outcome, **{key: count for key, count in books.items() if count}}
