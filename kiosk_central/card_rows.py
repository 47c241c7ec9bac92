"""Cards as the centre keeps them, and the only way to change the status of one.

A loss report lapses by the clock: whoever looks at a card sees it lapsed from the midnight on, and
the next job that changes something about the card writes it down.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Row, insert, select, update

from kiosk_central.card_states import CardEvent, card_after
from kiosk_central.desk import Desk
from kiosk_central.problems import Refused
from kiosk_central.store.cards import card_moves
from kiosk_central.store.schema import cards
from kioskd.domain.card import CardStatus, CardView
from kioskd.domain.secret import CardNumber, MedicalNumber
from kioskd.protocols.central import ProblemCode

BY_THE_CLOCK = "clock"
PRESENT = (CardStatus.ACTIVE, CardStatus.PRE_REPORTED, CardStatus.INACTIVE)
"""Of several cards of a person the first of these is her present one, else the newest."""


@dataclass(frozen=True, slots=True)
class StoredCard:
    """A card's row. ``status`` may be behind the clock: ask ``status_on``."""

    code: str
    person_id: int
    number: str
    barcode: str
    bank: str
    issued: str
    expires: str
    status: CardStatus
    until: str

    def status_on(self, today: date) -> CardStatus:
        """Return the status on a day of the citizens' calendar."""
        return status_on(self.status, self.until, today)

    def view(self, today: date) -> CardView:
        """Return what its holder may see."""
        status = self.status_on(today)
        holds = status is CardStatus.PRE_REPORTED
        return CardView(
            CardNumber(self.number),
            MedicalNumber(self.barcode),
            status,
            self.bank,
            date.fromisoformat(self.expires),
            date.fromisoformat(self.until) if holds else None,
        )


def status_on(status: CardStatus, until: str, today: date) -> CardStatus:
    """Return ``status``, or ACTIVE where it is a loss report whose last day is over."""
    lapsed = status is CardStatus.PRE_REPORTED and until < today.isoformat()
    return CardStatus.ACTIVE if lapsed else status


def card_of_code(connection: Connection, code: str) -> StoredCard:
    """Return the card. Raises Refused(CARD_UNKNOWN)."""
    row = connection.execute(select(cards).where(cards.c.code == code)).one_or_none()
    if row is None:
        raise Refused(ProblemCode.CARD_UNKNOWN)
    return _stored(row)


def present_card(connection: Connection, person_id: int, today: date) -> StoredCard | None:
    """Return the card she has now: the newest that can be used, else the newest at all."""
    query = (
        select(cards)
        .where(cards.c.person_id == person_id)
        .order_by(cards.c.issued.desc(), cards.c.code)
    )
    own = [_stored(row) for row in connection.execute(query)]
    return min(own, key=lambda card: _rank(card.status_on(today)), default=None)


def _rank(status: CardStatus) -> int:
    return PRESENT.index(status) if status in PRESENT else len(PRESENT)


def move(desk: Desk, card: StoredCard, event: CardEvent, by: str, until: str = "") -> StoredCard:
    """Change the status of a card and write who did it. Raises Refused(CARD_STATE).

    The status is compared once more as it is changed: of two who change it at once, one is refused.
    """
    after = card_after(card.status, event)
    changed = desk.connection.execute(
        update(cards)
        .where(cards.c.code == card.code, cards.c.status == card.status.value)
        .values(status=after.value, until=until)
    )
    if changed.rowcount != 1:
        raise Refused(ProblemCode.CARD_STATE, "changed meanwhile")
    row = {
        "card_code": card.code,
        "event": event.value,
        "before": card.status.value,
        "after": after.value,
        "by": by,
        "at": desk.stamp,
    }
    desk.connection.execute(insert(card_moves).values(row))
    return card_of_code(desk.connection, card.code)


def _stored(row: Row[tuple[object, ...]]) -> StoredCard:
    return StoredCard(
        row.code,
        row.person_id,
        row.number,
        row.barcode,
        row.bank,
        row.issued,
        row.expires,
        CardStatus(row.status),
        row.until,
    )
