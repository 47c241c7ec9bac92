"""Where a card certificate gets its facts: an application for a new card, as papers need it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from kiosk_central.documents.facts import CardCertificate, Holder


@dataclass(frozen=True, slots=True)
class CardApplication:
    """One person's application for a new card that is not collected yet."""

    number: str
    """At most 64 letters, digits and hyphens."""
    applied_on: date
    old_card_tail: str
    """The last two characters of the old card's number."""
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
            self.outlet,
            self.outlet_address,
            self.collect_from,
            self.collect_to,
            entitles,
        )


def find_application(
    _connection: Connection, _person_id: int, _number: str
) -> CardApplication | None:
    """Return the person's own application of that number; None if she has none that is open.

    This centre does not take applications yet, so nobody has one.
    """
    return None
