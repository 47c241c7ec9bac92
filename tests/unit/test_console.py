"""The screen console: what it pushes, what it touches, what it refuses."""

import base64
import json
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import trio

from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.screens.busy import Busy, BusyWith
from kioskd.screens.console import ScreenConsole
from kioskd.screens.enter_pin import EnterPin
from kioskd.screens.problem import Problem
from kioskd.screens.stage import PygameStage
from tests.patience import PATIENCE_S
from tests.unit.test_stage import FACTS, SETTINGS, wait_shown

os.environ["SDL_VIDEODRIVER"] = "dummy"
PROBLEM = Problem(Trouble(TroubleReason.CARD_FOREIGN, "C-03"))


class Client:
    """Reads pushed lines and sends requests."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream, self._buffer = stream, b""

    async def line(self) -> dict[str, Any]:
        """Return the next line."""
        with trio.fail_after(PATIENCE_S):
            while b"\n" not in self._buffer:
                data = await self._stream.receive_some(65536)
                assert data, "the console hung up"
                self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        value: dict[str, Any] = json.loads(line)
        return value

    async def next(self, key: str) -> dict[str, Any]:
        """Return the next line that has ``key``."""
        while key not in (line := await self.line()):
            pass
        return line

    async def send(self, text: str) -> None:
        """Send one line."""
        await self._stream.send_all(text.encode() + b"\n")


@pytest.fixture
async def stage(nursery: trio.Nursery, tmp_path: Path) -> PygameStage:
    made = PygameStage(SETTINGS, FACTS, wall_clock=lambda: "10:24")
    await nursery.start(made.run)
    await nursery.start(ScreenConsole(made, str(tmp_path / "console")).run)
    return made


@pytest.fixture
async def client(stage: PygameStage, tmp_path: Path) -> AsyncIterator[Client]:
    stream = await trio.open_unix_socket(tmp_path / "console")
    async with stream:
        yield Client(stream)


async def test_only_the_owner_may_use_the_socket(stage: PygameStage, tmp_path: Path) -> None:
    """The socket has mode 0600."""
    assert stat.S_IMODE((tmp_path / "console").stat().st_mode) == 0o600


async def test_each_shown_screen_is_pushed_with_picture_and_buttons(
    stage: PygameStage, client: Client
) -> None:
    """Screens that follow each other at once all arrive, in order, each with a PNG."""
    async with stage.follow(Busy(BusyWith.READING_CARD)) as followed:
        await wait_shown(stage, Busy(BusyWith.READING_CARD))
        followed.update(Busy(BusyWith.CHECKING_CARD))
        await wait_shown(stage, Busy(BusyWith.CHECKING_CARD))
    lines = [await client.next("screen") for _ in range(2)]
    assert [line["screen"] for line in lines] == ["busy-reading-card", "busy-checking-card"]
    assert lines[0]["serial"] < lines[1]["serial"]
    assert lines[0]["language"] == "zh_CN"
    assert "language" in lines[0]["buttons"]
    assert base64.b64decode(lines[0]["picture"]).startswith(b"\x89PNG")


async def test_who_connects_late_gets_the_picture_that_is_up(
    stage: PygameStage, tmp_path: Path
) -> None:
    """On connecting the present screen is pushed."""
    async with stage.follow(PROBLEM):
        await wait_shown(stage, PROBLEM)
        async with await trio.open_unix_socket(tmp_path / "console") as stream:
            assert (await Client(stream).next("screen"))["screen"] == "problem"


async def test_who_wants_no_pictures_gets_none(stage: PygameStage, client: Client) -> None:
    """After that wish screens come with their buttons and without a PNG, to this client only."""
    async with stage.follow(Busy(BusyWith.READING_CARD)) as followed:
        await client.next("screen")
        await client.send('{"pictures": false}')
        assert await client.next("pictures") == {"pictures": False}
        followed.update(Busy(BusyWith.CHECKING_CARD))
        line = await client.next("serial")
    assert line["screen"] == "busy-checking-card"
    assert "language" in line["buttons"]
    assert "picture" not in line


async def test_a_tap_is_a_real_touch(stage: PygameStage, client: Client) -> None:
    """Tapping a button of the screen that is up answers that screen."""
    async with trio.open_nursery() as inner:
        inner.start_soon(stage.show, PROBLEM)
        await client.next("screen")
        await client.send('{"tap": "ok", "screen": "problem"}')
        assert await client.next("tapped") == {"tapped": "ok"}


async def test_a_point_is_a_real_touch(stage: PygameStage, client: Client) -> None:
    """Touching a pixel inside a button is a tap on it."""
    async with trio.open_nursery() as inner:
        inner.start_soon(stage.show, PROBLEM)
        x, y, w, h = (await client.next("screen"))["buttons"]["ok"]
        await client.send(json.dumps({"point": [x + w // 2, y + h // 2]}))
        assert "tapped" in await client.next("tapped")


@pytest.mark.parametrize(
    "request_line",
    [
        '{"tap": "ok", "screen": "home"}',
        '{"tap": "no", "screen": "problem"}',
        "nonsense",
        "{}",
        '{"tap": 5}',
        '{"grab": 1}',
        "\u00ff",
    ],
)
async def test_what_is_not_up_is_an_error(
    stage: PygameStage, client: Client, request_line: str
) -> None:
    """A screen or button that is not up, or nonsense, is answered with an error and no touch."""
    async with stage.follow(PROBLEM):
        await client.next("screen")
        await client.send(request_line)
        assert "error" in await client.next("error")
        assert stage.accepts("problem", "ok")


async def test_typed_digits_are_in_no_picture(stage: PygameStage, client: Client) -> None:
    """Two PINs of the same length give the same picture: dots only."""
    pictures = []
    for digits in ("12", "98"):
        screen = EnterPin(tuple(range(10)))
        async with trio.open_nursery() as inner:
            inner.start_soon(stage.show, screen)
            for digit in digits:
                await client.next("screen")
                await client.send(json.dumps({"tap": f"digit-{digit}", "screen": "enter-pin"}))
            pictures.append((await client.next("screen"))["picture"])
            inner.cancel_scope.cancel()
    assert pictures[0] == pictures[1]
