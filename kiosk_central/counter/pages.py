"""The clerk's pages: finding a person, seeing her, the queue of new cards, the day's journal."""

import secrets
from typing import Any

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk_central.api.request import centre_of, checked_reference
from kiosk_central.applications import StoredApplication, find_application
from kiosk_central.clock import CHINA_TIME, local_date, stamp
from kiosk_central.counter import outlet_pages, task_pages
from kiosk_central.counter.acts import Channel, CounterAct, Form, journal_of
from kiosk_central.counter.cards import Caller, caller_of, pre_report
from kiosk_central.counter.paths import CALL, HOME, JOURNAL, person_of, person_path
from kiosk_central.counter.search import PURPOSES, find, is_opened, open_person
from kiosk_central.counter.view import Seen, see
from kiosk_central.counter.words import (
    CARDS,
    CHANNELS,
    FIELDS,
    KINDS,
    QUERY_CODES,
    SCHEMES,
    STANDINGS,
    STATES,
    fault_of,
)
from kiosk_central.desk import Desk
from kiosk_central.loss import terms_of
from kiosk_central.problems import Refused
from kiosk_central.profiles import NotToBeDecided, decide_change
from kiosk_central.store.profiles import profile_changes
from kiosk_central.web.act_words import ACTS
from kiosk_central.web.pages import NavEntry, message, page, redirect
from kiosk_central.web.roles import Role
from kiosk_central.web.session import Who, form_of, note_act, signed_in
from kioskd.domain.secret import IdNumber, PersonName
from kioskd.protocols.central import ProblemCode

WORDS: dict[str, Any] = {
    "cards": CARDS,
    "kinds": KINDS,
    "states": {state.value: words for state, words in STATES.items()},
    "fields": FIELDS,
    "schemes": SCHEMES,
    "standings": STANDINGS,
    "query_codes": QUERY_CODES,
}
DECIDED = {"accept": "profile.accept", "refuse": "profile.refuse"}
NOT_THE_CALLER = "核对未通过，没有挂失。请来电人重新核对，或带身份证到网点办理。"


@signed_in(Role.CLERK)
async def search_form(request: Request, who: Who) -> Response:
    """GET /desk/people: asks whom to find; what is typed never stands in an address."""
    return _search(request, who, {}, [])


@signed_in(Role.CLERK)
async def search(request: Request, who: Who) -> Response:
    """POST /desk/people: who was found, masked."""
    form = await form_of(request)
    texts = {name: form.get(name, "") for name in ("number", "name", "born")}
    found = await centre_of(request).read(lambda at: find(at, **texts))
    return _search(request, who, texts, found)


def _search(request: Request, who: Who, texts: dict[str, str], found: list[Any]) -> Response:
    context: dict[str, Any] = {"found": found, "searched": bool(texts), "purposes": PURPOSES}
    context |= {"number": "", "name": "", "born": ""} | texts
    return page(request, who, "counter/search.html", title="查找个人", **context)


@signed_in(Role.CLERK)
async def open_one(request: Request, who: Who) -> Response:
    """POST /desk/people/{id}/open: with a purpose, which is kept."""
    form, person_id = await form_of(request), person_of(request)
    purpose = form.get("purpose", "")
    await centre_of(request).write(lambda desk: open_person(desk, who, person_id, purpose))
    return redirect(person_path(person_id))


@signed_in(Role.CLERK)
async def person(request: Request, who: Who) -> Response:
    """GET /desk/people/{id}: only for who has lately said why."""
    centre, person_id = centre_of(request), person_of(request)
    now = centre.now()
    if not await centre.read(lambda at: is_opened(at, who, person_id, now)):
        return redirect(HOME)
    done = ACTS.get(request.query_params.get("done", ""), "")
    return await _person(request, who, f"已办理：{done}" if done else "", shown=False)


@signed_in(Role.CLERK)
async def show(request: Request, who: Who) -> Response:
    """POST /desk/people/{id}/show: her whole name and number; kept that it was so."""
    await form_of(request)
    centre, person_id = centre_of(request), person_of(request)
    now = centre.now()
    if not await centre.read(lambda at: is_opened(at, who, person_id, now)):
        return redirect(HOME)
    await centre.write(lambda desk: note_act(desk, who, "person.show", person_id=person_id))
    return await _person(request, who, "", shown=True)


async def _person(request: Request, who: Who, done: str, shown: bool) -> Response:
    centre, person_id = centre_of(request), person_of(request)
    terms = terms_of(centre.region, local_date(centre.now()))
    seen: Seen = await centre.read(lambda at: see(at, person_id, who.outlet, terms))
    context: dict[str, Any] = {
        "seen": seen,
        "done": done,
        "shown": shown,
        "today": terms.today.isoformat(),
    }
    return page(request, who, "counter/person.html", title="个人页面", **context, **WORDS)


