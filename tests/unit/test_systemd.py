"""What systemd is told about kioskd: the unit is sound, watched and locked in."""

import os
import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

from kioskd.commands.run import START_ME_AGAIN
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "systemd" / "kioskd.service"
EXPOSURE_LIMIT = 2.0


class _Repeated(dict[str, str]):
    """Joins the values of a key that is given more than once, as systemd does for lists."""

    def __setitem__(self, key: str, value: str | list[str]) -> None:
        if isinstance(value, list) and isinstance(self.get(key), list):
            value = [*self[key], *value]
        super().__setitem__(key, value)  # type: ignore[assignment]


@pytest.fixture(scope="module")
def service() -> dict[str, str]:
    parser = RawConfigParser(strict=False, dict_type=_Repeated)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(UNIT, encoding="utf-8")
    return dict(parser["Service"])


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that exists here in kioskd's place."""
    text = UNIT.read_text(encoding="utf-8").replace("/usr/bin/kioskd", "/bin/true")
    copy = tmp_path / UNIT.name
    copy.write_text(text, encoding="utf-8")
    return copy


def _systemd_analyze(*words: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    assert program, "make setup installs systemd, which brings systemd-analyze"
    return subprocess.run(
        [program, *words], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


def test_systemd_accepts_the_unit(unit: Path) -> None:
    """``systemd-analyze verify`` finds nothing wrong."""
    answer = _systemd_analyze("verify", "--man=no", str(unit))
    assert answer.returncode == 0 and unit.name not in answer.stderr, answer.stderr


def test_little_is_exposed(unit: Path) -> None:
    """``systemd-analyze security`` rates the exposure at no more than 2.0 of 10."""
    limit = str(int(EXPOSURE_LIMIT * 10))
    answer = _systemd_analyze("security", "--offline=true", f"--threshold={limit}", str(unit))
    assert answer.returncode == 0, answer.stdout


def test_kioskd_is_watched(service: dict[str, str]) -> None:
    """READY and WATCHDOG come from the main process; after a fall the notice starts it again."""
    assert service["Type"] == "notify"
    assert service["NotifyAccess"] == "main"
    assert 0 < int(service["WatchdogSec"]) <= 30
    unit = UNIT.read_text(encoding="utf-8")
    assert "\nOnFailure=kioskd-notice.service\n" in unit
    assert "\nStartLimitIntervalSec=0\n" in unit
    assert int(service["RestartForceExitStatus"]) == START_ME_AGAIN


def test_a_wrong_configuration_stops_the_start(service: dict[str, str]) -> None:
    """The configuration is checked before the kiosk runs on it."""
    assert service["ExecStartPre"] == "/usr/bin/kioskd check --config /etc/kioskd/kioskd.toml"
    assert service["ExecStart"] == "/usr/bin/kioskd run --config /etc/kioskd/kioskd.toml"


def test_nothing_of_a_citizen_reaches_the_disk(service: dict[str, str]) -> None:
    """No core file, no swap, no file that others may read, a temporary folder that goes away."""
    assert service["LimitCORE"] == "0"
    assert service["MemorySwapMax"] == "0"
    assert service["UMask"] == "0077"
    assert service["PrivateTmp"] == "yes"
    assert service["StateDirectoryMode"] == "0700"


def test_kioskd_is_an_account_of_its_own(service: dict[str, str]) -> None:
    """The unit, the account and the folders name the same user."""
    sysusers = (UNIT.parent / "kioskd.sysusers").read_text(encoding="utf-8")
    tmpfiles = (UNIT.parent / "kioskd.tmpfiles").read_text(encoding="utf-8")
    assert service["User"] == service["Group"] == "kioskd"
    assert "u kioskd " in sysusers
    assert "d /var/lib/kioskd 0700 kioskd kioskd" in tmpfiles


def test_devices_are_named(service: dict[str, str]) -> None:
    """Only screen, touch, serial lines, pins and the loudspeaker are open to kioskd."""
    assert service["DevicePolicy"] == "closed"
    allowed = {line.split()[0] for line in service["DeviceAllow"].splitlines()}
    assert allowed == {
        "char-ttyUSB",
        "char-ttyACM",
        "char-ttyAMA",
        "char-ttyS",
        "char-input",
        "char-drm",
        "char-gpiochip",
        "char-alsa",
    }


def test_accounts_and_folders_are_accepted(tmp_path: Path) -> None:
    """``systemd-sysusers`` and ``systemd-tmpfiles`` can carry their files out on an empty root."""
    (tmp_path / "etc").mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can give folders to kioskd")
    for name in ("sysusers", "tmpfiles"):
        program = shutil.which(f"systemd-{name}")
        assert program, "make setup installs systemd"
        words = ["--create"] if name == "tmpfiles" else []
        file = UNIT.parent / f"kioskd.{name}"
        answer = subprocess.run(
            [program, f"--root={tmp_path}", *words, str(file)],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr
    assert "kioskd:" in (tmp_path / "etc/passwd").read_text(encoding="utf-8")
    assert (tmp_path / "var/lib/kioskd").stat().st_mode & 0o777 == 0o700
