"""Frames of a SAM_V resident ID reader, byte by byte as published; no simulator takes part.

Frames come from makers' protocol pages and independent implementations that agree; the checksums
were recomputed. The module number and the cards are synthetic.
"""

from datetime import date

import pytest

from kioskd.domain.person import IdCardKind
from kioskd.errors import ProtocolViolation
from kioskd.protocols.sam_v import (
    Answer,
    AnswerReader,
    Command,
    Status,
    request,
    sam_id,
    text_block,
)
from kioskd.protocols.sam_v_cards import facts_of

TODAY = date(2026, 11, 22)
PREAMBLE = "AA AA AA 96 69 "


def answer_to(frame: str) -> Answer | None:
    reader = AnswerReader()
    reader.receive(bytes.fromhex(frame))
    return reader.next_answer()


@pytest.mark.parametrize(
    ("command", "frame"),
    [
        (Command.RESET_SAM, "00 03 10 FF EC"),
        (Command.SAM_STATUS, "00 03 11 FF ED"),
        (Command.SAM_ID, "00 03 12 FF EE"),
        (Command.FIND_CARD, "00 03 20 01 22"),
        (Command.SELECT_CARD, "00 03 20 02 21"),
        (Command.READ_TEXT_AND_PHOTO, "00 03 30 01 32"),
        (Command.READ_NEWEST_ADDRESS, "00 03 30 03 30"),
        (Command.READ_WITH_FINGERPRINT, "00 03 30 10 23"),
    ],
)
def test_request_frames(command: Command, frame: str) -> None:
    """Each question is the published frame."""
    assert request(command) == bytes.fromhex(PREAMBLE + frame)


@pytest.mark.parametrize(
    ("frame", "answer"),
    [
        ("00 04 00 00 90 94", Answer(Status.OK)),
        ("00 08 00 00 9F 00 00 00 00 97", Answer(Status.CARD_FOUND, bytes(4))),
        ("00 04 00 00 80 84", Answer(Status.NO_CARD)),
        ("00 0C 00 00 90 00 00 00 00 00 00 00 00 9C", Answer(Status.OK, bytes(8))),
        ("00 04 00 00 81 85", Answer(Status.SELECT_FAILED)),
        ("00 04 00 00 41 45", Answer(Status.READ_FAILED)),
        ("00 04 00 00 60 64", Answer(Status.SELF_TEST_FAILED)),
        ("00 04 00 00 91 95", Answer(Status.ITEM_ABSENT)),
    ],
)
def test_answer_frames(frame: str, answer: Answer) -> None:
    """Each published answer is understood; SW3 decides."""
    assert answer_to(PREAMBLE + frame) == answer


def test_a_card_found_with_a_serial_of_its_own_is_found() -> None:
    """Readers that report a real IIN instead of zeros are understood by SW3 alone."""
    answer = answer_to(PREAMBLE + "00 08 00 00 9F 01 02 03 04 93")
    assert answer is not None and answer.status == Status.CARD_FOUND


def test_module_number() -> None:
    """The synthetic module number is written as it is registered."""
    frame = "0014 000090 0500 0100 A53A3401 39300000 32090100 19"
    answer = answer_to("AAAAAA9669" + frame)
    assert answer is not None
    assert sam_id(answer) == "05.01-20200101-0000012345-0000067890"


@pytest.mark.parametrize(
    ("fingerprints", "whole"), [(None, 1295), (0, 1297), (512, 1809), (1024, 2321)]
)
def test_reading_lengths(fingerprints: int | None, whole: int) -> None:
    """Readings have the published lengths and their text is the 256 bytes after the header."""
    text = bytes(range(256))
    header = bytes.fromhex("0100 0400")
    if fingerprints is not None:
        header += fingerprints.to_bytes(2, "big")
    data = header + text + bytes(1024) + bytes(fingerprints or 0)
    counted = (len(data) + 4).to_bytes(2, "big") + bytes([0, 0, 0x90]) + data
    check = 0
    for byte in counted:
        check ^= byte
    frame = bytes.fromhex(PREAMBLE) + counted + bytes([check])
    assert len(frame) == whole
    answer = answer_to(frame.hex())
    assert answer is not None and text_block(answer) == text


