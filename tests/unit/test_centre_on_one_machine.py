"""The commands of docs/centre.md for one machine, run as written in a private folder.

Only places are exchanged: systemd's root, the address, and where the program is. What the last
command enables is started by the lines of its units.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from kiosk_central.region import SAMPLE_FILE
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "centre.md").read_text(encoding="utf-8").partition("## Backups")[0]


class Machine:
    """A root folder, and how the commands of the page are carried over to it."""

    def __init__(self, root: Path) -> None:
        self.home = root / "var/lib/kiosk-central"
        self.backups = root / "var/backups/kiosk-central"
        self.etc = root / "etc/kiosk-central"
        for folder in (self.home, self.backups, self.etc):
            folder.mkdir(parents=True)
        (self.etc / "region.json").write_bytes(Path(SAMPLE_FILE).read_bytes())

    def here(self, line: str) -> str:
        for path in (self.home, self.backups, self.etc):
            line = line.replace(f"/{path.relative_to(self.home.parents[2])}", str(path))
        line = line.replace("/usr/bin/kiosk-central", "kiosk-central")
        line = re.sub(r"(?<![\w/.-])kiosk-central(?= )", f"{sys.executable} -m kiosk_central", line)
        return line.replace("--host 0.0.0.0 --port 8470", "--host 127.0.0.1 --port 0")

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-ec", script], cwd=self.home, capture_output=True, text=True, check=False,
            timeout=PATIENCE_S, env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip

    def environment(self) -> dict[str, str]:
        """Return what the page puts into centre.env."""
        found = re.findall(r"^ {4}(CENTRE_\w+)=(.*)$", TEXT, re.MULTILINE)
        return {name: self.here(value) for name, value in found}

    @contextmanager
    def served(self) -> Iterator[str]:
        """Run the line of the unit as systemd does; give the URL."""
        words = shlex.split(self.here(exec_start("kiosk-central.service")))
        at = words.index("$CENTRE_OPTIONS")  # systemd splits it into words
        words[at : at + 1] = self.environment()["CENTRE_OPTIONS"].split()
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        with subprocess.Popen(
            words, cwd=self.home, stdout=subprocess.PIPE, text=True, env=environment
        ) as process:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["url"]
            process.terminate()


def commands() -> list[str]:
    """Return the five lines of the page."""
    block = re.search(r"five commands.*?\n\n((?: {4}.*\n)+)", TEXT)
    assert block is not None
    return [line.strip() for line in block[1].splitlines()]


def exec_start(unit: str) -> str:
    found = re.search(r"^ExecStart=(.*)$", (ROOT / "systemd" / unit).read_text(), re.MULTILINE)
    assert found is not None
    return found[1]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine on which all commands but the last one were typed."""
    made = Machine(tmp_path)
    typed = [made.here(line) for line in commands()[:-1]]
    done = made.run("\n".join(typed))
    assert done.returncode == 0, done.stderr
    return made


def test_they_are_five_and_name_units_that_are_there() -> None:
    """As many as promised; the last one enables what is in ``systemd/``."""
    assert len(commands()) == 5
    *words, service, timer = commands()[-1].split()
    assert words == ["systemctl", "enable", "--now"]
    for unit in (service, timer):
        assert "[Install]" in (ROOT / "systemd" / unit).read_text(encoding="utf-8")


def test_after_five_commands_a_centre_answers(machine: Machine) -> None:
    """It is well, over TLS by its own CA, and its keys are its own user's alone."""
    with machine.served() as url, requests.Session() as session:
        session.trust_env = False
        session.verify = str(machine.home / "trust/ca.pem")
        # The certificate is for the name in the command, so it is asked by address here.
        session.mount(url, ByName("centre.city.example"))
        assert session.get(f"{url}/healthz", timeout=PATIENCE_S).status_code == 204
        assert session.get(f"{url}/v1/region", timeout=PATIENCE_S).status_code == 401
    for secret in ("signing.key", "trust/ca.key", "trust/server.key"):
        assert (machine.home / secret).stat().st_mode & 0o077 == 0, secret


def test_the_backup_unit_takes_and_checks(machine: Machine) -> None:
    """The line of the unit leaves a backup with its manifest, readable by its owner only."""
    script = shlex.split(exec_start("kiosk-central-backup.service"))[-1].replace("%%", "%")
    database = f'CENTRE_DB="{machine.environment()["CENTRE_DB"]}"'
    done = machine.run(f"umask 077\n{database}\n{machine.here(script)}")
    assert done.returncode == 0, done.stderr
    kept = sorted(machine.backups.iterdir())
    assert [file.suffix for file in kept] == [".backup", ".json"]
    assert all(file.stat().st_mode & 0o077 == 0 for file in kept)


class ByName(requests.adapters.HTTPAdapter):
    """Calls an address, and expects there the certificate of a name."""

    def __init__(self, name: str) -> None:
        self._name = name
        super().__init__()

    def init_poolmanager(self, *words: object, **more: object) -> None:
        super().init_poolmanager(*words, assert_hostname=self._name, **more)
