"""What the tables of revision 0011 are made of, and what they refer to that stays as it was."""

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Integer, MetaData, Table, Text

metadata = MetaData()
STAY = [
    Table(name, metadata, Column(key, kind, primary_key=True))
    for name, key, kind in (
        ("kiosks", "id", Text),
        ("people", "id", Integer),
        ("documents", "ref", Text),
        ("bank_files", "id", Integer),
        ("month_ends", "month", Text),
    )
]


def fen(name: str) -> Column[int]:
    """Return a column of money."""
    return Column(name, BigInteger, nullable=False)


def text(name: str) -> Column[str]:
    """Return a column of text."""
    return Column(name, Text, nullable=False)


def of_payment() -> ForeignKeyConstraint:
    """Return the reference of a row to its payment."""
    return ForeignKeyConstraint(["kiosk_id", "payment_ref"], ["payments.kiosk_id", "payments.ref"])


def of_payment_in_month() -> ForeignKeyConstraint:
    """Return the reference of a row to its payment and to the month whose partition it is in."""
    return ForeignKeyConstraint(
        ["month", "kiosk_id", "payment_ref"],
        ["payments.month", "payments.kiosk_id", "payments.ref"],
    )
