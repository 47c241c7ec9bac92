"""The kiosk is in every unique key of what kiosks tell, and a payment's reference names it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Table, UniqueConstraint

from kiosk_central.payment_refs import key_of, kiosk_in
from kiosk_central.store.tables import metadata

NOT_BY_KIOSK = {
    "bank_lines": "the city's: the bank's own lines, which know no kiosk",
    "differences.id": "the city's: an operator settles one by its number",
    "document_handouts": "the person's: her document at another kiosk",
    "documents": "the person's: she asks for it again at whatever kiosk",
    "fleet_events.id": "the city's: a number that the centre counts",
    "fleet_holds.id": "the city's: a number that the centre counts",
    "fleet_tickets.number": "the city's: technicians call a ticket by its number",
    "kiosk_events.id": "the city's: a number that the centre counts",
    "kiosk_releases.id": "the city's: a number that the centre counts",
    "kiosks": "the kiosk itself",
    "month_locks": "the person's: whoever asks first has the month, at whatever kiosk",
    "postings.id": "the city's: one ledger",
    "postings.receipt_number": "the city's: numbers without a gap",
    "postings.reverses": "the city's: one ledger",
    "profile_changes.id": "the city's: a number that the centre counts",
    "technician_codes.id": "the city's: a number that the centre counts",
    "refunds": "the city's: decided by two persons, at no kiosk",
}
"""A table or one key of it, and whose it is: what Citus does with these is in centre.md."""


def keys_of(table: Table) -> Iterator[list[str]]:
    """Yield the columns of every unique key."""
    yield [column.name for column in table.primary_key]
    for one in table.constraints:
        if isinstance(one, UniqueConstraint):
            yield [column.name for column in one.columns]
    for index in table.indexes:
        if index.unique:
            yield [column.name for column in index.columns]


def is_kiosks(table: Table) -> bool:
    """Tell whether a table says of its rows which kiosk they are of."""
    return bool({"kiosk_id", "at_kiosk"} & set(table.columns.keys())) or table.name == "kiosks"


def test_the_kiosk_is_in_every_key_of_what_is_a_kiosk_s() -> None:
    """A distributed database can spread these tables by kiosk; what it cannot is named."""
    lacking = {
        table.name if table.name in NOT_BY_KIOSK else f"{table.name}.{','.join(key)}"
        for table in metadata.sorted_tables
        if is_kiosks(table)
        for key in keys_of(table)
        if "kiosk_id" not in key
    }
    assert lacking <= set(NOT_BY_KIOSK)


def test_no_exception_is_left_over() -> None:
    """Each of the list is still a key without the kiosk."""
    known = {
        table.name: {",".join(key) for key in keys_of(table)} for table in metadata.sorted_tables
    }
    for name in NOT_BY_KIOSK:
        table, _, key = name.partition(".")
        assert table in known and (not key or key in known[table]), name


@pytest.mark.parametrize(
    ("ref", "kiosk_id"),
    [
        ("K0123-7KQ4-000017", "K0123"),
        ("K-01-23-7KQ4-000017", "K-01-23"),
        ("K0123-7KQ4-D0001", "K0123"),
        ("K0123-000017", ""),
        ("K0123", ""),
        ("", ""),
    ],
)
def test_a_reference_names_its_kiosk(ref: str, kiosk_id: str) -> None:
    """What stands before the series and the number; nothing where these are missing."""
    assert key_of(ref) == (kiosk_in(ref), ref)
    assert kiosk_in(ref) == kiosk_id
