"""Signed facts of documents, byte by byte.

The messages were written down by hand from the table in ``docs/documents.md``; the key is that of
RFC 8032, 7.1, test 1, as for receipts.
"""

from dataclasses import replace
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kioskd.domain.money import ZERO, Money
from kioskd.domain.secret import IdNumber, PersonName
from kioskd.protocols.central_documents import DocumentKind
from kioskd.protocols.document_facts import (
    DocumentFacts,
    Period,
    SignedDocument,
    document_message,
    id_tail,
    is_document,
    masked_holder,
)
from kioskd.protocols.receipt_facts import ReceiptFormatError, SignedFacts, proof_of, qr_text

SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
KEY = bytes.fromhex("21fe31df")
NUMBER = "SB2026-000123-7KQ4MN"

RECEIPT = DocumentFacts(
    DocumentKind.CONTRIBUTION_RECEIPT,
    NUMBER,
    "2026-11-22T02:00:00Z",
    "张**",
    "0017",
    "2026-0000-0031-88",
    Period(date(2026, 10, 1), date(2026, 11, 30)),
    2,
    Money(280_000),
)
HEAD = "10" + "21fe31df" + "14" + NUMBER.encode().hex()
HOLDER = "05" + "e5bca0" + "2a2a"
RECEIPT_MESSAGE = bytes.fromhex(
    HEAD + "11" + b"2026-0000-0031-88".hex() + HOLDER + "03"  # contribution receipt
    "6b024ca0"  # 1795312800 seconds since 1970
    "30303137"  # 0017
    "000b4a32"  # day 739,890 since the year 1: 1 October 2026
    "000b4a6e"  # day 739,950: 30 November 2026
    "0002"  # months
    "00000445c0"  # 280,000 fen
)
BARE = replace(
    RECEIPT, kind=DocumentKind.CARD_CERTIFICATE, subject="", period=None, months=0, amount=ZERO
)
BARE_MESSAGE = bytes.fromhex(
    HEAD + "00" + HOLDER + "046b024ca0" + "30303137" + "00" * 8 + "0000" + "00" * 5
)
LARGEST = replace(RECEIPT, months=65_535, amount=Money(2**40 - 1))


def proof() -> bytes:
    signature = Ed25519PrivateKey.from_private_bytes(SEED).sign(RECEIPT_MESSAGE)
    return RECEIPT_MESSAGE + signature


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (RECEIPT, RECEIPT_MESSAGE),
        (BARE, BARE_MESSAGE),
        (LARGEST, RECEIPT_MESSAGE[:-7] + bytes.fromhex("ffffffffffffff")),
    ],
)
def test_messages_are_as_written_down(facts: DocumentFacts, message: bytes) -> None:
    """Every field stands where the table says; parsing gives the same facts."""
    assert document_message(KEY, facts) == message
    assert SignedDocument.parse(message + bytes(64)) == SignedDocument(KEY, facts, bytes(64))


def test_any_ed25519_program_verifies_it() -> None:
    """The last 64 bytes sign all before them; the QR text is that of receipts."""
    found = SignedDocument.parse(proof())
    Ed25519PublicKey.from_public_bytes(PUBLIC).verify(found.signature, found.message)
    assert found.facts == RECEIPT and found.to_bytes() == proof()
    text = qr_text(proof(), "https://city.example/r/").decode()
    assert text.startswith("HTTPS://CITY.EXAMPLE/R/CAQ74MO7") and len(text) == 244
    assert proof_of(text.lower()) == proof()


def test_receipts_and_documents_are_told_apart() -> None:
    """By the first byte, and neither parser takes the other's."""
    assert is_document(proof()) and not is_document(b"\x01" + proof()[1:]) and not is_document(b"")
    with pytest.raises(ReceiptFormatError):
        SignedFacts.parse(proof())
    with pytest.raises(ReceiptFormatError):
        SignedDocument.parse(b"\x01" + proof()[1:])


def test_of_the_holder_little_is_said() -> None:
    """One character of the name, however long it is and whatever it is; four of the number."""
    assert masked_holder(PersonName("张三")) == "张**"
    assert masked_holder(PersonName("𠮷田示例甲乙丙")) == "𠮷**"
    assert id_tail(IdNumber("00000019700101006X")) == "006X"


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        bytes(64),
        b"\x11" + RECEIPT_MESSAGE[1:],
        RECEIPT_MESSAGE[:-1],
        RECEIPT_MESSAGE + b"\0",
        RECEIPT_MESSAGE[:5] + b"\xff" + RECEIPT_MESSAGE[6:],
        RECEIPT_MESSAGE[:5] + b"\x00" + RECEIPT_MESSAGE[26:],
        RECEIPT_MESSAGE.replace(b"SB2026", b"SB2 26"),
        RECEIPT_MESSAGE.replace(b"-0031", b"_0031"),
        RECEIPT_MESSAGE.replace(b"**", b"\n*"),
        RECEIPT_MESSAGE.replace(b"**", b"\xff*"),
        RECEIPT_MESSAGE.replace(b"0017", b"00a7"),
        RECEIPT_MESSAGE[:-24] + b"\x00" + RECEIPT_MESSAGE[-23:],
        RECEIPT_MESSAGE[:-24] + b"\x05" + RECEIPT_MESSAGE[-23:],
        RECEIPT_MESSAGE[:-15] + bytes(4) + RECEIPT_MESSAGE[-11:],
        RECEIPT_MESSAGE[:-11] + bytes(4) + RECEIPT_MESSAGE[-7:],
        RECEIPT_MESSAGE[:-15] + b"\xff" * 8 + RECEIPT_MESSAGE[-7:],
    ],
)
def test_other_bytes_are_no_proof(wrong: bytes) -> None:
    """Cut, longer, of another version, impossible, or in a second form: refused."""
    with pytest.raises(ReceiptFormatError):
        SignedDocument.parse(wrong + bytes(64))
