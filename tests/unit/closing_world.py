"""Payments, refunds, bank files and month-ends in the small city, in one line each."""

from datetime import UTC, datetime

from kiosk_central.bank import import_file
from kiosk_central.bank_answers import Acknowledged, acknowledge
from kiosk_central.bank_file import COLUMNS
from kiosk_central.ledger_verify import Finding, verify
from kiosk_central.month_end import MonthEnd, close_month
from kiosk_central.month_reckoning import prove
from kiosk_central.refunds import approve_refund, ask_refund
from kiosk_central.store.engine import read
from kiosk_central.transfer_file import Answer, answer_file
from kioskd.domain.contribution import Month
from kioskd.domain.payment import PaymentState as S
from tests.unit.central_world import OTHER_KIOSK, World

NOVEMBER = Month(2026, 11)
DECEMBER_2 = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
LINE = "2026-11-23,29001006,1,31,17,2026-11-22,10:00:00,2800.00,sale"
ACCOUNT = "999900001111222233"


def pay(world: World) -> None:
    """Zhang pays two months."""
    world.assess()
    world.report(S.CONFIRMED)


def pay_twice(world: World) -> None:
    """The same months at two kiosks: the second has them, the first is in suspense for good."""
    world.assess("A1")
    world.clock.advance(hours=1)
    world.assess("A2", kiosk=OTHER_KIOSK)
    world.report(S.CONFIRMED, "K0124-P-2", OTHER_KIOSK, assessment="A2")
    world.report(S.CONFIRMED, "K0123-P-1")


def cannot_give_back(world: World) -> None:
    """The kiosk says that its payment stays charged."""
    world.report(S.CONFIRMED, "K0123-P-1", reason="R-108")


def settle(world: World, *lines: str) -> None:
    """The bank settles."""
    data = "\n".join([",".join(COLUMNS), *(lines or (LINE,)), ""]).encode()
    world.at_desk(lambda desk: import_file(desk, "file.csv", data))


def refund(world: World, ref: str = "K0123-P-1") -> int:
    """Wang asks, Zhao approves; the refund's number."""
    number = world.at_desk(lambda desk: ask_refund(desk, ref, ACCOUNT, "张三", "Wang", "letter"))
    world.at_desk(lambda desk: approve_refund(desk, number, "Zhao", "checked"))
    return number


def close(world: World, month: Month = NOVEMBER) -> MonthEnd:
    """Close a month by the clock as it is: proved first, and then written."""
    proved = read(world.engine, lambda at: prove(at, month, world.clock()))
    return world.at_desk(lambda desk: close_month(desk, proved))


def answer(world: World, month: Month, *answers: tuple[str, str]) -> Acknowledged:
    """The agent bank answers: reference, and the reason of a failure or empty."""
    told = tuple(Answer(reference, not reason, reason) for reference, reason in answers)
    data = answer_file(month, told)
    return world.at_desk(lambda desk: acknowledge(desk, "answer.txt", data))


def findings(world: World) -> list[Finding]:
    """Everything that ``ledger verify`` finds."""
    return read(world.engine, lambda at: list(verify(at)))


def balances(world: World) -> dict[str, int]:
    """Every account that is not zero, in fen; a debit is positive."""
    found: dict[str, int] = {}
    for posting in world.books()["postings"]:
        for one in posting["entries"]:
            found[one["account"]] = found.get(one["account"], 0) + one["debit_fen"]
    return {name: fen for name, fen in found.items() if fen}
