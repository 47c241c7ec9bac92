"""What the doctor finds of the centre and the clock: with a real TLS server, and without one."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from kiosk_central.trust import ca
from kiosk_central.trust.tls import server_tls
from kioskd.domain.diagnosis import State
from kioskd.protocols import central
from kioskd.technician.doctor.visit import CHECKS
from tests.trust import Trust
from tests.unit.doctor_world import Kiosk


class Centre:
    """Answers every question with the time, after a while of ``behind``."""

    def __init__(self) -> None:
        self.behind = timedelta()
        self.status = 200

    def answer(self) -> bytes:
        told = datetime.now(UTC) - self.behind
        return central.encode(central.ServerTime(told.isoformat()))


@pytest.fixture
def centre() -> Centre:
    return Centre()


@pytest.fixture
def kiosk(tmp_path: Path) -> Kiosk:
    made = Kiosk(tmp_path)
    trust = Trust(made.trust)
    assert trust.issuer and trust.pair("K0123")
    return made


@pytest.fixture
def served(kiosk: Kiosk, centre: Centre) -> Iterator[Kiosk]:
    """A kiosk whose centre answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = centre.answer()
            self.send_response(centre.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *values: Any) -> None:
            """Stay quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.socket = server_tls(kiosk.trust).wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    kiosk.configure(f"https://127.0.0.1:{server.server_port}")
    yield kiosk
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "check", ["centre", "centre_certificate", "own_certificate", "pinned_ca", "clock"]
)
def test_a_centre_that_answers_is_good(served: Kiosk, check: str) -> None:
    """By the pinned CA, with the kiosk's own certificate, and its time agrees."""
    found = CHECKS[check](served.view)
    assert found.state is State.GOOD, found


def test_a_centre_that_does_not_listen_is_told(kiosk: Kiosk) -> None:
    """By the operator's code of the line; its certificate and the clock are then unknown."""
    assert CHECKS["centre"](kiosk.view).code == "S-01"
    assert CHECKS["centre_certificate"](kiosk.view).cause == "centre_not_reached"
    kiosk.take_away("/run/systemd/timesync/synchronized")
    assert CHECKS["clock"](kiosk.view).cause == "clock_not_compared"


def test_a_centre_that_speaks_otherwise_is_told(served: Kiosk, centre: Centre) -> None:
    """A page of a proxy is no answer of the contract."""
    centre.status = 503
    assert CHECKS["centre"](served.view).code == "S-03"


def test_another_ca_is_not_believed(served: Kiosk, tmp_path: Path) -> None:
    """Whoever answers under another CA is named as not the centre."""
    other = Trust(tmp_path / "other")
    assert other.issuer
    (served.trust / "ca.pem").write_bytes(Path(other.ca).read_bytes())
    assert CHECKS["centre_certificate"](served.view).cause == "centre_not_believed"
    assert CHECKS["centre"](served.view).code == "S-01"


def test_a_missing_ca_is_told(served: Kiosk) -> None:
    """Neither a file that is gone nor one that is no certificate is taken for a CA."""
    file = served.trust / "ca.pem"
    file.write_text("no certificate")
    assert CHECKS["pinned_ca"](served.view).cause == "centre_ca_missing"
    file.unlink()
    assert CHECKS["pinned_ca"](served.view).cause == "centre_ca_missing"
    assert CHECKS["centre_certificate"](served.view).cause == "centre_ca_missing"


@pytest.mark.parametrize(
    ("days", "own", "of_the_centre"),
    [
        (21, "own_certificate_due", ""),
        (31, "own_certificate_over", ""),
        (-10, "certificate_not_yet", "centre_certificate_over"),
        (4000, "own_certificate_over", "centre_certificate_over"),
    ],
)
def test_certificates_are_told_by_their_days(
    served: Kiosk, days: int, own: str, of_the_centre: str
) -> None:
    """One that is over, one that should have been renewed, and one of a day to come."""
    served.machine.clock = datetime.now(UTC).timestamp() + days * 86_400
    assert CHECKS["own_certificate"](served.view).cause == own
    assert CHECKS["centre_certificate"](served.view).cause == of_the_centre


def test_a_ca_that_has_ended_is_told(kiosk: Kiosk) -> None:
    """It cannot be healed here: the next step names clock and centre."""
    kiosk.machine.clock = datetime(2199, 1, 1, tzinfo=UTC).timestamp()
    assert CHECKS["pinned_ca"](kiosk.view).cause == "ca_over"


def test_a_kiosk_that_is_not_enrolled_is_told(kiosk: Kiosk) -> None:
    """By S-04, whose next step is a code."""
    (kiosk.trust / "kiosks" / "K0123" / "identity.pem").unlink()
    assert CHECKS["own_certificate"](kiosk.view).code == "S-04"
    assert CHECKS["centre"](kiosk.view).code == "S-04"


def test_a_clock_in_1970_is_told_while_the_centre_answers(served: Kiosk) -> None:
    """Its certificates are not good yet, and still the centre's time is heard."""
    served.machine.clock = 3600.0
    found = CHECKS["clock"](served.view)
    assert found.cause == "clock_behind"
    assert isinstance(found.facts["ahead_s"], float) and found.facts["ahead_s"] < -1e9


def test_a_clock_that_differs_from_the_centres_is_told(served: Kiosk, centre: Centre) -> None:
    """Two hours ahead is wrong, whatever a time server says."""
    centre.behind = timedelta(hours=2)
    assert CHECKS["clock"](served.view).cause == "clock_differs"


def test_a_name_that_is_not_found_is_told(kiosk: Kiosk) -> None:
    """With the servers that were asked."""
    kiosk.configure("https://centre.example.test")
    found = CHECKS["name_service"](kiosk.view)
    assert (found.cause, found.facts["servers"]) == ("name_not_found", "192.168.1.1")


def test_a_way_out_by_ipv6_alone_is_a_way(kiosk: Kiosk) -> None:
    """Networks without IPv4 are no fault."""
    kiosk.put("/proc/net/route", "Iface\n")
    nothing, flags = "0" * 32, "00000001 00000000 00000003"
    kiosk.put(
        "/proc/net/ipv6_route",
        f"{nothing} 00 {nothing} 00 fe800000000000000000000000000001 00000400 {flags} eth0\n"
        f"{nothing} 00 {nothing} 00 {nothing} ffffffff {flags} lo\n",
    )
    assert CHECKS["network"](kiosk.view).facts["way"] == "eth0"


def test_the_authority_of_the_tests_is_todays(kiosk: Kiosk) -> None:
    """Days are counted from the real time: the sample's certificates are good for 30 days."""
    assert ca.utc_now().year >= 2026
    assert CHECKS["own_certificate"](kiosk.view).facts["days"] in (29, 30)
