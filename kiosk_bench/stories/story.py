"""What a story is: a visit of deeds, and how it must end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from kiosk_bench.console import StoryFailed
from kiosk_bench.deeds import Line
from kiosk_bench.world import World, WorldSettings

ENDINGS = (
    "paid", "not-paid", "payment-unknown", "given-back", "problem", "out-of-service",
    "document-printed", "receipt-printed", "paper-checked", "profile-changed",
    "done-activated", "done-loss-cancelled", "done-loss-reported", "done-loss-stands",
    "done-pin-changed", "done-reissued", "technician-sheet",
)  # fmt: skip
"""Screens that tell somebody how what she wanted has ended."""
NOTHING_TOLD = "nothing"


@dataclass(frozen=True, slots=True)
class Expected:
    """How a story must end, checked against everybody's own books."""

    outcome: str = NOTHING_TOLD
    """The last screen that told how it ended (one of ``ENDINGS``) since the power last came, or
    ``nothing``."""
    charges: int = 0
    """Unreversed charges in the PIN pad's books."""
    postings: int = 0
    """Payments posted in the ledger."""
    screens: tuple[str, ...] = ()
    """Screens that must appear in this order (others may stand between)."""
    receipts: int = 0
    """Slips that came out of the receipt printer."""
    differences: tuple[str, ...] = ()
    """Kinds of difference that the centre must list, and no other."""
    commits: int | None = None
    """Synced commits of the journal from the touch on pay to the end; None: not counted."""


@dataclass(frozen=True, slots=True)
class Step:
    """One deed of a story, and where it is written."""

    line: Line
    place: str
    """``FILE:LINE``."""

    async def do(self, world: World) -> None:
        """Do it. Raises StoryFailed that says where."""
        try:
            await self.line.do(world)
        except StoryFailed as failed:
            raise StoryFailed(f"{self.place}: {self.line.text}: {failed}") from failed


@dataclass(frozen=True, slots=True)
class Story:
    """One visit, or several, as written in a file."""

    name: str
    tells: str
    """One sentence for people."""
    steps: tuple[Step, ...]
    expected: Expected
    overrides: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Tables of the kiosk's configuration that it needs otherwise."""
    needs: frozenset[str] = frozenset()
    """Devices that it touches, as ``kiosk_bench.needs`` names them."""
    people: int = 20
    seed: int = 7
    by_keys: bool = False
    """Whether it is always played by the pad's keys alone."""
    panel: tuple[int, int] = (1280, 800)
    """Pixels of the kiosk's panel."""
    looks: bool = False
    """Whether it is judged by a picture of the screen too."""

    @property
    def a4(self) -> bool:
        """Whether it needs the A4 printer."""
        return "a4" in self.needs

    @property
    def settings(self) -> WorldSettings:
        """Return the world that it needs."""
        return WorldSettings(
            people=self.people,
            seed=self.seed,
            width_px=self.panel[0],
            height_px=self.panel[1],
            by_keys=self.by_keys,
            a4=self.a4,
            overrides=self.overrides,
        )

    async def play(
        self, world: World, began: Callable[[Step], Awaitable[None]] | None = None
    ) -> str:
        """Do the steps, telling ``began`` of each; return the outcome. Raises StoryFailed."""
        world.told_from = len(world.console.shown)
        for step in self.steps:
            if began is not None:
                await began(step)
            await step.do(world)
        if world.moments:
            raise StoryFailed("; ".join(f"at {one}: {why}" for one, why in world.moments.items()))
        shown = [one.screen for one in world.console.shown[world.told_from :]]
        return next((screen for screen in reversed(shown) if screen in ENDINGS), NOTHING_TOLD)
