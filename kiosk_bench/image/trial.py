"""The trial of an image: it boots, pays by touch, is cut off while it pays, and is measured."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import trio

from kiosk_bench.console import StoryFailed
from kiosk_bench.image import rehearsal
from kiosk_bench.image.boot_replay import BootReplayed, replay_boot
from kiosk_bench.image.boot_times import KIOSK, BootTimes, boot_times
from kiosk_bench.image.data import copy_sparse
from kiosk_bench.image.emulator import Emulator
from kiosk_bench.image.firmware import BootPartition
from kiosk_bench.image.hardware import Hardware
from kiosk_bench.image.machine import Machine
from kiosk_bench.image.measures import Memory, Written, memory, written
from kiosk_bench.image.pictures import Pictures
from kiosk_bench.image.qmp import MachineGone
from kiosk_bench.image.releases import Offers
from kiosk_bench.image.replay import Replayed, replay
from kiosk_bench.image.serial_console import NotSaid
from kiosk_bench.image.site import report_of
from kiosk_bench.image.update_parts import PAYS_AFTER, PAYS_BEFORE, Part, told
from kiosk_bench.image.updates import Course, Updated
from kiosk_bench.image.verdict import Verdict, judge
from kiosk_bench.image.world import ImageSettings, ImageWorld, image_world
from kiosk_bench.programs import Programs
from kiosk_bench.runner import STORIES
from kiosk_bench.stories.story import Expected, Story
from kiosk_bench.world import WorldSettings

SIZE = (800, 480)
"""The Raspberry Pi's own 7 inch panel: the fewest pixels to draw with a CPU that is emulated."""
PAYS = "pay-by-card"
PRINTS = "print-enrolment"
CUTS = tuple(name for name in STORIES if name.startswith("power-cut-while-paying"))
FAILED = "failed"
CARD_BYTES = 8 << 30
"""A card is larger than the image; the kiosk grows its data partition into it."""
CARD, BEFORE, WRITES = "card.img", "before.img", "writes.log"
BOOT_WITHIN_S = 420.0
STORY_WITHIN_S = 1500.0
BARE = (
    "systemd.unit=multi-user.target systemd.mask=kioskd.service "
    "systemd.mask=systemd-networkd-wait-online.service"
)
"""The same image without the kiosk; nor does it wait for a network, as the kiosk does not."""


