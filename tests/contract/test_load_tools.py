"""The load tools measure what they say; tiny, so no figure means anything. In full: make load."""

from pathlib import Path

from tools.load import closing

POSTINGS = 300


def test_a_big_book_is_a_right_book(tmp_path: Path) -> None:
    """What ``closing`` fills in breaks no law, and its month is closed: else its times are void."""
    names = [row.name for row in closing.measure(tmp_path, POSTINGS)]
    assert any("proved" in name for name in names) and any("written" in name for name in names)
