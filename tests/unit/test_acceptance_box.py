"""Sheets that did not reach the centre: kept through a power cut, brought later, then forgotten."""

from pathlib import Path
from typing import Any

import pytest
import trio

from kioskd.domain.selftest import Result
from kioskd.errors import ServerRefused, ServerUnreachable
from kioskd.protocols.acceptance import (
    VERSION,
    Acceptance,
    AcceptanceFacts,
    message_of,
)
from kioskd.relay.acceptance_box import SHEETS_MAX, AcceptanceBox
from tests.patience import PATIENCE_S


def sheet(ref: str = "K0123-1") -> Acceptance:
    facts = AcceptanceFacts(
        VERSION, ref, "K0123", "示例", "", "0.1.0", 1, "2026-11-22T02:00:00Z", "测试甲", "1",
        Result.PASS, (),
    )  # fmt: skip
    return Acceptance(message_of(facts), bytes(64))


class Centre:
    """Takes sheets, or fails as ``fault`` says."""

    def __init__(self) -> None:
        self.fault: Exception | None = None
        self.taken: list[str] = []

    async def send_acceptance(self, acceptance: Acceptance) -> None:
        await trio.lowlevel.checkpoint()
        if self.fault is not None:
            raise self.fault
        self.taken.append(acceptance.facts.ref)


class World:
    """A box in a folder, and its centre."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.centre = folder / "acceptances", Centre()
        self.box = self.another()

    def another(self) -> AcceptanceBox:
        centre: Any = self.centre
        return AcceptanceBox(self.folder, centre)

    @property
    def kept(self) -> list[str]:
        return sorted(file.name for file in self.folder.iterdir())


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def test_what_the_centre_has_is_not_kept(world: World) -> None:
    """Sent at once, nothing is left on the disk."""
    await world.box.send(sheet())
    assert (world.centre.taken, world.kept) == (["K0123-1"], [])


async def test_what_was_not_sent_is_sent_after_a_power_cut(
    world: World, nursery: trio.Nursery
) -> None:
    """The line is dead, the power is cut, another run of the program finds it."""
    world.centre.fault = ServerUnreachable("cut")
    with pytest.raises(ServerUnreachable):
        await world.box.send(sheet())
    assert world.kept == ["K0123-1.json"]
    world.centre.fault = None
    nursery.start_soon(world.another().send_forever)
    with trio.fail_after(PATIENCE_S):
        while world.kept:
            await trio.sleep(0.01)
    assert world.centre.taken == ["K0123-1"]


@pytest.mark.parametrize(
    ("status", "code", "kept"),
    [(503, "unavailable", 1), (401, "kiosk_unknown", 1), (422, "sheet_not_accepted", 0)],
)
async def test_a_refusal_that_may_pass_is_tried_again(
    world: World, status: int, code: str, kept: int
) -> None:
    """One that would be the same for ever is logged and dropped: the paper is there."""
    world.centre.fault = ServerRefused(status, code)
    with pytest.raises(ServerRefused):
        await world.box.send(sheet())
    assert len(world.kept) == kept


async def test_only_the_newest_are_kept(world: World) -> None:
    """A kiosk that is tested for weeks without a line does not fill its disk."""
    world.centre.fault = ServerUnreachable("cut")
    for number in range(SHEETS_MAX + 3):
        with pytest.raises(ServerUnreachable):
            await world.box.send(sheet(f"K0123-{number:03d}"))
    assert world.kept[0] == "K0123-003.json"
    assert len(world.kept) == SHEETS_MAX


async def test_a_file_that_is_no_sheet_is_dropped(world: World, nursery: trio.Nursery) -> None:
    """Torn by a dying card: named in the log, and no obstacle to those behind it."""
    world.folder.mkdir()
    (world.folder / "0.json").write_bytes(b"{")
    nursery.start_soon(world.box.send_forever)
    with trio.fail_after(PATIENCE_S):
        while world.kept:
            await trio.sleep(0.01)
    assert world.centre.taken == []
