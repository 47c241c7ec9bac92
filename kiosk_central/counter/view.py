"""What a clerk sees of a person, and what may be done for her now."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from kiosk_central.applications import StoredApplication, applications_of, coming_card
from kiosk_central.card_rows import StoredCard, present_card
from kiosk_central.card_states import ApplicationState
from kiosk_central.contributions import enrolments_of
from kiosk_central.counter.query_codes import state_of_code
from kiosk_central.loss import Terms
from kiosk_central.my_payments import payments_of
from kiosk_central.problems import Refused
from kiosk_central.store.profiles import profile_changes
from kiosk_central.store.schema import people
from kioskd.domain.account import MyPayment
from kioskd.domain.card import CardStatus
from kioskd.domain.contribution import Enrolment
from kioskd.domain.secret import IdNumber, PersonName
from kioskd.protocols.central import ProblemCode


@dataclass(frozen=True, slots=True)
class Task:
    """Something the counter does; ``why_not`` is empty where it may be done now."""

    name: str
    title: str
    why_not: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A person as a clerk sees her. Name and number mask themselves."""

    id: int
    name: PersonName
    id_number: IdNumber
    city: str
    card: StoredCard | None
    status: CardStatus | None
    coming: StoredApplication | None
    applications: tuple[StoredApplication, ...]
    enrolments: tuple[Enrolment, ...]
    payments: tuple[MyPayment, ...]
    changes: tuple[Any, ...]
    query_code: str
    tasks: tuple[Task, ...]


RENEWED = "卡已交回换新"


def see(connection: Connection, person_id: int, outlet: str, terms: Terms) -> Seen:
    """Gather it. Raises Refused(NOT_FOUND)."""
    row = connection.execute(select(people).where(people.c.id == person_id)).one_or_none()
    if row is None:
        raise Refused(ProblemCode.NOT_FOUND, "person")
    today = terms.today
    card = present_card(connection, person_id, today)
    status = None if card is None else card.status_on(today)
    coming = None if card is None else coming_card(connection, card.code)
    waiting = profile_changes.c
    changes = select(profile_changes).where(
        waiting.person_id == person_id, waiting.state == "pending"
    )
    return Seen(
        person_id,
        PersonName(row.name),
        IdNumber(row.id_number),
        row.city,
        card,
        status,
        coming,
        tuple(one.on(today) for one in applications_of(connection, person_id)),
        enrolments_of(connection, person_id),
        payments_of(connection, person_id),
        tuple(connection.execute(changes.order_by(waiting.id))),
        state_of_code(connection, person_id),
        tasks_for(status, coming, outlet, _why_no_exchange(card, status, terms)),
    )


def tasks_for(
    status: CardStatus | None,
    coming: StoredApplication | None,
    outlet: str,
    why_no_exchange: str,
) -> tuple[Task, ...]:
    """Return every task, each with the reason why it cannot be done now, if there is one."""
    no_card = "没有社保卡" if status is None else ""
    lost = status is CardStatus.LOST
    dead = "卡已正式挂失" if lost else RENEWED if status is CardStatus.RETURNED else ""
    inactive = "卡未启用" if status is CardStatus.INACTIVE else ""
    reported = "已在挂失期内" if status is CardStatus.PRE_REPORTED else ""
    not_reported = "" if reported else "卡不在挂失期内"
    on_the_way = "新卡已在办理中" if coming is not None else ""
    return (
        Task("pre-report", "挂失", no_card or dead or inactive or reported),
        Task("cancel", "解除挂失", no_card or not_reported),
        Task("formal", "正式挂失并补卡", no_card or dead or _why_not_lost(status, coming)),
        Task("reissue", "申请补卡", no_card or on_the_way or ("" if lost else "卡未正式挂失")),
        Task("exchange", "到期换卡", why_no_exchange),
        Task("hand-out", "发卡", _why_no_hand_out(coming, outlet)),
        Task("activate", "启用新卡", _why_no_activation(status, coming)),
        Task("certificate", "打印社保卡证明", _why_no_certificate(coming)),
        Task("query-code", "设置电话查询码", ""),
    )


def _why_no_exchange(card: StoredCard | None, status: CardStatus | None, terms: Terms) -> str:
    if card is None:
        return "没有社保卡"
    if status is not CardStatus.ACTIVE:
        return RENEWED if status is CardStatus.RETURNED else "卡不在正常状态"
    expires = date.fromisoformat(card.expires)
    return (
        ""
        if terms.may_renew(expires)
        else f"有效期至 {expires}，提前 {terms.rules.renew_days} 天可换"
    )


def _why_not_lost(status: CardStatus | None, coming: StoredApplication | None) -> str:
    """Tell why a card that is not active cannot have been lost: it has not come yet."""
    made = coming is not None and coming.state is ApplicationState.MAKING
    return "新卡尚未到网点" if made and status is CardStatus.INACTIVE else ""


def _why_no_hand_out(coming: StoredApplication | None, outlet: str) -> str:
    if coming is None:
        return "没有待领的新卡"
    if coming.state is not ApplicationState.READY:
        return "新卡已发" if coming.state is ApplicationState.COLLECTED else "新卡尚未制好"
    return "" if coming.outlet == outlet else f"新卡在{coming.outlet}领取"


def _why_no_activation(status: CardStatus | None, coming: StoredApplication | None) -> str:
    if status is not CardStatus.INACTIVE:
        return "没有待启用的卡"
    fetched = coming is None or coming.state is ApplicationState.COLLECTED
    return "" if fetched else "新卡尚未发出"


def _why_no_certificate(coming: StoredApplication | None) -> str:
    return "" if coming is not None else "没有办理中的补卡"
