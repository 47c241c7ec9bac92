"""Is a paper genuine? Any kiosk may ask, without a visit, for whoever holds the paper."""

from starlette.requests import Request
from starlette.responses import Response

from kiosk_central.api.operation import By, Operation
from kiosk_central.api.request import answer, centre_of, kiosk_of
from kiosk_central.documents.check import paper_check
from kiosk_central.problems import Refused
from kioskd.protocols import central_documents
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_documents import PaperCheck

CODE_MAX = 2048


async def paper(request: Request) -> Response:
    """GET /v1/papers/{code}: a typed number or the text of a QR code, percent-encoded."""
    await kiosk_of(request)
    code: str = request.path_params["code"]
    if len(code) > CODE_MAX or not code.isprintable():
        raise Refused(ProblemCode.BAD_REQUEST, "code")
    return answer(await centre_of(request).read(lambda at: paper_check(at, code)))


PATH = central_documents.PAPER_CHECK_PATH.replace("{code}", "{code:path}")
"""The text of a QR code is an address and has slashes."""
ROUTES = [Operation("GET", PATH, paper, by=By.KIOSK, gives=PaperCheck)]
