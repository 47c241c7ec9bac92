"""The pages of an outlet: new cards that come in, those that wait for their holders, fees."""

from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk_central.api.request import centre_of
from kiosk_central.clock import local_date
from kiosk_central.counter.cards import waiting_at
from kiosk_central.counter.fees import fees_of_day
from kiosk_central.counter.paths import FEES, QUEUE, RECEIVE
from kiosk_central.counter.receive import (
    CARDS_MAX,
    Line,
    Received,
    numbers_in,
    on_the_way,
    receive,
)
from kiosk_central.counter.words import SETTLED
from kiosk_central.problems import Refused
from kiosk_central.store.schema import people
from kiosk_central.web.pages import NavEntry, page
from kiosk_central.web.roles import Role
from kiosk_central.web.session import Who, form_of, signed_in
from kioskd.domain.secret import PersonName
from kioskd.protocols.central import ProblemCode

CAME: Final = {
    Received.TAKEN_IN: ("已入库，可领取", "good"),
    Received.HERE_ALREADY: ("先前已入库", "quiet"),
    Received.OTHER_OUTLET: ("不是本网点的，应送", "bad"),
    Received.UNKNOWN: ("没有这张待收的卡", "bad"),
}


@signed_in(Role.CLERK)
async def queue(request: Request, who: Who) -> Response:
    """GET /desk/people/queue: the new cards that lie at her outlet."""

    def gather(connection: Connection) -> list[tuple[Any, PersonName]]:
        found = waiting_at(connection, who.outlet)
        query = select(people.c.id, people.c.name)
        own = query.where(people.c.id.in_([one.person_id for one in found]))
        names = {row.id: PersonName(row.name) for row in connection.execute(own)}
        return [(one, names[one.person_id]) for one in found]

    rows = await centre_of(request).read(gather)
    return page(request, who, "counter/queue.html", title="待领新卡", rows=rows)


@signed_in(Role.CLERK)
async def receive_form(request: Request, who: Who) -> Response:
    """GET /desk/people/receive: what is on its way here, and a field for what has come."""
    return await _receive(request, who, [])


@signed_in(Role.CLERK)
async def receive_batch(request: Request, who: Who) -> Response:
    """POST /desk/people/receive: each number told what became of it; again changes nothing."""
    typed = (await form_of(request)).get("numbers", "")
    numbers = numbers_in(typed)
    if not 0 < len(numbers) <= CARDS_MAX:
        return await _receive(request, who, [], typed, f"请输入 1 到 {CARDS_MAX} 个卡号")
    lines = await centre_of(request).write(lambda desk: receive(desk, who, numbers))
    return await _receive(request, who, lines)


async def _receive(
    request: Request, who: Who, lines: list[Line], typed: str = "", fault: str = ""
) -> Response:
    centre = centre_of(request)
    taken = sum(one.came is Received.TAKEN_IN for one in lines)
    here = {Received.TAKEN_IN, Received.HERE_ALREADY}
    context: dict[str, Any] = {
        "lines": lines,
        "taken": taken,
        "all_here": all(one.came in here for one in lines),
        "typed": typed,
        "fault": fault,
        "came": CAME,
        "most": CARDS_MAX,
        "rows": await centre.read(lambda at: on_the_way(at, who.outlet)),
        "today": local_date(centre.now()).isoformat(),
    }
    status = 400 if fault else 200
    return page(request, who, "counter/receive.html", status, title="接收新卡", **context)


@signed_in(Role.CLERK)
async def fees(request: Request, who: Who) -> Response:
    """GET /desk/people/fees: what this clerk took on a day, and what that comes to."""
    centre = centre_of(request)
    today = local_date(centre.now())
    text = request.query_params.get("day", "")
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        raise Refused(ProblemCode.BAD_REQUEST, "day") from None
    found = await centre.read(lambda at: fees_of_day(at, day, account_id=who.id))
    context: dict[str, Any] = {"found": found, "day": day, "today": today, "settled": SETTLED}
    title = "今日收费" if day == today else f"{day} 收费"
    return page(request, who, "counter/fees.html", title=title, **context)


ROUTES = [
    Route(QUEUE, queue, methods=["GET"]),
    Route(RECEIVE, receive_form, methods=["GET"]),
    Route(RECEIVE, receive_batch, methods=["POST"]),
    Route(FEES, fees, methods=["GET"]),
]
_CLERKS = frozenset({Role.CLERK})
NAV = (
    NavEntry(RECEIVE, "接收新卡", _CLERKS),
    NavEntry(QUEUE, "待领新卡", _CLERKS),
    NavEntry(FEES, "今日收费", _CLERKS),
)
