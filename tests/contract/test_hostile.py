"""Hostile requests: each is answered with a problem document, and nothing is changed by any."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import requests
from central_server import (
    ASKED,
    Server,
    assessment_path,
    payment_path,
    report,
)
from hostile import LONG, MARK, books_of, fitting_body, hostile_bodies

from kiosk_central.api.operation import By, Operation
from kiosk_central.app import API
from kiosk_central.sample_people import ZHANG
from kiosk_central.trust.tls import HEAD_BYTES_MAX
from kioskd.domain.contribution import Assessment
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState
from kioskd.protocols import central
from kioskd.protocols.central import (
    Login,
    PaymentReport,
    Posting,
    Problem,
    ProblemCode,
    decode,
    encode,
)

OPERATIONS = [
    one
    for part in API
    for one in part.ROUTES
    if isinstance(one, Operation) and one.by is not By.MENU  # has no certificate but a token
]
BYTES = "application/octet-stream"
TAKING = [one for one in OPERATIONS if one.takes is not None and one.takes != BYTES]
CLOSED = [one for one in OPERATIONS if one.by is not By.ANYBODY]
PARTS = {
    "ref": "a1",
    "print_ref": "a1",
    "first": "2",
    "series": "a1",
    "code": "a1",
    "kiosk": "K0123",
    "version": "0.1.0",
}
BAD_REQUEST = (400, ProblemCode.BAD_REQUEST)


@dataclass
class Town(Server):
    """A centre, and the ticket of somebody who has shown her card."""

    ticket: str = ""


def named(operation: Operation) -> str:
    return f"{operation.method} {operation.path_format}"


@pytest.fixture(scope="module")
def town(serve: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A centre that all share, for it must not change."""
    server = serve(tmp_path_factory.mktemp("hostile"))
    shown = server.get(Login, "POST", central.CARD_LOGIN_PATH, server.card_login(ZHANG))
    yield Town(**vars(server), ticket=shown.token.reveal())
    server.session.close()


def path_of(operation: Operation, **other: str) -> str:
    return operation.path_format.format_map(PARTS | other)


def problem_of(response: requests.Response) -> Problem:
    """Return the document, which holds nothing of what was sent."""
    assert response.headers["Content-Type"] == "application/problem+json", response.text
    found = decode(response.content, Problem)
    assert found.status == response.status_code < 500, response.text
    assert MARK not in response.text
    return found


def ask(server: Town, operation: Operation, data: bytes, **headers: str) -> requests.Response:
    path = path_of(operation)
    return server.call(operation.method, path, data, token=server.ticket, about=headers)


@pytest.mark.parametrize("operation", TAKING, ids=named)
def test_a_hostile_body_is_refused_and_changes_nothing(town: Town, operation: Operation) -> None:
    """Wrong types, floats for money, 1 MiB, NUL, keys twice, depth, encodings: each refused."""
    fits = fitting_body(operation)
    decode(json.dumps(fits).encode(), operation.takes)
    before = books_of(town.db)
    for name, body in hostile_bodies(fits):
        response = ask(town, operation, body)
        assert response.status_code >= 400, (name, response.text)
        problem_of(response)
    assert books_of(town.db) == before


@pytest.mark.parametrize("operation", TAKING, ids=named)
def test_a_body_of_another_type_or_encoding_is_refused(town: Town, operation: Operation) -> None:
    """A body that says that it is no JSON in UTF-8 is not read as if it were."""
    good, before = json.dumps(fitting_body(operation)).encode(), books_of(town.db)
    for about in (
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ):
        found = problem_of(ask(town, operation, good, **about))
        assert (found.status, found.code) == BAD_REQUEST, about
    assert books_of(town.db) == before


@pytest.mark.parametrize("operation", CLOSED, ids=named)
def test_strange_headers_and_paths_are_refused(town: Town, operation: Operation) -> None:
    """No kiosk, one that is none, a token of nobody, long ones, and references that are none."""
    before, method, path = books_of(town.db), operation.method, path_of(operation)
    body = json.dumps(fitting_body(operation)).encode() if operation in TAKING else b""
    found = problem_of(town.call(method, path, body, kiosk="", token=town.ticket))
    assert (found.status, found.code) == (401, ProblemCode.CERTIFICATE_NEEDED)
    for kiosk in ("", MARK, "K0124", "K0123'--", MARK * 1000):
        named = {"Kiosk-Id": kiosk}
        found = problem_of(town.call(method, path, body, token=town.ticket, about=named))
        assert (found.status, found.code) == (403, ProblemCode.KIOSK_OTHER)
    if operation.by is By.VISIT:
        for token in ("", "Bearer ", f"Basic {MARK}", f"Bearer {MARK}", "Bearer " + MARK * 1000):
            answer = town.call(method, path, body, about={"Authorization": token})
            found = problem_of(answer)
            assert (found.status, found.code) == (401, ProblemCode.SESSION_UNKNOWN)
    for name in operation.param_convertors:
        for part in ("%00", "a%00b", "%ff", "a%20b", "..%2f..", "a" * 65, "%E2%80%AE"):
            if name == "code" and len(part) == 65:
                continue  # any text may be looked up, and is not found
            strange = path_of(operation, **{name: part})
            answer = town.call(method, strange, body, token=town.ticket)
            assert answer.status_code >= 400 or name == "code", (part, answer.text)
            if answer.status_code >= 400:
                problem_of(answer)
    assert books_of(town.db) == before


