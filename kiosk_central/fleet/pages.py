"""The operator's pages of kiosks: the whole fleet, one kiosk, and tickets."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, Row
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk_central import cabinet
from kiosk_central.api.request import centre_of, checked_reference
from kiosk_central.desk import Desk
from kiosk_central.fleet import rollout_pages, technician_pages, words
from kiosk_central.fleet.beats import modules_of
from kiosk_central.fleet.forms import back_with, reason_in
from kiosk_central.fleet.holds import hold_payments, release_payments, standing_hold
from kiosk_central.fleet.lists import PAGE_KIOSKS, counts, events_of, find_kiosks, find_one
from kiosk_central.fleet.orders import ask, find_bundle, orders_of
from kiosk_central.fleet.tickets import close_ticket, list_tickets, tickets_of
from kiosk_central.problems import Refused
from kiosk_central.web.pages import HEADERS, NavEntry, page, redirect
from kiosk_central.web.roles import Role
from kiosk_central.web.session import Who, form_of, note_act, signed_in
from kioskd.domain.region import RegionPack
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_fleet import OrderKind

T = TypeVar("T")
HOME = "/desk/fleet"
KIOSKS, TICKETS = f"{HOME}/kiosks", f"{HOME}/tickets"
SEARCH_MAX = 40
PAGES_MAX = 10_000
REFRESHES_MAX = 60
"""A page left open refreshes itself for ten minutes, so that a log-in still ends unused."""
BUNDLE_TYPE = "application/octet-stream"


async def _read(request: Request, query: Callable[[Connection], T]) -> T:
    return await centre_of(request).read(query)


def number_of(text: str | None, most: int = PAGES_MAX) -> int:
    """Return a number in a query, from 0 on; 0 for what is none."""
    plain = text or ""
    return min(int(plain), most) if plain.isascii() and plain.isdigit() and len(plain) < 9 else 0


@signed_in(Role.OPERATOR)
async def home(request: Request, who: Who) -> Response:
    """GET /desk/fleet."""
    return redirect(KIOSKS)


@signed_in(Role.OPERATOR)
async def kiosk_list(request: Request, who: Who) -> Response:
    """GET /desk/fleet/kiosks: counts, and a page of kiosks."""
    return page(request, who, "fleet/kiosks.html", title="终端", **await _listed(request))


@signed_in(Role.OPERATOR)
async def kiosk_rows(request: Request, who: Who) -> Response:
    """GET /desk/fleet/kiosks/rows: the part of it that refreshes itself."""
    return page(request, who, "fleet/rows.html", **await _listed(request))


async def _listed(request: Request) -> dict[str, Any]:
    asked = request.query_params
    wanted = asked.get("show", "")
    wanted = wanted if wanted in words.FILTERS else ""
    search, number = asked.get("q", "").strip()[:SEARCH_MAX], number_of(asked.get("page"))

    def look(at: Connection) -> tuple[dict[str, int], list[Row[Any]]]:
        return counts(at), find_kiosks(at, wanted, search, number * PAGE_KIOSKS)

    counted, rows = await _read(request, look)
    return {
        "counts": counted,
        "filters": words.FILTERS,
        "papers": words.PAPERS,
        "show": wanted,
        "search": search,
        "number": number,
        "more": len(rows) > PAGE_KIOSKS,
        "rows": [(row, faults_in(row)) for row in rows[:PAGE_KIOSKS]],
        "turn": number_of(asked.get("turn"), REFRESHES_MAX) + 1,
        "refreshes": REFRESHES_MAX,
    }


def faults_in(row: Row[Any]) -> list[str]:
    """Return what is the matter with a kiosk's parts, in words with codes."""
    found = modules_of(row.modules or "")
    return [f"{words.MODULES.get(name, name)} {code}" for name, code in found.items() if code]


@signed_in(Role.OPERATOR)
async def kiosk_page(request: Request, who: Who) -> Response:
    """GET /desk/fleet/kiosks/{id}."""
    return await _kiosk(request, who)


async def _kiosk(request: Request, who: Who, fault: str = "") -> Response:
    kiosk_id = checked_reference(request.path_params["id"])
    centre = centre_of(request)
    region = centre.region

    def look(at: Connection) -> dict[str, Any] | None:
        row = find_one(at, kiosk_id)
        return None if row is None else _facts(at, region, row)

    found = await _read(request, look)
    if found is None:
        raise Refused(ProblemCode.NOT_FOUND, "kiosk")
    row = found["kiosk"]
    wanted = centre.fleet.wanted
    found["wanted_software"] = wanted.software(kiosk_id) or row.software
    found["wanted_region"] = wanted.region(kiosk_id) or region.version
    found |= {"words": words, "fault": fault}
    title = f"终端 {kiosk_id}"
    return page(request, who, "fleet/kiosk.html", 400 if fault else 200, title=title, **found)


def _facts(at: Connection, region: RegionPack, row: Row[Any]) -> dict[str, Any]:
    return {
        "kiosk": row,
        "modules": modules_of(row.modules or ""),
        "tickets": tickets_of(at, row.id),
        "orders": orders_of(at, row.id),
        "events": events_of(at, row.id),
        "hold": standing_hold(at, row.id),
        "cabinet_held": cabinet.hold_of(at, region, row.id).held,
    }