@signed_in(Role.CLERK)
async def decide(request: Request, who: Who) -> Response:
    """POST /desk/people/{id}/changes/{ref}: let a change that waits count, or not."""
    form, person_id = await form_of(request), person_of(request)
    ref = checked_reference(request.path_params["ref"])
    act, note = DECIDED.get(form.get("do", "")), form.get("note", "")
    if act is None or not note:
        raise Refused(ProblemCode.BAD_REQUEST, "decision")

    def job(desk: Desk) -> None:
        own = (profile_changes.c.ref == ref, profile_changes.c.person_id == person_id)
        query = select(profile_changes.c.kiosk_id).where(*own)
        kiosk_id = desk.connection.execute(query).scalars().first()
        if kiosk_id is None:
            raise Refused(ProblemCode.NOT_FOUND, "change")
        decide_change(desk, kiosk_id, ref, act == DECIDED["accept"], who.name, note)
        note_act(desk, who, act, person_id=person_id, about=ref, detail=note)

    try:
        await centre_of(request).write(job)
    except NotToBeDecided:
        return message(request, who, 409, "不能办理", "这项修改已经审核过，没有做任何更改。")
    return redirect(f"{person_path(person_id)}?done={act}")


@signed_in(Role.CLERK)
async def call_form(request: Request, who: Who) -> Response:
    """GET /desk/people/call."""
    return _call(request, who, {"ref": secrets.token_hex(16)})


@signed_in(Role.CLERK)
async def call(request: Request, who: Who) -> Response:
    """POST /desk/people/call: stop the card of who has answered rightly."""
    form, centre = await form_of(request), centre_of(request)
    if form.get("channel") not in (Channel.HOTLINE.value, Channel.CARD_HOTLINE.value):
        raise Refused(ProblemCode.BAD_REQUEST, "channel")
    caller = Caller(
        form.get("name", ""),
        form.get("id_number", "").upper(),
        form.get("card_tail", ""),
        form.get("phone_tail", ""),
    )
    ref, channel = checked_reference(form.get("ref", "")), Channel(form["channel"])
    terms = terms_of(centre.region, local_date(centre.now()))

    def job(desk: Desk) -> StoredApplication:
        person_id = caller_of(desk.connection, caller)
        checked = "name id-number " + ("card" if caller.card_tail else "phone")
        act, number = CounterAct.PRE_REPORT, caller.id_number
        asked = Form(ref, act, who, channel, person_id, number, checked=checked)
        return find_application(desk.connection, pre_report(desk, terms, asked))

    try:
        report = await centre.write(job)
    except Refused as refused:
        fault = "".join(fault_of(refused).values())
        if refused.code is ProblemCode.PERSON_UNKNOWN:
            fault, detail = NOT_THE_CALLER, channel.value
            await centre.write(lambda desk: note_act(desk, who, "loss.call-refused", detail=detail))
        return _call(request, who, dict(form), fault=fault, status=409)
    fresh = {"ref": secrets.token_hex(16)}
    # A report that stood already keeps its own last day.
    done = f"已挂失，受理号 {report.number}，有效至 {report.until}。"
    return _call(request, who, fresh, done=done)


def _call(
    request: Request,
    who: Who,
    form: dict[str, str],
    fault: str = "",
    done: str = "",
    status: int = 200,
) -> Response:
    centre = centre_of(request)
    until = terms_of(centre.region, local_date(centre.now())).until
    context: dict[str, Any] = {"form": form, "fault": fault, "done": done, "until": until}
    return page(request, who, "counter/call.html", status, title="电话挂失", **context)


@signed_in(Role.CLERK)
async def journal(request: Request, who: Who) -> Response:
    """GET /desk/people/journal: what she did and looked at today."""
    centre = centre_of(request)
    midnight = centre.now().astimezone(CHINA_TIME).replace(hour=0, minute=0, second=0)
    rows = await centre.read(lambda at: journal_of(at, who.id, stamp(midnight)))
    for row in rows:
        number, name = row.pop("id_number"), row.pop("name")
        channel, _, more = row["detail"].partition(" ")
        row["told"] = f"{CHANNELS.get(channel, channel)} {more}".strip()
        row["masked"] = f"{PersonName(name)} {IdNumber(number)}" if number else ""
    return page(request, who, "counter/journal.html", title="今日记录", rows=rows, acts=ACTS)


ROUTES = [
    Route(HOME, search_form, methods=["GET"]),
    Route(HOME, search, methods=["POST"]),
    Route(CALL, call_form, methods=["GET"]),
    Route(CALL, call, methods=["POST"]),
    Route(JOURNAL, journal, methods=["GET"]),
    Route(HOME + "/{id:int}", person, methods=["GET"]),
    Route(HOME + "/{id:int}/open", open_one, methods=["POST"]),
    Route(HOME + "/{id:int}/show", show, methods=["POST"]),
    Route(HOME + "/{id:int}/changes/{ref}", decide, methods=["POST"]),
    *task_pages.ROUTES,
    *outlet_pages.ROUTES,
]
_CLERKS = frozenset({Role.CLERK})
NAV = (
    NavEntry(HOME, "办理", _CLERKS),
    NavEntry(CALL, "电话挂失", _CLERKS),
    *outlet_pages.NAV,
    NavEntry(JOURNAL, "今日记录", _CLERKS),
)
