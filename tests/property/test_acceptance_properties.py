"""The text of an acceptance sheet, whatever is in it and whatever becomes of it on the way."""

from hypothesis import given
from hypothesis import strategies as st

from kioskd.domain.secret import TechnicianKey
from kioskd.domain.selftest import Result
from kioskd.domain.technician_code import answer_to, grouped, read_digits
from kioskd.protocols.acceptance import (
    SIGNATURE_BYTES,
    VERSION,
    Acceptance,
    AcceptanceFacts,
    NotASheet,
    PartResult,
    message_of,
    qr_text,
    read_qr,
)

TEXTS = st.text(max_size=30)
PARTS = st.builds(PartResult, TEXTS, st.sampled_from(Result), TEXTS)
FACTS = st.builds(
    AcceptanceFacts,
    st.just(VERSION),
    *[TEXTS] * 5,
    st.integers(0, 10**9),
    *[TEXTS] * 3,
    st.sampled_from(Result),
    st.lists(PARTS, max_size=13).map(tuple),
)
SIGNATURES = st.binary(min_size=SIGNATURE_BYTES, max_size=SIGNATURE_BYTES)


@given(FACTS, SIGNATURES)
def test_what_is_written_is_read(facts: AcceptanceFacts, signature: bytes) -> None:
    """Through deflate, base32, small letters and line breaks, byte for byte."""
    sheet = Acceptance(message_of(facts), signature)
    text = qr_text(sheet).decode("ascii").lower()
    broken = "\n".join(text[at : at + 40] for at in range(0, len(text), 40))
    assert read_qr(broken) == sheet
    assert read_qr(broken).facts == facts


@given(st.one_of(st.text(), st.text().map("KA1:".__add__), st.from_regex(r"KA1:[A-Z2-7]*")))
def test_any_text_is_a_sheet_or_none(text: str) -> None:
    """No text from a scanner ends in another error."""
    try:
        sheet = read_qr(text)
        assert isinstance(sheet.facts, AcceptanceFacts)
    except NotASheet:
        pass


@given(st.binary(max_size=300), st.binary(max_size=80))
def test_any_bytes_are_a_sheet_or_none(message: bytes, signature: bytes) -> None:
    """What a kiosk sends is judged before it is believed."""
    try:
        facts = Acceptance(message, signature).facts
        assert message_of(facts) == message
    except NotASheet:
        pass


@given(st.binary(min_size=32, max_size=32), st.integers(0, 10**8 - 1))
def test_every_answer_is_ten_digits_that_can_be_read_back(key: bytes, challenge: int) -> None:
    """Also those that begin with zeros, grouped as they are read out."""
    answer = answer_to(TechnicianKey(key.hex()), "K0123", f"{challenge:08d}")
    assert len(answer) == 10
    assert read_digits(grouped(answer), 10) == answer
