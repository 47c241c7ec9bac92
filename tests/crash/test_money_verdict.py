"""What the matrix calls lost and doubled, which states it takes for equal: by hand-made books."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kiosk_bench.money.durable import BOOKS, CENTRE, STATE, fingerprint
from kiosk_bench.money.matrix import apart
from kiosk_bench.money.table import Row, all_well, printed
from kiosk_bench.money.verdict import Books, Verdict, judge

FEN = 280_000


def charge(receipt: int, *, gone: bool = False) -> dict[str, Any]:
    return {"receipt": receipt, "amount_fen": FEN, "reversed": gone}


def paid(ref: str, state: str = "confirmed", receipt: int | None = 2) -> dict[str, Any]:
    return {
        "ref": ref,
        "assessment": "A1",
        "amount_fen": FEN,
        "state": state,
        "pin_pad_receipt": receipt,
    }


def ledger(*posted: str, payer: str = "P1", state: str = "paid") -> dict[str, Any]:
    entry = {"account": "bank-receivable", "debit_fen": FEN}
    return {
        "postings": [{"payment_ref": ref, "entries": [entry]} for ref in posted],
        "payments": [{"ref": ref, "assessment_ref": "A1", "state": "confirmed"} for ref in posted],
        "assessments": [
            {
                "ref": "A1",
                "person_id": 1,
                "scheme": "pension",
                "months": "2026-10",
                "state": state,
                "payment_ref": payer,
            }
        ],
        "balance_fen": 0,
        "unbalanced": [],
    }


DOUBT = paid("P1", "unknown", None)


@pytest.mark.parametrize(
    ("books", "lost", "doubled"),
    [
        (Books([charge(2)], ledger("P1"), [paid("P1")]), 0, 0),
        (Books([charge(2, gone=True)], ledger(), [paid("P1", "reversed")]), 0, 0),
        (Books([charge(2)], ledger(), [paid("P1")]), 1, 0),
        (Books([], ledger("P1"), [paid("P1")]), 1, 0),
        (Books([charge(2), charge(3)], ledger("P1"), [paid("P1")]), 1, 1),
        (Books([charge(2)], ledger("P1", "P2"), [paid("P1")]), 1, 1),
        (Books([charge(2)], ledger(state="paying"), [DOUBT]), 0, 0),
        (Books([charge(2)], ledger(state="released"), [DOUBT]), 1, 0),
        (Books([charge(2)], ledger() | {"balance_fen": 1}, [paid("P1")]), 2, 0),
    ],
)
def test_the_judge_counts_by_everybodys_books(books: Books, lost: int, doubled: int) -> None:
    """Charged and posted is well, listed and locked too; everything else is lost or doubled."""
    verdict = judge(books)
    assert (verdict.lost, verdict.doubled) == (lost, doubled), verdict.problems


@pytest.mark.parametrize("state", ["intended", "approved", "unknown", "reversing"])
def test_what_recovery_still_works_on_is_not_at_rest(state: str) -> None:
    """A world is judged when nothing is under way and the centre knows what the kiosk knows."""
    assert not Books([], ledger(), [paid("P1", state)]).at_rest()
    assert not Books([], ledger(), [paid("P1")]).at_rest()
    assert Books([charge(2)], ledger("P1"), [paid("P1")]).at_rest()


def _state(folder: Path, series: str, at: str, fen: int) -> Path:
    (folder / STATE).mkdir(parents=True)
    (folder / CENTRE).mkdir()
    ref = f"K0123-{series}-000001"
    (folder / BOOKS).write_text(json.dumps({"charges": [{"time": "101010", "amount_fen": fen}]}))
    for path in (folder / STATE / "journal.db", folder / CENTRE / "central.db"):
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("CREATE TABLE payment (ref, at, fen, link)")
            db.execute("INSERT INTO payment VALUES (?, ?, ?, ?)", (ref, at, fen, b"\xff" * 32))
    return folder


def test_equal_states_differ_in_moments_and_made_up_names_only(tmp_path: Path) -> None:
    """The time and the journal's series make no other state, an amount does."""
    first = _state(tmp_path / "a", "AAAA", "2026-11-22T10:00:00.000Z", FEN)
    second = _state(tmp_path / "b", "BBBB", "2026-11-22T11:11:11.111Z", FEN)
    third = _state(tmp_path / "c", "AAAA", "2026-11-22T10:00:00.000Z", FEN + 1)
    assert fingerprint(first) == fingerprint(second)
    assert fingerprint(first) != fingerprint(third)
    shutil.rmtree(first / STATE)
    assert fingerprint(first) != fingerprint(second)


def test_points_that_nothing_lies_between_share_one_run() -> None:
    """A marked point is left out, and a point that was passed twice is taken once."""
    assert apart(["!a before", "=b before", "!b after", "!a before"]) == ["a before", "b after"]


def test_a_table_without_runs_is_not_well() -> None:
    """A proof that tried nothing has proved nothing; a problem is printed beneath the table."""
    row = Row("nothing")
    assert not all_well([row])
    row.add(Verdict(1, 1, 0, 0, 0, 0, ()))
    assert all_well([row])
    row.fail("doubled: twice", "somewhere")
    assert not all_well([row])
    assert "somewhere: doubled: twice" in printed([row])
