"""What a running kiosk makes of provisioning: its notice on screen, a disk it cannot write."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from kioskd import assembly, daemon
from kioskd.config import load
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.hardware import fitted
from kioskd.provision import enrolment
from kioskd.provision.enrolment import Ending, Outcome
from kioskd.provision.reporting import tell
from kioskd.technician import why
from tests.unit.provision_world import GOOD, Card

READ_ONLY = Path("/sys/kernel")
"""A folder in which nobody can make a file, not even root, who runs these tests in CI."""
NOT_ENROLLED = Trouble(TroubleReason.IDENTITY_NONE, "S-04")


def test_a_kiosk_that_is_not_enrolled_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The running kiosk holds the panel, so it shows what provisioning found, with its code."""
    card = Card(tmp_path)
    card.write(GOOD)
    enrolment.save(card.places.enrolment, Outcome(Ending.REFUSED, "code_used"))
    tell(card.places, card.machine, card.boot())
    monkeypatch.setattr(why.said, "__defaults__", (card.places.notice,))
    screen = daemon._out_of_service(NOT_ENROLLED)
    assert screen.trouble.code == "I-11" and screen.notice is not None
    assert "was used" in screen.notice[0].en and "new code" in screen.notice[1].en
    away = Trouble(TroubleReason.CENTRE_UNREACHABLE, "S-01")
    assert daemon._out_of_service(away).notice is None


def test_without_a_notice_it_is_the_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a kiosk whose certificate ended while it was switched off."""
    monkeypatch.setattr(why.said, "__defaults__", (tmp_path / "notice.json",))
    screen = daemon._out_of_service(NOT_ENROLLED)
    assert (screen.trouble, screen.notice) == (NOT_ENROLLED, None)


def test_a_data_partition_that_cannot_be_written_stops_payments_alone(tmp_path: Path) -> None:
    """Every part is made, the journal has its trouble with its code, nothing falls."""
    file = tmp_path / "kioskd.toml"
    lines = (
        'kiosk.id = "K0123"',
        'kiosk.outlet = { zh = "示例", en = "Example" }',
        f'kiosk.state_dir = "{READ_ONLY}"',
        'central.url = "https://127.0.0.1:9"',
        f'central.identity = "{READ_ONLY}/identity"',
        *(f'{part}.port = "/dev/none"' for part in ("pin_pad", "id_reader", "receipt_printer")),
        'voice.command = ""',
    )
    file.write_text("\n".join(lines), encoding="utf-8")
    config = load(file)
    state = assembly.state_folder(config)
    assert fitted(config, state).prints.unreported() == ()
    with ExitStack() as at_last:
        books = assembly.open_books(state / "journal.db", "K0123", at_last)
    assert books.journal.trouble == Trouble(TroubleReason.JOURNAL_DAMAGED, "P-02")
