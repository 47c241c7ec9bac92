"""``kioskd provision`` and ``kioskd retire`` as units and technicians run them."""

import subprocess
import sys
from pathlib import Path

import pytest

from kioskd.cli import main
from kioskd.commands import provision, retire
from kioskd.protocols.central_books import ChainHead
from kioskd.provision import retiring
from kioskd.provision.last_word import LastWord
from tests.unit.provision_world import CODE, GOOD, Card
from tests.unit.test_retire import FakeCentre


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Card:
    made = Card(tmp_path)
    made.write(GOOD)
    made.machine.free = 5 << 20
    for command in (provision, retire):
        monkeypatch.setattr(command, "LinuxMachine", lambda: made.machine)
    monkeypatch.setattr(retire, "Places", lambda: made.places)
    return made


def words(card: Card, *verb: str) -> list[str]:
    places = card.places
    folders = {
        "boot": places.boot,
        "data": places.data,
        "site": places.site,
        "run": places.run,
    }
    named = [word for name, folder in folders.items() for word in (f"--{name}", str(folder))]
    return ["provision", *verb, *named]


def test_a_card_that_can_serve(card: Card, capsys: pytest.CaptureFixture[str]) -> None:
    """0, a line for each step, and the report; that enrolment is still to come stops nothing."""
    assert main(words(card)) == 0
    told = capsys.readouterr().out.splitlines()
    assert "Site file kioskd.txt: good" in told and "Secrets: good" in told
    assert "being asked" in card.places.report.read_text(encoding="utf-8-sig")


def test_a_card_that_cannot(card: Card, capsys: pytest.CaptureFixture[str]) -> None:
    """1, and each wrong line with its number on standard error."""
    card.write(GOOD.replace("usb-1.3", "COM3"))
    assert main(words(card)) == 1
    assert "Site file kioskd.txt: FAILED I-02" in (told := capsys.readouterr().err)
    assert "Line 8" in told


def test_a_file_that_fails_in_the_middle(card: Card, capsys: pytest.CaptureFixture[str]) -> None:
    """The panel and the report say so, with the system's words; no trace."""
    main(words(card))
    (card.places.vault / "code").unlink()
    (card.places.vault / "code").mkdir()  # what cannot be read as a file
    card.write(GOOD.replace(CODE, "(used)"))
    assert main(words(card)) == 1
    assert "I-06 Reading or writing failed" in capsys.readouterr().err
    assert "(I-06)" in card.places.report.read_text(encoding="utf-8-sig")
    assert "I-06" in card.places.notice.read_text(encoding="utf-8")


def test_the_report_is_told_again(card: Card) -> None:
    """With the steps of this boot, and with how enrolment stands now."""
    main(words(card))
    (card.places.vault / "code").unlink()
    assert main(words(card, "report")) == 0
    report = card.places.report.read_text(encoding="utf-8-sig")
    assert "(I-14)" in report and "kioskd.txt" in report


def test_a_clock_in_1970_is_told(card: Card) -> None:
    """The report's time is then no time."""
    card.machine.time = 60.0
    main(words(card))
    assert "clock not set" in card.places.report.read_text(encoding="utf-8-sig")


def test_enrol_with_a_code_that_is_none(
    card: Card, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whoever calls it without a credential is refused for good; nobody is asked."""
    main(words(card))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    config = ("--config", str(card.places.config))
    assert main([*words(card, "enrol"), *config]) == 1


@pytest.fixture
def centre(card: Card, monkeypatch: pytest.MonkeyPatch) -> FakeCentre:
    made = FakeCentre()
    for name, call in (
        ("last_word", made.last_word),
        ("tell_retirement", made.tell),
        ("find_retirement", made.find),
    ):
        monkeypatch.setattr(retiring, name, call)
    card.boot()
    with open(card.places.config, "a", encoding="utf-8") as more:
        more.write(f'kiosk.state_dir = "{card.places.state}"\n')
    return made


def retired(card: Card, *more: str) -> int:
    return main(["retire", "--config", str(card.places.config), *more])


def test_force_and_reason_go_together(card: Card, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither alone does anything."""
    for alone in (("--force",), ("--reason", "sold")):
        assert retired(card, "--by", "Li", *alone) == 1
        assert "go together" in capsys.readouterr().err


def test_a_retired_kiosk_says_that_it_may_be_unscrewed(
    card: Card, centre: FakeCentre, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the console, in the report and on the panel."""
    assert retired(card, "--by", "Li") == 0
    assert "may be unscrewed" in capsys.readouterr().out
    assert "(I-19)" in card.places.report.read_text(encoding="utf-8-sig")
    assert card.places.notice.exists()


def test_a_refusal_names_what_is_open(
    card: Card, centre: FakeCentre, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line each, exit code 1; the same stands in the report."""
    head = ChainHead("7KQ4", 6, b"h" * 32)
    centre.word = LastWord(head, (), ("2 prints are not reported",))
    assert retired(card, "--by", "Li") == 1
    assert "2 prints are not reported" in capsys.readouterr().err.splitlines()
    assert "2 prints are not reported" in card.places.report.read_text(encoding="utf-8-sig")


def test_asked_by_the_file(card: Card, centre: FakeCentre) -> None:
    """The name in kioskd.txt is the one the centre keeps; the kiosk's account does not wipe."""
    card.machine.root = False
    card.places.to_retire.write_text("李工", encoding="utf-8")
    assert retired(card, "--asked") == 0
    assert [one.by for one in centre.on_record.values()] == ["李工"]
    assert (card.places.vault / "code").exists()


def test_a_boot_loads_only_what_it_needs() -> None:
    """Every start waits for this command: no network, no journal, no screen, no cryptography."""
    heavy = ("trio", "requests", "sqlite3", "pygame", "cryptography", "serial", "smartcard")
    program = "import sys, kioskd.commands.provision; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "kioskd.provision.boot" in loaded and not set(heavy) & set(loaded)
