"""The journal's pages of day-ends: references, what a batch holds, what is in the way."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kioskd.domain.money import ZERO, Money
from kioskd.payments.contract import PaymentInTheWay
from kioskd.payments.day_book import DayEndState, Totals, expected
from tests.fakes import AMOUNT
from tests.journals import Books, lent

BEFORE: Totals = (3, Money(90_000))


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with lent(tmp_path) as books:
        yield books


def test_the_journals_own_sum_is_of_the_charges_that_stand(books: Books) -> None:
    """Only CONFIRMED counts: reversed, declined and unresolved payments are not in the batch."""
    payments = (books.confirmed(18), books.declined(), books.unresolved(), books.confirmed(19))
    assert expected(payments) == (2, AMOUNT * 2)
    assert expected(()) == (0, ZERO)


def test_a_payment_in_the_way_keeps_the_intent_from_being_written(books: Books) -> None:
    """The file itself refuses the intent beside an open payment."""
    payment = books.intend()
    with pytest.raises(PaymentInTheWay) as caught:
        books.day_book.intend(BEFORE, "2026-11-22T23:30:00Z")
    assert caught.value.ref == payment.ref


def test_references_count_up_in_their_own_series(books: Books) -> None:
    """Day-ends have their own numbers, entries in the same chain, and are read back whole."""
    book = books.day_book
    first = book.intend(BEFORE, "2026-11-22T23:30:00Z")
    assert book.open() == first
    done = book.end(first, DayEndState.DONE, (4, Money(1)), "29001006", "2026-11-22T23:31:00Z")
    assert (book.open(), book.last_done()) == (None, done)
    assert done == replace(first, state=DayEndState.DONE, told=(4, Money(1)))
    second = book.intend(BEFORE, "2026-11-23T23:30:00Z")
    assert [each[-5:] for each in (first.ref, second.ref)] == ["D0001", "D0002"]
    assert books.states(first.ref) == ["intended", "done"]  # type: ignore[arg-type]
