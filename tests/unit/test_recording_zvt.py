"""A PIN pad's line on its way to a recording: whole, masked, checksums mended, never at a loss."""

import pytest

from kiosk_bench.recording.codec import TO_DEVICE, TO_KIOSK, is_noise
from kiosk_bench.recording.zvt import ZvtCodec, apdu_of
from kioskd.domain.money import Money
from kioskd.protocols.zvt_commands import Authorisation, Registration, parse_command
from kioskd.protocols.zvt_fields import apdu, bitmap, tlv
from kioskd.protocols.zvt_frames import encode_block
from kioskd.protocols.zvt_messages import StatusInformation, parse_apdu

PAN = bytes.fromhex("6228481234567890")
TRACK = bytes.fromhex("6228481234567890D30122011000")
NAME = b"ZHANG SAN"
APPROVAL = StatusInformation(0, Money(140000), 156, 7, 12, "101112", "1127", "29001006")


def approval(*extra: bytes) -> bytes:
    """Return 04 0F with more in it than a careful PIN pad would send."""
    return apdu(StatusInformation.control, b"".join(extra) + APPROVAL.to_fields())


def recorded(raw: bytes, direction: str = TO_KIOSK) -> bytes:
    """Return what a recording holds of one message."""
    (message,) = ZvtCodec().feed(direction, encode_block(raw))
    kept = apdu_of(message.data)
    assert kept is not None, "the checksum was mended"
    return kept


@pytest.mark.parametrize(
    "secret",
    [
        bitmap(0x22, PAN),
        bitmap(0x23, TRACK),
        bitmap(0x24, TRACK),
        bitmap(0x2D, TRACK),
        bitmap(0x2E, TRACK),
        bitmap(0x3C, NAME),
        bitmap(0x06, tlv(0x1F10, PAN) + tlv(0x60, tlv(0x43, NAME))),
        bitmap(0x06, PAN),
        b"\x77" + PAN + NAME,
    ],
)
def test_what_may_name_card_or_holder_is_blanked(secret: bytes) -> None:
    """Card number, tracks, texts and unknown fields are gone; the rest reads as before."""
    raw = approval(secret) if secret[0] != 0x77 else approval()[:2] + _longer(secret)
    kept = recorded(raw)
    assert len(kept) == len(raw)
    assert PAN not in kept and TRACK not in kept and NAME not in kept
    assert parse_apdu(kept) == APPROVAL


def _longer(tail: bytes) -> bytes:
    body = APPROVAL.to_fields() + tail
    return bytes([len(body)]) + body


def test_a_receipt_to_print_is_blanked() -> None:
    """What the PIN pad wants printed may hold the card's number: only its length is kept."""
    line = apdu(b"\x06\xd1", b"\x00" + b"CARD 6228481234567890")
    assert recorded(line) == apdu(b"\x06\xd1", b"\x00" + b"x" * 21)
    block = apdu(b"\x06\xd3", bitmap(0x06, tlv(0x25, tlv(0x07, NAME))))
    assert NAME not in recorded(block) and len(recorded(block)) == len(block)


def test_the_password_is_blanked_and_the_command_reads_the_same() -> None:
    """The bank's password never reaches the disk; currency and configuration do."""
    kept = recorded(Registration("135790", service=0, tlv_objects=b"").to_apdu(), TO_DEVICE)
    assert parse_command(kept) == Registration("000000", service=0, tlv_objects=b"")


def test_bytes_may_come_one_at_a_time() -> None:
    """The recording is the same however the line cuts its bytes."""
    line = encode_block(approval(bitmap(0x22, PAN))) + b"\x06" + encode_block(b"\x80\x00\x00")
    whole, single = ZvtCodec(), ZvtCodec()
    messages = [one for byte in line for one in single.feed(TO_KIOSK, bytes([byte]))]
    assert messages == whole.feed(TO_KIOSK, line)
    assert [message.note for message in messages[1:]] == ["acknowledged", "Answer(code=0)"]
    assert single.identity == {"terminal": "29001006"}


def test_noise_is_counted_and_not_kept() -> None:
    """Bytes that are no message could be half a card number: their count is all that is kept."""
    codec = ZvtCodec()
    spoilt = encode_block(approval(bitmap(0x22, PAN)))[:-1] + b"\x00"
    messages = codec.feed(TO_KIOSK, b"\xf0" * 5 + spoilt + encode_block(b"\x80\x00\x00"))
    assert [len(message.data) for message in messages if is_noise(message)] == [5 + len(spoilt)]
    assert not any(PAN in message.data for message in messages)
    assert messages[-1].note == "Answer(code=0)"


def test_a_block_without_end_is_told_of_when_the_line_is_settled() -> None:
    """A cable pulled in the middle of a block leaves a count, and the next block is read."""
    codec = ZvtCodec()
    assert codec.feed(TO_KIOSK, encode_block(approval())[:20]) == []
    (cut,) = codec.flush()
    assert is_noise(cut) and cut.data == bytes(20)
    assert codec.feed(TO_KIOSK, encode_block(b"\x80\x00\x00"))[-1].note == "Answer(code=0)"


def test_a_request_is_known_by_amount_and_not_by_its_day() -> None:
    """Another transaction id is the same request, another amount is not."""
    codec = ZvtCodec()

    def charge(fen: int, last: bytes) -> bytes:
        return encode_block(Authorisation(Money(fen), 30, 10, last).to_apdu())

    first, same, other = (
        codec.feed(TO_DEVICE, charge(fen, last))[0]
        for fen, last in ((140000, b"\x00\x07"), (140000, b""), (140100, b"\x00\x07"))
    )
    assert codec.same(first, same) and not codec.same(first, other)
