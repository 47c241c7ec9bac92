"""A machine that wakes up in 1970 gets the time of the pinned centre, forward only."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from kiosk_central.trust import ca
from kiosk_central.trust.tls import server_tls
from kioskd.relay.settings import CentralSettings
from kioskd.relay.true_clock import known_to_be_past, remember_time, set_right
from tests.trust import Trust

TOLD = datetime(2026, 11, 22, 9, 55, tzinfo=UTC)
PAST = datetime(2026, 11, 1, tzinfo=UTC).timestamp()


class Machine:
    """A clock that stands still until it is set."""

    def __init__(self, now: float = 0.0) -> None:
        self.clock = now
        self.times_set = 0

    def now(self) -> float:
        return self.clock

    def set(self, seconds: float) -> None:
        self.clock = seconds
        self.times_set += 1


class Centre:
    """Tells a time over TLS."""

    def __init__(self) -> None:
        self.answer = b'{"now": "2026-11-22T09:55:00Z"}'


@pytest.fixture
def trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trust:
    """A CA whose certificates begin long after 1970, and ended before today."""
    made = Trust(tmp_path / "trust")
    with monkeypatch.context() as past:
        past.setattr(ca, "utc_now", lambda: datetime.now(UTC) - timedelta(days=1000))
        assert made.issuer
    return made


@pytest.fixture
def centre(trust: Trust) -> Iterator[tuple[Centre, CentralSettings]]:
    told = Centre()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(told.answer)))
            self.end_headers()
            self.wfile.write(told.answer)

        def log_message(self, *values: Any) -> None:
            """Stay quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.socket = server_tls(trust.folder).wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield told, CentralSettings(f"https://127.0.0.1:{server.server_port}", trust.ca)
    server.shutdown()
    thread.join()
    server.server_close()


def test_1970_becomes_now(centre: tuple[Centre, CentralSettings]) -> None:
    """Although no certificate is good in 1970; the CA alone is checked, and only here."""
    machine = Machine()
    assert set_right(centre[1], PAST, machine.set, machine.now)
    assert machine.clock == TOLD.timestamp()


def test_a_clock_that_is_not_behind_is_left_alone(centre: tuple[Centre, CentralSettings]) -> None:
    """Nobody is asked, so nobody can turn it back, not even our own centre."""
    machine = Machine(TOLD.timestamp() + 86400)
    assert set_right(CentralSettings("https://127.0.0.1:1", "none"), PAST, machine.set, machine.now)
    assert machine.times_set == 0


@pytest.mark.parametrize(
    "answer",
    [
        b'{"now": "2026-10-31T00:00:00Z"}',
        b'{"now": "2026-11-22T09:55:00"}',
        b'{"now": "soon"}',
        b"<html>",
        b"",
    ],
    ids=["before what is past", "no zone", "no time", "no contract", "nothing"],
)
def test_a_time_that_cannot_be(centre: tuple[Centre, CentralSettings], answer: bytes) -> None:
    """The clock is left as it is, and the kiosk starts all the same."""
    centre[0].answer = answer
    machine = Machine()
    assert not set_right(centre[1], PAST, machine.set, machine.now)
    assert machine.times_set == 0


def test_a_foreign_centre_sets_no_clock(
    centre: tuple[Centre, CentralSettings], tmp_path: Path
) -> None:
    """Dates are not looked at, but the CA is."""
    foreign, machine = Trust(tmp_path / "foreign"), Machine()
    assert foreign.issuer
    settings = CentralSettings(centre[1].url, foreign.ca)
    assert not set_right(settings, PAST, machine.set, machine.now)
    assert machine.times_set == 0


def test_without_the_right_it_is_said(centre: tuple[Centre, CentralSettings]) -> None:
    """A machine that does not let us is no reason to stop."""

    def forbidden(_seconds: float) -> None:
        raise PermissionError(1, "not permitted")

    assert not set_right(centre[1], PAST, forbidden, Machine().now)


def test_what_is_past_is_the_newer_of_program_and_note(tmp_path: Path) -> None:
    """The program's own date on the first start; later when the clock was last right."""
    built = known_to_be_past(tmp_path)
    remember_time(tmp_path)
    assert known_to_be_past(tmp_path) >= built
    assert known_to_be_past(tmp_path) == (tmp_path / "last-time").stat().st_mtime


def test_python_knows_the_flag(trust: Trust) -> None:
    """The flag has no name in ``ssl``; it must still be taken and kept."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= 0x200000
    assert int(context.verify_flags) & 0x200000
