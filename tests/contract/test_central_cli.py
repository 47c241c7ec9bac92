"""``kiosk-central`` as a command: makes a sample and its CA, and serves over TLS."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from central_server import Server
from click.testing import CliRunner

from kiosk_central.cli import main
from kiosk_central.sample_people import ZHANG
from kioskd.domain.region import RegionPack
from kioskd.protocols import central
from kioskd.protocols.central import Login
from tests.patience import PATIENCE_S
from tests.trust import Trust


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
    trust = Trust(tmp_path / "trust")
    words = ("--people", "6", "--cards", str(dump), "--trust", str(trust.folder))
    made = cli("sample", "--db", db, *words)
    assert made.wait(PATIENCE_S) == 0, made.stderr
    cards = {one["key"]: one for one in json.loads(dump.read_text("utf-8"))}
    assert {"zhang", "li", "wang", "zhao"} <= set(cards) and len(cards["li"]["internal_key"]) == 32
    serving = cli("serve", "--db", db, "--port", "0", "--trust", str(trust.folder))
    try:
        assert serving.stdout is not None
        ready = json.loads(serving.stdout.readline())
        server = Server(ready["url"], db, trust)
        server.session.trust_env = False
        assert server.get(RegionPack, "GET", central.REGION_PATH).city.zh == "示例市"
        key = bytes.fromhex(cards["zhang"]["internal_key"])
        body = server.card_login(ZHANG, key=key)
        server.get(Login, "POST", central.CARD_LOGIN_PATH, body)
    finally:
        serving.terminate()
        output, errors = serving.communicate(timeout=PATIENCE_S)
    assert ZHANG.name not in output + errors and "Traceback" not in errors
    shown = cli("ledger", "show", "--db", db, "--json")
    output, _ = shown.communicate(timeout=PATIENCE_S)
    assert json.loads(output)["balance_fen"] == 0
    again = cli("sample", "--db", db)
    assert (
        "already holds people" in again.communicate(timeout=PATIENCE_S)[1] and again.returncode == 1
    )


@pytest.mark.parametrize("words", [("serve", "--trust", "{trust}"), ("ledger", "show")])
def test_a_database_of_something_else(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Serving or showing a database that is no centre's says so and exits 1."""
    trust = Trust(tmp_path / "trust")
    assert trust.issuer
    found = cli(
        *(word.format(trust=trust.folder) for word in words),
        "--db",
        f"sqlite:///{tmp_path / 'empty.db'}",
    )
    output, errors = found.communicate(timeout=PATIENCE_S)
    assert (found.returncode, output) == (1, "")
    assert errors.startswith("Error: no tables of a centre")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.com"])
def test_behind_a_proxy_only_this_machine_is_served(tmp_path: Path, host: str) -> None:
    """Who believes a proxy about kiosks must be reachable by that proxy alone."""
    db = f"sqlite:///{tmp_path / 'c.db'}"
    words = ["serve", "--db", db, "--host", host, "--port", "0", "--behind-proxy"]
    found = CliRunner().invoke(main, [*words, "--trust", str(tmp_path)])
    assert found.exit_code == 1 and found.output.startswith("Error: --host")


def test_without_a_ca_nothing_is_served(tmp_path: Path) -> None:
    """There is no plain HTTP to fall back to."""
    db = f"sqlite:///{tmp_path / 'c.db'}"
    found = CliRunner().invoke(main, ["serve", "--db", db, "--port", "0"])
    assert found.exit_code == 2 and "--trust" in found.output
    found = CliRunner().invoke(main, ["serve", "--db", db, "--port", "0", "--trust", str(tmp_path)])
    assert found.exit_code == 1 and found.output.startswith("Error: ")
