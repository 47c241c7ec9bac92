"""An update on the machine, whole or cut off, and what the card and all books hold after it.

Each cut is a row that can fail: the card is looked at while the machine is off, then it is switched
on and must welcome visitors by itself, from a slot that is a whole release.
"""

import json
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import trio

from kiosk_bench.console import StoryFailed
from kiosk_bench.evidence import postings_of
from kiosk_bench.image.data import copy_data, read_data
from kiosk_bench.image.fat import check_boot_partition
from kiosk_bench.image.firmware import TRIAL, USUAL, BootPartition, choose
from kiosk_bench.image.releases import Offers, version_in
from kiosk_bench.image.serial_console import Line
from kiosk_bench.image.site import report_of
from kiosk_bench.image.world import ImageWorld

LOADED_WITHIN_S = 2400.0
"""A slot of 1 GiB is read, copied and read back by an emulated CPU that others use too."""
RESTARTED_WITHIN_S = 300.0
KEPT_WITHIN_S = 900.0
"""The kiosk gives a trial ten minutes."""
HEARD_WITHIN_S = 180.0
LOOK_S = 0.5
BY = ("--by", "operator", "--note", "trial of the image")


@dataclass(slots=True)
class Updated:
    """A row: what was done in an update, and how the machine stood after it."""

    what: str
    slot: str = ""
    """That the firmware starts next."""
    version: str = ""
    """Of the release that this slot holds whole; empty: none."""
    payments: list[str] = field(default_factory=list)
    """Their states in the journal on the card."""
    checked: str = ""
    """What the checks of both file systems say."""
    came_to: str = ""
    """How it went on."""
    problems: list[str] = field(default_factory=list)


