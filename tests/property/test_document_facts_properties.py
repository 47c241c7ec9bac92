"""Signed facts of documents: one form each way, and nothing else is accepted."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from kioskd.domain.money import Money
from kioskd.domain.secret import PersonName
from kioskd.protocols.central_documents import DocumentKind
from kioskd.protocols.document_facts import (
    MONTHS_MAX,
    DocumentFacts,
    Period,
    SignedDocument,
    masked_holder,
)
from kioskd.protocols.receipt_facts import AMOUNT_FEN_MAX, ReceiptFormatError, proof_of, qr_text

PRINTABLE = st.characters(exclude_categories=("C", "Z"))
PERIODS = st.tuples(st.dates(), st.dates()).map(lambda two: Period(min(two), max(two)))
FACTS = st.builds(
    DocumentFacts,
    st.sampled_from(DocumentKind),
    st.from_regex(r"[0-9A-Za-z-]{1,64}", fullmatch=True),
    st.integers(0, 2**32 - 1).map(
        lambda seconds: datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    ),
    st.text(PRINTABLE, min_size=1, max_size=15).map(lambda name: masked_holder(PersonName(name))),
    st.from_regex(r"[0-9A-Z]{4}", fullmatch=True),
    st.from_regex(r"[0-9A-Za-z-]{0,64}", fullmatch=True),
    st.none() | PERIODS,
    st.integers(0, MONTHS_MAX),
    st.integers(0, AMOUNT_FEN_MAX).map(Money),
)
SIGNED = st.builds(
    SignedDocument,
    st.binary(min_size=4, max_size=4),
    FACTS,
    st.binary(min_size=64, max_size=64),
)
assert date.min.toordinal() == 1, "zero is free to mean none"


@given(SIGNED, st.sampled_from(["", "https://city.example/r/"]))
def test_proofs_go_round(signed: SignedDocument, url: str) -> None:
    """Facts to bytes to the text of the QR code and back: the same facts."""
    text = qr_text(signed.to_bytes(), url).decode()
    assert SignedDocument.parse(proof_of(text)) == signed


@given(SIGNED, st.data())
def test_no_proof_has_two_forms(signed: SignedDocument, data: st.DataObject) -> None:
    """Bytes changed anywhere are refused, or are the one form of something else."""
    proof = bytearray(signed.to_bytes())
    proof[data.draw(st.integers(0, len(proof) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        found = SignedDocument.parse(bytes(proof))
    except ReceiptFormatError:
        return
    assert found.to_bytes() == bytes(proof)
