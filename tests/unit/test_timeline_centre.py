"""The timeline's words for the line to the centre: money is told, persons are not."""

from kiosk_bench.timeline.centre_words import CentreTalk, masked_path
from kiosk_bench.timeline.http_messages import HttpMessages
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState
from kioskd.protocols.central import PaymentReport, Posting, Problem, ProblemCode, encode

REF = "K0123-62FT-000001"
PATH = f"/v1/payments/{REF}"


def _request(method: str, path: str, body: bytes = b"") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _answer(status: str, body: bytes = b"") -> bytes:
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


def test_a_payment_is_told_with_its_state_and_its_posting() -> None:
    """A report shows state and amount, its answer the time it took, and the ledger the posting."""
    talk = CentreTalk()
    report = encode(PaymentReport(REF, "a" * 32, Money(280000), PaymentState.CONFIRMED))
    asked = list(talk.asked(_request("PUT", PATH, report), 1.0))
    posting = encode(Posting(REF, PaymentState.CONFIRMED, "2026-0000-0001-52"))
    answered = list(talk.answered(_answer("200 OK", posting), 1.25))
    assert asked == [f"PUT {PATH}, confirmed, 2,800.00 yuan"]
    assert answered == ["200 OK, 250 ms, confirmed, receipt 2026-0000-0001-52"]
    assert talk.fetch_posted() == [f"{REF} posted, receipt 2026-0000-0001-52"]
    assert talk.fetch_posted() == []


def test_a_refusal_is_told_by_its_code() -> None:
    """Of a problem document the code is told, which is a word of the contract."""
    talk = CentreTalk()
    list(talk.asked(_request("PUT", PATH, b"{}"), 0.0))
    problem = encode(Problem(409, ProblemCode.STATE_CONFLICT, "Conflict", "zhang"))
    assert list(talk.answered(_answer("409 Conflict", problem), 0.0)) == [
        "409 Conflict, 0 ms, state_conflict"
    ]
    list(talk.asked(_request("GET", "/v1/time"), 0.0))
    assert list(talk.answered(_answer("500 Oops", b"<html>"), 0.0)) == [
        "500 Oops, 0 ms, no problem document"
    ]


def test_what_is_cut_off_is_told_once() -> None:
    """A request that the cut of the line has torn is told, and only by the end of its line."""
    talk = CentreTalk()
    assert list(talk.asked(_request("PUT", PATH, b"x" * 9)[:-5], 0.0)) == []
    assert list(talk.broken_off(0.0)) == [f"PUT {PATH}, cut off"]
    assert list(talk.broken_off(0.0)) == []


def test_bytes_may_come_in_any_pieces() -> None:
    """Messages end where their length or their last chunk says, however the bytes are cut."""
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    stream = _answer("200 OK", b"12345") + chunks + _answer("204 No Content")
    for size in (1, 2, 7, len(stream)):
        reader = HttpMessages()
        pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
        seen = [message for piece in pieces for message in reader.receive(piece)]
        assert [message.first_line[9:12] for message in seen] == ["200", "200", "204"]
        assert seen[0].body == b"12345"


def test_noise_is_passed_over() -> None:
    """What is no HTTP neither ends the bench nor grows its memory."""
    reader = HttpMessages()
    assert list(reader.receive(b"\x00\xff" * 100_000)) == []
    assert list(reader.receive(b"\r\n\r\n")) == []
    assert [one.first_line for one in reader.receive(_answer("200 OK"))] == ["HTTP/1.1 200 OK"]


def test_a_path_names_nobody() -> None:
    """Of a path only words of the contract, references of payments and short numbers stay."""
    assert masked_path(PATH) == PATH
    assert masked_path("/v1/assessments/81301e871c8744cb") == "/v1/assessments/…"
    assert masked_path("/v1/papers/A1B2?name=x") == "/v1/papers/…"
    assert masked_path("/v1/journals/62FT/links/1") == "/v1/journals/…/links/1"