def laid_out(*fields: tuple[int, int, str]) -> bytes:
    """Return a text block with these fields: offset and length in bytes, text."""
    block = bytearray(" ".encode("utf-16-le") * 128)
    for offset, length, text in fields:
        assert len(text) * 2 <= length
        block[offset : offset + len(text) * 2] = text.encode("utf-16-le")
    return bytes(block)


def test_resident_card() -> None:
    """A resident's card: name at 0, number at 122, validity at 188 and 204, long-term as 长期."""
    facts = facts_of(
        laid_out(
            (0, 30, "张三丰"),
            (30, 2, "2"),
            (32, 4, "01"),
            (36, 16, "19000101"),
            (122, 36, "000000190001010025"),
            (188, 16, "20200101"),
            (204, 16, "长期"),
        ),
        TODAY,
    )
    assert facts.kind is IdCardKind.RESIDENT
    assert facts.name.reveal() == "张三丰"
    assert facts.id_number.reveal() == "000000190001010025"
    assert (facts.valid_from, facts.valid_until) == (date(2020, 1, 1), None)


def test_residence_permit() -> None:
    """A permit for Hong Kong, Macao and Taiwan: flag J at 248, number in area 81."""
    facts = facts_of(
        laid_out(
            (0, 30, "欧阳样例"),
            (122, 36, "810000180001010019"),
            (188, 16, "20210315"),
            (204, 16, "20260315"),
            (220, 18, "H00000000"),
            (248, 2, "J"),
        ),
        TODAY,
    )
    assert facts.kind is IdCardKind.RESIDENCE_PERMIT
    assert facts.id_number.reveal() == "810000180001010019"
    assert facts.valid_until == date(2026, 3, 15)


def test_foreigner_card_of_2017() -> None:
    """A 2017 card: number of 15 characters at 122, unchecked; the Chinese name at 158."""
    fields = (
        (0, 120, "SAMPLE, ALICE EXAMPLE"),
        (122, 30, "ZZZ000000000000"),
        (152, 6, "ZZZ"),
        (188, 16, "20180101"),
        (204, 16, "20280101"),
        (248, 2, "I"),
    )
    facts = facts_of(laid_out(*fields, (158, 30, "样例爱丽")), TODAY)
    assert facts.kind is IdCardKind.FOREIGNER_2017
    assert facts.id_number.reveal() == "ZZZ000000000000"
    assert facts.name.reveal() == "样例爱丽"
    assert facts_of(laid_out(*fields), TODAY).name.reveal() == "SAMPLE, ALICE EXAMPLE"


def test_foreigner_card_of_2023() -> None:
    """A 2023 card: 18 digits from 9; a long English name runs on at 220 with its spaces."""
    name = "SAMPLE EXAMPLE WITH A VERY LONG NAME THAT GOES"
    assert len(name) == 46
    facts = facts_of(
        laid_out(
            (52, 70, name[:35]),
            (122, 36, "900000180001010010"),
            (188, 16, "20240101"),
            (204, 16, "20340101"),
            (220, 22, name[35:]),
            (242, 6, "ZZZ"),
            (248, 2, "Y"),
        ),
        TODAY,
    )
    assert facts.kind is IdCardKind.FOREIGNER_2023
    assert facts.name.reveal() == name


@pytest.mark.parametrize(
    "fields",
    [
        ((122, 36, "000000190001010026"),),
        ((122, 36, "000000203001010018"),),
        ((0, 30, "               "),),
        ((248, 2, "Q"),),
        ((204, 16, "20200231"),),
        ((204, 16, "        "),),
        ((188, 16, "２０２００１０１"),),
        ((0, 30, "张\x1b三"),),
    ],
    ids=["check", "future", "no name", "kind", "no day", "no end", "full width", "control"],
)
def test_nonsense_on_a_card(fields: tuple[tuple[int, int, str], ...]) -> None:
    """A block with one field that cannot be is the reader's or the card's fault, never a login."""
    good = (
        (0, 30, "张三丰"),
        (122, 36, "000000190001010025"),
        (188, 16, "20200101"),
        (204, 16, "长期"),
    )
    assert facts_of(laid_out(*good), TODAY)
    with pytest.raises(ProtocolViolation):
        facts_of(laid_out(*good, *fields), TODAY)
