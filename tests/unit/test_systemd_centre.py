"""What systemd is told about the centre: the units are sound and locked in."""

import os
import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S

FOLDER = Path(__file__).parents[2] / "systemd"
SERVICES = ("kiosk-central.service", "kiosk-central@.service", "kiosk-central-backup.service")
UNITS = (*SERVICES, "kiosk-central-backup.timer")
EXPOSURE_LIMIT = 2.0


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, with a program that exists here in the centre's place."""
    for name in UNITS:
        text = (FOLDER / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(
            text.replace("/usr/bin/kiosk-central", "/bin/true"), encoding="utf-8"
        )
    return tmp_path


def _systemd(*words: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which(words[0])
    assert program, "make setup installs systemd"
    return subprocess.run(
        [program, *words[1:]], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


@pytest.mark.parametrize("name", UNITS)
def test_systemd_accepts_the_units(units: Path, name: str) -> None:
    """``systemd-analyze verify`` finds nothing wrong."""
    answer = _systemd("systemd-analyze", "verify", "--man=no", str(units / name))
    said = [line for line in answer.stderr.splitlines() if name in line]
    assert answer.returncode == 0, answer.stderr
    assert not said


@pytest.mark.parametrize("name", SERVICES)
def test_little_is_exposed(units: Path, name: str) -> None:
    """``systemd-analyze security`` rates the exposure at no more than 2.0 of 10."""
    limit = f"--threshold={int(EXPOSURE_LIMIT * 10)}"
    answer = _systemd("systemd-analyze", "security", "--offline=true", limit, str(units / name))
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize(
    ("name", "begin", "end"),
    [("haproxy.cfg", "frontend ", None), ("patroni.yml", "bootstrap:", "  initdb:")],
)
def test_the_page_shows_what_ships(name: str, begin: str, end: str | None) -> None:
    """What ``tools.province`` runs is what docs/centre.md tells people to run."""
    page = (FOLDER.parent / "docs" / "centre.md").read_text(encoding="utf-8")
    text = (FOLDER / name).read_text(encoding="utf-8")
    shown = text[text.index(begin) : text.index(end) if end else None]
    assert textwrap.indent(shown, "    ") in page


def test_books_and_backups_are_the_centres_alone(tmp_path: Path) -> None:
    """Account and folders can be made on an empty root, and nobody else may look into them."""
    if os.geteuid() != 0:
        pytest.skip("only root can give folders to the centre")
    (tmp_path / "etc").mkdir()
    for name, words in (("sysusers", []), ("tmpfiles", ["--create"])):
        file = FOLDER / f"kiosk-central.{name}"
        answer = _systemd(f"systemd-{name}", f"--root={tmp_path}", *words, str(file))
        assert answer.returncode == 0, answer.stderr
    for folder in ("var/lib/kiosk-central", "var/backups/kiosk-central"):
        assert (tmp_path / folder).stat().st_mode & 0o777 == 0o700
