"""``ledger verify`` names each fault that somebody plants who took the database's guards down."""

from pathlib import Path

import pytest
from central_world import World, unguarded
from click.testing import CliRunner, Result
from closing_world import (
    DECEMBER_2,
    NOVEMBER,
    answer,
    cannot_give_back,
    close,
    findings,
    pay,
    pay_twice,
    refund,
    settle,
)
from sqlalchemy import text

from kiosk_central.cli import main
from kiosk_central.ledger import PostingKind
from kiosk_central.ledger_checks import LAWS
from kioskd.domain.payment import PaymentState as S
from kioskd.protocols.receipt_facts import ReceiptKind


def a_full_year(world: World) -> None:
    """Postings of every kind: reversal, refund, settlement, month-end, both answers."""
    pay_twice(world)
    world.report(S.REVERSED, "K0123-P-1")
    refund(world, "K0124-P-2")
    world.assess("A3")
    world.report(S.CONFIRMED, "K0123-P-3", assessment="A3")
    settle(world, *(2 * ["2026-11-23,29001006,1,31,17,2026-11-22,10:00:00,2800.00,sale"]))
    world.clock.now = DECEMBER_2
    close(world)
    answer(world, NOVEMBER, ("202611-000001", ""), ("202611-000002", "x"), ("202611-000003", ""))


PLANTED = {
    "balance": ("UPDATE entries SET debit_fen = debit_fen + 1 WHERE posting_id = 1", "posting 1"),
    "amount": ("UPDATE payments SET amount_fen = 1 WHERE ref = 'K0123-P-3'", "posting"),
    "mirror": (
        "UPDATE entries SET account = 'bank' WHERE account = 'suspense' AND debit_fen > 0",
        "posting",
    ),
    "bank": ("UPDATE bank_lines SET amount_fen = amount_fen - 1", "posting"),
    "state": (
        "UPDATE payments SET state = 'declined' WHERE ref = 'K0123-P-3'",
        "payment K0123-P-3",
    ),
    "months": (
        (
            "UPDATE contributions SET personal_fen = 0, amount_fen = pool_fen"
            " WHERE posting_id IS NOT NULL AND month = '2026-10'"
        ),
        "pension-personal",
    ),
    "numbers": (
        (
            "UPDATE postings SET receipt_number = '2026-0000-0099-11' WHERE id ="
            " (SELECT max(id) FROM postings WHERE receipt_number IS NOT NULL)"
        ),
        "receipt 2026-0000-0099-11",
    ),
    "refunds": ("UPDATE refunds SET state = 'due'", "account refunds-payable"),
    "transfers": ("UPDATE transfers SET outcome = '' WHERE outcome = 'paid'", "answer to 202611-"),
    "proof": ("UPDATE postings SET proof = x'00' WHERE id = 1", "posting 1"),
    "month": ("UPDATE month_ends SET statement = '[]'", "month 2026-11"),
    "credits": ("UPDATE personal_credits SET amount_fen = 7", "credit of person 1, 2026-11"),
    "kind": ("UPDATE postings SET kind = 'gift' WHERE kind = 'transfer_paid'", "posting"),
}


def test_every_law_has_its_fault() -> None:
    """No law is in the books that no test breaks."""
    assert {law.name for law in LAWS} <= set(PLANTED)


@pytest.mark.parametrize("law", sorted(PLANTED))
def test_a_planted_fault_is_named(unlawful: World, law: str) -> None:
    """With the law that is broken, the place, and what to do; before it nothing was found."""
    a_full_year(unlawful)
    assert findings(unlawful) == []
    statement, place = PLANTED[law]
    if unlawful.engine.dialect.name == "postgresql":
        statement = statement.replace("x'00'", "'\\x00'")
    unguarded(unlawful, lambda at: at.execute(text(statement)))
    found = [one for one in findings(unlawful) if one.law == law]
    assert found and place in found[0].place
    assert found[0].found != found[0].wanted and found[0].next_step


