"""``kiosk_bench money``: run the proofs on the shipped programs and print one table.

A further proof is a further function in ``SECTIONS`` that returns rows.
"""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import trio

from kiosk_bench.centre import TRUST
from kiosk_bench.money.durable import CENTRE
from kiosk_bench.money.lean import Circumstances
from kiosk_bench.money.matrix import AT_ONCE, Matrix, each
from kiosk_bench.money.rounds import Rounds
from kiosk_bench.money.table import Row, all_well, printed
from kiosk_bench.money.trial import Setting
from kiosk_bench.people import People
from kiosk_bench.programs import Order, programs_loaded

PEOPLE: Final = 4
CITY_SEED: Final = 7
QUICK_STEP: Final = 6
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - SIGKILL loses no page cache: no disk is needed
PADS: Final = {"pad reverses": True, "pad keeps": False}
"""What a PIN pad does with an approval that was never answered."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line."""

    step: int = 1
    minutes: float = 0.0
    seed: int = 0
    case: int | None = None
    at_once: int = AT_ONCE


@dataclass(frozen=True, slots=True)
class City:
    """Everything the sections share."""

    setting: Setting
    start: Path
    wish: Wish


async def crash_matrix(city: City) -> list[Row]:
    """Kill at every call of a payment and of the recovery after it, for both kinds of PIN pad."""
    rows: list[Row] = []
    for name, reverses in PADS.items():
        out = city.setting.out / name.replace(" ", "-")
        setting = replace(city.setting, out=out, circumstances=Circumstances(reverses))
        found = await Matrix(
            setting, city.start, name, each(city.wish.step), city.wish.at_once
        ).run()
        wrong = sum(len(row.problems) for row in found)
        print(f"{name}: {sum(row.runs for row in found)} runs, {wrong} wrong", file=sys.stderr)
        rows += found
    return rows


async def random_rounds(city: City) -> list[Row]:
    """Play random cases, if minutes or a case were asked for."""
    wish = city.wish
    if not wish.minutes and wish.case is None:
        return []
    rounds = Rounds(city.setting, city.start, wish.seed, wish.at_once)
    return await rounds.run(wish.minutes, wish.case)


SECTIONS: Final[tuple[Callable[[City], Awaitable[list[Row]]], ...]] = (crash_matrix, random_rounds)


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the workbench's."""
    money = commands.add_parser("money", help="kill kiosks at every call; no fen may be lost")
    money.add_argument("--quick", action="store_true", help=f"every {QUICK_STEP}th point only")
    money.add_argument("--minutes", type=float, default=0.0, help="random cases for so long, only")
    money.add_argument("--seed", type=int, default=None, help="of the random cases")
    money.add_argument("--case", type=int, help="play one random case of --seed again")
    money.add_argument("--at-once", type=int, default=AT_ONCE, help="worlds at a time")
    money.add_argument("--out", type=Path, help="where worlds live; failed ones stay")
    money.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run what was asked for; exit code 1 if a fen is lost or doubled."""
    seed = int(time.time()) if options.seed is None else options.seed
    wish = Wish(
        QUICK_STEP if options.quick else 1, options.minutes, seed, options.case, options.at_once
    )
    out = options.out or Path(mkdtemp(prefix="money-", dir=MEMORY if MEMORY.is_dir() else None))
    at_random = bool(wish.minutes) or wish.case is not None
    if at_random:
        print(f"seed {seed}")
    sections = (random_rounds,) if at_random else SECTIONS
    began = time.monotonic()
    rows = trio.run(prove, out, wish, sections)
    print(printed(rows))
    used = os.times()
    cpu_s = used.user + used.system + used.children_user + used.children_system
    print(f"{time.monotonic() - began:.0f} s, {cpu_s:.0f} s of processor time")
    if not all_well(rows):
        return 1
    if options.out is None:
        shutil.rmtree(out)
    return 0


async def prove(
    out: Path, wish: Wish, sections: tuple[Callable[[City], Awaitable[list[Row]]], ...]
) -> list[Row]:
    """Make a city below ``out`` and run the sections in it."""
    async with city_below(out, wish) as city:
        return [row for section in sections for row in await section(city)]


@asynccontextmanager
async def city_below(out: Path, wish: Wish) -> AsyncIterator[City]:
    """Load the programs and make a small city that every world begins with."""
    start = out.resolve() / "start"
    (start / CENTRE).mkdir(parents=True, exist_ok=True)
    cards = start / "cards.json"
    with programs_loaded() as programs:
        words = ["sample", "--db", f"sqlite:///{start / CENTRE / 'central.db'}"]
        words += ["--people", str(PEOPLE), "--seed", str(CITY_SEED), "--cards", str(cards)]
        words += ["--trust", str(start / CENTRE / TRUST)]
        await programs.centre.run(Order(words, start / "sample.out"))
        people = People.of(json.loads(cards.read_text(encoding="utf-8")))
        setting = Setting(programs, people, out.resolve(), Circumstances())
        yield City(setting, start, wish)
