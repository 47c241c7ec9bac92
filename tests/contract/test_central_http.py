"""The HTTP contract, spoken by requests to a real uvicorn on loopback."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from central_server import (
    AMOUNT,
    ASKED,
    KIOSK,
    OTHER_KIOSK,
    Server,
    assessment_path,
    id_login,
    payment_path,
    report,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from kiosk_central.laws import unbalanced
from kiosk_central.region import load_region
from kiosk_central.sample_people import LI, WANG, ZHANG, ZHAO
from kiosk_central.show import books
from kiosk_central.store.engine import open_engine, read, write
from kiosk_central.store.schema import kiosks
from kioskd.domain.contribution import Assessment, InsuranceView, Month, Offer, Scheme
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState
from kioskd.domain.person import Assurance
from kioskd.domain.region import RegionPack
from kioskd.domain.secret import CardNumber, IdNumber, PersonName
from kioskd.protocols import central
from kioskd.protocols.central import (
    Login,
    Posting,
    Problem,
    ProblemCode,
    ServerTime,
    decode,
    encode,
)


def test_time_needs_no_identity(server: Server) -> None:
    """The time is told to anybody, in RFC 3339 UTC."""
    found = server.get(ServerTime, "GET", central.TIME_PATH, kiosk="")
    assert found.now == "2026-11-22T02:00:00Z"


def test_region_arrives_whole(server: Server) -> None:
    """The region pack survives the wire unchanged."""
    assert server.get(RegionPack, "GET", central.REGION_PATH) == load_region()


@pytest.mark.parametrize("kiosk", ["", "K9999", "' OR 1=1 --"])
def test_unknown_kiosks_are_refused(server: Server, kiosk: str) -> None:
    """No certificate, or one that is not on record: no service, even if our CA signed it."""
    found = server.refused("GET", central.REGION_PATH, kiosk=kiosk)
    assert found == (401, ProblemCode.CERTIFICATE_NEEDED)


def test_a_kiosk_out_of_service_is_refused(server: Server) -> None:
    """Switching a kiosk off at the centre takes effect at its next call."""
    engine = open_engine(server.db)
    write(engine, lambda at: at.execute(update(kiosks).values(active=False)))
    found = server.refused("POST", central.CHALLENGES_PATH)
    assert found == (401, ProblemCode.KIOSK_UNKNOWN)


def test_login_by_card(server: Server) -> None:
    """The right answer of the right card logs in with the higher assurance."""
    body = server.card_login(ZHANG)
    login = server.get(Login, "POST", central.CARD_LOGIN_PATH, body)
    assert login.person.assurance is Assurance.SOCIAL_CARD
    assert login.person.name.reveal() == "张三" and login.person.flexible_employment


def test_login_by_id_card_has_lower_assurance(server: Server) -> None:
    """Plain data logs in, but as plain data."""
    login = server.get(Login, "POST", central.ID_CARD_LOGIN_PATH, id_login(LI))
    assert login.person.assurance is Assurance.ID_CARD
    assert login.person.name.reveal() == "李𠮷"


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"card_code": LI.code}, ProblemCode.CARD_CLONED),
        ({"card_number": CardNumber("T0000001X")}, ProblemCode.CARD_CLONED),
        ({"id_number": IdNumber(LI.id_number)}, ProblemCode.CARD_CLONED),
        ({"name": PersonName("李𠮷")}, ProblemCode.CARD_CLONED),
        ({"atr_history": LI.history}, ProblemCode.CARD_CLONED),
        ({"answer": b""}, ProblemCode.CARD_CLONED),
        ({"answer": bytes(8)}, ProblemCode.CARD_CLONED),
        ({"card_code": type(ZHANG.code)("F" * 32)}, ProblemCode.CARD_UNKNOWN),
        ({"challenge_id": "0" * 32}, ProblemCode.CHALLENGE_UNKNOWN),
    ],
)
def test_cards_that_are_not_believed(
    server: Server, other: dict[str, Any], code: ProblemCode
) -> None:
    """Records that do not belong together, a wrong answer, an unknown card or challenge: 403."""
    body = server.card_login(ZHANG, **other)
    assert server.refused("POST", central.CARD_LOGIN_PATH, body) == (403, code)


def test_a_copied_card_is_cloned(server: Server) -> None:
    """All records copied, but not the key: nobody is logged in."""
    body = server.card_login(ZHANG, key=b"not the card key")
    found = server.refused("POST", central.CARD_LOGIN_PATH, body)
    assert found == (403, ProblemCode.CARD_CLONED)


def test_lost_and_expired_cards(server: Server) -> None:
    """A card that proves itself may still be lost or expired; its holder's ID card still works."""
    for persona, code in ((WANG, ProblemCode.CARD_LOST), (ZHAO, ProblemCode.CARD_EXPIRED)):
        body = server.card_login(persona)
        assert server.refused("POST", central.CARD_LOGIN_PATH, body) == (403, code)
        assert server.token(persona)


