"""The tables as they were when migrations began."""

from kiosk_central.store.migrations.first import (
    accounts,
    books,
    cards,
    money,
    others,
    papers,
    people,
)

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them all; an area may refer to one before it."""
    for area in (people, money, books, cards, papers, accounts, others):
        area.make()