@signed_in(Role.OPERATOR)
async def act_on_kiosk(request: Request, who: Who) -> Response:
    """POST /desk/fleet/kiosks/{id}: one thing of ``words.ACTS``, with its reason."""
    form, kiosk_id = await form_of(request), checked_reference(request.path_params["id"])
    act, reason = form.get("act", ""), reason_in(form)
    if act not in words.ACTS or not reason:
        return await _kiosk(request, who, "请选择操作并写明原因。")

    def job(desk: Desk) -> None:
        if find_one(desk.connection, kiosk_id) is None:
            raise Refused(ProblemCode.NOT_FOUND, "kiosk")
        _do(desk, who, kiosk_id, act, reason)
        note_act(desk, who, f"kiosk.{act}", about=kiosk_id, detail=reason)

    try:
        await centre_of(request).write(job, kiosk_id)
    except (Refused, cabinet.NotHeld) as refused:
        if isinstance(refused, Refused) and refused.code is not ProblemCode.STATE_CONFLICT:
            raise
        return await _kiosk(request, who, "终端现在的状态不需要这项操作，没有做任何更改。")
    return redirect(f"{KIOSKS}/{kiosk_id}")


def _do(desk: Desk, who: Who, kiosk_id: str, act: str, reason: str) -> None:
    if act == "hold":
        hold_payments(desk, kiosk_id, who.name, reason)
    elif act == "release":
        release_payments(desk, kiosk_id, who.name, reason)
    elif act == "cabinet":
        cabinet.release(desk.connection, desk.now, kiosk_id, who.name, reason)
    else:
        ask(desk, kiosk_id, OrderKind(act), who.name, reason)


@signed_in(Role.OPERATOR)
async def bundle(request: Request, who: Who) -> Response:
    """GET /desk/fleet/bundles/{ref}: to keep as a file; who took it is written down."""
    ref = checked_reference(request.path_params["ref"])

    def job(desk: Desk) -> Row[Any]:
        found = find_bundle(desk.connection, ref)
        note_act(desk, who, "bundle.view", about=found.kiosk_id, detail=ref)
        return found

    found = await centre_of(request).write(job)
    day = found.received_at[:10]
    name = f'attachment; filename="{found.kiosk_id}-{day}.jsonl"'
    return Response(found.body, 200, HEADERS | {"Content-Disposition": name}, BUNDLE_TYPE)


@signed_in(Role.OPERATOR)
async def ticket_list(request: Request, who: Who) -> Response:
    """GET /desk/fleet/tickets: open ones, or those that are closed."""
    still_open = request.query_params.get("show") != "closed"
    number = number_of(request.query_params.get("page"))
    first = number * PAGE_KIOSKS
    rows = await _read(request, lambda at: list_tickets(at, still_open, first, PAGE_KIOSKS + 1))
    context: dict[str, Any] = {"still_open": still_open, "number": number, "words": words}
    context |= {"rows": rows[:PAGE_KIOSKS], "more": len(rows) > PAGE_KIOSKS}
    return page(request, who, "fleet/tickets.html", title="报修单", **context)


@signed_in(Role.OPERATOR)
async def ticket_close(request: Request, who: Who) -> Response:
    """POST /desk/fleet/tickets/{number}."""
    form, number = await form_of(request), checked_reference(request.path_params["number"])
    note = reason_in(form)
    if not note:
        return back_with(request, who, "请写明处理情况，报修单没有关闭。")

    def job(desk: Desk) -> None:
        close_ticket(desk, number, who.name, note)
        note_act(desk, who, "ticket.close", about=number, detail=note)

    try:
        await centre_of(request).write(job)
    except Refused as refused:
        if refused.code is not ProblemCode.STATE_CONFLICT:
            raise
        return back_with(request, who, "这张报修单已经关闭。")
    return redirect(TICKETS)


ROUTES = [
    Route(HOME, home, methods=["GET"]),
    Route(KIOSKS, kiosk_list, methods=["GET"]),
    Route(f"{KIOSKS}/rows", kiosk_rows, methods=["GET"]),
    Route(f"{KIOSKS}/{{id}}", kiosk_page, methods=["GET"]),
    Route(f"{KIOSKS}/{{id}}", act_on_kiosk, methods=["POST"]),
    Route(f"{HOME}/bundles/{{ref}}", bundle, methods=["GET"]),
    Route(TICKETS, ticket_list, methods=["GET"]),
    Route(f"{TICKETS}/{{number}}", ticket_close, methods=["POST"]),
    *rollout_pages.ROUTES,
    *technician_pages.ROUTES,
]
_OPERATOR = frozenset({Role.OPERATOR})
NAV = (
    NavEntry(KIOSKS, "终端", _OPERATOR),
    NavEntry(TICKETS, "报修单", _OPERATOR),
    NavEntry(rollout_pages.ROLLOUTS, "版本发布", _OPERATOR),
    NavEntry(rollout_pages.AVAILABILITY, "可用率", _OPERATOR),
)
