"""What must stand on a 领卡证明: the paper that stands in for a card while the new one is made."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from kiosk_central.applications import find_application
from kiosk_central.card_rows import card_of_code
from kiosk_central.card_states import NEW_CARD
from kiosk_central.problems import Refused
from kiosk_central.store.schema import people
from kioskd.domain.calendar import WorkingDay
from kioskd.domain.card import ApplicationKind
from kioskd.domain.money import Money
from kioskd.domain.secret import CardNumber, IdNumber, MedicalNumber, PersonName
from kioskd.protocols.central import ProblemCode


@dataclass(frozen=True, slots=True)
class CardCertificateData:
    """The facts of the certificate; composing and sealing it is the document part's."""

    application_number: str
    name: PersonName
    id_number: IdNumber
    city: str
    barcode: MedicalNumber
    """The medical-insurance number: with it she is treated until the new card is there."""
    old_card: CardNumber
    handed_in: bool
    """The old card was exchanged as it expired; else it was lost for good."""
    applied: date
    collect_on: WorkingDay
    outlet: str
    fee: Money


def card_certificate_data(
    connection: Connection, person_id: int, application_number: str
) -> CardCertificateData:
    """Return the facts for one application for a new card.

    Raises Refused(NOT_FOUND): not hers, no such number, not for a new card, or the card has been
    fetched and nothing needs to stand in for it any more.
    """
    known = find_application(connection, application_number)
    is_for_new = known.kind in NEW_CARD and known.is_open
    if known.person_id != person_id or not is_for_new or known.collect_on is None:
        raise Refused(ProblemCode.NOT_FOUND, "application")
    card = card_of_code(connection, known.card_code)
    person = connection.execute(select(people).where(people.c.id == person_id)).one()
    return CardCertificateData(
        known.number,
        PersonName(person.name),
        IdNumber(person.id_number),
        person.city,
        MedicalNumber(card.barcode),
        CardNumber(card.number),
        known.kind is ApplicationKind.EXCHANGE,
        known.opened,
        known.collect_on,
        known.outlet,
        known.fee,
    )
