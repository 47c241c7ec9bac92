"""The auditor's pages. She changes nothing; that she looked at somebody's acts is an act itself."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk_central.api.request import centre_of
from kiosk_central.auditor.acts import Wanted, acts, person_by_number
from kiosk_central.auditor.books import (
    PAGE_ROWS,
    Span,
    anchors,
    payment,
    payments_by_state,
    payments_in,
)
from kiosk_central.auditor.words import DIFFERENCES, STATES
from kiosk_central.clock import local_date
from kiosk_central.documents.listing import one_document
from kiosk_central.documents.numbers import typed_number
from kiosk_central.listing import all_differences
from kiosk_central.problems import Refused
from kiosk_central.web.act_words import ACTS
from kiosk_central.web.pages import NavEntry, page, redirect
from kiosk_central.web.roles import Role
from kiosk_central.web.session import Who, form_of, note_act, signed_in
from kioskd.domain.payment import PaymentState
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_books import DifferenceKind

T = TypeVar("T")
HOME = "/desk/audit"
DAYS_SHOWN = 31
DAYS_MAX = 366
NUMBER_DIGITS_MAX = 12


async def _read(request: Request, query: Callable[[Connection], T]) -> T:
    return await centre_of(request).read(query)


@signed_in(Role.AUDITOR)
async def overview(request: Request, who: Who) -> Response:
    """GET /desk/audit: payments by state in some days, and what does not agree."""
    span = _span_of(request)
    clock = centre_of(request).clock
    counts = await _read(request, lambda at: payments_by_state(at, span))
    open_ones = await _read(request, lambda at: len(all_differences(at, clock, only_open=True)))
    context: dict[str, Any] = {
        "span": span,
        "counts": counts,
        "states": STATES,
        "open_differences": open_ones,
    }
    return page(request, who, "audit/overview.html", title="审计", **context)


@signed_in(Role.AUDITOR)
async def payment_list(request: Request, who: Who) -> Response:
    """GET /desk/audit/payments: those in one state, a page at a time."""
    span, state = _span_of(request), _state_of(request)
    heard_at, ref = request.query_params.get("heard"), request.query_params.get("ref")
    after = (heard_at, ref) if heard_at and ref else None
    found = await _read(request, lambda at: payments_in(at, span, state, after))
    context: dict[str, Any] = {"span": span, "state": state, "states": STATES, "rows": found}
    context["more"] = len(found) == PAGE_ROWS
    return page(request, who, "audit/payments.html", title="缴费记录", **context)


@signed_in(Role.AUDITOR)
async def one_payment(request: Request, who: Who) -> Response:
    """GET /desk/audit/payments/{ref}: everything the books hold of it."""
    ref: str = request.path_params["ref"]
    found = await _read(request, lambda at: payment(at, ref))
    if found is None:
        raise Refused(ProblemCode.NOT_FOUND)
    state = STATES[PaymentState(found["state"])]
    context: dict[str, Any] = {"payment": found, "state": state, "kinds": _kind_words()}
    context["states"] = {one.value: words for one, (words, _) in STATES.items()}
    return page(request, who, "audit/payment.html", title=f"缴费 {ref}", **context)


@signed_in(Role.AUDITOR)
async def differences(request: Request, who: Who) -> Response:
    """GET /desk/audit/differences: open ones, or all."""
    everything = request.query_params.get("all") == "1"
    clock = centre_of(request).clock
    found = await _read(request, lambda at: all_differences(at, clock, not everything))
    context: dict[str, Any] = {"rows": found, "everything": everything, "kinds": _kind_words()}
    return page(request, who, "audit/differences.html", title="账目差异", **context)


@signed_in(Role.AUDITOR)
async def journals(request: Request, who: Who) -> Response:
    """GET /desk/audit/journals: the anchors of the kiosks' journals."""
    kiosk, after = request.query_params.get("kiosk", ""), request.query_params.get("after", "")
    found = await _read(request, lambda at: anchors(at, kiosk, after))
    last = found[-1]["kiosk_id"] if found else ""
    more = len({row["kiosk_id"] for row in found}) == PAGE_ROWS
    context: dict[str, Any] = {"rows": found, "kiosk": kiosk, "last": last, "more": more}
    return page(request, who, "audit/journals.html", title="终端日志锚点", **context)


