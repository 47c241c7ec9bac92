"""The screen console: a Unix socket that shows what the visitor sees and touches what she may.

For test rigs with real hardware and for remote help; off unless the configuration names a socket,
and refused in production. JSON lines both ways. Pushed on connecting and for each newly drawn
screen (not for a clock that moved)::

    {"screen": "welcome", "language": "zh_CN", "buttons": {"policies": [x, y, w, h]},
     "numbers": {}, "serial": 7, "picture": "<PNG, base64>"}

Accepted: ``{"tap": "ok", "screen": "problem"}`` and ``{"point": [x, y]}``, which become real mouse
events, so that the same hit test decides; ``{"key": "5", "serial": 7}``, a press of the pad's key
on that picture; ``{"call": true}``, the technicians' sign: a finger that stays on the clock;
``{"pictures": false}`` from who wants no pictures any more. Answered with
``{"tapped": ...}``, ``{"pressed": ...}``, ``{"pictures": false}`` or ``{"error": ...}``. The
``numbers`` say what to press for each button once keys are used; without, they are empty.
"""

import base64
import json
import os
import socket
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pygame
import trio

from kioskd import log
from kioskd.errors import ConfigError
from kioskd.screens.call import HELD_S, clock_corner
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Screen
from kioskd.screens.keys import KEYS, post_key
from kioskd.screens.png import png
from kioskd.screens.stage import PygameStage
from kioskd.screens.touches import post_touch

PICTURES_MAX = 64
"""Pictures waiting to be encoded, and lines waiting for one client; beyond, the client goes."""
LINES_MAX = 512
REQUEST_MAX = 4096


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """What a client asks for: a button of a screen, or a point."""

    tap: str | None = None
    screen: str | None = None
    point: tuple[int, int] | None = None
    key: str | None = None
    serial: int | None = None
    call: bool = False
    pictures: bool | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn screen, copied; the PNG is made outside the stage's task."""

    serial: int
    screen: str
    language: str
    buttons: dict[str, list[int]]
    numbers: dict[str, str]
    surface: pygame.Surface

    def line(self, with_picture: bool = True) -> bytes:
        """Encode as one JSON line."""
        said: dict[str, Any] = {
            "screen": self.screen,
            "language": self.language,
            "buttons": self.buttons,
            "numbers": self.numbers,
            "serial": self.serial,
        }
        if with_picture:
            said["picture"] = base64.b64encode(png(self.surface)).decode("ascii")
        return _line(said)


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


