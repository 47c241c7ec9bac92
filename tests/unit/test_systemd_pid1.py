"""The kiosk's units under a real systemd: who starts after whom, what a sandbox holds back."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit import pid1
from tests.unit.pid1 import Machine

pytestmark = pytest.mark.skipif(bool(pid1.why_not()), reason=pid1.why_not() or "it can be")

CAP_DAC_READ_SEARCH = 2
"""``linux/capability.h``."""
QUICK_WATCHDOG = "[Service]\nWatchdogSec=2\n"
TARGET = "[Unit]\nAllowIsolate=yes\nRequires=basic.target\nAfter=basic.target\n"
NO_PANEL = "[Unit]\nJobTimeoutSec=1\n"
CONFIG = """
[kiosk]
id = "K0999"
outlet = {zh = "样例", en = "Sample"}
[central]
url = "https://192.0.2.1:8470"
[pin_pad]
port = "/dev/kiosk/pinpad"
[id_reader]
port = "/dev/kiosk/id-reader"
[receipt_printer]
port = "/dev/kiosk/receipt-printer"
"""
READY = 'notify("READY=1")\n'
WELL = READY + 'while True:\n    notify("WATCHDOG=1")\n    time.sleep(0.5)\n'
ENDS_WELL = (
    "import signal\n"
    "def end(*_):\n    tell('stopped')\n    sys.exit(0)\n"
    "signal.signal(signal.SIGTERM, end)\n"
) + WELL
HANG = READY + "time.sleep(1000)\n"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A machine whose provisioning went well and that has not started its kiosk yet."""
    more = {
        "kt.target": TARGET,
        "kioskd.service.d/50-test.conf": QUICK_WATCHDOG,
        "dev-kiosk-panel.device": NO_PANEL,
    }
    with pid1.booted(tmp_path, more) as up:
        up.behave("provision", "0")
        up.put("/run/kioskd-site/kioskd.toml", CONFIG)
        yield up


def test_a_kiosk_that_falls_is_tried_twice_and_then_told(machine: Machine) -> None:
    """Two falls pass in silence; at the third the console says how it ended; then it is well."""
    machine.behave("run", "3")
    machine.run("systemctl", "start", "--no-block", "kioskd.service")
    events = [machine.next_event() for _ in range(4)]
    assert events == ["provision", *3 * ["run --config"]]
    said = machine.read_screen_until("Software")
    assert "OUT OF SERVICE   I-20" in said and "exit-code exited 3" in said
    machine.behave("run", WELL)
    machine.run("systemctl", "start", "kioskd.service")
    assert machine.run("systemctl", "is-active", "kioskd.service") == "active"
    assert machine.run("systemctl", "is-active", "kioskd-notice.service", check=False) == "inactive"


def test_a_kiosk_that_hangs_is_ended_and_started_again(machine: Machine) -> None:
    """It was ready and stopped giving signs of life: the watchdog ends it, the next one is well."""
    machine.behave("run", HANG)
    machine.run("systemctl", "start", "kioskd.service")
    assert [machine.next_event() for _ in range(2)] == ["provision", "run --config"]
    machine.behave("run", WELL)
    assert machine.next_event() == "run --config"
    machine.run("systemctl", "start", "kioskd.service")
    assert "result 'watchdog'" in machine.journal.said


def test_settings_that_cannot_be_made_are_told_and_made_again(machine: Machine) -> None:
    """The kiosk is not begun; the real ``kioskd provision`` says on the console what is missing."""
    machine.run("rm", "/run/kt/provision", "/run/kioskd-site/kioskd.toml")
    machine.run("systemctl", "start", "--no-block", "kioskd.service")
    said = machine.read_screen_until("Software")
    assert "OUT OF SERVICE   I-0" in said, machine.run("journalctl", "--no-pager", "-n40")
    assert machine.run("systemctl", "is-active", "kioskd.service", check=False) != "active"
    machine.behave("provision", "0")
    machine.behave("run", WELL)
    machine.put("/run/kioskd-site/kioskd.toml", CONFIG)
    machine.run("systemctl", "start", "kioskd.service")
    assert machine.run("systemctl", "is-active", "kioskd-notice.service", check=False) == "inactive"


def test_an_operator_s_restart_is_no_fall(machine: Machine) -> None:
    """Exit code 75 starts the kiosk again at once, and no notice is begun."""
    machine.behave("run", READY + "Path('/run/kioskd/x').exists() or sys.exit(tell('75') or 75)\n")
    machine.run("systemctl", "start", "--no-block", "kioskd.service")
    events = [machine.next_event() for _ in range(4)]
    assert events == ["provision", "run --config", "75", "run --config"]
    assert "kioskd-notice" not in machine.journal.said


