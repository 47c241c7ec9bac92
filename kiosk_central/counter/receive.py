"""Taking in the new cards that the factory sent to an outlet.

Which cards were made the factory's list says (``kiosk-central cards made``). A card is ready to be
collected when a clerk of its outlet has it before her and scans or types its number.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import Connection, Row, select

from kiosk_central.card_books import arrived
from kiosk_central.card_states import ApplicationState
from kiosk_central.desk import Desk
from kiosk_central.store.cards import applications
from kiosk_central.store.locks import lock_people
from kiosk_central.store.schema import cards
from kiosk_central.web.session import note_act
from kiosk_central.web.who import Who

CARDS_MAX = 200
ACT = "card.receive"


class Received(Enum):
    """What became of one number of a batch."""

    TAKEN_IN = "taken_in"
    HERE_ALREADY = "here_already"
    OTHER_OUTLET = "other_outlet"
    """It was sent to another outlet, and stays on its way."""
    UNKNOWN = "unknown"
    """No card that was made, or one that has been handed out."""


@dataclass(frozen=True, slots=True)
class Line:
    """One number of a batch, as it was typed."""

    card_number: str
    came: Received
    application: str = ""
    outlet: str = ""
    """Where it belongs, if it is not here."""


def numbers_in(text: str) -> list[str]:
    """Return the card numbers of a text, each once, in its order: one a line, or with blanks."""
    return list(dict.fromkeys(text.upper().replace(",", " ").split()))


def receive(desk: Desk, who: Who, numbers: list[str]) -> list[Line]:
    """Take in what belongs here; what does not is told line by line and left as it is."""
    owners = select(cards.c.person_id).where(cards.c.number.in_(numbers))
    lock_people(desk.connection, desk.connection.execute(owners).scalars())
    return [_receive(desk, who, number) for number in numbers]


def _receive(desk: Desk, who: Who, card_number: str) -> Line:
    joined = applications.join(cards, cards.c.code == applications.c.new_card_code)
    own = (cards.c.number == card_number) & (applications.c.closed == "")
    query = select(applications).select_from(joined).where(own)
    row = desk.connection.execute(query).one_or_none()
    if row is None or row.state not in (
        ApplicationState.MAKING.value,
        ApplicationState.READY.value,
    ):
        return Line(card_number, Received.UNKNOWN)
    if row.outlet != who.outlet:
        return Line(card_number, Received.OTHER_OUTLET, row.number, row.outlet)
    if row.state == ApplicationState.READY.value:
        return Line(card_number, Received.HERE_ALREADY, row.number)
    arrived(desk, row.number, who.name)
    note_act(desk, who, ACT, person_id=row.person_id, about=row.number)
    return Line(card_number, Received.TAKEN_IN, row.number)


def on_the_way(connection: Connection, outlet: str) -> list[Row[Any]]:
    """Return the applications whose cards were made and have not come yet, the oldest first."""
    joined = applications.join(cards, cards.c.code == applications.c.new_card_code)
    query = (
        select(applications, cards.c.number.label("card_number"))
        .select_from(joined)
        .where(
            applications.c.outlet == outlet,
            applications.c.state == ApplicationState.MAKING.value,
        )
        .order_by(applications.c.opened, applications.c.number)
    )
    return list(connection.execute(query))
