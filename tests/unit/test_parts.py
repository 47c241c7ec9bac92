"""The small parts that hold the daemon together: race, supervisor, health, watchdog."""

import socket
from itertools import pairwise
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import CardRemoved, DeviceUnavailable
from kioskd.health import HealthBoard
from kioskd.race import first_of
from kioskd.sdnotify import feed_watchdog, notify
from kioskd.supervise import supervise

GONE = Trouble(TroubleReason.PIN_PAD_GONE, "D-01")


async def test_first_of_returns_the_first_and_cancels_the_rest(autojump_clock: MockClock) -> None:
    """The winner's value is returned; the loser is cancelled, not left running."""
    ended: list[str] = []

    async def slow() -> str:
        try:
            await trio.sleep(100)
        finally:
            ended.append("cancelled")
        return "slow"

    async def quick() -> str:
        await trio.sleep(1)
        return "quick"

    assert await first_of(slow, quick) == "quick"
    assert ended == ["cancelled"]
    assert trio.current_time() < 50


async def test_first_of_raises_a_named_error_plain(autojump_clock: MockClock) -> None:
    """An error of ours ends the race and is raised as itself, not inside a group."""

    async def pulled() -> str:
        raise CardRemoved

    with pytest.raises(CardRemoved):
        await first_of(pulled, trio.sleep_forever)


async def test_fallen_part_is_started_again_with_back_off(autojump_clock: MockClock) -> None:
    """Each fall doubles the pause, and other errors than ours are survived too."""
    starts: list[float] = []

    async def falls() -> None:
        starts.append(trio.current_time())
        if len(starts) % 2:
            raise ZeroDivisionError
        raise DeviceUnavailable("pinpad")

    with trio.move_on_after(10):
        await supervise("part", falls)
    pauses = [after - before for before, after in pairwise(starts)]
    assert pauses[:3] == [0.5, 1.0, 2.0]


async def test_health_board_tells_the_first_trouble_and_waits_for_change(
    autojump_clock: MockClock,
) -> None:
    """A service asks for the roles it needs; a change of any part wakes who waits."""
    troubles: dict[str, Trouble | None] = {"central": None, "pin_pad": GONE}
    board = HealthBoard({role: lambda role=role: troubles[role] for role in troubles})  # type: ignore[misc]
    assert board.trouble_of("central") is None
    assert board.trouble_of("central", "pin_pad") == GONE
    with trio.move_on_after(5) as nothing_changes:
        await board.changed()
    assert nothing_changes.cancelled_caught
    async with trio.open_nursery() as nursery:
        nursery.start_soon(board.changed)
        await trio.sleep(1)
        troubles["pin_pad"] = None
    assert board.troubles() == {}


async def test_watchdog_is_fed_only_while_the_stage_ticks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    """A stage that stands still is not fed for, so systemd restarts the program."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "9000000")
        with trio.move_on_after(10):
            await feed_watchdog(trio.current_time)
        fed = _received(manager)
        assert len(fed) >= 3 and set(fed) == {b"WATCHDOG=1"}
        standing_still = trio.current_time() - 60
        with trio.move_on_after(10):
            await feed_watchdog(lambda: standing_still)
        assert _received(manager) == []


def _received(manager: socket.socket) -> list[bytes]:
    messages: list[bytes] = []
    while True:
        try:
            messages.append(manager.recv(100))
        except BlockingIOError:
            return messages


def test_notify_without_systemd_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a developer's machine there is no manager to tell, and no error."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
