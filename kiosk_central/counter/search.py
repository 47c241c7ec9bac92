"""Finding a person, masked, and opening her for a purpose that is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from kiosk_central.clock import stamp
from kiosk_central.desk import Desk
from kiosk_central.problems import Refused
from kiosk_central.store.schema import cards, people
from kiosk_central.store.web import web_acts
from kiosk_central.web.session import note_act
from kiosk_central.web.who import Who
from kioskd.domain.secret import IdNumber, PersonName
from kioskd.protocols.central import ProblemCode

FOUND_MAX = 20
BORN_DIGITS = 8
OPEN_FOR = timedelta(minutes=30)
VIEW = "person.view"
PURPOSES = ("本人到场办理", "代办人到场办理", "电话来访", "核对资料")


@dataclass(frozen=True, slots=True)
class Found:
    """One hit, masked as it prints itself."""

    id: int
    name: PersonName
    id_number: IdNumber
    born: str


def find(connection: Connection, number: str, name: str, born: str) -> list[Found]:
    """Return who has an ID number or card number, or a name and birth date; at most 20."""
    query = select(people).order_by(people.c.id).limit(FOUND_MAX)
    if number:
        of_card = select(cards.c.person_id).where(cards.c.number == number.upper())
        own = (people.c.id_number == number.upper()) | people.c.id.in_(of_card)
        query = query.where(own)
    elif name and (digits := born.replace("-", "")).isdecimal() and len(digits) == BORN_DIGITS:
        query = query.where(people.c.name == name, people.c.id_number.like(f"______{digits}____"))
    else:
        return []
    return [_found(row.id, row.name, row.id_number) for row in connection.execute(query)]


def _found(person_id: int, name: str, id_number: str) -> Found:
    born = f"{id_number[6:10]}-**-**"
    return Found(person_id, PersonName(name), IdNumber(id_number), born)


def open_person(desk: Desk, who: Who, person_id: int, purpose: str) -> None:
    """Note that she is looked at, and why. Raises Refused: BAD_REQUEST, NOT_FOUND."""
    if purpose not in PURPOSES:
        raise Refused(ProblemCode.BAD_REQUEST, "purpose")
    known = desk.connection.execute(select(people.c.id).where(people.c.id == person_id))
    if known.one_or_none() is None:
        raise Refused(ProblemCode.NOT_FOUND, "person")
    note_act(desk, who, VIEW, person_id=person_id, detail=purpose)


def is_opened(connection: Connection, who: Who, person_id: int, now: datetime) -> bool:
    """Tell whether this clerk has said lately why she looks at her."""
    acts = web_acts.c
    query = select(acts.id).where(
        acts.account_id == who.id,
        acts.person_id == person_id,
        acts.act == VIEW,
        acts.at >= stamp(now - OPEN_FOR),
    )
    return connection.execute(query.limit(1)).one_or_none() is not None
