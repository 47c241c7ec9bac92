"""Whatever a printer answers, reading it comes to an end: values, or ProtocolViolation."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kioskd.drivers.ipp_facts import job_facts, printer_facts
from kioskd.drivers.ipp_line import _parsed
from kioskd.errors import ProtocolViolation
from kioskd.protocols.ipp_shape import Malformed, well_formed


def attribute(tag: int, name: bytes, value: bytes) -> bytes:
    """RFC 8010, 3.1.4."""
    return bytes([tag]) + b"".join(len(b).to_bytes(2, "big") + b for b in (name, value))


ANSWER = (
    bytes.fromhex("01 01 00 00 00 00 00 01")
    + b"\x01"
    + attribute(0x47, b"attributes-charset", b"utf-8")
    + b"\x02"
    + attribute(0x21, b"job-id", b"\x00\x00\x00\x07")
    + attribute(0x23, b"job-state", b"\x00\x00\x00\x05")
    + attribute(0x35, b"job-message", b"\x00\x02en\x00\x02ok")
    + attribute(0x34, b"media-col", b"")
    + attribute(0x4A, b"", b"x")
    + attribute(0x21, b"", b"\x00\x00\x00\x01")
    + attribute(0x37, b"", b"")
    + b"\x04"
    + attribute(0x44, b"printer-state-reasons", b"media-empty-error")
    + attribute(0x44, b"", b"cover-open")
    + attribute(0x31, b"printer-current-time", bytes(11))
    + b"\x03"
)
changes = st.lists(
    st.tuples(st.integers(0, len(ANSWER) - 1), st.binary(min_size=0, max_size=4)), max_size=6
)


def read_all(data: bytes) -> None:
    """Read an answer as the driver does."""
    try:
        answer = _parsed(data)
        for job in answer.jobs:
            job_facts(job)
        printer_facts(answer.printer)
    except ProtocolViolation:
        pass  # named is all that is asked for


@given(changes)
def test_a_damaged_answer_is_read_or_named(where: list[tuple[int, bytes]]) -> None:
    """Bytes changed, dropped or put in at any place: no hang, no other error."""
    data = bytearray(ANSWER)
    for at, what in where:
        data[at : at + len(what)] = what
    read_all(bytes(data))


@given(st.binary(max_size=200))
def test_noise_is_read_or_named(data: bytes) -> None:
    """Any bytes at all, also behind a good head."""
    read_all(data)
    read_all(ANSWER[:8] + data)


values: Any = st.tuples(
    st.sampled_from([0x21, 0x22, 0x23, 0x35, 0x42, 0x44, 0x31]),
    st.binary(max_size=8),
    st.binary(max_size=12),
)


@given(st.lists(st.one_of(st.sampled_from([1, 2, 4, 5]), values), max_size=12))
def test_what_is_called_well_formed_is_parsed_to_its_end(parts: list[Any]) -> None:
    """The shape check and the parser walk the same way."""
    body = b"".join(bytes([p]) if isinstance(p, int) else attribute(*p) for p in parts)
    data = ANSWER[:8] + body + b"\x03"
    try:
        well_formed(data)
    except Malformed:
        return
    read_all(data)
