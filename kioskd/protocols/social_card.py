"""The social security card (社会保障卡): its commands and what its records mean. Sans-IO.

Application SSSE with EF05 (issuer's data) and EF06 (holder's data), readable without PIN or key.
The bank application on the same chip is never selected. Source: facts/card-and-id-readers.md
1.1-1.8 (LD/T 32 command set). Items that kioskd has no need of (sex, nation, birthplace, photo,
fingerprint) are not read.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from kioskd.domain.card_pin import PIN_DIGITS
from kioskd.domain.person import SocialCardFacts
from kioskd.domain.secret import CardCode, CardNumber, CardPin, IdNumber, PersonName
from kioskd.errors import CardNotAccepted, CardRejection, CardUnreadable
from kioskd.protocols.iso7816 import Command, Response, Status, parse_record

SSSE = bytes.fromhex("7378312E73682EC9E7BBE1B1A3D5CF")
"""Application id: ``sx1.sh.社会保障`` in GBK."""
EF05, EF06 = 0xEF05, 0xEF06
CHALLENGE_LENGTH = 16
ANSWER_LENGTH = 8
_ID_NUMBER = re.compile(r"[0-9A-Z]{18}")
_CARD_NUMBER = re.compile(r"[0-9A-Z]{1,9}")
_VERSION = re.compile(r"[0-9.]{0,4}")
_FILLER = b"\x00\xff "
_MISSING = (Status.RECORD_NOT_FOUND, Status.REFERENCE_NOT_FOUND)
_WRONG_ADDRESSING = (Status.WRONG_P1_P2, Status.P1_P2_OUT_OF_RANGE, Status.NOT_SUPPORTED)
_NO_KEY = (
    Status.NOT_SUPPORTED,
    Status.FILE_NOT_FOUND,
    Status.REFERENCE_NOT_FOUND,
    Status.INSTRUCTION_UNKNOWN,
    Status.KEY_NOT_FOUND,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a data item lies: elementary file, item tag and record number (facts 1.3, 1.4)."""

    file: int
    tag: int
    record: int
    required: bool = True


class Item(Enum):
    """The data items that kioskd reads, in reading order."""

    CODE = Place(EF05, 0x01, 1)
    VERSION = Place(EF05, 0x03, 3, required=False)
    ISSUED = Place(EF05, 0x05, 5, required=False)
    EXPIRES = Place(EF05, 0x06, 6, required=False)
    NUMBER = Place(EF05, 0x07, 7)
    ID_NUMBER = Place(EF06, 0x08, 1)
    NAME = Place(EF06, 0x09, 2)
    NAME_EXTENSION = Place(EF06, 0x4E, 3, required=False)
    """Lacking on cards of version 1.0."""

    @property
    def place(self) -> Place:
        return self.value

    @property
    def title(self) -> str:
        """Return the name that CardUnreadable carries."""
        return self.name.lower()


def items_of(file: int) -> tuple[Item, ...]:
    """Return the items in one elementary file."""
    return tuple(item for item in Item if item.place.file == file)


def select_application() -> Command:
    """SELECT by application id; without Le, as T=0 wants it."""
    return Command(0x00, 0xA4, 0x04, 0x00, SSSE)


def select_file(file: int, p1: int = 0x02) -> Command:
    """SELECT an elementary file; cards in use take P1 02 or 00 (facts 1.1)."""
    return Command(0x00, 0xA4, p1, 0x00, file.to_bytes(2, "big"))


def read_by_tag(item: Item) -> Command:
    """READ RECORD of the selected file by data-item tag (P2 = 00, Le = 00)."""
    return Command(0x00, 0xB2, item.place.tag, 0x00, le=256)


def read_by_number(item: Item) -> Command:
    """READ RECORD of the selected file by record number (P2 = 04, Le = 00)."""
    return Command(0x00, 0xB2, item.place.record, 0x04, le=256)


def internal_authenticate(challenge: bytes) -> Command:
    """INTERNAL AUTHENTICATE with the 16 bytes that the centre chose (facts 1.1, 5)."""
    assert len(challenge) == CHALLENGE_LENGTH
    return Command(0x00, 0x88, 0x00, 0x00, challenge)


def verify_pin(pin: CardPin) -> bytearray:
    """Return the VERIFY command for six digits in BCD; the caller wipes it after use."""
    return bytearray(b"\x00\x20\x00\x00\x03") + _packed(pin)


def change_pin(old: CardPin, new: CardPin) -> bytearray:
    """Return the CHANGE PIN command (facts 1.1); the caller wipes it after use.

    The data is the old PIN, FF between, and the new one: a wrong old PIN costs a try.
    """
    data = _packed(old) + b"\xff" + _packed(new)
    return bytearray(b"\x80\x5e\x01\x00") + bytes([len(data)]) + data


def _packed(pin: CardPin) -> bytes:
    digits = pin.reveal()
    assert len(digits) == PIN_DIGITS and digits.isascii() and digits.isdigit()
    return bytes.fromhex(digits)


