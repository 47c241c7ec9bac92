"""The operator's pages of roll-outs and of availability."""

import csv
import io
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk_central.api.request import centre_of
from kiosk_central.clock import local_month
from kiosk_central.desk import Desk
from kiosk_central.fleet import config_pages, words
from kiosk_central.fleet.availability import availability
from kiosk_central.fleet.forms import back_with, reason_in
from kiosk_central.fleet.rollout_states import BY_HAND, TABLE, IllegalMove, Move, RolloutState
from kiosk_central.fleet.rollouts import (
    Plan,
    RolloutError,
    begin,
    failures,
    find_rollout,
    list_rollouts,
    move,
    progress,
)
from kiosk_central.fleet.stages import BadStages
from kiosk_central.fleet.wanted import SOFTWARE
from kiosk_central.problems import Refused
from kiosk_central.web.pages import HEADERS, page, redirect
from kiosk_central.web.roles import Role
from kiosk_central.web.session import Who, form_of, note_act, signed_in
from kioskd.domain.contribution import Month
from kioskd.protocols.central import ProblemCode

ROLLOUTS, AVAILABILITY = "/desk/fleet/rollouts", "/desk/fleet/availability"
SOAK_MINUTES_MAX = 7 * 24 * 60
BAD_PLAN = (
    "版本（须先入库）、阶段或数字有误，没有开始。阶段逐级增大，最后为 100%；同类发布只能有一个。"
)


@signed_in(Role.OPERATOR)
async def rollout_list(request: Request, who: Who) -> Response:
    """GET /desk/fleet/rollouts."""
    rows = await centre_of(request).read(list_rollouts)
    return page(request, who, "fleet/rollouts.html", title="版本发布", rows=rows, words=words)


@signed_in(Role.OPERATOR)
async def rollout_begin(request: Request, who: Who) -> Response:
    """POST /desk/fleet/rollouts: of a program's version; a pack has ``config_pages``."""
    form, reason = await form_of(request), ""
    reason = reason_in(form)
    soak, limit = form.get("soak", ""), form.get("limit", "")
    numbers = all(text.isascii() and text.isdigit() and len(text) < 6 for text in (soak, limit))
    if not reason or not numbers or int(soak) > SOAK_MINUTES_MAX:
        return back_with(request, who, BAD_PLAN)
    soaking = timedelta(minutes=int(soak))
    plan = Plan(SOFTWARE, form.get("version", ""), form.get("stages", ""), soaking, int(limit))

    def job(desk: Desk) -> int:
        number = begin(desk, plan, who.name, reason)
        note_act(desk, who, "rollout.begin", about=f"{number} {plan.version}", detail=reason)
        return number

    try:
        number = await centre_of(request).write(job)
    except (RolloutError, BadStages):
        return back_with(request, who, BAD_PLAN)
    return redirect(f"{ROLLOUTS}/{number}")


@signed_in(Role.OPERATOR)
async def rollout_page(request: Request, who: Who) -> Response:
    """GET /desk/fleet/rollouts/{number}."""
    number = request.path_params["number"]

    def look(at: Connection) -> dict[str, Any] | None:
        row = find_rollout(at, number)
        if row is None:
            return None
        return {"row": row, "stages": progress(at, row), "failed": failures(at, number)}

    found = await centre_of(request).read(look)
    if found is None:
        raise Refused(ProblemCode.NOT_FOUND, "rollout")
    state = RolloutState(found["row"].state)
    moves = [one.value for one in BY_HAND if (state, one) in TABLE]
    title = f"版本发布 {number}"
    return page(request, who, "fleet/rollout.html", title=title, words=words, moves=moves, **found)


@signed_in(Role.OPERATOR)
async def rollout_move(request: Request, who: Who) -> Response:
    """POST /desk/fleet/rollouts/{number}."""
    form, number = await form_of(request), request.path_params["number"]
    what, reason = form.get("move", ""), reason_in(form)
    if what not in words.MOVES or not reason:
        return back_with(request, who, "请选择操作并写明原因。")

    def job(desk: Desk) -> None:
        move(desk, number, Move(what), reason)
        note_act(desk, who, f"rollout.{what}", about=str(number), detail=reason)

    try:
        await centre_of(request).write(job)
    except (RolloutError, IllegalMove):
        return back_with(request, who, "这次发布现在不能这样操作。")
    return redirect(f"{ROLLOUTS}/{number}")


@signed_in(Role.OPERATOR)
async def availability_page(request: Request, who: Who) -> Response:
    """GET /desk/fleet/availability: a month by outlet; ``as=csv`` as a file."""
    centre = centre_of(request)
    now = centre.now()
    month = _month_of(request.query_params.get("month", "")) or local_month(now)
    rows = await centre.read(lambda at: availability(at, centre.region, month, now))
    if request.query_params.get("as") != "csv":
        shown: dict[str, Any] = {"rows": rows, "month": str(month)}
        return page(request, who, "fleet/availability.html", title="可用率", **shown)
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["outlet", "kiosks", "open_minutes", "able_minutes", "percent"])
    for one in rows:
        outlet = f"'{one.outlet}" if one.outlet[:1] in "=+-@" else one.outlet
        table.writerow([outlet, one.kiosks, one.open_minutes, one.able_minutes, one.percent])
    name = f'attachment; filename="availability-{month}.csv"'
    headers = HEADERS | {"Content-Disposition": name}
    return Response(text.getvalue(), 200, headers, media_type="text/csv; charset=utf-8")


def _month_of(text: str) -> Month | None:
    try:
        return Month.parse(text) if len(text) == len("2026-11") and text >= "2000" else None
    except ValueError:
        return None


ROUTES = [
    Route(ROLLOUTS, rollout_list, methods=["GET"]),
    Route(ROLLOUTS, rollout_begin, methods=["POST"]),
    Route(f"{ROLLOUTS}/{{number:int}}", rollout_page, methods=["GET"]),
    Route(f"{ROLLOUTS}/{{number:int}}", rollout_move, methods=["POST"]),
    Route(AVAILABILITY, availability_page, methods=["GET"]),
    *config_pages.ROUTES,
]
