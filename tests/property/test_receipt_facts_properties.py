"""Signed facts of receipts: one form each way, and nothing else is accepted."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.money import Money
from kioskd.protocols.receipt_facts import (
    AMOUNT_FEN_MAX,
    MONTHS_SPAN,
    ReceiptFacts,
    ReceiptFormatError,
    ReceiptKind,
    SignedFacts,
    proof_of,
    qr_text,
)

TEXTS = st.from_regex(r"[0-9A-Za-z-]{1,64}", fullmatch=True)
MOMENTS = st.integers(0, 2**32 - 1).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
)


@st.composite
def facts(draw: st.DrawFn) -> ReceiptFacts:
    """Anything that a centre may sign."""
    scheme = draw(st.sampled_from([None, *Scheme]))
    first = Month(draw(st.integers(1900, 7000)), draw(st.integers(1, 12)))
    steps = draw(st.sets(st.integers(0, MONTHS_SPAN - 1), min_size=1)) if scheme else set()
    start = min(steps, default=0)
    return ReceiptFacts(
        draw(st.sampled_from(ReceiptKind)),
        draw(TEXTS),
        draw(MOMENTS),
        draw(TEXTS),
        scheme,
        draw(st.integers(0, 999)) if scheme else 0,
        tuple(first.plus(step - start) for step in sorted(steps)),
        Money(draw(st.integers(1, AMOUNT_FEN_MAX))),
    )


SIGNED = st.builds(
    SignedFacts,
    st.binary(min_size=4, max_size=4),
    facts(),
    st.binary(min_size=64, max_size=64),
)


@given(SIGNED, st.sampled_from(["", "https://city.example/r/"]))
def test_proofs_go_round(signed: SignedFacts, url: str) -> None:
    """Facts to bytes to the text of the QR code and back: the same facts."""
    text = qr_text(signed.to_bytes(), url).decode()
    assert SignedFacts.parse(proof_of(text)) == signed


@given(SIGNED, st.data())
def test_no_proof_has_two_forms(signed: SignedFacts, data: st.DataObject) -> None:
    """Bytes changed anywhere are refused, or are the one form of something else."""
    proof = bytearray(signed.to_bytes())
    proof[data.draw(st.integers(0, len(proof) - 1))] ^= data.draw(st.integers(1, 255))
    accepted_only_in_its_one_form(bytes(proof))


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused_by_name(data: bytes) -> None:
    """Any bytes end in facts or in ReceiptFormatError."""
    accepted_only_in_its_one_form(data)


@given(st.text(max_size=200) | st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567:/ ", max_size=200))
def test_arbitrary_texts_are_refused_by_name(text: str) -> None:
    """Any text ends in a proof, whose own text leads back to it, or in ReceiptFormatError."""
    try:
        proof = proof_of(text)
    except ReceiptFormatError:
        return
    assert proof_of(qr_text(proof, "").decode()) == proof


def accepted_only_in_its_one_form(data: bytes) -> None:
    try:
        found = SignedFacts.parse(data)
    except ReceiptFormatError:
        return
    assert found.to_bytes() == data
