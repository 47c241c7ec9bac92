"""``kioskd journal ...`` as an operator runs it: what it prints, what it leaves, how it exits."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kioskd.cli import main
from kioskd.domain.money import Money
from kioskd.payments.day_book import DayEndState
from kioskd.payments.owner import owning
from kioskd.protocols.central_books import ChainHead
from tests.fakes import AMOUNT, NOW
from tests.journals import Books, lent, opened, tamper

CONFIG = """\
[kiosk]
id = "K0123"
outlet = {{ zh = "示例", en = "Example" }}
state_dir = "{folder}"
production = false
[central]
url = "https://127.0.0.1:9"
ca = "{folder}/ca.pem"
identity = "{folder}/identity"
[pin_pad]
port = "/dev/none"
[id_reader]
port = "/dev/none"
[receipt_printer]
port = "/dev/none"
"""
PAGE_BYTES = 4096


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "kioskd.toml"
    file.write_text(CONFIG.format(folder=tmp_path), encoding="utf-8")
    return file


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with lent(tmp_path) as books:
        yield books


def run(config: Path, verb: str, *words: str) -> int:
    return main(["journal", verb, *words, "--config", str(config)])


def test_show_lists_every_payment(
    config: Path, books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reference, amount, state and reason of each, beside a kiosk that goes on writing."""
    paid, declined = books.confirmed(), books.declined()
    assert run(config, "show") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"{paid.ref}  {NOW}  1,400.00 yuan  confirmed"
    assert second == f"{declined.ref}  {NOW}  1,400.00 yuan  declined  Z-05"