@pytest.mark.parametrize(
    ("statement", "law"),
    [
        ("DELETE FROM postings WHERE id = 1", "numbers"),
        ("DELETE FROM entries WHERE posting_id = 1", "amount"),
        ("DELETE FROM contributions WHERE posting_id IS NOT NULL", "months"),
        ("DELETE FROM refunded_months", "months"),
        ("DELETE FROM refunds", "refunds"),
        ("DELETE FROM transfers", "transfers"),
        ("DELETE FROM personal_credits", "credits"),
        ("DELETE FROM bank_lines", "bank"),
        ("DELETE FROM signing_keys", "proof"),
        ("UPDATE month_ends SET file = proof FROM postings WHERE postings.id = 1", "month"),
    ],
)
def test_what_was_deleted_is_missed(unlawful: World, statement: str, law: str) -> None:
    """A row that is gone breaks a law somewhere else."""
    a_full_year(unlawful)
    if unlawful.engine.dialect.name == "sqlite":
        with unlawful.engine.connect() as at:
            at.exec_driver_sql("COMMIT")
            at.exec_driver_sql("PRAGMA foreign_keys=OFF")
            for name in list(
                at.exec_driver_sql(
                    "SELECT name FROM sqlite_master WHERE type = 'trigger'"
                ).scalars()
            ):
                at.exec_driver_sql(f"DROP TRIGGER {name}")
            at.exec_driver_sql(statement)
    else:
        unguarded(unlawful, lambda at: at.execute(text(statement)))
    assert law in {one.law for one in findings(unlawful)}


def run(world: World, *words: str) -> Result:
    url = world.engine.url.render_as_string(hide_password=False)
    return CliRunner().invoke(main, [*words, "--db", url])


def test_the_command_says_where_and_what_next(unlawful: World) -> None:
    """Exit code 0 and no findings; 1 and each with its place; JSON for programs."""
    pay(unlawful)
    assert run(unlawful, "ledger", "verify").output == "0 findings\n"
    unguarded(unlawful, lambda at: at.execute(text("UPDATE payments SET amount_fen = 1")))
    found = run(unlawful, "ledger", "verify")
    assert found.exit_code == 1 and "amount: posting 1: 280000, should be 1" in found.output
    assert "2 findings" in found.output
    assert "1 findings" in run(unlawful, "ledger", "verify", "--no-proofs").output
    assert '"place": "posting 1"' in run(unlawful, "ledger", "verify", "--json").output


def test_the_month_by_commands(world: World, tmp_path: Path) -> None:
    """Refund, month-end, answer and statements as an operator types them."""
    pay(world)
    told = ("--account", "999900001111222233", "--holder", "张三", "--note", "letter")
    assert run(world, "refund", "ask", "K0123-P-1", *told, "--by", "Wang").output == "#1 asked\n"
    approve = run(world, "refund", "approve", "1", "--by", "Zhao", "--note", "checked")
    assert approve.output.startswith("#1 due, receipt 2026-0000-0002-")
    assert run(world, "refund", "list").output == "#1 K0123-P-1 2,800.00 yuan due\n"
    shown = run(world, "month-end", "2026-11", "--preview", "--out", str(tmp_path)).output
    assert "1 transfers, 2,800.00 yuan" in shown
    assert "refunds-payable: 0.00 + 0.00 - 2,800.00 = -2,800.00" in shown
    assert (tmp_path / "transfers-2026-11-preview.txt").read_bytes().startswith(b"H|1|2026-11\n")
    assert run(world, "month-end", "11").exit_code == 2
    assert run(world, "bank", "account", "pension-pool", "123456789").exit_code == 0


def test_every_posting_kind_is_known_to_the_proofs() -> None:
    """A kind that has a receipt is one that receipts can say."""
    assert {one.value for one in ReceiptKind} <= {kind.value for kind in PostingKind}


def test_a_suspense_is_in_its_months_statement(world: World) -> None:
    """Refunded within a month: opening, debits, credits and closing of suspense all agree."""
    pay_twice(world)
    cannot_give_back(world)
    refund(world)
    assert findings(world) == []
