"""``kiosk-central`` as a command: makes a sample and serves it, on loopback only."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from central_server import (
    Server,
)

from kiosk_central.sample_people import ZHANG
from kioskd.domain.region import RegionPack
from kioskd.protocols import central
from kioskd.protocols.central import (
    Login,
)


def cli(*words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "kiosk_central", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_command_line_serves_a_sample(tmp_path: Path) -> None:
    """sample, serve on port 0, ledger show: the three commands of the demo work together."""
    db, dump = f"sqlite:///{tmp_path / 'c.db'}", tmp_path / "cards.json"
    made = cli("sample", "--db", db, "--people", "6", "--cards", str(dump))
    assert made.wait(60) == 0, made.stderr
    cards = {one["key"]: one for one in json.loads(dump.read_text("utf-8"))}
    assert {"zhang", "li", "wang", "zhao"} <= set(cards) and len(cards["li"]["internal_key"]) == 32
    serving = cli("serve", "--db", db, "--port", "0")
    try:
        assert serving.stdout is not None
        ready = json.loads(serving.stdout.readline())
        server = Server(ready["url"], db)
        server.session.trust_env = False
        assert server.get(RegionPack, "GET", central.REGION_PATH).city.zh == "示例市"
        key = bytes.fromhex(cards["zhang"]["internal_key"])
        body = server.card_login(ZHANG, key=key)
        server.get(Login, "POST", central.CARD_LOGIN_PATH, body)
    finally:
        serving.terminate()
        output, errors = serving.communicate(timeout=30)
    assert ZHANG.name not in output + errors and "Traceback" not in errors
    shown = cli("ledger", "show", "--db", db, "--json")
    output, _ = shown.communicate(timeout=60)
    assert json.loads(output)["balance_fen"] == 0
    again = cli("sample", "--db", db)
    assert "already holds people" in again.communicate(timeout=60)[1] and again.returncode == 1


@pytest.mark.parametrize("words", [("serve",), ("ledger", "show")])
def test_a_database_of_something_else(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Serving or showing a database that is no centre's says so and exits 1."""
    found = cli(*words, "--db", f"sqlite:///{tmp_path / 'empty.db'}")
    output, errors = found.communicate(timeout=60)
    assert (found.returncode, output) == (1, "")
    assert errors.startswith("Error: no tables of a centre")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.com"])
def test_plain_http_is_for_loopback_only(tmp_path: Path, host: str) -> None:
    """Serving beyond this machine without TLS is refused with a reason."""
    from click.testing import CliRunner

    from kiosk_central.cli import main

    db = f"sqlite:///{tmp_path / 'c.db'}"
    found = CliRunner().invoke(main, ["serve", "--db", db, "--host", host, "--port", "0"])
    assert found.exit_code == 1 and found.output.startswith("Error: --host")