class ScreenConsole:
    """Serves clients at ``path`` while ``run`` runs; watches the stage meanwhile."""

    def __init__(self, stage: PygameStage, path: str) -> None:
        self._stage, self._path = stage, Path(path)
        self._serial = 0
        self._clients: dict[trio.MemorySendChannel[bytes], bool] = {}
        """Who is told, and whether with pictures."""
        self._to_encode, self._encodable = trio.open_memory_channel[Picture](PICTURES_MAX)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Serve until cancelled. Raises ConfigError where the socket cannot be made."""
        listener = self._listen()
        self._stage.watcher = self
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._encode)
                await nursery.start(trio.serve_listeners, self._serve, [listener])
                task_status.started()
        finally:
            self._stage.watcher = None
            self._path.unlink(missing_ok=True)

    def _listen(self) -> trio.SocketListener:
        if self._path.exists() and stat.S_ISSOCK(self._path.stat().st_mode):
            self._path.unlink()
        plain = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            plain.bind(str(self._path))
        except OSError as refused:
            plain.close()
            raise ConfigError("screen", "console", str(refused)) from refused
        finally:
            os.umask(before)
        plain.listen()
        plain.setblocking(False)
        return trio.SocketListener(trio.socket.from_stdlib_socket(plain))

    def picture_drawn(self, screen: Screen[Any], language: str, canvas: Canvas) -> None:
        """Queue the picture for every client."""
        self._serial += 1
        if not self._clients:
            return
        try:
            self._to_encode.send_nowait(self._picture(screen, language, canvas))
        except trio.WouldBlock:
            self._drop_everybody()

    def _picture(self, screen: Screen[Any], language: str, canvas: Canvas) -> Picture:
        buttons = {name: [r.x, r.y, r.w, r.h] for name, r in canvas.buttons.items()}
        numbers = dict(canvas.numbers)
        return Picture(self._serial, screen.id, language, buttons, numbers, canvas.surface.copy())

    def _drop_everybody(self) -> None:
        """Clients that would miss a screen are better told by a closed socket."""
        log.warning("console.overrun")
        for client in self._clients:
            client.close()
        self._clients.clear()

    async def _encode(self) -> None:
        async for picture in self._encodable:
            told = dict(self._clients)  # a wish that changes meanwhile is for the next picture
            for with_picture in set(told.values()):
                line = await trio.to_thread.run_sync(picture.line, with_picture)
                for client in (it for it, wants in told.items() if wants is with_picture):
                    self._push(client, line)

    def _push(self, client: trio.MemorySendChannel[bytes], line: bytes) -> None:
        if client not in self._clients:
            return  # gone while the picture was encoded
        try:
            client.send_nowait(line)
        except (trio.WouldBlock, trio.BrokenResourceError):
            self._clients.pop(client, None)
            client.close()

    async def _serve(self, stream: trio.SocketStream) -> None:
        send, receive = trio.open_memory_channel[bytes](LINES_MAX)
        self._clients[send] = True
        log.event("console.connected")
        try:
            if self._stage.shown is not None and self._stage.canvas is not None:
                now = self._picture(*self._stage.shown, self._stage.canvas)
                self._push(send, now.line())
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._write, stream, receive, nursery.cancel_scope)
                async for line in _lines(stream):
                    self._push(send, _line(await self._answer(line, send)))
                nursery.cancel_scope.cancel()
        finally:
            self._clients.pop(send, None)
            send.close()

    async def _write(
        self,
        stream: trio.SocketStream,
        lines: trio.MemoryReceiveChannel[bytes],
        scope: trio.CancelScope,
    ) -> None:
        try:
            async for line in lines:
                await stream.send_all(line)
        except trio.BrokenResourceError:
            log.event("console.gone")
        scope.cancel()

    async def _answer(self, line: bytes, client: trio.MemorySendChannel[bytes]) -> dict[str, Any]:
        try:
            request = msgspec.json.decode(line, type=Request)
        except (msgspec.MsgspecError, UnicodeDecodeError) as bad:
            return {"error": f"not a request: {bad}"}
        if request.pictures is not None:
            if client in self._clients:
                self._clients[client] = request.pictures
            return {"pictures": request.pictures}
        if request.key is not None:
            return await self._press(request.key, request.serial)
        if request.call:
            return await self._hold_clock()
        if request.point is not None:
            return await self._touch(*request.point, {"tapped": list(request.point)})
        if request.tap is None or request.screen is None:
            return {"error": "wanted: tap and screen, point, key, or pictures"}
        return await self._tap(request.tap, request.screen)

    async def _tap(self, button: str, screen: str) -> dict[str, Any]:
        canvas = self._stage.canvas
        if canvas is None or not self._stage.accepts(screen, button):
            up = self._stage.shown[0].id if self._stage.shown else ""
            buttons = sorted(canvas.buttons) if canvas else []
            return {"error": f"{screen}/{button} is not up", "screen": up, "buttons": buttons}
        return await self._touch(*canvas.buttons[button].centre, {"tapped": button})

    async def _press(self, key: str, serial: int | None) -> dict[str, Any]:
        if key not in tuple(KEYS):
            return {"error": f"no key {key!r}"}
        if serial is not None and (serial != self._serial or not self._stage.is_up_to_date):
            return {"error": f"picture {serial} is not up"}
        post_key(key)
        await self._stage.round_done()
        return {"pressed": key}

    async def _hold_clock(self) -> dict[str, Any]:
        if self._stage.canvas is None:
            return {"error": "nothing is up"}
        x, y = clock_corner(self._stage.canvas.theme).centre
        post_touch(x, y, up=False)
        await trio.sleep(HELD_S)
        await self._stage.round_done()
        return await self._touch(x, y, {"tapped": "clock"})

    async def _touch(self, x: int, y: int, answer: dict[str, Any]) -> dict[str, Any]:
        post_touch(x, y)
        await self._stage.round_done()
        return answer


async def _lines(stream: trio.SocketStream) -> AsyncIterator[bytes]:
    """Yield whole lines; a line beyond REQUEST_MAX, or a lost connection, ends it."""
    buffer = bytearray()
    while len(buffer) <= REQUEST_MAX:
        try:
            data = await stream.receive_some(REQUEST_MAX)
        except trio.BrokenResourceError:
            return
        if not data:
            return
        buffer += data
        *whole, rest = bytes(buffer).split(b"\n")
        buffer = bytearray(rest)
        for line in whole:
            yield line
