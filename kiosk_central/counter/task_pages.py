"""One page per task: asked, where it cannot be taken back confirmed, and done once."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk_central.api.request import Centre, centre_of, checked_reference
from kiosk_central.clock import local_date
from kiosk_central.counter.acts import Agent, Channel, CounterAct, Form
from kiosk_central.counter.cards import (
    activate_by_hand,
    cancel,
    exchange,
    hand_over,
    lose_for_good,
    pre_report,
    reissue,
)
from kiosk_central.counter.certificate import certificate
from kiosk_central.counter.fees import Fee, Settled
from kiosk_central.counter.paths import HOME, person_of, person_path
from kiosk_central.counter.query_codes import code_fault, set_code
from kiosk_central.counter.search import is_opened
from kiosk_central.counter.view import Seen, Task, see
from kiosk_central.counter.words import SETTLED, fault_of
from kiosk_central.desk import Desk
from kiosk_central.loss import Terms, terms_of
from kiosk_central.problems import Refused
from kiosk_central.web.factors import hash_password
from kiosk_central.web.pages import message, page, redirect
from kiosk_central.web.roles import Role
from kiosk_central.web.session import Who, form_of, signed_in
from kioskd.domain.money import Money
from kioskd.protocols.central import ProblemCode

Fields = Mapping[str, str]
TASKS: Final = {
    "pre-report": CounterAct.PRE_REPORT,
    "cancel": CounterAct.CANCEL,
    "formal": CounterAct.FORMAL,
    "reissue": CounterAct.REISSUE,
    "exchange": CounterAct.EXCHANGE,
    "hand-out": CounterAct.HAND_OUT,
    "activate": CounterAct.ACTIVATE,
    "query-code": CounterAct.QUERY_CODE,
}
FEN_DIGITS_MAX = 9
FOR_AGENTS: Final = frozenset({"pre-report", "formal", "reissue", "exchange", "hand-out"})
CONFIRMED: Final = frozenset({"formal", "reissue", "exchange"})
"""Tasks that nothing takes back; each applies for a new card, at an outlet."""


_FEE: Final = ("fee", "settled", "voucher", "fee_reason")
BODY: Final = {
    "pre-report": (),
    "cancel": (),
    "formal": ("outlet",),
    "reissue": ("outlet",),
    "exchange": ("outlet", "card_number"),
    "hand-out": _FEE,
    "activate": ("card_number",),
    "query-code": (),
}
"""The fields of each task beside who it is for and who asks."""


def consequence(task: str, terms: Terms) -> str:
    """Say what a task does, with its dates, in words to be read out."""
    ready = f"新卡预计 {terms.collect_on.day} 起领取，工本费 {terms.rules.fee} 元。"
    return {
        "pre-report": f"社保卡停用至 {terms.until}，次日自动恢复；期间可解除挂失或转正式挂失。",
        "cancel": "社保卡立即恢复使用。须本人到场。",
        "formal": f"原社保卡永久作废，找回也不能再用，不能撤销。{ready}",
        "reissue": f"为已正式挂失的卡申请新卡，不能撤销。{ready}",
        "exchange": f"原社保卡当场收回作废，不能撤销；领到新卡前凭社保卡证明办理。{ready}",
        "hand-out": "核对证件、收取工本费后把新卡交给来办人。新卡须本人启用后才能使用。",
        "activate": "核对本人身份证和面貌后启用新卡。不能代办。本柜台不读芯片，审计中会注明。",
        "query-code": "本人凭身份证号和查询码可打电话查询。连错 5 次即锁定，须到柜台重设。",
    }[task]


@signed_in(Role.CLERK)
async def task_form(request: Request, who: Who) -> Response:
    """GET /desk/people/{id}/do/{task}."""
    seen, task = await _seen(request, who)
    if seen is None or task is None:
        return redirect(HOME)
    if task.why_not:
        return message(request, who, 409, task.title, f"现在不能办理：{task.why_not}。")
    if task.name == "certificate":
        return page(
            request,
            who,
            "counter/certificate.html",
            title=task.title,
            seen=seen,
            ref=secrets.token_hex(16),
        )
    return _form(request, who, seen, task, {"ref": secrets.token_hex(16)}, {})


@signed_in(Role.CLERK)
async def do_task(request: Request, who: Who) -> Response:
    """POST /desk/people/{id}/do/{task}."""
    fields, centre = await form_of(request), centre_of(request)
    seen, task = await _seen(request, who)
    if seen is None or task is None:
        return redirect(HOME)
    if task.name == "certificate":
        ref = checked_reference(fields.get("ref", ""))
        return await certificate(centre, who, seen, ref)
    return await _do(request, who, seen, task, fields)


async def _do(request: Request, who: Who, seen: Seen, task: Task, fields: Fields) -> Response:
    centre = centre_of(request)
    asked, faults = _asked(who, seen, task, fields), {}
    if fields.get("holder_number", "").upper() != seen.id_number.reveal():
        faults = {"holder_number": "与此人的身份证号不符，请核对证件"}
    if task.name == "query-code":
        fault = code_fault(fields.get("code", ""), seen.id_number.reveal())
        faults |= {"code": fault} if fault else {}
    if faults:
        return _form(request, who, seen, task, fields, faults)
    if task.name in CONFIRMED and fields.get("step") != "confirmed":
        return _form(request, who, seen, task, fields, {}, confirming=True)
    try:
        job = await _job(centre, seen, task, asked, fields)
        await centre.write(job)
    except Refused as refused:
        return _form(request, who, seen, task, fields, fault_of(refused))
    return redirect(f"{person_path(seen.id)}?done={asked.act.value}")


def _asked(who: Who, seen: Seen, task: Task, fields: Fields) -> Form:
    by_agent = task.name in FOR_AGENTS and fields.get("channel") == Channel.AGENT.value
    agent = None
    if by_agent:
        number = fields.get("agent_number", "").upper()
        agent = Agent(fields.get("agent_name", ""), number)
    checked = "id-card"
    if task.name == "activate":
        checked = "id-card face card-number; chip not read" if fields.get("face") else ""
    if task.name == "exchange":
        checked = "id-card old-card taken back" if fields.get("taken_back") else ""
    return Form(
        checked_reference(fields.get("ref", "")),
        TASKS[task.name],
        who,
        Channel.AGENT if by_agent else Channel.DESK,
        seen.id,
        fields.get("holder_number", "").upper(),
        agent,
        checked,
        fields.get("reason", "") if by_agent else "",
        tuple(fields.get(name, "") for name in BODY[task.name]),
    )


async def _job(
    centre: Centre, seen: Seen, task: Task, asked: Form, fields: Fields
) -> Callable[[Desk], object]:
    """Return what the writer is to do for a form."""
    terms, outlet = terms_of(centre.region, local_date(centre.now())), fields.get("outlet", "")
    if task.name == "query-code":
        kept = await run_in_threadpool(hash_password, fields["code"])
        return lambda desk: set_code(desk, asked, kept)
    if task.name == "activate":
        if not asked.checked:
            raise Refused(ProblemCode.BAD_REQUEST, "face")
        return lambda desk: activate_by_hand(desk, asked, fields.get("card_number", "").upper())
    if task.name == "exchange":
        if not asked.checked:
            raise Refused(ProblemCode.BAD_REQUEST, "taken back")
        old = fields.get("card_number", "").upper()
        return lambda desk: exchange(desk, terms, asked, outlet, old)
    if task.name == "hand-out":
        # A form sent again finds no card waiting any more: what it was about is in the books.
        number = "" if seen.coming is None else seen.coming.number
        fee = _fee(fields)
        return lambda desk: hand_over(desk, asked, number, fee)
    jobs: dict[str, Callable[[Desk], object]] = {
        "pre-report": lambda desk: pre_report(desk, terms, asked),
        "cancel": lambda desk: cancel(desk, asked),
        "formal": lambda desk: lose_for_good(desk, terms, asked, outlet),
        "reissue": lambda desk: reissue(desk, terms, asked, outlet),
    }
    return jobs[task.name]


def _fee(fields: Fields) -> Fee:
    """Return how the clerk says the fee was settled. Raises Refused(BAD_REQUEST)."""
    text = fields.get("fee", "")
    settled = fields.get("settled", Settled.CASH.value)
    known = settled in {one.value for one in Settled}
    if not (text.isascii() and text.isdigit() and len(text) <= FEN_DIGITS_MAX and known):
        raise Refused(ProblemCode.BAD_REQUEST, "fee")
    amount = Money(int(text))
    if settled == Settled.EXEMPT.value:
        return Fee(amount, Settled.EXEMPT, reason=fields.get("fee_reason", ""))
    return Fee(amount, Settled.CASH, fields.get("voucher", "").upper())


async def _seen(request: Request, who: Who) -> tuple[Seen | None, Task | None]:
    """Return whom it is about, if she was opened, and the task. Raises Refused(NOT_FOUND)."""
    centre, person_id = centre_of(request), person_of(request)
    now = centre.now()
    if not await centre.read(lambda at: is_opened(at, who, person_id, now)):
        return None, None
    seen = await centre.read(
        lambda at: see(at, person_id, who.outlet, terms_of(centre.region, local_date(now)))
    )
    wanted = request.path_params["task"]
    task = next((one for one in seen.tasks if one.name == wanted), None)
    if task is None:
        raise Refused(ProblemCode.NOT_FOUND, "task")
    return seen, task


def _form(
    request: Request,
    who: Who,
    seen: Seen,
    task: Task,
    fields: Fields,
    faults: dict[str, str],
    confirming: bool = False,
) -> Response:
    centre = centre_of(request)
    terms = terms_of(centre.region, local_date(centre.now()))
    context: dict[str, Any] = {
        "seen": seen,
        "task": task,
        "form": dict(fields),
        "faults": faults,
        "confirming": confirming,
        "confirms": task.name in CONFIRMED,
        "agents": task.name in FOR_AGENTS,
        "settled": SETTLED,
        "outlets": terms.rules.hand_out,
        "consequence": consequence(task.name, terms),
    }
    status = 409 if faults else 200
    return page(request, who, "counter/task.html", status, title=task.title, **context)


ROUTES = [
    Route(HOME + "/{id:int}/do/{task}", task_form, methods=["GET"]),
    Route(HOME + "/{id:int}/do/{task}", do_task, methods=["POST"]),
]
