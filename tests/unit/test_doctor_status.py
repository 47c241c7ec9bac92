"""The status file of the running kiosk: written when something changes, whole, and impersonal."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from kioskd import log
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.drivers.ipp_facts import NONE, SEAL_MISSING
from kioskd.protocols import central
from kioskd.protocols.central_fleet import PaperLevel
from kioskd.technician.power_watch import PowerWatch
from kioskd.technician.status import (
    STATUS_FILE,
    PartStatus,
    look,
    read_status,
    runtime_folder,
    tell_forever,
)
from tests.unit.test_heartbeat import PAPER_OUT, World


@asynccontextmanager
async def telling(world: World, folder: Path) -> AsyncIterator[None]:
    with pytest.MonkeyPatch.context() as env:
        env.setenv("RUNTIME_DIRECTORY", str(folder))
        async with _running(world):
            yield


@asynccontextmanager
async def _running(world: World) -> AsyncIterator[None]:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(tell_forever, world.body, "K0123")
        await trio.sleep(0.1)
        yield
        nursery.cancel_scope.cancel()


async def test_it_says_how_every_part_is(tmp_path: Path, autojump_clock: MockClock) -> None:
    """Codes, reasons and tickets by role, the screen's id, paper and money."""
    world = World()
    world.troubles["receipt_printer"] = PAPER_OUT
    async with telling(world, tmp_path):
        status = read_status(tmp_path)
    assert status is not None
    assert status.part("receipt_printer") == PartStatus(
        "receipt_printer", "D-11", "receipt_paper_out"
    )
    assert status.part("pin_pad") == PartStatus("pin_pad")
    assert status.part("central") == PartStatus("central", "S-01", "centre_unreachable")
    assert (status.kiosk, status.screen, status.pid) == ("K0123", "welcome", os.getpid())
    assert status.receipt_paper is PaperLevel.ENOUGH
    assert status.money is not None and status.money.undelivered == 0


async def test_a_change_is_written_within_a_second(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """A part that falls, another screen and what became of a payment are there at the next look."""
    world = World()
    async with telling(world, tmp_path):
        world.troubles["pin_pad"] = Trouble(TroubleReason.PIN_PAD_GONE, "D-01")
        world.serve("paid")
        world.journal.unknown.append("K0123-7KQ4-000001")
        await trio.sleep(1.0)
        status = read_status(tmp_path)
    assert status is not None and (status.screen, status.in_visit) == ("paid", True)
    assert status.part("pin_pad") == PartStatus("pin_pad", "D-01", "pin_pad_gone")
    assert status.money is not None and status.money.unknown_payments == 1


async def test_a_quiet_kiosk_writes_now_and_then(tmp_path: Path, autojump_clock: MockClock) -> None:
    """Whoever reads can tell a kiosk that lives from one that hangs."""
    async with telling(World(), tmp_path):
        (tmp_path / STATUS_FILE).unlink()
        await trio.sleep(9.5)
        assert not (tmp_path / STATUS_FILE).exists()
        await trio.sleep(1.0)
        assert (tmp_path / STATUS_FILE).exists()


async def test_a_journal_that_cannot_be_read_is_not_told_as_empty(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """No number of payments is better than a wrong nought."""
    world = World()
    world.journal.damaged = True
    async with telling(world, tmp_path):
        status = read_status(tmp_path)
    assert status is not None and status.money is None


def test_a_printer_that_was_never_fitted_is_not_ill() -> None:
    """Nor is the seal, which only its papers bear."""
    world = World()
    world.troubles["document_printer"] = NONE
    world.troubles["seal"] = SEAL_MISSING
    status = look(world.body, "K0123", None)
    assert [part.role for part in status.ill] == ["central"]
    world.troubles["document_printer"] = None
    assert [part.role for part in look(world.body, "K0123", None).ill] == ["central", "seal"]


async def test_a_folder_that_refuses_costs_only_the_file(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    """The kiosk goes on; once the folder is there the file is too."""
    world, folder = World(), tmp_path / "gone"
    async with telling(world, folder):
        assert read_status(folder) is None
        folder.mkdir()
        world.serve("home")
        await trio.sleep(1.0)
        assert read_status(folder) is not None


def test_what_is_not_a_status_is_none(tmp_path: Path) -> None:
    """Half a file, another program's and another format's are not believed."""
    file = tmp_path / STATUS_FILE
    for text in ("", "{", '{"format": 1}', "[]"):
        file.write_text(text)
        assert read_status(tmp_path) is None
    world = World()
    status = replace(look(world.body, "K0123", None), format=2)
    file.write_bytes(central.encode(status))
    assert read_status(tmp_path) is None


def test_the_folder_is_the_one_that_systemd_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of several; none where nobody made one."""
    monkeypatch.setenv("RUNTIME_DIRECTORY", "/run/kioskd:/run/other")
    assert runtime_folder() == Path("/run/kioskd")
    monkeypatch.delenv("RUNTIME_DIRECTORY")
    assert runtime_folder() is None


def test_a_low_voltage_is_counted_and_logged_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each fall by itself, however long it lasts; a board without a sensor counts nothing."""
    watch = PowerWatch(tmp_path)
    watch.look()
    assert watch.dips is None
    for number, name in enumerate(("cpu_thermal", "rpi_volt")):
        (tmp_path / f"hwmon{number}").mkdir()
        (tmp_path / f"hwmon{number}" / "name").write_text(f"{name}\n")
    log.set_up("info")
    for alarm in "0011100110":
        (tmp_path / "hwmon1" / "in0_lcrit_alarm").write_text(f"{alarm}\n")
        watch.look()
    assert watch.dips == 2
    events = [json.loads(line[3:])["event"] for line in capsys.readouterr().err.splitlines()]
    assert events == ["power.under_voltage", "power.normal"] * 2
    (tmp_path / "hwmon1" / "in0_lcrit_alarm").unlink()
    watch.look()
    assert watch.dips == 2
