"""Every unit of the kiosk: accepted by systemd, little exposed, installed where it belongs."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S

FOLDER = Path(__file__).parents[2] / "systemd"
UNITS = sorted(path.name for path in FOLDER.glob("kioskd*.service"))
EXPOSURE_LIMIT = 20
"""In tenths, as ``--threshold`` takes it."""
NOT_HERE = ("/usr/bin/kioskd", "/sbin/wpa_supplicant", "/sbin/modprobe")
"""Programs of the image that a machine with the tests need not have."""


def _rows(name: str) -> Iterator[list[str]]:
    """Yield the words of each line that says something."""
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split()


INSTALLED = dict(_rows("kiosk.files"))


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units as the image has them, with programs that exist here in ours' place."""
    folder = tmp_path_factory.mktemp("units")
    for file, path in INSTALLED.items():
        _, inside, place = path.partition("/usr/lib/systemd/system/")
        if inside:
            (folder / place).parent.mkdir(exist_ok=True)
            (folder / place).write_text(_with_programs_that_are_here(FOLDER / file))
    return folder


def _with_programs_that_are_here(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    for program in NOT_HERE:
        text = text.replace(program, "/bin/true")
    return text


def _systemd_analyze(*words: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    assert program, "make setup installs systemd, which brings systemd-analyze"
    return subprocess.run(
        [program, *words], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


@pytest.mark.parametrize("unit", UNITS)
def test_little_is_exposed(units: Path, unit: str) -> None:
    """``systemd-analyze security`` rates each unit with its drop-ins at 2.0 of 10 at most."""
    words = ("security", "--offline=true", f"--threshold={EXPOSURE_LIMIT}", str(units / unit))
    answer = _systemd_analyze(*words)
    assert answer.returncode == 0, answer.stdout[-200:]


def test_systemd_accepts_all_units(units: Path) -> None:
    """``systemd-analyze verify`` finds nothing wrong with any of them."""
    answer = _systemd_analyze("verify", "--man=no", *(str(p) for p in units.glob("kioskd*.*e")))
    ours = [line for line in answer.stderr.splitlines() if "kiosk" in line]
    assert not ours


def test_only_the_clock_s_unit_may_set_the_clock() -> None:
    """CAP_SYS_TIME stands in one unit, and none of the others may touch the clock."""
    with_right = [unit for unit in UNITS if "CAP_SYS_TIME" in (FOLDER / unit).read_text()]
    without = [unit for unit in UNITS if "ProtectClock=yes" in (FOLDER / unit).read_text()]
    assert with_right == ["kioskd-clock.service"]
    assert sorted(with_right + without) == UNITS


def test_every_file_has_its_place() -> None:
    """What the image installs exists; every unit of the kiosk is among it."""
    assert all((FOLDER / file).is_file() for file in INSTALLED)
    assert len(set(INSTALLED.values())) == len(INSTALLED)
    ours = {path.name for path in FOLDER.glob("kioskd*.*") if path.suffix in (".service", ".path")}
    assert ours <= set(INSTALLED)


def test_what_runs_is_listed() -> None:
    """The preset names only what there is; what is enabled is not masked; all else is off."""
    rows = list(_rows("kiosk.preset"))
    enabled = {unit for verb, unit in rows if verb == "enable"}
    masked = {unit for (unit,) in _rows("kiosk.masks")}
    assert rows[-1] == ["disable", "*"]
    assert {unit for unit in enabled if unit.startswith("kioskd")} <= set(INSTALLED)
    assert not enabled & masked
    installs = {unit for unit in INSTALLED if "[Install]" in (FOLDER / unit).read_text()}
    assert {unit for unit in enabled if unit.startswith("kioskd")} == installs


def test_nobody_logs_in_at_the_console() -> None:
    """No getty, no rescue shell, no ssh, no Ctrl-Alt-Del, no SysRq."""
    masked = {unit for (unit,) in _rows("kiosk.masks")}
    shells = {"getty@.service", "serial-getty@.service", "autovt@.service", "debug-shell.service"}
    shells |= {"emergency.service", "rescue.service", "ssh.service", "ctrl-alt-del.target"}
    assert shells <= masked
    assert ["kernel.sysrq", "=", "0"] in list(_rows("kiosk.sysctl"))
    assert "CtrlAltDelBurstAction=none" in (FOLDER / "kiosk-system.conf").read_text()


def test_what_is_kept_is_on_the_data_partition_alone() -> None:
    """Only /data is writable and kept; the rest is memory, small, and runs no programs."""
    rows = list(_rows("kiosk.fstab"))
    for _, place, kind, options, *_ in rows:
        bounded = {"nodev", "nosuid", "noexec"} <= set(options.split(","))
        assert bounded or options.startswith("bind,"), place
        assert kind != "tmpfs" or "size=" in options
    kept = {place for device, place, *_ in rows if device.startswith("PARTUUID")}
    assert kept == {"/boot/firmware", "/data"}
    data = next(row for row in rows if row[1] == "/data")
    assert "errors=remount-ro" in data[3] and data[5] == "2"


@pytest.mark.parametrize(
    ("command_line", "config", "is_on_trial"),
    [
        ("ro kioskd.slot=b panic=10", "arm_64bit=1\nos_prefix=a/\n", True),
        ("ro kioskd.slot=b panic=10", "arm_64bit=1\nos_prefix=b/\n", False),
        ("kioskd.slot=a", "os_prefix=a/", False),
        ("ro quiet", "os_prefix=a/\n", False),
        ("kioskd.slot=a", "arm_64bit=1\n", False),
    ],
)
def test_a_trial_is_a_slot_that_config_txt_does_not_name(
    tmp_path: Path, command_line: str, config: str, is_on_trial: bool
) -> None:
    """Only such a slot has to be confirmed; where there are no slots, there is no trial."""
    (tmp_path / "cmdline").write_text(f"{command_line}\n")
    (tmp_path / "config.txt").write_text(config)
    words = ["sh", FOLDER / "kiosk-on-trial", tmp_path / "cmdline", tmp_path / "config.txt"]
    assert (subprocess.run(words, check=False).returncode == 0) is is_on_trial