def check_application(response: Response) -> None:
    """Judge the answer to SELECT SSSE.

    Raises CardNotAccepted(FOREIGN) when the card has no such application or knows no such
    command, CardUnreadable when the card itself is in trouble.
    """
    if response.status is Status.OK:
        return
    if response.status is not Status.APPLICATION_LOCKED and response.sw >> 8 in range(0x67, 0x6F):
        raise CardNotAccepted(CardRejection.FOREIGN)
    raise CardUnreadable("application")


def check_file(response: Response, file: int) -> None:
    """Judge the answer to SELECT EF. Raises CardNotAccepted or CardUnreadable."""
    _refuse_if_locked(response)
    if response.status is not Status.OK:
        raise CardUnreadable(f"EF{file & 0xFF:02X}")


def wants_record_number(response: Response) -> bool:
    """Tell whether the card refused to look a record up by its tag."""
    return response.status in _WRONG_ADDRESSING


def item_value(item: Item, response: Response) -> bytes:
    """Return the value in the answer to READ RECORD; empty for an optional item not there.

    Raises CardNotAccepted(NEEDS_AUTHENTICATION) for 6982, CardUnreadable(item) for a record that
    is damaged, or required and missing or another item's.
    """
    _refuse_if_locked(response)
    if response.status in _MISSING and not item.place.required:
        return b""
    if response.status is not Status.OK:
        raise CardUnreadable(item.title)
    record = parse_record(response.data, item.title)
    if record.tag == item.place.tag:
        return record.value
    if item.place.required:
        raise CardUnreadable(item.title)
    return b""  # read by number where the item is lacking, so that another has its number


def authentication_answer(response: Response) -> bytes:
    """Return the card's raw 8 bytes for the centre.

    Raises CardNotAccepted(CLONED) when the card has no key to answer with, NEEDS_AUTHENTICATION
    for 6982, CardUnreadable for anything else.
    """
    _refuse_if_locked(response)
    if response.status in _NO_KEY:
        raise CardNotAccepted(CardRejection.CLONED)
    if response.status is not Status.OK or len(response.data) != ANSWER_LENGTH:
        raise CardUnreadable("authentication")
    return response.data


def pin_tries_left(response: Response) -> int | None:
    """Judge the answer to VERIFY or CHANGE PIN: None if the PIN is right, else the tries left.

    0 is blocked. Raises CardUnreadable("PIN") for an answer that says neither.
    """
    if response.status is Status.OK:
        return None
    if response.tries_left is None:
        raise CardUnreadable("PIN")
    return response.tries_left


def decode_facts(values: Mapping[Item, bytes], atr_history: bytes) -> SocialCardFacts:
    """Decode the items of EF05 and EF06.

    Raises CardNotAccepted(BLANK) when a required item is nothing but filler (a card that was
    never personalised), CardUnreadable(item) when an item does not follow its coding.
    """
    if any(item.place.required and not values[item].strip(_FILLER) for item in Item):
        raise CardNotAccepted(CardRejection.BLANK)
    return SocialCardFacts(
        code=CardCode(_code(values[Item.CODE])),
        number=CardNumber(_text(values, Item.NUMBER, _CARD_NUMBER)),
        version=_text(values, Item.VERSION, _VERSION),
        issued=_date(values, Item.ISSUED),
        expires=_date(values, Item.EXPIRES),
        atr_history=atr_history,
        id_number=IdNumber(_text(values, Item.ID_NUMBER, _ID_NUMBER)),
        name=PersonName(_name(values[Item.NAME], values[Item.NAME_EXTENSION])),
    )


def _refuse_if_locked(response: Response) -> None:
    if response.status is Status.SECURITY_CONDITION:
        raise CardNotAccepted(CardRejection.NEEDS_AUTHENTICATION)


def _code(value: bytes) -> str:
    if len(value) != 16:
        raise CardUnreadable(Item.CODE.title)
    return value.hex().upper()


def _text(values: Mapping[Item, bytes], item: Item, form: re.Pattern[str]) -> str:
    """Decode ``an``: ASCII, left-aligned, filled with 00 on the right."""
    text = values[item].strip(_FILLER).decode("ascii", "replace").upper()
    if form.fullmatch(text) is None:
        raise CardUnreadable(item.title)
    return text


def _date(values: Mapping[Item, bytes], item: Item) -> date | None:
    """Decode ``cn`` YYYYMMDD; filler and a lacking item are None."""
    value = values[item]
    if not value.strip(_FILLER):
        return None
    digits = value.hex()
    if len(digits) != 8 or not digits.isdigit():
        raise CardUnreadable(item.title)
    try:
        return date.fromisoformat(digits)
    except ValueError:
        raise CardUnreadable(item.title) from None


def _name(value: bytes, extension: bytes) -> str:
    # Joined as bytes: a character of four bytes may lie across the end of the first record.
    # FF and 00 never end a GB18030 character, nor does a space, so stripping cuts none.
    raw = value.rstrip(_FILLER) + extension.rstrip(_FILLER)
    try:
        name = raw.decode("gb18030").strip()
    except UnicodeDecodeError:
        # The foreign error carries the name itself.
        raise CardUnreadable(Item.NAME.title) from None
    if not name or any(unicodedata.category(character) == "Cc" for character in name):
        raise CardUnreadable(Item.NAME.title)
    return name