def test_the_kiosk_is_held_back(machine: Machine) -> None:
    """No file of the system, no foreign device, no raw socket, no namespace, no core file."""
    attempts = {
        "system": "open('/etc/hostname', 'a')",
        "home": "os.listdir('/root')",
        "device": "os.mknod('/tmp/mem', 0o20600, os.makedev(1, 1))",
        "kernel": "open('/proc/sys/kernel/hostname', 'a')",
        "raw": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
        "space": "os.unshare(0x10000000)" if hasattr(os, "unshare") else "os.setuid(0)",
        "root": "os.setuid(0)",
    }
    lines = [
        f"try:\n    {what}\nexcept OSError: pass\nelse: done.append('{name}')\n"
        for name, what in attempts.items()
    ]
    limit = "import resource; core = resource.getrlimit(resource.RLIMIT_CORE)\n"
    told = (
        "tell('could', *done, core[1], open('/proc/self/status').read().count('NoNewPrivs:\\t1'))\n"
    )
    machine.behave("run", "done = []\n" + "".join(lines) + limit + told + WELL)
    machine.run("systemctl", "start", "kioskd.service")
    assert [machine.next_event() for _ in range(3)][-1] == "could 0 1"


def test_the_boot_partition_is_writable_only_between_start_and_stop(machine: Machine) -> None:
    """The updater has no right to mount, starts kioskd-card.service, writes, and stops it again."""
    attempt = (
        "def write():\n"
        "    try: Path('/boot/firmware/x').write_text('x')\n"
        "    except OSError as no: return no.strerror\n"
        "    return 'written'\n"
        "import subprocess\n"
        "def unit(verb): return subprocess.call(['systemctl', verb, 'kioskd-card.service'])\n"
        "caps = [l for l in open('/proc/self/status') if l.startswith('CapEff')][0].split()[1]\n"
        "tell(write(), unit('start'), write(), unit('stop'), write(), caps)\n"
        "time.sleep(1000)\n"
    )
    machine.behave("update", attempt)
    machine.put("/etc/fstab", (pid1.UNITS / "kiosk.fstab").read_text())
    machine.run("systemctl", "start", "kioskd-provision.service")
    machine.run("systemctl", "start", "kioskd-update.service")
    told = [machine.next_event() for _ in range(3)]
    read_only, one_right = "Read-only file system", f"{1 << CAP_DAC_READ_SEARCH:016x}"
    assert told[:2] == ["provision", "update run"]
    assert told[2] == f"{read_only} 0 written 0 {read_only} {one_right}"


def test_a_trial_restarts_the_machine_with_the_firmware_s_word(machine: Machine) -> None:
    """Whoever may start kioskd-trial.service restarts the board, with the argument of tryboot."""
    asked = ("systemctl", "show", "-p", "RebootArgument", "--value", "kioskd-trial.service")
    assert machine.run(*asked) == "0 tryboot"
    machine.run("systemctl", "start", "--no-block", "kioskd-trial.service")
    assert machine.has_ended()


def test_a_kiosk_is_stopped_before_it_is_retired_and_then_the_machine_restarts(
    machine: Machine,
) -> None:
    """A payment under way is finished by the stop; what the centre has on record is wiped next."""
    _wish_to_retire(machine)
    machine.behave("retire", "0")
    machine.run("systemctl", "start", "--no-block", "kioskd-retire.service")
    assert [machine.next_event() for _ in range(2)] == ["stopped", "retire --asked"]
    assert machine.has_ended()


def test_a_kiosk_that_cannot_be_retired_says_so_and_serves_again(machine: Machine) -> None:
    """Something is open: the report on the card is written anew, and the kiosk comes back."""
    _wish_to_retire(machine)
    machine.behave("retire", "1")
    machine.run("systemctl", "start", "--no-block", "kioskd-retire.service")
    assert [machine.next_event() for _ in range(2)] == ["stopped", "retire --asked"]
    assert {machine.next_event() for _ in range(2)} == {"provision report", "run --config"}
    machine.run("systemctl", "start", "kioskd.service")
    begun = ("systemctl", "show", "-p", "ActiveEnterTimestampMonotonic", "--value")
    assert machine.run(*begun, "kioskd-notice.service") == "0", "it is no fall"


def test_a_kiosk_that_nobody_wants_to_retire_goes_on(machine: Machine) -> None:
    """The unit is asked for at every start, and does nothing without the wish."""
    _wish_to_retire(machine)
    machine.run("rm", "/run/kioskd-site/retire")
    machine.run("systemctl", "start", "kioskd-retire.service")
    assert machine.run("systemctl", "is-active", "kioskd.service") == "active"


def _wish_to_retire(machine: Machine) -> None:
    """Have a kiosk that serves, and ``retire = NAME`` in its kioskd.txt."""
    machine.behave("run", ENDS_WELL)
    machine.run("systemctl", "start", "kioskd.service")
    assert [machine.next_event() for _ in range(2)] == ["provision", "run --config"]
    machine.put("/run/kioskd-site/retire", "Wang")
