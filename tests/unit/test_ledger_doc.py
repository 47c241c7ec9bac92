"""``docs/ledger.md`` tells every law and every kind of posting that the code has."""

from pathlib import Path

from kiosk_central.ledger import PostingKind
from kiosk_central.ledger_checks import LAWS

TEXT = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text(encoding="utf-8")


def test_the_page_tells_every_law_and_kind() -> None:
    """Each law with its words, each kind of posting with its row."""
    assert [law.name for law in LAWS if f"| {law.name} | {law.says} |" not in TEXT] == []
    assert [kind.value for kind in PostingKind if f"| `{kind.value}` |" not in TEXT] == []
