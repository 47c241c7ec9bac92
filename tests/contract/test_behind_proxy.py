"""Behind a proxy: whose address is counted, and whose word for it is believed."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
import uvicorn
from central_server import KIOSK, Server

from kiosk_central.api.trust import TRIES
from kiosk_central.app import build_app, build_centre
from kiosk_central.region import load_region
from kiosk_central.trust.tls import http_config
from kioskd.domain.enrolment_code import code_of
from kioskd.protocols.central import encode
from kioskd.protocols.central_trust import ENROL_PATH, EnrolmentRequest
from tests.patience import PATIENCE_S

WRONG = encode(EnrolmentRequest(KIOSK, code_of(1), b"none"))
TOO_MANY = 429


@contextmanager
def copy_behind_proxy(server: Server) -> Iterator[str]:
    """Serve the same books as ``serve --behind-proxy`` does; give the URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    centre = build_centre(
        server.db, load_region(), server.clock, issuer=server.trust.issuer, behind_proxy=True
    )
    http = uvicorn.Server(http_config(build_app(centre), None))
    thread = threading.Thread(target=http.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    http.should_exit = True
    thread.join(PATIENCE_S)


def tries(session: requests.Session, url: str, address: str, number: int) -> list[int]:
    """Try a wrong code so often, with an address in the header; return the statuses."""
    headers = {"X-Forwarded-For": address, "Content-Type": "application/json"}
    return [
        session.post(url + ENROL_PATH, WRONG, headers=headers, timeout=PATIENCE_S).status_code
        for _ in range(number)
    ]


def test_each_address_before_the_proxy_is_counted(server: Server) -> None:
    """One that guesses is refused; the others, through the same proxy, are not."""
    with copy_behind_proxy(server) as url, requests.Session() as session:
        session.trust_env = False
        first = tries(session, url, "192.0.2.1", TRIES + 1)
        assert TOO_MANY not in first[:-1] and first[-1] == TOO_MANY
        assert TOO_MANY not in tries(session, url, "2001:db8::2", TRIES)
        # What a client wrote comes before what its proxy adds.
        assert tries(session, url, "192.0.2.9, 192.0.2.1", 1) == [TOO_MANY]


def test_over_tls_nobody_names_an_address(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a proxy the header is an invention, whatever the environment says of proxies."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    for number in range(TRIES):
        assert tries(server.session, server.url, f"192.0.2.{number}", 1) != [TOO_MANY]
    assert tries(server.session, server.url, "192.0.2.99", 1) == [TOO_MANY]
