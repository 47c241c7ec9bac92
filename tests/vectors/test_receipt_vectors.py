"""Signed facts of receipts, byte by byte.

The messages were written down by hand from the table in ``docs/receipts.md``; the key is that of
RFC 8032, 7.1, test 1, so the signatures can be made again with any Ed25519 tool.
"""

from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.money import Money
from kioskd.protocols.receipt_facts import (
    ReceiptFacts,
    ReceiptFormatError,
    ReceiptKind,
    SignedFacts,
    key_id,
    message_of,
    proof_of,
    qr_text,
)

SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
KEY = bytes.fromhex("21fe31df")
"""The first four bytes of the SHA-256 of PUBLIC."""

PAID = ReceiptFacts(
    ReceiptKind.CONTRIBUTION,
    "2026-0000-0031-88",
    "2026-11-22T02:00:00Z",
    "K0123-7KQ4-000457",
    Scheme.PENSION,
    100,
    (Month(2026, 10), Month(2026, 11)),
    Money(280_000),
)
PAID_MESSAGE = bytes.fromhex(
    "01"  # version
    "21fe31df"  # key id
    "11" + b"2026-0000-0031-88".hex() + "11" + b"K0123-7KQ4-000457".hex() + "01"  # contribution
    "6b024ca0"  # 1795312800 seconds since 1970
    "01"  # pension
    "0064"  # 100 %
    "05f2"  # 126 years and 10 months: October 2026
    "00000003"  # it and the next
    "00000445c0"  # 280,000 fen
)
GAP = replace(
    PAID,
    kind=ReceiptKind.REVERSAL,
    scheme=Scheme.MEDICAL,
    percent=60,
    months=(Month(2026, 1), Month(2026, 12)),
    amount=Money(2**40 - 1),
)
GAP_END = bytes.fromhex("036b024ca002003c05e900000801ffffffffff")
STRAY = replace(PAID, kind=ReceiptKind.SUSPENSE, scheme=None, percent=0, months=())
STRAY_END = bytes.fromhex("026b024ca000000000000000000000000445c0")


def proof() -> bytes:
    signature = Ed25519PrivateKey.from_private_bytes(SEED).sign(PAID_MESSAGE)
    return PAID_MESSAGE + signature


def test_the_key_has_its_id() -> None:
    """A key is named by the first four bytes of its SHA-256."""
    assert key_id(PUBLIC) == KEY


@pytest.mark.parametrize(
    ("facts", "end"), [(PAID, PAID_MESSAGE[-19:]), (GAP, GAP_END), (STRAY, STRAY_END)]
)
def test_messages_are_as_written_down(facts: ReceiptFacts, end: bytes) -> None:
    """Every field stands where the table says; parsing gives the same facts."""
    message = PAID_MESSAGE[:-19] + end
    assert message_of(KEY, facts) == message
    assert SignedFacts.parse(message + bytes(64)) == SignedFacts(KEY, facts, bytes(64))


def test_the_signature_is_over_the_message() -> None:
    """Any Ed25519 program verifies a proof: the last 64 bytes sign all before them."""
    found = SignedFacts.parse(proof())
    public = Ed25519PublicKey.from_public_bytes(PUBLIC)
    public.verify(found.signature, found.message)
    assert found.facts == PAID and found.to_bytes() == proof()
    with pytest.raises(InvalidSignature):
        public.verify(found.signature, message_of(KEY, replace(PAID, amount=Money(280_001))))


def test_the_text_of_the_qr_code() -> None:
    """Address and base32 without padding, upper case; ``KR1:`` where there is no fit address."""
    code = "AEQ74MO7CEZDAMRWFUYDAMBQFUYDAMZRFU4DQEKLGAYTEM"
    text = qr_text(proof(), "https://city.example/r/")
    assert text.startswith(b"HTTPS://CITY.EXAMPLE/R/" + code.encode()) and b"=" not in text
    assert len(text) == 222  # 23 of the address, 199 of 124 bytes
    for unfit in ("", "https://city.example/r?code=", "https://city.example/~r/"):
        assert qr_text(proof(), unfit).startswith(b"KR1:" + code.encode())


@pytest.mark.parametrize("url", ["", "https://city.example/r/"])
def test_what_people_type_is_read(url: str) -> None:
    """Case, spaces and line breaks do not matter, nor does a missing address."""
    text = qr_text(proof(), url).decode()
    spread = "\n".join(text[at : at + 8].lower() + " " for at in range(0, len(text), 8))
    bare = text.rpartition("/")[2].removeprefix("KR1:")
    for typed in (text, text.lower(), spread, f"\u3000{text}\r\n", bare):
        assert proof_of(typed) == proof()


@pytest.mark.parametrize(
    "text",
    ["", "KR1:", "https://city.example/r/", "A", "AEQ74MO7C", "KR1:AB", "1890", "张三", "A" * 3000],
)
def test_other_texts_are_no_proof(text: str) -> None:
    """What is not base32 in its one form is refused."""
    with pytest.raises(ReceiptFormatError):
        SignedFacts.parse(proof_of(text))


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        bytes(64),
        b"\x02" + PAID_MESSAGE[1:],
        PAID_MESSAGE[:-1],
        PAID_MESSAGE + b"\0",
        PAID_MESSAGE[:5] + b"\x00" + PAID_MESSAGE[6:],
        PAID_MESSAGE[:5] + b"\xff" + PAID_MESSAGE[6:],
        PAID_MESSAGE.replace(b"K0123", b"K01 3"),
        PAID_MESSAGE[:-19] + b"\x00" + PAID_MESSAGE[-18:],
        PAID_MESSAGE[:-19] + b"\x04" + PAID_MESSAGE[-18:],
        PAID_MESSAGE[:-14] + b"\x00" + PAID_MESSAGE[-13:],
        PAID_MESSAGE[:-14] + b"\x03" + PAID_MESSAGE[-13:],
        PAID_MESSAGE[:-9] + bytes.fromhex("00000002") + PAID_MESSAGE[-5:],
        PAID_MESSAGE[:-9] + bytes.fromhex("00000000") + PAID_MESSAGE[-5:],
        PAID_MESSAGE[:-11] + bytes.fromhex("0000") + PAID_MESSAGE[-9:],
        PAID_MESSAGE[:-5] + bytes(5),
    ],
)
def test_other_bytes_are_no_proof(wrong: bytes) -> None:
    """Cut, longer, of another version, impossible, or in a second form: refused."""
    with pytest.raises(ReceiptFormatError):
        SignedFacts.parse(wrong + bytes(64))
