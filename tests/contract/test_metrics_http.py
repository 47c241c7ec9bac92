"""GET /metrics: what it counts, who may ask, and that no label can grow without end."""

import re

import pytest
from central_server import KIOSK, Server

from kiosk_central.api.metrics import METRICS_PATH, TOKEN_VARIABLE
from kioskd.protocols.central import TIME_PATH, ProblemCode
from kioskd.protocols.central_fleet import HEARTBEAT_PATH
from tests.patience import PATIENCE_S
from tests.unit.fleet_world import WELL

NOT_FOUND = (404, ProblemCode.NOT_FOUND)


def metrics(server: Server) -> dict[str, float]:
    lines = server.call("GET", METRICS_PATH).text.splitlines()
    return {
        line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
        for line in lines
        if not line.startswith("#")
    }


def test_requests_batches_kiosks_and_payments_are_counted(server: Server) -> None:
    """By route and status; how many jobs a batch had; kiosks by what is wrong."""
    server.call("GET", TIME_PATH)
    server.call("PUT", HEARTBEAT_PATH, WELL)
    server.token()
    found = metrics(server)
    assert found[f'centre_requests_total{{route="{TIME_PATH}",status="200"}}'] == 1
    assert found[f'centre_requests_total{{route="{HEARTBEAT_PATH}",status="200"}}'] == 1
    assert found[f'centre_request_seconds_count{{route="{TIME_PATH}"}}'] == 1
    assert found["centre_writer_alive"] == 1
    assert found["centre_writer_batch_jobs_count"] == found["centre_writer_commit_seconds_count"]
    assert found['centre_kiosks{state="all"}'] == 2
    assert found["centre_writer_waiting_jobs"] == 0


def test_no_label_holds_what_was_asked_for(server: Server) -> None:
    """References, kiosks and strange addresses all count under patterns."""
    for number in range(3):
        server.call("GET", f"/v1/payments/K0123-ABCD-00000{number}")
        server.call("GET", f"/strange/{number}")
    text = server.call("GET", METRICS_PATH).text
    assert 'route="/v1/payments/{ref}"' in text and 'route="other"' in text
    assert not re.search("ABCD|strange", text) and KIOSK not in text


def test_who_comes_through_a_proxy_may_not_ask(server: Server) -> None:
    """A proxy on this machine is loopback too; its clients are not."""
    headers = {"X-Forwarded-For": "203.0.113.9"}
    found = server.session.get(server.url + METRICS_PATH, headers=headers, timeout=PATIENCE_S)
    assert found.status_code == 404


def test_with_a_token_only_the_token_counts(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set by the server's environment; without it even this machine gets nothing."""
    monkeypatch.setenv(TOKEN_VARIABLE, "secret")
    assert server.refused("GET", METRICS_PATH) == NOT_FOUND
    assert server.refused("GET", METRICS_PATH, token="wrong") == NOT_FOUND
    assert server.call("GET", METRICS_PATH, token="secret").status_code == 200