def test_verify_says_that_a_journal_is_sound(
    config: Path, books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sound by itself; a centre that cannot be asked is said, and is no fault."""
    books.confirmed()
    assert run(config, "verify", "--offline") == 0
    assert "the journal is sound" in capsys.readouterr().out
    assert run(config, "verify") == 0
    assert "centre: not reached (S-04)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("UPDATE entry SET body = (SELECT body FROM entry WHERE seq = 3) WHERE seq = 2", "entry 2"),
        ("DELETE FROM entry WHERE seq = 2", "entry 2"),
        ("UPDATE entry SET seq = 99 WHERE seq = 1", "entry 1"),
        ("UPDATE payment SET fen = 1", "payment K0123-"),
    ],
)
def test_verify_names_what_was_changed(
    config: Path, books: Books, capsys: pytest.CaptureFixture[str], change: str, place: str
) -> None:
    """An entry changed, removed or put elsewhere, or a row changed alone: exit 1 and the place."""
    books.confirmed()
    books.tamper(change)
    assert run(config, "verify", "--offline", "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert any(fault["place"].startswith(place) for fault in told["faults"])


def test_verify_believes_the_centre(config: Path, books: Books) -> None:
    """A journal that is sound by itself, and not the one that the centre has seen, is a fault."""
    from kioskd.commands import journal

    books.confirmed()
    links = books.outbox.next_links()
    assert links is not None
    own = ChainHead(links.series, 3, links.head)

    def against(known: ChainHead) -> list[str]:
        return [fault.place for fault in journal._against(books.path, own, known)]

    assert against(own) == []
    assert against(ChainHead(links.series, 0, b"")) == []
    assert against(ChainHead(links.series, 2, b"\0" * 32)) == ["entry 2"]
    assert against(ChainHead(links.series, 9, b"\0" * 32)) == ["entry 4"]


def test_reconcile_lists_what_people_must_settle(
    config: Path, books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with its reference and amount, whatever the reason; exit 1 while there is anything."""
    waiting = books.confirmed(18)
    report = books.outbox.next_report()
    assert report is not None
    books.outbox.quarantine(report.seq, 409, "state_conflict")
    unresolved = books.unresolved()
    returned = books.to_give_back(19)
    day_end = books.day_book.intend((3, AMOUNT * 3), NOW)
    books.day_book.end(day_end, DayEndState.DONE, (3, AMOUNT * 3), "29001006", NOW)
    assert run(config, "reconcile", "--json") == 1
    told = {
        (one["matter"], one["ref"], one["amount_fen"])
        for one in json.loads(capsys.readouterr().out)
    }
    assert told == {
        ("not_posted", waiting.ref, AMOUNT.fen),
        ("set_aside", waiting.ref, AMOUNT.fen),
        ("unresolved", unresolved.ref, AMOUNT.fen),
        ("not_given_back", returned.ref, AMOUNT.fen),
        ("day_differs", day_end.ref, AMOUNT.fen),
    }


def test_reconcile_has_nothing_to_list(
    config: Path, books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    """Declined payments and a day that agrees are settled."""
    books.declined()
    day_end = books.day_book.intend((1, Money(0)), NOW)
    books.day_book.end(day_end, DayEndState.DONE, (1, Money(0)), "29001006", NOW)
    assert run(config, "reconcile") == 0
    assert capsys.readouterr().out == "nothing to settle\n"


def test_an_unclear_day_is_listed(config: Path, books: Books) -> None:
    """Whether the batch was closed cannot be said: people must look."""
    day_end = books.day_book.intend((3, AMOUNT), NOW)
    books.day_book.end(day_end, DayEndState.UNCLEAR, None, "", NOW)
    assert run(config, "reconcile") == 1


def damage(path: Path) -> None:
    """Make garbage of every other page but the first two."""
    data = bytearray(path.read_bytes())
    for page in range(3, len(data) // PAGE_BYTES, 2):
        data[page * PAGE_BYTES : (page + 1) * PAGE_BYTES] = b"\xa5" * PAGE_BYTES
    path.write_bytes(data)


def test_salvage_saves_what_can_be_read(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a sound journal every row, with its table's name, as lines of JSON."""
    with lent(tmp_path) as books:
        paid = books.confirmed()
    out = tmp_path / "rows.jsonl"
    assert run(config, "salvage", "--out", str(out)) == 0
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    tables = [row["table"] for row in rows]
    assert {name: tables.count(name) for name in set(tables)} == {
        "journal": 1,
        "payment": 1,
        "entry": 3,
        "outbox": 1,
    }
    (payment,) = (row for row in rows if row["table"] == "payment")
    assert (payment["ref"], payment["state"]) == (paid.ref, "confirmed")
    assert json.loads(payment["record"])["receipt"] == 18


def test_a_damaged_page_does_not_hide_the_others(config: Path, tmp_path: Path) -> None:
    """Of a journal with broken pages the rows on the others are saved."""
    with lent(tmp_path) as books:
        for receipt in range(1, 200):
            books.confirmed(receipt)
    damage(tmp_path / "journal.db")
    out = tmp_path / "rows.jsonl"
    assert run(config, "verify", "--offline") == 1
    assert run(config, "salvage", "--out", str(out)) == 0
    assert 10 < len(out.read_text().splitlines()) < 1 + 199 * 5


def test_renew_puts_a_damaged_journal_aside(config: Path, tmp_path: Path) -> None:
    """The file is kept under another name; the next start makes a new one with its own series."""
    with lent(tmp_path) as books:
        books.confirmed()
        series = books.store.series
    tamper(tmp_path / "journal.db", "DELETE FROM entry WHERE seq = 1")
    assert run(config, "renew") == 0
    kept = next(file for file in tmp_path.glob("journal.db.kept-*") if file.suffix[-1] == "Z")
    assert kept.stat().st_size > PAGE_BYTES
    fresh = opened(tmp_path / "journal.db")
    assert fresh.store.series != series
    fresh.store.shut()


def test_renew_leaves_a_sound_journal_alone(config: Path, tmp_path: Path) -> None:
    """There is no reason to forget what is sound."""
    with lent(tmp_path) as books:
        books.confirmed()
    assert run(config, "renew") == 1
    assert (tmp_path / "journal.db").exists()


def test_renew_refuses_while_a_kiosk_uses_it(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is never pulled from under a running kiosk, however damaged it is."""
    path = tmp_path / "journal.db"
    path.write_bytes(b"no database at all" * 1000)
    with owning(path):
        assert run(config, "renew") == 1
    assert "another program is using it" in capsys.readouterr().err
    assert path.exists()
