"""The SAM_V deframer and what it refuses."""

import pytest

from kioskd.errors import ProtocolViolation
from kioskd.protocols.sam_v import Answer, AnswerReader, Status, sam_id, text_block

NO_CARD = bytes.fromhex("AAAAAA9669 0004 000080 84")
OK = bytes.fromhex("AAAAAA9669 0004 000090 94")


def test_more_bytes_are_awaited() -> None:
    """A frame in pieces gives nothing until its last byte is there."""
    reader = AnswerReader()
    for byte in NO_CARD[:-1]:
        reader.receive(bytes([byte]))
        assert reader.next_answer() is None
    reader.receive(NO_CARD[-1:])
    assert reader.next_answer() == Answer(Status.NO_CARD)


def test_noise_and_an_extra_preamble_byte_are_passed_over() -> None:
    """Rubbish and a fourth AA before a frame do not hide it."""
    reader = AnswerReader()
    reader.receive(b"\x00\xaa\xaa\x96" + b"\xaa" + NO_CARD)
    assert reader.next_answer() == Answer(Status.NO_CARD)


@pytest.mark.parametrize("length", [0, 3, 0x090B, 0xFFFF])
def test_an_impossible_length_is_passed_over(length: int) -> None:
    """A preamble with a length no answer has does not swallow the frame behind it."""
    reader = AnswerReader()
    reader.receive(NO_CARD[:5] + length.to_bytes(2, "big") + OK)
    assert reader.next_answer() == Answer(Status.OK)


def test_a_wrong_checksum_is_reported_once() -> None:
    """A ruined frame raises, and the frame after it is read."""
    reader = AnswerReader()
    reader.receive(NO_CARD[:-1] + b"\x00" + OK)
    with pytest.raises(ProtocolViolation):
        reader.next_answer()
    assert reader.next_answer() == Answer(Status.OK)
    assert reader.next_answer() is None


def test_a_torn_frame_does_not_swallow_its_successor() -> None:
    """After a frame that lost its end, the next whole frame is found inside it."""
    reader = AnswerReader()
    torn = bytes.fromhex("AAAAAA9669 0014 000090 0500 0100")
    reader.receive(torn + OK)
    assert reader.next_answer() is None
    reader.receive(NO_CARD)
    with pytest.raises(ProtocolViolation):
        reader.next_answer()
    assert [reader.next_answer(), reader.next_answer()] == [
        Answer(Status.OK),
        Answer(Status.NO_CARD),
    ]


def test_the_data_of_an_answer_stays_out_of_its_text() -> None:
    """What was read from a card does not get into logs by way of repr."""
    assert "5F20" not in repr(Answer(0x90, "张三".encode("utf-16-le"))).upper()
    assert "data" not in repr(Answer(0x90, b"x"))


@pytest.mark.parametrize("answer", [Answer(0x60), Answer(0x90, bytes(15))])
def test_no_module_number(answer: Answer) -> None:
    """A refusal or a wrong length is not taken for a module number."""
    with pytest.raises(ProtocolViolation):
        sam_id(answer)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(0x41),
        Answer(0x90),
        Answer(0x90, bytes.fromhex("0100 0400") + bytes(256 + 1023)),
        Answer(0x90, bytes.fromhex("0200 0400") + bytes(512 + 1024)),
        Answer(0x90, bytes.fromhex("0100 0400 0200") + bytes(256 + 1024 + 511)),
    ],
)
def test_no_text(answer: Answer) -> None:
    """A reading whose lengths do not add up is refused."""
    with pytest.raises(ProtocolViolation):
        text_block(answer)
