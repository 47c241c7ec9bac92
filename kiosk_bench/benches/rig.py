"""The bench of real things: refuses to begin on a wrong rig, and counts what it charges."""

from pathlib import Path

from kiosk_bench.benches.beyond import RIG, USUAL_PANEL
from kiosk_bench.console import StoryFailed
from kiosk_bench.evidence import Summary
from kiosk_bench.needs import Need, NotOffered, needs_of, words_of
from kiosk_bench.programs import Programs
from kiosk_bench.rig.charges import Allowance
from kiosk_bench.rig.commands import CommandFailed, KioskShell
from kiosk_bench.rig.file import Rig
from kiosk_bench.rig.operator import Operator
from kiosk_bench.rig.serials import WrongRig, check_serials
from kiosk_bench.rig.settings import StillOpen
from kiosk_bench.rig.world import rig_world
from kiosk_bench.runner import play_in
from kiosk_bench.stories.story import Story
from kiosk_bench.world import WorldSettings


class RigBench:
    """``--bench=rig``. One run: its allowance is for all stories that it plays."""

    def __init__(self, rig: Rig, programs: Programs) -> None:
        self._rig, self._programs = rig, programs
        self._shell = KioskShell(rig.kiosk)
        self._allowance = None if rig.pin_pad is None else Allowance(rig.pin_pad)
        self._operator = None if rig.operator is None else Operator(rig.operator)

    async def begin(self) -> None:
        """Look whether this is the rig of the file. Raises WrongRig, CommandFailed."""
        await self._shell.wait_there(self._rig.kiosk.boot_s)
        await check_serials(self._rig, self._shell)

    def lacks(self, story: Story) -> str:
        """Say which device is missing, that the panel is another, or what no rig can do."""
        missing = [why for need in sorted(needs_of(story)) if (why := self._rig.lacks(need))]
        panel = (self._rig.kiosk.width_px, self._rig.kiosk.height_px)
        if story.panel not in (USUAL_PANEL, panel):
            missing.append(f"the rig's panel has {panel[0]}x{panel[1]} pixels, not {story.panel}")
        return "; ".join([*missing, *RIG.beyond(story)])

    async def play(self, story: Story, folder: Path) -> Summary:
        """Play it; what fails on the rig itself is an outcome, with its words."""
        before = self._charged_fen
        if self._allowance is not None and Need.PIN_PAD in needs_of(story):
            await self._allowance.agree(self._operator)
        missing = failed = ""
        try:
            await check_serials(self._rig, self._shell)  # somebody may have swapped one since
            return await self._play(story, folder)
        except* NotOffered as those:
            missing = words_of(those)
        except* (CommandFailed, StoryFailed, StillOpen, WrongRig) as those:
            failed = words_of(those)
        if missing and self._charged_fen == before:
            raise NotOffered(missing)
        words = f"failed: {missing or failed}"
        summary = Summary(story.name, ok=False, outcome=words, problems=[words])
        folder.mkdir(parents=True, exist_ok=True)
        summary.write(folder)
        return summary

    async def _play(self, story: Story, folder: Path) -> Summary:
        settings = WorldSettings(
            story.people, story.seed, overrides=story.overrides, by_keys=story.by_keys
        )
        rig, allowance = self._rig, self._allowance
        async with rig_world(folder, settings, self._programs, rig, allowance) as world:
            return await play_in(world, story)

    @property
    def _charged_fen(self) -> int:
        return 0 if self._allowance is None else self._allowance.charged_fen