@signed_in(Role.AUDITOR)
async def documents(request: Request, who: Who) -> Response:
    """GET /desk/audit/documents: one by its number, as it may be typed from the paper."""
    typed = request.query_params.get("number", "").strip()
    number = typed_number(typed) if typed else None
    found = None
    if number is not None:
        wanted = number
        found = await _read(request, lambda at: one_document(at, wanted))
        await centre_of(request).write(
            lambda desk: note_act(desk, who, "audit.document", about=wanted)
        )
    context: dict[str, Any] = {"typed": typed, "number": number, "document": found}
    return page(request, who, "audit/documents.html", title="证明文件", **context)


@signed_in(Role.AUDITOR)
async def act_list(request: Request, who: Who) -> Response:
    """GET /desk/audit/acts: what staff did, and whom they looked at."""
    query = request.query_params
    wanted = Wanted(
        query.get("account", "").strip().lower(),
        _number(query.get("person")),
        query.get("act", "").strip(),
        _number(query.get("before")),
    )
    found = await _read(request, lambda at: acts(at, wanted))
    if wanted.person_id is not None and found:
        await centre_of(request).write(
            lambda desk: note_act(desk, who, "audit.acts", person_id=wanted.person_id)
        )
    context: dict[str, Any] = {
        "rows": found,
        "wanted": wanted,
        "words": ACTS,
        "more": len(found) == PAGE_ROWS,
        "fault": "",
    }
    return page(request, who, "audit/acts.html", title="经办与查阅记录", **context)


@signed_in(Role.AUDITOR)
async def acts_of_person(request: Request, who: Who) -> Response:
    """POST /desk/audit/acts: by an ID number, which stays out of addresses and histories."""
    form = await form_of(request)
    typed = form.get("id_number", "")
    person_id = await _read(request, lambda at: person_by_number(at, typed))
    if person_id is None:
        context: dict[str, Any] = {"rows": [], "wanted": Wanted(), "more": False}
        context |= {"fault": "没有这个身份证号", "words": ACTS}
        return page(request, who, "audit/acts.html", 404, title="经办与查阅记录", **context)
    return redirect(f"{HOME}/acts?person={person_id}")


def _kind_words() -> dict[str, str]:
    return {kind.value: words for kind, words in DIFFERENCES.items()} | {
        kind.value: kind.value for kind in DifferenceKind if kind not in DIFFERENCES
    }


def _span_of(request: Request) -> Span:
    """Return the days asked for, the last month's if none are. Raises Refused(BAD_REQUEST)."""
    today = local_date(centre_of(request).now())
    first, last = request.query_params.get("from"), request.query_params.get("to")
    try:
        end = date.fromisoformat(last) if last else today
        begin = date.fromisoformat(first) if first else end - timedelta(days=DAYS_SHOWN - 1)
        span = Span(begin, end)
        days = (end - begin).days
        assert span.stamps, "these days have moments"
    except (ValueError, OverflowError):
        raise Refused(ProblemCode.BAD_REQUEST, "days") from None
    if not 0 <= days < DAYS_MAX:
        raise Refused(ProblemCode.BAD_REQUEST, "days")
    return span


def _state_of(request: Request) -> PaymentState:
    try:
        state = PaymentState(request.query_params.get("state", PaymentState.CONFIRMED.value))
    except ValueError:
        raise Refused(ProblemCode.BAD_REQUEST, "state") from None
    if state not in STATES:
        raise Refused(ProblemCode.BAD_REQUEST, "state")
    return state


def _number(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS_MAX):
        raise Refused(ProblemCode.BAD_REQUEST, "number")
    return int(text)


ROUTES = [
    Route(HOME, overview, methods=["GET"]),
    Route(f"{HOME}/payments", payment_list, methods=["GET"]),
    Route(f"{HOME}/payments/{{ref}}", one_payment, methods=["GET"]),
    Route(f"{HOME}/differences", differences, methods=["GET"]),
    Route(f"{HOME}/journals", journals, methods=["GET"]),
    Route(f"{HOME}/documents", documents, methods=["GET"]),
    Route(f"{HOME}/acts", act_list, methods=["GET"]),
    Route(f"{HOME}/acts", acts_of_person, methods=["POST"]),
]
_ONLY = frozenset({Role.AUDITOR})
NAV = (
    NavEntry(HOME, "总览", _ONLY),
    NavEntry(f"{HOME}/payments", "缴费", _ONLY),
    NavEntry(f"{HOME}/differences", "差异", _ONLY),
    NavEntry(f"{HOME}/journals", "日志锚点", _ONLY),
    NavEntry(f"{HOME}/documents", "证明文件", _ONLY),
    NavEntry(f"{HOME}/acts", "经办记录", _ONLY),
)
