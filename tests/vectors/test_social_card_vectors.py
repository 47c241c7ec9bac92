"""Bytes of the social security card (facts/card-and-id-readers.md), apart from any simulator."""

from datetime import date

import pytest

from kiosk_bench.devices.card_key import card_key, internal_authenticate
from kioskd.domain.secret import CardPin
from kioskd.errors import CardUnreadable
from kioskd.protocols import social_card
from kioskd.protocols.iso7816 import Exchange, Record, Response, Status, parse_atr, parse_record
from kioskd.protocols.social_card import EF05, EF06, Item, decode_facts, item_value

RANDOMS = bytes.fromhex("11223344556677880102030405060708")
EF05_ANSWERS = {
    Item.CODE: "0110 000000D15600000500000001FFFFFFFE 9000",
    Item.VERSION: "0304 332E3030 9000",
    Item.ISSUED: "0504 20200131 9000",
    Item.EXPIRES: "0604 20400131 9000",
    Item.NUMBER: "0709 583030303030303139 9000",
}
EF06_ANSWERS = {
    Item.ID_NUMBER: "0812 303030303030313930303031303130303137 9000",
    Item.NAME: "091E D5C5B2E2CAD4" + "00" * 24 + "9000",
    Item.NAME_EXTENSION: "4E14" + "00" * 20 + "9000",
}


def test_commands_are_those_of_the_command_table() -> None:
    """SELECT, READ RECORD, INTERNAL AUTHENTICATE have the bytes of facts 1.1."""
    assert social_card.select_application().encode() == bytes.fromhex(
        "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
    )
    assert social_card.select_file(EF05).encode() == bytes.fromhex("00A4020002EF05")
    assert social_card.select_file(EF06, p1=0).encode() == bytes.fromhex("00A4000002EF06")
    assert social_card.read_by_tag(Item.NUMBER).encode() == bytes.fromhex("00B2070000")
    assert social_card.read_by_number(Item.NAME).encode() == bytes.fromhex("00B2020400")
    assert social_card.internal_authenticate(RANDOMS).encode() == (
        bytes.fromhex("0088000010") + RANDOMS
    )


def test_pin_is_packed_bcd() -> None:
    """Six digits become three bytes without padding: 123456 is 12 34 56 (facts 1.1)."""
    assert social_card.verify_pin(CardPin("123456")) == bytes.fromhex("0020000003123456")


def test_change_pin_has_the_bytes_of_the_table() -> None:
    """80 5E 01 00, the length, the old PIN, FF, the new one, both in BCD (facts 1.1)."""
    assert social_card.change_pin(CardPin("123456"), CardPin("908172")) == bytes.fromhex(
        "805E010007123456FF908172"
    )


@pytest.mark.parametrize(
    ("sw", "tries"), [("9000", None), ("63C5", 5), ("63C1", 1), ("63C0", 0), ("6983", 0)]
)
def test_answers_to_a_pin(sw: str, tries: int | None) -> None:
    """9000 is right, 63Cx says how many tries are left, 6983 that there are none (facts 1.6)."""
    assert social_card.pin_tries_left(Response.parse(bytes.fromhex(sw))) == tries


@pytest.mark.parametrize("sw", ["6700", "6982", "6A80", "6D00", "6E00", "9303"])
def test_any_other_answer_to_a_pin_is_neither(sw: str) -> None:
    """A card that cannot do it is not taken for one with a wrong PIN."""
    with pytest.raises(CardUnreadable):
        social_card.pin_tries_left(Response.parse(bytes.fromhex(sw)))


def test_61xx_is_fetched_with_get_response() -> None:
    """SELECT SSSE answered 61 1E is followed by 00 C0 00 00 1E (facts 1.6)."""
    exchange = Exchange(social_card.select_application())
    exchange.receive(bytes.fromhex("611E"))
    assert exchange.next_command() == bytes.fromhex("00C000001E")
    exchange.receive(bytes(30) + bytes.fromhex("9000"))
    assert exchange.response == Response(bytes(30), 0x9000)