class Course:
    """One world through its updates; ``rows`` are what is told of it."""

    def __init__(self, world: ImageWorld, offers: Offers, rows: list[Updated]) -> None:
        self.world, self.offers, self.rows = world, offers, rows
        self.paid = 0
        """Payments that every book must hold."""
        self._since = 0

    # The centre.

    async def offer(self, version: str, bundle: Path, keys: Path) -> None:
        """Put a bundle on the centre's shelf, if it is not there, and begin its roll-out."""
        self._since = len(self.world.start.console.lines)
        if version not in {one["version"] for one in await self._asked("software", "list")}:
            await self._told("software", "add", str(bundle), "--release-keys", str(keys), *BY)
        await self.roll_back()
        how = ("--kind", "software", "--version", version, "--stages", "100%", "--soak", "0m")
        await self._told("rollout", "start", *how, *BY)

    async def offer_next(self) -> None:
        """Offer the version that shall be taken."""
        offers = self.offers
        await self.offer(offers.next.version, offers.next_bundle, offers.keys)

    async def roll_back(self) -> None:
        """Roll back what is under way: every kiosk wants again what it had before."""
        for one in await self._asked("rollout", "list"):
            if one["state"] in ("running", "stopped"):
                await self._told("rollout", "roll-back", str(one["id"]), *BY)

    async def ticket(self) -> str:
        """Return the code of the open ticket about updates; empty: there is none."""
        tickets = await self._asked("kiosk", "tickets")
        return next((one["code"] for one in tickets if one["module"] == "update"), "")

    async def until_ticket(self, code: str) -> None:
        """Wait until the centre has this ticket. Raises StoryFailed."""
        told = ""
        with trio.move_on_after(HEARD_WITHIN_S):
            while (told := await self.ticket()) != code:
                await trio.sleep(LOOK_S)
            return
        raise StoryFailed(f"the centre's ticket is {told or 'none'}, not {code or 'none'}")

    async def until_report(self, code: str) -> None:
        """Wait until the report on the card has this code. Raises StoryFailed."""
        boot = BootPartition(self.world.machine.hardware.disk)
        with trio.move_on_after(HEARD_WITHIN_S):
            while f"({code})" not in await trio.to_thread.run_sync(report_of, boot):
                await trio.sleep(LOOK_S)
            return
        raise StoryFailed(f"the report on the card does not say {code}")

    async def _asked(self, *words: str) -> list[dict[str, Any]]:
        centre = self.world.centre
        return list(json.loads(await centre.call(*words, "--db", centre.url, "--json")))

    async def _told(self, *words: str) -> None:
        centre = self.world.centre
        await centre.call(*words, "--db", centre.url)

    # The machine.

    async def said(self, event: str, within_s: float, **values: str) -> Line:
        """Wait for a line of the log since the offer, or since it was switched on."""

        def is_it(line: Line) -> bool:
            said = line.event
            return said.get("event") == event and values.items() <= said.items()

        console = self.world.start.console
        return await console.wait(is_it, f"{event} {values}", within_s, self._since)

    async def into_trial(self) -> None:
        """Wait until the machine restarts for its trial, and start it as the firmware does."""
        with trio.fail_after(RESTARTED_WITHIN_S):
            await self.world.off.wait()
        start = await self.world.switch_on()
        self._since = 0
        if start.choice.read != TRIAL:
            raise StoryFailed(f"it was started by {start.choice.read}: no trial")

    async def cut(self, what: str) -> Updated:
        """Pull the plug and look at the card; return the row, which is kept."""
        await self.world.cut_power()
        return await self.look(what)

    async def look(self, what: str) -> Updated:
        """Look at the card of a machine that is off, and at all books."""
        row = Updated(what)
        self.rows.append(row)
        await trio.to_thread.run_sync(partial(self.look_at_card, row))
        await self._look_at_books(row)
        self.keep_rows()
        return row

    def keep_rows(self) -> None:
        """Write down what is known so far, should a later step be stopped."""
        text = json.dumps([asdict(row) for row in self.rows], ensure_ascii=False, indent=2)
        (self.world.folder / "updates.json").write_text(text + "\n", encoding="utf-8")

    def look_at_card(self, row: Updated) -> None:
        """Put into a row what the firmware would start now, and what is wrong with it."""
        disk, folder = self.world.machine.hardware.disk, self.world.folder
        choice = choose(disk, folder / "machine", trial=False)
        row.slot = choice.prefix.rstrip("/")
        row.version = version_in(disk, row.slot, (self.offers.flashed, self.offers.next))
        if not row.version:
            row.problems.append(f"slot {row.slot} holds no whole release")
        if f"kioskd.slot={row.slot}" not in choice.words:
            row.problems.append(f"slot {row.slot} is started with {choice.words}")
        if found := check_boot_partition(disk, folder / "boot.img"):
            row.problems.append(f"fsck.fat: {found}")

    async def _look_at_books(self, row: Updated) -> None:
        world = self.world
        copy = world.folder / "data.img"
        copy_data(world.machine.hardware.disk, copy)
        books = await read_data(copy, world.folder / "data", world.programs)
        copy.unlink()
        row.payments = [payment["state"] for payment in books.payments]
        row.checked = books.checked.splitlines()[-1] if books.checked else ""
        if not books.is_clean:
            row.problems.append(f"e2fsck: {books.checked}")
        row.problems += books.faults
        if row.payments != ["confirmed"] * self.paid:
            row.problems.append(f"payments {row.payments}, not {self.paid} confirmed")
        charges = [one for one in world.pin_pad.books.charges_json() if not one["reversed"]]
        counts = (len(charges), len(postings_of(await world.centre.ledger())))
        if counts != (self.paid, self.paid):
            row.problems.append(f"charges and postings are {counts}, not {self.paid} each")

    async def starts_by_itself(self, row: Updated) -> None:
        """Switch on; it must welcome visitors, from the slot that the card says."""
        await self.world.start_kiosk()
        self._since = 0
        read = self.world.start.choice.read
        if read != USUAL:
            row.problems.append(f"it was started by {read}")

    async def keeps(self, row: Updated) -> None:
        """Wait until the trial is kept."""
        line = await self.said("update.kept", KEPT_WITHIN_S, version=self.offers.next.version)
        row.came_to = f"kept after {line.guest_s or line.seen_s:.0f} s"
