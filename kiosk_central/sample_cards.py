"""What the sample city's people have had done about their cards before the first visit.

Chen reported her card lost yesterday. Sun lost hers for good weeks ago and fetched the new one.
"""

from datetime import date, timedelta

from sqlalchemy import Connection, insert, select, update

from kiosk_central.applications import NUMBERED_AS
from kiosk_central.card_states import ApplicationState
from kiosk_central.receipt_numbers import next_number
from kiosk_central.sample_people import CHEN, SUN, Persona, chip_history, code_for
from kiosk_central.store.cards import application_steps, applications
from kiosk_central.store.schema import cards, people
from kioskd.domain.calendar import Certainty
from kioskd.domain.card import ApplicationKind, CardStatus

SAMPLE_LAPSE_DAYS = 10
SAMPLE_FEE_FEN = 2000
OLD_SERIAL = 0x110800000106
OLD_NUMBER = "T00000052"
SAMPLE_CLERK = "sample"
WEEKS_AGO = (
    (ApplicationState.ACCEPTED, 30),
    (ApplicationState.MAKING, 28),
    (ApplicationState.READY, 9),
    (ApplicationState.COLLECTED, 1),
)
"""How many days ago Sun's application reached each of its states."""


def barcode_of(person_id: int) -> str:
    """Return a medical-insurance number: twelve digits, plainly made up."""
    return f"000099{person_id:06d}"


def fill_cards(connection: Connection, today: date) -> None:
    """Give Chen her loss report, and Sun her old card and the application for the new one."""
    _chen(connection, today)
    _sun(connection, today)


def _chen(connection: Connection, today: date) -> None:
    reported = today - timedelta(days=1)
    until = reported + timedelta(days=SAMPLE_LAPSE_DAYS)
    own = cards.c.code == CHEN.card_code
    connection.execute(update(cards).where(own).values(until=until.isoformat()))
    _insert(
        connection,
        {
            "kind": ApplicationKind.LOSS.value,
            "person_id": _id_of(connection, CHEN),
            "card_code": CHEN.card_code,
            "state": ApplicationState.IN_FORCE.value,
            "opened": reported.isoformat(),
            "until": until.isoformat(),
        },
        [(ApplicationState.IN_FORCE, reported)],
    )


def _sun(connection: Connection, today: date) -> None:
    person_id, history = _id_of(connection, SUN), chip_history(OLD_SERIAL)
    query = select(cards).where(cards.c.code == SUN.card_code)
    new = connection.execute(query).mappings().one()
    old_code = code_for(SUN.id_number[:6], history)
    old = {
        **new,
        "code": old_code,
        "number": OLD_NUMBER,
        "atr_history": history,
        "issued": "2016-01-01",
        "status": CardStatus.LOST.value,
    }
    connection.execute(insert(cards).values(old))
    reached = [(state, today - timedelta(days=ago)) for state, ago in WEEKS_AGO]
    _insert(
        connection,
        {
            "kind": ApplicationKind.REISSUE.value,
            "person_id": person_id,
            "card_code": old_code,
            "state": ApplicationState.COLLECTED.value,
            "opened": reached[0][1].isoformat(),
            "collect_on": reached[2][1].isoformat(),
            "certainty": Certainty.OFFICIAL.value,
            "outlet": "示例市社会保险经办中心",
            "fee_fen": SAMPLE_FEE_FEN,
            "new_card_code": SUN.card_code,
        },
        reached,
    )


def _id_of(connection: Connection, persona: Persona) -> int:
    query = select(people.c.id).where(people.c.id_number == persona.id_number)
    return int(connection.execute(query).scalar_one())


def _insert(
    connection: Connection,
    row: dict[str, object],
    reached: list[tuple[ApplicationState, date]],
) -> None:
    number = next_number(connection, NUMBERED_AS, reached[0][1].year)
    empty = {"closed": "", "until": "", "collect_on": "", "certainty": "", "outlet": ""}
    whole = {"fee_fen": 0, **empty, **row, "number": number}
    connection.execute(insert(applications).values(whole))
    steps = [
        {"number": number, "state": state.value, "day": day.isoformat(), "by": SAMPLE_CLERK}
        for state, day in reached
    ]
    connection.execute(insert(application_steps), steps)
