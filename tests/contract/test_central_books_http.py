"""The contract about money over HTTP: papers, day-ends, journals, the public page, two kiosks."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from central_server import (
    AMOUNT,
    ASKED,
    KIOSK,
    NOW,
    OTHER_KIOSK,
    Server,
    assessment_path,
    payment_path,
    report,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk_central.laws import misposted, unbalanced
from kiosk_central.sample_people import LI, ZHANG
from kiosk_central.show import books
from kiosk_central.store.engine import open_engine, read
from kioskd.domain.contribution import Assessment
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState as S
from kioskd.domain.payment import Printed, TransactionRecord
from kioskd.protocols import central_books
from kioskd.protocols.central import Posting, Problem, ProblemCode, decode, encode
from kioskd.protocols.central_books import (
    ChainHead,
    ChainLinks,
    DayEndAnswer,
    DayEndReport,
    DayPayment,
    PrintReport,
    ReceiptCopy,
    ReceiptEntry,
    first_link,
    next_link,
)
from kioskd.protocols.receipt_facts import proof_of, qr_text
from tests.patience import PATIENCE_S

REF = "K0123-7KQ4-000001"
AT = "2026-11-22T12:00:00Z"
BAD = (400, ProblemCode.BAD_REQUEST)


def assess(server: Server, ref: str, kiosk: str = KIOSK) -> None:
    token = server.token(kiosk=kiosk)
    server.get(Assessment, "PUT", assessment_path(ref), ASKED, kiosk=kiosk, token=token)


def put(server: Server, state: S, ref: str = REF, kiosk: str = KIOSK, about: str = "a1") -> Posting:
    body = report(state, ref, about)
    return server.get(Posting, "PUT", payment_path(ref), body, kiosk=kiosk)


def pay(server: Server) -> Posting:
    assess(server, "a1")
    put(server, S.INTENDED)
    return put(server, S.CONFIRMED)


def hold_the_laws(server: Server) -> dict[str, Any]:
    """Check the laws of the books and return the books."""
    engine = open_engine(server.db)
    assert read(engine, unbalanced) == () and read(engine, misposted) == ()
    found = read(engine, books)
    assert found["balance_fen"] == 0
    engine.dispose()
    return found


def test_a_payment_is_told_to_its_kiosk(server: Server) -> None:
    """GET answers what the last PUT did, proof and all; another kiosk finds nothing."""
    posted = pay(server)
    assert posted.proof and posted == server.get(Posting, "GET", payment_path(REF))
    found = server.refused("GET", payment_path(REF), kiosk=OTHER_KIOSK)
    assert found == (404, ProblemCode.NOT_FOUND)
    assert server.refused("GET", payment_path("K0123-9")) == (404, ProblemCode.NOT_FOUND)


def test_receipts_and_copies(server: Server) -> None:
    """Her receipts at any kiosk; the original when it certainly did not come out, then copies."""
    posted = pay(server)
    told = PrintReport(REF, "R1", 0, Printed.NO, AT)
    path = central_books.PRINT_PATH.format(ref=REF, print_ref="R1")
    assert server.get(PrintReport, "PUT", path, told) == told
    token = server.token(kiosk=OTHER_KIOSK)
    visit: dict[str, Any] = {"kiosk": OTHER_KIOSK, "token": token}
    wanted = tuple[ReceiptEntry, ...]
    [entry] = server.get(wanted, "GET", central_books.RECEIPTS_PATH, **visit)
    assert (entry.ref, entry.original, entry.amount) == (REF, Printed.NO, AMOUNT)
    copy = central_books.COPY_PATH.format(ref=REF, print_ref="R2")
    given = server.get(ReceiptCopy, "PUT", copy, **visit)
    assert given == server.get(ReceiptCopy, "PUT", copy, **visit)
    assert (given.copy, given.proof) == (0, posted.proof)
    again = central_books.COPY_PATH.format(ref=REF, print_ref="R3")
    assert server.get(ReceiptCopy, "PUT", again, **visit).copy == 1
    assert server.refused("PUT", copy) == (401, ProblemCode.SESSION_UNKNOWN)
    stranger = server.token(LI)
    assert server.refused("PUT", copy, token=stranger) == (404, ProblemCode.NOT_FOUND)
    assert server.refused("PUT", path.replace("R1", "R7"), told) == BAD


def test_copies_at_once_are_all_different(server: Server) -> None:
    """Twenty copies asked for at once from two kiosks: numbers 1 to 20, each once."""
    pay(server)
    tokens = {kiosk: server.token(kiosk=kiosk) for kiosk in (KIOSK, OTHER_KIOSK)}

    def ask(number: int) -> int:
        kiosk = (KIOSK, OTHER_KIOSK)[number % 2]
        path = central_books.COPY_PATH.format(ref=REF, print_ref=f"R{number}")
        return server.get(ReceiptCopy, "PUT", path, kiosk=kiosk, token=tokens[kiosk]).copy

    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(ask, range(20))) == list(range(1, 21))


def test_day_ends(server: Server) -> None:
    """A day is compared once; another body under its reference is 422, another path 400."""
    pay(server)
    payments = (DayPayment(REF, S.CONFIRMED, AMOUNT, 31),)
    day = DayEndReport("D1", AT, "29001006", (1, AMOUNT), payments)
    path = central_books.DAY_END_PATH.format(ref="D1")
    for _ in range(2):
        assert server.get(DayEndAnswer, "PUT", path, day) == DayEndAnswer("D1", ())
    other = replace(day, told=(2, AMOUNT))
    assert server.refused("PUT", path, other) == (422, ProblemCode.REFERENCE_REUSED)
    assert server.refused("PUT", path.replace("D1", "D2"), day) == BAD


def test_a_long_day_is_taken(server: Server) -> None:
    """The list of a kiosk that was away for weeks is longer than other bodies may be."""
    payments = tuple(DayPayment(f"K0123-7KQ4-{n:06d}", S.DECLINED, AMOUNT, n) for n in range(3000))
    day = DayEndReport("D1", AT, "29001006", (0, Money(0)), payments)
    path = central_books.DAY_END_PATH.format(ref="D1")
    assert server.get(DayEndAnswer, "PUT", path, day).differences == ()


def links(first: int, before: bytes, *bodies: int) -> ChainLinks:
    digests = tuple(sha256(bytes([body])).digest() for body in bodies)
    for digest in digests:
        before = next_link(before, digest)
    return ChainLinks("7KQ4", first, digests, before)


def test_journals(server: Server) -> None:
    """Links are anchored, their head told, and another journal is 409 ``chain_broken``."""
    start = first_link(KIOSK, "7KQ4")
    journal = central_books.JOURNAL_PATH.format(series="7KQ4")
    path = central_books.LINKS_PATH.format(series="7KQ4", first=1)
    assert server.get(ChainHead, "GET", journal) == ChainHead("7KQ4", 0, start)
    told = links(1, start, 1, 2, 3)
    for _ in range(2):
        assert server.get(ChainHead, "PUT", path, told) == ChainHead("7KQ4", 3, told.head)
    assert server.get(ChainHead, "GET", journal).seq == 3
    found = server.refused("PUT", path, links(1, start, 1, 9, 3))
    assert found == (409, ProblemCode.CHAIN_BROKEN)
    assert server.refused("PUT", path + "0", told) == BAD
    other = central_books.LINKS_PATH.format(series="AAAA", first=1)
    assert server.refused("PUT", other, told) == BAD


def test_two_kiosks_and_an_expired_assessment(server: Server) -> None:
    """A charges on an expired assessment while B pays the same months: one is given back."""
    assess(server, "a1")
    server.now = NOW + timedelta(minutes=16)
    assess(server, "b1", OTHER_KIOSK)
    late = report(S.INTENDED, REF)
    found = server.refused("PUT", payment_path(REF), late)
    assert found == (409, ProblemCode.ASSESSMENT_CLOSED)
    put(server, S.INTENDED, "K0124-A-1", OTHER_KIOSK, "b1")
    record = TransactionRecord(AMOUNT, 7, 7, "29001007", "1122", "100000", 0)
    body = replace(report(S.CONFIRMED, "K0124-A-1", "b1"), record=record)
    path = payment_path("K0124-A-1")

    def both(number: int) -> Posting:
        if number % 2:
            return server.get(Posting, "PUT", path, body, kiosk=OTHER_KIOSK)
        return put(server, S.CONFIRMED)

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(both, range(20)))
    asked_back = {one.ref for one in answers if one.give_back}
    assert len(asked_back) == 1 and len({one.receipt_number for one in answers}) == 2
    postings = hold_the_laws(server)["postings"]
    assert sorted(one["kind"] for one in postings) == ["contribution", "suspense"]
    loser = asked_back.pop()
    put(server, S.REVERSED, loser, *((KIOSK, "a1") if loser == REF else (OTHER_KIOSK, "b1")))
    hold_the_laws(server)


def test_many_payments_of_one_assessment(server: Server) -> None:
    """Twenty intents at once for one assessment: one may charge, the others are 409."""
    assess(server, "a1")

    def intend(number: int) -> int:
        ref = f"K0123-7KQ4-{number:06d}"
        return server.call("PUT", payment_path(ref), report(S.INTENDED, ref)).status_code

    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(intend, range(20))) == [200] + [409] * 19


def test_stale_and_contrary_reports_at_once(server: Server) -> None:
    """Whatever order reports arrive in, the books keep their laws and nothing is posted twice."""
    assess(server, "a1")
    states = [S.INTENDED, S.UNKNOWN, S.UNRESOLVED, S.CONFIRMED, S.DECLINED, S.REVERSED] * 4

    def send(state: S) -> int:
        return server.call("PUT", payment_path(REF), report(state, REF)).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, states)) <= {200, 409}
    found = hold_the_laws(server)
    assert len(found["postings"]) == (found["payments"][0]["state"] == "confirmed")
    kinds = {one["kind"] for one in found["differences"]}
    assert kinds <= {"state", "outcome_unresolved", "months_locked_elsewhere"}
    assert "state" in kinds, "two final states were told"


@pytest.mark.parametrize("upper", [False, True])
def test_anybody_may_check_a_receipt(server: Server, upper: bool) -> None:
    """The page of the QR code: no kiosk, no visit, nothing personal, nothing from elsewhere."""
    text = qr_text(pay(server).proof, "https://city.example/r/").decode()
    path = text.removeprefix("HTTPS://CITY.EXAMPLE")
    response = server.call("GET", path if upper else path.lower(), kiosk="")
    assert response.status_code == 200 and "Genuine" in response.text
    assert ZHANG.name not in response.text and ZHANG.id_number not in response.text
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert response.headers["Cache-Control"] == "no-store"
    form = server.call("GET", f"/r?code={text[23:60]}%20{text[60:]}", kiosk="")
    assert "Genuine" in form.text
    assert "class=" not in server.call("GET", "/R", kiosk="").text


def test_what_is_typed_is_never_shown(server: Server) -> None:
    """Markup in the address or the form comes back nowhere."""
    for path in ("/r/%3Cscript%3E", "/r?code=%3Cscript%3E", "/r/%00", "/r/a/b", "/r/%FF"):
        response = server.call("GET", path, kiosk="")
        assert response.status_code == 200 and 'class="bad"' in response.text
        assert "script" not in response.text.lower()


@pytest.fixture(scope="module")
def fuzzed(serve: Callable[[Path], Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    return serve(tmp_path_factory.mktemp("fuzz"))


CALLS = [
    (
        central_books.PRINT_PATH.format(ref="K0123-P-1", print_ref="r1"),
        PrintReport("K0123-P-1", "r1", 0, Printed.YES, AT),
    ),
    (
        central_books.DAY_END_PATH.format(ref="d1"),
        DayEndReport(
            "d1", AT, "t", (1, AMOUNT), (DayPayment("K0123-P-1", S.CONFIRMED, AMOUNT, 3),)
        ),
    ),
    (
        central_books.LINKS_PATH.format(series="s1", first=1),
        replace(links(1, first_link(KIOSK, "s1"), 1, 2), series="s1"),
    ),
]


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, bytes]:
    """A path with its body, one of whose values is replaced by any other."""
    path, value = draw(st.sampled_from(CALLS))
    body: dict[str, Any] = json.loads(encode(value))
    target = body["payments"][0] if "payments" in body and draw(st.booleans()) else body
    key = draw(st.sampled_from(sorted(target)))
    fen = st.integers().map(lambda number: {"fen": number})
    target[key] = draw(st.integers() | st.text(max_size=80) | st.none() | fen | st.just([[]]))
    return path, json.dumps(body).encode()


@settings(max_examples=100, deadline=None)
@given(call=calls(), code=st.text(max_size=300))
def test_arbitrary_values_never_break_it(
    fuzzed: Server, call: tuple[str, bytes], code: str
) -> None:
    """Whatever a kiosk or a citizen sends is answered by the contract, never by a 500."""
    response = fuzzed.call("PUT", *call)
    assert response.status_code < 500, (call, response.text)
    if response.status_code >= 400:
        decode(response.content, Problem)
    page = fuzzed.session.get(fuzzed.url + "/r", params={"code": code}, timeout=PATIENCE_S)
    assert page.status_code in (200, 429), "looked up, or too often from here"


def test_the_qr_text_leads_back_to_the_proof(server: Server) -> None:
    """What the kiosk prints is what the centre has signed."""
    posted = pay(server)
    assert proof_of(qr_text(posted.proof, "").decode()) == posted.proof
