"""What kiosks ask about cards, once: the same reference and body get the answer given before."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from sqlalchemy import Connection, insert, select

from kiosk_central.desk import Desk
from kiosk_central.problems import Refused
from kiosk_central.store.cards import card_acts
from kiosk_central.store.locks import lock_kiosk, lock_person
from kioskd.domain.person import Assurance
from kioskd.protocols.central import ProblemCode, decode, encode

T = TypeVar("T")


class CardAct(Enum):
    """What a kiosk may ask to be done."""

    REPORT_LOSS = "report_loss"
    CANCEL_LOSS = "cancel_loss"
    REISSUE = "reissue"
    ACTIVATE = "activate"


@dataclass(frozen=True, slots=True)
class Asked:
    """One act as it was asked: by whom, where, how sure we are of her, and with what body."""

    ref: str
    act: CardAct
    kiosk_id: str
    person_id: int
    assurance: Assurance
    body: bytes = b""

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.body).digest()


def given_before(connection: Connection, asked: Asked, wanted: type[T]) -> T | None:
    """Return the answer given to this very act; None if it is new.

    Raises Refused(REFERENCE_REUSED) where the kiosk has used the reference for another act.
    """
    own = (card_acts.c.kiosk_id == asked.kiosk_id, card_acts.c.ref == asked.ref)
    row = connection.execute(select(card_acts).where(*own)).one_or_none()
    if row is None:
        return None
    told = (row.act, row.person_id, row.body)
    if told != (asked.act.value, asked.person_id, asked.digest):
        raise Refused(ProblemCode.REFERENCE_REUSED)
    return decode(row.answer, wanted)


def once(desk: Desk, asked: Asked, wanted: type[T], do: Callable[[], T]) -> T:
    """Do it and keep the answer, or give the answer kept. Raises what ``do`` raises."""
    lock_kiosk(desk.connection, asked.kiosk_id)
    lock_person(desk.connection, asked.person_id)
    before = given_before(desk.connection, asked, wanted)
    if before is not None:
        return before
    answer = do()
    row = {
        "ref": asked.ref,
        "kiosk_id": asked.kiosk_id,
        "person_id": asked.person_id,
        "assurance": asked.assurance.value,
        "act": asked.act.value,
        "body": asked.digest,
        "answer": encode(answer),
        "at": desk.stamp,
    }
    desk.connection.execute(insert(card_acts).values(row))
    return answer
