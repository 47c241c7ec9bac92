"""The trial's figures: read from a console, compared with their limits, written for people."""

import json
from pathlib import Path

from kiosk_bench.image.boot_replay import BootReplayed
from kiosk_bench.image.boot_times import BootTimes, boot_times
from kiosk_bench.image.emulator import Emulator
from kiosk_bench.image.firmware import Choice
from kiosk_bench.image.hardware import HOST, Hardware
from kiosk_bench.image.measures import MIB, Memory, Written
from kiosk_bench.image.replay import Replayed
from kiosk_bench.image.report import boot_ratio, missed, write_report
from kiosk_bench.image.serial_console import Line, SerialConsole
from kiosk_bench.image.site import site_text
from kiosk_bench.image.trial import Trial
from kiosk_bench.image.updates import Updated
from kiosk_bench.image.verdict import Verdict
from kiosk_bench.programs import Programs
from kioskd.provision.site_file import read_site

SHOWN = 'kioskd[9]: {"event": "screen.shown", "screen": "%s"}'
SAID = (
    (1.0, "Linux version 6.1.0"),
    (4.0, "systemd-fsck[90]: root-a: clean"),
    (9.0, "systemd[1]: Mounted data.mount - /data."),
    (20.0, SHOWN % "starting"),
    (21.5, "systemd[1]: Started kioskd.service - Social security self-service terminal."),
    (24.0, SHOWN % "welcome"),
    (25.0, "systemd[1]: Reached target multi-user.target - Multi-User System."),
    (25.1, "systemd[1]: Startup finished in 3.9s (kernel) + 21.2s (userspace) = 25.1s."),
)


async def test_a_start_is_read_from_its_console(tmp_path: Path) -> None:
    """Kernel, first frame, READY, welcome and multi-user come from the lines that tell of them."""
    console = SerialConsole(tmp_path / "console")
    console.lines = [Line(at, at, text) for at, text in SAID]
    boot = boot_times(console)
    assert (boot.kernel_s, boot.first_frame_s, boot.ready_s, boot.welcome_s) == (4, 20, 21.5, 24)
    assert boot.multi_user_s == 25
    assert boot.finished == "3.9s (kernel) + 21.2s (userspace) = 25.1s"
    assert (9.0, "data.mount") in boot.units


def start(ready_s: float | None = None, multi_user_s: float | None = None) -> BootTimes:
    """Return a start of which only the ends are known."""
    return BootTimes(None, None, ready_s, None, multi_user_s, "", ())


def trial_in(folder: Path, programs: Programs) -> Trial:
    """Return a trial that has played nothing yet."""
    return Trial(folder / "kiosk.img", folder, Emulator(Path("qemu")), programs)


def test_ready_is_compared_with_the_quickest_bare_start() -> None:
    """The best of each kind counts: what another program took from a start is nobody's fault."""
    boots = {
        "kiosk, 0": start(ready_s=30),
        "bare, 1": start(multi_user_s=20),
        "kiosk, 2": start(ready_s=24),
        "filtered, 3": start(ready_s=5),
    }
    assert boot_ratio(boots) == 1.2
    assert boot_ratio({"kiosk, 0": start(ready_s=30)}) is None


def test_what_is_beyond_its_limit_is_told(tmp_path: Path) -> None:
    """Each limit, each story and each replayed cut that is not as it must be is one problem."""
    trial = trial_in(tmp_path, None)  # type: ignore[arg-type]
    trial.boots = {"kiosk, 0": start(ready_s=30), "bare, 1": start(multi_user_s=20)}
    trial.memory = Memory(1000, 700, 600)
    trial.written = [Written("pay-by-card", 90, 50 * MIB, 9), Written("idle", 60, MIB // 30, 2)]
    trial.verdicts = [Verdict("pay-by-card", "paid", problems=["receipts: 0, expected 1"])]
    trial.replayed = [Replayed("cut", problems=["flush 3: confirmed is gone"])]
    trial.updates = [Updated("no cut", problems=["slot b holds no whole release"])]
    trial.boot_replayed = [BootReplayed("writes-01", problems=["flush 2: no slot is chosen"])]
    assert missed(trial) == [
        "pay-by-card: receipts: 0, expected 1",
        "cut: flush 3: confirmed is gone",
        "update, no cut: slot b holds no whole release",
        "update, writes-01: flush 2: no slot is chosen",
        "READY takes 1.50 times a bare start, not 1.3",
        "300 MiB in use, not 220",
        "2097120 bytes written in an idle hour",
    ]


def test_the_report_holds_all_figures(tmp_path: Path) -> None:
    """The table for people, the same for programs, and a page with every picture."""
    trial = trial_in(tmp_path, None)  # type: ignore[arg-type]
    trial.verdicts = [Verdict("pay-by-card", "paid", ok=True, charges=1, journal=["confirmed"])]
    trial.updates = [Updated("no cut", "b", "0.2.0", ["confirmed"], "clean", "kept")]
    screens = tmp_path / "pay-by-card" / "screens"
    screens.mkdir(parents=True)
    (screens / "001-welcome.png").write_bytes(b"")
    assert write_report(trial) == []
    assert json.loads((tmp_path / "table.json").read_text())["stories"][0]["charges"] == 1
    assert "| pay-by-card | paid | 1 |" in (tmp_path / "table.md").read_text()
    row = "| no cut | b | 0.2.0 | confirmed | clean | kept | True |"
    assert row in (tmp_path / "table.md").read_text()
    assert "pay-by-card/screens/001-welcome.png" in (tmp_path / "index.html").read_text()


def test_the_machine_reaches_centre_and_printer_and_nothing_else(tmp_path: Path) -> None:
    """The network is closed but for two ports; the words are the card's own and what is told."""
    choice = Choice("config.txt", "a/", tmp_path / "vmlinuz", None, "root=x kioskd.slot=a")
    hardware = Hardware(tmp_path / "card", tmp_path, centre_port=1234, printer_port=99)
    words = hardware.words(choice, tmp_path / "console")
    (network,) = (word for word in words if word.startswith("user,"))
    assert "restrict=on" in network
    assert network.count("guestfwd") == 2
    assert f"tcp:{HOST}:8443-cmd:socat - TCP:127.0.0.1:1234" in network
    appended = words[words.index("-append") + 1]
    assert appended.startswith("root=x kioskd.slot=a ") and "SECCOMP" not in appended


def test_the_sites_file_is_one_that_the_kiosk_takes() -> None:
    """What the bench writes as a technician has no wrong line."""
    code = "0" * 25
    _, faults = read_site(site_text(code, printer=True).encode())
    assert [fault for fault in faults if "code" not in fault.what.en] == []
