"""The session as a file: what is done here becomes a story, and stories are played here."""

from dataclasses import dataclass

import msgspec
import trio

from kiosk_bench.stories.file import BadStory, parse_story
from kiosk_bench.stories.story import Step, Story
from kiosk_bench.timeline.record import CannotRecord, Recording
from kiosk_bench.web.trying import refusal_of
from kiosk_bench.world import World

State = dict[str, object]


class Unfit(Exception):
    """The story cannot be played, or not here; the text says why."""


class Called(msgspec.Struct, forbid_unknown_fields=True):
    """What a recording shall be called, and the sentence that tells it."""

    name: str
    tells: str


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """A story file to be played: what it is called, what it says."""

    file: str
    text: str


@dataclass(slots=True)
class Playing:
    """How far a story has come."""

    story: Story
    step: int = 0
    line: str = ""
    end: str = ""
    """How it ended; empty while it goes on."""

    def state(self) -> State:
        """Return it for the page."""
        steps = len(self.story.steps)
        return {
            "name": self.story.name,
            "step": self.step,
            "of": steps,
            "line": self.line,
            "end": self.end,
        }


class Session:
    """Records and plays in one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._playing: Playing | None = None
        self._recording: Recording | None = None
        self._scope = trio.CancelScope()

    def state(self) -> State:
        """Return it for the page."""
        playing = self._playing.state() if self._playing else None
        return {"playing": playing, "recording": self._recording is not None}

    async def record(self) -> None:
        """Record from now on. Raises CannotRecord."""
        if self._recording is not None:
            raise CannotRecord("a recording is under way")
        self._recording = await Recording.begin(self._world)

    async def recorded(self, called: Called) -> str:
        """End the recording; return the story file. Raises CannotRecord, and it goes on."""
        if self._recording is None:
            raise CannotRecord("no recording is under way")
        text = await self._recording.end(called.name, called.tells)
        self._recording = None
        return text

    def read(self, wanted: Wanted) -> Story:
        """Read a story that can be played here and now. Raises Unfit."""
        try:
            story = parse_story(wanted.text, wanted.file)
        except BadStory as bad:
            raise Unfit(str(bad)) from bad
        settings = self._world.settings
        if story.overrides or story.panel != (settings.width_px, settings.height_px):
            raise Unfit(f"{story.name} needs a kiosk of another kind: make story NAME={story.name}")
        if self._playing is not None and not self._playing.end:
            raise Unfit(f"{self._playing.story.name} is being played; stop it first")
        return story

    async def play(self, story: Story) -> None:
        """Play a story to its end, or until ``stop``. Never raises."""
        self._playing = playing = Playing(story)

        async def began(step: Step) -> None:
            playing.step, playing.line = playing.step + 1, step.line.text
            await trio.lowlevel.checkpoint()

        async def play() -> None:
            playing.end = f"ended: {await story.play(self._world, began)}"

        with trio.CancelScope() as self._scope:
            why = await refusal_of(play())
            playing.end = playing.end or f"failed: {why}"
        playing.end = playing.end or "stopped"

    def stop(self) -> None:
        """Stop playing."""
        self._scope.cancel()
