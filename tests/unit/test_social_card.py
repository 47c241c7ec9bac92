"""What kioskd makes of a social security card's answers: refusals, damage, names, dates."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from kioskd.domain.person import SocialCardFacts
from kioskd.domain.secret import CardPin
from kioskd.errors import CardError, CardNotAccepted, CardRejection, CardUnreadable
from kioskd.protocols import social_card
from kioskd.protocols.iso7816 import Response
from kioskd.protocols.social_card import Item, decode_facts, item_value

VALUES = {
    Item.CODE: bytes.fromhex("000000D15600000500000001FFFFFFFE"),
    Item.VERSION: b"2.00",
    Item.ISSUED: bytes.fromhex("20200131"),
    Item.EXPIRES: bytes.fromhex("20400131"),
    Item.NUMBER: b"X00000019",
    Item.ID_NUMBER: b"000000190001010017",
    Item.NAME: "张测试".encode("gb18030").ljust(30, b"\x00"),
    Item.NAME_EXTENSION: bytes(20),
}


def decode(changes: dict[Item, bytes] | None = None) -> SocialCardFacts:
    return decode_facts(VALUES | (changes or {}), bytes(13))


def refusal(call: Callable[[], object]) -> CardRejection:
    with pytest.raises(CardNotAccepted) as caught:
        call()
    return caught.value.reason


def unreadable(call: Callable[[], object]) -> str:
    with pytest.raises(CardUnreadable) as caught:
        call()
    return caught.value.item


@pytest.mark.parametrize("filler", [b"\xff", b"\x00", b" "])
@pytest.mark.parametrize("item", [Item.CODE, Item.NUMBER, Item.ID_NUMBER, Item.NAME])
def test_filler_in_a_required_item_is_a_blank_card(item: Item, filler: bytes) -> None:
    """FF, 00 or spaces where code, number, ID number or name belong: never personalised."""
    assert refusal(lambda: decode({item: filler * len(VALUES[item])})) is CardRejection.BLANK


@pytest.mark.parametrize(
    ("item", "value"),
    [
        (Item.CODE, b"\x11" * 15),
        (Item.NUMBER, b"X\x7f0000019"),
        (Item.ID_NUMBER, b"00000019000101001"),
        (Item.EXPIRES, bytes.fromhex("20401331")),
        (Item.ISSUED, bytes.fromhex("2020A131")),
        (Item.ISSUED, bytes.fromhex("202001")),
        (Item.NAME, b"\xd5" + b"\x00" * 29),
        (Item.NAME, b"\x1b[2J" + b"\x00" * 26),
    ],
)
def test_damaged_item_is_named(item: Item, value: bytes) -> None:
    """A value that breaks its coding is CardUnreadable with the item, not a guess."""
    assert unreadable(lambda: decode({item: value})) == item.title


def test_decoding_error_carries_nothing_of_the_name() -> None:
    """The error for a bad name has no foreign cause, which would hold the name's bytes."""
    with pytest.raises(CardUnreadable) as caught:
        decode({Item.NAME: "张测".encode("gb18030") + b"\xff\x01"})
    assert caught.value.__suppress_context__


def test_name_beyond_the_bmp() -> None:
    """𠮷, four bytes in GB18030, survives, also across the border of the two name records."""
    whole = ("测" * 14 + "𠮷𠮷").encode("gb18030")
    facts = decode({Item.NAME: whole[:30], Item.NAME_EXTENSION: whole[30:].ljust(20, b"\x00")})
    assert facts.name.reveal() == "测" * 14 + "𠮷𠮷"


def test_lower_case_check_character_is_raised() -> None:
    """An x at the end of the ID number is the check character X."""
    number = b"00000019700101006x"
    assert decode({Item.ID_NUMBER: number}).id_number.reveal() == "00000019700101006X"


def test_optional_items_may_be_missing() -> None:
    """6A83 and 6A88 for 4E, version or dates are an empty item; decoding carries on."""
    assert item_value(Item.NAME_EXTENSION, Response(b"", 0x6A83)) == b""
    assert item_value(Item.VERSION, Response(b"", 0x6A88)) == b""
    facts = decode({Item.NAME_EXTENSION: b"", Item.VERSION: b"", Item.EXPIRES: b"\xff" * 4})
    assert (facts.name.reveal(), facts.version, facts.expires) == ("张测试", "", None)


def test_required_item_must_be_there() -> None:
    """6A83 for the ID number is CardUnreadable with the item."""
    assert unreadable(lambda: item_value(Item.ID_NUMBER, Response(b"", 0x6A83))) == "id_number"


@pytest.mark.parametrize("data", ["", "09", "091E41", "080141", "09014102"])
def test_damaged_record_is_named(data: str) -> None:
    """No record, a length that does not fit, another item's tag, rubbish behind: unreadable."""
    response = Response(bytes.fromhex(data), 0x9000)
    assert unreadable(lambda: item_value(Item.NAME, response)) == "name"


@pytest.mark.parametrize("word", [0x6A82, 0x6A81, 0x6D00, 0x6E00, 0x6700, 0x6985])
def test_card_without_the_application_is_foreign(word: int) -> None:
    """A card that does not know SSSE, or SELECT, is not a social security card."""
    call = lambda: social_card.check_application(Response(b"", word))
    assert refusal(call) is CardRejection.FOREIGN


@pytest.mark.parametrize("word", [0x6581, 0x9303, 0x6F00, 0x0000])
def test_card_in_trouble_is_unreadable(word: int) -> None:
    """Memory failure, locked application or nonsense is not said to be a foreign card."""
    assert unreadable(lambda: social_card.check_application(Response(b"", word))) == "application"


def test_6982_needs_authentication() -> None:
    """6982 on a file, a record or the challenge: the card wants what this kiosk does not have."""
    locked = Response(b"", 0x6982)
    for call in (
        lambda: social_card.check_file(locked, social_card.EF06),
        lambda: item_value(Item.NAME, locked),
        lambda: social_card.authentication_answer(locked),
    ):
        assert refusal(call) is CardRejection.NEEDS_AUTHENTICATION


def test_card_without_a_key_is_a_clone() -> None:
    """A card that has no key to answer the challenge with is refused as cloned."""
    for word in (0x6D00, 0x6A88, 0x9403):
        response = Response(b"", word)
        call = lambda answer=response: social_card.authentication_answer(answer)
        assert refusal(call) is CardRejection.CLONED


def test_short_authentication_answer_is_unreadable() -> None:
    """Only eight bytes are an answer for the centre."""
    response = Response(bytes(7), 0x9000)
    assert unreadable(lambda: social_card.authentication_answer(response)) == "authentication"


def test_pin_answers() -> None:
    """9000 is right, 63Cx and 6983 give the tries left, anything else is no verdict."""
    assert social_card.pin_tries_left(Response(b"", 0x9000)) is None
    assert social_card.pin_tries_left(Response(b"", 0x63C1)) == 1
    assert social_card.pin_tries_left(Response(b"", 0x6983)) == 0
    with pytest.raises(CardError):
        social_card.pin_tries_left(Response(b"", 0x6300))


def test_pin_is_never_shown() -> None:
    """Neither the command's building nor the type lets the digits out as text."""
    assert "246810" not in f"{CardPin('246810')} {CardPin('246810')!r}"


def test_expiry_is_judged_for_a_given_day() -> None:
    """A card is good on its last day, expired on the next; without a last day it never expires."""
    facts = decode()
    assert not facts.is_expired(date(2040, 1, 31))
    assert facts.is_expired(date(2040, 2, 1))
    assert not replace(facts, expires=None).is_expired(date(2999, 1, 1))
