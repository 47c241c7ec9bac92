"""Plays the table of bad starts on the machine, and holds what was told against it."""

import json
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import trio
import zxingcpp
from PIL import Image

from kiosk_bench.finding import find_in_files
from kiosk_bench.image import rehearsal
from kiosk_bench.image.data import copy_sparse
from kiosk_bench.image.firmware import BootPartition
from kiosk_bench.image.machine import Machine, Start
from kiosk_bench.image.pictures import Pictures
from kiosk_bench.image.qmp import MachineGone
from kiosk_bench.image.serial_console import Line, NotSaid
from kiosk_bench.image.site import report_of
from kiosk_bench.image.starts import STARTS, BadStart
from kiosk_bench.image.trial import SIZE, Trial
from kiosk_bench.image.world import ImageSettings, ImageWorld, image_world
from kiosk_bench.world import WorldSettings

CARD, PROVISIONED, FLASHED, QUESTION = "card.img", "provisioned.img", "flashed.img", "ask.sh"
HOST_DISK = "write_speed"
"""A check of the card, which on the bench is a file of a machine that does other work."""
PICTURE, NOTICE = "panel.png", "notice"
START_WITHIN_S = 420.0
ANSWER_WITHIN_S = 240.0
PICTURE_WITHIN_S, LOOK_S = 90.0, 1.0
ASK = """\
# Once the panel says more than that it starts: what does the doctor say, and then how is the kiosk?
told() { journalctl -o cat | grep -E '(screen.shown|notice.pause)' | grep -qv starting; }
until told; do sleep 5; done
echo DOCTOR $(kioskd doctor --json)
echo STATUS $(cat /run/kioskd/status.json 2>/dev/null || echo {})
"""
ASKING = (
    'systemd.run="-/bin/systemctl start boot-firmware.mount" '
    f'systemd.run="/bin/sh /boot/firmware/{QUESTION}" '
    "systemd.run_success_action=none systemd.run_failure_action=none "
    "systemd.wants=multi-user.target"
)
"""Nobody can type on a kiosk: the kernel's command line asks what a technician would."""
SAID = re.compile(r"^sh\[\d+\]: (STATUS|DOCTOR) (.*)$")
CODE = re.compile(r"\(([A-Z]-\d\d)\)")


@dataclass(slots=True)
class Told:
    """What one start told, and what of it is not as it must be."""

    name: str
    screens: list[str] = field(default_factory=list)
    """Each screen that the kiosk or the notice says it showed."""
    notice: str = ""
    """What a telephone reads from the QR code on the panel."""
    reported: list[str] = field(default_factory=list)
    """The codes in kioskd-report.txt."""
    able_to_pay: bool | None = None
    """By the kiosk's own word; None where it does not run."""
    doctor: dict[str, str] = field(default_factory=dict)
    """Checks that are wrong, and why."""
    kiosk_starts: int = 0
    problems: list[str] = field(default_factory=list)


async def try_starts(trial: Trial, only: Sequence[str] = ()) -> list[Told]:
    """Play all rows, or those whose names begin so; leave ``starts.md`` and pictures."""
    folder = trial.folder / "starts"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    flashed = copy_sparse(trial.image, folder / FLASHED)
    nothing_known = Pictures([])
    settings = ImageSettings(
        flashed, trial.emulator, nothing_known, SIZE, more_words=trial.more_words
    )
    city = WorldSettings(people=rehearsal.PEOPLE, seed=rehearsal.SEED)
    told: list[Told] = []
    async with image_world(folder / "world", city, trial.programs, settings) as world:
        provisioned = await _provisioned(world, folder)
        for start in STARTS:
            if only and not start.name.startswith(tuple(only)):
                continue
            card = copy_sparse(flashed if start.fresh else provisioned, folder / CARD)
            told.append(await _try(world, start, card))
            judge(start, told[0], told[-1])
            write(folder, told)
    return told


async def _provisioned(world: ImageWorld, folder: Path) -> Path:
    """Start a flashed card once, until it is enrolled and welcomes visitors; return it."""
    card = copy_sparse(world.machine.hardware.disk, folder / PROVISIONED)
    hardware = replace(world.machine.hardware, disk=card)
    machine = Machine(world.machine.emulator, hardware, folder / "provisioning")
    async with machine.on() as start:
        await start.console.wait(lambda line: _shown(line) == "welcome", "welcome", START_WITHIN_S)
        await start.console.wait_text("Finished kioskd-report.service", START_WITHIN_S)
    return card


async def _try(world: ImageWorld, row: BadStart, card: Path) -> Told:
    """Spoil the card, switch on, and ask all who can tell."""
    place = card.parent / row.name.replace(" ", "-").replace(".", "-")
    BootPartition(card).write(QUESTION, ASK.encode("ascii"))
    row.spoil(card)
    usual = world.machine.hardware
    hardware = replace(usual, disk=card, clock=row.clock, read_only=row.read_only)
    machine = Machine(world.machine.emulator, hardware, place)
    told = Told(row.name)
    async with _without(world, row.unplugged), machine.on(ASKING) as start:
        if not row.network:
            await start.qmp.do("set_link", name="net", up=False)
        try:
            await _ask(start, told)
        except (NotSaid, MachineGone) as why:
            told.problems.append(str(why))
        if start.is_on:
            told.notice = await _read_panel(start, place / PICTURE, row)
        else:
            told.problems.append("it went off by itself")
        told.screens = [name for line in start.console.lines if (name := _shown(line))]
        told.kiosk_starts = len(start.console.events("kiosk.starting"))
        told.problems += _leaks(world, start.console.file)
    told.reported = CODE.findall(report_of(BootPartition(card)))
    return told


