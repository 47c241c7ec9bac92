"""IPP messages byte for byte, against RFC 8010 (3.1 encoding, appendix A examples), by hand.

The octets below were written down from the RFC's tables, not made by the library under test.
"""

import pytest

from kioskd.drivers.ipp_line import _message, _parsed, place_of
from kioskd.errors import ProtocolViolation

PLACE = place_of("ipp://printer.example/ipp/print")


def attribute(tag: int, name: str, value: bytes) -> bytes:
    """RFC 8010, 3.1.4: value-tag, name-length, name, value-length, value."""
    key = name.encode()
    return bytes([tag]) + len(key).to_bytes(2, "big") + key + len(value).to_bytes(2, "big") + value


HEAD = (
    attribute(0x47, "attributes-charset", b"utf-8")
    + attribute(0x48, "attributes-natural-language", b"en")
    + attribute(0x45, "printer-uri", b"ipp://printer.example/ipp/print")
)
USER = attribute(0x42, "requesting-user-name", b"kioskd")


def body_of(message: bytes) -> bytes:
    """Return what follows the request id, which is chosen by chance."""
    return message[8:]


def test_print_job_as_in_the_rfc() -> None:
    """Version 1.1, operation 0002, operation and job attributes, then the end tag."""
    head = {"job-name": "p1", "document-format": "application/pdf"}
    message = _message(PLACE, "PRINT_JOB", head, {"sides": "one-sided", "print-scaling": "none"})
    assert message[:4] == bytes.fromhex("01 01 00 02")
    assert body_of(message) == (
        b"\x01" + HEAD + USER
        + attribute(0x42, "job-name", b"p1")
        + attribute(0x49, "document-format", b"application/pdf")
        + b"\x02"
        + attribute(0x44, "sides", b"one-sided")
        + attribute(0x44, "print-scaling", b"none")
        + b"\x03"
    )  # fmt: skip


def test_job_id_follows_the_printer_uri_and_more_values_have_no_name() -> None:
    """RFC 8011, 4.1.5 orders the target first; RFC 8010, 3.1.5 repeats a value without a name."""
    wanted = {"requested-attributes": ["job-state", "job-id"], "job-id": 7}
    message = _message(PLACE, "GET_JOB_ATTRIBUTES", wanted, {})
    assert message[:4] == bytes.fromhex("01 01 00 09")
    assert body_of(message) == (
        b"\x01" + HEAD
        + attribute(0x21, "job-id", bytes.fromhex("00 00 00 07")) + USER
        + attribute(0x44, "requested-attributes", b"job-state")
        + attribute(0x44, "", b"job-id")
        + b"\x03"
    )  # fmt: skip


ANSWER_HEAD = b"\x01" + HEAD[: HEAD.index(b"\x45\x00\x0bprinter-uri")]


def test_an_answer_with_two_jobs_and_several_reasons_is_read() -> None:
    """successful-ok, one group a job, a set as a list."""
    answer = (
        bytes.fromhex("01 01 00 00 00 00 00 01") + ANSWER_HEAD
        + b"\x02" + attribute(0x21, "job-id", bytes.fromhex("00 00 00 93"))
        + attribute(0x42, "job-name", b"p1") + attribute(0x23, "job-state", b"\x00\x00\x00\x05")
        + b"\x02" + attribute(0x21, "job-id", bytes.fromhex("00 00 00 94"))
        + attribute(0x23, "job-state", b"\x00\x00\x00\x09")
        + attribute(0x44, "job-state-reasons", b"job-completed-successfully")
        + attribute(0x44, "", b"x-sheet-taken")
        + b"\x03"
    )  # fmt: skip
    read = _parsed(answer)
    assert read.is_ok and [job["job-id"] for job in read.jobs] == [0x93, 0x94]
    assert (read.jobs[0]["job-name"], int(read.jobs[0]["job-state"])) == ("p1", 5)
    assert read.jobs[1]["job-state-reasons"] == ["job-completed-successfully", "x-sheet-taken"]


def test_busy_is_a_status_and_a_printer_group_is_the_printer() -> None:
    """server-error-busy is 0507; the printer's attributes come in group 04."""
    busy = bytes.fromhex("01 01 05 07 00 00 00 01") + ANSWER_HEAD + b"\x03"
    assert (_parsed(busy).status, _parsed(busy).is_ok) == (0x0507, False)
    state = attribute(0x23, "printer-state", b"\x00\x00\x00\x03")
    idle = bytes.fromhex("01 01 00 01 00 00 00 01") + ANSWER_HEAD + b"\x04" + state + b"\x03"
    assert _parsed(idle).is_ok and int(_parsed(idle).printer["printer-state"]) == 3


def test_an_empty_group_is_no_attribute() -> None:
    """RFC 8010, 3.1.3 allows a group without attributes: here unsupported ones, and no job."""
    state = attribute(0x23, "printer-state", b"\x00\x00\x00\x04")
    head = bytes.fromhex("01 01 00 00 00 00 00 01") + ANSWER_HEAD
    read = _parsed(head + b"\x05" + b"\x02" + b"\x04" + state + b"\x03")
    assert int(read.printer["printer-state"]) == 4 and not any(read.jobs)
    assert _parsed(head + b"\x02\x03").is_ok


@pytest.mark.parametrize("data", [b"", b"\x01\x01", b"<html>busy</html>", bytes(40), b"\xff" * 64])
def test_what_is_no_ipp_is_named(data: bytes) -> None:
    """A web page, a torn answer, noise: the peer's fault, not a crash."""
    with pytest.raises(ProtocolViolation):
        _parsed(data)