@pytest.mark.parametrize(
    ("path", "about"),
    [
        ("/v1/region", {"Kiosk-Id": LONG}),
        ("/v1/region", {f"X-{number}": MARK for number in range(20_000)}),
        (f"/v1/payments/{LONG}", {}),
        ("/v1/region", {"X-Just": "x" * HEAD_BYTES_MAX}),
    ],
    ids=["one-endless", "20000-fields", "endless-address", "a-little-too-much"],
)
def test_an_endless_head_is_refused_and_the_centre_goes_on(
    town: Town, path: str, about: dict[str, str]
) -> None:
    """431 and the connection closed, or cut while it was still sent; nothing reaches the books."""
    before = books_of(town.db)
    try:
        answer = town.call("GET", path, about=about)
    except requests.ConnectionError:
        assert len(str(about)) + len(path) > 4 * HEAD_BYTES_MAX  # refused before it was all sent
    else:
        assert answer.status_code == 431
        assert answer.headers["Connection"] == "close"
        assert MARK not in answer.text
    assert town.call("GET", "/healthz").status_code == 204
    assert books_of(town.db) == before


def test_a_head_within_the_limit_is_heard(town: Town) -> None:
    """Three hundred fields, and a body larger than any head, are nobody's attack."""
    about = {f"X-{number}": "x" * 90 for number in range(300)}
    assert town.call("GET", "/healthz", about=about).status_code == 204
    answer = town.call("PUT", "/v1/payments/a1", b"{" + b" " * 2 * HEAD_BYTES_MAX)
    assert answer.status_code in (400, 401)


def test_an_unknown_field_is_ignored(server: Server) -> None:
    """Either side may be newer: what the centre does not know it does not miss."""
    token = server.token()
    body = json.loads(encode(ASKED)) | {"newer": {"deep": [1.5, None, MARK]}}
    raw = json.dumps(body).encode()
    made = server.get(Assessment, "PUT", assessment_path("a1"), raw, token=token)
    assert made == server.get(Assessment, "PUT", assessment_path("a1"), ASKED, token=token)


def test_a_replayed_request_is_answered_again_and_changes_nothing(server: Server) -> None:
    """The same bytes a second and a third time: the same answer, the same books."""
    token = server.token()
    server.get(Assessment, "PUT", assessment_path("a1"), ASKED, token=token)
    paid = report(PaymentState.CONFIRMED)
    first = server.get(Posting, "PUT", payment_path(paid.ref), paid)
    before = books_of(server.db)
    for _ in range(2):
        assert server.get(Posting, "PUT", payment_path(paid.ref), paid) == first
    again = server.call("PUT", assessment_path("a1"), ASKED, token=token)
    assert again.status_code in (200, 409)
    assert books_of(server.db) == before


def test_a_replay_by_another_kiosk_is_refused_and_changes_nothing(server: Server) -> None:
    """A reference is of no use to any kiosk but the one that it names."""
    paid = _paid(server)
    before = books_of(server.db)
    refused = server.refused("PUT", payment_path(paid.ref), paid, kiosk="K0124")
    assert refused == (403, ProblemCode.KIOSK_OTHER)
    assert books_of(server.db) == before


def test_a_replay_with_another_amount_is_refused_and_listed(server: Server) -> None:
    """The books stay; that a kiosk claims to have taken another amount is listed for a person."""
    paid = _paid(server)
    before, kept = books_of(server.db), books_of(server.db, but="differences")
    refused = server.refused("PUT", payment_path(paid.ref), replace(paid, amount=Money(1)))
    assert refused == (422, ProblemCode.REFERENCE_REUSED)
    assert books_of(server.db, but="differences") == kept
    assert books_of(server.db) != before


def _paid(server: Server) -> PaymentReport:
    server.get(Assessment, "PUT", assessment_path("a1"), ASKED, token=server.token())
    paid = report(PaymentState.CONFIRMED)
    server.get(Posting, "PUT", payment_path(paid.ref), paid)
    return paid