def test_a_challenge_is_single_use_bound_and_short(server: Server) -> None:
    """A replayed, borrowed or stale answer is refused."""
    unknown = (403, ProblemCode.CHALLENGE_UNKNOWN)
    body = server.card_login(ZHANG)
    assert server.refused("POST", central.CARD_LOGIN_PATH, body, kiosk=OTHER_KIOSK) == unknown
    server.get(Login, "POST", central.CARD_LOGIN_PATH, body)
    assert server.refused("POST", central.CARD_LOGIN_PATH, body) == unknown
    stale = server.card_login(ZHANG)
    server.now += timedelta(seconds=30)
    assert server.refused("POST", central.CARD_LOGIN_PATH, stale) == unknown


def test_an_unknown_person(server: Server) -> None:
    """Number and name must both be on record."""
    for other in (replace(ZHANG, name="张四"), replace(ZHANG, id_number="000000190001010025")):
        found = server.refused("POST", central.ID_CARD_LOGIN_PATH, id_login(other))
        assert found == (403, ProblemCode.PERSON_UNKNOWN)


def test_the_registered_id_reader_only(server: Server) -> None:
    """Where the reader's module is registered, another one logs nobody in."""
    engine = open_engine(server.db)
    write(engine, lambda at: at.execute(update(kiosks).values(sam_id="05.01-another")))
    found = server.refused("POST", central.ID_CARD_LOGIN_PATH, id_login(ZHANG))
    assert found == (401, ProblemCode.KIOSK_UNKNOWN)


def test_a_visit_ends_at_log_out(server: Server) -> None:
    """After DELETE /v1/session the token opens nothing; deleting again is fine."""
    token = server.token()
    assert server.call("GET", central.INSURANCE_PATH, token=token).status_code == 200
    for _ in range(2):
        assert server.call("DELETE", central.SESSION_PATH, token=token).status_code == 204
    unknown = (401, ProblemCode.SESSION_UNKNOWN)
    assert server.refused("GET", central.INSURANCE_PATH, token=token) == unknown
    assert server.refused("GET", central.OFFERS_PATH) == unknown


def test_insurance_view(server: Server) -> None:
    """Enrolments, years, and the contributions of the year asked for or the latest."""
    token = server.token()
    latest = server.get(InsuranceView, "GET", central.INSURANCE_PATH, token=token)
    assert (latest.year, latest.years) == (2026, (2024, 2025, 2026))
    pension = latest.enrolments[0]
    assert (pension.scheme, pension.months_paid) == (Scheme.PENSION, 33)
    assert pension.last_paid == Month(2026, 9)
    assert len(latest.contributions) == 18
    assert latest.contributions[0].amount == Money(140_000)
    path = central.INSURANCE_PATH + "?year=2025"
    assert len(server.get(InsuranceView, "GET", path, token=token).contributions) == 24
    bad = server.refused("GET", central.INSURANCE_PATH + "?year=20x5", token=token)
    assert bad == (400, ProblemCode.BAD_REQUEST)


def test_paying_from_offer_to_receipt(server: Server) -> None:
    """Offer, assessment, intent, confirmation: posted once, months paid, visit over meanwhile."""
    token = server.token()
    offers = server.get(tuple[Offer, ...], "GET", central.OFFERS_PATH, token=token)
    grade = next(one for one in offers[0].grades if one.percent == 100)
    made = server.get(Assessment, "PUT", assessment_path("a1"), ASKED, token=token)
    assert made.grade == grade and made.amount == AMOUNT
    assert made.expires_at == "2026-11-22T02:15:00Z"
    intended = report(PaymentState.INTENDED)
    first = server.get(Posting, "PUT", payment_path(intended.ref), intended)
    assert first == Posting(intended.ref, PaymentState.INTENDED)
    server.call("DELETE", central.SESSION_PATH, token=token)
    confirmed = report(PaymentState.CONFIRMED)
    posted = server.get(Posting, "PUT", payment_path(confirmed.ref), confirmed)
    assert posted.receipt_number.startswith("2026-0000-0001-")
    assert posted == server.get(Posting, "PUT", payment_path(confirmed.ref), confirmed)
    assert posted.posted_at == "2026-11-22T02:00:00Z"