async def _ask(start: Start, told: Told) -> None:
    """Wait for both answers. Raises NotSaid, MachineGone."""
    await start.console.wait(lambda line: _shown(line) not in ("", "starting"), "a picture",
                             START_WITHIN_S)  # fmt: skip
    status = await start.console.wait(lambda line: _said(line, "STATUS") is not None, "the kiosk",
                                      ANSWER_WITHIN_S)  # fmt: skip
    doctor = await start.console.wait(lambda line: _said(line, "DOCTOR") is not None, "the doctor",
                                      ANSWER_WITHIN_S)  # fmt: skip
    told.able_to_pay = (_said(status, "STATUS") or {}).get("able_to_pay")
    lines = (_said(doctor, "DOCTOR") or {})["lines"]
    told.doctor = {one["check"]: one["why"] for one in lines if one["state"] == "wrong"}
    told.problems += [
        f"doctor: {one['check']} says no next step"
        for one in lines
        if one["state"] == "wrong" and not one["next_step"]
    ]


async def _read_panel(start: Start, file: Path, row: BadStart) -> str:
    """Keep the panel's picture; return what its QR code says, empty if there is none.

    A notice is letters first, with a small code; its picture follows.
    """
    said = ""
    with trio.move_on_after(PICTURE_WITHIN_S if row.notice else LOOK_S):
        while not said.startswith("KIOSKD"):
            with Image.open(await start.picture(file)) as picture:
                codes = zxingcpp.read_barcodes(picture.convert("RGB"))
            said = " ".join(code.text for code in codes)
            await trio.sleep(LOOK_S)
    return said


@asynccontextmanager
async def _without(world: ImageWorld, device: str) -> AsyncIterator[None]:
    """Have a device's plug out while the block runs."""
    if not device:
        yield
        return
    port = getattr(world, device).port
    port.unplug()
    try:
        yield
    finally:
        port.plug()


def _leaks(world: ImageWorld, console: Path) -> list[str]:
    found = find_in_files([console], world.people.secrets())
    return [f"{kind} in {file.name}" for file, kind in found]


def _shown(line: Line) -> str:
    """Return the screen that this line says is up; empty for other lines."""
    event = line.event
    if event.get("event") == "notice.pause":
        return NOTICE
    return str(event["screen"]) if event.get("event") == "screen.shown" else ""


def _said(line: Line, who: str) -> dict[str, Any] | None:
    found = SAID.match(line.text)
    return dict(json.loads(found[2])) if found and found[1] == who else None


def judge(row: BadStart, usual: Told, told: Told) -> None:
    """Hold it against the table; ``usual`` is what was told where nothing is wrong."""
    found = told.problems
    last = told.screens[-1] if told.screens else ""
    if last != row.screen:
        found.append(f"shows {last!r}, not {row.screen!r}")
    if row.notice and row.notice not in told.notice.split():
        found.append(f"the panel's code says {told.notice!r}, not {row.notice}")
    if told.reported != ([row.reported] if row.reported else []):
        found.append(f"reported {told.reported}, not {row.reported!r}")
    news = dict(told.doctor.items() - usual.doctor.items())
    news.pop(HOST_DISK, None)
    found += [f"doctor: {check} is not wrong" for check in row.doctor if check not in news]
    if not row.doctor and told is not usual:
        found += [f"doctor: {check} is wrong" for check in news]
    if bool(told.able_to_pay) != row.pays:
        found.append(f"able to pay: {told.able_to_pay}, not {row.pays}")


def write(folder: Path, told: Sequence[Told]) -> None:
    """Leave ``starts.json`` and ``starts.md``."""
    text = json.dumps([asdict(one) for one in told], ensure_ascii=False, indent=2)
    (folder / "starts.json").write_text(text + "\n", encoding="utf-8")
    (folder / "starts.md").write_text(table(told), encoding="utf-8")


def table(told: Sequence[Told]) -> str:
    """Return what was told as text for people (Markdown)."""
    lines = ["| start | panel | report | doctor: wrong | takes money | as it must be |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    for one in told:
        panel = " ".join([*one.screens[-1:], *one.notice.split()[1:2]])
        doctor = ", ".join(f"{check} ({why})" for check, why in one.doctor.items())
        pays = {True: "yes", False: "no", None: "does not run"}[one.able_to_pay]
        end = "; ".join(problem.splitlines()[0] for problem in one.problems) or "yes"
        cells = [one.name, panel, " ".join(one.reported), doctor, pays, end]
        lines.append(f"| {' | '.join(cell or '-' for cell in cells)} |")
    return "\n".join(lines) + "\n"
