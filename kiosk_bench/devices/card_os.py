"""The operating system of a simulated social security card: command in, answer out. No I/O.

Behaves as a T=0 card: data never comes with the first answer where the length was not given (61xx,
6Cxx; facts/card-and-id-readers.md 1.6, 1.7). Does not use kioskd's codec, so that the two check
each other.
"""

import secrets
from datetime import date

from kiosk_bench.devices.card_key import internal_authenticate
from kiosk_bench.devices.card_persona import CardPersona

AID = "sx1.sh.社会保障".encode("gbk")
FCI = bytes.fromhex("6F1C840F") + AID + bytes.fromhex("A5099F0C06010203040506")
EF05, EF06 = b"\xef\x05", b"\xef\x06"
OK = b"\x90\x00"
SELECT, READ_RECORD, GET_RESPONSE = 0xA4, 0xB2, 0xC0
GET_CHALLENGE, INTERNAL_AUTHENTICATE, VERIFY = 0x84, 0x88, 0x20
CHANGE_PIN, OWN_CLASS = 0x5E, 0x80
NAME_TAG, NAME_EXTENSION_TAG = 0x09, 0x4E
NAME_BYTES, NAME_EXTENSION_BYTES = 30, 20
Records = tuple[tuple[int, bytes], ...]


class CardOs:
    """One chip. Its PIN and the tries left for it outlive a reset, as on a real card."""

    def __init__(self, persona: CardPersona) -> None:
        self.persona = persona
        self.damaged_record = persona.name_is_damaged
        self._tries, self._pin = persona.pin_tries, persona.pin
        self._files = {EF05: _issuer_records(persona), EF06: _holder_records(persona)}
        self.reset()

    def reset(self) -> None:
        """Forget what was selected, verified and waiting."""
        self._application = False
        self._file: bytes | None = None
        self._waiting = b""

    @property
    def tries(self) -> int:
        """How many wrong PINs the chip still allows."""
        return self._tries

    def opens_with(self, pin: str) -> bool:
        """Tell whether this is the PIN now, without using up a try."""
        return pin == self._pin

    def answer(self, apdu: bytes) -> bytes:
        """Return data and status word for one command."""
        if len(apdu) < 4:
            return _sw(0x6700)
        ins, p1, p2, body = apdu[1], apdu[2], apdu[3], apdu[4:]
        if ins == GET_RESPONSE:
            return self._get_response(body)
        self._waiting = b""
        if ins == READ_RECORD:
            return self._read_record(p1, p2, body)
        if ins == GET_CHALLENGE:
            return secrets.token_bytes(body[0]) + OK if body == b"\x08" else _sw(0x6C08)
        if not body or len(body) != 1 + body[0]:
            return _sw(0x6700)
        if ins == CHANGE_PIN:
            return self._change_pin(apdu[0], p1, p2, body[1:])
        return self._take(ins, p1, body[1:])

    def _take(self, ins: int, p1: int, data: bytes) -> bytes:
        if ins == SELECT:
            return self._select(p1, data)
        if ins == INTERNAL_AUTHENTICATE:
            return self._internal_authenticate(data)
        if ins == VERIFY:
            return self._verify(data)
        return _sw(0x6D00)

    def _select(self, p1: int, data: bytes) -> bytes:
        if p1 == 0x04:
            self._application = self.persona.has_application and data == AID
            self._file = None
            return self._fetch_later(FCI) if self._application else _sw(0x6A82)
        if p1 not in (0x00, 0x02) or (p1 == 0x02 and self.persona.selects_files_by_p1_00):
            return _sw(0x6A86)
        if not self._application or data not in self._files:
            return _sw(0x6A82)
        self._file = data
        return OK

    def _read_record(self, p1: int, p2: int, body: bytes) -> bytes:
        if self._file is None or p2 not in (0x00, 0x04):
            return _sw(0x6985 if self._file is None else 0x6A86)
        if p2 == 0x00 and self.persona.reads_by_number_only:
            return _sw(0x6A86)
        if self._file == EF06 and self.persona.wants_external_authentication:
            return _sw(0x6982)
        record = self._record(self._file, p1, by_number=p2 == 0x04)
        if record is None:
            return _sw(0x6A83)
        if len(body) != 1 or body[0] != len(record):
            return _sw(0x6C00 | len(record))
        return record + OK

    def _record(self, file: bytes, p1: int, by_number: bool) -> bytes | None:
        for number, (tag, value) in enumerate(self._files[file], start=1):
            if p1 == (number if by_number else tag):
                length = len(value) + (0x40 if self.damaged_record and tag == NAME_TAG else 0)
                return bytes([tag, length]) + value
        return None

    def _internal_authenticate(self, data: bytes) -> bytes:
        if not self._application or self.persona.is_blank:
            return _sw(0x6A88)
        if len(data) != 16:
            return _sw(0x6700)
        return self._fetch_later(internal_authenticate(self.persona.key, data))

    def _verify(self, data: bytes) -> bytes:
        if not self._application or len(data) != 3:
            return _sw(0x6A88 if not self._application else 0x6700)
        return self._compare(data)

    def _change_pin(self, cla: int, p1: int, p2: int, data: bytes) -> bytes:
        """Take ``old FF new``, each three bytes of BCD; a wrong old PIN costs a try."""
        if cla != OWN_CLASS:
            return _sw(0x6E00)
        if (p1, p2) != (0x01, 0x00):
            return _sw(0x6A86)
        if not self._application:
            return _sw(0x6A88)
        if len(data) != 7:
            return _sw(0x6700)
        old, between, new = data[:3], data[3], data[4:]
        if between != 0xFF or not new.hex().isdigit():
            return _sw(0x6A80)
        answer = self._compare(old)
        if answer == OK:
            self._pin = new.hex()
        return answer

    def _compare(self, pin: bytes) -> bytes:
        if self._tries == 0:
            return _sw(0x6983)
        if pin.hex() == self._pin:
            self._tries = self.persona.pin_tries
            return OK
        self._tries -= 1
        return _sw(0x63C0 | self._tries)

    def _fetch_later(self, data: bytes) -> bytes:
        self._waiting = data
        return _sw(0x6100 | len(data))

    def _get_response(self, body: bytes) -> bytes:
        if not self._waiting or len(body) != 1:
            return _sw(0x6985)
        if body[0] != len(self._waiting):
            return _sw(0x6C00 | len(self._waiting))
        data, self._waiting = self._waiting, b""
        return data + OK


