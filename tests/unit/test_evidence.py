"""The judge of stories must be able to say no."""

from pathlib import Path

from kiosk_bench.evidence import _compare, _in_order
from kiosk_bench.finding import find_in_files
from kiosk_bench.kiosk_process import _is_journal_sync


def test_screens_are_wanted_in_order() -> None:
    """Screens may have others between them but must come in the order the story names."""
    assert _in_order(("home", "paid"), ["welcome", "home", "review", "paid"])
    assert not _in_order(("paid", "home"), ["welcome", "home", "review", "paid"])
    assert not _in_order(("home", "unknown"), ["home", "paid"])


def test_difference_is_named() -> None:
    """A number that differs is written down with both values; one that agrees is not."""
    found: list[str] = []
    _compare(found, "charges", 2, 1)
    _compare(found, "postings", 1, 1)
    assert found == ["charges: 2, expected 1"]


def test_only_journal_syncs_within_the_times_count() -> None:
    """A sync of another file, or before the payment began, is not a synced journal commit."""
    line = "4711 100.500000 fdatasync(5</state/journal.db-wal>) = 0"
    assert _is_journal_sync(line, 100.0, 101.0)
    assert not _is_journal_sync(line, 100.6, 101.0)
    assert not _is_journal_sync(line.replace("journal", "region"), 100.0, 101.0)


def test_personal_data_is_found_in_any_coding(tmp_path: Path) -> None:
    """A name in a log, a number in a database: both are found, each with its kind."""
    (tmp_path / "log").write_bytes("visitor 欧阳小明 came".encode("gb18030"))
    (tmp_path / "db").write_bytes(b"\x00\x01000000190001010017\x00")
    (tmp_path / "clean").write_bytes(b"K0123-000001 280000")
    secrets = [("name", "欧阳小明".encode("gb18030")), ("number", b"000000190001010017")]
    finds = find_in_files([tmp_path / name for name in ("log", "db", "clean")], secrets)
    assert finds == [(tmp_path / "db", "number"), (tmp_path / "log", "name")]
