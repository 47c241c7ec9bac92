"""What a bench is to the suite: it says what it lacks, and plays a story."""

from pathlib import Path
from typing import Protocol

from kiosk_bench.evidence import Summary
from kiosk_bench.stories.story import Story


class Bench(Protocol):
    """One of three homes for the same stories."""

    def lacks(self, story: Story) -> str:
        """Return why the story cannot be played here; empty if it can."""

    async def play(self, story: Story, folder: Path) -> Summary:
        """Play it in a fresh ``folder`` and leave the evidence there.

        Raises NotOffered if it turns out on the way that it cannot be played here.
        """
