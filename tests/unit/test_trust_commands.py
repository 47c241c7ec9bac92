"""``kioskd enrol`` and ``kioskd set-clock`` as a technician and a unit run them."""

from pathlib import Path

import pytest

from kioskd.cli import main
from kioskd.domain.enrolment_code import code_of, grouped
from tests.trust import Trust
from tests.unit.test_journal_commands import CONFIG


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "kioskd.toml"
    file.write_text(CONFIG.format(folder=tmp_path), encoding="utf-8")
    return file


def test_a_mistyped_code_is_told_before_anybody_is_asked(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And no key is made for it."""
    typed = grouped(code_of(1 << 79))[:-1] + "Z"
    assert main(["enrol", "--config", str(config), "--code", typed]) == 1
    assert "mistyped" in capsys.readouterr().err
    assert not (config.parent / "identity").exists()


@pytest.mark.parametrize("has_ca", [True, False], ids=["nobody there", "no CA"])
def test_a_centre_that_is_not_reached(
    config: Path, capsys: pytest.CaptureFixture[str], has_ca: bool
) -> None:
    """One line with the code; the key waits for the next try."""
    if has_ca:
        trust = Trust(config.parent / "trust")
        assert trust.issuer
        (config.parent / "ca.pem").write_bytes(Path(trust.ca).read_bytes())
    words = ["enrol", "--config", str(config), "--code", grouped(code_of(5))]
    assert main(words) == 1
    assert "not reached (S-01)" in capsys.readouterr().err
    assert [one.name for one in (config.parent / "identity").iterdir()] == ["next-key.pem"]


def test_a_clock_that_is_right_is_left_alone(config: Path) -> None:
    """Nobody is asked: the centre of this configuration does not exist."""
    assert main(["set-clock", "--config", str(config)]) == 0
