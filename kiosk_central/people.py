"""Kiosks, people and their cards as the centre has them on record."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Row, insert, select

from kiosk_central.card_rows import status_on
from kiosk_central.problems import Refused
from kiosk_central.store.schema import cards, kiosks, people
from kioskd.domain.card import CardStatus
from kioskd.domain.person import Assurance, Person
from kioskd.domain.secret import IdNumber, PersonName
from kioskd.errors import KioskError
from kioskd.protocols.central import CardLogin, IdCardLogin, ProblemCode

KIOSK_ID_MAX = 20


@dataclass(frozen=True, slots=True)
class Kiosk:
    """A kiosk that may talk to this centre."""

    id: str
    sam_id: str
    """Of its resident ID reader, or empty where none is registered."""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person on record."""

    id: int
    name: PersonName
    id_number: IdNumber
    city: str
    flexible_employment: bool

    def logged_in(self, assurance: Assurance) -> Person:
        """Return the person as a login answers her."""
        return Person(self.name, self.id_number, self.city, self.flexible_employment, assurance)


@dataclass(frozen=True, slots=True)
class KnownCard:
    """A card on record and its holder."""

    number: str
    atr_history: bytes
    expires: str
    """ISO date, the last day it is good."""
    status: CardStatus
    until: str
    """The last day of a loss report, else empty."""
    holder: KnownPerson

    def belongs_together_with(self, login: CardLogin) -> bool:
        """Tell whether what the kiosk read is what is on record (the records, not the key)."""
        return (
            login.card_number.reveal() == self.number
            and login.atr_history == self.atr_history
            and login.id_number == self.holder.id_number
            and login.name == self.holder.name
        )

    def refuse_if_not_valid(self, today: date) -> None:
        """Raise Refused: CARD_LOST, CARD_NOT_ACTIVATED or CARD_EXPIRED."""
        status = status_on(self.status, self.until, today)
        if status in (CardStatus.PRE_REPORTED, CardStatus.LOST):
            raise Refused(ProblemCode.CARD_LOST)
        if status is CardStatus.INACTIVE:
            raise Refused(ProblemCode.CARD_NOT_ACTIVATED)
        if status is CardStatus.RETURNED or self.expires < today.isoformat():
            raise Refused(ProblemCode.CARD_EXPIRED)


class KioskExists(KioskError):
    """There is a kiosk of that id, or it is no id."""


def add_kiosk(connection: Connection, kiosk_id: str, outlet: str, sam_id: str = "") -> None:
    """Put a new kiosk on record; what it needs to talk to us is an enrolment code.

    ``outlet`` is the place's id in the region pack. Raises KioskExists.
    """
    plain = kiosk_id.replace("-", "")
    if not (plain.isascii() and plain.isalnum() and len(kiosk_id) <= KIOSK_ID_MAX):
        raise KioskExists(f"a kiosk's id is 1 to {KIOSK_ID_MAX} letters, digits and hyphens")
    known = select(kiosks.c.id).where(kiosks.c.id == kiosk_id)
    if connection.execute(known).one_or_none() is not None:
        raise KioskExists(f"there is a kiosk {kiosk_id} already")
    row = {"id": kiosk_id, "outlet": outlet, "sam_id": sam_id, "active": True}
    connection.execute(insert(kiosks).values(row))


def find_kiosk(connection: Connection, kiosk_id: str) -> Kiosk:
    """Return the kiosk. Raises Refused(KIOSK_UNKNOWN) if there is none or it is out of service."""
    row = connection.execute(select(kiosks).where(kiosks.c.id == kiosk_id)).one_or_none()
    if row is None or not row.active:
        raise Refused(ProblemCode.KIOSK_UNKNOWN)
    return Kiosk(row.id, row.sam_id)


def find_card(connection: Connection, code: str) -> KnownCard:
    """Return the card by its identification code. Raises Refused(CARD_UNKNOWN)."""
    query = select(cards, people).join(people).where(cards.c.code == code.upper())
    row = connection.execute(query).one_or_none()
    if row is None:
        raise Refused(ProblemCode.CARD_UNKNOWN)
    status = CardStatus(row.status)
    return KnownCard(row.number, row.atr_history, row.expires, status, row.until, _person(row))


def find_by_id_card(connection: Connection, login: IdCardLogin) -> KnownPerson:
    """Return the person whose number and name both match. Raises Refused(PERSON_UNKNOWN)."""
    query = select(people).where(people.c.id_number == login.id_number.reveal())
    row = connection.execute(query).one_or_none()
    if row is None or row.name != login.name.reveal():
        raise Refused(ProblemCode.PERSON_UNKNOWN)
    return _person(row)


def _person(row: Row[tuple[object, ...]]) -> KnownPerson:
    return KnownPerson(
        row.id, PersonName(row.name), IdNumber(row.id_number), row.city, row.flexible_employment
    )
