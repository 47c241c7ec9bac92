"""Revision 0011 over a database in use: every row is there, with its kiosk, and guarded again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from kiosk_central.laws import misposted, unbalanced
from kiosk_central.store import revisions
from kiosk_central.store.engine import open_engine, read, write
from kiosk_central.store.revisions import migrate, newest
from tests.databases import KINDS, cluster_of, make_template

AT = "'2026-10-22T02:00:00Z'"
REF = "'K0123-7KQ4-000001'"
NEW = f"'', 1, '', {AT}, {AT},"
MONEY = "2, 'pension', 100, 700000, 140000, 56000, '2026-10'"
ROWS = {
    "kiosks": "('K0123', '', '', true), ('K0124', '', '', true)",
    "people": "(2, '110000199003070000', '', '', true)",
    "documents": f"('D1', 'K0123', 2, 'k', 'N1', e, e, e, e, e, e, 1, {AT}, '', '')",
    "assessments": f"('a1', 'K0123', {MONEY}, {AT}, {AT}, 'paid', {REF}),"
    f" ('a2', 'K0124', {MONEY}, {AT}, {AT}, 'open', NULL)",
    "month_locks": "(2, 'pension', '2026-10', 'a2')",
    "payments": f"({REF}, 'K0123', 'a1', 140000, 'confirmed', {AT}, {AT}, {AT}, '', '')",
    "payment_reports": f"({REF}, 'intended', '', '', '', {AT}),"
    f" ({REF}, 'confirmed', '', '', '', {AT})",
    "charges": f"({REF}, '29001006', 31, 17, '2026-10-22')",
    "postings": f"(7, {REF}, '2026-0000-0001-X', 'contribution', {AT}, NULL, e),"
    f" (9, NULL, NULL, 'bank', {AT}, NULL, e)",
    "entries": "(7, 'bank-receivable', NULL, 140000), (7, 'pension-personal', 2, -56000),"
    " (7, 'pension-pool', NULL, -84000), (9, 'bank', NULL, 140000),"
    " (9, 'bank-receivable', NULL, -140000)",
    "prints": f"('R1', {REF}, 'K0124', 1, '', '', e)",
    "refunds": f"(3, {REF}, 2, 140000, 'asked', '', '', {AT}, 'w', '', '', '', '', NULL)",
    "day_ends": f"('E1', 'K0123', '29001006', e, e, {AT})",
    "day_end_payments": f"('E1', {REF}, 'K0123')",
    "bank_files": f"(1, e, '', {AT})",
    "bank_lines": "(5, 1, 1, '2026-10-23', '29001006', 1, 31, 17, '2026-10-22', '', 140000, 'sale',"
    " 1, 9)",
    "card_acts": f"('C1', 'K0124', 2, '', '', e, e, {AT})",
    "document_prints": "('R1', 'D1', 'K0123', 'yes', 1, '', '')",
    "profile_changes": f"(4, 'P1', 2, 'K0123', 'phone', '', '', '', 'updated', {AT}, '', '', '')",
    "kiosk_events": f"(6, 'V1', 'K0124', 'opened', {AT}, {AT})",
    "fleet_orders": f"('O1', 'K0124', 'bundle', 'done', '', {AT}, '', '', {AT}, '', '')",
    "fleet_bundles": f"('O1', 'K0124', {AT}, e)",
}
"""Rows as 0009 keeps them, by table, parents first; ``e`` is an empty blob."""
WITH_KIOSK = {
    "SELECT kiosk_id FROM month_locks": "K0124",
    "SELECT kiosk_id FROM charges": "K0123",
    "SELECT DISTINCT kiosk_id FROM payment_reports": "K0123",
    "SELECT DISTINCT month FROM payment_reports": "2026-10",
    "SELECT kiosk_id FROM postings WHERE id = 7": "K0123",
    "SELECT kiosk_id FROM postings WHERE id = 9": None,
    "SELECT kiosk_id FROM prints": "K0123",
    "SELECT at_kiosk FROM prints": "K0124",
    "SELECT kiosk_id FROM refunds": "K0123",
}
"""Whose rows are now, where they did not say so before."""


@pytest.fixture(params=KINDS)
def used(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database of revision 0009 with a row or two in every table that 0011 makes anew."""
    cluster = cluster_of(request)
    engine = open_engine(make_template(tmp_path, cluster, fill).url)
    yield engine
    engine.dispose()


def fill(at: Connection) -> None:
    config = Config(attributes={"connection": at})
    config.set_main_option("script_location", str(revisions.FOLDER))
    command.upgrade(config, "0009")
    empty, true = ("X''", "1") if at.dialect.name == "sqlite" else ("''::bytea", "true")
    for table, rows in ROWS.items():
        values = rows.replace(" e,", f" {empty},").replace(" e)", f" {empty})")
        at.execute(text(f"INSERT INTO {table} VALUES {values.replace('true', true)}"))


def counted(at: Connection) -> dict[str, int]:
    return {table: at.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in ROWS}


def test_every_row_comes_over(used: Engine) -> None:
    """None is lost or doubled, each has its kiosk, and the laws of the books hold."""
    before = read(used, counted)
    assert write(used, migrate) == newest()
    assert read(used, counted) == before
    for question, kiosk_id in WITH_KIOSK.items():
        assert read(used, lambda at, q=question: at.execute(text(q)).scalar_one()) == kiosk_id
    assert (read(used, unbalanced), read(used, misposted)) == ((), ())


def test_numbers_go_on_after_the_last(used: Engine) -> None:
    """A new row of the ledger does not take a number that is there."""
    write(used, migrate)
    empty = "X''" if used.dialect.name == "sqlite" else "''::bytea"
    new = (
        f"INSERT INTO postings (kind, posted_at, proof) VALUES ('bank', {AT}, {empty}) RETURNING id"
    )
    assert write(used, lambda at: at.execute(text(new)).scalar_one()) == 10


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE postings SET kind = ''",
        "UPDATE payments SET amount_fen = 1",
        "UPDATE prints SET at_kiosk = 'K0123'",
        "UPDATE refunds SET kiosk_id = 'K0124'",
        "UPDATE kiosk_events SET kind = ''",
        "DELETE FROM charges",
        "INSERT INTO entries VALUES (7, 'bank', NULL, 5)",
        f"INSERT INTO payments VALUES ('K0124', {REF}, {NEW} '2026-10', {AT}, '', '')",
        f"INSERT INTO payments VALUES ('K0123', 'K0123-1-1', {NEW} '2026-11', {AT}, '', '')",
        "UPDATE payments SET month = '2026-11', heard_at = '2026-11-01T00:00:00Z'",
    ],
)
def test_the_guards_stand_again(used: Engine, change: str) -> None:
    """What was kept for ever still is, postings balance, and a reference names its kiosk."""
    write(used, migrate)
    with pytest.raises(IntegrityError):
        write(used, lambda at: at.execute(text(change)))
