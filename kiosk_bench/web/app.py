"""The page's addresses: itself, its live line, the papers that came out, the session's files."""

from pathlib import Path

import msgspec
import trio
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from kiosk_bench.deeds import DEEDS
from kiosk_bench.deeds.parameters import FLAWS
from kiosk_bench.faults import FAULTS
from kiosk_bench.stories.library import FOLDER
from kiosk_bench.timeline.record import CannotRecord
from kiosk_bench.web.bench import Bench
from kiosk_bench.web.browser import Browser
from kiosk_bench.web.door import Door
from kiosk_bench.web.evidence import evidence_of
from kiosk_bench.web.session import Called, Unfit, Wanted
from kiosk_bench.web.state import described, fault_described

STATIC = Path(__file__).with_name("static")
NOT_THERE = Response("There is no such paper.\n", 404, media_type="text/plain")


def bench_app(bench: Bench, deeds: trio.Nursery, token: str, host: str) -> Starlette:
    """Return the application; ``deeds`` is where deeds are done, longer than a browser stays."""
    page = Pages(bench, deeds)
    inside = [
        Route("/", page.index),
        Route("/bench.json", page.about),
        Route("/receipts/{number:int}.png", page.receipt),
        Route("/sheets/{name}", page.sheet),
        Route("/evidence.zip", page.evidence),
        Route("/stories/{name}.yaml", page.story),
        Route("/play", page.play, methods=["POST"]),
        Route("/stop", page.stop, methods=["POST"]),
        Route("/record", page.record, methods=["POST"]),
        Route("/recorded", page.recorded, methods=["POST"]),
        WebSocketRoute("/live", page.live),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    return Starlette(
        routes=[Mount(f"/{token}", routes=inside)],
        middleware=[Middleware(Door, token=token, host=host)],
    )


class Pages:
    """What each address answers."""

    def __init__(self, bench: Bench, deeds: trio.Nursery) -> None:
        self._bench, self._deeds = bench, deeds

    async def index(self, request: Request) -> Response:
        """The page."""
        return FileResponse(STATIC / "index.html")

    async def about(self, request: Request) -> Response:
        """What never changes: the wallet, the faults, the deeds, the panel."""
        settings = self._bench.world.settings
        return JSONResponse(
            {
                "panel": [settings.width_px, settings.height_px],
                "people": [described(card) for card in self._bench.world.people.cards],
                "flaws": ("", *FLAWS),
                "faults": [fault_described(fault) for fault in FAULTS.values()],
                "stories": sorted(file.stem for file in FOLDER.glob("*/*.yaml")),
                "deeds": {deed.form: deed.tells for deed in DEEDS.values()},
            }
        )

    async def receipt(self, request: Request) -> Response:
        """One slip, by its number from 1."""
        slips, number = self._bench.world.printer.slips, request.path_params["number"]
        if not 1 <= number <= len(slips):
            return NOT_THERE
        return Response(slips[number - 1].png, media_type="image/png")

    async def sheet(self, request: Request) -> Response:
        """One page that came out of the A4 printer, by its name."""
        a4, name = self._bench.world.a4, request.path_params["name"]
        found = [sheet for sheet in a4.sheets() if sheet.name == name] if a4 else []
        return FileResponse(found[0]) if found else NOT_THERE

    async def evidence(self, request: Request) -> Response:
        """What the world has left behind so far, as a zip file."""
        packed = await trio.to_thread.run_sync(evidence_of, self._bench.world)
        name = 'attachment; filename="kiosk-evidence.zip"'
        return Response(packed, media_type="application/zip", headers={"content-disposition": name})

    async def story(self, request: Request) -> Response:
        """The file of a story of the bench."""
        found = list(FOLDER.glob(f"*/{request.path_params['name']}.yaml"))
        return FileResponse(found[0], media_type="text/plain") if found else NOT_THERE

    async def play(self, request: Request) -> Response:
        """Begin to play a story file."""
        session = self._bench.session
        try:
            wanted = msgspec.json.decode(await request.body(), type=Wanted)
            story = session.read(wanted)
        except (msgspec.MsgspecError, Unfit) as bad:
            return _refused(bad)
        self._deeds.start_soon(session.play, story)
        return Response(status_code=204)

    async def stop(self, request: Request) -> Response:
        """Stop playing."""
        self._bench.session.stop()
        return Response(status_code=204)

    async def record(self, request: Request) -> Response:
        """Record from now on."""
        try:
            await self._bench.session.record()
        except CannotRecord as bad:
            return _refused(bad)
        return Response(status_code=204)

    async def recorded(self, request: Request) -> Response:
        """End the recording; answer with the story file."""
        try:
            called = msgspec.json.decode(await request.body(), type=Called)
            text = await self._bench.session.recorded(called)
        except (msgspec.MsgspecError, CannotRecord) as bad:
            return _refused(bad)
        return Response(text, media_type="application/yaml")

    async def live(self, socket: WebSocket) -> None:
        """The line over which a browser sees and does."""
        await Browser(socket, self._bench, self._deeds).run()


def _refused(bad: Exception) -> Response:
    return Response(str(bad), 422, media_type="text/plain")
