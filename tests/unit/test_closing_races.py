"""Refunds and month-ends by two persons at once, on both databases: one of them has done it.

The other is told so by name, or finds it done; the books are right after each.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from closing_world import (
    ACCOUNT,
    DECEMBER_2,
    LINE,
    NOVEMBER,
    cannot_give_back,
    close,
    findings,
    pay,
    pay_twice,
    refund,
    settle,
)
from sqlalchemy import func, select

from kiosk_central.desk import Desk
from kiosk_central.month_end import MonthEnd, close_month
from kiosk_central.month_reckoning import MonthNotClosed, Reckoning, prove
from kiosk_central.refunds import (
    RefundRefused,
    all_refunds,
    approve_refund,
    ask_refund,
    correct_account,
    refuse_refund,
)
from kiosk_central.store.closing import month_ends, transfers
from kiosk_central.store.engine import read
from kioskd.domain.contribution import Month
from kioskd.domain.payment import PaymentState as S
from tests.databases import KINDS, Template, cluster_of
from tests.unit.central_world import LI, TWO_MONTHS_FEN, World, make_city, open_checked, record
from tests.unit.two_writers import Second, interleaved

P1 = "K0123-P-1"


@pytest.fixture(scope="module", params=KINDS)
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return make_city(tmp_path_factory.mktemp("city"), cluster_of(request))


@pytest.fixture
def world(template: Template, tmp_path: Path) -> Iterator[World]:
    """The small city; whatever two did to it at once, ``ledger verify`` finds nothing."""
    for made in open_checked(template, tmp_path):
        yield made
        assert findings(made) == []


def asking(by: str) -> Callable[[Desk], int]:
    return lambda desk: ask_refund(desk, P1, ACCOUNT, "张三", by, "letter")


def approving(number: int, by: str = "Zhao") -> Callable[[Desk], str]:
    return lambda desk: approve_refund(desk, number, by, "checked")


def refusing(number: int) -> Callable[[Desk], None]:
    return lambda desk: refuse_refund(desk, number, "Qian", "not in error")


def proved(world: World, month: Month = NOVEMBER) -> Reckoning:
    return read(world.engine, lambda at: prove(at, month, world.clock()))


def closing(reckoning: Reckoning) -> Callable[[Desk], MonthEnd]:
    return lambda desk: close_month(desk, reckoning)


def refused_as(second: Second, words: str) -> None:
    """The second has waited, and was told why it came too late."""
    assert second.waited and isinstance(second.value, RefundRefused)
    assert words in str(second.value)


def count(world: World) -> tuple[int, int]:
    """Return how many months are closed, and how many transfers ordered."""
    sizes = select(
        select(func.count()).select_from(month_ends).scalar_subquery(),
        select(func.count()).select_from(transfers).scalar_subquery(),
    )
    months, orders = read(world.engine, lambda at: at.execute(sizes).one())
    return months, orders


def test_a_payment_is_asked_to_be_refunded_once(world: World) -> None:
    """Two clerks have the same letter: the second is told that there is a refund."""
    pay(world)
    refused_as(interleaved(world, asking("Wang"), asking("Li")), "has a refund already")
    assert len(read(world.engine, all_refunds)) == 1


@pytest.mark.parametrize("other", [lambda number: approving(number, "Qian"), refusing])
def test_a_refund_is_decided_once(
    world: World, other: Callable[[int], Callable[[Desk], object]]
) -> None:
    """Two who approve, or one who approves and one who refuses: the second finds it decided."""
    pay(world)
    number = world.at_desk(asking("Wang"))
    refused_as(interleaved(world, approving(number), other(number)), "is due")
    undone = [one for one in world.books()["postings"] if one["kind"] == "refund_due"]
    assert len(undone) == 1


def test_a_refusal_that_was_first_stands(world: World) -> None:
    """Nothing is booked by the approval that came a moment later."""
    pay(world)
    number = world.at_desk(asking("Wang"))
    refused_as(interleaved(world, refusing(number), approving(number)), "is refused")
    assert len(world.books()["postings"]) == 1


def test_a_refund_that_was_undone_leaves_the_way_free(world: World) -> None:
    """The first was not committed: the second approves, and nothing is booked twice."""
    pay(world)
    number = world.at_desk(asking("Wang"))
    second = interleaved(world, approving(number), approving(number, "Qian"), undone=True)
    assert second.waited and second.value.startswith("2026-")


def test_a_month_is_closed_by_one_of_two(world: World) -> None:
    """The second gets what the first has kept, to the byte; each fund is transferred once."""
    pay(world)
    settle(world)
    world.clock.now = DECEMBER_2
    reckoning = proved(world)
    second = interleaved(world, closing(reckoning), closing(reckoning))
    assert second.waited and second.value == close(world)
    assert count(world) == (1, 2)


def test_an_earlier_month_comes_too_late(world: World) -> None:
    """Both were proved while none was closed; the later one is closed first: named and refused."""
    pay(world)
    settle(world)
    world.clock.now = DECEMBER_2
    october, november = proved(world, Month(2026, 10)), proved(world)
    second = interleaved(world, closing(november), closing(october))
    assert second.waited and isinstance(second.value, MonthNotClosed)
    assert "2026-11 is closed already" in str(second.value)


def test_a_refund_is_approved_while_the_month_is_closed(world: World) -> None:
    """It is in the next month's transfers, or in these; never in both, never in none."""
    pay(world)
    settle(world)
    number = world.at_desk(asking("Wang"))
    world.clock.now = DECEMBER_2
    second = interleaved(world, closing(proved(world)), approving(number))
    assert second.waited and second.value.startswith("2026-")
    assert [one["state"] for one in read(world.engine, all_refunds)] == ["due"]


def test_a_refund_that_is_being_ordered_keeps_its_account(world: World) -> None:
    """Another bank account is refused by name: the file with the first one is written."""
    pay(world)
    number = refund(world)
    settle(world)
    world.clock.now = DECEMBER_2

    def corrected(desk: Desk) -> None:
        correct_account(desk, number, "999900001111", "张三", "Li", "typed wrong")

    refused_as(interleaved(world, closing(proved(world)), corrected), "is ordered")


def test_what_came_after_the_proof_is_in_the_closing(world: World) -> None:
    """A refund approved and money settled while the books were proved; a payment is December's.

    Nobody waits for a proof: it reads a snapshot, and all of this is written meanwhile.
    """
    pay_twice(world)
    cannot_give_back(world)
    number = world.at_desk(asking("Wang"))
    world.clock.now = DECEMBER_2
    with world.engine.connect() as snapshot:
        reckoning = prove(snapshot, NOVEMBER, world.clock())
        settle(world, LINE, LINE)
        world.at_desk(approving(number))
        world.assess("A3", person=LI)
        world.report(S.CONFIRMED, "K0123-P-3", assessment="A3", record=record(receipt=77))
    done = world.at_desk(closing(reckoning))
    assert done.statement == reckoning.statement
    sums = {one.what: one.amount.fen for one in done.transfers}
    assert sums.pop("refunds-payable") == TWO_MONTHS_FEN
    assert sum(sums.values()) == TWO_MONTHS_FEN
