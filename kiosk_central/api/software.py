"""Software for kiosks: ranges of a bundle's bytes."""

import re
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from kiosk_central.api.operation import By, Operation
from kiosk_central.api.request import centre_of, kiosk_of
from kiosk_central.problems import Refused
from kiosk_central.updates import Shelf
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.software_bundle import SOFTWARE_PATH

RANGE: Final = re.compile(r"bytes=([0-9]{1,15})-([0-9]{1,15})")
MEDIA_TYPE: Final = "application/octet-stream"


class _Counted(Response):
    """Is under way until all of it has been sent, or the kiosk is gone."""

    def __init__(self, shelf: Shelf, data: bytes, headers: dict[str, str]) -> None:
        super().__init__(data, 206, headers, media_type=MEDIA_TYPE)
        self._shelf = shelf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._shelf.one_more():
            await super().__call__(scope, receive, send)


async def software(request: Request) -> Response:
    """GET /v1/software/{version}: bytes of its bundle; a longer range is cut short."""
    await kiosk_of(request)
    shelf, version = centre_of(request).shelf, request.path_params["version"]
    found = RANGE.fullmatch(request.headers.get("Range", ""))
    if shelf.file_of(version) is None:
        raise Refused(ProblemCode.NOT_FOUND, "software")
    if found is None:
        raise Refused(ProblemCode.BAD_REQUEST, "range")
    if shelf.is_busy:
        raise Refused(ProblemCode.UNAVAILABLE, "busy")
    begin, end = int(found[1]), int(found[2]) + 1
    data, size = await run_in_threadpool(shelf.read, version, begin, end)
    told = {"Content-Range": f"bytes {begin}-{begin + len(data) - 1}/{size}"}
    return _Counted(shelf, data, told | {"Cache-Control": "no-store"})


ROUTES = [
    Operation(
        "GET",
        SOFTWARE_PATH,
        software,
        by=By.KIOSK,
        gives=MEDIA_TYPE,
        status=206,
        ranged=True,
        refuses=(ProblemCode.NOT_FOUND,),
    )
]