@dataclass(slots=True)
class Trial:
    """What all parts of a trial share."""

    image: Path
    """The image as it was built; never written to."""
    folder: Path
    emulator: Emulator
    programs: Programs
    more_words: str = ""
    verdicts: list[Verdict] = field(default_factory=list)
    boots: dict[str, BootTimes] = field(default_factory=dict)
    written: list[Written] = field(default_factory=list)
    memory: Memory | None = None
    replayed: list[Replayed] = field(default_factory=list)
    updates: list[Updated] = field(default_factory=list)
    boot_replayed: list[BootReplayed] = field(default_factory=list)

    @property
    def pictures(self) -> Path:
        """Where the reference pictures are."""
        return self.folder / "pictures"

    async def rehearse(self) -> None:
        """Play what the machine will play on the bench first."""
        stories = [STORIES[PAYS], PAYS_AFTER, STORIES[PRINTS]]
        await rehearsal.rehearse(stories, self.pictures, self.programs, SIZE)

    def settings(self, disk: Path, write_log: Path | None = None) -> ImageSettings:
        """Return a machine with this disk."""
        known = Pictures.load(self.pictures)
        return ImageSettings(
            disk, self.emulator, known, SIZE, write_log, more_words=self.more_words
        )

    async def play(self, names: tuple[str, ...], idle_s: float = 0.0) -> None:
        """Play stories one after the other in one city, on a machine that has just been flashed.

        What a payment and an idle time cost is counted on the way.
        """
        stories = [STORIES[name] for name in names]
        async with self._world(stories, self.folder / "-".join(names)) as world:
            outcome = await self._told(stories, world)
            if idle_s and not outcome.startswith(FAILED):
                await self._idle(world, idle_s)
            await rest(world)
            await self._judge(world, stories, outcome)

    async def cut(self, name: str) -> None:
        """Play a story in which the plug is pulled, with each write to the card kept."""
        async with self._world([STORIES[name]], self.folder / name, logged=True) as world:
            outcome = await self._told([STORIES[name]], world)
            await rest(world)
            await self._judge(world, [STORIES[name]], outcome)
            place, log = world.folder, world.machine.write_log(1)
        before, after = place / BEFORE, place / CARD
        if log is not None and log.exists():
            self.replayed.append(await replay(place, before, after, log, self.programs))
        before.unlink()

    async def update(self, name: str, offers: Offers, *parts: Part) -> None:
        """Bring a card that has just been flashed through parts of the trial of updates.

        What every start writes to the boot partition is cut without a machine then.
        """
        stories = [PAYS_BEFORE, PAYS_AFTER]
        async with self._world(stories, self.folder / name, logged=True) as world:
            course = Course(world, offers, self.updates)
            outcome = await told(course, *parts)
            if outcome.startswith(FAILED):
                keep_last_picture(world)
            await rest(world)
            await self._judge(world, stories, outcome)
            place, logs = world.folder, world.machine.write_logs()
        known = (offers.flashed, offers.next)
        replay = partial(replay_boot, place, place / BEFORE, logs, known)
        self.boot_replayed += await trio.to_thread.run_sync(replay)
        for file in (place / BEFORE, *logs):
            file.unlink()

    @asynccontextmanager
    async def _world(
        self, stories: list[Story], place: Path, logged: bool = False
    ) -> AsyncIterator[ImageWorld]:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        disk = copy_sparse(self.image, place / CARD)
        os.truncate(disk, max(CARD_BYTES, disk.stat().st_size))
        log = place / WRITES if logged else None
        a4 = any(story.a4 for story in stories)
        city = WorldSettings(people=rehearsal.PEOPLE, seed=rehearsal.SEED, a4=a4)
        async with image_world(place, city, self.programs, self.settings(disk, log)) as world:
            if log is not None:  # with the site's files on it, and before its first start
                copy_sparse(disk, place / BEFORE)
            yield world

    async def _told(self, stories: list[Story], world: ImageWorld) -> str:
        """Play; return what the citizen was told, or that it failed and at what."""
        outcomes = []
        try:
            with trio.fail_after(STORY_WITHIN_S * len(stories)):
                await world.start_kiosk()
                for story in stories:
                    if story.name in CUTS:
                        outcomes.append(await story.play(world))
                        continue
                    async with written(world.start, story.name, self.written):
                        outcomes.append(await story.play(world))
        except* (StoryFailed, NotSaid, MachineGone, TimeoutError, trio.TooSlowError) as failed:
            keep_last_picture(world)
            outcomes = [f"{FAILED}: {'; '.join(map(str, failed.exceptions))}"]
        return ", ".join(outcomes)

    async def compare_boots(self, disk: Path, times: int = 2) -> None:
        """Start a provisioned disk as a kiosk and bare, in turn; nobody is at either."""
        place = self.folder / "boots"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        card = copy_sparse(disk, place / CARD)
        for number, (kind, words) in enumerate([("kiosk", ""), ("bare", BARE)] * times):
            hardware = Hardware(card, place, *SIZE)
            machine = Machine(self.emulator, hardware, place / f"{number}-{kind}")
            async with machine.on(f"{self.more_words} {words}") as start:
                await start.console.wait_text(r"Startup finished in", BOOT_WITHIN_S)
                if kind != "bare":
                    await start.console.wait_text(rf"Started {KIOSK}", BOOT_WITHIN_S)
                self.boots[f"{kind}, {number}"] = boot_times(start.console)
                if kind == "kiosk" and self.memory is None:
                    self.memory = await memory(start)
        card.unlink()

    async def _idle(self, world: ImageWorld, seconds: float) -> None:
        self.memory = await memory(world.start)
        async with written(world.start, "idle", self.written):
            await trio.sleep(seconds)

    async def _judge(self, world: ImageWorld, stories: list[Story], outcome: str) -> None:
        report = report_of(BootPartition(world.machine.hardware.disk))
        (world.folder / "kioskd-report.txt").write_text(report, encoding="utf-8")
        for number, start in enumerate(world.all_starts, start=1):
            self.boots[f"{world.folder.name}, start {number}"] = boot_times(start.console)
        expected = together([story.expected for story in stories])
        self.verdicts.append(await judge(world, world.folder.name, outcome, expected))


def together(parts: list[Expected]) -> Expected:
    """Return how several stories in one city must end."""
    return Expected(
        ", ".join(part.outcome for part in parts),
        sum(part.charges for part in parts),
        sum(part.postings for part in parts),
        tuple(screen for part in parts for screen in part.screens),
        sum(part.receipts for part in parts),
    )


async def rest(world: ImageWorld) -> None:
    """Switch off as people do: by pulling the plug."""
    if world.all_starts and world.start.is_on:
        await world.cut_power()


def keep_last_picture(world: ImageWorld) -> None:
    """Keep the picture that nothing was recognised in."""
    if world.glass.unknown is not None:
        world.glass.unknown.save(world.folder / "not-recognised.png")