def test_two_kiosks_at_once_and_one_wins(server: Server) -> None:
    """The same months asked for from two kiosks twenty times at once: one assessment."""
    tokens = {kiosk: server.token(kiosk=kiosk) for kiosk in (KIOSK, OTHER_KIOSK)}

    def ask(number: int) -> int:
        kiosk = (KIOSK, OTHER_KIOSK)[number % 2]
        path = assessment_path(f"a{number}")
        return server.call("PUT", path, ASKED, kiosk=kiosk, token=tokens[kiosk]).status_code

    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(ask, range(20)))
    assert sorted(statuses) == [200] + [409] * 19


def test_fifty_repeats_post_once(server: Server) -> None:
    """Fifty confirmations at once of one payment: one posting, one receipt number."""
    token = server.token()
    server.get(Assessment, "PUT", assessment_path("a1"), ASKED, token=token)
    body = report(PaymentState.CONFIRMED)

    def send(_number: int) -> str:
        return server.get(Posting, "PUT", payment_path(body.ref), body).receipt_number

    with ThreadPoolExecutor(25) as pool:
        numbers = set(pool.map(send, range(50)))
    engine = open_engine(server.db)
    found = read(engine, books)
    assert len(numbers) == len(found["postings"]) == 1
    assert found["balance_fen"] == 0 and read(engine, unbalanced) == ()


def test_refusals_of_assessments_and_payments(server: Server) -> None:
    """Each refusal has the status and code of the contract."""
    token = server.token()
    a1, p1 = assessment_path("a1"), payment_path("K0123-A-000001")
    intended, confirmed = report(PaymentState.INTENDED), report(PaymentState.CONFIRMED)
    assert server.refused("PUT", p1, intended) == (404, ProblemCode.NOT_FOUND)
    assert server.refused("DELETE", a1) == (404, ProblemCode.NOT_FOUND)
    server.get(Assessment, "PUT", a1, ASKED, token=token)
    other = replace(ASKED, percent=60)
    reused = (422, ProblemCode.REFERENCE_REUSED)
    assert server.refused("PUT", a1, other, token=token) == reused
    taken = server.refused("PUT", assessment_path("a2"), ASKED, token=token)
    assert taken == (409, ProblemCode.MONTHS_TAKEN)
    wrong = replace(intended, amount=Money(1))
    assert server.refused("PUT", p1, wrong) == reused
    server.get(Posting, "PUT", p1, intended)
    assert server.refused("DELETE", a1) == (409, ProblemCode.STATE_CONFLICT)
    server.get(Posting, "PUT", p1, confirmed)
    late = report(PaymentState.UNKNOWN)
    assert server.refused("PUT", p1, late) == (409, ProblemCode.STATE_CONFLICT)
    second = report(PaymentState.INTENDED, ref="K0123-A-000002")
    found = server.refused("PUT", payment_path(second.ref), second)
    assert found == (409, ProblemCode.ASSESSMENT_CLOSED)
    found = server.refused("PUT", payment_path("K0123-A-000003"), confirmed)
    assert found == (400, ProblemCode.BAD_REQUEST)


def test_releasing_over_http(server: Server) -> None:
    """DELETE answers 204, twice, without a visit; the months are free again."""
    token = server.token()
    server.get(Assessment, "PUT", assessment_path("a1"), ASKED, token=token)
    for _ in range(2):
        assert server.call("DELETE", assessment_path("a1")).status_code == 204
    server.get(Assessment, "PUT", assessment_path("a2"), ASKED, token=token)


def test_unknown_paths_and_methods(server: Server) -> None:
    """What is not in the contract is a problem document too."""
    assert server.refused("GET", "/v1/nothing") == (404, ProblemCode.NOT_FOUND)
    assert server.refused("PATCH", central.TIME_PATH) == (405, ProblemCode.BAD_REQUEST)
    assert server.call("GET", "/healthz").status_code == 204


