"""What the database itself refuses, by raw SQL past all of our code, on both databases."""

import pytest
from central_world import TWO_MONTHS_FEN, World
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kiosk_central.store.engine import read, write
from kiosk_central.store.migrations.guards import APPEND_ONLY, FIXED
from kioskd.domain.payment import PaymentState as S

POSTING = (
    "INSERT INTO postings (id, kind, posted_at, proof) VALUES"
    " (90, 'bank', '2026-11-22T02:00:00Z', {empty}), (91, 'bank', '2026-11-22T02:00:00Z', {empty})"
)
ENTRIES = "INSERT INTO entries (posting_id, account, debit_fen) VALUES "
FILLED = ("charges", "entries", "payment_reports", "postings", "signing_keys", "terminals")
"""Tables that one payment fills, so that a trigger for each row has a row to refuse."""


def pay(world: World) -> None:
    world.assess()
    world.report(S.CONFIRMED)


def run(world: World, *statements: str) -> None:
    """Run raw statements in one transaction."""
    empty = "X''" if world.engine.dialect.name == "sqlite" else "''::bytea"

    def job(at: object) -> None:
        for one in statements:
            at.execute(text(one.format(empty=empty)))  # type: ignore[attr-defined]

    write(world.engine, job)


def refused(world: World, *statements: str) -> None:
    with pytest.raises(IntegrityError):
        run(world, *statements)


def test_a_batch_in_the_order_of_the_writer_is_taken(world: World) -> None:
    """All postings of a batch, then all entries: each must balance only when it is committed."""
    both = "(90, 'bank', 5), (91, 'bank', 7), (90, 'suspense', -5), (91, 'suspense', -7)"
    run(world, POSTING, ENTRIES + both)
    found = read(world.engine, lambda at: at.execute(text("SELECT count(*) FROM entries")).scalar())
    assert found == 4


@pytest.mark.parametrize(
    "legs", ["(90, 'bank', 5)", "(90, 'bank', 5), (90, 'suspense', -4)", "(91, 'bank', -1)"]
)
def test_a_posting_that_does_not_balance_is_not_committed(world: World, legs: str) -> None:
    """One leg, a fen too few, the other posting of the batch: nothing of it is kept."""
    refused(world, POSTING, ENTRIES + legs)
    run(world, POSTING)


def test_a_leg_added_to_an_old_posting_is_refused(world: World) -> None:
    """What balanced no longer would."""
    pay(world)
    refused(world, ENTRIES + "(1, 'bank', 5)")


@pytest.mark.parametrize("table", FILLED)
def test_rows_of_the_books_are_never_changed(world: World, table: str) -> None:
    """Neither updated nor deleted, whatever the values."""
    pay(world)
    column = {"entries": "account", "postings": "kind", "charges": "day", "terminals": "kiosk_id"}
    name = column.get(table, "state" if table == "payment_reports" else "since")
    refused(world, f"UPDATE {table} SET {name} = {name}")
    refused(world, f"DELETE FROM {table}")


def test_every_table_that_claims_it_is_guarded(world: World) -> None:
    """A trigger for each act stands on each table of the list."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if world.engine.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    found = set(read(world.engine, lambda at: list(at.execute(text(query)).scalars())))
    tables = (*APPEND_ONLY, *FIXED, "contributions")
    assert {f"{one}_no_{act}" for one in tables for act in ("update", "delete")} <= found


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE payments SET amount_fen = 1",
        "UPDATE payments SET kiosk_id = 'K0124'",
        "UPDATE payments SET heard_at = ''",
        "DELETE FROM payments",
        "UPDATE contributions SET personal_fen = 0, amount_fen = pool_fen WHERE posting_id = 1",
        "DELETE FROM contributions WHERE posting_id = 1",
    ],
)
def test_what_a_payment_was_stays(world: World, change: str) -> None:
    """Amount, kiosk and time of a payment, and the months it paid, are fixed; its state is not."""
    pay(world)
    refused(world, change)
    run(world, "UPDATE payments SET changed_at = '2026-11-23T00:00:00Z'")


def test_a_settled_difference_stays_settled(world: World) -> None:
    """It may be settled once; then who and why are fixed, as is what differed from the start."""
    run(
        world,
        "INSERT INTO differences (id, payment_ref, kind, claimed_state, place, kiosk_id,"
        " amount_fen, record, noticed_at, settled_at, settled_by, settled_note)"
        " VALUES (1, '', 'totals', '', 'x', '', 1, '', '', '', '', '')",
    )
    refused(world, "UPDATE differences SET amount_fen = 2")
    run(world, "UPDATE differences SET settled_at = 'now', settled_by = 'Wang'")
    refused(world, "UPDATE differences SET settled_at = ''")
    refused(world, "DELETE FROM differences")


def test_the_ways_around_of_each_database_are_closed(world: World) -> None:
    """INSERT OR REPLACE and the sums themselves on SQLite; TRUNCATE on PostgreSQL."""
    pay(world)
    if world.engine.dialect.name == "postgresql":
        refused(world, "TRUNCATE entries")
        refused(world, "TRUNCATE postings CASCADE")
        return
    pool = "INSERT OR REPLACE INTO entries (posting_id, account, debit_fen) VALUES (1, "
    refused(world, pool + f"'bank-receivable', {TWO_MONTHS_FEN})")
    refused(world, POSTING, ENTRIES + "(90, 'bank', 5)", "DELETE FROM posting_sums")
    refused(world, POSTING, ENTRIES + "(90, 'bank', 5)", "UPDATE posting_sums SET sum_fen = 0")
    refused(world, "DELETE FROM zero")
    refused(world, "INSERT INTO zero VALUES (5)")


def test_what_staff_did_is_kept_for_ever(world: World) -> None:
    """Neither changed nor taken away, whoever has the database open."""
    account = (
        "INSERT INTO web_accounts (id, name, shown, roles, outlet, password_hash, totp_secret,"
        " totp_last, setup_hash, setup_until, failures, blocked_until, disabled_at, made_at)"
        " VALUES (1, 'lina', '', 'auditor', '', '', '', 0, {empty}, '', 0, '', '', '')"
    )
    act = (
        "INSERT INTO web_acts (id, at, account_id, outlet, act, about, detail)"
        " VALUES (1, '2026-11-22T02:00:00Z', 1, '', 'person.view', '', '')"
    )
    run(world, account, act)
    refused(world, "UPDATE web_acts SET act = 'nothing'")
    refused(world, "DELETE FROM web_acts")
    if world.engine.dialect.name == "postgresql":
        refused(world, "TRUNCATE web_acts")
