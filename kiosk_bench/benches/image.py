"""The bench of the built image: an emulated machine for each story, flashed anew.

A shared machine would save two minutes a story, and let one story's journal and months be found by
the next; so each has its own, as on the other benches.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from kiosk_bench.benches.beyond import IMAGE, USUAL_PANEL
from kiosk_bench.evidence import Summary
from kiosk_bench.image import rehearsal
from kiosk_bench.image.emulator import Emulator
from kiosk_bench.image.trial import CARD, SIZE, Trial
from kiosk_bench.image.verdict import Verdict
from kiosk_bench.needs import Need, NotOffered, needs_of, words_of
from kiosk_bench.programs import Programs
from kiosk_bench.stories.story import Story

PROGRAMS = ("mcopy", "socat", "debugfs", "ippeveprinter")


@dataclass(frozen=True, slots=True)
class ImageBench:
    """``--bench=image``."""

    image: Path
    """A disk image, unpacked; never written to."""
    programs: Programs
    emulator: Emulator

    def lacks(self, story: Story) -> str:
        """Say what a production image on this machine cannot be given."""
        reasons = {
            "its settings are those of kioskd.txt, and the story needs others": story.overrides,
            "the emulated machine has no key pad": story.by_keys,
            "the emulated machine has no cabinet contacts": Need.GPIO in needs_of(story),
            f"its panel has {SIZE[0]}x{SIZE[1]} pixels": story.panel not in {USUAL_PANEL, SIZE},
            "its panel is compared with pictures, not judged by them": story.looks,
        }
        lacking = [reason for reason, holds in reasons.items() if holds]
        return "; ".join([*lacking, *IMAGE.beyond(story)])

    async def play(self, story: Story, folder: Path) -> Summary:
        """Play it with simulators for the pictures, then on the machine."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        trial = Trial(self.image, folder, self.emulator, self.programs)
        missing = ""
        try:
            await rehearsal.rehearse([story], trial.pictures, self.programs, SIZE)
            await trial.play((story.name,))
        except* NotOffered as those:
            missing = words_of(those)
        if missing:
            raise NotOffered(missing)
        (folder / story.name / CARD).unlink(missing_ok=True)
        summary = summary_of(trial.verdicts[-1])
        summary.write(folder)
        return summary


def missing_programs() -> list[str]:
    """Return the programs that the machine needs and this computer has not."""
    return [program for program in PROGRAMS if not shutil.which(program)]


def summary_of(verdict: Verdict) -> Summary:
    """Write a verdict in the words of the other benches."""
    return Summary(
        verdict.story,
        ok=verdict.ok,
        outcome=verdict.outcome,
        problems=list(verdict.problems),
        receipt_printed=bool(verdict.receipts),
        screens=list(verdict.screens),
        touches=verdict.touches,
        unchecked=["CPU, memory and syncs while she pays: a production kiosk tells nobody"],
    )