def test_6cxx_is_asked_again_with_the_length() -> None:
    """READ RECORD with Le 00 answered 6C 0B is sent again with Le 0B (facts 1.2)."""
    exchange = Exchange(social_card.read_by_tag(Item.NUMBER))
    exchange.receive(bytes.fromhex("6C0B"))
    assert exchange.next_command() == bytes.fromhex("00B207000B")
    exchange.receive(bytes.fromhex(EF05_ANSWERS[Item.NUMBER]))
    assert exchange.response is not None and exchange.response.status is Status.OK


def test_records_of_both_files_decode() -> None:
    """The answers of EF05 and EF06 give code, number, version, dates, ID number and name."""
    answers = EF05_ANSWERS | EF06_ANSWERS
    values = {
        item: item_value(item, Response.parse(bytes.fromhex(answer)))
        for item, answer in answers.items()
    }
    facts = decode_facts(values, bytes(13))
    assert facts.code.reveal() == "000000D15600000500000001FFFFFFFE"
    assert facts.number.reveal() == "X00000019"
    assert facts.version == "3.00"
    assert (facts.issued, facts.expires) == (date(2020, 1, 31), date(2040, 1, 31))
    assert facts.id_number.reveal() == "000000190001010017"
    assert facts.name.reveal() == "张测试"


def test_version_record_has_the_published_form() -> None:
    """Tag, length, value: 03 04 33 2E 30 30 is version 3.00 (facts 1.2)."""
    assert parse_record(bytes.fromhex("0304332E3030"), "version") == Record(0x03, b"3.00")
    assert Record(0x03, b"3.00").encode() == bytes.fromhex("0304332E3030")


def test_atr_has_thirteen_historical_bytes() -> None:
    """3B 6D 00 00 and 13 historical bytes, T=0, without check byte (facts 1.8)."""
    history = bytes.fromhex("00815431008660110816000001")
    atr = parse_atr(bytes.fromhex("3B6D0000") + history)
    assert atr.history == history
    assert atr.protocols == (0,)


def test_atr_with_a_protocol_chain_and_check_byte() -> None:
    """TD1 and TD2 offer T=0 and T=1, so TCK closes the ATR (ISO 7816-3 8.2)."""
    body = bytes.fromhex("3B828001AABB")
    check = 0x82 ^ 0x80 ^ 0x01 ^ 0xAA ^ 0xBB
    atr = parse_atr(body + bytes([check]))
    assert atr.protocols == (0, 1)
    assert atr.history == bytes.fromhex("AABB")


@pytest.mark.parametrize(
    ("word", "left"), [(0x63C2, 2), (0x63C0, 0), (0x6983, 0), (0x9000, None), (0x6300, None)]
)
def test_tries_left(word: int, left: int | None) -> None:
    """63Cx tells the tries left, 6983 is none left, other words tell nothing (facts 1.6)."""
    assert Response(b"", word).tries_left == left


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("00" * 16, "6BB4AF7B7EFE5194"),
        ("00112233445566778899AABBCCDDEEFF", "EDC04656487FEAFE"),
    ],
)
def test_internal_authenticate_in_des_form(key: str, answer: str) -> None:
    """The DES form gives the vectors computed for facts 1.10."""
    assert internal_authenticate(bytes.fromhex(key), RANDOMS) == bytes.fromhex(answer)


def test_card_key_depends_on_city_and_serial_only() -> None:
    """Level 1 takes the area, level 2 the last 8 bytes of the ATR's history (facts 1.10)."""
    master, code = bytes(range(16)), "000000D15600000500000001FFFFFFFE"
    key = card_key(master, bytes(5) + b"SERIAL-1", code)
    assert len(key) == 16
    assert card_key(master, b"\xff" * 5 + b"SERIAL-1", code[:6] + "0" * 26) == key
    assert card_key(master, bytes(5) + b"SERIAL-2", code) != key
    assert card_key(master, bytes(5) + b"SERIAL-1", "111111" + code[6:]) != key
