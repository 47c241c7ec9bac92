"""Sun of the sample city: months of pension in arrears, and a first month of medical insurance."""

from datetime import date

from sqlalchemy import Connection, delete, select, update

from kiosk_central.sample_people import QIAN
from kiosk_central.store.schema import contributions, enrolments, people
from kioskd.domain.contribution import Month, Scheme

MONTHS_OWED = 4
"""Before the current one, which is unpaid too."""


def make_arrears(connection: Connection, today: date) -> None:
    """Take back what she has paid too much for her part in the stories."""
    query = select(people.c.id).where(people.c.id_number == QIAN.id_number)
    person_id = connection.execute(query).scalar_one()
    this_month = Month(today.year, today.month)
    paid, enrolled = contributions.c, enrolments.c
    medical = Scheme.MEDICAL.value
    connection.execute(
        delete(contributions).where(
            paid.person_id == person_id,
            (paid.scheme == medical) | (paid.month >= str(this_month.plus(-MONTHS_OWED))),
        )
    )
    connection.execute(
        update(enrolments)
        .where(enrolled.person_id == person_id, enrolled.scheme == medical)
        .values(since=str(this_month))
    )