def test_a_bad_body_is_not_repeated(server: Server) -> None:
    """A refused login tells nothing of the person it was about, and nothing of the program."""
    body = encode(id_login(ZHANG)).replace(b'" "', b'"Q"')
    response = server.call("POST", central.ID_CARD_LOGIN_PATH, body)
    assert response.status_code == 400
    for word in ("张三", ZHANG.id_number, "Traceback", "msgspec", ".py", "Q"):
        assert word not in response.text


def test_a_long_body_is_refused(server: Server) -> None:
    """A body without an end is cut off."""
    found = server.refused("POST", central.ID_CARD_LOGIN_PATH, b" " * 200_000)
    assert found == (400, ProblemCode.BAD_REQUEST)


def test_deep_nesting_is_refused(server: Server) -> None:
    """Brackets without an end break nothing."""
    body = b'{"extra":' + b"[" * 50_000
    found = server.refused("POST", central.ID_CARD_LOGIN_PATH, body)
    assert found == (400, ProblemCode.BAD_REQUEST)


def test_a_broken_database_leaks_nothing(server: Server) -> None:
    """When the tables are gone the kiosk is told to come again, and no SQL."""
    token = server.token()
    engine = open_engine(server.db)
    write(engine, lambda at: at.exec_driver_sql("DROP TABLE contributions"))
    response = server.call("GET", central.INSURANCE_PATH, token=token)
    assert response.status_code == 503 and response.headers["Retry-After"]
    assert decode(response.content, Problem).code is ProblemCode.UNAVAILABLE
    assert "SELECT" not in response.text and "sqlite" not in response.text


@pytest.fixture(scope="module")
def fuzzed(serve: Callable[[Path], Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    return serve(tmp_path_factory.mktemp("fuzz"))


CHANGES = [
    ("POST", central.CARD_LOGIN_PATH),
    ("POST", central.ID_CARD_LOGIN_PATH),
    ("PUT", assessment_path("f1")),
    ("PUT", payment_path("K0123-F-1")),
]
VALID = [
    encode(id_login(ZHANG)),
    encode(ASKED),
    encode(report(PaymentState.CONFIRMED, "K0123-F-1", "f9")),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
).map(lambda value: json.dumps(value).encode())


@st.composite
def changed_values(draw: st.DrawFn) -> bytes:
    """A valid body with one of its values replaced by any other."""
    body: dict[str, Any] = json.loads(draw(st.sampled_from(VALID)))
    inner = body.get("record") if draw(st.booleans()) else body
    target: dict[str, Any] = inner if isinstance(inner, dict) else body
    key = draw(st.sampled_from(sorted(target)))
    number = {"fen": draw(st.integers())}
    target[key] = draw(st.integers() | st.text(max_size=80) | st.none() | st.just(number))
    return json.dumps(body).encode()


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(call=st.sampled_from(CHANGES), body=st.binary() | JSON | changed_values())
def test_arbitrary_bodies_never_break_it(
    fuzzed: Server, call: tuple[str, str], body: bytes
) -> None:
    """Whatever a kiosk sends, it is answered by the contract and never by a 500."""
    response = fuzzed.call(*call, body, token=fuzzed.token())
    assert response.status_code < 500, (body, response.text)
    if response.status_code >= 400:
        decode(response.content, Problem)


@settings(max_examples=50, deadline=None)
@given(ref=st.text(min_size=1, max_size=80))
def test_arbitrary_references_never_break_it(fuzzed: Server, ref: str) -> None:
    """Any path under /v1/payments is answered with a problem or the contract."""
    path = payment_path(requests.utils.quote(ref.encode("utf-8", "surrogatepass"), safe=""))
    assert fuzzed.call("PUT", path, report(PaymentState.INTENDED)).status_code in (400, 404, 405)


@pytest.mark.parametrize(
    "other", [{"at": "\x00"}, {"at": "9" * 41}, {"assessment": "a 1"}, {"ref": "K0123-A-000009"}]
)
def test_texts_that_no_kiosk_makes(server: Server, other: dict[str, Any]) -> None:
    """Control characters, overlong texts and foreign references are refused and not kept."""
    body = replace(report(PaymentState.CONFIRMED), **other)
    found = server.refused("PUT", payment_path("K0123-A-000001"), body)
    assert found == (400, ProblemCode.BAD_REQUEST)
