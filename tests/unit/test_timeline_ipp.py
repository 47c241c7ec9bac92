"""The timeline's words for IPP: operations and states; no name of a job, no user."""

from typing import Any

from pyipp.enums import IppOperation
from pyipp.serializer import encode_dict

from kiosk_bench.timeline.ipp_words import IppTalk

SECRET = "zhang-of-the-first-floor"


def _http(first: str, body: bytes) -> bytes:
    return f"{first}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _request(operation: IppOperation, **attributes: Any) -> bytes:
    message = {
        "version": (2, 0),
        "operation": operation,
        "operation-attributes-tag": {
            "attributes-charset": "utf-8",
            "attributes-natural-language": "en",
            "printer-uri": "ipp://localhost/ipp/print",
            **attributes,
        },
    }
    return _http("POST /ipp/print HTTP/1.1", encode_dict(message))


def _attribute(tag: int, name: str, value: bytes) -> bytes:
    head = bytes([tag]) + len(name).to_bytes(2, "big") + name.encode()
    return head + len(value).to_bytes(2, "big") + value


def _job(state: int, done: int) -> bytes:
    """Return an answer about job 7 (RFC 8010, 3.1)."""
    body = bytes([2, 0, 0, 0, 0, 0, 0, 1, 0x01])
    body += _attribute(0x47, "attributes-charset", b"utf-8") + bytes([0x02])
    body += _attribute(0x21, "job-id", (7).to_bytes(4, "big"))
    body += _attribute(0x42, "job-name", SECRET.encode())
    body += _attribute(0x23, "job-state", state.to_bytes(4, "big"))
    body += _attribute(0x44, "job-state-reasons", b"job-printing")
    body += _attribute(0x21, "job-impressions-completed", done.to_bytes(4, "big"))
    return _http("HTTP/1.1 200 OK", body + bytes([0x03]))


def test_an_exchange_is_told_without_names() -> None:
    """The operation and its job, then status, state, reasons and pages; whose job stays hidden."""
    talk = IppTalk()
    asked = _request(IppOperation.GET_JOB_ATTRIBUTES, **{"job-id": 7})
    printed = _request(IppOperation.PRINT_JOB, **{"requesting-user-name": SECRET})
    told = [*talk.asked(asked + printed), *talk.answered(_job(5, 2))]
    assert told == [
        "Get-Job-Attributes of job 7",
        "Print-Job",
        "ok, job 7, processing, job-printing, pages out: 2",
    ]


def test_what_is_no_ipp_is_said_to_be_none() -> None:
    """Rubbish in either direction is told as such and ends nothing."""
    talk = IppTalk()
    assert list(talk.asked(_http("POST / HTTP/1.1", b"?"))) == ["not IPP"]
    assert list(talk.answered(_http("HTTP/1.1 404 Not Found", b""))) == ["404 Not Found"]
    assert list(talk.answered(_http("HTTP/1.1 200 OK", b"\xff" * 40))) == ["FFFF"]
