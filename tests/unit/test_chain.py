"""The hash chain as plain values: what links are made of, and that no change goes unseen."""

from dataclasses import replace
from hashlib import sha256

import pytest

from kioskd.domain.money import Money
from kioskd.payments.chain import (
    Break,
    Entry,
    StoredEntry,
    breaks,
    breaks_after,
    digest_of,
    linked,
    read_entry,
)
from kioskd.protocols.central import ContractBroken
from kioskd.protocols.central_books import first_link
from tests.fakes import AMOUNT, NOW, a_record
from tests.journals import BASELINE, KIOSK

SERIES = "7KQ4"
Rows = list[StoredEntry]


@pytest.fixture
def rows() -> Rows:
    """Six entries of three payments, as a journal has them."""
    link, made = first_link(KIOSK, SERIES), []
    for seq in range(1, 7):
        entry = Entry(seq, f"ref-{(seq + 1) // 2}", "intended", NOW, AMOUNT, "a" * 32)
        row = linked(entry, link)
        link = row.link
        made.append(row)
    return made


def found(rows: Rows) -> list[int]:
    return [broken.seq for broken in breaks(KIOSK, SERIES, rows)]


def test_a_link_is_made_of_the_one_before_and_the_body() -> None:
    """SHA-256 over the link before and the SHA-256 of the body, so the centre needs no bodies."""
    first = first_link(KIOSK, SERIES)
    row = linked(Entry(1, "ref", "intended", NOW), first)
    assert first == sha256(b"kioskd journal K0123 7KQ4").digest()
    assert digest_of(row.body) == sha256(row.body).digest()
    assert row.link == sha256(first + sha256(row.body).digest()).digest()


def test_an_entry_is_read_as_it_was_made() -> None:
    """The body holds all that happened: record, baseline, totals, reason."""
    entry = Entry(
        seq=7,
        ref="K0123-7KQ4-000003",
        now="reversing",
        at=NOW,
        amount=AMOUNT,
        assessment="a" * 32,
        reason="R-01",
        record=a_record(),
        baseline=BASELINE,
        totals=(3, Money(90_000)),
    )
    assert read_entry(linked(entry, b"\0" * 32)) == entry


def test_a_body_of_something_else_is_refused() -> None:
    """What is not an entry is a broken contract, not a half-read entry."""
    with pytest.raises(ContractBroken):
        read_entry(StoredEntry(1, "ref", b'{"seq": 1}', b""))


def test_a_whole_chain_holds(rows: Rows) -> None:
    """No false alarm, on nothing, on all of it, and on its end alone."""
    assert found([]) == []
    assert found(rows) == []
    assert list(breaks_after(rows[2].link, 4, rows[3:])) == []


@pytest.mark.parametrize("index", range(6))
def test_any_changed_byte_is_found_where_it_is(rows: Rows, index: int) -> None:
    """A body, a link, a number or a reference that was changed is found at its entry."""
    row = rows[index]
    other = row.body.replace(b"140000", b"140001")
    assert other != row.body
    changes = [
        replace(row, body=other),
        replace(row, link=bytes(32)),
        replace(row, ref="ref-9"),
    ]
    for changed in changes:
        assert row.seq in found([*rows[:index], changed, *rows[index + 1 :]])


@pytest.mark.parametrize("index", range(5))
def test_a_removed_entry_is_found(rows: Rows, index: int) -> None:
    """A gap is named by the number that is missing."""
    first = next(iter(breaks(KIOSK, SERIES, [*rows[:index], *rows[index + 1 :]])))
    assert first == Break(index + 1, f"missing: the next entry is {index + 2}")


@pytest.mark.parametrize("index", range(5))
def test_a_removed_entry_that_is_covered_up_is_found(rows: Rows, index: int) -> None:
    """Numbering the rest anew does not mend the links."""
    rest = [replace(row, seq=row.seq - 1) for row in rows[index + 1 :]]
    assert found([*rows[:index], *rest])[0] == index + 1


@pytest.mark.parametrize("index", range(5))
def test_reordered_entries_are_found(rows: Rows, index: int) -> None:
    """Two entries that changed places, with their numbers set right, do not fit their links."""
    one, two = rows[index], rows[index + 1]
    swapped = [replace(two, seq=one.seq), replace(one, seq=two.seq)]
    assert found([*rows[:index], *swapped, *rows[index + 2 :]])[0] == one.seq


def test_a_body_that_was_linked_anew_must_be_of_its_row(rows: Rows) -> None:
    """Even with a link that follows, a body that tells of another entry is found."""
    last = linked(Entry(9, "ref-3", "intended", NOW), rows[4].link)
    assert found([*rows[:5], replace(last, seq=6)]) == [6]


def test_another_kiosks_chain_does_not_hold(rows: Rows) -> None:
    """Kiosk and series are in the first link."""
    assert [broken.seq for broken in breaks("K0007", SERIES, rows)] == [1]
    assert [broken.seq for broken in breaks(KIOSK, "2222", rows)] == [1]
