"""The shipped programs, killed with SIGKILL at their calls: a smaller ``make money``."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import pytest
import trio

from kiosk_bench.money.command import MEMORY, City, Wish, city_below
from kiosk_bench.money.lean import Circumstances
from kiosk_bench.money.matrix import Choose, Matrix, each
from kiosk_bench.money.table import Row, all_well, printed

STEP = 9
"""Every ninth point: beginnings and ends of calls alternate, so both kinds are met."""
AT_ONCE = 4
SHORT_PATIENCE_S = 8.0
"""For a kiosk that is not expected to be well."""
UNANSWERED = "visitors ZvtPinPad.authorise>decide#1 after"
"""The journal holds the approval, the PIN pad has not heard our answer."""
CHARGED = "visitors ZvtPinPad.authorise#1 after"


@asynccontextmanager
async def _city(tmp_path: Path) -> AsyncIterator[City]:
    """Make a small city, in memory where there is room: SIGKILL loses no page cache."""
    out = Path(mkdtemp(dir=MEMORY if MEMORY.is_dir() else tmp_path))
    try:
        async with city_below(out, Wish()) as city:
            yield city
    finally:
        shutil.rmtree(out)


async def _matrix(
    tmp_path: Path, reverses: bool, choose: Choose, plant: str = ""
) -> tuple[list[Row], str]:
    async with _city(tmp_path) as city:
        circumstances = Circumstances(reverses)
        if plant:
            circumstances = Circumstances(
                reverses, f"tests.crash.plants:{plant}", patience_s=SHORT_PATIENCE_S
            )
        setting = replace(city.setting, circumstances=circumstances)
        rows = await Matrix(setting, city.start, "matrix", choose, AT_ONCE).run()
    return rows, printed(rows)


def _run(*words: object) -> tuple[list[Row], str]:
    return trio.run(_matrix, *words)


def only(*wanted: str) -> Choose:
    """Choose these points, and none in the recovery that follows."""
    return lambda points: [point for point in points if point in wanted]


@pytest.mark.parametrize("pad_reverses", [True, False])
def test_no_kill_of_the_real_kiosk_loses_or_doubles_money(
    tmp_path: Path, pad_reverses: bool
) -> None:
    """Killed while paying and again in recovery: charged once at most, posted iff charged."""
    rows, table = _run(tmp_path, pad_reverses, each(STEP))
    once, _, twice = rows
    assert once.states > 2, table
    assert twice.runs > once.runs, table
    assert once.charges, table
    assert all_well(rows), table


@pytest.mark.parametrize(
    ("plant", "point", "found"),
    [
        ("doubt_is_no_charge", UNANSWERED, lambda whole: whole.lost and whole.doubled),
        ("starts_the_payment_again", CHARGED, lambda whole: whole.doubled),
        ("forgets_to_tell_the_centre", CHARGED, lambda whole: whole.lost),
    ],
)
def test_a_planted_fault_is_found(
    tmp_path: Path, plant: str, point: str, found: Callable[[Row], int]
) -> None:
    """A recovery that guesses, one that pays again, a posting that is never sent: all are found."""
    rows, table = _run(tmp_path, False, only(point), plant)
    whole = Row("all", lost=sum(r.lost for r in rows), doubled=sum(r.doubled for r in rows))
    assert found(whole), table
    assert not all_well(rows), table
