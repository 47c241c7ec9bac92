"""Where a card certificate gets its facts: an application for a new card, as papers need it."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from kiosk_central.card_certificate import card_certificate_data
from kiosk_central.documents.facts import CardCertificate, Holder
from kioskd.domain.region import RegionPack

TAIL = 2


@dataclass(frozen=True, slots=True)
class CardApplication:
    """One person's application for a new card that is not collected yet."""

    number: str
    """At most 64 letters, digits and hyphens."""
    applied_on: date
    old_card_tail: str
    """The last two characters of the old card's number."""
    handed_in: bool
    """The old card was exchanged as it expired; else it was lost for good."""
    outlet: str
    outlet_address: str
    collect_from: date
    collect_to: date

    def certificate(self, holder: Holder, entitles: tuple[str, ...]) -> CardCertificate:
        """Return what its card certificate states."""
        return CardCertificate(
            holder,
            self.number,
            self.applied_on,
            self.old_card_tail,
            self.handed_in,
            self.outlet,
            self.outlet_address,
            self.collect_from,
            self.collect_to,
            entitles,
        )


def find_application(
    connection: Connection, region: RegionPack, person_id: int, number: str
) -> CardApplication:
    """Return the person's own open application of that number. Raises Refused(NOT_FOUND)."""
    data = card_certificate_data(connection, person_id, number)
    collect_from = data.collect_on.day
    kept_days = region.card.kept_days if region.card is not None else 0
    return CardApplication(
        data.application_number,
        data.applied,
        data.old_card.reveal()[-TAIL:],
        data.handed_in,
        data.outlet,
        next((one.address.zh for one in region.outlets if one.name.zh == data.outlet), ""),
        collect_from,
        collect_from + timedelta(days=kept_days),
    )
