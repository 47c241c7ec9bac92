"""Plays a recorded printer on loopback."""

import trio

from kiosk_bench.recording.codec import TO_KIOSK
from kiosk_bench.recording.http_stream import (
    IPP,
    HttpServer,
    NoHttp,
    Request,
    Response,
    serve_on_loopback,
)
from kiosk_bench.recording.playback import Playback, Reply

REQUEST_ID = slice(4, 8)
"""Of an IPP message: an answer carries that of its request."""


class IppPlayer:
    """The printer. ``pace`` as for serial lines."""

    def __init__(self, playback: Playback, port: int, pace: float = 1.0) -> None:
        self._playback, self._port, self._pace = playback, port, pace

    async def run(self, task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED) -> None:
        """Play until cancelled; started with the port. Raises Mismatch."""
        self._playback.begin()
        await serve_on_loopback(self._serve, self._port, task_status)

    async def _serve(self, stream: trio.SocketStream) -> None:
        async with stream:
            server = HttpServer(stream)
            try:
                while (request := await server.next_request()) is not None:
                    answer = await self._answer(request)
                    if answer is None:
                        return
                    await server.respond(answer)
                    if not server.more:
                        return
            except NoHttp:
                await trio.lowlevel.checkpoint()  # the kiosk went away; a recording has no say

    async def _answer(self, request: Request) -> Response | None:
        replies = [one for one in self._playback.hear(request.body) if _is_said(one)]
        if not replies:
            return None  # as recorded: it was not answered
        await trio.sleep(replies[0].after_s * self._pace)
        body = replies[0].message.data
        return Response(200, (IPP,), body[:4] + request.body[REQUEST_ID] + body[8:])


def _is_said(reply: Reply) -> bool:
    return reply.message.direction == TO_KIOSK
