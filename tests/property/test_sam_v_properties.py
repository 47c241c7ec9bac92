"""What holds for any bytes on the line of a resident ID reader."""

import string
from contextlib import suppress
from datetime import date
from functools import reduce
from operator import xor

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk_bench.devices.id_card_layouts import IdCardPersona, text_block
from kioskd.domain.person import IdCardKind
from kioskd.errors import ProtocolViolation
from kioskd.protocols.sam_v import PREAMBLE, Answer, AnswerReader
from kioskd.protocols.sam_v_cards import facts_of

TODAY = date(2026, 11, 22)
NUMBERS = {
    " ": "000000190001010025",
    "J": "820000180001010010",
    "I": "ZZZ000000000000",
    "Y": "900000180001010010",
}


def framed(answer: Answer) -> bytes:
    counted = (len(answer.data) + 4).to_bytes(2, "big") + bytes([0, 0, answer.status])
    counted += answer.data
    return PREAMBLE + counted + bytes([reduce(xor, counted)])


def drained(reader: AnswerReader) -> list[Answer | None]:
    """Return everything the reader has; None stands for a ruined frame."""
    heard: list[Answer | None] = []
    while True:
        try:
            answer = reader.next_answer()
        except ProtocolViolation:
            heard.append(None)
            continue
        if answer is None:
            return heard
        heard.append(answer)


answers = st.builds(Answer, st.integers(0, 255), st.binary(max_size=40))
near_frames = st.lists(
    st.one_of(
        st.binary(max_size=12),
        st.just(PREAMBLE),
        answers.map(framed),
        answers.map(lambda answer: framed(answer)[:-3]),
    ),
    max_size=8,
).map(b"".join)


@settings(max_examples=100)
@given(near_frames)
def test_any_bytes_end_in_answers_or_violations(data: bytes) -> None:
    """Whatever comes, the reader neither hangs nor raises anything else, and then reads on."""
    reader = AnswerReader()
    reader.receive(data)
    drained(reader)
    reader.receive(bytes(2400))
    drained(reader)
    reader.receive(framed(Answer(0x80)))
    assert drained(reader)[-1] == Answer(0x80)


@settings(max_examples=100)
@given(near_frames)
def test_pieces_read_like_the_whole(data: bytes) -> None:
    """Byte by byte gives what the whole gives."""
    whole, pieces = AnswerReader(), AnswerReader()
    whole.receive(data)
    heard: list[Answer | None] = []
    for byte in data:
        pieces.receive(bytes([byte]))
        heard += drained(pieces)
    assert heard == drained(whole)


@settings(max_examples=100)
@given(st.lists(answers, max_size=5))
def test_every_sound_answer_is_read(sent: list[Answer]) -> None:
    """Sound frames back to back give exactly their answers."""
    reader = AnswerReader()
    reader.receive(b"".join(map(framed, sent)))
    assert drained(reader) == sent


@settings(max_examples=100)
@given(
    st.sampled_from(sorted(NUMBERS)),
    st.text("张王李赵𠮷龘欧阳样例·", min_size=1, max_size=7),
    st.text(string.ascii_uppercase, min_size=1, max_size=46),
    st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2099, 12, 31))),
)
def test_a_card_laid_out_by_the_bench_reads_back(
    kind: str, name: str, english: str, until: date | None
) -> None:
    """Two independent readings of the tables, the bench's and the kiosk's, agree."""
    persona = IdCardPersona(
        name,
        NUMBERS[kind],
        kind,
        english,
        valid_until=until.strftime("%Y%m%d") if until else "长期",
    )
    facts = facts_of(text_block(persona), TODAY)
    assert facts.kind is IdCardKind(kind)
    assert facts.name.reveal() == name
    assert facts.id_number.reveal() == NUMBERS[kind]
    assert facts.valid_until == until


@settings(max_examples=100)
@given(st.binary(min_size=256, max_size=256))
def test_any_block_is_read_or_refused(block: bytes) -> None:
    """No text block makes the parser raise anything but a violation."""
    with suppress(ProtocolViolation):
        facts_of(block, TODAY)
