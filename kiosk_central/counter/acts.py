"""What a clerk does for a person: each form is done once, and who did it for whom is kept."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from kiosk_central.clock import local_date
from kiosk_central.desk import Desk
from kiosk_central.problems import Refused
from kiosk_central.store.counter import counter_acts
from kiosk_central.store.locks import lock_person
from kiosk_central.store.schema import people
from kiosk_central.store.web import web_acts
from kiosk_central.web.session import note_act
from kiosk_central.web.who import Who
from kioskd.domain.person import id_number_is_well_formed
from kioskd.protocols.central import ProblemCode, encode

AGENT_NAME_MAX, REASON_MAX = 60, 200


class CounterAct(Enum):
    """What can be done at a counter; the values are those of the audit."""

    PRE_REPORT = "loss.pre-report"
    CANCEL = "loss.cancel"
    FORMAL = "loss.formal"
    REISSUE = "card.reissue"
    EXCHANGE = "card.exchange"
    HAND_OUT = "card.hand-out"
    ACTIVATE = "card.activate"
    QUERY_CODE = "query-code.set"


class Channel(Enum):
    """How she who asks reached the clerk."""

    DESK = "desk"
    AGENT = "agent"
    """Somebody else came for her, with both ID cards."""
    HOTLINE = "12333"
    CARD_HOTLINE = "card-hotline"


TELEPHONE: Final = frozenset({Channel.HOTLINE, Channel.CARD_HOTLINE})


@dataclass(frozen=True, slots=True)
class Agent:
    """Who came in her place."""

    name: str
    id_number: str


@dataclass(frozen=True, slots=True)
class Form:
    """One act as a clerk asked for it. ``ref`` was made when the form was shown."""

    ref: str
    act: CounterAct
    who: Who
    channel: Channel
    person_id: int
    holder_id_number: str
    """As read from the card shown, or told on the telephone: never filled in by us."""
    agent: Agent | None = None
    checked: str = ""
    reason: str = ""
    body: tuple[str, ...] = ()
    """What else was asked for, so that another form under the same reference is found out."""

    @property
    def digest(self) -> bytes:
        """SHA-256 of all that the clerk filled in."""
        agent = (self.agent.name, self.agent.id_number) if self.agent else ()
        told = (*agent, self.holder_id_number, self.checked, self.reason, "|", *self.body)
        return hashlib.sha256(encode(told)).digest()


def once_at_counter(desk: Desk, form: Form, do: Callable[[], str]) -> str:
    """Do it and keep its answer, or give the answer kept; her lock is held from here on.

    Raises Refused: BAD_REQUEST (an ID number that is none, a reason or agent missing),
    PERSON_UNKNOWN (the ID number is not hers), REFERENCE_REUSED, and what ``do`` raises.
    """
    lock_person(desk.connection, form.person_id)
    before = _given_before(desk.connection, form)
    if before is not None:
        return before
    _refuse_wrong_people(desk, form)
    answer = do()
    agent = form.agent or Agent("", "")
    row = {
        "ref": form.ref,
        "account_id": form.who.id,
        "outlet": form.who.outlet,
        "channel": form.channel.value,
        "act": form.act.value,
        "person_id": form.person_id,
        "agent_name": agent.name,
        "agent_id_number": agent.id_number,
        "checked": form.checked,
        "reason": form.reason,
        "body": form.digest,
        "answer": answer,
        "at": desk.stamp,
    }
    desk.connection.execute(insert(counter_acts).values(row))
    detail = form.channel.value if form.agent is None else f"{form.channel.value} {agent.name}"
    note_act(desk, form.who, form.act.value, person_id=form.person_id, about=answer, detail=detail)
    return answer


def _given_before(connection: Connection, form: Form) -> str | None:
    query = select(counter_acts).where(counter_acts.c.ref == form.ref)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    told = (row.act, row.account_id, row.person_id, row.channel, row.body)
    same = (form.act.value, form.who.id, form.person_id, form.channel.value, form.digest)
    if told != same:
        raise Refused(ProblemCode.REFERENCE_REUSED)
    answer: str = row.answer
    return answer


def _refuse_wrong_people(desk: Desk, form: Form) -> None:
    today = local_date(desk.now)
    query = select(people.c.id_number).where(people.c.id == form.person_id)
    own = desk.connection.execute(query).scalar_one_or_none()
    if own is None or own != form.holder_id_number.upper():
        raise Refused(ProblemCode.PERSON_UNKNOWN, "holder")
    if (form.channel is Channel.AGENT) != (form.agent is not None):
        raise Refused(ProblemCode.BAD_REQUEST, "agent")
    if form.agent is not None:
        _refuse_bad_agent(form.agent, own, today)
    if len(form.reason) > REASON_MAX or (form.agent is not None and not form.reason):
        raise Refused(ProblemCode.BAD_REQUEST, "reason")


def _refuse_bad_agent(agent: Agent, holder: str, today: date) -> None:
    if not 0 < len(agent.name) <= AGENT_NAME_MAX:
        raise Refused(ProblemCode.BAD_REQUEST, "agent_name")
    number = agent.id_number
    if not id_number_is_well_formed(number, today) or number == holder:
        raise Refused(ProblemCode.BAD_REQUEST, "agent_id_number")


def journal_of(connection: Connection, account_id: int, since: str) -> list[dict[str, Any]]:
    """Return what a clerk did and looked at since a moment, newest first."""
    query = (
        select(web_acts, people.c.id_number, people.c.name)
        .outerjoin(people, people.c.id == web_acts.c.person_id)
        .where(web_acts.c.account_id == account_id, web_acts.c.at >= since)
        .order_by(web_acts.c.id.desc())
    )
    return [dict(row) for row in connection.execute(query).mappings()]
