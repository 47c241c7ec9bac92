"""An ID reader's and a receipt printer's line on their way to a recording."""

import struct
from datetime import date

import pytest

from kiosk_bench.devices.id_card_layouts import IdCardPersona, text_block
from kiosk_bench.recording.codec import SYNTHETIC_ID, TO_DEVICE, TO_KIOSK, is_noise
from kiosk_bench.recording.escpos import EscposCodec
from kiosk_bench.recording.sam_v import SamVCodec, framed
from kioskd.domain.secret import IdNumber, PersonName
from kioskd.protocols import sam_v
from kioskd.protocols.sam_v import AnswerReader, Command, request
from kioskd.protocols.sam_v_cards import facts_of

TODAY = date(2026, 11, 27)
NAME, ENGLISH, ADDRESS = "欧阳测试", "OUYANG CESHI", "虚构省虚构市1号"
NUMBERS = {" ": "999999199001010010", "J": "830000199201300022", "I": "ZZZ999999999999"}
NUMBERS["Y"] = "999999199001010010"


def reading(kind: str, fingerprints: bytes = b"") -> bytes:
    """Return the body of an answer with a card's text, its photo and perhaps fingerprints."""
    text = text_block(IdCardPersona(NAME, NUMBERS[kind], kind, ENGLISH, address=ADDRESS))
    lengths = struct.pack(">HH", len(text), 1024)
    lengths += struct.pack(">H", len(fingerprints)) if fingerprints else b""
    return b"\x00\x00\x90" + lengths + text + b"\xa5" * 1024 + fingerprints


def recorded(body: bytes, command: Command = Command.READ_TEXT_AND_PHOTO) -> bytes:
    """Return the frame that a recording holds of an answer."""
    codec = SamVCodec()
    codec.feed(TO_DEVICE, request(command))
    (message,) = codec.feed(TO_KIOSK, framed(body))
    return message.data


@pytest.mark.parametrize("kind", list(NUMBERS))
@pytest.mark.parametrize("fingerprints", [b"", b"\x5a" * 1024])
def test_a_card_becomes_the_synthetic_one_of_its_kind(kind: str, fingerprints: bytes) -> None:
    """Kind, lengths and checksum stay; name, number, photo and fingerprints are nobody's."""
    asked = Command.READ_WITH_FINGERPRINT if fingerprints else Command.READ_TEXT_AND_PHOTO
    body = reading(kind, fingerprints)
    frame = recorded(body, asked)
    assert len(frame) == len(framed(body))
    reader = AnswerReader()
    reader.receive(frame)
    answer = reader.next_answer()
    assert answer is not None
    facts = facts_of(sam_v.text_block(answer), TODAY)
    assert facts.kind.value == (kind.strip() or facts.kind.value)
    number = "XXX111111111111" if kind == "I" else SYNTHETIC_ID
    assert (facts.name, facts.id_number) == (PersonName("某某"), IdNumber(number))
    for secret in (NAME, ENGLISH, NUMBERS[kind], ADDRESS):
        assert secret.encode("utf-16-le") not in frame
    assert b"\xa5\xa5" not in frame and b"\x5a\x5a" not in frame


@pytest.mark.parametrize(
    "body",
    [
        b"\x00\x00\x90" + NAME.encode("utf-16-le") * 8,
        reading(" ")[:-1],
        b"\x00\x00\x90\x00",
    ],
)
def test_an_answer_that_does_not_add_up_is_zeros(body: bytes) -> None:
    """Lengths that are wrong may put a name anywhere: nothing but the status is kept."""
    assert recorded(body) == framed(body[:3] + bytes(len(body) - 3))


def test_the_cards_own_serial_is_zeros_and_the_modules_number_stays() -> None:
    """What tells the card from others goes, what tells the reader from others is its identity."""
    codec = SamVCodec()
    codec.feed(TO_DEVICE, request(Command.SELECT_CARD))
    (card,) = codec.feed(TO_KIOSK, framed(b"\x00\x00\x90" + b"\x77" * 8))
    assert card.data == framed(b"\x00\x00\x90" + bytes(8))
    codec.feed(TO_DEVICE, request(Command.SAM_ID))
    number = struct.pack("<HHIII", 5, 1, 20200101, 12345, 67890)
    (module,) = codec.feed(TO_KIOSK, framed(b"\x00\x00\x90" + number))
    assert module.data == framed(b"\x00\x00\x90" + number)
    assert codec.identity == {"module": "05.01-20200101-0000012345-0000067890"}


def test_torn_and_spoilt_frames_leave_their_length() -> None:
    """Half a reading may hold a name: it is counted, and the frame after it is read."""
    codec = SamVCodec()
    spoilt = framed(reading(" "))[:-1] + b"\xee"
    good = framed(b"\x00\x00\x80")
    messages = [
        one for byte in spoilt + good for one in codec.feed(TO_KIOSK, bytes([byte]))
    ] + codec.flush()
    assert [one.note for one in messages if not is_noise(one)] == ["NO_CARD, 0 bytes"]
    assert sum(len(one.data) for one in messages if is_noise(one)) == len(spoilt)
    assert not any(any(one.data) for one in messages if is_noise(one))


def test_a_card_may_be_looked_for_more_or_less_often() -> None:
    """Only looking for a card is asked idly; selecting and reading are steps of a reading."""
    codec = SamVCodec()
    asked = [codec.feed(TO_DEVICE, request(command))[0] for command in Command]
    idle = [one.note for one in asked if codec.may_repeat(one)]
    assert idle == ["FIND_CARD"]


def test_a_receipt_keeps_its_layout_and_nothing_else() -> None:
    """Characters of the same width, commands as they were, no symbol, no picture."""
    codec = EscposCodec()
    name = NAME.encode("gb18030")
    symbol = b"\x1d(k" + (3 + 10).to_bytes(2, "little") + b"\x31\x50\x30" + b"K0123-7KQ4"
    picture = b"\x1dv0\x00" + b"\x01\x00\x08\x00" + b"\xf0" * 8
    sent = b"\x1b@\x1c&" + name + b" 1400.00\n" + symbol + b"\n" + picture + b"\x1dV\x00"
    messages = codec.feed(TO_DEVICE, sent) + codec.flush()
    kept = b"".join(one.data for one in messages)
    assert len(kept) == len(sent)
    assert kept.startswith(b"\x1b@\x1c&" + "某某某某".encode("gb18030") + b" 1111X11\n")
    assert name not in kept and b"K0123" not in kept and b"\xf0" not in kept
    assert kept.endswith(b"\x1dV\x00")


def test_questions_stand_alone_and_are_recognised() -> None:
    """A question in the middle of a line is a message of its own; print between does not count."""
    codec = EscposCodec()
    messages = codec.feed(TO_DEVICE, b"total\x10\x04\x02 due\n\x1dr\x01")
    assert [one.note for one in messages] == ["DLE EOT 2", "9 characters, LF", "GS r"]
    assert [codec.is_hint(one) for one in messages] == [False, True, False]
    assert codec.same(messages[0], messages[0]) and not codec.same(messages[0], messages[2])
    (status,) = codec.feed(TO_KIOSK, b"\x12")
    assert (status.data, status.note) == (b"\x12", "status 00010010")
