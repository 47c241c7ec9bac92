"""The operator's page that lets a technician in at a kiosk: eight digits in, ten digits out."""

from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk_central.acceptance import list_sheets
from kiosk_central.api.request import centre_of, checked_reference
from kiosk_central.desk import Desk
from kiosk_central.fleet import words
from kiosk_central.fleet.forms import reason_in
from kiosk_central.people import find_kiosk
from kiosk_central.problems import Refused
from kiosk_central.trust.technician import codes_given, let_in
from kiosk_central.web.pages import page
from kiosk_central.web.roles import Role
from kiosk_central.web.session import Who, form_of, note_act, signed_in
from kioskd.domain.technician_code import CHALLENGE_DIGITS, grouped, read_digits
from kioskd.protocols.central import ProblemCode

PATH = "/desk/fleet/kiosks/{id}/technician"
SHOWN = 20


@signed_in(Role.OPERATOR)
async def form(request: Request, who: Who) -> Response:
    """GET: the form, and who was let in before."""
    return await _page(request, who)


@signed_in(Role.OPERATOR)
async def answer(request: Request, who: Who) -> Response:
    """POST: the answer, shown once; that she gave it, and why, is written down first."""
    filled, kiosk_id = await form_of(request), checked_reference(request.path_params["id"])
    challenge = read_digits(filled.get("challenge", ""), CHALLENGE_DIGITS)
    reason, issuer = reason_in(filled), centre_of(request).issuer
    if challenge is None or not reason:
        return await _page(request, who, fault="请输入屏幕上的 8 位数字，并写明来电人和原因。")
    if issuer is None:
        raise Refused(ProblemCode.UNAVAILABLE, "no CA")

    def job(desk: Desk) -> str:
        digits = let_in(desk.connection, desk.now, issuer, kiosk_id, challenge, who.name, reason)
        note_act(desk, who, "kiosk.technician", about=kiosk_id, detail=reason)
        return digits

    given = await centre_of(request).write(job, kiosk_id)
    return await _page(request, who, grouped(given))


async def _page(request: Request, who: Who, given: str = "", fault: str = "") -> Response:
    kiosk_id = checked_reference(request.path_params["id"])

    def look(at: Connection) -> dict[str, Any]:
        find_kiosk(at, kiosk_id)
        sheets = list_sheets(at, kiosk_id, SHOWN)
        return {"codes": codes_given(at, kiosk_id, SHOWN), "sheets": sheets}

    found: dict[str, Any] = {"kiosk_id": kiosk_id, "given": given, "fault": fault}
    found |= {"title": f"终端 {kiosk_id} 技术人员", "results": words.RESULTS}
    found |= await centre_of(request).read(look)
    return page(request, who, "fleet/technician.html", 400 if fault else 200, **found)


ROUTES = [
    Route(PATH, form, methods=["GET"]),
    Route(PATH, answer, methods=["POST"]),
]
