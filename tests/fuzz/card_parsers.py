"""Everything that reads what cards, their readers and the receipt printer say."""

from datetime import date

from kioskd.errors import CardNotAccepted, CardUnreadable, ProtocolViolation
from kioskd.protocols import escpos_status as printer
from kioskd.protocols.iso7816 import MAX_TURNS, Exchange, Response, parse_atr, parse_record
from kioskd.protocols.sam_v import (
    LONGEST_LEN,
    PREAMBLE,
    AnswerReader,
    Status,
    sam_id,
    text_block,
)
from kioskd.protocols.sam_v_cards import facts_of
from kioskd.protocols.social_card import (
    Item,
    authentication_answer,
    check_application,
    decode_facts,
    item_value,
    pin_tries_left,
    select_application,
)
from tests.fuzz.corpus import hex_in
from tests.fuzz.harness import Parser

TODAY = date(2026, 11, 22)
CARD = (CardUnreadable, CardNotAccepted)
BROKEN = (ProtocolViolation,)
OK = b"\x90\x00"
RECORDS = {
    Item.CODE: "0110 000000D15600000500000001FFFFFFFE",
    Item.VERSION: "0304 332E3030",
    Item.ISSUED: "0504 20200131",
    Item.EXPIRES: "0604 20400131",
    Item.NUMBER: "0709 583030303030303139",
    Item.ID_NUMBER: "0812 303030303030313930303031303130303137",
    Item.NAME: "091E D5C5B2E2CAD4" + "00" * 24,
    Item.NAME_EXTENSION: "4E14" + "00" * 20,
}
"""As in ``tests/vectors/test_social_card_vectors.py``, in the order of ``Item``."""
ANSWERS = tuple(bytes.fromhex(RECORDS[item]) + OK for item in Item)
APART = b"\xee\xee"
"""Between two answers in one input."""
ATR = bytes.fromhex("3B6D00000000D156000005" + "00" * 6)


def card_block(number: str, kind: str, names: dict[int, str]) -> bytes:
    """Return the text block of a resident's card, or of one of the permits."""
    block = bytearray(" ".encode("utf-16-le") * 128)
    cells = names | {122: number, 188: "20200101", 204: "20300101", 248: kind}
    for offset, text in cells.items():
        data = text.encode("utf-16-le")
        block[offset : offset + len(data)] = data
    return bytes(block)


def framed(body: bytes) -> bytes:
    """Return an answer of a SAM_V reader."""
    counted = (len(body) + 1).to_bytes(2, "big") + body
    total = 0
    for byte in counted:
        total ^= byte
    return PREAMBLE + counted + bytes([total])


BLOCKS = (
    card_block("000000190001010025", " ", {0: "张三丰"}),
    card_block("900000180001010010", "Y", {52: "SAMPLE EXAMPLE"}),
    card_block("ZZZ000000000000", "I", {0: "SAMPLE, ALICE", 158: "样例爱丽"}),
)
READINGS = tuple(framed(b"\0\0\x90" + (256).to_bytes(2, "big") + bytes(2) + it) for it in BLOCKS)
READER_ANSWERS = (
    *(framed(bytes.fromhex(it)) for it in ("000090", "00009F00000000", "000080", "000041")),
    framed(b"\0\0\x90" + bytes(range(16))),
    *READINGS,
)


def check_response(data: bytes) -> None:
    response = Response.parse(data)
    assert response.data + bytes([data[-2], data[-1]]) == data
    for judge in (check_application, authentication_answer, pin_tries_left):
        judge(response)


def check_exchange(data: bytes) -> None:
    """A card cannot hold the kiosk in a loop, nor make it hoard."""
    exchange = Exchange(select_application())
    for turn, answer in enumerate(data.split(APART)):
        if exchange.response is not None:
            break
        assert turn < MAX_TURNS
        exchange.next_command()
        exchange.receive(answer)


def check_record(data: bytes) -> None:
    record = parse_record(data, "record")
    assert parse_record(record.encode(), "record") == record


def check_item(data: bytes) -> None:
    item = tuple(Item)[data[0] % len(Item)] if data else Item.NUMBER
    item_value(item, Response.parse(data[1:]))


def check_card(data: bytes) -> None:
    """All items of a card, one after the other."""
    answers = data.split(APART) + [b""] * len(Item)
    values = {
        item: item_value(item, Response.parse(answer))
        for item, answer in zip(Item, answers, strict=False)
    }
    facts = decode_facts(values, ATR[-13:])
    assert facts.name.reveal() and len(facts.number.reveal()) == 9


def check_reader(data: bytes) -> None:
    """Answers come apart the same however they are torn, and a closed stream ends the search."""
    reader, answers = AnswerReader(), 0
    for at in range(0, len(data), 13):
        reader.receive(data[at : at + 13])
        while (answer := _next(reader)) is not None:
            answers += answer != ()
        assert len(reader._buffer) <= LONGEST_LEN + 64
    assert answers <= len(data)


def _next(reader: AnswerReader) -> object:
    try:
        return reader.next_answer()
    except ProtocolViolation:
        return ()


def check_reading(data: bytes) -> None:
    reader = AnswerReader()
    reader.receive(data)
    while (answer := reader.next_answer()) is not None:
        if len(answer.data) == 16:
            sam_id(answer)
        elif answer.data or answer.status == Status.OK:
            facts_of(text_block(answer), TODAY)


def check_block(data: bytes) -> None:
    facts = facts_of(data, TODAY)
    assert facts.name.reveal() and facts.id_number.reveal()


def check_printer(data: bytes) -> None:
    """Each byte is an answer at once, in turn, or a violation; two make the state of the paper."""
    for byte in data:
        assert not (printer.is_answer_at_once(byte) and printer.is_answer_in_turn(byte))
        if printer.is_answer_at_once(byte):
            printer.PrinterStatus.of(byte)
    if len(data) >= 2:
        printer.paper_state(data[0], data[1])


CARD_PARSERS = (
    Parser("iso7816.Response", check_response, CARD, (bytes(8) + OK,)),
    Parser("iso7816.Exchange", check_exchange, CARD, (b"\x61\x1e" + APART + ANSWERS[0],)),
    Parser("iso7816.parse_record", check_record, CARD, tuple(it[:-2] for it in ANSWERS)),
    Parser("iso7816.parse_atr", parse_atr, CARD, (ATR,)),
    Parser(
        "social_card.item_value",
        check_item,
        CARD,
        tuple(bytes([number]) + answer for number, answer in enumerate(ANSWERS)),
    ),
    Parser("social_card.decode_facts", check_card, CARD, (APART.join(ANSWERS),)),
    Parser(
        "sam_v.AnswerReader", check_reader, (), (*READER_ANSWERS, *hex_in("test_sam_v_vectors.py"))
    ),
    Parser("sam_v.text_block", check_reading, BROKEN, (*READER_ANSWERS[4:], framed(b"\0\0\x80"))),
    Parser("sam_v_cards.facts_of", check_block, BROKEN, BLOCKS),
    Parser("escpos_status", check_printer, BROKEN, (b"\x12\x12", b"\x16\x1e")),
)
