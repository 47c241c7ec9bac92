"""The bench that is always there: simulated devices at real wires, the kiosk's own process."""

from dataclasses import dataclass
from pathlib import Path

from kiosk_bench.evidence import Summary
from kiosk_bench.programs import Programs
from kiosk_bench.runner import play
from kiosk_bench.stories.story import Story


@dataclass(frozen=True, slots=True)
class SimulatorBench:
    """``--bench=sim``."""

    programs: Programs
    pictures: bool = False
    """Keep every picture of the screen."""

    def lacks(self, story: Story) -> str:
        """It has everything."""
        return ""

    async def play(self, story: Story, folder: Path) -> Summary:
        """Play it in a world of its own."""
        return await play(story, folder, self.programs, pictures=self.pictures)
