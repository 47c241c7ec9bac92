"""Reports that are taken in together: the books are those of one after the other."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk_central.differences import Claim
from kiosk_central.problems import Refused
from kiosk_central.reports import Told, report_together
from kiosk_central.store.engine import write
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState
from kioskd.protocols.central import PaymentReport, Posting
from tests.databases import Template
from tests.unit.central_world import (
    KIOSK,
    OTHER_KIOSK,
    TWO_MONTHS_FEN,
    World,
    open_checked,
    record,
)

S = PaymentState
PAID = PaymentReport("K0123-P-1", "A1", Money(TWO_MONTHS_FEN), S.CONFIRMED, record())
BEGUN = replace(PAID, state=S.INTENDED, record=None)
UNSURE = replace(PAID, state=S.UNRESOLVED, record=None)
NOBODYS = replace(PAID, ref="K0123-P-9", assessment="A9")
SECOND = replace(PAID, ref="K0123-P-2")

BATCHES: dict[str, Sequence[tuple[str, PaymentReport]]] = {
    "begun and paid": [(KIOSK, BEGUN), (KIOSK, PAID)],
    "told twice": [(KIOSK, PAID), (KIOSK, PAID), (KIOSK, PAID)],
    "two payments of the same months": [(KIOSK, PAID), (KIOSK, SECOND)],
    "a difference in the middle": [(KIOSK, UNSURE), (KIOSK, PAID), (KIOSK, NOBODYS)],
    "refused, then taken": [
        (KIOSK, replace(PAID, ref="K0123-P-3", amount=Money(0))),
        (OTHER_KIOSK, PAID),
        (KIOSK, BEGUN),
        (KIOSK, PAID),
    ],
    "given back": [
        (KIOSK, PAID),
        (KIOSK, SECOND),
        (KIOSK, replace(SECOND, state=S.REVERSED)),
        (KIOSK, NOBODYS),
    ],
    "declined and begun anew": [
        (KIOSK, BEGUN),
        (KIOSK, replace(BEGUN, state=S.DECLINED)),
        (KIOSK, replace(SECOND, state=S.UNKNOWN, record=None)),
        (KIOSK, SECOND),
    ],
}


@pytest.fixture
def another(template: Template, tmp_path: Path) -> Iterator[World]:
    folder = tmp_path / "another"
    folder.mkdir()
    yield from open_checked(template, folder)


def take(world: World, batch: Sequence[tuple[str, PaymentReport]]) -> list[Posting | Refused]:
    told = [Told(Claim(kiosk, report), world.clock(), world.signer) for kiosk, report in batch]
    return write(world.engine, lambda at: report_together(at, told))


def said(outcome: Posting | Refused) -> object:
    return (outcome.code, outcome.detail) if isinstance(outcome, Refused) else outcome


@pytest.mark.parametrize("name", BATCHES)
def test_a_batch_makes_the_books_of_its_reports_one_by_one(
    name: str, world: World, another: World
) -> None:
    """Answers, receipts and every row are the same, whatever meets within a batch."""
    world.assess()
    another.assess()
    together = take(world, BATCHES[name])
    alone = [outcome for one in BATCHES[name] for outcome in take(another, [one])]
    assert [said(one) for one in together] == [said(one) for one in alone]
    assert world.books() == another.books()
    assert world.books()["balance_fen"] == 0


def test_receipts_of_a_batch_follow_each_other(world: World) -> None:
    """Numbers have no gap, within a batch and after it."""
    world.assess()
    first = take(world, [(KIOSK, PAID), (KIOSK, SECOND), (KIOSK, NOBODYS)])
    [after] = take(world, [(KIOSK, replace(NOBODYS, ref="K0123-P-8"))])
    numbers = [one.receipt_number[5:14] for one in [*first, after] if isinstance(one, Posting)]
    assert numbers == ["0000-0001", "0000-0002", "0000-0003", "0000-0004"]