def _sw(word: int) -> bytes:
    return word.to_bytes(2, "big")


def _an(text: str, length: int) -> bytes:
    return text.encode("ascii").ljust(length, b"\x00")


def _cn(day: date) -> bytes:
    return bytes.fromhex(day.strftime("%Y%m%d"))


def _issuer_records(persona: CardPersona) -> Records:
    """EF05; the record number is the item tag."""
    if persona.is_blank:
        lengths = (16, 1, 4, 12, 4, 4, 9)
        return tuple((tag, b"\xff" * length) for tag, length in enumerate(lengths, start=1))
    return (
        (0x01, bytes.fromhex(persona.code)),
        (0x02, b"1"),
        (0x03, _an(persona.version, 4)),
        (0x04, bytes.fromhex("000000").ljust(12, b"\xff")),
        (0x05, _cn(persona.issued)),
        (0x06, _cn(persona.expires)),
        (0x07, _an(persona.number, 9)),
    )


def _holder_records(persona: CardPersona) -> Records:
    """EF06: number, name and its extension, sex, nation, birthplace, birth date."""
    if persona.is_blank:
        lengths = {0x08: 18, NAME_TAG: 30, NAME_EXTENSION_TAG: 20, 0x0A: 1, 0x0B: 1, 0x0C: 3}
        return tuple((tag, b"\x00" * length) for tag, length in lengths.items())
    name = persona.name.encode("gb18030")
    id_number = persona.id_number
    records = (
        (0x08, _an(id_number, 18)),
        (NAME_TAG, name[:NAME_BYTES].ljust(NAME_BYTES, b"\x00")),
        (NAME_EXTENSION_TAG, name[NAME_BYTES:].ljust(NAME_EXTENSION_BYTES, b"\x00")),
        (0x0A, b"1" if int(id_number[16]) % 2 else b"2"),
        (0x0B, b"\x01"),
        (0x0C, bytes.fromhex(id_number[:6])),
        (0x0D, bytes.fromhex(id_number[6:14])),
    )
    without_extension = tuple(record for record in records if record[0] != NAME_EXTENSION_TAG)
    return records if persona.has_name_extension else without_extension
