"""One browser at the bench: it is told what changes, and what it asks for is done.

Text is JSON. To the browser: ``{"state": {...}}`` holds the parts of the state that are new,
``{"timeline": [...]}`` new entries, ``{"done": 7}`` and ``{"refused": 7, "why": "..."}`` answer its
request number 7. From it: ``{"deed": "card pull", "id": 7}``. A binary message to the browser is
the newest picture of the kiosk's screen, a PNG; one that is slow is spared those in between.
"""

from typing import Any

import msgspec
import trio
from starlette.websockets import WebSocket, WebSocketDisconnect

from kiosk_bench.web.bench import Bench

REQUEST_MAX = 4096
ENTRIES_MAX = 500
"""Entries of the timeline in one message."""


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """What a browser asks for."""

    deed: str
    id: int


class Browser:
    """Serves one WebSocket until it is closed."""

    def __init__(self, socket: WebSocket, bench: Bench, deeds: trio.Nursery) -> None:
        self._socket, self._bench, self._deeds = socket, bench, deeds
        self._turn = trio.Lock()

    async def run(self) -> None:
        """Tell and obey. A deed under way goes on when the browser leaves, as a hand's would."""
        await self._socket.accept()
        self._bench.onlookers += 1
        self._bench.look_now()
        try:
            async with trio.open_nursery() as nursery:
                for tell in (self._tell_pictures, self._tell_state, self._tell_timeline):
                    nursery.start_soon(tell)
                await self._listen()
                nursery.cancel_scope.cancel()
        except* WebSocketDisconnect:
            pass  # it has gone while it was being told something
        finally:
            self._bench.onlookers -= 1

    async def _listen(self) -> None:
        async for text in self._socket.iter_text():
            try:
                request = msgspec.json.decode(text[:REQUEST_MAX], type=Request)
            except msgspec.MsgspecError as bad:
                await self._tell({"refused": None, "why": f"not a request: {bad}"})
                continue
            self._deeds.start_soon(self._do, request)

    async def _do(self, request: Request) -> None:
        why = await self._bench.do(request.deed)
        answer = {"done": request.id} if why is None else {"refused": request.id, "why": why}
        try:
            await self._tell(answer)
        except (WebSocketDisconnect, RuntimeError):
            return  # whoever asked has closed the page

    async def _tell_pictures(self) -> None:
        console, told = self._bench.world.console, b""
        while True:
            if console.picture and console.picture is not told:
                told = console.picture
                async with self._turn:
                    await self._socket.send_bytes(told)
            else:
                await console.changed()

    async def _tell_state(self) -> None:
        told: dict[str, Any] = {}
        while True:
            seen = self._bench.state
            news = {
                part: seen[part] for part in seen if part not in told or told[part] != seen[part]
            }
            told = seen
            if news:
                await self._tell({"state": news})
            if self._bench.state is told:
                await self._bench.changed()

    async def _tell_timeline(self) -> None:
        timeline, told = self._bench.world.timeline, 0
        while True:
            entries = timeline.entries[told : told + ENTRIES_MAX]
            if entries:
                told += len(entries)
                await self._tell({"timeline": entries})
            else:
                await timeline.changed()

    async def _tell(self, news: object) -> None:
        async with self._turn:
            await self._socket.send_text(msgspec.json.encode(news).decode())
